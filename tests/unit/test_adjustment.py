"""Comparisons of units with the same covariates, by hand and against what must hold."""

from dataclasses import replace

import numpy as np
import pytest
from panels import panel_of, simulated

from lnbeval import NEVER, Design, aggregate, att_gt, infer
from lnbeval.adjustment import adjusted_difference, adjusted_estimates
from lnbeval.cross_section import cross_section_effect
from lnbeval.effects import BASE_PERIOD
from lnbeval.errors import DesignError, ParameterError
from lnbeval.panel import units_kept
from lnbeval.propensity import propensity

METHODS = ("reg", "ipw", "dr")
every_method = pytest.mark.parametrize("method", METHODS)
EXACT = 1e-9  # outcomes of order one; the propensity is iterated until nothing moves by more than 1e-14
DERIVATIVE = 1e-6  # per unit; steps of 1e-4 of a weight leave 1e-8 of curvature and 1e-10 of rounding, times n


def two_groups(seed=3, *, n=60, p=2):
    """Outcome changes, treated, covariates and weights of groups that differ in their covariates."""
    rng = np.random.default_rng(seed)
    covariates = rng.normal(size=(n, p))
    treated = rng.random(n) < 1 / (1 + np.exp(0.5 - covariates[:, 0]))
    change = (1 + treated + covariates.sum(axis=1) + rng.normal(size=n))[:, None]
    return change, treated, covariates, rng.uniform(0.5, 3, n)


def with_covariates(panel, covariates, names):
    return replace(panel, covariates=np.asarray(covariates, dtype=float), covariate_names=tuple(names))


def staggered(seed=1, *, n=60, missing=0.0, clusters=None):
    panel = simulated(seed, n=n, cohorts=(4, 6, NEVER, NEVER), missing=missing, clusters=clusters)
    rng = np.random.default_rng(seed)
    people = np.exp(rng.normal(10, 1, n))
    poverty = rng.normal(size=n) + 0.4 * np.isfinite(panel.cohort)
    return with_covariates(panel, np.column_stack([poverty, people]), ["poverty", "people"])


def reason_of(covariates, names, adjustment, *, treated=8, controls=12):
    """Why the only comparison with these covariates cannot be made; treated units come first."""
    n = treated + controls
    rng = np.random.default_rng(5)
    rows = {f"u{i}": (2 if i < treated else NEVER, rng.normal(size=2).tolist()) for i in range(n)}
    panel = with_covariates(panel_of(rows, (1, 2)), covariates, names)
    with pytest.raises(DesignError) as caught:
        att_gt(panel, Design(adjustment=adjustment))
    return str(caught.value)


def test_regression_predicts_the_treated_from_the_controls_line():
    # Controls at -1, 0, 1 change by 1, 2, 6: mean 3, slope (6 - 1) / 2. The treated at 0 and 1 would change by 3, 5.5.
    change = np.array([[5.0], [9], [1], [2], [6]])
    treated = np.array([True, True, False, False, False])
    covariates = np.array([[0.0], [1], [-1], [0], [1]])
    found = adjusted_difference(change, treated, covariates, np.ones(5), "reg")
    assert found.estimate[0] == pytest.approx((5 - 3 + 9 - 5.5) / 2, abs=1e-12)


@every_method
def test_with_one_yes_or_no_covariate_like_is_compared_with_like(method):
    # Without it a treated unit changes by 4 and controls by 3 on average; with it by 7 and by 2.
    covariate = np.array([0, 1, 1, 0, 0, 0, 0, 1, 1, 1], dtype=float)[:, None]
    treated = np.arange(10) < 3
    change = np.array([[4.0], [6], [8], [1], [2], [3], [6], [1], [1], [4]])
    found = adjusted_difference(change, treated, covariate, np.ones(10), method)
    expected = (1 * (4 - 3) + 2 * (7 - 2)) / 3  # by the number of treated units with each value
    assert found.estimate[0] == pytest.approx(expected, abs=1e-12)


