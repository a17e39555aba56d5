"""The same question under changes whose answer is known or should not matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lnbeval.errors import DesignError
from lnbeval.panel import Panel, periods_kept, units_kept


def placebo_panel(panel: Panel, *, base: int, period: int, anticipation: int = 0) -> Panel:
    """Two periods before anybody is treated, with the later treated pretending to be treated in `period`.

    Any estimator on this panel estimates an effect whose true value is zero if trends are parallel. Units treated up to
    `period`, or anticipating it by then, are left out; units treated only after the panel's last period stay controls.

    Raises DesignError when `base` is not before `period`, or no treated unit is untreated in both periods.
    """
    if base >= period:
        raise DesignError(f"The placebo's base {base} must be before its period {period}.")
    two = periods_kept(units_kept(panel, np.asarray(panel.cohort > period + anticipation)), (base, period))
    later = two.cohort <= panel.periods[-1]
    if not later.any():
        raise DesignError(
            f"The placebo from {base} to {period} has no unit that is treated later: choose earlier periods."
        )
    return replace(two, cohort=np.where(later, float(period), np.inf))
