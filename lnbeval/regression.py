"""Least squares on units by slots: intercepts absorbed, one influence row per unit, re-weighted all at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from lnbeval.panel import kinds_of

if TYPE_CHECKING:
    from lnbeval.panel import Booleans, Floats, Integers

BLOCK: Final = 4_000_000  # numbers held at once by what is done for many units or many weights
FEW_PATTERNS: Final = 64  # up to this many a product of matrices for each is faster than gathering rows
SINGULAR: Final = 1e-11  # smallest eigenvalue, of columns scaled to one, that still tells them apart
ESTIMABLE: Final = 1e-6  # what a contrast may lose when it is projected on what the data determine


@dataclass(frozen=True, kw_only=True, eq=False)
class Regression:
    """Weighted least squares of `outcome` on `regressors`, in slots: the s places in which a unit may have an observation.

    In a panel the slots are its periods; in a stack, a period of a sub-experiment. A unit's regressors are those of its
    pattern (its cohort, say), so that n units need only as many rows of regressors as there are patterns. Slots of the
    same number in `intercepts` share an intercept of each unit, which is absorbed; -1 is none. An observation weighs as
    its unit does, times what its pattern has in `slot_weight` (constant over the slots of an intercept; a slot of zero
    is not used). NaN in `outcome` is no observation.
    """

    outcome: Floats  # (n, s)
    regressors: Floats  # (p, s, q)
    pattern: Integers  # (n,)
    weight: Floats  # (n,)
    slot_weight: Floats  # (p, s)
    intercepts: Integers  # (s,)


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """The solution. Rows are net of the absorbed intercepts and zero where nothing is observed.

    With X the rows, W the weights and M = (X'WX)^-1: coefficient = M X'W y, residual = y - X coefficient.
    """

    rows: Floats  # (p, s, q), a pattern for each set of regressors and of observed slots
    pattern: Integers  # (n,)
    weight: Floats  # (n,)
    slot_weight: Floats  # (p, s), zero where nothing is observed
    outcome: Floats  # (n, s)
    coefficient: Floats  # (q,)
    inverse: Floats  # (q, q), a generalised inverse where X'WX has none
    normal: Floats  # (q, q), X'WX
    rank: int  # of the columns
    absorbed: bool  # there are intercepts of units

    @cached_property
    def weights(self) -> Floats:
        """Weight of each observation, (n, s), zero where there is none."""
        return np.asarray(self.weight[:, None] * self.slot_weight[self.pattern])

    @cached_property
    def residual(self) -> Floats:
        """What the regression leaves, (n, s)."""
        fitted = self.rows @ self.coefficient
        return np.asarray((self.outcome - fitted[self.pattern]) * (self.slot_weight > 0)[self.pattern])

    @property
    def n_obs(self) -> int:
        """Observations used."""
        return int((self.slot_weight > 0).sum(axis=1)[self.pattern].sum())

    @property
    def n_parameters(self) -> int:
        """Coefficients that the data determine, and one for the level of absorbed intercepts, which any cluster nests."""
        return self.rank + self.absorbed

    def determined(self, contrast: Floats) -> Booleans:
        """Which contrasts (q, k) the observations determine, (k,): those that lie in the rows of X."""
        return _within(self.inverse @ self.normal @ contrast - contrast, contrast)

    def influence(self, contrast: Floats) -> Floats:
        """Influence of each unit on `contrast' coefficient`, (n, k): n c'M sum_s x_is w_is e_is."""
        return len(self.pattern) * self.projected(self.weights * self.residual, contrast)

    def scores(self) -> Floats:
        """sum_s x_is w_is e_is of each unit, (n, q)."""
        return _by_pattern(self.weights * self.residual, self.rows, self.pattern)

    def projected(self, values: Floats, contrast: Floats) -> Floats:
        """sum_s values_is x_is' M c for every unit and column of `contrast`, (n, k)."""
        return _by_pattern(values, self.rows @ (self.inverse @ contrast), self.pattern)

    def reweighted(self, multipliers: Floats, contrast: Floats) -> Floats:
        """`contrast' coefficient` under each row of unit weight multipliers, (m, k); NaN where it is not determined."""
        n, q = len(self.pattern), len(self.coefficient)
        scores = _by_pattern(self.weights * self.outcome, self.rows, self.pattern)
        squares = np.einsum("psa,ps,psb->pab", self.rows, self.slot_weight, self.rows, optimize=True)
        order = np.argsort(self.pattern, kind="stable")
        starts = np.searchsorted(self.pattern[order], np.arange(len(self.rows)))
        estimates = []
        for block in np.array_split(multipliers, max(1, len(multipliers) * max(n, q * q) // BLOCK)):
            sums = np.add.reduceat((block * self.weight)[:, order], starts, axis=1)  # (m, p)
            normal = (sums @ squares.reshape(-1, q * q)).reshape(len(block), q, q)
            estimates.append(_solved(normal, block @ scores, contrast))
        return np.vstack(estimates)


def least_squares(regression: Regression) -> Fit:
    """The solution by the normal equations of the net regressors; where they are collinear, one of the solutions."""
    rows, pattern, slot_weight = _observed_patterns(regression)
    seen = slot_weight > 0
    observed = seen[pattern]
    rows = _net(np.where(seen[:, :, None], rows, 0.0), seen, regression.intercepts)
    outcome = np.where(observed, regression.outcome, 0.0)
    outcome = _net(outcome[:, :, None], observed, regression.intercepts)[:, :, 0]
    flat = rows.reshape(-1, rows.shape[2])
    total = np.bincount(pattern, weights=regression.weight, minlength=len(rows))
    normal = (flat * (total[:, None] * slot_weight).reshape(-1, 1)).T @ flat
    inverse, rank = _inverse(normal)
    sums = _pattern_sums(regression.weight[:, None] * outcome, pattern, len(rows))
    return Fit(
        rows=rows,
        pattern=pattern,
        weight=regression.weight,
        slot_weight=slot_weight,
        outcome=outcome,
        coefficient=inverse @ (flat.T @ (slot_weight * sums).reshape(-1)),
        inverse=inverse,
        normal=normal,
        rank=rank,
        absorbed=bool((regression.intercepts >= 0).any()),
    )


def _observed_patterns(regression: Regression) -> tuple[Floats, Integers, Floats]:
    """Regressors (p, s, q), pattern of each unit, slot weights (p, s): a pattern for each set of regressors and slots seen."""
    observed = np.isfinite(regression.outcome) & (regression.slot_weight > 0)[regression.pattern]
    pattern, first = kinds_of(regression.pattern, observed)
    own = regression.pattern[first]
    return regression.regressors[own], pattern, np.where(observed[first], regression.slot_weight[own], 0.0)


def _net(values: Floats, observed: Booleans, intercepts: Integers) -> Floats:
    """`values` (a, s, q) less their mean over the observed slots of each intercept; zero where not observed."""
    net = values.copy()
    for group in np.unique(intercepts[intercepts >= 0]):
        slots = slice(None) if (intercepts == group).all() else intercepts == group
        seen = observed[:, slots, None]
        mean = net[:, slots].sum(axis=1, keepdims=True) / np.maximum(seen.sum(axis=1, keepdims=True), 1)
        net[:, slots] = (net[:, slots] - mean) * seen
    return net


def _pattern_sums(values: Floats, pattern: Integers, count: int) -> Floats:
    return np.column_stack([np.bincount(pattern, weights=column, minlength=count) for column in values.T])


def _by_pattern(values: Floats, loading: Floats, pattern: Integers) -> Floats:
    """sum_s values_is loading_psk with p the pattern of i, (n, k)."""
    n, (count, slots, k) = len(pattern), loading.shape
    out = np.empty((n, k))
    if count <= FEW_PATTERNS:
        for p in range(count):
            own = pattern == p
            out[own] = values[own] @ loading[p]
        return out
    for block in np.array_split(np.arange(n), max(1, n * slots * k // BLOCK)):
        out[block] = np.einsum("ns,nsk->nk", values[block], loading[pattern[block]])
    return out


def _inverse(normal: Floats) -> tuple[Floats, int]:
    """The inverse of X'WX with columns scaled to one, over the directions that the data tell apart, and their number."""
    scale = np.sqrt(np.diag(normal))
    scale = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(normal / np.outer(scale, scale))
    kept = values > SINGULAR
    inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T / np.outer(scale, scale)
    return np.asarray(inverse, dtype=float), int(kept.sum())


def _within(lost: Floats, contrast: Floats) -> Booleans:
    size = np.maximum(np.abs(contrast).max(axis=0), np.finfo(float).tiny)
    return np.asarray(np.abs(lost).max(axis=0) <= ESTIMABLE * size)


def _solved(normal: Floats, right: Floats, contrast: Floats) -> Floats:
    """c'A^-1 b for a stack of systems, (m, k); where A is singular, of what it determines, NaN for the rest."""
    scale = np.sqrt(np.maximum(np.diagonal(normal, axis1=1, axis2=2), np.finfo(float).tiny))
    scaled = normal / (scale[:, :, None] * scale[:, None, :])
    smallest = np.linalg.eigvalsh(scaled)[:, 0]
    singular = smallest < SINGULAR
    scaled[singular] += np.eye(len(contrast))  # any regular matrix: these are replaced below
    estimate = (np.linalg.solve(scaled, (right / scale)[:, :, None])[:, :, 0] / scale) @ contrast
    for m in np.flatnonzero(singular):
        estimate[m] = _solved_in_part(normal[m], right[m], contrast)
    return np.asarray(estimate)


def _solved_in_part(normal: Floats, right: Floats, contrast: Floats) -> Floats:
    inverse, _ = _inverse(normal)
    determined = _within(inverse @ normal @ contrast - contrast, contrast)
    return np.where(determined, contrast.T @ (inverse @ right), np.nan)
