"""Texts of large files that became numbers: each with its cell, or one line for each kind where there are very many."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from lnbeval.intake.accounts import MOST_LISTED, REPAIRED_CELLS, SET_ASIDE, says_number
from lnbeval.intake.accounts import USED as USED_FATE
from lnbeval.intake.large.aside import shown_text
from lnbeval.intake.large.numbers import REPEATED, USED
from lnbeval.intake.large.odd_cells import odd_texts
from lnbeval.intake.large.rows import FIRST_ROWS, cells_of, table
from lnbeval.intake.spans import RowSpan
from lnbeval.intake.table import cell_addresses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.large.numbers import Numbers
    from lnbeval.intake.large.odd_cells import OddText

Way = tuple[int | None, int]  # number of an odd text, or how a text is no plain form of its number


def repaired_cells(reading: Reading, numbers: Sequence[Numbers]) -> pd.DataFrame:
    """Texts that became numbers (REPAIRED_CELLS), in the order of the variables and of the file."""
    for position, rows in reading.texts.items():
        table(reading.con, f"text{position}", {"r": pd.Series(rows, dtype="int64")})
    texts = {one.number: one for one in odd_texts(reading)}
    read = {each.position: each for each in numbers}
    ways = [_ways(reading, at, texts) for at in range(len(reading.columns.variables))]
    each_one = sum(span.count for found in ways for _, span, _ in found) <= MOST_LISTED
    lines: list[tuple[Any, ...]] = []
    for at, found in enumerate(ways):
        told: list[tuple[int, Way, bool]] = [(span, way, live) for way, span, live in found]
        if found and each_one:
            told = _each(reading, at, {way for way, _, _ in found}, odd=bool(texts))
        lines += _lines(reading, at, told, texts, read[reading.columns.variables[at][1]])
    return pd.DataFrame(lines, columns=list(REPAIRED_CELLS))


def _ways(reading: Reading, at: int, texts: Mapping[int, OddText]) -> list[tuple[Way, RowSpan, bool]]:
    """Ways in which cells of a variable are written otherwise than they were read, and whether these cells are used."""
    rows = reading.con.execute(
        f"{_told_so(reading, at, 'odd, way, live, count(*), min(r, ' + str(FIRST_ROWS) + '), max(r)', odd=bool(texts))} "
        "GROUP BY odd, way, live ORDER BY min(r)"
    ).fetchall()
    return [
        ((odd, way), RowSpan(first, last=last, count=count), live)
        for odd, way, live, count, first, last in rows
        if odd is None or _is_repaired(reading, texts[odd])
    ]


def _is_repaired(reading: Reading, text: OddText) -> bool:
    return text.is_number and text.is_text and (reading.is_book or not says_number(text.written, text.value))


def _told_so(reading: Reading, at: int, wanted: str, *, odd: bool) -> str:
    """A query of the cells of a variable that may be texts which became numbers."""
    position = reading.columns.variables[at][1]
    number = f"q{at}" if odd else "CAST(NULL AS INTEGER)"
    way = f"x{at}"
    if reading.is_book:
        way = f"CASE WHEN r IN (SELECT r FROM text{position}) THEN 1 ELSE 0 END" if position in reading.texts else "0"
    return (
        f"SELECT {wanted} FROM (SELECT r, {number} AS odd, CASE WHEN odd IS NULL THEN {way} ELSE 0 END AS way, "
        f"f{at} = {USED} AS live FROM valued WHERE role = 0 AND f{at} IN ({USED}, {REPEATED})) WHERE odd IS NOT NULL OR way > 0"
    )


def _each(reading: Reading, at: int, ways: set[Way], *, odd: bool) -> list[tuple[int, Way, bool]]:
    rows = reading.con.execute(f"{_told_so(reading, at, 'r, odd, way, live', odd=odd)} ORDER BY r").fetchall()
    return [(row, (number, way), live) for row, number, way, live in rows if (number, way) in ways]


def _lines(
    reading: Reading, at: int, told: Sequence[tuple[int, Way, bool]], texts: Mapping[int, OddText], numbers: Numbers
) -> list[tuple[Any, ...]]:
    """A line for each cell, or for each group of cells."""
    variable, position = reading.columns.variables[at]
    rows = [row for row, _, _ in told]
    written = dict(cells_of(reading.con, [position], rows)) if rows else {}
    places = cell_addresses(replace(reading.head, row_numbers=tuple(rows)), range(len(rows)), position)
    lines = []
    for (row, (odd, _), live), place in zip(told, places, strict=True):
        (text,) = written[int(row)]
        value = numbers.of(text) if odd is None else texts[odd].value
        fate, many = USED_FATE if live else SET_ASIDE, row.count if isinstance(row, RowSpan) else 1
        lines.append((place, variable, shown_text(reading, text), value, fate, many))
    return lines


def otherwise(position: int, at: int, numbers: Numbers) -> str:
    """How a text that needs no second look is no plain form of its number, as a number for a query; 0 where it is."""
    plain = f"regexp_full_match(c{position}, '-?(0|[1-9][0-9]*)([.][0-9]+)?')"
    if numbers.thousands == ".":
        plain += f" AND strpos(c{position}, '.') = 0"
    ways = [mark for mark in (numbers.decimal, numbers.thousands) if mark and mark != "."]
    ways += ["."] if numbers.thousands == "." else []
    told = "".join(
        f" + CASE WHEN strpos(c{position}, '{mark}') > 0 THEN {2 << place} ELSE 0 END"
        for place, mark in enumerate(ways)
    )
    return f"CAST(CASE WHEN f{at} <> {USED} OR ({plain}) THEN 0 ELSE 1{told} END AS UTINYINT) AS x{at}"
