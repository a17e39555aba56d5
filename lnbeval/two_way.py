"""Regressions of a panel's outcome with unit and period effects, and the effects that are read off them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lnbeval.effects import BASE_PERIOD, Contrasts, Effects, Relabelled, clusters_of_kinds, key_columns
from lnbeval.errors import DesignError
from lnbeval.permuted_regression import Permutable, permuted_regression
from lnbeval.regression import Regression, least_squares

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lnbeval.design import Design
    from lnbeval.panel import Booleans, Floats, Integers, Panel
    from lnbeval.regression import Fit

UNTOLD: Final = "cannot be told from the period effects: too few units are untreated then"
NO_BASE: Final = -1  # a cohort that is treated, or may anticipate, from the first period


def two_way_fit(panel: Panel, pattern: Integers, regressors: Floats) -> Fit:
    """Regress the outcome on `regressors` (p, t, q) with unit and period effects, weighted by the unit's weight.

    Unit i has the regressors of `pattern[i]`. The first q coefficients of the fit are theirs; those of the period
    effects follow. Unit effects are absorbed: K of CR1 counts regressors and period effects alone, as fixest does.
    """
    return least_squares(
        Regression(
            outcome=panel.outcome,
            regressors=_with_periods(panel, regressors),
            pattern=pattern,
            weight=panel.weight,
            slot_weight=np.ones(regressors.shape[:2]),
            intercepts=np.zeros(len(panel.periods), dtype=np.int64),
        )
    )


def _with_periods(panel: Panel, regressors: Floats) -> Floats:
    """`regressors` (p, t, q) and, behind them, an indicator of each observed period but the first."""
    seen = np.flatnonzero(np.asarray(np.isfinite(panel.outcome).any(axis=0)))
    effects = np.eye(len(panel.periods))[:, seen[1:]]
    return np.concatenate([regressors, np.broadcast_to(effects, (len(regressors), *effects.shape))], axis=2)


def two_way_permutable(panel: Panel, regressors: Floats, mass: Booleans | None = None) -> Permutable:
    """The regression of `two_way_fit` whose patterns are the cohorts, (c, t, k), for other assignments; all k estimates."""
    k, every = regressors.shape[2], _with_periods(panel, regressors)
    return Permutable(
        slots=np.asarray,
        regressors=every,
        included=np.ones(every.shape[:2], dtype=bool),
        weight=panel.weight,
        absorbed=True,
        contrast=np.eye(every.shape[2])[:, :k],
        mass=mass,
    )


def permuted_cells(panel: Panel, cells: Cells) -> Callable[[Floats, Integers], Relabelled]:
    """The estimates of the cells, with those of base periods, for other outcomes under other assignments."""
    cohorts, t = panel.cohorts[0], len(panel.periods)
    base, none = cells.period == cells.base, cells.base == NO_BASE
    wanted = cells.kept(~base & ~none)
    mass = (cohorts[:, None, None] == wanted.cohort) & (np.arange(t)[:, None] == wanted.period)
    model = two_way_permutable(panel, cell_regressors(wanted, cohorts, t), mass)
    return partial(_with_bases, model, cells)


def _with_bases(model: Permutable, cells: Cells, outcome: Floats, labels: Integers) -> Relabelled:
    found = permuted_regression(model, outcome, labels)
    k, base = len(cells.cohort), cells.period == cells.base
    wanted = ~base & (cells.base != NO_BASE)
    estimate, mass = np.full((len(labels), k), np.nan), np.ones((len(labels), k))
    influence = np.zeros((*labels.shape, k))
    estimate[:, wanted], influence[:, :, wanted] = found.estimate, found.influence
    if found.mass is not None:
        mass[:, wanted] = found.mass
    return Relabelled(based(estimate, base, cells.cohort), influence, mass)


def refuse_undetermined(name: str) -> DesignError:
    """The error of a regression none of whose coefficients can be told from the unit and period effects."""
    return DesignError(
        f"{name}: the treatment is collinear with the unit and period effects. Without units that are never treated, or with "
        "a single period on one side of treatment, its effect cannot be told from a common trend."
    )


def regression_inference(fit: Fit, contrast: Floats) -> dict[str, Any]:
    """What `Effects` holds of a regression whose estimates are `contrast' coefficient`, (q, k)."""
    return {
        "estimate": contrast.T @ fit.coefficient,
        "influence": fit.influence(contrast),
        "reweighted": partial(fit.reweighted, contrast=contrast),
        "regression": Contrasts(fit=lambda: fit, matrix=contrast),
        "n_parameters": fit.n_parameters,
        "shares": "observations",
    }


def difference_fit(panel: Panel, cohort: Floats, change: Floats) -> Fit:
    """Differences of means as one regression: k outcome changes (n, k), NaN for units not compared, of cohorts (k,).

    Each change has a level, the mean of its controls, and a coefficient of being in its cohort: the last k coefficients
    are the differences.
    """
    cohorts, pattern = panel.cohorts
    k = len(cohort)
    level = np.broadcast_to(np.eye(k), (len(cohorts), k, k))
    own = level * (cohorts[:, None] == cohort)[:, :, None]
    return least_squares(
        Regression(
            outcome=change,
            regressors=np.concatenate([level, own], axis=2),
            pattern=pattern,
            weight=panel.weight,
            slot_weight=np.ones((len(cohorts), k)),
            intercepts=np.full(k, -1),
        )
    )


def reweighted_from_base(fit: Fit, contrast: Floats, base: Booleans, multipliers: Floats) -> Floats:
    """Estimates by event time under other weights, (m, k), zero at the base where there is any other."""
    return based(fit.reweighted(multipliers, contrast), base, np.zeros(len(base)))


def permuted_from_base(
    model: Permutable, estimated: Booleans, base: Booleans, outcome: Floats, labels: Integers
) -> Relabelled:
    """The same for other outcomes under other assignments; `estimated` (k,) are the estimates of the model, in order."""
    found = permuted_regression(model, outcome, labels)
    estimate, influence = np.full((len(labels), len(base)), np.nan), np.zeros((*labels.shape, len(base)))
    estimate[:, estimated], influence[:, :, estimated] = found.estimate, found.influence
    return Relabelled(based(estimate, base, np.zeros(len(base))), influence)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """Cohorts in periods: what an estimator estimates one by one. Positions of period and base; base -1 is none."""

    cohort: Floats  # (k,)
    period: Integers  # (k,)
    base: Integers  # (k,)

    def kept(self, keep: Booleans) -> Cells:
        """The cells chosen by the mask."""
        return Cells(cohort=self.cohort[keep], period=self.period[keep], base=self.base[keep])


def cohort_cells(panel: Panel, anticipation: int) -> Cells:
    """Every treated cohort in every period, with the last period before anticipation as its base."""
    cohorts = np.unique(panel.cohort[panel.cohort <= panel.periods[-1]])
    t = len(panel.periods)
    base = np.searchsorted(panel.periods + anticipation, cohorts) - 1
    return Cells(cohort=np.repeat(cohorts, t), period=np.tile(np.arange(t), len(cohorts)), base=np.repeat(base, t))


def comparison_cells(panel: Panel, design: Design) -> Cells:
    """Every cohort in every period, but for those of which there is nothing to say before the cohort is treated."""
    cells = cohort_cells(panel, design.anticipation)
    after = panel.periods[cells.period] >= cells.cohort
    base, keep = cells.base, (cells.base > NO_BASE) | after
    if design.base_period == "varying":  # anticipation counts as effect: only periods before it have the preceding one
        long = (panel.periods[cells.period] + design.anticipation >= cells.cohort) | (base == NO_BASE)
        base = np.where(long, base, cells.period - 1)
        keep &= long | (base > NO_BASE)  # the first period has no preceding one
    return Cells(cohort=cells.cohort, period=cells.period, base=base).kept(keep)


def cell_members(panel: Panel, cells: Cells) -> Booleans:
    """Units of each cell's cohort that are observed in its period, (n, k)."""
    kind, cohort, seen = _kinds(panel)
    return np.asarray(((cohort == cells.cohort) & seen[:, cells.period]).take(kind, axis=0))


