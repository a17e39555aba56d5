"""`lnbeval new NAME --from FILE`: what unseen files hold becomes an evaluation; every guess is asked about, nothing is lost."""

import csv
import shutil

import openpyxl
import pandas as pd
import pytest
from conftest import ROOT, run_lnbeval
from written_evaluations import CODES, NAMES, REFERENCE

from lnbeval.workspace.definitions import evaluation_reference
from lnbeval.workspace.intake_stage import taken_in
from lnbeval.workspace.parameters import read_parameters
from lnbeval.workspace.places import Workspace
from lnbeval.workspace.yaml_file import read_yaml

PHASE_ONE = set(CODES[::4])


@pytest.fixture
def workspace(tmp_path):
    """An empty workspace with the reference."""
    folder = tmp_path / "vlerësime"
    shutil.copytree(ROOT / "data" / "reference", folder / "data" / "reference")
    (folder / "params").mkdir()
    shutil.copy(ROOT / "dvc.yaml", folder)
    (folder / "params" / "workspace.yaml").write_text("evaluations: {}\n", encoding="utf-8")
    return Workspace(root=folder)


def figure(code, year, series=0):
    """A figure that changes little from year to year, and is another one in every municipality, year and series."""
    return 400 + 20 * CODES.index(code) + 3 * (year - 2013) + series


def drafted(workspace, name, *files):
    ended = run_lnbeval(workspace.root, "new", name, *(part for file in files for part in ("--from", str(file))))
    assert ended.returncode == 0, ended.stderr
    return read_yaml(workspace.parameters(name))


def checked(workspace, name):
    ended = run_lnbeval(workspace.root, "check", name)
    return ended.returncode, ended.stdout + ended.stderr


def questions(workspace, name):
    with workspace.decisions(name).open(encoding="utf-8", newline="") as stream:
        return [row["problem"] for row in csv.DictReader(stream)]


def confirm(workspace, name, names=None):
    """Answer the open questions with yes, or those named."""
    rows = [
        [one, *(["yes", "looked", "A. Hoxha", "2026-11-22"] if names is None or one in names else [""] * 4)]
        for one in questions(workspace, name)
    ]
    with workspace.decisions(name).open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["problem", "decision", "reason", "who", "when"], *rows])


def values(workspace, name):
    reference = evaluation_reference(workspace, name)
    taken = taken_in(workspace, name, read_parameters(workspace, name, reference), reference)
    return taken.values.set_index(["variable", "code", "period"])["value"]


