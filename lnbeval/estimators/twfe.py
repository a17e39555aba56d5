"""Static two-way fixed effects: one coefficient for being treated."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from lnbeval.design import analysed, regression_panel
from lnbeval.effects import Effects, key_columns
from lnbeval.permuted_regression import permuted_regression
from lnbeval.twfe_diagnosis import effect_weights
from lnbeval.two_way import refuse_undetermined, regression_inference, two_way_fit, two_way_permutable

if TYPE_CHECKING:
    from lnbeval.design import Design
    from lnbeval.panel import Panel

ROUNDING: Final = 1e-9  # per cent of negative weight: less is none


def twfe(panel: Panel, design: Design) -> Effects:
    """The coefficient of D in  Y_it = a_i + b_t + delta D_it + e_it,  D_it = 1 from the cohort's period on.

    Weighted least squares with the unit weights, all observed outcomes. With several cohorts delta also compares late
    with already treated units, some with negative weight: it is a comparison, not an average of effects, unless effects
    are constant. The design must then say so with control_group `all`. Units treated from the first
    period stay in under `all`.

    Under several cohorts the row says so, with the sum of the negative weights that delta puts on single effects ATT(g, t),
    if there are any; and when nobody is never treated, that all comparisons are with already or later treated units.

    Raises DesignError when the design asks for what the regression cannot do: a control group other than `all` with
    several cohorts, a varying base period, anticipation, or covariate adjustment.

    Source: Goodman-Bacon (2021), Journal of Econometrics 225(2), 254-277, on what delta weighs.
    """
    kept = regression_panel(analysed(panel, design), design, name="twfe", anticipation=False)
    cohorts, pattern = kept.cohorts
    treated = (kept.periods >= cohorts[:, None]).astype(float)
    fit = two_way_fit(kept, pattern, treated[:, :, None])
    contrast = np.eye(len(fit.coefficient))[:, :1]
    if not fit.determined(contrast).all():
        raise refuse_undetermined("twfe")
    ever, observed = kept.cohort <= kept.periods[-1], np.isfinite(kept.outcome).any(axis=1)
    before = np.isfinite(kept.outcome) & (kept.periods < kept.cohort[:, None]) & ever[:, None]
    weights = kept.weight[:, None] * before
    return Effects(
        **regression_inference(fit, contrast),
        columns=key_columns(
            {
                "cohort": [np.nan],
                "period": [np.nan],
                "base_period": [np.nan],
                "event_time": [np.nan],
                "n_treated": [int((observed & ever).sum())],
                "n_control": [int((observed & ~ever).sum())],
                "n_obs": [fit.n_obs],
                "fewest": [min(len(set(kept.cluster[observed & side].tolist())) for side in (ever, ~ever))],
                "baseline_mean": [float(np.nansum(weights * kept.outcome) / weights.sum())],
                "status": ["ok"],
                "reason": [_warning(kept)],
            }
        ),
        panel=kept,
        design=design,
        estimator="twfe",
        aggregation="overall",
        refit=partial(twfe, design=design),
        relabelled=partial(permuted_regression, two_way_permutable(kept, treated[:, :, None])),
        treated=(observed & ever)[:, None],
        control=(observed & ~ever)[:, None],
    )


def _warning(panel: Panel) -> str:
    """What must be said of delta when there are several cohorts."""
    ever = panel.cohort <= panel.periods[-1]
    if len(np.unique(panel.cohort[ever])) < 2:
        return ""
    said = "also compares with already treated units"
    if ever.all():
        said = "compares with already or later treated units alone, since none is never treated"
    negative = -100 * float(effect_weights(panel)["weight"].clip(upper=0).sum())
    if negative < ROUNDING:
        return said
    share = "less than 1" if negative < 0.5 else f"{negative:.0f}"
    return f"{said}; {share} % of weight on single effects is negative"
