"""ATT(g, t) by hand."""

import importlib

import numpy as np
import pandas as pd
import pytest
from panels import PERIODS, STAGGERED, panel_of, simulated

from lnbeval import NEVER, Design, att_gt
from lnbeval.effects import BASE_PERIOD
from lnbeval.errors import DesignError
from lnbeval.panel import units_kept

TWO_BY_TWO = {"a": (2, [1, 4]), "b": (2, [3, 8]), "c": (NEVER, [0, 1]), "d": (NEVER, [5, 7])}


def by_cell(effects):
    """Estimates that could be made, by (cohort, period)."""
    keys = effects.keys[["cohort", "period"]].astype(int).itertuples(index=False, name=None)
    return {key: value for key, value in zip(keys, effects.estimate, strict=True) if not np.isnan(value)}


def staggered(**choices):
    return by_cell(att_gt(panel_of(STAGGERED, PERIODS), Design(**choices)))


def row(effects, cohort, period):
    keys = effects.keys
    return keys[(keys["cohort"] == cohort) & (keys["period"] == period)].iloc[0]


def test_two_by_two_is_the_difference_of_mean_changes():
    effects = att_gt(panel_of(TWO_BY_TWO, (1, 2)), Design())
    assert by_cell(effects) == {(2, 1): 0.0, (2, 2): (3 + 5) / 2 - (1 + 2) / 2}


def test_two_by_two_influence_is_the_deviation_from_the_own_mean_times_n_over_group_size():
    effects = att_gt(panel_of(TWO_BY_TWO, (1, 2)), Design())
    # n = 4, groups of 2: treated 4/2 (3 - 4), 4/2 (5 - 4); controls -4/2 (1 - 1.5), -4/2 (2 - 1.5)
    np.testing.assert_allclose(effects.influence[:, 1], [-2, 2, 1, -1], atol=1e-14)
    assert not effects.influence[:, 0].any()


def test_two_by_two_counts_units_and_outcomes_and_takes_the_baseline_of_the_treated():
    effects = att_gt(panel_of(TWO_BY_TWO, (1, 2)), Design())
    after = row(effects, 2, 2)
    assert (after.n_treated, after.n_control, after.n_obs, after.baseline_mean) == (2, 2, 8, 2.0)
    before = row(effects, 2, 1)
    assert (before.status, before.reason, before.n_obs) == ("ok", BASE_PERIOD, 4)


def test_weights_weigh_units_within_each_group():
    weight = {"a": 3, "b": 1, "c": 1, "d": 4}
    effects = att_gt(panel_of(TWO_BY_TWO, (1, 2), weight=weight), Design())
    assert by_cell(effects)[2, 2] == pytest.approx((3 * 3 + 5) / 4 - (1 + 4 * 2) / 5)
    assert row(effects, 2, 2).baseline_mean == pytest.approx((3 * 1 + 3) / 4)
    # n w_i (D_i - mean_g) / W_g
    expected = [4 * 3 / 4 * (3 - 3.5), 4 / 4 * (5 - 3.5), -4 / 5 * (1 - 1.8), -4 * 4 / 5 * (2 - 1.8)]
    np.testing.assert_allclose(effects.influence[:, 1], expected, atol=1e-14)


def test_never_treated_controls_and_universal_base():
    # The last period before treatment of cohorts 2, 3, 4 is 1, 2, 3; D changes by 2, 1, 1.
    assert staggered() == pytest.approx(
        {
            (2, 1): 0, (2, 2): 3 - 2, (2, 3): 5 - 3, (2, 4): 8 - 4,
            (3, 1): -1 - -2, (3, 2): 0, (3, 3): 4 - 1, (3, 4): 5 - 2,
            (4, 1): -2 - -3, (4, 2): 2 - -1, (4, 3): 0, (4, 4): 6 - 1,
        }
    )  # fmt: skip


def test_varying_base_compares_earlier_periods_with_the_preceding_one():
    assert staggered(base_period="varying") == pytest.approx(
        {
            (2, 2): 3 - 2, (2, 3): 5 - 3, (2, 4): 8 - 4,
            (3, 2): 1 - 2, (3, 3): 4 - 1, (3, 4): 5 - 2,
            (4, 2): 4 - 2, (4, 3): -2 - 1, (4, 4): 6 - 1,
        }
    )  # fmt: skip


def test_not_yet_treated_controls_are_untreated_in_both_periods():
    assert staggered(control_group="not_yet_treated") == pytest.approx(
        {
            (2, 1): 0, (2, 2): 3 - (1 + 4 + 2) / 3, (2, 3): 5 - (2 + 3) / 2, (2, 4): 8 - 4,
            (3, 1): -1 - (-4 - 2) / 2, (3, 2): 0, (3, 3): 4 - (-2 + 1) / 2, (3, 4): 5 - 2,
            (4, 1): -2 - -3, (4, 2): 2 - -1, (4, 3): 0, (4, 4): 6 - 1,
        }
    )  # fmt: skip


