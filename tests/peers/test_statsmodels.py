"""Regressions are those of statsmodels with a dummy for every unit and period; its factor counts these dummies, ours not."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from peer_panels import assert_met, drawn, estimates, home, long, std_errors

from lnbeval import NEVER, Design, etwfe, sun_abraham, twfe, twfe_event_study
from lnbeval.spread import cr1

ALL = Design(control_group="all")
PANELS = {
    "home, weighted, gaps, by county": home("sim61a", "y_miss", weight="pop", cluster="county"),
    "drawn 31, weighted": drawn(31),
    "drawn 32, weighted, gaps": drawn(32, missing=0.08),
    "drawn 33, three cohorts": drawn(33, weighted=False, cohorts=(3, 5, 7, NEVER)),
}


def regressed(panel, treated, n_parameters):
    """Coefficients and errors by key; errors with the factor of nested unit effects, K = n_parameters."""
    rows = long(panel)
    masks = treated(rows)
    indicators = np.column_stack([np.asarray(mask, dtype=float) for mask in masks.values()])
    dummies = pd.get_dummies(rows[["unit", "year"]].astype(str), dtype=float, drop_first=True).to_numpy()
    X = np.column_stack([indicators, dummies, np.ones(len(rows))])
    fit = sm.WLS(rows["y"].to_numpy(), X, weights=rows["weight"].to_numpy()).fit(
        cov_type="cluster", cov_kwds={"groups": rows["cluster"].to_numpy()}, use_t=True
    )
    counted = np.sqrt((len(rows) - X.shape[1]) / (len(rows) - n_parameters))
    q = len(masks)
    return (
        dict(zip(masks, fit.params[:q].tolist(), strict=True)),
        dict(zip(masks, (counted * fit.bse[:q]).tolist(), strict=True)),
    )


def same(effects, panel, treated, *keys):
    estimate, std_error = regressed(panel, treated, effects.n_parameters)
    assert_met(estimates(effects, *keys), estimate)
    assert_met(std_errors(effects, cr1, *keys), std_error)


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_the_static_regression_is_that_of_statsmodels(panel):
    same(twfe(panel, ALL), panel, lambda rows: {"overall": rows["treated"]})


@pytest.mark.parametrize("anticipation", [0, 1])
@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_the_event_study_regression_is_that_of_statsmodels(panel, anticipation):
    effects = twfe_event_study(panel, Design(control_group="all", anticipation=anticipation))
    shown = estimates(effects, "event_time")
    same(
        effects,
        panel,
        lambda rows: {e: (rows["year"] - rows["cohort"] == e) & (rows["cohort"] > 0) for e in shown},
        "event_time",
    )


@pytest.mark.parametrize("estimator", [sun_abraham, etwfe])
@pytest.mark.parametrize("anticipation", [0, 1])
@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_regressions_with_an_effect_for_each_cohort_and_period_are_those_of_statsmodels(panel, anticipation, estimator):
    effects = estimator(panel, Design(anticipation=anticipation))
    cells = estimates(effects, "cohort", "period")
    same(
        effects,
        panel,
        lambda rows: {(g, t): (rows["cohort"] == g) & (rows["year"] == t) for g, t in cells},
        "cohort",
        "period",
    )


@pytest.mark.parametrize("anticipation", [0, 1])
@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_the_regression_on_not_yet_treated_controls_is_that_of_statsmodels(panel, anticipation):
    effects = etwfe(panel, Design(control_group="not_yet_treated", anticipation=anticipation))
    cells = estimates(effects, "cohort", "period")
    same(
        effects,
        panel,
        lambda rows: {(g, t): (rows["cohort"] == g) & (rows["year"] == t) for g, t in cells},
        "cohort",
        "period",
    )
