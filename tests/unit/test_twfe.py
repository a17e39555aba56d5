"""The two-way regressions agree with least squares on one dummy per unit and period."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from panels import PERIODS, STAGGERED, panel_of, simulated

from lnbeval import NEVER, Design, infer, twfe, twfe_event_study
from lnbeval.effects import BASE_PERIOD
from lnbeval.errors import DesignError
from lnbeval.estimators import ESTIMATORS
from lnbeval.panel import units_kept

ALL = Design(control_group="all")
AGREE = 1e-10  # two least-squares solutions of the same small system
PANELS = {
    "balanced": simulated(1),
    "missing": simulated(2, missing=0.15),
    "clustered": simulated(3, clusters=7),
    "missing and clustered": simulated(4, clusters=7, missing=0.15),
}
panels = pytest.mark.parametrize("data", PANELS.values(), ids=PANELS)


def least_squares(data, regressors):
    """Weighted least squares with dummies, errors clustered: statsmodels, independent of the code under test."""
    unit, period = np.nonzero(np.isfinite(data.outcome))
    x = {name: values[unit, period] for name, values in regressors.items()}
    exog = pd.DataFrame(x).assign(constant=1.0)
    exog = pd.concat([exog, pd.get_dummies(unit, prefix="u", drop_first=True, dtype=float)], axis=1)
    exog = pd.concat([exog, pd.get_dummies(period, prefix="t", drop_first=True, dtype=float)], axis=1)
    groups = pd.factorize(data.cluster)[0][unit]
    fit = sm.WLS(data.outcome[unit, period], exog, weights=data.weight[unit]).fit(
        cov_type="cluster", cov_kwds={"groups": groups}
    )
    N, G, K = len(unit), groups.max() + 1, exog.shape[1]
    plain = G / (G - 1) * (N - 1) / (N - K)  # the factor statsmodels puts in: every dummy counted
    return fit.params, fit.bse / np.sqrt(plain), (N, G, K - len(data.units) + 1)


def treated(data):
    return {"D": (data.periods >= data.cohort[:, None]).astype(float)}


def event_dummies(data, base=-1):
    since = data.periods - data.cohort[:, None]
    times = sorted(set(since[np.isfinite(since)].tolist()) - {base})
    return {e: (since == e).astype(float) for e in times}


@panels
def test_static_coefficient_and_errors_are_those_of_dummies(data):
    estimate, error, (N, G, K) = least_squares(data, treated(data))
    effects = twfe(data, ALL)
    assert effects.estimate[0] == pytest.approx(estimate["D"], abs=AGREE)
    analytic, cr1 = (infer(effects, method=method).iloc[0] for method in ("analytic", "cr1"))
    assert analytic["std_error"] == pytest.approx(error["D"], rel=AGREE)
    # The unit effects are nested in the clusters and not counted: K is the coefficient and the period effects.
    assert effects.n_parameters == K == 1 + 8
    assert cr1["std_error"] == pytest.approx(error["D"] * np.sqrt(G / (G - 1) * (N - 1) / (N - K)), rel=AGREE)
    assert (cr1["df"], cr1["n_obs"]) == (G - 1, N)


@panels
@pytest.mark.parametrize("anticipation", [0, 1])
def test_event_study_coefficients_and_errors_are_those_of_dummies(data, anticipation):
    base = -1 - anticipation
    estimate, error, (N, G, K) = least_squares(data, event_dummies(data, base))
    effects = twfe_event_study(data, Design(control_group="all", anticipation=anticipation))
    table = infer(effects, method="cr1", draws=99).set_index("event_time")
    assert table.loc[base, "estimate"] == 0
    assert table.loc[base, "reason"] == BASE_PERIOD
    for e in event_dummies(data, base):
        assert table.loc[e, "estimate"] == pytest.approx(estimate[e], abs=AGREE)
        factor = G / (G - 1) * (N - 1) / (N - K)
        assert table.loc[e, "std_error"] == pytest.approx(error[e] * np.sqrt(factor), rel=AGREE)


def test_static_two_by_two_by_hand():
    rows = {"a": (2, [1, 4]), "b": (2, [3, 8]), "c": (NEVER, [0, 1]), "d": (NEVER, [5, 7])}
    effects = twfe(panel_of(rows, (1, 2)), Design())
    assert effects.estimate[0] == pytest.approx(4 - 1.5)
    # As for ATT(g, t): n / group size times the deviation of the change from its group's mean.
    np.testing.assert_allclose(effects.influence[:, 0], [-2, 2, 1, -1], atol=1e-12)


def test_static_staggered_coefficient_by_hand():
    # A treated from 2, B from 3, C never, three periods. D net of unit and period means is
    # A: -1/3 1/3 0, B: 0 -1/3 1/3, C: 1/3 0 -1/3; the sum of squares is 2/3.
    rows = {"A": (2, [1, 4, 9]), "B": (3, [2, 2, 7]), "C": (NEVER, [0, 1, 3])}
    slope = ((-1 + 4) / 3 + (-2 + 7) / 3 + (0 - 3) / 3) / (2 / 3)
    assert twfe(panel_of(rows, (1, 2, 3)), ALL).estimate[0] == pytest.approx(slope)


def test_event_study_of_one_cohort_is_the_difference_from_the_base_by_hand():
    rows = {"a": (3, [1, 4, 9]), "b": (3, [2, 2, 7]), "c": (NEVER, [0, 1, 3]), "d": (NEVER, [0, 3, 4])}
    effects = twfe_event_study(panel_of(rows, (1, 2, 3)), Design())
    np.testing.assert_allclose(effects.estimate, [-1.5 - -2, 0, 5 - 1.5], atol=1e-12)
    assert effects.keys["event_time"].tolist() == [-2, -1, 0]
    assert effects.keys["baseline_mean"].tolist() == [3, 3, 3]
    assert effects.keys["n_treated"].tolist() == [2, 2, 2]
    assert effects.keys["n_control"].tolist() == [2, 2, 2]


def test_static_row_counts_and_baseline():
    keys = twfe(panel_of(STAGGERED, PERIODS), ALL).keys.iloc[0]
    assert (keys["n_treated"], keys["n_control"], keys["n_obs"]) == (3, 1, 16)
    assert keys["baseline_mean"] == pytest.approx(np.mean([1, 2, 3, 1, 5, 3]))  # treated units while untreated


def test_event_study_leaves_always_treated_units_out():
    data = simulated(5, cohorts=(1, 4, 6, NEVER))
    without = twfe_event_study(units_kept(data, data.cohort > 1), ALL)
    effects = twfe_event_study(data, ALL)
    assert 1 not in effects.cohort
    np.testing.assert_array_equal(effects.estimate, without.estimate)


def test_static_regression_keeps_always_treated_units():
    data = simulated(5, cohorts=(1, 4, 6, NEVER))
    estimate, _, _ = least_squares(data, treated(data))
    assert twfe(data, ALL).estimate[0] == pytest.approx(estimate["D"], abs=AGREE)


def test_event_study_without_never_treated_units_is_refused():
    with pytest.raises(DesignError, match="collinear with the unit and period effects"):
        twfe_event_study(simulated(cohorts=(3, 4, 6)), ALL)


def test_static_regression_without_never_treated_units_compares_cohorts():
    data = simulated(cohorts=(3, 4, 6))
    estimate, _, _ = least_squares(data, treated(data))
    assert twfe(data, ALL).estimate[0] == pytest.approx(estimate["D"], abs=AGREE)


def test_event_study_without_observed_base_is_refused_with_the_times_there_are():
    rows = {"a": (2016, [1, 2, 7]), "b": (2016, [1, 3, 7]), "c": (NEVER, [0, 3, 4]), "d": (NEVER, [0, 1, 4])}
    with pytest.raises(DesignError, match=r"event time -1, .* the event times are -6, -2, 2\. Use att_gt"):
        twfe_event_study(panel_of(rows, (2010, 2014, 2018)), ALL)


def test_effects_remember_how_they_were_made():
    for estimator in (twfe, twfe_event_study):
        effects = estimator(PANELS["balanced"], ALL)
        assert (effects.estimator, effects.design) == (estimator.__name__, ALL)
        assert effects.panel.units.tolist() == PANELS["balanced"].units.tolist()
        expected = estimator(PANELS["clustered"], ALL).estimate
        np.testing.assert_array_equal(effects.refit(PANELS["clustered"]).estimate, expected)


@pytest.mark.parametrize("estimator", [twfe, twfe_event_study])
def test_estimates_and_influence_are_read_only(estimator):
    effects = estimator(PANELS["balanced"], ALL)
    for array in (effects.estimate, effects.influence[0], effects.columns["n_treated"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_cr1_counts_the_coefficients_that_the_data_determine():
    """Everybody treated in the end: the last cells are not told from the periods, and are no parameters."""
    data = simulated(1, n=24, periods=6, cohorts=(3, 5, 6))
    effects = ESTIMATORS["etwfe"].estimate(data, Design(control_group="not_yet_treated"))
    fit = effects.regression.fit()
    observed = fit.weights > 0
    units = np.repeat(np.arange(24), observed.sum(axis=1))
    net = fit.rows[fit.pattern][observed]
    net = net - np.array([net[units == i].mean(axis=0) for i in range(24)])[units]
    assert fit.n_parameters == np.linalg.matrix_rank(net) + 1 < len(fit.coefficient) + 1
