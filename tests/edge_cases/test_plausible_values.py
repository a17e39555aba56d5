"""Values that cannot be, that move too far, or whose unit is in doubt."""

import re

import numpy as np
import pytest
from written_evaluations import (
    CODES,
    NAMES,
    POPULATION,
    REFERENCE,
    YEARS,
    command,
    decide,
    evaluation,
    found,
    indicator,
    people,
    reconciles,
    reported,
    rows,
    source,
    taken,
    variable,
    with_cell,
)

from lnbeval import report
from lnbeval.errors import DataError
from lnbeval.reference import load_reference
from lnbeval.workspace import Analysis, estimates, open_study, views
from lnbeval.workspace.intake_stage import write_intake, write_panel
from lnbeval.workspace.parameters import read_parameters
from lnbeval.workspace.variables import breaks, variables

KRUJE, VLORE, HAS = "AL122", "AL357", "AL131"
MONEY = variable("grants", "money", low="0", prices="nominal", unit="thousand lek")
GRANTS = indicator("grants_received", "grants", "money")
PLAN = variable("inclusion_pct", "share", low="0", high="100", unit="percent of pupils")
INCLUSION = indicator("inclusion", "inclusion_pct", "share", low="0", high="100")


def money(code, year):
    return round(POPULATION[code] * 0.3 * (1 + 0.03 * (year - 2014)), 1)


def percent(code, year):
    return 40 + CODES.index(code) % 11 + 0.5 * (year - 2014)


def test_x23_a_negative_count_stops_with_its_cell(tmp_path, monkeypatch, capsys):
    table, cell = with_cell(rows(beneficiaries=people), KRUJE, 2016, "beneficiaries", -12)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    (stop,) = found(workspace, "below_range")
    assert (stop.severity, stop.cell, stop.municipality, stop.year) == ("STOP", cell, NAMES[KRUJE], "2016")
    assert f"{NAMES[KRUJE]} 2016: -12" in stop.what
    code, said = command(workspace, monkeypatch, capsys, "check", "trial")
    assert code == DataError.exit_code
    assert f"sheet Të dhëna, {cell}" in said


def test_x23_a_variable_declared_as_a_change_may_be_negative(tmp_path):
    table = rows(net_arrivals=lambda code, year: (year - 2017) * (1 + CODES.index(code)))
    change = variable("net_arrivals", "count", change="yes")
    workspace = evaluation(
        tmp_path, {"raport.xlsx": table}, ["arrivals"], variables=[change],
        registry=[indicator("arrivals", "net_arrivals", "count")],
    )  # fmt: skip
    assert found(workspace, "below_range") == []
    assert taken(workspace).values["value"].min() < 0


def test_x24_a_share_over_100_stops_with_the_distribution_by_year(tmp_path):
    table, cell = with_cell(rows(inclusion_pct=percent), VLORE, 2019, "inclusion_pct", 412.0)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["inclusion"], variables=[PLAN], registry=[INCLUSION])
    (stop,) = found(workspace, "above_range")
    assert (stop.severity, stop.cell, stop.municipality) == ("STOP", cell, NAMES[VLORE])
    assert "2019 42.5 to 412" in stop.what
    assert "2018 42 to 52" in stop.what
    assert stop.do.startswith("Say the unit")


def test_x24_a_year_of_fractions_among_percentages_stops(tmp_path):
    table = rows(inclusion_pct=lambda code, year: percent(code, year) / (100 if year == 2016 else 1))
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["inclusion"], variables=[PLAN], registry=[INCLUSION])
    (stop,) = found(workspace, "mixed_shares")
    assert stop.severity == "STOP"
    assert stop.year == "2016"
    assert "2016 0.41 to 0.51, median 0.46" in stop.what
    assert "percent of pupils" in stop.do


def test_x24_small_percentages_are_not_taken_for_fractions(tmp_path):
    table = rows(inclusion_pct=lambda code, year: 0.4 + 0.3 * (year - 2014) + 0.01 * (CODES.index(code) % 9))
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["inclusion"], variables=[PLAN], registry=[INCLUSION])
    assert found(workspace, "mixed_shares") == []


