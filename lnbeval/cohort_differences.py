"""Differences in outcome changes between cohorts and units not yet treated: the estimates by cohort and period."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lnbeval.design import analysed
from lnbeval.effects import BASE_PERIOD, Contrasts, Effects, Relabelled, clusters_among, key_columns
from lnbeval.errors import DesignError
from lnbeval.group_time import differences, refuse_covariates, reweighted_differences, weighted_mean
from lnbeval.two_way import NO_BASE, comparison_cells, difference_fit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lnbeval.design import Design
    from lnbeval.panel import Booleans, Floats, Integers, Panel
    from lnbeval.regression import Fit
    from lnbeval.two_way import Cells

BLOCK: Final = 2_000_000  # numbers held at once per intermediate array: 16 MB, whatever the number of units


def cohort_differences(panel: Panel, design: Design, *, estimator: str, refit: Callable[[Panel], Effects]) -> Effects:
    """Every cohort in every period against units not yet treated, as `att_gt` says.

    Raises DesignError when no cell can be estimated, or the design asks for what these comparisons cannot do.
    """
    _refuse(design, estimator)
    kept = analysed(panel, design)
    refuse_covariates(kept, design)
    cells = comparison_cells(kept, design)
    effects = _estimated(kept, design, cells, estimator, refit)
    if not effects.ok.any():
        reasons = "; ".join(dict.fromkeys(effects.columns["reason"]))
        raise DesignError(f"No cohort can be compared with anybody in any period: {reasons}.")
    return effects


def _refuse(design: Design, estimator: str) -> None:
    if design.control_group == "all":
        raise DesignError(
            f"{estimator} never uses treated units as controls: choose control_group never_treated or not_yet_treated."
        )
    if design.window is not None:
        raise DesignError(f"{estimator}: window is for stacked and local_projections: leave it out.")


def _estimated(
    panel: Panel, design: Design, cells: Cells, estimator: str, refit: Callable[[Panel], Effects]
) -> Effects:
    n, k = len(panel.units), len(cells.cohort)
    influence = np.zeros((n, k), order="F")
    all_treated, all_control = np.zeros((n, k), dtype=bool, order="F"), np.zeros((n, k), dtype=bool, order="F")
    estimate, baseline = np.full(k, np.nan), np.full(k, np.nan)
    n_treated, n_control = np.zeros(k, dtype=np.int64), np.zeros(k, dtype=np.int64)
    hindrance = np.full(k, "", dtype=object)
    for block in np.array_split(np.arange(k), max(1, n * k // BLOCK)):
        treated, control, change = _compared(panel, design, cells, block)
        found = differences(panel, design, cells.cohort[block], treated, control, change)
        estimate[block], influence[:, block], hindrance[block] = found.estimate, found.influence, found.reason
        before = panel.outcome[:, cells.base[block]]
        baseline[block] = weighted_mean(np.where(treated, before, 0.0), panel.weight, treated)[0]
        n_treated[block], n_control[block] = treated.sum(axis=0), control.sum(axis=0)
        all_treated[:, block], all_control[:, block] = treated, control
    base = cells.period == cells.base
    estimate[base & (n_treated > 0)], influence[:, base] = 0.0, 0.0
    stranded = _stranded(panel, cells, estimate)
    estimate[stranded], influence[:, stranded] = np.nan, 0.0
    return Effects(
        columns=_columns(
            panel,
            cells,
            estimate,
            baseline,
            n_treated,
            n_control,
            _why_stranded(panel, cells, stranded, hindrance),
            _fewest(panel, all_treated, all_control),
        ),
        estimate=estimate,
        influence=influence,
        panel=panel,
        design=design,
        estimator=estimator,
        aggregation="cell",
        refit=refit,
        treated=all_treated,
        control=all_control,
        reweighted=partial(_reweighted, panel, design, cells),
        regression=_contrasts(panel, design, cells, np.isfinite(estimate) & ~base),
        relabelled=None if design.adjustment != "none" else partial(_relabelled, panel, design, cells),
    )


def _contrasts(panel: Panel, design: Design, cells: Cells, estimated: Booleans) -> Contrasts | None:
    """Without covariates the estimates are coefficients of one regression of the outcome changes."""
    if design.adjustment != "none":
        return None
    block = np.flatnonzero(estimated)
    matrix = np.zeros((2 * len(block), len(estimated)))
    matrix[len(block) + np.arange(len(block)), block] = 1.0

    def fit() -> Fit:
        treated, control, change = _compared(panel, design, cells, block)
        return difference_fit(panel, cells.cohort[block], np.where(treated | control, change, np.nan))

    return Contrasts(fit=cache(fit), matrix=matrix)


def _fewest(panel: Panel, treated: Booleans, control: Booleans) -> Integers:
    return np.minimum(clusters_among(treated, panel.cluster), clusters_among(control, panel.cluster))


def _reweighted(panel: Panel, design: Design, cells: Cells, multipliers: Floats) -> Floats:
    """ATT(g, t) under each row of weight multipliers, (m, k)."""
    treated, control, change = _compared(panel, design, cells, np.arange(len(cells.cohort)))
    weights = multipliers * panel.weight
    estimate = reweighted_differences(panel, design, treated, control, change, weights)
    base = cells.period == cells.base
    estimate[:, base] = np.where((weights @ treated)[:, base] > 0, 0.0, np.nan)
    return _without_stranded(panel, cells, estimate)


def _without_stranded(panel: Panel, cells: Cells, estimate: Floats) -> Floats:
    """Estimates (m, k) with NaN for cohorts that have none after treatment, see `_stranded`."""
    kept = estimate.copy()
    for g in np.unique(cells.cohort):
        own = cells.cohort == g
        after = own & (panel.periods[cells.period] >= g)
        kept[np.ix_(~np.isfinite(estimate[:, after]).any(axis=1), own)] = np.nan
    return kept


def _relabelled(panel: Panel, design: Design, cells: Cells, outcome: Floats, labels: Integers) -> Relabelled:
    """ATT(g, t) of other outcomes (n, t) under other assignments of cohorts (b, n), without covariates."""
    every = np.arange(len(cells.cohort))
    change = outcome[:, cells.period] - outcome[:, cells.base]
    observed = np.isfinite(change) & (cells.base != NO_BASE)
    change = np.where(observed, change, 0.0)
    cohort = np.unique(panel.cohort)[labels][:, :, None]  # (b, n, 1)
    own = cohort == cells.cohort
    free = (cohort > _latest(panel, design, cells, every) + design.anticipation) & ~own
    shares = []
    for side in (own, free):
        weight = panel.weight[:, None] * (side & observed)
        total = weight.sum(axis=1, keepdims=True)
        shares.append(np.divide(weight, total, out=np.full_like(weight, np.nan), where=total > 0))
    means = [np.einsum("bnk,nk->bk", share, change) for share in shares]
    estimate = means[0] - means[1]
    influence = shares[0] * (change - means[0][:, None]) - shares[1] * (change - means[1][:, None])
    base = cells.period == cells.base
    estimate[:, base] = np.where(np.isfinite(means[0][:, base]), 0.0, np.nan)
    estimate = _without_stranded(panel, cells, estimate)
    return Relabelled(estimate, np.where(np.isfinite(estimate)[:, None] & ~base, np.nan_to_num(influence), 0.0))


def _compared(panel: Panel, design: Design, cells: Cells, block: Integers) -> tuple[Booleans, Booleans, Floats]:
    """For each unit and cell: is it treated, is it a control, and its outcome change (zero where not observed)."""
    cohort, period, base = cells.cohort[block], cells.period[block], cells.base[block]
    change = panel.outcome[:, period] - panel.outcome[:, base]
    observed = np.isfinite(change) & (base != NO_BASE)
    treated = (panel.cohort[:, None] == cohort) & observed
    latest = _latest(panel, design, cells, block) + design.anticipation
    control = (panel.cohort[:, None] > latest) & (panel.cohort[:, None] != cohort) & observed
    return treated, control, np.where(observed, change, 0.0)


def _latest(panel: Panel, design: Design, cells: Cells, block: Integers) -> Integers:
    """The last period in which the controls of each cell must be untreated, before anticipation."""
    if design.control_group == "not_yet_treated":
        return panel.periods[np.maximum(cells.period[block], cells.base[block])]
    return np.full(len(block), panel.periods[-1])


def _stranded(panel: Panel, cells: Cells, estimate: Floats) -> Booleans:
    """Cells of cohorts with no estimate after treatment: their earlier periods would test the trends of others only."""
    after = np.isfinite(estimate) & (panel.periods[cells.period] >= cells.cohort)
    return ~np.isin(cells.cohort, cells.cohort[after])


def _why_stranded(
    panel: Panel, cells: Cells, stranded: Booleans, hindrance: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Why a cell could not be estimated, "" where that is not known here: its covariates, or that it is stranded."""
    reason = hindrance.copy()
    after = panel.periods[cells.period] >= cells.cohort
    for g in np.unique(cells.cohort[stranded]):
        why = [text for text in hindrance[after & (cells.cohort == g)] if text]
        reason[(cells.cohort == g) & (reason == "")] = (
            why[0] if why else "no unit is left to compare with once this cohort is treated"
        )
    return reason


def _columns(
    panel: Panel,
    cells: Cells,
    estimate: Floats,
    baseline: Floats,
    n_treated: Integers,
    n_control: Integers,
    why: NDArray[np.object_],
    fewest: Integers,
) -> dict[str, NDArray[Any]]:
    period = panel.periods[cells.period]
    base = cells.period == cells.base
    ok = np.isfinite(estimate)
    reason = why.copy()
    reason[n_control == 0] = "no unit is still untreated to compare with"
    reason[n_treated == 0] = "no treated unit is observed in both periods"
    reason[cells.base == NO_BASE] = "treated, or may anticipate, from the first period: nothing to compare with"
    reason[ok & base] = BASE_PERIOD
    return key_columns(
        {
            "cohort": cells.cohort,
            "period": period,
            "base_period": np.where(cells.base == NO_BASE, np.nan, panel.periods[cells.base]),
            "event_time": period - cells.cohort,
            "n_treated": n_treated,
            "n_control": n_control,
            "n_obs": np.where(base, 1, 2) * (n_treated + n_control),
            "fewest": fewest,
            "baseline_mean": baseline,
            "status": np.where(ok, "ok", "not_estimable").astype(object),
            "reason": reason,
        }
    )