def wide_workbook(path):
    """Title, two header rows with merged cells, years across columns, counties merged, a total and notes below."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "NE dhe PAK"
    sheet["A1"] = "Tabela 3. Ndihma ekonomike sipas bashkive"
    sheet.merge_cells("A1:J1")
    for place, text in {
        "A3": "Qarku",
        "B3": "Bashkia",
        "C3": "Familje me ndihmë ekonomike",
        "G3": "Persona me aftësi",
    }.items():
        sheet[place] = text
    for area in ("A3:A4", "B3:B4", "C3:F3", "G3:J3"):
        sheet.merge_cells(area)
    years = [2015, 2016, "2017*", 2018]
    for at, year in enumerate([*years, *years]):
        sheet.cell(4, 3 + at, year)
    units = REFERENCE.municipalities.sort_values("county", kind="stable")
    for row, (code, unit) in enumerate(units.iterrows(), start=5):
        sheet.cell(row, 1, unit["county"])
        sheet.cell(row, 2, unit["name"])
        for at in range(8):
            sheet.cell(row, 3 + at, figure(code, 2015 + at % 4, at // 4))
    sheet.cell(66, 2, "Gjithsej")
    for at in range(8):
        sheet.cell(66, 3 + at, sum(figure(code, 2015 + at % 4, at // 4) for code in CODES))
    sheet.cell(68, 1, "* të dhëna paraprake")
    book.save(path)


def test_years_across_columns_under_two_header_rows(workspace, tmp_path):
    wide_workbook(tmp_path / "tabela.xlsx")
    parameters = drafted(workspace, "aid", tmp_path / "tabela.xlsx")
    (source,) = parameters["data"]["sources"]
    assert source == {
        "file": "tabela.xlsx",
        "sheet": "NE dhe PAK",
        "header": [3, 4],
        "unit": "Bashkia",
        "county": "Qarku",
        "columns": {
            "familje_me_ndihme_ekonomike": "Familje me ndihmë ekonomike / {year}",
            "persona_me_aftesi": "Persona me aftësi / {year}",
        },
    }
    assert parameters["title"] == "Tabela 3. Ndihma ekonomike sipas bashkive"
    read = values(workspace, "aid")
    for number, variable in enumerate(source["columns"]):
        assert all(
            read[variable, code, year] == figure(code, year, number) for code in CODES for year in range(2015, 2019)
        )


def test_one_sheet_a_year_with_the_year_in_its_name_and_a_column_of_who_takes_part(workspace, tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for year in range(2014, 2022):
        sheet = book.create_sheet(str(year))
        sheet.append([f"Strehimi social, viti {year}"])
        sheet.append([])
        sheet.append(["Nr.", "Bashkia", "Aplikime", "Buxheti (mijë lekë)", "Bashki e programit"])
        for number, code in enumerate(CODES, start=1):
            part = "Po" if code in PHASE_ONE else "Jo"
            sheet.append([number, NAMES[code], figure(code, year), figure(code, year, 1) + 0.5, part])
    book.create_sheet("Shënime").append(["Kjo fletë ka vetëm shënime"])
    book.save(tmp_path / "strehimi.xlsx")
    parameters = drafted(workspace, "housing", tmp_path / "strehimi.xlsx")
    sources = parameters["data"]["sources"]
    assert [(source["sheet"], source["year"]) for source in sources] == [
        (str(year), year) for year in range(2014, 2022)
    ]
    assert all(source["columns"] == {"aplikime": "Aplikime", "buxheti": "Buxheti (mijë lekë)"} for source in sources)
    assert parameters["treatment"]["table"] == "raw/housing/treatment.csv"
    treated = pd.read_csv(workspace.raw("housing") / "treatment.csv")
    assert set(treated["code"]) == PHASE_ONE
    assert sum(one.startswith("guess/housing.yaml/table") for one in questions(workspace, "housing")) == 1
    read = values(workspace, "housing")
    assert all(read["aplikime", code, year] == figure(code, year) for code in CODES for year in range(2014, 2022))


def test_rows_cut_by_quarter_and_sex_are_proposed_to_be_added_up(workspace, tmp_path):
    quarters = ("Tremujori I", "Tremujori II", "Tremujori III", "Tremujori IV")
    rows = [
        [NAMES[code], "Bashki", year, quarter, sex, figure(code, year)]
        for code in CODES
        for year in range(2014, 2020)
        for quarter in quarters
        for sex in "FM"
    ]
    header = ["Emërtimi", "Niveli", "Viti", "Tremujori", "Gjinia", "Fëmijë të referuar"]
    text = "\n".join(";".join(map(str, row)) for row in [header, *rows])
    (tmp_path / "referime.csv").write_bytes(text.encode("cp1250"))
    (source,) = drafted(workspace, "referrals", tmp_path / "referime.csv")["data"]["sources"]
    assert source["aggregate"] == {"by": "sum", "over": ["Tremujori", "Gjinia"]}
    assert source["level"] == {"column": "Niveli", "municipality": "Bashki"}
    assert source["encoding"] in {"cp1250", "cp1252"}  # the letters of Albanian are the same in both
    read = values(workspace, "referrals")
    assert all(
        read["femije_te_referuar", code, year] == 8 * figure(code, year) for code in CODES for year in (2014, 2019)
    )
    _, told = checked(workspace, "referrals")
    assert "may be added up or averaged" in told


def test_numbers_of_the_statistical_office_and_school_years(workspace, tmp_path):
    numbers = REFERENCE.municipalities["instat_code"]
    rows = [
        [numbers[code], f"{year}/{(year + 1) % 100}", figure(code, year)]
        for code in CODES
        for year in range(2013, 2020)
    ]
    text = "\n".join(";".join(map(str, row)) for row in [["Kodi i bashkisë", "Viti shkollor", "Nxënës"], *rows])
    (tmp_path / "nxenes.csv").write_text(text, encoding="utf-8")
    parameters = drafted(workspace, "school", tmp_path / "nxenes.csv")
    (source,) = parameters["data"]["sources"]
    assert (source["unit_codes"], source["school_year"]) == ("instat", "start")
    assert source["columns"] == {"pupils": "Nxënës"}, "the registered variable has this label"
    read = values(workspace, "school")
    assert all(read["pupils", code, year] == figure(code, year) for code in CODES for year in range(2013, 2020))
    assert "start or end" in next(guess["why"] for guess in parameters["guesses"] if guess["name"].startswith("table"))


def test_a_guess_is_asked_until_it_is_changed_or_confirmed(workspace, tmp_path):
    wide_workbook(tmp_path / "tabela.xlsx")
    drafted(workspace, "aid", tmp_path / "tabela.xlsx")
    asked = questions(workspace, "aid")
    code, told = checked(workspace, "aid")
    assert code == 3
    assert all(f"Answer `{one}` with yes" in told for one in asked)

    path = workspace.parameters("aid")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("  denominator: population_2011", "  denominator: population_2023", 1), encoding="utf-8"
    )
    _, told = checked(workspace, "aid")
    assert "Answer `guess/aid.yaml/denominator`" not in told, "a value that was changed is nobody's guess"
    assert told.count("Answer `guess/") == len(asked) - 1

    confirm(workspace, "aid", asked[:-1])
    code, told = checked(workspace, "aid")
    assert (code, told.count("Answer `guess/")) == (3, 1)
    confirm(workspace, "aid", asked)
    code, told = checked(workspace, "aid")
    assert "Answer `guess/" not in told
    assert code == 0, told


def test_a_definition_that_is_no_longer_used_is_not_asked_about(workspace, tmp_path):
    wide_workbook(tmp_path / "tabela.xlsx")
    drafted(workspace, "aid", tmp_path / "tabela.xlsx")
    path = workspace.parameters("aid")
    text = path.read_text(encoding="utf-8")
    assert "Answer `guess/aid.yaml/indicator persona_me_aftesi`" in checked(workspace, "aid")[1]
    shorter = text.replace("[familje_me_ndihme_ekonomike, persona_me_aftesi]", "[familje_me_ndihme_ekonomike]")
    shorter = shorter.replace("        persona_me_aftesi: Persona me aftësi / {year}\n", "")
    path.write_text(shorter[: shorter.index("families:")] + shorter[shorter.index("placebos:") :], encoding="utf-8")
    told = checked(workspace, "aid")[1]
    assert "guess/aid.yaml/indicator persona_me_aftesi`" not in told
    assert "guess/aid.yaml/variable persona_me_aftesi`" not in told


@pytest.mark.parametrize("name", ["lnb", "turnout"])
def test_the_shipped_files_are_read_as_their_own_parameters_read_them(workspace, name):
    """Written by hand once, and found by evidence now: the same columns give the same values."""
    raw = ROOT / "data" / "raw" / name
    declared = read_yaml(ROOT / "params" / f"{name}.yaml")["data"]["sources"]
    files = [raw / file for file in dict.fromkeys(source["file"] for source in declared)]
    found = drafted(workspace, "again", *files)["data"]["sources"]
    shutil.copytree(raw, workspace.raw(name))
    shutil.copy(ROOT / "params" / f"{name}.yaml", workspace.root / "params")
    by_hand, by_evidence = values(workspace, name), values(workspace, "again")
    compared = 0
    for source in declared:
        other = next(
            one
            for one in found
            if (one["file"], one.get("sheet")) == (source["file"], source.get("sheet")) or len(declared) == 1
        )
        codes = {header: code for code, header in other["columns"].items()}
        limited = {item["variable"] for item in source.get("only_where", [])}
        for variable, header in source["columns"].items():
            if variable not in limited:
                pd.testing.assert_series_equal(by_hand[variable], by_evidence[codes[header]], check_names=False)
                compared += 1
    assert compared >= 2


def test_nothing_is_written_when_a_file_holds_persons(workspace, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Bashkia", "Viti", "Nr personal", "Pagesa"])
    for number, code in enumerate(CODES):
        book.active.append([NAMES[code], 2019, f"I{number:08d}K", 9000])
    book.save(tmp_path / "perfitues.xlsx")
    ended = run_lnbeval(workspace.root, "new", "payments", "--from", str(tmp_path / "perfitues.xlsx"))
    assert ended.returncode == 3
    assert "data on persons" in ended.stderr
    assert not workspace.parameters("payments").exists()
    assert not workspace.raw("payments").exists()


@pytest.mark.parametrize(
    ("header", "rows", "words"),
    [
        (["Artikulli", "Viti", "Shuma"], [["Karburant", 2019, 5], ["Letër", 2020, 7]], "No column names municipalities"),
        (["Treguesi", *list(NAMES.values())[:20]], [["Familje", *range(20)]], "stand across the columns, in row 1"),
        (["Bashkia", "Zona"], [[name, f"zona {at % 7}"] for at, name in enumerate(NAMES.values())], "No column beside the municipalities holds figures"),
    ],
)  # fmt: skip
def test_a_file_to_draft_nothing_from_says_why(workspace, tmp_path, header, rows, words):
    book = openpyxl.Workbook()
    for row in [header, *rows]:
        book.active.append(row)
    book.save(tmp_path / "tjeter.xlsx")
    ended = run_lnbeval(workspace.root, "new", "other", "--from", str(tmp_path / "tjeter.xlsx"))
    assert ended.returncode == 3
    assert words in ended.stderr
    assert not workspace.raw("other").exists()


def test_what_exists_is_never_overwritten(workspace, tmp_path):
    wide_workbook(tmp_path / "tabela.xlsx")
    drafted(workspace, "aid", tmp_path / "tabela.xlsx")
    before = workspace.parameters("aid").read_bytes()
    again = run_lnbeval(workspace.root, "new", "aid", "--from", str(tmp_path / "tabela.xlsx"))
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert workspace.parameters("aid").read_bytes() == before

    (tmp_path / "tjetër").mkdir()
    shutil.copy(tmp_path / "tabela.xlsx", tmp_path / "tjetër" / "tabela.xlsx")
    files = [part for folder in (".", "tjetër") for part in ("--from", str(tmp_path / folder / "tabela.xlsx"))]
    twice = run_lnbeval(workspace.root, "new", "two", *files)
    assert twice.returncode == 2
    assert "Several files are called tabela.xlsx" in twice.stderr
    absent = run_lnbeval(workspace.root, "new", "three", "--from", str(tmp_path / "tabel.xlsx"))
    assert absent.returncode == 3
    assert "There is no file" in absent.stderr
    unseen = run_lnbeval(workspace.root, "check", str(tmp_path / "tabel.xlsx"))
    assert unseen.returncode == 3
    assert unseen.stderr.endswith("tabel.xlsx. Its folder holds: tabela.xlsx. Nearest: 'tabela.xlsx'.\n")


def test_the_copy_is_the_file_byte_for_byte_and_the_register_waits_for_its_sender(workspace, tmp_path):
    wide_workbook(tmp_path / "tabela.xlsx")
    drafted(workspace, "aid", tmp_path / "tabela.xlsx")
    assert (workspace.raw("aid") / "tabela.xlsx").read_bytes() == (tmp_path / "tabela.xlsx").read_bytes()
    _, told = checked(workspace, "aid")
    assert "WARN SOURCES.md" in told
    assert "from whom, received, terms of use, contact" in told
    register = workspace.raw("aid") / "SOURCES.md"
    register.write_text(register.read_text(encoding="utf-8").replace("| ?", "| the ministry"), encoding="utf-8")
    assert "WARN SOURCES.md" not in checked(workspace, "aid")[1]


def test_a_declared_year_that_the_table_contradicts_is_told(workspace, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Raporti vjetor 2019"])
    book.active.append(["Bashkia", "Raste"])
    for code in CODES:
        book.active.append([NAMES[code], figure(code, 2019)])
    book.save(tmp_path / "raport.xlsx")
    parameters = drafted(workspace, "report", tmp_path / "raport.xlsx")
    assert parameters["data"]["sources"][0]["year"] == 2019
    path = workspace.parameters("report")
    path.write_text(
        path.read_text(encoding="utf-8").replace("      year: 2019\n", "      year: 2018\n", 1), encoding="utf-8"
    )
    assert "the table is of 2018, but it speaks of 2019" in checked(workspace, "report")[1]


def test_own_definitions_that_clash_with_the_reference_are_named(workspace, tmp_path):
    wide_workbook(tmp_path / "tabela.xlsx")
    drafted(workspace, "aid", tmp_path / "tabela.xlsx")
    table = workspace.raw("aid") / "variables.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("persona_me_aftesi,", "population,", 1), encoding="utf-8"
    )
    code, told = checked(workspace, "aid")
    assert code == 3
    assert "code 'population' is defined already" in told


def test_years_alone_as_headers_are_called_by_their_sheet(workspace, tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for series, name in enumerate(("Ndihma ekonomike", "Persona me aftësi")):
        sheet = book.create_sheet(name)
        sheet.append(["Nr", "Bashkia", *range(2014, 2020)])
        for number, code in enumerate(CODES, start=1):
            sheet.append([number, NAMES[code], *(figure(code, year, series) for year in range(2014, 2020))])
    book.save(tmp_path / "dy.xlsx")
    sources = drafted(workspace, "two", tmp_path / "dy.xlsx")["data"]["sources"]
    assert [source["columns"] for source in sources] == [
        {"ndihma_ekonomike": "{year}"},
        {"persona_me_aftesi": "{year}"},
    ]
    read = values(workspace, "two")
    assert all(read["persona_me_aftesi", code, 2016] == figure(code, 2016, 1) for code in CODES)


def test_rows_cut_by_sex_with_years_across_columns_are_proposed_to_be_added_up(workspace, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Bashkia", "Gjinia", *range(2014, 2020)])
    for code in CODES:
        for number, sex in enumerate("FM"):
            book.active.append([NAMES[code], sex, *(figure(code, year, number) for year in range(2014, 2020))])
    book.active.append([])
    book.active.append(["Burimi: ministria"])
    book.save(tmp_path / "persona.xlsx")
    (source,) = drafted(workspace, "sex", tmp_path / "persona.xlsx")["data"]["sources"]
    assert source["aggregate"] == {"by": "sum", "over": ["Gjinia"]}
    (variable,) = source["columns"]
    read = values(workspace, "sex")
    for code in CODES:
        for year in range(2014, 2020):
            assert read[variable, code, year] == figure(code, year, 0) + figure(code, year, 1)


def rows_in(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def book_of_years(path, title="", shown=str):
    """A workbook of the years 2014 to 2019 across columns, without another header; returns the book and its sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([title])
    sheet.append(["Bashkia", *map(str, range(2014, 2020))])
    for code in CODES:
        sheet.append([NAMES[code], *(shown(figure(code, year) % 90 + 5) for year in range(2014, 2020))])
    book.save(path)
    return book, sheet


