"""Randomisation inference: the same p-values by every way of computing them, and what is permuted."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from panels import simulated

from lnbeval import NEVER, Design, Panel, aggregate, att_gt, imputation, infer, twfe
from lnbeval.errors import DesignError
from lnbeval.estimators import ESTIMATORS
from lnbeval.randomization import randomization

DRAWS = 59


def effects_of(name, panel, by="overall"):
    effects = ESTIMATORS[name].estimate(panel, Design(control_group=ESTIMATORS[name].control_group))
    return effects if effects.aggregation == by else aggregate(effects, by)


def permuted(effects, draws=DRAWS, seed=1, **choices):
    return randomization(effects, level=0.95, draws=draws, rng=np.random.default_rng(seed), **choices)


def small(missing=0.0, weighted=False, n=9):
    panel = simulated(5, n=n, periods=6, cohorts=(3, 5, NEVER), missing=missing)
    return panel if weighted else replace(panel, weight=np.ones(n))


def by_every_refit(effects, labels):
    """|t| of each assignment from the estimator itself."""
    statistics = []
    for cohort in labels:
        made = effects.refit(replace(effects.panel, cohort=cohort))
        error = np.sqrt((made.influence**2).sum(axis=0)) / len(made.influence)
        statistics.append(abs(made.estimate[0]) / error[0])
    return np.array(statistics)


@pytest.mark.parametrize("name", ["att_gt", "imputation", "sun_abraham", "stacked", "twfe"])
def test_all_assignments_of_few_units_are_those_of_refits(name):
    panel = replace(small(n=6), cohort=np.array([3.0, 3.0, 5.0, NEVER, NEVER, NEVER]))
    effects = effects_of(name, panel)
    got = permuted(effects, draws=10_000)
    labels = sorted(set(permutations(panel.cohort.tolist())))
    t = by_every_refit(effects, np.array(labels))
    observed = by_every_refit(effects, panel.cohort[None, :])[0]
    assert (got.exact, got.assignments) == (True, len(labels))
    assert got.p_value[0] == pytest.approx((t >= observed * (1 - 1e-9)).mean())


@pytest.mark.parametrize("missing", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("by", ["cell", "overall", "event_time", "cohort", "period"])
@pytest.mark.parametrize("estimate", [att_gt, imputation])
def test_all_at_once_is_one_by_one(missing, weighted, by, estimate):
    effects = estimate(small(missing, weighted, n=12), Design(control_group="not_yet_treated"))
    effects = effects if by == "cell" else aggregate(effects, by)
    slow = permuted(replace(effects, relabelled=None, panel=effects.panel))
    fast = permuted(effects)
    np.testing.assert_array_equal(fast.p_value, slow.p_value)
    np.testing.assert_allclose(fast.conf_low, slow.conf_low, rtol=1e-8)
    np.testing.assert_allclose(fast.conf_high, slow.conf_high, rtol=1e-8)


@pytest.mark.parametrize("missing", [0.0, 0.1, 0.25])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    ("name", "by"),
    [
        *(
            (name, by)
            for name in ("sun_abraham", "etwfe")
            for by in ("cell", "overall", "event_time", "cohort", "period")
        ),
        *(
            (name, by)
            for name in ("local_projections", "twfe_event_study", "stacked")
            for by in ("event_time", "overall")
        ),
        ("twfe", "overall"),
    ],
)
def test_all_at_once_is_one_by_one_for_regressions(missing, weighted, name, by):
    effects = effects_of(name, small(missing, weighted, n=18), by)
    assert effects.relabelled is not None
    rng = np.random.default_rng(4)
    labels = np.array([rng.permutation(np.unique(effects.cohort, return_inverse=True)[1]) for _ in range(40)])
    cohorts = np.unique(effects.cohort)
    fast = effects.relabelled(effects.panel.outcome, labels)
    for made, own, b in zip(fast.estimate, fast.influence, range(len(labels)), strict=True):
        try:
            slow = effects.refit(replace(effects.panel, cohort=cohorts[labels[b]]))
        except DesignError:
            continue
        if len(slow.estimate) == len(made):
            np.testing.assert_allclose(made, slow.estimate, rtol=1e-7, atol=1e-9)
            np.testing.assert_allclose(own, slow.influence / len(own), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("adjustment", ["reg", "ipw", "dr"])
@pytest.mark.parametrize(("missing", "weighted"), [(0.0, False), (0.15, True)])
@pytest.mark.parametrize("control_group", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize("by", ["overall", "event_time"])
def test_all_at_once_is_one_by_one_with_covariates(adjustment, missing, weighted, control_group, by):
    panel = small(missing, weighted, n=30)
    covariate = np.random.default_rng(5).normal(size=(30, 1))
    design = Design(adjustment=adjustment, control_group=control_group)
    effects = aggregate(att_gt(replace(panel, covariates=covariate), design), by)
    slow = permuted(replace(effects, relabelled=None), draws=99)
    fast = permuted(effects, draws=99)
    np.testing.assert_array_equal(fast.p_value, slow.p_value)
    np.testing.assert_allclose(fast.conf_low, slow.conf_low, rtol=1e-6)
    np.testing.assert_allclose(fast.conf_high, slow.conf_high, rtol=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("control_group", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize("by", ["cell", "overall", "event_time", "cohort"])
def test_all_at_once_is_one_by_one_for_rows_of_persons(weighted, control_group, by):
    rng = np.random.default_rng(7)
    town = rng.integers(0, 14, 300)
    frame = pd.DataFrame({"town": town, "year": rng.integers(1, 6, 300), "y": rng.normal(size=300) + town / 3})
    frame["first"] = np.select([town < 3, town < 7], [3, 5], 0)
    frame["w"] = rng.uniform(0.5, 2, 300) if weighted else 1.0
    panel = Panel.from_rows(frame, period="year", outcome="y", cohort="first", cluster="town", weight="w", never=0)
    effects = ESTIMATORS["repeated_cross_sections"].estimate(panel, Design(control_group=control_group))
    effects = effects if by == "cell" else aggregate(effects, by)
    slow = permuted(replace(effects, relabelled=None, condensed=None))
    fast = permuted(effects)
    np.testing.assert_array_equal(fast.p_value, slow.p_value)
    np.testing.assert_allclose(fast.conf_low, slow.conf_low, rtol=1e-8)
    np.testing.assert_allclose(fast.conf_high, slow.conf_high, rtol=1e-8)


def test_the_interval_holds_what_the_test_does_not_reject():
    effects = effects_of("att_gt", small(n=15))
    got = permuted(effects, draws=199)
    treated = (effects.panel.periods >= effects.panel.cohort[:, None]).astype(float)

    def p_value(tau):
        moved = effects.refit(replace(effects.panel, outcome=effects.panel.outcome - tau * treated))
        return permuted(moved, draws=199).p_value[0]

    width = got.conf_high[0] - got.conf_low[0]
    assert p_value(got.conf_low[0] + 0.01 * width) > 0.05 >= p_value(got.conf_low[0] - 0.01 * width)
    assert p_value(got.conf_high[0] - 0.01 * width) > 0.05 >= p_value(got.conf_high[0] + 0.01 * width)


def test_one_treated_unit_has_a_floor_and_says_so():
    panel = replace(small(), cohort=np.array([5.0, *[NEVER] * 8]))
    row = infer(aggregate(att_gt(panel, Design()), "overall"), method="randomization").iloc[0]
    assert row["p_value"] >= 1 / 9
    assert "the p-value cannot be below 0.111" in row["reason"]
    assert np.isnan(row["std_error"])


def test_clusters_that_share_their_cohort_move_as_wholes():
    panel = small(n=12)
    cluster = np.array([f"c{i // 2}" for i in range(12)], dtype=object)
    cohort = np.repeat([3.0, 5.0, NEVER, NEVER, NEVER, NEVER], 2)
    got = permuted(effects_of("twfe", replace(panel, cluster=cluster, cohort=cohort)), draws=10_000)
    assert got.assignments == 6 * 5


def test_strata_are_kept():
    panel = replace(small(n=8), cohort=np.array([5.0, NEVER, NEVER, NEVER] * 2))
    strata = np.array(["a"] * 4 + ["b"] * 4, dtype=object)
    assert permuted(effects_of("att_gt", panel), draws=10_000, strata=strata).assignments == 4 * 4


def test_strata_without_variation_are_refused():
    panel = replace(small(n=8), cohort=np.array([5.0] * 4 + [NEVER] * 4))
    with pytest.raises(DesignError, match="nothing to permute"):
        permuted(effects_of("att_gt", panel), strata=panel.cohort.astype(str).astype(object))


def test_a_stratum_cannot_cut_a_cluster():
    panel = small(n=12)
    cluster = np.array([f"c{i // 2}" for i in range(12)], dtype=object)
    cohort = np.repeat([3.0, 5.0, NEVER, NEVER, NEVER, NEVER], 2)
    effects = effects_of("twfe", replace(panel, cluster=cluster, cohort=cohort))
    with pytest.raises(DesignError, match="A cluster lies in several strata"):
        permuted(effects, strata=np.array(["a", "b"] * 6, dtype=object))


def test_equal_seeds_give_equal_p_values():
    effects = twfe(small(n=15), Design(control_group="all"))
    assert permuted(effects, draws=99).p_value == permuted(effects, draws=99).p_value


@pytest.mark.parametrize("method", ["randomization", "wild", "wild_unrestricted"])
def test_a_simulated_p_value_moves_with_the_seed_by_its_simulation_error(method):
    panel = small(n=15)
    noise = np.random.default_rng(3).normal(size=panel.outcome.shape)
    effects = twfe(replace(panel, outcome=noise), Design(control_group="all"))
    draws, seeds = 199, 60
    made = [infer(effects, method=method, draws=draws, rng=np.random.default_rng(seed)) for seed in range(seeds)]
    p = np.array([table["p_value"].iloc[0] for table in made])
    assert made[0]["p_value_error"].iloc[0] == pytest.approx(np.sqrt(p[0] * (1 - p[0]) / draws))
    # The standard deviation of 60 draws is known to 4 / sqrt(120) with four standard errors.
    assert p.std(ddof=1) == pytest.approx(made[0]["p_value_error"].iloc[0], rel=4 / np.sqrt(2 * seeds))


def test_p_values_of_all_assignments_or_of_a_reference_have_no_simulation_error():
    panel = replace(small(n=6), cohort=np.array([3.0, 3.0, 5.0, NEVER, NEVER, NEVER]))
    effects = effects_of("att_gt", panel)
    for method in ("randomization", "jackknife"):
        assert infer(effects, method=method, draws=10_000)["p_value_error"].isna().all()
