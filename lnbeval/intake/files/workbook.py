"""Workbooks: the filled rows of a sheet, with formulas that carry no stored value marked as such."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from contextlib import contextmanager
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from lnbeval.intake.files.limits import MOST_CELLS
from lnbeval.intake.files.package import DamagedError, HostileError
from lnbeval.intake.text import UNCALCULATED, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lnbeval.intake.table import Row

FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")


def sheet_names(data: bytes) -> list[str]:
    """Names of the worksheets, in the order of the workbook."""
    with _opened(data) as book:
        return [sheet.title for sheet in book.worksheets]


def sheet_rows(data: bytes, name: str) -> list[Row]:
    """Filled rows of a sheet with their row numbers. Raises DamagedError."""
    with _opened(data) as book:
        if _has_formulas(data):
            return _filled(_marked(data, book, name))
        sheet = book[name]
        sheet.reset_dimensions()
        return _filled(sheet.iter_rows(values_only=True))


def _filled(rows: Iterator[tuple[object, ...]]) -> list[Row]:
    filled: list[Row] = []
    places = 0
    for number, cells in enumerate(rows, start=1):
        if not all(is_blank(value) for value in cells):
            places += len(cells)
            if places > MOST_CELLS:
                raise HostileError(f"The sheet has more than {MOST_CELLS:,} cells")
            filled.append((number, tuple(cells)))
    return filled


def _marked(data: bytes, book: Any, name: str) -> Iterator[tuple[object, ...]]:  # noqa: ANN401 - no type is public
    with _opened(data, formulas=True) as written:
        for sheet in (book[name], written[name]):
            sheet.reset_dimensions()
        pairs = zip_longest(book[name].iter_rows(), written[name].iter_rows(values_only=True), fillvalue=())
        for values, formulas in pairs:
            yield tuple(_marked_cell(cell, formula) for cell, formula in zip_longest(values, formulas))


def _marked_cell(cell: Any, formula: object) -> object:  # noqa: ANN401 - openpyxl's cells share no public type
    value: object = None if cell is None else cell.value
    # A formula that answers with the empty text has no value either, but is typed as text: it shows nothing.
    empty_answer = cell is not None and cell.data_type == "str"
    return UNCALCULATED if value is None and formula is not None and not empty_answer else value


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        return any(FORMULA.search(archive.read(name)) for name in parts)


@contextmanager
def _opened(data: bytes, *, formulas: bool = False) -> Iterator[Any]:
    import openpyxl  # noqa: PLC0415 - costs a fifth of a second, and csv needs none of it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Styles and validations that openpyxl does not know carry no values.
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=not formulas)
            try:
                yield book
            finally:
                book.close()
    except HostileError:
        raise
    except Exception as fault:  # openpyxl meets a damaged workbook with whatever its parser happens to raise.
        raise DamagedError(f"{type(fault).__name__}: {fault}") from fault
