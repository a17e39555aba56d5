"""The interaction-weighted estimator of Sun and Abraham (2021)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lnbeval.design import Design, analysed, not_always_treated, not_anticipating, refuse_in_regression
from lnbeval.errors import DesignError
from lnbeval.panel import periods_kept
from lnbeval.two_way import (
    cell_controls,
    cell_effects,
    cell_regressors,
    cohort_cells,
    observed_cells,
    two_way_fit,
)

if TYPE_CHECKING:
    from lnbeval.effects import Effects
    from lnbeval.panel import Panel


def sun_abraham(panel: Panel, design: Design) -> Effects:
    """The coefficients of  Y_it = a_i + b_t + sum_g sum_e delta_ge 1{G_i = g} 1{t - g = e} + e_it.

    One coefficient for each cohort g and event time e but the last before anticipation; weighted least squares with the
    unit weights, all observed outcomes. Units never treated carry the period effects. Where there are none, say
    control_group `not_yet_treated`: the last cohort stands in for them, and the periods from its treatment on are left
    out. Averages weigh each delta_ge by its treated observations, taken as given, as fixest's `sunab` does. In a
    balanced panel delta_ge is the ATT(g, t) of `att_gt` with never-treated controls and the universal base.

    Raises DesignError when the design asks for what the regression cannot do, when there are no units never treated (or,
    under not_yet_treated, when there are some), or when nothing can be told from the period effects.

    Source: Sun and Abraham (2021), Journal of Econometrics 225(2), 175-199, section 4.
    """
    refuse_in_regression(design, name="sun_abraham", control_groups=("never_treated", "not_yet_treated"))
    compared = _compared(not_anticipating(analysed(panel, design), design), design)
    kept = not_always_treated(compared, anticipation=design.anticipation)
    cells = cohort_cells(kept, design.anticipation)
    estimated = observed_cells(kept, cells, name="sun_abraham")
    cohorts, pattern = kept.cohorts
    wanted = cells.kept(estimated)
    regressors = cell_regressors(wanted, cohorts, len(kept.periods))
    fit = two_way_fit(kept, pattern, regressors)
    return cell_effects(
        kept,
        design,
        cells,
        fit,
        np.eye(len(fit.coefficient))[:, : len(wanted.cohort)],
        estimated=estimated,
        control=cell_controls(kept, cells, Design(anticipation=design.anticipation)),
        estimator="sun_abraham",
        refit=partial(sun_abraham, design=design),
    )


def _compared(panel: Panel, design: Design) -> Panel:
    never = panel.cohort > panel.periods[-1] + design.anticipation
    if design.control_group == "never_treated" and not never.any():
        raise DesignError(
            "sun_abraham: every unit is treated by the last period, so none is never treated. Say control_group "
            "'not_yet_treated' to compare with the last cohort before its own treatment."
        )
    if design.control_group == "never_treated":
        return panel
    if never.any():
        raise DesignError(
            "sun_abraham compares with units never treated where there are some; control_group 'not_yet_treated' would "
            "leave them no role. Say 'never_treated', or use att_gt or imputation."
        )
    last = panel.cohort.max()
    return periods_kept(panel, [int(t) for t in panel.periods if t < last - design.anticipation])
