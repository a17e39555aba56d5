"""From many estimates to fewer: overall, by event time, by cohort, by period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lnbeval.averages import By, Choice, Rows, averaged_columns, averaged_rows, refuse, union
from lnbeval.effects import Contrasts, Effects, Relabelled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lnbeval.effects import Draws, Relabel
    from lnbeval.panel import Floats, Integers, Panel


def aggregate(
    effects: Effects, by: By, *, balance: int | None = None, event_times: tuple[int, int] | None = None
) -> Effects:
    """Average the estimates of `effects`, over periods since treatment (event_time >= 0) unless `by` is event_time.

    From ATT(g, t), with p_g the weighted share of cohort g among the units:
        overall:    sum p_g ATT(g, t) / sum p_g over all (g, t) with t >= g      (`simple` in R did)
        event_time: sum p_g ATT(g, g + e) / sum p_g for each e, negative e too   (`dynamic`)
        cohort:     mean of ATT(g, t) over t >= g for each g                     (`group`)
        period:     sum p_g ATT(g, t) / sum p_g over g <= t for each t           (`calendar`)
    From effects by cohort, `overall` weighs by p_g; from effects by event_time or period it is their plain mean over
    event_time >= 0 or all periods. Because the shares are estimated, unit i adds w_i D(G_i) to the influence, with
    D(g) = sum over the cells of g of (ATT - average) / sum p_g, as in R did 2.5.1. Where `effects.shares` is
    `observations`, the weight of each ATT(g, t) is that of the treated observations behind it in every way of averaging
    (also by cohort), taken as given: the convention of regressions and of imputation.

    By event_time, cohorts come and go with e. With `balance` the average is of the same cohorts: those whose period
    g + balance is in the data, at event times up to it and back to balance - (last - first period). `event_times` keeps those
    from the first to the second. Overall from such an average is its mean over what was kept (`balance_e`, `min_e` and `max_e`
    in R did).

    Cells that could not be estimated are left out and counted in the row's reason; a row without any is
    `not_estimable`. Raises ParameterError when `by` is unknown or cannot be made from these effects, and when `balance` or
    `event_times` are none or not by event_time; DesignError when they leave nothing.

    Source: Callaway and Sant'Anna (2021), section 3 for the averages, section 4 for the influence of the shares.
    """
    choice = Choice(by=by, balance=balance, event_times=event_times)
    refuse(effects, choice)
    rows = averaged_rows(effects, choice)
    estimate = np.where(rows.used.any(axis=0), rows.weight.T @ np.nan_to_num(effects.estimate), np.nan)
    return replace(
        effects,
        columns=averaged_columns(effects, rows),
        estimate=estimate,
        influence=_influence(effects, rows, estimate),
        aggregation=by,
        refit=_Again(refit=effects.refit, choice=choice),
        treated=union(effects.kinds.treated, rows).take(effects.kinds.position, axis=0),
        control=union(effects.kinds.control, rows).take(effects.kinds.position, axis=0),
        reweighted=None if effects.reweighted is None else partial(_reweighted, effects, rows, effects.reweighted),
        regression=_contrasts(effects, rows),
        condensed=effects.condensed,
        relabelled=None if effects.relabelled is None else partial(_relabelled, effects, rows, effects.relabelled),
        own_draws=None if effects.own_draws is None else _averaged_draws(effects.own_draws, rows),
    )


def _contrasts(effects: Effects, rows: Rows) -> Contrasts | None:
    """The averages as contrasts of the same coefficients, with the weights taken as given."""
    if effects.regression is None:
        return None
    return replace(effects.regression, matrix=effects.regression.matrix @ rows.weight)


def _averaged_draws(draws: Mapping[str, Draws], rows: Rows) -> dict[str, Draws]:
    return {name: partial(_averaged, made, rows) for name, made in draws.items()}


def _averaged(made: Draws, rows: Rows, draws: int, rng: np.random.Generator) -> Floats:
    return np.asarray(np.nan_to_num(made(draws, rng)) @ rows.weight)


@dataclass(frozen=True, kw_only=True)
class _Again:
    """Refit, then aggregate in the same way."""

    refit: Callable[[Panel], Effects]
    choice: Choice

    def __call__(self, panel: Panel) -> Effects:
        choice = self.choice
        return aggregate(self.refit(panel), choice.by, balance=choice.balance, event_times=choice.event_times)


def _reweighted(effects: Effects, rows: Rows, reweighted: Callable[[Floats], Floats], multipliers: Floats) -> Floats:
    """The averages under each row of weight multipliers, (m, rows): estimates and cohort shares both follow them."""
    estimate = reweighted(multipliers)
    weight = np.isfinite(estimate).astype(float)
    if rows.by_share:
        members = effects.cohort[:, None] == effects.columns["cohort"]
        weight *= (multipliers * effects.weight) @ members
    elif rows.by_mass:
        weight *= (multipliers * effects.weight) @ effects.treated
    with np.errstate(invalid="ignore"):
        return np.asarray((weight * np.nan_to_num(estimate)) @ rows.cells / (weight @ rows.cells))


def _relabelled(effects: Effects, rows: Rows, relabelled: Relabel, outcome: Floats, labels: Integers) -> Relabelled:
    """The averages under other assignments: estimates and, where they are the weights, cohort shares follow them."""
    made = relabelled(outcome, labels)
    known = np.isfinite(made.estimate)
    estimate, mass = np.nan_to_num(made.estimate), known.astype(float)
    if rows.by_share:
        cohorts = effects.panel.cohorts[0]
        held = (labels[:, :, None] == np.arange(len(cohorts))).astype(float)  # (b, n, cohorts)
        share = np.einsum("bnc,n->bc", held, effects.weight) / effects.weight.sum()
        of_cell = np.searchsorted(cohorts, effects.columns["cohort"])
        mass = mass * share[:, of_cell]
    elif rows.by_mass and made.mass is not None:
        mass = mass * made.mass
    total = mass @ rows.cells  # (b, m)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = mass[:, :, None] * rows.cells / total[:, None]
        average = np.asarray((mass * estimate) @ rows.cells / total)
    influence = made.influence @ np.nan_to_num(weight)
    if rows.by_share:
        distance = known[:, :, None] * rows.cells * (estimate[:, :, None] - average[:, None])  # (b, k, m)
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = np.nan_to_num(distance / total[:, None])
        by_cohort = np.einsum("bkm,kc->bcm", slope, of_cell[:, None] == np.arange(len(cohorts)))
        scale = effects.weight / effects.weight.sum()
        influence += scale[:, None] * np.take_along_axis(by_cohort, labels[:, :, None], axis=1)
    return Relabelled(average, influence)


def _influence(effects: Effects, rows: Rows, average: Floats) -> Floats:
    """Influence of each unit on the averages, (n, m), with what it adds where the cohort shares are estimated.

    The latter is n w_i / sum(w) times D of its cohort. Made average by average: all at once would leave the cache.
    """
    influence = rows.weight.T @ effects.influence.T  # (m, n)
    if rows.by_share:
        cohorts, slopes = _share_slopes(effects, rows, average)
        found = np.searchsorted(cohorts, effects.cohort)
        known = cohorts[np.minimum(found, len(cohorts) - 1)] == effects.cohort
        position = np.where(known, found, len(cohorts))
        scale = len(effects.cohort) * effects.weight / effects.weight.sum()
        for m, slope in enumerate(slopes.T):
            influence[m] += scale * slope[position]
    return influence.T


def _share_slopes(effects: Effects, rows: Rows, average: Floats) -> tuple[Floats, Floats]:
    """Estimated cohorts (c,) and D of each, (c + 1, m); the last row, zero, is for units of no estimated cohort."""
    cohorts, cohort_of_cell = np.unique(effects.columns["cohort"], return_inverse=True)
    distance = np.where(rows.used, effects.estimate[:, None] - average, 0.0)
    slope = np.divide(distance, rows.total_share, out=np.zeros_like(distance), where=rows.total_share > 0)
    by_cohort = np.zeros((len(cohorts) + 1, slope.shape[1]))
    np.add.at(by_cohort, cohort_of_cell, slope)
    return cohorts, by_cohort
