"""Times in the names of parts: the month, quarter, half-year or span of months that a text tells, and the year beside it."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from lnbeval.intake.header_words import folded
from lnbeval.intake.heading.years import PARTS
from lnbeval.intake.number_words import word_key
from lnbeval.intake.source import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake.header_words import HeaderWords

MONTHS_OF: Final = {"month": 1, "quarter": 3, "half_year": 6}
MOST_OF: Final = {sort: 12 // months for sort, months in MONTHS_OF.items()}  # parts of a year, by the words of PARTS
NAMES_OF_PARTS: Final = {"month": "months", "quarter": "quarters", "half_year": "half-years"}  # in messages
SPAN: Final = "span"  # the sort of a span of months that is none of the others, as January to September
UNTIL: Final = "until"  # the meaning of words between the ends of a span
MONTHS_LONG: Final = (
    "months_long"  # of words behind a number of months, as in '9-mujori'; with a number, of whole words
)
MONTH_MARK: Final = "month_mark"  # of the letter in '2016M01'
NUMBERED: Final = re.compile(r"(month|quarter|half_year)_([0-9]+)")  # what a name such as that of a month means
NUMBER: Final = r"(?P<number>[0-9]{1,2}|\b[ivx]{1,4}\b)"
FORMS: Final = (
    re.compile(rf"(?P<before>[^\W\d_][^\d]*?)?[\s.\-–]*{NUMBER}[\s.\-–]*(?P<behind>[^\W\d_]\D*)?"),
    # A word that begins with a figure of its own, such as '3-mujori'.
    re.compile(rf"(?P<before>[0-9].*[^\W\d_])[\s.\-–]+{NUMBER}(?P<behind>)"),
    re.compile(rf"(?P<before>){NUMBER}[\s.\-–]+(?P<behind>[0-9].*[^\W\d_])"),
)
ROMAN: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
DAY: Final = re.compile(
    r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})(?:[ T]00:00(?::00)?)?"
    r"|(?P<d2>[0-9]{1,2})(?P<mark>[./-])(?P<m2>[0-9]{1,2})(?P=mark)(?P<y2>[0-9]{4})"
)
YEAR_FIRST: Final = re.compile(r"(?P<year>[0-9]{4})(?![0-9])[\s./\-–,(]*(?P<rest>.*?)[\s)]*")
YEAR_LAST: Final = re.compile(r"(?P<rest>.*?)[\s./\-–,(]*(?<![0-9])(?P<year>[0-9]{4})[\s)]*")
SHORT_YEAR: Final = re.compile(r"(?P<rest>[^\W\d_]{3,}\.?)[\s./\-–']+(?P<year>[0-9]{2})")
MARKED: Final = re.compile(r"(?P<mark>[^\W\d_]+)\.?\s*(?P<number>[0-9]{1,2})")
ENDS: Final = re.compile(r"\s*[-‐‑–—]\s*")
LONG: Final = re.compile(r"(?P<number>[0-9]{1,2})[\s.\-–]*(?P<word>[^\W\d_]\D*?)(?:\s+[1iI])?")
COUNTED_BY: Final = 3  # months by which spans grow that are named by their length
LENGTHS: Final = range(COUNTED_BY, 13, COUNTED_BY)
CENTURY: Final = 2000


@dataclass(frozen=True, kw_only=True)
class Time:
    """What a part is by its name: months of a year, from the first to the last; of which year, where the name says it."""

    sort: str  # month, quarter, half_year or span
    first: int
    last: int
    year: int = 0

    @property
    def key(self) -> str:
        """The same for all names of the same months."""
        if self.sort == SPAN:
            return f"{SPAN}_{self.first}_{self.last}"
        return f"{self.sort}_{self.last // MONTHS_OF[self.sort]}"


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A text without the year that stands in it."""

    rest: str
    year: int = 0