@pytest.mark.parametrize(("title", "shown"), [("Mbulimi (%)", int), ("Mbulimi", lambda value: f"{value},5%")])
def test_a_share_is_told_by_the_title_or_by_its_cells(workspace, tmp_path, title, shown):
    book_of_years(tmp_path / "mbulimi.xlsx", title, shown)
    drafted(workspace, "share", tmp_path / "mbulimi.xlsx")
    for table in ("variables", "indicators"):
        (row,) = rows_in(workspace.raw("share") / f"{table}.csv")
        assert (row["unit"], row["kind"], row["high"]) == ("percent", "share", "100")


@pytest.mark.parametrize("none", ["-", "jo", "nuk ka të dhëna", None])
def test_a_column_of_years_with_a_word_for_none_says_who_was_treated(workspace, tmp_path, none):
    book, sheet = book_of_years(tmp_path / "raste.xlsx", "Raste", int)
    for at, cell in enumerate(
        ["", "Viti i hyrjes në program", *(2017 if at % 2 else none for at, _ in enumerate(CODES))]
    ):
        sheet.cell(row=at + 1, column=8).value = cell
    book.save(tmp_path / "raste.xlsx")
    treatment = drafted(workspace, "entry", tmp_path / "raste.xlsx")["treatment"]
    assert treatment["table"] == "raw/entry/treatment.csv"
    assert treatment["phases"] == [{"phase": 1, "first_treated": 2017}]
    rows = rows_in(workspace.raw("entry") / "treatment.csv")
    assert {row["code"] for row in rows} == {code for at, code in enumerate(CODES) if at % 2}


