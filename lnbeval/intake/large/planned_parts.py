"""Planned parts: a stop where rows that are added up or averaged are plans by the column that cuts them, all or some of them."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake.rows.planned_rows import planned_problem, sorted_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.large.values import Family
    from lnbeval.intake.problems import Problem


def planned_parts(reading: Reading, grouped: Sequence[Family]) -> list[Problem]:
    """A stop for each column whose texts say that parts of a sum or an average are planned figures."""
    used = "added up" if reading.adds else "averaged"
    problems = []
    for at, position in enumerate(reading.over):
        for family in grouped:
            variables = [reading.columns.variables[number][0] for number in family.variables]
            chosen = any(place == position and name in variables for name, place, _ in reading.columns.conditions)
            told = None if chosen else sorted_texts(_texts(reading, at, family), reading.words)
            if told is not None:
                named = list(dict.fromkeys(variables))
                problems.append(planned_problem(reading.head, position, told, named, used))
    return problems


def _texts(reading: Reading, at: int, family: Family) -> list[str]:
    """The texts of the parts of which there are rows that count."""
    found = reading.con.execute(
        f"SELECT word FROM over{at} WHERE id IN (SELECT o{at} FROM valued WHERE role = 0 AND m{family.number}) ORDER BY id, word"
    ).fetchall()
    return [word for (word,) in found]
