"""The wild cluster bootstrap is that of R fwildclusterboot, and that of re-estimating draw by draw."""

import numpy as np
import pandas as pd
import pytest
from golden_records import committed, every, panel, rows_of
from long_regression import dummies, long_regression

from lnbeval import Design, infer, twfe
from lnbeval.wild_bootstrap import _signs, wild_bootstrap

ESTIMATE = 1e-9  # absolute
BOUND = 1e-8  # relative: R takes a quantile of t, ours finds the bound by halving
TIE = 1e-9  # relative: statistics closer than this are the same number
STEP = 1e-7  # of the length of an interval: on either side of a bound
ALPHA = 0.05
RECORDS = every("wild_bootstrap")
# Those that `twfe` has, too; with fewer than eight clusters its table draws Webb's points instead of two signs.
WITHIN = every("wild_bootstrap", lambda record: record["absorbed"] and record["n_draws"] >= 2**8)
CLUSTERS = 12  # in every record


def bootstrap(record, *, null_imposed, multipliers="rademacher", draws=9_999, seed=0):
    effects = long_regression(rows_of(record), record).effects
    rng = np.random.default_rng(seed)
    tests = wild_bootstrap(
        effects, level=1 - ALPHA, draws=draws, rng=rng, null_imposed=null_imposed, multipliers=multipliers
    )
    k = record["regressors"].index("D")
    return effects.estimate[k], tests.p_value[k], tests.conf_low[k], tests.conf_high[k]


def floored(p_value):
    """R reports 0 where no sign vector of the unrestricted bootstrap reaches t; ours is never below one of them all."""
    return max(p_value, 1 / 2**CLUSTERS)


@pytest.mark.parametrize("record", RECORDS)
def test_p_values_of_all_sign_vectors_are_exactly_those_of_fwildclusterboot(record):
    for null_imposed, estimate, p_value, _, _ in record["rows"]:
        got = bootstrap(record, null_imposed=null_imposed)
        assert got[0] == pytest.approx(estimate, abs=ESTIMATE, rel=0)
        assert got[1] == floored(p_value)


@pytest.mark.parametrize("record", RECORDS)
def test_without_the_null_imposed_intervals_are_those_of_fwildclusterboot(record):
    [(low, high)] = [row[3:] for row in record["rows"] if not row[0]]
    assert bootstrap(record, null_imposed=False)[2:] == pytest.approx((low, high), rel=BOUND)


@pytest.mark.parametrize("record", WITHIN)
def test_the_table_of_the_regression_with_unit_effects_shows_the_same_tests(record):
    # The panels are complete and the covariates do not vary within units: effects of units and of clusters are the same.
    period = record["dummies"][0]
    data = panel(record["data"], "y", "unit", None, record["cluster"], None, period=period, treatment="D")
    for null_imposed, estimate, p_value, low, high in record["rows"]:
        method = "wild" if null_imposed else "wild_unrestricted"
        row = infer(twfe(data, Design(control_group="all")), method=method).iloc[0]
        assert row["estimate"] == pytest.approx(estimate, abs=ESTIMATE, rel=0)
        assert row["p_value"] == floored(p_value)
        if not null_imposed:
            assert (row["conf_low"], row["conf_high"]) == pytest.approx((low, high), rel=BOUND)


class Written:
    """The bootstrap written out: the outcomes of each draw are made, and the regression done again on all columns."""

    def __init__(self, record):
        rows = rows_of(record)
        effects = [[record["absorbed"]]] if record["absorbed"] else []
        effects += [record["dummies"]] if record["dummies"] else []
        others = [rows[[name]].to_numpy(float) for name in record["regressors"] if name != "D"]
        others += [np.ones((len(rows), 1)), *(dummies(rows, names) for names in effects)]
        self.outcome, self.treated = rows[record["outcome"]].to_numpy(float), rows["D"].to_numpy(float)
        self.others = np.linalg.qr(np.hstack(others))[0]
        self.position = pd.factorize(rows[record["cluster"]])[0]
        self.own = np.eye(self.position.max() + 1)[self.position]
        self.net = self.without_others(self.treated)

    def without_others(self, values):
        return values - (values @ self.others) @ self.others.T

    def t(self, outcomes, tau):
        """|coefficient - tau| over the clustered error, for each row of outcomes."""
        square = self.net @ self.net
        coefficient = outcomes @ self.net / square
        residual = self.without_others(outcomes) - np.outer(coefficient, self.net)
        scores = (residual * self.net) @ self.own
        return np.abs(coefficient - tau) * square / np.sqrt((scores**2).sum(axis=1))

    def under_the_null(self, signs, tau):
        """|t| of each draw and of the data, for the null that the coefficient is tau."""
        residual = self.without_others(self.outcome - tau * self.treated)
        drawn = (self.outcome - residual) + signs[:, self.position] * residual
        return self.t(drawn, tau), self.t(self.outcome[None], tau)[0]

    def larger(self, signs, tau):
        """Number of draws with a larger statistic."""
        drawn, t = self.under_the_null(signs, tau)
        return int((drawn > t * (1 + TIE)).sum())

    def at_least_as_large(self, signs, tau):
        drawn, t = self.under_the_null(signs, tau)
        return int((drawn >= t * (1 - TIE)).sum())


