"""Old workbooks as records: what the library that reads their values does not tell.

It shows an error cell as an empty one and no format of a number, sets a table up as large as its last cell says, and
does not notice encryption. This looks at the type, the place and the format of every record, and at no value.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.compound_file import streams
from lnbeval.intake.files.number_formats import BUILT_IN, telling
from lnbeval.intake.files.package import DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lnbeval.intake.files.number_formats import NumberFormat

STREAMS: Final = ("Workbook", "WORKBOOK", "Book", "BOOK")
BEGIN, END, BOUND_SHEET, FILE_PASS = 0x0809, 0x000A, 0x0085, 0x002F
BOOLEAN_OR_ERROR, FORMULA, LABEL_OF_TABLE = 0x0205, 0x0006, 0x00FD
BLANK, NUMBER, LABEL, RICH_LABEL, SHORT_NUMBER = 0x0201, 0x0203, 0x0204, 0x00D6, 0x027E
MANY_NUMBERS, MANY_BLANKS = 0x00BD, 0x00BE
NUMBER_FORMAT, CELL_FORMAT = 0x041E, 0x00E0
ONE_CELL: Final = frozenset({BOOLEAN_OR_ERROR, FORMULA, LABEL_OF_TABLE, NUMBER, LABEL, RICH_LABEL, SHORT_NUMBER})
ERRORS: Final = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
WORKSHEET: Final = 0
SIZE_OF_ONE: Final = 6  # bytes of one cell among many numbers: its format and its value


@dataclass(frozen=True, kw_only=True)
class SheetRecords:
    """Size of a sheet up to its last filled cell; its error cells, and those whose number format says something, by row and column from 0."""

    rows: int
    columns: int
    errors: Mapping[tuple[int, int], str]
    formats: Mapping[tuple[int, int], NumberFormat]


def workbook_stream(data: bytes) -> bytes | None:
    """The stream that holds the workbook, or None in another kind of Office file. Raises DamagedError."""
    found = streams(data)
    return next((found[name] for name in STREAMS if name in found), None)


def is_encrypted(stream: bytes) -> bool:
    """Whether its cells can be read with a password only."""
    for kind, _, _ in _records(stream, 0):
        if kind in {FILE_PASS, END}:
            return kind == FILE_PASS
    return False


def sheet_records(stream: bytes) -> tuple[SheetRecords, ...]:
    """Every worksheet in the order of the workbook. Raises DamagedError."""
    starts = []
    for kind, at, _ in _records(stream, 0):
        if kind == BOUND_SHEET:
            start, _, sort = struct.unpack_from("<IBB", stream, at)
            starts += [start] if sort == WORKSHEET else []
        if kind == END:
            break
    formats = _telling_formats(stream)
    return tuple(_sheet(stream, start, formats) for start in starts)


def _telling_formats(stream: bytes) -> dict[int, NumberFormat]:
    """The formats of cells, by their number, that say something of the figure."""
    formats, styles = dict(BUILT_IN), []
    for kind, at, size in _records(stream, 0):
        if kind == END:
            break
        if kind == NUMBER_FORMAT and size >= 5:
            code = stream[at + 5 : at + size]
            formats[struct.unpack_from("<H", stream, at)[0]] = code.decode(
                "utf-16-le" if stream[at + 4] & 1 else "latin-1", "replace"
            )
        if kind == CELL_FORMAT and size >= 4:
            styles.append(struct.unpack_from("<H", stream, at + 2)[0])
    return telling(formats, styles)


def _sheet(stream: bytes, start: int, telling_formats: Mapping[int, NumberFormat]) -> SheetRecords:
    rows = columns = 0
    errors: dict[tuple[int, int], str] = {}
    formats: dict[tuple[int, int], NumberFormat] = {}
    depth = 0
    for kind, at, size in _records(stream, start):
        depth += (kind == BEGIN) - (kind == END)
        if depth == 0:
            return SheetRecords(rows=rows, columns=columns, errors=errors, formats=formats)
        if depth > 1 or (kind not in ONE_CELL and kind != MANY_NUMBERS) or size < 6:
            continue  # A chart inside the sheet has records of its own.
        row, column = struct.unpack_from("<HH", stream, at)
        last = struct.unpack_from("<H", stream, at + size - 2)[0] if kind == MANY_NUMBERS else column
        rows, columns = max(rows, row + 1), max(columns, last + 1)
        cells = ((place, style) for place, style in _styles(stream, at, size, kind) if style in telling_formats)
        formats.update({(row, place): telling_formats[style] for place, style in cells})
        error = _error(stream[at : at + size], kind)
        if error:
            errors[row, column] = error
    raise DamagedError("a sheet does not come to its end")


def _styles(stream: bytes, at: int, size: int, kind: int) -> Iterator[tuple[int, int]]:
    """The columns of a record's cells, each with the number of its format."""
    (first,) = struct.unpack_from("<H", stream, at + 2)
    many = (size - 6) // SIZE_OF_ONE if kind == MANY_NUMBERS else 1
    for more in range(many):
        yield first + more, struct.unpack_from("<H", stream, at + 4 + more * SIZE_OF_ONE)[0]


def _error(cell: bytes, kind: int) -> str:
    if kind == BOOLEAN_OR_ERROR and len(cell) >= 8 and cell[7]:
        return ERRORS.get(cell[6], "#N/A")
    if kind == FORMULA and len(cell) >= 14 and cell[12:14] == b"\xff\xff" and cell[6] == 2:
        return ERRORS.get(cell[8], "#N/A")
    return ""


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and size of each record from a place on."""
    at = start
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if at + 4 + size > len(stream):
            raise DamagedError("it ends in the middle of a record")
        yield kind, at + 4, size
        at += 4 + size