def test_x24_a_share_has_a_bound_where_the_registry_says_none(tmp_path):
    table, cell = with_cell(rows(inclusion_pct=percent), VLORE, 2019, "inclusion_pct", 104.5)
    table, other = with_cell(table, KRUJE, 2016, "inclusion_pct", -3)
    unbounded = [PLAN | {"low": "", "high": ""}], [INCLUSION | {"low": "", "high": ""}]
    workspace = evaluation(
        tmp_path, {"raport.xlsx": table}, ["inclusion"], variables=unbounded[0], registry=unbounded[1]
    )
    (above,), (below,) = found(workspace, "above_range"), found(workspace, "below_range")
    assert (above.severity, above.cell, "above 100" in above.what) == ("STOP", cell, True)
    assert (below.severity, below.cell, "is negative" in below.what) == ("STOP", other, True)


def test_x24_a_computed_share_above_the_whole_stops_with_its_rows_and_the_distribution_by_year(
    tmp_path, monkeypatch, capsys
):
    share = indicator(
        "women_share_of_aid", "women_helped", "share", denominator="beneficiaries", scale="100", unit="percent"
    )
    table = rows(beneficiaries=people, women_helped=lambda code, year: people(code, year) // 2)
    table, cell = with_cell(table, KRUJE, 2017, "women_helped", people(KRUJE, 2017) + 6)
    workspace = evaluation(
        tmp_path, {"raport.xlsx": table}, ["women_share_of_aid"],
        variables=[variable("women_helped", "count")], registry=[share],
    )  # fmt: skip
    (stop,) = found(workspace, "share_above_whole")
    assert (stop.severity, stop.cell, stop.municipality, stop.year) == ("STOP", cell, NAMES[KRUJE], "2017")
    assert "outside any to 100 percent" in stop.what
    assert "By year: 2014 " in stop.what
    assert stop.do.startswith("Say the unit")
    assert command(workspace, monkeypatch, capsys, "check", "trial")[0] == DataError.exit_code


def test_x24_a_part_that_stops_as_larger_than_its_total_does_not_stop_twice(tmp_path):
    share = indicator("women_share_of_aid", "women_helped", "share", denominator="beneficiaries", scale="100")
    table = rows(beneficiaries=people, women_helped=lambda code, year: people(code, year) // 2)
    table, _ = with_cell(table, KRUJE, 2017, "women_helped", people(KRUJE, 2017) + 6)
    workspace = evaluation(
        tmp_path, {"raport.xlsx": table}, ["women_share_of_aid"],
        variables=[variable("women_helped", "count", part_of="beneficiaries")], registry=[share],
    )  # fmt: skip
    assert found(workspace, "share_above_whole") == []
    assert [stop.severity for stop in found(workspace, "count_above_total")] == ["STOP"]


def test_x24_a_value_that_stops_as_above_its_total_is_no_more_told_as_far_from_the_others(tmp_path):
    def figures(code, _year):
        return 2 * POPULATION[code] if code == KRUJE else POPULATION[code] // 50

    workspace = evaluation(tmp_path, {"raport.xlsx": rows(beneficiaries=figures)}, ["care_coverage"])
    (stop,) = found(workspace, "count_above_total")
    assert f"larger than the population in {len(YEARS)} rows: " in stop.what
    assert found(workspace, "outlier") == []
    decide(workspace, (stop.name, "contacts_not_persons"))
    assert len(found(workspace, "outlier")) == len(YEARS)  # which the exception does not speak of


def test_x22_blank_cells_are_counted_with_their_places_and_never_read_as_zero(tmp_path, monkeypatch, capsys):
    table, first = with_cell(rows(beneficiaries=people, services=people), KRUJE, 2017, "beneficiaries", None)
    table, second = with_cell(table, VLORE, 2019, "beneficiaries", "  ")
    table, third = with_cell(table, VLORE, 2019, "services", None)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    (note,) = found(workspace, "blank_cells")
    assert note.severity == "NOTE"
    assert (
        f"3 cells are blank, read as not reported and never as zero: 2 in column 'beneficiaries' ({first}, {second})"
        in note.what
    )
    assert f"1 in column 'services' ({third})" in note.what
    assert np.isnan(reported(taken(workspace), KRUJE, 2017, "beneficiaries"))
    assert "3 cells are blank" in command(workspace, monkeypatch, capsys, "check", "trial")[1]


def test_x22_a_word_for_not_reported_is_no_blank_cell(tmp_path):
    table, _ = with_cell(rows(beneficiaries=people), KRUJE, 2017, "beneficiaries", "n/a")
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    assert found(workspace, "blank_cells") == []
    assert [problem.severity for problem in found(workspace, "missing_words")] == ["WARN"]


def test_x25_a_count_above_the_population_stops_and_passes_only_with_a_written_exception(tmp_path, monkeypatch, capsys):
    table, cell = with_cell(rows(beneficiaries=people), KRUJE, 2017, "beneficiaries", 2 * POPULATION[KRUJE])
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    (question,) = found(workspace, "count_above_total")
    assert (question.severity, question.cell, question.municipality) == ("STOP", cell, NAMES[KRUJE])
    assert question.options == ("contacts_not_persons",)
    assert "larger than the population" in question.what
    code, said = command(workspace, monkeypatch, capsys, "check", "trial")
    assert code == DataError.exit_code
    assert f"Only a written exception lets it pass: answer `{question.name}` with contacts_not_persons" in said
    (jump,) = found(workspace, "jump")
    decide(workspace, (question.name, "contacts_not_persons"), (jump.name, "keep"))
    (note,) = found(workspace, "count_above_total")
    assert note.severity == "NOTE"
    assert "A. Hoxha" in note.do
    assert command(workspace, monkeypatch, capsys, "check", "trial")[0] == 0


def test_x25_a_part_above_its_own_total_lists_the_rows(tmp_path):
    table = rows(beneficiaries=people, women=lambda code, year: people(code, year) // 2)
    table, first = with_cell(table, KRUJE, 2017, "women", people(KRUJE, 2017) + 1)
    table, second = with_cell(table, VLORE, 2018, "women", people(VLORE, 2018) + 5)
    workspace = evaluation(
        tmp_path,
        {"raport.xlsx": table},
        ["care_coverage"],
        variables=[variable("women", "count", part_of="beneficiaries")],
    )
    (question,) = found(workspace, "count_above_total")
    assert question.severity == "STOP"
    assert question.cell == f"{first}, {second}"
    assert f"{NAMES[VLORE]} 2018: {people(VLORE, 2018) + 5:,} of {people(VLORE, 2018):,}" in question.what


@pytest.mark.parametrize(
    ("factor", "told"),
    [
        (10, "multiplied by about 10:"),
        (1000, "multiplied by about 1,000:"),
        (1 / 122, "divided by about 120:"),
    ],
)
def test_x26_a_year_of_money_in_another_unit_stops(tmp_path, factor, told):
    table = rows(grants=lambda code, year: money(code, year) * (factor if year >= 2018 else 1))
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["grants_received"], variables=[MONEY], registry=[GRANTS])
    (stop,) = found(workspace, "money_unit")
    assert (stop.severity, stop.year, stop.subject) == ("STOP", "2018", "grants 2017-2018")
    assert f"grants is in nearly all municipalities that of 2017 {told}" in stop.what
    assert re.fullmatch(r"C\d+:C\d+(, C\d+:C\d+)*|(C\d+, )*C\d+( and \d+ more)?", stop.cell)
    assert stop.what.endswith("variables.csv says thousand lek")
    assert "without a stated rate" in stop.do
    assert found(workspace, "jump") == []


def test_x26_money_that_grows_is_no_change_of_unit(tmp_path):
    table = rows(grants=lambda code, year: money(code, year) * 1.3 ** (year - 2014))
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["grants_received"], variables=[MONEY], registry=[GRANTS])
    assert found(workspace, "money_unit") == []


def test_x27_money_over_years_is_told_to_be_nominal(tmp_path):
    workspace = evaluation(
        tmp_path, {"raport.xlsx": rows(grants=money)}, ["grants_received"], variables=[MONEY], registry=[GRANTS]
    )
    (warning,) = found(workspace, "nominal_money")
    assert (warning.severity, warning.subject) == ("WARN", "grants_received")
    assert "nominal terms over 2014-2021" in warning.what


def test_x27_deflated_money_and_shares_of_money_are_not_warned_about(tmp_path):
    table = rows(grants=money, social_spending=money, total_spending=lambda code, year: 30 * money(code, year))
    workspace = evaluation(
        tmp_path, {"raport.xlsx": table}, ["grants_received", "spend_share"],
        variables=[MONEY | {"prices": "constant"}], registry=[GRANTS],
    )  # fmt: skip
    assert found(workspace, "nominal_money") == []


def charts(workspace, code):
    """The charts of an indicator as the pages draw them, from the panel that the pipeline leaves."""
    reference = load_reference(workspace.reference)
    parameters = read_parameters(workspace, "trial", reference)
    write_intake(workspace, "trial", parameters, reference)
    write_panel(workspace, "trial", parameters, reference)
    study, analysis = open_study("trial", workspace), Analysis(seed=1)
    by_time = estimates(study, analysis, [code], by="event_time")
    overall = views.labelled(study, estimates(study, analysis, [code], by="overall"))
    said = {"title": "", "caption": ""}
    means = views.group_means(study, code), views.events(study)
    treated = views.first_treated(study)
    return [
        report.group_means(
            *means, first_treated=treated, unit=views.unit(study, code), rows=views.mean_rows(study, code), **said
        ),
        report.event_study(by_time, unit=views.effect_unit(study, code), **said),
        report.forest(overall, **said),
    ]


@pytest.mark.parametrize("prices", ["nominal", "constant"])
def test_x27_every_chart_of_money_says_nominal_unless_it_is_deflated(tmp_path, prices):
    grants = GRANTS | {"unit": "thousand lek", "effect_unit": "thousand lek"}
    workspace = evaluation(
        tmp_path, {"raport.xlsx": rows(grants=money)}, ["grants_received"],
        variables=[MONEY | {"prices": prices}], registry=[grants],
    )  # fmt: skip
    drawn = charts(workspace, "grants_received")
    assert len(drawn) == 3
    assert ["thousand lek" in chart.body for chart in drawn] == [True] * 3
    assert ["thousand lek, nominal" in chart.body for chart in drawn] == [prices == "nominal"] * 3


def test_x28_a_value_far_from_the_years_around_it_is_asked_about_and_dropped_on_answer(tmp_path, monkeypatch, capsys):
    table, cell = with_cell(rows(beneficiaries=people), KRUJE, 2017, "beneficiaries", people(KRUJE, 2017) * 8)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    (question,) = found(workspace, "jump")
    assert (question.severity, question.cell, question.year) == ("ASK", cell, "2017")
    assert question.subject == f"{KRUJE} beneficiaries 2017"
    assert question.options == ("keep", "drop", "flag")
    assert command(workspace, monkeypatch, capsys, "check", "trial")[0] == DataError.exit_code

    before = taken(workspace)
    decide(workspace, (question.name, "drop"))
    after = taken(workspace)
    assert np.isnan(reported(after, KRUJE, 2017, "beneficiaries"))
    aside = after.set_aside.iloc[-1]
    assert (aside["cell"], aside["content"]) == (cell, str(people(KRUJE, 2017) * 8))
    assert aside["row"] == int(cell[1:])
    assert "drop" in aside["reason"]
    assert after.counts["cells_used"].sum() == before.counts["cells_used"].sum() - 1
    assert reconciles(after)
    assert len(after.values) == len(before.values)
    assert command(workspace, monkeypatch, capsys, "check", "trial")[0] == 0


def rated(code, year):
    """Between 4 and 10.4, but for three municipalities in which so little happens that a rate says little."""
    if code in CODES[:3]:
        return 0.3 if year % 2 else 2.1
    return round(4 + CODES.index(code) * 0.1 + (year - 2015) * 0.1, 2)


@pytest.mark.parametrize("kind", ["rate", "share", "measure"])
def test_x28_rates_shares_and_measures_that_jump_are_asked_about_too(tmp_path, kind):
    def ten_times(code, year):
        return rated(code, year) * (10 if (code, year) == (KRUJE, 2017) else 1)

    workspace = evaluation(
        tmp_path, {"raport.xlsx": rows(waiting=ten_times)}, ["waiting_time"],
        variables=[variable("waiting", kind)], registry=[indicator("waiting_time", "waiting", "rate")],
    )  # fmt: skip
    (question,) = found(workspace, "jump")
    assert (question.subject, question.severity) == (f"{KRUJE} waiting 2017", "ASK")


def test_x28_a_jump_that_is_asked_about_is_told_as_far_from_the_others_once_it_is_kept(tmp_path):
    table, _ = with_cell(rows(waiting=rated), KRUJE, 2017, "waiting", 900)
    workspace = evaluation(
        tmp_path, {"raport.xlsx": table}, ["waiting_time"],
        variables=[variable("waiting", "measure")], registry=[indicator("waiting_time", "waiting", "rate")],
    )  # fmt: skip
    (question,) = found(workspace, "jump")
    assert found(workspace, "outlier") == []
    decide(workspace, (question.name, "keep"))
    assert [one.year for one in found(workspace, "outlier")] == ["2017"]


@pytest.mark.parametrize("kind", ["rate", "share", "measure"])
def test_x28_a_year_in_which_all_rates_are_ten_times_as_large_is_one_question(tmp_path, kind):
    def ten_times(code, year):
        return rated(code, year) * (10 if year == 2018 else 1)

    workspace = evaluation(
        tmp_path, {"raport.xlsx": rows(waiting=ten_times)}, ["waiting_time"],
        variables=[variable("waiting", kind)], registry=[indicator("waiting_time", "waiting", "rate")],
    )  # fmt: skip
    (question,) = [one for one in found(workspace, "jump") if "municipalities in the same year" in one.what]
    assert question.subject == "waiting 2018"


@pytest.mark.parametrize("answer", ["keep", "flag"])
def test_x28_a_kept_value_stays_and_a_flagged_one_is_warned_about(tmp_path, answer):
    table, _ = with_cell(rows(beneficiaries=people), KRUJE, 2017, "beneficiaries", people(KRUJE, 2017) * 8)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    decide(workspace, (f"jump/raport.xlsx/{KRUJE} beneficiaries 2017", answer))
    intake = taken(workspace)
    assert reported(intake, KRUJE, 2017, "beneficiaries") == people(KRUJE, 2017) * 8
    assert not any(problem.severity in ("STOP", "ASK") for problem in intake.problems)
    assert len(found(workspace, "flagged_jump")) == (answer == "flag")


def test_x28_money_that_falls_by_96_percent_for_good_is_asked_about_by_its_two_years(tmp_path):
    def falls(code, year):
        return money(code, year) * (0.04 if code == KRUJE and year >= 2020 else 1)

    workspace = evaluation(
        tmp_path, {"raport.xlsx": rows(grants=falls)}, ["grants_received"], variables=[MONEY], registry=[GRANTS]
    )
    (question,) = found(workspace, "jump")
    assert question.subject == f"{KRUJE} grants 2019-2020"
    decide(workspace, (question.name, "drop"))
    asked = found(workspace, "jump")
    assert [problem.subject for problem in asked if problem.severity == "ASK"] == [f"{KRUJE} grants 2019-2021"]


def test_x28_a_jump_that_most_municipalities_share_is_one_question(tmp_path):
    table = rows(beneficiaries=lambda code, year: people(code, year) * (6 if year >= 2019 else 1))
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    (question,) = found(workspace, "jump")
    assert question.subject == "beneficiaries 2018-2019"
    assert "61 of 61 municipalities" in question.what
    assert "`breaks`" in question.do


def test_x28_a_series_that_jumps_everywhere_at_any_time_is_one_question(tmp_path):
    unsteady = CODES[:20]

    def jumps(code, year):
        return people(code, year) * (7 if code in unsteady and year == 2015 + unsteady.index(code) % 5 else 1)

    workspace = evaluation(tmp_path, {"raport.xlsx": rows(beneficiaries=jumps)}, ["care_coverage"])
    (question,) = found(workspace, "unsteady_series")
    assert found(workspace, "jump") == []
    assert (question.severity, question.subject) == ("ASK", "beneficiaries")
    assert "20 of 61 municipalities, 20 times in all" in question.what
    decide(workspace, (question.name, "drop"))
    values = taken(workspace).values.set_index(["code", "period"])["value"]
    gone = {place for place, value in values.items() if np.isnan(value)}
    assert gone == {(code, 2015 + number % 5) for number, code in enumerate(unsteady)}


def test_x28_a_registered_break_is_told_and_not_asked_about(tmp_path):
    table = rows(beneficiaries=lambda code, year: people(code, year) * (6 if year >= 2019 else 1))
    workspace = evaluation(
        tmp_path, {"raport.xlsx": table}, ["care_coverage"],
        variables=[{"code": "beneficiaries", "breaks": "2019: contacts are counted as well"}],
    )  # fmt: skip
    assert found(workspace, "jump") == []
    (note,) = found(workspace, "series_break")
    assert (note.severity, note.year) == ("NOTE", "2019")
    assert "contacts are counted as well" in note.what


def test_x28_small_counts_and_services_that_open_are_not_asked_about(tmp_path):
    def opens(_, year):
        return 0 if year < 2017 else 60 + year - 2017

    table = rows(services=lambda code, year: 1 + 15 * (code == KRUJE and year > 2016), beneficiaries=opens)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["services", "care_coverage"])
    assert found(workspace, "jump") == []


