"""Four means of rows that are observed once each, under many assignments of cohorts at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lnbeval.effects import Relabelled

if TYPE_CHECKING:
    from lnbeval.panel import Booleans, Floats, Integers


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparisons:
    """k cells: positions of period and base, and which of c cohorts are treated and which their controls."""

    weight: Floats  # (n,) of the rows
    row_period: Integers  # (n,) position of the period in which each row is observed
    n_periods: int
    cohort: Floats  # (k,)
    period: Integers  # (k,)
    base: Integers  # (k,)
    based: Booleans  # (k,) there is a base period
    after: Booleans  # (k,) the cohort is treated in the period
    own: Booleans  # (k, c)
    controls: Booleans  # (k, c)


def permuted_rows(cells: Comparisons, outcome: Floats, labels: Integers) -> Relabelled:
    """ATT(g, t) and influence, as in `repeated_cross_sections`, of outcomes (n, t) under `labels` (b, n) of cohort positions."""
    value = outcome[np.arange(len(cells.weight)), cells.row_period]
    weights, totals = (_sums(cells, cells.weight * one, labels) for one in (np.ones_like(value), value))
    estimate = np.zeros((len(labels), len(cells.cohort)))
    influence = np.zeros((*labels.shape, len(cells.cohort)))
    for late, at in ((1.0, cells.period), (-1.0, cells.base)):
        for sign, side in ((late, cells.own), (-late, cells.controls)):
            mass, total = (np.einsum("bck,kc->bk", sums[:, :, at], side.astype(float)) for sums in (weights, totals))
            mean = np.divide(total, mass, out=np.full_like(total, np.nan), where=mass > 0)
            estimate += sign * mean
            _add_influence(
                influence, cells, value, labels, at=at, side=side, slope=sign / _mass_or_infinity(mass), mean=mean
            )
    at_base = cells.period == cells.base
    present = np.einsum("bck,kc->bk", weights[:, :, cells.period], cells.own.astype(float)) > 0
    estimate[:, at_base] = np.where(present[:, at_base], 0.0, np.nan)
    estimate[:, ~cells.based] = np.nan
    for g in np.unique(cells.cohort):  # earlier periods of a cohort without any effect would test the trends of others
        own = cells.cohort == g
        without = ~np.isfinite(estimate[:, own & cells.after]).any(axis=1)
        estimate[np.ix_(without, own)] = np.nan
    return Relabelled(estimate, np.where(np.isfinite(estimate)[:, None] & ~at_base, influence, 0.0))


def _sums(cells: Comparisons, values: Floats, labels: Integers) -> Floats:
    """Sums of values (n,) by cohort and period under each assignment, (b, c, t)."""
    by_period = values[:, None] * (cells.row_period[:, None] == np.arange(cells.n_periods))
    return np.stack([(labels == j) @ by_period for j in range(cells.own.shape[1])], axis=1)


def _add_influence(
    influence: Floats,
    cells: Comparisons,
    value: Floats,
    labels: Integers,
    *,
    at: Integers,
    side: Booleans,
    slope: Floats,
    mean: Floats,
) -> None:
    """Add w (y - mean) times slope (b, k) for the rows of each cell's side that are observed at its period."""
    for k in np.flatnonzero(cells.based & (cells.period != cells.base)):
        rows = np.flatnonzero(cells.row_period == at[k])
        member = side[k][labels[:, rows]]
        deviation = value[rows] - np.nan_to_num(mean[:, k, None])
        influence[:, rows, k] += member * deviation * cells.weight[rows] * slope[:, k, None]


def _mass_or_infinity(mass: Floats) -> Floats:
    """Weights of sides, infinite where nobody is there, so that nobody has influence."""
    return np.where(mass > 0, mass, np.inf)
