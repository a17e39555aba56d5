"""The static regression once more, by programs that share no code with this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from lnbeval.effects import Effects


def by_linearmodels(effects: Effects) -> float:
    """The estimate of `twfe` effects by PanelOLS of linearmodels, from the same outcomes and weights."""
    from linearmodels.panel import PanelOLS  # noqa: PLC0415

    data = _long(effects).set_index(["unit", "period"])
    fit = PanelOLS(
        data["outcome"], data[["treated"]], weights=data["weight"], entity_effects=True, time_effects=True
    ).fit()
    return float(fit.params.iloc[0])


def by_statsmodels(effects: Effects) -> tuple[float, float]:
    """Estimate and analytic error of `twfe` effects by WLS of statsmodels, with a dummy for each unit and period."""
    from statsmodels.regression.linear_model import WLS  # noqa: PLC0415

    data = _long(effects)
    dummies = pd.get_dummies(data[["unit", "period"]].astype(str), drop_first=True, dtype=float)
    exog = pd.concat([data[["treated"]], dummies], axis=1).assign(level=1.0)
    fit = WLS(data["outcome"], exog, weights=data["weight"]).fit(
        cov_type="cluster", cov_kwds={"groups": data["cluster"], "use_correction": False}
    )
    return float(fit.params["treated"]), float(fit.bse["treated"])


def _long(effects: Effects) -> pd.DataFrame:
    """One row per observed outcome."""
    panel = effects.panel
    unit, period = np.nonzero(np.isfinite(panel.outcome))
    return pd.DataFrame(
        {
            "unit": unit,
            "period": panel.periods[period],
            "outcome": panel.outcome[unit, period],
            "treated": (panel.periods[period] >= panel.cohort[unit]).astype(float),
            "weight": panel.weight[unit],
            "cluster": panel.clusters[0][unit],
        }
    )
