"""Errors, intervals and bands against loops written out by hand."""

import re
from dataclasses import replace

import numpy as np
import pytest
from panels import panel_of, simulated
from scipy import stats

from lnbeval import NEVER, Design, aggregate, att_gt, infer, spread, twfe, twfe_event_study
from lnbeval.errors import DesignError, ParameterError
from lnbeval.inference import Places
from lnbeval.panel import units_kept

WAYS = ("overall", "event_time", "cohort", "period")
METHODS = ("analytic", "cr1", "jackknife")
NOT_YET = Design(control_group="not_yet_treated")


def event_time(data, design=NOT_YET):
    return aggregate(att_gt(data, design), "event_time")


def squares_by_cluster(effects):
    """Standard errors from influence, one cluster after the other."""
    total = 0
    for name in set(effects.cluster):
        total = (
            total + sum(effects.influence[i] for i in range(len(effects.cluster)) if effects.cluster[i] == name) ** 2
        )
    return np.sqrt(total) / len(effects.cluster)


def resting(effects):
    """Clusters that each estimate rests on: those of which some unit has an influence. At least two."""
    labels = np.asarray(effects.cluster)
    return np.array([max(len(set(labels[column != 0])), 2) for column in effects.influence.T])


def without_each_cluster(effects):
    """CR3 from refits: (G - 1) / G times the squared deviations from the estimate."""
    keys = effects.keys[["cohort", "period", "event_time"]].fillna(-99)
    total = np.zeros(len(keys))
    for name in dict.fromkeys(effects.cluster):
        left = effects.refit(units_kept(effects.panel, effects.cluster != name))
        estimate = dict(zip(map(tuple, left.keys[keys.columns].fillna(-99).to_numpy()), left.estimate, strict=True))
        total += [
            (estimate[tuple(key)] - theta) ** 2 for key, theta in zip(keys.to_numpy(), effects.estimate, strict=True)
        ]
    G = resting(effects)
    return np.sqrt((G - 1) / G * total)


def errors(table):
    return table["std_error"].fillna(0).to_numpy()


@pytest.mark.parametrize("clusters", [None, 6])
@pytest.mark.parametrize("by", WAYS)
def test_analytic_and_cr1_errors_are_sums_of_squares_over_clusters(by, clusters):
    effects = aggregate(att_gt(simulated(clusters=clusters), Design()), by)
    expected, G = squares_by_cluster(effects), resting(effects)
    np.testing.assert_allclose(errors(infer(effects, method="analytic")), expected, rtol=1e-12)
    np.testing.assert_allclose(errors(infer(effects, method="cr1")), expected * np.sqrt(G / (G - 1)), rtol=1e-12)


@pytest.mark.parametrize("clusters", [None, 6])
@pytest.mark.parametrize(("by", "missing"), [*((by, 0.0) for by in WAYS), ("overall", 0.1), ("cohort", 0.1)])
def test_jackknife_is_that_of_refits_without_each_cluster(by, missing, clusters):
    effects = aggregate(att_gt(simulated(clusters=clusters, missing=missing), NOT_YET), by)
    np.testing.assert_allclose(
        errors(infer(effects, method="jackknife")), without_each_cluster(effects), rtol=1e-10, atol=1e-12
    )


def test_degrees_of_freedom_count_the_clusters_that_an_estimate_rests_on():
    # Cohorts 4, 6 and never have eight units each, in two clusters each of six: cohort 4 rests on its own and the never.
    for clusters, alone, both in ((None, 16, 24), (6, 4, 6)):
        effects = att_gt(simulated(clusters=clusters), Design())
        assert infer(aggregate(effects, "cohort"), method="jackknife")["df"].tolist() == [alone - 1, alone - 1]
        assert infer(aggregate(effects, "overall"), method="jackknife")["df"].tolist() == [both - 1]


@pytest.mark.parametrize("by", WAYS[1:])
def test_jackknife_of_an_average_of_averages(by):
    effects = aggregate(aggregate(att_gt(simulated(), NOT_YET), by), "overall")
    np.testing.assert_allclose(errors(infer(effects, method="jackknife")), without_each_cluster(effects), rtol=1e-10)


@pytest.mark.parametrize("estimator", [twfe, twfe_event_study])
def test_jackknife_of_a_regression_refits_it(estimator):
    effects = estimator(simulated(clusters=4), Design(control_group="all"))
    np.testing.assert_allclose(
        errors(infer(effects, method="jackknife")), without_each_cluster(effects), rtol=1e-10, atol=1e-12
    )


