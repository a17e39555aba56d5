"""Group-time average treatment effects of Callaway and Sant'Anna (2021)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lnbeval.design import analysed
from lnbeval.effects import BASE_PERIOD, Effects, clusters_among, key_columns
from lnbeval.errors import DesignError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lnbeval.design import Design
    from lnbeval.panel import Booleans, Floats, Integers, Panel

BLOCK: Final = 2_000_000  # numbers held at once per intermediate array: 16 MB, whatever the number of units


def att_gt(panel: Panel, design: Design) -> Effects:
    """ATT(g, t) for every cohort g and period t: the outcome change of the cohort less that of its controls.

    With b the base period, D_i = Y_it - Y_ib and weights w,

        ATT(g, t) = sum_{i in g} w_i D_i / sum_{i in g} w_i  -  sum_{i in C} w_i D_i / sum_{i in C} w_i,

    with C the units not treated up to the last period (never_treated) or up to max(t, b) (not_yet_treated), in both
    cases anticipation included. Influence of i in g: n w_i (D_i - mean_g) / W_g; of i in C: the same with the sign
    turned; R `did` 2.5.1 gives the same estimates and errors. Assumes parallel trends between g and C, and no
    anticipation beyond what the design declares.

    Cells without treated or control units, and cohorts treated from the first period, are rows with status
    `not_estimable`. Raises DesignError when no cell can be estimated, or the design asks for covariate adjustment or
    for already treated controls.

    Source: Callaway and Sant'Anna (2021), Journal of Econometrics 225(2), 200-230, section 2.
    """
    _refuse(design)
    kept = analysed(panel, design)
    cells = _cells(kept, design)
    effects = _estimated(kept, design, cells)
    if not effects.ok.any():
        reasons = "; ".join(dict.fromkeys(effects.columns["reason"]))
        raise DesignError(f"No cohort can be compared with anybody in any period: {reasons}.")
    return effects


@dataclass(frozen=True, kw_only=True, eq=False)
class _Cells:
    """The comparisons to be made: cohort, and positions of its period and base period (-1: there is none)."""

    cohort: Floats  # (k,)
    period: Integers  # (k,)
    base: Integers  # (k,)


def _refuse(design: Design) -> None:
    if design.control_group == "all":
        raise DesignError(
            "att_gt never uses treated units as controls: choose control_group never_treated or not_yet_treated."
        )
    if design.adjustment != "none":
        raise DesignError(
            f"Covariate adjustment '{design.adjustment}' is not available: att_gt compares without covariates. Use "
            "adjustment 'none'."
        )


_NO_BASE: Final = -1  # the cohort is treated, or may anticipate, from the first period


def _cells(panel: Panel, design: Design) -> _Cells:
    """Every cohort in every period, but for those of which there is nothing to say before the cohort is treated."""
    cohorts = np.unique(panel.cohort[panel.cohort <= panel.periods[-1]])
    t = len(panel.periods)
    cohort, period = np.repeat(cohorts, t), np.tile(np.arange(t), len(cohorts))
    after = panel.periods[period] >= cohort
    base = np.searchsorted(panel.periods + design.anticipation, cohort) - 1  # last period before anticipation, or -1
    keep = (base > _NO_BASE) | after
    if design.base_period == "varying":  # anticipation counts as effect: only periods before it have the preceding one
        long = (panel.periods[period] + design.anticipation >= cohort) | (base == _NO_BASE)
        base = np.where(long, base, period - 1)
        keep &= long | (base > _NO_BASE)  # the first period has no preceding one
    return _Cells(cohort=cohort[keep], period=period[keep], base=base[keep])


def _estimated(panel: Panel, design: Design, cells: _Cells) -> Effects:
    n, k = len(panel.units), len(cells.cohort)
    influence = np.zeros((n, k), order="F")
    all_treated, all_control = np.zeros((n, k), dtype=bool, order="F"), np.zeros((n, k), dtype=bool, order="F")
    estimate, baseline = np.full(k, np.nan), np.full(k, np.nan)
    n_treated, n_control = np.zeros(k, dtype=np.int64), np.zeros(k, dtype=np.int64)
    for block in np.array_split(np.arange(k), max(1, n * k // BLOCK)):
        treated, control, change = _compared(panel, design, cells, block)
        mean_treated, share_treated = _weighted_mean(change, panel.weight, treated)
        mean_control, share_control = _weighted_mean(change, panel.weight, control)
        estimate[block] = mean_treated - mean_control
        ok = np.isfinite(estimate[block])
        rows = share_treated * (change - mean_treated) - share_control * (change - mean_control)
        influence[:, block] = np.where(ok, n * rows, 0.0)
        before = panel.outcome[:, cells.base[block]]
        baseline[block] = _weighted_mean(np.where(treated, before, 0.0), panel.weight, treated)[0]
        n_treated[block], n_control[block] = treated.sum(axis=0), control.sum(axis=0)
        all_treated[:, block], all_control[:, block] = treated, control
    base = cells.period == cells.base
    estimate[base & (n_treated > 0)], influence[:, base] = 0.0, 0.0
    stranded = _stranded(panel, cells, estimate)
    estimate[stranded], influence[:, stranded] = np.nan, 0.0
    return Effects(
        columns=_columns(
            panel, cells, estimate, baseline, n_treated, n_control, stranded, _fewest(panel, all_treated, all_control)
        ),
        estimate=estimate,
        influence=influence,
        panel=panel,
        design=design,
        estimator="att_gt",
        aggregation="cell",
        refit=partial(att_gt, design=design),
        treated=all_treated,
        control=all_control,
        reweighted=partial(_reweighted, panel, design, cells),
    )


def _fewest(panel: Panel, treated: Booleans, control: Booleans) -> Integers:
    return np.minimum(clusters_among(treated, panel.cluster), clusters_among(control, panel.cluster))


def _reweighted(panel: Panel, design: Design, cells: _Cells, multipliers: Floats) -> Floats:
    """ATT(g, t) under each row of weight multipliers, (m, k): the formula of `att_gt` as products of matrices."""
    treated, control, change = _compared(panel, design, cells, np.arange(len(cells.cohort)))
    weights = multipliers * panel.weight
    with np.errstate(invalid="ignore", divide="ignore"):  # without treated or control units there is no estimate
        mean_treated = weights @ (treated * change) / (weights @ treated)
        mean_control = weights @ (control * change) / (weights @ control)
    estimate = np.asarray(mean_treated - mean_control)
    base = cells.period == cells.base
    estimate[:, base] = np.where((weights @ treated)[:, base] > 0, 0.0, np.nan)
    for g in np.unique(cells.cohort):  # see `_stranded`
        own = cells.cohort == g
        after = own & (panel.periods[cells.period] >= g)
        estimate[np.ix_(~np.isfinite(estimate[:, after]).any(axis=1), own)] = np.nan
    return estimate


def _compared(panel: Panel, design: Design, cells: _Cells, block: Integers) -> tuple[Booleans, Booleans, Floats]:
    """For each unit and cell: is it treated, is it a control, and its outcome change (zero where not observed)."""
    cohort, period, base = cells.cohort[block], cells.period[block], cells.base[block]
    change = panel.outcome[:, period] - panel.outcome[:, base]
    observed = np.isfinite(change) & (base != _NO_BASE)
    treated = (panel.cohort[:, None] == cohort) & observed
    latest = np.full(len(block), panel.periods[-1])
    if design.control_group == "not_yet_treated":
        latest = panel.periods[np.maximum(period, base)]
    control = (panel.cohort[:, None] > latest + design.anticipation) & (panel.cohort[:, None] != cohort) & observed
    return treated, control, np.where(observed, change, 0.0)


def _weighted_mean(values: Floats, weight: Floats, members: Booleans) -> tuple[Floats, Floats]:
    """Mean over the members of each column, NaN without members, and each member's share in it."""
    weights = weight[:, None] * members
    total = weights.sum(axis=0)
    share = np.divide(weights, total, out=weights, where=total > 0)
    return np.where(total > 0, (share * values).sum(axis=0), np.nan), share


