"""`lnbeval check FILE` of a file that nobody declared: what was understood, one list of problems, and the next command."""

import csv
import datetime as dt
import shutil
import zipfile

import openpyxl
import pytest
from conftest import ROOT
from written_evaluations import CODES, NAMES

from lnbeval.cli.main import exit_code
from lnbeval.workspace.definitions import evaluation_reference
from lnbeval.workspace.intake_stage import taken_in
from lnbeval.workspace.parameters import read_parameters
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
    assert (code, "multiplied by about 1,000" in told) == (3, True)


def test_x25_women_above_their_total_stop_in_the_draft(said, tmp_path):
    rows = long_rows(("Bashkia", "Viti", "Femra", "Meshkuj", "Gjithsej"), 2)
    rows[1:] = [[*row, row[2] + row[3]] for row in rows[1:]]
    rows[7][2:] = [825, 364, 817]
    path = book_of(tmp_path / "gjinia.xlsx", {"S": rows})
    said("new", "gjinia", "--from", path)
    code, told = said("check", "gjinia")
    assert code == 3
    assert f"femra is larger than gjithsej in 1 row: {rows[7][0]} {rows[7][1]}: 825 of 817" in told
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


@pytest.mark.parametrize(
    ("header", "unit", "kind", "measured"),
    [
        ("Norma për 1 000 banorë", "për 1 000 banorë", "rate", ("", 1, "rate")),
        ("Pagesa për frymë (lekë)", "lekë për frymë", "money", ("", 1, "money")),
        ("Shpenzime mijë lekë (gjithsej)", "mijë lekë", "money", ("population", 1, "money")),
    ],
)
def test_the_draft_takes_the_unit_that_the_header_tells(said, workspace, tmp_path, header, unit, kind, measured):
    rows = long_rows(("Bashkia", "Viti", header))
    rows[1:] = [[*row[:2], row[2] + 0.25] for row in rows[1:]]
    name = f"unit_told_{kind}_{measured[0]}"
    assert said("new", name, "--from", book_of(tmp_path / "a.xlsx", {"S": rows}))[0] == 0
    (variable,), (indicator,) = (definitions(workspace, name, table) for table in ("variables", "indicators"))
    assert (variable["unit"], variable["kind"]) == (unit, kind)
    assert (indicator["denominator"], int(indicator["scale"]), indicator["kind"]) == measured
    assert "figures are in" not in said("check", name)[1]


