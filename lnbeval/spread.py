"""Covariances of estimates with the degrees of freedom of their references: analytic, CR1, CR2, jackknife (CR3)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from lnbeval.effects import clusters_among
from lnbeval.errors import DesignError, ParameterError
from lnbeval.panel import units_kept

if TYPE_CHECKING:
    from lnbeval.effects import Effects
    from lnbeval.panel import Booleans, Floats, Integers
    from lnbeval.regression import Fit

BLOCK: Final = 20_000_000  # numbers held at once by the jackknife: 160 MB, whatever the number of clusters
ZERO: Final = 1e-12  # an eigenvalue below this is zero: the cluster determines a coefficient alone


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """Scores whose products are the covariance of the estimates, and degrees of freedom of their references.

    covariance = scores' scores, (k, k); NaN in a column of the scores where an estimate has no error.
    """

    scores: Floats  # (clusters or draws, k)
    df: Floats  # (k,)
    noise: float = 0.0  # a smaller error is rounding

    @cached_property
    def covariance(self) -> Floats:
        """Covariance of the estimates, (k, k)."""
        return np.asarray(self.scores.T @ self.scores)

    @cached_property
    def std_error(self) -> Floats:
        """Standard errors, NaN where the estimate does not vary."""
        variance = np.diag(self.covariance)
        return np.asarray(np.sqrt(np.where(variance > self.noise**2, variance, np.nan)))


def summed(rows: Floats, position: Integers, G: int) -> Floats:
    """Rows of units summed by cluster, (G, ...)."""
    if len(position) == G:
        return rows  # each unit is its own cluster, in the order of the units
    flat = rows.reshape(len(rows), -1)
    sums = np.column_stack([np.bincount(position, weights=column, minlength=G) for column in flat.T])
    return np.asarray(sums.reshape(G, *rows.shape[1:]), dtype=float)


def analytic(effects: Effects) -> Spread:
    """V = sum psi_c psi_c' / n^2 with psi_c the influence summed over cluster c; normal reference."""
    position, G = effects.panel.clusters
    scores = summed(effects.influence, position, G) / len(position)
    return Spread(scores=scores, df=np.full(scores.shape[1], np.inf))


def cr1(effects: Effects) -> Spread:
    """The analytic V times G / (G - 1), for regressions also (N - 1) / (N - K); t with G - 1 degrees of freedom."""
    G = _contributing(effects)
    factor = G / (G - 1)
    if effects.n_parameters is not None and effects.regression is not None:
        N = effects.regression.fit().n_obs
        factor = factor * (N - 1) / max(N - effects.n_parameters, 1)
    return Spread(scores=analytic(effects).scores * np.sqrt(factor), df=G - 1)


def jackknife(effects: Effects) -> Spread:
    """V = (G - 1) / G sum (theta_-c - theta)(theta_-c - theta)', each theta_-c re-estimated; t with G - 1."""
    position, clusters = effects.panel.clusters
    make = _refitted if effects.reweighted is None else _reweighted
    deviations = make(effects, position, clusters) - effects.estimate  # NaN: nothing to compare without some cluster
    G = _contributing(effects)
    return Spread(scores=deviations * np.sqrt((G - 1) / G), df=G - 1)


def cr2(effects: Effects) -> Spread:
    """The bias-reduced V of Bell and McCaffrey (2002) with Satterthwaite degrees of freedom, of a regression.

    For contrasts c'beta of a regression with rows X, weights W and M = (X'WX)^-1, and working model of independent
    errors with one variance (Pustejovsky and Tipton 2018):
        B_g = [(I - H)(I - H)']_gg with H = X M X'W,   A_g = B_g^(+1/2), its inverse root,   a_g = A_g W_g X_g M c,
        V = sum_g (a_g'e_g)^2,   df = (sum_g Omega_gg)^2 / sum_gh Omega_gh^2,   Omega_gh = cov(a_g'e_g, a_h'e_h) / sigma^2.
    Cohort shares and corrective weights are taken as given.

    Raises ParameterError when there is no regression behind the estimates.

    Source: Pustejovsky and Tipton (2018), Journal of Business and Economic Statistics 36(4), 672-683.
    """
    if effects.regression is None:
        raise ParameterError(
            f"Inference 'cr2' needs a least-squares regression behind the estimates, and {effects.estimator} with adjustment "
            f"'{effects.design.adjustment}' has none. Use jackknife."
        )
    fit = effects.regression.fit()
    position, G = effects.panel.clusters
    parts = _bias_reduced(fit, effects.regression.matrix, position, G)
    scores = summed(np.einsum("nsk,ns->nk", parts.loading, fit.residual), position, G)
    return Spread(scores=scores, df=_satterthwaite(fit, parts))


METHODS: Final = {"analytic": analytic, "cr1": cr1, "cr2": cr2, "jackknife": jackknife}


def _contributing(effects: Effects) -> Floats:
    """Clusters with a unit that the estimate rests on, (k,), at least two: the others say nothing about its error.

    A coefficient of a regression rests on every observation in it.
    """
    members: Booleans = effects.members
    if effects.n_parameters is not None and effects.regression is not None:
        fit = effects.regression.fit()
        used = np.asarray((fit.slot_weight > 0).any(axis=1))[fit.pattern]
        members = np.asarray(np.broadcast_to(used[:, None], members.shape))
    counts = clusters_among(members, effects.panel)
    return np.asarray(np.maximum(counts, 2), dtype=np.float64)


