"""Rows told twice, years and municipalities that are not there, and outcomes that leave nothing to estimate."""

import json

import pytest
from written_evaluations import (
    CODES,
    NAMES,
    REFERENCE,
    SHEET,
    command,
    decide,
    evaluation,
    found,
    indicator,
    people,
    reconciles,
    rows,
    source,
    taken,
    variable,
    with_cell,
    write_csv,
)

from lnbeval.cli import stage
from lnbeval.errors import DataError, DesignError, ParameterError

KRUJE = "AL122"
TREATED = {row["code"] for _, row in REFERENCE.evidence.query("status == 'confirmed' and phase == 1").iterrows()}
PLAN = variable("has_plan", "rate", low="0", high="1")
PLANS = indicator("plan", "has_plan", "rate", low="0", high="1")


def without(table, code, years):
    return [row for row in table if not (row[0] == NAMES[code] and row[1] in years)]


def from_csv(workspace, table):
    """The raw file of the evaluation as csv, with its parameters."""
    write_csv(workspace.raw("trial") / "raport.csv", table)
    return workspace


def pipeline(workspace, monkeypatch):
    """Exit codes of the first two stages."""
    monkeypatch.chdir(workspace.root)
    return {name: stage.main([name, "trial"]) for name in ("intake", "panel")}


def test_x37_an_identical_duplicate_is_dropped_with_a_warning(tmp_path):
    table = rows(beneficiaries=people)
    again = next(row for row in table if row[:2] == [NAMES[KRUJE], 2016])
    workspace = evaluation(tmp_path, {"raport.xlsx": [*table, again]}, ["care_coverage"])
    intake = taken(workspace)
    (warning,) = [problem for problem in intake.problems if problem.severity == "WARN"]
    assert (warning.cell, warning.municipality, warning.year) == (f"row {len(table) + 1}", NAMES[KRUJE], "2016")
    assert "the later one was set aside" in warning.what
    assert intake.set_aside["row"].tolist() == [len(table) + 1]
    assert len(intake.values) == len(table) - 1
    assert reconciles(intake)


def test_x37_a_duplicate_in_a_csv_file_names_its_row(tmp_path):
    table = rows(beneficiaries=people)
    table = [*table, table[1]]
    sources = [source(table, "raport.csv")]
    workspace = from_csv(evaluation(tmp_path, {"x.xlsx": table}, ["care_coverage"], sources=sources), table)
    (warning,) = [problem for problem in taken(workspace).problems if problem.severity == "WARN"]
    assert (warning.file, warning.cell) == ("raport.csv", f"row {len(table)}")


def test_x38_different_duplicates_stop_and_both_rows_are_shown(tmp_path, monkeypatch, capsys):
    table = rows(beneficiaries=people)
    first = next(number for number, row in enumerate(table, start=1) if row[:2] == [NAMES[KRUJE], 2016])
    other = [NAMES[KRUJE], 2016, people(KRUJE, 2016) + 3]
    workspace = evaluation(tmp_path, {"raport.xlsx": [*table, other]}, ["care_coverage"])
    (stop,) = [problem for problem in taken(workspace).problems if problem.severity == "STOP"]
    assert (stop.file, stop.sheet, stop.cell) == ("raport.xlsx", SHEET, f"C{len(table) + 1}")
    assert f"{people(KRUJE, 2016) + 3} here" in stop.what
    assert f"but {people(KRUJE, 2016)} in C{first}" in stop.what
    assert command(workspace, monkeypatch, capsys, "check", "trial")[0] == DataError.exit_code


def test_x39_a_missing_year_is_warned_about_and_stays_a_gap(tmp_path):
    years = [year for year in range(2014, 2022) if year != 2019]
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(years, beneficiaries=people)}, ["care_coverage"])
    (warning,) = found(workspace, "missing_year")
    assert (warning.severity, warning.year, warning.file) == ("WARN", "2019", "raport.xlsx")
    assert "nothing is interpolated" in warning.do
    assert 2019 not in set(taken(workspace).values["period"])


def test_x39_a_year_of_blank_cells_is_a_missing_year(tmp_path):
    def but_one(code, year):
        return None if year == 2018 else people(code, year)

    workspace = evaluation(tmp_path, {"raport.xlsx": rows(beneficiaries=but_one)}, ["care_coverage"])
    assert [warning.year for warning in found(workspace, "missing_year")] == ["2018"]


def test_x39_a_declared_last_year_that_is_not_there_is_missing(tmp_path):
    data = {"first_period": 2014, "last_period": 2022}
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(beneficiaries=people)}, ["care_coverage"], data=data)
    assert [warning.year for warning in found(workspace, "missing_year")] == ["2022"]


def test_x40_gaps_that_lie_more_among_the_comparison_are_told_by_group_and_year(tmp_path):
    def attrition(code, year):
        silent = code not in TREATED and CODES.index(code) % 3 and year in (2016, 2020)
        return None if silent else people(code, year)

    workspace = evaluation(tmp_path, {"raport.xlsx": rows(beneficiaries=attrition)}, ["care_coverage"])
    (warning,) = found(workspace, "uneven_gaps")
    many = sum(1 for code in CODES if code not in TREATED and CODES.index(code) % 3)
    assert warning.severity == "WARN"
    assert f"{many} of 52 comparison municipalities miss a year, but 0 of 9 treated ones" in warning.what
    assert f"2016: {many} and 0, 2020: {many} and 0" in warning.what
    assert "care_coverage" in warning.what


