"""Cells: one line for each value a source declares, with what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lnbeval.intake.findings import Finding
from lnbeval.intake.numbers import Fault, number_rules, read_numbers, read_period
from lnbeval.intake.table import RawTable, column_cells
from lnbeval.intake.text import cell_text, mapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.headers import Columns
    from lnbeval.intake.numbers import NumberRules
    from lnbeval.intake.source import Source
    from lnbeval.intake.units import Units

# fate: used | missing (declared) | condition (not met) | stopped (a fault) | duplicate | conflict
CELL_TYPES = {
    "index": "int64",
    "position": "int64",
    "code": "object",
    "period": "int64",
    "variable": "object",
    "value": "float64",
    "fate": "object",
}
NO_PERIOD = 0


@dataclass(frozen=True, kw_only=True)
class RowKeys:
    """What the data rows are about, side by side: code None and period NO_PERIOD where they could not be read."""

    index: tuple[int, ...]
    code: tuple[str | None, ...]
    period: tuple[int, ...]
    written: tuple[str, ...]
    year: tuple[str, ...]


def row_keys(table: RawTable, columns: Columns, units: Units) -> tuple[RowKeys, list[Finding]]:
    """The keys of the rows that hold values of a municipality, and a finding for each without a readable year."""
    data = [index for index, kind in enumerate(units.kinds) if kind in {"unit", "unusable"}]
    cells = column_cells(table, columns.period or 0)
    read, texts = mapped(read_period, cells), mapped(cell_text, cells)
    findings = [
        Finding(
            index=index,
            position=columns.period,
            fault=fault,
            municipality=units.written[index],
            year=texts[index],
        )
        for index in data
        if isinstance(fault := read[index], Fault)
    ]
    periods = [NO_PERIOD if isinstance(year, Fault) else year for year in read]
    keys = RowKeys(
        index=tuple(data),
        code=tuple(units.codes[index] for index in data),
        period=tuple(periods[index] for index in data),
        written=tuple(units.written[index] for index in data),
        year=tuple(texts[index] for index in data),
    )
    return keys, findings


def source_cells(
    table: RawTable, source: Source, columns: Columns, keys: RowKeys
) -> tuple[pd.DataFrame, list[Finding]]:
    """One line per data row and variable (CELL_TYPES), and a finding for each cell that cannot be a number."""
    rules = number_rules(source)
    frames: list[pd.DataFrame] = []
    findings: list[Finding] = []
    for variable, position in columns.variables:
        frame, faults = _variable_cells(table, columns, keys, variable, position, rules)
        frames.append(frame)
        findings += [
            Finding(
                index=keys.index[line],
                position=position,
                fault=fault,
                municipality=keys.written[line],
                year=keys.year[line],
            )
            for line, fault in faults.items()
        ]
    return pd.concat(frames, ignore_index=True) if frames else no_cells(), findings


def no_cells() -> pd.DataFrame:
    """The table of cells of a source that gave none."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in CELL_TYPES.items()})


def condition_met(table: RawTable, columns: Columns, variable: str) -> list[bool]:
    """Of each row, whether its value of a variable counts."""
    met = [True] * len(table.rows)
    for name, position, text in columns.conditions:
        if name == variable:
            found = mapped(cell_text, column_cells(table, position))
            met = [before and value == text for before, value in zip(met, found, strict=True)]
    return met


def _variable_cells(
    table: RawTable, columns: Columns, keys: RowKeys, variable: str, position: int, rules: NumberRules
) -> tuple[pd.DataFrame, dict[int, Fault]]:
    counts = condition_met(table, columns, variable)
    met = np.array([counts[index] for index in keys.index], dtype=bool)
    cells = column_cells(table, position)
    values, faults = read_numbers([cells[index] for index in keys.index], rules)
    faults = {line: fault for line, fault in faults.items() if met[line]}
    read = np.where(met, np.array(values, dtype=float), np.nan)
    cells_of = {
        "index": np.array(keys.index, dtype="int64"),
        "position": np.full(len(met), position, dtype="int64"),
        "code": pd.Series(keys.code, dtype=object),
        "period": np.array(keys.period, dtype="int64"),
        "variable": pd.Series([variable] * len(met), dtype=object),
        "value": read,
        "fate": pd.Series(_fates(keys, read, met, list(faults)), dtype=object),
    }
    return pd.DataFrame(cells_of), faults


def _fates(keys: RowKeys, values: np.ndarray, met: np.ndarray, stopped: Sequence[int]) -> np.ndarray:
    fates = np.where(np.isnan(values), "missing", "used").astype(object)
    fates[[code is None or period == NO_PERIOD for code, period in zip(keys.code, keys.period, strict=True)]] = (
        "stopped"
    )
    fates[list(stopped)] = "stopped"
    fates[~met] = "condition"
    return fates
