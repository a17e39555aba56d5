"""Persons in titles, footnotes and comments: told by row, and never quoted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.person_numbers import identifies, reaches
from lnbeval.intake.text import is_blank, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lnbeval.intake.person_words import PersonWords
    from lnbeval.intake.table import RawTable

CONTACT: Final = "contact_in_note"


def rows_alone(table: RawTable) -> frozenset[int]:
    """Indices of the rows with one filled cell: notes below a table stand so."""
    several = len(table.header) > 1
    return frozenset(
        at for at, row in enumerate(table.rows) if several and sum(not is_blank(cell) for cell in row) == 1
    )


def person_in_note(table: RawTable, persons: PersonWords) -> Problem | None:
    """The refusal of a file whose titles, notes or comments hold the number of a person."""
    return _told(
        _rows_where(table, lambda text: identifies(text, persons)),
        Problem(
            severity="STOP",
            file=table.file,
            sheet=table.sheet,
            what="A title, note or comment holds what looks like the number of a person. Nothing of the file was taken in",
            do="Delete the file here, and ask for it without the number",
            rule="person_in_note",
        ),
    )


def contact_in_note(table: RawTable, persons: PersonWords) -> Problem | None:
    """A warning that titles, notes or comments hold a telephone number or an e-mail address."""
    return _told(
        _rows_where(table, lambda text: reaches(text, persons)),
        Problem(
            severity="WARN",
            file=table.file,
            sheet=table.sheet,
            what="A title, note or comment holds a telephone number or an e-mail address. The text is withheld everywhere but in "
            "the file itself",
            do="Ask for the file without it, if the files are to be passed on",
            rule=CONTACT,
        ),
    )


def _told(rows: str, problem: Problem) -> Problem | None:
    return replace(problem, cell=rows) if rows else None


def _rows_where(table: RawTable, is_met: Callable[[str], bool]) -> str:
    numbers = sorted({number for number, text in _texts(table) if is_met(text)})
    return f"row{'s' if len(numbers) > 1 else ''} {listed(map(str, numbers))}" if numbers else ""


def _texts(table: RawTable) -> Iterator[tuple[int, str]]:
    alone = rows_alone(table)
    apart = [(number, cells) for number, cells, _ in table.apart]
    lone = [(int(table.row_numbers[at]), table.rows[at]) for at in sorted(alone)]
    for number, cells in (*table.above, *apart, *lone):
        yield from ((number, cell) for cell in cells if isinstance(cell, str))
    yield from ((note.row, note.text) for note in table.notes)
    yield from ((place[0], text) for place, text in table.layout.comments)
