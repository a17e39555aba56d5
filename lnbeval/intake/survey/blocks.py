"""Blocks: several tables on one sheet, below each other, which no source can declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake.survey.places import is_figure, is_header
from lnbeval.intake.text import cell_text, is_blank, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.survey.places import UnitPlace
    from lnbeval.intake.table import Row


def blocks_below(rows: Sequence[Row], place: UnitPlace, words: HeaderWords) -> tuple[str, str] | None:
    """What heads the blocks in which municipalities are named anew: "header" or "title", and where; None for one table."""
    seen: set[str] = set()
    current: set[str] = set()
    heads: list[tuple[int, str, bool]] = []
    pending: tuple[int, str, bool] | None = None
    first, last = min(place.codes), max(place.codes)
    for number, cells in rows:
        code = place.codes.get(number)
        if code is not None:
            current.add(code)
            if pending is not None and code in seen:
                heads.append(pending)
            pending = None
        elif first < number < last and (head := _head(number, cells, place, words)) is not None:
            seen, current, pending = seen | current, set(), _stronger(pending, head, current)
    if not heads:
        return None
    kind = "header" if any(is_head for *_, is_head in heads) else "title"
    return kind, listed(f"row {number} ({quoted(text)})" for number, text, _ in heads)


def _stronger(
    pending: tuple[int, str, bool] | None, head: tuple[int, str, bool], since: set[str]
) -> tuple[int, str, bool]:
    """Of a title and the header right below it the header heads the block."""
    return pending if pending is not None and not since and pending[2] else head


def _head(number: int, cells: Sequence[object], place: UnitPlace, words: HeaderWords) -> tuple[int, str, bool] | None:
    filled = [cell for cell in cells if not is_blank(cell)]
    at = cells[place.position] if place.position < len(cells) else None
    if is_header(cells) and words.means(cell_text(at), "municipality"):
        return number, cell_text(at), True
    if len(filled) == 1 and isinstance(filled[0], str) and not is_figure(filled[0]):
        return number, cell_text(filled[0]), False
    return None
