"""How sure: standard errors, intervals and simultaneous bands of any effects, as the tidy table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np

from lnbeval import spread as spreads
from lnbeval.certainty import NO_ERROR, UNRELIABLE, Certainty, certain_rows
from lnbeval.conley import NOT_POSITIVE, conley_covariance, refuse_far
from lnbeval.errors import DesignError, ParameterError
from lnbeval.headline import headline
from lnbeval.randomization import randomization
from lnbeval.spread import Spread
from lnbeval.wild_bootstrap import wild_bootstrap

if TYPE_CHECKING:
    import pandas as pd

    from lnbeval.conley import Kernel
    from lnbeval.effects import Effects
    from lnbeval.panel import Floats, Labels

Method = Literal[
    "rule",
    "analytic",
    "cr1",
    "cr2",
    "jackknife",
    "wild",
    "wild_unrestricted",
    "randomization",
    "placebo",
    "bootstrap",
    "conley",
]
METHODS: Final = get_args(Method)
DRAWS: Final = 9_999
CAREFUL: Final = ("cr2", "placebo")  # errors that are not too small with 3 or 4 on a side, see benchmarks/size.md
CRITICAL_VALUE_STEP: Final = 1e-6  # rounded up to this: finer digits are noise of the draws and differ between machines
ALIKE: Final = "the error is that of placebos among the controls: far too small if the treated vary more than they do"
BLOCK: Final = 1024  # draws at a time
RIDGE: Final = 1e-10  # keeps the Cholesky factor of a singular correlation matrix finite
NODES: Final = 20_170_601  # without a generator the critical value is a sum over these fixed nodes, the same each time


def infer(
    effects: Effects,
    *,
    method: Method = "rule",
    level: float = 0.95,
    draws: int = DRAWS,
    rng: np.random.Generator | None = None,
    strata: Labels | None = None,
    places: Places | None = None,
) -> pd.DataFrame:
    """The tidy table of `effects`: errors, p-values, pointwise intervals and a band over all rows together.

    method:
        analytic, cr1, cr2, jackknife: a covariance and a t reference, see `lnbeval.spread`. The band is estimate +- c *
            std_error with c the `level` quantile of max |t| over the rows under the estimated correlations, from `draws`
            draws in the space of the k rows, and never less than the pointwise quantile.
        wild, wild_unrestricted: the wild cluster bootstrap of t with and without the null imposed, see
            `lnbeval.wild_bootstrap`; std_error is that of cr1, the interval from inverting the test; no band.
        randomization: permuted cohorts, within `strata` (n,) when given, see `lnbeval.randomization`; std_error is the
            analytic one of its t; an interval for an overall effect only; no band.
        conley: covariance of neighbours by distance between `places`, see `lnbeval.conley`; normal reference.
        placebo, bootstrap: the spread of draws that only this estimator has (synthetic_did); normal reference.
        rule: the one of these that `lnbeval.headline` chooses from the numbers of clusters and their weights.

    Rows that are zero by construction, or whose error cannot be had, keep their estimate and say why in `reason`; rows
    with fewer than 5 treated or control units are flagged there. `estimate +- interval` are in the outcome's unit.

    Raises ParameterError on an unknown method, a level outside (0, 1), fewer than 99 draws, or a method that these
    effects do not have; DesignError when there are fewer than two clusters.

    Sources: Callaway and Sant'Anna (2021), section 4 (influence and band); MacKinnon, Nielsen and Webb (2023), Journal of
    Econometrics 232(2), 272-299.
    """
    _refuse(effects, method=method, level=level, draws=draws)
    decided = headline(effects) if method == "rule" else None
    chosen = method if decided is None else decided.method
    rng = np.random.default_rng(NODES) if rng is None else rng
    if strata is not None and chosen != "randomization":
        raise ParameterError(f"strata are for randomization; inference '{chosen}' has no use for them.")
    if (places is None) == (chosen == "conley"):
        raise ParameterError(
            "Inference 'conley' and the places of the units, with a cutoff, go together: give both or none."
        )
    if chosen == "randomization":
        sure = _permuted(effects, level, draws, rng, strata)
    elif chosen in ("wild", "wild_unrestricted"):
        sure = _wild(effects, level, draws, rng, null_imposed=chosen == "wild")
    else:
        spread = _spread(effects, chosen, draws, rng, places)
        sure = _by_t(effects, _without_lone_units(effects, spread), level, draws, rng)
        sure = replace(sure, careful=chosen in CAREFUL, no_error=NOT_POSITIVE if chosen == "conley" else NO_ERROR)
    if chosen == "placebo":
        sure = replace(sure, warning=ALIKE)
    if decided is not None and not decided.reliable:
        sure = replace(sure, warning=UNRELIABLE)
    return certain_rows(effects, sure, chosen)


@dataclass(frozen=True, kw_only=True, eq=False)
class Places:
    """Where the units of the effects are, in degrees, and the distance beyond which their errors are unrelated."""

    latitude: Floats  # (n,) in the order of effects.panel.units
    longitude: Floats  # (n,)
    cutoff_km: float
    kernel: Kernel = "bartlett"


def _refuse(effects: Effects, *, method: str, level: float, draws: int) -> None:
    if method not in METHODS:
        raise ParameterError(f"Inference '{method}' is unknown; choose one of {', '.join(METHODS)}.")
    if not 0 < level < 1:
        raise ParameterError(f"level is {level}; it must lie between 0 and 1, such as 0.95.")
    if draws < 99:
        raise ParameterError(f"draws is {draws}; the band needs at least 99, better {DRAWS}.")
    if effects.panel.clusters[1] == 1:
        raise DesignError(
            "There is only one cluster: its errors cannot be told from the effect. Cluster at a lower level."
        )


def _spread(effects: Effects, method: str, draws: int, rng: np.random.Generator, places: Places | None) -> Spread:
    if places is not None:
        refuse_far(places.latitude, places.longitude, places.cutoff_km)
        covariance = conley_covariance(effects, places.latitude, places.longitude, places.cutoff_km, places.kernel)
        return Spread(scores=_root(covariance), df=np.full(len(covariance), np.inf))
    if method in ("placebo", "bootstrap"):
        return _own_spread(effects, method, draws, rng)
    return spreads.METHODS[method](effects)


def _root(covariance: Floats) -> Floats:
    """Scores whose products are the covariance, which may be indefinite: its variances are kept, NaN where not positive."""
    variance = np.diag(covariance)
    known = np.isfinite(variance)
    values, vectors = np.linalg.eigh(np.where(np.outer(known, known), np.nan_to_num(covariance), 0.0))
    root = (vectors * np.sqrt(np.maximum(values, 0.0))).T
    size = np.sqrt((root**2).sum(axis=0))
    scale = np.divide(np.sqrt(np.maximum(np.nan_to_num(variance), 0.0)), size, out=np.zeros(len(size)), where=size > 0)
    return np.where(known, root * scale, np.nan)


def _own_spread(effects: Effects, method: str, draws: int, rng: np.random.Generator) -> Spread:
    """The covariance of the estimator's own draws about their mean; normal reference."""
    if effects.own_draws is None or method not in effects.own_draws:
        have = ", ".join(effects.own_draws or ()) or "none"
        raise ParameterError(
            f"Inference '{method}' is not defined for {effects.estimator} (its own are: {have}). Use jackknife or randomization."
        )
    made = effects.own_draws[method](draws, rng)
    deviations = made - made.mean(axis=0)
    return Spread(scores=deviations / np.sqrt(len(made)), df=np.full(made.shape[1], np.inf))


