"""Absent parts of large files: months or groups that are not there, or not reported, and sums that are known by bounds alone."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.large.numbers import MISSING, STOPPED
from lnbeval.intake.large.own_parts import is_of_kept, own_parts, shared_parts
from lnbeval.intake.large.part_times import MOST_OF, NAMES_OF_PARTS
from lnbeval.intake.large.rows import groups, one
from lnbeval.intake.large.telling import told
from lnbeval.intake.table import column_name
from lnbeval.intake.text import MOST_SHOWN, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Keys, Reading
    from lnbeval.intake.large.result import Added
    from lnbeval.intake.large.values import Family
    from lnbeval.intake.problems import Problem

Gaps = frozenset[
    tuple[int, int, int]
]  # variable, municipality and year, all by number, that have no value for want of parts
Absent = list[tuple[int, int, int]]  # municipality, year, and how many parts it has

SUM: Final = "sum_of_what_is_there"
OPTIONS: Final = ("missing", SUM)
DO_MISSING: Final = "Ask for the rest. There is no value until then: eleven months are not a year"
DO_SUM: Final = "Ask for the rest. The sum is of what is there, as decided"
DO_MEAN: Final = "Ask for the rest. The average is of what is there"


def missing_parts(reading: Reading, named: Sequence[str], grouped: Sequence[Family]) -> tuple[Gaps, list[Problem]]:
    """Municipality-years in which months or groups are not there, or are not reported; and those that have no sum for it.

    `named` are the municipalities by number.
    """
    question = replace(
        told(reading, [], None, "ASK", "", "", "parts_absent"), options=OPTIONS, subject=listed(_over_names(reading))
    )
    summed = reading.answered.get(question.name) == SUM
    problems: list[Problem] = []
    gaps: set[tuple[int, int, int]] = set()
    for family in grouped:
        found = _absent(reading, family)
        do = DO_MEAN if not reading.adds else DO_SUM if summed else DO_MISSING
        own = own_parts(reading, named, family, do)
        problems += [*_warnings(reading, named, family, found, do), *own.problems]
        if not summed and reading.adds:
            gaps |= {(at, code, year) for _, _, rows, _ in found for code, year, _ in rows for at in family.variables}
            gaps |= {(at, code, year) for code, year in own.lacking for at in family.variables}
        problems += [problem for at in family.variables for problem in _unreported(reading, named, at)]
    if reading.adds and any(problem.rule == "parts_missing" for problem in problems):
        problems.append(_asked(question, problems))
    return frozenset(gaps), problems


def _asked(question: Problem, problems: Sequence[Problem]) -> Problem:
    said = listed(dict.fromkeys(problem.what for problem in problems if problem.rule == "parts_missing"))
    do = (
        "Say whether the figures of such a year are not known (missing), as those of a year with a blank part are, or what is "
        "there is all there was (sum_of_what_is_there)"
    )
    return replace(question, what=f"Rows of some parts are not there. {said}", do=do)


def _over_names(reading: Reading) -> list[str]:
    return [column_name(reading.head, position) for position in reading.over]


def _absent(reading: Reading, family: Family) -> list[tuple[str, int, Absent, int]]:
    """For each column of parts, and all of them together: its name, how many there are, and where there are fewer.

    Columns whose texts are no shared parts have no number that all should have; see `own_parts`.
    """
    rows = f"valued WHERE role = 0 AND m{family.number}"
    parts = [(part, *_named_parts(reading, at)) for at, part in enumerate(shared_parts(reading, rows)) if part]
    every = ", ".join(f"o{at}" for at in range(len(reading.over)))
    if len(parts) == len(reading.over) > 1:
        parts.append((f"({every})", f"different combinations of {listed(_over_names(reading))} in the file", 0))
    total = one(reading.con, f"SELECT count(DISTINCT (code, year)) FROM {rows}")
    told_of: list[tuple[str, int, Absent, int]] = []
    explained = "false"
    for part, name, whole in parts:
        most = max(whole, one(reading.con, f"SELECT count(DISTINCT {part}) FROM {rows}"))
        query = (
            f"SELECT code, year, count(DISTINCT {part}) AS n FROM {rows} GROUP BY code, year "
            f"HAVING n < {most} AND NOT ({explained}) ORDER BY code, year"
        )
        found = reading.con.execute(query).fetchall()
        explained += f" OR count(DISTINCT {part}) < {most}"
        told_of += [(name, most, found, total)] if found else []
    return told_of


def _named_parts(reading: Reading, at: int) -> tuple[str, int]:
    """What a column tells, and how many of these a year has: where sums are of several months, quarters or half-years; else 0."""
    sorts = reading.con.execute(
        f"SELECT sort, count(DISTINCT id) FROM over{at} WHERE id IN (SELECT o{at} FROM valued WHERE role = 0) GROUP BY sort"
    ).fetchall()
    column = quoted(column_name(reading.head, reading.over[at]))
    # An average of some months may well be what the source gives; a sum of them is no year.
    if reading.adds and len(sorts) == 1 and sorts[0][1] > 1 and sorts[0][0] in MOST_OF:
        return f"{NAMES_OF_PARTS[sorts[0][0]]} of a year in {column}", MOST_OF[sorts[0][0]]
    return f"different texts of {column} in the file", 0


def _warnings(
    reading: Reading, named: Sequence[str], family: Family, absent: Sequence[tuple[str, int, Absent, int]], do: str
) -> list[Problem]:
    """What is absent, but for values of a delivery before, of which no part is."""
    problems = []
    for name, most, every, total in absent:
        found = [(code, year, n) for code, year, n in every if not is_of_kept(reading, family, code, year)]
        shown = listed((f"{_named(named, code, year)} ({n:,})" for code, year, n in found), MOST_SHOWN)
        many = "1 municipality-year has" if len(found) == 1 else f"{len(found):,} of {total:,} municipality-years have"
        what = f"{many} fewer than the {most:,} {name}: {shown}"
        problems += [told(reading, [], None, "WARN", what, do, "parts_missing")] if found else []
    return problems


def _named(named: Sequence[str], code: int, year: int) -> str:
    return f"{named[code]} {year}" if year else named[code]  # Where columns tell the years, a row is of all of them.


def _unreported(reading: Reading, named: Sequence[str], at: int) -> list[Problem]:
    variable, position = reading.columns.variables[at]
    found = reading.con.execute(
        f"SELECT code, year, count_if(f{at} = {MISSING}) AS n, count_if(f{at} < {STOPPED}) AS every FROM valued "
        f"WHERE role = 0 GROUP BY code, year HAVING n > 0 AND n < every ORDER BY code, year"
    ).fetchall()
    found = [row for row in found if not reading.is_kept(at, *row[:2])]
    if not found:
        return []
    of = reading.years_of_columns.get(position, 0)
    shown = listed(
        (f"{_named(named, code, year or of)} ({n:,} of {every:,})" for code, year, n, every in found), MOST_SHOWN
    )
    then = "the sum is not known, and the value is missing" if reading.adds else "the average is of the others"
    what = f"{variable} is not reported in some rows of {_years_told(len(found))}, so {then}: {shown}"
    first = groups(reading.con, ["role"], f"role = 0 AND f{at} = {MISSING}", source="valued", most=1)[0].span
    do = "Ask for the figures; declare the word under `zero` where the source says that it means zero"
    return [told(reading, [int(first)], position, "WARN", what, do, "part_not_reported", span=first)]


def bounded_sums(reading: Reading, named: Sequence[str], rows: Sequence[Added]) -> list[Problem]:
    """A warning for each variable with sums, or averages, some parts of which are bounds."""
    problems = []
    for at, (variable, position) in enumerate(reading.columns.variables):
        of = reading.years_of_columns.get(position, 0)
        found = [
            f"{_named(named, row.code, row.year or of)} ({row.ends[at][0]:,.12g} to {row.ends[at][1]:,.12g})"
            for row in rows
            if row.code >= 0 and at in row.ends and not reading.is_kept(at, row.code, row.year)
        ]
        sums = "sum" if reading.adds else "average"
        what = (
            f"{variable} holds bounds or ranges in some rows of {_years_told(len(found))}, so the {sums} is not known "
            f"but for its own bounds: {listed(found, MOST_SHOWN)}"
        )
        do = "Ask for the figures. The value stays open; `low` and `high` beside it keep the bounds"
        problems += [told(reading, [], position, "WARN", what, do, "bounded_sums")] if found else []
    return problems


def _years_told(number: int) -> str:
    return "1 municipality-year" if number == 1 else f"{number:,} municipality-years"


def names_by_number(keys: Keys, codes: Sequence[str]) -> list[str]:
    """One way in which each municipality is written, by the numbers that stand for them."""
    names = {code: next(one_of.texts[0] for one_of in keys.spelled if one_of.code == code) for code in codes}
    return [names[code] for code in codes]
