"""Group-time average treatment effects of Callaway and Sant'Anna (2021)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lnbeval.cohort_differences import cohort_differences

if TYPE_CHECKING:
    from lnbeval.design import Design
    from lnbeval.effects import Effects
    from lnbeval.panel import Panel


def att_gt(panel: Panel, design: Design) -> Effects:
    """ATT(g, t) for every cohort g and period t: the outcome change of the cohort less that of its controls.

    With b the base period, D_i = Y_it - Y_ib and weights w,

        ATT(g, t) = sum_{i in g} w_i D_i / sum_{i in g} w_i  -  sum_{i in C} w_i D_i / sum_{i in C} w_i,

    with C the units not treated up to the last period (never_treated) or up to max(t, b) (not_yet_treated), in both
    cases anticipation included. Influence of i in g: n w_i (D_i - mean_g) / W_g; of i in C: the same with the sign
    turned; R `did` 2.5.1 gives the same estimates and errors. Assumes parallel trends between g and C, and no
    anticipation beyond what the design declares. With adjustment reg, ipw or dr the trends need be parallel only between
    units with the same covariates: each comparison is made as `lnbeval.adjustment` says.

    Cells without treated or control units, cohorts treated from the first period, and cells that the covariates do not
    allow are rows with status `not_estimable`. Raises DesignError when no cell can be estimated, the design asks for
    already treated controls, or there are more covariates than clusters allow; ParameterError when covariates come
    without an adjustment or an adjustment without covariates.

    Source: Callaway and Sant'Anna (2021), Journal of Econometrics 225(2), 200-230, section 2.
    """
    return cohort_differences(panel, design, estimator="att_gt", refit=partial(att_gt, design=design))