def test_the_propensity_with_one_yes_or_no_covariate_is_the_share_treated():
    regressors = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    treated = np.array([True, False, False, True, True, False])
    weights = np.array([[1.0, 1, 1, 1, 1, 1], [2, 1, 1, 1, 1, 1]])
    fit = propensity(treated, regressors, weights)
    assert fit.exists.all()
    np.testing.assert_allclose(fit.probability, [[1 / 3] * 3 + [2 / 3] * 3, [1 / 2] * 3 + [2 / 3] * 3], atol=1e-12)


def test_the_propensity_is_that_of_a_generalised_linear_model():
    import statsmodels.api as sm

    _, treated, covariates, weight = two_groups()
    fit = propensity(treated, sm.add_constant(covariates), weight[None])
    model = sm.GLM(treated, sm.add_constant(covariates), family=sm.families.Binomial(), freq_weights=weight)
    np.testing.assert_allclose(fit.coefficient[0], model.fit(tol=1e-14).params, rtol=1e-9)


@every_method
def test_the_influence_is_the_derivative_of_the_estimate_in_the_weights(method):
    change, treated, covariates, weight = two_groups()
    found = adjusted_difference(change, treated, covariates, weight, method)

    def estimates(weights):
        return adjusted_estimates(change, treated, covariates, weights, method)[:, 0]

    np.testing.assert_allclose(found.influence[:, 0], _derivatives(estimates, weight), atol=DERIVATIVE * 60)


def _derivatives(estimates, weight):
    """N w_i times the derivative of each estimate in w_i, by differences."""
    step = 1e-4 * np.diag(weight)
    return len(weight) * (estimates(weight + step) - estimates(weight - step)) / 2e-4


@pytest.mark.parametrize("method", [*METHODS, "dr_efficient"])
def test_the_influence_in_cross_sections_is_the_derivative_of_the_estimate_in_the_weights(method):
    change, treated, covariates, weight = two_groups(n=120)
    after = np.arange(120) % 2 == 0

    def effect(weights):
        return cross_section_effect(change[:, 0], treated, after, covariates, weights, method)

    def estimates(rows):
        return np.array([effect(row).estimate for row in rows])

    np.testing.assert_allclose(effect(weight).influence, _derivatives(estimates, weight), atol=DERIVATIVE * 120)


@every_method
def test_influence_adds_to_zero_over_units(method):
    found = adjusted_difference(*two_groups(), method)
    assert found.influence.sum() == pytest.approx(0, abs=EXACT)


@every_method
def test_units_of_measurement_and_combinations_of_covariates_do_not_matter(method):
    change, treated, covariates, weight = two_groups()
    turned = covariates @ np.array([[1e6, 3], [2e6, -1]]) + [4e7, -5]
    plain = adjusted_difference(change, treated, covariates, weight, method)
    other = adjusted_difference(change, treated, turned, weight, method)
    np.testing.assert_allclose(other.estimate, plain.estimate, atol=EXACT)
    np.testing.assert_allclose(other.influence, plain.influence, atol=EXACT * 60)


@every_method
def test_a_common_change_that_follows_the_covariates_is_taken_out(method):
    # The change is 2 + 3 x for controls and one more for the treated: exact wherever the regression is used.
    _, treated, covariates, weight = two_groups()
    change = (2 + covariates @ [3, -1] + treated)[:, None]
    found = adjusted_difference(change, treated, covariates, weight, method).estimate[0]
    raw = np.average(change[treated, 0], weights=weight[treated]) - np.average(
        change[~treated, 0], weights=weight[~treated]
    )
    if method == "ipw":
        assert abs(found - 1) < abs(raw - 1) / 5  # weights balance in expectation only
    else:
        assert found == pytest.approx(1, abs=EXACT)


