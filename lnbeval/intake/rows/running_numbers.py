"""Running numbers: columns that count rows or municipalities, and say nothing about them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST_NUMBERED: Final = 3  # rows, from which on numbers one after another are no chance


def is_running_number(texts: Sequence[str]) -> bool:
    """Whether a column numbers its rows, through the table or anew in each block of it, as of a county."""
    figures = _figures(texts)
    if len(figures) != len(texts) or len(figures) < FEWEST_NUMBERED or figures[0] > 1:
        return False
    on = [after == before + 1 for before, after in pairwise(figures)]
    anew = [after == figures[0] for after in figures[1:]]
    return 2 * sum(on) > len(on) and all(going or begun for going, begun in zip(on, anew, strict=True))


def counts_up(texts: Sequence[str]) -> bool:
    """Whether the numbers of a column, each where it stands first, are 1, 2, 3 and so on: of municipalities as they are listed."""
    figures = list(dict.fromkeys(_figures(texts)))
    return len(figures) >= FEWEST_NUMBERED and figures[0] <= 1 and is_running_number([str(one) for one in figures])


def _figures(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit()]