def test_jackknife_by_hand():
    # Changes 3, 5, 10 of the treated and 1, 2, 6 of the controls: means 6 and 3, without one of them (a + b) / 2.
    rows = {
        "a": (2, [0, 3]), "b": (2, [0, 5]), "c": (2, [0, 10]),
        "d": (NEVER, [0, 1]), "e": (NEVER, [0, 2]), "f": (NEVER, [0, 6]),
    }  # fmt: skip
    left_out = np.array([7.5, 6.5, 4, 6 + 1 - 4 - 1, 6 - 3.5, 6 - 1.5]) - np.array([3, 3, 3, 0, 0, 0])
    variance = 5 / 6 * ((left_out - 3) ** 2).sum()
    table = infer(aggregate(att_gt(panel_of(rows, (1, 2)), Design()), "overall"), method="jackknife")
    assert table["std_error"][0] == pytest.approx(np.sqrt(variance))
    assert table["df"][0] == 5


def test_jackknife_in_blocks_is_the_same(monkeypatch):
    effects = event_time(simulated(clusters=6))
    whole = infer(effects, method="jackknife")
    monkeypatch.setattr(spread, "BLOCK", 1)
    np.testing.assert_allclose(errors(infer(effects, method="jackknife")), errors(whole), rtol=1e-12)


@pytest.mark.parametrize(("method", "reference"), [("analytic", stats.norm), ("cr1", stats.t), ("jackknife", stats.t)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_intervals_and_p_values_are_those_of_the_reference_distribution(method, reference, level):
    effects = event_time(simulated())
    varies = effects.influence.any(axis=0)  # all but the base period
    df = resting(effects)[varies] - 1
    at = reference() if method == "analytic" else reference(df)
    table = infer(effects, method=method, level=level)[varies]
    half = at.ppf(0.5 + level / 2) * table["std_error"]
    np.testing.assert_allclose(table["conf_low"], table["estimate"] - half, rtol=1e-10)
    np.testing.assert_allclose(table["conf_high"], table["estimate"] + half, rtol=1e-10)
    np.testing.assert_allclose(table["p_value"], 2 * at.sf(np.abs(table["estimate"] / table["std_error"])), rtol=1e-9)
    assert table["df"].isna().all() if method == "analytic" else table["df"].tolist() == df.tolist()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99])
