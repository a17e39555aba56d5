"""Drafts: one source read and tidied on its own, before it is held against the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lnbeval.intake.cells import no_cells, row_keys, source_cells
from lnbeval.intake.findings import found_problems
from lnbeval.intake.headers import located
from lnbeval.intake.person_level import personal_columns, refusal
from lnbeval.intake.problems import UnreadableError
from lnbeval.intake.read import read_source
from lnbeval.intake.table import RawTable
from lnbeval.intake.totals import total_findings
from lnbeval.intake.units import row_units

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from lnbeval.intake.problems import Problem
    from lnbeval.intake.source import Source
    from lnbeval.intake.units import Resolver, RowKind, Spelling, TotalTest


@dataclass(frozen=True, kw_only=True, eq=False)
class Draft:
    """One source: its table, its cells with their fates, and what is known of its rows and names."""

    table: RawTable
    cells: pd.DataFrame = field(default_factory=no_cells)  # one line per data row and variable
    kinds: tuple[RowKind, ...] = ()  # one per row; empty when the table could not be used at all
    written: tuple[str, ...] = ()  # the municipality of each row, as written
    spellings: tuple[Spelling, ...] = ()
    problems: tuple[Problem, ...] = ()
    withheld: bool = False  # data on persons: no content may leave the file


def file_draft(
    folder: Path, source: Source, resolve: Resolver, is_total: TotalTest, answered: Mapping[str, str]
) -> Draft:
    """Draft of a source; one that cannot be read gives an empty draft with the problem."""
    try:
        table = read_source(folder / source.file, source)
    except UnreadableError as fault:
        return Draft(table=RawTable(file=source.file, sheet=source.sheet or ""), problems=(fault.problem,))
    return table_draft(table, source, resolve, is_total, answered)


def table_draft(
    table: RawTable,
    source: Source,
    resolve: Resolver,
    is_total: TotalTest,
    answered: Mapping[str, str],  # noqa: ARG001
) -> Draft:
    """Draft of a table that was read. A table on persons is turned away before any cell is looked at."""
    persons = personal_columns(table)
    if persons:
        return Draft(table=table, problems=(refusal(table, persons),), withheld=True)
    columns, problems = located(table, source)
    if columns.unit is None or columns.period is None:
        return Draft(table=table, problems=(*table.problems, *problems))
    units = row_units(table, columns, resolve, is_total)
    keys, year_findings = row_keys(table, columns, units)
    cells, cell_findings = source_cells(table, source, columns, keys)
    total = total_findings(table, source, columns, units, cells)
    found = found_problems(table, [*year_findings, *cell_findings, *total])
    return Draft(
        table=table,
        cells=cells,
        kinds=units.kinds,
        written=units.written,
        spellings=units.spellings,
        problems=(*table.problems, *problems, *units.problems, *found),
    )
