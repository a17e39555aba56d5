"""Notes below a table and titles above it: held against the figures where they speak of a part of a year or of a unit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.told_units import contradiction, told_unit
from lnbeval.intake.heading.years import without_whole_year, years_in
from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.levels import NOTE_MARKS
from lnbeval.intake.rows.person_numbers import WITHHELD, speaks_of_person
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lnbeval.intake.figures.told_units import ToldUnit
    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.layout import Note
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.source import Source
    from lnbeval.intake.table import RawTable

PIECES: Final = re.compile(r"[^\W\d_]+|[0-9]+|[-–—/]")
JOINTS: Final = frozenset("-–—/")
MONTHS_OR_AGE: Final = r"[0-9]+\s"
YEAR_DIGITS: Final = 4
UNIT_TELLERS: Final = {"note": "A note", "title": "A title"}
LAST_MONTH, WHOLE_YEAR = "month_12", "12"


def note_problems(
    table: RawTable, source: Source, notes: Sequence[Note], told: Iterable[Problem], meanings: Meanings
) -> list[Problem]:
    """What the notes below a table say, and what they say against its figures; `told` is what is known of it already.

    Of titles above the table it is only told that they tell several units: one may be about another column.
    """
    below = [note for note in notes if note.kind == "note"]
    known = {problem.cell for problem in told if problem.rule == "unit_differs"}
    problems = [_quoted(table, below, meanings)] if below else []
    for note in below:
        part = part_of_year_in(note.text, meanings.headers)
        if part:
            problems.append(_part(table, note, part, meanings))
    for note in (note for note in notes if note.kind in UNIT_TELLERS):
        unit = told_unit(note.text, meanings.words)
        told_here = _several(unit) if note.kind == "title" else bool(unit.factors or unit.currencies)
        if told_here and f"row {note.row}" not in known and not _fits(unit, source, meanings):
            problems.append(_unit(table, note, unit, meanings))
    return problems


def part_of_year_in(text: str, words: HeaderWords) -> str:
    """The words of a sentence that tell a part of a year: some months, a span of them, one up to which it goes, a quarter.

    A number of months without a year may be an age, and a month alone a date.
    """
    line = without_whole_year(text, words)
    found = [one for one in PIECES.finditer(line) if len(one[0]) < YEAR_DIGITS or not one[0].isdecimal()]
    pieces = [one[0] for one in found]
    for at, last in enumerate(found):
        first = _begins(pieces, at, words)
        part = "" if first is None else line[found[first].start() : last.end()]
        if part and (not re.match(MONTHS_OR_AGE, part) or years_in(text)):
            return part
    return ""


def _begins(pieces: Sequence[str], at: int, words: HeaderWords) -> int | None:
    """Where the words begin that end with this one and tell a part of a year; None when there are none."""
    if words.means(pieces[at], "part_of_year"):
        return at
    before = pieces[at - 1] if at else ""
    if words.means(pieces[at], "months_counted"):
        number = at - 2 if before in JOINTS and at > 1 else at - 1
        counts = number >= 0 and pieces[number].isdecimal() and pieces[number] != WHOLE_YEAR
        return number if counts and len(pieces[number]) <= len(WHOLE_YEAR) else None
    if not _is_month(pieces[at], words):
        return None
    start = at - 1 if before.isdecimal() else at  # the day of a month
    for length in (1, 2):
        if words.means(" ".join(pieces[max(start - length, 0) : start]), "until"):
            return None if words.means(pieces[at], LAST_MONTH) else max(start - length, 0)
    joined = before in JOINTS and at > 1 and _is_month(pieces[at - 2], words)
    return at - 2 if joined else None


def _is_month(word: str, words: HeaderWords) -> bool:
    return any(words.means(word, f"month_{number}") for number in range(1, 13))


def _several(unit: ToldUnit) -> bool:
    return len(unit.factors) > 1 or len(unit.currencies) > 1


def _fits(unit: ToldUnit, source: Source, meanings: Meanings) -> bool:
    """Whether a variable of the table is registered in a unit that is told, and no other is told beside it."""
    for variable in source.columns:
        written = meanings.registered.units.get(variable, "")
        registered = told_unit(written, meanings.words, whole=True)
        kind = meanings.registered.kinds.get(variable, "")
        about = not registered.is_silent and (not unit.currencies or bool(registered.currencies))
        if about and not contradiction(unit, registered, kind):
            return True
    return False


def _quoted(table: RawTable, notes: Sequence[Note], meanings: Meanings) -> Problem:
    shown = listed(f"row {note.row}: {_shown(note, meanings)}" for note in notes)
    return Problem(
        severity="NOTE",
        file=table.file,
        sheet=table.sheet,
        what=f"Notes below the table are not read as data: {shown}",
        rule="notes_below",
    )


def _shown(note: Note, meanings: Meanings) -> str:
    """A note as it may be quoted: what is no note by its first word may be the name of who wrote the table."""
    opens = meanings.headers.opens(note.text, "note") or note.text.startswith(NOTE_MARKS)
    return _safe(note.text, meanings) if opens else "a text"


def _safe(text: str, meanings: Meanings) -> str:
    return f"'{WITHHELD}'" if speaks_of_person(text, meanings.persons) else quoted(text)


def _part(table: RawTable, note: Note, part: str, meanings: Meanings) -> Problem:
    return Problem(
        severity="WARN",
        file=table.file,
        sheet=table.sheet,
        cell=f"row {note.row}",
        what=f"A note speaks of a part of a year ({quoted(part)}): {_safe(note.text, meanings)}. Its figures are read as those of "
        "whole years",
        do="Ask the source for whole years. Until then leave the year out (`first_period`, `last_period`), or have its cells "
        "written as not reported",
        rule="note_part_of_year",
        subject=f"row {note.row}",
    )


def _unit(table: RawTable, note: Note, unit: ToldUnit, meanings: Meanings) -> Problem:
    said = f"several units ({unit.words})" if _several(unit) else f"a unit ({unit.words})"
    do = (
        "Ask the source for all years in one unit; nothing is converted"
        if _several(unit)
        else "Check that the figures are in it, and write it as the `unit` of their variable in variables.csv; nothing is converted"
    )
    return Problem(
        severity="WARN",
        file=table.file,
        sheet=table.sheet,
        cell=f"row {note.row}",
        what=f"{UNIT_TELLERS[note.kind]} tells {said} that no variable of the table is registered in: {_safe(note.text, meanings)}",
        do=do,
        rule="note_tells_unit",
        subject=f"row {note.row}",
    )
