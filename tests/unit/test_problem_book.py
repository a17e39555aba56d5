"""Problems as a workbook: every one with its place, a link that opens it there, and nothing a spreadsheet calculates."""

import openpyxl
import pytest

from lnbeval.cli.main import exit_code
from lnbeval.intake import Problem
from lnbeval.workspace.problem_book import write_problem_book

STOP = Problem(
    severity="STOP",
    file="raste 2024.xlsx",
    sheet="Të dhëna",
    cell="C14:C15, C30",
    municipality="=HYPERLINK(A1)",
    year="2024",
    what="'12 ?' is not a number",
    do="Ask the source",
    rule="not_a_number",
)
ASK = Problem(severity="ASK", file="b.csv", what="which", rule="seat_town", subject="Laç", options=("whole", "part"))


def written(folder, problems, files):
    write_problem_book(problems, folder / "report.xlsx", files=files)
    return openpyxl.load_workbook(folder / "report.xlsx")["Problems"]


@pytest.fixture
def sheet(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in (STOP.file, ASK.file):
        (raw / name).write_text("", encoding="utf-8")
    return written(tmp_path, [STOP, ASK], {name: raw / name for name in (STOP.file, ASK.file)})


def test_a_row_opens_its_file_at_its_cells(sheet):
    link = sheet["D2"].hyperlink
    told = link.target + (f"#{link.location}" if link.location else "")
    assert told == "raw/raste%202024.xlsx#'Të dhëna'!C14:C15"


def test_a_file_without_cells_opens_as_a_whole(sheet):
    assert sheet["B3"].hyperlink.target == "raw/b.csv"


def test_a_question_stands_with_its_name_and_its_answers(sheet):
    assert [cell.value for cell in sheet[3]][-2:] == ["seat_town/b.csv/Laç", "whole or part"]
    assert [cell.value for cell in sheet[2]][-2:] == [None, None]


def test_text_that_would_be_calculated_is_text(sheet):
    assert sheet["E2"].value == "'=HYPERLINK(A1)"
    assert sheet["E2"].data_type == "s"


def test_a_file_that_is_not_there_has_no_link(tmp_path):
    assert written(tmp_path, [STOP], {})["D2"].hyperlink is None


def test_check_writes_what_it_prints(tmp_path, capsys):
    report = tmp_path / "problems.xlsx"
    assert exit_code(["check", "turnout", "--report", str(report)]) == 0
    said = capsys.readouterr().out.splitlines()
    rows = list(openpyxl.load_workbook(report)["Problems"].iter_rows(min_row=2, values_only=True))
    assert [line.split()[0] for line in said if line.split()[0] in ("STOP", "ASK", "WARN", "NOTE")] == [
        row[0] for row in rows
    ]
    assert len(rows) > 0


@pytest.mark.parametrize(("name", "code"), [("problems.csv", 2), ("absent/problems.xlsx", 6)])
def test_a_report_that_cannot_be_written_is_refused(tmp_path, capsys, name, code):
    assert exit_code(["check", "turnout", "--report", str(tmp_path / name)]) == code
    assert name.split("/")[0] in capsys.readouterr().err
