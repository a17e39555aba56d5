"""What cannot be estimated is refused, or flagged row by row, with the unit, cohort or covariate named."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from panels import simulated

from lnbeval import NEVER, Design, Panel, aggregate, infer
from lnbeval.errors import DesignError, PanelError, ParameterError
from lnbeval.estimators import ESTIMATORS
from lnbeval.panel import periods_kept

COHORTS = (4, 6, NEVER)
OTHERS = {"repeated_cross_sections", "triple_difference"}  # what they refuse is in their own tests
PLAIN = [name for name in ESTIMATORS if name not in OTHERS]
METHODS = ("analytic", "cr1", "jackknife", "rule")


def balanced(n=24, **choices):
    panel = simulated(3, n=n, **choices)
    return replace(panel, weight=np.ones(len(panel.units)))


def estimated(name, panel, **choices):
    return ESTIMATORS[name].estimate(panel, Design(**{"control_group": ESTIMATORS[name].control_group} | choices))


def refusal(name, panel, **choices):
    with pytest.raises((DesignError, ParameterError)) as caught:
        estimated(name, panel, **choices)
    return str(caught.value)


def overall(effects):
    return effects if effects.aggregation == "overall" else aggregate(effects, "overall")


@pytest.mark.parametrize("name", PLAIN)
def test_nobody_treated_is_refused(name):
    assert "No unit is treated" in refusal(name, balanced(cohorts=(20, NEVER)))


@pytest.mark.parametrize("name", PLAIN)
def test_one_cohort_and_nobody_else_is_refused(name):
    assert "There is no control unit" in refusal(name, balanced(cohorts=(4,)))


@pytest.mark.parametrize("name", PLAIN)
def test_no_period_before_treatment_is_refused(name):
    assert "treated from the first period, 1" in refusal(name, balanced(cohorts=(1, NEVER)))


@pytest.mark.parametrize("name", PLAIN)
def test_one_period_is_refused(name):
    assert "only one period (5)" in refusal(name, periods_kept(balanced(), [5]))


def observed_only(panel, seen):
    return replace(panel, outcome=np.where(seen, panel.outcome, np.nan))


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("position", [0, -1])
def test_outcomes_of_a_single_period_are_refused(name, position):
    panel = balanced()
    seen = np.zeros_like(panel.outcome, dtype=bool)
    seen[:, position] = True
    assert len(refusal(name, observed_only(panel, seen))) > 40


@pytest.mark.parametrize("name", PLAIN)
def test_no_outcome_at_all_is_refused(name):
    assert "every value is missing" in refusal(name, observed_only(balanced(), seen=False))


@pytest.mark.parametrize("name", PLAIN)
def test_no_outcome_of_the_treated_is_refused(name):
    panel = balanced()
    assert "No treated unit has an outcome" in refusal(name, observed_only(panel, np.isinf(panel.cohort)[:, None]))


@pytest.mark.parametrize("name", PLAIN)
def test_no_outcome_of_the_controls_is_refused(name):
    panel = balanced(cohorts=(4, NEVER))
    seen = np.isfinite(panel.cohort)[:, None]
    assert "No unit to compare with has an outcome" in refusal(name, observed_only(panel, seen))


@pytest.mark.parametrize("name", PLAIN)
def test_treatment_of_everybody_in_the_end_is_refused_or_flagged(name):
    panel = balanced(cohorts=(4, 6))
    try:
        effects = estimated(name, panel)
    except DesignError as error:
        said = str(error)
        assert "never treated" in said or "no unit is" in said or "clean controls" in said
        return
    if name == "twfe":  # a comparison of late with already treated units, which control_group 'all' has asked for
        return
    late = effects.keys["event_time"] >= (4 if effects.aggregation == "event_time" else 0)
    some = effects.keys[late & (effects.keys["period"].fillna(6) >= 6)]
    assert (some["status"] == "not_estimable").all()
    assert (some["reason"] != "").all()


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("method", METHODS)
def test_a_cohort_of_one_has_no_normal_interval(name, method):
    panel = balanced(n=12, cohorts=(NEVER,))
    panel = replace(panel, cohort=np.array([5.0, *[NEVER] * 11]))
    row = infer(overall(estimated(name, panel)), method=method, draws=199).iloc[0]
    assert np.isnan(row["std_error"])
    assert "one treated unit" in row["reason"]
    if row["inference"] == "randomization":
        assert row["p_value"] >= 1 / 12
    else:
        assert np.isnan(row["p_value"])


@pytest.mark.parametrize("name", PLAIN)
def test_few_treated_units_are_flagged(name):
    panel = replace(balanced(n=20, cohorts=(NEVER,)), cohort=np.array([5.0] * 3 + [NEVER] * 17))
    row = infer(overall(estimated(name, panel)), method="cr1", draws=199).iloc[0]
    assert "only 3 treated units" in row["reason"]


@pytest.mark.parametrize("cohorts", [(4, 6), (4, 6, 8), (3, 4, 8)])
def test_the_default_window_of_stacked_works_without_never_treated(cohorts):
    effects = estimated("stacked", balanced(n=24, cohorts=cohorts))
    assert np.isfinite(effects.estimate).all()
    assert f"cohort {cohorts[-1]} left out" in effects.columns["reason"][-1]


def test_the_default_window_of_stacked_keeps_as_many_cohorts_as_any():
    effects = estimated("stacked", balanced(n=24, cohorts=(3, 4, 8)))
    assert effects.columns["event_time"].tolist() == [-2, -1, 0, 1, 2, 3]  # 3 and 4, until 8 is treated
    assert effects.columns["reason"][-1].startswith("cohort 8 left out")


def test_no_clean_control_in_any_window_is_refused():
    said = refusal("stacked", balanced(n=24, cohorts=(4, 6)), control_group="never_treated")
    assert "whatever the window" in said
    assert "use not_yet_treated" in said


def reason_of_twfe(panel):
    return estimated("twfe", panel).columns["reason"][0]


def test_the_static_regression_says_what_it_compares_with():
    late = balanced(n=40, cohorts=(4, 6, NEVER))
    few = replace(late, cohort=np.where(np.arange(40) < 4, 4.0, np.where(np.arange(40) < 8, 7.0, NEVER)))
    assert reason_of_twfe(few) == "also compares with already treated units"
    assert "% of weight on single effects is negative" in reason_of_twfe(balanced(n=24, cohorts=(2, 7)))
    assert reason_of_twfe(balanced(n=24, cohorts=(2, 7))).startswith(
        "compares with already or later treated units alone"
    )


@pytest.mark.parametrize("name", ["stacked", "local_projections"])
def test_gaps_between_periods_are_named(name):
    assert "there is no period 3" in refusal(name, periods_kept(balanced(), [1, 2, 4, 5, 6, 7]))


@pytest.mark.parametrize("name", [n for n in PLAIN if n not in {"stacked", "local_projections"}])
def test_gaps_between_periods_are_calendar_time_to_the_others(name):
    with_gap = overall(estimated(name, periods_kept(balanced(), [1, 2, 3, 5, 6, 7, 8])))
    assert np.isfinite(with_gap.estimate).all()


@pytest.mark.parametrize("name", PLAIN)
def test_outcomes_without_variation_have_an_estimate_and_no_error(name):
    panel = balanced()
    row = infer(
        overall(estimated(name, replace(panel, outcome=np.ones_like(panel.outcome)))), method="jackknife", draws=199
    ).iloc[0]
    assert row["estimate"] == pytest.approx(0, abs=1e-9)
    assert np.isnan(row["std_error"])
    assert "does not vary" in row["reason"]


@pytest.mark.parametrize("name", [n for n in PLAIN if n not in {"att_gt", "etwfe"}])
def test_covariate_adjustment_is_refused_where_it_is_not_offered(name):
    panel = replace(balanced(), covariates=np.arange(24.0)[:, None], covariate_names=("rain",))
    assert "covariate adjustment 'dr' is not available" in refusal(name, panel, adjustment="dr").replace(
        "adjustment 'dr' has no counterpart", "covariate adjustment 'dr' is not available"
    )


@pytest.mark.parametrize("name", PLAIN)
def test_covariates_without_adjustment_are_never_ignored(name):
    panel = replace(balanced(), covariates=np.arange(24.0)[:, None], covariate_names=("rain",))
    assert "rain" in refusal(name, panel)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.ones((24, 1)), "rain"),
        (np.repeat(np.arange(24.0)[:, None] % 5, 2, axis=1), "rain"),
    ],
)
@pytest.mark.parametrize("name", ["att_gt", "etwfe"])
def test_constant_and_collinear_covariates_are_named(name, values, words):
    names = ("rain", "snow")[: values.shape[1]]
    said = refusal(name, replace(balanced(), covariates=values, covariate_names=names), adjustment="reg")
    assert words in said


def test_a_covariate_that_moves_with_time_is_not_at_baseline():
    panel = balanced(n=6)
    rows = [
        {"unit": unit, "period": t, "y": 0.0, "cohort": g, "rain": float(t)}
        for unit, g in zip(panel.units, panel.cohort, strict=True)
        for t in panel.periods
    ]
    with pytest.raises(PanelError, match=r"'rain' varies within u0 .* A covariate is measured before treatment"):
        Panel.from_long(
            pd.DataFrame(rows), unit="unit", period="period", outcome="y", cohort="cohort", covariates=["rain"]
        )


@pytest.mark.parametrize("name", [name for name in PLAIN if name != "twfe"])
@pytest.mark.parametrize("control_group", ["never_treated", "not_yet_treated", "all"])
def test_units_that_anticipate_treatment_after_the_last_period_are_no_controls(name, control_group):
    """Whatever their outcome is while they may anticipate, no estimate moves."""
    panel = balanced(n=24, cohorts=(4, 6, 9, NEVER))
    soon, early = panel.cohort == 9, panel.periods >= 8
    moved = replace(panel, outcome=panel.outcome + 100 * (soon[:, None] & early))
    try:
        before = estimated(name, panel, control_group=control_group, anticipation=1)
    except (DesignError, ParameterError):
        return
    after = estimated(name, moved, control_group=control_group, anticipation=1)
    np.testing.assert_allclose(after.estimate, before.estimate, atol=1e-9)
    np.testing.assert_array_equal(after.keys["n_control"], before.keys["n_control"])


@pytest.mark.parametrize("name", [name for name in PLAIN if name != "twfe"])
def test_the_mean_before_is_from_before_anticipation(name):
    panel = balanced(n=24, cohorts=(5, NEVER))
    moved = replace(panel, outcome=panel.outcome + 100 * ((panel.cohort == 5)[:, None] & (panel.periods == 4)))
    before, after = (overall(estimated(name, data, anticipation=1)).columns["baseline_mean"] for data in (panel, moved))
    np.testing.assert_allclose(after, before)
