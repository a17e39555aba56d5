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
from lnbeval.intake.problems import Problem
from lnbeval.intake.registered import ADDED_UP, NOTHING_REGISTERED, OF_A_HUNDRED
from lnbeval.intake.rows.cells import NO_PERIOD, condition_met
from lnbeval.intake.rows.findings import Finding
from lnbeval.intake.table import RawTable, addresses, column_cells
from lnbeval.intake.text import cell_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.registered import Registered
    from lnbeval.intake.rows.units import Units


NO_LEVELS: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A number in a row of a table, with the county of the row where it is known."""

    index: int
    county: str
    value: float
    name: str = ""  # of a total, as written
    level: str = ""  # of a total, where the table has a column of levels


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A total that was compared with the rows it may stand for, and what is wrong with it, if anything is."""

    index: int
    position: int
    name: str
    year: str
    fault: Fault | None


def compared_totals(
    table: RawTable,
    columns: Columns,
    units: Units,
    cells: pd.DataFrame,
    rules: Mapping[int, NumberRules],
    read_year: Callable[[object], int | Fault] = read_period,
    levels: Mapping[int, str] = NO_LEVELS,
    registered: Registered = NOTHING_REGISTERED,
) -> list[Compared]:
    """Each total with what is wrong where it is not the sum of the rows it may stand for; without such rows, it is not compared.

    A total row that names a county stands for its municipalities. Others may stand for all rows of their period, for those
    above back to the previous total, for those below down to the next, for those of their county, or for the other totals; all
    totals of one of the `levels` for all rows together. Only what is not registered as a sum may be a mean instead.
    """
    if "total" not in units.kinds:
        return []
    years = {position: label.year for position, label in columns.labels}
    compared = []
    # Where a figure could not be read, or is told by bounds alone, the sum of its year is not known; without a year, no sum is.
    open_cells = cells.loc[cells["fate"].isin(["stopped", "bounded"])]
    unknown: dict[tuple[str, int], list[int]] = defaultdict(list)
    for name, period, index in zip(*(open_cells[key] for key in ("variable", "period", "index")), strict=True):
        unknown[name, period].append(index)
    for variable, position in columns.variables:
        own = cells[(cells["variable"] == variable) & (cells["fate"] == "used") & (cells["position"] == position)]
        rows = _amounts_by_period(table, columns, own, registered.counties)
        period_of = partial(_period, table, columns, years.get(position), read_year)
        totals = _totals_by_period(table, columns, units, variable, position, rules[position], period_of, levels)
        for period, amounts in totals.items():
            own_rows = rows.get(period, [])
            doubtful = [*unknown.get((variable, period), ()), *unknown.get((variable, NO_PERIOD), ())]
            for total in amounts if own_rows else ():
                kind = "mean" if registered.is_mean(total.name) else registered.kinds.get(variable, "")
                county = registered.county_named(total.level, total.name)
                fault = _total_fault(total, amounts, own_rows, kind, county)
                within = partial(_may_be_within, county, total, own_rows, units, registered, frozenset(doubtful))
                among = sorted({index for index in doubtful if within(index, _county(table, columns, index))})
                if among and (fault is None or fault.severity != "WARN"):
                    continue
                compared.append(
                    Compared(
                        index=total.index,
                        position=position,
                        name=units.written[total.index],
                        year=str(period),
                        fault=_not_compared(total.value, table, among) if among else fault,
                    )
                )
    return compared


def total_findings(compared: Iterable[Compared]) -> list[Finding]:
    """A finding for each total with which something is wrong."""
    return [
        Finding(index=one.index, position=one.position, fault=one.fault, municipality=one.name, year=one.year)
        for one in compared
        if one.fault is not None
    ]


def totals_that_agree(table: RawTable, compared: Sequence[Compared]) -> list[Problem]:
    """A note on how many total rows were compared and agree in all their figures; without it nobody knows of the comparison."""
    number = len({one.index for one in compared} - {one.index for one in compared if one.fault is not None})
    if not number:
        return []
    many = f"{number} total rows were compared with the sums of their rows, and agree"
    what = "1 total row was compared with the sum of its rows, and agrees" if number == 1 else many
    subject = table.sheet
    return [Problem(severity="NOTE", file=table.file, sheet=subject, what=what, rule="totals_agree", subject=subject)]


def _may_be_within(
    county: str,
    total: Amount,
    rows: Sequence[Amount],
    units: Units,
    registered: Registered,
    doubtful: frozenset[int],
    index: int,
    written: str,
) -> bool:
    """Whether a row without a usable figure may be among those that a total of a county, or of all, stands for."""
    places = {row.index for row in rows if county and row.county == county}
    if not places:
        return True
    code = units.codes[index]
    told = registered.counties.get(code, "") if code is not None else written
    if told:
        return folded(told) == folded(county)
    if any(min(places) < row.index < max(places) for row in rows if row.index not in places):
        return True  # Rows of one county do not stand together, so that the place of a row tells nothing.
    before = next((at for at in range(index - 1, -1, -1) if at not in doubtful), None)
    after = next((at for at in range(index + 1, len(units.kinds)) if at not in doubtful), None)
    return bool({before, after} & {*places, total.index})