@every_method
def test_all_changes_of_the_same_units_share_one_fit(method):
    change, treated, covariates, weight = two_groups()
    both = np.column_stack([change, change**2])
    together = adjusted_difference(both, treated, covariates, weight, method)
    for column in (0, 1):
        alone = adjusted_difference(both[:, [column]], treated, covariates, weight, method)
        np.testing.assert_allclose(together.estimate[column], alone.estimate[0], atol=EXACT)
        np.testing.assert_allclose(together.influence[:, column], alone.influence[:, 0], atol=EXACT * 60)


@every_method
def test_weights_of_zero_leave_units_out(method):
    change, treated, covariates, weight = two_groups()
    leave_out = 1.0 - np.eye(60)
    got = adjusted_estimates(change, treated, covariates, weight * leave_out, method)
    rest = [np.arange(60) != i for i in range(60)]
    expected = [adjusted_difference(change[r], treated[r], covariates[r], weight[r], method).estimate for r in rest]
    np.testing.assert_allclose(got, expected, atol=EXACT)


def test_a_row_of_weights_that_cannot_be_fitted_does_not_spoil_the_others():
    change, treated, covariates, weight = two_groups()
    weights = np.array(
        [weight, weight * treated, weight * ~treated, weight * (covariates[:, 0] * (2 * treated - 1) > 0)]
    )
    got = adjusted_estimates(change, treated, covariates, weights, "dr")
    assert np.isnan(got[1:]).all()
    assert got[0, 0] == pytest.approx(adjusted_difference(change, treated, covariates, weight, "dr").estimate[0])


@every_method
def test_every_cell_is_the_comparison_of_the_units_observed_in_both_its_periods(method):
    data = staggered(missing=0.1)
    effects = att_gt(data, Design(adjustment=method))
    cells = zip(effects.columns["cohort"], effects.columns["period"], effects.columns["base_period"], strict=True)
    for k, (g, t, b) in enumerate(cells):
        if t == b:
            assert effects.columns["reason"][k] == BASE_PERIOD
            assert effects.estimate[k] == 0
            continue
        periods = data.periods.tolist()
        change = data.outcome[:, periods.index(t)] - data.outcome[:, periods.index(b)]
        here = np.isfinite(change) & ((data.cohort == g) | np.isinf(data.cohort))
        treated = data.cohort[here] == g
        found = adjusted_difference(change[here, None], treated, data.covariates[here], data.weight[here], method)
        assert effects.estimate[k] == pytest.approx(found.estimate[0], abs=EXACT)
        np.testing.assert_allclose(effects.influence[here, k] * here.sum() / 60, found.influence[:, 0], atol=EXACT * 60)
        assert not effects.influence[~here, k].any()


@every_method
@pytest.mark.parametrize("choices", [{}, {"control_group": "not_yet_treated", "base_period": "varying"}])
def test_leaving_units_out_is_refitting_without_them(method, choices):
    data = staggered(missing=0.05, clusters=20)
    effects = aggregate(att_gt(data, Design(adjustment=method, **choices)), "event_time")
    leave_out = (data.cluster != np.unique(data.cluster)[:, None]).astype(float)
    got = effects.reweighted(leave_out)
    expected = [effects.refit(units_kept(data, row > 0)).estimate for row in leave_out]
    np.testing.assert_allclose(got, expected, atol=EXACT)


@every_method
def test_the_table_says_how_it_was_adjusted_and_has_an_interval(method):
    table = infer(aggregate(att_gt(staggered(), Design(adjustment=method)), "overall"))
    assert (table["adjustment"].item(), table["status"].item()) == (method, "ok")
    assert table["conf_low"].item() < table["estimate"].item() < table["conf_high"].item()


@every_method
def test_adjusting_for_what_does_not_matter_changes_the_error_little(method):
    data = staggered(n=240)
    noise = with_covariates(data, np.random.default_rng(9).normal(size=(240, 1)), ["noise"])
    plain = with_covariates(data, np.empty((240, 0)), [])
    errors = [
        np.sqrt((aggregate(att_gt(panel, Design(adjustment=word)), "overall").influence ** 2).sum()) / 240
        for panel, word in ((plain, "none"), (noise, method))
    ]
    assert errors[1] == pytest.approx(errors[0], rel=0.1)