def estimable(panel: Panel, cells: Cells) -> Booleans:
    """Cells whose cohort is observed both in the period and in its base period, where that is another one, (k,)."""
    _, cohort, seen = _kinds(panel)
    own = cohort == cells.cohort
    both = (own & seen[:, cells.period]).any(axis=0) & (own & seen[:, cells.base]).any(axis=0)
    return np.asarray(both & (cells.base != NO_BASE) & (cells.period != cells.base))


def observed_cells(panel: Panel, cells: Cells, *, name: str) -> Booleans:
    """The estimable cells (k,); DesignError when there is none."""
    found = estimable(panel, cells)
    if not found.any():
        raise DesignError(
            f"{name}: no cohort is observed both in the last period before its treatment, anticipation included, and in "
            "another one. Complete the data."
        )
    return found


def cell_controls(panel: Panel, cells: Cells, design: Design) -> Booleans:
    """Units observed that are never treated or, under not_yet_treated, not yet so (nor anticipating) in the period, (n, k)."""
    kind, cohort, seen = _kinds(panel)
    latest = np.full(len(cells.period), panel.periods[-1] + design.anticipation)
    if design.control_group == "not_yet_treated":
        latest = panel.periods[cells.period] + design.anticipation
    free = (cohort > latest) & (cohort != cells.cohort) & seen.any(axis=1, keepdims=True)
    return np.asarray(free.take(kind, axis=0))


def _kinds(panel: Panel) -> tuple[Integers, Floats, Booleans]:
    """Kind of each unit (n,), and of each kind its cohort (p, 1) and the outcomes observed (p, t)."""
    kind, first = panel.kinds
    return kind, panel.cohort[first][:, None], panel.observed[first]


