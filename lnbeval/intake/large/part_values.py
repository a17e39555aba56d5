"""Values of parts: each checked by itself, before a sum can hide it."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lnbeval.intake.large.numbers import USED
from lnbeval.intake.large.rows import one
from lnbeval.intake.large.telling import told
from lnbeval.intake.text import MOST_SHOWN, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.problems import Problem

COUNT = "count"


def part_values(reading: Reading, named: Sequence[str]) -> list[Problem]:
    """What the registry says no part can be: below zero, and in a count no whole number. `named` are the municipalities."""
    problems = []
    for at, (variable, _) in enumerate(reading.columns.variables):
        if variable in reading.registered.from_zero:
            problems += _negative(reading, named, at)
        if reading.registered.kinds.get(variable) == COUNT:
            problems += _fractions(reading, named, at)
    return problems


def _negative(reading: Reading, named: Sequence[str], at: int) -> list[Problem]:
    variable, position = reading.columns.variables[at]
    count, found = _found(reading, at, f"v{at} < 0")
    registry = reading.registered.registries.get(variable, "variables.csv")
    do = f"Ask the source; if it is a change between two times, say `change: yes` for it in {registry}"
    problems = []
    for row, code, year, value in found:
        what = f"{variable} is negative in a row that is added up: {value:.12g}"
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
        f"{named[code]} {_year(reading, position, year)}: {value:.12g} in row {row}" for row, code, year, value in found
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
