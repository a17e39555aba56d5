"""Averages of ATT(g, t) by hand; they are effects again."""

from dataclasses import replace

import numpy as np
import pytest
from panels import PERIODS, STAGGERED, panel_of, simulated

from lnbeval import NEVER, Design, aggregate, att_gt, infer, twfe_event_study
from lnbeval.effects import BASE_PERIOD
from lnbeval.errors import DesignError, ParameterError
from lnbeval.estimators import ESTIMATORS
from lnbeval.panel import units_kept

# ATT(g, t) against D with the universal base, see test_att_gt:
#   cohort 2: 0 | 1 2 4      cohort 3: 1 0 | 3 3      cohort 4: 1 3 0 | 5
WAYS = ("overall", "event_time", "cohort", "period")


def averages(by, weight=None, **choices):
    effects = aggregate(att_gt(panel_of(STAGGERED, PERIODS, weight=weight), Design(**choices)), by)
    keys = [""] if by == "overall" else effects.keys[by].tolist()
    return dict(zip(keys, effects.estimate, strict=True))


def test_overall_weighs_each_treated_period_by_the_size_of_its_cohort():
    assert averages("overall") == pytest.approx({"": (1 + 2 + 4 + 3 + 3 + 5) / 6})


def test_overall_with_weights():
    # cohort shares 3, 1, 1 (times the periods of each)
    assert averages("overall", {"A": 3, "B": 1, "C": 1, "D": 1}) == pytest.approx({"": (3 * 7 + 6 + 5) / (9 + 2 + 1)})


def test_event_time_averages_cohorts_at_equal_distance_before_treatment_too():
    expected = {-3: 1, -2: (1 + 3) / 2, -1: 0, 0: (1 + 3 + 5) / 3, 1: (2 + 3) / 2, 2: 4}
    assert averages("event_time") == pytest.approx(expected)


def test_event_time_with_weights():
    weighted = averages("event_time", {"A": 3, "B": 1, "C": 1, "D": 1})
    assert weighted[0] == pytest.approx((3 * 1 + 3 + 5) / 5)
    assert weighted[1] == pytest.approx((3 * 2 + 3) / 4)


def test_cohort_is_the_mean_over_its_treated_periods():
    assert averages("cohort") == pytest.approx({2: 7 / 3, 3: 3, 4: 5})


def test_period_averages_the_cohorts_treated_by_then():
    assert averages("period") == pytest.approx({2: 1, 3: (2 + 3) / 2, 4: (4 + 3 + 5) / 3})


def test_anticipated_effects_stay_out_of_the_overall_average():
    # With one period of anticipation cohort 3 is 2, 2 after treatment (-1 before) and cohort 4 is 2 (-3 before).
    assert averages("overall", anticipation=1) == pytest.approx({"": 2})


def twice(by, weight=None):
    return aggregate(aggregate(att_gt(panel_of(STAGGERED, PERIODS, weight=weight), Design()), by), "overall").estimate[
        0
    ]


def test_overall_of_cohorts_weighs_them_by_size():
    assert twice("cohort", {"A": 3, "B": 1, "C": 1, "D": 1}) == pytest.approx((3 * 7 / 3 + 3 + 5) / 5)


def test_overall_of_event_times_is_their_mean_since_treatment():
    assert twice("event_time") == pytest.approx((3 + 2.5 + 4) / 3)


def test_overall_of_periods_is_their_mean():
    assert twice("period") == pytest.approx((1 + 2.5 + 4) / 3)


def test_numbers_of_units_and_outcomes_of_the_averages():
    keys = aggregate(att_gt(panel_of(STAGGERED, PERIODS), Design()), "overall").keys.iloc[0]
    assert (keys["n_treated"], keys["n_control"], keys["n_obs"]) == (3, 1, 4 + 3 + 2 + 4)  # A and D in all four periods
    # Baselines of the treated, one for each treated period: A in 1, B in 2, C in 3.
    assert keys["baseline_mean"] == pytest.approx((3 * 1 + 2 * 3 + 3) / 6)


def test_a_cohort_counts_once_however_many_of_its_periods_enter():
    keys = aggregate(att_gt(simulated(), Design()), "overall").keys.iloc[0]
    assert keys["n_treated"] == 16


