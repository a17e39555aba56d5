"""Old workbooks (.xls, 97-2003): values by the library python-calamine, error cells by the records themselves.

The library is compiled: a crafted file can end the process that reads it, or make it ask for all the memory there is.
So it runs in a process of its own, with bounds on memory and time, and hands back lines of text.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from lnbeval.intake.files.limits import MOST_CELLS, READER_MEMORY, READER_SECONDS
from lnbeval.intake.files.number_formats import as_shown
from lnbeval.intake.files.package import DamagedError, HostileError
from lnbeval.intake.files.xls_records import sheet_records, workbook_stream
from lnbeval.intake.text import is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lnbeval.intake.files.xls_records import SheetRecords
    from lnbeval.intake.table import Row

READER = """
import datetime as dt, io, json, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]),) * 2)
except (ImportError, ValueError, OSError):
    pass  # Windows has no such bounds; the time is bounded from outside.
from python_calamine import CalamineWorkbook, SheetTypeEnum
def plain(value):
    if isinstance(value, dt.timedelta):
        return {"seconds": value.total_seconds()}
    return {type(value).__name__: value.isoformat()} if isinstance(value, (dt.date, dt.time)) else value
book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
for sheet in book.sheets_metadata:
    if sheet.typ == SheetTypeEnum.WorkSheet:
        print(json.dumps(sheet.name))
        for row, cells in enumerate(book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)):
            if any(cell != "" for cell in cells):
                print(json.dumps([row, [plain(cell) for cell in cells]]))
"""
FORMS = {"date": date.fromisoformat, "datetime": datetime.fromisoformat, "time": time.fromisoformat}


def sheets_of(data: bytes) -> dict[str, list[Row]]:
    """Filled rows of every worksheet by its name. Raises DamagedError or HostileError."""
    stream = workbook_stream(data)
    if stream is None:
        raise DamagedError("it holds no workbook")
    records = sheet_records(stream)
    for sheet in records:
        if sheet.rows * sheet.columns > MOST_CELLS:
            raise HostileError(
                f"A sheet reaches to row {sheet.rows:,} and column {sheet.columns:,}; "
                f"at most {MOST_CELLS:,} cells are read"
            )
    values = _values(data)
    if len(values) != len(records):
        raise DamagedError("its list of sheets contradicts itself")
    return {name: _with_errors(cells, sheet) for (name, cells), sheet in zip(values.items(), records, strict=True)}


def _values(data: bytes) -> dict[str, dict[int, list[object]]]:
    command = [sys.executable, "-I", "-c", READER, str(READER_MEMORY), str(READER_SECONDS)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=READER_SECONDS, check=True)
        sheets: dict[str, dict[int, list[object]]] = {}
        for line in done.stdout.splitlines():
            told = json.loads(line)
            if isinstance(told, str):
                rows = sheets.setdefault(told, {})
            else:
                rows[told[0]] = [_value(cell) for cell in told[1]]
    except (subprocess.SubprocessError, ValueError) as fault:
        raise DamagedError("its cells cannot be read") from fault
    return sheets


def _value(cell: Any) -> object:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(cell, dict):
        return None if cell == "" else cell
    ((form, told),) = cell.items()
    return timedelta(seconds=told) if form == "seconds" else FORMS[form](told)


def _with_errors(values: Mapping[int, list[object]], sheet: SheetRecords) -> list[Row]:
    rows = dict(values)
    for (row, column), error in sheet.errors.items():
        cells = rows.get(row, [])
        rows[row] = [*cells, *[None] * (column + 1 - len(cells))]
        rows[row][column] = error
    filled = [
        (row + 1, tuple(cells)) for row, cells in sorted(rows.items()) if not all(is_blank(cell) for cell in cells)
    ]
    return as_shown(filled, {(row + 1, column): form for (row, column), form in sheet.formats.items()})
