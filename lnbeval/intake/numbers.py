"""Numbers and years: one cell to one number, strictly by the declared marks, or the reason why not."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from lnbeval.intake.text import BLANKS, EXCEL_ERRORS, Uncalculated, cell_text, is_blank, quoted, tidy_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.problems import Severity
    from lnbeval.intake.source import Source

SPACES = str.maketrans({**dict.fromkeys("\u00a0\u2007\u2009\u202f", " "), "\u2212": "-"})
"""No-break, figure, thin and narrow no-break space; and the typographic minus sign, as copied from web pages."""
FIRST_YEAR, LAST_YEAR = 1990, 2100
PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")  # what every program writes the same way
BOUNDED = re.compile(r"\s*[<>≤≥].*|\s*[0-9][0-9.,]*\s*[-–—]\s*[0-9][0-9.,]*\s*")
BEYOND = (math.inf, -math.inf)  # what float() makes of 1e999
NOT_FINITE = frozenset({"nan", "inf", "infinity"})

OPEN_IN_EXCEL = "Open the file in Excel, let it calculate, and save it"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why a cell cannot be used; `kind` draws cells together that have the same cause."""

    kind: str
    what: str
    do: str
    severity: Severity = "STOP"


@dataclass(frozen=True, kw_only=True)
class NumberRules:
    """How the numbers of one source are written, and what stands for "not reported"."""

    decimal: str
    thousands: str
    missing: frozenset[str]
    missing_numbers: frozenset[float]  # codes like 999 among the missing words, as a number cell holds them


def number_rules(source: Source) -> NumberRules:
    """The rules a source declares for its numbers."""
    words = frozenset(tidy_text(word) for word in source.missing)
    codes = frozenset(float(word) for word in words if PLAIN.fullmatch(word))
    return NumberRules(decimal=source.decimal, thousands=source.thousands, missing=words, missing_numbers=codes)


def read_number(value: object, rules: NumberRules) -> float | Fault:
    """The number in a cell; NaN when blank or declared missing; a Fault when it cannot be told."""
    if isinstance(value, str):
        return _number_in_text(value, rules)
    if value is None:
        return math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _finite(value, rules)
    return _wrong_type(value, "a number")


def read_numbers(cells: Sequence[object], rules: NumberRules) -> tuple[list[float], dict[int, Fault]]:
    """The numbers of a column, NaN where there is none, and the faults by place in the column."""
    match = number_pattern(rules.decimal, rules.thousands).fullmatch
    # A clean text number needs no second look, unless a code such as 999 may stand for "not reported".
    clean = not any(match(word) for word in rules.missing) and not rules.thousands
    known: dict[tuple[type, object], float | Fault] = {}
    values: list[float] = []
    faults: dict[int, Fault] = {}
    for at, cell in enumerate(cells):
        if clean and isinstance(cell, str) and match(cell):
            read: float | Fault = float(cell.replace(rules.decimal, "."))
        else:
            key = (cell.__class__, cell)
            if key not in known:
                known[key] = read_number(cell, rules)
            read = known[key]
        if isinstance(read, Fault):
            faults[at] = read
            read = math.nan
        elif read in BEYOND:
            faults[at] = _not_finite(str(cell))
            read = math.nan
        values.append(read)
    return values, faults


def is_plain_number(text: str) -> bool:
    """Tell whether a text is a number in the one form that needs no declaration."""
    return PLAIN.fullmatch(text) is not None


@cache
def number_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    """Numbers with the given marks: groups of exactly three digits after the first, which does not begin with 0."""
    digits = "[0-9]+"
    if thousands:
        digits = rf"(?:[1-9][0-9]{{0,2}}(?:{re.escape(thousands)}[0-9]{{3}})+|[0-9]+)"
    mark = re.escape(decimal)
    return re.compile(rf"[+-]?(?:{digits}(?:{mark}[0-9]+)?|{mark}[0-9]+)(?:[eE][+-]?[0-9]+)?")


def _number_in_text(text: str, rules: NumberRules) -> float | Fault:
    if is_blank(text) or tidy_text(text) in rules.missing:
        return math.nan
    word = text.strip(BLANKS).translate(SPACES)
    if number_pattern(rules.decimal, rules.thousands).fullmatch(word):
        return _number_as_written(word, rules)
    return _not_a_number(word, rules)


def _number_as_written(word: str, rules: NumberRules) -> float | Fault:
    digits = word.replace(rules.thousands, "") if rules.thousands else word
    number = float(digits if rules.decimal == "." else digits.replace(rules.decimal, "."))
    return number if math.isfinite(number) else _not_finite(word)


