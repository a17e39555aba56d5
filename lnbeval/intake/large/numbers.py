"""Numbers of large files: which cells need no second look, and what the others mean by the judgement of a digest."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.encodings import TextError
from lnbeval.intake.large.digest import digest, full_rows, plain_source
from lnbeval.intake.large.rows import groups, one, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from lnbeval.intake.large.digest import Cells, Reading
    from lnbeval.intake.source import Source

MOST_ODD: Final = 20_000  # different cells of a column that are not plainly numbers
EACH_ODD: Final = 1_000  # up to so many such cells each is judged by itself, so that small files are counted by cells
USED, MISSING, BOUNDED, STOPPED, CONDITION, REPEATED, UNJUDGED = range(7)  # what became of a cell
SYSTEMS: Final = (  # decimal mark, mark between thousands
    *((decimal, "") for decimal in ".,"),
    *((".", ","), (",", ".")),
    *((decimal, space) for space in " \u00a0\u2009\u202f" for decimal in ".,"),
)
MARKS: Final = "., \u00a0\u2007\u2009\u202f"
MOST_DIGITS: Final = 300  # a number with more signs may be beyond what a float can hold
INTEGER: Final = "[+-]?[0-9]+"


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """How the numbers of one column are read."""

    position: int
    decimal: str
    thousands: str

    @property
    def pattern(self) -> str:
        """What needs no second look."""
        grouped = rf"|[+-]?[1-9][0-9]{{0,2}}(?:{re.escape(self.thousands)}[0-9]{{3}})+" if self.thousands else ""
        return rf" *(?:{INTEGER}{grouped})(?:{re.escape(self.decimal)}[0-9]+)? *"

    @property
    def value(self) -> str:
        """The number, for a query; exact, because a text becomes the nearest number in one step."""
        bare = f"replace(c{self.position}, '{self.thousands}', '')" if self.thousands else f"c{self.position}"
        return f"TRY_CAST(replace({bare}, '{self.decimal}', '.') AS DOUBLE)"

    def plainly(self, source: Source) -> str:
        """The condition that a cell needs no second look, for a query."""
        words = ", ".join(literal(word) for word in (*source.missing, *source.zero))
        other = f" AND c{self.position} NOT IN ({words})" if words else ""
        short = f"length(c{self.position}) <= {MOST_DIGITS}"
        return f"coalesce({short} AND regexp_full_match(c{self.position}, {literal(self.pattern)}){other}, false)"

    def of(self, written: str) -> float | None:
        """The number in a text, where it needs no second look."""
        if not re.fullmatch(self.pattern, written):
            return None
        bare = written.replace(self.thousands, "") if self.thousands else written
        return float(bare.replace(self.decimal, "."))


@dataclass(frozen=True, kw_only=True)
class Item:
    """A cell, or one of many that are alike."""

    span: int
    position: int
    written: str


def literal(word: str) -> str:
    """A text inside a query."""
    return "'" + word.replace("'", "''") + "'"


def column_numbers(reading: Reading, lent: Cells) -> tuple[list[Numbers], list[Item]]:
    """How each column of numbers is read, and the cells that show it; needs `data` only."""
    items = [item for position in reading.values for item in _evidence(reading, position)]
    rows = [(item.span, {**lent, item.position: item.written}) for item in items]
    cells = reading.judge(digest(reading, rows), plain_source(reading)).cells if rows else None
    numbers = [_system(position, items, cells) for position in reading.values]
    read = {each.position: each for each in numbers}
    return numbers, [item for item in items if read[item.position].of(item.written) is not None]


def _evidence(reading: Reading, position: int) -> list[Item]:
    """Cells that may hold a mark."""
    cell = text(position)
    # Marks that take several bytes are told by the difference of bytes and letters.
    form = [f"length({cell})", f"strlen({cell})", f"{cell} LIKE '0%'", *(f"strpos({cell}, '{mark}')" for mark in ".,")]
    where = f"NOT regexp_full_match({cell}, '[0-9]*') AND regexp_full_match({cell}, '[+-]?[0-9{MARKS}]+')"
    return cells_in(reading, position, "data", where, form)


def cells_in(reading: Reading, position: int, source: str, where: str, form: Sequence[str]) -> list[Item]:
    """Cells of a column: each of few, one of each form of many."""
    many = one(reading.con, f"SELECT count(*) FROM {source} WHERE {where}")
    if many <= EACH_ODD:
        query = f"SELECT r, c{position} FROM {source} WHERE {where} ORDER BY r"
        return [Item(span=r, position=position, written=cell) for r, cell in reading.con.execute(query).fetchall()]
    found = groups(reading.con, form, where, source=source, most=MOST_ODD)
    if len(found) > MOST_ODD:
        raise TextError(
            f"{many:,} cells of column '{reading.head.header[position]}' are no plain numbers, in more than "
            f"{MOST_ODD:,} different ways; the first is in row {int(found[0].span)}",
            "Correct the header of that column in the parameters, or ask for numbers",
            "too_many_odd_numbers",
        )
    cells = dict(full_rows(reading, [int(group.span) for group in found]))
    return [Item(span=group.span, position=position, written=str(cells[int(group.span)][position])) for group in found]


def _system(position: int, items: Sequence[Item], cells: pd.DataFrame | None) -> Numbers:
    """The marks that read most forms of a column, and none in another way than the judge."""
    read = {} if cells is None else read_cells(cells, position)
    scores: dict[tuple[str, str], int] = {}
    for decimal, thousands in SYSTEMS:
        numbers = Numbers(position=position, decimal=decimal, thousands=thousands)
        told = [
            (mine, read.get(at, (math.nan, "stopped")))
            for at, item in enumerate(items)
            if item.position == position and (mine := numbers.of(item.written)) is not None
        ]
        if all(fate == "missing" or mine == value for mine, (value, fate) in told):
            scores[decimal, thousands] = len(told)
    decimal, thousands = max(scores, key=lambda system: scores[system], default=SYSTEMS[0])
    return Numbers(position=position, decimal=decimal, thousands=thousands)


def read_cells(cells: pd.DataFrame, position: int) -> dict[int, tuple[float, str]]:
    """Of the rows of a digest, by index, the number in a column and its fate."""
    own = cells.loc[cells["position"] == position].drop_duplicates("index")
    return {
        int(index): (float(value), str(fate))
        for index, value, fate in zip(own["index"], own["value"], own["fate"], strict=True)
    }
