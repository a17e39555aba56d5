"""Other programmes among those compared with, and events that go with treatment: what is estimated without them, and said."""

import re

import pandas as pd
import pytest
from small_pages import ROOT, built, change, prepared, said

from lnbeval import report
from lnbeval.cli import stage
from lnbeval.workspace import Analysis, beside, estimates, find_workspace, open_study, views

MUNICIPALITIES = pd.read_csv(ROOT / "data/reference/municipalities.csv", index_col="code")
CODES, NAMES = MUNICIPALITIES.index.tolist(), MUNICIPALITIES["name"]
QUAKE = ["AL123", "AL121", "AL122", "AL224", "AL221", "AL222", "AL141", "AL142", "AL143", "AL225", "AL223"]
PROGRAMMES = "data/reference/other_programmes.csv"
ANALYSIS = Analysis(seed=1, draws=99)
TOGETHER = pytest.mark.xdist_group("contaminated_pages")  # they share one built workspace


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(prepared(tmp_path, ["01_programme", "04_results"]))
    change(tmp_path, placebos=[], treatment__table="raw/turnout/treatment.csv", treatment__announced=None)
    events(tmp_path, "E17")
    return tmp_path


def treated(workspace, codes):
    """Write a treatment table: these municipalities, confirmed in phase 1."""
    frame = pd.DataFrame({"code": codes, "phase": "1", "status": "confirmed", "source": "letter of 2019"})
    frame.to_csv(workspace / "data/raw/turnout/treatment.csv", index=False)


def events(workspace, *kept):
    """Leave only these events, so that each test is about one."""
    path = workspace / "data/reference/events.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table[table["event_id"].isin(kept)].to_csv(path, index=False)


def programmes(workspace, *rows):
    """Write the table of other programmes: code, programme, start, end, outcome areas."""
    table = pd.DataFrame(rows, columns=["code", "programme", "start", "end", "outcome_areas"])
    table.assign(what="x", source="y").to_csv(workspace / PROGRAMMES, index=False)


def opened():
    """The study, once its panel is prepared."""
    assert stage.main(["intake", "turnout"]) == 0
    assert stage.main(["panel", "turnout"]) == 0
    return open_study("turnout", find_workspace())


def finding(study, indicators=("turnout",)):
    """What is said of the indicators, as text, a sentence of findings each."""
    overall = views.labelled(study, estimates(study, ANALYSIS, indicators, by="overall"))
    made = report.findings(
        overall, study.reference.indicators, years="2021", estimand="ESTIMAND.", cautions={}, targeted=9,
        beside=beside(study, ANALYSIS, indicators),
    )  # fmt: skip
    return [re.sub(r"<[^>]+>", "", one).replace("\N{NO-BREAK SPACE}", " ") for one in made.body.split("</li>")][:-1]


def without(study, codes, indicator="turnout"):
    """The overall estimate on the panel of the others, made by hand: mean changes from 2017 to 2021."""
    rows = study.rows[~study.rows["code"].isin(codes)]
    wide = rows.pivot(index="code", columns="period", values=indicator)
    change_of = (wide[2021] - wide[2017]).dropna()
    on = change_of.index.isin(study.treated.index[study.treated["cohort"].notna()])
    return change_of[on].mean() - change_of[~on].mean()


def made(*rows):
    """Overall estimates: indicator, estimate, lower and upper end of the interval."""
    table = pd.DataFrame(rows, columns=["indicator", "estimate", "conf_low", "conf_high"])
    return table.assign(cohort=pd.array([pd.NA] * len(table), dtype="Int64"))


def rows_beside(doubts):
    """Rows without those that one event hit: indicator, doubt."""
    return pd.DataFrame(doubts, columns=["indicator", "doubt"]).assign(kind="event", hit="E hit all 9")


# Another programme in the same outcome (X54).


