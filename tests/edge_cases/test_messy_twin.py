"""The shipped twin as a ministry could have sent it: every fault that can be repaired at once, and the same panel."""

import shutil
import unicodedata

import openpyxl
import pytest
from openpyxl.styles import PatternFill
from written_evaluations import NAMES, REFERENCE, ROOT

from lnbeval.workspace.intake_stage import write_intake, write_panel
from lnbeval.workspace.parameters import read_parameters
from lnbeval.workspace.places import Workspace

WORKBOOK = "sherbimet_sociale_2013_2024.xlsx"
SPENDING = "shpenzimet_bashkiake.csv"
HEADER = 4  # row of the header of the services, as the parameters say
MISSING = ("s'ka të dhëna", "n/a", "..", None, "nuk ka të dhëna")
FORMS = (
    str.upper,
    lambda name: f"Bashkia {name}",
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: f"  {name}\u00a0",
    lambda name: f"\u200b{name}",
    lambda name: name.replace("ë", "e").replace("Ë", "E") if name not in ("Vorë", "Vlorë") else name,
    lambda name: f"Bashkia e {name}",
    str.title,
)
NOTES = ("* të dhëna paraprake", "Burimi: Ministria", "Shënim: disa bashki raportuan me vonesë")


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """The shipped evaluation in a folder of its own."""
    return taken_through(copied(tmp_path_factory.mktemp("clean")))


@pytest.fixture(scope="module")
def messy(tmp_path_factory):
    """The same with every fault planted."""
    workspace = copied(tmp_path_factory.mktemp("messy"))
    raw = workspace.raw("lnb")
    services, schools = sheets(raw / WORKBOOK)
    book = openpyxl.Workbook()
    spoilt_services(book.active, services)
    spoilt_schools(book.create_sheet("Arsimi"), schools)
    book.create_sheet("Shënime").append(["nuk lexohet"])
    book.save(raw / WORKBOOK)
    spoilt_spending(raw / SPENDING)
    return taken_through(workspace)


def copied(folder):
    for part in ("data/reference", "data/raw/lnb", "params"):
        shutil.copytree(ROOT / part, folder / part)
    return Workspace(root=folder)


def taken_through(workspace):
    parameters = read_parameters(workspace, "lnb", REFERENCE)
    taken = write_intake(workspace, "lnb", parameters, REFERENCE)
    write_panel(workspace, "lnb", parameters, REFERENCE)
    return taken, (workspace.outputs("lnb") / "panel" / "panel.csv").read_bytes()


def sheets(path):
    book = openpyxl.load_workbook(path)
    return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in (book["Shërbimet"], book["Arsimi"])]


def named(written, number):
    """Another way to write the municipality that this one names, or the same where it names none."""
    code = REFERENCE.names.exact.get(written.casefold(), ((None, ""),))[0][0]
    return FORMS[number % len(FORMS)](NAMES[code]) if code in NAMES else written


def figure(value, number):
    """The same figure as text, with a word or as it was; a missing one by another word."""
    if value in (None, MISSING[0]):
        return MISSING[number % len(MISSING)]
    forms = (value, str(value), f" {value}\u00a0", f"{value} persona" if isinstance(value, int) else value)
    return forms[number % len(forms)]


def spoilt_services(sheet, rows):
    sheet.title = "Shërbimet"
    for row in rows[: HEADER - 1]:
        sheet.append(row)
    headers = rows[HEADER - 1]
    sheet.append(["Municipality", "  qarku ", "VITI\n", *(f" {header.upper()}" for header in headers[3:])])
    sheet.append(["#adm2+name", "#adm1+name", "#date+year", *[f"#indicator+n{at}" for at in range(len(headers) - 3)]])
    years = sorted({row[2] for row in rows[HEADER:] if isinstance(row[2], int)})
    for year in years:
        own = [row for row in rows[HEADER:] if row[2] == year]
        own = own[1::2] + own[::2]
        first = sheet.max_row + 1
        for number, row in enumerate(own):
            shown = (f"{year}*" if year == years[-1] else year) if number == 0 else None
            sheet.append(
                [
                    named(row[0], number + year),
                    row[1],
                    shown,
                    row[3],
                    *(figure(v, number + at) for at, v in enumerate(row[4:])),
                ]
            )
        sheet.merge_cells(start_row=first, end_row=sheet.max_row, start_column=3, end_column=3)
        sheet.append([None])
    twice = list(next(row for row in rows[HEADER:] if row[0] == "Bulqizë"))
    sheet.append(twice)
    sheet.row_dimensions[sheet.max_row - 3].hidden = True
    sheet.cell(first, 9).fill = PatternFill("solid", fgColor="FF0000")
    for note in NOTES:
        sheet.append([note])


def spoilt_schools(sheet, rows):
    header, *body = rows
    sheet.append([f"{header[0]} ", header[1].lower(), *(part.swapcase() for part in header[2:]), "Shënime"])
    for number, row in enumerate(reversed(body)):
        sheet.append(
            [named(row[0], number), str(row[1]), *(figure(v, number + at) for at, v in enumerate(row[2:])), "ok"]
        )
        if number % 97 == 0:
            sheet.append([None])
    sheet.append(["Burimi: Ministria e Arsimit"])


def spoilt_spending(path):
    header, *lines = path.read_bytes().decode("cp1252").splitlines()
    quoted = [
        ";".join(f'"{cell}"' if at == 3 else f" {cell}" for at, cell in enumerate(line.split(";"))) for line in lines
    ]
    quoted.insert(100, ";;;;")
    quoted.append(lines[5])
    text = "\r\n".join(["sep=;", header.upper().replace("Ë", "ë"), *reversed(quoted)]) + "\r\n"
    path.write_bytes(text.encode("cp1252"))


def test_the_messy_twin_gives_the_panel_of_the_clean_one_bit_for_bit(clean, messy):
    assert messy[1] == clean[1]


def test_nothing_of_it_stops_and_what_was_done_is_told(messy):
    rules = {problem.rule for problem in messy[0].problems}
    assert not any(problem.severity in ("STOP", "ASK") for problem in messy[0].problems)
    assert len(messy[0].repaired) > 1000
    assert len(rules) > 8


def test_every_row_of_it_is_accounted_for(messy):
    counts = messy[0].counts
    assert (counts["rows_read"] == counts["rows_used"] + counts["rows_set_aside"]).all()
    assert set(NOTES) <= set(messy[0].notes["text"])
