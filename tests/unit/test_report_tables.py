"""Tables of estimates: what each row shows, what stands once for several rows, and what comparisons come to."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from lnbeval import report
from lnbeval.certainty import UNRELIABLE
from lnbeval.effects import BASE_PERIOD
from lnbeval.report.numbers import shared_decimals
from lnbeval.table import tidy

NAN = float("nan")
NOT = {"estimate": NAN, "conf_low": NAN, "conf_high": NAN, "p_value": NAN, "df": NAN, "status": "not_estimable"}
NO_COUNTS = {"n_units": NAN, "n_treated": NAN, "n_control": NAN, "n_clusters": NAN, "n_obs": NAN}


def row(**given):
    plain = {
        "indicator": "care", "scenario": "", "estimator": "att_gt", "control_group": "never_treated", "inference": "cr2",
        "estimate": 1.26, "conf_low": -1.11, "conf_high": 3.64, "p_value": 0.267, "df": 11.0, "unit": "points",
        "n_units": 61, "n_treated": 9, "n_control": 52, "n_clusters": 12, "n_obs": 122, "status": "ok", "reason": "",
        "aggregation": "overall",
    }  # fmt: skip
    return plain | given


def table_of(*rows):
    frame = pd.DataFrame(rows)
    extra = [name for name in ("label", "heading") if name in frame]
    return tidy(frame.drop(columns=extra)).assign(**{name: frame[name].fillna("").tolist() for name in extra})


def by_estimator():
    refused = "counts event time period by period"
    return table_of(
        row(heading="Care"),
        row(heading="Care", scenario="estimator stacked", estimator="stacked", inference="rule", **NOT, **NO_COUNTS)
        | {"reason": f"stacked {refused}"},
        row(heading="Care", scenario="estimator lp", estimator="lp", inference="rule", **NOT, **NO_COUNTS)
        | {"reason": f"lp {refused}"},
        row(heading="Care", scenario="estimator twfe", estimator="twfe", estimate=0.5, conf_low=0.25, conf_high=0.75),
        row(heading="Spending", indicator="spend", unit="per cent"),
    )


def by_inference():
    return table_of(
        row(heading="Care"),
        row(heading="Care", scenario="inference a", inference="cr2, clusters are counties", n_clusters=7),
        row(heading="Care", scenario="inference b", inference="conley, within 50 km", df=NAN),
    )


def shown(exhibit):
    """The rows of an exhibit's tables as lists of texts."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", exhibit.body)
    return [
        re.sub(r"<[^>]+>", "", cell) for line in rows for cell in ["|".join(re.findall(r"<t[dh].*?</t[dh]>", line))]
    ]


def estimators(rows):
    return report.side_by_side(rows, by="estimator", title="T", caption="C")


def test_estimators_stand_below_the_name_and_unit_of_their_indicator():
    groups = re.findall(
        r'<tr class="group"><th scope="rowgroup"[^>]*><span[^>]*>([^<]+)', estimators(by_estimator()).body
    )
    assert groups == ["Care, points", "Spending, per cent"]
    assert estimators(by_estimator()).body.count("Care") == 1


def test_rows_of_an_indicator_are_brought_together():
    mixed = by_estimator().iloc[[0, 4, 1, 2, 3]]
    assert estimators(mixed).body == estimators(by_estimator()).body


def test_each_estimator_has_its_counts():
    assert (
        shown(estimators(by_estimator()))[2]
        == "att_gt|+1.26|−1.11 to 3.64|0.267|11|61 / 12|9 / 52|122|cr2|never_treated"
    )


def test_a_row_that_could_not_be_made_has_neither_counts_nor_inference():
    assert shown(estimators(by_estimator()))[3] == "stacked (1)|n/a|||–|–|–|–||never_treated"


def test_a_reason_of_several_rows_stands_once_below_their_group():
    texts = shown(estimators(by_estimator()))
    assert texts[4].startswith("lp (1)|n/a")
    assert texts[6] == "(1) Not estimable: each counts event time period by period"
    assert sum("event time" in text for text in texts) == 1


def test_a_reason_of_one_row_stands_below_it():
    texts = shown(estimators(by_estimator().drop(index=2)))
    assert texts[3].startswith("stacked|n/a")
    assert texts[4] == "Not estimable: stacked counts event time period by period"


