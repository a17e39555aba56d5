"""Hints: the nearest of the words that would have been right, as the end of a message."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(word: str, words: Iterable[str], cutoff: float = 0.5) -> str:
    """A sentence that names the nearest word, with a space before it, or "" where none is near."""
    known = list(words)
    near = get_close_matches(word, known, n=1, cutoff=cutoff) or get_close_matches(
        word.lower(), known, n=1, cutoff=cutoff
    )
    return f" Did you mean '{near[0]}'?" if near else ""
