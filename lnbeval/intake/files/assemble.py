"""Assembling: numbered rows of cells to a raw table, telling what lies above the header and outside the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.joined_header import is_tag_row, joined_header
from lnbeval.intake.layout import Layout, Note
from lnbeval.intake.problems import Problem
from lnbeval.intake.table import RawTable, Row, column_letter, content, square
from lnbeval.intake.text import cell_text, is_blank, listed, quoted

if TYPE_CHECKING:
    from lnbeval.intake.source import Source


TAG_ROW: Final = "row of tags"
BEYOND_HEADER: Final = frozenset({"beyond_headers", "row_too_long"})  # the rules of cells that no header stands over
NUMBERING: Final = "row that numbers the columns"
FEWEST_NUMBERS: Final = 3  # in a row, before it is taken for one that numbers the columns
HIDDEN_ROW: Final = "hidden row: not read, as declared"


def assembled(
    rows: list[Row],
    last: int,
    source: Source,
    sheet: str,
    notes: tuple[Problem, ...],
    layout: Layout | None = None,
) -> RawTable:
    """Raw table of filled rows, those of the header among them; `last` is the number of the last row, filled or not.

    Rows of tags, and hidden rows under `hidden: skip`, stand apart.
    """
    layout = Layout() if layout is None else layout
    top, bottom = source.header_rows[0], source.header_rows[-1]
    head = [row for row in rows if top <= row[0] <= bottom]
    texts = joined_header(head, layout.merges, fill_all=not sheet)
    above = [row for row in rows if row[0] < top]
    tags, below, apart = _apart([row for row in rows if row[0] > bottom], source, layout)
    widths = [width(cells) for _, cells in below]
    widest = max([len(texts), *widths])
    beyond = [row for row, filled in zip(below, widths, strict=True) if filled > len(texts)]
    return RawTable(
        file=source.file,
        sheet=sheet,
        kind="xlsx" if sheet else "csv",
        header_row=bottom,
        header=texts + ("",) * (widest - len(texts)),
        row_numbers=tuple(number for number, _ in below),
        rows=square([(number, cells[:widest]) for number, cells in below], widest),
        rows_blank=max(0, last - bottom) - len(below) - len(apart),
        problems=(
            *notes,
            *_above(above, source, sheet),
            *_too_long(beyond, source, sheet, len(texts)),
            *_too_short(below, source, sheet, len(texts)),
            *_tagged(tags, apart, source, sheet),
        ),
        head=tuple(head),
        above=tuple(above),
        tags=tags,
        apart=tuple((number, cells, reason) for (number, cells), reason in apart),
        layout=layout,
        unread=layout.hidden_columns if source.hidden == "skip" else frozenset(),
        notes=tuple(Note(number, content(cells), "title") for number, cells in above),
    )


def _apart(
    below: list[Row], source: Source, layout: Layout
) -> tuple[tuple[str, ...], list[Row], list[tuple[Row, str]]]:
    numbered = below[:1] if below and _is_numbering(below[0][1]) else []
    below = below[len(numbered) :]
    tagged = below[:1] if below and is_tag_row(below[0][1]) else []
    tags = tuple(cell_text(value) for _, cells in tagged for value in cells)
    skipped = layout.hidden_rows if source.hidden == "skip" else frozenset()
    rest = below[len(tagged) :]
    hidden = [row for row in rest if row[0] in skipped]
    apart = [
        *((row, TAG_ROW) for row in tagged),
        *((row, NUMBERING) for row in numbered),
        *((row, HIDDEN_ROW) for row in hidden),
    ]
    return tags, [row for row in rest if row[0] not in skipped] if hidden else rest, apart


def _is_numbering(cells: tuple[object, ...]) -> bool:
    """Whether a row below the header numbers the columns one by one: 1, 2, 3 ... or (1), (2), (3) ..., the first maybe blank."""
    texts = [cell_text(value).strip("()") for value in cells[: width(cells)]]
    filled = texts[1:] if texts and not texts[0] else texts
    first = 1 if filled and filled[0] == "1" else 2 if filled is not texts else 0
    numbers = [str(number) for number in range(first, first + len(filled))]
    return len(filled) >= FEWEST_NUMBERS and first > 0 and filled == numbers


def _tagged(tags: tuple[str, ...], apart: list[tuple[Row, str]], source: Source, sheet: str) -> list[Problem]:
    if not tags:
        return []
    number = apart[0][0][0]
    what = f"Row {number} holds tags of the humanitarian exchange language: {listed(tag for tag in tags if tag)}"
    do = "Its tags can stand in the parameters instead of headers; the row is not read as data"
    return [
        Problem(severity="NOTE", file=source.file, sheet=sheet, cell=f"row {number}", what=what, do=do, rule="tags")
    ]


def filled_size(rows: list[Row]) -> tuple[int, int]:
    """Number of filled rows, and number of columns up to the last filled one."""
    return len(rows), max((width(cells) for _, cells in rows), default=0)


def width(cells: tuple[object, ...]) -> int:
    """Number of cells up to the last filled one."""
    count = len(cells)
    while count and is_blank(cells[count - 1]):
        count -= 1
    return count


def _above(above: list[Row], source: Source, sheet: str) -> list[Problem]:
    titles = [
        f"row {number}: {quoted(cell_text(next(c for c in cells if not is_blank(c))))}" for number, cells in above
    ]
    what = f"Rows above the header are not read as data: {listed(titles)}"
    note = Problem(severity="NOTE", file=source.file, sheet=sheet, what=what, rule="rows_above")
    return [note] if titles else []


def _too_long(beyond: list[Row], source: Source, sheet: str, headed: int) -> list[Problem]:
    if not beyond:
        return []
    number, cells = beyond[0]
    stray = cells[width(cells) - 1]
    return [
        Problem(
            severity="WARN" if sheet else "STOP",  # In a csv file the cells to the left may have slipped as well.
            file=source.file,
            sheet=sheet,
            cell=_rows_text(beyond),
            what=f"More cells than headers: {quoted(cell_text(stray))} in row {number} stands in column "
            f"{column_letter(width(cells) - 1)}, but the last header in column {column_letter(headed - 1)}",
            do="Give the column a header if it is needed"
            if sheet
            else "Put the cell that holds the delimiter or a decimal comma in quotation marks, or name the column",
            rule="beyond_headers" if sheet else "row_too_long",
        )
    ]


def _too_short(below: list[Row], source: Source, sheet: str, headed: int) -> list[Problem]:
    # A spreadsheet leaves out trailing blank cells, a csv file should not; a single cell is a note.
    short = [] if sheet else [(number, cells) for number, cells in below if 1 < len(cells) < headed]
    what = f"Fewer cells than the {headed} headers; those that are not there are read as blank"
    do = "Check that the file was not cut"
    if not short:
        return []
    where = _rows_text(short)
    return [Problem(severity="WARN", file=source.file, cell=where, what=what, do=do, rule="row_too_short")]


def _rows_text(rows: list[Row]) -> str:
    return f"row {rows[0][0]}" if len(rows) == 1 else f"rows {listed(str(number) for number, _ in rows)}"
