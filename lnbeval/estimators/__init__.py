"""The estimators, by the name that parameters and the command line use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from lnbeval.estimators.att_gt import att_gt
from lnbeval.estimators.etwfe import etwfe
from lnbeval.estimators.imputation import imputation
from lnbeval.estimators.local_projections import local_projections
from lnbeval.estimators.repeated_cross_sections import repeated_cross_sections
from lnbeval.estimators.stacked import stacked
from lnbeval.estimators.sun_abraham import sun_abraham
from lnbeval.estimators.synthetic_did import synthetic_did
from lnbeval.estimators.triple_difference import triple_difference
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


BY_CELL: Final[tuple[Aggregation, ...]] = ("cell", "overall", "event_time", "cohort", "period")

ESTIMATORS: Final = {
    "att_gt": Estimator(estimate=att_gt, shows=BY_CELL, control_group="never_treated"),
    "imputation": Estimator(estimate=imputation, shows=BY_CELL, control_group="not_yet_treated"),
    "sun_abraham": Estimator(estimate=sun_abraham, shows=BY_CELL, control_group="never_treated"),
    "etwfe": Estimator(estimate=etwfe, shows=BY_CELL, control_group="not_yet_treated"),
    "stacked": Estimator(estimate=stacked, shows=("event_time", "overall"), control_group="not_yet_treated"),
    "local_projections": Estimator(
        estimate=local_projections, shows=("event_time", "overall"), control_group="not_yet_treated"
    ),
    "synthetic_did": Estimator(estimate=synthetic_did, shows=BY_CELL, control_group="never_treated"),
    "triple_difference": Estimator(estimate=triple_difference, shows=BY_CELL, control_group="never_treated"),
    "repeated_cross_sections": Estimator(
        estimate=repeated_cross_sections, shows=BY_CELL, control_group="never_treated"
    ),
    "twfe": Estimator(estimate=twfe, shows=("overall",), control_group="all"),
    "twfe_event_study": Estimator(estimate=twfe_event_study, shows=("event_time", "overall"), control_group="all"),
}

__all__ = [
    "ESTIMATORS",
    "Estimate",
    "Estimator",
    "att_gt",
    "etwfe",
    "imputation",
    "local_projections",
    "repeated_cross_sections",
    "stacked",
    "sun_abraham",
    "synthetic_did",
    "triple_difference",
    "twfe",
    "twfe_event_study",
]
