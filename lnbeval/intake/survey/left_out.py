"""Columns of figures that are left out of a proposal: no series of the years of their table, plans, and what never changes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lnbeval.intake.number_words import word_key
from lnbeval.intake.survey.parts import part_of_year

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.number_words import NumberWords
    from lnbeval.intake.survey.found import Reason


@dataclass(frozen=True, kw_only=True)
class FigureColumn:
    """A column of figures that could be proposed."""

    position: int
    header: str
    pattern: str  # with a mark for the year that its header names; blank when it names none
    steady: bool  # it says the same of a municipality in all years


def left_out_columns(columns: Sequence[FigureColumn], headers: HeaderWords, words: NumberWords) -> dict[int, Reason]:
    """The columns that are no series of the years of the table, by position, each with the reason."""
    parts = {column.position: part for column in columns if (part := _part(column.header, headers))}
    several = len(set(parts.values())) > 1
    counts = Counter(
        column.pattern for column in columns if column.pattern and not (several and column.position in parts)
    )
    wide = bool(counts)
    reasons: dict[int, Reason] = {}
    for column in columns:
        if several and column.position in parts:
            reasons[column.position] = "part"
        elif any(word_key(word) in words.planned for word in re.findall(r"[^\W\d_]+", column.header)):
            reasons[column.position] = "plan"
        elif wide and not column.pattern:
            reasons[column.position] = "no_year"
        elif wide and counts[column.pattern] == 1 and max(counts.values()) > 1:
            reasons[column.position] = "single"
        elif column.steady:
            reasons[column.position] = "steady"
    return reasons


def _part(header: str, words: HeaderWords) -> str:
    return next((part for one in header.split(" / ") if (part := part_of_year(one, words))), "")
