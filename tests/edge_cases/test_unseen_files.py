"""`lnbeval check FILE` of a file that nobody declared: what was understood, one list of problems, and the next command."""

import datetime as dt
import shutil
import zipfile

import openpyxl
import pytest
from conftest import ROOT
from written_evaluations import CODES, NAMES

from lnbeval.cli.main import exit_code
from lnbeval.workspace.places import Workspace
from lnbeval.workspace.yaml_file import read_yaml

YEARS = range(2014, 2020)
MONTHS = (
    *("Janar", "Shkurt", "Mars", "Prill", "Maj", "Qershor"),
    *("Korrik", "Gusht", "Shtator", "Tetor", "Nëntor", "Dhjetor"),
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unseen") / "vlerësime"
    shutil.copytree(ROOT / "data" / "reference", folder / "data" / "reference")
    (folder / "params").mkdir()
    shutil.copy(ROOT / "dvc.yaml", folder)
    (folder / "params" / "workspace.yaml").write_text("evaluations: {}\n", encoding="utf-8")
    return Workspace(root=folder)


@pytest.fixture
def said(workspace, monkeypatch, capsys):
    """What a command says, and its exit code."""
    monkeypatch.chdir(workspace.root)

    def run(*arguments):
        code = exit_code([str(one) for one in arguments])
        told = capsys.readouterr()
        return code, told.out + told.err

    return run


def figure(code, year, series=0):
    return 400 + 20 * CODES.index(code) + 3 * (year - 2013) + 7 * series


def book_of(path, sheets, hidden=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    book.save(path)
    return path


def wide(series=0, years=YEARS, header=True):
    top = [["Bashkia", *years]] if header else []
    return [*top, *([NAMES[code], *(figure(code, year, series) for year in years)] for code in CODES)]


def long(*columns, years=YEARS):
    return [[NAMES[code], year, *(of(code, year) for of in columns)] for code in CODES for year in years]


LONG = [["Bashkia", "Viti", "Raste"], *long(figure)]


def test_a_fine_file_is_summed_up_with_the_next_command(said, tmp_path):
    rows = [["Qarku", "Bashkia", "Viti", "Aplikime", "Buxheti (mijë lekë)", "Bashki e programit"]]
    rows += [
        ["", NAMES[code], year, figure(code, year), figure(code, year) + 0.5, "Po" if code in CODES[::4] else "Jo"]
        for code in CODES
        for year in YEARS
    ]
    path = book_of(tmp_path / "fine.xlsx", {"Të dhëna": rows})
    code, told = said("check", path)
    assert code == 0, told
    for line in (
        "sheet 'Të dhëna': 367 rows, 6 columns, header likely in row 1",
        "looks like municipalities: Bashkia (B): 61",
        "looks like years: 2014-2019 (column 'Viti')",
        "figures: 'Aplikime' (D) as aplikime, 366 in 366 filled cells, whole numbers",
        "figures: 'Buxheti (mijë lekë)' (E) as buxheti, 366 in 366 filled cells, with decimals",
        "sorts municipalities: 'Bashki e programit' ('Po' 16, 'Jo' 45)",
        f"Next: `lnbeval new NAME --from {path}`",
        "nothing stands in the way",
    ):
        assert line in told
    assert "STOP" not in told


def test_what_reading_would_find_is_told_before_anything_is_declared(said, tmp_path):
    rows = [*LONG, LONG[3], ["Vorra", 2016, 5], ["Bashkia e panjohur", 2016, 5]]
    code, told = said("check", book_of(tmp_path / "faults.xlsx", {"S": rows}))
    assert code == 3
    assert "'Bashkia e panjohur' does not name one municipality" in told
    assert "A369" in told, "the cell of the unknown name"
    assert told.count("Next: `lnbeval new NAME") == 1


def test_nothing_is_said_twice(said, tmp_path):
    path = tmp_path / "persons.xlsx"
    rows = [["Emri", "Mbiemri", "Datëlindja", "Bashkia"], *(["Ana", "Hoxha", "1990-02-03", n] for n in NAMES.values())]
    code, told = said("check", book_of(path, {"S": rows}))
    assert code == 3
    assert told.count("STOP persons.xlsx") == 1
    assert "Next:" not in told


@pytest.mark.parametrize(
    ("sheets", "words"),
    [
        ({"S": [["Bashkia", *(f"{m} 2020" for m in MONTHS)], *([n, *range(6)] for n in NAMES.values())]}, "Months or quarters stand across the columns: 'Janar 2020' to 'Qershor 2020', 6 columns"),
        ({"S": [["Bashkia", "T1 2020", "T2 2020"], *([n, 1, 2] for n in NAMES.values())]}, "'T1 2020' to 'T2 2020'"),
        ({"S": [["Tabela 1"], *wide(), [], ["Tabela 2"], *wide(1)]}, "another header stands in row 66 ('Bashkia')"),
        ({"S": [["Bashkia", *YEARS], ["Familje"], *wide(0, header=False), ["Persona"], *wide(1, header=False)]}, "row 64 ('Persona')"),
        ({"S": [["Bashkia", 2014, "Bashkia", 2014], *([n, 1, n, 2] for n in NAMES.values())]}, "Tables stand side by side: the municipalities are named in columns A and C"),
        ({f"{m} 2020": [["Bashkia", "Raste"], *([n, 5] for n in NAMES.values())] for m in MONTHS}, "12 sheets ('Janar 2020', 'Shkurt 2020'"),
        ({"S": [["Treguesi", *NAMES.values()], ["Familje", *range(61)]]}, "The municipalities stand across the columns, in row 1"),
        ({"S": [["Bashkia", "Raste"], *([n, 5] for n in NAMES.values())]}, "Declare the year of the table under `year`"),
    ],
)  # fmt: skip
def test_a_layout_that_no_source_can_declare_is_named_with_the_way_out(said, tmp_path, sheets, words):
    code, told = said("check", book_of(tmp_path / "layout.xlsx", sheets))
    assert code == 3
    assert words in told
    assert "STOP layout.xlsx" in told


def test_months_from_one_to_another_are_a_year_and_months_in_rows_are_added_up(said, tmp_path):
    rows = [["Bashkia", *(f"Janar-Dhjetor {year}" for year in YEARS)], *wide(header=False)]
    assert said("check", book_of(tmp_path / "span.xlsx", {"S": rows}))[0] == 0
    rows = [[NAMES[code], year, month, figure(code, year)] for code in CODES for year in YEARS for month in MONTHS]
    path = book_of(tmp_path / "months.xlsx", {"S": [["Bashkia", "Viti", "Muaji", "Raste"], *rows]})
    code, told = said("check", path)
    assert code == 0, told
    assert "several rows a municipality and year, by: 'Muaji'" in told


def test_a_sheet_that_cannot_be_used_is_a_warning_beside_one_that_can(said, workspace, tmp_path):
    sheets = {"Të dhëna": LONG, "Punë": LONG, "Kthyer": [["Treguesi", *NAMES.values()], ["Familje", *range(61)]]}
    sheets |= {f"Shënim {at}": [["vetëm tekst"], ["tjetër"]] for at in range(5)}
    path = book_of(tmp_path / "several.xlsx", sheets, hidden=("Punë",))
    code, told = said("check", path)
    assert code == 0, told
    assert "WARN several.xlsx, sheet Punë: The workbook hides this sheet" in told
    assert "WARN several.xlsx, sheet Kthyer, row 1: The municipalities stand across" in told
    assert told.count("No column names municipalities") == 1, "sheets that are alike share a line"
    assert said("new", "several", "--from", path)[0] == 0
    assert [one["sheet"] for one in read_yaml(workspace.parameters("several"))["data"]["sources"]] == ["Të dhëna"]


@pytest.mark.parametrize("write", [lambda y: dt.date(y, 12, 31), lambda y: f"31/12/{y}", lambda y: f"01.01.{y}"])
def test_first_and_last_days_of_years_are_proposed_as_years_and_asked_about(said, workspace, tmp_path, write):
    rows = [["Bashkia", "Data", "Raste"], *([name, write(year), value] for name, year, value in long(figure))]
    name = f"days_{'date' if write(2014) == dt.date(2014, 12, 31) else str(write(2014))[:2]}"
    path = book_of(tmp_path / "days.xlsx", {"S": rows})
    assert "looks like years: 2014-2019 (column 'Data')" in said("check", path)[1]
    assert said("new", name, "--from", path)[0] == 0
    parameters = read_yaml(workspace.parameters(name))
    assert parameters["data"]["sources"][0]["dates"] == "year"
    assert "first or last days of years" in parameters["guesses"][0]["why"]
    assert "dates 'year'" in said("check", name)[1]


def test_a_day_in_the_middle_of_a_year_is_never_a_year(said, tmp_path):
    rows = [["Bashkia", "Data", "Raste"], *([n, f"15/06/{y}", v] for n, y, v in long(figure))]
    code, told = said("check", book_of(tmp_path / "middle.xlsx", {"S": rows}))
    assert code == 3
    assert "looks like years: none" in told


def test_what_never_changes_is_no_outcome(said, workspace, tmp_path):
    header = ["Bashkia", "Viti", "Sipërfaqja (km2)", "Raste"]
    rows = long(lambda code, _: 100 + CODES.index(code), figure)
    assert said("new", "area_rows", "--from", book_of(tmp_path / "a.xlsx", {"S": [header, *rows]}))[0] == 0
    sheets = {
        str(year): [
            ["Bashkia", "Sipërfaqja", "Raste"],
            *([NAMES[c], 100 + CODES.index(c), figure(c, year)] for c in CODES),
        ]
        for year in YEARS
    }
    code, told = said("new", "area_sheets", "--from", book_of(tmp_path / "b.xlsx", sheets))
    assert code == 0
    assert told.count("they say the same of a municipality in every year") == 1
    assert "'Sipërfaqja' of 6 sheets" in told
    for name in ("area_rows", "area_sheets"):
        assert read_yaml(workspace.parameters(name))["indicators"] == ["raste"]


def test_marks_of_footnotes_at_names_are_read_without_and_kept_as_notes(said, tmp_path):
    marked = {"Mat": "Mat*", "Vorë": "Vorë 1)", "Klos": "Klos¹", "Has": "Has (**)"}
    rows = [["Bashkia", *YEARS], *([marked.get(name, name), *values] for name, *values in wide(header=False))]
    code, told = said("check", book_of(tmp_path / "marks.xlsx", {"S": rows}))
    assert code == 0, told
    assert "looks like municipalities: Bashkia (A): 61" in told
    assert "Marks of footnotes stand at names" in told
    assert "'Klos¹' as Klos (AL113)" in told


def test_a_mark_makes_no_name_of_one_that_is_none(said, tmp_path):
    rows = [["Bashkia", *YEARS], *([{"Vorë": "Vorra*", "Mat": "Mat 1"}.get(n, n), *v] for n, *v in wide(header=False))]
    code, told = said("check", book_of(tmp_path / "unknown.xlsx", {"S": rows}))
    assert code == 3
    assert "'Mat 1' does not name one municipality" in told
    assert "'Vorra*'" in told


def packed(path, *names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        (
            "a.docx",
            lambda p: packed(p, "[Content_Types].xml", "word/document.xml"),
            "a text document or a presentation",
        ),
        ("a.zip", lambda p: packed(p, "2019.xlsx", "2020.xlsx"), "a zip archive of several files"),
        ("a.png", lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40)), "a picture"),
        ("a.jpg", lambda p: p.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40)), "a picture"),
        ("a.pdf", lambda p: p.write_bytes(b"%PDF-1.7\n"), "a PDF document"),
        ("folder", lambda p: p.mkdir(), "is a folder"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(said, tmp_path, name, make, words):
    make(tmp_path / name)
    for arguments in (("check", tmp_path / name), ("new", "nothing", "--from", tmp_path / name)):
        code, told = said(*arguments)
        assert code == 3
        assert words in told


def test_a_bar_in_the_name_of_a_file_does_not_break_the_register(said, workspace, tmp_path):
    path = tmp_path / "a|b.csv"
    path.write_text("\n".join(";".join(map(str, row)) for row in LONG), encoding="utf-8")
    assert said("new", "bar", "--from", path)[0] == 0
    register = workspace.raw("bar") / "SOURCES.md"
    row = next(line for line in register.read_text(encoding="utf-8").splitlines() if "a\\|b.csv" in line)
    assert row.replace("\\|", "").count("|") == 7
    assert "Nobody has filled in for 'a|b.csv': from whom, received, terms of use, contact" in said("check", "bar")[1]


def test_taking_a_guess_out_of_the_parameters_settles_nothing(said, workspace, tmp_path):
    said("new", "taken_out", "--from", book_of(tmp_path / "a.xlsx", {"S": LONG}))
    path = workspace.parameters("taken_out")
    text = path.read_text(encoding="utf-8")
    asked = said("check", "taken_out")[1].count("Answer `guess/")
    path.write_text(text[: text.index("\nguesses:") + 1], encoding="utf-8")
    code, told = said("check", "taken_out")
    assert code == 3
    assert told.count("Answer `guess/") == asked > 0
    assert "taken out of `guesses` without an answer" in told


def test_a_yes_in_albanian_is_a_yes_and_another_word_is_told_which_to_write(said, workspace, tmp_path):
    said("new", "in_albanian", "--from", book_of(tmp_path / "a.xlsx", {"S": LONG}))
    path = workspace.decisions("in_albanian")
    header, *names = [line.rstrip(",") for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [f"{name},{'ndoshta' if at == 0 else 'Po'},e pashë,A. Hoxha,2026-11-22" for at, name in enumerate(names)]
    path.write_text("\n".join([f"{header}", *rows]) + "\n", encoding="utf-8")
    _, told = said("check", "in_albanian")
    assert told.count("Answer `guess/") == 1
    assert "'ndoshta' is no answer" in told
    assert "Write one of `yes`" in told


@pytest.mark.parametrize("name", ["lnb", "turnout"])
def test_the_shipped_files_stay_quiet(said, name):
    for path in sorted((ROOT / "data" / "raw" / name).glob("*.csv")):
        if path.name in {"DELIVERIES.csv", "decisions.csv", "variables.csv", "indicators.csv", "treatment.csv"}:
            continue
        code, told = said("check", path)
        assert code == 0, told


def long_rows(header=("Bashkia", "Viti", "Familje përfituese"), columns=1):
    figures = [
        [NAMES[code], year, *(figure(code, year, at) for at in range(columns))] for code in CODES for year in YEARS
    ]
    return [list(header), *figures]


def test_x23_a_negative_count_stops_before_anything_is_declared(said, tmp_path):
    rows = long_rows()
    rows[100][2] = -5
    code, told = said("check", book_of(tmp_path / "a.xlsx", {"S": rows}))
    assert (code, "C101" in told, "is negative" in told) == (3, True, True)


def test_x26_a_year_in_another_unit_stops_before_anything_is_declared(said, tmp_path):
    rows = [
        ["Bashkia", "Viti", "Fondi (mijë lekë)"],
        *([*row[:2], row[2] * (1000 if row[1] == 2017 else 1)] for row in long_rows()[1:]),
    ]
    code, told = said("check", book_of(tmp_path / "a.xlsx", {"S": rows}))
    assert (code, "about 1000 times" in told) == (3, True)


def test_x25_women_above_their_total_stop_in_the_draft(said, tmp_path):
    rows = long_rows(("Bashkia", "Viti", "Femra", "Meshkuj", "Gjithsej"), 2)
    rows[1:] = [[*row, row[2] + row[3]] for row in rows[1:]]
    rows[7][2:] = [825, 364, 817]
    path = book_of(tmp_path / "gjinia.xlsx", {"S": rows})
    said("new", "gjinia", "--from", path)
    code, told = said("check", "gjinia")
    assert code == 3
    assert f"femra is larger than gjithsej in 1 row(s): {rows[7][0]} {rows[7][1]}: 825 of 817" in told
    assert "part_of 'gjithsej'" in told


def test_x37_a_row_that_is_there_twice_is_told_and_cuts_nothing(said, tmp_path):
    rows = [
        ["Bashkia", "Viti", "Grupi", "Raste"],
        *([*row[:2], "a" if at % 2 else "b", row[2]] for at, row in enumerate(long_rows()[1:])),
    ]
    rows.append([*rows[5][:2], "a" if rows[5][2] == "b" else "b", 99])
    code, told = said("check", book_of(tmp_path / "a.xlsx", {"S": rows}))
    assert code == 3
    assert f"D{len(rows)}" in told
    assert "for the same municipality and year" in told
    assert "several rows" not in told


def test_x38_one_contradiction_among_months_is_named_with_both_rows(said, tmp_path):
    rows = [
        ["Bashkia", "Viti", "Muaji", "Raste"],
        *([*row[:2], month, row[2] + at] for row in long_rows()[1:] for at, month in enumerate(MONTHS)),
    ]
    rows.append([*rows[9][:3], 99999])
    code, told = said("check", book_of(tmp_path / "a.xlsx", {"S": rows}))
    assert code == 3
    assert "is 99999 here" in told
    assert "by: 'Muaji'" in told