def _finite(value: float, rules: NumberRules) -> float | Fault:
    if value in rules.missing_numbers:
        return math.nan
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    return number if math.isfinite(number) else _not_finite(str(value))


def _not_finite(shown: str) -> Fault:
    what = f"{quoted(shown)} is not a finite number"
    do = 'Ask the source for the figure; if it means "not reported", declare it under `missing`'
    return Fault(kind="not finite", what=what, do=do)


def _wrong_type(value: object, wanted: str) -> Fault:
    if isinstance(value, Uncalculated):
        what = "The cell holds a formula, and the workbook does not hold its result"
        return Fault(kind="formula without result", what=what, do=OPEN_IN_EXCEL)
    if isinstance(value, bool):
        what = f"The cell holds {str(value).upper()}, not {wanted}"
        return Fault(kind="true or false", what=what, do=f"Write {wanted}")
    if isinstance(value, date | time | timedelta):
        what = f"The cell holds a date or time ({value}), not {wanted}; spreadsheets turn figures like 12-3 into dates"
        return Fault(kind="date", what=what, do="Ask the source for the figure, or set the cell format back to number")
    return Fault(kind="unknown", what=f"{quoted(str(value))} is not {wanted}", do=f"Write {wanted}")


def _not_a_number(word: str, rules: NumberRules) -> Fault:
    if word.upper() in EXCEL_ERRORS:
        return excel_error(word)
    if word.lstrip("+-").lower() in NOT_FINITE:
        return _not_finite(word)
    if BOUNDED.fullmatch(word):
        do = (
            "Bounded values cannot be read yet, and never become a number. Ask for the figure, "
            f"or declare {quoted(word)} under `missing` to treat it as not reported"
        )
        return Fault(kind="bound or range", what=f"{quoted(word)} is a bound or a range, not a figure", do=do)
    return _marks_fault(word, rules) or Fault(
        kind="not a number",
        what=f"{quoted(word)} is not a number",
        do=f'If it means "not reported", declare {quoted(word)} under `missing`; it is never read as zero',
    )


def excel_error(word: str) -> Fault:
    """The fault of a cell that shows an error of the spreadsheet."""
    what = f"The cell shows the spreadsheet error {word}"
    return Fault(kind="spreadsheet error", what=what, do="Correct the formula, or ask the source for the figure")


def _marks_fault(word: str, rules: NumberRules) -> Fault | None:
    for decimal, thousands, name in (
        (",", "", "decimal comma"),
        (".", "", "decimal point"),
        (".", ",", "comma between thousands"),
        (",", ".", "point between thousands"),
        (".", " ", "space between thousands"),
        (",", " ", "space between thousands and decimal comma"),
    ):
        fits = number_pattern(decimal, thousands).fullmatch(word)
        if fits and (decimal, thousands) != (rules.decimal, rules.thousands):
            return _declare(word, name, decimal, thousands)
    return None


def _declare(word: str, name: str, decimal: str, thousands: str) -> Fault:
    what = f"{quoted(word)} looks like a {name}"
    do = f"Declare decimal: '{decimal}'" + (f" and thousands: '{thousands}'" if thousands else "")
    group = re.fullmatch(r"[+-]?[1-9][0-9]{0,2}([.,])[0-9]{3}", word)
    if group:
        what += ", or a mark between thousands: it can be read both ways"
        do += f", or thousands: '{group[1]}', whichever the source means"
    return Fault(kind=name, what=what, do=f"{do}, for the whole source")


def read_period(value: object) -> int | Fault:
    """The calendar year in a cell, or why there is none."""
    if is_blank(value):
        return Fault(kind="no year", what="The row has no year", do="Write the year; fill merged cells down")
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return _wrong_type(value, "a year")
    word = cell_text(value)
    if word.upper() in EXCEL_ERRORS:
        return excel_error(word)
    if not re.fullmatch("[0-9]{4}", word):
        do = "Write the year with four digits; school years and parts of a year need a rule of their own"
        return Fault(kind="not a year", what=f"{quoted(word)} is not a year", do=do)
    if not FIRST_YEAR <= int(word) <= LAST_YEAR:
        what = f"{word} is not a year between {FIRST_YEAR} and {LAST_YEAR}"
        return Fault(kind="year out of range", what=what, do="Correct the year, or the column declared as `period`")
    return int(word)
