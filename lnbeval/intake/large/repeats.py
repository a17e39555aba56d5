"""Repeats in large files: what is told twice for a municipality, a year and a part."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lnbeval.intake.large.numbers import REPEATED, STOPPED
from lnbeval.intake.large.rows import one
from lnbeval.intake.large.telling import told
from lnbeval.intake.table import column_name
from lnbeval.intake.text import MOST_SHOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.large.values import Family
    from lnbeval.intake.problems import Problem, Severity


def repeated(reading: Reading, grouped: Sequence[Family], bounded: frozenset[int]) -> list[Problem]:
    """What is told twice for a municipality, year and part: the first telling stays, the others get the fate REPEATED.

    `bounded` are the variables with cells that are bounds.
    """
    return [problem for family in grouped for problem in _repeated(reading, family, bounded)]


def _repeated(reading: Reading, family: Family, bounded: frozenset[int]) -> list[Problem]:
    con, number = reading.con, family.number
    key = ", ".join(["code", "year", *(f"o{at}" for at in range(len(reading.over)))])
    con.execute(
        f"CREATE TABLE first{number} AS SELECT {key}, min(r) AS first FROM valued WHERE role = 0 AND m{number} "
        f"GROUP BY {key} HAVING count(*) > 1"
    )
    if not one(con, f"SELECT count(*) FROM first{number}"):
        return []
    con.execute(
        f"CREATE TABLE again{number} AS SELECT v.*, f.first FROM valued AS v JOIN first{number} AS f USING ({key}) "
        f"WHERE v.role = 0 AND v.m{number} AND v.r <> f.first"
    )
    problems = [problem for at in family.variables for problem in _conflicts(reading, number, at, bounded)]
    problems += _duplicates(reading, number, family.variables, bounded)
    for at in family.variables:
        con.execute(f"UPDATE valued SET f{at} = {REPEATED}, v{at} = NULL FROM again{number} AS a WHERE valued.r = a.r")
    return problems


def _same(at: int, bounded: frozenset[int]) -> str:
    told_alike = [f"a.{one}{at} IS NOT DISTINCT FROM b.{one}{at}" for one in ("fvlh" if at in bounded else "fv")]
    return f"(a.f{at} < {STOPPED} AND {' AND '.join(told_alike)})"


def _conflicts(reading: Reading, number: int, at: int, bounded: frozenset[int]) -> list[Problem]:
    variable, position = reading.columns.variables[at]
    pairs = f"FROM again{number} AS a JOIN valued AS b ON b.r = a.first"
    where = f"WHERE a.f{at} < {STOPPED} AND b.f{at} < {STOPPED} AND NOT {_same(at, bounded)}"
    count = one(reading.con, f"SELECT count(*) {pairs} {where}")
    ends = f"a.l{at}, a.h{at}, b.l{at}, b.h{at}" if at in bounded else "NULL, NULL, NULL, NULL"
    query = f"SELECT a.r, a.first, a.v{at}, b.v{at}, {ends} {pairs} {where} ORDER BY a.r LIMIT {MOST_SHOWN}"
    do = "Keep one of the two: correct the file, or name under `over` the column in which the rows differ"
    problems = [
        told(
            reading, [row], position, "STOP",
            f"{variable} is {_shown(value, low, high)} here, but {_shown(before, lower, higher)} in row {first}, for the same "
            f"{_key(reading)}",
            do, "told_twice_differently",
        )
        for row, first, value, before, low, high, lower, higher in reading.con.execute(query).fetchall()
    ]  # fmt: skip
    return problems + _more(reading, count, position, "STOP", do, "told_twice_differently")


def _duplicates(reading: Reading, number: int, variables: Sequence[int], bounded: frozenset[int]) -> list[Problem]:
    pairs = f"FROM again{number} AS a JOIN valued AS b ON b.r = a.first"
    where = f"WHERE {' OR '.join(_same(at, bounded) for at in variables)}"
    count = one(reading.con, f"SELECT count(*) {pairs} {where}")
    rows = reading.con.execute(f"SELECT a.r, a.first {pairs} {where} ORDER BY a.r LIMIT {MOST_SHOWN}").fetchall()
    do = "Nothing, if it was copied twice; otherwise ask the source which row was meant"
    problems = [
        told(
            reading, [row], None, "WARN",
            f"Tells the same as row {first} for {_key(reading)}; the later one was set aside", do, "told_twice",
        )
        for row, first in rows
    ]  # fmt: skip
    return problems + _more(reading, count, None, "WARN", do, "told_twice")


def _more(reading: Reading, count: int, position: int | None, severity: Severity, do: str, rule: str) -> list[Problem]:
    rest = count - MOST_SHOWN
    what = f"{rest:,} more rows of the same kind ({count:,} in all)"
    problem = told(reading, [], position, severity, what, do, rule)
    return [replace(problem, more=rest)] if rest > 0 else []


def _key(reading: Reading) -> str:
    return ", ".join(["municipality", "year", *(column_name(reading.head, position) for position in reading.over)])


def _shown(value: float | None, low: float | None, high: float | None) -> str:
    if low is not None:
        return f"between {low:,.12g} and {high:,.12g}"
    return "not reported" if value is None else repr(value).removesuffix(".0")
