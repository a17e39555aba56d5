"""Rows of large files that are not added up: counted by kind, and listed with what stands in them."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lnbeval.intake.accounts import KINDS, MOST_LISTED, NOT_USABLE, TOLD_TWICE
from lnbeval.intake.conditions import UNMET
from lnbeval.intake.large.digest import full_rows
from lnbeval.intake.large.numbers import CONDITION, REPEATED
from lnbeval.intake.large.rows import FIRST_ROWS, one
from lnbeval.intake.large.telling import told
from lnbeval.intake.rows.person_numbers import WITHHELD, leads_to_person
from lnbeval.intake.spans import RowSpan
from lnbeval.intake.table import every_cell
from lnbeval.intake.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lnbeval.intake.large.digest import Cells, Reading
    from lnbeval.intake.problems import Problem

KIND: Final = """CASE WHEN role = 1 AND year IS NOT NULL THEN 0 WHEN role = 1 THEN 1 WHEN role = 3 THEN 2 WHEN role = 5 THEN 3
WHEN role = 6 THEN 4 WHEN kind = 'note' THEN 5 WHEN kind = 'left_out' THEN 6 WHEN role = 4 THEN 8 ELSE 7 END"""
SAID: Final = (  # by number of the kind: in a note, and as the reason in the list
    ("of totals", KINDS["total"]),
    ("of totals without a year", KINDS["total"]),
    ("of totals over the parts", "total over the parts"),
    ("of parts of other parts", "part of another part"),
    ("of parts set aside by a decision", "part set aside by a decision"),
    ("of notes", KINDS["note"]),
    ("left out, as decided", KINDS["left_out"]),
    ("without a municipality that is known", NOT_USABLE),
    ("without a year", NOT_USABLE),
    ("told twice", TOLD_TWICE),
    ("where the condition is not met", UNMET),
)
AGAIN, ELSE = 9, 10


@dataclass(frozen=True, kw_only=True)
class RowsAside:
    """Rows of one kind that are not added up."""

    kind: int
    source: str  # for a query, as `where` is
    where: str
    span: RowSpan


def used_rows(reading: Reading) -> str:
    """The condition that a row in `valued` is added up, for a query."""
    return f"role = 0 AND ({' OR '.join(f'f{at} < {CONDITION}' for at in range(len(reading.columns.variables)))})"


def rows_aside(reading: Reading) -> list[RowsAside]:
    """The rows that are not added up, by kind."""
    twice = " OR ".join(f"f{at} = {REPEATED}" for at in range(len(reading.columns.variables)))
    valued = f"CASE WHEN {twice} THEN {AGAIN} ELSE {ELSE} END"
    found = [
        RowsAside(kind=kind, source=source, where=f"{where} AND ({number}) = {kind}", span=span)
        for source, where, number in (
            ("keyed", "role <> 0", KIND),
            ("valued", f"role = 0 AND NOT ({used_rows(reading)})", valued),
        )
        for kind, span in _kinds(reading, source, where, number)
    ]
    return sorted(found, key=lambda rows: rows.kind)


def _kinds(reading: Reading, source: str, where: str, number: str) -> list[tuple[int, RowSpan]]:
    rows = reading.con.execute(
        f"SELECT ({number}) AS k, count(*), min(r, {FIRST_ROWS}), max(r) FROM {source} WHERE {where} GROUP BY k"
    ).fetchall()
    return [(kind, RowSpan(first, last=last, count=count)) for kind, count, first, last in rows]


def reconciled(reading: Reading, found: Sequence[RowsAside]) -> list[Problem]:
    """A note with counts of rows that reconcile."""
    con = reading.con
    read, blank = one(con, "SELECT count(*) FROM data"), blank_rows(reading)
    left = sum(rows.span.count for rows in found)
    years = one(con, "SELECT count(DISTINCT (code, year)) FROM valued WHERE role = 0")
    years *= len(set(reading.years_of_columns.values())) or 1
    reasons = f" ({listed(f'{rows.span.count:,} {SAID[rows.kind][0]}' for rows in found)})" if found else ""
    by = "averaged" if reading.source.aggregate and reading.source.aggregate.by == "mean" else "added up"
    what = f"{read:,} rows read = {read - left:,} {by} to {years:,} municipality-years + {left:,} set aside{reasons}"
    blanks = "1 blank row" if blank == 1 else f"{blank:,} blank rows"
    return [told(reading, [], None, "NOTE", f"{what}; {blanks}", "", "rows_added_up")]


def blank_rows(reading: Reading) -> int:
    """How many blank rows stand below the header."""
    return int(one(reading.con, f"SELECT count_if(blank) FROM raw WHERE rowid >= {reading.header_row:d}"))


def listed_rows(reading: Reading, found: Sequence[RowsAside]) -> list[tuple[Any, ...]]:
    """Every row that is not added up with what stands in it, in the order of the file; one line for each kind of very many."""
    if sum(rows.span.count for rows in found) > MOST_LISTED:
        return [(int(rows.span), "", _reason(rows), f"rows {rows.span}", rows.span.count) for rows in found]
    reasons = {
        number: _reason(rows)
        for rows in found
        for (number,) in reading.con.execute(f"SELECT r FROM {rows.source} WHERE {rows.where}").fetchall()
    }
    contents = full_rows(reading, sorted(reasons))
    return [(number, "", reasons[number], row_content(reading, cells), 1) for number, cells in contents]


def _reason(rows: RowsAside) -> str:
    return SAID[rows.kind][1]


def row_content(reading: Reading, cells: Cells) -> str:
    """What the declared columns of a row hold, and nothing that leads to a person."""
    return every_cell(_shown(reading, (str(cells.get(at) or "") for at in reading.loaded)))


def shown_text(reading: Reading, written: str) -> str:
    """A text of a cell; nothing that leads to a person."""
    return WITHHELD if leads_to_person(written, reading.persons) else written


def _shown(reading: Reading, cells: Iterable[str]) -> list[object]:
    return [WITHHELD if leads_to_person(cell, reading.persons) else cell for cell in map(reading.plain.cell, cells)]
