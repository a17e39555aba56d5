"""Digests: the few rows of a large file that stand for all, judged like a small file; what was judged holds for all.

Every way to write a municipality, a year or a number is in one of the digests, so that nothing is said of a large file in another
way than of a small one.
"""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.intake.files.encodings import TextError
from lnbeval.intake.large.rows import Group, cells_of, groups, one, table, text
from lnbeval.intake.layout import Layout
from lnbeval.intake.rows.cells import NO_PERIOD
from lnbeval.intake.spans import RowSpan
from lnbeval.intake.table import RawTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duckdb import DuckDBPyConnection

    from lnbeval.intake.draft import Draft
    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.large.text import Plain
    from lnbeval.intake.layout import Note
    from lnbeval.intake.number_words import NumberWords
    from lnbeval.intake.person_words import PersonWords
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.registered import Registered
    from lnbeval.intake.resolver import TotalTest
    from lnbeval.intake.rows.units import RowKind, Spelling
    from lnbeval.intake.source import Source

Judge = Callable[[RawTable, "Source"], "Draft"]
Cells = dict[int, object]  # of one row, by position

MOST_KEYS: Final = 3_000  # different texts of a column that holds municipalities, years or groups
LENT: Final = 10  # municipalities tried
LAST_ROWS: Final = 200  # below the last row with data, looked at one by one


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """A source while it is read: its header, its rows in the database, and who judges."""

    source: Source
    head: RawTable  # the header, and what was said of it
    columns: Columns
    over: tuple[int, ...]  # positions of the columns that are added up over
    plain: Plain
    con: DuckDBPyConnection
    judge: Judge
    is_total: TotalTest
    headers: HeaderWords
    answered: Mapping[str, str]
    registered: Registered
    persons: PersonWords
    texts: Mapping[int, Sequence[int]]  # of a workbook, rows whose cells of numbers are texts, by position
    words: NumberWords
    beside: tuple[int, ...] = ()  # positions of columns that are not read and name municipalities too
    kept: frozenset[tuple[int, int, int]] = (
        frozenset()
    )  # variable, municipality, both by number, and year: of a delivery before

    @property
    def is_book(self) -> bool:
        """Whether the file tells numbers from texts."""
        return self.head.kind == "xlsx"

    @property
    def header_row(self) -> int:
        """The last row of the header."""
        return max(self.source.header_rows)

    @property
    def loaded(self) -> tuple[int, ...]:
        """Positions of every column that is needed."""
        places = (*self.columns.keys, *self.over, *(position for _, position in self.columns.variables))
        return tuple(sorted(set(places)))

    @property
    def shown_header(self) -> tuple[str, ...]:
        """The header without the columns that rows drawn together do not have: the parts, and those of conditions."""
        columns = self.columns
        kept = {columns.unit, columns.period, columns.county, columns.level, *self.values}
        gone = {*self.over, *(place for _, place, _ in columns.conditions)} - kept
        return tuple("" if at in gone else name for at, name in enumerate(self.head.header))

    @property
    def values(self) -> tuple[int, ...]:
        """Positions of the columns of numbers."""
        return tuple(dict.fromkeys(position for _, position in self.columns.variables))

    @property
    def adds(self) -> bool:
        """Whether rows are added up, and not averaged."""
        return self.source.aggregate is not None and self.source.aggregate.by == "sum"

    @property
    def years_of_columns(self) -> dict[int, int]:
        """The year of each column of numbers, where no column of the rows tells it."""
        return {position: label.year for position, label in self.columns.labels}

    def is_kept(self, at: int, code: int, year: int) -> bool:
        """Whether a value is that of a delivery before; a row without a year is of the year of its column."""
        return (at, code, year or self.years_of_columns.get(self.columns.variables[at][1], 0)) in self.kept

    def year_cell(self, written: str) -> Cells:
        """The cell of a row that tells its year, where there is one."""
        return {} if self.columns.period is None else {self.columns.period: written}

    @property
    def unit_texts(self) -> list[str]:
        """What says which municipality a row is about, for a query."""
        return [text(self.columns.unit), text(self.columns.county), text(self.columns.level)]


