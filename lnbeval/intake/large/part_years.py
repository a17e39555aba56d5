"""Years in the names of parts, as in '03/2017': compared with the year of the row."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.large.rows import one, text
from lnbeval.intake.large.telling import told
from lnbeval.intake.table import column_name
from lnbeval.intake.text import MOST_SHOWN, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.problems import Problem

AFTER: Final = {None: (0, 0), "start": (0, 1), "end": (-1, 0)}  # how far months may lie behind the year of a row
DO: Final = "Ask the source which of the two is right; until then it is not known for which year the row counts"


def parts_of_other_years(reading: Reading, named: Sequence[str]) -> list[Problem]:
    """A stop for each row whose part names another year than the row; `named` are the municipalities."""
    return [problem for at in range(len(reading.over)) for problem in _of_column(reading, named, at)]


def _of_column(reading: Reading, named: Sequence[str], at: int) -> list[Problem]:
    columns = set(reading.years_of_columns.values())
    alone = columns.pop() if len(columns) == 1 else 0  # One year of all columns is the year of each row.
    if not one(reading.con, f"SELECT bool_or(year <> 0) FROM over{at}"):
        return []
    position = reading.over[at]
    least, most = AFTER[reading.source.school_year]
    year = f"CASE WHEN v.year = 0 THEN {alone:d} ELSE v.year END"
    rows = (
        f"FROM valued AS v JOIN data USING (r) JOIN over{at} AS p ON p.t = {text(position)} "
        f"WHERE v.role = 0 AND p.year <> 0 AND {year} <> 0 AND p.year - ({year}) NOT BETWEEN {least:d} AND {most:d}"
    )
    count = one(reading.con, f"SELECT count(*) {rows}")
    found = reading.con.execute(f"SELECT r, v.code, {year}, p.word {rows} ORDER BY r LIMIT {MOST_SHOWN}").fetchall()
    column = quoted(column_name(reading.head, position))
    problems = []
    for row, code, of, word in found:
        what = f"{quoted(word)} in column {column} is of another year than its row, which is of {of}"
        problem = told(reading, [row], position, "STOP", what, DO, "part_of_another_year")
        problems.append(replace(problem, municipality=named[code], year=str(of)))
    rest = count - len(found)
    what = f"{rest:,} more rows of the same kind ({count:,} in all)"
    more = told(reading, [], position, "STOP", what, DO, "part_of_another_year")
    return [*problems, *([replace(more, more=rest)] if rest else [])]
