"""Wild cluster bootstrap of regression estimates: p-values of t, and intervals by inverting the test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from lnbeval.errors import ParameterError
from lnbeval.inversion import reach
from lnbeval.spread import summed

if TYPE_CHECKING:
    from lnbeval.effects import Effects
    from lnbeval.panel import Floats
    from lnbeval.regression import Fit

Multipliers = Literal["rademacher", "webb"]
WEBB: Final = np.sqrt(np.array([1.5, 1.0, 0.5]))  # Webb's six points are these and their negatives
FEW_CLUSTERS: Final = 8  # with fewer, two-point draws take too few values for a p-value of one in twenty to mean much
TIE: Final = 1e-10  # relative: statistics closer than this are the same number
GRID: Final = 12  # significant digits kept of a bound, so that machines agree


@dataclass(frozen=True, kw_only=True, eq=False)
class Tests:
    """Two-sided p-values (k,) and intervals (k,), infinite where the test rejects nothing on that side."""

    p_value: Floats
    conf_low: Floats
    conf_high: Floats
    drawn: int  # sign vectors that were drawn; 0 where all there are were used


def wild_bootstrap(
    effects: Effects,
    *,
    level: float,
    draws: int,
    rng: np.random.Generator,
    null_imposed: bool = True,
    multipliers: Multipliers | None = None,
) -> Tests:
    """The wild cluster bootstrap of t = (c'beta - r) / CR1 error, a test for each estimate c'beta.

    With rows X, weights W, M = (X'WX)^-1, clusters g and v_g a random sign (or one of Webb's six points), the bootstrap
    outcomes are X beta~ + v_g e~_g. Null imposed (WCR): beta~ and e~ are those of the regression in which c'beta = r.
    Otherwise (WCU) those of the regression as it is. All sign vectors are used where there are at most `draws` of them,
    the p-value then being the share of statistics at least as large as the observed one, at least one of them; with draws it is
    (1 + number at least as large) / (1 + draws). Webb's points are drawn with fewer than 8 clusters, unless told otherwise.
    The interval holds the r that the test does not reject at 1 - level: e~ is linear in r, so each draw's t is known for
    every r.

    Raises ParameterError when there is no regression behind the estimates.

    Sources: Cameron, Gelbach and Miller (2008); Webb (2023); MacKinnon, Nielsen and Webb (2023), Journal of Econometrics
    232(2), 272-299; Roodman, Nielsen, MacKinnon and Webb (2019), Stata Journal 19(1), 4-60, section 5.
    """
    if effects.regression is None:
        raise ParameterError(
            f"Inference 'wild' needs a least-squares regression behind the estimates, and {effects.estimator} with adjustment "
            f"'{effects.design.adjustment}' has none. Use jackknife or randomization."
        )
    fit, contrast = effects.regression.fit(), effects.regression.matrix
    position, G = effects.panel.clusters
    signs, complete = _signs(G, draws, rng, multipliers)
    scores = summed(fit.scores(), position, G)
    responses = summed(_responses(fit, contrast), position, G)
    tests = [
        _one(
            _statistics(fit, contrast[:, k], scores, responses[:, :, k], signs),
            level,
            complete=complete,
            null=null_imposed,
        )
        for k in range(contrast.shape[1])
    ]
    p_value, low, high = np.array(tests).T
    return Tests(p_value=p_value, conf_low=low, conf_high=high, drawn=0 if complete else len(signs))


def _signs(G: int, draws: int, rng: np.random.Generator, multipliers: Multipliers | None) -> tuple[Floats, bool]:
    """Multipliers of the clusters, (draws, G), and whether they are all that there are."""
    chosen = multipliers or ("webb" if G < FEW_CLUSTERS else "rademacher")
    if chosen == "webb":
        points = np.concatenate([-WEBB, WEBB])
        return points[rng.integers(0, len(points), size=(draws, G))], False
    if G < 63 and draws >= 2**G:
        return np.asarray(1.0 - 2.0 * ((np.arange(2**G)[:, None] >> np.arange(G)) & 1), dtype=float), True
    return np.asarray(1.0 - 2.0 * rng.integers(0, 2, size=(draws, G)), dtype=float), False


def _responses(fit: Fit, contrast: Floats) -> Floats:
    """X_i'W_i X_i M c of each unit, (n, q, k)."""
    moved = fit.rows @ (fit.inverse @ contrast)  # (p, s, k)
    by_pattern = np.einsum("psq,ps,psk->pqk", fit.rows, fit.slot_weight, moved, optimize=True)
    return np.asarray(fit.weight[:, None, None] * by_pattern[fit.pattern])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Statistics:
    """For each draw, numerator and squared denominator of t as polynomials in d = c'beta - r.

    numerator = n0 + d n1, denominator^2 = q0 + 2 d q1 + d^2 q2; `error` is the root of the same without draws.
    """

    n0: Floats
    n1: Floats
    q0: Floats
    q1: Floats
    q2: Floats
    estimate: float
    error: float

    def size(self, d: float) -> Floats:
        """|t| of each draw at d."""
        square = self.q0 + 2 * d * self.q1 + d * d * self.q2
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(self.n0 + d * self.n1) / np.sqrt(np.maximum(square, 0.0))
        return np.asarray(np.nan_to_num(t, nan=0.0, posinf=np.inf))


def _statistics(fit: Fit, c: Floats, scores: Floats, response: Floats, signs: Floats) -> _Statistics:
    """kappa_g = c'M s~_g and score*_g = v_g kappa_g - z_g'M sum_h v_h s~_h, with s~ = s + d z / (c'Mc)."""
    direction = fit.inverse @ c
    variance = float(c @ direction)
    if variance <= 0:  # zero by construction
        nothing = np.zeros(len(signs))
        return _Statistics(n0=nothing, n1=nothing, q0=nothing, q1=nothing, q2=nothing, estimate=0.0, error=0.0)
    kappa0, kappa1 = scores @ direction, response @ direction / variance
    moved = response @ fit.inverse  # (G, q): z_g'M
    star0 = signs * kappa0 - (signs @ scores) @ moved.T
    star1 = signs * kappa1 - (signs @ response) @ moved.T / variance
    return _Statistics(
        n0=signs @ kappa0,
        n1=signs @ kappa1,
        q0=(star0**2).sum(axis=1),
        q1=(star0 * star1).sum(axis=1),
        q2=(star1**2).sum(axis=1),
        estimate=float(c @ fit.coefficient),
        error=float(np.sqrt((kappa0**2).sum())),
    )


def _one(statistics: _Statistics, level: float, *, complete: bool, null: bool) -> tuple[float, float, float]:
    if statistics.error == 0:
        return np.nan, np.nan, np.nan
    fixed = statistics.size(0.0)

    def p_value(d: float) -> float:
        sizes = statistics.size(d) if null else fixed
        reached = int((sizes >= abs(d) / statistics.error * (1 - TIE)).sum())
        # Without the null imposed the signs as they are have t = 0, so that the observed t may not be among all of them.
        return max(reached, 1) / len(sizes) if complete else (1 + reached) / (1 + len(sizes))

    def bound(side: float) -> float:
        step = side * statistics.error
        return statistics.estimate - step * reach(lambda far: p_value(far * step), level)

    low, high = (float(f"{bound(side):.{GRID}g}") for side in (1.0, -1.0))
    return p_value(statistics.estimate), low, high
