"""Faults of cells: why a cell is no number or no year, in words an evaluator can act on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.marks import SYSTEMS, number_pattern, reading_name
from lnbeval.intake.text import EXCEL_ERRORS, Uncalculated, cell_text, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lnbeval.intake.figures.marks import Marks
    from lnbeval.intake.figures.numbers import Told
    from lnbeval.intake.problems import Severity

OPEN_IN_EXCEL: Final = "Open the file in Excel, let it calculate, and save it"
NOT_FINITE: Final = frozenset({"nan", "inf", "infinity"})
DAY_AND_MONTH: Final = re.compile(r"[0-9]{1,2}[-./][^\W\d_]{3,9}\.?(?:[-./ ][0-9]{2,4})?|[^\W\d_]{3,9}[-./][0-9]{1,4}")
DAY_IN_FIGURES: Final = re.compile(
    r"(?:[0-9]{1,2}([-./])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})|[0-9]{4}([-./])[0-9]{1,2}\2[0-9]{1,2})(?:[ T].*)?"
)
WORD_BEHIND: Final = re.compile(r"[+-]?[0-9][0-9., ]*\s*([^\W\d_].{0,60})", re.DOTALL)
IN_BRACKETS: Final = re.compile(r"\(\s*[0-9][0-9., ]*\)")
MINUS_BEHIND: Final = re.compile(r"[0-9][0-9., ]*\s?[-\N{MINUS SIGN}\N{EN DASH}]")
APOSTROPHES: Final = re.compile(r"[+-]?[0-9]{1,3}(?:['\N{RIGHT SINGLE QUOTATION MARK}][0-9]{3})+(?:[.,][0-9]+)?")
PERCENT: Final = "percent"  # the unit of unit_words.csv that makes another quantity of a number
UNSETTLED: Final = "marks_not_settled"  # told once for the whole column, not for each cell


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why a cell cannot be used; `kind`, the rule of its problem, draws cells together that have the same cause."""

    kind: str
    what: str
    do: str
    severity: Severity = "STOP"
    alike: str = ""  # a cause finer than the kind, in words, where cells of one kind are not to be drawn together


def wrong_type(value: object, wanted: str) -> Fault:
    """The fault of a cell that holds neither text nor a number."""
    if isinstance(value, Uncalculated):
        what = "The cell holds a formula, and the workbook does not hold its result"
        return Fault(kind="formula_without_result", what=what, do=OPEN_IN_EXCEL)
    if isinstance(value, bool):
        what = f"The cell holds {str(value).upper()}, not {wanted}"
        return Fault(kind="true_or_false", what=what, do=f"Write {wanted}")
    if isinstance(value, date | time | timedelta):
        what = f"The cell holds a date or time ({cell_text(value)}), not {wanted}; spreadsheets turn figures like 12-3 into dates"
        return Fault(kind="date", what=what, do="Ask the source for the figure, or set the cell format back to number")
    return Fault(kind="unknown_type", what=f"{quoted(str(value))} is not {wanted}", do=f"Write {wanted}")


def excel_error(word: str) -> Fault:
    """The fault of a cell that shows an error of the spreadsheet."""
    what = f"The cell shows the spreadsheet error {word}"
    return Fault(kind="spreadsheet_error", what=what, do="Correct the formula, or ask the source for the figure")


def not_finite(shown: str) -> Fault:
    """The fault of a number without end, or of no number by the name of one."""
    what = f"{quoted(shown)} is not a finite number"
    do = 'Ask the source for the figure; if it means "not reported", declare it under `missing`'
    return Fault(kind="not_finite", what=what, do=do)


def divided_by_format(shown: str, stored: str, divisor: int) -> Fault:
    """The fault of a number of which a sheet shows the thousandth or less: its header may speak of either."""
    what = f"The sheet shows {quoted(shown)} where {stored} is stored: the number format divides by {divisor:,}"
    do = "Save the sheet with figures that are shown as they are stored, in the unit that the header names"
    return Fault(kind="divided_by_format", what=what, do=do, alike="number format that divides")


def unclear_word(word: str) -> Fault:
    """The fault of a word that means one thing in one file and another in the next."""
    what = f"{quoted(word)} may mean zero or not reported"
    do = f"Ask the source; then declare {quoted(word)} under `missing` or under `zero`"
    return Fault(kind="zero_or_not_reported", what=what, do=do)


