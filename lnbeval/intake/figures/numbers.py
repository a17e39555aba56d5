"""Numbers and years: one cell to one number, by the marks of its column and the words known, or the reason why not."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.faults import (
    PERCENT,
    UNSETTLED,
    Fault,
    backward_range,
    divided_by_format,
    excel_error,
    not_a_number,
    not_finite,
    unclear_word,
    wrong_type,
)
from lnbeval.intake.figures.marks import SPACES, as_written, conversion, number_pattern, shape
from lnbeval.intake.figures.parts import number_parts
from lnbeval.intake.number_words import NO_WORDS, word_key
from lnbeval.intake.source import FIRST_YEAR, LAST_YEAR
from lnbeval.intake.text import BLANKS, EXCEL_ERRORS, Shown, cell_text, is_blank, quoted, tidy_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.figures.marks import Marks
    from lnbeval.intake.figures.parts import Parts
    from lnbeval.intake.number_words import Meaning, NumberWords, Sign
    from lnbeval.intake.source import Source

__all__ = [
    "Column",
    "Fault",
    "NumberRules",
    "Told",
    "is_plain_number",
    "number_rules",
    "read_number",
    "read_numbers",
    "read_period",
]

EXCEL_DAY_ZERO: Final = date(1899, 12, 30)  # as it must be counted for days after February 1900
FIRST_DAY, LAST_DAY = date(1980, 1, 1), date(2100, 12, 31)  # taken for a day when they stand where a year should
PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")  # what every program writes the same way
BEYOND = (math.inf, -math.inf)  # what float() makes of 1e999


@dataclass(frozen=True, kw_only=True)
class NumberRules:
    """How the numbers of one column are written, and which words stand for none or for zero."""

    marks: Marks
    unsettled: frozenset[str]  # shapes of numerals whose marks could not be decided; told once for the whole column
    missing: frozenset[str]
    missing_numbers: frozenset[float]  # codes like 999 among the missing words, as a number cell holds them
    zero: frozenset[str]
    words: NumberWords


@dataclass(frozen=True, kw_only=True)
class Told:
    """A cell that says more, or less, than a bare number.

    Attributes:
        word: the text as written, to be named in a warning.
        value: the number it was read as, NaN when it tells none.
        missing: what a word for "not reported" means exactly; blank when it is none.
        sign: of a bound, a range or an approximate number.
        ends: the numbers of a bound or range.
        behind: the unit word behind the number, or before it.
        unit: what it stands for.
        mark: of a footnote, behind the number.
    """

    word: str
    value: float = math.nan
    missing: Meaning | None = None
    sign: Sign | None = None
    ends: tuple[float, ...] = ()
    behind: str = ""
    unit: str = ""
    mark: str = ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """The cells of one column: a number or NaN for each; and by place, those that tell it otherwise, and the faults."""

    values: list[float]
    told: dict[int, Told] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)


def number_rules(
    source: Source, marks: Marks, words: NumberWords = NO_WORDS, unsettled: frozenset[str] = frozenset()
) -> NumberRules:
    """The rules of a column: what its source declares, its marks, and the words of the country."""
    missing = frozenset(tidy_text(word) for word in source.missing)
    codes = frozenset(float(word) for word in missing if PLAIN.fullmatch(word))
    zero = frozenset(tidy_text(word) for word in source.zero)
    return NumberRules(marks=marks, unsettled=unsettled, missing=missing, missing_numbers=codes, zero=zero, words=words)


def read_number(value: object, rules: NumberRules) -> float | Told | Fault:
    """The number in a cell; NaN when blank or declared missing; a Fault when it cannot be told."""
    if isinstance(value, str):
        return _number_in_text(value, rules)
    if value is None:
        return math.nan
    if isinstance(value, Shown):
        return _shown_number(value, rules)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _finite(value, rules)
    return wrong_type(value, "a number")


def read_numbers(cells: Sequence[object], rules: NumberRules) -> Column:
    """The numbers of a column."""
    match = number_pattern(*rules.marks).fullmatch
    # A clean text number needs no second look, unless a code such as 999 may stand for "not reported" or zero.
    clean = not any(match(word) for word in rules.missing | rules.zero)
    convert = conversion(rules.marks)
    known: dict[tuple[type, object], float | Told | Fault] = {}
    column = Column(values=[])
    for at, cell in enumerate(cells):
        if clean and isinstance(cell, str) and match(cell):
            column.values.append(convert(cell) + 0.0)
            continue
        key = (cell.__class__, cell)
        if key not in known:
            known[key] = read_number(cell, rules)
        read = known[key]
        if isinstance(read, Fault):
            column.faults[at] = read
        elif isinstance(read, Told):
            column.told[at] = read
        number = read if isinstance(read, float) else read.value if isinstance(read, Told) else math.nan
        column.values.append(number + 0.0)  # zero, where a file has minus zero
    return _finite_only(column, cells)


def _finite_only(column: Column, cells: Sequence[object]) -> Column:
    if not any(beyond in column.values for beyond in BEYOND):
        return column
    faults = {at: not_finite(str(cells[at])) for at, value in enumerate(column.values) if value in BEYOND}
    values = [math.nan if value in BEYOND else value for value in column.values]
    return Column(values=values, told=column.told, faults=column.faults | faults)


def is_plain_number(text: str) -> bool:
    """Tell whether a text is a number in the one form that needs no declaration."""
    return PLAIN.fullmatch(text) is not None


def _number_in_text(text: str, rules: NumberRules) -> float | Told | Fault:
    tidy = tidy_text(text)
    if is_blank(text) or tidy in rules.missing:
        return math.nan
    if tidy in rules.zero:
        return 0.0
    meaning = rules.words.missing.get(word_key(tidy)) if len(tidy) < 60 else None
    if meaning is not None:
        return unclear_word(tidy) if meaning == "stop" else Told(word=tidy, missing=meaning)
    parts = number_parts(text, rules.words)
    line = text.strip(BLANKS).translate(SPACES)
    if parts is None:
        return not_a_number(line, rules.marks)
    fits = number_pattern(*rules.marks).fullmatch
    unread = next((numeral for numeral in parts.numerals if not fits(numeral)), None)
    if unread is not None:
        return _unsettled(line) if shape(unread) in rules.unsettled else not_a_number(unread, rules.marks)
    numbers = tuple(as_written(numeral, rules.marks) for numeral in parts.numerals)
    if not all(math.isfinite(number) for number in numbers):
        return not_finite(line)
    return _told(line, parts, numbers)


def _shown_number(value: Shown, rules: NumberRules) -> float | Told | Fault:
    """The number of a cell whose format shows a unit beside it, or divides it."""
    if value.divisor > 1:
        return divided_by_format(str(value), f"{float(value):.12g}", value.divisor)
    unit = rules.words.units.get(word_key(value.unit), PERCENT if value.unit == "%" else "")
    if not unit:
        return not_a_number(str(value), rules.marks)
    number = _finite(float(value), rules)
    if isinstance(number, Fault) or math.isnan(number):
        return number
    return Told(word=str(value), value=number, behind=value.unit, unit=unit)


def _told(line: str, parts: Parts, numbers: tuple[float, ...]) -> float | Told | Fault:
    if parts.mark:
        return Told(word=line, value=numbers[0], mark=parts.mark)
    if parts.sign is None and not parts.unit:
        return numbers[0]
    if parts.sign == "range" and numbers[0] >= numbers[1]:
        return backward_range(line)
    if parts.sign in {None, "approximate"}:
        return Told(word=line, value=numbers[0], sign=parts.sign, behind=parts.word, unit=parts.unit)
    return Told(word=line, sign=parts.sign, ends=numbers, behind=parts.word, unit=parts.unit)


def _unsettled(line: str) -> Fault:
    return Fault(kind=UNSETTLED, what=f"{quoted(line)} can be read in two ways", do="Declare `decimal` and `thousands`")


def _finite(value: float, rules: NumberRules) -> float | Fault:
    if value in rules.missing_numbers:
        return math.nan
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    return number if math.isfinite(number) else not_finite(str(value))


def read_period(value: object) -> int | Fault:
    """The calendar year in a cell, or why there is none."""
    if is_blank(value):
        return Fault(kind="no_year", what="The row has no year", do="Write the year; fill merged cells down")
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return wrong_type(value, "a year")
    word = cell_text(value)
    if word.upper() in EXCEL_ERRORS:
        return excel_error(word)
    if not re.fullmatch("[0-9]{4}", word):
        do = "Write the year with four digits; school years and parts of a year need a rule of their own"
        return _day_as_number(word) or Fault(kind="not_a_year", what=f"{quoted(word)} is not a year", do=do)
    if not FIRST_YEAR <= int(word) <= LAST_YEAR:
        what = f"{word} is not a year between {FIRST_YEAR} and {LAST_YEAR}"
        return Fault(kind="year_out_of_range", what=what, do="Correct the year, or the column declared as `period`")
    return int(word)


def _day_as_number(word: str) -> Fault | None:
    if not re.fullmatch("[0-9]{5}", word):
        return None
    day = EXCEL_DAY_ZERO + timedelta(days=int(word))
    if not FIRST_DAY <= day <= LAST_DAY:
        return None
    what = f"{word} is not a year; it is how a spreadsheet stores the day {day.isoformat()}"
    do = f"Write {day.year} if the year of that day is meant, or name the column that holds the year under `period`"
    return Fault(kind="day_written_as_a_number", what=what, do=do)
