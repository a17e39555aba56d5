"""Synthetic difference-in-differences: by hand, what must always hold, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
from unit.panels import panel_of, simulated

from lnbeval import NEVER, Design, aggregate, infer
from lnbeval import synthetic_blocks as blocks
from lnbeval.effects import BASE_PERIOD
from lnbeval.errors import DesignError
from lnbeval.estimators.synthetic_did import FITTED_PERIOD, synthetic_did
from lnbeval.panel import periods_kept, units_kept
from lnbeval.synthetic_weights import best_unit_weights, best_weights, stepped_weights

ROUNDING = 1e-10  # absolute, of numbers near one
OPTIMUM = 1e-9  # relative: what rounding leaves of the conditions of the optimum

# Both controls move by one a year before treatment, so neither they nor the two years before can be told apart:
# all weights are equal. Mean controls: 2, 3, 4.5, 7; treated less these: 8, 8, 10.5, 12; less 8.
BY_HAND = {"A": (3, [10, 11, 15, 19]), "C": (NEVER, [1, 2, 5, 8]), "D": (NEVER, [3, 4, 4, 6])}
YEARS = (1, 2, 3, 4)


def panel(seed=1, **choices):
    """As `simulated`, without weights."""
    made = simulated(seed, **choices)
    return replace(made, weight=np.ones(len(made.units)))


def effects(seed=1, design=None, **choices):
    return synthetic_did(panel(seed, **choices), design or Design())


def one_block(seed=1, **choices):
    made = panel(seed, cohorts=(5, NEVER, NEVER), **choices)
    treated = np.isfinite(made.cohort)
    return blocks.Block(
        cohort=5.0,
        treated=np.flatnonzero(treated),
        controls=np.flatnonzero(~treated),
        treated_outcome=made.outcome[treated],
        control_outcome=made.outcome[~treated],
        before=made.periods < 5,
        after=made.periods >= 5,
    )


def test_effects_by_hand_where_all_weights_are_equal():
    got = synthetic_did(panel_of(BY_HAND, YEARS), Design())
    assert got.estimate == pytest.approx([0, 0, 2.5, 4], abs=ROUNDING)
    assert got.columns["event_time"].tolist() == [-2, -1, 0, 1]
    assert got.columns["baseline_mean"] == pytest.approx([10.5] * 4)
    assert aggregate(got, "overall").estimate == pytest.approx([3.25])


def test_a_control_that_moves_as_the_cohort_did_is_found():
    rng = np.random.default_rng(1)
    rows = {f"c{i}": (NEVER, rng.normal(size=9).cumsum() * 5) for i in range(6)}
    rows |= {f"t{i}": (7, np.array(rows["c3"][1]) + i + np.array([0] * 6 + [1] * 3)) for i in range(3)}
    made = panel_of(rows, range(1, 10))
    fitted = synthetic_did(made, Design())
    block = _block_of(made, 7)
    assert blocks.unit_weights(block).argmax() == 3
    equal = block.treated_outcome.mean(axis=0) - block.control_outcome.mean(axis=0)
    before, after = equal[:6] - equal[:6].mean(), fitted.estimate[:6]
    assert np.abs(after - after.mean()).max() < np.abs(before).max()


def _block_of(made, g, anticipation=0):
    treated, control = made.cohort == g, made.cohort > made.periods[-1] + anticipation
    return blocks.Block(
        cohort=g,
        treated=np.flatnonzero(treated),
        controls=np.flatnonzero(control),
        treated_outcome=made.outcome[treated],
        control_outcome=made.outcome[control],
        before=made.periods < g - anticipation,
        after=made.periods >= g,
    )


def test_gaps_before_treatment_are_weighed_to_zero_and_marked_as_fitted():
    made = panel()
    got = synthetic_did(made, Design())
    for g in (4, 6):
        before = (got.columns["cohort"] == g) & (got.columns["event_time"] < 0)
        assert blocks.time_weights(_block_of(made, g)) @ got.estimate[before] == pytest.approx(0, abs=ROUNDING)
        assert set(got.columns["reason"][before]) <= {FITTED_PERIOD, BASE_PERIOD}
    assert not got.columns["reason"][got.columns["event_time"] >= 0].any()


def test_a_single_weighted_period_is_a_base_period_and_exactly_zero():
    # Controls drift apart, so that the last year before treatment is the one most like the later ones.
    drift = np.arange(1, 7) ** 2
    rows = {f"c{i}": (NEVER, i * drift) for i in range(8)} | {f"t{i}": (5, 2 * i * drift) for i in range(2)}
    got = synthetic_did(panel_of(rows, range(1, 7)), Design())
    assert got.columns["reason"][3] == BASE_PERIOD
    assert got.estimate[3] == 0
    assert not got.influence[:, 3].any()


def test_several_cohorts_are_each_against_the_never_treated_alone():
    made = panel()
    together = synthetic_did(made, Design())
    for g in (4, 6):
        alone = synthetic_did(units_kept(made, np.isin(made.cohort, [g, NEVER])), Design())
        assert together.estimate[together.columns["cohort"] == g] == pytest.approx(alone.estimate, abs=ROUNDING)


def test_overall_weighs_cohorts_by_their_treated_observations():
    made = panel(cohorts=(4, 6, 6, NEVER, NEVER, NEVER))
    by_cohort = aggregate(synthetic_did(made, Design()), "cohort")
    observations = [(made.cohort == g).sum() * (made.periods >= g).sum() for g in (4, 6)]
    overall = aggregate(synthetic_did(made, Design()), "overall")
    assert overall.estimate == pytest.approx(np.average(by_cohort.estimate, weights=observations))


@pytest.mark.parametrize("seed", range(5))
def test_constants_of_units_and_a_common_trend_do_not_matter_and_scale_carries_over(seed):
    made = panel(seed)
    moved = 3 * (made.outcome + np.random.default_rng(seed).normal(size=(24, 1)) + 0.7 * made.periods)
    changed = synthetic_did(replace(made, outcome=moved), Design())
    # The steps end after 10,000: rounding that decides between nearly equal candidates leaves a trace.
    assert changed.estimate / 3 == pytest.approx(synthetic_did(made, Design()).estimate, abs=1e-8)


def test_the_order_of_units_does_not_matter():
    made = panel()
    order = np.random.default_rng(2).permutation(24)
    mixed = synthetic_did(units_kept(made, order), Design())
    assert mixed.estimate == pytest.approx(synthetic_did(made, Design()).estimate, abs=1e-8)
    assert mixed.influence == pytest.approx(synthetic_did(made, Design()).influence[order], abs=1e-6)


def test_refitting_on_the_same_panel_gives_the_same_bits():
    got = effects()
    assert np.array_equal(got.refit(got.panel).estimate, got.estimate)


def test_anticipation_ends_the_periods_that_are_fitted_earlier():
    made = panel(cohorts=(6, NEVER, NEVER))
    early = synthetic_did(made, Design(anticipation=2))
    without = synthetic_did(periods_kept(made, [1, 2, 3, 6, 7, 8]), Design())
    assert early.estimate[[0, 1, 2, 5, 6, 7]] == pytest.approx(without.estimate, abs=ROUNDING)
    assert early.columns["reason"][3:5].tolist() == ["", ""]


def test_units_that_may_anticipate_within_the_panel_are_not_controls():
    made = panel(cohorts=(6, 9, NEVER))
    got = synthetic_did(made, Design(anticipation=1))
    assert not got.control[made.cohort == 9].any()
    assert synthetic_did(made, Design()).control[made.cohort == 9].all()


def test_a_cohort_without_two_periods_before_treatment_is_not_estimable():
    got = effects(n=30, cohorts=(2, 5, NEVER, NEVER))
    early = got.columns["cohort"] == 2
    assert got.columns["period"][early].tolist() == list(range(2, 9))
    assert np.isnan(got.estimate[early]).all()
    assert np.isfinite(got.estimate[~early]).all()
    assert "fewer than 2 periods before treatment" in got.columns["reason"][0]
    assert np.isfinite(infer(aggregate(got, "overall"))["std_error"]).all()
    assert np.isfinite(aggregate(got, "overall").own_draws["placebo"](3, np.random.default_rng(1))).all()


REFUSED = {
    "control_group 'not_yet_treated'": Design(control_group="not_yet_treated"),
    "control_group 'all'": Design(control_group="all"),
    "base_period 'varying'": Design(base_period="varying"),
    "covariate adjustment 'dr'": Design(adjustment="dr"),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_it_cannot_honour_is_refused(message):
    with pytest.raises(DesignError, match=message):
        synthetic_did(panel(), REFUSED[message])


def test_unequal_unit_weights_are_refused():
    with pytest.raises(DesignError, match="unit weights differ"):
        synthetic_did(simulated(), Design())


def test_units_with_missing_outcomes_are_named_or_left_out_when_the_design_says_so():
    made = panel()
    outcome = made.outcome.copy()
    outcome[3, 2] = outcome[5, 7] = np.nan
    gaps = replace(made, outcome=outcome)
    with pytest.raises(
        DesignError, match=r"missing for u3, u5, in 3, 8\. .* --missing complete\), which keeps 22 of 24"
    ):
        synthetic_did(gaps, Design())
    complete = synthetic_did(gaps, Design(missing="complete"))
    assert complete.estimate == pytest.approx(
        synthetic_did(units_kept(made, ~np.isin(made.units, ["u3", "u5"])), Design()).estimate
    )


def test_leaving_units_out_is_not_advised_where_too_few_would_be_left():
    made = panel()
    outcome = made.outcome.copy()
    outcome[:, 2] = np.nan
    with pytest.raises(DesignError, match=r"in 3\. .* too few units are complete") as caught:
        synthetic_did(replace(made, outcome=outcome), Design())
    assert "complete)" not in str(caught.value)


def test_a_single_control_is_refused_by_name():
    with pytest.raises(DesignError, match="at least 2 never treated units; found: D"):
        synthetic_did(panel_of({name: BY_HAND[name] for name in "AD"}, YEARS), Design())


def test_no_cohort_with_two_periods_before_treatment_is_refused_by_name():
    with pytest.raises(DesignError, match=r"no cohort \(2\) has them"):
        effects(cohorts=(2, NEVER))


def test_influence_is_the_slope_in_the_unit_multipliers():
    got = effects()
    n, step = len(got.panel.units), 1e-6
    up, down = got.reweighted(1 + step * np.eye(n)), got.reweighted(1 - step * np.eye(n))
    assert n * (up - down) / (2 * step) == pytest.approx(got.influence, abs=1e-6)
    assert got.influence.sum(axis=0) == pytest.approx(0, abs=ROUNDING)


def test_a_multiplier_of_zero_leaves_the_unit_out_with_the_other_weights_in_proportion():
    block = one_block()
    made = panel(cohorts=(5, NEVER, NEVER))
    got = synthetic_did(made, Design())
    omega, earlier = blocks.unit_weights(block), blocks.time_weights(block)
    for i in (block.controls[0], block.treated[0]):
        units, others = omega * (block.controls != i), block.treated_outcome[block.treated != i].mean(axis=0)
        gap = others - units @ block.control_outcome / units.sum()
        multipliers = np.ones((1, 24))
        multipliers[0, i] = 0
        assert got.reweighted(multipliers)[0] == pytest.approx(gap - gap[:4] @ earlier)


def test_without_its_only_treated_unit_there_is_no_estimate():
    got = synthetic_did(panel_of(BY_HAND, YEARS), Design())
    assert np.isnan(got.reweighted(np.array([[0.0, 1, 1]]))).all()


def test_placebos_scatter_around_zero_and_resamples_around_the_estimate():
    overall = aggregate(effects(n=90, cohorts=(5, NEVER, NEVER)), "overall")
    rng = np.random.default_rng(1)
    placebo, resample = overall.own_draws["placebo"](2000, rng), overall.own_draws["bootstrap"](2000, rng)
    spread = placebo.std()
    assert placebo.mean() == pytest.approx(0, abs=0.2 * spread)
    assert resample.mean() == pytest.approx(overall.estimate[0], abs=0.3 * spread)
    assert 0.6 < spread / resample.std() < 1.6


def test_an_effect_on_the_treated_does_not_reach_the_placebos():
    made = panel()
    treated = np.isfinite(made.cohort)[:, None]
    larger = replace(made, outcome=made.outcome + 100 * treated * (made.periods >= made.cohort[:, None]))
    got = [synthetic_did(p, Design()).own_draws["placebo"] for p in (_more_controls(made), _more_controls(larger))]
    assert np.array_equal(*(draw(20, np.random.default_rng(1)) for draw in got))


def _more_controls(made):
    """Six of the treated left out, so that there are more controls than treated."""
    keep = ~np.isfinite(made.cohort) | (np.arange(24) < 6)
    return units_kept(made, keep)


@pytest.mark.parametrize("name", ["placebo", "bootstrap"])
def test_draws_made_in_parts_are_the_draws_made_at_once(name, monkeypatch):
    got = effects(n=30, cohorts=(4, 6, NEVER, NEVER, NEVER)).own_draws[name]
    at_once = got(7, np.random.default_rng(1))
    assert at_once.shape == (7, 16)
    monkeypatch.setattr(blocks, "BLOCK", 1)
    parts = got(7, np.random.default_rng(1))
    if name == "placebo":  # a resample drawn again comes later in the stream
        assert parts == pytest.approx(at_once, abs=ROUNDING)
    assert parts.shape == (7, 16)


def test_placebo_cohorts_have_the_sizes_of_the_cohorts_and_share_no_unit(monkeypatch):
    seen = []
    plain = blocks._redrawn

    def seeing(block, copies, treated):
        seen.append((block, copies))
        return plain(block, copies, treated)

    monkeypatch.setattr(blocks, "_redrawn", seeing)
    effects(n=30, cohorts=(4, 6, NEVER, NEVER, NEVER)).own_draws["placebo"](50, np.random.default_rng(1))
    assert len(seen) == 2
    for block, copies in seen:
        assert (copies.sum(axis=1) == 18 - 12).all()
        assert len(block.controls) == 18


def test_placebos_need_more_controls_than_treated():
    with pytest.raises(DesignError, match="8 controls and 16 treated in cohort 4, 6"):
        effects().own_draws["placebo"](10, np.random.default_rng(1))


def test_placebos_of_single_units_are_refused_where_treatment_comes_in_clusters():
    with pytest.raises(DesignError, match="treatment comes in clusters"):
        effects(n=30, cohorts=(5, NEVER, NEVER), clusters=10).own_draws["placebo"](10, np.random.default_rng(1))


def test_resamples_need_two_units_or_clusters_of_each_side():
    with pytest.raises(DesignError, match=r"cohort 3 has only one\. Use randomization"):
        synthetic_did(panel_of(BY_HAND, YEARS), Design()).own_draws["bootstrap"](10, np.random.default_rng(1))


def test_resamples_of_clusters_take_their_units_together():
    made = panel(n=30, cohorts=(5, NEVER, NEVER), clusters=10)
    block = _block_of(made, 5)
    names = np.unique(made.cluster, return_inverse=True)[1]
    counts = blocks._resampled([block], names, 50, np.random.default_rng(1))
    for c in range(10):
        assert (counts[:, names == c] == counts[:, names == c][:, :1]).all()
    assert (counts[:, block.treated].sum(axis=1) > 0).all()
    assert ((counts[:, block.controls] > 0).sum(axis=1) >= 2).all()


def test_copies_of_a_candidate_are_as_the_candidate_written_several_times():
    rng = np.random.default_rng(1)
    A, b = rng.normal(size=(4, 5)), rng.normal(size=(1, 4))
    copies = np.array([[1.0, 0, 3, 2, 1]])
    once = best_unit_weights(A, b, 0.5, copies)[0]
    written = best_unit_weights(np.repeat(A, copies[0].astype(int), axis=1), b, 0.5, np.ones((1, 7)))[0]
    assert once == pytest.approx([written[0], 0, written[1:4].sum(), written[4:6].sum(), written[6]], abs=ROUNDING)


@pytest.mark.parametrize("seed", range(20))
def test_best_unit_weights_meet_the_conditions_of_the_optimum(seed):
    rng = np.random.default_rng(seed)
    q, p, m = rng.integers(2, 20), rng.integers(1, 50), 15
    A, b = rng.normal(size=(q, p)) * 10 ** rng.uniform(-1, 2), rng.normal(size=(m, q)) * 10 ** rng.uniform(-1, 2)
    copies = rng.integers(0, 4, size=(m, p)) + (np.arange(p) == 0)
    x = best_unit_weights(A, b, 1.0, copies.astype(float))
    per_copy = np.divide(x, copies, out=np.zeros_like(x), where=copies > 0)
    slope = np.where(copies > 0, (x @ A.T - b) @ A + per_copy, np.inf)
    objective = ((x @ A.T - b) ** 2).sum(axis=1) + (x * per_copy).sum(axis=1)
    assert (x >= 0).all()
    assert x.sum(axis=1) == pytest.approx(1)
    # Nothing is gained by moving towards any single candidate: Frank and Wolfe's bound on the distance to the optimum.
    bound = (x * np.where(copies > 0, slope, 0)).sum(axis=1) - slope.min(axis=1)
    assert (bound <= OPTIMUM * (objective + (b**2).sum(axis=1) + (A**2).sum(axis=0).max())).all()


@pytest.mark.parametrize("units", [1, 3, 10, 40])
@pytest.mark.parametrize("seed", range(5))
def test_best_weights_meet_the_conditions_of_the_optimum_also_with_fewer_units_than_periods(seed, units):
    gaps = np.random.default_rng(seed).normal(size=(15, units, 8))
    products = gaps.transpose(0, 2, 1) @ gaps
    x = best_weights(products)
    slope = (products @ x[..., None])[..., 0]
    assert (x >= 0).all()
    assert x.sum(axis=1) == pytest.approx(1)
    bound = (x * slope).sum(axis=1) - slope.min(axis=1)
    assert (bound <= OPTIMUM * np.trace(products, axis1=1, axis2=2)).all()


def test_weights_that_nothing_tells_apart_are_equal():
    assert best_weights(np.zeros((2, 3, 3))) == pytest.approx(np.full((2, 3), 1 / 3))
    assert stepped_weights(np.ones((2, 4)), 1.0, 1e-12) == pytest.approx([0.25] * 4)


@pytest.mark.parametrize("seed", range(5))
def test_the_steps_come_near_the_optimum_and_never_below_it(seed):
    block = one_block(seed)
    gap = (block.unit_paths - block.treated_outcome[:, block.before].mean(axis=0)).T
    gap = gap - gap.mean(axis=0)
    ridge = block.unit_ridge
    stepped = stepped_weights(gap, ridge, 0.0)
    best = best_unit_weights(gap, np.zeros((1, len(gap))), ridge, np.ones((1, gap.shape[1])))[0]

    def objective(x):
        return ((gap @ x) ** 2).sum() + ridge * (x**2).sum()

    assert objective(best) <= objective(stepped) * (1 + OPTIMUM)
    assert objective(stepped) == pytest.approx(objective(best), rel=1e-3)


def test_a_step_all_the_way_to_one_candidate_is_one():
    gap = np.array([[5.0, 0.0, 4.0], [5.0, 0.0, -4.0]])
    assert stepped_weights(gap, 0.0, 0.0) == pytest.approx([0, 1, 0], abs=1e-6)
