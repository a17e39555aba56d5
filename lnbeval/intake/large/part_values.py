"""Values of parts: each checked by itself, before a sum can hide it."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from lnbeval.intake.large.numbers import USED
from lnbeval.intake.large.part_years import parts_of_other_years
from lnbeval.intake.large.rows import one
from lnbeval.intake.large.telling import told
from lnbeval.intake.registered import OF_A_HUNDRED
from lnbeval.intake.spans import RowSpan
from lnbeval.intake.table import column_name
from lnbeval.intake.text import MOST_SHOWN, listed, quoted, several

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.problems import Problem

COUNT: Final = "count"
EXCEPTION: Final = "contacts_not_persons"  # as where the sums of a year are compared
ROUNDING: Final = 1e-9  # what arithmetic on decimals may add to a part that equals its total


class Over(NamedTuple):
    """A part that is larger than its total."""

    row: int
    position: int
    code: int
    year: str
    value: float
    total: float


def part_values(reading: Reading, named: Sequence[str]) -> list[Problem]:
    """What the registry says no part can be: below zero, above its total, and in a count no whole number.

    A part of another year than its row, and a mean of shares of groups, are told too. `named` are the municipalities.
    """
    problems = parts_of_other_years(reading, named)
    for at, (variable, _) in enumerate(reading.columns.variables):
        if variable in reading.registered.from_zero:
            problems += _negative(reading, named, at)
        if reading.registered.kinds.get(variable) == COUNT:
            problems += _fractions(reading, named, at)
        problems += _unweighted(reading, at)
    return [*problems, *_above_totals(reading, named)]


def _negative(reading: Reading, named: Sequence[str], at: int) -> list[Problem]:
    variable, position = reading.columns.variables[at]
    count, found = _found(reading, at, f"v{at} < 0")
    registry = reading.registered.registries.get(variable, "variables.csv")
    do = f"Ask the source; if it is a change between two times, say `change: yes` for it in {registry}"
    problems = []
    for row, code, year, value in found:
        what = f"{variable} is negative in a row that is added up: {value:,.12g}"
        problem = told(reading, [row], position, "STOP", what, do, "below_range")
        problems.append(
            replace(problem, subject=variable, municipality=named[code], year=_year(reading, position, year))
        )
    rest = count - len(found)
    more = told(
        reading, [], position, "STOP", f"{rest:,} more rows of the same kind ({count:,} in all)", do, "below_range"
    )
    return [*problems, *([replace(more, subject=variable, more=rest)] if rest else [])]


def _fractions(reading: Reading, named: Sequence[str], at: int) -> list[Problem]:
    variable, position = reading.columns.variables[at]
    count, found = _found(reading, at, f"v{at} <> round(v{at})")
    if not found:
        return []
    unit = reading.registered.units.get(variable) or "whole things"
    shown = listed(
        f"{named[code]} {_year(reading, position, year)}: {value:,.12g} in row {row}"
        for row, code, year, value in found
    )
    rest = f" and {count - len(found):,} more" if count > len(found) else ""
    what = f"{variable} counts {unit}, but rows that are added up have decimals: {shown}{rest}"
    do = "Ask whether these are averages, estimates or full-time equivalents; they are used as they are"
    return [replace(told(reading, [found[0][0]], position, "WARN", what, do, "decimals_in_count"), subject=variable)]


def _found(reading: Reading, at: int, where: str) -> tuple[int, list[tuple[int, int, int, float]]]:
    """How many parts are so, and the first of them: row, municipality, year and number."""
    rows = f"valued WHERE role = 0 AND f{at} = {USED} AND {where}"
    count = one(reading.con, f"SELECT count(*) FROM {rows}")
    query = f"SELECT r, code, year, v{at} FROM {rows} ORDER BY r LIMIT {MOST_SHOWN}"
    return count, reading.con.execute(query).fetchall() if count else []


def _year(reading: Reading, position: int, year: int) -> str:
    return str(year or reading.years_of_columns.get(position, 0) or "")


def _above_totals(reading: Reading, named: Sequence[str]) -> list[Problem]:
    """A stop for each variable that is larger than its total for the same part of a municipality and year."""
    pairs: dict[tuple[str, str], list[tuple[int, int]]] = {}
    years = reading.years_of_columns
    for at, (variable, position) in enumerate(reading.columns.variables):
        for place, (total, other) in enumerate(reading.columns.variables):
            if reading.registered.parts_of.get(variable) == total and years.get(position) == years.get(other):
                pairs.setdefault((variable, total), []).append((at, place))
    return [problem for pair, places in pairs.items() for problem in _above_total(reading, named, pair, places)]


def _above_total(
    reading: Reading, named: Sequence[str], pair: tuple[str, str], places: Sequence[tuple[int, int]]
) -> list[Problem]:
    variable, total = pair
    found = sorted(over for at, place in places for over in _over(reading, at, place))
    if not found:
        return []
    shown = listed(
        f"{named[over.code]} {over.year} in row {over.row}: {over.value:,.12g} of {over.total:,.12g}".replace("  ", " ")
        for over in found
    )
    what = f"{variable} is larger than {total} in {several(len(found), 'row')} that are added up: {shown}"
    do = "Correct the file; or, if it counts contacts or cases and not persons, say so in writing"
    rows = [over.row for over in found]
    span = RowSpan(rows[:MOST_SHOWN], last=rows[-1], count=len(rows))
    problem = told(reading, rows, found[0].position, "STOP", what, do, "count_above_total", span=span)
    problem = replace(problem, subject=f"{variable} above {total}", options=(EXCEPTION,))
    if len(found) > 1:
        return [problem]
    return [replace(problem, municipality=named[found[0].code], year=found[0].year)]


def _over(reading: Reading, at: int, place: int) -> list[Over]:
    """Where a part is larger than its total, in the same row or in rows of the same part."""
    position = reading.columns.variables[at][1]
    key = ", ".join(["code", "year", *(f"o{number}" for number in range(len(reading.over)))])
    query = (
        f"SELECT min(r) FILTER (f{at} = {USED}) AS first, code, year, max(v{at}) FILTER (f{at} = {USED}) AS own, "
        f"max(v{place}) FILTER (f{place} = {USED}) AS whole FROM valued WHERE role = 0 GROUP BY {key} "
        f"HAVING own > whole * {1 + ROUNDING} ORDER BY first"
    )
    return [
        Over(row=row, position=position, code=code, year=_year(reading, position, year), value=value, total=total)
        for row, code, year, value, total in reading.con.execute(query).fetchall()
    ]


def _unweighted(reading: Reading, at: int) -> list[Problem]:
    """A warning for a share or a rate that is averaged over groups, each of which then counts alike."""
    variable, position = reading.columns.variables[at]
    if reading.adds or reading.registered.kinds.get(variable) not in OF_A_HUNDRED:
        return []
    groups = [
        quoted(column_name(reading.head, reading.over[over]))
        for over in range(len(reading.over))
        if one(
            reading.con,
            f"SELECT count(DISTINCT id) > 1 FROM over{over} WHERE sort = '' AND id IN "
            f"(SELECT o{over} FROM valued WHERE role = 0 AND f{at} = {USED})",
        )
    ]
    if not groups:
        return []
    kind = reading.registered.kinds[variable]
    what = (
        f"{variable} is a {kind} and is averaged over the groups of {listed(groups)}, each of which counts alike however many "
        f"it is a {kind} of: the {kind} of all of them is another where groups differ in size"
    )
    do = f"Ask for the {kind} of all, or for the counts and what they are divided by, which can be added up"
    return [replace(told(reading, [], position, "WARN", what, do, "mean_without_weights"), subject=variable)]