def test_x54_only_the_indicators_whose_outcome_area_a_programme_works_on_are_named(workspace, capsys):
    registry = workspace / "data/reference/indicators.csv"
    text = registry.read_text("utf-8")
    assert text.count("percentage points,down,1,all voters") == 1
    registry.write_text(text.replace("points,down,1,all voters", "points,down,2,all voters"), encoding="utf-8")
    change(workspace, indicators=["turnout", "invalid_ballots", "women_share"])
    treated(workspace, CODES[:9])
    programmes(
        workspace,
        ("AL357", "Of people", "2018", "", "1"),
        ("AL356", "Of institutions", "2018", "", "3"),
        ("AL355", "Of municipalities", "2018", "", "2;3"),
        ("AL354", "Of everything", "2018", "", "ALL"),
        ("AL353", "Of unknown", "2018", "", ""),
        ("AL352", "Misspelt", "2018", "", "1+7"),
    )
    code, text = said(capsys, "check", "turnout")
    assert code == 0
    told = dict(
        re.findall(r"WARN other_programmes.csv: '(Of \w+|Misspelt)' .*? It touches (.*?)\. Where it worked", text)
    )
    every = "every indicator (turnout, invalid_ballots, women_share)"
    unknown = f"{every}; on which outcome areas it works is not known, so it counts for all"
    assert told == {
        "Of people": "turnout, women_share",
        "Of municipalities": "invalid_ballots",
        "Of everything": every,
        "Of unknown": unknown,
        "Misspelt": unknown,  # never taken for none
    }


def test_x54_a_table_without_outcome_areas_counts_for_every_indicator(workspace, capsys):
    treated(workspace, CODES[:9])
    programmes(workspace, ("AL357", "Any", "2018", "", ""))
    table = pd.read_csv(workspace / PROGRAMMES, dtype=str, keep_default_na=False)
    table.drop(columns="outcome_areas").to_csv(workspace / PROGRAMMES, index=False)
    assert "It touches every indicator (turnout); on which outcome areas" in said(capsys, "check", "turnout")[1]


def test_x54_the_estimate_without_these_controls_stands_beside_the_headline_and_in_the_finding(workspace):
    treated(workspace, CODES[:9])
    programmes(
        workspace, ("AL357", "A", "2018", "", "1"), ("AL356", "A", "2018", "", "1"), ("AL355", "B", "2018", "", "1")
    )
    study = opened()
    (row,) = beside(study, ANALYSIS, ["turnout"]).to_dict("records")
    assert (row["scenario"], row["status"], row["n_treated"]) == ("without other programmes", "ok", 9)
    assert row["n_control"] == 52 - 3
    assert row["estimate"] == pytest.approx(without(study, ["AL357", "AL356", "AL355"]))
    (text,) = finding(study)
    named = ", ".join(NAMES[["AL357", "AL356", "AL355"]])
    assert (
        f"3 of the 52 municipalities compared with ({named}) also had another programme that touches this outcome"
        in text
    )
    number = f"{row['estimate']:+.2f}".replace("-", "\N{MINUS SIGN}")
    assert f"without them the best estimate is {number} percentage points (95 % interval" in text
    assert text.endswith("ESTIMAND.")


def test_x54_a_programme_that_touches_no_indicator_here_leaves_findings_alone(workspace, capsys):
    treated(workspace, CODES[:9])
    programmes(workspace, ("AL357", "Of institutions", "2018", "", "3"))
    study = opened()
    assert beside(study, ANALYSIS, ["turnout"]).empty
    assert "another programme" not in finding(study)[0]
    assert views.contamination(study)["Touches here"].tolist() == ["no indicator"]
    assert "other_programmes.csv" not in said(capsys, "check", "turnout")[1]


def test_x54_when_every_control_had_it_the_finding_says_that_nothing_is_left(workspace):
    treated(workspace, CODES[:9])
    programmes(workspace, *((code, "Everywhere", "2018", "", "1") for code in CODES[9:]))
    study = opened()
    (row,) = beside(study, ANALYSIS, ["turnout"]).to_dict("records")
    assert row["status"] == "not_estimable"
    assert "52 of the 52 municipalities compared with" in (text := finding(study)[0])
    assert "without them nothing can be estimated (" in text


def test_x54_the_shipped_table_knows_outcome_areas_of_the_registry_only():
    areas = pd.read_csv(ROOT / PROGRAMMES, dtype=str, keep_default_na=False)["outcome_areas"]
    known = set(pd.read_csv(ROOT / "data/reference/indicators.csv", dtype=str)["outcome_area"]) | {"ALL", ""}
    assert set(areas.str.split(";").explode()) <= known


