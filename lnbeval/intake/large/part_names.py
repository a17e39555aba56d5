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
NAMES_OF_PARTS: Final = {"month": "months", "quarter": "quarters", "half_year": "half-years"}  # in messages
NUMBERED: Final = re.compile(r"(month|quarter|half_year)_[0-9]+")  # what a name such as that of a month means
SAME_PART: Final = ("women", "men")
OF_WHICH: Final = "of_which"  # the meaning of words that open the name of a part of another part
NUMBER: Final = r"(?P<number>[0-9]{1,2}|\b[ivx]{1,4}\b)"
FORMS: Final = (
    re.compile(rf"(?P<before>[^\W\d_][^\d]*?)?[\s.\-–]*{NUMBER}[\s.\-–]*(?P<behind>[^\W\d_]\D*)?"),
    # A word that begins with a figure of its own, such as '3-mujori'.
    re.compile(rf"(?P<before>[0-9].*[^\W\d_])[\s.\-–]+{NUMBER}(?P<behind>)"),
    re.compile(rf"(?P<before>){NUMBER}[\s.\-–]+(?P<behind>[0-9].*[^\W\d_])"),
)
BRACKETS: Final = str.maketrans(dict.fromkeys("()[]"))
ROMAN: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


@dataclass(frozen=True, kw_only=True)
class PartNames:
    """The different texts of a column that is added up over, side by side."""

    words: tuple[str, ...]
    keys: tuple[str, ...]  # the same for texts that name the same part
    totals: tuple[bool, ...]  # stands for all parts together
    within: tuple[bool, ...]  # is told to be a part of another part
    sorts: tuple[str, ...]  # month, quarter or half_year; blank where it names none

    def place(self, number: int) -> int:
        """Which month, quarter or half-year a text names; 0 where it names none."""
        return int(self.keys[number].rpartition("_")[2]) if self.sorts[number] else 0

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
    named = [word for word, *none in zip(unique, totals, within, strict=True) if word and not any(none)]
    sorts = _sorts(header, named, meanings)
    others = any(word and not (total or inner) for word, total, inner in zip(unique, totals, within, strict=True))
    return PartNames(
        words=unique,
        keys=tuple(_key(word, sorts.get(word, ""), meanings) for word in unique),
        totals=tuple(total and others for total in totals),
        within=tuple(inner and (others or any(totals)) for inner in within),
        sorts=tuple(sorts.get(word, "") for word in unique),
    )


def _key(word: str, kind: str, meanings: HeaderWords) -> str:
    return _numbered(word, kind, meanings) or _meant(word, meanings) or folded(word)


def _sorts(header: str, words: Sequence[str], meanings: HeaderWords) -> dict[str, str]:
    """Which part of a year each text tells: by a word of its own, or by the header and the texts beside it."""
    own = {word: "" if _bare(word) else _sort(word, meanings) for word in words}
    headed = next((kind for kind in PARTS if meanings.means(header, kind)), "")
    # Bare figures may be the codes of anything: the header or one text at least must name the part of the year.
    beside = [headed, *(kind for kind in reversed(PARTS) if kind in own.values())]
    bare = [word for word in words if _bare(word)]
    if headed not in own.values():
        beside.reverse()
    usual = next((kind for kind in beside if kind and all(_numbered(word, kind, meanings) for word in bare)), "")
    sorts = {word: usual if _bare(word) else own[word] for word in words}
    return sorts if headed or all(sorts.values()) else {}


def _sort(word: str, meanings: HeaderWords) -> str:
    """The part of a year that a text names by a word; blank when it names none, or several."""
    found = [kind for kind in PARTS if _numbered(word, kind, meanings)]
    return found[0] if len(found) == 1 else ""


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
    line = word.casefold().strip(" .")
    for found in filter(None, (form.fullmatch(line) for form in FORMS)):
        before, number, behind = found["before"], found["number"], found["behind"]
        place = ROMAN.index(number) + 1 if number in ROMAN else int(number) if number.isdigit() else 0
        if all(_names(text, kind, meanings) for text in (before, behind)) and 1 <= place <= MOST_OF[kind]:
            return f"{kind}_{place}"
    return ""


def _names(text: str | None, kind: str, meanings: HeaderWords) -> bool:
    return not text or meanings.means(text.strip(" .-–"), kind)
