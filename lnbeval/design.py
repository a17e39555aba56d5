"""Compared with whom: the choices that define the counterfactual."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal, get_args

import numpy as np

from lnbeval.errors import DesignError, ParameterError
from lnbeval.panel import Panel, ever_observed, fully_observed, units_kept

ControlGroup = Literal["never_treated", "not_yet_treated", "all"]
BasePeriod = Literal["universal", "varying"]
Adjustment = Literal["none", "reg", "ipw", "dr"]
Missing = Literal["pairwise", "complete"]

CHOICES: Final = {
    "control_group": get_args(ControlGroup),
    "base_period": get_args(BasePeriod),
    "adjustment": get_args(Adjustment),
    "missing": get_args(Missing),
}


@dataclass(frozen=True, kw_only=True)
class Design:
    """The comparison.

    control_group: `never_treated` (no treatment up to the last period), `not_yet_treated` (none up to the period in
        question), or `all` (every other unit and period, the already treated among them: what regressions with unit
        and period effects use).
    base_period: `universal`, the last period before anticipation, for every period; or `varying`, for periods before
        treatment the preceding one.
    anticipation: periods before treatment in which behaviour may already change.
    adjustment: how covariates enter.
    missing: `pairwise` uses in each comparison the units observed in both its periods; `complete` only units observed
        in every period.

    Raises ParameterError on a word that is not one of these.
    """

    control_group: ControlGroup = "never_treated"
    base_period: BasePeriod = "universal"
    anticipation: int = 0
    adjustment: Adjustment = "none"
    missing: Missing = "pairwise"

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            value = getattr(self, name)
            if value not in allowed:
                near = get_close_matches(str(value), allowed, n=1, cutoff=0.3)
                hint = f" Did you mean '{near[0]}'?" if near else ""
                raise ParameterError(f"{name} is '{value}'; it must be one of {', '.join(allowed)}.{hint}")
        if not isinstance(self.anticipation, int) or isinstance(self.anticipation, bool) or self.anticipation < 0:
            raise ParameterError(
                f"anticipation is {self.anticipation!r}; it must be a whole number of periods, 0 or more."
            )


def analysed(panel: Panel, design: Design) -> Panel:
    """The panel that the design lets in, refused when it cannot hold any difference-in-differences.

    Raises DesignError when there are fewer than two periods, no treated or no control unit, no period before or none
    after treatment.
    """
    kept = fully_observed(panel) if design.missing == "complete" else ever_observed(panel)
    if len(kept.units) == 0:
        raise DesignError("No unit is observed in every period. Use missing='pairwise' or complete the data.")
    if len(kept.periods) < 2:
        raise DesignError(
            f"There is only one period ({kept.periods[0]}). A difference-in-differences needs at least one before treatment "
            "and one after it."
        )
    lost = np.setdiff1d(panel.cohort, kept.cohort)
    if lost.size and design.missing == "complete":
        named = ", ".join("never treated" if np.isinf(g) else f"{g:g}" for g in lost)
        raise DesignError(
            f"missing='complete' leaves no unit of cohort {named}. Use missing='pairwise' or complete the data."
        )
    _refuse_one_sided(kept)
    return kept


def _refuse_one_sided(panel: Panel) -> None:
    first, last = panel.periods[0], panel.periods[-1]
    treated = panel.cohort <= last
    if not treated.any():
        raise DesignError(
            f"No unit is treated up to {last}: the cohorts are {_cohorts(panel)}. Check the treatment table, or extend the "
            "periods."
        )
    if (panel.cohort <= first).all():
        raise DesignError(f"Every unit is treated from the first period, {first}: there is no period before treatment.")
    if len(np.unique(panel.cohort)) == 1:
        raise DesignError(
            f"There is no control unit: every unit is first treated in {panel.cohort[0]:g}. Add units that are not treated "
            "or are treated later."
        )
    if not (treated & (panel.cohort > first)).any():
        raise DesignError(
            f"Every treated unit is treated from the first period, {first}: add a period before treatment."
        )


def _cohorts(panel: Panel) -> str:
    return ", ".join("never" if np.isinf(g) else f"{g:g}" for g in np.unique(panel.cohort))


def regression_panel(panel: Panel, design: Design, *, name: str, anticipation: bool) -> Panel:
    """The panel that a regression with unit and period effects uses under this design.

    Raises DesignError, all reasons at once, when the design asks for what such a regression cannot honour.
    """
    treated = panel.cohort[(panel.cohort > panel.periods[0]) & (panel.cohort <= panel.periods[-1])]
    problems = []
    if design.control_group != "all" and len(np.unique(treated)) > 1:
        problems.append(
            f"control_group '{design.control_group}' cannot be kept with several cohorts, because the regression also compares "
            "with already treated units: say control_group 'all', or use att_gt"
        )
    if design.base_period == "varying":
        problems.append("base_period 'varying' has no counterpart in the regression: use 'universal'")
    if design.anticipation and not anticipation:
        problems.append("anticipation has no counterpart in the static regression: use 0, or the event study")
    if design.adjustment != "none":
        problems.append(f"covariate adjustment '{design.adjustment}' is not available: use 'none'")
    if problems:
        raise DesignError(f"{name}: {'; '.join(problems)}.")
    return panel if design.control_group == "all" else not_always_treated(panel)


def not_always_treated(panel: Panel) -> Panel:
    """The panel without the units treated from the first period."""
    return units_kept(panel, np.asarray(panel.cohort > panel.periods[0]))
