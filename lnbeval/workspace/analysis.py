"""The tables of an evaluation: estimator, aggregation and inference applied to its indicators."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from lnbeval.aggregation import aggregate
from lnbeval.design import Adjustment, BasePeriod, ControlGroup, Design, Missing
from lnbeval.errors import DesignError
from lnbeval.estimators import ESTIMATORS
from lnbeval.inference import DRAWS, Method, Places, infer
from lnbeval.panel import units_kept
from lnbeval.robustness import placebo_panel
from lnbeval.table import tidy
from lnbeval.workspace.families import adjusted_for_families

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lnbeval.effects import Effects
    from lnbeval.panel import Panel
    from lnbeval.workspace.parameters import Placebo
    from lnbeval.workspace.study import Study

Shown = Literal["cell", "overall", "event_time", "cohort", "period"]


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """Estimator, comparison and inference, as a notebook's parameters give them."""

    estimator: str = "att_gt"
    control_group: ControlGroup = "never_treated"
    base_period: BasePeriod = "universal"
    anticipation: int = 0
    adjustment: Adjustment = "none"
    missing: Missing = "pairwise"
    covariates: Sequence[str] = ()
    window: Sequence[int] | None = None
    weight: str | None = None
    cluster: str | None = None
    inference: Method = "rule"
    level: float = 0.95
    draws: int = DRAWS
    strata: str | None = None
    cutoff_km: float | None = None
    seed: int

    @property
    def design(self) -> Design:
        """The comparison. Raises ParameterError on a word that is not one of its choices."""
        return Design(
            control_group=self.control_group,
            base_period=self.base_period,
            anticipation=self.anticipation,
            adjustment=self.adjustment,
            missing=self.missing,
            window=None if self.window is None else (self.window[0], self.window[1]),
        )


def estimates(study: Study, analysis: Analysis, indicators: Sequence[str], *, by: Shown) -> pd.DataFrame:
    """The tidy table of the indicators; one that cannot be estimated is a row that says why, and the others go on.

    Overall effects of indicators that the parameters put into one family also have p-values adjusted for it.
    """
    made = [tabled(study, analysis, indicator, by) for indicator in indicators]
    table = pd.concat([part for part, _ in made], ignore_index=True)
    if by != "overall":
        return table
    effects = {indicator: one for indicator, (_, one) in zip(indicators, made, strict=True) if one is not None}
    return adjusted_for_families(table, effects, study.parameters.families, draws=analysis.draws, seed=analysis.seed)


def placebos(study: Study, analysis: Analysis, indicators: Sequence[str]) -> pd.DataFrame:
    """For each declared placebo and indicator, the effect of a treatment that had not begun; its true value is zero.

    `scenario` names the two periods. Always estimated by att_gt between two periods, whatever the headline estimator; by
    triple_difference where that is the headline, so that the placebo is of the gap between the two groups.
    """
    name = "triple_difference" if analysis.estimator == "triple_difference" else "att_gt"
    two = replace(analysis, estimator=name, base_period="universal", anticipation=0, window=None)
    if two.control_group == "all":
        two = replace(two, control_group="never_treated")
    tables = [
        tabled(study, two, indicator, "overall", placebo=placebo, anticipation=analysis.anticipation)[0]
        for indicator in indicators
        for placebo in study.parameters.placebos
    ]
    return pd.concat(tables, ignore_index=True) if tables else tidy(pd.DataFrame())


def tabled(
    study: Study,
    analysis: Analysis,
    indicator: str,
    by: Shown,
    *,
    placebo: Placebo | None = None,
    anticipation: int = 0,
    without: Collection[str] = (),
    scenario: str = "",
) -> tuple[pd.DataFrame, Effects | None]:
    """The table, and the effects behind it where there are any; `scenario` is what results call them, see `effects_of`."""
    scenario = scenario if placebo is None else f"placebo {placebo.base} to {placebo.period}"
    effects = None
    try:
        effects = effects_of(
            study, analysis, indicator, by, placebo=placebo, anticipation=anticipation, without=without
        )
        table = infer(
            effects,
            method=analysis.inference,
            level=analysis.level,
            draws=analysis.draws,
            rng=_rng(analysis.seed, indicator, by, scenario),
            strata=None if analysis.strata is None else study.of_units(analysis.strata, effects.panel.units.tolist()),
            places=_places(study, analysis, effects),
        )
    except DesignError as error:
        table = tidy(
            pd.DataFrame({"status": ["not_estimable"], "reason": [str(error)]}),
            estimator=analysis.estimator,
            control_group=analysis.control_group,
            adjustment=analysis.adjustment,
            aggregation=by,
            inference=analysis.inference,
        )
    unit = study.indicator(indicator)["effect_unit"]
    return table.assign(evaluation=study.name, scenario=scenario, indicator=indicator, unit=unit), effects


def effects_of(
    study: Study,
    analysis: Analysis,
    indicator: str,
    by: Shown,
    *,
    placebo: Placebo | None = None,
    anticipation: int = 0,
    without: Collection[str] = (),
) -> Effects:
    """The effects of an indicator, or of a placebo on it; DesignError when they cannot be estimated or shown so.

    `without`: codes of municipalities that are left out.
    """
    within = study.parameters.design.within if analysis.estimator == "triple_difference" else {}
    if analysis.estimator == "triple_difference" and indicator not in within:
        raise DesignError(f"design.within names no comparison group for {indicator}.")
    panel = study.panel(
        indicator,
        weight=analysis.weight,
        cluster=analysis.cluster,
        covariates=tuple(analysis.covariates),
        comparison=within.get(indicator),
    )
    if without:
        panel = units_kept(panel, ~np.isin(panel.units, list(without)))
    if placebo is not None:
        panel = placebo_panel(panel, base=placebo.base, period=placebo.period, anticipation=anticipation)
    return shown(panel, analysis, by)


def _places(study: Study, analysis: Analysis, effects: Effects) -> Places | None:
    if analysis.cutoff_km is None:
        return None
    latitude, longitude = (study.of_units(name, effects.panel.units.tolist()) for name in ("lat", "lon"))
    return Places(latitude=latitude, longitude=longitude, cutoff_km=analysis.cutoff_km)


def shown(panel: Panel, analysis: Analysis, by: Shown) -> Effects:
    """The effects on `panel`, aggregated `by`; DesignError when the estimator cannot be shown so."""
    estimator = ESTIMATORS[analysis.estimator]
    if by not in estimator.shows:
        raise DesignError(f"{analysis.estimator} can be shown by {', '.join(estimator.shows)}, not by {by}.")
    effects = estimator.estimate(panel, analysis.design)
    return effects if effects.aggregation == by else aggregate(effects, by)  # type: ignore[arg-type]


def _rng(seed: int, *words: str) -> np.random.Generator:
    """A stream of its own for each table, so that no table depends on which were made before it."""
    return np.random.default_rng([seed, *(zlib.crc32(word.encode()) for word in words)])
