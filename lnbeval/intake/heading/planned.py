"""Planned against actual: a warning when a table holds both for one figure and the source declares one of the two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from lnbeval.intake.number_words import word_key
from lnbeval.intake.problems import Problem
from lnbeval.intake.table import RawTable, column_letter
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.number_words import NumberWords

Kind = Literal["planned", "actual"]
SHORT = 3  # letters of a word that only links others, such as an article


def planned_problems(table: RawTable, columns: Columns, words: NumberWords) -> list[Problem]:
    """A warning for each variable whose columns have counterparts of the other kind that the source does not declare."""
    declared = {position for _, position in columns.variables}
    told = {at: kind for at, header in enumerate(table.header) if (kind := _kind(header, words)) is not None}
    found: dict[tuple[str, Kind], dict[int, list[int]]] = {}
    for variable, position in columns.variables:
        others = [
            at
            for at, kind in told.items()
            if kind != told.get(position, kind) and at not in declared and _same_figure(table, position, at, words)
        ]
        if others:
            found.setdefault((variable, told[position]), {})[position] = others
    return [_problem(table, variable, kind, pairs) for (variable, kind), pairs in found.items()]


def _kind(header: str, words: NumberWords) -> Kind | None:
    found = _words(header)
    planned, actual = bool(found & words.planned), bool(found & words.actual)
    if planned == actual:
        return None
    return "planned" if planned else "actual"


def _same_figure(table: RawTable, position: int, other: int, words: NumberWords) -> bool:
    one, two = (_subject(table.header[at], words) for at in (position, other))
    return one <= two or two <= one


def _subject(header: str, words: NumberWords) -> frozenset[str]:
    rest = _words(header) - words.planned - words.actual
    return frozenset(word for word in rest if len(word) > SHORT or word.isdecimal())


def _words(header: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", word_key(header)))


def _problem(table: RawTable, variable: str, kind: Kind, pairs: dict[int, list[int]]) -> Problem:
    first = next(iter(pairs))
    read = listed(quoted(table.header[at]) for at in pairs)
    others = listed(quoted(table.header[at]) for at in dict.fromkeys(at for every in pairs.values() for at in every))
    counterpart = "actual" if kind == "planned" else "planned"
    return Problem(
        severity="WARN",
        file=table.file,
        sheet=table.sheet,
        cell=f"{column_letter(first)}{table.header_row}" if table.kind == "xlsx" else f"row {table.header_row}",
        what=f"{variable} is read from {read}, which holds {kind} figures; the table holds {counterpart} ones too, in {others}",
        do=f"Check that {kind} figures are meant; otherwise name {others} under `columns`",
        rule="planned_or_actual",
        subject=variable,
    )