def test_bands_are_never_narrower_than_intervals_and_symmetric(method, level):
    table = infer(event_time(simulated()), method=method, level=level, draws=999).dropna(subset="std_error")
    assert (table["band_low"] <= table["conf_low"]).all()
    assert (table["band_high"] >= table["conf_high"]).all()
    middle = (table["band_low"] + table["band_high"]) / 2
    np.testing.assert_allclose(middle, table["estimate"], atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_the_band_of_one_row_is_its_interval(method):
    row = infer(aggregate(att_gt(simulated(), Design()), "overall"), method=method, draws=99).iloc[0]
    assert (row["band_low"], row["band_high"]) == (row["conf_low"], row["conf_high"])


def test_the_band_lies_between_pointwise_and_bonferroni():
    table = infer(event_time(simulated(n=120)), method="analytic").dropna(subset="std_error")
    critical = ((table["band_high"] - table["estimate"]) / table["std_error"]).to_numpy()
    np.testing.assert_allclose(critical, critical[0], rtol=1e-10)
    assert stats.norm.ppf(0.975) + 0.3 < critical[0] < stats.norm.ppf(1 - 0.025 / len(table)) + 0.02


def test_the_band_of_the_t_reference_shares_one_chi_square_draw_between_rows():
    effects = event_time(simulated())
    varies = effects.influence.any(axis=0)
    table = infer(effects, method="cr1", draws=100_000, rng=np.random.default_rng(1))[varies]
    critical = ((table["band_high"] - table["estimate"]) / table["std_error"]).max()
    df = (resting(effects)[varies] - 1).min()  # the widest of the rows' references
    rng = np.random.default_rng(2)
    z = rng.multivariate_normal(np.zeros(len(table)), np.corrcoef(effects.influence[:, varies].T), size=100_000)
    share = (np.abs(z / np.sqrt(rng.chisquare(df, (100_000, 1)) / df)).max(axis=1) <= critical).mean()
    # The critical value and the share are both Monte Carlo: four standard errors of their difference.
    assert abs(share - 0.95) < 4 * np.sqrt(2 * 0.95 * 0.05 / 100_000)


def test_inference_repeats_itself_without_a_generator():
    effects = event_time(simulated())
    assert infer(effects, method="jackknife").equals(infer(effects, method="jackknife"))


def test_a_generator_changes_the_band_alone_and_hardly():
    effects = event_time(simulated())
    one, two = (
        infer(effects, method="jackknife", rng=np.random.default_rng(1)),
        infer(effects, method="jackknife", rng=np.random.default_rng(2)),
    )
    bands = ["band_low", "band_high"]
    assert not one[bands].equals(two[bands])
    assert one.drop(columns=bands).equals(two.drop(columns=bands))
    np.testing.assert_allclose(one[bands].dropna(), two[bands].dropna(), atol=0.1)


LONE = {
    "a": (2, [1, 4, 5]), **{f"b{i}": (3, [i, 2 * i, i**2]) for i in range(6)},
    **{f"c{i}": (NEVER, [0, i % 3, i % 4]) for i in range(7)},
}  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_a_lone_treated_unit_has_an_estimate_and_no_interval(method):
    table = infer(aggregate(att_gt(panel_of(LONE, (1, 2, 3)), Design()), "cohort"), method=method)
    lone, other = table.set_index("cohort").loc[2], table.set_index("cohort").loc[3]
    assert np.isfinite(lone["estimate"])
    empty = ["std_error", "df", "conf_low", "conf_high", "band_low", "band_high", "p_value"]
    assert lone[empty].isna().all()
    assert lone["status"] == "ok"
    assert re.fullmatch("one treated unit.*: no interval from this method", lone["reason"])
    assert other[empty[2:]].notna().all()
    assert other["reason"] == ""


@pytest.mark.parametrize("method", METHODS)
def test_a_lone_control_unit_gives_no_interval(method):
    rows = {name: row for name, row in LONE.items() if not name.startswith("c")} | {"c": (NEVER, [0, 1, 1])}
    table = infer(aggregate(att_gt(panel_of(rows, (1, 2, 3)), Design()), "cohort"), method=method).set_index("cohort")
    assert table["std_error"].isna().all()
    assert re.fullmatch("one control unit.*: no interval from this method", table.loc[3, "reason"])


@pytest.mark.parametrize(("treated", "controls", "said"), [
    (4, 9, "only 4 treated units.*: the error is likely too small"),
    (9, 3, "only 3 control units.*: the error is likely too small"),
    (2, 4, "only 2 treated and 4 control units or clusters; no method is reliable with so few: read it as a description"),
    (5, 5, ""),
])  # fmt: skip
def test_few_units_are_flagged(treated, controls, said):
    rows = {f"a{i}": (2, [i, i**2]) for i in range(treated)} | {f"c{i}": (NEVER, [i, -i]) for i in range(controls)}
    table = infer(aggregate(att_gt(panel_of(rows, (1, 2)), Design()), "overall"), method="jackknife")
    assert re.fullmatch(said, table["reason"][0])
    assert table["std_error"].notna().all()


def test_the_base_period_has_no_error_and_no_caution():
    table = infer(event_time(simulated()), method="jackknife").set_index("event_time")
    assert table.loc[-1, "estimate"] == 0
    assert np.isnan(table.loc[-1, "std_error"])
    assert table.loc[-1, "reason"] == "base period: zero by construction"


def test_an_estimate_that_rests_on_one_cluster_has_no_error_and_says_so():
    rows = {f"a{i}": (2, [i, i**2]) for i in range(6)} | {f"c{i}": (NEVER, [i, -i]) for i in range(6)}
    cluster = {name: "north" if name.startswith("a") else name for name in rows}
    table = infer(aggregate(att_gt(panel_of(rows, (1, 2), cluster=cluster), Design()), "overall"), method="jackknife")
    assert np.isnan(table["std_error"][0])
    assert re.fullmatch("one treated unit or cluster: no interval.*", table["reason"][0])


def test_outcomes_without_variation_have_no_error():
    rows = {f"a{i}": (2, [0, 2]) for i in range(6)} | {f"c{i}": (NEVER, [1, 2]) for i in range(6)}
    for method in METHODS:
        table = infer(aggregate(att_gt(panel_of(rows, (1, 2)), Design()), "overall"), method=method)
        assert table["estimate"][0] == pytest.approx(1)
        assert np.isnan(table["std_error"][0])


def test_the_table_says_how_it_was_made():
    design = Design(control_group="not_yet_treated")
    table = infer(aggregate(att_gt(simulated(), design), "cohort"), method="cr1")
    said = table[["estimator", "control_group", "adjustment", "aggregation", "inference"]].drop_duplicates()
    assert said.to_numpy().tolist() == [["att_gt", "not_yet_treated", "none", "cohort", "cr1"]]
    assert table["n_units"].tolist() == [24, 16]  # cohort 6 is never compared with cohort 4


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"method": "boot"}, "'boot' is unknown; choose one of rule, analytic, cr1, cr2, jackknife"),
        ({"level": 95}, "level is 95; it must lie between 0 and 1"),
        ({"level": 0}, "level is 0;"),
        ({"draws": 98}, "draws is 98; the band needs at least 99"),
    ],
)
def test_impossible_choices_are_refused(choice, said):
    with pytest.raises(ParameterError, match=said):
        infer(event_time(simulated()), **choice)


