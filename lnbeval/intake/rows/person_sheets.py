"""Sheets that nobody has declared: whether they hold persons, who would be kept with the sheet that is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.assemble import filled_size, width
from lnbeval.intake.files.books import opened_book
from lnbeval.intake.files.file_on_disk import file_bytes
from lnbeval.intake.problems import Problem, UnreadableError
from lnbeval.intake.rows.person_level import column_titles, personal_columns, refusal, refused
from lnbeval.intake.rows.person_like import PERSONS, cases, like_persons, persons_question
from lnbeval.intake.table import RawTable, square
from lnbeval.intake.text import cell_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.person_words import PersonWords
    from lnbeval.intake.resolver import Resolver
    from lnbeval.intake.table import Row

TEXTS: Final = ("text", "px")  # files without sheets
DO: Final = "Delete the file here, and ask for it without this sheet: whoever gets the file gets the sheet too"


def persons_beside(path: Path, file: str, read: Collection[str | None], meanings: Meanings) -> list[Problem]:
    """Problems of the sheets of a workbook, hidden ones too, that hold persons and that no source reads."""
    try:
        data, kind = file_bytes(path, file)
        if kind in TEXTS:
            return []
        book = opened_book(data, kind, file)
        beside = {name: book.rows(name) for name in book.names if name not in read and len(book.names) > 1}
    except UnreadableError:  # told already, of the sheet that is read
        return []
    tables = (likely_table(file, name, rows, filled_size(rows)[1]) for name, rows in beside.items())
    found = (persons_in(table, meanings.persons, meanings.resolve, meanings.answered) for table in tables)
    return [replace(problem, do=DO) if problem.severity == "STOP" else problem for problem in found if problem]


def persons_in(
    table: RawTable,
    persons: PersonWords,
    resolve: Resolver | None,
    answered: Mapping[str, str] | None = None,
) -> Problem | None:
    """The refusal of a table that holds persons, or the question whether it does."""
    certain = personal_columns(table, persons, resolve)
    likely = sorted({*like_persons(table, resolve), *cases(table, persons)})
    titles = column_titles(table, likely, persons, resolve)
    asked = persons_question(table, likely, persons, resolve)
    if asked and (answered or {}).get(asked.name) == PERSONS:
        return refusal(table, tuple(dict.fromkeys([*certain, *titles])))
    return refused(table, persons, certain, titles) or asked


def likely_table(file: str, name: str, rows: list[Row], columns: int) -> RawTable:
    """The table of a sheet of which nothing is declared."""
    # Titles fill one cell or two; the first row at least half as wide as the table is its header.
    wide = [at for at, (_, cells) in enumerate(rows) if 2 * sum(not is_blank(cell) for cell in cells) >= columns]
    start = wide[0] if wide else 0
    header = [cell_text(cell) for cell in rows[start][1][: width(rows[start][1])]] if rows else []
    below = [(number, cells[:columns]) for number, cells in rows[start + 1 :]]
    return RawTable(
        file=file,
        sheet=name,
        kind="xlsx" if name else "csv",
        header_row=rows[start][0] if rows else 1,
        header=tuple(header + [""] * (columns - len(header))),
        row_numbers=tuple(number for number, _ in below),
        rows=square(below, columns),
        above=tuple(rows[:start]),
    )
