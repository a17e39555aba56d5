"""Compared with whom: the choices that define the counterfactual."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

import numpy as np

from lnbeval.errors import DesignError, ParameterError
from lnbeval.hints import did_you_mean
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


NAMED: Final = 6  # cohorts in a message


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
    window: (before, after), the periods before and after the first treated one that `stacked` and `local_projections`
        show; None, what most cohorts have whole (stacked) or all that any has (local_projections).
    missing: `pairwise` uses in each comparison the units observed in both its periods; `complete` only units observed
        in every period.

    Raises ParameterError on a word that is not one of these.
    """

    control_group: ControlGroup = "never_treated"
    base_period: BasePeriod = "universal"
    anticipation: int = 0
    adjustment: Adjustment = "none"
    missing: Missing = "pairwise"
    window: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            value = getattr(self, name)
            if value not in allowed:
                hint = did_you_mean(str(value), allowed, cutoff=0.3)
                raise ParameterError(f"{name} is '{value}'; it must be one of {', '.join(allowed)}.{hint}")
        if not isinstance(self.anticipation, int) or isinstance(self.anticipation, bool) or self.anticipation < 0:
            raise ParameterError(
                f"anticipation is {self.anticipation!r}; it must be a whole number of periods, 0 or more."
            )
        if self.window is not None and (len(self.window) != 2 or self.window[0] < 1 or self.window[1] < 0):
            raise ParameterError(
                f"window is {self.window!r}; it must be two whole numbers: periods before treatment, 1 or more, and periods "
                "after its first, 0 or more."
            )


def analysed(panel: Panel, design: Design) -> Panel:
    """The panel that the design lets in, refused when it cannot hold any difference-in-differences.

    Raises ParameterError when there are covariates that would be ignored; DesignError when there is a comparison group that
    would be, fewer than two periods, no treated or no control unit, no period before or none
    after treatment.
    """
    if panel.comparison is not None:
        raise DesignError(
            "The panel holds the outcome of a comparison group within units, which only triple_difference uses: choose that "
            "estimator, or leave the comparison out."
        )
    if design.adjustment == "none" and panel.covariates.shape[1]:
        numbered = (f"covariate {j + 1}" for j in range(panel.covariates.shape[1]))
        names = ", ".join(panel.covariate_names or numbered)
        raise ParameterError(
            f"Covariates are given ({names}) but adjustment is 'none', which would ignore them. Choose adjustment reg, ipw or "
            "dr, or leave the covariates out."
        )
    kept = fully_observed(panel) if design.missing == "complete" else ever_observed(panel)
    if not np.isfinite(panel.outcome).any():
        raise DesignError("There is no outcome: every value is missing.")
    if len(kept.units) == 0:
        raise DesignError("No unit is observed in every period. Use missing='pairwise' or complete the data.")
    if len(kept.periods) < 2:
        raise DesignError(
            f"There is only one period ({kept.periods[0]}). A difference-in-differences needs at least one before treatment "
            "and one after it."
        )
    _refuse_lost(panel, kept, design)
    _refuse_one_sided(kept)
    return kept


def _refuse_lost(panel: Panel, kept: Panel, design: Design) -> None:
    """Where missing outcomes, not the treatment table, are why nobody of a cohort is left."""
    lost = np.setdiff1d(panel.cohort, kept.cohort)
    if lost.size and design.missing == "complete":
        named = ", ".join("never treated" if np.isinf(g) else f"{g:g}" for g in lost)
        raise DesignError(
            f"missing='complete' leaves no unit of cohort {named}. Use missing='pairwise' or complete the data."
        )
    last = panel.periods[-1]
    if (panel.cohort <= last).any() and not (kept.cohort <= last).any():
        raise DesignError("No treated unit has an outcome in any period: all of them are missing.")
    if (panel.cohort > last).any() and not (kept.cohort > last).any() and len(kept.cohorts[0]) == 1:
        raise DesignError("No unit to compare with has an outcome in any period: all of them are missing.")


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
    if len(panel.cohorts[0]) == 1:
        raise DesignError(
            f"There is no control unit: every unit is first treated in {panel.cohort[0]:g}. Add units that are not treated "
            "or are treated later."
        )
    if not (treated & (panel.cohort > first)).any():
        raise DesignError(
            f"Every treated unit is treated from the first period, {first}: add a period before treatment."
        )


