"""OpenDocument spreadsheets (.ods): the filled rows of every sheet, read from their one XML part as it streams by.

Formulas without a stored result and error cells are told as such. Repeated rows and cells are set out, blank ones are not.
What is not a cell of a sheet is passed by: comments, drawings, tables inside cells, the list of changes.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from lnbeval.intake.files.limits import LONGEST_CELL, MOST_CELLS, MOST_COLUMNS
from lnbeval.intake.files.number_formats import NumberFormat, shown
from lnbeval.intake.files.package import BROKEN, DamagedError, HostileError, opened_package, parts_of
from lnbeval.intake.text import UNCALCULATED, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lnbeval.intake.table import Row

OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
ERROR_TYPE: Final = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
CELLS: Final = frozenset({f"{TABLE}table-cell", f"{TABLE}covered-table-cell"})
BOOK: Final = f"{OFFICE}spreadsheet"
SHEET, ROW = f"{TABLE}table", f"{TABLE}table-row"
MOST_ELEMENTS: Final = 16 * MOST_COLUMNS  # of one row, with paragraphs and comments
WHOLE: Final = re.compile(r"-?[0-9]{1,15}")
DURATION: Final = re.compile(r"(-)?PT(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)S)?")


def sheets_of(data: bytes) -> dict[str, list[Row]]:
    """Filled rows of every sheet by its name. Raises DamagedError or HostileError."""
    try:
        with opened_package(data) as package:
            return _sheets(_events(parts_of(package, "content.xml")))
    except (ParseError, KeyError, *BROKEN) as fault:
        raise DamagedError(f"{type(fault).__name__}: {fault}") from fault


def _events(pieces: Iterable[bytes]) -> Iterator[tuple[str, Element]]:
    parser: Any = XMLPullParser(("start", "end"))  # Entities were refused before: see `package`.
    for piece in pieces:
        parser.feed(piece)
        yield from parser.read_events()
    parser.close()
    yield from parser.read_events()


def _sheets(events: Iterable[tuple[str, Element]]) -> dict[str, list[Row]]:
    sheets: dict[str, list[Row]] = {}
    above: list[Element] = []
    rows: list[Row] = []
    number, elements = 1, 0
    for event, element in events:
        if event == "start":
            if element.tag == SHEET and above and above[-1].tag == BOOK:
                rows = sheets.setdefault(element.get(f"{TABLE}name", "") or f"Sheet{len(sheets) + 1}", [])
                number = 1
            above.append(element)
            elements += 1
            if elements > MOST_ELEMENTS:
                raise HostileError(f"A row of the workbook has more than {MOST_ELEMENTS:,} parts")
            continue
        above.pop()
        if element.tag == ROW and _in_sheet(above):
            number = _appended(rows, number, element)
            elements = 0
            above[-1].remove(element)
    return sheets


def _in_sheet(above: Sequence[Element]) -> bool:
    """Whether this is a row of a sheet, perhaps in a group, and not of a table inside a cell or of the list of changes."""
    tags = [element.tag for element in above[2:10]]
    return BOOK in tags and tags.count(SHEET) == 1 and not CELLS & set(tags)


def _appended(rows: list[Row], number: int, element: Element) -> int:
    """The number of the next row, once this one was added as often as it says."""
    times = _repeated(element, "rows")
    cells = _cells(element)
    if cells:
        if (len(rows) + times) * len(cells) > MOST_CELLS:
            raise HostileError(f"A sheet has more than {MOST_CELLS:,} cells")
        rows += [(number + more, cells) for more in range(times)]
    return number + times


def _cells(row: Element) -> tuple[object, ...]:
    cells: list[object] = []
    blank = 0
    for element in row:
        if element.tag not in CELLS:
            continue
        times, value = _repeated(element, "columns"), _value(element)
        if is_blank(value):
            blank += times
        else:
            if len(cells) + blank + times > MOST_COLUMNS:
                raise HostileError(f"A row of the workbook has more than {MOST_COLUMNS:,} cells")
            cells += [*[None] * blank, *[value] * times]
            blank = 0
    return tuple(cells)


def _repeated(element: Element, what: str) -> int:
    told = element.get(f"{TABLE}number-{what}-repeated")
    return max(1, int(told)) if told is not None and re.fullmatch("[0-9]{1,9}", told) else 1


def _value(cell: Element) -> object:
    kind = cell.get(f"{OFFICE}value-type")
    if cell.get(ERROR_TYPE) == "error":
        return _text(cell) or "#VALUE!"
    if kind == "string":
        return cell.get(f"{OFFICE}string-value") or _text(cell)
    if kind is None:
        return UNCALCULATED if cell.get(f"{TABLE}formula") is not None else _text(cell)
    stored = {"boolean": "boolean-value", "date": "date-value", "time": "time-value"}.get(kind, "value")
    told = cell.get(f"{OFFICE}{stored}")
    if told is None:
        return UNCALCULATED if cell.get(f"{TABLE}formula") is not None else _text(cell)
    if kind in {"percentage", "currency"}:
        return shown(float(told), NumberFormat(percent=kind == "percentage", word=cell.get(f"{OFFICE}currency", "")))
    return _typed(kind, told)


def _typed(kind: str, told: str) -> object:
    if kind == "boolean":
        return told == "true"
    if kind == "date":
        return date.fromisoformat(told) if len(told) == len("2020-01-31") else datetime.fromisoformat(told)
    if kind == "time":
        return _duration(told)
    return int(told) if WHOLE.fullmatch(told) else float(told)


def _duration(told: str) -> object:
    found = DURATION.fullmatch(told)
    if found is None:
        return told
    hours, minutes, seconds = (float(part or 0) for part in found.groups()[1:])
    return timedelta(seconds=hours * 3600 + minutes * 60 + seconds) * (-1 if found[1] else 1)


def _text(cell: Element) -> str:
    text = "\n".join("".join(_letters(line)) for line in cell if line.tag == f"{TEXT}p")
    if len(text) > LONGEST_CELL:
        raise HostileError(f"The workbook has a cell of more than {LONGEST_CELL:,} letters")
    return text


def _letters(element: Element) -> Iterator[str]:
    spaces = {f"{TEXT}s": " ", f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}
    yield element.text or ""
    for part in element:
        if part.tag in spaces:
            told = part.get(f"{TEXT}c", "1")
            times = min(int(told), LONGEST_CELL + 1) if re.fullmatch("[0-9]{1,9}", told) else 1
            yield spaces[part.tag] * times
        elif part.tag in {f"{TEXT}span", f"{TEXT}a"}:
            yield from _letters(part)
        yield part.tail or ""