def test_not_yet_treated_controls_with_varying_base():
    assert staggered(control_group="not_yet_treated", base_period="varying") == pytest.approx(
        {
            (2, 2): 3 - (1 + 4 + 2) / 3, (2, 3): 5 - (2 + 3) / 2, (2, 4): 8 - 4,
            (3, 2): 1 - (4 + 2) / 2, (3, 3): 4 - (-2 + 1) / 2, (3, 4): 5 - 2,
            (4, 2): 4 - (1 + 2) / 2, (4, 3): -2 - 1, (4, 4): 6 - 1,
        }
    )  # fmt: skip


def test_anticipation_moves_the_universal_base_back():
    # Bases of cohorts 3 and 4 are periods 1 and 2; cohort 2 may anticipate from the first period on.
    assert staggered(anticipation=1) == pytest.approx(
        {
            (3, 1): 0, (3, 2): 1 - 2, (3, 3): 5 - 3, (3, 4): 6 - 4,
            (4, 1): -4 - -2, (4, 2): 0, (4, 3): -2 - 1, (4, 4): 4 - 2,
        }
    )  # fmt: skip


def test_anticipation_moves_the_varying_base_of_treated_periods_only():
    assert staggered(anticipation=1, base_period="varying") == pytest.approx(
        {
            (3, 2): 1 - 2, (3, 3): 5 - 3, (3, 4): 6 - 4,
            (4, 2): 4 - 2, (4, 3): -2 - 1, (4, 4): 4 - 2,
        }
    )  # fmt: skip


def test_anticipating_units_are_not_yet_controls():
    # In period 2 cohort 3 is compared with C and D: C anticipates from 3 on. In period 3 only D is left.
    cells = staggered(anticipation=1, control_group="not_yet_treated")
    assert cells[3, 2] == pytest.approx(1 - (4 + 2) / 2)
    assert cells[3, 3] == pytest.approx(5 - 3)


def test_a_cohort_that_anticipates_from_the_first_period_is_not_estimable():
    effects = att_gt(panel_of(STAGGERED, PERIODS), Design(anticipation=1))
    keys = effects.keys[effects.keys["cohort"] == 2]
    assert keys["period"].tolist() == [2, 3, 4]
    assert set(keys["status"]) == {"not_estimable"}
    assert keys["reason"].str.contains("nothing to compare with").all()


def test_a_cohort_after_the_last_period_is_a_control():
    rows = TWO_BY_TWO | {"d": (9, [5, 7])}
    assert by_cell(att_gt(panel_of(rows, (1, 2)), Design()))[2, 2] == pytest.approx(4 - 1.5)
    assert 9 not in att_gt(panel_of(rows, (1, 2)), Design()).keys["cohort"].tolist()


def test_a_cohort_after_the_last_period_that_may_anticipate_is_no_control():
    rows = {"a": (3, [1, 1, 4]), "c": (NEVER, [0, 0, 1]), "d": (4, [5, 5, 7])}
    assert by_cell(att_gt(panel_of(rows, (1, 2, 3)), Design()))[3, 3] == pytest.approx(3 - 1.5)
    assert by_cell(att_gt(panel_of(rows, (1, 2, 3)), Design(anticipation=1)))[3, 3] == pytest.approx(3 - 1)


@pytest.mark.parametrize("control_group", ["never_treated", "not_yet_treated"])
def test_always_treated_units_are_never_estimated_and_never_a_control(control_group):
    rows = TWO_BY_TWO | {"e": (1, [0, 100]), "f": (0, [0, -100])}
    effects = att_gt(panel_of(rows, (1, 2)), Design(control_group=control_group))
    assert by_cell(effects) == {(2, 1): 0.0, (2, 2): 2.5}
    always = effects.keys[effects.keys["cohort"] <= 1]
    assert set(always["status"]) == {"not_estimable"}
    assert set(always["reason"]) == {"treated, or may anticipate, from the first period: nothing to compare with"}


def test_irregular_periods_use_the_last_one_before_the_cohort():
    rows = {"a": (2016, [1, 2, 7]), "b": (2016, [2, 3, 6]), "c": (NEVER, [0, 3, 4])}
    effects = att_gt(panel_of(rows, (2010, 2015, 2018)), Design())
    assert by_cell(effects) == {(2016, 2010): -1 - -3, (2016, 2015): 0, (2016, 2018): 4 - 1}
    assert effects.keys["event_time"].tolist() == [-6, -1, 2]


def test_irregular_periods_with_anticipation_count_calendar_periods():
    rows = {"a": (2016, [1, 2, 7]), "c": (NEVER, [0, 3, 4])}
    effects = att_gt(panel_of(rows, (2010, 2015, 2018)), Design(anticipation=1))
    assert by_cell(effects) == {(2016, 2010): 0, (2016, 2015): 1 - 3, (2016, 2018): 6 - 4}


MISSING = {
    "a": (3, [1, 2, 5]), "b": (3, [np.nan, 2, 9]), "c": (NEVER, [0, 1, 1]), "d": (NEVER, [4, 5, np.nan]),
}  # fmt: skip