def test_every_inference_has_its_line_whatever_stands_behind_the_comma():
    body = report.side_by_side(by_inference(), by="inference", title="T", caption="C").body
    assert re.findall(r"<li>([^<]+)</li>", body) == [
        "Estimator: att_gt, compared with never_treated",
        "cr2: residuals scaled up by leverage, Satterthwaite df",
        "cr2, clusters are counties: residuals scaled up by leverage, Satterthwaite df",
        "conley, within 50 km: neighbours&#x27; errors related, no small-sample correction",
    ]


def test_the_method_line_knows_an_inference_with_a_comma():
    line = report.method_line(by_inference().tail(1))
    assert "conley, within 50 km (neighbours' errors related, no small-sample correction)" in line


@pytest.mark.parametrize(
    ("p", "error", "expected"),
    [(0.267, 0.014, "0.267 ± 0.014"), (0.0004, 0.0002, "&lt;0.001 ± 0.001"), (0.267, NAN, "0.267")],
)
def test_x72_the_simulation_error_stands_behind_a_simulated_p(p, error, expected):
    table = table_of(row(heading="Care", inference="randomization", p_value=p, p_value_error=error))
    assert any(f"|{expected}|" in line for line in shown(estimators(table)))


def test_an_indicator_has_the_same_decimals_in_all_its_rows():
    wide, narrow = (
        row(estimate=12.5, conf_low=-20.25, conf_high=45.25),
        row(estimate=0.5, conf_low=0.25, conf_high=0.75),
    )
    texts = shown(report.results_table(table_of(wide, narrow), title="T", caption="C"))
    assert texts[1].startswith("care|+12.5|−20.2 to 45.2|")
    assert texts[2].startswith("care|+0.5|0.2 to 0.8|")


def test_decimals_never_hide_the_narrowest_interval():
    rows = table_of(row(estimate=100.0, conf_low=50.0, conf_high=150.0), row(estimate=1.0, conf_low=0.9, conf_high=1.1))
    assert shared_decimals(rows) == 1


def test_treated_and_control_share_a_column_and_the_unit_stands_under_the_name():
    rows = table_of(row(label="Care"), row(label="Spending", indicator="spend", unit="per cent"))
    body = report.results_table(rows, title="T", caption="C").body
    assert "Treated / control" in body
    assert '>Care<br><small class="cell-note">points</small></th>' in body
    assert ">9 / 52</td>" in body


def test_rows_with_headings_are_grouped_below_them():
    rows = table_of(
        row(label="2017", heading="Care"), row(label="2017", heading="Spending", indicator="spend", unit="%")
    )
    texts = shown(report.results_table(rows, title="T", caption="C"))
    assert [texts[1], texts[3]] == ["Care, points", "Spending, %"]
    assert texts[2].startswith("2017|")


def test_the_band_is_shown_where_it_is_asked_for_and_rows_have_one():
    rows = table_of(
        row(band_low=-2.0, band_high=4.5), row(estimate=0.0, conf_low=NAN, conf_high=NAN, reason=BASE_PERIOD)
    )
    texts = shown(report.results_table(rows, title="T", caption="C", band=True))
    assert texts[0].startswith("Estimate of|Estimate|Interval|Band|")
    assert texts[1].startswith("care|+1.26|−1.11 to 3.64|−2.00 to 4.50|")
    assert texts[2].startswith("care|0.00|–|–|")
    assert "Band" not in report.results_table(rows, title="T", caption="C").body
    assert "Band" not in report.results_table(table_of(row()), title="T", caption="C", band=True).body


def test_the_line_below_says_how_p_was_adjusted_only_where_it_was():
    said = "Adjusted p: Holm step-down."
    adjusted = table_of(row(p_value_adjusted=0.4))
    assert said in report.results_table(adjusted, title="T", caption="C", adjusted=said).body
    assert said not in report.results_table(table_of(row()), title="T", caption="C", adjusted=said).body


def test_the_base_period_is_explained_and_not_flagged():
    body = report.results_table(table_of(row(reason=BASE_PERIOD)), title="T", caption="C").body
    assert BASE_PERIOD in body
    assert "⚑" not in body