def _reweighted(effects: Effects, position: Integers, G: int) -> Floats:
    """Estimates without each cluster, (G, k), from its units' weights set to zero; in blocks of bounded size."""
    if effects.reweighted is None:
        raise ParameterError(f"{effects.estimator} cannot be re-estimated under other weights.")
    blocks = np.array_split(np.arange(G), max(1, G * len(position) // BLOCK))
    return np.vstack([effects.reweighted((position != block[:, None]).astype(float)) for block in blocks])


def _refitted(effects: Effects, position: Integers, G: int) -> Floats:
    """Estimates without each cluster, (G, k), each from a fit of its own."""
    wanted = _identity(effects)
    left_out = np.full((G, len(effects.estimate)), np.nan)
    for c in range(G):
        with suppress(DesignError):
            left_out[c] = _aligned(effects.refit(units_kept(effects.panel, position != c)), wanted)
    return left_out


def _identity(effects: Effects) -> Floats:
    keys = np.column_stack([effects.columns[name] for name in ("cohort", "period", "event_time")])
    return np.asarray(np.nan_to_num(keys, nan=-np.inf))


def _aligned(left: Effects, wanted: Floats) -> Floats:
    """The estimates of `left` in the order of the keys `wanted`, NaN where it has none."""
    have = _identity(left)
    if np.array_equal(have, wanted):
        return left.estimate
    found = {tuple(key): value for key, value in zip(have.tolist(), left.estimate.tolist(), strict=True)}
    return np.array([found.get(tuple(key), np.nan) for key in wanted.tolist()])


@dataclass(frozen=True, kw_only=True, eq=False)
class _BiasReduced:
    """a_g of the units, (n, s, k), and by cluster a_g'a_g (G, k), X_g'a_g and X_g'W_g a_g (G, q, k)."""

    loading: Floats
    square: Floats
    plain: Floats
    weighted: Floats


def _bias_reduced(fit: Fit, contrast: Floats, position: Integers, G: int) -> _BiasReduced:
    """Clusters with the same patterns and weights share their a_g: it is made once for each kind."""
    n, (_, s, q), k = len(position), fit.rows.shape, contrast.shape[1]
    direction, squares = fit.inverse @ contrast, _squared_weights(fit)
    order = np.lexsort((fit.weight, fit.pattern, position))
    kinds: dict[tuple[object, ...], tuple[Floats, ...]] = {}
    loading = np.zeros((n, s, k))
    square, plain, weighted = np.zeros((G, k)), np.zeros((G, q, k)), np.zeros((G, q, k))
    for g, units in enumerate(np.split(order, np.cumsum(np.bincount(position, minlength=G))[:-1])):
        kind = (*fit.pattern[units].tolist(), *fit.weight[units].tolist())
        if kind not in kinds:
            kinds[kind] = _cluster_loading(fit, units, direction, squares)
        loading[units], square[g], plain[g], weighted[g] = kinds[kind]
    return _BiasReduced(loading=loading, square=square, plain=plain, weighted=weighted)


def _squared_weights(fit: Fit) -> Floats:
    """M X'W^2 X M, (q, q)."""
    total = np.bincount(fit.pattern, weights=fit.weight**2, minlength=len(fit.rows))
    flat = fit.rows.reshape(-1, fit.rows.shape[2])
    return np.asarray(
        fit.inverse @ ((flat * (total[:, None] * fit.slot_weight**2).reshape(-1, 1)).T @ flat) @ fit.inverse
    )


def _cluster_loading(fit: Fit, units: Integers, direction: Floats, squares: Floats) -> tuple[Floats, ...]:
    weight = (fit.weight[units][:, None] * fit.slot_weight[fit.pattern[units]]).ravel()
    seen = weight > 0
    X = fit.rows[fit.pattern[units]].reshape(len(weight), -1)[seen]
    w = weight[seen]
    hat = (X @ fit.inverse @ X.T) * w  # H_gg
    values, vectors = np.linalg.eigh(np.eye(len(w)) - hat - hat.T + X @ squares @ X.T)
    root = np.where(values > ZERO, 1 / np.sqrt(np.maximum(values, ZERO)), 0.0)
    a = (vectors * root) @ (vectors.T @ ((w[:, None] * X) @ direction))
    loading = np.zeros((len(weight), direction.shape[1]))
    loading[seen] = a
    return (
        loading.reshape(len(units), -1, direction.shape[1]),
        (a**2).sum(axis=0),
        X.T @ a,
        X.T @ (w[:, None] * a),
    )


def _satterthwaite(fit: Fit, parts: _BiasReduced) -> Floats:
    """(tr Omega)^2 / tr Omega^2 with Omega = diag(d) + F R F', F of few columns: linear in the number of clusters."""
    M, squares, zero = fit.inverse, _squared_weights(fit), np.zeros_like(fit.inverse)
    R = np.block([[squares, -M], [-M, zero]])
    df: Floats = np.full(parts.square.shape[1], np.nan)
    for k in range(len(df)):
        F, d = np.hstack([parts.plain[:, :, k], parts.weighted[:, :, k]]), parts.square[:, k]
        low_rank = np.einsum("ga,ab,gb->g", F, R, F, optimize=True)
        inner = R @ (F.T @ F)
        total = (d**2).sum() + 2 * (d * low_rank).sum() + np.trace(inner @ inner)
        df[k] = (d + low_rank).sum() ** 2 / total if total > 0 else np.nan
    return df
