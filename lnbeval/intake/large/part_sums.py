"""Sums among parts: a part whose figures are those of all the others together is probably their total."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.large.numbers import BOUNDED, CONDITION, MISSING, STOPPED
from lnbeval.intake.large.part_dependence import dependent_parts
from lnbeval.intake.large.parts import has_rows_aside, parts_aside
from lnbeval.intake.large.rows import one
from lnbeval.intake.large.telling import told
from lnbeval.intake.table import column_name
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.large.part_dependence import Dependent
    from lnbeval.intake.problems import Problem

ENOUGH: Final = 3  # municipality-years in which a part must be the sum of two others at least
NEARLY_ALL: Final = 0.95  # of those in which it can be told
TOTAL: Final = "total"
LIKE_A_TOTAL: Final = "part_like_a_total"
OPTIONS: Final = (TOTAL, "part")
UNKNOWN: Final = f"({MISSING}, {BOUNDED}, {STOPPED})"  # fates of cells without which a sum is not known


@dataclass(frozen=True, kw_only=True)
class PartSum:
    """A part that holds the sum of the others, as one variable shows."""

    number: int
    word: str
    variable: str
    equal: int  # municipality-years
    of: int


def sums_among_parts(reading: Reading, asked: Collection[str]) -> list[Problem]:
    """A question for each part that holds the sum of all others; one that was answered with total is set aside.

    `asked` are questions that were asked already.
    """
    problems = []
    for at in range(len(reading.over)):
        for part in _sums(reading, at):
            question = _question(reading, at, part)
            if question.name in asked:
                continue
            problems.append(question)
            if reading.answered.get(question.name) == TOTAL:
                _set_aside(reading, at, part.number)
    return [*problems, *_subtotals(reading, {*asked, *(problem.name for problem in problems)})]


def _subtotals(reading: Reading, asked: AbstractSet[str]) -> list[Problem]:
    """A question for each part that is a fixed sum of some others, in all columns before any is set aside."""
    problems, totals = [], []
    for at in range(len(reading.over)):
        words = _words(reading, at)
        for part in dependent_parts(reading, at):
            question = _question_of_some(reading, at, part, words)
            if {question.name, replace(question, rule=LIKE_A_TOTAL).name} & asked:
                continue
            problems.append(question)
            totals += [(at, part.number)] if reading.answered.get(question.name) == TOTAL else []
    for at, number in totals:
        _set_aside(reading, at, number)
    return problems


def _words(reading: Reading, at: int) -> dict[int, str]:
    found = reading.con.execute(f"SELECT id, min(word) FROM over{at} GROUP BY id").fetchall()
    return {int(number): str(word) for number, word in found}


def _question_of_some(reading: Reading, at: int, part: Dependent, words: Mapping[int, str]) -> Problem:
    position = reading.over[at]
    column, word = column_name(reading.head, position), words.get(part.number, "")
    others = listed(quoted(words.get(number, "")) for number in part.others)
    what = (
        f"{quoted(word)} in column {quoted(column)} is the same sum of others in all {part.of:,} municipality-years: of {others}, "
        f"as {part.variable} says. If it is their total, what it holds is counted more than once"
    )
    do = f"Say whether {quoted(word)} is a total of others (total), which is then set aside, or a part like them (part)"
    asked = told(reading, [], position, "ASK", what, do, "part_sum_of_some")
    return replace(asked, subject=f"{column} {word}", options=OPTIONS)


def _sums(reading: Reading, at: int) -> list[PartSum]:
    parts = f"over{at} WHERE NOT (total OR within OR apart)"
    if one(reading.con, f"SELECT count(DISTINCT id) FROM {parts}") < ENOUGH:
        return []
    words: dict[int, str] = {}
    for number, word in reading.con.execute(f"SELECT id, word FROM {parts} ORDER BY id").fetchall():
        words.setdefault(number, word)
    names = [name for name, _ in reading.columns.variables]
    shown: dict[int, PartSum] = {}
    for number, counts in _counted(reading, at):
        for name in dict.fromkeys(names):
            of, equal = (
                sum(counts[2 * place + half] for place, own in enumerate(names) if own == name) for half in (0, 1)
            )
            if equal >= ENOUGH and equal >= NEARLY_ALL * of:
                part = PartSum(number=number, word=words.get(number, ""), variable=name, equal=equal, of=of)
                shown.setdefault(number, part)
    return list(shown.values())


def _counted(reading: Reading, at: int) -> list[tuple[int, list[int]]]:
    """Of each part, and for each variable, the municipality-years in which it could be the sum of the others, and is.

    Where fewer than two others hold anything a part is the same as another one, which says nothing.
    """
    places = range(len(reading.columns.variables))
    sums = ", ".join(f"sum(v{v}) AS s{v}, bool_or(f{v} IN {UNKNOWN}) AS u{v}" for v in places)
    wholes = ", ".join(f"sum(s{v}) AS t{v}, bool_or(u{v}) AS w{v}, count_if(s{v} <> 0) AS n{v}" for v in places)
    counts = []
    for v in places:
        equal = f"abs(2 * s{v} - t{v}) <= 1e-6 * abs(t{v})"
        known = f"NOT w{v} AND s{v} IS NOT NULL AND (n{v} - CAST(s{v} <> 0 AS INT) >= 2 OR NOT {equal})"
        counts.append(f"count_if({known}), count_if({known} AND {equal})")
    used = " OR ".join(f"f{v} < {CONDITION}" for v in places)
    found = reading.con.execute(
        f"WITH parts AS (SELECT code, year, o{at} AS part, {sums} FROM valued WHERE role = 0 AND ({used}) "
        f"GROUP BY code, year, part), wholes AS (SELECT code, year, {wholes} FROM parts GROUP BY code, year) "
        f"SELECT part, {', '.join(counts)} FROM parts JOIN wholes USING (code, year) GROUP BY part ORDER BY part"
    ).fetchall()
    return [(number, list(rest)) for number, *rest in found]


def _question(reading: Reading, at: int, part: PartSum) -> Problem:
    position = reading.over[at]
    column, word = column_name(reading.head, position), quoted(part.word)
    what = (
        f"{word} in column {quoted(column)} is as much as all the others together: {part.variable} says so in "
        f"{part.equal:,} of {part.of:,} municipality-years. If it is their total, everything is counted twice"
    )
    do = f"Say whether {word} is the total of the others (total), which is then set aside, or a part like them (part)"
    asked = told(reading, [], position, "ASK", what, do, LIKE_A_TOTAL)
    return replace(asked, subject=f"{column} {part.word}", options=OPTIONS)


def _set_aside(reading: Reading, at: int, number: int) -> None:
    con = reading.con
    con.execute(f"UPDATE over{at} SET total = true WHERE id = {number:d}")
    con.execute(f"DELETE FROM valued WHERE role = 0 AND o{at} = {number:d}")
    con.execute(f"UPDATE valued SET deep = deep + 1 WHERE o{at} = {number:d}")


def rows_of_totals(reading: Reading, named: Sequence[str], compared: str) -> list[Problem]:
    """Leave every total over the parts out of what is added up; say which there are, and what was `compared` with them.

    `named` are the municipalities.
    """
    if not has_rows_aside(reading):
        return []
    _without_deeper_totals(reading)
    return parts_aside(reading, named, compared)


def _without_deeper_totals(reading: Reading) -> None:
    """Of the rows of a total, leave out those that add up other rows of it: totals over the parts beside the parts."""
    fates = ", ".join(f"f{v} = {CONDITION}, v{v} = NULL" for v in range(len(reading.columns.variables)))
    reading.con.execute(
        f"UPDATE valued SET {fates} FROM (SELECT spelling, year, min(deep) AS least FROM valued WHERE role = 1 "
        "GROUP BY spelling, year) AS kept WHERE valued.role = 1 AND valued.spelling = kept.spelling "
        "AND valued.year IS NOT DISTINCT FROM kept.year AND valued.deep > kept.least"
    )
