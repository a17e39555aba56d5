"""Regressions are those of linearmodels' PanelOLS with effects of units and periods; its factor is another."""

import numpy as np
import pandas as pd
import pytest
from linearmodels.panel import PanelOLS
from peer_panels import assert_met, drawn, estimates, home, long, std_errors

from lnbeval import NEVER, Design, etwfe, sun_abraham, twfe, twfe_event_study
from lnbeval.spread import analytic

PANELS = {
    "home": home("sim61a"),
    "home, other draw, weighted": home("sim61b", weight="pop"),
    "home, gaps": home("sim61a", "y_miss"),
    "drawn 41, weighted, gaps": drawn(41, missing=0.08),
    "drawn 42, three cohorts": drawn(42, weighted=False, cohorts=(3, 5, 7, NEVER)),
}
ALL = Design(control_group="all")
MODELS = {
    "static": (lambda panel: twfe(panel, ALL), ()),
    "event study": (lambda panel: twfe_event_study(panel, ALL), ("event_time",)),
    "sun_abraham": (lambda panel: sun_abraham(panel, Design()), ("cohort", "period")),
    "etwfe": (lambda panel: etwfe(panel, Design(control_group="not_yet_treated")), ("cohort", "period")),
}


def column(rows, key):
    """Zeros and ones of the regressor with this key."""
    if key == "overall":
        return rows["treated"]
    if isinstance(key, tuple):
        return (rows["cohort"] == key[0]) & (rows["year"] == key[1])
    return (rows["year"] - rows["cohort"] == key) & (rows["cohort"] > 0)


@pytest.mark.parametrize(("estimate", "keys"), MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_coefficients_and_errors_without_a_factor_are_those_of_linearmodels(panel, estimate, keys):
    effects, rows = estimate(panel), long(panel)
    mine, spread = estimates(effects, *keys), std_errors(effects, analytic, *keys)
    regressors = pd.DataFrame({f"d{j}": np.asarray(column(rows, key), dtype=float) for j, key in enumerate(mine)})
    frame = pd.concat([rows, regressors], axis=1).set_index(["unit", "year"])
    model = PanelOLS(
        frame["y"], frame[list(regressors)], entity_effects=True, time_effects=True, weights=frame["weight"]
    )
    fit = model.fit(
        cov_type="clustered",
        cluster_entity=True,
        debiased=False,
        group_debias=False,
        auto_df=False,
        count_effects=False,
    )
    assert_met(mine, dict(zip(mine, fit.params.to_numpy(), strict=True)))
    assert_met(spread, dict(zip(mine, fit.std_errors.to_numpy(), strict=True)))