def test_covariates_without_adjustment_are_refused():
    with pytest.raises(ParameterError, match=r"\(poverty, people\) but adjustment is 'none'.*reg, ipw or dr"):
        att_gt(staggered(), Design())


@every_method
def test_adjustment_without_covariates_is_refused(method):
    with pytest.raises(ParameterError, match=rf"'{method}' but there are no covariates.*adjustment 'none'"):
        att_gt(simulated(), Design(adjustment=method))


@every_method
def test_more_covariates_than_clusters_allow_are_refused_by_name(method):
    with pytest.raises(DesignError, match=r"3 clusters cannot carry 2 covariates \(poverty, people\).*all but 1 out"):
        att_gt(staggered(clusters=3), Design(adjustment=method))


@pytest.mark.parametrize("method", ["reg", "dr"])
def test_too_few_controls_for_the_covariates(method):
    covariates = np.random.default_rng(1).normal(size=(11, 3))
    why = reason_of(covariates, ["a", "b", "c"], method, treated=7, controls=4)
    assert "4 controls of cohort 2 cannot carry 3 covariates (a, b, c): use fewer" in why


@pytest.mark.parametrize("method", ["ipw", "dr"])
def test_too_few_treated_for_the_propensity(method):
    covariates = np.random.default_rng(1).normal(size=(13, 1))
    why = reason_of(covariates, ["a"], method, treated=1)
    assert "1 treated unit of cohort 2 cannot carry a propensity on 1 covariate (a)" in why
    assert "adjustment reg" in why


@every_method
def test_a_constant_covariate_is_named(method):
    covariates = np.column_stack([np.random.default_rng(1).normal(size=20), np.full(20, 0.1)])
    why = reason_of(covariates, ["poverty", "region"], method)
    assert "region does not vary among the units that cohort 2 is compared with: leave it out" in why
    assert "poverty" not in why


@pytest.mark.parametrize("method", ["reg", "dr"])
def test_a_covariate_that_is_constant_among_the_controls_is_named(method):
    covariates = np.random.default_rng(1).normal(size=(20, 2))
    covariates[8:, 1] = 7.0
    assert "mountains does not vary among" in reason_of(covariates, ["poverty", "mountains"], method)


@every_method
def test_covariates_that_are_combinations_are_named_together(method):
    covariates = np.random.default_rng(1).normal(size=(20, 3))
    covariates[:, 2] = 1e5 - 1000 * covariates[:, 0]
    why = reason_of(covariates, ["women", "poverty", "men"], method)
    assert "women, men say the same among the units that cohort 2 is compared with: leave one of them out" in why


@pytest.mark.parametrize("method", ["ipw", "dr"])
def test_a_covariate_that_tells_treated_from_controls_is_named(method):
    covariates = np.random.default_rng(1).normal(size=(20, 2))
    covariates[:, 1] = np.where(np.arange(20) < 8, 3, -3) + 0.1 * covariates[:, 1]
    why = reason_of(covariates, ["poverty", "capital"], method)
    assert "capital tells cohort 2 from its controls: leave it out, or use adjustment reg" in why


@pytest.mark.parametrize("method", ["ipw", "dr"])
def test_a_covariate_that_only_controls_have_is_named(method):
    # The likelihood grows for ever as the propensity of these controls goes to zero.
    covariates = np.random.default_rng(1).normal(size=(20, 2))
    covariates[:, 1] = np.arange(20) >= 16
    assert "coast tells cohort 2 from its controls" in reason_of(covariates, ["poverty", "coast"], method)


