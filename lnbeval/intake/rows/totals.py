"""Total rows: set aside, and compared with the sum of the rows they may stand for."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from lnbeval.intake.figures.numbers import Fault, NumberRules, Told, read_number, read_period
from lnbeval.intake.header_words import folded
from lnbeval.intake.rows.cells import NO_PERIOD, condition_met
from lnbeval.intake.rows.findings import Finding
from lnbeval.intake.table import RawTable, column_cells
from lnbeval.intake.text import cell_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.rows.units import Units


NO_LEVELS: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A number in a row of a table, with the county of the row where the table tells it."""

    index: int
    county: str
    value: float
    name: str = ""  # of a total, folded
    level: str = ""  # of a total, where the table has a column of levels


def total_findings(
    table: RawTable,
    columns: Columns,
    units: Units,
    cells: pd.DataFrame,
    rules: Mapping[int, NumberRules],
    read_year: Callable[[object], int | Fault] = read_period,
    levels: Mapping[int, str] = NO_LEVELS,
) -> list[Finding]:
    """A finding for each total that is not the sum of the rows it may stand for.

    A total row may stand for all rows of its period, for those above it back to the previous total, for those below it down
    to the next, for those of its county, or for the other totals; all totals of one of the `levels` for all rows together. One that lies between the smallest and the largest row is taken for an average.
    """
    if "total" not in units.kinds:
        return []
    years = {position: label.year for position, label in columns.labels}
    findings = []
    # Where a figure could not be read, or is told by bounds alone, the sum of its year is not known; without a year, no sum is.
    open_cells = cells.loc[cells["fate"].isin(["stopped", "bounded"])]
    unknown = set(zip(open_cells["variable"], open_cells["period"], strict=True))
    for variable, position in columns.variables:
        own = cells[(cells["variable"] == variable) & (cells["fate"] == "used") & (cells["position"] == position)]
        rows = _amounts_by_period(table, columns, own)
        period_of = partial(_period, table, columns, years.get(position), read_year)
        totals = _totals_by_period(table, columns, units, variable, position, rules[position], period_of, levels)
        for period, amounts in totals.items():
            for total in () if unknown & {(variable, period), (variable, NO_PERIOD)} else amounts:
                fault = _total_fault(total, amounts, rows.get(period, []))
                if fault is not None:
                    written = units.written[total.index]
                    findings.append(
                        Finding(
                            index=total.index, position=position, fault=fault, municipality=written, year=str(period)
                        )
                    )
    return findings


def _amounts_by_period(table: RawTable, columns: Columns, cells: pd.DataFrame) -> dict[int, list[Amount]]:
    amounts: dict[int, list[Amount]] = defaultdict(list)
    single = cells.drop_duplicates(["code", "period"])
    for index, period, value in zip(single["index"], single["period"], single["value"], strict=True):
        amounts[period].append(Amount(index=index, county=_county(table, columns, index), value=value))
    return amounts


def _totals_by_period(
    table: RawTable,
    columns: Columns,
    units: Units,
    variable: str,
    position: int,
    rules: NumberRules,
    period_of: Callable[[int], int | Fault],
    levels: Mapping[int, str],
) -> dict[int, list[Amount]]:
    amounts: dict[int, list[Amount]] = defaultdict(list)
    met = condition_met(table, columns, variable)
    cells = column_cells(table, position)
    for index, kind in enumerate(units.kinds):
        if kind != "total" or not met[index]:
            continue
        value, period = read_number(cells[index], rules), period_of(index)
        value = value.value if isinstance(value, Told) else value
        if not isinstance(value, Fault) and not isinstance(period, Fault) and not math.isnan(value):
            county, name = _county(table, columns, index), folded(units.written[index])
            level = levels.get(index, "")
            amounts[period].append(Amount(index=index, county=county, value=value, name=name, level=level))
    return amounts


def _period(
    table: RawTable, columns: Columns, year: int | None, read_year: Callable[[object], int | Fault], index: int
) -> int | Fault:
    return year if year is not None else read_year(table.rows[index][columns.period or 0])


def _county(table: RawTable, columns: Columns, index: int) -> str:
    return "" if columns.county is None else cell_text(table.rows[index][columns.county])


def _total_fault(total: Amount, totals: list[Amount], rows: list[Amount]) -> Fault | None:
    if not rows:
        return None
    before = max((other.index for other in totals if other.index < total.index), default=-1)
    after = min((other.index for other in totals if other.index > total.index), default=math.inf)
    readings = [
        rows,
        [row for row in rows if before < row.index < total.index],
        [row for row in rows if total.index < row.index < after],
        [row for row in rows if row.county and row.county == total.county],
        [row for row in rows if row.county and total.name.endswith(folded(row.county))],
        [other for other in totals if other.index != total.index],
    ]
    if any(_adds_up(total.value, [row.value for row in reading]) for reading in readings if reading):
        return None
    whole, level = [row.value for row in rows], [other.value for other in totals if other.level == total.level]
    if total.level and _adds_up(math.fsum(level), whole):
        return None
    values = [row.value for row in rows]
    if min(values) <= total.value <= max(values) and len(rows) > 1:
        what = f"The total is {total.value:.12g}, among the rows ({min(values):.12g} to {max(values):.12g})"
        do = "It was taken for an average and not compared; for a count, ask the source"
        return Fault(kind="total_like_an_average", what=what, do=do, severity="NOTE")
    what = f"The total is {total.value:.12g}, but the rows of the year ({len(rows)}) add up to {math.fsum(values):.12g}"
    do = "Look for a row that is missing, twice there or mistyped; the total itself is not used"
    return Fault(kind="total_differs_from_the_sum", what=what, do=do, severity="WARN")


def _adds_up(total: float, values: list[float]) -> bool:
    places = max(_decimal_places(value) for value in (total, *values))
    # Each rounded figure is off by half its last place at most; whole numbers are taken for counts, which are exact.
    rounding = 0.5 * 10.0**-places * (len(values) + 1) if places else 0.0
    expected = math.fsum(values)
    return abs(total - expected) <= max(rounding, 1e-9 * abs(expected))


def _decimal_places(value: float) -> int:
    _, _, decimals = f"{value:.9f}".rstrip("0").partition(".")
    return len(decimals)
