"""Cells as text: one form for comparing, one for showing."""

from __future__ import annotations

import unicodedata
from datetime import datetime, time
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING, Final, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Read = TypeVar("Read")

MIDNIGHT: Final = time()
INVISIBLE = "\u200b\u2060\ufeff"  # zero-width space, word joiner, byte order mark: never part of a word
BLANKS = INVISIBLE + "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
MOST_SHOWN = 10  # items listed in one message before "and n more"
LONGEST_SHOWN = 60  # characters of a cell quoted in a message


class Uncalculated(Enum):
    """Stand for a formula whose result is not stored in the workbook."""

    CELL = "formula without a stored value"


UNCALCULATED: Final = Uncalculated.CELL
EXCEL_ERRORS = frozenset(
    {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)


class Shown(float):
    """A figure of which its sheet shows more than the digits.

    Attributes:
        unit: the sign or word shown beside it; of a percentage the figure is a hundred times what is stored, as it is shown.
        divisor: what it is divided by where it is shown.
    """

    unit: str
    divisor: int

    def __new__(cls, value: float, *, unit: str = "", divisor: int = 1) -> Self:
        """The figure with what is shown beside it."""
        made = super().__new__(cls, value)
        made.unit, made.divisor = unit, divisor
        return made

    def __str__(self) -> str:
        """The figure as shown: 30.4%, 300 €."""
        space = "" if self.unit in {"", "%"} else " "
        return f"{float(self) / self.divisor:.12g}{space}{self.unit}"

    def __eq__(self, other: object) -> bool:
        """Equal figures that are shown alike."""
        alike = not isinstance(other, Shown) or (self.unit, self.divisor) == (other.unit, other.divisor)
        return alike and float(self) == other

    def __hash__(self) -> int:
        """That of the figure."""
        return hash(float(self))


def is_blank(value: object) -> bool:
    """Tell whether a cell shows nothing."""
    return value is None or (isinstance(value, str) and not value.strip(BLANKS))


def mapped(function: Callable[[object], Read], cells: Iterable[object]) -> list[Read]:
    """The function of each cell, worked out once for cells that are alike."""
    known: dict[tuple[type, object], Read] = {}
    results = []
    for cell in cells:
        key = (cell.__class__, cell)
        if key not in known:
            known[key] = function(cell)
        results.append(known[key])
    return results


def tidy_text(text: str) -> str:
    """Text as compared: composed letters (NFC), one space for any white space, none at the ends."""
    if text.isascii() and text.isalnum():
        return text
    visible = text.translate({ord(letter): None for letter in INVISIBLE})
    return " ".join(unicodedata.normalize("NFC", visible).split())


def cell_text(value: object) -> str:
    """A cell as text: whole numbers without a decimal point, blank as the empty string."""
    if isinstance(value, str):
        return tidy_text(value)
    if isinstance(value, float) and not isinstance(value, Shown) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, Uncalculated):
        return "(formula without a stored value)"
    if isinstance(value, datetime) and value.time() == MIDNIGHT:
        return value.date().isoformat()  # A day, which some kinds of workbook keep with a time that nobody wrote.
    return "" if value is None else str(value)


def quoted(text: str) -> str:
    """Text in quotation marks, on one line, cut when it is too long to read in a message."""
    line = " ".join(text.split())
    return f"'{line}'" if len(line) <= LONGEST_SHOWN else f"'{line[:LONGEST_SHOWN]}…'"


def listed(items: Iterable[str], most: int = MOST_SHOWN) -> str:
    """Items in one line: the first ones, and how many more."""
    every = list(items)
    rest = len(every) - most
    return ", ".join(every[:most]) + (f" and {rest} more" if rest > 0 else "")


def several(number: int, noun: str) -> str:
    """A number with its noun: '1 row', '2,016 rows'."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def first_place(place: str, number: int) -> str:
    """The first of several places, and how many more, where all of them stand elsewhere in one message."""
    return f"{place} and {number - 1:,} more" if number > 1 else place


def nearest(word: str, words: Sequence[str]) -> str:
    """A sentence part naming up to three words like the one given, or nothing."""
    folded: dict[str, str] = {}
    for candidate in words:
        folded.setdefault(candidate.casefold(), candidate)
    close = get_close_matches(word.casefold(), list(folded), n=3, cutoff=0.5)
    return f" Nearest: {', '.join(quoted(folded[key]) for key in close)}." if close else ""
