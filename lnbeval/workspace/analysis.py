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
from lnbeval.inference import DRAWS, Method, infer
from lnbeval.robustness import placebo_panel
from lnbeval.table import tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.effects import Effects
    from lnbeval.panel import Panel
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
    weight: str | None = None
    cluster: str | None = None
    inference: Method = "jackknife"
    level: float = 0.95
    draws: int = DRAWS
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
        )


def estimates(study: Study, analysis: Analysis, indicators: Sequence[str], *, by: Shown) -> pd.DataFrame:
    """The tidy table of the indicators; one that cannot be estimated is a row that says why, and the others go on."""
    tables = [_table(study, analysis, indicator, by) for indicator in indicators]
    return pd.concat(tables, ignore_index=True)


def placebos(study: Study, analysis: Analysis, indicators: Sequence[str]) -> pd.DataFrame:
    """For each declared placebo and indicator, the effect of a treatment that had not begun; its true value is zero.

    `scenario` names the two periods. Always estimated by att_gt between two periods, whatever the headline estimator.
    """
    two = replace(analysis, estimator="att_gt", base_period="universal", anticipation=0)
    if two.control_group == "all":
        two = replace(two, control_group="never_treated")
    tables = [
        _table(
            study,
            two,
            indicator,
            "overall",
            base=placebo.base,
            period=placebo.period,
            anticipation=analysis.anticipation,
        )
        for indicator in indicators
        for placebo in study.parameters.placebos
    ]
    return pd.concat(tables, ignore_index=True) if tables else tidy(pd.DataFrame())


def _table(
    study: Study,
    analysis: Analysis,
    indicator: str,
    by: Shown,
    *,
    base: int | None = None,
    period: int | None = None,
    anticipation: int = 0,
) -> pd.DataFrame:
    scenario = "" if base is None else f"placebo {base} to {period}"
    try:
        panel = study.panel(indicator, weight=analysis.weight, cluster=analysis.cluster)
        if base is not None and period is not None:
            panel = placebo_panel(panel, base=base, period=period, anticipation=anticipation)
        table = infer(
            shown(panel, analysis, by),
            method=analysis.inference,
            level=analysis.level,
            draws=analysis.draws,
            rng=_rng(analysis.seed, indicator, by, scenario),
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
    return table.assign(evaluation=study.name, scenario=scenario, indicator=indicator, unit=unit)


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