def backward_range(word: str) -> Fault:
    """The fault of a range whose first number is not the smaller one."""
    what = f"{quoted(word)} is no range: its first number is not the smaller one"
    do = "Ask the source for the figure; it may have been a date, or a number and its year"
    return Fault(kind="range_backwards", what=what, do=do)


def mixed_units(told: Mapping[int, Told]) -> dict[int, Fault]:
    """The faults of a column whose numbers are followed by words for different units."""
    units = sorted({one.unit for one in told.values()} - {""})
    if len(units) < 2:
        return {}
    do = "Ask for one column for each unit; nothing is converted"
    return {
        line: Fault(
            kind="different_units_in_one_column",
            what=f"{quoted(one.word)} is in {one.unit}, but its column holds {' and '.join(units)}",
            do=do,
        )
        for line, one in told.items()
        if one.unit
    }


def shares_among_figures(told: Mapping[int, Told], plain: int) -> dict[int, Fault]:
    """The faults of cells with a sign of percent, where most of their column, `plain` cells, are figures without one."""
    shares = {line: one for line, one in told.items() if one.unit == PERCENT}
    if not shares or plain < len(shares):
        return {}
    return {
        line: Fault(
            kind="percent_among_figures",
            what=f"{quoted(one.word)} is a share, and most cells of its column are not",
            do="Ask for the figure itself, or for a column of shares",
        )
        for line, one in shares.items()
    }


def not_a_number(word: str, marks: Marks) -> Fault:
    """The fault of a text that is not read as a number with the marks of its column."""
    if word.upper() in EXCEL_ERRORS:
        return excel_error(word)
    if word.lstrip("+-").lower() in NOT_FINITE:
        return not_finite(word)
    if DAY_AND_MONTH.fullmatch(word) or DAY_IN_FIGURES.fullmatch(word):
        what = f"{quoted(word)} looks like a date; spreadsheets turn figures like 12-3 into dates"
        return Fault(kind="date", what=what, do="Ask the source for the figure")
    return _other_marks(word, marks) or _word_behind(word) or _written_otherwise(word) or _no_number(word)


def _other_marks(word: str, marks: Marks) -> Fault | None:
    fitting = [system for system in SYSTEMS if system != marks and number_pattern(*system).fullmatch(word)]
    if not fitting:
        return None
    readings = {reading_name(word, system): system for system in reversed(fitting)}
    decimal, thousands = fitting[0]
    what = f"{quoted(word)} looks like a {' or a '.join(reversed(readings))}"
    if len(readings) > 1:
        what += ": it can be read both ways"
        do = "Declare `decimal` and `thousands` as the source means them"
    else:
        do = f"Declare decimal: '{decimal}'" + (f" and thousands: '{thousands}'" if thousands in word else "")
    return Fault(
        kind="other_marks",
        what=what,
        do=f"{do}, for the whole source or under `marks` for this column",
        alike=next(iter(readings)),
    )


def _word_behind(word: str) -> Fault | None:
    behind = WORD_BEHIND.fullmatch(word)
    if behind is None:
        return None
    what = f"{quoted(word)} is not a number: {quoted(behind[1])} behind it is not among the words for units"
    do = "Ask for the number alone; a word for thousands or millions changes it and is never left out"
    return Fault(kind="unknown_word_behind_a_number", what=what, do=do)


def _written_otherwise(word: str) -> Fault | None:
    """The fault of a number in signs that are not read as part of one."""
    if IN_BRACKETS.fullmatch(word):
        what = f"{quoted(word)} is a number in brackets: in accounts one below zero, elsewhere often a figure that is in doubt"
        do = "Ask the source which it is, and have it written with a minus, or without brackets"
        return Fault(kind="number_in_brackets", what=what, do=do)
    if MINUS_BEHIND.fullmatch(word):
        what = f"{quoted(word)} is a number with a minus behind it: some programs write numbers below zero so"
        do = "Ask the source whether it is below zero, and have it written with the minus before it, or without"
        return Fault(kind="minus_behind", what=what, do=do)
    if APOSTROPHES.fullmatch(word):
        what = f"{quoted(word)} looks like a number with an apostrophe between thousands"
        do = "Ask for the column without apostrophes, or take them out in a copy and write so into SOURCES.md"
        return Fault(kind="apostrophes", what=what, do=do)
    return None


def _no_number(word: str) -> Fault:
    what = f"{quoted(word)} is not a number"
    do = f'If it means "not reported", declare {quoted(word)} under `missing`; it is never read as zero'
    return Fault(kind="not_a_number", what=what, do=do)
