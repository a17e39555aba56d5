"""Texts in number cells taken apart: the numerals as written, and the sign or unit around them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.marks import SPACES
from lnbeval.intake.number_words import NO_WORDS, word_key
from lnbeval.intake.text import BLANKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lnbeval.intake.number_words import NumberWords, Sign

NUMERAL: Final = r"[+-]?[.,]?[0-9](?:[0-9., ]*[0-9])?(?:[eE][+-]?[0-9]+)?"
ALONE: Final = re.compile(NUMERAL)
MARKED: Final = re.compile(rf"({NUMERAL})\s?(\*{{1,3}}|[†‡§]{{1,2}}|[¹²³⁴⁵⁶⁷⁸⁹]{{1,2}})")
LONGEST: Final = 80  # characters; a longer text is no figure
BEFORE: Final = re.compile(r"[^0-9+,<>-]+")  # a word before a number, with its full stop
UNIT_BEFORE: Final = re.compile(r"([^0-9+.,-]{1,20}?)\s*([+-]?[.,]?[0-9].*)")
RANGE: Final = re.compile(r"([0-9][0-9., ]*?)\s*[-‐‑–—]\s*([0-9][0-9., ]*)")
SIGNS: Final[Mapping[str, Sign]] = {  # the same in every language; the longer first
    "<=": "at_most",
    "=<": "at_most",
    ">=": "at_least",
    "=>": "at_least",
    "≤": "at_most",
    "≥": "at_least",
    "<": "below",
    ">": "above",
    "≈": "approximate",
    "~": "approximate",
    "∼": "approximate",
}


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A text in a number cell: its numerals as written, the sign before or between them, the word behind or before them."""

    numerals: tuple[str, ...]
    sign: Sign | None = None
    word: str = ""  # a unit word
    unit: str = ""  # what it stands for
    mark: str = ""  # of a footnote, behind a number that stands alone


def number_parts(text: str, words: NumberWords = NO_WORDS) -> Parts | None:
    """What a text is made of; None when it is no number, bound, range or number with a known unit."""
    line = text.strip(BLANKS).translate(SPACES)
    if ALONE.fullmatch(line):
        return Parts(numerals=(line,))
    marked = MARKED.fullmatch(line)
    if marked:
        return Parts(numerals=(marked[1],), mark=marked[2])
    if len(line) > LONGEST:
        return None
    bare, word, unit = _without_unit(line, words)
    sign, rest = _without_sign(bare, words)
    if not unit:
        rest, word, unit = _without_unit_before(rest, words)
    if ALONE.fullmatch(rest) and (sign or unit):
        return Parts(numerals=(rest,), sign=sign, word=word, unit=unit)
    ends = None if sign else _range(rest, words)
    return None if ends is None else Parts(numerals=ends, sign="range", word=word, unit=unit)


def _without_unit(line: str, words: NumberWords) -> tuple[str, str, str]:
    # The word may have several parts and may stand behind a bound, so that every end of the text is looked up.
    for found in re.finditer(r"(?<=[0-9])\s*(?=[^0-9\s.,])", line):
        word = line[found.end() :]
        if word_key(word) in words.units:
            return line[: found.start()], word, words.units[word_key(word)]
    return line, "", ""


def _without_unit_before(line: str, words: NumberWords) -> tuple[str, str, str]:
    found = UNIT_BEFORE.fullmatch(line)
    if found is None or word_key(found[1]) not in words.units:
        return line, "", ""
    return found[2], found[1], words.units[word_key(found[1])]


def _without_sign(line: str, words: NumberWords) -> tuple[Sign | None, str]:
    for symbol, sign in SIGNS.items():
        if line.startswith(symbol):
            return sign, line.removeprefix(symbol).lstrip()
    before = BEFORE.match(line)
    if before and words.signs.get(word_key(before[0]), "range") != "range":
        return words.signs[word_key(before[0])], line[before.end() :]
    return None, line


def _range(line: str, words: NumberWords) -> tuple[str, str] | None:
    found = RANGE.fullmatch(line)
    if found:
        return found[1], found[2]
    between = re.fullmatch(rf"({NUMERAL})\s+(\D+?)\s+({NUMERAL})", line)
    if between and words.signs.get(word_key(between[2])) == "range":
        return between[1], between[3]
    return None
