"""The estimators, by the name that parameters and the command line use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from lnbeval.estimators.att_gt import att_gt
from lnbeval.estimators.twfe import twfe
from lnbeval.estimators.twfe_event_study import twfe_event_study

if TYPE_CHECKING:
    from lnbeval.design import ControlGroup, Design
    from lnbeval.effects import Aggregation, Effects
    from lnbeval.panel import Panel


class Estimate(Protocol):
    """A pure function from the data and the comparison to effects."""

    def __call__(self, panel: Panel, design: Design) -> Effects: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class Estimator:
    """How an estimator is called and what it can show."""

    estimate: Estimate
    shows: tuple[Aggregation, ...]  # the aggregations it can be shown by, its own first
    control_group: ControlGroup  # what it compares with unless told otherwise


ESTIMATORS: Final = {
    "att_gt": Estimator(
        estimate=att_gt,
        shows=("cell", "overall", "event_time", "cohort", "period"),
        control_group="never_treated",
    ),
    "twfe": Estimator(estimate=twfe, shows=("overall",), control_group="all"),
    "twfe_event_study": Estimator(estimate=twfe_event_study, shows=("event_time", "overall"), control_group="all"),
}

__all__ = ["ESTIMATORS", "Estimate", "Estimator", "att_gt", "twfe", "twfe_event_study"]
