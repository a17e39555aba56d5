"""The path without treatment: unit and period effects fitted on untreated outcomes, for many weightings at once.

Units of the same cohort with the same periods observed form a pattern, and cohorts are sums over patterns. All that
follows depends on the data only through three sums by cohort, so that a fit costs O(n t) beyond them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from lnbeval.panel import Booleans, Floats, Integers

BLOCK: Final = 4_000_000  # numbers held at once per intermediate array: 32 MB
DIGITS: Final = 31  # periods told apart at once: two positions below 2^31 fit in one 64-bit integer
SINGULAR: Final = 1e-10  # relative to a regressor's own square: less left over is collinear
SHARE_OF_NOTHING: Final = 1e-6  # squared loading on collinear directions from which on a coefficient is not identified


@dataclass(frozen=True, kw_only=True, eq=False)
class PathData:
    """Outcomes y_it of n units in t periods, each less the unit's mean over its untreated periods.

    Used are the observed outcomes of units with at least one untreated outcome; the others have no unit effect.
    """

    net: Floats  # (n, t), zero where not used
    used: Booleans  # (n, t)
    untreated: Booleans  # (n, t) the used outcomes that are not treated
    cohort: Integers  # (n,) position of the unit's cohort
    untreated_cells: Booleans  # (c, t) periods in which a cohort counts as untreated
    pattern: Integers  # (n,) position of the unit's pattern
    order: Integers  # (n,) units by cohort, then pattern
    first: Integers  # (p,) position in `order` at which each pattern begins

    @property
    def n_untreated(self) -> Integers:
        """Untreated outcomes of each unit, (n,)."""
        return np.asarray(self.untreated.sum(axis=1))

    @property
    def occurring(self) -> Booleans:
        """Cohort-periods with a used outcome, (c, t)."""
        occurring = np.zeros(self.untreated_cells.shape, dtype=bool)
        examples = self.order[self.first]
        np.logical_or.at(occurring, self.cohort[examples], self.used[examples])
        return occurring


@dataclass(frozen=True, kw_only=True, eq=False)
class CohortSums:
    """Sums over the units i of each cohort under m weightings, with o_is = 1 where untreated and T_i = sum_s o_is.

    mass[t] = sum w_i used_it, net[t] = sum w_i net_it, spread[t, s] = sum w_i used_it (1{t = s} - o_is / T_i): summed
    net outcomes that period effects b leave over are net - spread b.
    """

    mass: Floats  # (m, c, t)
    net: Floats  # (m, c, t)
    spread: Floats  # (m, c, t, t)


@dataclass(frozen=True, kw_only=True, eq=False)
class PeriodEffects:
    """Period effects under m weightings, known up to a constant within each group of linked periods."""

    effect: Floats  # (m, t)
    inverse: Floats  # (m, t, t) of the normal matrix
    linked: Booleans  # (m, t, t) periods that untreated outcomes of the same units connect, directly or in a chain


@dataclass(frozen=True, kw_only=True, eq=False)
class Leads:
    """Coefficients of l indicators in the fit on untreated outcomes, under m weightings.

    `score` turns a unit's weighted residuals into its share of the coefficients' error; `path` is the fitted path of
    each cohort.
    """

    coefficient: Floats  # (m, l)
    identified: Booleans  # (m, l)
    score: Floats  # (m, c, l, t)
    path: Floats  # (m, c, t)


def path_data(outcome: Floats, cohort: Integers, untreated_cells: Booleans) -> PathData:
    """The data of the fit from outcomes (n, t), cohort positions (n,) and untreated cohort-periods (c, t)."""
    observed = np.isfinite(outcome)
    untreated = observed & untreated_cells[cohort]
    count = untreated.sum(axis=1, keepdims=True)
    used = observed & (count > 0)
    mean = np.where(untreated, outcome, 0.0).sum(axis=1, keepdims=True) / np.maximum(count, 1)
    pattern = _patterns(cohort, used)
    order = np.argsort(pattern, kind="stable")
    return PathData(
        net=np.where(used, outcome - mean, 0.0),
        used=used,
        untreated=untreated,
        cohort=cohort,
        untreated_cells=untreated_cells,
        pattern=pattern,
        order=order,
        first=np.searchsorted(pattern[order], np.arange(pattern.max() + 1)),
    )


def cohort_sums(data: PathData, weights: Floats) -> CohortSums:
    """The sums by cohort under each row of `weights` (m, n)."""
    (n, t), c, m = data.net.shape, len(data.untreated_cells), len(weights)
    by_order = weights[:, data.order]
    of_pattern = np.add.reduceat(by_order, data.first, axis=1)  # (m, p)
    cohort_of_pattern = data.cohort[data.order[data.first]]
    mass, net, spread = np.zeros((m, c, t)), np.zeros((m, c, t)), np.zeros((m, c, t * t))
    edges = np.searchsorted(cohort_of_pattern, np.arange(c + 1))
    starts = np.append(data.first, n)[edges]
    for j in range(c):
        units = slice(starts[j], starts[j + 1])
        net[:, j] = by_order[:, units] @ data.net[data.order[units]]
        patterns = np.arange(edges[j], edges[j + 1])
        for block in np.array_split(patterns, 1 + len(patterns) * t * t // BLOCK):
            used, untreated = (
                array[data.order[data.first[block]]].astype(float) for array in (data.used, data.untreated)
            )
            mass[:, j] += of_pattern[:, block] @ used
            spread[:, j] += of_pattern[:, block] @ spread_of(used, untreated).reshape(-1, t * t)
    return CohortSums(mass=mass, net=net, spread=spread.reshape(m, c, t, t))


def period_effects(sums: CohortSums, untreated_cells: Booleans) -> PeriodEffects:
    """Solve  A b = r,  A and r the sums of spread and net over untreated cohort-periods.

    A is the Laplacian of the graph that joins two periods when a unit is observed untreated in both: its null space are
    the constants on linked periods. Adding the indicator of each linked group makes it regular and leaves the solution
    whose mean over each group is zero.
    """
    cells = untreated_cells[:, :, None]
    normal = np.where(cells, sums.spread, 0.0).sum(axis=1)  # (m, t, t)
    right = np.where(untreated_cells, sums.net, 0.0).sum(axis=1)  # (m, t)
    linked = _linked(normal)
    size = np.trace(normal, axis1=1, axis2=2)[:, None, None] / normal.shape[1]
    inverse = np.linalg.inv(normal + np.where(size > 0, size, 1.0) * linked)
    return PeriodEffects(effect=_times(inverse, right), inverse=inverse, linked=linked)


def effects_by_cohort(sums: CohortSums, path: PeriodEffects) -> Floats:
    """Mean outcome less fitted path by cohort and period, (m, c, t); NaN where the path is not known.

    It is known where the period is linked to all untreated periods of the units averaged over.
    """
    known = (sums.mass > 0) & ~((sums.spread != 0) & ~path.linked[:, None]).any(axis=-1)
    left = sums.net - _times(sums.spread, path.effect[:, None])
    return np.divide(left, sums.mass, out=np.full_like(left, np.nan), where=known)


def lead_coefficients(sums: CohortSums, path: PeriodEffects, untreated_cells: Booleans, indicators: Floats) -> Leads:
    """Add indicators (c, t, l) of cohort-periods to the fit on untreated outcomes; solve by partialling out the periods.

    With A and r as in `period_effects`, C and G the sums of spread times indicators and of indicators' times that, and
    h of indicators' times net: gamma = (G - C'A^-C)^- (h - C'A^-r). A coefficient is identified when it does not load on
    the null space of G - C'A^-C.
    """
    spread = np.where(untreated_cells[:, :, None], sums.spread, 0.0)
    net = np.where(untreated_cells, sums.net, 0.0)
    across = indicators.transpose(0, 2, 1)  # (c, l, t)
    crossed = spread @ indicators  # (m, c, t, l)
    squares = (across @ crossed).sum(axis=1)  # (m, l, l)
    right = _times(across, net).sum(axis=1)  # (m, l)
    periods = crossed.sum(axis=1)  # (m, t, l)
    projected = periods.transpose(0, 2, 1) @ path.inverse  # (m, l, t)
    inverse, identified = _pseudo_inverse(squares - projected @ periods, np.diagonal(squares, axis1=1, axis2=2))
    coefficient = _times(inverse, right - _times(projected, net.sum(axis=1)))
    effect = _times(path.inverse, net.sum(axis=1) - _times(periods, coefficient))
    return Leads(
        coefficient=coefficient,
        identified=identified,
        score=inverse[:, None] @ (across - projected[:, None]),
        path=effect[:, None] + _times(indicators, coefficient[:, None]),
    )


def left_over(data: PathData, path: Floats) -> Floats:
    """Outcomes less unit effects and `path` (c, t), (n, t): residuals where untreated, unit effects where treated.

    The unit effect is the mean of the unit's untreated outcomes less that of its path over the same periods.
    """
    example = data.order[data.first]
    untreated = data.untreated[example]
    of_pattern = path[data.cohort[example]]
    mean = (untreated * of_pattern).sum(axis=1) / np.maximum(untreated.sum(axis=1), 1)
    return np.where(data.used, data.net - (of_pattern - mean[:, None])[data.pattern], 0.0)


def _patterns(cohort: Integers, used: Booleans) -> Integers:
    """Position of each unit's cohort and used periods among those that occur, (n,); cohorts in order."""
    code = cohort.astype(np.int64)
    for start in range(0, used.shape[1], DIGITS):
        digits = used[:, start : start + DIGITS]
        code = pd.factorize((code << DIGITS) + digits @ (1 << np.arange(digits.shape[1])))[0]
    _, example = np.unique(code, return_index=True)
    rank = np.empty(len(example), dtype=np.int64)
    rank[np.lexsort((np.arange(len(example)), cohort[example]))] = np.arange(len(example))
    return rank[code]


def spread_of(used: Floats, untreated: Floats) -> Floats:
    """used_t (1{t = s} - o_s / T) of each pattern, (p, t, t)."""
    share = untreated / np.maximum(untreated.sum(axis=1, keepdims=True), 1)
    return np.asarray(used[:, :, None] * (np.eye(used.shape[1]) - share[:, None, :]))


def _linked(normal: Floats) -> Booleans:
    """Periods joined by a chain of entries other than zero, (m, t, t). Entries are sums of one sign: none cancel."""
    t = normal.shape[1]
    joined = ((normal != 0) | np.eye(t, dtype=bool)).astype(float)
    for _ in range(t.bit_length()):  # each product doubles the length of the chains
        joined = (joined @ joined > 0).astype(float)
    return np.asarray(joined > 0)


def _pseudo_inverse(matrix: Floats, size: Floats) -> tuple[Floats, Booleans]:
    """Inverse of symmetric matrices (m, l, l) on the directions that are not collinear, and which l lie in these."""
    scale = np.sqrt(np.where(size > 0, size, 1.0))
    values, vectors = np.linalg.eigh(matrix / (scale[:, :, None] * scale[:, None]))
    regular = values > SINGULAR
    inverted = np.divide(1.0, values, out=np.zeros_like(values), where=regular)
    inverse = (vectors * inverted[:, None]) @ vectors.transpose(0, 2, 1) / (scale[:, :, None] * scale[:, None])
    lost = (vectors**2 * ~regular[:, None]).sum(axis=2)
    return inverse, lost < SHARE_OF_NOTHING


def _times(matrix: Floats, vector: Floats) -> Floats:
    return np.asarray((matrix @ vector[..., None])[..., 0])
