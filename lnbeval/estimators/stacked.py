"""Stacked difference-in-differences with the corrective weights of Wing, Freedman and Hollingsworth (2024)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lnbeval.design import analysed, refuse_gaps, refuse_in_regression
from lnbeval.effects import BASE_PERIOD, Effects, Relabelled, clusters_of_kinds, key_columns
from lnbeval.errors import DesignError
from lnbeval.two_way import based, difference_fit, regression_inference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lnbeval.design import Design
    from lnbeval.panel import Booleans, Floats, Integers, Panel


def stacked(panel: Panel, design: Design) -> Effects:
    """Effects by event time from a stack of one clean experiment per cohort.

    The experiment of cohort a holds the periods a + e for e in the window, its own units and clean controls: units not
    treated up to its last period (not_yet_treated) or up to the end of the panel (never_treated), anticipation included.
    With changes since the base e = -1 - anticipation, N_ae the weight of the treated (D) or controls (C) of a that are
    observed in both periods, and s_ae = N_ae^D / sum_a N_ae^D,

        delta_e = sum_a s_ae (mean change_ae^D - mean change_ae^C):

    the coefficients of the weighted regression of the stacked outcomes on event time, treatment and their product, in
    which a treated observation weighs one and a control one s_ae / (N_ae^C / sum_a N_ae^C). Changes and levels give the
    same in a balanced panel; with gaps only changes keep unit effects out. Influence is from deviations within each
    experiment, so that common shocks, which fall into different event times of different experiments, are no noise. The
    shares are taken as given in the errors; the jackknife moves them. The window is the design's. By
    default it is the one with the most cohorts that have all of it and clean controls, every cohort if there is such a
    window; among these the one of most periods, and of most periods after treatment. Cohorts without the whole window or
    without clean controls are left out, and every row says so.

    Raises DesignError when the design asks for what the stack cannot do, when periods have gaps, or when no cohort has
    an experiment.

    Source: Wing, Freedman and Hollingsworth (2024), "Stacked difference-in-differences", NBER working paper 32054.
    """
    refuse_in_regression(design, name="stacked", control_groups=("never_treated", "not_yet_treated"), window=True)
    kept = analysed(panel, design)
    window = design.window or _widest(kept, design)
    stack, left_out = _stack(kept, design, window)
    fit = difference_fit(kept, np.repeat(stack.cohort, len(stack.event_time)), stack.change)
    contrast = _shares(kept, stack)
    told, base = contrast.any(axis=0), stack.event_time == stack.base
    if not told.any():
        raise DesignError(
            "stacked: no cohort and clean controls are both observed in the base period and in another one of the window. "
            "Complete the data, or choose another window."
        )
    inference = regression_inference(fit, contrast) | {"n_parameters": None}
    return Effects(
        **inference
        | {
            "estimate": np.where(told | base, inference["estimate"], np.nan),
            "reweighted": partial(_reweighted, kept, stack),
            "relabelled": partial(_relabelled, kept.weight, stack),
        },
        columns=_columns(kept, stack, fit.n_obs, told | base, left_out),
        panel=kept,
        design=design,
        estimator="stacked",
        aggregation="event_time",
        refit=partial(stacked, design=replace(design, window=window)),
        treated=stack.of_units(stack.by_event_time(stack.treated))
        | (base & np.isfinite(stack.before).any(axis=1, keepdims=True)),
        control=stack.of_units(stack.by_event_time(stack.control)),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Stack:
    """The stacked changes since the base, in slots: event times within experiments."""

    cohort: Floats  # (a,) of each experiment
    event_time: Integers  # (e,)
    base: int
    before: Floats  # (n, a) outcome of the treated in the base period, NaN where not observed
    slot: Integers  # (a, e) position of the period
    at_base: Integers  # (a,) position of the base period
    own: Booleans  # (c, a) cohorts of the panel that each experiment is about
    clean: Booleans  # (c, a) and those that are its clean controls
    change: Floats  # (n, a * e), NaN where not observed, not in the experiment, or at the base
    kind: Integers  # (n,) position of the unit's kind: its cohort and the outcomes observed
    treated: Booleans  # (p, a * e) observations of the treated, by kind
    control: Booleans  # (p, a * e) observations of clean controls

    def by_event_time(self, observations: Booleans) -> Booleans:
        """Kinds with an observation at each event time in any experiment, (p, e)."""
        return np.asarray(observations.reshape(len(observations), len(self.cohort), -1).any(axis=1))

    def of_units(self, rows: Booleans) -> Booleans:
        """The row of each unit's kind, (n, ...)."""
        return np.asarray(rows.take(self.kind, axis=0))

    def weight(self, weights: Floats, rows: Booleans) -> Floats:
        """Weight (n,) of the units whose kind is a member, summed by column."""
        return np.asarray(np.bincount(self.kind, weights=weights) @ rows)

    @cached_property
    def values(self) -> Floats:
        """Changes, zero where there is none."""
        return np.nan_to_num(self.change)