def test_x29_decimals_in_a_count_are_warned_about_with_their_cells(tmp_path):
    table, cell = with_cell(rows(beneficiaries=people), VLORE, 2015, "beneficiaries", people(VLORE, 2015) + 0.5)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    (warning,) = found(workspace, "decimals_in_count")
    assert (warning.severity, warning.cell, warning.year) == ("WARN", cell, "2015")
    assert re.search(
        r"Average effect on 'care_coverage': [+-][0-9.e-]+; without these cells [+-][0-9.e-]+$", warning.what
    )
    assert reported(taken(workspace), VLORE, 2015, "beneficiaries") == people(VLORE, 2015) + 0.5


def test_x29_decimals_in_full_time_posts_are_usual(tmp_path):
    table = rows(assessment_staff=lambda code, year: 1.5 + POPULATION[code] / 20000 + 0.1 * (year - 2014))
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["assessment_staff"])
    assert found(workspace, "decimals_in_count") == []


def average_effect(staff, without=None):
    """By hand: from 2017 to the mean of 2018 and 2019, the change of the treated less that of the others, per 10,000."""
    treated = {row["code"] for _, row in REFERENCE.evidence.query("status == 'confirmed' and phase == 1").iterrows()}
    people_then = REFERENCE.municipalities["population_2011"]
    changes = {
        code: ((staff(code, 2018) + staff(code, 2019)) / 2 - staff(code, 2017)) * 10000 / people_then[code]
        for code in CODES
        if code != without
    }
    sides = [[change for code, change in changes.items() if (code in treated) is side] for side in (True, False)]
    return np.mean(sides[0]) - np.mean(sides[1])


