"""Local-projections difference-in-differences of Dube, Girardi, Jorda and Taylor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lnbeval.design import analysed, refuse_gaps, refuse_in_regression
from lnbeval.effects import BASE_PERIOD, Effects, clusters_among, key_columns
from lnbeval.errors import DesignError
from lnbeval.permuted_regression import Permutable
from lnbeval.regression import Regression, least_squares
from lnbeval.two_way import permuted_from_base, regression_inference, reweighted_from_base

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lnbeval.design import Design
    from lnbeval.panel import Booleans, Floats, Integers, Panel
    from lnbeval.regression import Fit


def local_projections(panel: Panel, design: Design) -> Effects:
    """Effects by horizon h from one regression of long differences for each, on clean samples.

        Y_i,t+h - Y_i,t+base = b_t^h + beta_h 1{G_i = t} + e_it^h,    base = -1 - anticipation,

    over units first treated in t and clean controls: not treated up to max(t + h, t), anticipation included
    (not_yet_treated), or never treated. beta_h weighs the cohorts' effects by the variance of treatment in their period,
    n_g n_C / (n_g + n_C), all weights positive: with several cohorts it is not the average over the treated. The errors
    of all horizons are joint. Horizons are those of the design's window or, by default, all that any cohort has.

    Raises DesignError when the design asks for what the regression cannot do, when periods have gaps, or when no cohort
    can be compared with anybody.

    Source: Dube, Girardi, Jorda and Taylor (2023), "A local projections approach to difference-in-differences", NBER
    working paper 31184, section 3 (the variance-weighted form).
    """
    refuse_in_regression(
        design, name="local_projections", control_groups=("never_treated", "not_yet_treated"), window=True
    )
    kept = analysed(panel, design)
    horizons = _horizons(kept, design)
    slots = _slots(kept, design, horizons)
    sample = _sample(kept, slots)
    estimated = np.isin(horizons, sample.horizon)
    fit = least_squares(_regression(kept, sample, horizons[estimated]))
    contrast = np.zeros((len(fit.coefficient), len(horizons)))
    contrast[len(sample.horizon) :, estimated] = np.eye(int(estimated.sum()))
    inference = regression_inference(fit, contrast)
    base = horizons == -1 - design.anticipation
    inference["estimate"] = np.where(estimated | base, inference["estimate"], np.nan)
    inference["reweighted"] = partial(_reweighted, fit, contrast, estimated, base)
    inference["relabelled"] = partial(
        permuted_from_base, _permutable(kept, slots, horizons[estimated]), estimated, base
    )
    return Effects(
        **inference,
        columns=_columns(kept, design, sample, horizons, base, fit.n_obs),
        panel=kept,
        design=design,
        estimator="local_projections",
        aggregation="event_time",
        refit=partial(local_projections, design=replace(design, window=_window(horizons))),
        treated=_members(sample, horizons, base, sample.treated),
        control=sample.at(horizons, sample.control),
    )


def _members(sample: _Sample, horizons: Integers, base: Booleans, side: Booleans) -> Booleans:
    """Units at each horizon; at the base, those of any."""
    return np.where(base, side.any(axis=1, keepdims=True), sample.at(horizons, side))


def _reweighted(fit: Fit, contrast: Floats, estimated: Booleans, base: Booleans, multipliers: Floats) -> Floats:
    estimate = reweighted_from_base(fit, contrast, base, multipliers)
    return np.where(estimated | base, estimate, np.nan)


def _window(horizons: Integers) -> tuple[int, int]:
    return -int(horizons[0]), int(horizons[-1])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sample:
    """Long differences in slots: a horizon of a cohort that has both treated units and clean controls there."""

    horizon: Integers  # (s,)
    cohort: Floats  # (s,)
    change: Floats  # (n, s), NaN where not observed or not in the sample
    treated: Booleans  # (n, s)
    control: Booleans  # (n, s)

    def at(self, horizons: Integers, observations: Booleans) -> Booleans:
        """Units with an observation at each horizon, (n, h)."""
        return np.column_stack([observations[:, self.horizon == h].any(axis=1) for h in horizons])


def _horizons(panel: Panel, design: Design) -> Integers:
    refuse_gaps(panel, name="local_projections")
    treated = _cohorts(panel, design)
    if design.window is None:
        before, after = int(treated.max() - panel.periods[0]), int(panel.periods[-1] - treated.min())
    else:
        before, after = design.window
    return np.arange(-max(before, 1 + design.anticipation), after + 1)


def _cohorts(panel: Panel, design: Design) -> Floats:
    """Cohorts with a base period: first treated after the first period, anticipation included."""
    within = (panel.cohort > panel.periods[0] + design.anticipation) & (panel.cohort <= panel.periods[-1])
    if not within.any():
        raise DesignError(
            f"local_projections: no cohort has a period before treatment and anticipation in {panel.periods[0]} to "
            f"{panel.periods[-1]}."
        )
    return np.unique(panel.cohort[within])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Slots:
    """Every horizon of every cohort within the periods."""

    horizon: Integers  # (s,)
    cohort: Floats  # (s,)
    until: Floats  # (s,) controls are first treated after this
    now: Integers  # (s,) position of the period
    base: Integers  # (s,) position of the base period

    def change(self, outcome: Floats) -> Floats:
        """Long differences of outcomes (n, t), (n, s)."""
        return np.asarray(outcome[:, self.now] - outcome[:, self.base])


def _slots(panel: Panel, design: Design, horizons: Integers) -> _Slots:
    first, last = int(panel.periods[0]), int(panel.periods[-1])
    cohorts = _cohorts(panel, design)
    horizon = np.repeat(horizons[horizons != -1 - design.anticipation], len(cohorts))
    cohort = np.tile(cohorts, len(horizon) // len(cohorts))
    inside = (cohort + horizon >= first) & (cohort + horizon <= last)
    horizon, cohort = horizon[inside], cohort[inside]
    until = np.full(len(cohort), float(last + design.anticipation))
    if design.control_group == "not_yet_treated":
        until = np.maximum(cohort + horizon, cohort) + design.anticipation
    return _Slots(
        horizon=horizon,
        cohort=cohort,
        until=until,
        now=(cohort + horizon - first).astype(np.int64),
        base=(cohort - 1 - design.anticipation - first).astype(np.int64),
    )


def _sample(panel: Panel, slots: _Slots) -> _Sample:
    change = slots.change(panel.outcome)
    treated = (panel.cohort[:, None] == slots.cohort) & np.isfinite(change)
    control = (panel.cohort[:, None] > slots.until) & np.isfinite(change)
    both = treated.any(axis=0) & control.any(axis=0)
    if not both.any():
        raise DesignError("local_projections: no cohort has clean controls at any horizon.")
    change = np.where(treated | control, change, np.nan)
    return _Sample(
        horizon=slots.horizon[both],
        cohort=slots.cohort[both],
        change=change[:, both],
        treated=treated[:, both],
        control=control[:, both],
    )


def _permutable(panel: Panel, slots: _Slots, horizons: Integers) -> Permutable:
    """The regression for other assignments of cohorts: a level for each slot and the treatment of each horizon."""
    cohorts, s = panel.cohorts[0][:, None], len(slots.horizon)
    own = cohorts == slots.cohort
    treated = own[:, :, None] & (slots.horizon[:, None] == horizons)
    level = np.broadcast_to(np.eye(s), (len(cohorts), s, s))
    return Permutable(
        slots=slots.change,
        regressors=np.concatenate([level, treated.astype(float)], axis=2),
        included=own | (cohorts > slots.until),
        weight=panel.weight,
        absorbed=False,
        contrast=np.eye(s + len(horizons))[:, s:],
    )


def _regression(panel: Panel, sample: _Sample, horizons: Integers) -> Regression:
    """A level for each slot and the treatment of each horizon."""
    cohorts, pattern = panel.cohorts
    s = len(sample.horizon)
    level = np.broadcast_to(np.eye(s), (len(cohorts), s, s))
    treated = (cohorts[:, None] == sample.cohort)[:, :, None] & (sample.horizon[:, None] == horizons)
    return Regression(
        outcome=sample.change,
        regressors=np.concatenate([level, treated.astype(float)], axis=2),
        pattern=pattern,
        weight=panel.weight,
        slot_weight=np.ones((len(cohorts), s)),
        intercepts=np.full(s, -1),
    )


def _columns(
    panel: Panel, design: Design, sample: _Sample, horizons: Integers, base: Booleans, n_obs: int
) -> dict[str, NDArray[Any]]:
    treated = _members(sample, horizons, base, sample.treated)
    control = sample.at(horizons, sample.control)
    ok = np.isin(horizons, sample.horizon) | base
    fewest = np.minimum(*(clusters_among(side, panel) for side in (sample.treated, sample.control)))
    reason = np.where(base, BASE_PERIOD, "").astype(object)
    reason[~ok] = "no cohort is observed there together with clean controls"
    return key_columns(
        {
            "cohort": np.nan,
            "period": np.nan,
            "base_period": np.nan,
            "event_time": horizons,
            "n_treated": treated.sum(axis=0),
            "n_control": control.sum(axis=0),
            "n_obs": n_obs,
            "fewest": [
                fewest[sample.horizon == h].min(initial=len(panel.units)) if h in sample.horizon else 0
                for h in horizons
            ],
            "baseline_mean": _baseline(panel, design, sample),
            "status": np.where(ok, "ok", "not_estimable").astype(object),
            "reason": reason,
        }
    )


def _baseline(panel: Panel, design: Design, sample: _Sample) -> float:
    """Mean outcome of the treated in the last period before their anticipation."""
    before = np.searchsorted(panel.periods + design.anticipation, panel.cohort) - 1
    value = panel.outcome[np.arange(len(before)), np.maximum(before, 0)]
    weight = panel.weight * (sample.treated.any(axis=1) & (before >= 0) & np.isfinite(value))
    return float(np.nansum(weight * value) / weight.sum()) if weight.any() else float("nan")