def _widest(panel: Panel, design: Design) -> tuple[int, int]:
    """The window of most cohorts, then of most periods, then of most after treatment."""
    first, last, base = int(panel.periods[0]), int(panel.periods[-1]), 1 + design.anticipation
    cohorts = _cohorts(panel, design)
    befores, afters = cohorts - first, np.arange(last - int(cohorts.min()) + 1)
    latest = panel.cohort.max()
    windows = [(int(before), int(after)) for before in befores[befores >= base] for after in afters]
    used = [int(_usable(cohorts, latest, window, first, last, design).sum()) for window in windows]
    if not any(used):
        remedy = "or use not_yet_treated" if design.control_group == "never_treated" else "or declare less anticipation"
        raise DesignError(
            f"stacked: no cohort has clean controls under control_group {design.control_group}, whatever the window. Add units "
            f"that are treated later or never, {remedy}."
        )
    return max(zip(used, windows, strict=True), key=lambda one: (one[0], sum(one[1]), one[1][1]))[1]


def _usable(cohorts: Floats, latest: float, window: tuple[int, int], first: int, last: int, design: Design) -> Booleans:
    """Cohorts with the whole window and, in the last cohort of all, clean controls throughout it."""
    before, after = window
    until = cohorts + after if design.control_group == "not_yet_treated" else last
    return np.asarray((cohorts - before >= first) & (cohorts + after <= last) & (latest > until + design.anticipation))


def _cohorts(panel: Panel, design: Design) -> Floats:
    """Cohorts with a base period: first treated after the first period, anticipation included."""
    refuse_gaps(panel, name="stacked")
    within = (panel.cohort > panel.periods[0] + design.anticipation) & (panel.cohort <= panel.periods[-1])
    if not within.any():
        raise DesignError(
            f"stacked: no cohort has a period before treatment and anticipation from {panel.periods[0]} on."
        )
    return np.unique(panel.cohort[within])


def _stack(panel: Panel, design: Design, window: tuple[int, int]) -> tuple[_Stack, str]:
    first, last = int(panel.periods[0]), int(panel.periods[-1])
    cohorts, (before, after), base = _cohorts(panel, design), window, -1 - design.anticipation
    if before < -base:
        raise DesignError(
            f"stacked: the window begins {before} periods before treatment, but with anticipation {design.anticipation} its "
            f"base is {-base} periods before. Widen the window."
        )
    whole = (cohorts - before >= first) & (cohorts + after <= last)
    until = np.full(len(cohorts), float(last))
    if design.control_group == "not_yet_treated":
        until = cohorts + after
    clean = panel.cohort[:, None] > until + design.anticipation
    used = whole & clean.any(axis=0)
    if not used.any():
        raise DesignError(
            f"stacked: no cohort has {before} periods before and {after} after its first treated one with clean controls. "
            "Narrow the window."
        )
    return _experiments(panel, cohorts[used], clean[:, used], np.arange(-before, after + 1), base), _left_out(
        cohorts, whole, used, before, after
    )


def _experiments(panel: Panel, cohorts: Floats, clean: Booleans, times: Integers, base: int) -> _Stack:
    slot = (cohorts[:, None] + times - panel.periods[0]).astype(np.int64)  # (a, e)
    at_base, e = slot[:, times == base].ravel(), len(times)
    own = panel.cohort[:, None] == cohorts
    seen, (kind, first) = panel.observed, panel.kinds
    both = seen[first][:, slot.ravel()] & seen[first][:, np.repeat(at_base, e)] & np.tile(times != base, len(cohorts))
    treated, control = (np.repeat(side[first], e, axis=1) & both for side in (own, clean))
    in_base = panel.outcome[:, at_base]
    change = panel.outcome[:, slot.ravel()] - np.repeat(in_base, e, axis=1)
    example = np.unique(panel.cohort, return_index=True)[1]
    return _Stack(
        cohort=cohorts,
        event_time=times,
        base=base,
        before=np.where(own, in_base, np.nan),
        slot=slot,
        at_base=at_base,
        own=own[example],
        clean=clean[example],
        change=np.where((treated | control).take(kind, axis=0), change, np.nan),
        kind=kind,
        treated=treated,
        control=control,
    )


def _left_out(cohorts: Floats, whole: Booleans, used: Booleans, before: int, after: int) -> str:
    short = [f"{g:g}" for g in cohorts[~whole]]
    alone = [f"{g:g}" for g in cohorts[whole & ~used]]
    said = []
    if short:
        said.append(f"cohort {', '.join(short)} left out: it has not {before} periods before and {after} after")
    if alone:
        said.append(f"cohort {', '.join(alone)} left out: it has no clean control")
    return "; ".join(said)


