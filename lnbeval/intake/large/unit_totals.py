"""Totals of municipalities in large files: each compared with the rows of its own part, such as women with women."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.intake.figures.numbers import NumberRules
from lnbeval.intake.large.numbers import BOUNDED, CONDITION, MISSING, STOPPED, USED
from lnbeval.intake.large.rows import one
from lnbeval.intake.number_words import NO_WORDS
from lnbeval.intake.rows.cells import NO_PERIOD
from lnbeval.intake.rows.told_totals import total_problems
from lnbeval.intake.rows.totals import PART_MISSING, Compared, compared_totals
from lnbeval.intake.rows.units import Units
from lnbeval.intake.table import column_name
from lnbeval.intake.text import cell_text, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lnbeval.intake.large.digest import Keys, Reading
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.table import RawTable

OF_TOTALS: Final = frozenset(
    {"total_differs_from_the_sum", "total_like_an_average", "total_not_compared", "totals_agree"}
)
MOST_DATELESS: Final = 1_000  # rows without a year that are held against totals; each of them stops the run
WHOLE: Final = -1  # in place of a part: all of its column together
PLAIN: Final = NumberRules(
    marks=(".", ""),
    unsettled=frozenset(),
    missing=frozenset(),
    missing_numbers=frozenset(),
    zero=frozenset(),
    words=NO_WORDS,
)
Part = tuple[int, ...]  # for each column that is added up over, which of its parts, or WHOLE


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row of the file about a total, or a municipality and year of one part: its row, what it is about, and its figures."""

    row: int
    spelling: int
    year: int | None
    values: tuple[float | None, ...]  # by variable
    fates: tuple[str, ...]  # by variable, the heaviest of its figures


def compared_unit_totals(reading: Reading, keys: Keys) -> list[Problem]:
    """What is wrong with total rows, and how many agree. Each is compared with the rows of its own part and of its own year.

    One without a year is compared with the rows of all years.
    A total over the parts, or one that names no part, is compared with all parts together.
    """
    compared: dict[int, list[Compared]] = {}
    for part, totals, units in _by_part(reading):
        lines = sorted((*totals, *units), key=lambda line: line.row)
        for at in range(len(reading.columns.variables)):
            for found in _compared(reading, keys, lines, at, _words(reading, part)):
                compared.setdefault(lines[found.index].row, []).append(found)
    rows = sorted(compared)
    table = replace(reading.head, row_numbers=tuple(rows), rows=())
    every = [replace(found, index=index) for index, row in enumerate(rows) for found in compared[row]]
    return total_problems(table, every)


def _by_part(reading: Reading) -> Iterator[tuple[Part, list[Line], list[Line]]]:
    """Of each part that any total row is about: the totals, and the municipalities and years."""
    over = range(len(reading.over))
    for at in over:
        reading.con.execute(
            f"CREATE OR REPLACE TABLE whole{at} AS SELECT id, bool_or(total OR trim(word) = '') AS whole, "
            f"bool_or(within OR apart) AS gone FROM over{at} GROUP BY id"
        )
    parts = ", ".join(f"CASE WHEN w{at}.whole THEN {WHOLE} ELSE o{at} END AS k{at}" for at in over)
    joins = " ".join(f"JOIN whole{at} AS w{at} ON w{at}.id = o{at} AND NOT w{at}.gone" for at in over)
    variables = range(len(reading.columns.variables))
    own = ", ".join(f"CASE WHEN f{v} = {USED} THEN v{v} END, 'used'" for v in variables)
    rows = reading.con.execute(
        f"SELECT {parts}, r, spelling, year, {own} FROM valued {joins} WHERE role = 1 ORDER BY ALL"
    ).fetchall()
    wide = len(reading.over)
    for part, group in groupby(rows, key=lambda row: tuple(row[:wide])):
        totals = [_line(row[wide:]) for row in group]
        yield part, totals, _units(reading, part)


