"""The simultaneous band uses the Gaussian critical value of max |t|."""

import numpy as np
import pytest
from golden_records import committed, elsewhere, panel

from lnbeval import Design, aggregate, att_gt, infer

LEVEL = 0.95
DRAWS = 200_000
# The share of draws below the true quantile is binomial: its standard error, four times, brackets the level.
MONTE_CARLO = 4 * np.sqrt(LEVEL * (1 - LEVEL) / DRAWS)
REFERENCE = 1e-3  # mvtnorm integrates by quasi Monte Carlo to this absolute error in the probability


def critical_value(effects, level):
    table = infer(effects, method="analytic", level=level, draws=DRAWS, rng=np.random.default_rng(20_260_101))
    return ((table["band_high"] - table["estimate"]) / table["std_error"]).dropna().iloc[0]


def brackets(record):
    data = panel(record["data"], record["outcome"], record["unit"], record["weight"], record["cluster"])
    choices = {name: record[name] for name in ("control_group", "base_period", "anticipation", "missing")}
    effects = aggregate(att_gt(data, Design(**choices)), "event_time")
    low = critical_value(effects, LEVEL - MONTE_CARLO - REFERENCE)
    high = critical_value(effects, LEVEL + MONTE_CARLO + REFERENCE)
    assert low < record["critical_value"] < high
    assert high - low < 0.08  # the bracket is narrow enough to tell: the pointwise value is 0.7 or more away


@pytest.mark.parametrize("record", committed("band"))
def test_the_band_has_the_critical_value_of_mvtnorm(record):
    brackets(record)


@pytest.mark.parametrize("record", elsewhere("band"))
def test_the_band_on_the_data_of_others_has_the_critical_value_of_mvtnorm(record):
    brackets(record)
