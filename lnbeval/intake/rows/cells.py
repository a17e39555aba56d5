"""Cells: one line for each value a source declares, with what became of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lnbeval.intake.figures.bounds import column_bounds
from lnbeval.intake.figures.faults import UNSETTLED, mixed_units, shares_among_figures
from lnbeval.intake.figures.numbers import Fault, read_numbers, read_period
from lnbeval.intake.figures.told_cells import told_problems
from lnbeval.intake.rows.findings import Finding
from lnbeval.intake.table import RawTable, column_cells
from lnbeval.intake.text import cell_text, mapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lnbeval.intake.figures.numbers import Column, NumberRules, Told
    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.rows.units import Units

# fate: used | missing (blank, or by a word) | bounded (a bound or range) | condition (not met) | silent (not met, and nothing is
# reported either) | stopped (a fault) | duplicate | conflict
CELL_TYPES = {
    "index": "int64",
    "position": "int64",
    "code": "object",
    "period": "int64",
    "variable": "object",
    "value": "float64",
    "low": "float64",
    "high": "float64",
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


def row_keys(
    table: RawTable, columns: Columns, units: Units, read_year: Callable[[object], int | Fault] = read_period
) -> tuple[RowKeys, list[Finding]]:
    """The keys of the rows that hold values of a municipality, and a finding for each without a readable year."""
    data = [index for index, kind in enumerate(units.kinds) if kind in {"unit", "unusable"}]
    cells = column_cells(table, columns.period or 0)
    read, texts = mapped(read_year, cells), mapped(cell_text, cells)
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
    table: RawTable, columns: Columns, keys: RowKeys, rules: Mapping[int, NumberRules]
) -> tuple[pd.DataFrame, list[Finding], list[Problem]]:
    """One line per data row and variable (CELL_TYPES), a finding for each cell that cannot be a number, and warnings.

    `rules` are of each column, by position.
    """
    frames: list[pd.DataFrame] = []
    findings: list[Finding] = []
    told: dict[int, dict[int, Told]] = {}
    for variable, position in columns.variables:
        frame, faults, own = _variable_cells(table, columns, keys, variable, position, rules[position])
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
            if fault.kind != UNSETTLED
        ]
        told.setdefault(position, {}).update({keys.index[line]: one for line, one in own.items()})
    warnings = [problem for position, own in told.items() for problem in told_problems(table, position, own)]
    return pd.concat(frames, ignore_index=True) if frames else no_cells(), findings, warnings


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
) -> tuple[pd.DataFrame, dict[int, Fault], dict[int, Told]]:
    counts = condition_met(table, columns, variable)
    met = np.array([counts[index] for index in keys.index], dtype=bool)
    cells = column_cells(table, position)
    column = read_numbers([cells[index] for index in keys.index], rules)
    told = {line: one for line, one in column.told.items() if met[line]}
    faults = {line: fault for line, fault in column.faults.items() if met[line]} | mixed_units(told)
    plain = int(np.isfinite(np.array(column.values, dtype=float)[met]).sum()) - len(told)
    faults |= shares_among_figures(told, plain)
    told = {line: one for line, one in told.items() if line not in faults}
    read = np.where(met, np.array(column.values, dtype=float), np.nan)
    read[list(faults)] = np.nan
    low, high = _bounds(told, read)
    cells_of = {
        "index": np.array(keys.index, dtype="int64"),
        "position": np.full(len(met), position, dtype="int64"),
        "code": pd.Series(keys.code, dtype=object),
        "period": np.array(keys.period, dtype="int64"),
        "variable": pd.Series([variable] * len(met), dtype=object),
        "value": read,
        "low": low,
        "high": high,
        "fate": pd.Series(_fates(keys, read, met, ~np.isnan(low), faults), dtype=object).mask(
            _silent(column, met), "silent"
        ),
    }
    return pd.DataFrame(cells_of), faults, told


def _silent(column: Column, met: np.ndarray) -> np.ndarray:
    """Which cells would be missing even if their condition were met: a condition that sets nothing aside has no part in it."""
    said = np.array([not math.isnan(value) for value in column.values], dtype=bool)
    said[[*column.faults, *(line for line, one in column.told.items() if one.ends)]] = True
    silent: np.ndarray = ~met & ~said
    return silent


def _bounds(told: Mapping[int, Told], values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.full(len(values), np.nan), np.full(len(values), np.nan)
    if any(one.ends for one in told.values()):
        for line, ends in column_bounds(told, values[~np.isnan(values)].tolist()).items():
            low[line], high[line] = ends
    return low, high


def _fates(
    keys: RowKeys, values: np.ndarray, met: np.ndarray, bounded: np.ndarray, stopped: Iterable[int]
) -> np.ndarray:
    fates = np.where(np.isnan(values), "missing", "used").astype(object)
    fates[bounded] = "bounded"
    fates[[code is None or period == NO_PERIOD for code, period in zip(keys.code, keys.period, strict=True)]] = (
        "stopped"
    )
    fates[list(stopped)] = "stopped"
    fates[~met] = "condition"
    return fates
