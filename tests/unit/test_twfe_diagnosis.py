"""What the static regression compares and weighs adds up to its coefficient."""

from dataclasses import replace

import numpy as np
import pytest
from panels import panel_of, simulated

from lnbeval import NEVER, Design, twfe
from lnbeval.errors import DesignError, ParameterError
from lnbeval.estimators import twfe_event_study
from lnbeval.twfe_diagnosis import effect_weights, event_time_fit, event_time_weights, goodman_bacon

ALL = Design(control_group="all")
EXACT = 1e-11  # two orders of summing some hundred numbers near one
STAGGERED = {
    "with never treated": (3, 5, 6, NEVER),
    "without never treated": (3, 4, 6),
    "with always treated": (1, 4, 6, NEVER),
    "always treated alone to compare with": (1, 5),
    "treated before the first and after the last period": (-2, 0, 4, 7, 12, NEVER),
    "one cohort": (4, NEVER),
}
cohorts = pytest.mark.parametrize("cohorts", STAGGERED.values(), ids=STAGGERED)


def coefficient(data):
    return twfe(data, ALL).estimate[0]


def unweighted(data):
    return replace(data, weight=np.full(len(data.units), 2.5))


def without_noise(data, seed):
    """The panel with unit and period effects and, of each cohort in each period, an effect of its own."""
    rng = np.random.default_rng(seed)
    effect = {(g, t): rng.normal() for g in np.unique(data.cohort) for t in data.periods.tolist() if t >= g}
    tau = np.array([[effect.get((g, t), 0.0) for t in data.periods.tolist()] for g in data.cohort])
    untreated = rng.normal(size=(len(data.units), 1)) + rng.normal(size=len(data.periods))
    return replace(data, outcome=np.where(np.isfinite(data.outcome), untreated + tau, np.nan)), effect


def net_treatment(data):
    """Treatment net of dummies of units and periods, by weighted least squares with every dummy written out."""
    unit, period = np.nonzero(np.isfinite(data.outcome))
    treatment = (data.periods[period] >= data.cohort[unit]).astype(float)
    dummies = np.column_stack(
        [unit[:, None] == np.arange(len(data.units)), period[:, None] == np.arange(len(data.periods))]
    ).astype(float)
    root = np.sqrt(data.weight[unit])
    fitted = dummies @ np.linalg.lstsq(dummies * root[:, None], treatment * root, rcond=None)[0]
    return unit, period, treatment, data.weight[unit] * (treatment - fitted)


def test_comparisons_by_hand():
    rows = {"A": (2, [1, 4, 9]), "B": (3, [2, 2, 7]), "C": (NEVER, [0, 1, 3])}
    found = goodman_bacon(panel_of(rows, (1, 2, 3)))
    # A changes by 5.5 from period 1 to the mean of 2 and 3, C by 2; weight 1 * 1 units * 1 period before * 2 after.
    expected = [
        (2, 3, "earlier vs later treated", (4 - 1) - (2 - 2), 1 / 6),
        (2, NEVER, "treated vs never treated", 5.5 - 2, 2 / 6),
        (3, 2, "later vs already treated", (7 - 2) - (9 - 4), 1 / 6),
        (3, NEVER, "treated vs never treated", 5 - 2.5, 2 / 6),
    ]
    assert list(found.columns) == ["treated_cohort", "control_cohort", "kind", "estimate", "weight"]
    for row, hand in zip(found.itertuples(index=False), expected, strict=True):
        assert tuple(row)[:3] == hand[:3]
        assert tuple(row)[3:] == pytest.approx(hand[3:])