def test_a_sheet_that_lists_municipalities_with_a_year_says_who_was_treated(workspace, tmp_path):
    book, _ = book_of_years(tmp_path / "raste.xlsx", "Raste", int)
    listed = book.create_sheet("Bashkitë e programit")
    listed.append(["Bashkia", "Viti i fillimit"])
    for code in CODES[:9]:
        listed.append([NAMES[code], 2018])
    book.save(tmp_path / "raste.xlsx")
    treatment = drafted(workspace, "listed", tmp_path / "raste.xlsx")["treatment"]
    assert treatment["phases"] == [{"phase": 1, "first_treated": 2018}]
    rows = rows_in(workspace.raw("listed") / "treatment.csv")
    assert {row["code"] for row in rows} == set(CODES[:9])


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_large_file_sorted_by_municipality_is_looked_at_all_over(workspace, tmp_path, quote):
    months = (
        *("Janar", "Shkurt", "Mars", "Prill", "Maj", "Qershor"),
        *("Korrik", "Gusht", "Shtator", "Tetor", "Nëntor", "Dhjetor"),
    )
    lines = ["Bashkia;Viti;Muaji;Grupi;Persona të trajtuar"]
    lines += [
        f"{quote}{NAMES[code]}{quote};{year};{quote}{month}{quote};{quote}G{group}{quote};{figure(code, year)}"
        for code in CODES
        for year in range(2014, 2020)
        for month in months
        for group in range(20)
    ]
    path = tmp_path / "i_madh.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert path.stat().st_size > 2_000_000
    parameters = drafted(workspace, "large", path)
    (source,) = parameters["data"]["sources"]
    assert source["aggregate"] == {"by": "sum", "over": ["Muaji", "Grupi"]}
    why = next(guess["why"] for guess in parameters["guesses"] if guess["name"].startswith("table"))
    assert "are municipalities (61); 'Viti' holds 2014-2019" in why
    read = values(workspace, "large")
    assert all(read["persona_te_trajtuar", code, 2016] == 240 * figure(code, 2016) for code in CODES)


