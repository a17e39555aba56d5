"""Regressions with covariates by period, other effects or binned event times are, through the engine, those of fixest."""

import numpy as np
import pytest
from golden_records import every, rows_of
from long_regression import clustered, column, event_dummies, long_regression
from scipy import special

from lnbeval.spread import analytic

ESTIMATE = 1e-9  # absolute: fixest demeans by iteration
STD_ERROR = 1e-10  # relative
INTERVAL = 1e-8  # absolute: quantiles of t from two libraries
NOWHERE = 1e-10  # of the largest entry of a covariance


def n_parameters(record, made):
    """K of the factor: all columns, the regressors, or what is not nested in the clusters and one for what is."""
    if record["counted"] == "all":
        return made.n_columns + made.n_absorbed
    if record["counted"] == "regressors":
        return len(record["regressors"])
    return (len(record["regressors"]) if record["cluster"] in record["dummies"] else made.n_columns) + 1


def std_errors(record, made):
    if record["counted"] == "none at all":
        return analytic(made.effects).std_error
    return clustered(made.effects, made.fit.n_obs, n_parameters(record, made))


@pytest.mark.parametrize("record", every("regression_variant"))
def test_the_static_regression_is_that_of_fixest(record):
    made = long_regression(rows_of(record), record)
    errors, G = std_errors(record, made), len(set(made.effects.cluster.tolist()))
    quantile = special.stdtrit(G - 1, 0.975)
    for name, estimate, std_error, low, high in record["rows"]:
        k = record["regressors"].index(name)
        assert made.effects.estimate[k] == pytest.approx(estimate, abs=ESTIMATE, rel=0), name
        assert errors[k] == pytest.approx(std_error, rel=STD_ERROR), name
        bounds = made.effects.estimate[k] + quantile * errors[k] * np.array([-1, 1])
        assert bounds == pytest.approx([low, high], abs=INTERVAL, rel=0), name


@pytest.mark.parametrize("record", every("event_study_variant"))
def test_the_event_study_and_the_covariance_of_its_coefficients_are_those_of_fixest(record):
    rows = rows_of(record)
    times, own = event_dummies(rows, *record["bins"])
    X = np.column_stack([own, *(column(rows, name) for name in record["regressors"])])
    made = long_regression(rows, record, X)
    k = len(times)
    errors = clustered(made.effects, made.fit.n_obs, made.n_columns + 1)[:k]
    assert times.tolist() == [e for e, *_ in record["rows"]]
    assert made.effects.estimate[:k] == pytest.approx([b for _, b, _ in record["rows"]], abs=ESTIMATE, rel=0)
    assert errors == pytest.approx([se for *_, se in record["rows"]], rel=STD_ERROR)
    raw = analytic(made.effects)
    covariance = raw.covariance[:k, :k] * (errors[0] / raw.std_error[0]) ** 2
    expected = np.array(record["covariance"])[:k, :k]
    np.testing.assert_allclose(covariance, expected, rtol=0, atol=NOWHERE * np.abs(expected).max())