def test_x54_a_grant_of_the_programme_itself_counts_as_another_programme(workspace, capsys):
    """Devoll has a grant of phase 2, open to any municipality: among the controls of phase 1 it is told."""
    treated(workspace, CODES[:9])
    table = pd.read_csv(workspace / PROGRAMMES, dtype=str, keep_default_na=False)
    grant = table["programme"].str.startswith("LNB grant")
    assert table.loc[grant, "code"].tolist() == ["AL341"]
    table.loc[grant, "start"] = "2021"  # the evaluation ends in 2021, the page on the grant is of 2023 or 2024
    table.to_csv(workspace / PROGRAMMES, index=False)
    assert (
        "'LNB grant to a municipality (phase 2)' (2021 to no end given) also reached 1 of 52"
        in said(capsys, "check", "turnout")[1]
    )


# An event that goes with treatment (X56).

EVENT = "'Earthquake M6.4: 11 affected municipalities (PDNA)' (2019)"
FIVE_OF_NINE = [*QUAKE[:5], "AL323", "AL321", "AL326", "AL343"]  # as in the documents of phase 2


def test_x56_the_estimate_without_the_affected_is_made_and_said_with_the_headline(workspace):
    treated(workspace, FIVE_OF_NINE)
    programmes(workspace)
    study = opened()
    (row,) = beside(study, ANALYSIS, ["turnout"]).to_dict("records")
    assert (row["scenario"], row["doubt"]) == ("without event E17", "")
    assert (row["n_treated"], row["n_control"]) == (4, 46)
    assert row["estimate"] == pytest.approx(without(study, QUAKE))
    (text,) = finding(study)
    event = "'Earthquake M6.4: 11 affected municipalities (PDNA)' (2019)"
    assert (
        f"{event} hit 5 of the 9 targeted municipalities and 6 of the 52 others: without them the best"
        in text.replace("&#x27;", "'")
    )
    assert "not shown as an effect" not in text
    assert views.called(beside(study, ANALYSIS, ["turnout"])) == "effect"


def test_x56_where_it_cannot_be_made_nothing_is_worded_as_an_effect(workspace):
    treated(workspace, QUAKE[:9])  # without the affected nobody is treated
    programmes(workspace)
    study = opened()
    apart = beside(study, ANALYSIS, ["turnout"])
    assert apart["status"].tolist() == ["not_estimable"]
    text = finding(study)[0].replace("&#x27;", "'")
    assert "This is not shown as an effect of the programme: 'Earthquake M6.4" in text
    assert "hit 9 of the 9 targeted municipalities and 2 of the 52 others" in text
    assert "no estimate without them can stand beside it (" in text
    for words in ("ESTIMAND", "would have been", "effect above", "We cannot tell", "set out to do"):
        assert words not in text
    assert text.startswith("In 2021, the 9 targeted municipalities and the others differ by")
    assert views.called(apart) == "difference"
    assert "not shown as effects" in views.estimand(study, apart)
    assert views.withheld(apart) == f"not shown as an effect: {EVENT} hit all 9 targeted municipalities"
    assert apart["reason"].tolist() == [f"all 9 targeted municipalities were hit by {EVENT}; nobody is left to compare"]
    assert "No unit is treated" not in text
    overall = estimates(study, ANALYSIS, ["turnout"], by="overall")
    assert "direction of the difference" in report.overall_title(overall, of=views.called(apart))


def test_x56_too_few_left_cannot_stand_for_the_headline_either(workspace):
    treated(workspace, [*QUAKE[:7], "AL323", "AL321"])
    programmes(workspace)
    study = opened()
    (row,) = beside(study, ANALYSIS, ["turnout"]).to_dict("records")
    assert (row["status"], row["n_treated"]) == ("ok", 2)
    assert row["doubt"] == "2 treated and 48 other municipalities are left, by number or weight too few for any method"
    assert "not shown as an effect of the programme" in finding(study)[0]
    apart = beside(study, ANALYSIS, ["turnout"])
    why = f"not shown as an effect: {EVENT} hit 7 of the 9 targeted municipalities and 4 of the 52 others"
    assert views.withheld(apart) == why
    assert views.reserved("Average effect by every estimator", apart) == f"Average difference by every estimator, {why}"
    assert views.cautioned("By cohort.", apart) == f"By cohort. Differences, {why}."


