"""Repeats: values told twice for one municipality, year and variable, in one source or in two."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lnbeval.intake.figures.numbers import Fault
from lnbeval.intake.rows.findings import Finding
from lnbeval.intake.table import address

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from lnbeval.intake.draft import Draft
    from lnbeval.intake.resolver import TotalTest

KEY = ["code", "period", "variable"]
LIVE = ("used", "missing", "bounded")


@dataclass(frozen=True)
class Line:
    """One line of the cells of all sources."""

    source: int
    index: int
    position: int
    variable: str
    value: float
    low: float
    high: float
    municipality: str
    year: str
    first: int


def settled_repeats(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with `first`, the line that told the value before (-1: none), and the fate of those that came later.

    The first telling of the lowest rank stays; another becomes `duplicate` when it says the same, `outranked` when it does
    not and its source has a higher rank, `conflict` otherwise.
    """
    settled = cells.assign(first=-1)
    live = cells.loc[cells["fate"].isin(LIVE)]
    if not live.duplicated(KEY).any():
        return settled
    live = live.sort_values("rank", kind="stable")
    order = live.index.to_series()
    first = order.groupby([live[column] for column in KEY], sort=False).transform("first")
    repeated = first[first != order]
    told = ["value", "low", "high"]
    values, before = cells.loc[repeated.index, told].to_numpy(), cells.loc[repeated, told].to_numpy()
    same = ((values == before) | ((values != values) & (before != before))).all(axis=1)  # noqa: PLR0124 - NaN repeats NaN
    settled.loc[repeated.index, "first"] = repeated
    settled.loc[repeated.index[same], "fate"] = "duplicate"
    outranked = cells.loc[repeated.index, "rank"].to_numpy() > cells.loc[repeated, "rank"].to_numpy()
    settled.loc[repeated.index[~same & outranked], "fate"] = "outranked"
    settled.loc[repeated.index[~same & ~outranked], "fate"] = "conflict"
    return settled


def repeat_findings(cells: pd.DataFrame, source: int, drafts: Sequence[Draft], is_total: TotalTest) -> list[Finding]:
    """Findings about one source: a stop for each value that contradicts another, a warning for each repeated row.

    A value that gives way to a source with a lower rank is a note.
    """
    own = cells.loc[cells["source"] == source]
    conflicts = own.loc[own["fate"] == "conflict"]
    outranked = own.loc[own["fate"] == "outranked"]
    duplicates = own.loc[own["fate"] == "duplicate"].drop_duplicates("index")
    twice = [conflicts, outranked, duplicates]
    lines = _lines(drafts, cells, [label for part in twice for label in (*part.index, *part["first"])])
    findings: list[Finding] = []
    for at in conflicts.index:
        here, before = lines[at], lines[lines[at].first]
        findings.append(_finding(here, here.position, _conflict(here, before, drafts, is_total)))
    for at in outranked.index:
        here, before = lines[at], lines[lines[at].first]
        findings.append(_finding(here, here.position, _outranked(here, before, drafts)))
    for at in duplicates.index:
        here, before = lines[at], lines[lines[at].first]
        findings.append(_finding(here, None, _duplicate(here, before, drafts)))
    return findings


def _lines(drafts: Sequence[Draft], cells: pd.DataFrame, labels: Iterable[int]) -> dict[int, Line]:
    columns = ["source", "index", "position", "variable", "value", "low", "high", "period", "first"]
    wanted = cells.loc[list(dict.fromkeys(labels)), columns]
    return {
        label: Line(
            source, index, position, variable, value, low, high, drafts[source].written[index], str(period), first
        )
        for label, source, index, position, variable, value, low, high, period, first in wanted.itertuples(name=None)
    }


def _finding(line: Line, position: int | None, fault: Fault) -> Finding:
    return Finding(index=line.index, position=position, fault=fault, municipality=line.municipality, year=line.year)


def _conflict(here: Line, before: Line, drafts: Sequence[Draft], is_total: TotalTest) -> Fault:
    what = (
        f"{here.variable} is {_shown(here)} here ({here.municipality}), but {_shown(before)} in "
        f"{_place(drafts, before, here)} ({before.municipality}), for the same municipality and year"
    )
    do = "Keep one of the two: correct the file, take the variable from one source only"
    do += ", or give each source its `priority` (1 goes first)" if here.source != before.source else ""
    if is_total(here.municipality) or is_total(before.municipality):
        do += "; one of them may be the total of the county of that name"
    return Fault(kind="told_twice_differently", what=what, do=do, alike=f"{here.variable} told twice, differently")


def _outranked(here: Line, before: Line, drafts: Sequence[Draft]) -> Fault:
    what = (
        f"{here.variable} is {_shown(here)} here, but {_shown(before)} in {_place(drafts, before, here)}, whose source goes "
        "before this one by its priority"
    )
    do = "Nothing, if the priority is meant; the value here was set aside"
    alike = f"{here.variable} gives way to another source"
    return Fault(kind="outranked", what=what, do=do, severity="NOTE", alike=alike)


def _duplicate(here: Line, before: Line, drafts: Sequence[Draft]) -> Fault:
    what = f"Tells the same as {_place(drafts, before, here)}; the later one was set aside"
    do = "Nothing, if it was copied twice; otherwise ask the source which municipality or year was meant"
    return Fault(kind="told_twice", what=what, do=do, severity="WARN")


def _place(drafts: Sequence[Draft], line: Line, seen_from: Line) -> str:
    table = drafts[line.source].table
    where = address(table, line.index, line.position)
    if line.source == seen_from.source:
        return where
    sheet = f", sheet {table.sheet}" if table.sheet else ""
    return f"{table.file}{sheet}, {where}"


def _shown(line: Line) -> str:
    if not math.isnan(line.low):
        return f"between {line.low:,.12g} and {line.high:,.12g}"
    return "not reported" if math.isnan(line.value) else f"{line.value:,}".removesuffix(".0")
