"""Totals over the parts: set aside, and compared with the sum of the parts that they stand for."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.intake.large.numbers import BOUNDED, CONDITION, MISSING, STOPPED
from lnbeval.intake.large.rows import FIRST_ROWS, one, table
from lnbeval.intake.large.telling import told
from lnbeval.intake.registered import ADDED_UP
from lnbeval.intake.spans import RowSpan
from lnbeval.intake.text import MOST_SHOWN, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lnbeval.intake.large.absent_parts import Gaps
    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.large.numbers import Numbers
    from lnbeval.intake.large.values import Family
    from lnbeval.intake.problems import Problem

EXACT: Final = 1e-9
MOST_PLACES: Final = 4  # decimal places that rounding is allowed for
Differing = list[tuple[int, int, int, float, float]]  # row, municipality, year, total and sum


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Totals of one variable over the parts: how many were compared, and those that are not the sum of their parts."""

    of: int
    differing: Differing
    unknown: list[
        tuple[int, int, int]
    ]  # row, municipality, year of those that were not, as not all their parts are known


def compared_totals(
    reading: Reading, named: Sequence[str], numbers: Sequence[Numbers], grouped: Sequence[Family], gaps: Gaps
) -> tuple[str, list[Problem]]:
    """What is to be said of the totals over the parts that agree, and a warning for each variable with some that do not.

    `named` are the municipalities; where parts are not known or not there (`gaps`) nothing can be compared.
    """
    table(reading.con, "gaps", _gap_columns(gaps))
    read = {each.position: each for each in numbers}
    family = {at: each for each in grouped for at in each.variables}
    total = Compared(of=0, differing=[], unknown=[])
    problems = []
    for at, (variable, position) in enumerate(reading.columns.variables):
        if reading.registered.kinds.get(variable, "count") not in ADDED_UP:
            continue
        for over in _combinations(reading):
            own = _compared(reading, at, read[position], family[at], over)
            problems += [*_problem(reading, named, at, own), *_not_compared(reading, named, at, own)]
            total = replace(total, of=total.of + own.of, differing=[*total.differing, *own.differing])
    if not total.of:
        return "", problems
    agree = total.of - len(total.differing)
    return f". {total.of:,} of their figures were compared with the sum of the parts: {agree:,} agree", problems


def _gap_columns(gaps: Gaps) -> dict[str, pd.Series[Any]]:
    rows = sorted(gaps)
    return {
        name: pd.Series([row[place] for row in rows], dtype="int64")
        for place, name in enumerate(("at", "code", "year"))
    }


def _combinations(reading: Reading) -> Iterator[tuple[int, ...]]:
    """Columns that one row may be a total of, all at once."""
    holding = [
        at
        for at in range(len(reading.over))
        if one(reading.con, f"SELECT bool_or(total) FROM over{at} WHERE NOT apart")
    ]
    for count in range(1, len(holding) + 1):
        yield from combinations(holding, count)


