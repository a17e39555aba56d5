"""Triple differences: the effect on the gap between two groups of the same unit."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from panels import simulated

from lnbeval import NEVER, Design, Panel, aggregate, att_gt, infer, triple_difference
from lnbeval.errors import DesignError
from lnbeval.robustness import placebo_panel
from lnbeval.workspace.analysis import Analysis, placebos
from lnbeval.workspace.parameters import Placebo


def both_groups(seed=1, **choices):
    """A target group with an effect, and others of the same unit with the unit's own shocks and none of the effect."""
    target = simulated(seed, **choices)
    rng = np.random.default_rng(seed + 100)
    shocks = rng.normal(0, 5, target.outcome.shape)
    return replace(
        target,
        outcome=target.outcome + shocks,
        comparison=shocks + rng.normal(size=(len(target.units), 1)),
    )


def test_by_hand():
    # Gaps of A: 1 then 4; of B: 2 then 3; of C: 0 then 2. Changes 3 against the mean of 1 and 2.
    panel = Panel(
        units=np.array(["A", "B", "C"], dtype=object),
        periods=np.array([1, 2]),
        outcome=np.array([[3.0, 9.0], [5.0, 5.0], [1.0, 7.0]]),
        comparison=np.array([[2.0, 5.0], [3.0, 2.0], [1.0, 5.0]]),
        cohort=np.array([2.0, NEVER, NEVER]),
        covariates=np.empty((3, 0)),
        weight=np.ones(3),
        cluster=np.array(["A", "B", "C"], dtype=object),
    )
    assert aggregate(triple_difference(panel, Design()), "overall").estimate[0] == pytest.approx(3 - 1.5)


def test_shocks_of_a_unit_that_hit_both_groups_cancel():
    panel = both_groups()
    without = simulated(1)
    np.testing.assert_allclose(
        triple_difference(panel, Design()).estimate,
        att_gt(replace(without, outcome=without.outcome), Design()).estimate,
        atol=1e-12,
    )


def test_without_a_comparison_group_it_is_refused():
    with pytest.raises(DesignError, match="needs the outcome of a comparison group"):
        triple_difference(simulated(), Design())


def test_placebos_of_an_evaluation_are_of_the_gap():
    panel = both_groups(cohorts=(5, NEVER))
    gaps = replace(panel, outcome=panel.outcome - panel.comparison, comparison=None)
    study = SimpleNamespace(
        name="made",
        parameters=SimpleNamespace(
            placebos=(Placebo(base=1, period=3),), design=SimpleNamespace(within={"rate": "other_rate"})
        ),
        panel=lambda indicator, *, comparison, **_: {("rate", "other_rate"): panel}[indicator, comparison],
        indicator=lambda _: {"effect_unit": "points"},
    )
    row = placebos(study, Analysis(estimator="triple_difference", inference="analytic", seed=1), ["rate"]).iloc[0]
    of_gap = att_gt(placebo_panel(gaps, base=1, period=3), Design())
    assert row["scenario"] == "placebo 1 to 3"
    assert row["estimate"] == pytest.approx(aggregate(of_gap, "overall").estimate[0], rel=1e-12)


def test_a_comparison_group_is_never_ignored():
    with pytest.raises(DesignError, match="only triple_difference uses"):
        att_gt(both_groups(), Design())


def test_a_gap_with_one_group_missing_is_missing():
    panel = both_groups()
    comparison = panel.comparison.copy()
    comparison[0, 3] = np.nan
    missing = triple_difference(replace(panel, comparison=comparison), Design())
    outcome = panel.outcome.copy()
    outcome[0, 3] = np.nan
    np.testing.assert_array_equal(
        missing.estimate, triple_difference(replace(panel, outcome=outcome), Design()).estimate
    )


@pytest.mark.parametrize("method", ["analytic", "cr1", "cr2", "jackknife", "wild", "randomization"])
def test_every_inference_is_that_of_the_gaps(method):
    panel = both_groups(2, n=20)
    gaps = replace(panel, outcome=panel.outcome - panel.comparison, comparison=None)
    one = infer(aggregate(triple_difference(panel, Design()), "overall"), method=method, draws=199)
    two = infer(aggregate(att_gt(gaps, Design()), "overall"), method=method, draws=199)
    numbers = ["estimate", "std_error", "df", "conf_low", "conf_high", "p_value"]
    np.testing.assert_allclose(one[numbers].astype(float), two[numbers].astype(float), rtol=1e-9)
