"""Names of parts: which texts of a column of months, groups or sex name the same part, and which name none of the parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.header_words import folded
from lnbeval.intake.heading.years import PARTS
from lnbeval.intake.number_words import word_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.resolver import TotalTest

MOST_OF: Final = {"month": 12, "quarter": 4, "half_year": 2}  # parts of a year, by the words of PARTS
NUMBERED: Final = re.compile(r"(month|quarter|half_year)_[0-9]+")  # what a name such as that of a month means
SAME_PART: Final = ("women", "men")
OF_WHICH: Final = "of_which"  # the meaning of words that open the name of a part of another part
WORD_AND_NUMBER: Final = re.compile(r"([^\W\d_][^\d]*?)?[\s.\-–]*([0-9]{1,2}|\b[ivx]{1,4}\b)[\s.\-–]*([^\W\d_]\D*)?")
BRACKETS: Final = str.maketrans(dict.fromkeys("()[]"))
ROMAN: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


@dataclass(frozen=True, kw_only=True)
class PartNames:
    """The different texts of a column that is added up over, side by side."""

    words: tuple[str, ...]
    keys: tuple[str, ...]  # the same for texts that name the same part
    totals: tuple[bool, ...]  # stands for all parts together
    within: tuple[bool, ...]  # is told to be a part of another part

    @property
    def alike(self) -> list[list[str]]:
        """Texts that were taken for the same part, by part; only of parts that are written in several ways."""
        found: dict[str, list[str]] = {}
        for word, key in zip(self.words, self.keys, strict=True):
            found.setdefault(key, []).append(word)
        return [words for words in found.values() if len(words) > 1]


def part_names(header: str, words: Sequence[str], meanings: HeaderWords, is_total: TotalTest) -> PartNames:
    """What the texts of a column mean.

    Totals and parts of other parts are such only beside a part that is neither: a column that says 'total' in every row is not
    cut into parts, and its rows are all there is.
    """
    unique = tuple(dict.fromkeys(words))
    within = [meanings.opens(word.translate(BRACKETS).lstrip(" -–•*"), OF_WHICH) for word in unique]
    totals = [is_total(word) and not inner for word, inner in zip(unique, within, strict=True)]
    kind = _kind(header, [word for word, total in zip(unique, totals, strict=True) if word and not total], meanings)
    others = any(word and not (total or inner) for word, total, inner in zip(unique, totals, within, strict=True))
    return PartNames(
        words=unique,
        keys=tuple(_key(word, kind, meanings) for word in unique),
        totals=tuple(total and others for total in totals),
        within=tuple(inner and (others or any(totals)) for inner in within),
    )


def _key(word: str, kind: str, meanings: HeaderWords) -> str:
    return _numbered(word, kind, meanings) or _meant(word, meanings) or folded(word)


def _kind(header: str, words: Sequence[str], meanings: HeaderWords) -> str:
    """Which part of a year a column tells, by its header or by every text in it; blank when by none."""
    for kind in PARTS:
        if meanings.means(header, kind):
            return kind
        # Bare figures may be the codes of anything: one text at least must name the part of the year.
        if any(not _bare(word) for word in words) and all(_numbered(word, kind, meanings) for word in words):
            return kind
    return ""


def _bare(word: str) -> bool:
    return word.isdigit() or folded(word) in ROMAN


def _meant(word: str, meanings: HeaderWords) -> str:
    """What a text means as the name of a month or of a sex; blank when nothing."""
    for written in (word, word.rstrip(".")):
        known = meanings.others.get(folded(written), frozenset()) | meanings.headers.get(folded(written), frozenset())
        numbered = sorted(meaning for meaning in known if NUMBERED.fullmatch(meaning))
        same = [meaning for meaning in SAME_PART if meaning in known]
        if len(numbered) == 1 or same:
            return (numbered or same)[0]
    return _without_marks(word, meanings)


def _without_marks(word: str, meanings: HeaderWords) -> str:
    """The month that a text names without the marks on its letters, as 'Nentor' does."""
    key = word_key(word.rstrip("."))
    found = {
        meaning
        for written, known in meanings.others.items()
        if word_key(written) == key
        for meaning in known
        if NUMBERED.fullmatch(meaning)
    }
    return found.pop() if len(found) == 1 else ""


def _numbered(word: str, kind: str, meanings: HeaderWords) -> str:
    """The part of a year that a text tells by a number, alone or beside a word for it, or by a name of its own."""
    if not kind:
        return ""
    meant = _meant(word, meanings)
    if meant.startswith(f"{kind}_"):
        return meant
    found = WORD_AND_NUMBER.fullmatch(word.casefold().strip(" ."))
    if found is None or not all(_names(text, kind, meanings) for text in (found[1], found[3])):
        return ""
    number = ROMAN.index(found[2]) + 1 if found[2] in ROMAN else int(found[2]) if found[2].isdigit() else 0
    return f"{kind}_{number}" if 1 <= number <= MOST_OF[kind] else ""


def _names(text: str | None, kind: str, meanings: HeaderWords) -> bool:
    return text is None or meanings.means(text.strip(" .-–"), kind)
