"""Layouts: what a sheet shows beside the values of its cells: merged areas, hidden rows, colours, comments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Place = tuple[int, int]  # row counted from 1, position of the column counted from 0
NoteKind = Literal["title", "note", "source", "flag"]

REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True)
class Area:
    """A rectangle of cells, its edges included; rows from 1, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_one_column(self) -> bool:
        """Whether it runs down one column only."""
        return self.left == self.right


@dataclass(frozen=True)
class Note:
    """Text of a file that is no value: a title, a footnote, a source line, a mark at a year."""

    row: int
    text: str
    kind: NoteKind


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a workbook tells of a sheet beside its values; nothing of it for other kinds of files."""

    merges: tuple[Area, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    filtered: bool = False
    colours: Mapping[Place, int] = field(
        default_factory=lambda: MappingProxyType({})
    )  # cells with a fill, by its number
    comments: tuple[tuple[Place, str], ...] = ()
    fetched: frozenset[Place] = frozenset()  # cells whose formulas take their value from another workbook


def place(reference: str) -> Place | None:
    """The place that a reference such as C14 names; None when it names none."""
    found = REFERENCE.fullmatch(reference.replace("$", "").upper())
    if found is None:
        return None
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), number - 1


def area(reference: str) -> Area | None:
    """The area that a reference such as C14:D20 names; None when it names none."""
    first, _, last = reference.partition(":")
    start, end = place(first), place(last or first)
    return None if start is None or end is None else Area(start[0], start[1], end[0], end[1])
