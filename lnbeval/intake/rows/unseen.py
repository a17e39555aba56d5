"""Unseen: what a reader of the sheet sees and the figures do not tell, or the other way round; hidden rows, colours, comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake.files.assemble import HIDDEN_ROW
from lnbeval.intake.layout import Note
from lnbeval.intake.problems import Problem
from lnbeval.intake.spans import folded
from lnbeval.intake.table import RawTable, column_letter, column_name
from lnbeval.intake.text import first_place, is_blank, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Collection

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.problems import Severity
    from lnbeval.intake.rows.units import Units
    from lnbeval.intake.source import Source

DECLARE = "Declare hidden: read if they count, or hidden: skip if they do not"
MOST_TOLD = 40  # addresses in one message


def hidden_problems(table: RawTable, columns: Columns, source: Source) -> list[Problem]:
    """Which rows and used columns the sheet hides, and whether they were read."""
    layout = table.layout
    rows = [number for number in table.row_numbers if number in layout.hidden_rows]
    skipped = [number for number, _, reason in table.apart if reason == HIDDEN_ROW]
    used = {*columns.keys, *(place for _, place in columns.variables)}
    read = [column_name(table, at) for at in sorted(used & layout.hidden_columns)]
    filtered = " (a filter is on)" if layout.filtered else ""
    severity: Severity = "NOTE" if source.hidden == "read" else "WARN"
    do = "" if source.hidden == "read" else DECLARE
    problems = []
    if skipped:
        what = f"Hidden rows were not read, as declared: {_spans(skipped)}{filtered}"
        problems.append(_problem(table, "NOTE", what, "", f"rows {_spans(skipped)}", "hidden_rows_skipped"))
    if rows:
        many = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
        what = f"The sheet hides {many}{filtered}; read all the same: {_spans(rows)}"
        problems.append(_problem(table, severity, what, do, f"rows {_spans(rows)}", "hidden_rows"))
    if read:
        what = f"The sheet hides columns; read all the same: {listed(map(quoted, read))}"
        problems.append(_problem(table, severity, what, do, "", "hidden_columns"))
    return problems


def unread_problems(table: RawTable, columns: Columns, units: Units) -> list[Problem]:
    """A note of the cells that carry comments, and a warning about blank cells that a colour or a comment speaks for."""
    numbers = {number for index, number in enumerate(table.row_numbers) if units.kinds[index] == "unit"}
    return [*comment_problems(table), *marked_blanks(table, columns, numbers)]


def marked_blanks(table: RawTable, columns: Columns, units: Collection[int]) -> list[Problem]:
    """A warning about blank cells that a colour or a comment speaks for; `units` are the rows of municipalities by number."""
    colours, noted = table.layout.colours, {at for at, _ in table.layout.comments}
    if not colours and not noted:
        return []
    places = sorted({place for _, place in columns.variables})
    found: dict[str, list[str]] = {"coloured": [], "commented": []}
    for number, row in zip(table.row_numbers, table.rows, strict=True):
        if number not in units:
            continue
        own = colours.get((number, columns.unit or 0))  # A colour of the whole row says nothing about one cell.
        for place in places:
            at = (number, place)
            if is_blank(row[place]) and at in noted:
                found["commented"].append(f"{column_letter(place)}{number}")
            elif is_blank(row[place]) and colours.get(at, own) != own:
                found["coloured"].append(f"{column_letter(place)}{number}")
    return [
        _problem(
            table,
            "WARN",
            f"Cells are blank but {how}: {folded(cells)}. Colours and comments are not read; the cells are read as not reported",
            "Ask what they mean, and have it written as a figure or a word",
            folded(cells),
            "blank_but_marked",
        )
        for how, cells in found.items()
        if cells
    ]


def comment_problems(table: RawTable) -> list[Problem]:
    """A note of the cells that carry comments."""
    comments = [(f"{column_letter(place)}{number}", text) for (number, place), text in sorted(table.layout.comments)]
    if not comments:
        return []
    texts = [f"{cell} ({quoted(text)})" for cell, text in comments]
    many = "1 cell carries a comment" if len(texts) == 1 else f"{len(texts)} cells carry comments"
    what = f"{many}, not read as data and kept among the notes: {listed(texts, MOST_TOLD)}"
    return [_problem(table, "NOTE", what, "", first_place(comments[0][0], len(comments)), "comments")]


def comment_notes(table: RawTable) -> tuple[Note, ...]:
    """The comments of a sheet, each with the address of its cell."""
    return tuple(
        Note(number, f"{column_letter(place)}{number}: {' '.join(text.split())}", "note")
        for (number, place), text in table.layout.comments
    )


def _spans(numbers: list[int]) -> str:
    spans: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return listed((str(a) if a == b else f"{a}-{b}" for a, b in spans), MOST_TOLD)


def _problem(table: RawTable, severity: Severity, what: str, do: str, cell: str, rule: str) -> Problem:
    return Problem(severity=severity, file=table.file, sheet=table.sheet, cell=cell, what=what, do=do, rule=rule)