def _cohorts(panel: Panel) -> str:
    named = ["never" if np.isinf(g) else f"{g:g}" for g in panel.cohorts[0]]
    return ", ".join(named[:NAMED]) + (f" and {len(named) - NAMED} more" if len(named) > NAMED else "")


def not_anticipating(panel: Panel, design: Design) -> Panel:
    """The panel in which nobody who is first treated after the last period can be a control while anticipating it.

    Under control_group `never_treated` such units are left out, as `att_gt` does; under the others, their outcomes from the
    start of anticipation on.
    """
    last = panel.periods[-1]
    soon = (panel.cohort > last) & (panel.cohort <= last + design.anticipation)
    if not soon.any():
        return panel
    if design.control_group == "never_treated":
        return units_kept(panel, ~soon)
    early = soon[:, None] & (panel.periods >= panel.cohort[:, None] - design.anticipation)
    return ever_observed(replace(panel, outcome=np.where(early, np.nan, panel.outcome)))


def regression_panel(panel: Panel, design: Design, *, name: str, anticipation: bool) -> Panel:
    """The panel that a regression of all units on their treatment uses under this design.

    Raises DesignError, all reasons at once, when the design asks for what such a regression cannot honour.
    """
    treated = panel.cohort[(panel.cohort > panel.periods[0]) & (panel.cohort <= panel.periods[-1])]
    several = len(np.unique(treated)) > 1
    refuse_in_regression(
        design,
        name=name,
        control_groups=("all",) if several else ("never_treated", "not_yet_treated", "all"),
        anticipation=anticipation,
    )
    kept = not_anticipating(panel, design)
    return kept if design.control_group == "all" else not_always_treated(kept)


def refuse_in_regression(
    design: Design,
    *,
    name: str,
    control_groups: tuple[ControlGroup, ...],
    anticipation: bool = True,
    adjustments: tuple[Adjustment, ...] = ("none",),
    window: bool = False,
) -> None:
    """Refuse, all reasons at once, what this regression cannot honour. Raises DesignError."""
    problems = []
    if design.control_group not in control_groups:
        problems.append(_control_group_problem(design.control_group, control_groups))
    if design.base_period == "varying":
        problems.append("base_period 'varying' has no counterpart in the regression: use 'universal'")
    if design.anticipation and not anticipation:
        problems.append("anticipation has no counterpart in the static regression: use 0, or the event study")
    if design.adjustment not in adjustments:
        problems.append(f"covariate adjustment '{design.adjustment}' is not available: use {_or(adjustments)}")
    if design.window is not None and not window:
        problems.append("window is for stacked and local_projections: leave it out")
    if problems:
        raise DesignError(f"{name}: {'; '.join(problems)}.")


def _control_group_problem(asked: str, allowed: tuple[str, ...]) -> str:
    if allowed == ("all",):
        return (
            f"control_group '{asked}' cannot be kept with several cohorts, because the regression also compares with already "
            "treated units: say control_group 'all', or use att_gt"
        )
    return f"control_group '{asked}' cannot be kept: use {_or(allowed)}"


def refuse_gaps(panel: Panel, *, name: str) -> None:
    """Refuse a panel in which a period is missing, for estimators that count event time period by period. Raises DesignError."""
    missing = np.setdiff1d(np.arange(panel.periods[0], panel.periods[-1] + 1), panel.periods)
    if missing.size:
        raise DesignError(
            f"{name} counts event time period by period, and there is no period {', '.join(map(str, missing))}. Use att_gt, "
            "or periods without gaps."
        )


def _or(words: tuple[str, ...]) -> str:
    return " or ".join(f"'{word}'" for word in words)


def not_always_treated(panel: Panel, *, anticipation: int = 0) -> Panel:
    """The panel without the units treated, or anticipating treatment, from the first period.

    Raises DesignError when nobody is left who is treated later.
    """
    kept = units_kept(panel, np.asarray(panel.cohort > panel.periods[0] + anticipation))
    if not (kept.cohort <= panel.periods[-1]).any():
        raise DesignError(
            f"Every treated unit is treated, or may anticipate it, from the first period, {panel.periods[0]}: add earlier periods "
            "or reduce anticipation."
        )
    return kept
