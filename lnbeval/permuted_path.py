"""Imputation of the untreated path under many assignments of cohorts to units at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lnbeval.effects import Relabelled
from lnbeval.untreated_path import CohortSums, effects_by_cohort, lead_coefficients, period_effects, spread_of

if TYPE_CHECKING:
    from lnbeval.panel import Booleans, Floats, Integers
    from lnbeval.untreated_path import PeriodEffects


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """What is estimated: k cells (a cohort in a period), then l leads."""

    weight: Floats  # (n,)
    untreated_cells: Booleans  # (c, t) periods in which a cohort counts as untreated
    cohort: Integers  # (k,) position of each cell's cohort
    period: Integers  # (k,) position of its period
    indicators: Floats  # (c, t, l) which cohort is at which lead when


def permuted_path(asked: Asked, outcome: Floats, labels: Integers) -> Relabelled:
    """Cells, leads and influence as in `imputation`, of outcomes (n, t) under assignments `labels` (b, n) of cohort positions.

    All that depends on the assignment are sums over units of what each unit adds when it is in a cohort, so that the fits
    of all assignments are a product of matrices and b systems in the t periods.
    """
    units = _units(outcome, asked.untreated_cells)
    sums = _sums(units, asked.weight, labels)
    path = period_effects(sums, asked.untreated_cells)
    cells = effects_by_cohort(sums, path)[:, asked.cohort, asked.period]
    fit = lead_coefficients(sums, path, asked.untreated_cells, asked.indicators)
    identified = fit.identified & np.isfinite(cells).any(axis=1, keepdims=True)
    residual = units.under(units.untreated, labels) * _left_over(units, fit.path, labels) * asked.weight[:, None]
    score = fit.score * identified[:, None, :, None]
    lead = np.zeros((*labels.shape, identified.shape[1]))
    for j in range(len(asked.untreated_cells)):
        lead += (residual * (labels == j)[:, :, None]) @ score[:, j].transpose(0, 2, 1)
    mass = np.where(np.isfinite(cells), sums.mass[:, asked.cohort, asked.period], 0.0)
    return Relabelled(
        np.hstack([cells, np.where(identified, fit.coefficient, np.nan)]),
        np.concatenate([_cell_influence(asked, units, sums, path, mass, labels), lead], axis=2),
        np.hstack([mass, identified]),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Units:
    """What each of n units would be in each of c cohorts, (c, n, t); see `PathData`."""

    net: Floats
    used: Booleans
    untreated: Booleans

    def under(self, of_cohort: Floats | Booleans, labels: Integers) -> Floats:
        """The values of the cohorts that the units are assigned, (b, n, t)."""
        return np.asarray(of_cohort[labels, np.arange(labels.shape[1])])


def _units(outcome: Floats, untreated_cells: Booleans) -> _Units:
    observed = np.isfinite(outcome)
    untreated = observed & untreated_cells[:, None, :]
    count = untreated.sum(axis=2, keepdims=True)
    used = observed & (count > 0)
    mean = np.where(untreated, outcome, 0.0).sum(axis=2, keepdims=True) / np.maximum(count, 1)
    return _Units(net=np.where(used, outcome - mean, 0.0), used=used, untreated=untreated)


def _sums(units: _Units, weight: Floats, labels: Integers) -> CohortSums:
    c, _, t = units.net.shape
    mass, net, spread = [], [], []
    for j in range(c):
        held = (labels == j) * weight  # (b, n)
        mass.append(held @ units.used[j])
        net.append(held @ units.net[j])
        each = spread_of(units.used[j].astype(float), units.untreated[j].astype(float))
        spread.append((held @ each.reshape(-1, t * t)).reshape(-1, t, t))
    return CohortSums(mass=np.stack(mass, axis=1), net=np.stack(net, axis=1), spread=np.stack(spread, axis=1))


def _left_over(units: _Units, path: Floats, labels: Integers) -> Floats:
    """Outcomes less unit effects and the paths (b, c, t) of the cohorts assigned, (b, n, t); zero where not used."""
    share = units.untreated / np.maximum(units.untreated.sum(axis=2, keepdims=True), 1)
    of_unit = np.einsum("bct,cnt->bnc", path, share, optimize=True)
    level = np.take_along_axis(of_unit, labels[:, :, None], axis=2)
    own = path[np.arange(len(labels))[:, None], labels]  # (b, n, t)
    return np.where(units.under(units.used, labels), units.under(units.net, labels) - own + level, 0.0)


def _cell_influence(
    asked: Asked, units: _Units, sums: CohortSums, path: PeriodEffects, mass: Floats, labels: Integers
) -> Floats:
    """Influence over n of the cells, (b, n, k): of untreated outcomes through the period effects, of treated ones."""
    every = np.broadcast_to(path.effect[:, None], (len(labels), *asked.untreated_cells.shape))
    effect = _left_over(units, every, labels)
    total = np.where(mass > 0, mass, np.inf)  # no influence where there is no estimate
    loading = sums.spread[:, asked.cohort, asked.period] / total[:, :, None]  # (b, k, t)
    residual = units.under(units.untreated, labels) * effect * asked.weight[:, None]
    influence = -(residual @ (path.inverse @ loading.transpose(0, 2, 1)))
    own = units.under(units.used, labels)[:, :, asked.period] * (labels[:, :, None] == asked.cohort)
    share = own * asked.weight[:, None] / total[:, None]
    at, square = effect[:, :, asked.period], share**2
    sum_of_squares = square.sum(axis=1)
    mean = np.divide(
        (square * at).sum(axis=1), sum_of_squares, out=np.zeros_like(sum_of_squares), where=sum_of_squares > 0
    )
    return np.asarray(influence + share * (at - mean[:, None]))