def test_pairwise_uses_the_units_observed_in_both_periods():
    effects = att_gt(panel_of(MISSING, (1, 2, 3)), Design(missing="pairwise"))
    assert by_cell(effects) == {(3, 1): -1 - (-1 - 1) / 2, (3, 2): 0, (3, 3): (3 + 7) / 2 - 0}
    assert (row(effects, 3, 1).n_treated, row(effects, 3, 1).n_control) == (1, 2)
    assert (row(effects, 3, 3).n_treated, row(effects, 3, 3).n_control) == (2, 1)
    assert effects.influence.shape == (4, 3)


def test_complete_uses_the_units_observed_in_every_period():
    effects = att_gt(panel_of(MISSING, (1, 2, 3)), Design(missing="complete"))
    assert by_cell(effects) == {(3, 1): 0, (3, 2): 0, (3, 3): 3}
    assert effects.panel.units.tolist() == ["a", "c"]


def test_last_cohort_cannot_be_compared_without_never_treated_units():
    rows = {"a": (2, [1, 4, 5]), "b": (3, [2, 3, 9])}
    effects = att_gt(panel_of(rows, (1, 2, 3)), Design(control_group="not_yet_treated"))
    assert by_cell(effects) == {(2, 1): 0, (2, 2): 2}
    assert row(effects, 2, 3).reason == "no unit is still untreated to compare with"
    assert row(effects, 3, 3).status == "not_estimable"


def test_earlier_periods_of_a_cohort_without_estimate_after_treatment_are_not_shown():
    rows = {"a": (2, [1, 4, 5, 5]), "b": (4, [2, 3, 9, 7]), "e": (4, [2, 5, 5, 5])}
    effects = att_gt(panel_of(rows, (1, 2, 3, 4)), Design(control_group="not_yet_treated"))
    assert {cohort for cohort, _ in by_cell(effects)} == {2}
    assert not effects.influence[:, effects.keys["cohort"] == 4].any()


def test_a_cell_without_observed_treated_units_is_a_row_with_its_reason():
    rows = {"a": (2, [1, 4, np.nan]), "b": (2, [2, 5, np.nan]), "c": (NEVER, [0, 1, 2])}
    effects = att_gt(panel_of(rows, (1, 2, 3)), Design())
    assert (row(effects, 2, 3).status, row(effects, 2, 3).reason) == (
        "not_estimable", "no treated unit is observed in both periods",
    )  # fmt: skip
    assert np.isnan(effects.estimate[2])
    assert not effects.influence[:, 2].any()


def test_work_done_in_blocks_is_the_same(monkeypatch):
    data = simulated(missing=0.1)
    whole = att_gt(data, Design())
    monkeypatch.setattr(importlib.import_module("lnbeval.cohort_differences"), "BLOCK", 1)
    parts = att_gt(data, Design())
    np.testing.assert_allclose(whole.estimate, parts.estimate, atol=1e-13)  # sums in another order
    np.testing.assert_allclose(whole.influence, parts.influence, atol=1e-12)
    pd.testing.assert_frame_equal(whole.keys, parts.keys)


def test_reweighting_drops_what_a_refit_without_those_units_drops():
    # Without the never treated the last cohort has no estimate after treatment: its earlier periods go too.
    data = simulated()
    left = np.isfinite(data.cohort)
    effects = att_gt(data, Design(control_group="not_yet_treated"))
    fitted = by_cell(effects.refit(units_kept(data, left)))
    keys = effects.keys[["cohort", "period"]].astype(int).itertuples(index=False, name=None)
    got = dict(zip(keys, effects.reweighted(left[None].astype(float))[0], strict=True))
    assert {cohort for cohort, _ in fitted} == {4}
    assert got == pytest.approx({key: fitted.get(key, np.nan) for key in got}, abs=1e-12, nan_ok=True)


def test_treated_controls_are_refused():
    with pytest.raises(DesignError, match=r"never uses treated units.*never_treated or not_yet_treated"):
        att_gt(panel_of(STAGGERED, PERIODS), Design(control_group="all"))


def test_nothing_comparable_is_refused_with_its_reasons():
    rows = {"a": (3, [1, 2, 3]), "b": (2, [1, 2, 3])}
    with pytest.raises(DesignError, match=r"No cohort can be compared .* no unit is still untreated"):
        att_gt(panel_of(rows, (1, 2, 3)), Design(control_group="never_treated"))


def test_effects_keep_the_panel_and_the_design():
    data, design = panel_of(STAGGERED, PERIODS), Design(anticipation=1)
    effects = att_gt(data, design)
    assert (effects.estimator, effects.aggregation, effects.design) == ("att_gt", "cell", design)
    assert effects.cohort.tolist() == [2, 3, 4, NEVER]


def test_without_never_treated_units_the_other_control_group_is_named():
    panel = simulated(2, n=24, cohorts=(3, 5))
    with pytest.raises(DesignError, match="control_group 'not_yet_treated' compares with units treated later"):
        att_gt(panel, Design())
    assert np.isfinite(att_gt(panel, Design(control_group="not_yet_treated")).estimate).any()
