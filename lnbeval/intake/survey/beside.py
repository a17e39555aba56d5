"""Columns beside figures that tell what these are, and are neither figures nor parts: plans and facts, units, ages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake.figures.age_bands import are_bands
from lnbeval.intake.figures.planned_words import kinds_of_texts
from lnbeval.intake.rows.unread_units import is_unit_column
from lnbeval.intake.survey.rows import texts_of
from lnbeval.intake.text import cell_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.survey.rows import Rows


def planned_columns(rows: Rows, columns: Sequence[int], meanings: Meanings) -> dict[int, tuple[str, ...]]:
    """The columns that call figures planned, each with its texts for actual ones."""
    found = {}
    for at in columns:
        kinds = kinds_of_texts(dict.fromkeys(texts_of(rows, at)), meanings.words)
        if "planned" in kinds.values():
            found[at] = tuple(text for text, kind in kinds.items() if kind == "actual")
    return found


def actual_rows(rows: Rows, planned: dict[int, tuple[str, ...]]) -> tuple[Rows, tuple[str, str]]:
    """The rows without planned figures, with the column and its text that choose them; all, where no one text does."""
    if len(planned) != 1:
        return rows, ("", "")
    ((at, actual),) = planned.items()
    if len(actual) != 1:
        return rows, ("", "")
    kept = frozenset(number for number, cell in rows.filled(at) if cell_text(cell) == actual[0])
    return rows.only(kept), (rows.table.header[at], actual[0])


def says_units(rows: Rows, at: int, meanings: Meanings) -> bool:
    """Whether a column says in which unit the figures of a row are."""
    return is_unit_column(rows.table.header[at], texts_of(rows, at), meanings)


def holds_ages(rows: Rows, at: int, meanings: Meanings) -> bool:
    """Whether a column holds bands of ages, which are parts of a population and no figures."""
    return are_bands(texts_of(rows, at), meanings)


def one_unit(rows: Rows, columns: Sequence[int]) -> str:
    """The unit of all figures, where one column tells a single one; else blank."""
    told = {text for at in columns for text in texts_of(rows, at)}
    return told.pop() if len(told) == 1 else ""