def part_times(header: str, words: Sequence[str], meanings: HeaderWords) -> Mapping[str, Time]:
    """The time that each text tells, by a word of its own, or by the header and the texts beside it; nothing of other columns."""
    headed = next((kind for kind in PARTS if meanings.means(header, kind)), "")
    dated = {word: undated(word, meanings) for word in words}
    spans = {word: span for word, own in dated.items() if (span := _span(own, headed, meanings))}
    spans |= _named_by_length({word: own for word, own in dated.items() if word not in spans}, meanings)
    rests = {own.rest: own.year for word, own in dated.items() if word not in spans}
    sorts = _sorts(headed, rests, meanings)
    single = {
        word: _time(numbered(own.rest, sorts[own.rest], meanings), own.year)
        for word, own in dated.items()
        if word not in spans and sorts.get(own.rest)
    }
    found = {**spans, **single}
    return found if headed or len(found) == len(dated) else {}


def undated(word: str, meanings: HeaderWords) -> Dated:
    """A text as '01/2016', '2016M01', '01.01.2016' or 'Janar 2016' without its year; a day only as a month's first or last one."""
    if found := DAY.fullmatch(word):
        year, month, day = (int(found[name] or found[f"{name}2"]) for name in "ymd")
        if 1 <= month <= 12 and FIRST_YEAR <= year <= LAST_YEAR and day in {1, monthrange(year, month)[1]}:
            return Dated(rest=f"{month:02}", year=year)
        return Dated(rest=word)
    for form in (YEAR_FIRST, YEAR_LAST):
        found = form.fullmatch(word)
        if found and found["rest"] and FIRST_YEAR <= int(found["year"]) <= LAST_YEAR:
            return Dated(rest=_unmarked(found["rest"], meanings), year=int(found["year"]))
    if (found := SHORT_YEAR.fullmatch(word)) and meant(found["rest"], meanings).startswith("month_"):
        year = CENTURY + int(found["year"])
        return Dated(rest=found["rest"], year=year) if FIRST_YEAR <= year <= LAST_YEAR else Dated(rest=word)
    return Dated(rest=word)


def _unmarked(rest: str, meanings: HeaderWords) -> str:
    found = MARKED.fullmatch(rest)
    return found["number"].zfill(2) if found and meanings.means(found["mark"], MONTH_MARK) else rest


def _time(key: str, year: int) -> Time:
    sort, _, number = key.rpartition("_")
    last = int(number) * MONTHS_OF[sort]
    return Time(sort=sort, first=last - MONTHS_OF[sort] + 1, last=last, year=year)


def _span_time(first: int, last: int, year: int) -> Time:
    """The months as a quarter or a half-year where they are one."""
    months = last - first + 1
    sort = next((sort for sort, many in MONTHS_OF.items() if many == months and last % many == 0), SPAN)
    return Time(sort=sort, first=first, last=last, year=year)


def _span(own: Dated, headed: str, meanings: HeaderWords) -> Time | None:
    """The months that a text names by the first and the last one."""
    ends = _ends(own.rest, meanings)
    if ends is None:
        return None
    dated = [undated(end, meanings) for end in ends]
    years = {one.year for one in (own, *dated) if one.year}
    first, last = (_month(one.rest, headed, meanings) for one in dated)
    return _span_time(first, last, next(iter(years), 0)) if 0 < first < last and len(years) <= 1 else None


def _ends(text: str, meanings: HeaderWords) -> tuple[str, str] | None:
    words = text.split(" ")
    cuts = ((start, end) for start in range(1, len(words)) for end in (start + 2, start + 1) if end < len(words))
    for start, end in cuts:
        if meanings.means(" ".join(words[start:end]), UNTIL):
            return " ".join(words[:start]), " ".join(words[end:])
    pieces = ENDS.split(text)
    return (pieces[0], pieces[1]) if len(pieces) == 2 and all(pieces) else None


def _month(text: str, headed: str, meanings: HeaderWords) -> int:
    """The month that one end of a span names; bare figures only where the header says that they are months."""
    named = meant(text, meanings)
    figures = headed == "month" and _bare(text)
    key = named if named.startswith("month_") else numbered(text, "month", meanings) if figures else ""
    return int(key.rpartition("_")[2]) if key else 0


