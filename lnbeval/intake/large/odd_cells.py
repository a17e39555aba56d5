"""Odd cells of large files: those that are not plainly numbers, judged like the cells of a small file."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.intake.large.digest import digest, full_rows, plain_source
from lnbeval.intake.large.numbers import BOUNDED, MISSING, STOPPED, UNJUDGED, USED, cells_in
from lnbeval.intake.large.rows import one, table, text
from lnbeval.intake.spans import RowSpan
from lnbeval.intake.table import address
from lnbeval.intake.text import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lnbeval.intake.large.digest import Cells, Reading
    from lnbeval.intake.large.numbers import Item
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.table import RawTable

ROLES: Final = {"unit": 0, "total": 1}
FATES: Final = {"stopped": STOPPED, "used": USED, "bounded": BOUNDED}
BY_FORM: Final = "Cells are counted by the ways in which they are written"


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What a cell means: its number or its bounds, and what became of it."""

    fate: int
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True, kw_only=True)
class OddText:
    """A text that is not plainly a number, and what it was taken for."""

    number: int  # in the tables of the database
    position: int
    written: str
    value: float
    fate: int
    is_text: bool  # and not a date or the like

    @property
    def is_number(self) -> bool:
        """Whether it was read as a number."""
        return self.fate == USED


Meanings = dict[tuple[int, str], Meant]  # by position and text


def judged_cells(reading: Reading, shown: Sequence[Item], lent: Cells) -> tuple[frozenset[int], list[Problem]]:
    """Give every cell in `valued` that is UNJUDGED the number and the fate that a judge gives it.

    Returns which of the variables have bounded cells (their bounds are `l` and `h`), and what is wrong. `shown` are cells that
    need no second look, but show how the others of their column are to be read.
    """
    odd = [item for position in reading.values for item in _odd(reading, position, "unit")]
    quiet = [item for position in reading.values for item in _odd(reading, position, "total")]
    meanings, problems = _judged(reading, [*odd, *shown], lent)
    # Total rows are read in the same way, but their faults stop nothing.
    others, _ = _judged(reading, [*shown, *quiet], lent) if quiet else ({}, [])
    every = {**others, **meanings}
    bounded = frozenset(position for (position, _), meant in every.items() if meant.fate == BOUNDED)
    places = frozenset(at for at, (_, position) in enumerate(reading.columns.variables) if position in bounded)
    if odd or quiet:
        _store(reading, every)
        _update(reading, places)
    if any(isinstance(item.span, RowSpan) for item in (*odd, *shown)):
        problems = [_by_form(problem) for problem in problems]
    return places, problems


def _by_form(problem: Problem) -> Problem:
    # Only a problem of a whole column, which has a subject, counts cells.
    return replace(problem, what=f"{problem.what.rstrip('.')}. {BY_FORM}") if problem.subject else problem


def _odd(reading: Reading, position: int, role: str) -> list[Item]:
    here = [at for at, (_, place) in enumerate(reading.columns.variables) if place == position]
    unjudged = " OR ".join(f"v.f{at} = {UNJUDGED}" for at in here)
    if not one(reading.con, f"SELECT count(*) FROM valued AS v WHERE v.role = {ROLES[role]} AND ({unjudged})"):
        return []
    source = (
        f"(SELECT d.r, d.c{position} FROM valued AS v JOIN data AS d USING (r) "
        f"WHERE v.role = {ROLES[role]} AND ({unjudged}))"
    )
    return cells_in(reading, position, source, "true", [text(position)])


def _texts(reading: Reading, cells: Cells) -> tuple[str, str]:
    unit, year = (
        "" if place is None else cell_text(reading.plain.cell(str(cells[place] or "")))
        for place in (reading.columns.unit, reading.columns.period)
    )
    return unit, year


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
        meanings.setdefault((item.position, item.written), read[item.position].get(at, Meant(fate=STOPPED)))
    own = [problem for problem in draft.problems if problem not in bare.problems]
    return meanings, _with_rows(reading, table_of, items, own)


def _read(cells: pd.DataFrame, position: int) -> dict[int, Meant]:
    own = cells.loc[cells["position"] == position].drop_duplicates("index")
    columns = own[["index", "value", "low", "high", "fate"]]
    return {
        int(index): Meant(fate=FATES.get(str(fate), MISSING), value=float(value), low=float(low), high=float(high))
        for index, value, low, high, fate in columns.itertuples(index=False, name=None)
    }


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
        year = problem.year if reading.columns.period is None else year
        told.append(replace(problem, municipality=unit, year=year) if problem.municipality else problem)
    return told


def _store(reading: Reading, meanings: Meanings) -> None:
    def column(values: Iterable[object], kind: str) -> pd.Series[Any]:
        return pd.Series(list(values), dtype=kind)

    keys, meant = list(meanings), list(meanings.values())
    columns = {
        "id": column(range(len(keys)), "int64"),
        "position": column([position for position, _ in keys], "int64"),
        "written": column([written for _, written in keys], "object"),
        "value": column([each.value for each in meant], "float64"),
        "low": column([each.low for each in meant], "float64"),
        "high": column([each.high for each in meant], "float64"),
        "fate": column([each.fate for each in meant], "int64"),
    }
    table(reading.con, "odd", columns)


def odd_texts(reading: Reading) -> list[OddText]:
    """The texts that are not plainly numbers; `q` in `valued` holds their numbers."""
    if not one(reading.con, "SELECT count(*) FROM information_schema.tables WHERE table_name = 'odd'"):
        return []
    rows = reading.con.execute("SELECT id, position, written, value, fate FROM odd ORDER BY id").fetchall()
    return [
        OddText(
            number=number,
            position=position,
            written=written,
            value=value,
            fate=fate,
            is_text=isinstance(reading.plain.cell(written), str),
        )
        for number, position, written, value, fate in rows
    ]


def _update(reading: Reading, bounded: frozenset[int]) -> None:
    for at, (_, position) in enumerate(reading.columns.variables):
        reading.con.execute(f"ALTER TABLE valued ADD COLUMN q{at} INTEGER")
        ends = ""
        if at in bounded:
            reading.con.execute(
                f"ALTER TABLE valued ADD COLUMN l{at} DOUBLE; ALTER TABLE valued ADD COLUMN h{at} DOUBLE"
            )
            ends = f", l{at} = CASE WHEN u.fate = {BOUNDED} THEN u.low END, h{at} = CASE WHEN u.fate = {BOUNDED} THEN u.high END"
        reading.con.execute(
            f"UPDATE valued SET f{at} = u.fate, q{at} = u.id, v{at} = CASE WHEN u.fate = {USED} THEN u.value END{ends} FROM ("
            f"SELECT v.r, q.id, q.fate, q.value, q.low, q.high FROM valued AS v JOIN data AS d USING (r) "
            f"JOIN odd AS q ON q.position = {position} AND q.written = d.c{position} WHERE v.f{at} = {UNJUDGED}"
            ") AS u WHERE valued.r = u.r"
        )
