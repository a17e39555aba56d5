"""Triple differences: a target group against others within each unit, treated against untreated units."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from lnbeval.cohort_differences import cohort_differences
from lnbeval.errors import DesignError

if TYPE_CHECKING:
    from lnbeval.design import Design
    from lnbeval.effects import Effects
    from lnbeval.panel import Panel


def triple_difference(panel: Panel, design: Design) -> Effects:
    """ATT(g, t) on the gap between a target group and the others of the same unit.

    With Y the outcome of the target group and X that of the comparison group (`panel.comparison`), the estimates are
    those of `att_gt` for Y - X: the change of the gap in cohort g less that of its controls. What shifts both groups of a
    unit alike, treated or not, cancels: needed is only that the gap would have moved in parallel, and that the programme
    leaves the comparison group alone (otherwise the effect is of the one group less that of the other). Covariates are
    those of the unit, the same for both groups, so that adjusting the gap is adjusting both. Baseline means are of the gap.

    Raises DesignError when the panel has no comparison outcome, or for the reasons that `att_gt` has.

    Source: Olden and Moen (2022), Econometrics Journal 25(3), 531-553, for the assumption; Callaway and Sant'Anna (2021)
    for the estimates.
    """
    if panel.comparison is None:
        raise DesignError(
            "triple_difference needs the outcome of a comparison group within each unit. Name it, by design.within in parameters "
            "or as `comparison` of the panel, or use att_gt."
        )
    return _of_gap(replace(panel, outcome=panel.outcome - panel.comparison, comparison=None), design)


def _of_gap(panel: Panel, design: Design) -> Effects:
    """The effects on gaps, from a panel of gaps or one that still has both groups."""
    if panel.comparison is not None:
        return triple_difference(panel, design)
    return cohort_differences(panel, design, estimator="triple_difference", refit=partial(_of_gap, design=design))
