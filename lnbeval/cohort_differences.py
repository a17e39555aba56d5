"""Differences in outcome changes between cohorts and units not yet treated: the estimates by cohort and period."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lnbeval.adjustment import permuted_differences
from lnbeval.design import analysed
from lnbeval.effects import BASE_PERIOD, Contrasts, Effects, Relabelled, clusters_of_kinds, key_columns
from lnbeval.errors import DesignError
from lnbeval.group_time import Differences, differences, refuse_covariates, reweighted_differences
from lnbeval.two_way import NO_BASE, comparison_cells, difference_fit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lnbeval.adjustment import Method
    from lnbeval.design import Design
    from lnbeval.panel import Booleans, Floats, Integers, Panel
    from lnbeval.regression import Fit
    from lnbeval.two_way import Cells

BLOCK: Final = 12_000  # numbers held at once per intermediate array, which then stay close to the processor
SHARED: Final = 2_000_000  # with covariates: cells of a block that compare the same units share one fit


def cohort_differences(panel: Panel, design: Design, *, estimator: str, refit: Callable[[Panel], Effects]) -> Effects:
    """Every cohort in every period against units not yet treated, as `att_gt` says.

    Raises DesignError when no cell can be estimated, or the design asks for what these comparisons cannot do.
    """
    _refuse(design, estimator)
    kept = analysed(panel, design)
    if design.adjustment != "none":
        refuse_covariates(kept, design)
    cells = comparison_cells(kept, design)
    effects = _estimated(kept, design, cells, estimator, refit)
    if not effects.ok.any():
        reasons = "; ".join(dict.fromkeys(effects.columns["reason"]))
        raise DesignError(
            f"No cohort can be compared with anybody in any period: {reasons}.{_other_controls(kept, design)}"
        )
    return effects


def _other_controls(panel: Panel, design: Design) -> str:
    """What else there is to compare with, where nobody is never treated."""
    later = len(np.unique(panel.cohort[panel.cohort > panel.periods[0]])) > 1
    if design.control_group != "never_treated" or (panel.cohort > panel.periods[-1]).any() or not later:
        return ""
    return " Nobody is never treated: control_group 'not_yet_treated' compares with units treated later."


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
    sides = _sides(panel, design, cells)
    found = _adjusted(panel, design, cells, sides) if design.adjustment != "none" else _plain(panel, sides)
    base = cells.period == cells.base
    estimate, influence = np.where(base & sides.treated.any(axis=0), 0.0, found.estimate), found.influence
    stranded = _stranded(panel, cells, estimate)
    estimate[stranded], influence[:, base | stranded] = np.nan, 0.0
    return Effects(
        columns=_columns(panel, cells, sides, estimate, _why_stranded(panel, cells, stranded, found.reason)),
        estimate=estimate,
        influence=influence,
        panel=panel,
        design=design,
        estimator=estimator,
        aggregation="cell",
        refit=refit,
        treated=sides.treated.take(sides.kind, axis=0),
        control=sides.control.take(sides.kind, axis=0),
        reweighted=partial(_reweighted, panel, design, cells),
        regression=_contrasts(panel, design, cells, np.isfinite(estimate) & ~base),
        relabelled=partial(_relabelled, panel, design, cells),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sides:
    """Who is compared in k cells: the same for the units of a kind, which have the same cohort and outcomes observed."""

    cohort: Integers  # (n,) position of the unit's cohort
    kind: Integers  # (n,) position of its kind
    first: Integers  # (p,) first unit of each kind
    total: Floats  # (p, t) weighted sums of the outcomes of each kind, zero where it has none
    own: Booleans  # (c, k) the cohort is that of the cell
    free: Booleans  # (c, k) it may be a control
    observed: Booleans  # (p, k) the kind is observed in both periods
    treated: Booleans  # (p, k)
    control: Booleans  # (p, k)
    change: Floats  # (t, k) what makes changes of outcomes
    base: Floats  # (t, k) what picks the outcome of the base period


def _sides(panel: Panel, design: Design, cells: Cells) -> _Sides:
    (cohorts, cohort), (kind, first), seen = panel.cohorts, panel.kinds, panel.observed
    own = cohorts[:, None] == cells.cohort
    free = (cohorts[:, None] > _latest(panel, design, cells)) & ~own
    observed = seen[first][:, cells.period] & seen[first][:, cells.base] & (cells.base != NO_BASE)
    one = np.eye(len(panel.periods))
    return _Sides(
        cohort=cohort,
        kind=kind,
        first=first,
        total=_totals(panel),
        own=own,
        free=free,
        observed=observed,
        treated=own[cohort[first]] & observed,
        control=free[cohort[first]] & observed,
        change=one[:, cells.period] - one[:, cells.base],
        base=one[:, cells.base],
    )


def _cohort_sums(sides: _Sides, loading: Floats) -> Floats:
    """Weighted sums of outcomes times `loading` (t, k) by cohort, of units observed in both periods of a cell, (c, k)."""
    own = np.arange(len(sides.own))[:, None] == sides.cohort[sides.first]
    return np.asarray(own @ ((sides.total @ loading) * sides.observed))


def _plain(panel: Panel, sides: _Sides) -> Differences:
    """Differences of weighted means without covariates: what is the same for the units of a kind is made once."""
    n, sums = len(panel.units), _cohort_sums(sides, sides.change)
    mass, other_mass = _weight(panel, sides, sides.treated), _weight(panel, sides, sides.control)
    mean, other = _ratio((sums * sides.own).sum(axis=0), mass), _ratio((sums * sides.free).sum(axis=0), other_mass)
    estimate = mean - other
    known = np.isfinite(estimate)
    treated, control = sides.treated & known, sides.control & known
    level = np.where(treated, mean, np.where(control, other, 0.0))
    share, other_share = _ratio(np.ones_like(mass), mass), _ratio(np.ones_like(mass), other_mass)
    slope = n * np.where(treated, share, np.where(control, -other_share, 0.0))
    influence, size = np.empty((n, len(estimate))), max(1, BLOCK // len(estimate))
    for start in range(0, n, size):
        units = slice(start, start + size)
        kind, part = sides.kind[units], influence[units]
        np.matmul(_filled(panel, units), sides.change, out=part)
        part -= level.take(kind, axis=0)
        part *= slope.take(kind, axis=0)  # zero for units that are not compared
        part *= panel.weight[units, None]
    return Differences(estimate=estimate, influence=influence, reason=np.full(len(estimate), "", dtype=object))


def _totals(panel: Panel) -> Floats:
    """Weighted sums of the outcomes of each kind of units, (p, t)."""
    from scipy import sparse  # noqa: PLC0415

    n, (kind, first) = len(panel.units), panel.kinds
    members = sparse.csc_array((panel.weight, kind, np.arange(n + 1)), shape=(len(first), n))
    return np.asarray(members @ _filled(panel, slice(None)))


def _filled(panel: Panel, units: slice) -> Floats:
    """Outcomes of some units, zero where there are none."""
    outcome, observed = panel.outcome[units], panel.observed[units]
    return outcome if observed.all() else np.where(observed, outcome, 0.0)


def _weight(panel: Panel, sides: _Sides, members: Booleans) -> Floats:
    """Weight of the units whose kind is a member (p, k), (k,)."""
    return np.asarray(np.bincount(sides.kind, weights=panel.weight) @ members, dtype=np.float64)


def _ratio(total: Floats, mass: Floats) -> Floats:
    return np.asarray(np.divide(total, mass, out=np.full(len(mass), np.nan), where=mass > 0))


def _adjusted(panel: Panel, design: Design, cells: Cells, sides: _Sides) -> Differences:
    """Differences with covariates, some cells after others: in a block, those that compare the same units share one fit."""
    n, k = len(panel.units), len(cells.cohort)
    parts = []
    for block in np.array_split(np.arange(k), min(k, n * k // SHARED + 1)):
        treated, control = (side[:, block].take(sides.kind, axis=0) for side in (sides.treated, sides.control))
        change = _changes(panel, sides, block)
        parts.append(differences(panel, design, cells.cohort[block], treated, control, change))
    return Differences(
        estimate=np.concatenate([part.estimate for part in parts]),
        influence=np.hstack([part.influence for part in parts]),
        reason=np.concatenate([part.reason for part in parts]),
    )


def _changes(panel: Panel, sides: _Sides, block: Integers) -> Floats:
    """Outcome changes in some cells, zero where not observed in both periods, (n, k)."""
    return np.asarray(
        (_filled(panel, slice(None)) @ sides.change[:, block]) * sides.observed[:, block].take(sides.kind, axis=0)
    )


def _contrasts(panel: Panel, design: Design, cells: Cells, estimated: Booleans) -> Contrasts | None:
    """Without covariates the estimates are coefficients of one regression of the outcome changes."""
    if design.adjustment != "none":
        return None
    block = np.flatnonzero(estimated)
    matrix = np.zeros((2 * len(block), len(estimated)))
    matrix[len(block) + np.arange(len(block)), block] = 1.0

    def fit() -> Fit:
        sides = _sides(panel, design, cells)
        members = (sides.treated | sides.control)[:, block].take(sides.kind, axis=0)
        return difference_fit(panel, cells.cohort[block], np.where(members, _changes(panel, sides, block), np.nan))

    return Contrasts(fit=cache(fit), matrix=matrix)


def _reweighted(panel: Panel, design: Design, cells: Cells, multipliers: Floats) -> Floats:
    """ATT(g, t) under each row of weight multipliers, (m, k)."""
    sides = _sides(panel, design, cells)
    treated, control = sides.treated.take(sides.kind, axis=0), sides.control.take(sides.kind, axis=0)
    weights = multipliers * panel.weight
    change = _changes(panel, sides, np.arange(len(cells.cohort)))
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
    """ATT(g, t) of other outcomes (n, t) under other assignments of cohorts (b, n)."""
    change = outcome[:, cells.period] - outcome[:, cells.base]
    observed = np.isfinite(change) & (cells.base != NO_BASE)
    change = np.where(observed, change, 0.0)
    cohort = panel.cohorts[0][labels]
    if design.adjustment == "none":
        estimate, influence = _permuted_plain(panel, design, cells, change, observed, cohort)
    else:
        estimate, influence = _permuted_adjusted(panel, design, cells, change, observed, cohort, design.adjustment)
    base = cells.period == cells.base
    at_base = ((cohort[:, :, None] == cells.cohort[base]) & observed[:, base]).any(axis=1)
    estimate[:, base] = np.where(at_base, 0.0, np.nan)
    estimate = _without_stranded(panel, cells, estimate)
    return Relabelled(estimate, np.where(np.isfinite(estimate)[:, None] & ~base, np.nan_to_num(influence), 0.0))


def _permuted_plain(
    panel: Panel, design: Design, cells: Cells, change: Floats, observed: Booleans, cohort: Floats
) -> tuple[Floats, Floats]:
    """Estimates (b, k) and influence over n (b, n, k) without covariates, of units in cohorts (b, n)."""
    own = cohort[:, :, None] == cells.cohort
    free = (cohort[:, :, None] > _latest(panel, design, cells)) & ~own
    shares = []
    for side in (own, free):
        weight = panel.weight[:, None] * (side & observed)
        total = weight.sum(axis=1, keepdims=True)
        shares.append(np.divide(weight, total, out=np.full_like(weight, np.nan), where=total > 0))
    means = [np.einsum("bnk,nk->bk", share, change) for share in shares]
    influence = shares[0] * (change - means[0][:, None]) - shares[1] * (change - means[1][:, None])
    return means[0] - means[1], influence


def _permuted_adjusted(
    panel: Panel, design: Design, cells: Cells, change: Floats, observed: Booleans, cohort: Floats, method: Method
) -> tuple[Floats, Floats]:
    """The same with covariates: cells of a cohort with the same controls and units observed share their fits."""
    b, (n, k) = len(cohort), change.shape
    estimate, influence = np.full((b, k), np.nan), np.zeros((b, n, k))
    latest = _latest(panel, design, cells)
    groups: dict[tuple[float, int, bytes], list[int]] = {}
    for cell in np.flatnonzero(observed.any(axis=0) & (cells.period != cells.base)).tolist():
        groups.setdefault((cells.cohort[cell], latest[cell], observed[:, cell].tobytes()), []).append(cell)
    for (g, until, _), columns in groups.items():
        own, seen = cohort == g, observed[:, columns[0]]
        weights = panel.weight * (seen & (own | (cohort > until)))
        found = permuted_differences(change[:, columns], own & seen, panel.covariates, weights, method)
        estimate[:, columns], influence[:, :, columns] = found
    return estimate, influence


def _latest(panel: Panel, design: Design, cells: Cells) -> Integers:
    """The last period in which the controls of each cell must be untreated, anticipation included, (k,)."""
    if design.control_group == "not_yet_treated":
        return panel.periods[np.maximum(cells.period, cells.base)] + design.anticipation
    return np.full(len(cells.period), panel.periods[-1] + design.anticipation)


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
    panel: Panel, cells: Cells, sides: _Sides, estimate: Floats, why: NDArray[np.object_]
) -> dict[str, NDArray[Any]]:
    period = panel.periods[cells.period]
    base = cells.period == cells.base
    ok = np.isfinite(estimate)
    number = np.bincount(sides.kind)
    n_treated, n_control = number @ sides.treated, number @ sides.control
    before = (_cohort_sums(sides, sides.base) * sides.own).sum(axis=0)
    clusters = clusters_of_kinds(np.hstack([sides.treated, sides.control]), sides.kind, panel)
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
            "fewest": np.minimum(*np.split(clusters, 2)),
            "baseline_mean": _ratio(before, _weight(panel, sides, sides.treated)),
            "status": np.where(ok, "ok", "not_estimable").astype(object),
            "reason": reason,
        }
    )
