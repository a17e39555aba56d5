"""The probability of being treated given covariates, by maximum likelihood, under many sets of weights at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lnbeval.least_squares import cross_products, moved_by, shares, solved, total

if TYPE_CHECKING:
    from lnbeval.panel import Booleans, Floats

ITERATIONS: Final = 100  # a maximum that exists is found in ten to twenty
STILL: Final = 1e-7  # no log odds move by more: what is left is about the square of it
FLAT: Final = 1e-9  # curvature per treated unit at which the likelihood has no maximum: some probability is 0 or 1
OVERLAP: Final = 0.999  # a probability from here on is none that a control can have (R did)
TRIMMED: Final = 0.995  # controls from here on would have so large a weight that they are left out (R DRDID)


@dataclass(frozen=True, kw_only=True, eq=False)
class Propensity:
    """A logit of treatment for each of m sets of weights on n units, with q regressors.

    Where `exists` is False there is no maximum, the regressors tell treated from control units, and `direction` is the
    one in which the likelihood still grew. `probability` is zero for units of no weight.
    """

    coefficient: Floats  # (m, q)
    probability: Floats  # (m, n)
    exists: Booleans  # (m,)
    direction: Floats  # (m, q)

    @property
    def overlap(self) -> Booleans:
        """Where no unit is all but certain to be treated, (m,)."""
        return np.asarray(self.probability.max(axis=1) < OVERLAP)


def propensity(treated: Booleans, regressors: Floats, weights: Floats) -> Propensity:
    """Maximise sum_i w_i [D_i x_i'b - log(1 + exp(x_i'b))] for each row of `weights` (m, n).

    Newton steps d = H^-1 g, H = sum w p (1 - p) x x', g = sum w (D - p) x, shortened by log(1 + r) / r with
    r = max |x'd|: under this rule the likelihood of a logit grows with every step, from any start. All rows start from
    the maximum under their average weights; `treated` is (n,) or, where it differs between the rows, (m, n), and they start
    from zero. The regressors should be of order one.

    Source: Sun and Tran-Dinh (2019), Mathematical Programming 178, 145-213, for the length of the steps.
    """
    origin = np.zeros((1, regressors.shape[1]))
    if treated.ndim > 1:
        return _maximised(treated, regressors, weights, np.repeat(origin, len(weights), axis=0))
    middle = _maximised(treated, regressors, weights.mean(axis=0, keepdims=True), origin)
    if len(weights) == 1:
        return middle
    start = middle.coefficient if middle.exists[0] else origin
    return _maximised(treated, regressors, weights, np.repeat(start, len(weights), axis=0))


def trimmed_controls(treated: Booleans, fit: Propensity) -> Booleans:
    """Controls left out for their propensity, (m, n)."""
    return np.asarray(~treated & (fit.probability >= TRIMMED))


def control_odds(treated: Booleans, fit: Propensity) -> Floats:
    """Odds p / (1 - p) of the controls, zero for treated and trimmed units, (m, n): they make controls like the treated."""
    odds = np.zeros_like(fit.probability)
    return np.divide(fit.probability, 1 - fit.probability, out=odds, where=~(treated | trimmed_controls(treated, fit)))


def moved_by_propensity(
    treated: Booleans, regressors: Floats, weight: Floats, fit: Propensity, slope: Floats
) -> Floats:
    """What each unit moves in an estimate through the coefficients of the propensity: (n, c) from its slopes (q, c)."""
    probability = fit.probability[0]
    score = (weight * (treated - probability))[:, None] * regressors
    return moved_by(score, regressors, weight * probability * (1 - probability), slope)


def logistic(log_odds: Floats) -> Floats:
    """1 / (1 + exp(-log_odds)), without overflow."""
    small = np.exp(-np.abs(log_odds))
    return np.asarray(np.where(log_odds >= 0, 1.0, small) / (1 + small))


def _maximised(treated: Booleans, regressors: Floats, weights: Floats, start: Floats) -> Propensity:
    coefficient, direction = start.copy(), np.zeros_like(start)
    exists = np.zeros(len(start), dtype=bool)
    scaled = shares(weights)
    per_treated = scaled / np.maximum(total(scaled, treated), FLAT)[:, None]
    still_open = np.arange(len(start))
    for _ in range(ITERATIONS):
        sides = treated if treated.ndim == 1 else treated[still_open]
        step, curved = _newton_step(sides, regressors, per_treated[still_open], coefficient[still_open])
        moved = np.abs(step @ regressors.T).max(axis=1)
        direction[still_open] = step
        coefficient[still_open] += np.where(curved, _shortened(moved), 0.0)[:, None] * step
        exists[still_open] = curved & (moved <= STILL)
        still_open = still_open[curved & (moved > STILL)]
        if not len(still_open):
            break
    probability = np.where(weights > 0, logistic(coefficient @ regressors.T), 0.0)
    return Propensity(coefficient=coefficient, probability=probability, exists=exists, direction=direction)


def _newton_step(
    treated: Booleans, regressors: Floats, weights: Floats, coefficient: Floats
) -> tuple[Floats, Booleans]:
    """The step (m, q), and whether the likelihood is curved enough to have a maximum (m,)."""
    probability = logistic(coefficient @ regressors.T)
    slope = (weights * (treated - probability)) @ regressors
    step, eigenvalues = solved(cross_products(regressors, weights * probability * (1 - probability)), slope[:, :, None])
    return step[:, :, 0], np.asarray(eigenvalues[:, 0] > FLAT)


def _shortened(moved: Floats) -> Floats:
    return np.divide(np.log1p(moved), moved, out=np.ones_like(moved), where=moved > 0)