def test_x56_an_event_that_hit_everybody_compared_with_leaves_nobody_to_compare_with(workspace):
    table = pd.read_csv(workspace / "data/reference/events.csv", dtype=str, keep_default_na=False)
    table.assign(affected=";".join(CODES[9:])).to_csv(workspace / "data/reference/events.csv", index=False)
    treated(workspace, CODES[:9])
    programmes(workspace)
    (row,) = beside(opened(), ANALYSIS, ["turnout"]).to_dict("records")
    assert row["reason"] == f"all 52 municipalities compared with were hit by {EVENT}; nobody is left to compare with"
    assert row["hit"] == f"{EVENT} hit 0 of the 9 targeted municipalities and 52 of the 52 others"


def test_x56_where_only_some_indicators_are_withheld_titles_say_of_how_many():
    apart = rows_beside([("a", "x"), ("b", "")])
    assert views.withheld(apart) == "for 1 of 2 indicators not shown as an effect: E hit all 9"
    assert views.withheld(apart.tail(1)) == ""
    assert views.reserved("Average effect", apart.tail(1)) == "Average effect"
    assert views.cautioned("C.", apart.tail(1)) == "C."


def test_x56_the_title_by_years_says_difference_and_why_whether_or_not_there_is_an_estimate():
    rows = made(("a", 1.0, 0.5, 1.5)).assign(
        event_time=2, status="ok", reason="", band_low=0.2, band_high=2.0, unit="points"
    )
    why = "not shown as an effect: E hit all 9"
    assert report.trend_title(rows, "Care", withheld=why) == (
        f"Care: difference +1.00 points 2 years after treatment began, {why}; nothing before to compare"
    )
    assert report.trend_title(rows, "Care").startswith("Care: +1.00 points 2 years")
    none = rows.assign(status="not_estimable")
    assert report.trend_title(none, "Care", withheld=why) == f"Care: no estimate after treatment, {why}"


@pytest.mark.parametrize(
    ("headline", "without_them", "title"),
    [
        ((1, 0.5, 1.5), (1, -0.5, 2), "1 of 2 {}: 1 keeps the sign; the interval begins to include zero for 1 and ceases to for none"),
        ((1, -0.5, 2), (1, 0.5, 1.5), "1 of 2 {}: 1 keeps the sign; the interval begins to include zero for none and ceases to for 1"),
        ((1, 0.5, 1.5), (-1, -2, -0.5), "1 of 2 {}: 0 keep the sign; the interval begins to include zero for none and ceases to for none"),
        ((1, 0.5, 1.5), None, "None of 2 {}"),
    ],
)  # fmt: skip
def test_x54_x56_the_title_counts_what_was_made_and_both_kinds_of_change(headline, without_them, title):
    first = pd.concat([made(("a", *headline)), made(("b", *headline))])
    second = made(("a", *(without_them or (float("nan"),) * 3))).assign(
        status="ok" if without_them else "not_estimable"
    )
    second = pd.concat([second, made(("b", *(float("nan"),) * 3)).assign(status="not_estimable")])
    words = "estimates without those reached by something else could be made"
    assert views.beside_title(first, second) == title.format(words)


@pytest.mark.parametrize(
    ("headline", "without_them", "remark"),
    [
        ((1.0, -0.5, 2.0), (1.0, 0.5, 1.5), "Without them the interval no longer includes zero."),
        ((1.0, -0.5, 2.0), (1.0, -0.5, 1.5), ""),
        ((1.0, 0.5, 1.5), (1.0, -0.5, 1.5), "The finding does not hold without them."),
        ((1.0, 0.5, 1.5), (-1.0, -1.5, -0.5), "Without them the sign is the other one."),
        ((1.0, float("nan"), float("nan")), (1.0, 0.5, 1.5), ""),
    ],
)
def test_x54_a_finding_remarks_on_an_interval_that_begins_or_ceases_to_include_zero(headline, without_them, remark):
    row = made(("a", *headline)).assign(status="ok", unit="points", reason="", n_treated=9, n_control=52)
    other = made(("a", *without_them)).assign(
        status="ok",
        unit="points",
        reason="",
        n_treated=9,
        n_control=50,
        kind="programme",
        why="2 had another",
        doubt="",
    )
    about = pd.DataFrame({"label": ["Care"], "direction": ["up"]}, index=["a"])
    body = report.findings(row, about, years="2021", estimand="", cautions={}, targeted=9, beside=other).body
    said_of_it = [
        one for one in re.findall(r"<strong>([^<]*)</strong>", body) if "Without them" in one or "does not hold" in one
    ]
    assert said_of_it == [remark] * bool(remark)


