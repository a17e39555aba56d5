"""What must hold of every registered estimator, on any panel."""

from dataclasses import dataclass, replace
from functools import cached_property, wraps

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from lnbeval import NEVER, Design, Panel, aggregate
from lnbeval.errors import DesignError
from lnbeval.estimators import ESTIMATORS
from lnbeval.panel import units_kept
from lnbeval.robustness import placebo_panel

EXAMPLES = {"att_gt": 20, "synthetic_did": 2}  # the weights of synthetic_did are found by thousands of steps
EXAMPLES_OF_THE_OTHERS = 6
EXACT = 1e-9  # outcomes are of the order of ten; sums in another order differ in the last digits
CHOICES = {
    "att_gt": {
        "control_group": st.sampled_from(["never_treated", "not_yet_treated"]),
        "base_period": st.sampled_from(["universal", "varying"]),
        "anticipation": st.integers(0, 1),
        "missing": st.sampled_from(["pairwise", "complete"]),
    },
    "imputation": {"anticipation": st.integers(0, 1), "missing": st.sampled_from(["pairwise", "complete"])},
    "sun_abraham": {"anticipation": st.integers(0, 1), "missing": st.sampled_from(["pairwise", "complete"])},
    "etwfe": {
        "control_group": st.sampled_from(["never_treated", "not_yet_treated"]),
        "anticipation": st.integers(0, 1),
        "missing": st.sampled_from(["pairwise", "complete"]),
    },
    "stacked": {
        "control_group": st.sampled_from(["never_treated", "not_yet_treated"]),
        "anticipation": st.integers(0, 1),
        "missing": st.sampled_from(["pairwise", "complete"]),
    },
    "local_projections": {
        "control_group": st.sampled_from(["never_treated", "not_yet_treated"]),
        "anticipation": st.integers(0, 1),
        "missing": st.sampled_from(["pairwise", "complete"]),
    },
    "triple_difference": {
        "control_group": st.sampled_from(["never_treated", "not_yet_treated"]),
        "base_period": st.sampled_from(["universal", "varying"]),
        "anticipation": st.integers(0, 1),
        "missing": st.sampled_from(["pairwise", "complete"]),
    },
    "repeated_cross_sections": {
        "control_group": st.sampled_from(["never_treated", "not_yet_treated"]),
        "base_period": st.sampled_from(["universal", "varying"]),
        "anticipation": st.integers(0, 1),
    },
    "synthetic_did": {"anticipation": st.integers(0, 1), "missing": st.just("complete")},
    "twfe": {"missing": st.sampled_from(["pairwise", "complete"])},
    "twfe_event_study": {"anticipation": st.integers(0, 1)},
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One estimator, one design and one panel on which it can estimate something."""

    name: str
    design: Design
    panel: Panel
    rng: np.random.Generator

    @cached_property
    def effects(self):
        return self.effects_on(self.panel)

    def effects_on(self, panel):
        return ESTIMATORS[self.name].estimate(panel, self.design)

    def shown(self, panel=None):
        """The estimates in every way in which the estimator can be shown."""
        own, *others = ESTIMATORS[self.name].shows
        effects = self.effects if panel is None else self.effects_on(panel)
        return {own: effects} | {by: aggregate(effects, by) for by in others}


@st.composite
def cases(draw, name, gaps=True):
    """A few units in each cohort; always two or more never treated; up to a tenth of the outcomes missing."""
    periods = np.cumsum(draw(st.lists(st.sampled_from([1, 1, 1, 2]), min_size=3, max_size=6))) + 2012
    first, last = int(periods[0]), int(periods[-1])
    cohorts = draw(st.lists(st.integers(first, last + 2), min_size=1, max_size=3))
    sizes = draw(st.lists(st.integers(1, 4), min_size=len(cohorts), max_size=len(cohorts)))
    cohort = np.append(np.repeat(np.array(cohorts, dtype=float), sizes), [NEVER] * draw(st.integers(2, 4)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = len(cohort)
    outcome = rng.normal(10, 3, (n, 1)) + rng.normal(size=len(periods)) + rng.normal(size=(n, len(periods)))
    if gaps and name != "synthetic_did":
        outcome[rng.random(outcome.shape) < draw(st.sampled_from([0, 0.1]))] = np.nan
    if name == "repeated_cross_sections":
        cohort, outcome, n = _seen_once(rng, cohort, outcome)
    labels = np.array([f"u{i}" for i in range(n)], dtype=object)
    within = rng.normal(0, 2, (n, 1)) + rng.normal(0, 2, len(periods))
    given_choices = {choice: draw(values) for choice, values in CHOICES[name].items()}
    design = Design(**{"control_group": ESTIMATORS[name].control_group} | given_choices)
    panel = Panel(
        units=labels, periods=periods, outcome=outcome, cohort=cohort, covariates=np.empty((n, 0)),
        weight=np.ones(n) if name == "synthetic_did" else rng.uniform(0.2, 5, n), cluster=labels,
        comparison=within if name == "triple_difference" else None,
    )  # fmt: skip
    return Case(name=name, design=design, panel=panel, rng=rng)


def _seen_once(rng, cohort, outcome):
    """Every unit a dozen times, each with its outcome in one period."""
    cohort, outcome = np.repeat(cohort, 12), np.repeat(outcome, 12, axis=0) + rng.normal(size=(12 * len(cohort), 1))
    kept = np.arange(outcome.shape[1]) == rng.integers(outcome.shape[1], size=(len(cohort), 1))
    outcome = np.where(kept, outcome, np.nan)
    seen = np.isfinite(outcome).any(axis=1)
    return cohort[seen], outcome[seen], int(seen.sum())


SHARES_GIVEN = "its weights of cohorts are taken as given, which is no property of the influence"
# What an estimator is not meant to do, and why; what it does instead has a test of its own.
OTHERS_EACH_PERIOD = "different units are seen in each period"
NOT_MEANT = {
    "test_unit_constants_and_common_shocks_do_not_matter": {
        "synthetic_did": "common shocks count in the noise level that regularises its weights",
        "repeated_cross_sections": OTHERS_EACH_PERIOD,
    },
    "test_a_constant_effect_without_noise_is_recovered_exactly": {"repeated_cross_sections": OTHERS_EACH_PERIOD},
    "test_units_with_a_gap_do_not_matter_when_only_complete_units_count": {
        "repeated_cross_sections": "no row is observed in every period: it refuses missing='complete'",
    },
    "test_every_unit_twice_keeps_estimates_and_shrinks_errors_by_root_two": {
        "synthetic_did": "its regularisation depends on the number of units",
    },
    "test_a_unit_twice_is_a_unit_of_twice_the_weight": {"synthetic_did": "it refuses unequal weights"},
    "test_influence_averages_to_zero": {
        "imputation": "its conservative variance centres effects by squared weights",
    },
    "test_influence_is_the_derivative_by_the_weight_of_the_unit": {
        "imputation": "its conservative variance is no derivative",
        "stacked": SHARES_GIVEN,
        "synthetic_did": "its jackknife and influence hold the weights fixed",
    },
    "test_reweighted_is_refit_under_those_weights_and_without_units_of_weight_zero": {
        "synthetic_did": "its jackknife holds the weights fixed",
    },
    "test_a_placebo_under_parallel_trends_is_zero_whatever_happens_later": {
        "synthetic_did": "it needs two periods before treatment, the placebo has one",
        "repeated_cross_sections": OTHERS_EACH_PERIOD,
    },
}


def for_every_estimator(holds=None, **choices):
    """The test that `holds(case)` for each registered estimator on the cases it can estimate."""
    if holds is None:
        return lambda later: for_every_estimator(later, **choices)

    @pytest.mark.parametrize("name", [name for name in ESTIMATORS if name not in NOT_MEANT.get(holds.__name__, {})])
    @wraps(holds)
    def test(name):
        @settings(
            max_examples=EXAMPLES.get(name, EXAMPLES_OF_THE_OTHERS),
            deadline=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
        )
        @given(case=cases(name, **choices))
        def holds_of(case):
            try:
                _ = case.effects
            except DesignError:
                reject()
            holds(case)

        holds_of()

    del test.__wrapped__  # pytest would look at the arguments of `holds`
    return test


def estimates(effects):
    """Estimates by their key."""
    keys = zip(
        *(np.nan_to_num(effects.columns[name], nan=-1) for name in ("cohort", "period", "event_time")), strict=True
    )
    return dict(zip(keys, effects.estimate.tolist(), strict=True))


def same(one, two):
    assert estimates(one) == pytest.approx(estimates(two), abs=EXACT, nan_ok=True)
    assert one.columns["status"].tolist() == two.columns["status"].tolist()


def std_error(effects):
    return np.sqrt((effects.influence**2).sum(axis=0)) / len(effects.influence)


def test_every_estimator_is_covered():
    assert set(CHOICES) == set(ESTIMATORS)


@for_every_estimator
def test_unit_order_does_not_matter(case):
    order = case.rng.permutation(len(case.panel.units))
    shuffled = units_kept(case.panel, order)
    for one, two in zip(case.shown().values(), case.shown(shuffled).values(), strict=True):
        same(one, two)
        position = {unit: i for i, unit in enumerate(two.panel.units)}
        rows = two.influence[[position[unit] for unit in one.panel.units]]
        np.testing.assert_allclose(one.influence, rows, atol=EXACT * len(order))


@for_every_estimator
def test_names_of_units_do_not_matter(case):
    names = np.array([f"other {i}" for i in case.rng.permutation(len(case.panel.units))], dtype=object)
    for one, two in zip(
        case.shown().values(), case.shown(replace(case.panel, units=names, cluster=names)).values(), strict=True
    ):
        np.testing.assert_array_equal(one.estimate, two.estimate)
        np.testing.assert_array_equal(one.influence, two.influence)


@for_every_estimator
def test_unit_constants_and_common_shocks_do_not_matter(case):
    n, t = case.panel.outcome.shape
    moved = replace(case.panel, outcome=case.panel.outcome + case.rng.normal(0, 5, (n, 1)) + case.rng.normal(0, 5, t))
    for one, two in zip(case.shown().values(), case.shown(moved).values(), strict=True):
        same(one, two)
        np.testing.assert_allclose(one.influence, two.influence, atol=EXACT * n)


@for_every_estimator
def test_scaling_the_outcome_scales_estimates_and_errors(case):
    factor = case.rng.choice([-1.0, 0.01, 7.0])
    scaled = replace(case.panel, outcome=factor * case.panel.outcome)
    for one, two in zip(case.shown().values(), case.shown(scaled).values(), strict=True):
        np.testing.assert_allclose(factor * one.estimate, two.estimate, atol=EXACT)
        np.testing.assert_allclose(abs(factor) * std_error(one), std_error(two), atol=EXACT)


@for_every_estimator
def test_the_unit_of_the_weights_does_not_matter(case):
    doubled = replace(case.panel, weight=2 * case.panel.weight)
    for one, two in zip(case.shown().values(), case.shown(doubled).values(), strict=True):
        same(one, two)
        np.testing.assert_allclose(one.influence, two.influence, atol=EXACT * len(doubled.units))


@for_every_estimator
def test_a_constant_effect_without_noise_is_recovered_exactly(case):
    n, t = case.panel.outcome.shape
    size = case.rng.normal(0, 3)
    treated = case.panel.periods >= case.panel.cohort[:, None]
    smooth = case.rng.normal(0, 5, (n, 1)) + case.rng.normal(0, 5, t) + size * treated
    panel = replace(case.panel, outcome=np.where(np.isfinite(case.panel.outcome), smooth, np.nan))
    for effects in case.shown(panel).values():
        before = effects.columns["event_time"] < 0
        expected = np.where(before, 0.0, size)
        np.testing.assert_allclose(effects.estimate[effects.ok], expected[effects.ok], atol=EXACT)
        assert std_error(effects) == pytest.approx(0, abs=EXACT)


@for_every_estimator
def test_every_unit_twice_keeps_estimates_and_shrinks_errors_by_root_two(case):
    n = len(case.panel.units)
    names = np.array([f"u{i}" for i in range(2 * n)], dtype=object)
    twice = replace(units_kept(case.panel, np.tile(np.arange(n), 2)), units=names, cluster=names)
    for one, two in zip(case.shown().values(), case.shown(twice).values(), strict=True):
        same(one, two)
        np.testing.assert_allclose(std_error(one), np.sqrt(2) * std_error(two), atol=EXACT)


@for_every_estimator
def test_a_unit_twice_is_a_unit_of_twice_the_weight(case):
    i = int(case.rng.integers(len(case.panel.units)))
    repeated = units_kept(case.panel, np.append(np.arange(len(case.panel.units)), i))
    names = np.append(case.panel.units, "again")
    heavier = replace(case.panel, weight=case.panel.weight * np.where(np.arange(len(case.panel.units)) == i, 2, 1))
    for one, two in zip(
        case.shown(replace(repeated, units=names, cluster=names)).values(), case.shown(heavier).values(), strict=True
    ):
        same(one, two)


@for_every_estimator
def test_influence_averages_to_zero(case):
    for effects in case.shown().values():
        assert effects.influence.mean(axis=0) == pytest.approx(0, abs=EXACT)


@for_every_estimator
def test_influence_is_the_derivative_by_the_weight_of_the_unit(case):
    """The estimate is a function of the weights: a little more weight on unit i moves it by influence_i / n."""
    effects = case.shown()
    kept = next(iter(effects.values())).panel
    i, step = int(case.rng.integers(len(kept.units))), 1e-4
    at = np.arange(len(kept.units)) == i
    moved = [replace(kept, weight=kept.weight * (1 + sign * step * at)) for sign in (1, -1)]
    up, down = ({by: one.refit(panel) for by, one in effects.items()} for panel in moved)
    for by, one in effects.items():
        if one.shares == "observations" and by != next(iter(effects)):
            continue  # averages by the observations behind each estimate, which are taken as given
        slope = (up[by].estimate - down[by].estimate) / (2 * step)
        # A central difference leaves out terms of the order of the step squared.
        np.testing.assert_allclose(one.influence[i, one.ok] / len(kept.units), slope[one.ok], atol=1e-5)


@for_every_estimator
def test_reweighted_is_refit_under_those_weights_and_without_units_of_weight_zero(case):
    for effects in case.shown().values():
        if effects.reweighted is None:
            continue
        n = len(effects.panel.units)
        multipliers = case.rng.uniform(0.5, 2, (3, n)) * (case.rng.random((3, n)) > [[0.0], [0.2], [0.5]])
        for row, multiplier in zip(effects.reweighted(multipliers), multipliers, strict=True):
            some = multiplier > 0
            weight = effects.panel.weight * np.where(some, multiplier, 1)
            got = dict(zip(estimates(effects), row.tolist(), strict=True))
            try:
                fitted = estimates(effects.refit(units_kept(replace(effects.panel, weight=weight), some)))
            except DesignError:
                fitted = {}
            expected = {key: fitted.get(key, np.nan) for key in got}
            assert got == pytest.approx(expected, abs=EXACT, nan_ok=True)


@for_every_estimator
def test_a_placebo_under_parallel_trends_is_zero_whatever_happens_later(case):
    n, t = case.panel.outcome.shape
    treated = case.panel.periods >= case.panel.cohort[:, None]
    parallel = case.rng.normal(0, 5, (n, 1)) + case.rng.normal(0, 5, t)
    panel = replace(case.panel, outcome=parallel + treated * case.rng.normal(9, 3, (n, t)))
    base, period = case.panel.periods[:2].tolist()
    try:
        placebo = placebo_panel(panel, base=base, period=period)
        effects = replace(case, design=replace(case.design, anticipation=0)).effects_on(placebo)
    except DesignError:
        reject()
    assert effects.estimate[effects.ok] == pytest.approx(0, abs=EXACT)


@for_every_estimator
def test_refit_on_the_same_panel_repeats_the_estimates(case):
    for effects in case.shown().values():
        np.testing.assert_array_equal(effects.refit(case.panel).estimate, effects.estimate)


@for_every_estimator
def test_every_row_has_its_counts_or_its_reason(case):
    for effects in case.shown().values():
        keys = effects.keys
        assert (keys["status"] == "ok").tolist() == np.isfinite(effects.estimate).tolist()
        assert (keys.loc[effects.ok, ["n_treated", "n_obs"]] > 0).all(axis=None)
        assert (keys.loc[~effects.ok, "reason"] != "").all()
        assert not effects.influence[:, ~effects.ok].any()


@for_every_estimator(gaps=False)
def test_units_with_a_gap_do_not_matter_when_only_complete_units_count(case):
    design, t = replace(case.design, missing="complete"), len(case.panel.periods)
    gap = replace(
        case.panel,
        units=np.append(case.panel.units, "gap"),
        outcome=np.vstack([case.panel.outcome, np.append(np.nan, np.full(t - 1, 99.0))]),
        cohort=np.append(case.panel.cohort, case.panel.cohort[0]),
        covariates=np.empty((len(case.panel.units) + 1, 0)),
        weight=np.append(case.panel.weight, 1.0),
        cluster=np.append(case.panel.cluster, "gap"),
        comparison=None if case.panel.comparison is None else np.vstack([case.panel.comparison, np.zeros(t)]),
    )
    complete = replace(case, design=design)
    same(complete.effects_on(gap), complete.effects)
