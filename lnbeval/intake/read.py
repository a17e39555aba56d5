"""Reading: one file as received to a raw table with addresses; what is wrong is said, nothing is repaired."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from lnbeval.intake import workbook
from lnbeval.intake.assemble import assembled, filled_size
from lnbeval.intake.container import EXTENSIONS, REFUSED, Kind, file_kind
from lnbeval.intake.csv_file import (
    DELIMITER_NAMES,
    TextError,
    csv_rows,
    declared_delimiter,
    decoded,
    found_delimiter,
)
from lnbeval.intake.problems import Problem, Severity, UnreadableError
from lnbeval.intake.table import RawTable, Row, some
from lnbeval.intake.text import cell_text, listed, nearest, quoted

if TYPE_CHECKING:
    from lnbeval.intake.source import Source

LOCK = "~$"  # how Excel names the file that marks a workbook as open


def read_source(path: Path, source: Source) -> RawTable:
    """Header and filled rows of the table a source declares.

    Raises UnreadableError, a DataError that carries its Problem, when nothing can be read.
    """
    data, kind = file_bytes(path, source.file)
    return _workbook_table(data, source) if kind == "xlsx" else _csv_table(data, source)


def file_bytes(path: Path, file: str) -> tuple[bytes, Kind]:
    """The bytes of a file that really is a workbook or text, under a name that says so. Raises UnreadableError."""
    if path.name.startswith(LOCK):
        _stop(file, f"{path.name} is the mark Excel leaves while a file is open, not a table", "Name the file itself")
    if not path.is_file():
        _stop(
            file, f"There is no file {shown_path(path)}. {_neighbours(path)}", "Correct `file`, or copy the file there"
        )
    try:
        data = path.read_bytes()
    except OSError as fault:
        _stop(file, f"The file cannot be opened ({fault.strerror})", "Close it in other programs and try again")
    kind = file_kind(data)
    if kind in REFUSED:
        _stop(file, *REFUSED[kind])
    extension = path.suffix.lower()
    if extension not in EXTENSIONS[kind]:
        real = "an Excel workbook" if kind == "xlsx" else "text"
        _stop(
            file,
            f"The file is {real}, but its name ends in {quoted(extension)}",
            f"Rename it to end in {EXTENSIONS[kind][0]}, or save it again as what its name says",
        )
    return data, kind


def shown_path(path: Path) -> str:
    """A path as the reader knows it: from the workspace down, or its last parts when it lies elsewhere."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix() if not path.is_absolute() else "/".join(("…", *path.parts[-3:]))


def _neighbours(path: Path) -> str:
    if not path.parent.is_dir():
        return f"The folder {shown_path(path.parent)} does not exist either."
    known = {extension for extensions in EXTENSIONS.values() for extension in extensions} | {".xls", ".ods", ".xlsb"}
    files = sorted(
        entry.name
        for entry in path.parent.iterdir()
        if entry.suffix.lower() in known and not entry.name.startswith(LOCK)
    )
    return f"Data files in that folder: {some(files)}.{nearest(path.name, files)}"


def _stop(file: str, what: str, do: str, *, sheet: str = "", severity: Severity = "STOP") -> NoReturn:
    raise UnreadableError(Problem(severity=severity, file=file, sheet=sheet, what=what, do=do))


def _workbook_table(data: bytes, source: Source) -> RawTable:
    try:
        names = workbook.sheet_names(data)
        sheet = _chosen_sheet(data, names, source)
        rows = workbook.sheet_rows(data, sheet)
    except workbook.DamagedError as fault:
        _stop(source.file, f"The workbook is damaged ({fault})", "Open it in Excel, let it repair the file, save it")
    if not rows:
        others = sheet_sizes(data, [name for name in names if name != sheet])
        _stop(source.file, f"The sheet is empty. Other sheets: {others}", "Correct `sheet`", sheet=sheet)
    last = rows[-1][0]
    table = _assembled(rows, last, source, sheet)
    if table.header and not table.rows:
        others = sheet_sizes(data, [name for name in names if name != sheet])
        _header_only(table, f" Other sheets: {others}")
    return table


def _chosen_sheet(data: bytes, names: list[str], source: Source) -> str:
    if source.sheet is None:
        if len(names) == 1:
            return names[0]
        what = f"The workbook has {len(names)} sheets: {sheet_sizes(data, names)}"
        _stop(source.file, what, "Say under `sheet` which one to read", severity="ASK")
    if source.sheet not in names:
        what = f"There is no sheet {quoted(source.sheet)}.{nearest(source.sheet, names)} Sheets: {some(names)}"
        _stop(source.file, what, "Correct `sheet`")
    return source.sheet


def sheet_sizes(data: bytes, names: list[str]) -> str:
    """Sheets with the number of filled rows and columns, for a message."""
    sizes = ((name, filled_size(workbook.sheet_rows(data, name))) for name in names)
    return listed(f"'{name}' ({rows} rows, {columns} columns)" for name, (rows, columns) in sizes) or "(none)"


def _csv_table(data: bytes, source: Source) -> RawTable:
    if source.sheet is not None:
        _stop(source.file, "A csv file has no sheets, but `sheet` is declared", "Remove `sheet` from the source")
    try:
        first, text = declared_delimiter(decoded(data, source.encoding))
        delimiter = source.delimiter or first or found_delimiter(text, wanted_headers(source)) or ","
        rows, last = csv_rows(text, delimiter)
    except TextError as fault:
        _stop(source.file, fault.what, fault.do)
    if not rows:
        _stop(source.file, "The file holds nothing but blank lines", "Ask for it again")
    notes = () if source.delimiter else (_delimiter_note(source, delimiter),)
    table = _assembled(rows, last, source, "", notes)
    if table.header and not table.rows:
        _header_only(table, "")
    return table


def _delimiter_note(source: Source, delimiter: str) -> Problem:
    named = DELIMITER_NAMES.get(delimiter, quoted(delimiter))
    return Problem(severity="NOTE", file=source.file, what=f"Cells are divided by the {named}, as found in the file")


def wanted_headers(source: Source) -> list[str]:
    """Every header a source names, as compared, each once."""
    conditions = [condition.column for condition in source.only_where]
    named = [source.unit, source.period, source.county or "", *source.columns.values(), *conditions]
    return list(dict.fromkeys(cell_text(header) for header in named if header))


def _header_only(table: RawTable, others: str) -> NoReturn:
    what = f"There is a header in row {table.header_row} and no row below it.{others}"
    _stop(table.file, what, "Correct `header` or `sheet`, or ask for the file again", sheet=table.sheet)


def _assembled(rows: list[Row], last: int, source: Source, sheet: str, notes: tuple[Problem, ...] = ()) -> RawTable:
    if all(number != source.header for number, _ in rows):
        filled = listed(str(number) for number, _ in rows)
        what = f"Row {source.header}, declared as the header, is blank. Filled rows: {filled}"
        _stop(source.file, what, "Correct `header`", sheet=sheet)
    return assembled(rows, last, source, sheet, notes)
