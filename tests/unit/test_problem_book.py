"""Problems as a workbook: every one with its place, a link that opens it there, and nothing a spreadsheet calculates."""

import openpyxl
import pytest

from lnbeval.cli.main import exit_code
from lnbeval.intake import Problem
from lnbeval.workspace.findings import in_order
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


@pytest.mark.parametrize(
    ("file", "sheet", "cell", "link"),
    [
        ("raste 2024.xlsx", "Të dhëna", "rows 489, 502", "raw/raste%202024.xlsx#'Të dhëna'!A489"),
        ("raste 2024.xlsx", "Viti '24", "", "raw/raste%202024.xlsx#'Viti ''24'!A1"),
        ("raste 2024.xlsx", "Të dhëna", "column Viti", "raw/raste%202024.xlsx#'Të dhëna'!A1"),
        ("b.csv", "", "row 7", "raw/b.csv#A7"),
        ("b.csv", "", "row 14, column Viti", "raw/b.csv#A14"),
        ("b.csv, raste 2024.xlsx", "", "", "raw/b.csv"),
        ("SOURCES.md", "", "line 3", "raw/SOURCES.md"),
    ],
)
def test_a_row_opens_its_file_at_its_row_and_else_its_sheet_at_the_corner(tmp_path, file, sheet, cell, link):
    (tmp_path / "raw").mkdir()
    files = {name: tmp_path / "raw" / name for name in ("raste 2024.xlsx", "b.csv", "SOURCES.md")}
    for path in files.values():
        path.touch()
    problem = Problem(severity="NOTE", file=file, sheet=sheet, cell=cell, what="w", rule="seat_town")
    row = written(tmp_path, [problem], files)[2]
    linked = row[3] if cell else row[1]
    target = linked.hyperlink.target + (f"#{linked.hyperlink.location}" if linked.hyperlink.location else "")
    assert target == link
    assert (linked.style, linked.alignment.wrap_text, linked.alignment.vertical) == ("Hyperlink", True, "top")


def test_problems_stand_by_severity_file_sheet_and_cell():
    def one(severity, file, sheet, cell):
        return Problem(severity=severity, file=file, sheet=sheet, cell=cell, what="w", rule="seat_town")

    wanted = [
        one("STOP", "b.csv", "", ""), one("ASK", "c.csv", "", "row 9"), one("ASK", "c.csv", "", "row 10"),
        one("WARN", "a.xlsx", "A", "C9"), one("WARN", "a.xlsx", "A", "C10"), one("WARN", "a.xlsx", "B", "A1"),
        one("NOTE", "a.csv", "", ""),
    ]  # fmt: skip
    assert list(in_order(reversed(wanted))) == wanted


def test_findings_on_tables_of_the_reference_open_them(tmp_path):
    report = tmp_path / "problems.xlsx"
    assert exit_code(["check", "turnout", "--report", str(report)]) == 0
    sheet = openpyxl.load_workbook(report)["Problems"]
    files = {row[1].value: (row[3] if row[3].value else row[1]).hyperlink for row in sheet.iter_rows(min_row=2)}
    assert {"other_programmes.csv", "treatment_evidence.csv", "elections.csv"} <= set(files)
    for file, link in files.items():
        assert link is not None, file
        assert link.target.partition("#")[0].endswith(f"/{file}")


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
