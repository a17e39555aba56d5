"""Effects from rows that are each observed once, and the panel of such rows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from panels import simulated

from lnbeval import NEVER, Design, Panel, aggregate, att_gt, infer
from lnbeval.errors import DesignError, PanelError, ParameterError
from lnbeval.estimators.repeated_cross_sections import repeated_cross_sections
from lnbeval.panel import units_kept

EXACT = 1e-9  # outcomes are of order one; sums in another order differ in the last digits
COLUMNS = {"period": "year", "outcome": "employed", "cohort": "first_treated", "cluster": "municipality", "never": 0}
# (municipality, first treated, year, employed, weight): Berat is treated in 2018, Durres never.
PERSONS = [
    ("Berat", 2018, 2017, 1.0, 1.0),
    ("Berat", 2018, 2017, 4.0, 2.0),  # weighted mean 3
    ("Berat", 2018, 2018, 7.0, 1.0),
    ("Berat", 2018, 2018, 9.0, 1.0),  # 8
    ("Durres", 0, 2017, 2.0, 3.0),
    ("Durres", 0, 2017, 6.0, 1.0),  # 3
    ("Durres", 0, 2018, 5.0, 1.0),
    ("Durres", 0, 2018, 5.0, 1.0),
    ("Durres", 0, 2018, 2.0, 1.0),  # 4
]


def persons(rows=PERSONS, **columns):
    frame = pd.DataFrame(rows, columns=["municipality", "first_treated", "year", "employed", "weight"])
    return frame.assign(**columns)


def panel_of(rows=PERSONS, **roles):
    return Panel.from_rows(persons(rows), **COLUMNS | {"weight": "weight"} | roles)


def survey(seed=1, *, n=600, municipalities=12, covariates=0):
    """Persons in municipalities of cohorts 3, 5 and never, in years 1 to 6, with an effect of one."""
    rng = np.random.default_rng(seed)
    home, year = rng.integers(0, municipalities, n), rng.integers(1, 7, n)
    cohort = np.resize([3.0, 5.0, NEVER], municipalities)[home]
    x = rng.normal(size=(n, covariates)) + 0.2 * np.isfinite(cohort)[:, None]
    frame = pd.DataFrame(x, columns=[f"x{j}" for j in range(covariates)]).assign(
        municipality=np.char.add("m", home.astype(str)),
        year=year,
        first_treated=cohort,
        employed=rng.normal(size=n) + home / 5 + year / 3 + x.sum(axis=1) + (year >= cohort),
        weight=rng.uniform(0.5, 3, n),
    )
    return Panel.from_rows(
        frame, **COLUMNS | {"never": "inf"}, weight="weight", covariates=[f"x{j}" for j in range(covariates)]
    )


def rows_of(panel):
    """Every outcome of a panel as a row of its own, clustered by its unit."""
    unit, period = np.nonzero(np.isfinite(panel.outcome))
    frame = pd.DataFrame(panel.covariates[unit], columns=list(panel.covariate_names)).assign(
        unit=panel.units[unit],
        period=panel.periods[period],
        outcome=panel.outcome[unit, period],
        cohort=panel.cohort[unit],
        weight=panel.weight[unit],
    )
    return Panel.from_rows(
        frame,
        period="period",
        outcome="outcome",
        cohort="cohort",
        cluster="unit",
        weight="weight",
        covariates=panel.covariate_names,
        never="inf",
    )


def refit(effects, keep):
    """The estimates from the kept rows alone, NaN where there is none at all."""
    try:
        return effects.refit(units_kept(effects.panel, keep)).estimate
    except DesignError:
        return np.full(len(effects.estimate), np.nan)


def cell(effects, cohort, period):
    return int(np.flatnonzero((effects.columns["cohort"] == cohort) & (effects.columns["period"] == period))[0])


def test_each_row_is_a_unit_observed_in_its_period_alone():
    panel = panel_of()
    assert panel.units.tolist() == list(range(1, 10))
    assert panel.periods.tolist() == [2017, 2018]
    expected = [[1, np.nan], [4, np.nan], [np.nan, 7], [np.nan, 9]]
    np.testing.assert_array_equal(panel.outcome[:4], expected)
    assert panel.cohort.tolist() == [2018] * 4 + [NEVER] * 5
    assert panel.cluster.tolist() == ["Berat"] * 4 + ["Durres"] * 5
    assert panel.weight.tolist() == [1, 2, 1, 1, 3, 1, 1, 1, 1]


def test_covariates_belong_to_the_row():
    ages = list(range(20, 29))
    panel = Panel.from_rows(persons(age=ages), **COLUMNS, covariates=["age"])
    assert panel.covariates[:, 0].tolist() == ages
    assert panel.covariate_names == ("age",)
    assert panel.weight.tolist() == [1.0] * 9


def test_a_cohort_that_varies_within_a_municipality_is_refused_by_name():
    frame = persons()
    frame.loc[2, "first_treated"] = 2017
    with pytest.raises(PanelError, match=r"'first_treated' varies within Berat \(2017, 2018\)"):
        Panel.from_rows(frame, **COLUMNS)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("weight", 0.0, r"Weight 'weight' is zero or negative for rows 3\. Drop these rows"),
        ("weight", np.inf, r"'weight' must be a number; it is not in row 3"),
        ("weight", np.nan, r"'weight' must be a number; it is not in row 3"),
        ("age", np.nan, r"'age' must be a number; it is not in row 3"),
        ("municipality", None, r"'municipality' is empty in row 3"),
        ("year", 2017.5, r"Period 'year' must be a whole number .* row 3"),
        ("employed", "often", r"Outcome 'employed' is not a number: 'often' for Berat in 2018"),
    ],
)
def test_a_wrong_value_is_refused_with_its_row(column, value, message):
    frame = persons(age=30.0).astype({column: object})
    frame.loc[2, column] = value
    with pytest.raises(PanelError, match=message):
        Panel.from_rows(frame, **COLUMNS, weight="weight", covariates=["age"])


def test_a_code_for_never_treated_must_be_declared():
    with pytest.raises(PanelError, match="not declared"):
        panel_of(never=None)


def test_an_absent_column_is_refused():
    with pytest.raises(PanelError, match="no column 'district'"):
        panel_of(cluster="district")


def test_the_effect_is_the_difference_of_differences_of_weighted_means():
    effects = repeated_cross_sections(panel_of(), Design())
    j = cell(effects, 2018, 2018)
    assert effects.estimate[j] == pytest.approx((8 - 3) - (4 - 3))
    keys = effects.keys.loc[j]
    assert (keys["n_treated"], keys["n_control"], keys["n_obs"]) == (4, 5, 9)
    assert keys["baseline_mean"] == pytest.approx(3)
    assert keys["base_period"] == 2017


def test_the_base_period_is_zero_by_construction():
    effects = repeated_cross_sections(panel_of(), Design())
    j = cell(effects, 2018, 2017)
    assert effects.estimate[j] == 0
    assert effects.columns["reason"][j].startswith("base period")
    assert effects.treated[:, j].tolist() == [True] * 2 + [False] * 7
    assert not effects.influence[:, j].any()


def test_the_variance_of_independent_rows_is_the_sum_over_the_four_means():
    panel = panel_of(weight=None)
    effects = repeated_cross_sections(panel, Design())
    j = cell(effects, 2018, 2018)
    variance = (effects.influence[:, j] ** 2).sum() / 9**2
    expected = np.var([1, 4]) / 2 + np.var([7, 9]) / 2 + np.var([2, 6]) / 2 + np.var([5, 5, 2]) / 3
    assert variance == pytest.approx(expected)


def test_errors_are_clustered_by_municipality():
    effects = aggregate(repeated_cross_sections(survey(), Design()), "overall")
    sums = pd.Series(effects.influence[:, 0]).groupby(effects.cluster).sum()
    table = infer(effects, method="analytic")
    assert table["std_error"][0] == pytest.approx(np.sqrt((sums**2).sum()) / len(effects.influence))


def test_cohorts_are_averaged_by_their_weighted_rows():
    panel = survey()
    effects = repeated_cross_sections(panel, Design())
    used = effects.columns["event_time"] == 0
    share = np.array([panel.weight[panel.cohort == g].sum() for g in effects.columns["cohort"][used]])
    average = aggregate(effects, "event_time")
    first = average.estimate[average.columns["event_time"] == 0]
    assert first == pytest.approx(np.average(effects.estimate[used], weights=share))


@pytest.mark.parametrize("adjustment", ["none", "reg", "ipw", "dr"])
@pytest.mark.parametrize("control_group", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize("base_period", ["universal", "varying"])
@pytest.mark.parametrize("anticipation", [0, 1])
def test_the_rows_of_a_complete_panel_give_the_estimates_and_errors_of_the_panel(
    adjustment, control_group, base_period, anticipation
):
    panel = simulated(n=60, periods=6)
    if adjustment != "none":
        x = np.random.default_rng(5).normal(size=(60, 1))
        panel = replace(panel, covariates=x, covariate_names=("x",))
    design = Design(
        adjustment=adjustment, control_group=control_group, base_period=base_period, anticipation=anticipation
    )
    whole, rows = att_gt(panel, design), repeated_cross_sections(rows_of(panel), design)
    np.testing.assert_allclose(rows.estimate, whole.estimate, atol=EXACT)
    for name in ("cohort", "period", "base_period", "event_time", "n_obs", "fewest", "baseline_mean"):
        np.testing.assert_allclose(rows.columns[name], whole.columns[name], err_msg=name)
    assert rows.columns["status"].tolist() == whole.columns["status"].tolist()
    for by in ("event_time", "overall"):
        one, two = (infer(aggregate(made, by), method="analytic") for made in (whole, rows))
        np.testing.assert_allclose(one["std_error"], two["std_error"], rtol=EXACT)


def test_the_jackknife_of_the_rows_of_a_complete_panel_is_that_of_the_panel():
    panel = simulated(n=30, periods=5)
    one, two = (
        infer(aggregate(made, "event_time"), method="jackknife")
        for made in (att_gt(panel, Design()), repeated_cross_sections(rows_of(panel), Design()))
    )
    np.testing.assert_allclose(one["std_error"], two["std_error"], rtol=EXACT)


def test_several_rows_of_a_unit_in_different_periods_need_not_be_complete():
    panel = rows_of(simulated(n=40, missing=0.2))
    table = infer(aggregate(repeated_cross_sections(panel, Design()), "overall"), method="jackknife")
    assert table["std_error"][0] > 0


def test_a_row_split_in_two_of_half_the_weight_changes_nothing():
    halved = [(*row[:-1], row[-1] / 2) for row in PERSONS for _ in range(2)]
    whole, halves = (repeated_cross_sections(panel_of(rows), Design()) for rows in (PERSONS, halved))
    np.testing.assert_allclose(whole.estimate, halves.estimate)
    for name in dict.fromkeys(whole.cluster.tolist()):
        sums = [made.influence[made.cluster == name].sum(axis=0) / len(made.cluster) for made in (whole, halves)]
        np.testing.assert_allclose(*sums, atol=EXACT)


def test_a_row_without_outcome_counts_for_nothing():
    silent = [*PERSONS, ("Durres", 0, 2018, np.nan, 50.0)]
    whole, more = (repeated_cross_sections(panel_of(rows), Design()) for rows in (PERSONS, silent))
    np.testing.assert_array_equal(whole.estimate, more.estimate)
    np.testing.assert_array_equal(whole.influence, more.influence)


def test_common_shocks_of_a_period_do_not_matter():
    panel = survey()
    moved = replace(panel, outcome=panel.outcome + np.arange(6.0) ** 2)
    one, two = (repeated_cross_sections(each, Design()) for each in (panel, moved))
    np.testing.assert_allclose(one.estimate, two.estimate, atol=EXACT)
    np.testing.assert_allclose(one.influence, two.influence, atol=EXACT * len(panel.units))


@pytest.mark.parametrize("adjustment", ["none", "reg", "ipw", "dr"])
@pytest.mark.parametrize("base_period", ["universal", "varying"])
def test_leaving_out_a_municipality_by_weights_is_refitting_without_it(adjustment, base_period):
    panel = survey(covariates=0 if adjustment == "none" else 2)
    effects = repeated_cross_sections(panel, Design(adjustment=adjustment, base_period=base_period))
    names = sorted(set(panel.cluster.tolist()))
    kept = np.array([panel.cluster != name for name in names])
    refitted = [effects.refit(units_kept(panel, keep)).estimate for keep in kept]
    np.testing.assert_allclose(effects.reweighted(kept.astype(float)), refitted, atol=EXACT)


@pytest.mark.parametrize("adjustment", ["reg", "ipw", "dr"])
def test_reweighted_estimates_fail_where_a_refit_would(adjustment):
    panel = survey(n=150, covariates=2)
    effects = repeated_cross_sections(panel, Design(adjustment=adjustment))
    rng = np.random.default_rng(3)
    kept = rng.random((12, 150)) < 0.6
    refitted = np.array([refit(effects, keep) for keep in kept])
    assert np.isnan(refitted).any()
    assert np.isfinite(refitted).any()
    np.testing.assert_allclose(effects.reweighted(kept.astype(float)), refitted, atol=EXACT)


@pytest.mark.parametrize("adjustment", ["reg", "ipw", "dr"])
def test_the_influence_with_covariates_is_the_derivative_by_the_weight(adjustment):
    panel = survey(covariates=2)
    effects = aggregate(repeated_cross_sections(panel, Design(adjustment=adjustment)), "overall")
    n, step = len(panel.units), 1e-4
    chosen = np.arange(0, n, 40)
    nudge = np.zeros((len(chosen), n))
    nudge[np.arange(len(chosen)), chosen] = step
    slope = (effects.reweighted(1 + nudge) - effects.reweighted(1 - nudge)) / (2 * step)
    # A central difference leaves out terms of the order of the step squared; slopes are of the order of 1 / n.
    np.testing.assert_allclose(slope, effects.influence[chosen] / n, atol=1e-8)


def test_a_panel_of_units_observed_several_times_is_refused():
    with pytest.raises(DesignError, match=r"24 units are observed in several periods, u0 in 8: use att_gt.*from_rows"):
        repeated_cross_sections(simulated(), Design())


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"control_group": "all"}, "never_treated or not_yet_treated"),
        ({"missing": "complete"}, "use missing 'pairwise'"),
        ({"window": (2, 1)}, "window is for stacked and local_projections"),
    ],
)
def test_what_rows_cannot_honour_is_refused(choices, message):
    with pytest.raises(DesignError, match=message):
        repeated_cross_sections(panel_of(), Design(**choices))


def test_adjustment_and_covariates_go_together():
    with pytest.raises(ParameterError, match="no covariates"):
        repeated_cross_sections(survey(), Design(adjustment="reg"))
    with pytest.raises(ParameterError, match="would ignore them"):
        repeated_cross_sections(survey(covariates=1), Design())


def test_more_covariates_than_municipalities_allow_are_refused():
    with pytest.raises(DesignError, match="4 clusters cannot carry 3 covariates"):
        repeated_cross_sections(survey(municipalities=4, covariates=3), Design(adjustment="reg"))


def test_rows_given_to_att_gt_compare_with_nobody():
    with pytest.raises(DesignError, match="No cohort can be compared"):
        att_gt(panel_of(), Design())


def test_a_side_without_rows_is_not_estimable_and_says_which():
    rows = [*PERSONS, ("Berat", 2018, 2019, 5.0, 1.0), ("Berat", 2018, 2016, 5.0, 1.0), ("Durres", 0, 2016, 5.0, 1.0)]
    effects = repeated_cross_sections(panel_of(rows), Design())
    j = cell(effects, 2018, 2019)
    assert np.isnan(effects.estimate[j])
    assert effects.columns["reason"][j] == "no row of its controls in 2019"
    assert effects.ok[cell(effects, 2018, 2016)]


def test_without_rows_in_the_base_period_the_cohort_is_not_estimable():
    rows = [row for row in PERSONS if row[:3] != ("Berat", 2018, 2017)]
    rows += [("Elbasan", 2018, 2016, 1.0, 1.0), ("Fier", 2017, 2016, 1.0, 1.0), ("Fier", 2017, 2017, 1.0, 1.0)]
    rows += [("Durres", 0, 2016, 2.0, 1.0), ("Durres", 0, 2016, 3.0, 1.0)]
    effects = repeated_cross_sections(panel_of(rows), Design())
    own = effects.columns["cohort"] == 2018
    assert not effects.ok[own].any()
    assert "no row of cohort 2018 in 2017" in effects.columns["reason"][cell(effects, 2018, 2018)]
    assert effects.ok[cell(effects, 2017, 2017)]
    without = effects.reweighted(np.ones((1, len(rows))))[0]
    np.testing.assert_allclose(without, effects.estimate)


def test_a_cohort_treated_from_the_first_period_is_not_estimable():
    rows = [*PERSONS, ("Fier", 2017, 2017, 1.0, 1.0), ("Fier", 2017, 2018, 1.0, 1.0)]
    effects = repeated_cross_sections(panel_of(rows), Design(control_group="not_yet_treated"))
    j = cell(effects, 2017, 2018)
    assert effects.columns["reason"][j].startswith("treated, or may anticipate, from the first period")
    assert effects.columns["n_treated"][j] == 0


def test_covariates_that_a_cell_cannot_carry_leave_it_out_with_a_reason():
    panel = survey(covariates=2)
    few = np.flatnonzero((panel.cohort == 5) & np.isfinite(panel.outcome[:, 5]))[2:]
    kept = units_kept(panel, np.setdiff1d(np.arange(len(panel.units)), few))
    effects = repeated_cross_sections(kept, Design(adjustment="dr"))
    j = cell(effects, 5, 6)
    assert not effects.ok[j]
    assert effects.columns["reason"][j].startswith(
        "2 treated observations after treatment are too few for 2 covariates"
    )
    assert effects.ok[cell(effects, 5, 5)]


def test_no_comparison_at_all_is_refused():
    rows = [row for row in PERSONS if row[:3] != ("Durres", 0, 2018)]
    with pytest.raises(DesignError, match="no row of its controls in 2018"):
        repeated_cross_sections(panel_of(rows), Design())


def test_one_treated_municipality_has_no_interval_however_many_persons():
    panel = survey(municipalities=13)
    lone = units_kept(panel, np.asarray(np.isinf(panel.cohort) | (panel.cluster == "m0")))
    table = infer(aggregate(repeated_cross_sections(lone, Design()), "overall"), method="jackknife")
    assert np.isnan(table["std_error"][0])
    assert "one treated unit or cluster" in table["reason"][0]


def test_a_base_period_with_one_municipality_is_flagged():
    panel = survey()
    base = np.isfinite(panel.outcome[:, 1]) & (panel.cohort == 3)
    kept = units_kept(panel, ~base | (panel.cluster == "m0"))
    effects = repeated_cross_sections(kept, Design())
    assert effects.columns["fewest"][cell(effects, 3, 4)] == 1
    assert effects.columns["fewest"][cell(effects, 5, 6)] == 4


def test_randomization_moves_whole_municipalities():
    effects = aggregate(repeated_cross_sections(survey(n=300, municipalities=6), Design()), "overall")
    table = infer(effects, method="randomization", draws=120)
    assert table["p_value"][0] * 90 == pytest.approx(round(table["p_value"][0] * 90))  # 6! / (2! 2! 2!) assignments
