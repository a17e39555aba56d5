"""Repeats: values told twice for one municipality, year and variable, in one source or in two."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lnbeval.intake.findings import Finding
from lnbeval.intake.numbers import Fault
from lnbeval.intake.table import address

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from lnbeval.intake.draft import Draft
    from lnbeval.intake.units import TotalTest

KEY = ["code", "period", "variable"]
LIVE = ("used", "missing")


@dataclass(frozen=True)
class Line:
    """One line of the cells of all sources."""

    source: int
    index: int
    position: int
    variable: str
    value: float
    municipality: str
    year: str
    first: int


def settled_repeats(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with `first`, the line that told the value before (-1: none), and the fate of those that came later.

    The first telling stays; a later one becomes `duplicate` when it says the same, `conflict` when it does not.
    """
    settled = cells.assign(first=-1)
    live = cells.loc[cells["fate"].isin(LIVE)]
    if not live.duplicated(KEY).any():
        return settled
    order = live.index.to_series()
    first = order.groupby([live[column] for column in KEY], sort=False).transform("first")
    repeated = first[first != order]
    values, before = cells.loc[repeated.index, "value"].to_numpy(), cells.loc[repeated, "value"].to_numpy()
    same = (values == before) | ((values != values) & (before != before))  # noqa: PLR0124 - NaN repeats NaN
    settled.loc[repeated.index, "first"] = repeated
    settled.loc[repeated.index[same], "fate"] = "duplicate"
    settled.loc[repeated.index[~same], "fate"] = "conflict"
    return settled


def repeat_findings(cells: pd.DataFrame, source: int, drafts: Sequence[Draft], is_total: TotalTest) -> list[Finding]:
    """Findings about one source: a stop for each value that contradicts another, a warning for each repeated row."""
    own = cells.loc[cells["source"] == source]
    conflicts = own.loc[own["fate"] == "conflict"]
    duplicates = own.loc[own["fate"] == "duplicate"].drop_duplicates("index")
    lines = _lines(drafts, cells, [*conflicts.index, *conflicts["first"], *duplicates.index, *duplicates["first"]])
    findings: list[Finding] = []
    for at in conflicts.index:
        here, before = lines[at], lines[lines[at].first]
        findings.append(_finding(here, here.position, _conflict(here, before, drafts, is_total)))
    for at in duplicates.index:
        here, before = lines[at], lines[lines[at].first]
        findings.append(_finding(here, None, _duplicate(here, before, drafts)))
    return findings


def _lines(drafts: Sequence[Draft], cells: pd.DataFrame, labels: Iterable[int]) -> dict[int, Line]:
    columns = ["source", "index", "position", "variable", "value", "period", "first"]
    wanted = cells.loc[list(dict.fromkeys(labels)), columns]
    return {
        label: Line(source, index, position, variable, value, drafts[source].written[index], str(period), first)
        for label, source, index, position, variable, value, period, first in wanted.itertuples(name=None)
    }


def _finding(line: Line, position: int | None, fault: Fault) -> Finding:
    return Finding(index=line.index, position=position, fault=fault, municipality=line.municipality, year=line.year)


def _conflict(here: Line, before: Line, drafts: Sequence[Draft], is_total: TotalTest) -> Fault:
    what = (
        f"{here.variable} is {_shown(here.value)} here ({here.municipality}), but {_shown(before.value)} in "
        f"{_place(drafts, before, here)} ({before.municipality}), for the same municipality and year"
    )
    do = "Keep one of the two: correct the file, or take the variable from one source only"
    if is_total(here.municipality) or is_total(before.municipality):
        do += "; one of them may be the total of the county of that name"
    return Fault(kind=f"{here.variable} told twice, differently", what=what, do=do)


def _duplicate(here: Line, before: Line, drafts: Sequence[Draft]) -> Fault:
    what = f"Tells the same as {_place(drafts, before, here)}; the later one was set aside"
    do = "Nothing, if it was copied twice; otherwise ask the source which municipality or year was meant"
    return Fault(kind="told twice", what=what, do=do, severity="WARN")


def _place(drafts: Sequence[Draft], line: Line, seen_from: Line) -> str:
    table = drafts[line.source].table
    where = address(table, line.index, line.position)
    if line.source == seen_from.source:
        return where
    sheet = f", sheet {table.sheet}" if table.sheet else ""
    return f"{table.file}{sheet}, {where}"


def _shown(value: float) -> str:
    return "not reported" if math.isnan(value) else repr(float(value)).removesuffix(".0")
