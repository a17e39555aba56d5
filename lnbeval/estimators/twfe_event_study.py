"""Two-way fixed effects with one coefficient for each period since treatment."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lnbeval.design import analysed, not_always_treated, regression_panel
from lnbeval.effects import BASE_PERIOD, Effects, clusters_among, key_columns
from lnbeval.errors import DesignError
from lnbeval.twfe_diagnosis import event_indicators, event_time_fit, event_time_weights
from lnbeval.two_way import (
    UNTOLD,
    permuted_from_base,
    refuse_undetermined,
    regression_inference,
    reweighted_from_base,
    two_way_permutable,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lnbeval.design import Design
    from lnbeval.panel import Booleans, Floats, Panel
    from lnbeval.regression import Fit

NEGLIGIBLE: Final = 0.005  # of a weight that is one in all: rounds to nothing


def twfe_event_study(panel: Panel, design: Design) -> Effects:
    """The coefficients of  Y_it = a_i + b_t + sum_e delta_e 1{t - G_i = e} + e_it  over all e but the base.

    The base is e = -1 - anticipation. Weighted least squares with the unit weights, all observed outcomes. With several
    cohorts delta_e is contaminated by the effects at other event times (Sun and Abraham 2021): a comparison, never the
    headline, and the design must say control_group `all`. Every row says by how much, at most. Units treated from the first period are left out.

    Raises DesignError when the design asks for what the regression cannot do (see `twfe`), when no treated unit is
    observed at the base, or when there are no units that are never treated.

    Source: Sun and Abraham (2021), Journal of Econometrics 225(2), 175-199, section 3.
    """
    kept = not_always_treated(
        regression_panel(analysed(panel, design), design, name="twfe_event_study", anticipation=True),
        anticipation=design.anticipation,
    )
    base = -1 - design.anticipation
    event_time = np.where(np.isfinite(kept.outcome), kept.periods - kept.cohort[:, None], np.nan)
    ever = kept.cohort <= kept.periods[-1]
    times = np.unique(event_time[ever][np.isfinite(event_time[ever])])
    if base not in times:
        raise DesignError(
            f"No treated unit is observed at event time {base}, the base of this regression: the event times are "
            f"{', '.join(f'{e:g}' for e in times)}. Use att_gt, whose base is the last period before treatment."
        )
    shown = times[times != base]
    fit = event_time_fit(kept, shown)
    contrast = np.zeros((len(fit.coefficient), len(times)))
    contrast[: len(shown), times != base] = np.eye(len(shown))
    told = fit.determined(contrast)
    if not told[times != base].any():
        raise refuse_undetermined("twfe_event_study")
    contrast[:, ~told] = 0.0
    inference = regression_inference(fit, contrast)
    return Effects(
        **inference
        | {
            "estimate": np.where(told, inference["estimate"], np.nan),
            "reweighted": partial(_reweighted, fit, contrast, told, times == base),
            "relabelled": partial(
                permuted_from_base,
                two_way_permutable(kept, event_indicators(kept, shown)),
                times != base,
                times == base,
            ),
        },
        columns=_columns(
            kept, fit, event_time, times, base, told, _contamination(kept, fit, shown, design.anticipation)
        ),
        panel=kept,
        design=design,
        estimator="twfe_event_study",
        aggregation="event_time",
        refit=partial(twfe_event_study, design=design),
        treated=((event_time[:, :, None] == times) & ever[:, None, None]).any(axis=1),
        control=np.repeat((np.isfinite(kept.outcome).any(axis=1) & ~ever)[:, None], len(times), axis=1),
    )


def _reweighted(fit: Fit, contrast: Floats, told: Booleans, base: Booleans, multipliers: Floats) -> Floats:
    return np.where(told, reweighted_from_base(fit, contrast, base, multipliers), np.nan)


def _columns(
    panel: Panel,
    fit: Fit,
    event_time: Floats,
    times: Floats,
    base: int,
    told: Booleans,
    contamination: dict[float, float],
) -> dict[str, NDArray[Any]]:
    ever = panel.cohort <= panel.periods[-1]
    at = (event_time[:, :, None] == times) & ever[:, None, None]  # (n, t, k)
    weights = panel.weight[:, None] * ((event_time == base) & ever[:, None])
    doubt = _doubt(max(contamination.values(), default=0.0))
    return key_columns(
        {
            "cohort": np.nan,
            "period": np.nan,
            "base_period": np.nan,
            "event_time": times,
            "n_treated": at.any(axis=1).sum(axis=0),
            "n_control": int((np.isfinite(panel.outcome).any(axis=1) & ~ever).sum()),
            "n_obs": fit.n_obs,
            "fewest": np.minimum(clusters_among(at.any(axis=1), panel), len(set(panel.cluster[~ever].tolist()))),
            "baseline_mean": float(np.nansum(weights * panel.outcome) / weights.sum()),
            "status": np.where(told, "ok", "not_estimable").astype(object),
            "reason": np.where(told, np.where(times == base, BASE_PERIOD, doubt), UNTOLD).astype(object),
        }
    )


def _contamination(panel: Panel, fit: Fit, shown: Floats, anticipation: int) -> dict[float, float]:
    """By event time, the absolute weights of its coefficient on effects of treatment at other event times, summed."""
    if len(np.unique(panel.cohort[panel.cohort <= panel.periods[-1]])) < 2:
        return {}
    weights = event_time_weights(panel, fit, shown)
    event_time = weights["period"] - weights["cohort"]
    other = weights[(event_time != weights["coefficient"]) & (event_time >= -anticipation)]
    total = other["weight"].abs().groupby(other["coefficient"]).sum()
    return dict(zip(total.index.tolist(), total.tolist(), strict=True))


def _doubt(contamination: float) -> str:
    if contamination < NEGLIGIBLE:
        return ""
    return f"weighs effects at other event times too, by up to {100 * contamination:.0f} %"
