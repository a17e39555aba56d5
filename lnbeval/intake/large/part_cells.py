"""Cells of parts: what each row that is added up tells, so that a later delivery can be compared cell by cell."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.intake.large.numbers import BOUNDED, MISSING, USED
from lnbeval.intake.large.rows import one
from lnbeval.intake.table import cell_addresses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Reading

MOST_ROWS: Final = 200_000  # of a file whose parts are held; of a larger one only the sums are
PART_COLUMNS: Final = (
    *("file", "sheet", "cell", "code", "period", "variable"),
    *("part", "part_key"),  # as written, and the same for all ways to write it
    *("value", "low", "high"),
)


def no_parts() -> pd.DataFrame:
    """The table of parts where there are none (PART_COLUMNS)."""
    kinds = dict.fromkeys(PART_COLUMNS, "str") | {
        "period": "int64",
        "value": "float64",
        "low": "float64",
        "high": "float64",
    }
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def part_cells(reading: Reading, codes: Sequence[str], bounded: frozenset[int]) -> pd.DataFrame | None:
    """Every cell that is added up, or would be if it told a number (PART_COLUMNS); None of a file too large to hold them.

    `codes` are the codes by the numbers of the municipalities, `bounded` the variables with cells that are bounds.
    """
    if one(reading.con, "SELECT count(*) FROM data") > MOST_ROWS:
        return None
    tables = [_of_variable(reading, at, codes, bounded) for at in range(len(reading.columns.variables))]
    filled = [table for table in tables if not table.empty]
    return pd.concat([no_parts(), *filled], ignore_index=True) if filled else no_parts()


def _of_variable(reading: Reading, at: int, codes: Sequence[str], bounded: frozenset[int]) -> pd.DataFrame:
    variable, position = reading.columns.variables[at]
    over = range(len(reading.over))
    ends = f"l{at}, h{at}" if at in bounded else "NULL, NULL"
    rows = reading.con.execute(
        f"SELECT r, code, year, v{at}, {ends}, {', '.join(f'o{n}' for n in over)} FROM valued "
        f"WHERE role = 0 AND f{at} IN ({USED}, {MISSING}, {BOUNDED}) ORDER BY r"
    ).fetchall()
    words = [_words(reading, number) for number in over]
    parts = [[words[number].get(part, ("", "")) for number, part in enumerate(row[6:])] for row in rows]
    at_rows = replace(reading.head, row_numbers=tuple(row[0] for row in rows))
    year = reading.years_of_columns.get(position, 0)
    table = pd.DataFrame(
        {
            "file": reading.head.file,
            "sheet": reading.head.sheet,
            "cell": cell_addresses(at_rows, range(len(rows)), position),
            "code": [codes[row[1]] for row in rows],
            "period": [row[2] or year for row in rows],
            "variable": variable,
            "part": [", ".join(word for word, _ in names) for names in parts],
            "part_key": [" | ".join(key for _, key in names) for names in parts],
            **{name: [row[3 + n] for row in rows] for n, name in enumerate(("value", "low", "high"))},
        },
    )
    return table.astype(no_parts().dtypes.to_dict())


def _words(reading: Reading, number: int) -> dict[int, tuple[str, str]]:
    """Of each part of a column its name as first written, and its key."""
    rows = reading.con.execute(f"SELECT id, word, key FROM over{number} ORDER BY rowid DESC").fetchall()
    return {part: (word, key) for part, word, key in rows}
