"""Variables: what is known of the series behind the indicators, and the values that are looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lnbeval.errors import DataError
from lnbeval.intake import Problem
from lnbeval.intake.spans import folded
from lnbeval.intake.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from lnbeval.intake import Severity
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters

WORDS: Final = {  # the words that each column of variables.csv takes
    "kind": ("count", "measure", "rate", "share", "money"),
    "change": ("", "yes"),
    "zeros": ("", "zero", "ask"),
    "frequency": ("yearly", "irregular"),
    "prices": ("", "nominal", "constant"),
}
KINDS: Final = ("count", "share", "rate", "money")  # of an indicator
BREAK: Final = re.compile(r"\s*(\d{4}):\s*(.+?)\s*")
POPULATION: Final = "population"  # as a total: every population known of the municipality
PERCENT: Final = 100.0
ROUNDING: Final = 1e-9  # what arithmetic on decimals may add to a part that equals its total


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One row of variables.csv."""

    code: str
    registry: str  # the table that defines it, for messages
    unit: str
    kind: str
    part_of: str  # the variable that is its total, or population
    change: bool  # a difference between two times, which may be negative
    low: float  # NaN: no bound
    high: float  # of a share 100 where the registry says nothing
    zeros_asked: bool  # a zero may stand for "not reported": of a count unless the registry says otherwise
    yearly: bool
    constant_prices: bool
    breaks: Mapping[int, str]  # year -> what changed


def variables(reference: Reference) -> dict[str, Variable]:
    """The registry of variables; raises DataError that lists every word it does not take."""
    table = reference.variables
    odd = [
        f"variables.csv, {code}: {column} '{row[column]}' is none of {', '.join(word or '(blank)' for word in words)}."
        for column, words in WORDS.items()
        for code, row in table.iterrows()
        if row[column] not in words
    ]
    odd += [
        f"variables.csv, {code}: part_of '{total}' is no variable."
        for code, total in table["part_of"].items()
        if total not in {"", POPULATION, *table.index}
    ]
    odd += [
        f"indicators.csv, {code}: kind '{kind}' is none of {', '.join(KINDS)}."
        for code, kind in reference.indicators["kind"].items()
        if kind not in KINDS
    ]
    if odd:
        raise DataError("\n".join(odd))
    return {str(code): _variable(str(code), row, reference) for code, row in table.iterrows()}


def is_nominal(indicator: str, reference: Reference) -> bool:
    """Whether an indicator is money at the prices of each year: no share of money, and not deflated, by the registry."""
    row = reference.indicators.loc[indicator].to_dict()
    prices = reference.variables["prices"].to_dict().get(row["numerator"], "constant")
    return bool(row["kind"] == "money" and prices != "constant")


def breaks(text: str) -> dict[int, str]:
    """Years in which a series breaks, with the reason: `2021: reason | 2023: reason`. Raises DataError."""
    parts = [part for part in text.split("|") if part.strip()]
    read = [BREAK.fullmatch(part) for part in parts]
    wrong = [part.strip() for part, match in zip(parts, read, strict=True) if match is None]
    if wrong:
        raise DataError(f"breaks: '{wrong[0]}' is not written as `2023: what changed`; put | between several.")
    return {int(match[1]): match[2] for match in read if match}


def within_periods(values: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """The reported values of the periods that are analysed: nothing else needs to be plausible."""
    inside = periods_analysed(values, parameters)
    return inside.loc[inside["value"].notna()]


def periods_analysed(values: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """The values of the periods that are analysed, those that are not reported among them."""
    first, last = parameters.data.first_period, parameters.data.last_period
    return values.loc[values["period"].between(-np.inf if first is None else first, np.inf if last is None else last)]


def problem_at(
    cells: pd.DataFrame,
    reference: Reference,
    severity: Severity,
    what: str,
    do: str,
    *,
    rule: str,
    subject: str = "",
    options: tuple[str, ...] = (),
) -> Problem:
    """A problem with the addresses of cells, all of one sheet; municipality and year where they have one in common."""
    codes, years = cells["code"].unique(), cells["period"].unique()
    return Problem(
        severity=severity,
        file=str(cells["file"].iloc[0]),
        sheet=str(cells["sheet"].iloc[0]),
        cell=folded(cells["cell"].astype(str).tolist()),
        municipality=municipality(str(codes[0]), reference) if len(codes) == 1 else "",
        year=str(years[0]) if len(years) == 1 else "",
        what=what,
        do=do,
        rule=rule,
        subject=subject,
        options=options,
    )


def municipality(code: str, reference: Reference) -> str:
    """The name of a municipality."""
    return str(reference.municipalities.loc[code, "name"])


def told(cells: pd.DataFrame, reference: Reference) -> str:
    """Values with municipality and year: `Tiranë 2019: 12, Krujë 2020: 7`."""
    rows = zip(cells["code"], cells["period"], cells["value"], strict=True)
    return listed(f"{municipality(code, reference)} {period}: {shown(value)}" for code, period, value in rows)


def shown(value: float) -> str:
    """A number as short as it can be without losing what matters."""
    return f"{value:,.0f}" if abs(value) >= 1e4 or float(value).is_integer() else f"{value:.4g}"


def by_year(cells: pd.DataFrame) -> str:
    """The distribution of values year by year."""
    years = cells.groupby("period")["value"].agg(["min", "median", "max"])
    return "; ".join(
        f"{year} {shown(row['min'])} to {shown(row['max'])}, median {shown(row['median'])}"
        for year, row in years.iterrows()
    )


def sheets(cells: pd.DataFrame) -> Iterable[pd.DataFrame]:
    """Cells, sheet by sheet."""
    return (part for _, part in cells.groupby(["file", "sheet"], sort=False))


def _high(row: pd.Series) -> float:
    """The highest value allowed: no part is larger than the whole, whether the registry says so or not."""
    implied = row["kind"] == "share" and row["change"] != "yes" and np.isnan(row["high"])
    return PERCENT if implied else float(row["high"])


def _variable(code: str, row: pd.Series, reference: Reference) -> Variable:
    return Variable(
        code=code,
        registry="variables.csv beside the files"
        if code in reference.own_variables
        else "data/reference/variables.csv",
        unit=row["unit"],
        kind=row["kind"],
        part_of=row["part_of"],
        change=row["change"] == "yes",
        low=row["low"],
        high=_high(row),
        zeros_asked=row["zeros"] == "ask" or (row["zeros"] == "" and row["kind"] == "count"),
        yearly=row["frequency"] == "yearly",
        constant_prices=row["prices"] == "constant",
        breaks=breaks(row["breaks"]),
    )
