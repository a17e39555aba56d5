"""Numbers of large files: which cells need no second look, and what the others mean by the judgement of a digest."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.intake.files.encodings import TextError
from lnbeval.intake.large.digest import digest, full_rows, plain_source
from lnbeval.intake.large.rows import groups, one, table, text
from lnbeval.intake.spans import RowSpan
from lnbeval.intake.table import address
from lnbeval.intake.text import cell_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Cells, Reading
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.source import Source
    from lnbeval.intake.table import RawTable

MOST_ODD: Final = 20_000  # different cells of a column that are not plainly numbers
EACH_ODD: Final = 1_000  # up to so many such cells each is judged by itself, so that small files are counted by cells
USED, MISSING, STOPPED, CONDITION, REPEATED, UNJUDGED = range(6)  # what became of a cell
SYSTEMS: Final = (  # decimal mark, mark between thousands
    *((decimal, "") for decimal in ".,"),
    *((".", ","), (",", ".")),
    *((decimal, space) for space in " \u00a0\u2009\u202f" for decimal in ".,"),
)
MARKS: Final = "., \u00a0\u2007\u2009\u202f"
MOST_DIGITS: Final = 300  # a number with more signs may be beyond what a float can hold
INTEGER: Final = "[+-]?[0-9]+"
ROLES: Final = {"unit": 0, "total": 1}
BY_FORM: Final = "Cells are counted by the ways in which they are written"


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


def judged_cells(reading: Reading, shown: Sequence[Item], lent: Cells) -> list[Problem]:
    """Give every cell in `valued` that is UNJUDGED the number and the fate that a judge gives it; say what is wrong.

    `shown` are cells that need no second look, but show how the others of their column are to be read.
    """
    odd = [item for position in reading.values for item in _odd(reading, position, "unit")]
    quiet = [item for position in reading.values for item in _odd(reading, position, "total")]
    meanings, problems = _judged(reading, [*odd, *shown], lent)
    # Total rows are read in the same way, but their faults stop nothing.
    others, _ = _judged(reading, [*shown, *quiet], lent) if quiet else ({}, [])
    if odd or quiet:
        _store(reading, {**others, **meanings})
        _update(reading)
    if any(isinstance(item.span, RowSpan) for item in (*odd, *shown)):
        return [_by_form(problem) for problem in problems]
    return problems


def _by_form(problem: Problem) -> Problem:
    # Only a problem of a whole column, which has a subject, counts cells.
    return replace(problem, what=f"{problem.what.rstrip('.')}. {BY_FORM}") if problem.subject else problem


def _evidence(reading: Reading, position: int) -> list[Item]:
    """Cells that may hold a mark: each of few, one of each form of many."""
    cell = text(position)
    # Marks that take several bytes are told by the difference of bytes and letters.
    form = [f"length({cell})", f"strlen({cell})", f"{cell} LIKE '0%'", *(f"strpos({cell}, '{mark}')" for mark in ".,")]
    where = f"NOT regexp_full_match({cell}, '[0-9]*') AND regexp_full_match({cell}, '[+-]?[0-9{MARKS}]+')"
    return _cells(reading, position, "data", where, form)


def _odd(reading: Reading, position: int, role: str) -> list[Item]:
    here = [at for at, (_, place) in enumerate(reading.columns.variables) if place == position]
    unjudged = " OR ".join(f"v.f{at} = {UNJUDGED}" for at in here)
    if not one(reading.con, f"SELECT count(*) FROM valued AS v WHERE v.role = {ROLES[role]} AND ({unjudged})"):
        return []
    source = (
        f"(SELECT d.r, d.c{position} FROM valued AS v JOIN data AS d USING (r) "
        f"WHERE v.role = {ROLES[role]} AND ({unjudged}))"
    )
    return _cells(reading, position, source, "true", [text(position)])


def _cells(reading: Reading, position: int, source: str, where: str, form: Sequence[str]) -> list[Item]:
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
    read = {} if cells is None else _read(cells, position)
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


def _read(cells: pd.DataFrame, position: int) -> dict[int, tuple[float, str]]:
    own = cells.loc[cells["position"] == position].drop_duplicates("index")
    return {
        int(index): (float(value), str(fate))
        for index, value, fate in zip(own["index"], own["value"], own["fate"], strict=True)
    }


def _texts(reading: Reading, cells: Cells) -> tuple[str, str]:
    unit, year = (str(cells[place] or "") for place in (reading.columns.unit or 0, reading.columns.period or 0))
    return cell_text(reading.plain.cell(unit)), cell_text(reading.plain.cell(year))


Meanings = dict[tuple[int, str], tuple[float, int]]  # position and text: the number, and what became of it


def _judged(reading: Reading, items: Sequence[Item], lent: Cells) -> tuple[Meanings, list[Problem]]:
    """What cells mean, each in a row that is lent to it, so that only the number is judged."""
    if not items:
        return {}, []
    table_of = digest(reading, [(item.span, {**lent, item.position: item.written}) for item in items])
    draft = reading.judge(table_of, plain_source(reading))
    bare = reading.judge(digest(reading, [(item.span, lent) for item in items]), plain_source(reading))
    read = {position: _read(draft.cells, position) for position in reading.values}
    meanings: Meanings = {}
    for at, item in enumerate(items):
        value, fate = read[item.position].get(at, (math.nan, "stopped"))
        used = fate == "used" and not math.isnan(value)
        known = STOPPED if fate == "stopped" else USED if used else MISSING
        meanings.setdefault((item.position, item.written), (value, known))
    own = [problem for problem in draft.problems if problem not in bare.problems]
    return meanings, _with_rows(reading, table_of, items, own)


def _with_rows(
    reading: Reading, table_of: RawTable, items: Sequence[Item], problems: Sequence[Problem]
) -> list[Problem]:
    """The problems with the municipality and the year of the row in which each stands, in place of those lent to it."""
    lent = [problem.cell for problem in problems if problem.municipality]
    at = {address(table_of, index, item.position): int(item.span) for index, item in enumerate(items)}
    rows = dict(full_rows(reading, sorted({at[cell] for cell in lent if cell in at})))
    told = []
    for problem in problems:
        cells = rows.get(at.get(problem.cell, 0))
        unit, year = ("", "") if cells is None else _texts(reading, cells)
        told.append(replace(problem, municipality=unit, year=year) if problem.municipality else problem)
    return told


def _store(reading: Reading, meanings: Meanings) -> None:
    def column(values: Sequence[object], kind: str) -> pd.Series[Any]:
        return pd.Series(values, dtype=kind)

    keys, told = list(meanings), list(meanings.values())
    columns = {
        "position": column([position for position, _ in keys], "int64"),
        "written": column([written for _, written in keys], "object"),
        "value": column([value for value, _ in told], "float64"),
        "fate": column([fate for _, fate in told], "int64"),
    }
    table(reading.con, "odd", columns)


def _update(reading: Reading) -> None:
    for at, (_, position) in enumerate(reading.columns.variables):
        reading.con.execute(
            f"UPDATE valued SET f{at} = u.fate, v{at} = CASE WHEN u.fate = {USED} THEN u.value END FROM ("
            f"SELECT v.r, q.fate, q.value FROM valued AS v JOIN data AS d USING (r) "
            f"JOIN odd AS q ON q.position = {position} AND q.written = d.c{position} WHERE v.f{at} = {UNJUDGED}"
            ") AS u WHERE valued.r = u.r"
        )
