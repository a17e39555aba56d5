"""Small panels, written as they are read: one row of outcomes per unit."""

import numpy as np
import pandas as pd

from lnbeval import NEVER, Panel


def long(rows, periods):
    """One row per unit and period from {unit: (cohort, outcomes)}."""
    return pd.DataFrame(
        [
            {"unit": unit, "period": period, "outcome": outcome, "cohort": cohort}
            for unit, (cohort, outcomes) in rows.items()
            for period, outcome in zip(periods, outcomes, strict=True)
        ]
    )


def panel_of(rows, periods, *, weight=None, cluster=None):
    """The panel of {unit: (cohort, outcomes)}; weight and cluster by unit."""
    frame = long(rows, periods)
    frame["weight"] = frame["unit"].map(weight or dict.fromkeys(rows, 1.0))
    frame["cluster"] = frame["unit"].map(cluster or {unit: unit for unit in rows})
    return Panel.from_long(
        frame,
        unit="unit",
        period="period",
        outcome="outcome",
        cohort="cohort",
        weight="weight",
        cluster="cluster",
        never="inf",
    )


def simulated(seed=1, *, n=24, periods=8, cohorts=(4, 6, NEVER), clusters=None, missing=0.0):
    """Noise with unit and period effects and an effect of one that grows by a half each period."""
    rng = np.random.default_rng(seed)
    cohort = np.resize(np.array(cohorts, dtype=float), n)
    years = np.arange(1, periods + 1)
    since = np.where(np.isfinite(cohort)[:, None], years - cohort[:, None], -1.0)
    outcome = rng.normal(size=(n, 1)) + rng.normal(size=periods) + rng.normal(size=(n, periods))
    outcome += np.where(since >= 0, 1 + since / 2, 0)
    outcome[rng.random((n, periods)) < missing] = np.nan
    labels = np.array([f"u{i}" for i in range(n)], dtype=object)
    return Panel(
        units=labels,
        periods=years,
        outcome=outcome,
        cohort=cohort,
        covariates=np.empty((n, 0)),
        weight=rng.uniform(0.5, 3.0, n),
        cluster=labels if clusters is None else np.array([f"c{i % clusters}" for i in range(n)], dtype=object),
    )


# Three cohorts and a unit never treated, one unit each, periods 1 to 4: small enough to do by hand.
STAGGERED = {
    "A": (2, [1, 4, 6, 9]),
    "B": (3, [2, 3, 7, 8]),
    "C": (4, [1, 5, 3, 9]),
    "D": (NEVER, [5, 7, 8, 9]),
}
PERIODS = (1, 2, 3, 4)