def cell_regressors(cells: Cells, cohorts: Floats, t: int) -> Floats:
    """One indicator per cell, for each cohort and period, (c, t, k)."""
    k = len(cells.cohort)
    indicator = np.zeros((len(cohorts), t, k))
    indicator[np.searchsorted(cohorts, cells.cohort), cells.period, np.arange(k)] = 1.0
    return indicator


def based(estimate: Floats, base: Booleans, group: Floats) -> Floats:
    """Estimates (m, k) with zero in base periods of groups that have another estimate, and NaN in those of others."""
    filled = estimate.copy()
    for g in np.unique(group):
        own = np.isnan(group) if np.isnan(g) else group == g
        some = np.isfinite(estimate[:, own & ~base]).any(axis=1)
        filled[:, own & base] = np.where(some, 0.0, np.nan)[:, None]
    return filled


def cell_effects(
    panel: Panel,
    design: Design,
    cells: Cells,
    fit: Fit,
    contrast: Floats,
    *,
    estimated: Booleans,
    control: Booleans,
    estimator: str,
    refit: Callable[[Panel], Effects],
) -> Effects:
    """Effects by cohort and period from a regression: estimates of the cells in `estimated`, zero in a base period."""
    treated, base = cell_members(panel, cells), cells.period == cells.base
    full = np.zeros((len(fit.coefficient), len(cells.cohort)))
    full[:, estimated] = contrast
    told = fit.determined(full)
    found = estimated & told
    if not found.any():
        raise refuse_undetermined(estimator)
    full[:, ~found] = 0.0
    parts = regression_inference(fit, full)
    parts["estimate"] = based(np.where(found, parts["estimate"], np.nan)[None, :], base, cells.cohort)[0]
    ok = np.isfinite(parts["estimate"])
    parts["reweighted"] = partial(_reweighted, fit, full, found, cells)
    if design.adjustment == "none":
        parts["relabelled"] = permuted_cells(panel, cells)
    return Effects(
        **parts,
        columns=_cell_columns(panel, cells, treated, control, ok, told, fit.n_obs),
        panel=panel,
        design=design,
        estimator=estimator,
        aggregation="cell",
        refit=refit,
        treated=treated & ok,
        control=control & ok,
    )


def _reweighted(fit: Fit, contrast: Floats, found: Booleans, cells: Cells, multipliers: Floats) -> Floats:
    estimate = np.where(found, fit.reweighted(multipliers, contrast), np.nan)
    return based(estimate, cells.period == cells.base, cells.cohort)


def _cell_columns(
    panel: Panel, cells: Cells, treated: Booleans, control: Booleans, ok: Booleans, told: Booleans, n_obs: int
) -> dict[str, NDArray[Any]]:
    at_base = cells.period == cells.base
    kind, first = panel.kinds
    number, sides = np.bincount(kind), np.hstack([treated[first], control[first]])
    n_treated, n_control = np.split(number @ sides, 2)
    reason = np.where(at_base, BASE_PERIOD, "").astype(object)
    reason[~ok & ~told] = UNTOLD
    reason[~ok & told & ~at_base] = "no unit of the cohort is observed in its base period"
    reason[~ok & at_base] = "no estimate of this cohort to compare with its base period"
    reason[n_treated == 0] = "no treated unit is observed"
    reason[cells.base == NO_BASE] = "treated, or may anticipate, from the first period: nothing to compare with"
    few = np.minimum(*np.split(clusters_of_kinds(sides, kind, panel), 2))
    return key_columns(
        {
            "cohort": cells.cohort,
            "period": panel.periods[cells.period],
            "base_period": np.where(cells.base == NO_BASE, np.nan, panel.periods[cells.base]),
            "event_time": panel.periods[cells.period] - cells.cohort,
            "n_treated": n_treated,
            "n_control": n_control,
            "n_obs": n_obs,
            "fewest": np.where(ok, few, 0),
            "baseline_mean": _baseline(panel, cells),
            "status": np.where(ok, "ok", "not_estimable").astype(object),
            "reason": reason,
        }
    )


def _baseline(panel: Panel, cells: Cells) -> Floats:
    """Mean outcome of each cell's cohort in its base period, (k,), NaN where none is observed then."""
    cohorts, cohort = panel.cohorts
    seen = np.isfinite(panel.outcome)
    means = np.full((len(cohorts), len(panel.periods)), np.nan)
    for j in np.unique(np.searchsorted(cohorts, cells.cohort)):
        own = cohort == j
        weight = panel.weight[own, None] * seen[own]
        total = weight.sum(axis=0)
        sums = (weight * np.where(seen[own], panel.outcome[own], 0.0)).sum(axis=0)
        means[j] = np.divide(sums, total, out=means[j].copy(), where=total > 0)
    return np.asarray(means[np.searchsorted(cohorts, cells.cohort), cells.base])