def _units(reading: Reading, part: Part) -> list[Line]:
    where = " AND ".join(f"o{at} = {number:d}" for at, number in enumerate(part) if number != WHOLE) or "true"
    counts = range(len(reading.columns.variables))
    mean = ["" if reading.adds else f" / count(v{v})" for v in counts]
    unread = [f"count_if(f{v} IN ({STOPPED}, {BOUNDED}))" for v in counts]
    values = ", ".join(
        f"CASE WHEN count(v{v}) > 0 AND {unread[v]} = 0 THEN fsum(v{v}){mean[v]} END, {_fate(v)}" for v in counts
    )
    used = " OR ".join(f"f{v} < {CONDITION}" for v in counts)
    rows = reading.con.execute(
        f"SELECT min(r), min(spelling), year, {values} FROM valued WHERE role = 0 AND ({used}) AND {where} "
        "GROUP BY code, year ORDER BY min(r)"
    ).fetchall()
    # A row without a year may belong to any of them.
    nothing = ", ".join("NULL, 'stopped'" for _ in counts)
    dateless = reading.con.execute(
        f"SELECT r, spelling, NULL, {nothing} FROM keyed WHERE role = 4 AND {where} ORDER BY r LIMIT {MOST_DATELESS}"
    ).fetchall()
    return [_line(row) for row in (*rows, *dateless)]


def _fate(at: int) -> str:
    """The heaviest fate of the figures of one variable, for a query; blank where none counts."""
    return (
        f"CASE WHEN count_if(f{at} = {STOPPED}) > 0 THEN 'stopped' WHEN count_if(f{at} = {BOUNDED}) > 0 THEN 'bounded' "
        f"WHEN count_if(f{at} = {MISSING}) > 0 THEN '{PART_MISSING}' WHEN count(v{at}) > 0 THEN 'used' ELSE '' END"
    )


def _line(row: Sequence[Any]) -> Line:
    number, spelling, year, *told = row
    return Line(row=number, spelling=spelling, year=year, values=tuple(told[::2]), fates=tuple(told[1::2]))


def _compared(reading: Reading, keys: Keys, lines: Sequence[Line], at: int, words: str) -> list[Compared]:
    """The totals of one variable that were compared; their indices are those of `lines`. `words` name the part in messages."""
    variable, position = reading.columns.variables[at]
    place = len(reading.head.header)  # of the years, which are read already
    columns = replace(reading.columns, variables=((variable, position),), conditions=(), period=place)
    spelled = [keys.spelled[line.spelling] for line in lines]
    units = Units(
        kinds=tuple(each.kind for each in spelled),
        codes=tuple(each.code for each in spelled),
        written=tuple(each.written for each in spelled),
        spellings=(),
        problems=(),
    )
    level = reading.columns.level
    levels = {
        index: cell_text(reading.plain.cell(each.texts[2]))
        for index, each in enumerate(spelled)
        if level is not None and each.kind == "total"
    }
    table = _table(reading, keys, lines, at)
    found = compared_totals(
        table,
        columns,
        units,
        _cells(reading, lines, units, at),
        {position: PLAIN},
        lambda year: int(str(year)),
        levels,
        reading.registered,
    )
    return [replace(total, part=words) for total in found]


def _table(reading: Reading, keys: Keys, lines: Sequence[Line], at: int) -> RawTable:
    """The rows with what says their place and year, and the figures of one variable."""
    places = (reading.columns.unit, reading.columns.county, reading.columns.level)
    position, wide = reading.columns.variables[at][1], len(reading.head.header)
    rows = []
    for line in lines:
        cells: list[object] = [None] * (wide + 1)
        for place, written in zip(places, keys.spelled[line.spelling].texts, strict=True):
            if place is not None:
                cells[place] = reading.plain.cell(written)
        cells[position], cells[wide] = line.values[at], line.year
        rows.append(tuple(cells))
    return replace(reading.head, row_numbers=tuple(line.row for line in lines), rows=tuple(rows))


def _cells(reading: Reading, lines: Sequence[Line], units: Units, at: int) -> pd.DataFrame:
    """The cells of the municipalities, with their fates as those of a table have them."""
    variable, position = reading.columns.variables[at]
    of = reading.years_of_columns.get(position)
    found = [
        (
            index,
            position,
            units.codes[index],
            NO_PERIOD if line.year is None else of or line.year,
            variable,
            line.fates[at],
            math.nan if (value := line.values[at]) is None else value,
        )
        for index, line in enumerate(lines)
        if units.kinds[index] == "unit" and line.fates[at]
    ]
    return pd.DataFrame(found, columns=["index", "position", "code", "period", "variable", "fate", "value"])


def _words(reading: Reading, part: Part) -> str:
    """Which part a total is about, for a message."""
    named = [
        f"{quoted(_word(reading, at, number))} in {quoted(column_name(reading.head, reading.over[at]))}"
        for at, number in enumerate(part)
        if number != WHOLE
    ]
    return listed(named)


def _word(reading: Reading, at: int, number: int) -> str:
    return str(one(reading.con, f"SELECT first(word) FROM over{at} WHERE id = {number:d}"))
