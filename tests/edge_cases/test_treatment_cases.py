"""Treatment cases: too few, too many, twice, back to nothing, or mixed up with something else; each is told by name."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_pages import change

from lnbeval import NEVER, Design, Panel, att_gt
from lnbeval.cli import stage
from lnbeval.cli.main import exit_code
from lnbeval.reference import load_reference
from lnbeval.workspace.parameters import read_parameters
from lnbeval.workspace.places import Workspace
from lnbeval.workspace.treatment import treated_municipalities

ROOT = Path(__file__).parents[2]
CODES = pd.read_csv(ROOT / "data/reference/municipalities.csv")["code"].tolist()
NAMES = pd.read_csv(ROOT / "data/reference/municipalities.csv", index_col="code")["name"]
QUAKE = ["AL123", "AL121", "AL122", "AL224", "AL221", "AL222", "AL141", "AL142", "AL143", "AL225", "AL223"]
DECISIONS = "problem,decision,reason,who,when\n"
PHASES = [{"phase": 1, "first_treated": 2015}, {"phase": 2, "first_treated": 2017}]


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """A small workspace with the evaluation `turnout`, whose treatment table each test writes."""
    (tmp_path / "params").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "dvc.yaml").touch()
    shutil.copytree(ROOT / "data/reference", tmp_path / "data/reference")
    shutil.copytree(ROOT / "data/raw/turnout", tmp_path / "data/raw/turnout")
    for name in ("turnout", "workspace"):
        shutil.copy(ROOT / f"params/{name}.yaml", tmp_path / f"params/{name}.yaml")
    monkeypatch.chdir(tmp_path)
    change(tmp_path, indicators=["turnout"], families=[], placebos=[], treatment__table="raw/turnout/treatment.csv")
    return tmp_path


def treated(workspace, codes, **columns):
    """Write a treatment table: these municipalities, confirmed in phase 1 unless `columns` say otherwise."""
    given = {"phase": "1", "status": "confirmed", "source": "letter of 2019", **columns}
    pd.DataFrame({"code": codes, **given}).to_csv(workspace / "data/raw/turnout/treatment.csv", index=False)


def checked(capsys):
    code = exit_code(["check", "turnout"])
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    return code, told.out + told.err


def line(text, severity, words):
    """The one line of this severity that holds these words."""
    (found,) = [one for one in text.splitlines() if one.startswith(severity) and words in one]
    return found


def cohorts(workspace):
    reference = load_reference(workspace / "data/reference")
    parameters = read_parameters(Workspace(root=workspace), "turnout", reference)
    table = workspace / "data" / parameters.treatment.table
    return treated_municipalities(table, parameters.treatment, reference)["cohort"].dropna().to_dict()


def test_x48_everybody_treated_is_refused_with_counts_by_year(workspace, capsys):
    treated(workspace, CODES)
    code, text = checked(capsys)
    assert code == 4
    stop = line(text, "STOP", "Every municipality is treated by 2021")
    assert "2017: 0 treated, 61 not; 2021: 61 treated, 0 not" in stop
    assert "not_yet_treated" not in stop  # all begin in the same year: nobody could stand in
    assert "There is no control unit" not in text  # which says the same again


def test_x48_where_the_dates_differ_not_yet_treated_is_suggested_and_works(workspace, capsys):
    treated(workspace, CODES, phase=["1"] * 30 + ["2"] * 31)
    change(workspace, treatment__phases=PHASES)
    code, text = checked(capsys)
    assert code == 4
    stop = line(text, "STOP", "nobody to compare with")
    assert "2013: 0 treated, 61 not; 2015: 30 treated, 31 not; 2017: 61 treated, 0 not" in stop
    assert "different years (2015, 2017): set design.control_group: not_yet_treated" in stop
    change(workspace, design__control_group="not_yet_treated")
    code, text = checked(capsys)
    assert (code, "STOP" in text) == (0, False)


def test_x48_nobody_treated_is_refused_with_counts_by_year(workspace, capsys):
    treated(workspace, CODES[:5])
    change(workspace, treatment__phases=[{"phase": 1, "first_treated": 2022}])
    code, text = checked(capsys)
    assert code == 4
    stop = line(text, "STOP", "No municipality is treated by 2021")
    assert "2013: 0 treated, 61 not; 2015: 0 treated, 61 not" in stop
    assert "treatment.phases" in stop


def test_x48_the_run_stops_too_and_says_where_the_counts_are(workspace, capsys):
    treated(workspace, CODES)
    assert stage.main(["intake", "turnout"]) == 0
    assert stage.main(["panel", "turnout"]) == 4
    said = capsys.readouterr().err
    assert "There is no control unit" in said
    assert "`lnbeval check turnout` shows how many are treated in each year" in said


def test_x49_one_treated_is_warned_of_with_the_floor_of_its_p_value(workspace, capsys):
    treated(workspace, ["AL224"])
    code, text = checked(capsys)
    assert code == 0
    warning = line(text, "WARN", "One municipality is treated (Tiranë (AL224)), and 60 stand on the other side")
    assert "no standard error can be had, clustered or not" in warning
    assert "cannot be below 1/61 = 0.016" in warning
    assert "synthetic_did" in warning
    assert "makes randomization the headline" in warning


def test_x49_one_control_is_warned_of_the_same_way(workspace, capsys):
    treated(workspace, [code for code in CODES if code != "AL346"])
    code, text = checked(capsys)
    assert code == 0
    warning = line(text, "WARN", "One municipality is compared with (Pustec (AL346)), and 60 stand on the other side")
    assert "cannot be below 1/61" in warning


@pytest.mark.parametrize("alone", ["treated", "control"])
def test_x49_the_number_itself_has_no_clustered_error_and_keeps_to_the_floor(alone, tmp_path, capsys):
    noise = np.random.default_rng(1).normal(size=(12, 6))
    first = {unit: 2021 if (unit == 0) == (alone == "treated") else 0 for unit in range(12)}
    rows = [(f"u{u}", 2018 + t, noise[u, t] + 50 * (u == 0 and t > 2), first[u]) for u in range(12) for t in range(6)]
    pd.DataFrame(rows, columns=["code", "year", "rate", "first"]).to_csv(tmp_path / "tidy.csv", index=False)
    columns = ["--unit", "code", "--period", "year", "--outcome", "rate", "--cohort", "first", "--never", "0"]
    assert exit_code(["estimate", str(tmp_path / "tidy.csv"), *columns, "--by", "overall", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["inference"], row["std_error"]) == ("randomization", None)
    assert row["p_value"] == pytest.approx(1 / 12)  # the effect is enormous, and still
    assert f"one {alone} unit" in row["reason"]


def test_x50_few_treated_are_named_with_the_rule_that_is_used(workspace, capsys):
    treated(workspace, ["AL224", "AL121", "AL343"])
    code, text = checked(capsys)
    assert code == 0
    warning = line(text, "WARN", "Only 3 municipalities are treated")
    assert "Durrës (AL121), Tiranë (AL224), Korçë (AL343)" in warning
    assert "58 stand on the other side" in warning
    assert "The published rule makes cr2 the headline: 3 treated and 58 control clusters" in warning
    assert "inference.method: randomization" in warning


def test_x50_another_method_than_the_rule_is_said(workspace, capsys):
    treated(workspace, ["AL224", "AL121", "AL343"])
    change(workspace, inference__method="cr1")
    assert "inference.method asks for cr1 instead" in line(
        checked(capsys)[1], "WARN", "Only 3 municipalities are treated"
    )


def test_x50_very_unequal_weights_are_told_with_the_smallest_and_the_largest(workspace, capsys):
    treated(workspace, [*CODES[10:25], "AL224"])
    change(workspace, design__weight="population_2011")
    code, text = checked(capsys)
    assert code == 0
    warning = line(text, "WARN", "weigh so unequally")
    assert "16 municipalities treated" in warning
    assert "to Tiranë (AL224) with 557,422" in warning
    assert "equal ones. The published rule makes" in warning
    change(workspace, design__weight=None)
    assert "unequally" not in checked(capsys)[1]


def flags(workspace, table):
    """A treatment table with a flag for each year: {code: "0110"} from 2013 on, in the years of the elections."""
    rows = [
        (code, year, flag) for code, text in table.items() for year, flag in zip(range(2013, 2022), text, strict=True)
    ]
    codes, years, on = zip(*rows, strict=True)
    treated(workspace, list(codes), period=list(years), treated=list(on))


def test_x51_a_flag_that_switches_back_is_asked_about(workspace, capsys):
    flags(workspace, {"AL224": "000011100", "AL121": "000001111", **dict.fromkeys(CODES[10:20], "000001111")})
    code, text = checked(capsys)
    assert code == 3
    question = line(text, "ASK treatment.csv", "Treatment ends in 1 municipality:")
    assert "Tiranë (AL224) in 2020" in question
    assert "Answer `switches_off/treatment.csv` with absorbing" in question


def test_x51_the_run_stops_at_the_question_before_anything_is_written(workspace, capsys):
    flags(workspace, {"AL224": "000011100"})
    assert stage.main(["intake", "turnout"]) == 3
    assert "Answer `switches_off/treatment.csv`" in capsys.readouterr().err
    assert not (workspace / "outputs").exists()


def test_x51_the_answer_keeps_the_first_year(workspace, capsys):
    others = dict.fromkeys(CODES[10:20], "000001111")
    flags(workspace, {"AL224": "000011100", "AL121": "000000000", **others})
    answer = "switches_off/treatment.csv,absorbing,the services stayed open,A. Hoxha,2026-11-22\n"
    (workspace / "data/raw/turnout/decisions.csv").write_text(DECISIONS + answer, encoding="utf-8")
    code, text = checked(capsys)
    assert code == 0
    assert "Decided: absorbing, because the services stayed open (A. Hoxha, 2026-11-22)" in line(
        text, "NOTE", "AL224) in 2020"
    )
    assert cohorts(workspace) == {"AL224": 2017, **dict.fromkeys(CODES[10:20], 2018)}  # AL121 is 0 throughout
    assert line(
        text, "NOTE", "Treated from 2017, as the table says, not from 2018, when phase 1 begins: Tiranë (AL224)"
    )


def test_x51_flags_that_stay_are_no_question(workspace, capsys):
    flags(workspace, dict.fromkeys(CODES[10:20], "000001111"))
    code, text = checked(capsys)
    assert (code, "ASK" in text) == (0, False)


def test_x51_a_flag_that_is_neither_0_nor_1_or_has_no_year_is_refused(workspace, capsys):
    flags(workspace, {"AL224": "000012211", "AL121": "000001111"})
    code, text = checked(capsys)
    assert code == 3
    assert "column 'treated' must be 0 or 1. It is not in row 7: '2'; row 8: '2'" in text
    treated(workspace, ["AL224"], treated="1")
    code, text = checked(capsys)
    assert code == 3
    assert "column 'treated' needs a column 'period'" in text


def test_x51_a_tidy_file_with_a_yearly_flag_is_refused_not_estimated(tmp_path, capsys):
    rows = [
        (f"u{u}", year, float(u + year), int(u < 3 and year == 2020)) for u in range(8) for year in range(2018, 2022)
    ]
    pd.DataFrame(rows, columns=["code", "year", "rate", "treated"]).to_csv(tmp_path / "tidy.csv", index=False)
    columns = ["--unit", "code", "--period", "year", "--outcome", "rate", "--cohort", "treated"]
    for never in ([], ["--never", "0"]):
        assert exit_code(["estimate", str(tmp_path / "tidy.csv"), *columns, *never]) == 3
        said = capsys.readouterr().err
        assert "Cohort 'treated'" in said
        assert "first treated period" in said


def test_x52_two_starts_are_told_with_both_sources_and_the_earlier_is_used(workspace, capsys):
    codes = [*CODES[:8], "AL224", "AL224"]
    source = [*["letter of 2019"] * 8, "UNDP 2021", "ministry letter 12"]
    status = [*["confirmed"] * 9, "mentioned"]
    treated(workspace, codes, source=source, status=status, first_treated=[*[""] * 8, "2018", "2017"])
    change(workspace, treatment__status=["confirmed", "mentioned"])
    code, text = checked(capsys)
    assert code == 0
    warning = line(text, "WARN", "The start of phase 1 is")
    assert "Tiranë (AL224)" in warning
    assert "2017 (ministry letter 12, mentioned) and 2018 (UNDP 2021, confirmed)" in warning
    assert "the earlier, 2017, is used" in warning
    assert "design.anticipation" in warning
    assert cohorts(workspace) == {**dict.fromkeys(CODES[:8], 2018), "AL224": 2017}


def test_x52_two_months_of_one_year_are_a_note(workspace, capsys):
    treated(workspace, [*CODES[:8], "AL224", "AL224"], first_treated=[*[""] * 8, "2018-03", "2018-06"])
    code, text = checked(capsys)
    assert code == 0
    assert "2018-03" in (note := line(text, "NOTE", "The start of phase 1 is"))
    assert "both are the same year" in note
    assert cohorts(workspace)["AL224"] == 2018


def test_x52_a_start_that_is_no_date_is_refused(workspace, capsys):
    treated(workspace, CODES[:8], first_treated=["spring 2018", *[""] * 7])
    code, text = checked(capsys)
    assert code == 3
    assert "column 'first_treated' must be a year such as 2021" in text
    assert "row 2: 'spring 2018'" in text


def test_x53_in_both_phases_means_one_cohort_by_first_year(workspace, capsys):
    codes = [*CODES[:12], CODES[0], CODES[1]]
    treated(workspace, codes, phase=["1"] * 6 + ["2"] * 8)
    change(workspace, treatment__phases=PHASES)
    code, text = checked(capsys)
    assert code == 0
    warning = line(text, "WARN", "In several phases, and counted once")
    assert "in the cohort of the first year: 2 municipalities (from 2015: Bulqizë (AL111), Dibër (AL112))" in warning
    assert "Once treated they are never a control" in warning
    assert cohorts(workspace) == {**dict.fromkeys(CODES[:6], 2015), **dict.fromkeys(CODES[6:12], 2017)}


def test_x53_a_phase_that_is_left_out_stands_among_the_controls_and_is_named(workspace, capsys):
    treated(workspace, CODES[:12], phase=["1"] * 9 + ["2"] * 3)
    code, text = checked(capsys)
    assert code == 0
    warning = line(text, "WARN", "The table lists 3 municipalities in phase 2, compared with here as if not treated")
    assert all(f"{NAMES[one]} ({one}), confirmed" in warning for one in CODES[9:12])


def test_x53_an_already_treated_municipality_has_no_part_in_a_later_effect():
    """Whatever happens in the first cohort once it is treated, the estimates of the second stay as they are."""
    noise = np.random.default_rng(2).normal(size=(30, 9))
    cohort = np.repeat([2017.0, 2021.0, NEVER], 10)
    rows = [(f"u{u}", 2015 + t, noise[u, t], cohort[u]) for u in range(30) for t in range(9)]
    frame = pd.DataFrame(rows, columns=["code", "year", "rate", "first"])
    moved = frame.assign(rate=frame["rate"] + 100.0 * ((frame["first"] == 2017) & (frame["year"] >= 2017)))
    before, after = (
        att_gt(
            Panel.from_long(one, unit="code", period="year", outcome="rate", cohort="first"),
            Design(control_group="not_yet_treated"),
        )
        for one in (frame, moved)
    )
    later = (before.keys["cohort"] == 2021).to_numpy()
    assert later.sum() >= 8
    np.testing.assert_array_equal(after.estimate[later], before.estimate[later])
    assert (after.estimate[~later] != before.estimate[~later]).any()


@pytest.mark.parametrize("estimator", ["att_gt", "twfe", "twfe_event_study"])
def test_x53_a_comparison_with_already_treated_municipalities_is_refused(estimator, workspace, capsys):
    treated(workspace, CODES[:12], phase=["1"] * 6 + ["2"] * 6)
    change(workspace, treatment__phases=PHASES, design__estimator=estimator, design__control_group="all")
    code, text = checked(capsys)
    assert code == 2
    assert "'all' is for twfe" in text or "compares with already treated municipalities" in text


def test_x54_controls_with_another_programme_are_listed(workspace, capsys):
    treated(workspace, [*CODES[:8], "AL224"])
    code, text = checked(capsys)
    assert code == 0
    warning = line(text, "WARN other_programmes.csv", "Joint SDG Fund: Improving Municipal Social Protection")
    controls = [f"{NAMES[one]} ({one})" for one in ("AL221", "AL223", "AL341", "AL345", "AL153")]
    assert f"5 of 52 municipalities that are compared with: {', '.join(controls)}" in warning
    assert "and 1 of 9 treated" in warning
    assert "(2020-01 to 2022-06)" in warning
    assert "without the former" in warning


def test_x54_programmes_outside_the_years_of_everybody_or_of_the_treated_alone_are_none(workspace, capsys):
    treated(workspace, CODES[:8])
    path = workspace / "data/reference/other_programmes.csv"
    head = path.read_text("utf-8").splitlines()[0]
    rows = ["AL357,Vlorë,Later,2024,,x,s", "AL357,Vlorë,Before,2001,2009,x,s", "ALL,all,National,2018,,x,s"]
    path.write_text("\n".join([head, *rows, f"{CODES[0]},x,Of the treated,2018,,x,s", ""]), encoding="utf-8")
    assert "other_programmes.csv" not in checked(capsys)[1]


def test_x56_an_event_that_goes_with_treatment_is_shown_as_a_cross_table(workspace, capsys):
    treated(workspace, [*QUAKE[:5], "AL323", "AL321", "AL326", "AL343"])  # 5 of 9, as in the documents of phase 2
    code, text = checked(capsys)
    assert code == 0
    warning = line(text, "WARN events.csv", "Earthquake M6.4")
    assert warning.startswith("WARN events.csv, 2019:")
    assert "treated from 2018: 5 affected, 4 not; not documented: 6 affected, 46 not" in warning
    assert "Do not call it the effect of the programme" in warning


def test_x56_an_event_that_hits_both_sides_alike_is_none(workspace, capsys):
    treated(workspace, [QUAKE[0], QUAKE[1], *[one for one in CODES if one not in QUAKE][:9]])
    assert "Earthquake M6.4" not in checked(capsys)[1]


@pytest.mark.parametrize("evaluation", ["lnb", "turnout"])
def test_the_shipped_evaluations_are_warned_but_not_stopped(evaluation, capsys):
    assert exit_code(["check", evaluation]) == 0
    said = capsys.readouterr().out
    assert {one.split()[0] for one in said.splitlines() if one.startswith(("STOP", "ASK"))} == set()


def test_x51_of_two_starts_the_later_is_not_told_to_be_used(workspace, capsys):
    codes = [*QUAKE[:4], QUAKE[0]]
    treated(workspace, codes, first_treated=["2015", "2015", "2015", "2015", "2019"])
    _, text = checked(capsys)
    assert "the earlier, 2015, is used" in line(text, "WARN", "The start of phase 1 is")
    assert "Treated from 2019" not in text
    assert cohorts(workspace)[QUAKE[0]] == 2015