def test_x56_by_cohort_what_cannot_be_estimated_stands_with_its_indicator_under_one_heading(workspace):
    change(workspace, indicators=["turnout", "invalid_ballots"])
    treated(workspace, QUAKE)
    programmes(workspace)
    study = opened()
    both = ["turnout", "invalid_ballots"]
    shown = views.by_cohort(
        study, estimates(study, ANALYSIS, both, by="cohort"), beside(study, ANALYSIS, both, by="cohort")
    )
    assert shown["indicator"].tolist() == ["turnout"] * 2 + ["invalid_ballots"] * 2
    assert shown["status"].tolist() == ["ok", "not_estimable"] * 2
    body = report.results_table(shown, title="T", caption="C").body
    assert body.count('class="group"') == 2


def test_x56_an_event_within_another_of_the_same_year_is_left_out_once(workspace):
    events_before = pd.read_csv(ROOT / "data/reference/events.csv", dtype=str, keep_default_na=False)
    both = events_before[events_before["event_id"].isin(["E17", "E18", "E20"])]
    both.to_csv(workspace / "data/reference/events.csv", index=False)
    treated(workspace, FIVE_OF_NINE)
    programmes(workspace)
    study = opened()
    assert views.hit(study)["Goes with treatment"].tolist() == ["YES", "YES"]  # E20 hit the same as E17
    assert beside(study, ANALYSIS, ["turnout"])["scenario"].tolist() == ["without event E17"]


def test_x56_an_event_that_hits_both_sides_alike_changes_nothing(workspace):
    treated(workspace, [QUAKE[0], QUAKE[1], *[one for one in CODES if one not in QUAKE][:7]])
    programmes(workspace)
    study = opened()
    assert beside(study, ANALYSIS, ["turnout"]).empty
    assert views.hit(study)["Goes with treatment"].tolist() == ["no"]
    assert views.hit_title(study) == "None of 1 events that hit some of the municipalities go with treatment"
    assert "Earthquake" not in finding(study)[0]


def test_x56_by_cohort_too_each_effect_is_followed_by_the_one_without(workspace):
    treated(workspace, FIVE_OF_NINE)
    programmes(workspace, ("AL357", "A", "2018", "", "1"))
    study = opened()
    by_cohort = estimates(study, ANALYSIS, ["turnout"], by="cohort")
    shown = views.by_cohort(study, by_cohort, beside(study, ANALYSIS, ["turnout"], by="cohort"))
    assert shown["label"].tolist() == [
        "Treated from 2018",
        "Treated from 2018, without the 11 hit by 'Earthquake M6.4: 11 affected municipalities (PDNA)'",
    ]
    assert shown["estimate"].tolist()[1] == pytest.approx(without(study, QUAKE))


# The pages.


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = prepared(tmp_path_factory.mktemp("contaminated"), ["01_programme", "04_results"])
    change(folder, treatment__table="raw/turnout/treatment.csv", treatment__announced=None)
    treated(folder, FIVE_OF_NINE)
    events(folder, "E17")
    programmes(folder, ("AL357", "Other care", "2018", "2020", "1"), ("AL121", "Other care", "2018", "2020", "1"))
    return built(folder), pd.read_csv(folder / "outputs/turnout/results.csv", keep_default_na=False)


@TOGETHER
def test_x54_the_page_on_the_treatment_has_the_contamination_table(pages):
    text = pages[0]["01-programme"]
    assert "1 of 52 municipalities compared with were reached by another programme" in text
    assert "Other care 2018 to 2020 1 of 52: Vlorë 1 of 9 1 every indicator" in text


@TOGETHER
def test_x56_the_page_on_the_treatment_has_the_cross_table(pages):
    text = pages[0]["01-programme"]
    assert "1 of 1 events that hit some of the municipalities goes with treatment" in text
    assert "Earthquake M6.4: 11 affected municipalities (PDNA) 2019 5 of 9 6 of 52 YES" in text


