"""Accounts of large files: what became of every row and every cell, counted in the file and not in its sums."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.intake.accounts import (
    BEHIND_COLUMNS,
    FATE_COUNTS,
    MOST_LISTED,
    NOT_USABLE,
    ROW_ASIDE_COLUMNS,
    UNLISTED,
    Account,
)
from lnbeval.intake.conditions import UNMET
from lnbeval.intake.large.aside import listed_rows, shown_text, used_rows
from lnbeval.intake.large.numbers import BOUNDED, CONDITION, MISSING, STOPPED, USED, literal
from lnbeval.intake.large.odd_cells import odd_texts
from lnbeval.intake.large.rows import FIRST_ROWS, cells_of, one
from lnbeval.intake.large.written import repaired_cells
from lnbeval.intake.spans import RowSpan
from lnbeval.intake.table import cell_addresses
from lnbeval.intake.text import cell_text, is_blank, tidy_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.aside import RowsAside
    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.large.numbers import Numbers
    from lnbeval.intake.large.result import Added

FATES: Final = {USED: "used", MISSING: "missing", BOUNDED: "bounded", STOPPED: "stopped"}
Fates = dict[tuple[str, str, str], int]  # cells by variable, fate and word
Lines = list[tuple[Any, ...]]  # of what was set aside


@dataclass(frozen=True, kw_only=True)
class Unserved:
    """Cells of one column in used rows that no series is read from: set aside, or with nothing in them."""

    position: int
    fate: str  # of the first series that could be read from them
    others: tuple[str, ...]
    first: str
    silent: bool
    where: str
    span: RowSpan


def accounted(reading: Reading, found: Sequence[RowsAside], numbers: Sequence[Numbers]) -> Account:
    """The account of a file, without what is behind each sum; `found` are the rows that are not added up."""
    unserved = _unserved(reading)
    rows = [*listed_rows(reading, found), *_cells_aside(reading, unserved)]
    aside = pd.DataFrame(rows, columns=list(ROW_ASIDE_COLUMNS)).sort_values(["row", "cell"], ignore_index=True)
    return Account(
        rows_read=one(reading.con, "SELECT count(*) FROM data"),
        aside=aside,
        fates=_fates(reading, unserved),
        behind=pd.DataFrame(columns=list(BEHIND_COLUMNS)),
        repaired=repaired_cells(reading, numbers),
    )


def with_cells_behind(reading: Reading, account: Account, rows: Sequence[Added]) -> Account:
    """The account with the cells behind each sum; `rows` are those of the table of sums."""
    variables = reading.columns.variables
    counted = ", ".join(
        ", ".join([*(f"count_if(f{at} = {fate})" for fate in FATES), f"count_if(f{at} >= {CONDITION})"])
        for at in range(len(variables))
    )
    found = reading.con.execute(
        f"SELECT code, year, {counted} FROM valued WHERE {used_rows(reading)} GROUP BY code, year"
    ).fetchall()
    behind = {(code, year): counts for code, year, *counts in found}
    wide = len(FATES) + 1
    lines = [
        (index, position, *behind[row.code, row.year][wide * at : wide * (at + 1)])
        for index, row in enumerate(rows)
        if row.code >= 0
        for at, (_, position) in enumerate(variables)
    ]
    table = pd.DataFrame(lines, columns=list(BEHIND_COLUMNS)).astype("int64")
    # Several series may be read from one column, each in other rows: their sums have one place.
    together = table.groupby(["index", "position"], as_index=False).sum()
    return replace(account, behind=together, bounds=_bounds(reading, rows))


def _bounds(reading: Reading, rows: Sequence[Added]) -> dict[tuple[int, int, str], str]:
    """Where the bounds stand that are behind sums, by the index of the sum, its position and its variable."""
    places = {(row.code, row.year): index for index, row in enumerate(rows) if row.code >= 0}
    found = {}
    for at, (variable, position) in enumerate(reading.columns.variables):
        of_sums = reading.con.execute(
            f"SELECT code, year, count(*), min(r, {FIRST_ROWS}), max(r) FROM valued "
            f"WHERE {used_rows(reading)} AND f{at} = {BOUNDED} GROUP BY code, year"
        ).fetchall()
        for code, year, count, first, last in of_sums:
            span = replace(reading.head, row_numbers=(RowSpan(first, last=last, count=count),))
            (found[places[code, year], position, variable],) = cell_addresses(span, [0], position)
    return found


def _fates(reading: Reading, unserved: Sequence[Unserved]) -> pd.DataFrame:
    fates: Fates = {}

    def add(variable: str, fate: str, word: str, many: int) -> None:
        fates[variable, fate, word] = fates.get((variable, fate, word), 0) + many

    texts = {text.number: text for text in odd_texts(reading)}
    for at, (variable, _) in enumerate(reading.columns.variables):
        odd = f"CASE WHEN f{at} = {MISSING} THEN q{at} END" if texts else "NULL"
        rows = reading.con.execute(
            f"SELECT least(f{at}, {CONDITION}) AS fate, {odd} AS word, count(*) FROM valued WHERE {used_rows(reading)} GROUP BY fate, word"
        ).fetchall()
        for fate, number, many in rows:
            word = "" if number is None else word_in(reading, texts[number].written)
            add(variable, FATES.get(fate, UNLISTED), word, many)
    for cells in unserved:
        for variable, fate in zip(
            (cells.first, *cells.others), (cells.fate, *(UNLISTED,) * len(cells.others)), strict=True
        ):
            if cells.fate == "stopped":
                continue
            add(variable, UNLISTED, "", -cells.span.count)
            add(variable, "missing" if cells.silent else fate, "", cells.span.count)
    lines = [(*key, many) for key, many in sorted(fates.items()) if many]
    return pd.DataFrame(lines, columns=list(FATE_COUNTS))


def word_in(reading: Reading, written: str) -> str:
    """The word in a cell that is not reported; blank where there is none."""
    cell = reading.plain.cell(written)
    return "" if is_blank(cell) else shown_text(reading, tidy_text(cell_text(cell)))


def _unserved(reading: Reading) -> list[Unserved]:
    """Cells that no series is read from: of a condition that is not met, told again, or not usable."""
    variables = reading.columns.variables
    found = []
    for position in reading.values:
        here = [at for at, (_, place) in enumerate(variables) if place == position]
        live = " OR ".join(f"f{at} IN ({USED}, {MISSING}, {BOUNDED})" for at in here)
        where = f"{used_rows(reading)} AND NOT ({live})"
        if not one(reading.con, f"SELECT count(*) FROM valued WHERE {where}"):
            continue
        found += _unserved_cells(reading, position, here, where)
    return found


def _unserved_cells(reading: Reading, position: int, here: Sequence[int], where: str) -> list[Unserved]:
    words = ", ".join(map(literal, ("", *reading.source.missing)))
    silent = f"trim(coalesce(d.c{position}, '')) IN ({words})"
    stopped = f"f{here[0]} = {STOPPED}"
    source = f"FROM valued JOIN data AS d USING (r) WHERE {where}"
    rows = reading.con.execute(
        f"SELECT {stopped} AS a, {silent} AS b, count(*), min(r, {FIRST_ROWS}), max(r) {source} GROUP BY a, b ORDER BY min(r)"
    ).fetchall()
    names = [reading.columns.variables[at][0] for at in here]
    return [
        Unserved(
            position=position,
            fate="stopped" if is_stopped else "condition",
            first=names[0],
            others=tuple(names[1:]),
            silent=is_silent,
            where=f"{source} AND ({stopped}) = {is_stopped} AND ({silent}) = {is_silent}",
            span=RowSpan(first, last=last, count=count),
        )
        for is_stopped, is_silent, count, first, last in rows
    ]


def _cells_aside(reading: Reading, unserved: Sequence[Unserved]) -> Lines:
    """Every cell that no series is read from and that holds something; one line for each kind of very many."""
    told = [cells for cells in unserved if not cells.silent]
    together = sum(cells.span.count for cells in told) > MOST_LISTED
    lines: Lines = []
    for cells in told:
        found = [] if together else reading.con.execute(f"SELECT r {cells.where} ORDER BY r").fetchall()
        rows: list[int] = [cells.span] if together else [row for (row,) in found]
        places = cell_addresses(replace(reading.head, row_numbers=tuple(rows)), range(len(rows)), cells.position)
        written = dict(cells_of(reading.con, [cells.position], rows))
        lines += [
            (
                int(row),
                place,
                NOT_USABLE if cells.fate == "stopped" else UNMET,
                shown_text(reading, cell_text(reading.plain.cell(written[int(row)][0]))),
                cells.span.count if together else 1,
            )
            for row, place in zip(rows, places, strict=True)
        ]
    return lines