def test_x29_an_outlier_is_told_with_the_mean_without_it_and_never_cut_off(tmp_path):
    def staff(code, year):
        usual = 1 + REFERENCE.municipalities.loc[code, "population_2011"] / 10000 * (1 + 0.02 * (CODES.index(code) % 9))
        return usual * (60 if code == KRUJE else 1) + 0.01 * (year - 2014)

    workspace = evaluation(
        tmp_path, {"raport.xlsx": rows(range(2016, 2020), assessment_staff=staff)}, ["assessment_staff"]
    )
    warnings = found(workspace, "outlier")
    assert [warning.year for warning in warnings] == ["2016", "2017", "2018", "2019"]
    assert {warning.municipality for warning in warnings} == {NAMES[KRUJE]}
    assert "Mean of the year" in warnings[0].what
    assert "without it" in warnings[0].what
    pattern = r"Average effect on 'assessment_staff': (\S+); without this value (\S+), without Krujë (\S+)$"
    told = [tuple(map(float, re.search(pattern, warning.what).groups())) for warning in warnings]
    whole, without = average_effect(staff), average_effect(staff, without=KRUJE)
    assert abs(whole - without) > 1e-4
    assert [one[0] for one in told] == pytest.approx([whole] * 4, rel=1e-3)
    assert [one[2] for one in told] == pytest.approx([without] * 4, rel=1e-3)
    assert told[0][1] == told[0][0]  # 2016 is no base period, so that the value has no part in the estimate
    assert told[2][1] != told[2][0]
    assert reported(taken(workspace), KRUJE, 2016, "assessment_staff") == pytest.approx(staff(KRUJE, 2016), rel=1e-12)


