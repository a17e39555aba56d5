"""Header words: which headers mean the same, and the words for years and their parts; all of them come from outside."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from lnbeval.intake.text import tidy_text

if TYPE_CHECKING:
    from collections.abc import Iterable


Meanings = Mapping[str, frozenset[str]]  # by the folded word; one may have several


@dataclass(frozen=True, kw_only=True)
class HeaderWords:
    """What headers mean, and what other words of a table mean: months, marks at years, words before a source."""

    headers: Meanings = field(default_factory=lambda: MappingProxyType({}))
    others: Meanings = field(default_factory=lambda: MappingProxyType({}))

    def alike(self, one: str, other: str) -> bool:
        """Whether two headers mean the same."""
        return bool(self.headers.get(folded(one), frozenset()) & self.headers.get(folded(other), frozenset()))

    def means(self, written: str, meaning: str) -> bool:
        """Whether a word or a header has a meaning."""
        key = folded(written)
        return meaning in self.others.get(key, ()) or meaning in self.headers.get(key, ())

    def opens(self, line: str, meaning: str) -> bool:
        """Whether a line opens with a word that has a meaning, as 'Burimi: ...' does."""
        words = tidy_text(line).split(" ")
        starts = (" ".join(words[:count]) for count in range(1, 5))
        return any(self.means(start.partition(":")[0].rstrip(".;-–* "), meaning) for start in starts)


NO_HEADER_WORDS = HeaderWords()


def header_words(headers: Iterable[tuple[str, str]], others: Iterable[tuple[str, str]] = ()) -> HeaderWords:
    """Header words of two tables: what each means, and one way of writing it."""
    return HeaderWords(headers=_meanings(headers), others=_meanings(others))


def _meanings(rows: Iterable[tuple[str, str]]) -> Meanings:
    meanings: dict[str, frozenset[str]] = {}
    for meaning, written in rows:
        key = folded(written)
        meanings[key] = meanings.get(key, frozenset()) | {meaning}
    return MappingProxyType(meanings)


def folded(header: str) -> str:
    """A header as compared where it is not written exactly the same: no case, no spaces, letters composed."""
    if header.isascii():
        return "".join(header.split()).casefold()
    whole = "".join(tidy_text(header).split()).casefold()
    return unicodedata.normalize("NFC", whole)  # folding case can decompose a letter
