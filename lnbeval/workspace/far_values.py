"""Far values: indicators beyond all others of their year, or outside the range that the registry allows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from lnbeval.workspace.variables import PERCENT, ROUNDING, by_year, problem_at, sheets, shown, told

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    import pandas as pd

    from lnbeval.intake import Problem
    from lnbeval.reference import Reference

FAR: Final = 20.0  # robust standard deviations; skewed shares of honest data reach 19
BEYOND: Final = 5.0  # times as far from the median as the next value; the largest city reaches 3.6
MAD_TO_SD: Final = 1.4826  # of a normal distribution
FEWEST: Final = 10  # values of a year of which one can be said to be far from the others


def outliers(
    values: pd.DataFrame, rows: pd.DataFrame, reference: Reference, asked: pd.Index | None = None
) -> Iterator[Problem]:
    """A warning for each value of an indicator far beyond all others of its year, with the year's mean without it.

    `rows` holds code, period and one column per indicator. Far: more than FAR robust standard deviations from the
    median, and BEYOND times as far as the next value. Nothing is cut off. `asked` are labels of values that a question asks
    about already.
    """
    told_before = values.loc[values.index.isin([] if asked is None else asked), ["variable", "period", "code"]]
    numerators = reference.indicators["numerator"].to_dict()
    for indicator in rows.columns.drop(["code", "period"]):
        for period, year in rows.groupby("period"):
            same = told_before["variable"].eq(numerators[indicator]) & told_before["period"].eq(period)
            reported = year.set_index("code")[indicator].dropna().drop(told_before.loc[same, "code"], errors="ignore")
            distance = (reported - reported.median()).abs().sort_values(ascending=False)
            if len(reported) < FEWEST or distance.iloc[0] <= BEYOND * distance.iloc[1]:
                continue
            if distance.iloc[0] > FAR * MAD_TO_SD * distance.median():
                yield _outlier(values, str(indicator), int(str(period)), reported, str(distance.index[0]), reference)


def out_of_range(values: pd.DataFrame, rows: pd.DataFrame, reference: Reference) -> Iterator[Problem]:
    """A warning for each indicator that leaves its allowed range although its parts are in theirs; a share is no such one."""
    keyed = rows.set_index(["code", "period"])
    for indicator in keyed.columns:
        row = reference.indicators.loc[indicator].to_dict()
        if row["kind"] == "share":
            continue
        outside = keyed[indicator][(keyed[indicator] < row["low"]) | (keyed[indicator] > row["high"])]
        numerators = values[values["variable"] == row["numerator"]].set_index(["code", "period"], drop=False)
        cells = numerators.loc[numerators.index.intersection(outside.index)]
        if not row["denominator"] or cells.empty:
            continue
        what = (
            f"Indicator '{indicator}' leaves its range ({_bound(row['low'])} to {_bound(row['high'])} {row['unit']}): "
            f"{told(cells.assign(value=outside), reference)}"
        )
        do = "Look at numerator and denominator: they may be of different years, places or persons"
        for part in sheets(cells.reset_index(drop=True)):
            yield problem_at(part, reference, "WARN", what, do, rule="indicator_range", subject=str(indicator))


def shares_above_whole(
    values: pd.DataFrame, rows: pd.DataFrame, reference: Reference, told_before: pd.Index
) -> Iterator[Problem]:
    """A STOP for each share that is larger than the whole, or negative, by its numerator and its distribution by year.

    `told_before` are labels of values that are larger than their own total: those stop by themselves.
    """
    keyed = rows.set_index(["code", "period"])
    for indicator in keyed.columns:
        row = reference.indicators.loc[indicator].to_dict()
        if row["kind"] != "share":
            continue
        high = _whole(row)
        share = keyed[indicator]
        outside = share[(share > high * (1 + ROUNDING)) | (share < row["low"])]
        own = values[(values["variable"] == row["numerator"]) & ~values.index.isin(told_before)]
        cells = own.set_index(["code", "period"], drop=False)
        cells = cells.loc[cells.index.intersection(outside.index)]
        every = share.rename("value").reset_index().dropna()
        what = f"Indicator '{indicator}' is a share outside {_bound(row['low'])} to {shown(high)} {row['unit']}"
        over = f" over {row['denominator']}" if row["denominator"] else ""
        do = (
            f"Say the unit: correct {row['numerator']}{over} at the source; if the one is no part of the other, as contacts of "
            "persons, it is a `rate` in indicators.csv"
        )
        for part in sheets(cells.assign(value=outside.reindex(cells.index)).reset_index(drop=True)):
            named = f"{what}: {told(part, reference)}. By year: {by_year(every)}"
            yield problem_at(part, reference, "STOP", named, do, rule="share_above_whole", subject=str(indicator))


def _whole(row: dict[Hashable, Any]) -> float:
    """What a share cannot exceed: what the registry says, else the scale of the quotient, or 100."""
    if not math.isnan(row["high"]):
        return float(row["high"])
    return float(row["scale"]) if row["denominator"] else PERCENT


def _bound(value: float) -> str:
    return "any" if math.isnan(value) else shown(value)


def _outlier(
    values: pd.DataFrame, indicator: str, period: int, reported: pd.Series, code: str, reference: Reference
) -> Problem:
    numerator = str(reference.indicators.loc[indicator, "numerator"])
    same = (values["variable"] == numerator) & (values["period"] == period) & (values["code"] == code)
    mean, without = reported.mean(), reported.drop(code).mean()
    what = (
        f"Indicator '{indicator}' is {shown(reported[code])}, far beyond all others of the year "
        f"({shown(reported.drop(code).min())} to {shown(reported.drop(code).max())}). "
        f"Mean of the year: {shown(mean)}, without it {shown(without)}"
    )
    do = "Ask the source for the figure; it is used as it is, and not cut off"
    return problem_at(values[same], reference, "WARN", what, do, rule="outlier", subject=f"{code} {indicator} {period}")