def test_an_indicator_beyond_its_allowed_range_is_warned_about_at_its_numerator(tmp_path):
    per_head = indicator("per_head", "services", "rate", denominator="population", scale="1000", low="0", high="1")
    table, cell = with_cell(rows(services=lambda code, _: 1 + CODES.index(code) % 2), "AL335", 2016, "services", 19)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["per_head"], registry=[per_head])
    warnings = found(workspace, "indicator_range")
    assert [(warning.severity, warning.cell) for warning in warnings] == [("WARN", cell)]
    assert "leaves its range (0 to 1 rate)" in warnings[0].what


def test_a_plausible_file_is_quiet(tmp_path):
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(beneficiaries=people)}, ["care_coverage"])
    assert [problem for problem in taken(workspace).problems if problem.severity != "NOTE"] == []


def test_values_outside_the_years_that_are_analysed_are_not_questioned(tmp_path):
    table, _ = with_cell(rows(beneficiaries=people), KRUJE, 2014, "beneficiaries", -1)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"], data={"first_period": 2015})
    assert found(workspace, "below_range") == []


def test_a_variable_without_a_definition_is_told(tmp_path):
    table = rows(beneficiaries=people, visits=people)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    (note,) = found(workspace, "unregistered_variable")
    assert note.severity == "NOTE"
    assert "visits" in note.what