def test_units_treated_from_the_first_period_are_one_group_of_controls():
    rows = {"A": (1, [3, 5, 8]), "Z": (-4, [1, 1, 2]), "B": (3, [2, 2, 7]), "C": (9, [0, 1, 3])}
    found = goodman_bacon(panel_of(rows, (1, 2, 3))).set_index("control_cohort")
    assert found["kind"].to_dict() == {1: "treated vs always treated", NEVER: "treated vs never treated"}
    assert found["weight"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert found.loc[1, "estimate"] == pytest.approx((7 - 2) - (5 - 2.5))


@cohorts
@pytest.mark.parametrize("seed", [1, 2])
def test_the_coefficient_is_the_weighted_average_of_the_comparisons(cohorts, seed):
    data = unweighted(simulated(seed, n=23, cohorts=cohorts))
    found = goodman_bacon(data)
    assert found["weight"].sum() == pytest.approx(1, abs=EXACT)
    assert (found["weight"] > 0).all()
    assert (found["weight"] * found["estimate"]).sum() == pytest.approx(coefficient(data), abs=EXACT)


def test_each_comparison_is_a_static_regression_of_its_two_cohorts_while_the_control_keeps_its_status():
    data = unweighted(simulated(3, n=23, cohorts=(1, 4, 6, NEVER)))
    for treated, control, _, estimate, _ in goodman_bacon(data).itertuples(index=False):
        still = (data.periods >= control) == (treated >= control)
        member = np.isin(data.cohort, [treated, control])
        after, before = still & (data.periods >= treated), still & (data.periods < treated)
        change = data.outcome[:, after].mean(axis=1) - data.outcome[:, before].mean(axis=1)
        own = data.cohort[member] == treated
        assert estimate == pytest.approx(change[member][own].mean() - change[member][~own].mean(), abs=EXACT)


def test_cohorts_that_no_period_tells_apart_are_not_compared():
    rows = {"A": (2015, [1, 4, 9]), "B": (2016, [2, 2, 7]), "C": (2018, [0, 1, 3]), "D": (NEVER, [1, 1, 4])}
    data = panel_of(rows, (2010, 2014, 2018))
    found = goodman_bacon(data)
    assert found["control_cohort"].tolist() == [NEVER] * 3
    assert (found["weight"] * found["estimate"]).sum() == pytest.approx(coefficient(data), abs=EXACT)


def test_large_levels_of_units_cost_no_digits():
    data = unweighted(simulated(4, n=23))
    data = replace(data, outcome=np.round(data.outcome * 2**10) / 2**10)  # adding the levels is exact then
    shifted = replace(data, outcome=data.outcome + 2.0**30 * np.arange(1, 24)[:, None])
    np.testing.assert_allclose(goodman_bacon(shifted)["estimate"], goodman_bacon(data)["estimate"], atol=EXACT)


def test_missing_outcomes_are_refused_by_name():
    rows = {"A": (2, [1, np.nan, 9]), "B": (3, [2, 2, 7]), "C": (NEVER, [0, 1, np.nan])}
    with pytest.raises(DesignError, match=r"missing for 2 units \(A, C\).* use effect_weights"):
        goodman_bacon(panel_of(rows, (1, 2, 3)))


def test_differing_weights_are_refused_by_name():
    rows = {"A": (2, [1, 4, 9]), "B": (3, [2, 2, 7]), "C": (NEVER, [0, 1, 3])}
    with pytest.raises(DesignError, match=r"weights differ between units, from 0\.5 \(B\) to 3 \(C\)"):
        goodman_bacon(panel_of(rows, (1, 2, 3), weight={"A": 1.0, "B": 0.5, "C": 3.0}))


@pytest.mark.parametrize("diagnosis", [goodman_bacon, effect_weights])
def test_what_the_regression_refuses_is_refused(diagnosis):
    rows = {"A": (2016, [1, 4, 9]), "B": (2017, [2, 2, 7])}
    with pytest.raises(DesignError, match=f"{diagnosis.__name__}: the treatment is collinear"):
        diagnosis(panel_of(rows, (2010, 2014, 2018)))
    with pytest.raises(DesignError, match="There is no control unit"):
        diagnosis(panel_of({"A": (2, [1, 4]), "B": (2, [2, 2])}, (1, 2)))
    data = replace(simulated(), covariates=np.ones((24, 1)), covariate_names=("income",))
    with pytest.raises(ParameterError, match="income"):
        diagnosis(data)


def test_weights_by_hand_one_of_them_negative():
    # D net of unit and period means is 1/3 for A in 2, -1/6 for A in 3 and 1/6 for B in 3; they sum to 1/3.
    found = effect_weights(panel_of({"A": (2, [1, 4, 9]), "B": (3, [2, 2, 7])}, (1, 2, 3)))
    assert found[["cohort", "period"]].to_numpy().tolist() == [[2, 2], [2, 3], [3, 3]]
    assert found["weight"].tolist() == pytest.approx([1, -1 / 2, 1 / 2])


@cohorts
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_the_coefficient_is_the_weighted_sum_of_the_effects(cohorts, missing):
    data, effect = without_noise(simulated(5, n=23, cohorts=cohorts, missing=missing), seed=6)
    found = effect_weights(data)
    tau = np.array([effect[key] for key in zip(found["cohort"], found["period"], strict=True)])
    assert found["weight"].sum() == pytest.approx(1, abs=EXACT)
    assert found["weight"] @ tau == pytest.approx(coefficient(data), abs=EXACT)


@cohorts
def test_weights_are_those_of_the_treatment_net_of_dummies(cohorts):
    data = simulated(7, n=23, cohorts=cohorts, missing=0.2)
    unit, period, treatment, net = net_treatment(data)
    found = effect_weights(data)
    expected = [
        net[(data.cohort[unit] == g) & (data.periods[period] == t)].sum() / (net @ treatment)
        for g, t in zip(found["cohort"], found["period"], strict=True)
    ]
    np.testing.assert_allclose(found["weight"], expected, atol=EXACT)


def test_a_cell_without_observation_has_no_weight():
    rows = {"A": (2, [1, np.nan, 9]), "B": (3, [2, 2, 7]), "C": (NEVER, [0, 1, 3])}
    found = effect_weights(panel_of(rows, (1, 2, 3)))
    assert found[["cohort", "period"]].to_numpy().tolist() == [[2, 3], [3, 3]]


def test_weights_do_not_depend_on_the_outcome():
    data = simulated(8, cohorts=(3, 4, 6), missing=0.1)
    other = replace(data, outcome=100 - 7 * data.outcome)
    np.testing.assert_array_equal(effect_weights(other).to_numpy(), effect_weights(data).to_numpy())


def test_one_cohort_has_equal_weight_in_every_period_after_treatment():
    found = effect_weights(simulated(9, cohorts=(4, NEVER)))
    assert found["period"].tolist() == [4, 5, 6, 7, 8]
    np.testing.assert_allclose(found["weight"], 1 / 5, atol=EXACT)


@pytest.mark.parametrize("diagnosis", [goodman_bacon, effect_weights])
def test_the_order_of_units_does_not_matter(diagnosis):
    data = unweighted(simulated(10, cohorts=(1, 4, 6, NEVER)))
    order = np.random.default_rng(1).permutation(len(data.units))
    names = ("units", "outcome", "cohort", "covariates", "weight", "cluster")
    shuffled = replace(data, **{name: getattr(data, name)[order] for name in names})
    got, expected = diagnosis(shuffled), diagnosis(data)
    assert got.iloc[:, :2].equals(expected.iloc[:, :2])
    np.testing.assert_allclose(got["weight"], expected["weight"], atol=EXACT)


@pytest.mark.parametrize("missing", [0.0, 0.15])
def test_event_time_weights_make_the_event_study_out_of_effects(missing):
    """Sun and Abraham's proposition 1, on outcomes that hold nothing but effects of each cohort in each period."""
    data = simulated(4, n=24, periods=8, cohorts=(3, 5, 6, NEVER), missing=missing)
    data, effect = without_noise(data, 5)
    made = twfe_event_study(data, ALL)
    times = made.keys["event_time"].to_numpy()
    shown = times[times != -1]
    weights = event_time_weights(data, event_time_fit(data, shown), shown)
    weights["effect"] = [effect.get((g, t), 0.0) for g, t in zip(weights["cohort"], weights["period"], strict=True)]
    total = (weights["weight"] * weights["effect"]).groupby(weights["coefficient"]).sum()
    np.testing.assert_allclose(made.estimate[times != -1], total.to_numpy(), atol=EXACT)


def test_event_time_weights_add_to_one_at_their_own_time_and_to_zero_at_others():
    data = unweighted(simulated(4, n=24, periods=8, cohorts=(3, 5, 6, NEVER)))
    times = np.array([-5.0, -4, -3, -2, 0, 1, 2, 3, 4, 5])
    weights = event_time_weights(data, event_time_fit(data, times), times)
    since = weights["period"] - weights["cohort"]
    for e, own in weights.groupby("coefficient"):
        sums = own["weight"].groupby(since[own.index]).sum()
        np.testing.assert_allclose(sums.drop(-1.0), (sums.drop(-1.0).index == e).astype(float), atol=EXACT)


def test_the_event_study_says_how_contaminated_each_row_is():
    several = twfe_event_study(unweighted(simulated(4, n=24, periods=8, cohorts=(3, 5, 6, NEVER))), ALL).keys
    assert (
        several.loc[several["event_time"] == 1, "reason"].str.contains("weighs effects at other event times too").all()
    )
    one = twfe_event_study(unweighted(simulated(4, n=24, cohorts=(4, NEVER))), ALL).keys
    assert set(one["reason"]) == {"", "base period: zero by construction"}
