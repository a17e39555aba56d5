"""Two periods, two groups, covariates: by regression, by inverse probability weights, or by both (doubly robust)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from lnbeval.least_squares import (
    COLLINEAR,
    coefficients,
    collinear,
    cross_products,
    moved_by,
    shares,
    solved,
    total,
    with_constant,
)
from lnbeval.propensity import Propensity, control_odds, moved_by_propensity, propensity, trimmed_controls

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lnbeval.panel import Booleans, Floats

Method = Literal["reg", "ipw", "dr"]
Problem = Literal["", "few_controls", "few_treated", "collinear", "separated", "no_overlap"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Adjusted:
    """Differences in outcome changes between treated and control units with the same covariates.

    c outcome changes of the same n units share one fit. `problem` says what stands in the way, the estimate is then NaN
    and the influence zero; `blame` is how much each covariate has to do with it, (p,).
    """

    estimate: Floats  # (c,)
    influence: Floats  # (n, c), scaled so that the variance is (influence**2).sum(axis=0) / n**2
    problem: Problem
    blame: Floats  # (p,)
    worst: int  # position of the unit with the largest propensity
    trimmed: int  # controls left out because of their propensity


def adjusted_difference(
    change: Floats, treated: Booleans, covariates: Floats, weight: Floats, method: Method
) -> Adjusted:
    """The effect on the treated of two groups in two periods, from outcome changes (n, c); who is not treated is control.

    With w1 the weights of the treated, w0 those of the controls, each adding to one, x the covariates with a constant,
    b the regression of the change on x among the controls, and p the logit of being treated on x:
        reg: sum w1 (change - x'b)
        ipw: sum w1 change - sum v change,                 v = w0 p / (1 - p), scaled to one
        dr:  sum w1 (change - x'b) - sum v (change - x'b)
    The influence carries the estimation of b and p. For ipw and dr, controls with a propensity of 0.995 or more are left
    out, and a unit of 0.999 or more is a lack of overlap, as in R did 2.5.1 and DRDID 1.2.3. There must be more controls
    than coefficients, and for ipw and dr as many treated units as coefficients.

    Sources: Sant'Anna and Zhao (2020), Journal of Econometrics 219(1), 101-122, sections 2 and 3, for dr and influence;
    Heckman, Ichimura and Todd (1997) for reg; Abadie (2005), with weights that add to one, for ipw.
    """
    regressors = with_constant(covariates)
    fit = _fitted(change, treated, regressors, weight[None, :], method)
    problem: Problem = fit.problem[0]
    logit = fit.logit
    return Adjusted(
        estimate=fit.estimate[0],
        influence=np.zeros_like(change) if problem else _influence(change, treated, regressors, weight, fit),
        problem=problem,
        blame=_blame(fit, treated, regressors, weight),
        worst=0 if logit is None else int(np.argmax(logit.probability[0])),
        trimmed=0 if problem or logit is None else int(trimmed_controls(treated, logit).sum()),
    )


def adjusted_estimates(
    change: Floats, treated: Booleans, covariates: Floats, weights: Floats, method: Method
) -> Floats:
    """The estimates of `adjusted_difference` under each row of weights (m, n), all at once: (m, c), NaN where none."""
    return _fitted(change, treated, with_constant(covariates), weights, method).estimate


def permuted_differences(
    change: Floats, treated: Booleans, covariates: Floats, weights: Floats, method: Method
) -> tuple[Floats, Floats]:
    """The same for m assignments of treatment (m, n): estimates (m, c), NaN where none, and influence over n, (m, n, c).

    Units in neither group have weight zero in their row of `weights` (m, n).
    """
    regressors = with_constant(covariates)
    fit = _fitted(change, treated, regressors, weights, method)
    return fit.estimate, _influences(change, treated, regressors, weights, fit)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Fit:
    """Nuisance parameters and estimates for m sets of weights."""

    estimate: Floats  # (m, c)
    problem: NDArray[np.object_]  # (m,)
    treated_share: Floats  # (m, n) weights of the treated, adding to one
    control_share: Floats  # (m, n) of the controls like them, adding to one; zero for reg
    coefficient: Floats | None  # (m, q, c) of the change on the covariates among the controls; None for ipw
    logit: Propensity | None  # None for reg


def _fitted(change: Floats, treated: Booleans, regressors: Floats, weights: Floats, method: Method) -> _Fit:
    coefficient = None if method == "ipw" else coefficients(change, regressors, weights * ~treated)
    logit = None if method == "reg" else propensity(treated, regressors, weights)
    treated_share = shares(weights * treated)
    control_share = np.zeros_like(weights) if logit is None else shares(weights * control_odds(treated, logit))
    problem = _problems(treated, regressors, weights, method, logit)
    difference = treated_share - control_share
    estimate = difference @ change
    if coefficient is not None:
        estimate -= ((difference @ regressors)[:, None, :] @ coefficient)[:, 0, :]
    estimate[problem != ""] = np.nan
    return _Fit(
        estimate=estimate,
        problem=problem,
        treated_share=treated_share,
        control_share=control_share,
        coefficient=coefficient,
        logit=logit,
    )


def _problems(
    treated: Booleans, regressors: Floats, weights: Floats, method: Method, logit: Propensity | None
) -> NDArray[np.object_]:
    """What stands in the way under each set of weights, (m,); what is said last is what is wrong first."""
    problem = np.full(len(weights), "", dtype=object)
    present, q = (weights > 0).astype(float), regressors.shape[1]
    if logit is not None:
        problem[~logit.overlap] = "no_overlap"
        problem[~logit.exists] = "separated"
    problem[collinear(regressors, weights if method == "ipw" else weights * ~treated)] = "collinear"
    problem[total(present, treated) < (1 if method == "reg" else q)] = "few_treated"
    # As many controls as coefficients fit themselves exactly: nothing is left to tell the error from.
    problem[total(present, ~treated) <= q] = "few_controls"
    return problem


def _influence(change: Floats, treated: Booleans, regressors: Floats, weight: Floats, fit: _Fit) -> Floats:
    """Each unit's part in the estimate times n, (n, c): its own deviation's, and what it moves through b and p."""
    w1, v = fit.treated_share[0][:, None], fit.control_share[0][:, None]
    residual = change if fit.coefficient is None else change - regressors @ fit.coefficient[0]
    above, below = residual - (w1 * residual).sum(axis=0), residual - (v * residual).sum(axis=0)
    rows = w1 * above - v * below
    if fit.coefficient is not None:
        among = weight * ~treated
        slope = regressors.T @ (w1 - v)
        rows -= residual * moved_by(among[:, None] * regressors, regressors, among, slope)
    if fit.logit is not None:
        slope = regressors.T @ (v * below)
        rows -= moved_by_propensity(treated, regressors, weight, fit.logit, slope)
    return np.asarray(len(change) * rows)


def _influences(change: Floats, treated: Booleans, regressors: Floats, weights: Floats, fit: _Fit) -> Floats:
    """What `_influence` gives, over n, for every assignment of treatment (m, n); zero where there is no estimate."""
    w1, v = fit.treated_share[:, :, None], fit.control_share[:, :, None]
    fitted = 0.0 if fit.coefficient is None else regressors @ fit.coefficient
    residual = np.broadcast_to(change - fitted, (*weights.shape, change.shape[1]))
    below = residual - (v * residual).sum(axis=1, keepdims=True)
    rows = w1 * (residual - (w1 * residual).sum(axis=1, keepdims=True)) - v * below
    if fit.coefficient is not None:
        among = weights * ~treated
        slope = (fit.treated_share - fit.control_share) @ regressors
        turned, _ = solved(cross_products(regressors, among), slope[:, :, None])
        rows -= residual * (among[:, :, None] * (regressors @ turned))
    if fit.logit is not None:
        p = fit.logit.probability
        turned, _ = solved(cross_products(regressors, weights * p * (1 - p)), regressors.T @ (v * below))
        rows -= (weights * (treated - p))[:, :, None] * (regressors @ turned)
    return np.where((fit.problem == "")[:, None, None], rows, 0.0)


def _blame(fit: _Fit, treated: Booleans, regressors: Floats, weight: Floats) -> Floats:
    """How much each covariate has to do with the problem, (p,); all alike where it is their number."""
    covariates, problem = regressors[:, 1:], fit.problem[0]
    if problem == "collinear":
        among = (weight > 0) & ((fit.coefficient is None) | ~treated)
        constant = np.ptp(covariates[among], axis=0) <= np.sqrt(COLLINEAR)
        return constant.astype(float) if constant.any() else _combined(regressors[among])[1:]
    if problem == "separated" and fit.logit is not None:
        return np.asarray(np.abs(fit.logit.direction[0][1:]) * np.ptp(covariates, axis=0))
    if problem == "no_overlap" and fit.logit is not None:
        return np.asarray(np.abs(fit.logit.coefficient[0][1:] * covariates[np.argmax(fit.logit.probability[0])]))
    return np.ones(covariates.shape[1])


def _combined(regressors: Floats) -> Floats:
    """Absolute coefficients of the combination of the regressors that is nearest to zero, (q,)."""
    return np.asarray(np.abs(np.linalg.eigh(regressors.T @ regressors)[1][:, 0]))
