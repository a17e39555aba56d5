"""What a comparison may be, and when it cannot be made."""

import re
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from panels import PERIODS, STAGGERED, panel_of

from lnbeval import NEVER, Design, aggregate, att_gt, twfe, twfe_event_study
from lnbeval.design import analysed, regression_panel
from lnbeval.errors import DesignError, ParameterError

ESTIMATED_BY = {"att_gt": att_gt, "twfe": twfe, "twfe_event_study": twfe_event_study}
WITH_ALL = {"twfe": Design(control_group="all"), "twfe_event_study": Design(control_group="all"), "att_gt": Design()}
everyone = pytest.mark.parametrize("name", ESTIMATED_BY)


def refused(rows, periods, name, message):
    with pytest.raises(DesignError, match=message):
        ESTIMATED_BY[name](panel_of(rows, periods), WITH_ALL[name])


@pytest.mark.parametrize(
    ("choice", "value", "hint"),
    [
        ("control_group", "never", "never_treated"),
        ("control_group", "notyettreated", "not_yet_treated"),
        ("base_period", "univrsal", "universal"),
        ("adjustment", "drr", "dr"),
        ("missing", "pair", "pairwise"),
    ],
)
def test_an_unknown_word_is_refused_with_the_nearest_there_is(choice, value, hint):
    with pytest.raises(ParameterError, match=rf"^{choice} is '{value}'; it must be one of .*Did you mean '{hint}'\?$"):
        Design(**{choice: value})


@pytest.mark.parametrize("value", [-1, 0.5, True, "1", None])
def test_anticipation_is_a_number_of_periods(value):
    with pytest.raises(ParameterError, match=rf"anticipation is {value!r}; it must be a whole number of periods"):
        Design(anticipation=value)


def test_a_design_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Design().anticipation = 1


def test_errors_have_their_exit_codes():
    assert (ParameterError.exit_code, DesignError.exit_code) == (2, 4)


@everyone
def test_no_treated_unit(name):
    rows = {"a": (NEVER, [1, 2]), "b": (9, [1, 2]), "c": (NEVER, [3, 4])}
    refused(rows, (1, 2), name, "No unit is treated up to 2: the cohorts are 9, never")


@everyone
def test_no_control_unit(name):
    refused({"a": (2, [1, 2]), "b": (2, [1, 3])}, (1, 2), name, "no control unit: every unit is first treated in 2")


@everyone
def test_one_period(name):
    refused({"a": (2, [1]), "b": (NEVER, [1])}, (2,), name, r"only one period \(2\)")


@everyone
def test_all_units_treated_from_the_first_period(name):
    refused({"a": (1, [1, 2]), "b": (0, [1, 3])}, (1, 2), name, "Every unit is treated from the first period, 1")


@everyone
def test_all_treated_units_treated_from_the_first_period(name):
    rows = {"a": (1, [1, 2]), "b": (0, [1, 3]), "c": (NEVER, [0, 0])}
    refused(rows, (1, 2), name, "Every treated unit is treated from the first period, 1: add a period before")


@everyone
def test_no_unit_observed_in_every_period(name):
    rows = {"a": (2, [1, np.nan]), "b": (NEVER, [np.nan, 3])}
    with pytest.raises(DesignError, match=r"No unit is observed in every period.*missing='pairwise'"):
        ESTIMATED_BY[name](
            panel_of(rows, (1, 2)), Design(missing="complete", control_group=WITH_ALL[name].control_group)
        )


def test_controls_are_counted_again_after_incomplete_units_are_dropped():
    rows = {"a": (2, [1, 2]), "b": (2, [1, 4]), "c": (NEVER, [np.nan, 3])}
    with pytest.raises(DesignError, match="missing='complete' leaves no unit of cohort never treated"):
        analysed(panel_of(rows, (1, 2)), Design(missing="complete"))


def test_pairwise_lets_every_unit_in():
    data = panel_of({"a": (2, [1, 2]), "c": (NEVER, [np.nan, 3])}, (1, 2))
    assert analysed(data, Design()) is data


@pytest.mark.parametrize("name", ["twfe", "twfe_event_study"])
@pytest.mark.parametrize("control_group", ["never_treated", "not_yet_treated"])
def test_a_staggered_regression_must_say_that_it_compares_with_all(name, control_group):
    with pytest.raises(
        DesignError, match=rf"^{name}: control_group '{control_group}' cannot be kept.*say control_group 'all'"
    ):
        ESTIMATED_BY[name](panel_of(STAGGERED, PERIODS), Design(control_group=control_group))


@pytest.mark.parametrize("name", ["twfe", "twfe_event_study"])
def test_a_regression_gives_all_reasons_at_once(name):
    design = Design(base_period="varying", adjustment="dr")
    with pytest.raises(DesignError) as caught:
        ESTIMATED_BY[name](panel_of(STAGGERED, PERIODS), design)
    for words in ("control_group 'never_treated' cannot", "base_period 'varying' has no", "adjustment 'dr' is not"):
        assert words in str(caught.value)


def test_the_static_regression_refuses_anticipation():
    with pytest.raises(DesignError, match="anticipation has no counterpart in the static regression"):
        twfe(panel_of(STAGGERED, PERIODS), Design(control_group="all", anticipation=1))


def test_one_cohort_keeps_its_control_group_in_a_regression():
    rows = {"a": (2, [1, 4]), "b": (2, [3, 8]), "c": (NEVER, [0, 1]), "d": (7, [5, 7])}
    assert twfe(panel_of(rows, (1, 2)), Design()).estimate[0] == pytest.approx(4 - 1.5)


def test_always_treated_units_stay_in_a_regression_only_under_all():
    rows = {"e": (1, [0, 9]), "a": (2, [1, 4]), "b": (2, [3, 8]), "c": (NEVER, [0, 1]), "d": (NEVER, [5, 7])}
    data = panel_of(rows, (1, 2))
    never, everybody = Design(), Design(control_group="all")
    assert regression_panel(data, never, name="x", anticipation=False).units.tolist() == ["a", "b", "c", "d"]
    assert regression_panel(data, everybody, name="x", anticipation=False).units.tolist() == ["e", "a", "b", "c", "d"]


@pytest.mark.parametrize("name", ESTIMATED_BY)
def test_the_words_of_a_refusal_never_show_a_type(name):
    with pytest.raises(DesignError) as caught:
        ESTIMATED_BY[name](panel_of({"a": (2, [1, 2]), "b": (2, [1, 3])}, (1, 2)), WITH_ALL[name])
    assert not re.search(r"float64|array|<class", str(caught.value))


def test_estimating_does_not_change_the_design_or_the_panel():
    data, design = panel_of(STAGGERED, PERIODS), Design()
    before = data.outcome.copy(), data.cohort.copy()
    aggregate(att_gt(data, design), "overall")
    np.testing.assert_array_equal(data.outcome, before[0])
    np.testing.assert_array_equal(data.cohort, before[1])
    assert design == Design()