def _by_t(effects: Effects, spread: Spread, level: float, draws: int, rng: np.random.Generator) -> Certainty:
    estimate, std_error = effects.estimate, spread.std_error
    alone = _quantile(level, spread.df)
    band = np.maximum(alone, _sup_t(spread, std_error, level, draws, rng))
    return Certainty(
        std_error=std_error,
        df=np.where(np.isfinite(std_error) & np.isfinite(spread.df), spread.df, np.nan),
        p_value=_p_values(estimate / std_error, spread.df),
        conf_low=estimate - alone * std_error,
        conf_high=estimate + alone * std_error,
        band_low=estimate - band * std_error,
        band_high=estimate + band * std_error,
    )


def _wild(effects: Effects, level: float, draws: int, rng: np.random.Generator, *, null_imposed: bool) -> Certainty:
    tests = wild_bootstrap(effects, level=level, draws=draws, rng=rng, null_imposed=null_imposed)
    nothing = np.full(len(effects.estimate), np.nan)
    return Certainty(
        std_error=_without_lone_units(effects, spreads.cr1(effects)).std_error,
        df=nothing,
        p_value=tests.p_value,
        simulated=tests.drawn,
        conf_low=tests.conf_low,
        conf_high=tests.conf_high,
        band_low=nothing,
        band_high=nothing,
    )


