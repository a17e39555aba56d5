"""Columns that may hold persons under a header that says nothing: another text, number or birthday in nearly every row."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from lnbeval.intake.heading.columns import located
from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.day_dates import FIRST_BIRTH, date_with_day
from lnbeval.intake.rows.person_level import (
    NEARLY_ALL,
    column_titles,
    header_keys,
    personal_columns,
    refusal,
    refused,
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
ENOUGH_NAMES: Final = 20  # different ones, of persons that have several rows each
LONG_NUMBER: Final = 9  # digits; figures of so many do not all have the same number of them
LIFETIME: Final = 20  # years between the first and the last birthday, where persons have several rows each
LETTERS: Final = 3  # of a text, before it says something
NAME: Final = re.compile(r"[^\W\d_a-z][^\W\d_]*\.?(?:[ '’-]+[^\W\d_]+\.?)+")
FEWEST_WORDS, MOST_WORDS = 2, 4  # of a name
NUMBER_PART: Final = re.compile(r"[\d._/]+")
FIRST_PART: Final = re.compile(r"^[^,;/(–]*")
TEXTS_RESOLVED: Final = 200  # of one column


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
        what="Nearly every row holds another text, long number or day, or the header is of one person or household, in column "
        f"{listed(column_titles(table, likely, persons, resolve))}, as of persons. Nothing of it was taken in",
        do="Look at the file: are its rows persons, households or cases?",
        rule="persons",
        subject=f"{table.sheet}/rows" if table.sheet else "rows",
        options=(PERSONS, NO_PERSONS),
    )


def like_persons(
    table: RawTable, resolve: Resolver | None, used: Collection[int] = (), unit: int | None = None
) -> list[int]:
    """Positions of the columns that no source reads and that may hold persons; that of the municipalities too, if they are none."""
    found = [at for at in range(len(table.header)) if at not in used and _may_be_persons(table, at, resolve)]
    if unit is not None and _are_no_places(table, unit, resolve):
        found = sorted([*found, unit])
    return found


def no_figures(table: RawTable, figures: Collection[int]) -> list[int]:
    """Of columns that are read as figures, those that hold what no figure is: birthdays, or long numbers of one length."""
    return [at for at in sorted(figures) if at < len(table.header) and _are_no_figures(table, at)]


def cases(table: RawTable, persons: PersonWords) -> list[int]:
    """Positions of the columns with a header that speaks of one person, household or case, filled or not in every row."""
    return [
        at
        for at in range(len(table.header))
        if header_keys(table, at) & persons.cases and not all(map(is_blank, column_cells(table, at)))
    ]


def _are_no_figures(table: RawTable, position: int) -> bool:
    cells = [cell for cell in column_cells(table, position) if not is_blank(cell)]
    if len(cells) < ENOUGH_UNITS:
        return False
    days = [day for cell in cells if (day := date_with_day(cell)) is not None]
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    return (2 * len(days) > len(cells) and _are_birthdays(days)) or _are_long_numbers(texts, len(cells))


def _may_be_persons(table: RawTable, position: int, resolve: Resolver | None) -> bool:
    cells = [cell for cell in column_cells(table, position) if not is_blank(cell)]
    if len(cells) < max(ENOUGH_ROWS, len(table.rows) / 2):
        return False
    texts = [cell_text(cell) for cell in cells]
    days = [day for cell in cells if (day := date_with_day(cell)) is not None]
    if 2 * len(days) > len(cells):
        return _are_birthdays(days)
    if _are_long_numbers([cell for cell in cells if isinstance(cell, str)], len(cells)):
        return True
    words = [text for text in texts if _says_something(text)]
    return len(words) >= NEARLY_ALL * len(texts) and _name_persons(words) and not _are_places(words, resolve)


def _name_persons(words: Sequence[str]) -> bool:
    """Whether nearly every text is another one, or the different ones, of which there are many, are written like names."""
    distinct = set(words)
    if len(distinct) >= NEARLY_ALL * len(words):
        return True
    names = sum(bool(NAME.fullmatch(text)) and _is_name_long(text) and text == text.title() for text in distinct)
    return len(distinct) >= ENOUGH_NAMES and names >= NEARLY_ALL * len(distinct)


def _is_name_long(text: str) -> bool:
    return FEWEST_WORDS <= len(text.split()) <= MOST_WORDS


def _are_birthdays(days: Sequence[date]) -> bool:
    years = [day.year for day in days]
    lived = min(years) >= FIRST_BIRTH and max(years) <= LAST_YEAR
    return lived and (len(set(days)) >= NEARLY_ALL * len(days) or max(years) - min(years) >= LIFETIME)


def _are_long_numbers(texts: Sequence[str], filled: int) -> bool:
    """Whether texts hold numbers of one length, each another one; sums of money have different ones, or are figures."""
    lengths = Counter(len(text) for text in texts if text.isascii() and text.isdecimal())
    most = max(lengths, key=lambda length: lengths[length], default=0)
    alike = most >= LONG_NUMBER and lengths[most] >= NEARLY_ALL * filled
    return alike and len(set(texts)) >= NEARLY_ALL * len(texts)


def _says_something(text: str) -> bool:
    letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdecimal, text))
    return letters >= LETTERS and letters > digits and "://" not in text


def _are_places(words: Sequence[str], resolve: Resolver | None, share: float = 0.5) -> bool:
    if resolve is None:
        return False
    looked_at = sorted(set(words))[:TEXTS_RESOLVED]
    return sum(_is_place(text, resolve) for text in looked_at) >= share * len(looked_at)


def _is_place(text: str, resolve: Resolver) -> bool:
    """Whether a text names a place, also with a number or with what stands behind a comma or in brackets."""
    shorter = dict.fromkeys([text, *(" ".join(NUMBER_PART.sub(" ", part[0]).split()) for part in _first(text))])
    found = (resolve(part, None) for part in shorter if part)
    return any(one.code is not None or one.kind not in {"", "numbering"} for one in found)


def _first(text: str) -> list[re.Match[str]]:
    return [match for match in (FIRST_PART.match(text),) if match]


def _are_no_places(table: RawTable, unit: int, resolve: Resolver | None) -> bool:
    texts = [cell_text(cell) for cell in column_cells(table, unit) if not is_blank(cell)]
    words = [text for text in texts if _says_something(text)]
    if len(texts) < ENOUGH_UNITS or len(words) < NEARLY_ALL * len(texts) or resolve is None:
        return False
    return _name_persons(words) and not _are_places(words, resolve, 1 - NEARLY_ALL)
