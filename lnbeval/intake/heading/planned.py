"""Planned against actual: a warning when the source declares one of two columns of a figure, or planned ones alone."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from lnbeval.intake.number_words import word_key
from lnbeval.intake.problems import Problem
from lnbeval.intake.registered import OF_A_HUNDRED
from lnbeval.intake.table import RawTable, header_address
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.number_words import NumberWords

Kind = Literal["planned", "actual"]
SHORT = 3  # letters of a word that only links others, such as an article
BRACKETS: Final = re.compile(r"[(\[][^()\[\]]*[)\]]")
NO_KINDS: Final[Mapping[str, str]] = MappingProxyType({})


def planned_problems(
    table: RawTable, columns: Columns, words: NumberWords, kinds: Mapping[str, str] = NO_KINDS
) -> list[Problem]:
    """A warning for each variable read from planned figures, or from actual ones beside planned ones that no source declares.

    `kinds` are those of the registered variables: what is counted may be plans itself, such as care plans.
    """
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
    beside = {
        position
        for position, kind in told.items()
        for at, other in told.items()
        if other != kind and _same_figure(table, position, at, words)
    }
    alone: dict[str, list[int]] = {}
    for variable, position in columns.variables:
        if position not in beside and _is_planned(table.header[position], kinds.get(variable, ""), words):
            alone.setdefault(variable, []).append(position)
    return [
        *(_problem(table, variable, kind, pairs) for (variable, kind), pairs in found.items()),
        *(_alone(table, variable, places) for variable, places in alone.items()),
    ]


def _is_planned(header: str, kind: str, words: NumberWords) -> bool:
    """Whether a header without a counterpart says that its figures are planned; a noun says so of money, or at the end."""
    if _kind(header, words) != "planned":
        return False
    if _words(header) & (words.planned - words.plans):
        return True
    last = [word for word in re.findall(r"\w+", word_key(BRACKETS.sub(" ", header))) if not word.isdecimal()][-1:]
    return kind == "money" or (kind not in OF_A_HUNDRED and bool(words.plans & set(last)))


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
        cell=header_address(table, first),
        what=f"{variable} is read from {read}, which holds {kind} figures; the table holds {counterpart} ones too, in {others}",
        do=f"Check that {kind} figures are meant; otherwise name {others} under `columns`",
        rule="planned_or_actual",
        subject=variable,
    )


def _alone(table: RawTable, variable: str, places: Sequence[int]) -> Problem:
    read = listed(quoted(table.header[at]) for at in places)
    return Problem(
        severity="WARN",
        file=table.file,
        sheet=table.sheet,
        cell=header_address(table, places[0]),
        what=f"{variable} is read from {read}, which holds planned figures by its name; the table holds no actual ones beside them",
        do="Ask for what was done or spent. A plan says what was meant, and no effect can be seen in it; if planned figures are "
        "meant, say so in the finding",
        rule="planned_alone",
        subject=variable,
    )
