"""Municipality names: what each row of a table is about, by a resolver that comes from outside."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from lnbeval.intake.figures.faults import Fault
from lnbeval.intake.problems import Problem
from lnbeval.intake.resolver import Resolved
from lnbeval.intake.rows.told_county import settled_by_county
from lnbeval.intake.rows.unit_names import settled_names
from lnbeval.intake.table import RawTable, addresses, column_cells
from lnbeval.intake.text import EXCEL_ERRORS, Uncalculated, cell_text, is_blank, mapped, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.resolver import Resolver, TotalTest


RowKind = Literal["unit", "total", "note", "unusable", "left_out"]

REPLACEMENT = "\ufffd"  # stands where a program could not read a letter
LOST = re.compile(r"[^\W\d_]\?|\?[^\W\d_]")  # a question mark for a letter that an encoding does not have
MISREAD = (  # letter sequences that show which encoding was taken for which
    (("Ã«", "Ã§", "Ã‹", "Ã‡", "Ă«", "Ă§", "Ă‹", "Ă‡"), "UTF-8 was read as another encoding", "utf-8"),
    (("‰", "‡"), "the DOS encoding cp852 was read as another one", "cp852"),
)


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """One way a municipality is written, and what it was taken for."""

    written: str
    county: str
    kind: RowKind
    code: str | None
    how: str
    rows: tuple[int, ...]  # indices
    resolved: Resolved
    problem: Problem | None


@dataclass(frozen=True, kw_only=True)
class Units:
    """Of each row: its kind, its code where there is one, and the name as written."""

    kinds: tuple[RowKind, ...]
    codes: tuple[str | None, ...]
    written: tuple[str, ...]
    spellings: tuple[Spelling, ...]
    problems: tuple[Problem, ...]


def row_units(
    table: RawTable,
    columns: Columns,
    resolve: Resolver,
    is_total: TotalTest,
    answered: Mapping[str, str] = MappingProxyType({}),
) -> Units:
    """What each row is about. One problem for each spelling that is not known, not one for each row."""
    cells = column_cells(table, columns.unit or 0)
    written = mapped(cell_text, cells)
    notes = _note_rows(table, columns, written, resolve, is_total)
    groups: dict[tuple[str, str, str], list[int]] = {}
    for index, key in enumerate(zip(mapped(_no_name_type, cells), written, _counties(table, columns), strict=True)):
        if index not in notes:
            groups.setdefault(key, []).append(index)
    read = [
        _spelling(table, columns, cells[rows[0]], (name, county), rows, resolve, is_total)
        for (_, name, county), rows in groups.items()
    ]
    spellings, told = settled_names(table, columns, settled_by_county(table, columns, read, resolve), answered)
    kinds: list[RowKind] = ["note"] * len(cells)
    codes: list[str | None] = [None] * len(cells)
    for spelling in spellings:
        for index in spelling.rows:
            kinds[index], codes[index] = spelling.kind, spelling.code
    problems = [spelling.problem for spelling in spellings if spelling.problem is not None]
    return Units(
        kinds=tuple(kinds),
        codes=tuple(codes),
        written=tuple(written),
        spellings=tuple(spellings),
        problems=(*problems, *told, *_decomposed(table, cells)),
    )


def _note_rows(
    table: RawTable, columns: Columns, written: list[str], resolve: Resolver, is_total: TotalTest
) -> frozenset[int]:
    data = [place for _, place in columns.variables] + ([] if columns.period is None else [columns.period])
    notes: set[int] = set()
    for index in range(len(table.rows) - 1, -1, -1):
        row = table.rows[index]
        if any(not is_blank(row[place]) for place in data):
            break
        filled = [value for value in row if not is_blank(value)]
        name = written[index]
        known = bool(name) and (is_total(name) or resolve(name, None).code is not None)
        if len(filled) == 1 and isinstance(filled[0], str) and not known:
            notes.add(index)
    return frozenset(notes)


def _counties(table: RawTable, columns: Columns) -> list[str]:
    if columns.county is None:
        return [""] * len(table.rows)
    return mapped(cell_text, column_cells(table, columns.county))


def _no_name_type(value: object) -> str:
    if isinstance(value, bool | date | time | timedelta | Uncalculated):
        return type(value).__name__
    return "error" if isinstance(value, str) and value.strip().upper() in EXCEL_ERRORS else ""


def _spelling(
    table: RawTable,
    columns: Columns,
    value: object,
    name: tuple[str, str],
    rows: list[int],
    resolve: Resolver,
    is_total: TotalTest,
) -> Spelling:
    written, county = name
    fault = _no_name(value, written) or _broken_letters(written)
    resolved = Resolved(None, "not read") if fault else resolve(written, county or None)
    kind: RowKind = "unit" if resolved.code is not None else "unusable"
    if kind == "unusable" and not fault:
        kind = "total" if is_total(written) else "unusable"
    return Spelling(
        written=written,
        county=county,
        kind=kind,
        code=resolved.code,
        how="total row" if kind == "total" else resolved.how,
        rows=tuple(rows),
        resolved=resolved,
        problem=_problem(table, columns, written, rows, fault) if fault else None,
    )


def _problem(table: RawTable, columns: Columns, written: str, rows: list[int], fault: Fault) -> Problem:
    return Problem(
        severity=fault.severity,
        file=table.file,
        sheet=table.sheet,
        cell=addresses(table, rows, columns.unit),
        municipality=written,
        what=fault.what if len(rows) == 1 else f"{fault.what} ({len(rows)} rows)",
        do=fault.do,
        rule=fault.kind,
    )


def _no_name(value: object, written: str) -> Fault | None:
    if is_blank(value):
        what = "The row holds data but names no municipality"
        return Fault(kind="no_name", what=what, do="Write the name; fill merged cells down")
    if _no_name_type(value):
        what = f"{quoted(written)} is not a name"
        return Fault(kind="not_a_name", what=what, do="Write the name of the municipality as text")
    return None


WITH_LETTERS: Final = (
    "Ask the source for a file that still has its letters; a text keeps them when it is saved as CSV UTF-8"
)


def _broken_letters(written: str) -> Fault | None:
    if REPLACEMENT in written or LOST.search(written):
        what = f"{quoted(written)} holds a letter that was lost when the file was saved"
        return Fault(kind="lost_letters", what=what, do=WITH_LETTERS)
    for sequences, cause, encoding in MISREAD:
        if any(sequence in written for sequence in sequences):
            what = f"{quoted(written)} holds letters that show that {cause}"
            do = f"In a csv source declare encoding: {encoding}; otherwise ask for the file saved anew"
            return Fault(kind="misread_letters", what=what, do=do)
    return None


def _decomposed(table: RawTable, cells: Iterable[object]) -> list[Problem]:
    texts = [value for value in cells if isinstance(value, str) and not value.isascii()]
    count = sum(1 for text in texts if unicodedata.normalize("NFC", text) != text)
    what = f"Letters are written in two parts (e + ¨) in {count} names; they were read as one"
    note = Problem(severity="NOTE", file=table.file, sheet=table.sheet, what=what, rule="letters_in_two_parts")
    return [note] if count else []
