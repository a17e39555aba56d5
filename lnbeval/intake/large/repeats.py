"""Repeats in large files: what is told twice for a municipality, a year and a part."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lnbeval.intake.large.numbers import REPEATED, STOPPED
from lnbeval.intake.large.rows import one
from lnbeval.intake.large.values import told
from lnbeval.intake.table import column_name
from lnbeval.intake.text import MOST_SHOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.large.values import Family
    from lnbeval.intake.problems import Problem, Severity


def repeated(reading: Reading, grouped: Sequence[Family]) -> list[Problem]:
    """What is told twice for a municipality, year and part: the first telling stays, the others get the fate REPEATED."""
    return [problem for family in grouped for problem in _repeated(reading, family)]


def _repeated(reading: Reading, family: Family) -> list[Problem]:
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
    problems = [problem for at in family.variables for problem in _conflicts(reading, number, at)]
    problems += _duplicates(reading, number, family.variables)
    for at in family.variables:
        con.execute(f"UPDATE valued SET f{at} = {REPEATED}, v{at} = NULL FROM again{number} AS a WHERE valued.r = a.r")
    return problems


def _same(at: int) -> str:
    return f"(a.f{at} < {STOPPED} AND b.f{at} < {STOPPED} AND a.v{at} IS NOT DISTINCT FROM b.v{at})"


def _conflicts(reading: Reading, number: int, at: int) -> list[Problem]:
    variable, position = reading.columns.variables[at]
    pairs = f"FROM again{number} AS a JOIN valued AS b ON b.r = a.first"
    where = f"WHERE a.f{at} < {STOPPED} AND b.f{at} < {STOPPED} AND NOT {_same(at)}"
    count = one(reading.con, f"SELECT count(*) {pairs} {where}")
    query = f"SELECT a.r, a.first, a.v{at}, b.v{at} {pairs} {where} ORDER BY a.r LIMIT {MOST_SHOWN}"
    do = "Keep one of the two: correct the file, or name under `over` the column in which the rows differ"
    problems = [
        told(
            reading, [row], position, "STOP",
            f"{variable} is {_shown(value)} here, but {_shown(before)} in row {first}, for the same {_key(reading)}",
            do, "told_twice_differently",
        )
        for row, first, value, before in reading.con.execute(query).fetchall()
    ]  # fmt: skip
    return problems + _more(reading, count, position, "STOP", do, "told_twice_differently")


def _duplicates(reading: Reading, number: int, variables: Sequence[int]) -> list[Problem]:
    pairs = f"FROM again{number} AS a JOIN valued AS b ON b.r = a.first"
    where = f"WHERE {' OR '.join(_same(at) for at in variables)}"
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


def _shown(value: float | None) -> str:
    return "not reported" if value is None else repr(value).removesuffix(".0")
