"""Parts of years: headers and names of sheets that speak of a month, a quarter or a half-year."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.numbers import Fault
from lnbeval.intake.header_words import folded
from lnbeval.intake.heading.years import MIXED, PARTS, day_of_year, year_label

if TYPE_CHECKING:
    from lnbeval.intake.header_words import HeaderWords

YEAR_IN_HEADER: Final = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?:\s*[-/–—]\s*(?:[0-9]{4}|[0-9]{2}))?(?![0-9])")
NUMBERED: Final = re.compile(r"([^\W\d_]{1,2})[\s.-]?(?:[1-4]|I{1,3}|IV)")  # such as T1, Q 2 or TR-IV
FEWEST_LETTERS: Final = 3  # of a word that names a part of a year by itself


def year_in(header: str) -> re.Match[str] | None:
    """The year in a header, or the span of years; none when there is none, or there are several."""
    every = list(YEAR_IN_HEADER.finditer(header))
    return every[0] if len(every) == 1 else None


def part_of_year(text: str, words: HeaderWords) -> str:
    """The one part of a year that a text speaks of, as compared; blank when it speaks of none, or from one to another."""
    if day_of_year(text):
        return ""  # It may stand for the whole year.
    label = year_label(text, words, "start")
    if isinstance(label, Fault) and label.kind == MIXED and not re.search(r"[^\W\d_]", text):
        return text  # A month in figures, or a day.
    bare = YEAR_IN_HEADER.sub(" ", text).strip(" -./()")
    if (numbered := NUMBERED.fullmatch(bare)) and _means_part(numbered[1], words):
        return folded(bare)
    named = [word for word in re.split(r"[\s,./()–_]+|(?<=[^\W\d_])-", bare) if _is_part(word, words)]
    return folded(bare) if len({folded(word) for word in named}) == 1 else ""


def _is_part(word: str, words: HeaderWords) -> bool:
    return len(re.sub(r"[\W\d_]", "", word)) >= FEWEST_LETTERS and _means_part(word, words)


def _means_part(word: str, words: HeaderWords) -> bool:
    return any(words.means(word, part) for part in PARTS)