def test_the_exception_to_a_unit_is_given_by_the_name_that_the_stop_tells(said, workspace, tmp_path):
    rows = long_rows(("Bashkia", "Viti", "Raste"))
    rows[0][2] = "Raste për 1 000 banorë"
    said("new", "excepted", "--from", book_of(tmp_path / "a.xlsx", {"S": rows}))
    table = workspace.raw("excepted") / "variables.csv"
    text = table.read_text(encoding="utf-8").replace("për 1 000 banorë,cases,rate", "cases,cases,count")
    table.write_text(text, encoding="utf-8")
    told = said("check", "excepted")[1]
    assert "says that figures are in for each inhabitant or so many of them" in told
    name = told.partition("Only a written exception lets it pass: answer `")[2].partition("` with as_registered")[0]
    with workspace.decisions("excepted").open("a", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerow([name, "as_registered", "the words are of the year before", "A. H.", "2026-11-22"])
    told = said("check", "excepted")[1]
    assert "Decided: as_registered" in told
    assert "STOP a.xlsx" not in told


def definitions(workspace, name, table):
    with (workspace.raw(name) / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("headers", "parts"),
    [
        (("Nxënës gjithsej", "Nxënëse femra"), {"nxenese_femra": "pupils"}),
        (("Gjithsej nxënës", "Vajza", "Djem"), {"vajza": "pupils", "djem": "pupils"}),
        (("Përfituese gra", "Përfitues"), {"perfituese_gra": "beneficiaries"}),
        (("Raste të reja", "Raste të reja, femra", "Raste të mbyllura"), {"raste_te_reja_femra": "raste_te_reja"}),
        (("Mësues gjithsej", "Nxënës gjithsej", "Vajza"), {"vajza": ""}),
        (("Nxënës %", "Nxënëse femra %"), {"nxenese_femra": ""}),
    ],
)
def test_women_and_girls_are_a_part_of_the_column_that_holds_everybody(said, workspace, tmp_path, headers, parts):
    series = [[*row, *(row[2] // (2 + at) for at, _ in enumerate(headers[1:]))] for row in long_rows()[1:]]
    name = f"parts_{abs(hash(headers))}"
    path = book_of(tmp_path / "a.xlsx", {"S": [["Bashkia", "Viti", *headers], *series]})
    assert said("new", name, "--from", path)[0] == 0
    rows = {row["code"]: row["part_of"] for row in definitions(workspace, name, "variables")}
    assert {code: rows[code] for code in parts} == parts


def test_more_girls_than_pupils_stop_in_the_draft(said, tmp_path):
    rows = long_rows(("Bashkia", "Viti", "Nxënës gjithsej", "Nxënëse femra"), 2)
    rows[1:] = [[*row[:3], row[2] // 2] for row in rows[1:]]
    rows[9][2:] = [930, 950]
    said("new", "girls", "--from", book_of(tmp_path / "a.xlsx", {"S": rows}))
    code, told = said("check", "girls")
    assert code == 3
    assert f"nxenese_femra is larger than pupils in 1 row: {rows[9][0]} {rows[9][1]}: 950 of 930" in told


SHOWN = {"Fëmijë në çerdhe": 1, "Buxheti për shërbime": 57, "Mbulimi me shërbime": 0.037}


def indicator_rows(unit, named="Treguesi"):
    """Years across columns and three quantities below each other, perhaps with a column of their units."""
    units = dict(zip(SHOWN, ("fëmijë", "mijë lekë", "%"), strict=True))
    yield ["Bashkia", named, *(["Njësia"] if unit else []), *map(str, YEARS)]
    for code in CODES:
        for text, times in SHOWN.items():
            figures = [round(figure(code, year) * times, 1) for year in YEARS]
            yield [NAMES[code], text, *([units[text]] if unit else []), *figures]


@pytest.mark.parametrize(
    ("unit", "named", "why"),
    [
        (True, "Emërtimi", "the column of units beside it says different units of them"),
        (False, "Treguesi", "its header says that these are indicators"),
        (False, "Emërtimi", "their figures differ as those of different quantities do"),
    ],
)
def test_indicators_in_rows_are_series_of_their_own_and_never_added_up(said, workspace, tmp_path, unit, named, why):
    path = book_of(tmp_path / "treguesi.xlsx", {"S": indicator_rows(unit, named)})
    code, told = said("check", path)
    asked = "NOTE" if named == "Treguesi" else "ASK"
    assert (
        f"{asked} treguesi.xlsx, sheet S: The rows that '{named}' tells apart seem to be of different quantities"
        in told
    )
    assert why in told
    assert (code, "nothing stands in the way" in told) == ((0, True) if asked == "NOTE" else (3, False))
    assert "figures: 'Fëmijë në çerdhe' (" in told
    assert " as femije_ne_cerdhe, 366 in 366 filled cells, whole numbers" in told
    name = f"indicators_{why.split()[1]}"
    assert said("new", name, "--from", path)[0] == 0
    parameters = read_yaml(workspace.parameters(name))
    (source,) = parameters["data"]["sources"]
    assert "aggregate" not in source
    codes = dict(zip(SHOWN, source["columns"], strict=True))
    assert source["only_where"] == [{"variable": codes[text], "column": named, "equals": text} for text in SHOWN]
    assert why in parameters["guesses"][0]["why"]
    read = taken_values(workspace, name)
    for text, times in SHOWN.items():
        assert read[codes[text], CODES[7], 2016] == round(figure(CODES[7], 2016) * times, 1)
    told = said("check", name)[1]
    assert "STOP treguesi.xlsx" not in told
    if unit:
        kinds = {row["code"]: (row["unit"], row["kind"]) for row in definitions(workspace, name, "variables")}
        assert list(kinds.values()) == [("fëmijë", "count"), ("mijë lekë", "money"), ("percent", "share")]


def test_indicators_in_rows_that_are_cut_by_sex_too_are_added_up_by_sex_only(said, workspace, tmp_path):
    rows = [
        [NAMES[code], year, text, sex, figure(code, year)]
        for code in CODES
        for year in YEARS
        for text in ("Aplikime", "Vendime")
        for sex in ("Femra", "Meshkuj")
    ]
    path = book_of(tmp_path / "a.xlsx", {"S": [["Bashkia", "Viti", "Treguesi", "Gjinia", "Vlera"], *rows]})
    assert said("new", "indicators_by_sex", "--from", path)[0] == 0
    (source,) = read_yaml(workspace.parameters("indicators_by_sex"))["data"]["sources"]
    assert source["aggregate"] == {"by": "sum", "over": ["Gjinia"]}
    assert source["columns"] == {"aplikime": "Vlera", "vendime": "Vlera"}
    assert taken_values(workspace, "indicators_by_sex")["vendime", CODES[3], 2015] == 2 * figure(CODES[3], 2015)


def test_too_many_indicators_in_rows_are_passed_over_with_the_way_out(said, tmp_path):
    rows = [[NAMES[code], f"Treguesi {at}", *range(at, at + 6)] for code in CODES[:5] for at in range(40)]
    path = book_of(tmp_path / "a.xlsx", {"S": [["Bashkia", "Treguesi", *map(str, YEARS)], *rows]})
    code, told = said("check", path)
    assert code == 3
    assert "STOP a.xlsx, sheet S: The 40 texts of column 'Treguesi' name different quantities" in told
    assert "with `only_where`" in told


@pytest.mark.parametrize(
    "parts", [("Fëmijë", "Të rritur", "Të moshuar"), ("Kategoria A", "Kategoria B", "Kategoria C")]
)
def test_groups_of_the_same_quantity_are_still_added_up(said, tmp_path, parts):
    rows = [
        [NAMES[code], year, part, figure(code, year) * 10**at]
        for code in CODES
        for year in YEARS
        for at, part in enumerate(parts)
    ]
    path = book_of(tmp_path / "a.xlsx", {"S": [["Bashkia", "Viti", "Grupi", "Raste"], *rows]})
    code, told = said("check", path)
    assert code == 0, told
    assert "several rows a municipality and year, by: 'Grupi'" in told


def taken_values(workspace, name):
    reference = evaluation_reference(workspace, name)
    taken = taken_in(workspace, name, read_parameters(workspace, name, reference), reference)
    return taken.values.set_index(["variable", "code", "period"])["value"]


def test_averages_are_asked_about_and_never_added_up(said, workspace, tmp_path):
    for number, (headers, by) in enumerate(
        ((("Paga mesatare (lekë)",), "mean"), (("Raste", "Norma e pagesës"), "sum"))
    ):
        rows = [[*row[:2], sex, *[row[2]] * len(headers)] for row in long_rows()[1:] for sex in ("Femra", "Meshkuj")]
        path = book_of(tmp_path / f"a{number}.xlsx", {"S": [["Bashkia", "Viti", "Gjinia", *headers], *rows]})
        code, told = said("check", path)
        assert (code, f"ASK a{number}.xlsx, sheet S: A municipality has several rows a year, by 'Gjinia'" in told) == (
            3,
            True,
        )
        assert (
            f"'{headers[-1]}' is an average, a rate or a share by its words: is it to be added up or averaged?" in told
        )
        assert said("new", f"averages_{number}", "--from", path)[0] == 0
        parameters = read_yaml(workspace.parameters(f"averages_{number}"))
        (source,) = parameters["data"]["sources"]
        assert source["aggregate"]["by"] == by
        assert list(source["columns"].values()) == [headers[0]]
        assert "never added up" in parameters["guesses"][0]["why"]


def test_a_sheet_that_says_who_was_treated_is_not_called_useless(said, workspace, tmp_path):
    phases = [[NAMES[code], 2017 if code in CODES[::4] else "-", "I" if code in CODES[::4] else "-"] for code in CODES]
    sheets = {"Të dhëna": LONG, "Programi": [["Bashkia", "Viti i hyrjes", "Faza"], *phases]}
    path = book_of(tmp_path / "programi.xlsx", sheets)
    code, told = said("check", path)
    assert code == 0, told
    assert "NOTE programi.xlsx, sheet Programi: The sheet holds no figures, but sorts municipalities by" in told
    assert "holds figures to use" not in told
    assert said("new", "programi", "--from", path)[0] == 0
    guesses = read_yaml(workspace.parameters("programi"))["guesses"]
    (why,) = [guess["why"] for guess in guesses if guess["name"] == "treatment"]
    assert "'Faza' sorts them alike" in why
    assert "no other column" not in why


def test_a_column_that_numbers_the_rows_of_each_county_anew_is_no_figure(workspace, said):
    rows = []
    for county in ("311", "321"):
        own = [code for code in CODES if code.startswith(f"AL{county[:2]}")]
        rows += [[f"QARKU {county}"], ["Nr", "Bashkia", "Viti", "Raste"]]
        keys = [(code, year) for code in own for year in YEARS]
        rows += [[at, NAMES[code], year, figure(code, year)] for at, (code, year) in enumerate(keys, start=1)]
    path = workspace.root / "blloqe.xlsx"
    book_of(path, {"Qarqet": rows})
    code, text = said("check", path)
    assert code == 0
    assert "'Raste' (D) as raste" in text
    assert "'Nr' (A)" not in text
    assert "Columns not declared, and no figure is taken from them: 'Nr'" in text


@pytest.mark.parametrize("units", [False, True])
def test_indicators_in_rows_with_years_across_are_series_of_their_own_where_one_names_a_day(workspace, said, units):
    names = ("Numri i kopshteve", "Fëmijë në kopshte", "Popullsia më 1 janar")
    beside = [["kopshte"], ["fëmijë"], ["banorë"]] if units else [[]] * 3
    header = ["Bashkia", "Treguesi", *(["Njësia"] if units else []), *YEARS]
    rows = [
        [NAMES[code], name, *unit, *(figure(code, year, at) for year in YEARS)]
        for code in CODES
        for at, (name, unit) in enumerate(zip(names, beside, strict=True))
    ]
    code, text = said("check", book_of(workspace.root / "treguesit.xlsx", {"T": [header, *rows]}))
    assert code == 0
    for name in names:
        assert f"figures: '{name}' (" in text
    assert "added up to" not in text


@pytest.mark.parametrize("last", ["2019*", "2019", "Viti 2019 (p)"])
def test_x15_years_with_and_without_the_word_for_year_are_one_series(workspace, said, last):
    header = [["Bashkia", "Familje", *[None] * 5], [None, *(f"Viti {year}" for year in YEARS[:-1]), last]]
    path = book_of(workspace.root / "vitet.xlsx", {"T": [*header, *wide(header=False)]})
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("B1:G1")
    book.save(path)
    code, text = said("check", path)
    assert code == 0
    assert "figures: 'Familje / {year}' (B) as familje, 366 in 366 filled cells" in text
    assert "Left out" not in text
