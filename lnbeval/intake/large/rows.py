"""Rows of any number in a database on disk: loaded once, then grouped and joined within a bounded memory."""

# The parts of a query are numbers of columns and names of our own; what a file holds comes in as a parameter or as a table.
# ruff: noqa: S608

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.intake.files.encodings import TextError
from lnbeval.intake.spans import RowSpan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from lnbeval.intake.large.text import Plain

MEMORY: Final = "400MB"  # of the database; the whole process stays below a gigabyte
THREADS: Final = 2
SPARE: Final = (
    8  # columns beyond the header that are looked at, so that a stray cell is told and not a fault of the parser
)
FIRST_ROWS: Final = 3  # row numbers named of a group
AT_LINE: Final = re.compile(r"CSV Error on Line: (\d+)")
NO_NULL: Final = (
    "\ue001"  # a text that no file holds: a blank cell stays a blank text, a cell that is not there is NULL
)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows that have the same texts in some columns."""

    texts: tuple[str, ...]
    span: RowSpan


@contextmanager
def database(folder: Path) -> Iterator[DuckDBPyConnection]:
    """An empty database in a folder, with bounds on what it may use."""
    import duckdb  # noqa: PLC0415 - a tenth of a second, and most sources are small

    config: dict[str, Any] = {
        "memory_limit": MEMORY,
        "threads": THREADS,
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": True,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(str(folder / "rows.duckdb"), config=config)
    connection.execute("SET enable_progress_bar = false")  # on a terminal it would stand among the findings
    try:
        yield connection
    finally:
        connection.close()


def load(
    con: DuckDBPyConnection, plain: Plain, columns: Sequence[int], headed: int, header_row: int, apart: Sequence[int]
) -> None:
    """Load the columns at some positions into `data`, which numbers its rows (`r`) as a spreadsheet does.

    Raises TextError when the lines do not divide into as many rows.
    """
    import duckdb  # noqa: PLC0415

    names = [f"c{position}" for position in range(headed + SPARE)]
    beyond = ", ".join(names[headed:])
    kept = ", ".join(f"c{position}" for position in columns)
    kept_first = text(columns[0])
    typed = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    try:
        con.execute(
            f"CREATE TABLE raw AS SELECT {kept}, "
            f"CASE WHEN c{headed} IS NULL THEN false ELSE trim(concat_ws('', {beyond})) <> '' END AS beyond, "
            f"c{headed - 1} IS NULL AND c1 IS NOT NULL AS short, "
            f"CASE WHEN trim({kept_first}) <> '' THEN false ELSE trim(concat_ws('', {', '.join(names)})) = '' END AS blank "
            "FROM read_csv($path, auto_detect=false, header=false, all_varchar=true, delim=$delimiter, quote='', escape='', "
            "null_padding=true, nullstr=$no_null, strict_mode=true, new_line='\\n', encoding='utf-8', "
            f"columns={{{typed}}})",
            {"path": str(plain.path), "delimiter": plain.delimiter, "no_null": NO_NULL},
        )
    except duckdb.Error as fault:
        raise _indivisible(str(fault)) from fault
    rows = one(con, "SELECT count(*) FROM raw")
    if rows != plain.records:
        what = f"Only {rows:,} of {plain.records:,} rows could be divided into cells"
        raise TextError(what, "Save the table again", "rows_not_divided")
    left_out = "".join(f" AND rowid <> {number - 1:d}" for number in apart)  # rows of the layout that are no data
    con.execute(
        "CREATE VIEW data AS SELECT rowid + 1 AS r, * EXCLUDE (blank) FROM raw "
        f"WHERE rowid >= {header_row:d} AND NOT blank{left_out}"
    )


def _indivisible(fault: str) -> TextError:
    found = AT_LINE.search(fault)
    where = f"Row {found[1]}" if found else "A row"
    return TextError(
        f"{where} cannot be divided into the columns of the header",
        "Look for cells that hold the delimiter, and save the table again as CSV UTF-8",
        "rows_not_divided",
    )


def one(con: DuckDBPyConnection, query: str) -> Any:  # noqa: ANN401 - whatever the query asks for
    """The one value that a query answers with."""
    # All rows are fetched: a result that is not at its end would hold the connection.
    rows = con.execute(query).fetchall()
    return rows[0][0] if rows else None


def groups(
    con: DuckDBPyConnection, texts: Sequence[str], where: str = "true", *, source: str = "data", most: int
) -> list[Group]:
    """Groups of rows with the same texts, in the order of the file; one more than `most` shows that there are more."""
    listed = ", ".join(f"{text} AS t{at}" for at, text in enumerate(texts))
    rows = con.execute(
        f"SELECT {listed}, count(*), min(r, {FIRST_ROWS}), max(r), min(r) FROM {source} WHERE {where} "
        f"GROUP BY {', '.join(f't{at}' for at in range(len(texts)))} ORDER BY min(r) LIMIT {most + 1}"
    ).fetchall()
    wide = len(texts)
    return [
        Group(texts=tuple(row[:wide]), span=RowSpan(row[wide + 1], last=row[wide + 2], count=row[wide])) for row in rows
    ]


def cells_of(con: DuckDBPyConnection, columns: Sequence[int], rows: Sequence[int]) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of some numbers: number, and the cells of some columns."""
    table(con, "wanted", {"r": pd.Series([int(row) for row in rows], dtype="int64")})
    named = ", ".join(f"c{position}" for position in columns)
    found = con.execute(f"SELECT r, {named} FROM data SEMI JOIN wanted USING (r) ORDER BY r").fetchall()
    return [(row[0], row[1:]) for row in found]


def table(con: DuckDBPyConnection, name: str, columns: Mapping[str, pd.Series[Any]]) -> None:
    """Put a table of our own into the database."""
    frame = pd.DataFrame(columns)
    con.register("frame_of_ours", frame)
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM frame_of_ours")
    con.unregister("frame_of_ours")


def text(position: int | None) -> str:
    """A column as text that is never NULL, for a query; blank where there is no such column."""
    return "''" if position is None else f"coalesce(c{position}, '')"
