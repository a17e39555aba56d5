"""Headers inside a table: rows that hold its header again, as at the top of a printed page, in the same order or in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.lines import header_texts, is_header
from lnbeval.intake.table import RawTable, addresses
from lnbeval.intake.text import cell_text, is_blank, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lnbeval.intake.heading.columns import Columns


@dataclass(frozen=True, kw_only=True)
class HeadersInside:
    """Indices of the rows that hold the header again, and of those below one in which columns change places."""

    rows: tuple[int, ...]
    below: tuple[int, ...]
    problems: tuple[Problem, ...]


def headers_inside(table: RawTable, columns: Columns) -> HeadersInside:
    """The rows of headers inside a table: a note where they are its own, a stop where their columns stand in another order."""
    again, moved = _repeated(table, columns), _moved(table, columns)
    return HeadersInside(
        rows=(*again, *moved),
        below=tuple(_below(table, again, moved)),
        problems=(*_header_again(table, columns, again), *_header_moved(table, columns, moved)),
    )


def _repeated(table: RawTable, columns: Columns) -> list[int]:
    """Rows that hold the header of the table again, as at the top of a printed page."""
    places = [place for place in columns.declared if table.header[place]]
    names = header_texts(table.header[columns.unit or 0])
    likely = [index for index, row in enumerate(table.rows) if row[columns.unit or 0] in names]
    return [index for index in likely if len(places) > 1 and is_header(table, index, places)]


def _moved(table: RawTable, columns: Columns) -> dict[int, list[tuple[str, str]]]:
    """Rows that hold the header of the table again in another order: what stands in each place that changed, under what."""
    places = [place for place in columns.declared if table.header[place]]
    every = frozenset().union(*(header_texts(name) for name in table.header))
    likely = [index for index, row in enumerate(table.rows) if row[columns.unit or 0] in every]
    found = {}
    for index in likely if len(places) > 1 else []:
        texts = {cell_text(value) for value in table.rows[index] if not is_blank(value)}
        whole = all(texts & header_texts(table.header[place]) for place in places)
        if whole and not is_header(table, index, places):
            pairs = zip(map(cell_text, table.rows[index]), table.header, strict=False)
            found[index] = [(text, name) for text, name in pairs if text in every and text not in header_texts(name)]
    return found


def _header_again(table: RawTable, columns: Columns, rows: list[int]) -> list[Problem]:
    many = "1 row repeats" if len(rows) == 1 else f"{len(rows)} rows repeat"
    note = Problem(
        severity="NOTE",
        file=table.file,
        sheet=table.sheet,
        cell=addresses(table, rows, columns.unit) if rows else "",
        what=f"{many} the header inside the table: set aside",
        rule="repeated_header",
    )
    return [note] if rows else []


def _below(table: RawTable, again: Collection[int], moved: Collection[int]) -> list[int]:
    """Rows under a header in another order, up to the next one in the order of the table."""
    below, changed = [], False
    for index in range(len(table.rows)) if moved else ():
        changed = index in moved or (changed and index not in again)
        if changed and index not in moved:
            below.append(index)
    return below


def _header_moved(table: RawTable, columns: Columns, moved: Mapping[int, list[tuple[str, str]]]) -> list[Problem]:
    if not moved:
        return []
    pairs = dict.fromkeys(
        f"{quoted(text)} under {quoted(name)}" for changed in moved.values() for text, name in changed
    )
    what = f"The header stands again with its columns in another order: {listed(pairs)}. The rows below it cannot be read as they are"
    do = (
        "Ask for the table under one header, or put the columns of these rows in the order of the first one in a copy. Without this row "
        "their figures would be taken for each other"
    )
    cell = addresses(table, list(moved), columns.unit)
    stop = Problem(
        severity="STOP", file=table.file, sheet=table.sheet, cell=cell, what=what, do=do, rule="header_moved"
    )
    return [stop]
