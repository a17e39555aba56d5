"""Descriptions: what a file holds, before anyone has said how to read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lnbeval.intake import workbook
from lnbeval.intake.assemble import filled_size, width
from lnbeval.intake.csv_file import TextError, csv_rows, declared_delimiter, decoded, found_delimiter, likely_encoding
from lnbeval.intake.numbers import Fault, read_period
from lnbeval.intake.person_level import personal_columns, refusal
from lnbeval.intake.problems import Problem, UnreadableError
from lnbeval.intake.read import file_bytes
from lnbeval.intake.table import RawTable, Row, column_cells, column_name, square
from lnbeval.intake.text import cell_text, is_blank

if TYPE_CHECKING:
    from pathlib import Path

    from lnbeval.intake.units import Resolver

UNIT_SHARE = 0.5  # of the different texts of a column, resolved to municipalities
PERIOD_SHARE = 0.8  # of the filled cells of a column, readable as years


@dataclass(frozen=True, kw_only=True)
class SheetDescription:
    """One sheet, or a whole csv file: its size, its likely header and what its columns look like."""

    name: str
    rows: int  # filled ones, header included
    columns: int
    header_row: int
    headers: tuple[str, ...]
    unit_columns: tuple[str, ...]  # the likeliest first
    period_columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a file holds; `problems` when it cannot be read, or must not be."""

    file: str
    kind: Literal["xlsx", "csv", ""] = ""
    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[SheetDescription, ...] = ()
    problems: tuple[Problem, ...] = ()


def describe(path: Path, resolve: Resolver | None = None) -> Description:
    """What a file holds, by its own evidence; nothing is decided, and no problem raises.

    Municipality columns are told by the share of texts that `resolve` knows.
    """
    try:
        data, kind = file_bytes(path, path.name)
        return _workbook(path.name, data, resolve) if kind == "xlsx" else _csv(path.name, data, resolve)
    except UnreadableError as fault:
        return Description(file=path.name, problems=(fault.problem,))


def sheets(path: Path) -> list[tuple[str, int, int]]:
    """Name, filled rows and columns of each sheet; a csv file is one sheet without a name. Raises UnreadableError."""
    description = describe(path)
    stopping = [problem for problem in description.problems if not description.sheets]
    if stopping:
        raise UnreadableError(stopping[0])
    return [(sheet.name, sheet.rows, sheet.columns) for sheet in description.sheets]


def _workbook(file: str, data: bytes, resolve: Resolver | None) -> Description:
    try:
        tables = [(name, workbook.sheet_rows(data, name)) for name in workbook.sheet_names(data)]
    except workbook.DamagedError as fault:
        what = f"The workbook is damaged ({fault})"
        raise UnreadableError(Problem(severity="STOP", file=file, what=what, do="Ask for it again")) from fault
    found = [_sheet(file, name, rows, resolve) for name, rows in tables]
    problems = tuple(problem for _, refused in found for problem in refused)
    return Description(file=file, kind="xlsx", sheets=tuple(sheet for sheet, _ in found), problems=problems)


def _csv(file: str, data: bytes, resolve: Resolver | None) -> Description:
    encoding, problems = likely_encoding(data), []
    try:
        decoded(data, None)
    except TextError as fault:
        problems.append(Problem(severity="STOP", file=file, what=fault.what, do=fault.do))
    try:
        first, text = declared_delimiter(decoded(data, encoding))
        delimiter = first or found_delimiter(text, ()) or ","
        rows, _ = csv_rows(text, delimiter)
    except TextError as fault:
        problem = Problem(severity="STOP", file=file, what=fault.what, do=fault.do)
        return Description(file=file, kind="csv", encoding=encoding, problems=(*problems, problem))
    sheet, refused = _sheet(file, "", rows, resolve)
    return Description(
        file=file,
        kind="csv",
        encoding=encoding,
        delimiter=delimiter,
        sheets=(sheet,),
        problems=(*problems, *refused),
    )


def _sheet(file: str, name: str, rows: list[Row], resolve: Resolver | None) -> tuple[SheetDescription, list[Problem]]:
    size, columns = filled_size(rows)
    table = _likely_table(file, name, rows, columns)
    sheet = SheetDescription(
        name=name,
        rows=size,
        columns=columns,
        header_row=table.header_row,
        headers=table.header,
        unit_columns=_unit_columns(table, resolve),
        period_columns=_period_columns(table),
    )
    persons = personal_columns(table)
    return sheet, [refusal(table, persons)] if persons else []


def _likely_table(file: str, name: str, rows: list[Row], columns: int) -> RawTable:
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
    )


def _unit_columns(table: RawTable, resolve: Resolver | None) -> tuple[str, ...]:
    if resolve is None:
        return ()
    shares = []
    for position in range(len(table.header)):
        cells = column_cells(table, position)
        texts = {cell_text(cell) for cell in cells if isinstance(cell, str) and not is_blank(cell)}
        known = sum(resolve(text, None).code is not None for text in sorted(texts))
        shares.append((-known / max(1, len(texts)), position))
    return tuple(column_name(table, position) for share, position in sorted(shares) if -share >= UNIT_SHARE)


def _period_columns(table: RawTable) -> tuple[str, ...]:
    found = []
    for position in range(len(table.header)):
        filled = [cell for cell in column_cells(table, position) if not is_blank(cell)]
        years = sum(not isinstance(read_period(cell), Fault) for cell in filled)
        if filled and years >= PERIOD_SHARE * len(filled):
            found.append(column_name(table, position))
    return tuple(found)