def sheet_of(path, header, *rows):
    book = openpyxl.Workbook()
    for row in (header, *rows):
        book.active.append(row)
    book.save(path)


def long_rows(*columns, years=range(2014, 2020)):
    """One row a municipality and year; a column is a function of code and year."""
    return [[NAMES[code], year, *(of(code, year) for of in columns)] for code in CODES for year in years]


def test_a_row_that_numbers_the_columns_is_set_aside(workspace, tmp_path):
    years = range(2014, 2020)
    rows = [[NAMES[code], *(figure(code, year) for year in years)] for code in CODES]
    sheet_of(tmp_path / "a.xlsx", ["Bashkia", *(f"Raste {year}" for year in years)], [1, 2, 3, 4, 5, 6, 7], *rows)
    drafted(workspace, "numbered", tmp_path / "a.xlsx")
    read = values(workspace, "numbered")
    assert len(read) == 61 * 6
    assert all(read["raste", code, 2016] == figure(code, 2016) for code in CODES)
    assert "STOP a.xlsx" not in checked(workspace, "numbered")[1]


def test_columns_that_are_no_series_of_the_years_are_left_out_and_told(workspace, tmp_path):
    years = range(2014, 2020)
    header = [
        "Bashkia",
        "Popullsia 2011",
        *(f"Fakt {year}" for year in years),
        *(f"Plan {year}" for year in years),
        "Mesatarja",
    ]
    rows = [
        [NAMES[code], 9000, *(figure(code, year) for year in years), *(1000 + year for year in years), 5]
        for code in CODES
    ]
    sheet_of(tmp_path / "a.xlsx", header, *rows)
    ended = run_lnbeval(workspace.root, "new", "plans_out", "--from", str(tmp_path / "a.xlsx"))
    for why, column in (("of one year", "Popullsia 2011"), ("plans", "Plan 2014"), ("name none", "Mesatarja")):
        (line,) = [one for one in ended.stdout.splitlines() if "Left out of the proposal" in one and why in one]
        assert f"'{column}'" in line
    assert read_yaml(workspace.parameters("plans_out"))["data"]["sources"][0]["columns"] == {"fakt": "Fakt {year}"}
    assert sorted({year for _, _, year in values(workspace, "plans_out").index}) == list(years)


FUNCTIONS = {"01": "Shërbime publike", "04": "Çështje ekonomike", "10": "Mbrojtja sociale"}


