"""Total rows: set aside, and compared with the sum of the rows they may stand for."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.intake.figures.numbers import Fault, NumberRules, Told, read_number, read_period
from lnbeval.intake.header_words import folded
from lnbeval.intake.registered import NOTHING_REGISTERED
from lnbeval.intake.rows.cells import NO_PERIOD, condition_met
from lnbeval.intake.rows.sums_of_rows import Amount, is_too_low, total_fault, unreported
from lnbeval.intake.table import RawTable, addresses, column_cells
from lnbeval.intake.text import cell_text, is_blank, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.registered import Registered
    from lnbeval.intake.rows.units import Units


PART_MISSING: Final = "part_missing"  # the fate of a sum of which some is not reported
WHY: Final = MappingProxyType({"bounded": ", a bound", "missing": ", not reported"})
NO_LEVELS: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A total that was compared with the rows it may stand for, and what is wrong with it, if anything is."""

    index: int
    position: int
    variable: str
    name: str
    year: str
    fault: Fault | None
    part: str = ""  # where rows are added up, which part it is of, in words


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
    totals of one of the `levels` for all rows together. Only what is not registered as a sum may be a mean instead. A total
    without a year, where the rows have theirs, stands for those of all years. One that may be right with what is not reported
    is not compared.
    """
    if "total" not in units.kinds:
        return []
    years = {position: label.year for position, label in columns.labels}
    compared = []
    for variable, position in columns.variables:
        own = cells[(cells["variable"] == variable) & (cells["position"] == position)]
        rows = _amounts_by_period(table, columns, units, own, registered.counties)
        there = own.groupby("period")["code"].agg(set).to_dict()
        period_of = partial(_period, table, columns, years.get(position), read_year)
        totals = _totals_by_period(table, columns, units, variable, position, rules[position], period_of, levels)
        for period, amounts in totals.items():
            dated = period != NO_PERIOD
            own_rows = rows.get(period, []) if dated else list(chain(*rows.values()))
            doubtful = _doubtful(
                cells[cells["variable"] == variable], {period, NO_PERIOD} if dated else {NO_PERIOD, *rows}
            )
            codes = there.get(period, set()) if dated else set().union(*there.values())
            for total in amounts if any(not math.isnan(row.value) for row in own_rows) else ():
                kind = "mean" if registered.is_mean(total.name) else registered.kinds.get(variable, "")
                county = registered.county_named(total.level, total.name)
                absent = [
                    registered.municipalities.get(code, code)
                    for code, place in registered.counties.items()
                    if place == county and code not in codes
                ]
                fault = total_fault(total, amounts, own_rows, kind, county, dated=dated, absent=absent)
                within = partial(_may_be_within, county, total, own_rows, units, registered, frozenset(doubtful))
                among = {
                    index: fate for index, fate in doubtful.items() if within(index, _county(table, columns, index))
                }
                differs = fault is not None and fault.severity == "WARN"
                if among and not differs:
                    continue
                bounded = set(among.values()) == {"bounded"}
                if differs and bounded and is_too_low(total, amounts, own_rows, kind, county):
                    among = {}
                elif differs and not among:
                    among = {row.index: "missing" for row in unreported(total, amounts, own_rows, kind, county)}
                compared.append(
                    Compared(
                        index=total.index,
                        position=position,
                        variable=variable,
                        name=units.written[total.index],
                        year=str(period) if dated else "",
                        fault=_not_compared(total, table, units, among) if among else fault,
                    )
                )
    return compared


def _doubtful(cells: pd.DataFrame, periods: set[int]) -> dict[int, str]:
    """Rows whose figure could not be read, or is told by bounds alone, with its fate: the sum of their year is not known.

    Without a year, no sum is.
    """
    own = cells[cells["fate"].isin(["stopped", "bounded"]) & cells["period"].isin(periods)]
    return dict(zip(own["index"].tolist(), own["fate"].tolist(), strict=True))


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


def _not_compared(total: Amount, table: RawTable, units: Units, fates: Mapping[int, str]) -> Fault:
    """That a total cannot be compared, with the rows of which no figure is known and why; `fates` are of their cells."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index in sorted(fates):
        name = units.written[index]
        rows[name if units.codes[index] is not None else quoted(name) if name else "", fates[index]].append(index)
    names = listed(dict.fromkeys(f"{name}{WHY.get(fate, '')}" for name, fate in rows))
    places = listed(
        f"{name} ({addresses(table, own)}{WHY.get(fate, '')})"
        if name
        else f"{addresses(table, own)}{WHY.get(fate, '')}"
        for (name, fate), own in rows.items()
    )
    what = f"The total {total.value:,.12g} is not compared with the rows that it stands for: no figure is known of {places}"
    do = "Settle these rows, or ask for their figures; the total is compared once all are known"
    return Fault(kind="total_not_compared", what=what, do=do, severity="NOTE", alike=names)


def _amounts_by_period(
    table: RawTable, columns: Columns, units: Units, cells: pd.DataFrame, counties: Mapping[str, str]
) -> dict[int, list[Amount]]:
    """What is used and what is not reported, the first of each municipality; of a sum, some may not be reported (`part_missing`)."""
    amounts: dict[int, list[Amount]] = defaultdict(list)
    told = cells[cells["fate"].isin(["used", "missing", PART_MISSING])]
    single = told.sort_values("value", kind="stable", key=pd.isna).drop_duplicates(["code", "period"]).sort_index()
    for index, code, period, value, fate in zip(
        *(single[name] for name in ("index", "code", "period", "value", "fate")), strict=True
    ):
        county = counties.get(code) or _county(table, columns, index)
        whole, name = fate == "used", units.written[index]
        amounts[period].append(Amount(index=index, county=county, value=value, name=name, whole=whole))
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
    if year is not None:
        return year
    cell = table.rows[index][columns.period or 0]
    return NO_PERIOD if is_blank(cell) else read_year(cell)


def _county(table: RawTable, columns: Columns, index: int) -> str:
    return "" if columns.county is None else cell_text(table.rows[index][columns.county])
