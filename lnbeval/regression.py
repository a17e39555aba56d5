"""A least-squares regression of the outcome with unit and period effects, with one influence row per unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lnbeval.errors import DesignError

if TYPE_CHECKING:
    from lnbeval.panel import Floats, Panel


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoWayFit:
    """Coefficients (p,), their influence rows (n, p), outcomes used, and K: coefficients and period effects."""

    coefficient: Floats
    influence: Floats
    n_obs: int
    n_parameters: int


def two_way_fit(panel: Panel, regressors: Floats) -> TwoWayFit:
    """Regress the outcome on `regressors` (n, t, p) with unit and period effects, weighted by the unit's weight.

    With X the regressors net of both effects and e the residuals, beta solves X'W X beta = X'W y, and unit i has
    influence n (X'W X)^-1 sum_t x_it w_i e_it. K counts coefficients and period effects, not the unit effects: they are
    nested in any cluster of units (the convention of fixest). Estimates are those of linearmodels' PanelOLS.

    Raises DesignError when a regressor is collinear with the others or with the effects.
    """
    from linearmodels.panel import PanelOLS  # noqa: PLC0415

    data = _long(panel, regressors)
    exog = data.drop(columns=["outcome", "weight"])
    _refuse_collinear(exog, data["weight"])
    fit = PanelOLS(
        data["outcome"], exog, weights=data["weight"], entity_effects=True, time_effects=True, check_rank=False
    ).fit()
    weighted = _net_of_effects(exog, data["weight"])
    residual = fit.resids.loc[data.index].to_numpy() * np.sqrt(data["weight"].to_numpy())
    rows = np.linalg.solve(weighted.T @ weighted, (weighted * residual[:, None]).T).T
    unit = data.index.get_level_values("unit").to_numpy()
    n = len(panel.units)
    influence = np.column_stack([n * np.bincount(unit, weights=column, minlength=n) for column in rows.T])
    return TwoWayFit(
        coefficient=fit.params.to_numpy(),
        influence=influence.astype(float),
        n_obs=len(data),
        n_parameters=exog.shape[1] + data.index.get_level_values("period").nunique(),
    )


def _long(panel: Panel, regressors: Floats) -> pd.DataFrame:
    observed = np.isfinite(panel.outcome)
    unit, period = np.nonzero(observed)
    index = pd.MultiIndex.from_arrays([unit, panel.periods[period]], names=["unit", "period"])
    columns = {"outcome": panel.outcome[observed], "weight": panel.weight[unit]}
    columns |= {f"x{j}": regressors[..., j][observed] for j in range(regressors.shape[2])}
    return pd.DataFrame(columns, index=index)


def _net_of_effects(exog: pd.DataFrame, weight: pd.Series[float]) -> Floats:
    """Regressors less their weighted unit and period means, times the root of the weight."""
    from linearmodels.panel.data import PanelData  # noqa: PLC0415

    net = PanelData(exog).demean("both", weights=PanelData(weight.to_frame()))
    return np.asarray(net.values2d, dtype=float)


def _refuse_collinear(exog: pd.DataFrame, weight: pd.Series[float]) -> None:
    net = _net_of_effects(exog, weight)
    if np.linalg.matrix_rank(net) < net.shape[1]:
        raise DesignError(
            "The treatment indicators are collinear with the unit and period effects: without units that are never treated, "
            "or with a single period on one side of treatment, not every coefficient can be told from a common trend."
        )
