"""How sure: standard errors, intervals and simultaneous bands of any effects, as the tidy table."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
import pandas as pd

from lnbeval.effects import clusters_among
from lnbeval.errors import DesignError, ParameterError
from lnbeval.panel import units_kept
from lnbeval.table import tidy

if TYPE_CHECKING:
    from lnbeval.effects import Effects
    from lnbeval.panel import Floats, Integers

Method = Literal["analytic", "cr1", "jackknife"]
METHODS: Final = get_args(Method)
DRAWS: Final = 9_999
BLOCK: Final = 20_000_000  # numbers held at once by the jackknife: 160 MB, whatever the number of clusters
NOISE: Final = 1e-12  # of the largest outcome: what sums of equal numbers leave behind
FEW: Final = 5  # fewer treated or control units than this give errors that are too small
CRITICAL_VALUE_STEP: Final = 1e-6  # rounded up to this: finer digits are noise of the draws and differ between machines
RIDGE: Final = 1e-10  # keeps the Cholesky factor of a singular correlation matrix finite
NODES: Final = 20_170_601  # without a generator the critical value is a sum over these fixed nodes, the same each time


def infer(
    effects: Effects,
    *,
    method: Method = "jackknife",
    level: float = 0.95,
    draws: int = DRAWS,
    rng: np.random.Generator | None = None,
) -> pd.DataFrame:
    """The tidy table of `effects`: errors, p-values, pointwise intervals and a band over all rows together.

    With psi_c the influence summed over cluster c (the unit, when the panel declares none), n units, and G the clusters
    that hold a unit on which the estimate rests:
        analytic:  V = sum psi_c psi_c' / n^2; normal reference. Too small when few are treated.
        cr1:       V times G / (G - 1), for regressions also (N - 1) / (N - K), K without effects nested in a cluster;
                   t with G - 1 degrees of freedom.
        jackknife: V = (G - 1) / G sum (theta_-c - theta)(theta_-c - theta)', theta_-c re-estimated without cluster c
                   (CR3); t with G - 1.
    The band is estimate +- c * std_error with c the `level` quantile of max |t| over the rows under the estimated
    correlations, from `draws` draws in the space of the k rows, and never less than the pointwise quantile.

    Rows that are zero by construction, or whose error cannot be had, keep their estimate and say why in `reason`; rows
    with fewer than 5 treated or control units are flagged there. `estimate +- interval` are in the outcome's unit.

    Raises ParameterError on an unknown method, a level outside (0, 1) or fewer than 99 draws; DesignError when there
    are fewer than two clusters.

    Sources: Callaway and Sant'Anna (2021), Theorem 2 (influence) and Corollary 1 (band); MacKinnon, Nielsen and Webb
    (2023), Journal of Econometrics 232(2), 272-299 (CV1, CV3).
    """
    _refuse(effects, method=method, level=level, draws=draws)
    spread = SPREADS[method](effects)
    spread = _without_lone_units(effects, spread)
    alone = _quantile(level, spread.df)
    band = np.maximum(alone, _sup_t(spread, level, draws, np.random.default_rng(NODES) if rng is None else rng))
    return _table(effects, spread, method, alone, band)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Spread:
    """Covariance of the estimates, (k, k), NaN where there is none, and degrees of freedom of their references, (k,)."""

    covariance: Floats
    df: Floats
    noise: float = 0.0  # a smaller error is rounding

    @property
    def std_error(self) -> Floats:
        """Standard errors, NaN where the estimate does not vary."""
        variance = np.diag(self.covariance)
        return np.asarray(np.sqrt(np.where(variance > self.noise**2, variance, np.nan)))


def _refuse(effects: Effects, *, method: str, level: float, draws: int) -> None:
    if method not in METHODS:
        raise ParameterError(f"Inference '{method}' is unknown; choose one of {', '.join(METHODS)}.")
    if not 0 < level < 1:
        raise ParameterError(f"level is {level}; it must lie between 0 and 1, such as 0.95.")
    if draws < 99:
        raise ParameterError(f"draws is {draws}; the band needs at least 99, better {DRAWS}.")
    if len(set(effects.cluster.tolist())) < 2:
        raise DesignError(
            "There is only one cluster: its errors cannot be told from the effect. Cluster at a lower level."
        )


def _clusters(effects: Effects) -> tuple[Integers, int]:
    position, labels = pd.factorize(effects.cluster)
    return position, len(labels)


def _analytic(effects: Effects) -> _Spread:
    position, G = _clusters(effects)
    scores = effects.influence
    if len(position) > G:
        scores = np.column_stack([np.bincount(position, weights=column, minlength=G) for column in scores.T])
    covariance = scores.T @ scores / len(position) ** 2
    return _Spread(covariance=covariance, df=np.full(len(covariance), np.inf))


def _cr1(effects: Effects) -> _Spread:
    G = _contributing(effects)
    factor = G / (G - 1)
    if effects.n_parameters is not None:
        N = int(np.isfinite(effects.panel.outcome).sum())
        factor = factor * (N - 1) / (N - effects.n_parameters)
    return _Spread(covariance=_scaled(_analytic(effects).covariance, factor), df=G - 1)


def _jackknife(effects: Effects) -> _Spread:
    position, clusters = _clusters(effects)
    make = _refitted if effects.reweighted is None else _reweighted
    deviations = make(effects, position, clusters) - effects.estimate  # NaN: nothing to compare without some cluster
    G = _contributing(effects)
    return _Spread(covariance=_scaled(deviations.T @ deviations, (G - 1) / G), df=G - 1)


def _contributing(effects: Effects) -> Floats:
    """Clusters with a unit that the estimate rests on, (k,), at least two: the others say nothing about its error.

    A coefficient of a regression rests on every observation.
    """
    members = effects.members
    if effects.n_parameters is not None:
        observed = np.asarray(np.isfinite(effects.panel.outcome).any(axis=1))
        members = np.broadcast_to(observed[:, None], members.shape)
    counts = clusters_among(members, effects.cluster)
    return np.asarray(np.maximum(counts, 2), dtype=float)


def _scaled(covariance: Floats, factor: Floats) -> Floats:
    root = np.sqrt(factor)
    return np.asarray(covariance * np.outer(root, root))


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


SPREADS: Final = {"analytic": _analytic, "cr1": _cr1, "jackknife": _jackknife}


def _without_lone_units(effects: Effects, spread: _Spread) -> _Spread:
    """One treated or control cluster has no variance of its own: an error from the others only would be far too small."""
    lone = np.minimum(*_sides(effects)) == 1
    covariance = spread.covariance.copy()
    covariance[lone, :] = covariance[:, lone] = np.nan
    noise = NOISE * float(np.nanmax(np.abs(effects.panel.outcome)))
    return _Spread(covariance=covariance, df=spread.df, noise=noise)


def _sides(effects: Effects) -> tuple[Integers, Integers]:
    """Different clusters on the treated side and on the control side of each estimate, (k,) each."""
    return clusters_among(effects.treated, effects.cluster), clusters_among(effects.control, effects.cluster)


def _quantile(level: float, df: Floats) -> Floats:
    from scipy import special  # noqa: PLC0415

    return np.asarray(special.stdtrit(df, 0.5 + level / 2))  # infinite df: the normal


def _p_values(t: Floats, df: Floats) -> Floats:
    from scipy import special  # noqa: PLC0415

    return np.asarray(2 * special.stdtr(df, -np.abs(t)))


def _sup_t(spread: _Spread, level: float, draws: int, rng: np.random.Generator) -> float:
    """The `level` quantile of max |t| over the rows, t with the rows' correlations and the smallest of their df."""
    std_error = spread.std_error
    rows = np.isfinite(std_error)
    if rows.sum() < 2:
        return 0.0
    correlation = spread.covariance[np.ix_(rows, rows)] / np.outer(std_error[rows], std_error[rows])
    factor = np.linalg.cholesky(correlation + RIDGE * np.eye(len(correlation)))
    z = rng.standard_normal((draws, len(factor))) @ factor.T
    df = spread.df[rows].min()
    if np.isfinite(df):
        z /= np.sqrt(rng.chisquare(df, size=(draws, 1)) / df)
    quantile = float(np.quantile(np.abs(z).max(axis=1), level, method="higher"))
    return float(np.ceil(quantile / CRITICAL_VALUE_STEP) * CRITICAL_VALUE_STEP)


