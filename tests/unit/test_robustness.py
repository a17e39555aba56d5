"""Placebo panels: two periods before anybody is treated."""

from dataclasses import replace

import numpy as np
import pytest
from panels import panel_of, simulated

from lnbeval import NEVER, Design, att_gt
from lnbeval.errors import DesignError, PanelError
from lnbeval.robustness import placebo_panel

ROWS = {
    "early": (2, [0, 5, 5, 5, 5]),
    "at": (3, [0, 1, 5, 5, 5]),
    "a": (4, [1, 2, 4, 9, 9]),
    "b": (5, [1, 1, 2, 2, 9]),
    "late": (8, [3, 3, 4, 4, 4]),
    "never": (NEVER, [0, 1, 1, 1, 1]),
}
DATA = panel_of(ROWS, (1, 2, 3, 4, 5), weight={name: 1.0 + i for i, name in enumerate(ROWS)})


def test_the_placebo_keeps_units_untreated_in_both_periods():
    placebo = placebo_panel(DATA, base=2, period=3)
    assert placebo.units.tolist() == ["a", "b", "late", "never"]
    assert placebo.periods.tolist() == [2, 3]
    assert placebo.outcome.tolist() == [[2, 4], [1, 2], [3, 4], [1, 1]]
    assert placebo.weight.tolist() == [3, 4, 5, 6]


def test_later_treated_units_pretend_and_those_after_the_last_period_are_controls():
    assert placebo_panel(DATA, base=2, period=3).cohort.tolist() == [3, 3, NEVER, NEVER]


def test_the_placebo_effect_by_hand():
    effects = att_gt(placebo_panel(DATA, base=1, period=3), Design())
    # weights 3, 4 and 5, 6: changes 3, 1 of those treated later, 1, 1 of the others
    assert effects.estimate[-1] == pytest.approx((3 * 3 + 4 * 1) / 7 - 1)


def test_parallel_trends_make_every_placebo_zero():
    data = simulated()
    parallel = replace(data, outcome=np.arange(24.0)[:, None] + np.sin(np.arange(8.0)))
    for base, period in [(1, 2), (1, 3), (2, 3), (4, 5)]:
        assert att_gt(placebo_panel(parallel, base=base, period=period), Design()).estimate[-1] == pytest.approx(
            0, abs=1e-12
        )


def test_a_placebo_without_later_treated_units_is_refused():
    with pytest.raises(
        DesignError, match="placebo from 4 to 5 has no unit that is treated later: choose earlier periods"
    ):
        placebo_panel(DATA, base=4, period=5)


def test_a_placebo_in_a_period_that_is_not_there_is_refused():
    with pytest.raises(PanelError, match="no period 0; it has 1, 2, 3, 4, 5"):
        placebo_panel(DATA, base=0, period=3)


def test_the_panel_is_left_as_it_was():
    before = DATA.cohort.copy()
    placebo_panel(DATA, base=2, period=3)
    assert DATA.cohort.tolist() == before.tolist()