def test_every_part_of_an_indicator_is_a_registered_variable():
    known = variables(REFERENCE)
    parts = {*REFERENCE.indicators["numerator"], *REFERENCE.indicators["denominator"]} - {""}
    assert parts <= set(known)
    assert known["cwd_in_school"].part_of == "pupils"
    assert known["population"].breaks.keys() == {2023}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"code": "pupils", "kind": "number"}, "kind 'number' is none of count"),
        ({"code": "pupils", "part_of": "persons"}, "part_of 'persons' is no variable"),
        ({"code": "pupils", "breaks": "since 2020"}, "not written as `2023: what changed`"),
    ],
)
def test_a_wrong_word_in_the_registry_is_refused_with_its_place(tmp_path, monkeypatch, capsys, row, said):
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(beneficiaries=people)}, ["care_coverage"], variables=[row])
    code, told = command(workspace, monkeypatch, capsys, "check", "trial")
    assert code == DataError.exit_code
    assert said in told


def test_breaks_are_years_with_reasons():
    assert breaks("2021: one | 2023: two: three") == {2021: "one", 2023: "two: three"}
    assert breaks("") == {}


def by_sex(change):
    """Beneficiaries with sex as rows; `change` gives the cell of a municipality, year and sex another content."""
    table = [["Bashkia", "Viti", "Gjinia", "beneficiaries"]]
    for code in CODES:
        for year in range(2014, 2022):
            women = people(code, year) // 2
            told = {"Femra": women, "Meshkuj": people(code, year) - women}
            table += [[NAMES[code], year, sex, change(code, year, sex, number)] for sex, number in told.items()]
    return table


