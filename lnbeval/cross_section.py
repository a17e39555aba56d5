"""Two periods, two groups, covariates, with different units in each period (repeated cross-sections)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from lnbeval.errors import DesignError
from lnbeval.least_squares import coefficients, collinear, moved_by, shares, with_constant
from lnbeval.propensity import Propensity, control_odds, moved_by_propensity, propensity

if TYPE_CHECKING:
    from lnbeval.panel import Booleans, Floats

CrossSectionMethod = Literal["reg", "ipw", "dr", "dr_efficient"]
SIGN: Final = {True: 1, False: -1}  # of the period after treatment, and of that before


@dataclass(frozen=True, kw_only=True, eq=False)
class CrossSectionEffect:
    """An effect on the treated and its influence rows, one per observation: V = sum influence^2 / n^2."""

    estimate: float
    influence: Floats  # (n,)


def cross_section_effect(
    outcome: Floats, treated: Booleans, after: Booleans, covariates: Floats, weight: Floats, method: CrossSectionMethod
) -> CrossSectionEffect:
    """The effect on the treated from n observations of two groups before and after, each unit observed once.

    With w the weights of the treated in both periods, w_t of those in period t, b_t the regression of the outcome on the
    covariates among the controls of t, a_t among the treated, p the logit of being treated in both periods together, v_t
    the weights of the controls of t times p / (1 - p) (all scaled to one), and s_t = 1 after, -1 before:
        reg:          sum_t s_t [w_t y - w x'b_t]
        ipw:          sum_t s_t [w_t y - v_t y]
        dr:           sum_t s_t [w_t (y - x'b_t) - v_t (y - x'b_t)]
        dr_efficient: sum_t s_t [w x'(a_t - b_t) - v_t (y - x'b_t)], which in addition takes the covariates of the
                      treated to be distributed alike in both periods
    The influence carries the estimation of a, b and p. It is the derivative of the estimate in the weights; the errors of
    dr and dr_efficient in R DRDID 1.2.3 are not, and differ by up to one per cent.

    Raises DesignError when a group is too small for the covariates, these are collinear in it, or tell the treated from
    the controls.

    Source: Sant'Anna and Zhao (2020), Journal of Econometrics 219(1), 101-122, sections 2 and 3.
    """
    regressors = with_constant(covariates)
    _refuse_groups(treated, after, regressors, weight, method)
    logit = None if method == "reg" else _logit(treated, regressors, weight)
    periods = [_period(outcome, treated, after == late, regressors, weight, method, logit) for late in SIGN]
    estimate = sum(SIGN[late] * part for late, (part, _) in zip(SIGN, periods, strict=True))
    rows = [SIGN[late] * influence for late, (_, influence) in zip(SIGN, periods, strict=True)]
    return CrossSectionEffect(estimate=float(estimate), influence=len(outcome) * np.sum(rows, axis=0))


def cross_section_estimates(
    outcome: Floats, treated: Booleans, after: Booleans, regressors: Floats, weights: Floats, method: CrossSectionMethod
) -> Floats:
    """The estimates of `cross_section_effect` under each row of weights (m, n), (m,); NaN where it refuses."""
    logit = None if method == "reg" else propensity(treated, regressors, weights)
    possible = np.ones(len(weights), dtype=bool)
    if logit is not None:
        possible &= logit.exists & logit.overlap & ~collinear(regressors, weights)
    odds = np.zeros_like(weights) if logit is None else control_odds(treated, logit)
    everyone = shares(weights * treated) @ regressors
    estimate = np.zeros(len(weights))
    for late, sign in SIGN.items():
        now = after == late
        fitted = {own: method == "dr_efficient" or (method == "reg" and not own) for own in SIGN}
        groups = {own: weights * (now & (treated == own)) for own in SIGN}
        possible &= np.all([_fits(regressors, groups[own], regressed=fitted[own]) for own in SIGN], axis=0)
        slope = {
            own: coefficients(outcome[:, None], regressors, groups[own])[:, :, 0]
            if fitted[own]
            else np.zeros_like(everyone)
            for own in SIGN
        }
        alike, here = shares(weights * now * odds), shares(groups[True])
        own_path = (everyone * slope[True]).sum(axis=1) if method == "dr_efficient" else here @ outcome
        like_path = alike @ outcome + ((everyone - alike @ regressors) * slope[False]).sum(axis=1)
        estimate += sign * (own_path - like_path)
    return np.where(possible, estimate, np.nan)


def _fits(regressors: Floats, weights: Floats, *, regressed: bool) -> Booleans:
    """Whether a group has rows enough, and where it is regressed covariates that are not collinear, (m,)."""
    count = (weights > 0).sum(axis=1)
    return (count > regressors.shape[1]) & ~collinear(regressors, weights) if regressed else np.asarray(count > 0)


def _refuse_groups(
    treated: Booleans, after: Booleans, regressors: Floats, weight: Floats, method: CrossSectionMethod
) -> None:
    q = regressors.shape[1]
    for side, word in ((treated, "treated"), (~treated, "control")):
        regressed = method == "dr_efficient" or (method != "ipw" and word == "control")
        for late, when in ((True, "after"), (False, "before")):
            group = side & (after == late)
            if group.sum() < (q + 1 if regressed else 1):
                raise DesignError(
                    f"{group.sum()} {word} observations {when} treatment are too few for {q - 1} covariates. Use fewer."
                )
            if regressed and collinear(regressors, (weight * group)[None])[0]:
                raise DesignError(f"The covariates are collinear among the {word} observations {when} treatment.")


def _logit(treated: Booleans, regressors: Floats, weight: Floats) -> Propensity:
    if collinear(regressors, weight[None])[0]:
        raise DesignError("The covariates are collinear: leave one out.")
    fit = propensity(treated, regressors, weight[None])
    if not (fit.exists[0] and fit.overlap[0]):
        raise DesignError("The covariates tell treated from control observations: none are alike. Use method reg.")
    return fit


def _period(
    outcome: Floats,
    treated: Booleans,
    now: Booleans,
    regressors: Floats,
    weight: Floats,
    method: CrossSectionMethod,
    logit: Propensity | None,
) -> tuple[float, Floats]:
    """What one period contributes to the estimate, and each observation to it, (n,)."""
    here, everyone = _scaled(weight * (treated & now)), _scaled(weight * treated)
    alike = np.zeros_like(weight) if logit is None else _scaled(weight * now * control_odds(treated, logit)[0])
    among, own = weight * (now & ~treated), weight * (now & treated)
    path = np.zeros_like(outcome) if method == "ipw" else _predicted(outcome, regressors, among)
    treated_path = _predicted(outcome, regressors, own) if method == "dr_efficient" else path
    residual = outcome - path
    terms = {
        "reg": ((here, outcome), (everyone, -path)),
        "ipw": ((here, outcome), (alike, -outcome)),
        "dr": ((here, residual), (alike, -residual)),
        "dr_efficient": ((everyone, treated_path - path), (alike, -residual)),
    }[method]
    influence = np.sum([share * (values - share @ values) for share, values in terms], axis=0)
    predicted_for = here if method == "dr" else everyone
    if method != "ipw":
        influence -= _through_regression(residual, regressors, among, predicted_for - alike)
    if method == "dr_efficient":
        influence += _through_regression(outcome - treated_path, regressors, own, everyone)
    if logit is not None:
        slope = regressors.T @ (alike * (residual - alike @ residual))
        influence -= moved_by_propensity(treated, regressors, weight, logit, slope[:, None])[:, 0]
    return float(sum(share @ values for share, values in terms)), influence


def _predicted(outcome: Floats, regressors: Floats, weight: Floats) -> Floats:
    return np.asarray(regressors @ coefficients(outcome[:, None], regressors, weight[None])[0, :, 0])


def _through_regression(residual: Floats, regressors: Floats, weight: Floats, target: Floats) -> Floats:
    """What each observation moves in the sum of target x'b through the regression b with these weights, (n,)."""
    score = (weight * residual)[:, None] * regressors
    return np.asarray(moved_by(score, regressors, weight, (regressors.T @ target)[:, None])[:, 0])


def _scaled(weights: Floats) -> Floats:
    return np.asarray(shares(weights[None])[0])