def _not_compared(total: float, table: RawTable, rows: Sequence[int]) -> Fault:
    what = f"The total {total:.12g} is not compared with the rows that it stands for: no figure is known from {addresses(table, rows)}"
    do = "Settle these rows first; the total is compared once all are read"
    return Fault(kind="total_not_compared", what=what, do=do, severity="NOTE")


def _amounts_by_period(
    table: RawTable, columns: Columns, cells: pd.DataFrame, counties: Mapping[str, str]
) -> dict[int, list[Amount]]:
    amounts: dict[int, list[Amount]] = defaultdict(list)
    single = cells.drop_duplicates(["code", "period"])
    for index, code, period, value in zip(
        *(single[name] for name in ("index", "code", "period", "value")), strict=True
    ):
        county = counties.get(code) or _county(table, columns, index)
        amounts[period].append(Amount(index=index, county=county, value=value))
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
            county, name = _county(table, columns, index), units.written[index]
            level = levels.get(index, "")
            amounts[period].append(Amount(index=index, county=county, value=value, name=name, level=level))
    return amounts


def _period(
    table: RawTable, columns: Columns, year: int | None, read_year: Callable[[object], int | Fault], index: int
) -> int | Fault:
    return year if year is not None else read_year(table.rows[index][columns.period or 0])


def _county(table: RawTable, columns: Columns, index: int) -> str:
    return "" if columns.county is None else cell_text(table.rows[index][columns.county])


def _total_fault(
    total: Amount, totals: Sequence[Amount], rows: Sequence[Amount], kind: str, county: str
) -> Fault | None:
    """Why a total is none, or is a mean; `kind` is that of its variable, `county` the one it is about, if any."""
    own = [row for row in rows if county and row.county == county]
    among = own or rows
    readings = [own] if own else _readings(total, totals, rows)
    if any(_adds_up(total.value, [row.value for row in reading]) for reading in readings if reading):
        return None
    level = [other.value for other in totals if other.level == total.level]
    if total.level and not own and _adds_up(math.fsum(level), [row.value for row in rows]):
        return None
    values = [row.value for row in among]
    if kind not in ADDED_UP and _is_mean(total.value, values, of_a_hundred=kind in OF_A_HUNDRED):
        what = f"The total is {total.value:.12g}, among the rows ({min(values):.12g} to {max(values):.12g})"
        do = "It was taken for an average and not compared; for a count, ask the source"
        return Fault(kind="total_like_an_average", what=what, do=do, severity="NOTE")
    return _no_sum(total.value, values, county if own else "", kind)


def _readings(total: Amount, totals: Sequence[Amount], rows: Sequence[Amount]) -> list[list[Amount]]:
    before = max((other.index for other in totals if other.index < total.index), default=-1)
    after = min((other.index for other in totals if other.index > total.index), default=math.inf)
    name = folded(total.name)
    return [
        [*rows],
        [row for row in rows if before < row.index < total.index],
        [row for row in rows if total.index < row.index < after],
        [row for row in rows if row.county and row.county == total.county],
        [row for row in rows if row.county and name.endswith(folded(row.county))],
        [other for other in totals if other.index != total.index],
    ]


def _no_sum(total: float, values: Sequence[float], county: str, kind: str) -> Fault:
    whose = f"the municipalities of {county}" if county else "the rows of the year"
    what = f"The total is {total:.12g}, but {whose} ({len(values)}) add up to {math.fsum(values):.12g}"
    if kind not in ADDED_UP:
        what += f", and their mean is {math.fsum(values) / len(values):.6g}"
    do = "Look for a row that is missing, twice there or mistyped; the total itself is not used"
    return Fault(kind="total_differs_from_the_sum", what=what, do=do, severity="WARN")


def _is_mean(total: float, values: Sequence[float], *, of_a_hundred: bool) -> bool:
    """Whether a total is the mean of the rows as far as it is written; that of shares may be weighted."""
    if len(values) < 2:
        return False
    if of_a_hundred:
        return min(values) <= total <= max(values)
    rounding = 0.5 * 10.0 ** -_decimal_places(total)
    return abs(total - math.fsum(values) / len(values)) <= rounding * (1 + 1e-9)


def _adds_up(total: float, values: Sequence[float]) -> bool:
    places = max(_decimal_places(value) for value in (total, *values))
    # Each rounded figure is off by half its last place at most; whole numbers are taken for counts, which are exact.
    rounding = 0.5 * 10.0**-places * (len(values) + 1) if places else 0.0
    expected = math.fsum(values)
    return abs(total - expected) <= max(rounding, 1e-9 * abs(expected))


def _decimal_places(value: float) -> int:
    _, _, decimals = f"{value:.9f}".rstrip("0").partition(".")
    return len(decimals)