def test_influence_of_an_average_with_estimated_shares_by_hand():
    data = simulated()
    cells = att_gt(data, Design())
    overall = aggregate(cells, "overall")
    after = (cells.keys["event_time"] >= 0).to_numpy()
    p = np.array([data.weight[data.cohort == g].sum() for g in cells.keys["cohort"]]) / data.weight.sum()
    average = (p * cells.estimate)[after].sum() / p[after].sum()
    expected = np.zeros(len(data.units))
    for i, (g, w) in enumerate(zip(data.cohort, data.weight, strict=True)):
        own = after & (cells.keys["cohort"] == g).to_numpy()
        share = len(data.units) * w / data.weight.sum() * (cells.estimate[own] - average).sum() / p[after].sum()
        expected[i] = (p * cells.influence[i])[after].sum() / p[after].sum() + share
    np.testing.assert_allclose(overall.influence[:, 0], expected, atol=1e-12)


def test_influence_of_plain_means_is_the_mean_of_influences():
    cells = att_gt(simulated(), Design())
    by_cohort = aggregate(cells, "cohort")
    after = ((cells.keys["cohort"] == 4) & (cells.keys["period"] >= 4)).to_numpy()
    np.testing.assert_allclose(by_cohort.influence[:, 0], cells.influence[:, after].mean(axis=1), atol=1e-13)


@pytest.mark.parametrize("by", WAYS)
def test_an_aggregate_refits_as_it_was_made(by):
    data = simulated()
    once = aggregate(att_gt(data, Design()), by)
    again = once.refit(data)
    np.testing.assert_array_equal(once.estimate, again.estimate)
    np.testing.assert_array_equal(once.influence, again.influence)
    assert (once.aggregation, once.keys.equals(again.keys)) == (by, True)


@pytest.mark.parametrize("by", WAYS[1:])
def test_an_aggregate_of_an_aggregate_refits_as_it_was_made(by):
    data, other = simulated(1), simulated(2)
    effects = aggregate(aggregate(att_gt(data, Design()), by), "overall")
    expected = aggregate(aggregate(att_gt(other, Design()), by), "overall")
    np.testing.assert_array_equal(effects.refit(other).estimate, expected.estimate)


def test_event_study_coefficients_average_to_an_overall_effect():
    effects = twfe_event_study(simulated(), Design(control_group="all"))
    since = (effects.keys["event_time"] >= 0).to_numpy()
    overall = aggregate(effects, "overall")
    assert overall.estimate[0] == pytest.approx(effects.estimate[since].mean())
    np.testing.assert_allclose(overall.influence[:, 0], effects.influence[:, since].mean(axis=1), atol=1e-13)


def test_base_period_stays_marked():
    keys = aggregate(att_gt(simulated(), Design()), "event_time").keys.set_index("event_time")
    assert keys.loc[-1, "reason"] == BASE_PERIOD
    assert (keys["reason"] == BASE_PERIOD).sum() == 1


GAPS = {
    "a": (2, [1, 4, 9]), "b": (3, [2, 3, np.nan]), "e": (3, [2, 4, np.nan]), "f": (2, [0, 2, 3]), "c": (NEVER, [0, 1, 2]),
}  # fmt: skip


def test_cells_that_could_not_be_estimated_are_left_out_and_counted():
    overall = aggregate(att_gt(panel_of(GAPS, (1, 2, 3)), Design()), "overall")
    assert overall.estimate[0] == pytest.approx(((3 + 2) / 2 - 1 + (8 + 3) / 2 - 2) / 2)
    assert overall.keys["reason"][0] == ("1 of 3 estimates left out: no treated unit is observed in both periods")


def test_an_average_of_nothing_is_not_estimable_with_its_reason():
    by_cohort = aggregate(att_gt(panel_of(GAPS, (1, 2, 3)), Design()), "cohort")
    keys = by_cohort.keys.set_index("cohort")
    assert (keys.loc[3, "status"], keys.loc[3, "reason"]) == (
        "not_estimable", "no treated unit is observed in both periods",
    )  # fmt: skip
    assert np.isnan(by_cohort.estimate[1])
    assert infer(by_cohort)["status"].tolist() == ["ok", "not_estimable"]


def test_an_unknown_way_is_refused():
    with pytest.raises(ParameterError, match="by overall, event_time, cohort, period; not by 'dynamic'"):
        aggregate(att_gt(simulated(), Design()), "dynamic")


