"""Columns that may hold persons under a header that says nothing: another text, number or birthday in nearly every row."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from lnbeval.intake.heading.columns import located
from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.day_dates import FIRST_BIRTH, date_with_day
from lnbeval.intake.rows.person_level import (
    NEARLY_ALL,
    column_titles,
    header_keys,
    names_persons,
    personal_columns,
    refusal,
    refused,
)
from lnbeval.intake.rows.person_names import (
    are_places,
    column_of_places,
    differ,
    name_persons,
    says_something,
    written_like_names,
)
from lnbeval.intake.rows.person_notes import contact_in_note
from lnbeval.intake.source import LAST_YEAR
from lnbeval.intake.table import column_cells
from lnbeval.intake.text import cell_text, is_blank, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.person_words import PersonWords
    from lnbeval.intake.resolver import Resolver
    from lnbeval.intake.source import Source
    from lnbeval.intake.table import RawTable

PERSONS, NO_PERSONS = "persons", "no_persons"
ENOUGH_ROWS: Final = 10  # before different texts in nearly every row say anything
ENOUGH_UNITS: Final = 20  # the same of the column of municipalities, whose names differ in every row too
LONG_NUMBER: Final = 9  # digits of texts; sums of money do not all have the same number of them
LONG_FIGURE: Final = 10  # the same of figures, which sums in lek may have nine of nearly everywhere
LIFETIME: Final = 20  # years between the first and the last birthday, where persons have several rows each


def met_persons(
    table: RawTable, source: Source, meanings: Meanings, *, whole: bool = True
) -> tuple[tuple[Problem, ...], bool]:
    """What is to be said of persons in a table, and whether the table is turned away with it.

    Not `whole` is a table of chosen rows, whose figures differ because they were chosen so; of the notes it has nothing to say.
    """
    certain = personal_columns(table, meanings.persons, meanings.resolve)
    columns, _ = located(table, source, meanings.headers, meanings.answered)
    likely = like_persons(table, meanings.resolve, columns.declared, columns.unit)
    if whole:
        figures = {place for _, place in columns.variables}
        likely = sorted({*likely, *no_figures(table, figures), *cases(table, meanings.persons)})
    titles = column_titles(table, likely, meanings.persons, meanings.resolve)
    stop = refused(table, meanings.persons, certain, titles)
    if stop is not None:
        return (stop,), True
    contact = contact_in_note(table, meanings.persons) if whole else None
    told = (contact,) if contact else ()
    asked = persons_question(table, likely, meanings.persons, meanings.resolve)
    if asked is None:
        return told, False
    if meanings.answered.get(asked.name) == PERSONS:
        return (refusal(table, titles),), True
    withheld = asked.name not in meanings.answered
    return (asked,) if withheld else (asked, *told), withheld


def persons_question(
    table: RawTable, likely: Sequence[int], persons: PersonWords, resolve: Resolver | None
) -> Problem | None:
    """The question whether the rows are persons, where some columns look so."""
    if not likely:
        return None
    return Problem(
        severity="ASK",
        file=table.file,
        sheet=table.sheet,
        what="Nearly every row holds another text, long number or day, or texts are written like names, or the header is of "
        f"one person or household, in column {listed(column_titles(table, likely, persons, resolve))}, as of persons. "
        "Nothing of it was taken in",
        do="Look at the file: are its rows persons, households or cases?",
        rule="persons",
        subject=f"{table.sheet}/rows" if table.sheet else "rows",
        options=(PERSONS, NO_PERSONS),
    )


def like_persons(
    table: RawTable, resolve: Resolver | None, used: Collection[int] = (), unit: int | None = None
) -> list[int]:
    """Positions of the columns that no source reads and that may hold persons; that of the municipalities too, if they are none."""
    beside = column_of_places(table, resolve) if unit is None else unit
    found = [at for at in range(len(table.header)) if at not in used and _may_be_persons(table, at, resolve, beside)]
    if unit is not None and _are_no_places(table, unit, resolve):
        found = sorted([*found, unit])
    return found


def no_figures(table: RawTable, figures: Collection[int]) -> list[int]:
    """Of columns that are read as figures, those that hold what no figure is: birthdays, or long numbers of one length."""
    return [at for at in sorted(figures) if at < len(table.header) and _are_no_figures(table, at)]


def cases(table: RawTable, persons: PersonWords) -> list[int]:
    """Positions of the columns with a header that speaks of one person, household or case, filled or not in every row.

    A header of staff, such as social worker, stands over counts as well: only words below it may be names.
    """
    return [at for at in range(len(table.header)) if _is_of_cases(table, at, persons)]


def _is_of_cases(table: RawTable, position: int, persons: PersonWords) -> bool:
    keys = header_keys(table, position)
    filled = [cell for cell in column_cells(table, position) if not is_blank(cell)]
    if keys & persons.cases and filled:
        return True
    return bool(keys & persons.staff) and names_persons(filled, None)


def _are_no_figures(table: RawTable, position: int) -> bool:
    cells = [cell for cell in column_cells(table, position) if not is_blank(cell)]
    if len(cells) < ENOUGH_UNITS:
        return False
    days = [day for cell in cells if (day := date_with_day(cell)) is not None]
    return (2 * len(days) > len(cells) and _are_birthdays(days)) or _are_long_numbers(cells)


def _may_be_persons(table: RawTable, position: int, resolve: Resolver | None, unit: int | None) -> bool:
    cells = [cell for cell in column_cells(table, position) if not is_blank(cell)]
    if len(cells) < ENOUGH_ROWS:
        return False
    if len(cells) < len(table.rows) / 2:
        return name_persons(table, position, resolve, unit)
    days = [day for cell in cells if (day := date_with_day(cell)) is not None]
    if 2 * len(days) > len(cells):
        return _are_birthdays(days)
    return _are_long_numbers(cells) or name_persons(table, position, resolve, unit)


def _are_birthdays(days: Sequence[date]) -> bool:
    years = [day.year for day in days]
    lived = min(years) >= FIRST_BIRTH and max(years) <= LAST_YEAR
    return lived and (len(set(days)) >= NEARLY_ALL * len(days) or max(years) - min(years) >= LIFETIME)


def _are_long_numbers(cells: Sequence[object]) -> bool:
    """Whether nearly all cells hold numbers of one length, each another one; sums of money have different ones."""
    written = {str: LONG_NUMBER, int: LONG_FIGURE, float: LONG_FIGURE}
    numbers = [
        text
        for cell in cells
        if (text := cell_text(cell)).isascii()
        and text.isdecimal()
        and len(text) >= written.get(type(cell), len(text) + 1)
    ]
    most = max(Counter(map(len, numbers)).values(), default=0)
    return most >= NEARLY_ALL * len(cells) and len(set(numbers)) >= NEARLY_ALL * len(numbers)


def _are_no_places(table: RawTable, unit: int, resolve: Resolver | None) -> bool:
    texts = [cell_text(cell) for cell in column_cells(table, unit) if not is_blank(cell)]
    words = [text for text in texts if says_something(text)]
    if len(texts) < ENOUGH_UNITS or len(words) < NEARLY_ALL * len(texts) or resolve is None:
        return False
    return (differ(words) or written_like_names(words)) and not are_places(words, resolve, 1 - NEARLY_ALL)