def added_up(tmp_path, change):
    table = by_sex(change)
    columns, rule = {"beneficiaries": "beneficiaries"}, {"by": "sum", "over": ["Gjinia"]}
    one = source(table) | {"columns": columns, "aggregate": rule}
    return evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"], sources=[one])


def told_of(workspace, municipality):
    return [
        (problem.severity, problem.rule)
        for problem in taken(workspace).problems
        if problem.severity != "NOTE" and (problem.municipality == municipality or municipality in problem.what)
    ]


@pytest.mark.parametrize("number", [-9000, -50])
def test_x23_a_negative_part_is_told_by_its_stop_only(tmp_path, number):
    def change(code, year, sex, usual):
        return number if (code, year, sex) == (KRUJE, 2016, "Femra") else usual

    assert told_of(added_up(tmp_path, change), NAMES[KRUJE]) == [("STOP", "below_range")]


def test_x41_the_question_about_zeros_counts_cells_of_the_years_of_the_file_and_no_bounds(tmp_path):
    def change(code, year, _sex, usual):
        if (code, year) == (VLORE, 2018):
            return None
        return "<5" if (code, year) == (KRUJE, 2016) else 0 if code == HAS and year < 2021 else usual

    table = by_sex(change)
    other = rows(range(2013, 2022), services=lambda code, _: 3 + CODES.index(code))
    columns, rule = {"beneficiaries": "beneficiaries"}, {"by": "sum", "over": ["Gjinia"]}
    sources = [
        source(table) | {"columns": columns, "aggregate": rule},
        source(other, "tjeter.xlsx"),
    ]
    tables = {"raport.xlsx": table, "tjeter.xlsx": other}
    workspace = evaluation(
        tmp_path,
        tables,
        ["care_coverage", "services"],
        sources=sources,
        variables=[variable("services", "count", zeros="zero")],
    )
    (question,) = [one for one in found(workspace, "zeros") if one.subject == "beneficiaries"]
    assert "is zero in 7 sums of 14 cells and not reported in 1 other:" in question.what


