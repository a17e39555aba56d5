"""Figures that words call cumulative: each year may hold the sum of all years before it."""

import openpyxl
import pytest
import yaml
from written_evaluations import CODES, NAMES, YEARS, command, decide, evaluation, found, people, rows, source, taken

TITLE = "Familje të strehuara (kumulative nga viti 2014)"


@pytest.mark.parametrize(
    ("title", "header", "cell"),
    [
        (TITLE, "beneficiaries", "row 1"),
        ("Familje të strehuara", "Përfitues (kumulativ)", "C2"),
        ("Families housed", "Cumulative number", "C2"),
    ],
)
def test_s18_cumulative_figures_are_asked_about(tmp_path, title, header, cell):
    table = rows(**{header: people})
    declared = [source(table, header=2, columns={"beneficiaries": header})]
    workspace = evaluation(tmp_path, {"raport.xlsx": [[title], *table]}, ["care_coverage"], sources=declared)
    (question,) = found(workspace, "cumulative_years")
    assert (question.severity, question.cell) == ("ASK", cell)
    decide(workspace, (question.name, "each_year"))
    assert found(workspace, "cumulative_years")[0].severity == "NOTE"


def test_s18_a_title_without_such_a_word_is_quiet(tmp_path):
    table = [["Familje të strehuara (nga viti 2014)"], *rows(beneficiaries=people)]
    declared = [source(table[1:], header=2)]
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"], sources=declared)
    assert found(workspace, "cumulative_years") == []
    assert not taken(workspace).values["value"].isna().any()


def test_s18_the_word_is_no_unit_of_a_draft(tmp_path, monkeypatch, capsys):
    workspace = evaluation(tmp_path / "work", {"raport.xlsx": rows(beneficiaries=people)}, ["care_coverage"])
    book = openpyxl.Workbook()
    table = [[TITLE], ["Bashkia", *YEARS], *([NAMES[code], *(people(code, year) for year in YEARS)] for code in CODES)]
    for row in table:
        book.active.append(row)
    path = tmp_path / "strehimi.xlsx"
    book.save(path)
    code, said = command(workspace, monkeypatch, capsys, "check", str(path))
    assert (code, "'kumulative' in" in said) == (3, True)
    command(workspace, monkeypatch, capsys, "new", "housing", "--from", str(path))
    assert workspace.parameters("housing").is_file()
    assert yaml.safe_load(workspace.parameters("housing").read_text(encoding="utf-8"))["data"]["sources"]
    assert "kumulative" not in (workspace.raw("housing") / "variables.csv").read_text(encoding="utf-8")
