"""Findings that say the same of several columns of one variable: told once, with all their places."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.spans import folded
from lnbeval.intake.table import column_name
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.table import RawTable

OF_COLUMNS: Final = frozenset(
    {
        "ambiguous_marks",
        "approximate_numbers",
        "bounded_values",
        "marked_numbers",
        "marks_decided",
        "missing_words",
        "unit_words",
    }
)
PARTICULAR: Final = re.compile(  # of one column: quotations with figures, addresses, counts
    r"'[^']*[0-9][^']*'|\b(?:[A-Z]{1,3}[0-9]+|rows? [0-9]+(?:-[0-9]+)?)(?::[A-Z]{1,3}[0-9]+)?(?:, |\b)|[-−]?[0-9][0-9.,]*| and # more"
)


def told_once(problems: Iterable[Problem], table: RawTable, columns: Columns) -> list[Problem]:
    """The problems in their order, each with those behind it that differ in nothing but column and figures."""
    variable = {column_name(table, place): name for name, place in columns.variables}
    groups: dict[Hashable, list[Problem]] = {}
    for number, problem in enumerate(problems):
        groups.setdefault(_sense(problem, variable) or number, []).append(problem)
    return [_together(group) for group in groups.values()]


def _sense(problem: Problem, variable: Mapping[str, str]) -> Hashable | None:
    """What is said, but for the particulars; None where it is not to be drawn together."""
    if problem.rule not in OF_COLUMNS:
        return None
    name = problem.subject
    words = " ".join(PARTICULAR.sub(" ", problem.what.replace(quoted(name), "")).split())
    return (problem.rule, problem.severity, problem.do, variable.get(name, name), words)


def _together(group: list[Problem]) -> Problem:
    first, *others = group
    if not others:
        return first
    more = f"the same of {_several(len(others), 'more column')}: {listed(quoted(one.subject) for one in others)}"
    years = sorted({one.year for one in group if one.year})
    return replace(
        first,
        cell=folded([one.cell for one in group if one.cell]),
        municipality=first.municipality if len({one.municipality for one in group}) == 1 else "",
        year=f"{years[0]}-{years[-1]}" if len(years) > 1 else "".join(years),
        what=f"{first.what}; {more}",
    )


def _several(number: int, noun: str) -> str:
    return f"one {noun}" if number == 1 else f"{number} {noun}s"
