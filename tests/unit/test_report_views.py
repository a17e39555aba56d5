"""What the pages say of checks, of who was averaged over, of the errors that the rule chose, and of adjusted p-values."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from panels import simulated

from lnbeval.certainty import UNRELIABLE
from lnbeval.table import tidy
from lnbeval.workspace import Analysis, headline_reason, views

NAN = float("nan")
LABELS = {"care": "Care", "staff": "Staff", "spend": "Spending"}
WITHIN = SimpleNamespace(within={})


def study(*, announced=None, targeted=9, panels=None, families=(), indicators=("care", "staff", "spend")):
    """As much of a study as the views ask for."""
    return SimpleNamespace(
        name="test",
        indicator=lambda code: {"label": LABELS[code], "effect_unit": "points", "unit": "per cent"},
        treated=pd.DataFrame(
            {"cohort": [2018.0] * targeted + [NAN] * 5, "status": ["confirmed"] * targeted + [None] * 5}
        ),
        parameters=SimpleNamespace(
            treatment=SimpleNamespace(announced=announced),
            indicators=indicators,
            estimated=indicators,
            families=families,
            design=WITHIN,
        ),
        panel=lambda code, **_: (panels or {})[code],
    )


def row(**given):
    plain = {
        "indicator": "care", "scenario": "placebo 2014 to 2016", "estimate": -0.33, "conf_low": -0.65, "conf_high": -0.01,
        "n_treated": 9, "n_control": 52, "status": "ok", "reason": "", "aggregation": "overall", "event_time": NAN,
    }  # fmt: skip
    return plain | given


def table_of(*rows):
    return tidy(pd.DataFrame(rows))


def at(event_time, low=-1.0, high=1.0, **given):
    return row(scenario="", event_time=event_time, estimate=0.0, band_low=low, band_high=high, **given)


INSIDE = {"estimate": 0.1, "conf_low": -0.5, "conf_high": 0.7}


def checked(*placebos, by_time=()):
    made = views.checks(study(), table_of(*placebos), table_of(*(by_time or [at(-2)])), Analysis(seed=1))
    return made.set_index("check")


@pytest.mark.parametrize("side", ["n_treated", "n_control"])
@pytest.mark.parametrize("span", [{}, INSIDE])
def test_a_placebo_with_fewer_than_three_on_a_side_cannot_tell(side, span):
    one = checked(row(**span, **{side: 2})).loc["Care: placebo 2014 to 2016"]
    assert one["passed"] is None
    assert "fewer than 3 treated or control" in one["found"]


def test_a_placebo_with_three_on_each_side_can_fail_and_pass():
    assert checked(row(n_treated=3)).loc["Care: placebo 2014 to 2016", "passed"] is False
    assert checked(row(n_treated=3, **INSIDE)).loc["Care: placebo 2014 to 2016", "passed"] is True


@pytest.mark.parametrize("few", [{"n_treated": 2}, {"reason": f"only 2 treated units or clusters; {UNRELIABLE}"}])
def test_periods_before_treatment_with_too_few_are_not_counted_as_passed(few):
    one = checked(row(), by_time=[at(-2, **few)]).loc["Care: periods before treatment"]
    assert one["passed"] is None
    assert one["found"] == "1 not counted: fewer than 3 treated or control municipalities or clusters"


def test_periods_before_treatment_are_judged_by_those_with_enough():
    by_time = [at(-3, low=0.5, high=2.0, n_treated=2), at(-2)]
    one = checked(row(), by_time=by_time).loc["Care: periods before treatment"]
    assert one["passed"] is True
    assert one["found"].startswith("0 of 1 bands exclude 0; 1 not counted")
    by_time = [at(-3, low=0.5, high=2.0), at(-2, n_treated=2)]
    assert checked(row(), by_time=by_time).loc["Care: periods before treatment", "passed"] is False


def test_a_caution_names_the_failed_check_and_its_size():
    said = views.cautions(checked(row()).reset_index())["care"].replace("\N{NO-BREAK SPACE}", " ")
    assert said == (
        "1 of its 2 checks failed (placebo 2014 to 2016, −0.33, 95 % interval −0.65 to −0.01): read with caution."
    )


def test_a_caution_says_when_a_check_could_not_tell():
    assert views.cautions(checked(row(n_treated=2)).reset_index()) == {
        "care": "Not all of its checks could be made and relied on."
    }
    assert views.cautions(checked(row(**INSIDE)).reset_index()) == {}


def test_the_title_of_placebos_counts_those_that_can_tell_and_names_the_others():
    unreliable = row(n_treated=2, reason=UNRELIABLE)
    absent = row(conf_low=NAN, conf_high=NAN, estimate=NAN, status="not_estimable", reason="nobody")
    assert views.placebo_title(table_of(row(), row(**INSIDE), unreliable, absent)) == (
        "1 of 2 placebos exclude zero, where nothing can have happened; 1 cannot tell, for the reason below; 1 could not be made"
    )
    assert views.placebo_title(table_of(unreliable)) == "Placebos: 1 cannot tell, for the reason below"


def test_the_average_is_over_all_targeted_when_all_are_known_and_in_every_row():
    rows = table_of(row(), row(indicator="staff"))
    assert views.average_title(study(), rows) == "Average over all targeted municipalities and periods since treatment"


def test_the_average_says_how_many_rows_lack_some():
    rows = table_of(row(), row(indicator="staff", n_treated=8))
    assert views.average_title(study(), rows) == (
        "Average over all targeted municipalities (9; 8 for some indicators) and periods since treatment"
    )


def test_the_average_says_documented_when_fewer_are_known_than_announced():
    assert views.average_title(study(announced=15), table_of(row())) == (
        "Average over the 9 municipalities documented as targeted, of 15 announced, and periods since treatment"
    )


def test_grouped_rows_have_the_indicator_above_and_the_rest_as_label():
    rows = table_of(row(scenario="estimator twfe"), row(scenario="", cohort=2017, period=2013, event_time=-4))
    made = views.grouped(study(), rows)
    assert made["heading"].tolist() == ["Care", "Care"]
    assert made["label"].tolist() == ["", "Treated from 2017, in 2013"]


# Which errors the rule chose.

MANY = replace(simulated(1, n=48), weight=np.ones(48))
FEW = simulated(1, n=4, cohorts=(4, float("inf")))


def test_the_reason_is_one_sentence_when_all_indicators_have_the_same():
    every = study(panels=dict.fromkeys(LABELS, MANY))
    said = headline_reason(every, Analysis(seed=1))
    assert said.startswith("cr2 for all 3 indicators: 32 treated")
    assert "control municipalities" in said
    assert "clusters" not in said


def test_the_reason_is_grouped_by_method_when_indicators_differ():
    some = study(panels={"care": MANY, "staff": FEW, "spend": MANY})
    first, second = headline_reason(some, Analysis(seed=1)).split("; ")
    assert first.startswith("cr2 for care and spending: 32 treated")
    assert second.startswith("randomization for staff: 2 treated")


def test_declared_clusters_are_called_clusters():
    every = study(panels=dict.fromkeys(LABELS, MANY))
    assert "control clusters" in headline_reason(every, Analysis(seed=1, cluster="county"))


def test_the_card_shows_the_methods_chosen_and_not_the_rule():
    some = study(panels={"care": MANY, "staff": FEW, "spend": MANY})
    errors = {what: (which, note) for what, which, note in views.method(some, Analysis(seed=1))}
    assert errors["Errors of the average effects"][0] == "cr2, randomization"
    chosen = Analysis(seed=1, inference="jackknife")
    fixed = {what: (which, note) for what, which, note in views.method(some, chosen)}
    assert fixed["Errors of the average effects"] == ("jackknife", "chosen in the parameters")


def test_the_errors_of_every_kind_of_table_are_listed():
    some = study(panels={"care": MANY, "staff": FEW, "spend": MANY})
    used = views.inference_used(some, Analysis(seed=1))
    assert set(used["Estimates"]) == {"Average effects", "By cohort", "By years since treatment", "Single effects"}
    average = used[used["Estimates"] == "Average effects"].set_index("Errors")["Indicators"]
    assert average.to_dict() == {"cr2": "2 of 3", "randomization": "1 of 3"}


@pytest.mark.parametrize(("draws", "smallest"), [(9_999, "0.001"), (199, "0.005")])
def test_the_smallest_p_of_the_simulated_tests_is_said(draws, smallest):
    assert views.draws_note(Analysis(seed=1, draws=draws)).endswith(f"below {smallest}.")


def test_the_reference_programs_agree_to_so_many_digits():
    again = views.second_computation(study(panels={"care": MANY}, indicators=("care",)), Analysis(seed=1))
    assert again["Agreement"].tolist() == ["agree to 8 digits"]
