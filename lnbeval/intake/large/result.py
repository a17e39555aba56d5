"""Results of large files: a small table of municipality and year."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from lnbeval.intake.large.digest import digest
from lnbeval.intake.large.numbers import BOUNDED, CONDITION, MISSING, STOPPED
from lnbeval.intake.large.rows import FIRST_ROWS
from lnbeval.intake.spans import RowSpan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake.figures.bounds import Ends
    from lnbeval.intake.large.absent_parts import Gaps
    from lnbeval.intake.large.digest import Cells, Keys, Reading
    from lnbeval.intake.table import RawTable

DIGITS: Final = 15  # of a sum: the digits behind them depend on the order of its parts


@dataclass(frozen=True, kw_only=True)
class Added:
    """A row about one municipality and year, or about a total of one year: its keys, and of each variable the sum or its bounds."""

    span: RowSpan
    code: int  # number of the municipality; -1 of a total
    year: int
    keys: Cells
    values: Sequence[float | None]
    ends: Mapping[int, Ends]  # by variable, where parts are bounds


@dataclass(frozen=True, kw_only=True)
class Layer:
    """The sums of some variables, no two of one column, as a table; and the bounds of its cells by index and position."""

    names: tuple[str, ...]
    table: RawTable
    bounds: Mapping[tuple[int, int], Ends]


def added_rows(reading: Reading, keys: Keys, bounded: frozenset[int], gaps: Gaps) -> list[Added]:
    """One row for each municipality and year, and one for each total row and year; numbers are sums or means.

    What has gaps has no value. `bounded` are the variables with cells that are bounds.
    """
    reading.con.execute("SET threads = 1")  # In one thread numbers are added in the order of the file, always.
    rows = [
        *_groups(reading, keys, "role = 0", "code", bounded),
        *_groups(reading, keys, "role = 1", "spelling", bounded),
    ]
    return sorted((_without_gaps(row, gaps) for row in rows), key=lambda row: row.span)


def layers(reading: Reading, rows: Sequence[Added]) -> list[Layer]:
    """The rows as tables. Variables that share a column under different conditions each need one of their own."""
    names = dict.fromkeys(name for name, _ in reading.columns.variables)
    places = {name: {at for one, at in reading.columns.variables if one == name} for name in names}
    divided: list[list[str]] = []
    for name in names:
        room = next((own for own in divided if not any(places[name] & places[other] for other in own)), None)
        divided = divided if room is not None else [*divided, []]
        (divided[-1] if room is None else room).append(name)
    return [_layer(reading, rows, tuple(own)) for own in divided]


def _layer(reading: Reading, rows: Sequence[Added], names: tuple[str, ...]) -> Layer:
    own = {position: at for at, (name, position) in enumerate(reading.columns.variables) if name in names}
    open_totals = _open_totals(reading, rows)
    table = digest(reading, [(row.span, row.keys) for row in rows])
    numbers = [
        {
            position: None if row.code < 0 and (row.year, at) in open_totals else row.values[at]
            for position, at in own.items()
        }
        for row in rows
    ]
    cells = tuple(
        tuple(row.get(at, cell) for at, cell in enumerate(before))
        for before, row in zip(table.rows, numbers, strict=True)
    )
    bounds = {
        (index, position): row.ends[at]
        for index, row in enumerate(rows)
        for position, at in own.items()
        if at in row.ends and row.code >= 0
    }
    return Layer(names=names, table=replace(table, rows=cells), bounds=bounds)


def _open_totals(reading: Reading, rows: Sequence[Added]) -> set[tuple[int, int]]:
    """Years and variables of which no total can be compared: some of the figures that it adds up are not known."""
    return {
        (row.year, at)
        for row in rows
        if row.code >= 0
        for at in range(len(reading.columns.variables))
        if row.values[at] is None
    }


def _without_gaps(row: Added, gaps: Gaps) -> Added:
    gone = {at for at in range(len(row.values)) if (at, row.code, row.year) in gaps}
    if not gone:
        return row
    values = [None if at in gone else value for at, value in enumerate(row.values)]
    return replace(row, values=values, ends={at: ends for at, ends in row.ends.items() if at not in gone})


def _groups(reading: Reading, keys: Keys, where: str, by: str, bounded: frozenset[int]) -> list[Added]:
    counts = range(len(reading.columns.variables))
    values = [_value(at, adds=reading.adds) for at in counts]
    ends = [_end(at, which, adds=reading.adds) for at in sorted(bounded) for which in "lh"]
    used = " OR ".join(["role = 1", *(f"f{at} < {CONDITION}" for at in counts)])
    rows = reading.con.execute(
        f"SELECT min(spelling), min(code), year, count(*), min(r, {FIRST_ROWS}), max(r), {', '.join([*values, *ends])} "
        f"FROM valued WHERE {where} AND year IS NOT NULL AND ({used}) GROUP BY {by}, year ORDER BY min(r)"
    ).fetchall()
    written = {year: text for text, year in reversed(list(keys.years.items()))}
    return [_added(reading, keys, written, row, sorted(bounded)) for row in rows]


def _value(at: int, *, adds: bool) -> str:
    # A sum with a part that was not reported is not known; an average is of what was.
    unknown = f"{STOPPED}, {BOUNDED}, {MISSING}" if adds else f"{STOPPED}, {BOUNDED}"
    mean = "" if adds else f" / count(v{at})"
    return f"CASE WHEN count(v{at}) > 0 AND count_if(f{at} IN ({unknown})) = 0 THEN fsum(v{at}){mean} END"


def _end(at: int, which: str, *, adds: bool) -> str:
    """The lower or the higher end of a sum or an average, some parts of which are bounds."""
    unknown = f"{STOPPED}, {MISSING}" if adds else f"{STOPPED}"
    part = f"CASE WHEN f{at} = {BOUNDED} THEN {which}{at} ELSE v{at} END"
    mean = "" if adds else f" / count({part})"
    # An exact sum of what has no end is not a number.
    endless = f"any_value({which}{at}) FILTER (f{at} = {BOUNDED} AND isinf({which}{at}))"
    known = f"count_if(f{at} = {BOUNDED}) > 0 AND count_if(f{at} IN ({unknown})) = 0"
    return f"CASE WHEN {known} THEN coalesce({endless}, fsum({part}){mean}) END"


def _added(reading: Reading, keys: Keys, written: dict[int, str], row: Sequence[Any], bounded: Sequence[int]) -> Added:
    spelling, code, year, count, first, last, *numbers = row
    columns = reading.columns
    wide = len(columns.variables)
    places = (columns.unit, columns.county, columns.level)
    cells: Cells = {
        place: cell for place, cell in zip(places, keys.spelled[spelling].texts, strict=True) if place is not None
    }
    lows, highs = numbers[wide::2], numbers[wide + 1 :: 2]
    return Added(
        span=RowSpan(first, last=last, count=count),
        code=code,
        year=year,
        keys={**cells, **reading.year_cell(written[year])},
        values=[None if value is None else _settled(value) for value in numbers[:wide]],
        ends={
            at: (_settled(low), _settled(high))
            for at, low, high in zip(bounded, lows, highs, strict=True)
            if low is not None
        },
    )


def _settled(value: float) -> float:
    """A sum without the digits that depend on the order in which its parts were added."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else value
