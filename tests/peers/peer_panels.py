"""The panels on which peers are compared, and the same as long tables in the shape that peers read."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from unit.panels import simulated

from lnbeval import NEVER, Panel
from lnbeval.effects import BASE_PERIOD
from lnbeval.panel import fully_observed

DATA = Path(__file__).parents[1] / "golden" / "data"
CLOSED_FORM = 1e-8  # relative, of sums and small linear systems written in two ways
NOT_INSTALLED = "package '{}' is not installed (extra peers)"


@cache
def home(name, outcome="y", *, weight=None, cluster=None, covariates=()):
    """The home case: 61 units in 12 counties, 2013 to 2024, cohorts 2017 and 2021."""
    return Panel.from_long(
        pd.read_csv(DATA / f"{name}.csv"),
        unit="unit",
        period="year",
        outcome=outcome,
        cohort="cohort",
        never=0,
        weight=weight,
        cluster=cluster,
        covariates=list(covariates),
    )


@cache
def drawn(seed, *, covariates=0, weighted=True, missing=0.0, n=60, cohorts=(4, 6, NEVER), clusters=None):
    """A random panel of eight periods; covariates move the outcome more and more."""
    made = simulated(seed, n=n, cohorts=cohorts, missing=missing, clusters=clusters)
    x = np.random.default_rng([seed, n]).normal(size=(n, covariates))
    outcome = made.outcome + x.sum(axis=1, keepdims=True) * made.periods / len(made.periods)
    return replace(
        made,
        outcome=outcome,
        covariates=x,
        covariate_names=tuple(f"x{j + 1}" for j in range(covariates)),
        weight=made.weight if weighted else np.ones(n),
    )


def complete(panel):
    """The units that peers keep: those observed throughout."""
    return fully_observed(panel)


def long(panel, never=0.0):
    """One row per observed outcome: unit and cluster as numbers, `cohort` with `never` for the never treated."""
    n, t = panel.outcome.shape
    cohort = np.where(panel.cohort <= panel.periods[-1], panel.cohort, never)
    frame = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(1, n + 1), t),
            "year": np.tile(panel.periods, n),
            "y": panel.outcome.ravel(),
            "cohort": np.repeat(cohort, t),
            "treated": (panel.periods >= panel.cohort[:, None]).astype(int).ravel(),
            "weight": np.repeat(panel.weight, t),
            "cluster": np.repeat(pd.factorize(panel.cluster)[0] + 1, t),
            **{
                name: np.repeat(column, t)
                for name, column in zip(panel.covariate_names, panel.covariates.T, strict=True)
            },
        }
    )
    return frame.dropna(subset=["y"]).reset_index(drop=True)


def estimates(effects, *keys):
    """Estimates by key, without the rows that are zero by construction or could not be made."""
    shown = effects.ok & (effects.columns["reason"] != BASE_PERIOD)
    return dict(zip(_keys(effects, keys, shown), effects.estimate[shown].tolist(), strict=True))


def std_errors(effects, spread, *keys):
    """Errors of the same rows under a covariance of `lnbeval.spread`."""
    shown = effects.ok & (effects.columns["reason"] != BASE_PERIOD)
    return dict(zip(_keys(effects, keys, shown), spread(effects).std_error[shown].tolist(), strict=True))


def _keys(effects, keys, shown):
    columns = [effects.columns[key][shown].tolist() for key in keys]
    return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True)) or ["overall"]


def assert_met(ours, theirs, *, relative=CLOSED_FORM):
    """The same keys, and the same number for each; outcomes are of the order of one, so that near zero 1e-10 is rounding."""
    assert set(ours) == set(theirs)
    for key, number in ours.items():
        assert theirs[key] == pytest.approx(number, rel=relative, abs=1e-10), key


def worst(ours, theirs):
    """Largest difference, for what is known to differ."""
    return max(abs(theirs[key] - number) for key, number in ours.items())
