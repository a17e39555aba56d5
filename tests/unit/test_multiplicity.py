"""P-values of a family: by hand, against exact probabilities, and what must hold of any family."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import simulated
from scipy import stats

from lnbeval import Design, aggregate, att_gt, infer
from lnbeval.errors import DesignError, ParameterError
from lnbeval.multiplicity import CORRECTIONS, DRAWS, adjusted_p_values, joint_correlation, romano_wolf, step_down
from lnbeval.panel import units_kept

EXACT = 1e-12  # absolute, of p-values and correlations
DEVIATIONS = 4  # standard errors of a share of draws within which a simulated probability must lie
ONE_DRAW = 1 / (1 + DRAWS)  # what a simulated p-value is never below
RIDGE_EFFECT = 5e-4  # the ridge lets perfectly correlated draws differ by 1e-5: a handful of draws fall between
p_value = st.floats(0.0, 1.0).map(lambda p: round(p, 6))
families = st.lists(p_value, min_size=1, max_size=12).map(np.array)
small = settings(max_examples=15, deadline=None)


def monte_carlo(p, draws=DRAWS):
    return ONE_DRAW + DEVIATIONS * np.sqrt(np.asarray(p) * (1 - np.asarray(p)) / draws)


def indicator(seed, *, n=24, units=None, clusters=None):
    """The overall effect on one indicator, of all units or of those at the given positions."""
    panel = simulated(seed, n=n, clusters=clusters)
    return aggregate(att_gt(panel if units is None else units_kept(panel, units), Design()), "overall")


def with_influence(*columns):
    """Single-row effects on the same 24 units, one for each influence column."""
    one = indicator(1)
    return [replace(one, influence=np.asarray(column, dtype=float)[:, None]) for column in columns]


def sidak_step_down(p):
    """Of independent hypotheses, written out."""
    order, adjusted, highest = np.argsort(p), np.empty(len(p)), 0.0
    for rank, k in enumerate(order):
        highest = max(highest, 1 - (1 - p[k]) ** (len(p) - rank))
        adjusted[k] = highest
    return adjusted


def errors_for(effects, p):
    """Standard errors under which the normal p-values of single-row effects are `p`."""
    estimate = np.array([one.estimate[0] for one in effects])
    return np.abs(estimate) / stats.norm.isf(np.asarray(p) / 2)


def test_independent_hypotheses_get_sidak_step_down():
    p = np.array([0.004, 0.3, 0.02, 0.09, 0.7, 0.013])
    columns = np.eye(24)[:6]  # each estimate rests on another unit
    effects = with_influence(*columns)
    got = romano_wolf(effects, errors_for(effects, p))
    expected = sidak_step_down(p)
    assert (np.abs(got - expected) < monte_carlo(expected)).all()
    assert (got > p).sum() == 5  # all but the largest, so the comparison is not of raw p-values


def test_perfectly_correlated_hypotheses_keep_their_raw_p_values():
    p = np.array([0.004, 0.3, 0.02, 0.09, 0.7])
    column = np.random.default_rng(2).normal(size=24)
    effects = with_influence(column, 2 * column, -column, 0.1 * column, column)
    got = romano_wolf(effects, errors_for(effects, p))
    assert (np.abs(got - p) < RIDGE_EFFECT).all()


@pytest.mark.parametrize("correlation", [-0.9, -0.4, 0.3, 0.8, 0.97])
def test_two_correlated_hypotheses_get_the_bivariate_normal_probability(correlation):
    p = np.array([0.03, 0.012])
    matrix = np.array([[1, correlation], [correlation, 1]])
    c = stats.norm.isf(p[1] / 2)
    first = 1 - stats.multivariate_normal(cov=matrix).cdf([c, c], lower_limit=[-c, -c])
    got = step_down(p, matrix)
    assert got[1] == pytest.approx(first, abs=monte_carlo(first))
    assert got[0] == pytest.approx(max(first, p[0]), abs=monte_carlo(first))


def test_step_down_is_the_algorithm_draw_by_draw():
    """One draw after another, one step after another, from draws of its own."""
    rng = np.random.default_rng(12)
    scores = rng.normal(size=(30, 5)) @ rng.normal(size=(5, 5))
    matrix = np.corrcoef(scores.T)
    t = np.array([2.9, -1.1, 2.2, 1.9, -2.4])
    draws = np.abs(rng.multivariate_normal(np.zeros(5), matrix, size=20_000))
    left, expected, highest = list(np.argsort(-np.abs(t))), np.empty(5), 0.0
    while left:
        k = left[0]
        highest = max(highest, np.mean([max(draw[left]) >= abs(t[k]) for draw in draws]))
        expected[k] = highest
        left.remove(k)
    got = step_down(2 * stats.norm.sf(np.abs(t)), matrix)
    assert (np.abs(got - expected) < monte_carlo(expected) + monte_carlo(expected, 20_000)).all()


def test_one_hypothesis_keeps_its_raw_p_value():
    assert step_down(np.array([0.0321]), np.eye(1)) == pytest.approx(0.0321, abs=EXACT)


def test_far_in_the_tail_where_no_draw_comes_the_bound_of_bonferroni_stands():
    got = step_down(np.array([1e-9, 1e-7, 0.5]), np.eye(3))
    np.testing.assert_allclose(got[:2], [3e-9, 2e-7], rtol=1e-9)


def test_a_p_value_of_zero_stays_zero_and_one_stays_one():
    assert step_down(np.array([0.0, 1.0]), np.eye(2)).tolist() == [0.0, 1.0]


@st.composite
def joint_families(draw):
    p = draw(st.lists(p_value, min_size=2, max_size=8, unique=True))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    scores = rng.normal(size=(draw(st.integers(2, 12)), len(p)))  # fewer clusters than hypotheses: singular
    scores /= np.sqrt((scores**2).sum(axis=0))
    return np.array(p), scores.T @ scores


@small
@given(joint_families())
def test_step_down_p_values_lie_between_the_raw_and_holms(family):
    p, correlation = family
    got = step_down(p, correlation, draws=999)
    assert (got >= p).all()
    holm = np.maximum.accumulate(np.minimum(np.sort(p) * np.arange(len(p), 0, -1), 1))
    assert (np.sort(got) <= holm + EXACT).all()


@small
@given(joint_families())
def test_step_down_keeps_the_order_of_the_p_values(family):
    p, correlation = family
    got = step_down(p, correlation, draws=999)
    assert (np.diff(got[np.argsort(p)]) >= 0).all()


@small
@given(joint_families(), st.randoms(use_true_random=False))
def test_the_order_in_which_indicators_are_given_does_not_matter(family, random):
    p, correlation = family
    shuffled = random.sample(range(len(p)), len(p))
    got = step_down(p[shuffled], correlation[np.ix_(shuffled, shuffled)], draws=999)
    np.testing.assert_allclose(got, step_down(p, correlation, draws=999)[shuffled], rtol=0, atol=EXACT)


def test_without_a_generator_the_same_family_gets_the_same_p_values_and_with_one_others():
    p, matrix = np.array([0.01, 0.02, 0.2]), np.full((3, 3), 0.5) + np.eye(3) / 2
    fixed = step_down(p, matrix)
    assert fixed.tolist() == step_down(p, matrix).tolist()
    drawn = step_down(p, matrix, rng=np.random.default_rng(1))
    assert fixed.tolist() != drawn.tolist()
    assert (np.abs(fixed - drawn) < 2 * monte_carlo(fixed)).all()


def test_hypotheses_without_an_error_are_none_and_change_nothing():
    effects = [indicator(seed) for seed in range(4)]
    std_error = np.array([0.2, np.nan, 0.3, 0.5])
    got = romano_wolf(effects, std_error)
    without = romano_wolf([effects[0], *effects[2:]], std_error[[0, 2, 3]])
    assert np.isnan(got[1])
    assert got[[0, 2, 3]].tolist() == without.tolist()


def test_a_family_without_any_error_has_no_p_value():
    assert np.isnan(romano_wolf([indicator(1), indicator(2)], np.full(2, np.nan))).all()


def test_raw_p_values_are_those_of_the_table_by_any_method():
    """A family of one keeps its raw p-value, so what comes out is what went in."""
    for method in ("analytic", "cr1", "jackknife"):
        table = infer(indicator(3), method=method, draws=99)
        got = romano_wolf([indicator(3)], table["std_error"].to_numpy(), table["df"].to_numpy())
        np.testing.assert_allclose(got, table["p_value"], rtol=1e-9)


def test_each_hypothesis_is_referred_to_its_own_degrees_of_freedom():
    effects = with_influence(*np.eye(24)[:3])
    t, df = np.array([2.5, 2.5, 2.5]), np.array([3.0, 12.0, np.inf])
    std_error = np.array([one.estimate[0] for one in effects]) / t
    expected = sidak_step_down(2 * stats.t.sf(t, df))
    assert (np.abs(romano_wolf(effects, std_error, df) - expected) < monte_carlo(expected)).all()


def test_effects_of_several_rows_are_several_hypotheses():
    by_time = aggregate(att_gt(simulated(4), Design()), "event_time")
    table = infer(by_time, method="analytic", draws=99)
    got = romano_wolf([by_time, indicator(5)], np.append(table["std_error"], 0.3))
    assert got.shape == (len(table) + 1,)
    assert np.isnan(got[:-1]).tolist() == table["std_error"].isna().tolist()


def test_correlation_is_aligned_by_the_name_of_the_unit_and_absent_units_add_nothing():
    some = np.array([9, 3, 4, 2, 23, 11, 0, 8, 17, 5])
    whole, part = indicator(6), indicator(7, units=some)
    influence = dict(zip(part.panel.units.tolist(), part.influence[:, 0], strict=True))
    own = dict(zip(whole.panel.units.tolist(), whole.influence[:, 0], strict=True))
    product = sum(own[unit] * psi for unit, psi in influence.items())
    expected = product / np.sqrt(sum(x**2 for x in own.values()) * sum(x**2 for x in influence.values()))
    got = joint_correlation([whole, part])
    np.testing.assert_allclose(got, [[1, expected], [expected, 1]], rtol=0, atol=EXACT)
    assert abs(expected) > 0.01


def test_correlation_is_of_sums_by_cluster():
    effects = [indicator(seed, clusters=5) for seed in (8, 9)]
    names = sorted(set(effects[0].cluster.tolist()))
    sums = np.array([[one.influence[one.cluster == name, 0].sum() for name in names] for one in effects])
    expected = sums @ sums.T / np.outer(*[np.sqrt((sums**2).sum(axis=1))] * 2)
    np.testing.assert_allclose(joint_correlation(effects), expected, rtol=0, atol=EXACT)
    assert joint_correlation(effects)[0, 1] != pytest.approx(joint_correlation([indicator(8), indicator(9)])[0, 1])


def test_the_same_indicator_in_another_unit_of_measurement_is_perfectly_correlated():
    one = indicator(8)
    in_thousands = replace(one, estimate=1000 * one.estimate, influence=1000 * one.influence)
    np.testing.assert_allclose(joint_correlation([one, in_thousands]), np.ones((2, 2)), rtol=0, atol=EXACT)


def test_indicators_on_different_units_are_not_correlated():
    even, odd = np.arange(0, 24, 2), np.arange(1, 24, 2)
    assert joint_correlation([indicator(8, units=even), indicator(9, units=odd)])[0, 1] == 0


def test_a_unit_in_different_clusters_is_refused_by_name():
    with pytest.raises(DesignError, match="Unit u1 is in cluster c1 for one of the effects and in c5 for another"):
        joint_correlation([indicator(1, clusters=4), renamed(indicator(2, clusters=4), "u1", "c5")])


def renamed(effects, unit, cluster):
    """The effects with one unit moved to another cluster."""
    labels = effects.panel.cluster.copy()
    labels[effects.panel.units == unit] = cluster
    return replace(effects, panel=replace(effects.panel, cluster=labels))


def test_a_row_with_an_error_but_without_influence_is_refused():
    with pytest.raises(DesignError, match="Rows 1 of the family have a p-value but no influence"):
        romano_wolf(with_influence(np.ones(24), np.zeros(24)), np.array([1.0, 1.0]))


@pytest.mark.parametrize(
    ("std_error", "df", "words"),
    [
        (np.ones(3), np.inf, r"2 rows, but std_error has shape \(3,\)"),
        (np.ones(2), np.ones(3), r"df \(3,\)"),
        (np.array([0.0, 1.0]), np.inf, "not positive in rows 0"),
    ],
)
def test_errors_that_do_not_fit_the_family_are_refused(std_error, df, words):
    with pytest.raises(ParameterError, match=words):
        romano_wolf([indicator(1), indicator(2)], std_error, df)


def test_an_empty_family_is_refused():
    with pytest.raises(ParameterError, match="family is empty"):
        romano_wolf([], np.empty(0))


@pytest.mark.parametrize(
    ("p", "correlation", "draws", "words"),
    [
        ([0.1, 1.2], np.eye(2), 999, "1.2 is not a p-value"),
        ([0.1, 0.2], np.eye(3), 999, r"2 p-values, but their correlation has shape \(3, 3\)"),
        ([0.1, 0.2], np.eye(2), 98, "draws is 98"),
        ([0.1, 0.2], np.array([[1.0, 1.5], [1.5, 1.0]]), 999, "negative eigenvalues"),
    ],
)
def test_families_that_cannot_be_are_refused(p, correlation, draws, words):
    with pytest.raises(ParameterError, match=words):
        step_down(np.array(p), correlation, draws=draws)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("bonferroni", [0.03, 0.12, 0.06]),
        ("holm", [0.03, 0.04, 0.04]),
        ("bh", [0.03, 0.04, 0.03]),
        # a = q / (1 + q): at a = 0.02 the second stage rejects the two with 0.03 (3 - r) / 3 <= 0.02, r = 0 at first;
        # at a = 0.03 two are rejected in the first stage, so 0.04 / 3 <= 0.03 rejects the third as well.
        ("sharpened_q", [0.03 / 0.97, 0.03 / 0.97, 0.03 / 0.97]),
    ],
)
def test_three_p_values_by_hand(method, expected):
    got = adjusted_p_values(np.array([0.01, 0.04, 0.02]), method)
    np.testing.assert_allclose(got, expected, rtol=0, atol=EXACT)


@pytest.mark.parametrize("method", CORRECTIONS)
def test_missing_p_values_stay_missing_and_do_not_count(method):
    p = np.array([np.nan, 0.01, 0.04, np.nan, 0.02])
    got = adjusted_p_values(p, method)
    assert np.isnan(got).tolist() == np.isnan(p).tolist()
    assert got[~np.isnan(p)].tolist() == adjusted_p_values(p[~np.isnan(p)], method).tolist()


@pytest.mark.parametrize("method", CORRECTIONS)
def test_only_missing_p_values_or_none_at_all_are_given_back(method):
    assert np.isnan(adjusted_p_values(np.full(2, np.nan), method)).all()
    assert adjusted_p_values(np.empty(0), method).shape == (0,)


@pytest.mark.parametrize("method", ["holm", "bonferroni", "bh"])
@small
@given(p=families)
def test_adjusted_p_values_are_never_below_the_raw(method, p):
    assert (adjusted_p_values(p, method) >= p - EXACT).all()


def test_sharpened_q_values_may_be_below_the_raw_p_values_where_most_are_rejected():
    p = np.array([0.001, 0.001, 0.001, 0.04])
    assert adjusted_p_values(p, "sharpened_q")[3] < p[3]


@small
@given(p=families)
def test_sharpened_q_values_are_at_most_a_correction_above_benjamini_hochberg(p):
    """The first stage can only lower the estimated number of true hypotheses; q / (1 + q) is the price."""
    bh = adjusted_p_values(p, "bh")
    assert (adjusted_p_values(p, "sharpened_q") <= np.minimum(bh / np.maximum(1 - bh, EXACT), 1) + EXACT).all()


@pytest.mark.parametrize("method", CORRECTIONS)
@small
@given(p=families)
def test_adjusted_p_values_are_probabilities_in_the_order_of_the_raw(method, p):
    got = adjusted_p_values(p, method)
    assert ((got >= 0) & (got <= 1)).all()
    assert (np.diff(got[np.argsort(p, kind="stable")]) >= -EXACT).all()


@pytest.mark.parametrize("method", CORRECTIONS)
@small
@given(p=families, random=st.randoms(use_true_random=False))
def test_the_order_in_which_p_values_are_given_does_not_matter(method, p, random):
    shuffled = random.sample(range(len(p)), len(p))
    got = adjusted_p_values(p[shuffled], method)
    np.testing.assert_allclose(got, adjusted_p_values(p, method)[shuffled], rtol=0, atol=EXACT)


def test_an_unknown_adjustment_is_refused():
    with pytest.raises(ParameterError, match="'hochberg' is unknown; choose one of holm, bonferroni, bh, sharpened_q"):
        adjusted_p_values(np.array([0.1]), "hochberg")


@pytest.mark.parametrize("method", CORRECTIONS)
def test_what_is_no_p_value_is_refused(method):
    with pytest.raises(ParameterError, match=r"-0.1 is not a p-value"):
        adjusted_p_values(np.array([0.2, -0.1]), method)