def test_x40_a_few_gaps_on_both_sides_are_not_warned_about(tmp_path):
    def few(code, year):
        return None if CODES.index(code) % 7 == year % 7 and year == 2016 else people(code, year)

    workspace = evaluation(tmp_path, {"raport.xlsx": rows(beneficiaries=few)}, ["care_coverage"])
    assert found(workspace, "uneven_gaps") == []


def zeros(code, year):
    if CODES.index(code) < 5:
        return 0
    return None if CODES.index(code) < 12 and year < 2017 else 2 + CODES.index(code) % 4


def test_x41_zeros_beside_gaps_are_asked_about_where_the_registry_says_so(tmp_path):
    asked = {"code": "services", "zeros": "ask"}
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(services=zeros)}, ["services"], variables=[asked])
    (question,) = found(workspace, "zeros")
    assert (question.severity, question.subject) == ("ASK", "services")
    assert question.options == ("zero", "not_reported", "structural")
    assert "zero in 40 cells" in question.what
    assert "not reported in 21 others" in question.what

    before = taken(workspace)
    decide(workspace, (question.name, "zero"))
    assert (taken(workspace).values["value"] == 0).sum() == 40
    decide(workspace, (question.name, "not_reported"))
    after = taken(workspace)
    assert (after.values["value"] == 0).sum() == 0
    assert after.set_aside["content"].tolist() == ["0"] * 40
    assert after.counts["cells_used"].sum() == before.counts["cells_used"].sum() - 40
    assert reconciles(after)


def test_x41_structural_zeros_are_told_from_zeros_after_a_service_began(tmp_path):
    def opens(code, year):
        if code == CODES[0]:
            return None  # never reported
        return 0 if year < 2017 or (code == KRUJE and year == 2019) else 3 + year - 2017

    asked = {"code": "services", "zeros": ""}
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(services=opens)}, ["services"], variables=[asked])
    (question,) = found(workspace, "zeros")
    assert "Before the first figure of the municipality: 180 (" in question.what
    assert f"after it: 1 ({NAMES[KRUJE]})" in question.what
    decide(workspace, (question.name, "structural"))
    after = taken(workspace)
    assert (after.values["value"] == 0).sum() == 180
    assert after.set_aside["content"].tolist() == ["0"]
    assert reconciles(after)
    assert [problem.severity for problem in found(workspace, "zeros")] == ["NOTE"]


@pytest.mark.parametrize(
    "filled_up",
    [
        lambda code, year: 0 if CODES.index(code) % 3 == 0 and year < 2019 else people(code, year),
        lambda code, year: 0 if code == KRUJE else people(code, year),
    ],
)
def test_x41_zeros_that_fill_all_years_before_the_first_figure_are_asked_about_without_any_gap(tmp_path, filled_up):
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(beneficiaries=filled_up)}, ["care_coverage"])
    (question,) = found(workspace, "zeros")
    assert (question.severity, question.subject) == ("ASK", "beneficiaries")
    assert "and no other cell is blank" in question.what
    registered = variable("beneficiaries", "count", low="0", part_of="population", zeros="zero")
    workspace = evaluation(tmp_path / "zero", {"raport.xlsx": rows(beneficiaries=filled_up)}, ["care_coverage"],
                           variables=[registered])  # fmt: skip
    assert found(workspace, "zeros") == []


def test_x41_zeros_here_and_there_of_what_is_rare_are_not_asked_about(tmp_path):
    def rare(code, year):
        return (CODES.index(code) * 7 + year * 5) % 3

    asked = {"code": "services", "zeros": ""}
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(services=rare)}, ["services"], variables=[asked])
    assert found(workspace, "zeros") == []


@pytest.mark.parametrize("written", [{"transform": "log"}, {"log": True}])
def test_x41_a_logarithm_is_refused_with_the_options_that_there_are(tmp_path, monkeypatch, capsys, written):
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(services=zeros)}, ["services"])
    path = workspace.parameters("trial")
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"design": written}), encoding="utf-8")
    code, said = command(workspace, monkeypatch, capsys, "check", "trial")
    assert code == ParameterError.exit_code
    assert "log(0) does not exist" in said
    for option in ("the level as it is", "a rate per inhabitant", "1 where there is any and 0 where there is none"):
        assert option in said


def test_x41_zeros_that_the_registry_declares_real_are_not_asked_about(tmp_path):
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(services=zeros)}, ["services"])
    assert found(workspace, "zeros") == []


