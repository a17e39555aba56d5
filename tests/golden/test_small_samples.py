"""Errors for few clusters are those of R clubSandwich and R summclust, with their degrees of freedom."""

import numpy as np
import pytest
from golden_records import every, panel, rows_of
from long_regression import clustered, event_dummies, long_regression

from lnbeval import Design, infer, twfe
from lnbeval.spread import analytic, cr2, jackknife

ESTIMATE = 1e-9  # absolute, of estimates of the order of one
STD_ERROR = 1e-10  # relative: the same formulas, R inverts and takes roots of larger matrices
DF = 1e-9  # relative: sums of squares over all pairs of clusters
PERIOD = {"base_did": "period", "organ_donations": "Quarter_Num"}


def regression(record):
    rows = rows_of(record)
    if "bins" not in record:
        return record["regressors"], long_regression(rows, record)
    times, own = event_dummies(rows, *record["bins"])
    return [f"e{e}" for e in times], long_regression(rows, record, own)


def std_errors(record, made):
    """Each kind by its formula. CR3 is the jackknife without its (G - 1) / G; CRV3J is centred at its own mean."""
    effects = made.effects
    G = len(set(effects.cluster.tolist()))
    columns = made.n_columns + (0 if record["within"] else made.n_absorbed)
    left_out = jackknife(effects)
    scores = left_out.scores - left_out.scores.mean(axis=0)
    return {
        "CR0": analytic(effects).std_error,
        "CR1": analytic(effects).std_error * np.sqrt(G / (G - 1)),
        "CR1S": clustered(effects, made.fit.n_obs, columns),
        "CR2": cr2(effects).std_error,
        "CR3": left_out.std_error * np.sqrt(G / (G - 1)),
        "CRV3": left_out.std_error,
        "CRV3J": np.sqrt((scores**2).sum(axis=0)),
    }


@pytest.mark.parametrize("record", every("small_sample"))
def test_every_kind_of_error_is_that_of_r(record):
    names, made = regression(record)
    errors = std_errors(record, made)
    for term, kind, estimate, std_error, _ in record["rows"]:
        k = names.index(term)
        assert made.effects.estimate[k] == pytest.approx(estimate, abs=ESTIMATE, rel=0), term
        assert errors[kind][k] == pytest.approx(std_error, rel=STD_ERROR), (term, kind)


@pytest.mark.parametrize("record", every("small_sample", lambda record: "cr_small_sample" in record["id"]))
def test_degrees_of_freedom_of_cr2_are_those_of_clubsandwich(record):
    names, made = regression(record)
    df = cr2(made.effects).df
    rows = [(term, expected) for term, kind, _, _, expected in record["rows"] if kind == "CR2"]
    assert [df[names.index(term)] for term, _ in rows] == pytest.approx([expected for _, expected in rows], rel=DF)


STATIC = every("small_sample", lambda record: ".within_" in record["id"] and len(record["regressors"]) == 1)


@pytest.mark.parametrize("record", STATIC)
def test_the_table_of_the_static_regression_shows_them(record):
    [treatment] = record["regressors"]
    data = panel(
        *(record[name] for name in ("data", "outcome", "absorbed", "weight", "cluster", "filter")),
        period=PERIOD.get(record["data"], "year"),
        treatment=treatment,
    )
    effects = twfe(data, Design(control_group="all"))
    for _, kind, estimate, std_error, df in record["rows"]:
        if kind in ("CR2", "CRV3"):
            row = infer(effects, method="cr2" if kind == "CR2" else "jackknife").iloc[0]
            assert row["estimate"] == pytest.approx(estimate, abs=ESTIMATE, rel=0)
            if row["n_treated"] == 1:  # clubSandwich prints an error for it, which is not one
                assert np.isnan(row["std_error"])
                continue
            assert row["std_error"] == pytest.approx(std_error, rel=STD_ERROR)
            assert row["df"] == pytest.approx(df, rel=DF)