def _compared(reading: Reading, at: int, numbers: Numbers, family: Family, over: tuple[int, ...]) -> Compared:
    places = range(len(reading.over))
    rest = "".join(f", o{place}" for place in places if place not in over)
    totals = " AND ".join(
        f"o{place} {'' if place in over else 'NOT '}IN (SELECT id FROM over{place} WHERE total)" for place in places
    )
    value, places_of = numbers.value, _places(f"v{at}")
    unknown = f"({MISSING}, {BOUNDED}, {STOPPED})"
    # Each rounded figure is off by half its last place at most; whole numbers are taken for counts, which are exact.
    query = (
        f"WITH sums AS (SELECT code, year{rest}, fsum(v{at}) AS s, count(v{at}) AS n, max({places_of}) AS d, "
        f"count_if(f{at} IN {unknown}) AS u FROM valued "
        f"WHERE role = 0 AND f{at} < {CONDITION} GROUP BY code, year{rest} "
        f"HAVING n > 0 OR u > 0), "
        f"totals AS (SELECT r, code, year{rest}, {value} AS t FROM keyed WHERE role = 3 AND {totals} AND {family.where} "
        f"AND {numbers.plainly(reading.source)}), "
        f"pairs AS (SELECT r, code, year, t, s, n, greatest(d, {_places('t')}) AS d, u > 0 OR (code, year) IN "
        f"(SELECT (g.code, g.year) FROM gaps AS g WHERE g.at = {at}) AS open FROM totals JOIN sums USING (code, year{rest})), "
        f"told AS (SELECT *, greatest({EXACT} * abs(s), CASE WHEN d = 0 THEN 0 ELSE 0.5 * pow(10, -d) * (n + 1) END) AS off "
        "FROM pairs WHERE NOT open) "
    )
    differs = f"abs(t - s) > off{_or_mean(reading, over)}"
    of = one(reading.con, f"{query} SELECT count(*) FROM told")
    rows = reading.con.execute(f"{query} SELECT r, code, year, t, s FROM told WHERE {differs} ORDER BY r").fetchall()
    unknown_ones = reading.con.execute(f"{query} SELECT r, code, year FROM pairs WHERE open ORDER BY r").fetchall()
    return Compared(of=of, differing=rows, unknown=unknown_ones)


def _or_mean(reading: Reading, over: Sequence[int]) -> str:
    """Where parts are averaged, or a word says so, a total may be their mean as well."""
    words = [
        word for at in over for (word,) in reading.con.execute(f"SELECT word FROM over{at} WHERE total").fetchall()
    ]
    if reading.adds and not any(map(reading.registered.is_mean, words)):
        return ""
    return " AND abs(t - s / n) > greatest(off, 0.5 * pow(10, -d)) * (1 + 1e-9)"


def _places(value: str) -> str:
    """Decimal places of a number, for a query."""
    cases = " ".join(
        f"WHEN abs({value} - round({value}, {count})) < {EXACT} THEN {count}" for count in range(MOST_PLACES)
    )
    return f"CASE {cases} ELSE {MOST_PLACES} END"


def _problem(reading: Reading, named: Sequence[str], at: int, compared: Compared) -> list[Problem]:
    if not compared.differing:
        return []
    variable, position = reading.columns.variables[at]
    of = reading.years_of_columns.get(position, 0)
    shown = listed(
        (
            f"{named[code]} {year or of} (total {total:,.12g}, sum {summed:,.12g}, row {row})"
            for row, code, year, total, summed in compared.differing
        ),
        MOST_SHOWN,
    )
    many = f"{len(compared.differing):,} of {compared.of:,}"
    what = f"Totals over the parts of {variable} are not the sum of their parts, {many} of them: {shown}"
    do = "Look for a row that is missing, twice there or mistyped; the totals themselves are not used"
    row, code, year = compared.differing[0][:3]
    problem = told(reading, [row], position, "WARN", what, do, "total_differs_from_the_sum")
    problem = replace(problem, subject=variable)
    if len(compared.differing) > 1:
        return [problem]
    return [replace(problem, municipality=named[code], year=str(year or of))]


def _not_compared(reading: Reading, named: Sequence[str], at: int, compared: Compared) -> list[Problem]:
    if not compared.unknown:
        return []
    variable, position = reading.columns.variables[at]
    of = reading.years_of_columns.get(position, 0)
    places = dict.fromkeys(f"{named[code]} {year or of}" for _, code, year in compared.unknown)
    many = len(compared.unknown)
    counted = (
        f"1 total over the parts of {variable} is" if many == 1 else f"{many:,} totals over the parts of {variable} are"
    )
    what = f"{counted} not compared with the sum of the parts, as not all of them are known: {listed(places)}"
    do = "Settle the rows of these parts first; a total is compared once all of them are read"
    rows = [row for row, _, _ in compared.unknown]
    span = RowSpan(rows[:FIRST_ROWS], last=rows[-1], count=many)
    return [replace(told(reading, rows, position, "NOTE", what, do, "total_not_compared", span=span), subject=variable)]