def _named_by_length(dated: Mapping[str, Dated], meanings: HeaderWords) -> dict[str, Time]:
    """Spans from January on that are named by their months: '3-mujori', '6-mujori', '9-mujori'.

    '1-mujori' to '4-mujori' may be numbers of quarters, so that longer ones must stand beside them.
    """
    found = {word: months for word, own in dated.items() if (months := _length(own.rest, meanings))}
    lengths = set(found.values())
    if not lengths or max(lengths) <= MOST_OF["quarter"] or any(months % COUNTED_BY for months in lengths):
        return {}
    return {word: _span_time(1, months, dated[word].year) for word, months in found.items()}


def _length(rest: str, meanings: HeaderWords) -> int:
    if whole := next((months for months in LENGTHS if meanings.means(rest, f"{MONTHS_LONG}_{months}")), 0):
        return whole
    found = LONG.fullmatch(rest)
    if found is None or not meanings.means(found["word"].strip(" .-–"), MONTHS_LONG):
        return 0
    months = int(found["number"])
    # '3-mujori I' is the first quarter, and so said; '9-mujori I' can only be the first nine months.
    alone = found.end("word") == len(rest)
    return months if months <= 12 and (alone or months > MONTHS_OF["half_year"]) else 0


def _sorts(headed: str, words: Mapping[str, int], meanings: HeaderWords) -> dict[str, str]:
    """Which part of a year each text tells; `words` have the year that stood beside them, or 0."""
    own = {word: "" if _bare(word) else _sort(word, meanings) for word in words}
    bare = [word for word in words if _bare(word)]
    # Bare figures may be the codes of anything: the header, one text at least, or years beside all must name the part of the year.
    beside = [headed, *(kind for kind in reversed(PARTS) if kind in own.values())]
    if headed not in own.values():
        beside.reverse()
    if not any(beside) and all(words[word] and len(word) == len("01") for word in bare):
        beside = ["month"]
    usual = next((kind for kind in beside if kind and all(numbered(word, kind, meanings) for word in bare)), "")
    return {word: usual if _bare(word) else own[word] for word in words}


def _sort(word: str, meanings: HeaderWords) -> str:
    """The part of a year that a text names by a word; blank when it names none, or several."""
    found = [kind for kind in PARTS if numbered(word, kind, meanings)]
    return found[0] if len(found) == 1 else ""


def _bare(word: str) -> bool:
    return word.isdigit() or folded(word) in ROMAN


def meant(word: str, meanings: HeaderWords) -> str:
    """The month that a text names, with or without the marks on its letters; blank when none, or several."""
    for written in (word, word.rstrip(".")):
        known = meanings.others.get(folded(written), frozenset()) | meanings.headers.get(folded(written), frozenset())
        found = [meaning for meaning in known if NUMBERED.fullmatch(meaning)]
        if len(found) == 1:
            return found[0]
    key = word_key(word.rstrip("."))
    unmarked = chain.from_iterable(known for written, known in meanings.others.items() if word_key(written) == key)
    several = {meaning for meaning in unmarked if NUMBERED.fullmatch(meaning)}
    return several.pop() if len(several) == 1 else ""


def numbered(word: str, kind: str, meanings: HeaderWords) -> str:
    """The part of a year that a text tells by a number, alone or beside a word for it, or by a name of its own."""
    if not kind:
        return ""
    named = meant(word, meanings)
    if named.startswith(f"{kind}_"):
        return named
    line = word.casefold().strip(" .")
    for found in filter(None, (form.fullmatch(line) for form in FORMS)):
        before, number, behind = found["before"], found["number"], found["behind"]
        place = ROMAN.index(number) + 1 if number in ROMAN else int(number) if number.isdigit() else 0
        if all(_names(text, kind, meanings) for text in (before, behind)) and 1 <= place <= MOST_OF[kind]:
            return f"{kind}_{place}"
    return ""


def _names(text: str | None, kind: str, meanings: HeaderWords) -> bool:
    return not text or meanings.means(text.strip(" .-–"), kind)
