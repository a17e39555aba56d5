"""X55: who is treated, told by name, by code or by both, and stopped where these do not settle one municipality."""

from pathlib import Path

import pytest
from conftest import run_lnbeval

from lnbeval.errors import DataError
from lnbeval.reference import load_reference
from lnbeval.workspace.parameters import Phase, Treatment
from lnbeval.workspace.treatment import treated_municipalities, treatment_rows

ROOT = Path(__file__).parents[2]
REFERENCE = load_reference(ROOT / "data" / "reference")
PHASES = (Phase(phase=1, first_treated=2018),)
TREATMENT = Treatment(table="treated.csv", status=("confirmed",), phases=PHASES)


def table(folder, header, *rows):
    path = folder / "treated.csv"
    lines = [
        ",".join((*header, "phase", "status", "source")),
        *(",".join((*row, "1", "confirmed", "x")) for row in rows),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def treated(path):
    return set(treated_municipalities(path, TREATMENT, REFERENCE).dropna(subset=["cohort"]).index)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (("code",), [("AL224",), ("AL112",)]),
        (("name",), [("Bashkia Tiranë",), ("Dibrës",)]),
        (("code", "name"), [("AL224", "TIRANE"), ("AL112", "Dibër")]),
        (("code", "name"), [("", "Tirana"), ("AL112", "")]),
        (("name", "code"), [("Tiranë", "al224"), ("DIBER", " AL112 ")]),
    ],
)
def test_x55_the_treated_may_be_told_by_code_by_name_or_by_both(tmp_path, header, rows):
    assert treated(table(tmp_path, header, *rows)) == {"AL224", "AL112"}


@pytest.mark.parametrize("mark", [";", "\t"])
def test_x55_a_table_saved_by_a_spreadsheet_program_is_read_by_its_own_delimiter(tmp_path, mark):
    path = table(tmp_path, ("code", "name"), ("AL224", "Tiranë"), ("", "Dibër"))
    path.write_text("\ufeff" + path.read_text(encoding="utf-8").replace(",", mark), encoding="utf-8")
    assert treated(path) == {"AL224", "AL112"}


def test_x55_all_problems_of_the_table_are_told_at_once_with_their_rows(tmp_path):
    path = table(
        tmp_path,
        ("code", "name"),
        ("AL224", "Tiranë"),
        ("", "Vlorre"),
        ("AL225", "Vlorë"),
        ("AL999", "Korçë"),
        ("", "Peshkopi"),
        ("", "Farkë"),
        ("", "Prishtinë"),
        ("", "Klos"),
        ("", ""),
    )
    rows, problems = treatment_rows(path, REFERENCE)
    assert rows["code"].tolist() == ["AL224", *[""] * 8]
    assert {problem.severity for problem in problems} == {"STOP"}
    said = {problem.cell: f"{problem.what} {problem.do}" for problem in problems}
    expected = {
        "row 3": ["'Vlorre'", "Vlorë (AL357), 1 edit away", "Vorë (AL225), 2 edits away"],
        "row 4": ["disagree", "AL225 is Vorë (AL225)", "'Vlorë' is Vlorë (AL357)"],
        "row 5": ["'AL999' is no code", "'Korçë' is Korçë (AL343)"],
        "row 6": ["'Peshkopi' is the seat of Dibër (AL112)"],
        "row 7": ["'Farkë' is a part of Tiranë (AL224)"],
        "row 8": ["'Prishtinë' lies in Kosovo"],
        "row 9": ["Klos (AL113)", "Cërrik (AL212)"],
        "row 10": ["names no municipality"],
    }
    assert said.keys() == expected.keys()
    assert [(cell, part) for cell, parts in expected.items() for part in parts if part not in said[cell]] == []
    with pytest.raises(DataError, match=r"(?s)8 problems.*row 3.*row 10"):
        treated_municipalities(path, TREATMENT, REFERENCE)


def test_x55_a_county_column_settles_a_shared_name(tmp_path):
    assert treated(table(tmp_path, ("name", "county"), ("Klos", "Dibër"))) == {"AL113"}


def test_x55_rows_are_counted_as_in_the_file_blank_lines_included(tmp_path):
    path = tmp_path / "treated.csv"
    path.write_text("name,phase,status,source\nTiranë,1,confirmed,x\n\nVlorre,1,confirmed,x\n", encoding="utf-8")
    assert [problem.cell for problem in treatment_rows(path, REFERENCE)[1]] == ["row 4"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("municipality,phase,status,source\nx,1,confirmed,x\n", "Column code or name is missing"),
        ("code,phase,source\nAL224,1,x\n", "Column status is missing"),
        ("code,phase,status,source\nAL224,1,certain,x\n", "Status 'certain' must be one of"),
        ("", "cannot be read"),
    ],
)
def test_x55_a_table_without_what_it_needs_is_stopped(tmp_path, text, said):
    path = tmp_path / "treated.csv"
    path.write_text(text, encoding="utf-8")
    _, (problem,) = treatment_rows(path, REFERENCE)
    assert problem.severity == "STOP"
    assert said in problem.what


def test_x55_the_shipped_tables_have_no_problem():
    shipped = [ROOT / "data/reference/treatment_evidence.csv", ROOT / "data/raw/lnb/treatment.csv"]
    assert [treatment_rows(path, REFERENCE)[1] for path in shipped] == [[], []]


def test_x55_check_tells_the_problems_of_the_treatment_table_like_the_others(workspace):
    path = workspace / "data/reference/treatment_evidence.csv"
    text = path.read_text("utf-8")
    broken = workspace / "data/raw/turnout/treated.csv"
    broken.write_text(
        text.replace("AL112,Dibër,1,", "AL112,Vorë,1,").replace("AL315,Dimal", ",Dimaal"), encoding="utf-8"
    )
    parameters = workspace / "params/turnout.yaml"
    edited = parameters.read_text("utf-8").replace("reference/treatment_evidence.csv", "raw/turnout/treated.csv")
    parameters.write_text(edited, encoding="utf-8")
    ended = run_lnbeval(workspace, "check", "turnout")
    assert ended.returncode == 3, ended.stderr
    assert (
        "STOP treated.csv, row 2: Code and name disagree: AL112 is Dibër (AL112), but 'Vorë' is Vorë (AL225)"
        in ended.stdout
    )
    assert "STOP treated.csv, row 4: 'Dimaal' does not name one municipality" in ended.stdout
    assert "Dimal (AL315), 1 edit away" in ended.stdout