@pytest.mark.parametrize(
    ("first", "then"), [("overall", "overall"), ("cohort", "period"), ("event_time", "event_time")]
)
def test_averages_cannot_be_taken_apart_again(first, then):
    effects = aggregate(att_gt(simulated(), Design()), first)
    with pytest.raises(ParameterError, match=f"att_gt are by {first}: they can be averaged overall, not by {then}"):
        aggregate(effects, then)


def by_event_time(effects):
    return dict(zip(effects.keys["event_time"].tolist(), effects.estimate, strict=True))


def test_a_balanced_average_is_of_the_cohorts_observed_so_long():
    # by hand, with the estimates above: cohort 2 alone is observed two periods after treatment, cohorts 2 and 3 one
    cells = att_gt(panel_of(STAGGERED, PERIODS), Design())
    assert by_event_time(aggregate(cells, "event_time", balance=2)) == pytest.approx({-1: 0, 0: 1, 1: 2, 2: 4})
    assert by_event_time(aggregate(cells, "event_time", balance=1)) == pytest.approx({-2: 1, -1: 0, 0: 2, 1: 2.5})
    assert aggregate(aggregate(cells, "event_time", balance=1), "overall").estimate[0] == pytest.approx(2.25)


@pytest.mark.parametrize("balance", [0, 2, 3, 4])
def test_a_balanced_average_is_that_without_the_other_cohorts(balance):
    data = simulated(3, n=30, cohorts=(4, 6, 7, NEVER))
    stays = np.isinf(data.cohort) | (data.cohort <= 8 - balance)
    fewer = aggregate(att_gt(units_kept(data, stays), Design()), "event_time")
    balanced = by_event_time(aggregate(att_gt(data, Design()), "event_time", balance=balance))
    expected = {e: effect for e, effect in by_event_time(fewer).items() if balance - 7 <= e <= balance}
    assert balanced == pytest.approx(expected, rel=1e-12)


def test_event_times_keep_the_rows_between_them():
    cells = att_gt(simulated(), Design())
    whole, kept = aggregate(cells, "event_time"), aggregate(cells, "event_time", event_times=(-2, 1))
    assert list(by_event_time(kept)) == [-2, -1, 0, 1]
    assert by_event_time(kept) == {e: by_event_time(whole)[e] for e in (-2, -1, 0, 1)}


@pytest.mark.parametrize("kept", [{"balance": 2}, {"event_times": (-1, 2)}, {"balance": 3, "event_times": (0, 3)}])
@pytest.mark.parametrize("name", ["att_gt", "imputation", "sun_abraham", "etwfe", "synthetic_did"])
def test_every_way_of_inference_sees_the_same_choice(name, kept):
    panel, estimator = replace(simulated(2), weight=np.ones(24)), ESTIMATORS[name]
    cells = estimator.estimate(panel, Design(control_group=estimator.control_group))
    effects = aggregate(cells, "event_time", **kept)
    again = effects.refit(effects.panel)
    np.testing.assert_allclose(again.estimate, effects.estimate, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(again.influence, effects.influence, rtol=1e-10, atol=1e-10)
    if effects.reweighted is not None:
        ones = effects.reweighted(np.ones((1, len(effects.panel.units))))[0]
        np.testing.assert_allclose(ones, effects.estimate, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    ("by", "kept", "error", "said"),
    [
        ("overall", {"balance": 1}, ParameterError, "balance is for averages by event_time, not by overall"),
        ("cohort", {"event_times": (0, 1)}, ParameterError, "event_times is for averages by event_time"),
        ("event_time", {"balance": -1}, ParameterError, "balance is -1; it must be a whole number"),
        ("event_time", {"balance": True}, ParameterError, "balance is True"),
        ("event_time", {"balance": 2.0}, ParameterError, "balance is 2.0"),
        ("event_time", {"event_times": (2, 1)}, ParameterError, "the smaller first"),
        ("event_time", {"event_times": (1,)}, ParameterError, "must be two whole numbers"),
        ("event_time", {"balance": 9}, DesignError, "No estimate is left: the cohorts have event times -5 to 4"),
        ("event_time", {"event_times": (7, 9)}, DesignError, "or other event times"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(by, kept, error, said):
    with pytest.raises(error, match=said):
        aggregate(att_gt(simulated(), Design()), by, **kept)


def test_estimates_that_are_by_event_time_cannot_be_balanced():
    effects = twfe_event_study(simulated(), Design(control_group="all"))
    with pytest.raises(
        ParameterError, match="twfe_event_study has them by event_time only: leave it out, or use att_gt"
    ):
        aggregate(effects, "event_time", balance=1)
