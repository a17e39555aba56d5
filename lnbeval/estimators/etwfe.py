"""Extended two-way fixed effects of Wooldridge (2021), linear."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lnbeval.design import analysed, not_always_treated, not_anticipating, refuse_in_regression
from lnbeval.errors import DesignError
from lnbeval.group_time import covariate_names, refuse_covariates
from lnbeval.two_way import (
    cell_controls,
    cell_effects,
    cell_members,
    cell_regressors,
    cohort_cells,
    observed_cells,
    two_way_fit,
)

if TYPE_CHECKING:
    from lnbeval.design import Design
    from lnbeval.effects import Effects
    from lnbeval.panel import Floats, Integers, Panel
    from lnbeval.regression import Fit
    from lnbeval.two_way import Cells


def etwfe(panel: Panel, design: Design) -> Effects:
    """The coefficients of  Y_it = a_i + b_t + sum_{g,s} delta_gs 1{G_i = g} 1{t = s} + e_it.

    Under control_group `not_yet_treated` s runs over the periods from g - anticipation on: every untreated outcome helps
    to fit the path without treatment. Under `never_treated` s runs over all periods but the base, leads included, and
    delta_gs are those of Sun and Abraham. With adjustment `reg`, covariates x enter by period and, less their mean in
    the cohort, by each indicator: delta_gs + (x_i - mean_g)'gamma_gs, averaged over the treated observed in s.
    Averages weigh each delta_gs by its treated observations, taken as given, as R `etwfe` does; so are covariates.

    Cells in periods without untreated units are rows with status `not_estimable`. Raises DesignError when the design
    asks for what the regression cannot do, when nothing can be told from the period effects, or when a covariate is
    constant or collinear within a cohort; ParameterError when covariates come without adjustment or the reverse.

    Source: Wooldridge (2021), "Two-way fixed effects, the two-way Mundlak regression, and difference-in-differences
    estimators", sections 5 and 6.
    """
    refuse_in_regression(
        design, name="etwfe", control_groups=("never_treated", "not_yet_treated"), adjustments=("none", "reg")
    )
    kept = not_always_treated(not_anticipating(analysed(panel, design), design), anticipation=design.anticipation)
    refuse_covariates(kept, design)
    cells = _cells(kept, design)
    estimated = observed_cells(kept, cells, name="etwfe")
    wanted = cells.kept(estimated)
    regressors, pattern = _regressors(kept, wanted, design)
    fit = two_way_fit(kept, pattern, regressors)
    _refuse_collinear(kept, fit, len(wanted.cohort))
    effects = cell_effects(
        kept,
        design,
        cells,
        fit,
        _contrast(kept, wanted, design, len(fit.coefficient)),
        estimated=estimated,
        control=cell_controls(kept, cells, design),
        estimator="etwfe",
        refit=partial(etwfe, design=design),
    )
    # The means of covariates move with the weights of units: left-out units are then re-estimated from the start.
    return effects if design.adjustment == "none" else replace(effects, reweighted=None)


def _cells(panel: Panel, design: Design) -> Cells:
    cells = cohort_cells(panel, design.anticipation)
    if design.control_group == "never_treated":
        return cells
    return cells.kept(np.asarray(panel.periods[cells.period] + design.anticipation >= cells.cohort))


def _regressors(panel: Panel, cells: Cells, design: Design) -> tuple[Floats, Integers]:
    """Indicators of the cells and, with covariates, these times the covariates and the covariates by period."""
    cohorts, pattern = panel.cohorts
    indicator = cell_regressors(cells, cohorts, len(panel.periods))
    if design.adjustment == "none":
        return indicator, pattern
    n, t = panel.outcome.shape
    x = _standardised(panel)
    own = indicator[pattern]
    moved = np.einsum("ntk,nkp->ntkp", own, x[:, None, :] - _cohort_means(panel, x, cells)).reshape(n, t, -1)
    by_period = np.einsum("ts,np->ntsp", np.eye(t)[:, 1:], x).reshape(n, t, -1)
    return np.concatenate([own, moved, by_period], axis=2), np.arange(n)


def _contrast(panel: Panel, cells: Cells, design: Design, q: int) -> Floats:
    """delta_gs + (mean of x over the treated observed in s - mean of x over the cohort)'gamma_gs, (q, k)."""
    k = len(cells.cohort)
    contrast = np.zeros((q, k))
    contrast[:k] = np.eye(k)
    if design.adjustment == "reg":
        x = _standardised(panel)
        weight = panel.weight[:, None] * cell_members(panel, cells)
        observed = (weight.T @ x) / weight.sum(axis=0)[:, None]
        moved = observed - _cohort_means(panel, x, cells)  # (k, p)
        p = x.shape[1]
        for cell in range(k):
            contrast[k + cell * p : k + (cell + 1) * p, cell] = moved[cell]
    return contrast


def _refuse_collinear(panel: Panel, fit: Fit, k: int) -> None:
    """Every coefficient of a covariate must be determined, of those that belong to a cell or to a period."""
    p = panel.covariates.shape[1]
    if p == 0:
        return
    columns = np.arange(k, k * (1 + p) + p * (len(panel.periods) - 1))
    told = np.asarray(fit.determined(np.eye(len(fit.coefficient))[:, columns]).reshape(-1, p).all(axis=0))
    culprits = [name for name, good in zip(covariate_names(panel), told, strict=True) if not good]
    if culprits:
        raise DesignError(
            f"etwfe: covariate {', '.join(culprits)} cannot be told from the others within every cohort: it is constant there, "
            "says the same as another, or the cohort has too few units. Leave it out, or use att_gt with adjustment."
        )


def _standardised(panel: Panel) -> Floats:
    """Covariates in standard deviations: a population in persons would else drown the other columns."""
    spread = panel.covariates.std(axis=0)
    return np.asarray((panel.covariates - panel.covariates.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def _cohort_means(panel: Panel, x: Floats, cells: Cells) -> Floats:
    """Weighted mean of the covariates over the observed outcomes of each cell's cohort, (k, p)."""
    weight = panel.weight * np.isfinite(panel.outcome).sum(axis=1)
    members = weight[:, None] * (panel.cohort[:, None] == cells.cohort)
    return np.asarray((members.T @ x) / members.sum(axis=0)[:, None])
