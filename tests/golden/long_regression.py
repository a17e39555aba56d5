"""Regressions on rows of data, with any columns, through the engine of this package."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from lnbeval.design import Design
from lnbeval.effects import Effects, key_columns
from lnbeval.panel import Panel
from lnbeval.regression import Fit, Regression, least_squares
from lnbeval.spread import analytic
from lnbeval.two_way import regression_inference


@dataclass(frozen=True, kw_only=True, eq=False)
class LongRegression:
    """The fit, the first coefficients as effects, and what is counted of the columns."""

    fit: Fit
    effects: Effects  # one for each regressor, or for each column of `contrast`
    n_columns: int  # regressors and dummies, and the intercept where nothing is absorbed
    n_absorbed: int  # intercepts of units


def long_regression(rows, record, regressors=None, contrast=None):
    """The regression of a record on `rows`, of the columns named by it or of `regressors` (rows, k).

    A unit of the engine is a value of the absorbed column or, without one, of the cluster; each of its rows is a slot.
    """
    absorbed, cluster = record["absorbed"], record["cluster"]
    matrix = (
        np.column_stack([column(rows, name) for name in record["regressors"]]) if regressors is None else regressors
    )
    others = [np.ones((len(rows), 1))] if absorbed is None else []
    others += [dummies(rows, record["dummies"])] if record["dummies"] else []
    X = np.hstack([matrix, *others])
    group, labels = pd.factorize(rows[absorbed or cluster])
    slot = rows.groupby(group).cumcount().to_numpy()
    n, s = len(labels), int(slot.max()) + 1
    outcome, weight = np.full((n, s), np.nan), np.zeros((n, s))
    outcome[group, slot] = column(rows, record["outcome"])
    weight[group, slot] = 1.0 if record["weight"] is None else rows[record["weight"]]
    slots = np.zeros((n, s, X.shape[1]))
    slots[group, slot] = X
    fit = least_squares(
        Regression(
            outcome=outcome,
            regressors=slots,
            pattern=np.arange(n),
            weight=np.ones(n),
            slot_weight=weight,
            intercepts=np.full(s, -1 if absorbed is None else 0),
        )
    )
    chosen = np.eye(X.shape[1])[:, : matrix.shape[1]] if contrast is None else _padded(contrast, X.shape[1])
    panel = _panel(outcome, rows.groupby(group)[cluster].first().to_numpy(), labels)
    return LongRegression(
        fit=fit,
        effects=_effects(panel, fit, chosen),
        n_columns=X.shape[1],
        n_absorbed=0 if absorbed is None else n,
    )


def column(rows, name):
    """A column of numbers, or its logarithm."""
    if name.startswith("log("):
        return np.log(rows[name[4:-1]].to_numpy(float))
    return rows[name].to_numpy(float)


def dummies(rows, names):
    """Indicators of every combination of values but the first, (rows, values - 1)."""
    position, values = pd.factorize(pd.MultiIndex.from_frame(rows[names]), sort=True)
    return np.eye(len(values))[position][:, 1:]


def event_dummies(rows, low=None, high=None):
    """Event times but -1, those beyond `low` and `high` binned into these, and their indicators (rows, k)."""
    event_time = (rows["year"] - rows["cohort"]).clip(low, high).where(rows["cohort"] > 0)
    times = np.unique(event_time.dropna().to_numpy(int))
    times = times[times != -1]
    return times, (event_time.to_numpy()[:, None] == times).astype(float)


def clustered(effects, n_obs, n_parameters):
    """Error with the factor G / (G - 1) (N - 1) / (N - K)."""
    G = len(set(effects.cluster.tolist()))
    return analytic(effects).std_error * np.sqrt(G / (G - 1) * (n_obs - 1) / (n_obs - n_parameters))


def _padded(contrast, q):
    return np.vstack([contrast, np.zeros((q - len(contrast), contrast.shape[1]))])


def _panel(outcome, cluster, labels):
    n, s = outcome.shape
    return Panel(
        units=np.asarray(labels, dtype=object),
        periods=np.arange(s),
        outcome=outcome,
        cohort=np.full(n, np.inf),
        covariates=np.empty((n, 0)),
        weight=np.ones(n),
        cluster=np.asarray(cluster, dtype=object),
    )


def _effects(panel, fit, contrast):
    n, k = len(panel.units), contrast.shape[1]
    nothing = np.full(k, np.nan)
    names = ("cohort", "period", "base_period", "event_time", "baseline_mean")
    return Effects(
        **regression_inference(fit, contrast),
        columns=key_columns(
            dict.fromkeys(names, nothing)
            | {"n_treated": n, "n_control": n, "n_obs": fit.n_obs, "fewest": n, "status": "ok", "reason": ""}
        ),
        panel=panel,
        design=Design(),
        estimator="regression",
        aggregation="cell",
        refit=partial(_effects, fit=fit, contrast=contrast),
        treated=np.ones((n, k), dtype=bool),
        control=np.ones((n, k), dtype=bool),
    )
