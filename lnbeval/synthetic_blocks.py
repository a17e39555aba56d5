"""A treated cohort against synthetic controls: its weights, its path of gaps, and the paths of placebos and resamples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lnbeval.errors import DesignError
from lnbeval.synthetic_weights import best_unit_weights, best_weights, stepped_weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lnbeval.panel import Booleans, Floats, Integers, Labels

TIME_ZETA: Final = 1e-6  # of the noise: only there to make the time weights unique
LEAST_DECREASE: Final = 1e-5  # of the noise: steps end when the root of the objective falls by less
ROUNDING: Final = 1e-12  # of the largest outcome: less noise than this is none
BLOCK: Final = 2_000_000  # numbers held at once per intermediate array: 16 MB, whatever the number of draws
FEWEST: Final = 2  # different controls in a resample


@dataclass(frozen=True, kw_only=True, eq=False)
class Block:
    """One cohort and its controls: outcomes over all t periods, and which periods are before and after treatment."""

    cohort: float
    treated: Integers  # (N1,) positions of the cohort's units in the panel
    controls: Integers  # (N0,) positions of its controls
    treated_outcome: Floats  # (N1, t)
    control_outcome: Floats  # (N0, t)
    before: Booleans  # (t,) before treatment and before it may be anticipated, T0 of them
    after: Booleans  # (t,) since treatment, T1 of them

    @cached_property
    def noise(self) -> float:
        """Standard deviation of the controls' changes between periods before treatment; 1 when they all change alike."""
        spread = np.diff(self.control_outcome[:, self.before], axis=1).std(ddof=1)
        return float(spread) if spread > ROUNDING * np.abs(self.control_outcome).max() else 1.0

    @property
    def unit_ridge(self) -> float:
        """T0 zeta^2 for the unit weights, with zeta = (N1 T1)^(1/4) noise."""
        return float(self.before.sum() * np.sqrt(len(self.treated) * self.after.sum()) * self.noise**2)

    @property
    def unit_paths(self) -> Floats:
        """Outcomes of the controls before treatment, less each one's mean: the intercept of the unit weights, (N0, T0)."""
        return _centred(self.control_outcome[:, self.before], axis=1)

    @property
    def time_gaps(self) -> Floats:
        """Outcomes of the controls before treatment less their mean after it, less the mean over controls, (N0, T0)."""
        later = self.control_outcome[:, self.after].mean(axis=1, keepdims=True)
        return _centred(self.control_outcome[:, self.before] - later, axis=0)


def unit_weights(block: Block) -> Floats:
    """Weights of the controls under which they move like the cohort before treatment, (N0,), by the steps of R synthdid."""
    target = _centred(block.treated_outcome[:, block.before].mean(axis=0), axis=0)
    gap = (block.unit_paths - target).T
    return stepped_weights(gap, block.unit_ridge, len(gap) * (LEAST_DECREASE * block.noise) ** 2)


def time_weights(block: Block) -> Floats:
    """Weights of the earlier periods under which controls are then as later, but for a constant, (T0,), by the same steps."""
    gap = block.time_gaps
    return stepped_weights(
        gap, len(gap) * (TIME_ZETA * block.noise) ** 2, len(gap) * (LEAST_DECREASE * block.noise) ** 2
    )


def gap_paths(block: Block, treated: Floats, control: Floats, earlier: Floats) -> Floats:
    """Treated less control path in each period, less the same weighed over the earlier periods: (m, t).

    `treated` and `control` (m, t) are mean paths, `earlier` (T0,) or (m, T0) the time weights.
    """
    gap = treated - control
    return np.asarray(gap - (gap[:, block.before] * earlier).sum(axis=1, keepdims=True))


def placebo_paths(blocks: Sequence[Block], draws: int, rng: np.random.Generator) -> Floats:
    """Gap paths when as many controls as each cohort has units, drawn at random, stand for it: (draws, blocks, t).

    The cohorts of a draw share no unit, and none of their units is a control in it. Noise and ridge stay those of the
    data; both weight problems are solved anew, to their optimum, all draws at once. The paths scatter around zero.

    Raises DesignError when the controls are not more than the treated.

    Source: Arkhangelsky et al. (2021), Algorithm 4; for several cohorts Clarke, Pailanir, Athey and Imbens (2023).
    """
    outcome, sizes = blocks[0].control_outcome, [len(block.treated) for block in blocks]
    if len(outcome) <= sum(sizes):
        raise DesignError(
            f"A placebo needs more controls than treated units to draw from; there are {len(outcome)} controls and "
            f"{sum(sizes)} treated in cohort {', '.join(f'{block.cohort:g}' for block in blocks)}. Use the jackknife or the "
            "bootstrap."
        )
    labels = np.repeat(np.arange(-1, len(blocks)), [len(outcome) - sum(sizes), *sizes])
    paths = []
    for m in _chunks(draws, len(outcome)):
        drawn = rng.permuted(np.tile(labels, (m, 1)), axis=1)
        copies = (drawn < 0).astype(float)
        stand_ins = [(drawn == j) @ outcome / size for j, size in enumerate(sizes)]
        paths.append(np.stack([_redrawn(b, copies, t) for b, t in zip(blocks, stand_ins, strict=True)], axis=1))
    return np.concatenate(paths)