def test_x41_one_zero_is_one_question_and_no_warning(tmp_path):
    table, _ = with_cell(rows(beneficiaries=people), KRUJE, 2016, "beneficiaries", 0)
    table, _ = with_cell(table, VLORE, 2018, "beneficiaries", None)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    assert told_of(workspace, NAMES[KRUJE]) == [("ASK", "zeros")]
    (question,) = found(workspace, "zeros")
    assert "is zero in 1 cell and not reported in 1 other:" in question.what


def test_x41_figures_of_a_row_that_waits_for_a_question_of_its_own_are_not_counted_as_not_reported(tmp_path):
    table, _ = with_cell(rows(beneficiaries=people), KRUJE, 2016, "beneficiaries", 0)
    table, _ = with_cell(table, VLORE, 2018, "beneficiaries", None)
    for row in table[1:]:
        row[0] = "Peshkopi" if row[0] == NAMES["AL112"] else row[0]
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    assert [one.subject for one in found(workspace, "seat_town")] == ["Peshkopi"]
    (question,) = found(workspace, "zeros")
    assert "is zero in 1 cell and not reported in 1 other:" in question.what


@pytest.mark.parametrize("answer", ["structural", "zero", None])
def test_x29_zeros_that_are_asked_about_are_not_told_as_far_from_the_others(tmp_path, answer):
    def served(code, _year):
        return 0 if code == HAS else round(POPULATION[code] * (0.04 + 0.0004 * (CODES.index(code) % 5)))

    workspace = evaluation(tmp_path, {"raport.xlsx": rows(beneficiaries=served)}, ["care_coverage"])
    (question,) = found(workspace, "zeros")
    if answer:
        decide(workspace, (question.name, answer))
    assert found(workspace, "outlier") == []
