"""Imputation: hand-computed cases, the formulas written out with matrices, and what it refuses."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from panels import PERIODS, STAGGERED, panel_of, simulated

from lnbeval import NEVER, Design, aggregate, infer
from lnbeval.errors import DesignError, ParameterError
from lnbeval.estimators.imputation import imputation
from lnbeval.panel import units_kept

EXACT = 1e-10  # outcomes of the order of one
DESIGN = Design(control_group="not_yet_treated")
TWO_PAIRS = {"A": (3, [1, 3, 8, 9]), "B": (3, [3, 3, 6, 9]), "C": (NEVER, [0, 2, 3, 5]), "D": (NEVER, [4, 4, 3, 5])}


def by_key(effects):
    """Estimates by (cohort, period), of leads by ("lead", event_time)."""
    columns = effects.columns
    keys = zip(columns["cohort"], columns["period"], columns["event_time"], effects.estimate, strict=True)
    return {("lead", e) if np.isnan(g) else (g, t): value for g, t, e, value in keys}


def reasons(effects):
    return dict(zip(by_key(effects), effects.columns["reason"], strict=True))


def std_error(effects):
    return np.sqrt((effects.influence**2).sum(axis=0)) / len(effects.influence)


def dense(panel, anticipation=0):
    """Untreated outcomes, and a matrix of unit and period indicators for every unit-period, (n, t) and (n, t, n + t)."""
    n, t = panel.outcome.shape
    untreated = np.isfinite(panel.outcome) & (panel.periods < panel.cohort[:, None] - anticipation)
    return untreated, np.concatenate(
        [np.repeat(np.eye(n)[:, None], t, axis=1), np.repeat(np.eye(t)[None], n, axis=0)], axis=2
    )


def implied_weights(panel, share, anticipation=0):
    """Weights v (n, t) with which sum v y imputes the average of tau_it with weights `share`: a projection."""
    untreated, x = dense(panel, anticipation)
    w = np.repeat(panel.weight[:, None], panel.outcome.shape[1], axis=1)
    X, W = x[untreated], w[untreated]
    v = share.copy()
    v[untreated] = -W * (X @ np.linalg.pinv(X.T @ (W[:, None] * X)) @ np.einsum("it,itp->p", share, x))
    return v


def imputed(panel, anticipation=0):
    """tau_it, and residuals of untreated outcomes, (n, t), zero where nothing is observed."""
    untreated, x = dense(panel, anticipation)
    root = np.sqrt(np.repeat(panel.weight[:, None], panel.outcome.shape[1], axis=1))[untreated]
    beta = np.linalg.lstsq(root[:, None] * x[untreated], root * panel.outcome[untreated], rcond=None)[0]
    return np.nan_to_num(panel.outcome - x @ beta)


def conservative_influence(panel, share, anticipation=0):
    """n sum_t v_it e_it, tau_it less its v^2-weighted mean by cohort and period, as equations 7 and 8 say."""
    untreated, _ = dense(panel, anticipation)
    v, left = implied_weights(panel, share, anticipation), imputed(panel, anticipation)
    for g in np.unique(panel.cohort):
        for t in range(len(panel.periods)):
            cell = (panel.cohort == g) & (share[:, t] > 0) & ~untreated[:, t]
            if cell.any():
                left[cell, t] -= (v[cell, t] ** 2 * left[cell, t]).sum() / (v[cell, t] ** 2).sum()
    return len(panel.units) * (v * left).sum(axis=1)


def shares(panel, chosen):
    """Weights of the chosen observed outcomes, adding to one."""
    mass = panel.weight[:, None] * (chosen & np.isfinite(panel.outcome))
    return mass / mass.sum()


UNBALANCED = [simulated(seed, n=20, periods=7, cohorts=(4, 6, NEVER), missing=0.15) for seed in (1, 2)]
BALANCED = simulated(3, n=18, periods=6, cohorts=(3, 5, NEVER))
NO_NEVER = simulated(4, n=21, periods=8, cohorts=(3, 5, 7), missing=0.05)
each_panel = pytest.mark.parametrize(
    "panel", [*UNBALANCED, BALANCED, NO_NEVER], ids=["gaps", "more gaps", "full", "no never"]
)


def test_one_cohort_is_compared_with_the_mean_of_all_its_earlier_periods():
    effects = imputation(panel_of(TWO_PAIRS, PERIODS), DESIGN)
    # Treated: means 2, 3 before, then 7, 9. Controls: 2, 3, then 3, 5. Both have 2.5 before.
    assert by_key(effects)[3, 3] == pytest.approx((7 - 2.5) - (3 - 2.5), abs=EXACT)
    assert by_key(effects)[3, 4] == pytest.approx((9 - 2.5) - (5 - 2.5), abs=EXACT)


def test_error_of_one_cohort_is_that_of_the_changes_of_its_units_and_of_the_controls():
    effects = imputation(panel_of(TWO_PAIRS, PERIODS), DESIGN)
    # Changes from the mean before to period 3 are 6 and 3 of the treated, 2 and -1 of the controls. Influence is 4 / 2
    # times their distance from the mean, plus and minus 1.5; V = 4 * 3^2 / 4^2.
    assert effects.influence[:, 0] == pytest.approx([3, -3, -3, 3], abs=EXACT)
    assert std_error(effects)[0] == pytest.approx(1.5, abs=EXACT)


def test_staggered_cohorts_by_hand():
    effects = imputation(panel_of(STAGGERED, PERIODS), DESIGN)
    # Untreated are A in 1; B in 1, 2; C in 1 to 3; D always. With b_1 = 0 the normal equations of the period effects
    #   (1/2 + 2/3 + 3/4) b_2 - (1/3 + 1/4) b_3 - 1/4 b_4 = 1/2 + 2 - 1/4
    #   -(1/3 + 1/4) b_2 + (2/3 + 3/4) b_3 - 1/4 b_4      = 0 + 3/4
    #   -1/4 b_2 - 1/4 b_3 + 3/4 b_4                      = 7/4
    # give b = 0, 7/3, 13/6, 23/6; the unit effects are 1, 5/2 - 7/6, 3 - 3/2.
    expected = {
        (2, 2): 4 - 1 - 7 / 3,
        (2, 3): 6 - 1 - 13 / 6,
        (2, 4): 9 - 1 - 23 / 6,
        (3, 3): 7 - 4 / 3 - 13 / 6,
        (3, 4): 8 - 4 / 3 - 23 / 6,
        (4, 4): 9 - 3 / 2 - 23 / 6,
    }
    effects = imputation(panel_of(STAGGERED, PERIODS), DESIGN, leads=0)
    assert by_key(effects) == pytest.approx(expected, abs=EXACT)
    assert aggregate(effects, "overall").estimate[0] == pytest.approx(sum(expected.values()) / 6, abs=EXACT)


@each_panel
def test_cells_are_mean_imputed_effects_of_a_regression_on_all_indicators(panel):
    tau = imputed(panel)
    for (g, t), estimate in by_key(imputation(panel, DESIGN, leads=0)).items():
        if np.isfinite(estimate):
            chosen = (panel.cohort == g)[:, None] & (panel.periods == t)
            assert estimate == pytest.approx((shares(panel, chosen) * tau).sum(), abs=EXACT)


@each_panel
@pytest.mark.parametrize("anticipation", [0, 1])
def test_influence_of_cells_and_averages_is_the_published_formula(panel, anticipation):
    cells = imputation(panel, replace(DESIGN, anticipation=anticipation), leads=0)
    since = panel.periods - panel.cohort[:, None]
    estimable = np.zeros(panel.outcome.shape, dtype=bool)
    for (g, t), ok in zip(by_key(cells), cells.ok, strict=True):
        estimable |= ok & (panel.cohort == g)[:, None] & (panel.periods == t)
    values = {
        "event_time": since,
        "overall": np.zeros_like(since),
        "period": np.broadcast_to(panel.periods, since.shape),
    }
    for by, value in values.items():
        average = aggregate(cells, by)
        keys = np.zeros(1) if by == "overall" else average.columns[by]
        for column in np.flatnonzero(average.ok):
            chosen = (value == keys[column]) & estimable & ((since >= 0) | (by == "event_time"))
            expected = conservative_influence(panel, shares(panel, chosen), anticipation)
            np.testing.assert_allclose(average.influence[:, column], expected, atol=1e-8)
            tau = (shares(panel, chosen) * imputed(panel, anticipation)).sum()
            assert average.estimate[column] == pytest.approx(tau, abs=EXACT)


@each_panel
def test_leads_are_the_regression_on_untreated_outcomes_with_its_clustered_errors(panel):
    effects = imputation(panel, DESIGN, leads=2)
    untreated, x = dense(panel)
    since = panel.periods - np.where(panel.cohort <= panel.periods[-1], panel.cohort, NEVER)[:, None]
    leads = np.stack([since == -2, since == -1], axis=2)
    X = np.concatenate([leads, x], axis=2)[untreated]
    w = np.repeat(panel.weight[:, None], panel.outcome.shape[1], axis=1)[untreated]
    bread = np.linalg.pinv(X.T @ (w[:, None] * X))
    beta = bread @ (X.T @ (w * panel.outcome[untreated]))
    unit = np.nonzero(untreated)[0]
    scores = np.zeros((len(panel.units), X.shape[1]))
    np.add.at(scores, unit, X * (w * (panel.outcome[untreated] - X @ beta))[:, None])
    found = np.isnan(effects.columns["cohort"])
    np.testing.assert_allclose(effects.estimate[found], beta[:2], atol=EXACT)
    np.testing.assert_allclose(effects.influence[:, found], len(panel.units) * (scores @ bread)[:, :2], atol=1e-8)


def test_outcomes_after_treatment_say_nothing_about_other_cells_or_leads():
    moved = replace(
        BALANCED, outcome=BALANCED.outcome + 50 * ((BALANCED.cohort == 3)[:, None] & (BALANCED.periods == 4))
    )
    one, two = (by_key(imputation(panel, DESIGN)) for panel in (BALANCED, moved))
    assert two.pop((3, 4)) == pytest.approx(one.pop((3, 4)) + 50, abs=EXACT)
    assert one == pytest.approx(two, abs=EXACT)


def test_leads_stand_once_for_all_cohorts_and_are_averaged_into_event_times_unchanged():
    effects = imputation(simulated(5, periods=9, cohorts=(4, 7, NEVER)), DESIGN)
    by_time = aggregate(effects, "event_time")
    lead = np.isnan(effects.columns["cohort"])
    assert effects.columns["event_time"][lead].tolist() == [-2, -1]
    np.testing.assert_array_equal(by_time.estimate[:2], effects.estimate[lead])
    np.testing.assert_array_equal(by_time.influence[:, :2], effects.influence[:, lead])
    assert aggregate(effects, "cohort").columns["cohort"].tolist() == [4, 7]


@pytest.mark.parametrize(
    ("cohorts", "leads"),
    [
        ((5, NEVER), [-3, -2, -1]),  # four periods before, one of them to compare with
        ((3, 5, 8, NEVER), [-3, -2, -1]),  # two of three cohorts have more than three periods before
        ((4, 8, NEVER), [-2, -1]),
        ((2, 3, NEVER), [-1]),  # half would leave none: one is shown where any cohort has two periods before
        ((2, NEVER), []),
    ],
)
def test_by_default_half_of_the_cohorts_keep_a_period_before_the_leads(cohorts, leads):
    effects = imputation(simulated(6, periods=9, cohorts=cohorts), DESIGN)
    assert effects.columns["event_time"][np.isnan(effects.columns["cohort"])].tolist() == leads


def test_leads_end_where_anticipation_begins():
    effects = imputation(simulated(6, periods=9, cohorts=(5, NEVER)), replace(DESIGN, anticipation=1))
    assert aggregate(effects, "event_time").columns["event_time"].tolist() == [-3, -2, -1, 0, 1, 2, 3, 4]
    assert (5, 4) in by_key(effects)


def test_leads_that_leave_no_period_to_compare_with_say_so():
    effects = imputation(simulated(6, periods=6, cohorts=(4, NEVER)), DESIGN, leads=3)
    lead = np.isnan(effects.columns["cohort"])
    assert not effects.ok[lead].any()
    assert set(effects.columns["reason"][lead]) == {"no earlier untreated period to compare with"}
    assert not effects.influence[:, lead].any()


def test_a_refit_keeps_the_leads():
    panel = simulated(5, periods=9, cohorts=(3, 7, NEVER))
    effects = imputation(panel, DESIGN, leads=3)
    assert by_key(effects.refit(units_kept(panel, panel.cohort != 3))).keys() >= {("lead", -3.0), ("lead", -1.0)}


@each_panel
def test_reweighted_is_the_estimate_under_those_weights_and_without_units_of_weight_zero(panel):
    effects = imputation(panel, DESIGN)
    rng = np.random.default_rng(0)
    multipliers = rng.uniform(0.2, 3, (6, len(panel.units))) * (rng.random((6, len(panel.units))) < 0.8)
    for row, multiplier in zip(effects.reweighted(multipliers), multipliers, strict=True):
        kept = units_kept(replace(panel, weight=panel.weight * np.maximum(multiplier, 1e-9)), multiplier > 0)
        fitted = by_key(effects.refit(kept))
        expected = {key: fitted.get(key, np.nan) for key in by_key(effects)}
        assert dict(zip(expected, row, strict=True)) == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_reweighted_in_blocks_is_reweighted_at_once(monkeypatch):
    effects = imputation(UNBALANCED[0], DESIGN)
    multipliers = 1.0 - np.eye(20)
    at_once = effects.reweighted(multipliers)
    monkeypatch.setattr(sys.modules["lnbeval.estimators.imputation"], "BLOCK", 200)
    monkeypatch.setattr("lnbeval.untreated_path.BLOCK", 100)
    np.testing.assert_allclose(effects.reweighted(multipliers), at_once, rtol=0, atol=EXACT)
    assert len(at_once) == 20


def test_jackknife_leaves_out_each_cluster_in_turn():
    effects = aggregate(imputation(simulated(7, clusters=8), DESIGN), "overall")
    left_out = [
        effects.refit(units_kept(effects.panel, effects.cluster != name)).estimate[0]
        for name in sorted(set(effects.cluster))
    ]
    expected = np.sqrt(7 / 8 * ((np.array(left_out) - effects.estimate[0]) ** 2).sum())
    assert infer(effects, method="jackknife")["std_error"].iloc[0] == pytest.approx(expected, rel=1e-9)


def test_with_equal_weights_influence_averages_to_zero():
    effects = imputation(replace(NO_NEVER, weight=np.ones(21)), DESIGN)
    assert effects.influence.mean(axis=0) == pytest.approx(0, abs=EXACT)


def test_many_periods_are_told_apart():
    panel = simulated(8, n=12, periods=70, cohorts=(40, 60, NEVER), missing=0.2)
    tau, found = imputed(panel), by_key(imputation(panel, DESIGN))
    chosen = (panel.cohort == 40)[:, None] & (panel.periods == 65)
    assert found[40, 65] == pytest.approx((shares(panel, chosen) * tau).sum(), abs=1e-9)


def test_periods_in_which_everybody_is_treated_are_named():
    effects = imputation(simulated(9, periods=6, cohorts=(3, 5)), DESIGN)
    found, why = by_key(effects), reasons(effects)
    assert [key for key, value in found.items() if key[0] != "lead" and np.isfinite(value)] == [(3, 3), (3, 4)]
    assert why[3, 5] == why[5, 6][:-1] + "5" == "no unit is still untreated in 5"
    overall = infer(aggregate(effects, "overall"))
    assert overall["status"].tolist() == ["ok"]
    assert overall["reason"].iloc[0].startswith("4 of 6 estimates left out: no unit is still untreated in 5")


def test_cohorts_treated_from_the_first_period_are_rows_that_say_so_and_change_nothing():
    rows = {"Z": (1, [40, 10, 20, 7]), **TWO_PAIRS}
    effects = imputation(panel_of(rows, PERIODS), DESIGN)
    assert reasons(effects)[1, 4] == "treated, or may anticipate, from the first period: nothing to compare with"
    assert by_key(effects)[3, 3] == pytest.approx(4, abs=EXACT)
    assert not effects.influence[0].any()


def test_treated_units_never_observed_untreated_are_left_out_and_counted():
    nan = np.nan
    rows = {**TWO_PAIRS, "E": (3, [nan, nan, 50, 60])}
    effects = imputation(panel_of(rows, PERIODS), DESIGN)
    assert by_key(effects)[3, 3] == pytest.approx(4, abs=EXACT)
    assert reasons(effects)[3, 3] == "1 treated unit never observed untreated is left out"
    assert effects.columns["n_treated"][0] == 2


def test_a_cohort_never_observed_untreated_is_not_estimable():
    nan = np.nan
    rows = {**TWO_PAIRS, "E": (2, [nan, 9, 50, nan])}
    why = reasons(imputation(panel_of(rows, PERIODS), DESIGN))
    assert why[2, 2] == "no treated unit is observed both in 2 and untreated"
    assert why[2, 4] == "no treated unit is observed both in 4 and untreated"


def test_periods_that_no_unit_links_to_those_before_treatment_are_not_estimable():
    nan = np.nan
    rows = {
        "A": (3, [1, 3, 8, 9]), "B": (3, [3, 3, 6, 9]), "C": (NEVER, [0, 2, 3, nan]),
        "D": (NEVER, [nan, nan, nan, 5]), "E": (NEVER, [2, 2, 4, nan]),
    }  # fmt: skip
    effects = imputation(panel_of(rows, PERIODS), DESIGN)
    assert reasons(effects)[3, 4] == "no chain of units observed untreated links 4 with the untreated periods of A, B"
    assert reasons(effects)[3, 3] == ""


def test_a_chain_of_units_links_periods_that_no_unit_links_alone():
    nan = np.nan
    rows = {
        "A": (3, [1, nan, nan, 9]), "C": (NEVER, [0, 2, nan, nan]), "D": (NEVER, [nan, 1, 5, nan]),
        "E": (NEVER, [nan, nan, 2, 4]),
    }  # fmt: skip
    # The path rises by 2, by 4 and by 2: 8 from period 1 to period 4.
    assert by_key(imputation(panel_of(rows, PERIODS), DESIGN))[3, 4] == pytest.approx(9 - 1 - 8, abs=EXACT)


def test_units_treated_after_the_last_period_stand_for_the_untreated_until_they_may_anticipate():
    rows = {**TWO_PAIRS, "E": (5, [7, 1, 4, 99])}
    known = imputation(panel_of(rows, PERIODS), replace(DESIGN, anticipation=1))
    hidden = imputation(panel_of({**rows, "E": (5, [7, 1, 4, -5])}, PERIODS), replace(DESIGN, anticipation=1))
    assert by_key(known) == pytest.approx(by_key(hidden), nan_ok=True)
    assert {g for g, _ in by_key(known)} == {3}
    without = imputation(panel_of(TWO_PAIRS, PERIODS), replace(DESIGN, anticipation=1))
    assert by_key(known)[3, 3] != pytest.approx(by_key(without)[3, 3], abs=0.01)


def test_counts_and_baseline_are_those_of_the_cell():
    effects = imputation(panel_of(STAGGERED, PERIODS), DESIGN)
    row = effects.keys.set_index(["cohort", "period"]).loc[(2, 3)]
    assert row["n_treated"] == 1
    assert row["n_control"] == 2  # C and D
    assert row["n_obs"] == 1 + 10  # ten outcomes are untreated
    assert row["baseline_mean"] == 1


def test_one_cohort_may_ask_for_never_treated_controls():
    panel = panel_of(TWO_PAIRS, PERIODS)
    one, two = imputation(panel, Design(control_group="never_treated")), imputation(panel, DESIGN)
    np.testing.assert_array_equal(one.estimate, two.estimate)


def test_everything_that_cannot_be_honoured_is_refused_at_once():
    design = Design(control_group="never_treated", base_period="varying", adjustment="dr")
    with pytest.raises(DesignError, match=r"imputation: .*never_treated.*varying.*dr"):
        imputation(BALANCED, design)
    with pytest.raises(DesignError, match="control_group 'all'"):
        imputation(BALANCED, Design(control_group="all"))


def test_a_negative_number_of_leads_is_refused():
    with pytest.raises(ParameterError, match="leads is -1"):
        imputation(BALANCED, DESIGN, leads=-1)


def test_a_panel_in_which_nothing_can_be_imputed_is_refused_with_the_reasons():
    nan = np.nan
    rows = {"A": (3, [1, 3, 8, 9]), "B": (5, [2, 4, nan, nan])}
    with pytest.raises(DesignError, match="no unit is still untreated in 3"):
        imputation(panel_of(rows, PERIODS), DESIGN)