def bootstrap_paths(blocks: Sequence[Block], cluster: Labels, draws: int, rng: np.random.Generator) -> Floats:
    """Gap paths of resamples of the units, or of their clusters, with replacement: (draws, blocks, t).

    Both weight problems are solved anew, to their optimum, noise and ridge staying those of the data; copies of a control
    share its weight. A resample without a unit of every cohort, or with fewer than two different controls, is drawn
    again. The paths scatter around the estimates.

    Raises DesignError when a cohort, or the controls, are in a single cluster.

    Source: Arkhangelsky et al. (2021), Algorithm 2.
    """
    _refuse_single(blocks, cluster)
    used = np.concatenate([blocks[0].controls, *(block.treated for block in blocks)])
    position = np.full(len(cluster), -1)
    position[used] = pd.factorize(cluster[used])[0]
    paths = []
    for m in _chunks(draws, len(cluster)):
        counts = _resampled(blocks, position, m, rng)
        paths.append(np.stack([_resampled_path(block, counts) for block in blocks], axis=1))
    return np.concatenate(paths)


def _centred(values: Floats, axis: int) -> Floats:
    return np.asarray(values - values.mean(axis=axis, keepdims=True))


def _chunks(draws: int, n: int) -> Iterator[int]:
    """Sizes of blocks of draws that together are `draws`, each of bounded memory."""
    most = max(1, BLOCK // n)
    yield from (min(most, draws - start) for start in range(0, draws, most))


def _redrawn(block: Block, copies: Floats, treated: Floats) -> Floats:
    """Gap paths of mean treated paths (m, t) against controls in the given numbers (m, N0), both weights at their best."""
    target = _centred(treated[:, block.before], axis=1)
    units = best_unit_weights(block.unit_paths.T, target, block.unit_ridge, copies)
    earlier = best_weights(_products(block.time_gaps, copies))
    return gap_paths(block, treated, units @ block.control_outcome, earlier)


def _products(gaps: Floats, copies: Floats) -> Floats:
    """Inner products of the columns of `gaps` over the copies in each draw, net of their means there: (m, T0, T0)."""
    T0 = gaps.shape[1]
    upper, lower = np.triu_indices(T0)
    products = np.empty((len(copies), T0, T0))
    products[:, upper, lower] = products[:, lower, upper] = copies @ (gaps[:, upper] * gaps[:, lower])
    means = copies @ gaps / copies.sum(axis=1, keepdims=True)
    return np.asarray(products - copies.sum(axis=1)[:, None, None] * means[:, :, None] * means[:, None, :])


def _refuse_single(blocks: Sequence[Block], cluster: Labels) -> None:
    sides = {f"cohort {block.cohort:g}": block.treated for block in blocks} | {"the controls": blocks[0].controls}
    single = [name for name, units in sides.items() if len(set(cluster[units].tolist())) < FEWEST]
    if single:
        have = "has only one" if single != ["the controls"] and len(single) == 1 else "have only one"
        raise DesignError(
            f"The bootstrap needs two units or clusters to resample from in each group; {' and '.join(single)} {have}. Use "
            "randomization."
        )


def _resampled(blocks: Sequence[Block], position: Integers, draws: int, rng: np.random.Generator) -> Floats:
    """How often each unit is in each resample, (draws, n): as often as its cluster."""
    counts = np.zeros((draws, len(position)))
    again = np.arange(draws)
    while len(again):
        counts[again] = _once(position, len(again), rng)
        empty = [~counts[again][:, block.treated].any(axis=1) for block in blocks]
        few = (counts[again][:, blocks[0].controls] > 0).sum(axis=1) < FEWEST
        again = again[np.any([few, *empty], axis=0)]
    return counts


def _once(position: Integers, draws: int, rng: np.random.Generator) -> Floats:
    G = int(position.max()) + 1
    drawn = rng.integers(G, size=(draws, G)) + G * np.arange(draws)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=draws * G).reshape(draws, G)
    return np.where(position >= 0, counts[:, position], 0).astype(float)


def _resampled_path(block: Block, counts: Floats) -> Floats:
    treated = counts[:, block.treated]
    path = treated @ block.treated_outcome / treated.sum(axis=1, keepdims=True)
    return _redrawn(block, counts[:, block.controls], path)
