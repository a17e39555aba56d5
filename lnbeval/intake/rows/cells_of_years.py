"""Cells where each year has columns of its own: as if each year were a table, one below the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.intake.rows.cells import RowKeys, no_cells, row_keys, source_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lnbeval.intake.figures.numbers import Fault, NumberRules
    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.rows.findings import Finding
    from lnbeval.intake.rows.units import Units
    from lnbeval.intake.table import RawTable


def cells_of_years(
    table: RawTable,
    columns: Columns,
    units: Units,
    rules: Mapping[int, NumberRules],
    read_year: Callable[[object], int | Fault],
) -> tuple[pd.DataFrame, list[Finding], list[Problem]]:
    """One line per data row and variable, and year where years stand across columns; see `source_cells`."""
    if columns.period is None:
        return _cells_by_column(table, columns, units, rules)
    keys, unread = row_keys(table, columns, units, read_year)
    cells, found, told = source_cells(table, columns, keys, rules)
    return cells, [*unread, *found], told


def _cells_by_column(
    table: RawTable, columns: Columns, units: Units, rules: Mapping[int, NumberRules]
) -> tuple[pd.DataFrame, list[Finding], list[Problem]]:
    data = tuple(index for index, kind in enumerate(units.kinds) if kind in {"unit", "unusable"})
    year_at = {position: label.year for position, label in columns.labels}
    frames: list[pd.DataFrame] = []
    findings: list[Finding] = []
    warnings: list[Problem] = []
    for year in sorted(set(year_at.values())):
        own = replace(columns, variables=tuple(item for item in columns.variables if year_at.get(item[1]) == year))
        keys = RowKeys(
            index=data,
            code=tuple(units.codes[index] for index in data),
            period=(year,) * len(data),
            written=tuple(units.written[index] for index in data),
            year=(str(year),) * len(data),
        )
        cells, found, told = source_cells(table, own, keys, rules)
        frames.append(cells)
        findings += found
        warnings += told
    return pd.concat(frames, ignore_index=True) if frames else no_cells(), findings, warnings