@dataclass(frozen=True, kw_only=True)
class Spelled:
    """One way a municipality is written: what it was taken for."""

    texts: tuple[str, ...]
    kind: RowKind
    code: str | None
    written: str  # its name


def digest(reading: Reading, rows: Iterable[tuple[int, Cells]], *, noted: bool = False) -> RawTable:
    """A table of some rows, blank where nothing is given."""
    listed = list(rows)
    wide = len(reading.head.header)
    return replace(
        reading.head,
        header=reading.shown_header,
        row_numbers=tuple(number for number, _ in listed),
        rows=tuple(tuple(reading.plain.cell(_text(cells.get(at))) for at in range(wide)) for _, cells in listed),
        rows_blank=0,
        apart=(),
        layout=Layout(),
        notes=reading.head.notes if noted else (),
        problems=reading.head.problems if noted else (),
    )


def _text(cell: object) -> str | None:
    return None if cell is None or cell == "" else str(cell)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What the rows are about: spellings of municipalities, years by their texts, and what is wrong with them.

    `lent` are the cells of a municipality and a year that are known, for rows of which only a number is to be judged.
    """

    spelled: tuple[Spelled, ...]
    years: Mapping[str, int]
    lent: Cells
    spellings: tuple[Spelling, ...]
    notes: tuple[Note, ...]
    problems: tuple[Problem, ...]


def judged_keys(reading: Reading) -> Keys:
    """Judge every way in which municipalities and years are written."""
    above = f"r <= {_last_data_row(reading):d}"  # Notes below the table are about no municipality and need no year.
    spelled = _key_groups(reading, reading.unit_texts, "municipalities", above)
    year = text(reading.columns.period)
    periods = _key_groups(reading, [year], "years", above)
    units = [_unit_cells(reading, group.texts) for group in spelled]
    usual = max(periods, key=lambda group: group.span.count).texts[0]
    first = reading.judge(digest(reading, _with_period(reading, spelled, units, usual)), plain_source(reading))
    unit = _lent_unit(
        reading, [cells for cells, kind in zip(units, first.kinds, strict=False) if kind == "unit"], usual
    )
    totals = [group.texts for group, kind in zip(spelled, first.kinds, strict=False) if kind == "total"]
    if totals and not all(group.texts[0].strip() for group in periods):
        # A total without a year stands for all years, and is no row whose year is missing.
        periods = _key_groups(reading, [year], "years", f"{above} AND NOT {_undated(reading, year, totals)}")
    years, told = _judged_periods(reading, unit, periods)
    period = next(iter(years), usual)
    below = _rows_below(reading)
    rows = [*_with_period(reading, spelled, units, period), *below]
    draft = reading.judge(digest(reading, rows, noted=True), plain_source(reading))
    return Keys(
        spelled=_spelled(reading, [cells for _, cells in rows], draft),
        years=years,
        lent={**unit, **reading.year_cell(period)},
        spellings=_counted(draft, [number for number, _ in rows]),
        notes=draft.notes,
        problems=(*draft.problems, *told),
    )


def _undated(reading: Reading, year: str, totals: Sequence[tuple[str, ...]]) -> str:
    """The condition that a row is a total without a year, for a query."""
    names = [f"t{at}" for at in range(len(reading.unit_texts))]
    columns = {name: pd.Series([texts[at] for texts in totals], dtype="object") for at, name in enumerate(names)}
    table(reading.con, "totals_by_name", columns)
    return f"(trim({year}) = '' AND ({', '.join(reading.unit_texts)}) IN (SELECT ({', '.join(names)}) FROM totals_by_name))"


def _counted(draft: Draft, numbers: Sequence[int]) -> tuple[Spelling, ...]:
    """The spellings, each with as many rows as the file has of it."""
    many = [number.count if isinstance(number, RowSpan) else 1 for number in numbers]
    return tuple(
        replace(spelling, rows=spelling.rows[:1] * sum(many[index] for index in spelling.rows))
        for spelling in draft.spellings
    )


def _lent_unit(reading: Reading, units: Sequence[Cells], period: str) -> Cells:
    """A municipality that stays one in several rows; another may share its name with a county, and be taken for both."""
    for unit in units[:LENT]:
        rows: list[tuple[int, Cells]] = [
            (at, {**unit, **reading.year_cell(period), reading.values[0]: str(at)}) for at in (1, 2)
        ]
        if set(reading.judge(digest(reading, rows), plain_source(reading)).kinds) == {"unit"}:
            return unit
    return units[0] if units else {}


def _spelled(reading: Reading, rows: Sequence[Cells], draft: Draft) -> tuple[Spelled, ...]:
    codes = dict(zip(draft.cells["index"].tolist(), draft.cells["code"].tolist(), strict=True))
    found: dict[tuple[str, ...], Spelled] = {}
    for at, cells in enumerate(rows):
        texts = tuple("" if place is None else str(cells.get(place) or "") for place in _unit_places(reading))
        kind: RowKind = draft.kinds[at] if draft.kinds else "unusable"
        code = codes.get(at) if kind == "unit" else None
        written = draft.written[at] if draft.written else texts[0]
        found.setdefault(
            texts, Spelled(texts=texts, kind=kind, code=code, written=written)
        )  # A note below keeps no earlier meaning.
    return tuple(found.values())


def _key_groups(reading: Reading, texts: Sequence[str], named: str, where: str = "true") -> list[Group]:
    found = groups(reading.con, texts, where, most=MOST_KEYS)
    if len(found) > MOST_KEYS:
        raise TextError(
            f"The column of the {named} holds more than {MOST_KEYS:,} different texts",
            "Correct the header of that column in the parameters; a list of persons or places is no table of municipalities",
            "too_many_texts",
        )
    return found


def _last_data_row(reading: Reading) -> int:
    places = (*reading.values, *reading.year_cell(""))
    filled = " OR ".join(f"trim({text(position)}) <> ''" for position in places)
    last = one(reading.con, f"SELECT max(r) FROM data WHERE {filled}")
    return int(last) if last is not None else int(one(reading.con, "SELECT max(r) FROM data"))


def _rows_below(reading: Reading) -> list[tuple[int, Cells]]:
    query = f"SELECT r FROM data WHERE r > {_last_data_row(reading):d} ORDER BY r LIMIT {LAST_ROWS}"
    return full_rows(reading, [row[0] for row in reading.con.execute(query).fetchall()])


def full_rows(reading: Reading, numbers: Sequence[int]) -> list[tuple[int, Cells]]:
    """The loaded cells of some rows."""
    found = cells_of(reading.con, reading.loaded, numbers) if numbers else []
    return [(number, dict(zip(reading.loaded, cells, strict=True))) for number, cells in found]


def _unit_places(reading: Reading) -> tuple[int | None, ...]:
    return (reading.columns.unit, reading.columns.county, reading.columns.level)


def _unit_cells(reading: Reading, texts: Sequence[str]) -> Cells:
    return {place: cell for place, cell in zip(_unit_places(reading), texts, strict=True) if place is not None}


def _with_period(
    reading: Reading, spelled: Sequence[Group], units: Sequence[Cells], period: str
) -> list[tuple[int, Cells]]:
    return [(group.span, {**unit, **reading.year_cell(period)}) for group, unit in zip(spelled, units, strict=True)]


def _judged_periods(
    reading: Reading, unit: Cells, periods: Sequence[Group]
) -> tuple[dict[str, int], tuple[Problem, ...]]:
    if reading.columns.period is None:
        return {"": NO_PERIOD}, ()  # The columns tell the years, and every row is of all of them.
    rows: list[tuple[int, Cells]] = [(group.span, {**unit, **reading.year_cell(group.texts[0])}) for group in periods]
    draft = reading.judge(digest(reading, rows), plain_source(reading))
    read = dict(zip(draft.cells["index"].tolist(), draft.cells["period"].tolist(), strict=True))
    years = {periods[at].texts[0]: int(year) for at, year in read.items() if year}
    good = [row for at, row in enumerate(rows) if read.get(at)]
    said = reading.judge(digest(reading, good), plain_source(reading)).problems if good else ()
    return years, tuple(problem for problem in draft.problems if problem not in said)


def plain_source(reading: Reading) -> Source:
    """The source as declared, but for what the digests do not show: conditions, and columns that are added up over."""
    return replace(reading.source, aggregate=None, only_where=())
