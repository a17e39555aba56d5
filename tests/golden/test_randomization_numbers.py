"""Randomization inference: the exact p-values of all assignments, and the interval that its test gives."""

from dataclasses import replace

import numpy as np
import pytest
from golden_records import committed, every, panel

from lnbeval import Design, infer, twfe
from lnbeval.randomization import randomization

EXACT = 1e-12  # absolute: shares of a few dozen assignments
STEP = 1e-6  # of the length of an interval: on either side of a bound
ALPHA = 0.05
RECORDS = every("randomization")


def effects_of(record):
    data = panel(record["data"], "y", "unit", None, "cluster", None, period="time", treatment="D")
    return twfe(data, Design(control_group="all"))


def permuted(effects):
    return randomization(effects, level=1 - ALPHA, draws=9_999, rng=np.random.default_rng(0))


@pytest.mark.parametrize("record", RECORDS)
def test_the_p_value_is_the_share_of_all_assignments_with_a_larger_t(record):
    made = permuted(effects_of(record))
    assert (made.assignments, made.exact) == (record["assignments"], True)
    assert made.p_value == pytest.approx([record["p_value"]], abs=EXACT, rel=0)
    table = infer(effects_of(record), method="randomization")
    assert table["p_value"].iloc[0] == pytest.approx(record["p_value"], abs=EXACT, rel=0)


@pytest.mark.parametrize("record", [param for param in committed("randomization") if "fewcl8" in param.id])
def test_the_statistic_is_t_and_not_the_coefficient(record):
    effects = effects_of(record)
    coefficients = np.abs([b for b, _ in record["statistics"]])
    by_coefficient = (coefficients >= abs(effects.estimate[0]) * (1 - EXACT)).mean()
    assert by_coefficient == pytest.approx(4 / 56)
    assert permuted(effects).p_value[0] == pytest.approx(5 / 56)


@pytest.mark.parametrize("record", [param for param in committed("randomization") if "fewcl8" in param.id])
def test_the_test_rejects_just_outside_its_interval_and_not_just_inside(record):
    effects = effects_of(record)
    made = permuted(effects)
    low, high = made.conf_low[0], made.conf_high[0]
    step = STEP * (high - low)
    inside, outside = (low + step, high - step), (low - step, high + step)
    assert [p_value_at(effects, tau) > ALPHA for tau in (*inside, *outside)] == [True, True, False, False]


def p_value_at(effects, tau):
    """The test once a constant effect is taken off the outcomes of the treated, estimated anew."""
    data = effects.panel
    treated = data.periods >= data.cohort[:, None]
    return permuted(effects.refit(replace(data, outcome=data.outcome - tau * treated))).p_value[0]


@pytest.mark.parametrize("record", [param for param in committed("randomization") if "fewcl8" not in param.id])
def test_with_so_few_assignments_that_nothing_can_be_rejected_the_interval_has_no_bounds(record):
    assert 1 / record["assignments"] > ALPHA
    made = permuted(effects_of(record))
    assert np.isinf([made.conf_low[0], made.conf_high[0]]).all()