def _stranded(panel: Panel, cells: _Cells, estimate: Floats) -> Booleans:
    """Cells of cohorts with no estimate after treatment: their earlier periods would test the trends of others only."""
    after = np.isfinite(estimate) & (panel.periods[cells.period] >= cells.cohort)
    return ~np.isin(cells.cohort, cells.cohort[after])


def _columns(
    panel: Panel,
    cells: _Cells,
    estimate: Floats,
    baseline: Floats,
    n_treated: Integers,
    n_control: Integers,
    stranded: Booleans,
    fewest: Integers,
) -> dict[str, NDArray[Any]]:
    period = panel.periods[cells.period]
    base = cells.period == cells.base
    ok = np.isfinite(estimate)
    reason = np.where(base, BASE_PERIOD, "").astype(object)
    reason[stranded] = "no unit is left to compare with once this cohort is treated"
    reason[n_control == 0] = "no unit is still untreated to compare with"
    reason[n_treated == 0] = "no treated unit is observed in both periods"
    reason[cells.base == _NO_BASE] = "treated, or may anticipate, from the first period: nothing to compare with"
    reason[ok & ~base] = ""
    reason[ok & base] = BASE_PERIOD
    return key_columns(
        {
            "cohort": cells.cohort,
            "period": period,
            "base_period": np.where(cells.base == _NO_BASE, np.nan, panel.periods[cells.base]),
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