@pytest.mark.parametrize(
    ("named", "write", "over"),
    [(True, str, "Emërtimi"), (True, int, "Emërtimi"), (False, str, "Funksioni")],
)
def test_codes_of_functions_are_no_figures(workspace, tmp_path, named, write, over):
    """By one name to each code, whether the zeros in front are there or not; without names by the zeros."""
    header = ["Bashkia", "Viti", "Funksioni", *(["Emërtimi"] if named else []), "Shpenzime"]
    rows = [
        [NAMES[code], year, write(number), *([name] if named else []), figure(code, year, int(number))]
        for code in CODES
        for year in range(2014, 2020)
        for number, name in FUNCTIONS.items()
    ]
    sheet_of(tmp_path / "a.xlsx", header, *rows)
    (source,) = drafted(workspace, "functions", tmp_path / "a.xlsx")["data"]["sources"]
    assert list(source["columns"].values()) == ["Shpenzime"]
    assert source["aggregate"] == {"by": "sum", "over": [over]}
    ended = run_lnbeval(workspace.root, "check", str(tmp_path / "a.xlsx"))
    assert ("because they are codes" in ended.stdout) is named


def test_figures_that_look_like_codes_stay_figures(workspace, tmp_path):
    """Small counts beside a column of words, and figures that are padded with zeros."""
    has = {0: "Jo", 1: "Po"}
    rows = [
        [*row, has[row[2]], f"{figure(CODES[at // 6], row[1]):06d}"]
        for at, row in enumerate(long_rows(lambda code, year: (CODES.index(code) + year) % 2))
    ]
    sheet_of(tmp_path / "a.xlsx", ["Bashkia", "Viti", "Strehimore", "Ka strehimore", "Familje"], *rows)
    (source,) = drafted(workspace, "padded", tmp_path / "a.xlsx")["data"]["sources"]
    assert set(source["columns"].values()) == {"Strehimore", "Familje"}


def test_a_column_of_phases_is_the_treatment_and_no_outcome(workspace, tmp_path):
    phase = {code: 1 + CODES.index(code) % 3 % 2 if code in PHASE_ONE else None for code in CODES}
    rows = long_rows(figure, lambda code, _: phase[code])
    sheet_of(tmp_path / "a.xlsx", ["Bashkia", "Viti", "Raste", "Faza e programit"], *rows)
    parameters = drafted(workspace, "phases", tmp_path / "a.xlsx")
    assert parameters["indicators"] == ["raste"]
    assert [one["phase"] for one in parameters["treatment"]["phases"]] == [1, 2]
    treated = pd.read_csv(workspace.raw("phases") / "treatment.csv").set_index("code")["phase"]
    assert treated.to_dict() == {code: number for code, number in phase.items() if number}


def test_a_column_of_the_year_of_joining_beside_years_across_is_the_treatment(workspace, tmp_path):
    years = range(2014, 2020)
    rows = [
        [NAMES[code], 2017 if code in PHASE_ONE else None, *(figure(code, year) for year in years)] for code in CODES
    ]
    sheet_of(tmp_path / "a.xlsx", ["Bashkia", "Viti i programit", *years], *rows)
    parameters = drafted(workspace, "joined", tmp_path / "a.xlsx")
    assert parameters["treatment"]["phases"] == [{"phase": 1, "first_treated": 2017}]
    assert "period" not in parameters["data"]["sources"][0]
    assert len(values(workspace, "joined")) == 61 * 6


def test_several_columns_that_could_say_who_was_treated_are_asked_about_and_are_no_outcomes(workspace, tmp_path):
    rows = long_rows(
        figure, lambda code, _: "Po" if code in CODES[:7] else "Jo", lambda code, _: 2017 if code in PHASE_ONE else None
    )
    sheet_of(tmp_path / "a.xlsx", ["Bashkia", "Viti", "Raste", "Zyrë sociale", "Viti i hyrjes"], *rows)
    parameters = drafted(workspace, "several", tmp_path / "a.xlsx")
    assert parameters["indicators"] == ["raste"]
    why = next(guess["why"] for guess in parameters["guesses"] if guess["name"] == "treatment")
    assert "'Zyrë sociale' of a.xlsx and 'Viti i hyrjes' of a.xlsx could each say who was treated" in why


def test_yes_and_a_year_of_the_same_municipalities_are_one_list(workspace, tmp_path):
    book, _ = book_of_years(tmp_path / "raste.xlsx", "Raste", int)
    listed = book.create_sheet("Lista e programit")
    listed.append(["Bashkia", "Në program", "Viti i fillimit"])
    for code in CODES:
        listed.append([NAMES[code], *(("Po", 2018) if code in PHASE_ONE else ("Jo", None))])
    book.save(tmp_path / "raste.xlsx")
    treatment = drafted(workspace, "listed", tmp_path / "raste.xlsx")["treatment"]
    assert treatment["phases"] == [{"phase": 1, "first_treated": 2018}]
    assert {row["code"] for row in rows_in(workspace.raw("listed") / "treatment.csv")} == PHASE_ONE


def test_inhabitants_beside_outcomes_are_what_rates_are_of_and_no_outcome(workspace, tmp_path):
    sheet_of(
        tmp_path / "a.xlsx", ["Bashkia", "Viti", "Raste", "Popullsia"],
        *long_rows(figure, lambda code, year: int(REFERENCE.municipalities.loc[code, "population_2023"]) - year),
    )  # fmt: skip
    parameters = drafted(workspace, "both", tmp_path / "a.xlsx")
    assert parameters["indicators"] == ["raste"]
    (source,) = parameters["data"]["sources"]
    assert source["columns"]["population"] == "Popullsia"


