"""Letters: those beyond ASCII that a language has, and the encodings in which its texts were written and misread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Letters:
    """The letters and encodings of one country; where none are known, only UTF-8 and what is declared is read."""

    letters: str = ""
    encodings: tuple[str, ...] = ()  # of one byte a sign, the likeliest first
    read_as: tuple[str, ...] = ()  # encodings in which UTF-8 is misread
    between: tuple[tuple[str, str], ...] = ()  # one-byte encodings: misread as, written in


NO_LETTERS: Final = Letters()
