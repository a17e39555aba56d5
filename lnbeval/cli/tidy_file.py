"""A tidy file from the command line: csv or xlsx, one row per unit and period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.errors import DataError
from lnbeval.intake.text import listed, nearest

if TYPE_CHECKING:
    from pathlib import Path

ENCODINGS = ("utf-8-sig", "cp1252")


def read_tidy_file(path: Path, *, sheet: str | None = None) -> pd.DataFrame:
    """The table in `path`. Raises DataError, saying what there is instead, when it cannot be read."""
    if not path.is_file():
        there = sorted(
            other.name for other in path.parent.glob("*") if other.suffix.lower() in {".csv", ".tsv", ".xlsx"}
        )
        raise DataError(
            f"There is no file {path}. Data files in its folder: {listed(there) or 'none'}.{nearest(path.name, there)}"
        )
    if path.read_bytes()[:4] == b"PK\x03\x04":
        return _workbook(path, sheet)
    if path.suffix.lower() not in {".csv", ".tsv", ".txt"}:
        raise DataError(f"{path.name} is neither a workbook (xlsx) nor text (csv). Save it as one of these.")
    if sheet is not None:
        raise DataError(f"{path.name} is text and has no sheets. Leave out --sheet.")
    return _text(path)


def _workbook(path: Path, sheet: str | None) -> pd.DataFrame:
    try:
        sheets = pd.read_excel(path, sheet_name=None, engine="openpyxl")
    except Exception as error:
        raise DataError(
            f"{path.name} looks like a workbook but cannot be opened ({error}). Save it again as xlsx."
        ) from error
    sizes = ", ".join(f"'{name}' ({len(table)} rows)" for name, table in sheets.items())
    if sheet is None and len(sheets) > 1:
        raise DataError(f"{path.name} has several sheets: {sizes}. Say which one with --sheet.")
    if sheet is not None and sheet not in sheets:
        raise DataError(f"{path.name} has no sheet '{sheet}'. It has {sizes}.")
    table: pd.DataFrame = sheets[sheet] if sheet is not None else next(iter(sheets.values()))
    if table.empty:
        raise DataError(f"The sheet of {path.name} is empty. Its sheets are {sizes}.")
    return table


def _text(path: Path) -> pd.DataFrame:
    for encoding in ENCODINGS:
        try:
            head = path.read_text(encoding=encoding)[:10_000]
        except UnicodeDecodeError:
            continue
        if not head.strip():
            raise DataError(f"{path.name} is empty.")
        first = head.splitlines()[0]
        delimiter = max((",", ";", "\t"), key=first.count)
        try:
            table: pd.DataFrame = pd.read_csv(path, sep=delimiter, encoding=encoding, encoding_errors="strict")
        except pd.errors.ParserError as error:
            raise DataError(f"{path.name}: {error}. Every row must have as many fields as the header.") from error
        return table
    raise DataError(f"{path.name} is text in an unknown encoding. Save it as UTF-8.")
