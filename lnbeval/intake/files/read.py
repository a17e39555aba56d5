"""Reading: one file as received to a raw table with addresses; what is wrong is said, nothing is repaired."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lnbeval.intake.files.assemble import assembled, filled_size
from lnbeval.intake.files.books import Book, edge_problem, opened_book
from lnbeval.intake.files.csv_file import (
    csv_rows,
    declared_delimiter,
    delimiter_name,
    found_delimiter,
    stop_at_other_delimiter,
)
from lnbeval.intake.files.encodings import TextError, decoded, proven_encoding, proven_problem
from lnbeval.intake.files.file_on_disk import file_bytes, stop
from lnbeval.intake.files.joined_header import header_elsewhere
from lnbeval.intake.files.mojibake import mended_problem, mended_rows
from lnbeval.intake.files.pc_axis import px_rows, px_text
from lnbeval.intake.letters import NO_LETTERS, Letters
from lnbeval.intake.problems import Problem, UnreadableError
from lnbeval.intake.source import YEAR_MARK
from lnbeval.intake.table import RawTable, Row, some
from lnbeval.intake.text import cell_text, listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import NoReturn

    from lnbeval.intake.layout import Layout
    from lnbeval.intake.resolver import Resolver
    from lnbeval.intake.source import Source


def read_source(path: Path, source: Source, resolve: Resolver | None = None, letters: Letters = NO_LETTERS) -> RawTable:
    """Header and filled rows of the table a source declares.

    `resolve` tells whether letters make a name: without it, or without `letters`, no encoding is taken that was not declared.
    Raises UnreadableError, a DataError that carries its Problem, when nothing can be read.
    """
    data, kind = file_bytes(path, source.file)
    if kind == "text":
        return _csv_table(data, source, resolve, letters)
    if kind == "px":
        return _px_table(data, source, resolve, letters)
    return _workbook_table(opened_book(data, kind, source.file), source, resolve, letters)


def _workbook_table(book: Book, source: Source, resolve: Resolver | None, letters: Letters) -> RawTable:
    sheet = _chosen_sheet(book, source)
    rows = book.rows(sheet)
    others = [name for name in book.names if name != sheet]
    if not rows:
        what = f"The sheet is empty. Other sheets: {sheet_sizes(book, others)}"
        stop(source.file, what, "Correct `sheet`", sheet=sheet, rule="sheet_empty")
    edge = edge_problem(book.kind, source.file, sheet, rows, filled_size(rows)[1])
    if edge is not None:
        raise UnreadableError(edge)
    table = _assembled(rows, rows[-1][0], source, sheet, (resolve, letters), layout=book.layout(sheet))
    if table.header and not table.rows:
        _header_only(table, source, f" Other sheets: {sheet_sizes(book, others)}")
    return table


def _chosen_sheet(book: Book, source: Source) -> str:
    if source.sheet is None:
        if len(book.names) == 1:
            return book.names[0]
        what = f"The workbook has {len(book.names)} sheets: {sheet_sizes(book, book.names)}"
        stop(source.file, what, "Say under `sheet` which one to read", severity="ASK", rule="which_sheet")
    if source.sheet not in book.names:
        nearby = nearest(source.sheet, book.names)
        what = f"There is no sheet {quoted(source.sheet)}.{nearby} Sheets: {some(book.names)}"
        stop(source.file, what, "Correct `sheet`", rule="no_sheet")
    return source.sheet


def sheet_sizes(book: Book, names: Sequence[str]) -> str:
    """Sheets with the number of filled rows and columns, for a message."""
    sizes = ((name, filled_size(book.rows(name))) for name in names)
    return listed(f"'{name}' ({rows} rows, {columns} columns)" for name, (rows, columns) in sizes) or "(none)"


def _csv_table(data: bytes, source: Source, resolve: Resolver | None, letters: Letters) -> RawTable:
    _stop_at_sheet(source, "A csv file")
    proof = proven_encoding(data, resolve, letters) if source.encoding is None else None
    try:
        text = decoded(data, source.encoding if proof is None else proof.encoding, letters)
        first, text = declared_delimiter(text)
        if source.delimiter:
            stop_at_other_delimiter(text, source.delimiter, wanted_headers(source))
        delimiter = source.delimiter or first or found_delimiter(text, wanted_headers(source)) or ","
        rows, last = csv_rows(text, delimiter)
    except TextError as fault:
        stop(source.file, fault.what, fault.do, rule=fault.rule)
    if not rows:
        stop(source.file, "The file holds nothing but blank lines", "Ask for it again", rule="file_empty")
    notes = [] if source.delimiter else [_delimiter_note(source, delimiter)]
    notes += [] if proof is None else [proven_problem(source.file, proof)]
    table = _assembled(rows, last, source, "", (resolve, letters), notes)
    if table.header and not table.rows:
        _header_only(table, source, "")
    return table


def _px_table(data: bytes, source: Source, resolve: Resolver | None, letters: Letters) -> RawTable:
    _stop_at_sheet(source, "A PC-Axis table")
    try:
        rows, about = px_rows(px_text(data, source.encoding, letters))
    except TextError as fault:
        stop(source.file, fault.what, fault.do, rule=fault.rule)
    return _assembled(rows, len(rows), source, "", (resolve, letters), [about_note(source.file, about)])


def about_note(file: str, about: Sequence[str]) -> Problem:
    """What a PC-Axis table says about itself."""
    what = f"PC-Axis table, read with one row for each combination of its dimensions. {'; '.join(about)}"
    return Problem(severity="NOTE", file=file, what=what.strip(), rule="pc_axis")


def _stop_at_sheet(source: Source, named: str) -> None:
    if source.sheet is not None:
        what = f"{named} has no sheets, but `sheet` is declared"
        stop(source.file, what, "Remove `sheet` from the source", rule="sheet_declared")


def _delimiter_note(source: Source, delimiter: str) -> Problem:
    what = f"Cells are divided by the {delimiter_name(delimiter)}, as found in the file"
    return Problem(severity="NOTE", file=source.file, what=what, rule="delimiter_found")


def wanted_headers(source: Source) -> list[str]:
    """Every header a source names, as compared, each once."""
    conditions = [condition.column for condition in source.only_where]
    level = source.level.column if source.level else None
    values = [header for header in source.columns.values() if YEAR_MARK not in header]
    named = [source.unit, source.period, source.county, level, *values, *conditions]
    return list(dict.fromkeys(cell_text(header) for header in named if header))


def _header_only(table: RawTable, source: Source, others: str) -> NoReturn:
    what = f"There is a header in row {table.header_row} and no row below it.{others}"
    elsewhere = header_elsewhere(table.above, wanted_headers(source))
    do = f"Correct `header` or `sheet`, or ask for the file again{elsewhere}"
    stop(table.file, what, do, sheet=table.sheet, rule="no_rows")


def _assembled(
    rows: list[Row],
    last: int,
    source: Source,
    sheet: str,
    known: tuple[Resolver | None, Letters],
    notes: Sequence[Problem] = (),
    layout: Layout | None = None,
) -> RawTable:
    filled = {number for number, _ in rows}
    blank = next((number for number in source.header_rows if number not in filled), None)
    if blank is not None:
        what = f"Row {blank}, declared as the header, is blank. Filled rows: {listed(map(str, sorted(filled)))}"
        do = f"Correct `header`{header_elsewhere(rows, wanted_headers(source))}"
        stop(source.file, what, do, sheet=sheet, rule="header_blank")
    rows, mended = mended_rows(rows, *known)
    told = (*notes, *mended_problem(source.file, sheet, mended))
    return replace(assembled(rows, last, source, sheet, told, layout), mended=mended)
