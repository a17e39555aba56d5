"""Difference-in-differences evaluation of programmes that support some municipalities and not others.

The public names load on first use, so that `import lnbeval` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lnbeval.aggregation import aggregate
    from lnbeval.design import Design
    from lnbeval.effects import Effects
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
    from lnbeval.inference import infer
    from lnbeval.multiplicity import romano_wolf
    from lnbeval.panel import NEVER, Panel
    from lnbeval.twfe_diagnosis import effect_weights, goodman_bacon

__version__ = "0.1.0"

_HOME: Final = {
    "NEVER": "lnbeval.panel",
    "Panel": "lnbeval.panel",
    "Design": "lnbeval.design",
    "Effects": "lnbeval.effects",
    "att_gt": "lnbeval.estimators.att_gt",
    "etwfe": "lnbeval.estimators.etwfe",
    "imputation": "lnbeval.estimators.imputation",
    "local_projections": "lnbeval.estimators.local_projections",
    "repeated_cross_sections": "lnbeval.estimators.repeated_cross_sections",
    "stacked": "lnbeval.estimators.stacked",
    "sun_abraham": "lnbeval.estimators.sun_abraham",
    "synthetic_did": "lnbeval.estimators.synthetic_did",
    "triple_difference": "lnbeval.estimators.triple_difference",
    "twfe": "lnbeval.estimators.twfe",
    "twfe_event_study": "lnbeval.estimators.twfe_event_study",
    "aggregate": "lnbeval.aggregation",
    "infer": "lnbeval.inference",
    "romano_wolf": "lnbeval.multiplicity",
    "effect_weights": "lnbeval.twfe_diagnosis",
    "goodman_bacon": "lnbeval.twfe_diagnosis",
}

__all__ = [
    "NEVER",
    "Design",
    "Effects",
    "Panel",
    "aggregate",
    "att_gt",
    "effect_weights",
    "etwfe",
    "goodman_bacon",
    "imputation",
    "infer",
    "local_projections",
    "repeated_cross_sections",
    "romano_wolf",
    "stacked",
    "sun_abraham",
    "synthetic_did",
    "triple_difference",
    "twfe",
    "twfe_event_study",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _HOME:
        raise AttributeError(f"module 'lnbeval' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
