"""Person-level data at the door: columns that hold persons, told by header and by the form of the values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.joined_header import JOINED_BY, is_words
from lnbeval.intake.person_words import number_forms, person_key
from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.day_dates import date_with_day
from lnbeval.intake.table import RawTable, column_cells, column_letter
from lnbeval.intake.text import cell_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.person_words import PersonWords
    from lnbeval.intake.resolver import Resolver

LONG_NUMBER: Final = re.compile(r"\+?[0-9][0-9 /-]{7,}")  # of a telephone, as a text or a figure
ABROAD: Final = re.compile(r"(?<!\w)(?:\+|00)[1-9](?:[ ./()-]?[0-9]){8,13}(?![0-9])")  # telephone of any country
MAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
FIGURE: Final = re.compile(r"[1-9][0-9]*")  # could be a count as well
ROWS_SEARCHED = 20
FEW_ROWS = 3  # a column with more numbers of persons than this is a register
ENOUGH_FIGURES = 10  # before figures of the form of a telephone number are taken for such
NEARLY_ALL = 0.9
WIDE_ROW = 3  # filled cells of a row above the header, before it can be part of it


def personal_columns(table: RawTable, persons: PersonWords, resolve: Resolver | None = None) -> list[str]:
    """Columns that hold data on persons, by letter and header; their values are never told.

    `resolve` tells whether the words of a column are names of places.
    """
    named = _headers_beside(table, persons)
    found = [at for at in range(len(table.header)) if at in named or _is_personal(table, at, persons, resolve)]
    return column_titles(table, found, persons, resolve)


def column_titles(
    table: RawTable, positions: Sequence[int], persons: PersonWords, resolve: Resolver | None
) -> list[str]:
    """Letters of columns with their headers; letters alone where the header is a row of data, which would name a person."""
    shown = not any(_is_datum(header, persons, resolve) for header in table.header)
    return [
        f"{column_letter(at)} ('{table.header[at]}')" if shown and table.header[at] else column_letter(at)
        for at in positions
    ]


def refusal(table: RawTable, columns: Sequence[str]) -> Problem:
    """The problem that turns a whole file away."""
    return Problem(
        severity="STOP",
        file=table.file,
        sheet=table.sheet,
        what=f"The table looks like data on persons: column {', '.join(columns)}. Nothing of it was taken in",
        do="Delete the file here, and ask for counts by municipality and year instead",
        rule="person_level",
    )


def _is_personal(table: RawTable, position: int, persons: PersonWords, resolve: Resolver | None) -> bool:
    keys = _header_keys(table, position)
    cells = [cell for cell in column_cells(table, position) if not is_blank(cell)]
    return bool(
        keys & persons.headers
        or _holds_numbers(cells, persons)
        or (keys & persons.naming and _names_persons(cells, resolve))
        or (keys & persons.dating and 2 * sum(date_with_day(cell) is not None for cell in cells) > len(cells))
    )


def _header_keys(table: RawTable, position: int) -> set[str]:
    """Everything that stands over a column: a header of several rows is joined, and its parts say something too."""
    header = table.header[position]
    above = table.above[-1][1] if table.above and table.above[-1][0] == table.header_row - len(table.head) else ()
    wide = is_words(above) and sum(not is_blank(cell) for cell in above) >= WIDE_ROW
    rows = [cells for _, cells in table.head] + ([above] if wide else [])
    over = [cell_text(cells[position]) for cells in rows if position < len(cells)]
    return {person_key(part) for part in (header, *header.split(JOINED_BY), *over)} - {""}


def _headers_beside(table: RawTable, persons: PersonWords) -> set[int]:
    # The declared header may be a title: one row with two such words is the real one, a single word may be data.
    for row in (*table.rows[:ROWS_SEARCHED], *(cells for _, cells in table.above[-ROWS_SEARCHED:])):
        found = {at for at, cell in enumerate(row) if isinstance(cell, str) and person_key(cell) in persons.headers}
        if len(found) > 1:
            return {at for at in found if at < len(table.header)}
    return set()


def _names_persons(cells: list[object], resolve: Resolver | None) -> bool:
    """Whether most cells are words that name no place, or numbers as long as those of telephones."""
    texts = [cell_text(cell) for cell in cells]
    told = [text for text in texts if LONG_NUMBER.fullmatch(text) or text[0].isalpha()]
    if 2 * len(told) <= len(texts):
        return False
    distinct = sorted(set(told))
    places = sum(resolve(text, None).code is not None for text in distinct) if resolve else 0
    return 2 * places < len(distinct)


def _holds_numbers(cells: list[object], persons: PersonWords) -> bool:
    """Whether the cells hold numbers of persons or of telephones, or addresses of electronic mail."""
    texts = [cell_text(cell) for cell in cells]
    words = [text for text in texts if not FIGURE.fullmatch(text)]
    figures = [text for text in texts if FIGURE.fullmatch(text)]
    numbers, phones = number_forms(persons.numbers), number_forms(persons.phones)
    registered = sum(numbers.search(text) is not None for text in words)
    reached = sum(any(form.search(text) for form in (phones, ABROAD, MAIL)) for text in words)
    alike = sum(any(form.fullmatch(text) for form in (numbers, phones)) for text in figures)
    return (
        registered > FEW_ROWS
        or _most(registered, texts)
        or _most(reached, texts)
        or (alike >= max(ENOUGH_FIGURES, NEARLY_ALL * len(texts)))
    )


def _most(count: int, texts: Sequence[str]) -> bool:
    return count > 1 and 2 * count > len(texts)


def _is_datum(header: str, persons: PersonWords, resolve: Resolver | None) -> bool:
    forms = (number_forms(persons.numbers), number_forms(persons.phones), ABROAD, MAIL)
    if any(form.search(header) for form in forms) or date_with_day(header) is not None:
        return True
    return bool(header) and resolve is not None and resolve(header, None).code is not None