def all_signs(record):
    G = int(np.log2(record["n_draws"]))
    return np.array(np.meshgrid(*[[1.0, -1.0]] * G)).reshape(G, -1).T


def rejected_around(p_value, low, high):
    """Whether the test rejects just outside the low and the high bound, and just inside them."""
    step = STEP * (high - low)
    return [p_value(tau) <= ALPHA for tau in (low - step, high + step, low + step, high - step)]


@pytest.mark.parametrize("record", RECORDS)
def test_the_interval_holds_what_the_test_with_ties_does_not_reject_and_r_what_the_test_without_ties_does_not(record):
    written, signs = Written(record), all_signs(record)
    low, high = bootstrap(record, null_imposed=True)[2:]
    [of_r] = [row[3:] for row in record["rows"] if row[0]]
    with_ties = rejected_around(lambda tau: written.at_least_as_large(signs, tau) / len(signs), low, high)
    without = rejected_around(lambda tau: written.larger(signs, tau) / len(signs), *of_r)
    assert with_ties == without == [True, True, False, False]
    assert low < of_r[0] < of_r[1] < high  # ties speak for the null: never a shorter interval


def test_webbs_points_are_his_six_and_equally_likely():
    drawn, complete = _signs(5, 60_000, np.random.default_rng(1), "webb")
    assert not complete
    values, counts = np.unique(drawn, return_counts=True)
    size = np.sqrt([3 / 2, 1, 1 / 2])
    np.testing.assert_allclose(values, [*-size, *size[::-1]])
    expected = drawn.size / 6
    assert (np.abs(counts - expected) < 4 * np.sqrt(expected)).all()


def draw_by_draw(record, points, tau):
    """p of the null tau, by one least-squares fit after the other."""
    rows = rows_of(record)
    others = np.hstack([np.ones((len(rows), 1)), dummies(rows, [record["absorbed"]]), dummies(rows, record["dummies"])])
    X = np.column_stack([rows["D"], others])
    y, cluster = rows[record["outcome"]].to_numpy(), rows[record["cluster"]].to_numpy()
    inverse = np.linalg.inv(X.T @ X)

    def t(outcome):
        beta = np.linalg.lstsq(X, outcome)[0]
        residual = outcome - X @ beta
        scores = [inverse[0] @ X[cluster == g].T @ residual[cluster == g] for g in np.unique(cluster)]
        return abs(beta[0] - tau) / np.sqrt(np.square(scores).sum())

    without = y - tau * X[:, 0]
    restricted = others @ np.linalg.lstsq(others, without)[0]
    order = pd.factorize(cluster)[0]
    drawn = np.array([t(tau * X[:, 0] + restricted + v[order] * (without - restricted)) for v in points])
    return (1 + (drawn >= t(y) * (1 - TIE)).sum()) / (1 + len(drawn))


@pytest.mark.parametrize("record", [param for param in committed("wild_bootstrap") if "fewcl6" in param.id])
def test_with_webbs_points_it_is_the_bootstrap_draw_by_draw(record):
    draws, seed = 399, 7
    points = _signs(6, draws, np.random.default_rng(seed), "webb")[0]
    _, p_value, low, high = bootstrap(record, null_imposed=True, multipliers="webb", draws=draws, seed=seed)
    assert p_value == draw_by_draw(record, points, 0.0)
    around = rejected_around(lambda tau: draw_by_draw(record, points, tau), low, high)
    assert around == [True, True, False, False]