@pytest.mark.parametrize(
    ("constant", "told"),
    [
        (lambda _, __: 3, "it is 3 in every row"),
        (lambda code, _: CODES.index(code) % 5, "it never changes within a municipality"),
    ],
)
def test_x42_an_outcome_that_never_varies_is_named_and_the_others_go_on(tmp_path, monkeypatch, capsys, constant, told):
    table = rows(services=constant, beneficiaries=people)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["services", "care_coverage"])
    (stop,) = found(workspace, "no_variation")
    assert (stop.severity, stop.subject, stop.refuses) == ("STOP", "services", "services")
    assert "No variation: nothing to estimate" in stop.what
    assert told in stop.what
    code, said = command(workspace, monkeypatch, capsys, "check", "trial")
    assert code == 0
    assert "nothing stands in the way of the other indicators; refused: services." in said
    assert said.count("No variation") == 1
    assert pipeline(workspace, monkeypatch) == {"intake": 0, "panel": 0}
    assert "no_variation" in (workspace.outputs("trial") / "intake" / "problems.csv").read_text("utf-8")


def test_x42_where_no_outcome_varies_check_and_the_pipeline_end_alike(tmp_path, monkeypatch, capsys):
    table = rows(services=lambda code, _: CODES.index(code) % 5)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["services"])
    code, said = command(workspace, monkeypatch, capsys, "check", "trial")
    assert (code, "nothing stands in the way" in said) == (DesignError.exit_code, False)
    assert pipeline(workspace, monkeypatch) == {"intake": 0, "panel": DesignError.exit_code}


def test_x42_an_indicator_refused_for_another_reason_lets_the_others_go_on_too(tmp_path, monkeypatch, capsys):
    table = rows(services=lambda code, year: None if year < 2018 else CODES.index(code) + year, beneficiaries=people)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["services", "care_coverage"])
    code, said = command(workspace, monkeypatch, capsys, "check", "trial")
    assert code == 0
    assert "STOP raport.xlsx: services: " in said
    assert "refused: services." in said
    assert pipeline(workspace, monkeypatch) == {"intake": 0, "panel": 0}


def test_x43_an_outcome_at_its_ceiling_is_told_with_its_path(tmp_path):
    def plan(code, year):
        return int(year >= 2020 or CODES.index(code) % 4 < year - 2015)

    table = rows(has_plan=plan)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["plan"], variables=[PLAN], registry=[PLANS])
    (warning,) = found(workspace, "saturated")
    assert warning.severity == "WARN"
    assert "since 2019" in warning.what
    assert "2016: 26%" in warning.what
    assert "2021: 100%" in warning.what
    assert "data.last_period before 2019" in warning.do


def test_x43_an_outcome_below_its_ceiling_is_not_warned_about(tmp_path):
    table = rows(has_plan=lambda code, year: int(CODES.index(code) % 4 < year - 2018))
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["plan"], variables=[PLAN], registry=[PLANS])
    assert found(workspace, "saturated") == []


def test_x44_one_period_stops_with_the_year_found(tmp_path, monkeypatch, capsys):
    workspace = evaluation(tmp_path, {"raport.xlsx": rows([2019], beneficiaries=people)}, ["care_coverage"])
    code, said = command(workspace, monkeypatch, capsys, "check", "trial")
    assert code == DesignError.exit_code
    assert "There is only one period" not in said
    assert "No variation" not in said
    assert "lnbeval: trial: the STOP and ASK problems above must be settled first (1)." in said
    assert "STOP raport.xlsx: A difference-in-differences needs at least one year before and one after" in said
    assert "the years found are 2019, and treatment begins in 2018" in said
    assert pipeline(workspace, monkeypatch) == {"intake": 0, "panel": DesignError.exit_code}


def test_x44_periods_that_all_lie_after_treatment_stop_with_the_years_found(tmp_path, monkeypatch, capsys):
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(range(2019, 2022), beneficiaries=people)}, ["care_coverage"])
    code, said = command(workspace, monkeypatch, capsys, "check", "trial")
    assert code == DesignError.exit_code
    assert "STOP raport.xlsx: A difference-in-differences needs at least one year before and one after" in said
    assert "the years found are 2019, 2020, 2021" in said
    assert "Every treated unit" not in said
    assert pipeline(workspace, monkeypatch) == {"intake": 0, "panel": DesignError.exit_code}


def test_x45_one_period_before_treatment_is_told_to_allow_no_pre_trend(tmp_path, monkeypatch, capsys):
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(range(2017, 2022), beneficiaries=people)}, ["care_coverage"])
    (warning,) = found(workspace, "one_period_before")
    assert warning.severity == "WARN"
    assert "cohort 2018 has only 2017 before treatment: no pre-trend check possible" in warning.what
    assert "limited" in warning.do
    assert command(workspace, monkeypatch, capsys, "check", "trial")[0] == 0


def test_gaps_are_not_told_of_a_file_that_could_not_be_read_whole(tmp_path):
    table, _ = with_cell(rows(beneficiaries=people), KRUJE, 2019, "beneficiaries", "rreth dyqind")
    table = without(table, "AL111", range(2014, 2018))
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    problems = taken(workspace).problems
    assert any(problem.severity == "STOP" for problem in problems)
    assert not any(problem.rule in ("missing_year", "uneven_gaps") for problem in problems)
