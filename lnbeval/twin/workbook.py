"""The raw files as a ministry would send them: titles, total rows, spellings that vary, decimal commas."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Font

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from lnbeval.reference import Reference
    from lnbeval.twin.make import Twin
    from lnbeval.twin.recipe import Form

Cell = str | int | float
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest date a zip file can hold
STAMP: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def workbook_bytes(twin: Twin, reference: Reference) -> bytes:
    """The workbook with the sheets `services` and `education`, the same bytes whenever and wherever it is made."""
    texts = twin.recipe.texts
    book = Workbook()
    del book["Sheet"]
    services = book.create_sheet(texts["services.sheet"])
    for line in ([texts["services.title"]], [texts["services.subtitle"]], []):
        services.append(line)
    _fill(services, twin, reference, "services", total=texts["services.total"])
    _fill(book.create_sheet(texts["education.sheet"]), twin, reference, "education", total=None)
    buffer = io.BytesIO()
    book.save(buffer)
    return undated(buffer.getvalue())


def spending_bytes(twin: Twin, reference: Reference) -> bytes:
    """The expenditure file as a spreadsheet of this country saves it: semicolons, decimal commas, an old code page."""
    header = [column.heading for column in twin.recipe.columns["spending"]]
    lines = [header, *(map(str, row) for row in _rows(twin, reference, "spending", twin.spending))]
    return "".join(";".join(line) + "\r\n" for line in lines).encode("cp1252")


def _fill(sheet: Worksheet, twin: Twin, reference: Reference, name: str, *, total: str | None) -> None:
    sheet.append([column.heading for column in twin.recipe.columns[name]])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    frame: pd.DataFrame = getattr(twin, name)
    for _, year in frame.groupby("period"):
        for row in _rows(twin, reference, name, year):
            sheet.append(row)
        if total is not None:
            sheet.append(_total(twin, name, year, total))


def _rows(twin: Twin, reference: Reference, sheet: str, frame: pd.DataFrame) -> list[list[Cell]]:
    written = twin.recipe.written[twin.recipe.written["sheet"] == sheet]
    spelling = {
        (row["code"], period): row["written"]
        for row in written.to_dict("records")
        for period in range(row["first"], row["last"] + 1)
    }
    known = reference.municipalities.loc[frame["code"]]
    keys = zip(frame["code"], frame["period"], strict=True)
    names = [str(spelling.get(key, name)) for key, name in zip(keys, known["name"], strict=True)]
    full = frame.assign(municipality=names, county=known["county"].to_list())
    missing = twin.recipe.texts[f"{sheet}.missing"]
    columns = [
        [_cell(value, column.form, missing) for value in full[column.variable]]
        for column in twin.recipe.columns[sheet]
    ]  # fmt: skip
    return [list(row) for row in zip(*columns, strict=True)]


def _total(twin: Twin, sheet: str, year: pd.DataFrame, word: str) -> list[Cell]:
    fixed: dict[str, Cell] = {"municipality": word, "county": "", "period": int(year["period"].iloc[0])}
    return [
        fixed[column.variable]
        if column.variable in fixed
        else _cell(float(year[column.variable].sum()), column.form, "")
        for column in twin.recipe.columns[sheet]
    ]


def _cell(value: str | float, form: Form, missing: str) -> Cell:
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return missing
    if form == "number":
        return int(value)
    text = f"{value:,.1f}" if form == "thousands_point" else f"{value:.1f}".removesuffix(".0")
    return text.translate(str.maketrans(",.", ".,"))


def undated(workbook: bytes) -> bytes:
    """`workbook` without the time it was saved at. Stored, not deflated: compression differs between zlib versions."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            content = STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", source.read(name))
            target.writestr(zipfile.ZipInfo(name, EPOCH), content)
    return buffer.getvalue()