def _table(effects: Effects, spread: _Spread, method: str, alone: Floats, band: Floats) -> pd.DataFrame:
    keys, estimate, std_error = effects.keys, effects.estimate, spread.std_error
    columns = keys.drop(columns=["base_period", "fewest"]).assign(
        estimate=estimate,
        std_error=std_error,
        df=np.where(np.isfinite(std_error) & np.isfinite(spread.df), spread.df, np.nan),
        conf_low=estimate - alone * std_error,
        conf_high=estimate + alone * std_error,
        band_low=estimate - band * std_error,
        band_high=estimate + band * std_error,
        n_units=effects.members.sum(axis=0),
        p_value=_p_values(estimate / std_error, spread.df),
        reason=_reasons(effects, std_error),
    )
    design = effects.design
    return tidy(
        columns,
        estimator=effects.estimator,
        adjustment=design.adjustment,
        control_group=design.control_group,
        aggregation=effects.aggregation,
        inference=method,
    )


def _reasons(effects: Effects, std_error: Floats) -> list[str]:
    columns = effects.columns
    rows = zip(columns["status"], columns["reason"], *_sides(effects), columns["fewest"], std_error, strict=True)
    return ["; ".join(filter(None, (row[1], _caution(*row)))) for row in rows]


def _caution(status: str, why: str, treated: int, control: int, fewest: int, std_error: float) -> str:
    """What a row must say of its error; numbers are of clusters, which are the units when none are declared."""
    if status != "ok" or why.startswith("base period"):
        return ""
    if min(treated, control) == 1:
        return f"one {'treated' if treated == 1 else 'control'} unit or cluster: no interval from this method"
    if np.isnan(std_error):
        return "no error: the estimate cannot be made without some cluster, or does not vary"
    few = [f"{n} {word}" for n, word in ((treated, "treated"), (control, "control")) if n < FEW]
    if few:
        return f"only {' and '.join(few)} units or clusters: the error is likely too small"
    return "rests in part on a single unit or cluster: the error is likely too small" if fewest == 1 else ""