def _shares(panel: Panel, stack: _Stack) -> Floats:
    """Share of each experiment in its event time, as a contrast of levels and differences: (2 * a * e, e)."""
    a, e = len(stack.cohort), len(stack.event_time)
    treated, control = (stack.weight(panel.weight, side) for side in (stack.treated, stack.control))
    weight = np.where(control > 0, treated, 0.0)
    total = np.tile(weight.reshape(a, e).sum(axis=0), a)
    share = np.divide(weight, total, out=np.zeros(a * e), where=total > 0)
    at = np.tile(np.eye(e), (a, 1))
    return np.vstack([np.zeros((a * e, e)), share[:, None] * at])


def _reweighted(panel: Panel, stack: _Stack, multipliers: Floats) -> Floats:
    """delta_e under each row of unit weight multipliers, (m, e): means, shares and all."""
    weights = multipliers * panel.weight
    a, e = len(stack.cohort), len(stack.event_time)
    own, clean = stack.of_units(stack.treated), stack.of_units(stack.control)
    treated, control = weights @ own, weights @ clean
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = weights @ (own * stack.values) / treated - weights @ (clean * stack.values) / control
    both = (treated > 0) & (control > 0)
    weight = np.where(both, treated, 0.0).reshape(-1, a, e)
    counted = np.where(weight > 0, weight * np.nan_to_num(gap).reshape(-1, a, e), 0.0).sum(axis=1)
    total = weight.sum(axis=1)
    delta = np.divide(counted, total, out=np.full_like(counted, np.nan), where=total > 0)
    return based(delta, stack.event_time == stack.base, np.zeros(e))


def _relabelled(weight: Floats, stack: _Stack, outcome: Floats, labels: Integers) -> Relabelled:
    """delta_e of other outcomes (n, t) under other assignments (b, n) of cohorts, and influence over n."""
    a, e = len(stack.cohort), len(stack.event_time)
    change = outcome[:, stack.slot.ravel()] - np.repeat(outcome[:, stack.at_base], e, axis=1)
    seen = np.isfinite(change) & np.tile(stack.event_time != stack.base, a)
    change, sides = np.where(seen, change, 0.0), []
    for members in (stack.own, stack.clean):
        held = weight[:, None] * (np.repeat(members, e, axis=1)[labels] & seen)  # (b, n, a * e)
        total = held.sum(axis=1)
        mean = np.divide((held * change).sum(axis=1), total, out=np.zeros_like(total), where=total > 0)
        share = held / np.where(total > 0, total, np.inf)[:, None]
        sides.append((total, mean, share * (change - mean[:, None])))
    (treated, mean, above), (control, other, below) = sides
    mass = np.where(control > 0, treated, 0.0).reshape(-1, a, e)
    whole = mass.sum(axis=1)
    share = np.divide(mass, whole[:, None], out=np.zeros_like(mass), where=whole[:, None] > 0)
    delta = (share * (mean - other).reshape(-1, a, e)).sum(axis=1)
    spread = np.einsum("bnae,bae->bne", (above - below).reshape(*labels.shape, a, e), share, optimize=True)
    base = stack.event_time == stack.base
    return Relabelled(np.where((whole > 0) | base, delta, np.nan), spread)


def _columns(panel: Panel, stack: _Stack, n_obs: int, ok: Booleans, left_out: str) -> dict[str, NDArray[Any]]:
    treated, control = stack.by_event_time(stack.treated), stack.by_event_time(stack.control)
    base = stack.event_time == stack.base
    in_base = np.isfinite(stack.before)
    reason = np.where(base, BASE_PERIOD, left_out).astype(object)
    reason[~ok] = "no treated unit and clean control are observed there and in the base period"
    weight = panel.weight[:, None] * in_base
    number = np.bincount(stack.kind)
    n_treated = np.where(base, in_base.any(axis=1).sum(), number @ treated)
    return key_columns(
        {
            "cohort": np.nan,
            "period": np.nan,
            "base_period": np.nan,
            "event_time": stack.event_time,
            "n_treated": n_treated,
            "n_control": number @ control,
            "n_obs": n_obs,
            "fewest": np.where(base, n_treated, _fewest(panel, stack)),
            "baseline_mean": float((weight * np.nan_to_num(stack.before)).sum() / weight.sum()),
            "status": np.where(ok, "ok", "not_estimable").astype(object),
            "reason": reason,
        }
    )


def _fewest(panel: Panel, stack: _Stack) -> Integers:
    """Clusters on the smaller side of the smallest experiment that is used at each event time, (e,)."""
    both = clusters_of_kinds(np.hstack([stack.treated, stack.control]), stack.kind, panel)
    sides = np.minimum(*np.split(both, 2))
    by_time = sides.reshape(len(stack.cohort), -1).astype(float)
    least = np.where(by_time > 0, by_time, np.inf).min(axis=0)
    return np.asarray(np.where(np.isfinite(least), least, 0), dtype=np.int64)
