"""Group-time average treatment effects from rows that are each observed once, such as the persons of a yearly survey."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lnbeval.cross_section import (
    SIGN,
    CrossSectionEffect,
    CrossSectionMethod,
    cross_section_effect,
    cross_section_estimates,
)
from lnbeval.design import analysed
from lnbeval.effects import BASE_PERIOD, Effects, key_columns
from lnbeval.errors import DesignError
from lnbeval.group_time import refuse_covariates
from lnbeval.least_squares import with_constant
from lnbeval.panel import units_kept
from lnbeval.permuted_rows import Comparisons, permuted_rows
from lnbeval.two_way import NO_BASE, comparison_cells

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lnbeval.design import Adjustment, Design
    from lnbeval.panel import Booleans, Floats, Integers, Panel

BLOCK: Final = 500_000  # numbers held at once per intermediate array, so that they stay close to the processor
METHOD: Final[Mapping[Adjustment, CrossSectionMethod]] = {"reg": "reg", "ipw": "ipw", "dr": "dr_efficient"}


def repeated_cross_sections(panel: Panel, design: Design) -> Effects:
    """ATT(g, t) of every cohort g and period t from units observed once each: `Panel.from_rows`.

    With b the base period, S_gt the rows of cohort g in period t, C_t those of its controls, and weights w,

        ATT(g, t) = (mean S_gt - mean S_gb) - (mean C_t - mean C_b),     mean S = sum_S w_i Y_i / sum_S w_i,

    with cohorts, controls, base periods and anticipation as in `att_gt`. Influence of row i of S: n w_i (Y_i - mean S) /
    sum_S w, with the sign of S. With adjustment reg, ipw or dr each comparison is made as `lnbeval.cross_section` says, dr
    in its efficient form. R `did` 2.5.1 gives the same estimates with panel=FALSE, and the same errors (of dr with
    covariates once R DRDID 1.2.3 is corrected as said there); with allow_unbalanced_panel=TRUE it does so for the rows of an
    incomplete panel whose clusters are the units. Rows of a cluster depend on each other: errors are by `panel.cluster`.

    Assumes parallel trends and no anticipation beyond what the design declares, and that the rows of all periods stand for
    the same population, covariates included: who moves in or out because of treatment is taken for its effect.

    Averages weigh cohorts by their weighted rows (for an incomplete panel R counts each unit once). Cells without rows on
    one of the four sides, and those that the covariates do not allow, are rows with status `not_estimable`. Raises
    DesignError when a unit is observed in several periods, the design asks for what rows cannot give, no cell can be
    estimated, or there are more covariates than clusters allow; ParameterError when covariates come without an adjustment
    or an adjustment without covariates.

    Sources: Callaway and Sant'Anna (2021), Journal of Econometrics 225(2), 200-230, section 2 and appendix B; Sant'Anna
    and Zhao (2020), Journal of Econometrics 219(1), 101-122.
    """
    _refuse(panel, design)
    kept = analysed(panel, design)
    refuse_covariates(kept, design)
    effects = _estimated(kept, design, _rows(kept), _cells(kept, design))
    if not effects.ok.any():
        reasons = "; ".join(dict.fromkeys(effects.columns["reason"]))
        raise DesignError(f"No cohort can be compared with anybody in any period: {reasons}.")
    return effects


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    """The n rows: positions of their cohort and period, their outcome and weight."""

    cohort: Integers  # (n,)
    period: Integers  # (n,)
    outcome: Floats  # (n,)
    weight: Floats  # (n,)
    n_periods: int


@dataclass(frozen=True, kw_only=True, eq=False)
class _Cells:
    """The k comparisons: cohort, positions of period and base period (-1: there is none), and who is on either side."""

    cohort: Floats  # (k,)
    period: Integers  # (k,)
    base: Integers  # (k,)
    after: Booleans  # (k,) the cohort is treated in the period
    own: Booleans  # (k, c) which of the cohorts in the panel is the treated one
    controls: Booleans  # (k, c) which of them are its controls

    @property
    def at_base(self) -> Booleans:
        """Cells that are zero by construction, (k,)."""
        return np.asarray(self.period == self.base)


def _refuse(panel: Panel, design: Design) -> None:
    problems = []
    if design.control_group == "all":
        problems.append(
            "treated units are never used as controls: choose control_group never_treated or not_yet_treated"
        )
    if design.missing == "complete":
        problems.append("no row is observed in every period: use missing 'pairwise'")
    if design.window is not None:
        problems.append("window is for stacked and local_projections: leave it out")
    times = np.isfinite(panel.outcome).sum(axis=1)
    if (times > 1).any():
        first = int(np.argmax(times > 1))
        problems.append(
            f"{(times > 1).sum()} units are observed in several periods, {panel.units[first]} in {times[first]}: use att_gt, "
            "or take each row by itself with Panel.from_rows and the unit as cluster"
        )
    if problems:
        raise DesignError(f"repeated_cross_sections: {'; '.join(problems)}.")


def _rows(panel: Panel) -> _Rows:
    period = np.isfinite(panel.outcome).argmax(axis=1)
    return _Rows(
        cohort=panel.cohorts[1],
        period=period,
        outcome=panel.outcome[np.arange(len(period)), period],
        weight=panel.weight,
        n_periods=len(panel.periods),
    )


def _cells(panel: Panel, design: Design) -> _Cells:
    """Every cohort in every period, but for those of which there is nothing to say before the cohort is treated."""
    cells = comparison_cells(panel, design)
    cohorts = panel.cohorts[0]
    latest = np.full(len(cells.cohort), panel.periods[-1])
    if design.control_group == "not_yet_treated":
        latest = panel.periods[np.maximum(cells.period, cells.base)]
    own = cohorts == cells.cohort[:, None]
    return _Cells(
        cohort=cells.cohort,
        period=cells.period,
        base=cells.base,
        after=panel.periods[cells.period] >= cells.cohort,
        own=own,
        controls=(cohorts > (latest + design.anticipation)[:, None]) & ~own,
    )


def _estimated(panel: Panel, design: Design, rows: _Rows, cells: _Cells) -> Effects:
    treated, control = _compared(rows, cells)
    estimate, influence, hindrance = _made(panel, design, rows, cells, treated, control)
    for g in np.unique(cells.cohort):  # earlier periods of a cohort without any effect would test the trends of others
        own = cells.cohort == g
        if not np.isfinite(estimate[own & cells.after]).any():
            estimate[own], influence[:, own] = np.nan, 0.0
            hindrance[own & (hindrance == "")] = hindrance[own & cells.after][0]
    return Effects(
        columns=_columns(panel, rows, cells, estimate, treated.sum(axis=0), control.sum(axis=0), hindrance),
        estimate=estimate,
        influence=influence,
        panel=panel,
        design=design,
        estimator="repeated_cross_sections",
        aggregation="cell",
        refit=partial(repeated_cross_sections, design=design),
        treated=treated,
        control=control,
        reweighted=partial(_reweighted, panel, design, rows, cells),
        relabelled=partial(permuted_rows, _comparisons(rows, cells)) if design.adjustment == "none" else None,
        condensed=partial(_condensed, panel) if design.adjustment == "none" else None,
    )


def _condensed(panel: Panel) -> Panel:
    """One row for each cluster, cohort and period, with the mean and the weight of its rows: the same four means."""
    rows = _rows(panel)
    cluster = panel.clusters[0]
    key = (cluster * (rows.cohort.max() + 1) + rows.cohort) * rows.n_periods + rows.period
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    weight = np.bincount(group, weights=rows.weight).astype(float)
    outcome = np.full((len(first), rows.n_periods), np.nan)
    outcome[np.arange(len(first)), rows.period[first]] = np.bincount(group, weights=rows.weight * rows.outcome) / weight
    return replace(units_kept(panel, first), outcome=outcome, weight=weight)


def _comparisons(rows: _Rows, cells: _Cells) -> Comparisons:
    return Comparisons(
        weight=rows.weight,
        row_period=rows.period,
        n_periods=rows.n_periods,
        cohort=cells.cohort,
        period=cells.period,
        base=cells.base,
        based=cells.base != NO_BASE,
        after=cells.after,
        own=cells.own,
        controls=cells.controls,
    )


def _compared(rows: _Rows, cells: _Cells) -> tuple[Booleans, Booleans]:
    """For each row and cell: is it treated, is it a control, (n, k) each."""
    at = (rows.period == cells.period[:, None]) | (rows.period == cells.base[:, None])
    at &= (cells.base != NO_BASE)[:, None]
    return (at & cells.own[:, rows.cohort]).T, (at & cells.controls[:, rows.cohort]).T


def _made(
    panel: Panel, design: Design, rows: _Rows, cells: _Cells, treated: Booleans, control: Booleans
) -> tuple[Floats, Floats, NDArray[np.object_]]:
    """Estimates (k,), their influence (n, k), and why one could not be made (k,)."""
    n, k = treated.shape
    estimate, influence = np.full(k, np.nan), np.zeros((n, k), order="F")
    hindrance = np.full(k, "", dtype=object)
    for j in range(k):
        members = np.flatnonzero(treated[:, j] | control[:, j])
        try:
            effect = _effect(panel, design, rows, cells, j, members, treated[members, j])
        except DesignError as error:
            hindrance[j] = str(error).rstrip(".")
        else:
            estimate[j], influence[members, j] = effect.estimate, n / len(members) * effect.influence
    return estimate, influence, hindrance


def _effect(
    panel: Panel, design: Design, rows: _Rows, cells: _Cells, j: int, members: Integers, treated: Booleans
) -> CrossSectionEffect:
    """The effect in cell j from its members; raises DesignError with the reason where there is none."""
    after = rows.period[members] == cells.period[j]
    _refuse_empty(panel, cells, j, treated, after)
    if cells.at_base[j]:
        return CrossSectionEffect(estimate=0.0, influence=np.zeros(len(members)))
    outcome, weight = rows.outcome[members], rows.weight[members]
    if design.adjustment == "none":
        return _four_means(outcome, treated, after, weight)
    method = METHOD[design.adjustment]
    return cross_section_effect(outcome, treated, after, panel.covariates[members], weight, method)


def _refuse_empty(panel: Panel, cells: _Cells, j: int, treated: Booleans, after: Booleans) -> None:
    if cells.base[j] == NO_BASE:
        raise DesignError("treated, or may anticipate, from the first period: nothing to compare with")
    sides = [(treated, f"cohort {cells.cohort[j]:g}")]
    times = [(after, cells.period[j])]
    if not cells.at_base[j]:
        if not cells.controls[j].any():
            raise DesignError("no unit is still untreated to compare with")
        sides.append((~treated, "its controls"))
        times.append((~after, cells.base[j]))
    empty = [f"{who} in {panel.periods[t]}" for side, who in sides for now, t in times if not (side & now).any()]
    if empty:
        raise DesignError(f"no row of {' and '.join(empty)}")


def _four_means(outcome: Floats, treated: Booleans, after: Booleans, weight: Floats) -> CrossSectionEffect:
    estimate, influence = 0.0, np.zeros_like(outcome)
    for side, of_side in SIGN.items():
        for late, of_period in SIGN.items():
            group = np.flatnonzero((treated == side) & (after == late))
            share = weight[group] / weight[group].sum()
            mean = share @ outcome[group]
            estimate += of_side * of_period * float(mean)
            influence[group] = of_side * of_period * len(outcome) * share * (outcome[group] - mean)
    return CrossSectionEffect(estimate=estimate, influence=influence)


def _reweighted(panel: Panel, design: Design, rows: _Rows, cells: _Cells, multipliers: Floats) -> Floats:
    """ATT(g, t) under each row of weight multipliers, (m, k)."""
    sums = _sums(rows, cells, multipliers)
    own, controls = (
        _mean(sums, side, cells.period) - _mean(sums, side, cells.base) for side in (cells.own, cells.controls)
    )
    estimate = own - controls if design.adjustment == "none" else _adjusted(panel, design, rows, cells, multipliers)
    estimate[:, cells.base == NO_BASE] = np.nan
    estimate[:, cells.at_base] = own[:, cells.at_base]  # zero, or NaN without any row
    for g in np.unique(cells.cohort):  # see `_estimated`
        cohort = cells.cohort == g
        without = ~np.isfinite(estimate[:, cohort & cells.after]).any(axis=1)
        estimate[np.ix_(without, cohort)] = np.nan
    return estimate


def _sums(rows: _Rows, cells: _Cells, multipliers: Floats) -> Floats:
    """Sums of the weights, and of weight times outcome, by cohort and period: (m, 2, c, t)."""
    c, t = cells.own.shape[1], rows.n_periods
    sums = np.zeros((len(multipliers), 2, c * t))
    values = np.column_stack([rows.weight, rows.weight * rows.outcome])
    group = rows.cohort * t + rows.period
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(c * t + 1))
    for of_group in np.flatnonzero(np.diff(starts)):
        chosen = order[starts[of_group] : starts[of_group + 1]]
        sums[:, :, of_group] = multipliers[:, chosen] @ values[chosen]
    return sums.reshape(len(sums), 2, c, t)


def _mean(sums: Floats, side: Booleans, at: Integers) -> Floats:
    """Means of the rows of these cohorts (k, c) at these periods (k,) under each set of weights, (m, k); NaN without any."""
    weight, total = np.einsum("mvck,kc->vmk", sums[:, :, :, at], side.astype(float))
    return np.asarray(np.divide(total, weight, out=np.full_like(total, np.nan), where=weight > 0))


def _adjusted(panel: Panel, design: Design, rows: _Rows, cells: _Cells, multipliers: Floats) -> Floats:
    """The estimates with covariates under each row of weight multipliers, (m, k), in blocks of bounded size."""
    estimate = np.full((len(multipliers), len(cells.cohort)), np.nan)
    treated, control = _compared(rows, cells)
    for j in np.flatnonzero(~cells.at_base & treated.any(axis=0) & control.any(axis=0)):
        members = np.flatnonzero(treated[:, j] | control[:, j])
        own, after = treated[members, j], rows.period[members] == cells.period[j]
        regressors = with_constant(panel.covariates[members])
        for block in np.array_split(np.arange(len(multipliers)), max(1, len(multipliers) * len(members) // BLOCK)):
            weights = multipliers[np.ix_(block, members)] * rows.weight[members]
            estimate[block, j] = cross_section_estimates(
                rows.outcome[members], own, after, regressors, weights, METHOD[design.adjustment]
            )
    return estimate


def _columns(
    panel: Panel,
    rows: _Rows,
    cells: _Cells,
    estimate: Floats,
    n_treated: Integers,
    n_control: Integers,
    hindrance: NDArray[np.object_],
) -> dict[str, NDArray[Any]]:
    period, ok, based = panel.periods[cells.period], np.isfinite(estimate), cells.base != NO_BASE
    baseline = _mean(_sums(rows, cells, np.ones((1, len(panel.units)))), cells.own, cells.base)[0]
    return key_columns(
        {
            "cohort": cells.cohort,
            "period": period,
            "base_period": np.where(based, panel.periods[cells.base], np.nan),
            "event_time": period - cells.cohort,
            "n_treated": n_treated,
            "n_control": n_control,
            "n_obs": n_treated + n_control,
            "fewest": _fewest(panel, rows, cells),
            "baseline_mean": np.where(based, baseline, np.nan),
            "status": np.where(ok, "ok", "not_estimable").astype(object),
            "reason": np.where(ok & cells.at_base, BASE_PERIOD, hindrance).astype(object),
        }
    )


def _fewest(panel: Panel, rows: _Rows, cells: _Cells) -> Integers:
    """Clusters on the smallest of the four sides of each comparison, (k,)."""
    position, G = panel.clusters
    present = np.zeros((rows.n_periods, cells.own.shape[1], G), dtype=bool)
    present[rows.period, rows.cohort, position] = True
    sides = [
        [present[at[j], side[j]].any(axis=0).sum() for at in (cells.period, cells.base) for side in (cells.own, cells.controls)]
        for j in range(len(cells.cohort))
    ]  # fmt: skip
    return np.asarray(np.min(sides, axis=1), dtype=np.int64)
