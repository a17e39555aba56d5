"""The rule for the headline goes by clusters and weights, says so, and never by the outcome."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lnbeval import NEVER, Design, Panel, aggregate, att_gt, imputation, infer, twfe
from lnbeval.estimators import ESTIMATORS
from lnbeval.headline import FEWEST, MANY, SEVERAL, TESTABLE, Headline, headline

NOT_YET = Design(control_group="not_yet_treated")


def panel(*sizes, weight=None, cluster=None, seed=0):
    """Units of cohorts 3, 4, ... in the given numbers, the last number never treated, in six periods."""
    cohorts = [*np.arange(3.0, 3 + len(sizes) - 1), NEVER]
    n = sum(sizes)
    return Panel(
        units=np.arange(n).astype(object),
        periods=np.arange(1, 7),
        outcome=np.random.default_rng(seed).normal(size=(n, 6)),
        cohort=np.repeat(cohorts, sizes),
        covariates=np.empty((n, 0)),
        weight=np.ones(n) if weight is None else np.asarray(weight, dtype=float),
        cluster=np.arange(n).astype(object) if cluster is None else np.asarray(cluster).astype(object),
    )


def overall(data):
    return aggregate(att_gt(data, Design()), "overall")


def imputed(data):
    return aggregate(imputation(data, NOT_YET), "overall")


@pytest.mark.parametrize("sizes", [(15, 17, 29), (5, 10, 46), (3, 58), (58, 3), (200, 200)])
def test_a_regression_with_three_clusters_on_either_side_has_cr2(sizes):
    chosen = headline(overall(panel(*sizes)))
    assert (chosen.method, chosen.reliable) == ("cr2", True)


@pytest.mark.parametrize("make", [overall, imputed])
@pytest.mark.parametrize("sizes", [(1, 20), (2, 59), (20, 2)])
def test_fewer_than_three_clusters_on_a_side_are_permuted_and_flagged(make, sizes):
    chosen = headline(make(panel(*sizes)))
    assert (chosen.method, chosen.reliable) == ("randomization", False)


@pytest.mark.parametrize(
    ("smaller", "method", "reliable"),
    [
        (FEWEST, "randomization", False),
        (TESTABLE - 1, "randomization", False),
        (TESTABLE, "randomization", True),
        (SEVERAL - 1, "randomization", True),
        (SEVERAL, "jackknife", True),
        (MANY - 1, "jackknife", True),
        (MANY, "analytic", True),
    ],
)
def test_without_a_regression_the_smaller_side_decides(smaller, method, reliable):
    for sizes in ((smaller, 120), (120, smaller)):
        chosen = headline(imputed(panel(*sizes)))
        assert (chosen.method, chosen.reliable) == (method, reliable)


def test_a_cohort_of_one_cluster_among_others_takes_the_jackknife():
    data = panel(1, 14, 46)
    assert headline(overall(data)).method == "jackknife"
    assert headline(overall(panel(2, 13, 46))).method == "cr2"
    assert "single cluster" in headline(overall(data)).reason


def test_clusters_count_and_not_units():
    """Twenty treated units of two counties are two."""
    data = panel(20, 40, cluster=np.r_[np.arange(20) % 2, 2 + np.arange(40) % 10])
    chosen = headline(overall(data))
    assert not chosen.reliable
    assert "2 treated and 10 control clusters" in chosen.reason


def test_units_of_several_cohorts_in_a_cluster_count_on_either_side():
    data = panel(24, 36, cluster=np.arange(60) % 12)
    assert "12 treated and 12 control clusters" in headline(overall(data)).reason


def test_a_control_that_is_treated_later_in_the_row_counts_as_treated():
    assert "6 treated and 33 control clusters" in headline(imputed(panel(1, 5, 33))).reason
    assert "2 treated and 5 control clusters" in headline(aggregate(att_gt(panel(2, 5, 0), NOT_YET), "overall")).reason


def test_a_cluster_with_most_of_the_weight_counts_for_most():
    """Weights 18, 1, 1, 1, 1: (22)^2 / (324 + 4) = 1.48 equal ones."""
    data = panel(5, 30, weight=[18, 1, 1, 1, 1, *[1] * 30])
    chosen = headline(overall(data))
    assert not chosen.reliable
    assert "5 (worth 1.5 by weight) treated and 30 control clusters" in chosen.reason


def test_the_row_with_the_fewest_decides_for_all_that_any_method_suits():
    """The second cohort is alone in its row by cohort, and one of many in the overall effect."""
    cells = att_gt(panel(20, 4, 30), Design())
    assert "24 treated" in headline(aggregate(cells, "overall")).reason
    assert "4 treated" in headline(aggregate(cells, "cohort")).reason


def test_a_row_with_too_few_for_any_method_does_not_decide_for_the_others():
    by_cohort = aggregate(att_gt(panel(20, 2, 30), Design()), "cohort")
    assert "20 treated" in headline(by_cohort).reason
    table = infer(by_cohort, draws=199)
    assert table["inference"].unique().tolist() == ["cr2"]
    assert "only 2 treated units" in table["reason"].iloc[1]


def test_the_base_period_does_not_decide():
    effects = aggregate(att_gt(panel(20, 30), Design()), "event_time")
    base = effects.columns["event_time"] == -1
    nobody = replace(effects, treated=effects.treated & ~base)
    assert headline(nobody) == headline(effects)
    assert headline(nobody).method == "cr2"


@pytest.mark.parametrize("sizes", [(2, 30), (5, 30), (10, 30), (1, 5, 30)])
@pytest.mark.parametrize("make", [overall, imputed])
def test_outcomes_and_the_order_of_units_have_no_say(make, sizes):
    data = panel(*sizes)
    other = replace(data, outcome=np.random.default_rng(9).standard_cauchy(data.outcome.shape))
    order = np.random.default_rng(1).permutation(sum(sizes))
    moved = replace(other, units=data.units[order], cohort=data.cohort[order], cluster=data.cluster[order])
    assert headline(make(data)) == headline(make(other)) == headline(make(moved))


@pytest.mark.parametrize("sizes", [(2, 12), (6, 12), (10, 12), (1, 10, 12)])
@pytest.mark.parametrize("make", [overall, imputed, lambda data: twfe(data, Design(control_group="all"))])
def test_infer_takes_what_the_rule_names(make, sizes):
    effects = make(panel(*sizes))
    chosen = headline(effects)
    table = infer(effects, draws=199)
    assert table["inference"].tolist() == [chosen.method]
    assert np.isfinite(table["p_value"]).all()


def test_reasons_are_one_sentence_with_the_numbers():
    for make in (overall, imputed):
        for sizes in ((2, 30), (5, 31), (10, 32), (1, 5, 33), (120, 130)):
            chosen = headline(make(panel(*sizes)))
            assert isinstance(chosen, Headline)
            assert f"{sum(sizes[:-1])} treated and {sizes[-1]} control clusters" in chosen.reason
            assert "." not in chosen.reason.rstrip(".")


def test_the_documents_have_the_thresholds_of_the_rule():
    text = (Path(__file__).parents[2] / "docs/method.md").read_text("utf-8")
    rule = text[text.index("### `rule`: which method") : text.index("### Interval, band and p-value")]
    for words in (
        f"m is less than {FEWEST} |",
        f"m is at least {MANY} |",
        f"m is at least {SEVERAL} |",
        f"m is at least {TESTABLE} |",
        f"m is less than {TESTABLE} |",
        f"fewer than {FEWEST} apart",
    ):
        assert words in rule


def synthetic(data, by="overall"):
    return aggregate(ESTIMATORS["synthetic_did"].estimate(data, Design()), by)


@pytest.mark.parametrize("by", ["overall", "cohort", "event_time"])
@pytest.mark.parametrize(
    ("sizes", "pairs", "placebo"),
    [((0, 0, 5, 12), False, True), ((0, 5, 5, 9), False, False), ((0, 0, 12, 30), True, False)],
)
def test_placebos_are_chosen_only_where_there_are_any(sizes, pairs, placebo, by):
    cluster = np.arange(sum(sizes)) // (2 if pairs else 1)
    effects = synthetic(panel(*sizes, cluster=cluster), by)
    assert (headline(effects).method == "placebo") == placebo
    assert infer(effects, draws=99)["estimate"].notna().any()