@pytest.mark.parametrize("method", ["ipw", "dr"])
def test_a_unit_that_is_certain_to_be_treated_is_named_with_its_covariate(method):
    # One treated unit far out, while treated and controls are otherwise mixed: there is a maximum, but no overlap.
    covariates = np.random.default_rng(1).normal(size=(20, 2))
    covariates[:8, 1] += 1.0
    covariates[3, 1] = 40.0
    why = reason_of(covariates, ["poverty", "distance"], method)
    assert "u3 is certain to be treated in cohort 2 judging by distance: no control is like it" in why


def test_regression_does_without_overlap():
    covariates = np.random.default_rng(1).normal(size=(60, 1)) + 40 * (np.arange(60) % 4 == 0)[:, None]
    data = with_covariates(staggered(), covariates, ["distance"])
    assert att_gt(data, Design(adjustment="reg")).ok.all()
    weighed = att_gt(data, Design(adjustment="ipw"))
    assert set(weighed.columns["status"][weighed.columns["cohort"] == 4]) == {"not_estimable"}
    assert weighed.ok[weighed.columns["cohort"] == 6].all()


def test_a_cell_that_fails_takes_the_others_of_its_cohort_before_treatment_with_its_reason():
    covariates = np.random.default_rng(1).normal(size=(60, 1)) + 40 * (np.arange(60) % 4 == 0)[:, None]
    effects = att_gt(with_covariates(staggered(), covariates, ["distance"]), Design(adjustment="dr"))
    lost = effects.columns["cohort"] == 4
    assert all(why.startswith("distance tells cohort 4") for why in effects.columns["reason"][lost])
    assert np.isnan(effects.estimate[lost]).all()
    assert not effects.influence[:, lost].any()
    assert infer(aggregate(effects, "overall"))["reason"].item().startswith("5 of 8 estimates left out: distance tells")


@pytest.mark.parametrize("method", ["ipw", "dr"])
def test_controls_of_a_propensity_near_one_are_left_out_and_counted(method):
    rng = np.random.default_rng(86)  # a draw in which one control lies between 0.995 and 0.999
    covariates = rng.normal(size=(400, 1))
    treated = rng.random(400) < 1 / (1 + np.exp(2 - 3 * covariates[:, 0]))
    change = rng.normal(size=(400, 1))
    found = adjusted_difference(change, treated, covariates, np.ones(400), method)
    assert (found.trimmed, found.problem) == (1, "")
    rows = {f"u{i}": (2 if treated[i] else NEVER, [0, change[i, 0]]) for i in range(400)}
    effects = att_gt(with_covariates(panel_of(rows, (1, 2)), covariates, ["x"]), Design(adjustment=method))
    assert effects.columns["reason"][1] == "1 control of propensity 0.995 or more left out"
    assert effects.estimate[1] == pytest.approx(found.estimate[0], abs=EXACT)


def test_covariates_without_names_are_called_by_their_position():
    data = replace(staggered(), covariate_names=())
    with pytest.raises(ParameterError, match=r"covariate 1, covariate 2"):
        att_gt(data, Design())


def test_cross_sections_refuse_small_groups_collinear_covariates_and_no_overlap():
    change, treated, covariates, weight = two_groups(n=120)
    after = np.arange(120) % 2 == 0
    few = np.where(treated, after, np.cumsum(~treated) > 3)
    with pytest.raises(DesignError, match=r"^3 control observations before treatment are too few for 2 covariates"):
        cross_section_effect(change[:, 0], treated, few, covariates, weight, "reg")
    twice = np.column_stack([covariates, covariates.sum(axis=1)])
    with pytest.raises(DesignError, match="collinear"):
        cross_section_effect(change[:, 0], treated, after, twice, weight, "ipw")
    with pytest.raises(DesignError, match="collinear among the control observations after"):
        cross_section_effect(change[:, 0], treated, after, twice, weight, "dr")
    with pytest.raises(DesignError, match="none are alike"):
        cross_section_effect(change[:, 0], treated, after, covariates + 9.0 * treated[:, None], weight, "dr")
