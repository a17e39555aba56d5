"""Imputation of the untreated path, of Borusyak, Jaravel and Spiess (2024)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lnbeval.design import analysed, refuse_in_regression
from lnbeval.effects import Effects, clusters_among, key_columns
from lnbeval.errors import DesignError, ParameterError
from lnbeval.permuted_path import Asked, permuted_path
from lnbeval.untreated_path import (
    BLOCK,
    cohort_sums,
    effects_by_cohort,
    lead_coefficients,
    left_over,
    path_data,
    period_effects,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lnbeval.design import ControlGroup, Design
    from lnbeval.panel import Booleans, Floats, Integers, Labels, Panel
    from lnbeval.untreated_path import CohortSums, PathData, PeriodEffects

SHOWN: Final = 5  # units named in a reason


def imputation(panel: Panel, design: Design, *, leads: int | None = None) -> Effects:
    """Mean of  tau_it = Y_it - a_i - b_t  by cohort and period, a and b fitted on untreated outcomes alone.

    Y_it = a_i + b_t is fitted by least squares with the unit weights to every outcome observed before g - anticipation.
    Cells are the periods from g - anticipation on; averages of them weigh by treated observations. Influence of unit i
    on a cell, with v_it the weight of outcome it in its estimate: n sum_t v_it e_it, e_it the residual where untreated and
    tau_it less its mean by cohort and period (weighted by v^2) where treated. Effects that differ within a cell count
    as noise: with many units the error is too large rather than too small. R `didimputation` 0.5.0 gives the same. Under
    unequal weights the influence need not average to zero.

    Rows with event_time < -anticipation are leads. They test the assumption in a fit of its own: on untreated outcomes,
    with one coefficient, the same for all cohorts (so the row has none), for each of the last `leads` periods before
    anticipation. All earlier periods are their reference; no single period is zero by construction. By default `leads` is
    the largest number that leaves half of the cohorts an earlier period, and 1 where only a longer-observed cohort has
    one. Their influence is that of the regression; didimputation adds the small-sample factor of fixest to their errors.

    Cells that cannot be imputed are rows `not_estimable`: cohorts treated from the first period, periods in which nobody
    is untreated or which no unit links to those before treatment. Treated units never observed untreated are left out of
    their cell, which says so. Raises DesignError when no cell can be estimated, or the design asks for already treated
    controls, for never treated ones among several cohorts, for a varying base period, covariate adjustment or a window;
    ParameterError when `leads` is negative.

    Source: Borusyak, Jaravel and Spiess (2024), Review of Economic Studies 91(6), 3253-3285: Theorem 2 (estimator),
    Theorem 3 with equations 7 and 8 (error), equation 9 (leads).
    """
    kept = analysed(panel, design)
    _refuse(kept, design, leads)
    length = _default_leads(kept, design) if leads is None else leads
    model = _model(kept, design, length)
    effects = _estimated(kept, design, model, length)
    if not effects.ok.any():
        reasons = "; ".join(dict.fromkeys(effects.columns["reason"]))
        raise DesignError(f"No outcome without treatment can be imputed for any treated unit: {reasons}.")
    return effects


def _refuse(panel: Panel, design: Design, leads: int | None) -> None:
    start = panel.cohort - design.anticipation
    several = len(np.unique(panel.cohort[(start > panel.periods[0]) & (start <= panel.periods[-1])])) > 1
    # Every outcome before treatment enters the fit: with one cohort these say nothing that the never treated do not.
    allowed: tuple[ControlGroup, ...] = ("not_yet_treated",) if several else ("not_yet_treated", "never_treated")
    refuse_in_regression(design, name="imputation", control_groups=allowed)
    if leads is not None and leads < 0:
        raise ParameterError(f"leads is {leads}; it must be a whole number of periods, 0 or more.")


def _default_leads(panel: Panel, design: Design) -> int:
    cohorts = np.unique(panel.cohort[panel.cohort <= panel.periods[-1]])
    before = np.sort(cohorts - design.anticipation - panel.periods[0])
    before = before[before > 0]  # time from the first period to each cohort's anticipation
    if not before.size:
        return 0
    enough = before[(len(before) - 1) // 2]
    return int(max(enough - 1, min(before[-1] - 1, 1)))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Model:
    """The fit and what is asked of it: k cells, then l leads."""

    data: PathData
    cohorts: Floats  # (c,) cohorts of the units
    cohort: Integers  # (k,) position of each cell's cohort
    period: Integers  # (k,) position of its period
    lead: Integers  # (l,) event times
    indicators: Floats  # (c, t, l) which cohort is at which lead when


def _model(panel: Panel, design: Design, length: int) -> _Model:
    cohorts, position = panel.cohorts
    untreated = panel.periods < cohorts[:, None] - design.anticipation
    treated_up_to_last = (cohorts <= panel.periods[-1])[:, None]
    cohort, period = np.nonzero(~untreated & treated_up_to_last)
    data = path_data(panel.outcome, position, untreated)
    event_time = np.where(untreated & treated_up_to_last & data.occurring, panel.periods - cohorts[:, None], np.nan)
    end = -1 - design.anticipation
    lead = np.unique(event_time[(event_time <= end) & (event_time > end - length)])
    return _Model(
        data=data,
        cohorts=cohorts,
        cohort=cohort,
        period=period,
        lead=lead.astype(np.int64),
        indicators=(event_time[:, :, None] == lead).astype(float),
    )


def _estimated(panel: Panel, design: Design, model: _Model, length: int) -> Effects:
    data = model.data
    sums = cohort_sums(data, panel.weight[None])
    path = period_effects(sums, data.untreated_cells)
    cells = effects_by_cohort(sums, path)[0, model.cohort, model.period]
    lead, lead_influence = _leads(panel, model, sums, path)
    estimate = np.append(cells, np.where(np.isfinite(cells).any(), lead, np.nan))
    treated, control = _members(model)
    return Effects(
        columns=_columns(panel, design, model, path, estimate, treated, control),
        estimate=estimate,
        influence=np.hstack([_cell_influence(panel, model, sums, path, cells), lead_influence]),
        panel=panel,
        design=design,
        estimator="imputation",
        aggregation="cell",
        refit=partial(imputation, design=design, leads=length),
        treated=treated,
        control=control,
        reweighted=partial(_reweighted, panel.weight, model),
        relabelled=partial(permuted_path, _asked(panel, model)),
        shares="observations",
    )


def _cell_influence(panel: Panel, model: _Model, sums: CohortSums, path: PeriodEffects, estimate: Floats) -> Floats:
    """Influence of each cell, n sum_t v_it e_it, (n, k).

    Because residuals add to zero within a unit, the weights of its untreated outcomes matter only through the period
    effects: with L the weights of the period effects in the cell, they add  L A^- (w_i e_i).
    """
    data, n = model.data, len(panel.units)
    ok = np.isfinite(estimate)
    effect = left_over(data, np.broadcast_to(path.effect[0], data.untreated_cells.shape))
    mass = np.where(ok, sums.mass[0, model.cohort, model.period], np.inf)
    loading = sums.spread[0, model.cohort, model.period] / mass[:, None]  # (k, t), zero where there is no estimate
    residual = np.where(data.untreated, effect, 0.0) * panel.weight[:, None]
    influence = np.asarray(residual @ (-n * path.inverse[0] @ loading.T))
    for j in np.unique(model.cohort[ok]):
        units, columns = np.flatnonzero(data.cohort == j), np.flatnonzero(ok & (model.cohort == j))
        at = np.ix_(units, model.period[columns])
        share = data.used[at] * panel.weight[units, None] / mass[columns]
        mean = (share**2 * effect[at]).sum(axis=0) / (share**2).sum(axis=0)
        influence[np.ix_(units, columns)] += n * share * (effect[at] - mean)
    return influence


def _leads(panel: Panel, model: _Model, sums: CohortSums, path: PeriodEffects) -> tuple[Floats, Floats]:
    """Coefficients of the leads, (l,), NaN where not identified, and their influence, (n, l)."""
    data, n = model.data, len(panel.units)
    fit = lead_coefficients(sums, path, data.untreated_cells, model.indicators)
    identified = fit.identified[0]
    residual = np.where(data.untreated, left_over(data, fit.path[0]), 0.0) * panel.weight[:, None]
    influence = np.zeros((n, len(identified)))
    for j in range(len(model.cohorts)):
        units = data.cohort == j
        influence[units] = residual[units] @ (n * fit.score[0, j] * identified[:, None]).T
    return np.where(identified, fit.coefficient[0], np.nan), influence


def _reweighted(weight: Floats, model: _Model, multipliers: Floats) -> Floats:
    """Cells and leads under each row of weight multipliers, (m, k + l)."""
    n, (c, t) = len(weight), model.data.untreated_cells.shape
    blocks = np.array_split(multipliers, 1 + len(multipliers) * max(n, c * t * t) // BLOCK)
    return np.vstack([_reweighted_block(model, block * weight) for block in blocks])


def _reweighted_block(model: _Model, weights: Floats) -> Floats:
    sums = cohort_sums(model.data, weights)
    path = period_effects(sums, model.data.untreated_cells)
    cells = effects_by_cohort(sums, path)[:, model.cohort, model.period]
    fit = lead_coefficients(sums, path, model.data.untreated_cells, model.indicators)
    some = np.isfinite(cells).any(axis=1, keepdims=True)
    return np.hstack([cells, np.where(fit.identified & some, fit.coefficient, np.nan)])


def _asked(panel: Panel, model: _Model) -> Asked:
    """The same cells and leads for other assignments, whatever outcomes are observed under them."""
    untreated = model.data.untreated_cells
    event_time = panel.periods - model.cohorts[:, None]
    before = untreated & (model.cohorts <= panel.periods[-1])[:, None]
    return Asked(
        weight=panel.weight,
        untreated_cells=untreated,
        cohort=model.cohort,
        period=model.period,
        indicators=(before[:, :, None] & (event_time[:, :, None] == model.lead)).astype(float),
    )


def _members(model: _Model) -> tuple[Booleans, Booleans]:
    """Units treated and compared with in each cell and lead, (n, k + l).

    Compared with are units observed untreated in the same period and in another one; only these say what the period did.
    """
    data = model.data
    informs = data.untreated & (data.n_untreated > 1)[:, None]
    treated = [data.used[:, model.period] & (data.cohort[:, None] == model.cohort)]
    control = [informs[:, model.period]]
    for own in model.indicators.transpose(2, 0, 1) > 0:  # (c, t) of each lead
        beside = own.any(axis=0) & ~own
        treated.append((informs & own[data.cohort]).any(axis=1)[:, None])
        control.append((informs & beside[data.cohort]).any(axis=1)[:, None])
    return np.hstack(treated), np.hstack(control)


def _columns(
    panel: Panel,
    design: Design,
    model: _Model,
    path: PeriodEffects,
    estimate: Floats,
    treated: Booleans,
    control: Booleans,
) -> dict[str, NDArray[Any]]:
    k, none = len(model.cohort), np.full(len(model.lead), np.nan)
    cohort, period = model.cohorts[model.cohort], panel.periods[model.period]
    n_treated = treated.sum(axis=0)
    return key_columns(
        {
            "cohort": np.append(cohort, none),
            "period": np.append(period, none),
            "base_period": np.nan,
            "event_time": np.append(period - cohort, model.lead),
            "n_treated": n_treated,
            "n_control": control.sum(axis=0),
            "n_obs": model.data.untreated.sum() + np.where(np.arange(len(estimate)) < k, n_treated, 0),
            "fewest": np.minimum(clusters_among(treated, panel), clusters_among(control, panel)),
            "baseline_mean": _baseline_mean(panel, design, treated),
            "status": np.where(np.isfinite(estimate), "ok", "not_estimable").astype(object),
            "reason": _reasons(panel, model, path, estimate),
        }
    )


def _baseline_mean(panel: Panel, design: Design, treated: Booleans) -> Floats:
    """Mean outcome of the treated units in their last period before anticipation, NaN where none is observed then."""
    last = np.searchsorted(panel.periods + design.anticipation, panel.cohort) - 1
    outcome = np.where(last >= 0, panel.outcome[np.arange(len(last)), last], np.nan)
    weight = panel.weight * np.isfinite(outcome)
    total = weight @ treated
    with np.errstate(invalid="ignore"):
        return np.asarray((weight * np.nan_to_num(outcome)) @ treated / total)


def _reasons(panel: Panel, model: _Model, path: PeriodEffects, estimate: Floats) -> list[str]:
    cells, leads = np.split(np.isfinite(estimate), [len(model.cohort)])
    of_cells = [
        _reason(panel, model, path.linked[0], j, t, ok=bool(ok))
        for j, t, ok in zip(model.cohort, model.period, cells, strict=True)
    ]
    return of_cells + ["" if ok else "no earlier untreated period to compare with" for ok in leads]


def _reason(panel: Panel, model: _Model, linked: Booleans, j: int, t: int, *, ok: bool) -> str:
    """Why a cell could not be estimated, or which of its units could not enter."""
    data, period = model.data, panel.periods[t]
    if not model.data.untreated_cells[j].any():
        return "treated, or may anticipate, from the first period: nothing to compare with"
    observed = (data.cohort == j) & np.isfinite(panel.outcome[:, t])
    lost = observed & ~data.used[:, t]
    if ok:
        several = "units never observed untreated are" if lost.sum() > 1 else "unit never observed untreated is"
        return f"{lost.sum()} treated {several} left out" if lost.any() else ""
    if not data.used[observed, t].any():
        return f"no treated unit is observed both in {period} and untreated"
    if not data.untreated[:, t].any():
        return f"no unit is still untreated in {period}"
    apart = panel.units[observed & (data.untreated & ~linked[t]).any(axis=1)]
    return f"no chain of units observed untreated links {period} with the untreated periods of {_named(apart)}"


def _named(units: Labels) -> str:
    shown = ", ".join(map(str, units[:SHOWN]))
    return shown if len(units) <= SHOWN else f"{shown} and {len(units) - SHOWN} others"