def test_one_series_of_two_files_may_have_its_header_in_capitals_in_one(workspace, tmp_path):
    sheet_of(tmp_path / "a.xlsx", ["Bashkia", "Viti", "Raste"], *long_rows(figure, years=range(2014, 2018)))
    sheet_of(tmp_path / "b.xlsx", ["Bashkia", "Viti", "RASTE"], *long_rows(figure, years=range(2018, 2020)))
    parameters = drafted(workspace, "two", tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    assert [source["columns"] for source in parameters["data"]["sources"]] == [{"raste": "Raste"}, {"raste": "RASTE"}]
    read = values(workspace, "two")
    assert all(read["raste", code, year] == figure(code, year) for code in CODES for year in (2017, 2018))


def test_a_file_beside_those_that_are_read_is_told(workspace, tmp_path):
    sheet_of(tmp_path / "a.xlsx", ["Bashkia", "Viti", "Raste"], *long_rows(figure))
    drafted(workspace, "beside", tmp_path / "a.xlsx")
    note = "Files lie beside those that are read, and nothing reads them"
    assert note not in checked(workspace, "beside")[1]
    shutil.copy(tmp_path / "a.xlsx", workspace.raw("beside") / "a (i ri).xlsx")
    assert f"{note}: 'a (i ri).xlsx'" in checked(workspace, "beside")[1].replace("\n", " ")
    register = workspace.raw("beside") / "SOURCES.md"
    register.write_text(register.read_text("utf-8") + "\n`a (i ri).xlsx` is a copy.\n", encoding="utf-8")
    assert note not in checked(workspace, "beside")[1]


def test_a_phase_before_the_data_keeps_its_municipalities_out_of_the_comparison(workspace, tmp_path):
    sheet_of(tmp_path / "a.xlsx", ["Bashkia", "Viti", "Raste"], *long_rows(figure, years=range(2017, 2024)))
    parameters = drafted(workspace, "late", tmp_path / "a.xlsx")
    assert [one["first_treated"] for one in parameters["treatment"]["phases"]] == [2017, 2021]
    assert "treated throughout and in no comparison" in checked(workspace, "late")[1]


def test_every_column_that_is_read_as_a_registered_variable_is_asked_about_with_its_unit(workspace, tmp_path):
    header = ["Bashkia", "Viti", "Shpenzime gjithsej (mijë lekë)", "Përfitues"]
    sheet_of(tmp_path / "a.xlsx", header, *long_rows(figure, lambda code, year: figure(code, year, 5)))
    drafted(workspace, "registered", tmp_path / "a.xlsx")
    _, told = checked(workspace, "registered")
    assert "Answer `guess/registered.yaml/column total_spending`" in told
    assert "which is in thousand lek and has to be so here" in told
    assert "Answer `guess/registered.yaml/column beneficiaries`" in told
    assert "Answer `guess/registered.yaml/indicators`" in told


def test_percent_signs_are_read_and_fractions_are_asked_about(workspace, tmp_path):
    header = ["Bashkia", "Viti", "Pesha e shpenzimeve (%)", "Braktisja (%)"]
    columns = (
        lambda code, year: f"{2 + CODES.index(code) % 9},{year % 10}%",
        lambda code, year: 0.02 + CODES.index(code) / 1e4 + year % 10 / 1e5,
    )
    sheet_of(tmp_path / "a.xlsx", header, *long_rows(*columns))
    drafted(workspace, "shares", tmp_path / "a.xlsx")
    read = values(workspace, "shares")
    assert read["pesha_e_shpenzimeve", CODES[0], 2015] == 2.5
    _, told = checked(workspace, "shares")
    assert "Answer `share_or_fraction/a.xlsx/braktisja` with percent" in told
    assert "share_or_fraction/a.xlsx/pesha" not in told


def test_a_file_with_a_name_that_the_evaluation_needs_is_refused(workspace, tmp_path):
    sheet = "Bashkia,Viti,Raste\n" + "\n".join(f"{NAMES[code]},2019,5" for code in CODES)
    (tmp_path / "indicators.csv").write_text(sheet, encoding="utf-8")
    ended = run_lnbeval(workspace.root, "new", "clash", "--from", str(tmp_path / "indicators.csv"))
    assert ended.returncode == 2
    assert "keeps tables of its own under this name" in ended.stderr
    assert not workspace.raw("clash").exists()
    assert run_lnbeval(workspace.root, "new", "site").returncode == 2


def test_a_report_is_never_written_over_a_delivery(workspace, tmp_path):
    wide_workbook(tmp_path / "tabela.xlsx")
    drafted(workspace, "aid", tmp_path / "tabela.xlsx")
    delivery = workspace.raw("aid") / "tabela.xlsx"
    before = delivery.read_bytes()
    for report in (delivery, delivery.with_name("other.xlsx"), tmp_path / "tabela.xlsx"):
        ended = run_lnbeval(workspace.root, "check", "aid", "--report", str(report))
        assert ended.returncode == 2, ended.stdout
        assert "--report is" in ended.stderr
    assert delivery.read_bytes() == before
    target = str(tmp_path / "problems.xlsx")
    for _ in range(2):  # an earlier report may be replaced
        assert run_lnbeval(workspace.root, "check", "aid", "--report", target).returncode == 3
    beside = run_lnbeval(workspace.root, "check", str(tmp_path / "tabela.xlsx"), "--report", str(tmp_path / "own.xlsx"))
    assert beside.returncode == 0, "a file from anywhere may have its report beside it"
    assert (tmp_path / "own.xlsx").is_file()


def test_advice_names_the_table_that_defines_the_variable(workspace, tmp_path):
    rows = long_rows(lambda code, year: -5 if code == CODES[3] and year == 2016 else figure(code, year))
    sheet_of(tmp_path / "a.xlsx", ["Bashkia", "Viti", "Raste"], *rows)
    drafted(workspace, "own", tmp_path / "a.xlsx")
    _, told = checked(workspace, "own")
    assert "say `change: yes` for it in variables.csv beside the files" in told
    assert "data/reference/variables.csv" not in told


def test_a_sheet_that_nobody_named_lends_no_name(workspace, tmp_path):
    sheet_of(
        tmp_path / "ndihma.xlsx", ["Bashkia", *range(2014, 2020)], *[[NAMES[code], *range(50, 56)] for code in CODES]
    )
    assert drafted(workspace, "named", tmp_path / "ndihma.xlsx")["indicators"] == ["ndihma"]


COUNTY = REFERENCE.municipalities["county"].to_dict()
COUNTIES = sorted(set(COUNTY.values()))


def sheet_a_county(path, title="", counties=COUNTIES, left_out=()):
    """One sheet for each county, all of the same header, each with its sum; the county may stand in the title too."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for county in counties:
        sheet = book.create_sheet(county)
        if title:
            sheet.append([title.format(county)])
        sheet.append(["Bashkia", *range(2014, 2020)])
        own = [code for code in CODES if COUNTY[code] == county and code not in left_out]
        for code in own:
            sheet.append([NAMES[code], *(figure(code, year) for year in range(2014, 2020))])
        sheet.append(["Shuma", *(sum(figure(code, year) for code in own) for year in range(2014, 2020))])
    book.save(path)


def test_one_sheet_a_county_is_one_variable_of_all_municipalities(workspace, tmp_path):
    sheet_a_county(tmp_path / "familje.xlsx", "Familje të strehuara, qarku {}")
    sources = drafted(workspace, "families", tmp_path / "familje.xlsx")["data"]["sources"]
    assert [source["sheet"] for source in sources] == COUNTIES
    assert {tuple(source["columns"].items()) for source in sources} == {(("familje_te_strehuara", "{year}"),)}
    asked = [name for name in questions(workspace, "families") if "/table " in name]
    assert asked == ["guess/families.yaml/table familje.xlsx"]
    _, told = checked(workspace, "families")
    assert "12 tables with the same headers hold other municipalities each (61 in all)" in told
    confirm(workspace, "families")
    code, told = checked(workspace, "families")
    assert code == 0, told
    read = values(workspace, "families")
    assert len(read) == 61 * 6
    assert read["familje_te_strehuara", "AL113", 2016] == figure("AL113", 2016)


def test_a_municipality_that_all_sheets_of_counties_lack_is_told_once_for_all(workspace, tmp_path):
    sheet_a_county(tmp_path / "familje.xlsx", left_out=["AL314"])
    drafted(workspace, "families", tmp_path / "familje.xlsx")
    _, told = checked(workspace, "families")
    (stop,) = [line for line in told.splitlines() if line.startswith("STOP")]
    assert "The 12 sources 'Berat'" in stop
    assert (
        "'Vlorë' hold other municipalities each, and name together 60 of 61 municipalities. Missing: Skrapar (AL314)"
        in stop
    )
    assert "data.expected: {missing: [AL314], reason: why}" in stop


def test_a_sheet_that_is_called_by_a_county_lends_no_name_where_there_are_few(workspace, tmp_path):
    sheet_a_county(tmp_path / "strehimi.xlsx", counties=["Berat", "Korçë"])
    assert drafted(workspace, "two", tmp_path / "strehimi.xlsx")["indicators"] == ["strehimi"]


def test_one_file_a_county_is_one_variable_of_all_municipalities(workspace, tmp_path):
    files = [tmp_path / f"raste_{county}.xlsx" for county in COUNTIES]
    for file, county in zip(files, COUNTIES, strict=True):
        sheet_a_county(file, counties=[county])
    assert drafted(workspace, "files", *files)["indicators"] == ["raste"]
    _, told = checked(workspace, "files")
    assert "absent" not in told
    assert [line for line in told.splitlines() if line.startswith("STOP")] == []


def test_sheets_of_few_municipalities_that_are_of_different_things_keep_their_names(workspace, tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, codes in (("Strehime", CODES[:6]), ("Klinika", CODES[6:14])):
        sheet = book.create_sheet(name)
        sheet.append(["Bashkia", *range(2014, 2020)])
        for code in codes:
            sheet.append([f"Bashkia {NAMES[code]}", *(figure(code, year) for year in range(2014, 2020))])
    book.save(tmp_path / "dy.xlsx")
    assert drafted(workspace, "apart", tmp_path / "dy.xlsx")["indicators"] == ["strehime", "klinika"]
