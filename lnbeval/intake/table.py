"""Raw tables: the cells of one file as they were received, each with its address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from lnbeval.intake.layout import Layout, Note
from lnbeval.intake.spans import RowSpan, shown_rows
from lnbeval.intake.text import MOST_SHOWN, cell_text, is_blank, listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnbeval.intake.problems import Problem

Row = tuple[int, tuple[object, ...]]  # row number as a spreadsheet counts, cells


@dataclass(frozen=True, kw_only=True)
class Mended:
    """One cell whose letters were put right."""

    row: int
    position: int
    as_written: str
    text: str


@dataclass(frozen=True, kw_only=True, eq=False)
class RawTable:
    """Header and filled rows of one table. `rows[i]` stands in row `row_numbers[i]` and is as long as the header."""

    file: str
    sheet: str = ""
    kind: Literal["xlsx", "csv"] = "csv"
    header_row: int = 1
    header: tuple[str, ...] = ()
    row_numbers: tuple[int, ...] = ()
    rows: tuple[tuple[object, ...], ...] = ()
    rows_blank: int = 0
    problems: tuple[Problem, ...] = field(default=())
    mended: tuple[Mended, ...] = ()  # cells whose letters were put right when the file was read
    head: tuple[Row, ...] = ()  # the rows of the header as they stand, top to bottom
    above: tuple[Row, ...] = ()  # filled rows above the header
    tags: tuple[str, ...] = ()  # of each column, where the table has a row of tags such as #adm2
    apart: tuple[tuple[int, tuple[object, ...], str], ...] = ()  # row number, cells and why they are no data
    unread: frozenset[int] = frozenset()  # columns that no header stands for, because they are hidden and left out
    layout: Layout = field(default_factory=Layout)
    notes: tuple[Note, ...] = ()


def column_cells(table: RawTable, position: int) -> list[object]:
    """The cells of one column, top to bottom."""
    return [row[position] for row in table.rows]


def column_letter(position: int) -> str:
    """The letters a spreadsheet gives to the column at a position counted from 0."""
    letters = ""
    number = position + 1
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def address(table: RawTable, index: int, position: int | None = None) -> str:
    """Where `rows[index]`, or its cell at a position, stands in the file."""
    return addresses(table, [index], position)


def cell_addresses(table: RawTable, indices: Iterable[int], position: int) -> list[str]:
    """Addresses of many cells of one column."""
    numbers = table.row_numbers
    letter, column = column_letter(position), f"column {column_name(table, position)}"
    return [
        addresses(table, [index], position)
        if isinstance(numbers[index], RowSpan)
        else f"{letter}{numbers[index]}"
        if table.kind == "xlsx"
        else f"row {numbers[index]}, {column}"
        for index in indices
    ]


def header_address(table: RawTable, position: int) -> str:
    """Where the header of a column stands."""
    if table.kind == "xlsx":
        return f"{column_letter(position)}{table.header_row}"
    return f"row {table.header_row}, column {column_letter(position)}"


def column_name(table: RawTable, position: int) -> str:
    """The header of a column, or its letter where the header is blank."""
    return table.header[position] or column_letter(position)


def addresses(table: RawTable, indices: Iterable[int], position: int | None = None) -> str:
    """Addresses of many rows, or of their cells in one column, with neighbours drawn together: 'C14:C25, C30'."""
    numbers = [table.row_numbers[index] for index in indices]
    if position is not None and table.kind == "xlsx":
        return shown_rows(numbers, column_letter(position))
    rows = shown_rows(numbers)
    named = f"{'row' if rows.isdecimal() else 'rows'} {rows}"
    return named if position is None else f"{named}, column {column_name(table, position)}"


def places_in_column(table: RawTable, indices: Iterable[int], position: int) -> str:
    """Where cells of a column stand that the message names already: 'C14:C25' in a workbook, 'rows 14-25' in a text."""
    return addresses(table, indices, position if table.kind == "xlsx" else None)


def content(row: Iterable[object]) -> str:
    """A row in one line, filled cells only."""
    return " | ".join(cell_text(value) for value in row if not is_blank(value))


def every_cell(row: Iterable[object]) -> str:
    """A row in one line, with the places of its blank cells; nothing where all are blank."""
    cells = [cell_text(value) for value in row]
    last = max((at for at, cell in enumerate(cells) if cell), default=-1)
    return " | ".join(cells[: last + 1])


def square(rows: list[Row], width: int) -> tuple[tuple[object, ...], ...]:
    """Rows of equal width, short ones filled up with blank cells."""
    return tuple(cells + (None,) * (width - len(cells)) for _, cells in rows)


def some(names: Iterable[str]) -> str:
    """A list of names for a message, in quotation marks."""
    return listed((f"'{name}'" for name in names if name), most=4 * MOST_SHOWN) or "(none)"