def test_one_cluster_is_refused():
    with pytest.raises(DesignError, match="only one cluster"):
        infer(event_time(simulated(clusters=1)))


def with_first_unit_unobserved(data):
    outcome = data.outcome.copy()
    outcome[0] = np.nan
    return replace(data, outcome=outcome)


@pytest.mark.parametrize("by", ["cohort", "overall"])
@pytest.mark.parametrize("method", METHODS)
def test_a_unit_that_is_never_observed_changes_nothing(method, by):
    data = simulated()
    columns = ["estimate", "std_error", "df", "conf_low", "n_units", "n_treated", "n_obs"]
    without, beside = units_kept(data, np.arange(1, 24)), with_first_unit_unobserved(data)
    expected, got = (infer(aggregate(att_gt(panel, Design()), by), method=method) for panel in (without, beside))
    np.testing.assert_allclose(got[columns].astype(float), expected[columns].astype(float), rtol=1e-10)


def test_a_unit_that_is_never_observed_changes_no_regression():
    data = simulated()
    columns = ["estimate", "std_error", "df", "conf_low", "n_units", "n_obs"]
    without, beside = units_kept(data, np.arange(1, 24)), with_first_unit_unobserved(data)
    expected, got = (infer(twfe(panel, Design(control_group="all")), method="cr1") for panel in (without, beside))
    np.testing.assert_allclose(got[columns].astype(float), expected[columns].astype(float), rtol=1e-10)


def test_few_units_are_flagged_less_by_an_error_that_allows_for_them():
    rows = {f"a{i}": (2, [i, i**2]) for i in range(3)} | {f"c{i}": (NEVER, [i, -i]) for i in range(9)}
    table = infer(aggregate(att_gt(panel_of(rows, (1, 2)), Design()), "overall"), method="cr2")
    assert table["reason"][0] == "only 3 treated units or clusters: read with care"


def test_an_interval_by_inversion_does_not_hang_on_the_last_digit_of_the_level():
    """Three against three: 20 assignments, p-values of 0.1, 0.2, ...; 1 - 0.9 is a little less than 0.1."""
    outcome = np.random.default_rng(3).normal(size=6)
    rows = {f"a{i}": (2, [0, outcome[i]]) for i in range(3)} | {f"c{i}": (NEVER, [0, outcome[3 + i]]) for i in range(3)}
    effects = aggregate(att_gt(panel_of(rows, (1, 2)), Design()), "overall")
    exact, nearly = (
        infer(effects, method="randomization", level=level)[["conf_low", "conf_high"]].to_numpy()
        for level in (0.9, 0.9 - 1e-9)
    )
    assert np.isfinite(exact).all()
    np.testing.assert_allclose(exact, nearly)


def test_a_variance_that_is_not_positive_says_so():
    rows = {f"a{i}": (2, [0, i % 2]) for i in range(6)} | {f"c{i}": (NEVER, [0, (i + 1) % 2]) for i in range(6)}
    effects = aggregate(att_gt(panel_of(rows, (1, 2)), Design()), "overall")
    near = Places(latitude=np.full(12, 41.0), longitude=np.full(12, 20.0), cutoff_km=50.0, kernel="uniform")
    row = infer(effects, method="conley", places=near).iloc[0]
    assert np.isnan(row["std_error"])
    assert "the spatial variance is not positive" in row["reason"]


def test_a_cutoff_beyond_half_of_the_area_is_refused():
    rows = {f"a{i}": (2, [0, i % 2]) for i in range(6)} | {f"c{i}": (NEVER, [0, (i + 1) % 2]) for i in range(6)}
    effects = aggregate(att_gt(panel_of(rows, (1, 2)), Design()), "overall")
    places = Places(latitude=np.linspace(40, 42, 12), longitude=np.linspace(19, 21, 12), cutoff_km=5000.0)
    with pytest.raises(ParameterError, match="lie within 279 km"):
        infer(effects, method="conley", places=places)