def _permuted(effects: Effects, level: float, draws: int, rng: np.random.Generator, strata: Labels | None) -> Certainty:
    permuted = randomization(effects, level=level, draws=draws, rng=rng, strata=strata)
    nothing = np.full(len(effects.estimate), np.nan)
    return Certainty(
        std_error=_without_lone_units(effects, spreads.analytic(effects)).std_error,
        df=nothing,
        p_value=permuted.p_value,
        simulated=0 if permuted.exact else permuted.assignments - 1,
        conf_low=permuted.conf_low,
        conf_high=permuted.conf_high,
        band_low=nothing,
        band_high=nothing,
        floor=1 / permuted.assignments,
    )


def _without_lone_units(effects: Effects, spread: Spread) -> Spread:
    """One treated or control cluster has no variance of its own: an error from the others only would be far too small."""
    lone = np.minimum(*effects.clusters) == 1
    scores = np.where(lone, np.nan, spread.scores) if lone.any() else spread.scores
    return Spread(scores=scores, df=spread.df, noise=effects.panel.rounding)


def _quantile(level: float, df: Floats) -> Floats:
    from scipy import special  # noqa: PLC0415

    return np.asarray(special.stdtrit(df, 0.5 + level / 2))  # infinite df: the normal


def _p_values(t: Floats, df: Floats) -> Floats:
    from scipy import special  # noqa: PLC0415

    return np.asarray(2 * special.stdtr(df, -np.abs(t)))


def _sup_t(spread: Spread, std_error: Floats, level: float, draws: int, rng: np.random.Generator) -> float:
    """The `level` quantile of max |t| over the rows, t with the rows' correlations and the smallest of their df."""
    rows = np.isfinite(std_error)
    if rows.sum() < 2:
        return 0.0
    correlation = spread.covariance[np.ix_(rows, rows)] / np.outer(std_error[rows], std_error[rows])
    factor = np.linalg.cholesky(correlation + RIDGE * np.eye(len(correlation)))
    z = _largest(factor, draws, rng)
    df = spread.df[rows].min()
    if np.isfinite(df):
        z /= np.sqrt(rng.chisquare(df, size=draws) / df)
    quantile = float(np.quantile(z, level, method="higher"))
    return float(np.ceil(quantile / CRITICAL_VALUE_STEP) * CRITICAL_VALUE_STEP)


def _largest(factor: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """The largest |factor @ z| over the rows for each of `draws` standard normal z, (draws,); in blocks that stay in the cache."""
    k = len(factor)
    largest, normal, product = np.empty(draws), np.empty((BLOCK, k)), np.empty((k, BLOCK))
    for start in range(0, draws, BLOCK):
        part = largest[start : start + BLOCK]
        drawn = rng.standard_normal(out=normal[: len(part)])
        made = np.matmul(factor, drawn.T, out=product[:, : len(part)])
        np.abs(made, out=made).max(axis=0, out=part)
    return largest
