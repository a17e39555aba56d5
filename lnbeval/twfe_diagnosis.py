"""What the static two-way regression compares, and what it weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from lnbeval.design import Design, analysed
from lnbeval.errors import DesignError
from lnbeval.two_way import refuse_undetermined, two_way_fit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lnbeval.panel import Booleans, Floats, Integers, Panel
    from lnbeval.regression import Fit

STATIC: Final = Design(control_group="all")  # every unit and period, as the regression uses them
NAMED: Final = 5  # culprits in a message


def goodman_bacon(panel: Panel) -> pd.DataFrame:
    """The comparisons of two cohorts whose weighted average is the coefficient of the static two-way regression.

    Cohort k is compared with cohort l over the periods in which l does not change: all of them where l is never or always
    treated, else those before l is treated if k is earlier, those from then on if k is later. With b of these periods
    before and a after k is first treated, n_k and n_l units, and means over units and periods,

        estimate_kl = (Y_k,after - Y_k,before) - (Y_l,after - Y_l,before),    weight_kl = n_k n_l b a / sum n_k n_l b a.

    Columns treated_cohort, control_cohort, kind, estimate, weight; the weights are positive and add to one. Units not
    treated up to the last period are the cohort inf, those treated from the first are the cohort of the first. `treated
    vs never treated` and `earlier vs later treated` compare with untreated outcomes; the other two kinds subtract from the
    effect what changed, since they were treated, in the effect on the controls.

    Raises DesignError when outcomes are missing or weights differ, since the coefficient is then no average of these
    comparisons; else what `twfe` raises with control_group `all`.

    Source: Goodman-Bacon (2021), Journal of Econometrics 225(2), 254-277, theorem 1.
    """
    kept = analysed(panel, STATIC)
    _refuse(kept)
    groups, member, size = np.unique(_groups(kept), return_inverse=True, return_counts=True)
    starts = np.searchsorted(kept.periods, groups)
    treated, control = _pairs(starts, len(kept.periods))
    if not treated.size:
        raise refuse_undetermined("goodman_bacon")
    begin, change, end = _windows(starts[treated], starts[control], len(kept.periods))
    weight = size[treated] * size[control] * (change - begin) * (end - change).astype(float)
    sums = _running_sums(kept, member)
    after = (sums[:, end] - sums[:, change]) / (end - change)
    before = (sums[:, change] - sums[:, begin]) / (change - begin)
    gain, pair = after - before, np.arange(len(treated))
    return pd.DataFrame(
        {
            "treated_cohort": groups[treated],
            "control_cohort": groups[control],
            "kind": _kinds(starts[treated], starts[control], len(kept.periods)),
            "estimate": gain[treated, pair] - gain[control, pair],
            "weight": weight / weight.sum(),
        }
    )


def effect_weights(panel: Panel) -> pd.DataFrame:
    """The weight of each ATT(g, t) in the coefficient of the static two-way regression.

    With x_it the treatment D_it net of unit and period effects, by least squares with the unit weights w_i,

        delta = sum_gt weight_gt ATT(g, t) under parallel trends,    weight_gt = sum_i w_i x_it / sum_it w_i x_it D_it,

    the first sum over the units of cohort g observed in period t. Weights add to one and can be negative. Where outcomes
    are missing x_it varies within the cell, and ATT(g, t) is the average effect in the proportions w_i x_it.

    Columns cohort, period, weight: a row for each cohort and period with a treated outcome.

    Raises DesignError as `twfe` does with control_group `all`.

    Source: de Chaisemartin and D'Haultfoeuille (2020), American Economic Review 110(9), 2964-2996, theorem 1.
    """
    kept = analysed(panel, STATIC)
    cohorts, member = kept.cohorts
    treated = kept.periods >= cohorts[:, None]  # (c, t)
    fit = two_way_fit(kept, member, treated[:, :, None].astype(float))
    if not fit.determined(np.eye(len(fit.coefficient))[:, :1]).all():
        raise refuse_undetermined("effect_weights")
    omega = fit.weights * (fit.rows @ fit.inverse[:, 0])[fit.pattern]  # (n, t), zero where nothing is observed
    observed = _sums_by(member, np.isfinite(kept.outcome)) > 0
    cohort, period = np.nonzero(treated & observed)
    weight = _sums_by(member, omega)[cohort, period]
    return pd.DataFrame({"cohort": cohorts[cohort], "period": kept.periods[period], "weight": weight})


def event_time_fit(panel: Panel, times: Floats) -> Fit:
    """The two-way regression with an indicator for each of the event times, its first coefficients; `panel` as analysed."""
    member = panel.cohorts[1]
    return two_way_fit(panel, member, event_indicators(panel, times))


def event_indicators(panel: Panel, times: Floats) -> Floats:
    """Which event time each cohort is at in each period, (c, t, k)."""
    cohorts = panel.cohorts[0]
    since = (panel.periods - cohorts[:, None])[:, :, None] == times
    return np.asarray(since & (cohorts <= panel.periods[-1])[:, None, None], dtype=float)


def event_time_weights(panel: Panel, fit: Fit, times: Floats) -> pd.DataFrame:
    """The weight of each ATT(g, t) in each coefficient of the event study with two-way fixed effects.

    With x_it,e the indicator of event time e net of the others and of unit and period effects, by least squares with the unit
    weights w_i, under parallel trends

        delta_e = sum_gt weight_gt,e ATT(g, t),    weight_gt,e = sum_i w_i x_it,e / sum_it w_i x_it,e 1{t - G_i = e},

    the first sum over the units of cohort g observed in period t. The weights add to one over the cells at e, to zero over
    those at each other event time of the regression: what they say of other times is contamination.

    Columns coefficient (e), cohort, period, weight. `panel` and `fit` are those of `event_time_fit`.

    Source: Sun and Abraham (2021), Journal of Econometrics 225(2), 175-199, proposition 1.
    """
    cohorts, member = panel.cohorts
    ever = (cohorts <= panel.periods[-1])[:, None]
    cohort, period = np.nonzero(ever & (_sums_by(member, np.isfinite(panel.outcome)) > 0))
    weight = [
        _sums_by(member, fit.weights * (fit.rows @ fit.inverse[:, k])[fit.pattern])[cohort, period]
        for k in range(len(times))
    ]
    return pd.DataFrame(
        {
            "coefficient": np.repeat(times, len(cohort)),
            "cohort": np.tile(cohorts[cohort], len(times)),
            "period": np.tile(panel.periods[period], len(times)),
            "weight": np.concatenate(weight),
        }
    )


def _refuse(panel: Panel) -> None:
    gaps = ~np.isfinite(panel.outcome).all(axis=1)
    if gaps.any():
        named = ", ".join(map(str, panel.units[gaps][:NAMED]))
        raise DesignError(
            f"goodman_bacon: outcomes are missing for {gaps.sum()} units ({named}{', ...' if gaps.sum() > NAMED else ''}), and the "
            "coefficient is then no average of comparisons of cohorts. Complete the data, leave these units out, or use "
            "effect_weights."
        )
    low, high = np.argmin(panel.weight), np.argmax(panel.weight)
    if panel.weight[low] < panel.weight[high]:
        raise DesignError(
            f"goodman_bacon: weights differ between units, from {panel.weight[low]:g} ({panel.units[low]}) to "
            f"{panel.weight[high]:g} ({panel.units[high]}), and the theorem is on unweighted regressions. Leave the weights out, "
            "or use effect_weights."
        )


def _groups(panel: Panel) -> Floats:
    """The cohort of each unit as far as the panel shows it, (n,)."""
    shown = np.maximum(panel.cohort, panel.periods[0])
    return np.where(shown > panel.periods[-1], np.inf, shown)


def _pairs(starts: Integers, t: int) -> tuple[Integers, Integers]:
    """Positions of the groups to compare: the first changes within the panel, and not when the second does."""
    changes: Booleans = (starts > 0) & (starts < t)
    treated, control = np.nonzero(changes[:, None] & (starts[:, None] != starts))
    return treated, control


def _windows(treated: Integers, control: Integers, t: int) -> tuple[Integers, Integers, Integers]:
    """Positions of the first period in which the control keeps its status, of treatment, and after the last such period."""
    return np.where(control < treated, control, 0), treated, np.where(control > treated, control, t)


def _running_sums(panel: Panel, member: Integers) -> Floats:
    """Outcome means of the groups, summed over the periods before each and all, (c, t + 1).

    Unit means cancel in any difference over time. They are left out beforehand, for the sake of digits.
    """
    change = panel.outcome - panel.outcome.mean(axis=1, keepdims=True)
    mean = _sums_by(member, change) / np.bincount(member)[:, None]
    return np.hstack([np.zeros((len(mean), 1)), mean.cumsum(axis=1)])


def _kinds(treated: Integers, control: Integers, t: int) -> NDArray[Any]:
    sides = [control == t, control == 0, treated < control]
    kinds = ["treated vs never treated", "treated vs always treated", "earlier vs later treated"]
    return np.select(sides, kinds, "later vs already treated").astype(object)


def _sums_by(member: Integers, values: Floats | Booleans) -> Floats:
    """Column sums of `values` (n, t) by group, (c, t)."""
    return np.column_stack([np.bincount(member, weights=column) for column in values.T])
