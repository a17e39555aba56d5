"""Descriptions: what a file holds, before anyone has said how to read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from lnbeval.intake.figures.numbers import Fault, read_period
from lnbeval.intake.files.assemble import filled_size
from lnbeval.intake.files.books import Book, edge_problem, opened_book
from lnbeval.intake.files.csv_file import csv_rows, declared_delimiter, found_delimiter
from lnbeval.intake.files.encodings import TextError, decoded, likely_encoding, proven_encoding, proven_problem
from lnbeval.intake.files.file_on_disk import file_bytes, stop
from lnbeval.intake.files.mojibake import mended_problem, mended_rows
from lnbeval.intake.files.pc_axis import px_rows, px_text
from lnbeval.intake.files.read import about_note
from lnbeval.intake.letters import NO_LETTERS, Letters
from lnbeval.intake.problems import Problem, UnreadableError
from lnbeval.intake.rows.person_sheets import likely_table, persons_in
from lnbeval.intake.table import RawTable, Row, column_cells, column_name
from lnbeval.intake.text import cell_text, is_blank

if TYPE_CHECKING:
    from pathlib import Path

    from lnbeval.intake.files.encodings import Evidence
    from lnbeval.intake.person_words import PersonWords
    from lnbeval.intake.resolver import Resolver

FileKind = Literal["xlsx", "xls", "ods", "csv", "px", ""]
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
    kind: FileKind = ""
    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[SheetDescription, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What is known of the country of a file."""

    resolve: Resolver | None
    persons: PersonWords
    letters: Letters


def describe(
    path: Path, resolve: Resolver | None = None, *, persons: PersonWords, letters: Letters = NO_LETTERS
) -> Description:
    """What a file holds, by its own evidence; nothing is decided, and no problem raises.

    Municipality columns are told by the share of texts that `resolve` knows, data on persons by `persons`.
    """
    known = _Known(resolve=resolve, persons=persons, letters=letters)
    try:
        data, kind = file_bytes(path, path.name)
        if kind == "text":
            return _csv(path.name, data, known)
        if kind == "px":
            return _px(path.name, data, known)
        return _workbook(path.name, opened_book(data, kind, path.name), known)
    except UnreadableError as fault:
        return Description(file=path.name, problems=(fault.problem,))


def sheets(path: Path, persons: PersonWords) -> list[tuple[str, int, int]]:
    """Name, filled rows and columns of each sheet; a csv file is one sheet without a name. Raises UnreadableError."""
    description = describe(path, persons=persons)
    stopping = [problem for problem in description.problems if not description.sheets]
    if stopping:
        raise UnreadableError(stopping[0])
    return [(sheet.name, sheet.rows, sheet.columns) for sheet in description.sheets]


def _workbook(file: str, book: Book, known: _Known) -> Description:
    tables = [(name, book.rows(name)) for name in book.names]
    found = [_sheet(file, name, rows, known) for name, rows in tables]
    edges = [edge_problem(book.kind, file, name, rows, filled_size(rows)[1]) for name, rows in tables]
    problems = [*(edge for edge in edges if edge), *(problem for _, told in found for problem in told)]
    kind: FileKind = "xls" if book.kind == "xls" else "ods" if book.kind == "ods" else "xlsx"
    return Description(file=file, kind=kind, sheets=tuple(sheet for sheet, _ in found), problems=tuple(problems))


def _csv(file: str, data: bytes, known: _Known) -> Description:
    encoding, problems = likely_encoding(data, known.letters), []
    proof = proven_encoding(data, known.resolve, known.letters)
    if proof is not None:
        encoding = proof.encoding
        problems.append(_proven(file, proof))
    try:
        if proof is None:
            decoded(data, None, known.letters)
    except TextError as fault:
        problems.append(Problem(severity="STOP", file=file, what=fault.what, do=fault.do, rule=fault.rule))
    try:
        first, text = declared_delimiter(decoded(data, encoding, known.letters))
        delimiter = first or found_delimiter(text, ()) or ","
        rows, _ = csv_rows(text, delimiter)
    except TextError as fault:
        problem = Problem(severity="STOP", file=file, what=fault.what, do=fault.do, rule=fault.rule)
        return Description(file=file, kind="csv", encoding=encoding, problems=(*problems, problem))
    sheet, told = _sheet(file, "", rows, known)
    return Description(
        file=file,
        kind="csv",
        encoding=encoding,
        delimiter=delimiter,
        sheets=(sheet,),
        problems=(*problems, *told),
    )


def _proven(file: str, proof: Evidence) -> Problem:
    # Nobody declares anything for a file that is only looked at, and its names settle it; a source is warned about.
    do = f"A source that reads the file declares encoding: {proof.encoding}"
    return replace(proven_problem(file, proof), severity="NOTE", do=do)


def _px(file: str, data: bytes, known: _Known) -> Description:
    try:
        rows, about = px_rows(px_text(data, None, known.letters))
    except TextError as fault:
        stop(file, fault.what, fault.do, rule=fault.rule)
    sheet, told = _sheet(file, "", rows, known)
    return Description(file=file, kind="px", sheets=(sheet,), problems=(about_note(file, about), *told))


def _sheet(file: str, name: str, rows: list[Row], known: _Known) -> tuple[SheetDescription, list[Problem]]:
    size, columns = filled_size(rows)
    rows, mended = mended_rows(rows, known.resolve, known.letters)
    table = likely_table(file, name, rows, columns)
    turned_away = persons_in(table, known.persons, known.resolve)
    sheet = SheetDescription(
        name=name,
        rows=size,
        columns=columns,
        header_row=table.header_row,
        headers=() if turned_away else table.header,  # the row taken for the header may be one of persons
        unit_columns=() if turned_away else _unit_columns(table, known.resolve),
        period_columns=() if turned_away else _period_columns(table),
    )
    return sheet, [turned_away] if turned_away else mended_problem(file, name, mended)


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
