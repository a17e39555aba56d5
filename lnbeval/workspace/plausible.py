"""Plausible values: what intake read, held against what the registry says can be. Nothing is changed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lnbeval.intake import Problem
from lnbeval.intake.text import several
from lnbeval.workspace.prices import price_problems
from lnbeval.workspace.variables import (
    PERCENT,
    POPULATION,
    ROUNDING,
    breaks,
    by_year,
    is_nominal,
    problem_at,
    sheets,
    shown,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.variables import Variable

MOST_ABOVE: Final = 0.5  # of the values, before those that never pass 1 are held against the others
NEAR_PERCENT: Final = 2.0  # a fraction times 100 is taken for the percentage of the other years within this factor
EXCEPTION: Final = "contacts_not_persons"


def value_findings(
    values: pd.DataFrame,
    known: Mapping[str, Variable],
    parameters: Parameters,
    reference: Reference,
) -> Iterator[Problem]:
    """Every finding on single values; `values` holds the reported ones of the periods that are analysed."""
    yield from _unknown(values, known)
    for name, cells in values.groupby("variable", sort=True):
        variable = known.get(str(name))
        if variable is None:
            continue
        yield from _out_of_range(cells, variable, reference)
        yield from _mixed_shares(cells, variable, reference)
        yield from _above_total(cells, values, variable, reference)
        yield from _decimals(cells, variable, reference)
        yield from _breaks(cells, variable)
    yield from price_problems(values, known, parameters, reference)
    yield from _nominal(values, known, parameters, reference)
    yield from _indicator_breaks(values, known, parameters, reference)


def _unknown(values: pd.DataFrame, known: Mapping[str, Variable]) -> Iterator[Problem]:
    for file, cells in values.loc[~values["variable"].isin(list(known))].groupby("file"):
        quoted_names = ", ".join(f"'{name}'" for name in sorted(cells["variable"].unique()))
        what = f"Not in data/reference/variables.csv, so not held against any range or total: {quoted_names}"
        yield Problem(severity="NOTE", file=str(file), what=what, rule="unregistered_variable", subject=_names(cells))


def _names(cells: pd.DataFrame) -> str:
    return ", ".join(sorted(cells["variable"].unique()))


def within_range(values: pd.DataFrame, known: Mapping[str, Variable]) -> pd.DataFrame:
    """The values without those that stop as outside the range of their variable: nothing else is asked about these."""
    low = values["variable"].map({code: _lowest(variable) for code, variable in known.items()}).astype(float)
    high = values["variable"].map({code: variable.high for code, variable in known.items()}).astype(float)
    return values[~((values["value"] < low) | (values["value"] > high))]


def _lowest(variable: Variable) -> float:
    """The lowest value of a variable, NaN where there is none: a count or a share that is no change is not negative."""
    if variable.change:
        return float("nan")
    return float(np.nanmax([variable.low, 0.0])) if variable.kind in ("count", "share") else variable.low


def _out_of_range(cells: pd.DataFrame, variable: Variable, reference: Reference) -> Iterator[Problem]:
    registry, low = variable.registry, _lowest(variable)
    for part in sheets(cells[cells["value"] < low]):
        what = f"{variable.code} is {'negative' if low == 0 else f'below {shown(low)}'}: {told(part, reference)}"
        do = f"Ask the source; if it is a change between two times, say `change: yes` for it in {registry}, and give its indicator no `low`"
        yield problem_at(part, reference, "STOP", what, do, rule="below_range", subject=variable.code)
    for part in sheets(cells[cells["value"] > variable.high]):
        what = f"{variable.code} is above {shown(variable.high)}: {told(part, reference)}. By year: {by_year(cells)}"
        do = f"Say the unit: correct the file, or its `unit` and `high` in {registry} ({variable.unit} now)"
        yield problem_at(part, reference, "STOP", what, do, rule="above_range", subject=variable.code)


def _all_fractions(cells: pd.DataFrame, variable: Variable, reference: Reference) -> Problem:
    first = next(iter(sheets(cells)))
    what = f"No value of {variable.code} is above 1, and it is registered in {variable.unit}: {told(first.head(3), reference)}"
    do = (
        "Ask the source: a spreadsheet shows 0.0225 as 2.3 % and keeps the fraction. `percent` keeps the values as they are; "
        "for fractions set `unit` and `high` of the variable, and `scale: 100` of the indicator"
    )
    return problem_at(
        first, reference, "ASK", what, do, rule="share_or_fraction", subject=variable.code, options=("percent",)
    )


def without_fractions(values: pd.DataFrame, known: Mapping[str, Variable]) -> pd.DataFrame:
    """The values without fractions among percentages, which stop: nothing else is asked about these."""
    groups = values.groupby("variable")
    found = [_fractions(cells, known[str(name)]).index for name, cells in groups if str(name) in known]
    return values.drop(found[0].append(found[1:])) if found else values


def _mixed_shares(cells: pd.DataFrame, variable: Variable, reference: Reference) -> Iterator[Problem]:
    if variable.kind == "share" and variable.high == PERCENT and 0 < cells["value"].max() <= 1 < len(cells):
        yield _all_fractions(cells, variable, reference)
        return
    for part in sheets(_fractions(cells, variable)):
        what = (
            f"{variable.code} mixes shares of 1 with shares of 100: {told(part, reference)}. By year: {by_year(cells)}"
        )
        do = f"Ask the source for the unit of these cells and write all of them as {variable.unit}"
        yield problem_at(part, reference, "STOP", what, do, rule="mixed_shares", subject=variable.code)


def _fractions(cells: pd.DataFrame, variable: Variable) -> pd.DataFrame:
    """Fractions among percentages: a value up to 1 that, times 100, is what the municipality reports otherwise."""
    if variable.kind != "share" or variable.high != PERCENT:
        return cells.iloc[:0]
    above = cells["value"].where(cells["value"] > 1)
    usual = above.groupby(cells["code"]).transform("median")
    if above.notna().mean() > MOST_ABOVE:  # A municipality that never passes 1 is held against the others of its year.
        usual = usual.fillna(above.groupby(cells["period"]).transform("median"))
    factor = cells["value"] * PERCENT / usual
    fractions = (
        (cells["value"] > 0) & (cells["value"] <= 1) & factor.between(1 / NEAR_PERCENT, NEAR_PERCENT) & (usual > 1)
    )
    return cells[fractions]


def above_totals(values: pd.DataFrame, known: Mapping[str, Variable], reference: Reference) -> pd.Index:
    """The labels of values that are larger than the total they are part of."""
    over = [
        _over(cells, _totals(cells, values, known[str(name)].part_of, reference)).index
        for name, cells in values.groupby("variable")
        if str(name) in known and known[str(name)].part_of
    ]
    return over[0].append(over[1:]) if over else values.index[:0]


def _over(cells: pd.DataFrame, total: pd.Series[float]) -> pd.DataFrame:
    return cells[cells["value"] > total * (1 + ROUNDING)]


def _above_total(
    cells: pd.DataFrame, values: pd.DataFrame, variable: Variable, reference: Reference
) -> Iterator[Problem]:
    if not variable.part_of:
        return
    total = _totals(cells, values, variable.part_of, reference)
    over = _over(cells, total)
    named = "the population" if variable.part_of == POPULATION else variable.part_of
    for part in sheets(over):
        rows = part.assign(total=total[part.index])
        examples = "; ".join(
            f"{told(rows.loc[[label]], reference)} of {shown(total)}" for label, total in rows["total"].head(10).items()
        )
        what = f"{variable.code} is larger than {named} in {several(len(part), 'row')}: {examples}"
        do = "Correct the file; or, if it counts contacts or cases and not persons, say so in writing"
        yield problem_at(
            part, reference, "STOP", what, do,
            rule="count_above_total", subject=f"{variable.code} above {variable.part_of}", options=(EXCEPTION,),
        )  # fmt: skip


def _totals(cells: pd.DataFrame, values: pd.DataFrame, total: str, reference: Reference) -> pd.Series[float]:
    """The total of each cell, NaN where it is not known; of several populations the largest, to accuse nobody wrongly."""
    told_totals = values.loc[values["variable"] == total].set_index(["code", "period"])["value"]
    keys = pd.MultiIndex.from_frame(cells[["code", "period"]])
    found = pd.Series(told_totals.reindex(keys).to_numpy(dtype=float), index=cells.index)
    if total != POPULATION:
        return found
    series = [name for name in reference.municipalities.columns if name.startswith("population_")]
    largest = reference.municipalities[series].max(axis=1)
    fixed = pd.Series(largest.reindex(cells["code"]).to_numpy(dtype=float), index=cells.index)
    return pd.concat([found, fixed], axis=1).max(axis=1)


def _decimals(cells: pd.DataFrame, variable: Variable, reference: Reference) -> Iterator[Problem]:
    if variable.kind != "count":
        return
    for part in sheets(cells[cells["value"] != cells["value"].round()]):
        what = f"{variable.code} counts {variable.unit}, but has decimals: {told(part, reference)}"
        do = "Ask whether these are averages, estimates or full-time equivalents; they are used as they are"
        yield problem_at(part, reference, "WARN", what, do, rule="decimals_in_count", subject=variable.code)


def _breaks(cells: pd.DataFrame, variable: Variable) -> Iterator[Problem]:
    first, last = cells["period"].min(), cells["period"].max()
    for year, reason in variable.breaks.items():
        if first < year <= last:
            what = f"{variable.code} breaks in {year}: {reason}. Its jumps of that year are not asked about"
            yield _break_note(cells, year, what, variable.code)


def _nominal(
    values: pd.DataFrame, known: Mapping[str, Variable], parameters: Parameters, reference: Reference
) -> Iterator[Problem]:
    """Money per year as an outcome; a share of money in money of the same year needs no deflator."""
    for code in parameters.indicators:
        row = reference.indicators.loc[code].to_dict()
        variable = known.get(row["numerator"])
        cells = values.loc[values["variable"] == row["numerator"]]
        if not is_nominal(code, reference) or variable is None or cells["period"].nunique() < 2:
            continue
        years = f"{cells['period'].min()}-{cells['period'].max()}"
        what = f"Indicator '{code}' is money in nominal terms over {years}: prices rise within it"
        do = (
            "Every chart and table calls it nominal. Or deliver it deflated by a price index and write `prices: constant` "
            f"for `{row['numerator']}` in {variable.registry}"
        )
        yield Problem(
            severity="WARN", file=str(cells["file"].iloc[0]), what=what, do=do, rule="nominal_money", subject=code
        )


def _indicator_breaks(
    values: pd.DataFrame, known: Mapping[str, Variable], parameters: Parameters, reference: Reference
) -> Iterator[Problem]:
    """Breaks of the definition itself, beside those of the variables it is made of."""
    for code in parameters.indicators:
        row = reference.indicators.loc[code].to_dict()
        cells = values.loc[values["variable"] == row["numerator"]]
        variable = known.get(row["numerator"])
        told_before = {} if variable is None else variable.breaks
        for year, reason in breaks(row["breaks"]).items():
            if year not in told_before and cells["period"].min() < year <= cells["period"].max():
                yield _break_note(cells, year, f"Indicator '{code}' breaks in {year}: {reason}", code)


def _break_note(cells: pd.DataFrame, year: int, what: str, subject: str) -> Problem:
    file, sheet = cells[["file", "sheet"]].iloc[0]
    return Problem(
        severity="NOTE",
        file=file,
        sheet=sheet,
        year=str(year),
        what=what,
        rule="series_break",
        subject=f"{subject} {year}",
    )