@TOGETHER
def test_x54_x56_the_page_of_results_has_both_estimates_below_the_headline_and_in_words(pages):
    text = pages[0]["04-results"].replace("&#x27;", "'").replace("&#39;", "'")
    table = re.search(r"estimates without those reached by something else could be made: .*?In words", text)[0]
    assert re.search(
        r"Headline .*9 / 52.* Without the one control that other programmes reached .*9 / 51.* Without the 11 hit by "
        r"'Earthquake M6\.4.*4 / 46",
        table,
    )
    assert (
        "1 of the 52 municipalities compared with (Vlorë) also had another programme that touches this outcome" in text
    )
    assert "hit 5 of the 9 targeted municipalities and 6 of the 52 others: without them the best estimate is" in text


@TOGETHER
def test_x54_x56_the_results_file_has_both_as_scenarios(pages):
    results = pages[1]
    overall = results[results["aggregation"] == "overall"]
    assert {"", "without other programmes", "without event E17"} <= set(overall["scenario"])
    by_cohort = results[results["aggregation"] == "cohort"]
    assert set(by_cohort["scenario"]) == {"", "without event E17"}


# The pages where the finding is withheld.


@pytest.fixture(scope="module")
def withheld_pages(tmp_path_factory):
    """Pages of two indicators of municipalities that were all hit, and the folder of their files."""
    folder = prepared(tmp_path_factory.mktemp("withheld"), ["03_trends", "04_results", "05_method"])
    change(
        folder, treatment__table="raw/turnout/treatment.csv", treatment__announced=None, placebos=[],
        indicators=["turnout", "invalid_ballots"],
    )  # fmt: skip
    treated(folder, QUAKE)
    events(folder, "E17")
    programmes(folder)
    texts = {name: unquoted(text) for name, text in built(folder).items()}  # code too
    return texts, folder / "outputs/site/evaluations/turnout"


def unquoted(text):
    return text.replace("&#x27;", "'").replace("&#39;", "'")


WITHHELD = f"not shown as an effect: {EVENT} hit all 11 targeted municipalities"
WITHHELD_TOGETHER = pytest.mark.xdist_group("withheld_pages")  # they share one built workspace


@WITHHELD_TOGETHER
def test_x56_the_page_of_an_indicator_says_difference_in_title_caption_and_alternative_text(withheld_pages):
    texts, folder = withheld_pages
    text = texts["03-trends-turnout"]
    assert re.search(
        rf": difference \S+ percentage points \d years after treatment began, {re.escape(WITHHELD)}; ", text
    )
    assert f"Differences, {WITHHELD}." in text
    page = unquoted((folder / "03-trends-turnout.html").read_text("utf-8"))
    assert re.search(
        rf"Differences by years since support began, percentage points, with interval, {re.escape(WITHHELD)}\. year",
        page,
    )
    assert f"by years since treatment, {WITHHELD}" in text


@WITHHELD_TOGETHER
def test_x56_the_page_on_the_method_calls_no_average_an_effect(withheld_pages):
    page = unquoted((withheld_pages[1] / "05-method.html").read_text("utf-8"))
    titles = re.findall(r'class="exhibit-title"[^>]*>([^<]*)<', page)
    assert f"Average difference by every estimator, {WITHHELD}" in titles
    assert f"Average difference with every error and test, {WITHHELD}" in titles
    assert not any("effect" in title.replace(WITHHELD, "") for title in titles)
    text = withheld_pages[0]["05-method"]
    assert text.count(f"Differences, {WITHHELD}.") == 5


@WITHHELD_TOGETHER
def test_x56_the_card_in_the_list_of_evaluations_says_it_with_the_question(withheld_pages):
    assert f"Differences, {WITHHELD}." in withheld_pages[0]["index"]


@WITHHELD_TOGETHER
def test_x56_the_page_of_results_says_in_plain_words_that_nobody_is_left(withheld_pages):
    text = withheld_pages[0]["04-results"]
    assert f"all 11 targeted municipalities were hit by {EVENT}; nobody is left to compare" in text
    assert "No unit is treated" not in text
    assert "1 of 2 cohort differences the data can tell the direction of the difference" in text
    assert "None of 2 estimates without those reached by something else could be made" in text


@TOGETHER
def test_x56_where_the_estimate_stands_beside_the_headline_no_page_withholds(pages):
    assert not any("not shown as an effect" in text for text in pages[0].values())
