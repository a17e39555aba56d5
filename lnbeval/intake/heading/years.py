"""Years as people write them: 'Viti 2020', '2019*', '2021 (p)', '2018/19'; months and quarters are told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Literal

from lnbeval.intake.figures.numbers import Fault, read_period
from lnbeval.intake.header_words import NO_HEADER_WORDS
from lnbeval.intake.source import FIRST_YEAR, LAST_YEAR
from lnbeval.intake.text import cell_text, listed, quoted

if TYPE_CHECKING:
    from lnbeval.intake.header_words import HeaderWords

SchoolYear = Literal["start", "end"] | None
Dates = Literal["year"] | None

SCHOOL_YEAR: Final = re.compile(r"([0-9]{4})\s*[-/–—]\s*([0-9]{4}|[0-9]{2})(?![0-9])\s*(.*)")
YEAR: Final = re.compile(r"([0-9]{4})(?![0-9])\s*(.*)")
LONG: Final = re.compile(r"([0-9]{4,})(?![0-9])")
SIGN: Final = re.compile(r"[*†‡¹²³⁴⁵⁶⁷⁸⁹⁾⁽]+|\(?[0-9]{1,2}\)|\(\*+\)")
"""Marks that point to a footnote; in any other bracket stands a word, which must be known."""
MONTH_IN_FIGURES: Final = (
    re.compile(r"[0-9]{4}\s*[-/–]\s*(?:0?[1-9]|1[0-2])"),
    re.compile(r"[0-9]{4}\.(?:0[1-9]|1[0-2])"),
    re.compile(r"(?:0?[1-9]|1[0-2])\s*[-/.–]\s*[0-9]{4}"),
)
WHOLE_SPAN: Final = re.compile(
    r"[(\[]?\s*(?P<first>[^\W\d_]+)\s*(?P<year>[0-9]{4})?\s*[-/–—]\s*(?P<last>[^\W\d_]+)\s*[)\]]?"
)  # such as 'Janar-Dhjetor', 'January 2014 - December', 'I-XII'
WHOLE_COUNT: Final = re.compile(r"[(\[]?\s*\b12\s*-?\s*(?P<of>[^\W\d_]+)\s*[)\]]?")  # such as '12-mujori'
FIRST_MONTH, LAST_MONTH = ("month_1", "I"), ("month_12", "XII")
FEWEST_LETTERS: Final = 3  # of a word that names a part of a year inside a sentence
PART_IN_LINE: Final = re.compile(r"(?:(?<![0-9])(?P<number>[0-9]{1,2})[\s.-]*)?(?P<word>[^\W\d_]+)")
DAY_IN_FIGURES: Final = re.compile(
    r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})|([0-9]{4})-([0-9]{2})-([0-9]{2})(?: 00:00:00)?"
)
YEAR_ENDS: Final = frozenset({(1, 1), (12, 31)})
PARTS: Final = ("month", "quarter", "half_year")
MIXED: Final = "part_of_a_year"
RULE_NEEDED: Final = (
    "A rule is needed to make one figure of each year. Ask the source whether the parts add up (flows), are averaged, or the "
    "last one counts (stocks). With the year in one column and the part in another, declare it under `aggregate`, or one part "
    "under `only_where`; otherwise ask for one figure per year"
)


@dataclass(frozen=True)
class YearLabel:
    """A year and the mark that stands at it, if any."""

    year: int
    flag: str = ""
    school: bool = False


def year_label(
    written: object, words: HeaderWords = NO_HEADER_WORDS, school_year: SchoolYear = None
) -> YearLabel | Fault | None:
    """The year that a header or a cell tells; a Fault when it tells no whole year, None when it tells none at all."""
    if isinstance(written, date | datetime):
        return _day(written)
    text = cell_text(written)
    if (day := _day_in_figures(text)) and (day.month, day.day) in YEAR_ENDS:
        return _day(day)
    bare = without_whole_year(text, words)
    if _names_part(bare, words):
        return _part_of_year(text)
    body = _without_word(bare, words)
    if school := SCHOOL_YEAR.fullmatch(body):
        return _school_label(text, school, words, school_year)
    if any(pattern.fullmatch(body) for pattern in MONTH_IN_FIGURES):
        return _part_of_year(text)
    if found := YEAR.fullmatch(body):
        return _plain_label(text, int(found[1]), found[2], words)
    return _out_of_range(text) if (long := LONG.match(body)) and _flag(body[long.end() :], words) is not None else None


def years_in(text: str) -> tuple[int, ...]:
    """Every year of data that a line such as a title speaks of, each once."""
    told = (int(found) for found in re.findall(r"(?<![0-9])[0-9]{4}(?![0-9])", text))
    return tuple(dict.fromkeys(year for year in told if FIRST_YEAR <= year <= LAST_YEAR))


def read_year(value: object, words: HeaderWords, school_year: SchoolYear, dates: Dates = None) -> YearLabel | Fault:
    """The year in a cell of a year column, or why there is none; under `dates` the first or last day of a year is one."""
    read = read_period(value)
    if not isinstance(read, Fault):
        return YearLabel(read)
    day = day_of_year(value)
    if day is not None and dates == "year" and FIRST_YEAR <= day.year <= LAST_YEAR:
        return YearLabel(day.year)
    if read.kind not in {"not_a_year", "date"}:
        return read
    return year_label(value, words, school_year) or (read if day is None else _day(day))


def day_of_year(value: object) -> date | None:
    """The first or last day of a year that a cell holds, as a date or in figures; else None."""
    day = value if isinstance(value, date) else _day_in_figures(cell_text(value))
    return day if day is not None and (day.month, day.day) in YEAR_ENDS else None


def _day_in_figures(text: str) -> date | None:
    found = DAY_IN_FIGURES.fullmatch(text)
    if found is None:
        return None
    day, month, year = (found[1], found[2], found[3]) if found[3] else (found[6], found[5], found[4])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def unknown_flag(written: str, words: HeaderWords) -> str:
    """What stands behind the year of a header when it is no mark that is known; blank otherwise."""
    found = YEAR.fullmatch(_without_word(cell_text(written), words))
    return found[2] if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR and _flag(found[2], words) is None else ""


def _without_word(text: str, words: HeaderWords) -> str:
    opening = re.match(r"[^\W\d_][^\d]*", text)
    if opening is None:
        return text
    known = any(words.means(opening[0].rstrip(" :.-"), meaning) for meaning in ("year", "school_year"))
    return text[opening.end() :] if known else text


def _plain_label(text: str, year: int, behind: str, words: HeaderWords) -> YearLabel | Fault | None:
    flag = _flag(behind, words)
    if flag is None:
        return None
    return YearLabel(year, flag) if FIRST_YEAR <= year <= LAST_YEAR else _out_of_range(text)


def _flag(behind: str, words: HeaderWords) -> str | None:
    """The mark behind a year; None when it is none that is known."""
    bare = behind.strip()
    if not bare or SIGN.fullmatch(bare):
        return bare
    inner = bare.strip("()[]*,;- ")
    return bare if words.means(inner, "flag") or words.means(inner, "year") else None


def _school_label(
    text: str, found: re.Match[str], words: HeaderWords, school_year: SchoolYear
) -> YearLabel | Fault | None:
    start, end, flag = int(found[1]), int(found[2]), _flag(found[3], words)
    follows = end == start + 1 if len(found[2]) == 4 else end == (start + 1) % 100
    if flag is None:
        return None
    if not follows:
        return _part_of_year(text) if len(found[2]) == 2 and 1 <= end <= 12 else _several_years(text)
    if school_year is None:
        return _school_year(text, start, is_month=len(found[2]) == 2 and end <= 12)
    year = start if school_year == "start" else start + 1
    return YearLabel(year, flag, school=True) if FIRST_YEAR <= year <= LAST_YEAR else _out_of_range(text)


def without_whole_year(text: str, words: HeaderWords) -> str:
    """A text without words that tell all of a year, such as 'Janar-Dhjetor' or '12-mujori'."""
    for found in WHOLE_SPAN.finditer(text):
        rest = _cut(text, found)
        ends = zip((found["first"], found["last"]), (FIRST_MONTH, LAST_MONTH), strict=True)
        whole = all(words.means(word, month) or word == roman for word, (month, roman) in ends)
        if whole and found["year"] in {None, *re.findall(r"[0-9]{4}", rest)}:
            return rest
    for found in WHOLE_COUNT.finditer(text):
        if any(words.means(found["of"], part) for part in ("month", "quarter")):
            return _cut(text, found)
    return text


def _cut(text: str, found: re.Match[str]) -> str:
    return cell_text(f"{text[: found.start()]} {text[found.end() :]}").strip(" ,;:/-–—")


def part_in_line(line: str, words: HeaderWords) -> str:
    """The words for a part of a year in a line such as a title; blank when there are none, or they tell a whole year."""
    return listed(dict.fromkeys(piece[0] for piece in _parts_in(line, words)))


def last_month_alone(line: str, words: HeaderWords) -> bool:
    """Whether the parts of a year that a line speaks of are its last month and nothing else, as of a stock at its end."""
    parts = _parts_in(line, words)
    return bool(parts) and all(not one["number"] and words.means(one["word"], LAST_MONTH[0]) for one in parts)


def _parts_in(line: str, words: HeaderWords) -> list[re.Match[str]]:
    found = PART_IN_LINE.finditer(without_whole_year(line, words))
    return [piece for piece in found if _tells_part(piece["number"] or "", piece["word"], words)]


def _tells_part(number: str, word: str, words: HeaderWords) -> bool:
    """Whether a word of a sentence tells a part of a year; one for any month does so behind a number only, as in '6 muaj'."""
    ends = (number in {"1", "01"} and words.means(word, "month_1")) or (
        number == "31" and words.means(word, "month_12")
    )
    if len(word) < FEWEST_LETTERS or ends:  # Of the first or last day of a year figures such as stocks are told.
        return False
    named = {part for part in PARTS for written in (word, f"{number}-{word}") if words.means(written, part)}
    any_month = named == {"month"} and not any(words.means(word, f"month_{at}") for at in range(1, 13))
    return bool(named) and (bool(number) or not any_month)


def _names_part(text: str, words: HeaderWords) -> bool:
    # The figures of the part itself ('TR1', 'Q1', '1-mujori') are cut off: what is left must be a word for it.
    pieces = [piece for piece in re.split(r"[\s,./()\-–]+", text) if piece]
    letters = [re.sub(r"^[0-9]+|[0-9]+$", "", piece) for piece in pieces]
    first = text.rstrip(" 0123456789-./")
    candidates = [first, *letters, *pieces]
    return any(words.means(word, part) for word in candidates if word for part in PARTS)


def _day(written: date) -> Fault:
    fault = _part_of_year(cell_text(written))
    if (written.month, written.day) not in YEAR_ENDS:
        return fault
    whole = f"If it stands for the whole year, declare dates: year for the source, or have it written as {written.year}"
    return replace(fault, do=f"{whole}. {fault.do}")


def _part_of_year(text: str) -> Fault:
    return Fault(
        kind=MIXED,
        what=f"{quoted(text)} is a part of a year (a day, month, quarter or half-year), not a year",
        do=RULE_NEEDED,
    )


def _school_year(text: str, start: int, *, is_month: bool) -> Fault:
    other = ", unless it is a month: those need a rule of their own" if is_month else ""
    return Fault(
        kind="school_year",
        what=f"{quoted(text)} is a school year",
        do=f"Declare school_year: start (it counts for {start}) or school_year: end (for {start + 1}){other}",
    )


def _several_years(text: str) -> Fault:
    what = f"{quoted(text)} spans several years"
    return Fault(kind="span_of_years", what=what, do="Ask the source for a figure of each year")


def _out_of_range(text: str) -> Fault:
    what = f"{quoted(text)} is not a year between {FIRST_YEAR} and {LAST_YEAR}"
    return Fault(kind="year_out_of_range", what=what, do="Correct the year, or the column declared as `period`")
