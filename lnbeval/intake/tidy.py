"""Intake: all sources of an evaluation to one table of values, with everything set aside, repaired or wrong."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.intake.cells import no_cells
from lnbeval.intake.draft import Draft, file_draft, table_draft
from lnbeval.intake.findings import found_problems
from lnbeval.intake.ledger import (
    counts_table,
    names_table,
    repaired_table,
    row_reasons,
    set_aside_table,
    values_table,
    with_addresses,
)
from lnbeval.intake.repeats import repeat_findings, settled_repeats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lnbeval.intake.problems import Problem
    from lnbeval.intake.source import Source
    from lnbeval.intake.table import RawTable
    from lnbeval.intake.units import Resolver, TotalTest


@dataclass(frozen=True, kw_only=True, eq=False)
class Intake:
    """What the files say, and what became of every row of them.

    Attributes:
        values: code, period, variable, value, file, sheet, cell; NaN where the source says "not reported".
        set_aside: file, sheet, row, cell, reason, content; `cell` is blank where the whole row was set aside.
        names: file, sheet, written, county, code, how, rows; every spelling of a municipality.
        repaired: file, sheet, cell, variable, as_written, value; every text that became a number.
        counts: rows and cells of each source; rows_read = rows_used + rows_set_aside.
        problems: in the order of the sources; see `stop_if_needed`.
    """

    values: pd.DataFrame
    set_aside: pd.DataFrame
    names: pd.DataFrame
    repaired: pd.DataFrame
    counts: pd.DataFrame
    problems: tuple[Problem, ...]


def intake(
    folder: Path,
    sources: Sequence[Source],
    resolve: Resolver,
    is_total: TotalTest,
    answered: Mapping[str, str] = MappingProxyType({}),
) -> Intake:
    """Take in every source from a folder, with all problems of all of them; raises nothing about the data.

    `answered` holds decisions by the name of the question; where none was made, the question is among the problems.
    """
    return _settled([file_draft(folder, source, resolve, is_total, answered) for source in sources], is_total)


def tidy_source(table: RawTable, source: Source, resolve: Resolver, is_total: TotalTest) -> Intake:
    """Take in one table that was read."""
    return _settled([table_draft(table, source, resolve, is_total, {})], is_total)


def _settled(drafts: list[Draft], is_total: TotalTest) -> Intake:
    cells = with_addresses(drafts, settled_repeats(_all_cells(drafts)))
    reasons = [row_reasons(draft, cells.loc[cells["source"] == number]) for number, draft in enumerate(drafts)]
    problems: list[Problem] = []
    for number, draft in enumerate(drafts):
        problems += draft.problems
        problems += found_problems(draft.table, repeat_findings(cells, number, drafts, is_total))
    return Intake(
        values=values_table(cells),
        set_aside=set_aside_table(drafts, cells, reasons),
        names=names_table(drafts),
        repaired=repaired_table(drafts, cells),
        counts=counts_table(drafts, cells, reasons),
        problems=tuple(problems),
    )


def _all_cells(drafts: list[Draft]) -> pd.DataFrame:
    parts = [draft.cells.assign(source=number) for number, draft in enumerate(drafts)]
    return pd.concat(parts, ignore_index=True) if parts else no_cells().assign(source=0)