def test_many_estimates_are_folded_by_indicator_and_all_travel():
    rows = table_of(
        row(label="In 2013", heading="Care"), row(label="In 2014", heading="Care", **NOT, reason="nobody"),
        row(label="In 2013", heading="Spending", indicator="spend"),
    )  # fmt: skip
    exhibit = report.results_by_indicator(rows, title="T", caption="C")
    assert re.findall(r"<summary>([^<]+)</summary>", exhibit.body) == [
        "Care: 2 estimates, 1 of them not estimable",
        "Spending: 1 estimate",
    ]
    assert exhibit.body.count("<table") == exhibit.body.count("</details>") == 2
    assert len(exhibit.rows) == 3


# What comparisons come to.


def verdict(*rows, by="estimator"):
    exhibit = report.verdicts(table_of(*rows), by=by, caption="C")
    return exhibit.title, exhibit.data.iloc[0].tolist()


UP = {"heading": "Care", "estimate": 0.53, "conf_low": 0.1, "conf_high": 0.96}
UNSURE = {"heading": "Care", "estimate": 0.9, "conf_low": -0.1, "conf_high": 1.9}
DOWN = {"heading": "Care", "estimate": -0.25, "conf_low": -0.5, "conf_high": 0.1}


def test_a_verdict_counts_signs_and_intervals_among_those_that_could_be_made():
    title, told = verdict(
        row(**UNSURE), row(**UP, scenario="a"), row(**UP, scenario="b"), row(**DOWN, scenario="c"),
        row(**NOT, heading="Care", scenario="d"),
    )  # fmt: skip
    assert told[1:5] == ["3 of 4", "−0.25", "+0.90", "2 of 4"]
    assert told[5] == "differ: most others exclude zero, the headline does not"
    assert title == "For 0 of 1 indicators the headline and most other estimators agree on whether zero is excluded"


def test_a_verdict_says_when_only_the_headline_excludes_zero():
    assert verdict(row(**UP), row(**UNSURE, scenario="a"))[1][5] == (
        "differ: the headline excludes zero, most others do not"
    )


@pytest.mark.parametrize(
    ("others", "expected"),
    [([UP], "agree"), ([UP, UNSURE], "the others are split"), ([], "cannot be compared")],
)
def test_a_verdict_compares_the_headline_with_most_others(others, expected):
    rows = [row(**one, scenario=str(i)) for i, one in enumerate(others)]
    assert verdict(row(**UP), *rows)[1][5] == expected


def test_a_verdict_on_errors_gives_the_span_of_p():
    told = verdict(row(**UP, p_value=0.0002), row(**UNSURE, p_value=0.124, scenario="a"), by="inference")[1]
    assert told[1:4] == ["<0.001", "0.124", "1 of 2"]


def test_without_an_estimate_of_the_headline_nothing_is_compared():
    title, told = verdict(row(**NOT, heading="Care"), row(**UP, scenario="a"))
    assert title == "The headline cannot be compared with other estimators"
    assert told[1] == "n/a"
    assert told[5] == "cannot be compared"


# Titles.


def test_a_title_counts_before_and_after_adjustment():
    rows = table_of(
        row(**UP, p_value_adjusted=0.08), row(**UP, p_value_adjusted=0.02), row(**UNSURE, p_value_adjusted=0.3)
    )
    assert report.overall_title(rows) == (
        "For 2 of 3 indicators the data can tell the direction of the effect, before adjustment for looking at several; "
        "for 1 after it"
    )
    assert report.overall_title(rows, level=0.9).endswith("for 2 after it")


def test_a_title_says_that_nothing_was_adjusted_and_how_many_are_in_a_family():
    rows = table_of(row(**UP), row(**UP))
    assert report.overall_title(rows).endswith("the effect, before adjustment for looking at several")
    some = table_of(row(**UP, p_value_adjusted=0.01), row(**UP))
    assert report.overall_title(some).endswith("; for 1 of the 1 in a family after it")
    assert report.overall_title(rows.head(1)).endswith("the direction of the effect")


def test_bands_before_treatment_that_rest_on_too_few_are_not_counted():
    after = row(event_time=0, band_low=-1.0, band_high=3.0)
    before = row(event_time=-2, band_low=-1.0, band_high=3.0)
    few = before | {"event_time": -3, "reason": f"only 2 treated units or clusters; {UNRELIABLE}"}
    assert report.trend_title(table_of(few, before, after), "Care").endswith(
        "0 of 1 bands before treatment exclude zero, 1 before treatment cannot tell: too few units"
    )
    assert report.trend_title(table_of(few, after), "Care").endswith("; 1 before treatment cannot tell: too few units")
