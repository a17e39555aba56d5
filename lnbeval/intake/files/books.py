"""Books: files with sheets, whatever program wrote them, looked through before anything in them is believed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from lnbeval.intake.files import old_workbook, open_document, workbook
from lnbeval.intake.files.container import real_name
from lnbeval.intake.files.file_on_disk import stop
from lnbeval.intake.files.limits import SHEET_EDGES
from lnbeval.intake.files.number_formats import as_shown
from lnbeval.intake.files.package import DamagedError, HostileError, stop_if_hostile
from lnbeval.intake.files.sheet_layout import cell_formats, sheet_layout
from lnbeval.intake.layout import Layout
from lnbeval.intake.problems import Problem
from lnbeval.intake.table import column_letter

if TYPE_CHECKING:
    from collections.abc import Callable

    from lnbeval.intake.files.container import Kind
    from lnbeval.intake.table import Row

Found = TypeVar("Found")

DAMAGED = "Open it in a spreadsheet program, let it repair the file, and save it as .xlsx; or ask for it again"
REFUSED = "Ask where the file comes from; have the table itself saved anew as .xlsx or CSV UTF-8"


@dataclass(frozen=True, kw_only=True)
class Book:
    """Names of the sheets in their order, and the filled rows of each by its name."""

    kind: Kind
    names: tuple[str, ...]
    rows: Callable[[str], list[Row]]
    layout: Callable[[str], Layout] = lambda _: (
        Layout()
    )  # what a sheet shows beside its values, where the format is xlsx


def opened_book(data: bytes, kind: Kind, file: str) -> Book:
    """The sheets of a workbook of any kind. It, and reading its rows, raises UnreadableError."""
    book = _guarded(lambda: _opened(data, kind, file), kind, file)
    if not book.names:
        stop(file, f"The file is {real_name(kind)} without any sheet", DAMAGED, rule="damaged")
    return book


def edge_problem(kind: Kind, file: str, sheet: str, rows: list[Row], columns: int) -> Problem | None:
    """A table that ends exactly where its format ends was probably longer before it was saved."""
    most_rows, most_columns = SHEET_EDGES.get(kind, SHEET_EDGES["xlsx"])
    last = rows[-1][0] if rows else 0
    if last < most_rows and columns < most_columns:
        return None
    where = f"row {last:,}" if last >= most_rows else f"column {column_letter(columns - 1)}"
    return Problem(
        severity="STOP",
        file=file,
        sheet=sheet,
        cell=f"row {last}" if last >= most_rows else column_letter(columns - 1),
        what=f"The sheet is filled to {where}, the last one the format can hold: it sits on the format's limit, and "
        "the rest was probably cut off when it was saved",
        do="Ask for the whole table as CSV UTF-8, or for one file a year",
        rule="format_limit",
    )


def _opened(data: bytes, kind: Kind, file: str) -> Book:
    if kind == "xls":
        return _held(kind, old_workbook.sheets_of(data))
    stop_if_hostile(data)
    if kind == "ods":
        return _held(kind, open_document.sheets_of(data))
    names = tuple(workbook.sheet_names(data))

    @cache
    def rows(name: str) -> list[Row]:
        return _guarded(lambda: as_shown(workbook.sheet_rows(data, name), cell_formats(data, name)), kind, file)

    return Book(
        kind=kind, names=names, rows=rows, layout=lambda name: _guarded(lambda: sheet_layout(data, name), kind, file)
    )


def _held(kind: Kind, sheets: dict[str, list[Row]]) -> Book:
    return Book(kind=kind, names=tuple(sheets), rows=sheets.__getitem__)


def _guarded(read: Callable[[], Found], kind: Kind, file: str) -> Found:
    try:
        return read()
    except DamagedError as fault:
        stop(file, f"The file is {real_name(kind)}, but damaged ({fault})", DAMAGED, rule="damaged")
    except HostileError as fault:
        stop(file, str(fault), REFUSED, rule="hostile")
