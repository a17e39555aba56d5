"""Person-level data at the door: columns that hold persons, told by header and by the form of the values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.joined_header import JOINED_BY, is_words
from lnbeval.intake.person_words import LETTER, number_forms, person_key
from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.day_dates import date_with_day
from lnbeval.intake.rows.person_notes import person_in_note, rows_alone
from lnbeval.intake.rows.person_numbers import ABROAD, MAIL, identifies, leads_to_person, reaches, speaks_of_person
from lnbeval.intake.table import RawTable, column_cells, column_letter
from lnbeval.intake.text import cell_text, is_blank, mapped

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lnbeval.intake.person_words import PersonWords
    from lnbeval.intake.resolver import Resolver

LONG_NUMBER: Final = re.compile(r"\+?[0-9][0-9 /-]{7,}")  # of a telephone, as a text or a figure
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
    named, alone = _headers_beside(table, persons), rows_alone(table)
    found = [
        at
        for at in range(len(table.header))
        if at in named or _is_personal(table, at, persons, resolve) or _leads_to_persons(table, at, persons, alone)
    ]
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


def refused(
    table: RawTable, persons: PersonWords, certain: Sequence[str], likely: Sequence[str] = ()
) -> Problem | None:
    """The problem that turns a table away by its columns, the likely ones named too, or by its notes."""
    return refusal(table, tuple(dict.fromkeys([*certain, *likely]))) if certain else person_in_note(table, persons)


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
    keys = header_keys(table, position)
    cells = [cell for cell in column_cells(table, position) if not is_blank(cell)]
    return bool(
        keys & persons.headers
        or _holds_numbers(cells, persons)
        or (keys & persons.naming and names_persons(cells, resolve))
        or (keys & persons.dating and 2 * sum(date_with_day(cell) is not None for cell in cells) > len(cells))
    )


def _leads_to_persons(table: RawTable, position: int, persons: PersonWords, alone: Collection[int]) -> bool:
    """Whether cells hold a number that only a person has, or telephones and addresses: one beside a word for it, or several.

    Rows of a single cell are notes, and looked at as such.
    """
    cells = [row[position] for at, row in enumerate(table.rows) if at not in alone]
    said = mapped(lambda cell: leads_to_person(cell, persons), cells)
    texts = [cell_text(cell) for cell, is_said in zip(cells, said, strict=True) if is_said]
    if any(identifies(text, persons) for text in (table.header[position], *set(texts))):
        return True
    reached = [text for text in texts if reaches(text, persons)]
    headed = bool(header_keys(table, position) & (persons.headers | persons.naming))
    return len(reached) > FEW_ROWS or (
        bool(reached) and (headed or any(speaks_of_person(text, persons) for text in reached))
    )


def header_keys(table: RawTable, position: int) -> set[str]:
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


def names_persons(cells: Sequence[object], resolve: Resolver | None) -> bool:
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
    plain = number_forms(tuple(form for form in persons.numbers if LETTER not in form))
    registered = sum(identifies(text, persons) or plain.search(text) is not None for text in words)
    reached = sum(reaches(text, persons) or _is_short_telephone(text, phones) for text in words)
    alike = sum(any(form.fullmatch(text) for form in (numbers, phones)) for text in figures)
    return (
        registered > FEW_ROWS
        or _most(registered, texts)
        or _most(reached, texts)
        or (alike >= max(ENOUGH_FIGURES, NEARLY_ALL * len(texts)))
    )


def _is_short_telephone(text: str, phones: re.Pattern[str]) -> bool:
    """Whether a text is nothing but a number without its first zero."""
    return text[0] in "123456789" and phones.fullmatch(text) is not None


def _most(count: int, texts: Sequence[str]) -> bool:
    return count > 1 and 2 * count > len(texts)


def _is_datum(header: str, persons: PersonWords, resolve: Resolver | None) -> bool:
    forms = (number_forms(persons.numbers), number_forms(persons.phones), ABROAD, MAIL)
    if any(form.search(header) for form in forms) or date_with_day(header) is not None:
        return True
    return bool(header) and resolve is not None and resolve(header, None).code is not None
