"""Files as they come: missing, empty, of every kind, in every encoding, cut at the edge of their format."""

import codecs
import zipfile
from datetime import date
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from country import LETTERS, PERSONS
from edge_cases.hand_made_files import biff_stream, compound_file, ods_bytes, xls_bytes

from lnbeval.cli.main import exit_code
from lnbeval.intake import Source, describe, intake, read_source
from lnbeval.intake.files.limits import LARGEST_FILE
from lnbeval.intake.files.mended_log import mended_table
from lnbeval.intake.text import UNCALCULATED
from lnbeval.reference import is_total, load_reference
from lnbeval.workspace.intake_stage import resolved
from lnbeval.workspace.places import Workspace

ROOT = Path(__file__).parents[2]
REFERENCE = load_reference(ROOT / "data" / "reference")
RESOLVE = partial(resolved, REFERENCE)
ROWS = [["Bashkia", "Viti", "Raste"], ["Tiranë", 2020, 5], ["Kuçovë", 2020, 7.5], ["Kamëz", 2021, None]]
LINES = "Bashkia;Viti;Raste\r\nTiranë;2020;5\r\nKuçovë;2020;7.5\r\nKamëz;2021;\r\n"
VALUES = {("Tiranë", 2020): 5.0, ("Kuçovë", 2020): 7.5, ("Kamëz", 2021): None}
PX = """CHARSET="ANSI";
AXIS-VERSION="2013";
CODEPAGE="utf-8";
LANGUAGE="sq";
LANGUAGES="sq","en";
MATRIX="SOC1";
SUBJECT-AREA="Mbrojtja sociale";
TITLE="Përfitues sipas bashkisë, "
"gjinisë dhe vitit";
TITLE[en]="Beneficiaries by municipality; sex and year";
CONTENTS="Përfitues";
UNITS="persona";
DECIMALS=1;
STUB="Bashkia","Gjinia";
HEADING="Viti";
VALUES("Bashkia")="Tiranë","Kamëz";
VALUES[en]("Municipality")="Tirana","Kamez";
VALUES("Gjinia")="Burra","Gra";
VALUES("Viti")="2020","2021";
TIMEVAL("Viti")=TLIST(A1),"2020","2021";
CODES("Bashkia")="AL02","AL01";
NOTE="Të dhëna paraprake; pa "
"institucionet";
SOURCE="INSTAT";
DATA=
1 2.5
"..." ..
-5 6
"-" 8;
"""


def source(file, **changes):
    declared = {"file": file, "unit": "Bashkia", "period": "Viti", "columns": {"cases": "Raste"}}
    return Source(**{**declared, **changes})


def take(folder, *sources):
    return intake(folder, sources, RESOLVE, partial(is_total, REFERENCE), persons=PERSONS, letters=LETTERS)


def told(taken, severity="STOP"):
    return [problem for problem in taken.problems if problem.severity == severity]


def only_stop(taken):
    (problem,) = told(taken)
    assert taken.values.empty
    assert problem.do
    return problem


def values(taken):
    names = REFERENCE.municipalities["name"]
    rows = taken.values[["code", "period", "value"]].itertuples(index=False, name=None)
    return {(names[code], period): None if value != value else value for code, period, value in rows}  # noqa: PLR0124


def workbook(path, **tables):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def checked(path, capsys):
    code = exit_code(["check", str(path)])
    shown = capsys.readouterr()
    return code, shown.out + shown.err


def test_x01_a_missing_file_names_the_path_and_the_files_there_without_lock_files(tmp_path):
    (tmp_path / "raste 2020.csv").write_text(LINES, encoding="utf-8")
    for other in ("raste.px", "raste.ods", "raste.xls", "~$raste.xlsx", "notes.docx"):
        (tmp_path / other).write_text("x", encoding="utf-8")
    problem = only_stop(take(tmp_path, source("raste_2020.csv")))
    assert f"{tmp_path.name}/raste_2020.csv" in problem.what
    assert "'raste 2020.csv', 'raste.ods', 'raste.px', 'raste.xls'. Nearest: 'raste 2020.csv'" in problem.what
    assert "~$" not in problem.what


def test_x01_an_excel_lock_file_is_not_a_table(tmp_path):
    (tmp_path / "~$a.xlsx").write_text("lock", encoding="utf-8")
    assert "while a file is open" in only_stop(take(tmp_path, source("~$a.xlsx"))).what


def test_x01_check_of_a_missing_file_ends_with_3(capsys):
    code, shown = checked(ROOT / "data" / "raw" / "turnout" / "election.csv", capsys)
    assert code == 3
    assert "elections.csv" in shown


@pytest.mark.parametrize("data", [b"", b"\r\n \n", codecs.BOM_UTF8])
def test_x02_an_empty_csv_is_refused(tmp_path, data):
    (tmp_path / "a.csv").write_bytes(data)
    assert "empty" in only_stop(take(tmp_path, source("a.csv"))).what


@pytest.mark.parametrize("rows", [[], ROWS[:1]])
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_x02_an_empty_sheet_or_a_header_only_names_the_other_sheets_with_their_sizes(tmp_path, kind, rows):
    tables = {"Bosh": rows, "Raste": ROWS}
    path = tmp_path / f"a.{kind}"
    if kind == "xlsx":
        workbook(path, **tables)
    else:
        path.write_bytes((xls_bytes if kind == "xls" else ods_bytes)(**tables))
    problem = only_stop(take(tmp_path, source(path.name, sheet="Bosh")))
    assert problem.sheet == "Bosh"
    assert "'Raste' (4 rows, 3 columns)" in problem.what


def test_x02_a_header_only_csv_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("Bashkia;Viti;Raste\n", encoding="utf-8")
    assert "no row below" in only_stop(take(tmp_path, source("a.csv"))).what


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_x03_several_sheets_and_none_named_is_a_question_with_their_sizes(tmp_path, kind):
    tables = {"2019": ROWS, "2020": ROWS[:2]}
    path = tmp_path / f"a.{kind}"
    if kind == "xlsx":
        workbook(path, **tables)
    else:
        path.write_bytes((xls_bytes if kind == "xls" else ods_bytes)(**tables))
    taken = take(tmp_path, source(path.name))
    (problem,) = taken.problems
    assert problem.severity == "ASK"
    assert "'2019' (4 rows, 3 columns), '2020' (2 rows, 3 columns)" in problem.what
    assert taken.values.empty


def zipped(path, parts):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def encrypted_ods(path):
    manifest = "<m><file-entry><encryption-data/></file-entry></m>"
    parts = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": manifest}
    zipped(path, {**parts, "content.xml": "\x01\x02"})


def cut(data):
    return data[: len(data) * 2 // 3]


def workbook_data(folder):
    workbook(folder / "made.xlsx", Raste=ROWS)
    return (folder / "made.xlsx").read_bytes()


WRONG_KINDS = {
    "xlsb": ("a.xlsb", lambda path: zipped(path, {"xl/workbook.bin": "x"}), "binary Excel workbook"),
    "encrypted_xlsx": (
        "a.xlsx",
        lambda path: path.write_bytes(compound_file({"EncryptedPackage": b"x"})),
        "protected by a password",
    ),
    "encrypted_xls": (
        "a.xls",
        lambda path: path.write_bytes(compound_file({"Workbook": biff_stream({"a": ROWS}, encrypted=True)})),
        "protected by a password",
    ),
    "encrypted_ods": ("a.ods", encrypted_ods, "protected by a password"),
    "old_word": ("a.xls", lambda path: path.write_bytes(compound_file({"WordDocument": b"x"})), "but not a workbook"),
    "cut_xlsx": ("a.xlsx", lambda path: path.write_bytes(cut(workbook_data(path.parent))), "cut or damaged"),
    "cut_xls": ("a.xls", lambda path: path.write_bytes(cut(xls_bytes(Raste=ROWS))), "damaged"),
    "cut_ods": ("a.ods", lambda path: path.write_bytes(cut(ods_bytes(Raste=ROWS))), "cut or damaged"),
    "csv_is_xlsx": ("a.csv", lambda path: path.write_bytes(workbook_data(path.parent)), "is an Excel workbook, but"),
    "csv_is_xls": ("a.csv", lambda path: path.write_bytes(xls_bytes(Raste=ROWS)), "is an old Excel workbook"),
    "xlsx_is_ods": ("a.xlsx", lambda path: path.write_bytes(ods_bytes(Raste=ROWS)), "is an OpenDocument spreadsheet"),
    "xlsx_is_csv": ("a.xlsx", lambda path: path.write_text(LINES, encoding="utf-8"), "is text, but"),
    "xls_is_html": ("a.xls", lambda path: path.write_text("\ufeff<html><table>", encoding="utf-8"), "HTML"),
    "xls_is_xml": ("a.xls", lambda path: path.write_text('<?xml version="1.0"?><Workbook/>', encoding="utf-8"), "XML"),
    "csv_is_px": ("a.csv", lambda path: path.write_text(PX, encoding="utf-8"), "is a PC-Axis table"),
    "px_is_csv": ("a.px", lambda path: path.write_text(LINES, encoding="utf-8"), "is text, but"),
    "pdf": ("a.csv", lambda path: path.write_bytes(b"%PDF-1.7"), "PDF"),
    "parquet": ("a.csv", lambda path: path.write_bytes(b"PAR1xPAR1"), "Parquet"),
}


@pytest.mark.parametrize("name", WRONG_KINDS)
def test_x04_a_file_that_is_not_what_its_name_says_is_told_by_its_real_type(tmp_path, name):
    file, write, real = WRONG_KINDS[name]
    write(tmp_path / file)
    problem = only_stop(take(tmp_path, source(file)))
    assert real in problem.what
    assert describe(tmp_path / file, persons=PERSONS, letters=LETTERS).problems[0].what == problem.what


@pytest.mark.parametrize(("kind", "made"), [("xls", xls_bytes), ("ods", ods_bytes)])
def test_x04_old_and_open_workbooks_are_read_like_others(tmp_path, kind, made):
    (tmp_path / f"a.{kind}").write_bytes(made(Raste=ROWS, Shënime=[["x"]]))
    taken = take(tmp_path, source(f"a.{kind}", sheet="Raste"))
    assert [(problem.severity, problem.rule) for problem in taken.problems] == [("NOTE", "blank_cells")]
    assert values(taken) == VALUES
    assert set(taken.values["cell"]) == {"C2", "C3", "C4"}
    description = describe(tmp_path / f"a.{kind}", RESOLVE, persons=PERSONS, letters=LETTERS)
    assert (description.kind, [sheet.name for sheet in description.sheets]) == (kind, ["Raste", "Shënime"])
    assert description.sheets[0].unit_columns == ("Bashkia",)


@pytest.mark.parametrize(("kind", "made"), [("xls", xls_bytes), ("ods", ods_bytes)])
@pytest.mark.parametrize(
    ("cell", "named"),
    [("#DIV/0!", "#DIV/0!"), (True, "TRUE"), (date(2020, 3, 12), "a date or time (2020-03-12)")],
)
def test_x04_error_cells_dates_and_booleans_of_other_workbooks_are_told_as_such(tmp_path, kind, made, cell, named):
    (tmp_path / f"a.{kind}").write_bytes(made(Raste=[*ROWS, ["Tiranë", 2021, cell]]))
    (problem,) = told(take(tmp_path, source(f"a.{kind}")))
    assert problem.cell == "C5"
    assert named in problem.what


def test_x04_a_formula_without_a_result_is_told_in_an_open_document(tmp_path):
    (tmp_path / "a.ods").write_bytes(ods_bytes(Raste=[*ROWS, ["Tiranë", 2021, UNCALCULATED]]))
    (problem,) = told(take(tmp_path, source("a.ods")))
    assert problem.cell == "C5"
    assert "formula" in problem.what


def test_x04_repeated_rows_and_cells_of_an_open_document_are_set_out(tmp_path):
    content = ods_bytes(Raste=[["Bashkia", "Viti", None, None, "Raste"], ["Tiranë", 2020, None, None, 5]])
    data = zipfile.ZipFile(_stream(content)).read("content.xml").decode()
    blank = "<table:table-cell/>"
    data = data.replace(blank * 2, '<table:table-cell table:number-columns-repeated="2"/>')
    data = data.replace(
        "<table:table-row>",
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/>' + "</table:table-row><table:table-row>",
        1,
    )
    (tmp_path / "a.ods").write_bytes(ods_bytes(data))
    taken = take(tmp_path, source("a.ods", header=4))
    assert taken.values[["value", "cell"]].to_numpy().tolist() == [[5.0, "E5"]]


def _stream(data):
    import io

    return io.BytesIO(data)


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolon"), (",", "comma"), ("\t", "tab")])
def test_x05_the_delimiter_is_found_and_noted(tmp_path, mark, name):
    (tmp_path / "a.tsv").write_text(LINES.replace(";", mark), encoding="utf-8")
    taken = take(tmp_path, source("a.tsv"))
    assert values(taken) == VALUES
    assert {problem.severity for problem in taken.problems} == {"NOTE"}
    assert sum(f"divided by the {name}" in problem.what for problem in taken.problems) == 1


@pytest.mark.parametrize("mark", "|;,")
def test_x05_a_sep_line_is_followed(tmp_path, mark):
    (tmp_path / "a.csv").write_text(f"sep={mark}\r\n" + LINES.replace(";", mark), encoding="utf-8-sig")
    taken = take(tmp_path, source("a.csv"))
    assert values(taken) == VALUES
    assert {problem.severity for problem in taken.problems} == {"NOTE"}


@pytest.mark.parametrize(("declared", "named"), [(",", "comma"), ("\t", "tab"), ("|", "'|'")])
def test_x05_another_delimiter_than_the_declared_one_is_told_once_and_no_header_as_absent(tmp_path, declared, named):
    (tmp_path / "a.csv").write_text(LINES, encoding="utf-8")
    (told,) = take(tmp_path, source("a.csv", delimiter=declared)).problems
    what = f"Cells seem to be divided by the semicolon, but the parameters declare the {named}"
    assert (told.severity, told.rule, told.cell, told.what) == ("STOP", "delimiter_differs", "", what)
    assert told.do == "Change `delimiter`, or leave it out"


def test_x05_a_declared_delimiter_that_divides_the_file_is_used_though_a_header_is_wrong(tmp_path):
    (tmp_path / "a.csv").write_text(LINES.replace("Bashkia", "Kush, ku"), encoding="utf-8")
    told = take(tmp_path, source("a.csv", delimiter=";")).problems
    assert "header_absent" in {problem.rule for problem in told}
    assert "delimiter_differs" not in {problem.rule for problem in told}


def test_x06_a_byte_order_mark_is_no_part_of_the_first_header(tmp_path):
    (tmp_path / "a.csv").write_bytes(codecs.BOM_UTF8 + LINES.encode())
    assert values(take(tmp_path, source("a.csv"))) == VALUES


@pytest.mark.parametrize("encoding", ["cp1252", "cp1250", "cp852", "mac_roman", "utf-16"])
def test_x06_an_encoding_that_names_prove_is_read_with_a_warning(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes(LINES.encode(encoding))
    taken = take(tmp_path, source("a.csv"))
    assert values(taken) == VALUES
    (warning,) = told(taken, "WARN")
    named = "cp1252" if encoding == "cp1250" else encoding  # alike in every letter of this file
    assert f"read as {named}" in warning.what
    assert f"encoding: {named}" in warning.do
    assert describe(tmp_path / "a.csv", RESOLVE, persons=PERSONS, letters=LETTERS).encoding == named


def test_x06_without_a_name_that_proves_it_no_encoding_is_taken(tmp_path):
    (tmp_path / "a.csv").write_bytes("Bashkia;Viti;Raste\nXhë;2020;5\n".encode("cp1252"))
    problem = only_stop(take(tmp_path, source("a.csv")))
    assert "not UTF-8 (line 2" in problem.what
    assert "declare encoding: cp1252" in problem.do


def test_x06_readings_that_differ_elsewhere_are_not_settled_by_names(tmp_path):
    (tmp_path / "a.csv").write_bytes("Bashkia;Viti;Raste;Shënim\nTiranë;2020;5;në ăsht\n".encode("cp1250"))
    assert "not UTF-8" in only_stop(take(tmp_path, source("a.csv"))).what


def garbled(text, *encodings):
    for encoding in encodings:
        text = text.encode("utf-8").decode(encoding)
    return text


@pytest.mark.parametrize("rounds", [("cp1252",), ("cp1250",), ("cp1252", "cp1252")])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_x06_utf8_read_as_another_encoding_is_put_right_and_every_change_is_told(tmp_path, kind, rounds):
    rows = [[garbled(cell, *rounds) if isinstance(cell, str) else cell for cell in row] for row in ROWS]
    path = tmp_path / f"a.{kind}"
    if kind == "xlsx":
        workbook(path, Raste=rows)
    elif kind == "ods":
        path.write_bytes(ods_bytes(Raste=rows))
    else:
        path.write_text(garbled(LINES, *rounds), encoding="utf-8", newline="")
    taken = take(tmp_path, source(path.name))
    assert values(taken) == VALUES
    (warning,) = told(taken, "WARN")
    for name in ("Tiranë", "Kuçovë", "Kamëz"):
        assert f"'{garbled(name, *rounds)}' → '{name}'" in warning.what
    assert "in 3 cells" in warning.what
    table = read_source(path, source(path.name), RESOLVE, LETTERS)
    log = mended_table([table])
    where = ["A2", "A3", "A4"] if kind != "csv" else [f"row {row}, column Bashkia" for row in (2, 3, 4)]
    assert log["cell"].tolist() == where
    assert log["text"].tolist() == ["Tiranë", "Kuçovë", "Kamëz"]
    assert log["as_written"].tolist() == [garbled(name, *rounds) for name in log["text"]]


def test_x06_dos_letters_are_put_right_where_that_makes_a_name(tmp_path):
    wrong = LINES.encode("cp852").decode("cp1252")
    assert "Tiran‰" in wrong
    (tmp_path / "a.csv").write_text(wrong, encoding="utf-8", newline="")
    taken = take(tmp_path, source("a.csv"))
    assert values(taken) == VALUES
    assert "'Tiran‰' → 'Tiranë'" in told(taken, "WARN")[0].what


def test_x06_a_per_mille_sign_stays_what_it_is(tmp_path):
    (tmp_path / "a.csv").write_text("Bashkia;Viti;Raste (‰)\nTiranë;2020;5\n", encoding="utf-8")
    taken = take(tmp_path, source("a.csv", columns={"cases": "Raste (‰)"}))
    assert not told(taken, "WARN")
    assert len(taken.values) == 1


@pytest.mark.parametrize("name", ["Tiran\ufffd", "Tiran?", "?orovodë", "TiranÃ« ë"])
def test_x06_a_letter_that_is_lost_stops_with_row_and_cell(tmp_path, name):
    (tmp_path / "a.csv").write_text(LINES.replace("Tiranë", name), encoding="utf-8", newline="")
    taken = take(tmp_path, source("a.csv"))
    (problem,) = told(taken)
    assert problem.cell == "row 2, column Bashkia"
    assert name in problem.what
    assert "still has its letters" in problem.do or "saved anew" in problem.do
    assert len(taken.values) == 2
    assert taken.set_aside["row"].tolist() == [2]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "xls", "ods", "px"])
def test_x07_letters_in_two_parts_are_read_as_one_and_noted(tmp_path, kind):
    rows = [["Bashkia", "Viti", "Raste te\u0308 reja"], ["Tirane\u0308", 2020, 5]]
    path = tmp_path / f"a.{kind}"
    if kind == "xlsx":
        workbook(path, Raste=rows)
    elif kind == "csv":
        path.write_text("\n".join(";".join(map(str, row)) for row in rows), encoding="utf-8")
    elif kind == "px":
        heads = 'CONTENTS="Raste te\u0308 reja";\nSTUB="Bashkia","Viti";\nVALUES("Bashkia")="Tirane\u0308";'
        path.write_text(f'MATRIX="a";\n{heads}\nVALUES("Viti")="2020";\nDATA=5;\n', encoding="utf-8")
    else:
        path.write_bytes((xls_bytes if kind == "xls" else ods_bytes)(Raste=rows))
    taken = take(tmp_path, source(path.name, columns={"cases": "Raste të reja"}))
    assert values(taken) == {("Tiranë", 2020): 5.0}
    assert not [problem for problem in taken.problems if problem.severity != "NOTE"]
    assert any("in two parts" in problem.what for problem in told(taken, "NOTE"))


def test_x08_an_old_workbook_with_65536_rows_was_probably_cut(tmp_path):
    rows = [*ROWS, *[[]] * (65_536 - len(ROWS) - 1), ["Tiranë", 2022, 5]]
    (tmp_path / "a.xls").write_bytes(xls_bytes(Raste=rows))
    problem = only_stop(take(tmp_path, source("a.xls")))
    assert "row 65,536" in problem.what
    assert "probably cut" in problem.what
    assert problem.cell == "row 65536"
    (tmp_path / "a.xls").write_bytes(xls_bytes(Raste=rows[1:-1]))
    assert not any("probably cut" in one.what for one in take(tmp_path, source("a.xls")).problems)


@pytest.mark.parametrize(("cell", "named"), [("A1048576", "row 1,048,576"), ("XFD2", "column XFD")])
def test_x08_a_workbook_filled_to_the_last_row_or_column_was_probably_cut(tmp_path, cell, named):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active[cell] = "x"
    book.save(tmp_path / "a.xlsx")
    problem = only_stop(take(tmp_path, source("a.xlsx")))
    assert f"filled to {named}, the last one" in problem.what
    assert any(
        "probably cut" in one.what for one in describe(tmp_path / "a.xlsx", persons=PERSONS, letters=LETTERS).problems
    )


def test_x09_a_file_beyond_the_limit_is_refused_with_its_size_and_the_memory_it_would_take(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as stream:
        stream.truncate(1_000_000_000)  # a hole: nothing is written
    problem = only_stop(take(tmp_path, source("a.csv")))
    assert "1,000 MB" in problem.what
    assert f"{LARGEST_FILE // 1_000_000} MB" in problem.what
    assert "15.0 GB of memory" in problem.what


def px_source(**changes):
    columns = {"cases": "Përfitues"}
    return source("a.px", columns=columns, missing=("..", "...", "-"), **changes)


def only_women(**changes):
    from lnbeval.intake import Condition

    return px_source(only_where=(Condition(variable="cases", column="Gjinia", equals="Gra"),), **changes)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "iso-8859-15"])
def test_a_pc_axis_table_is_read_with_one_row_for_each_combination(tmp_path, encoding):
    (tmp_path / "a.px").write_bytes(PX.replace('"utf-8"', f'"{encoding}"').encode(encoding))
    taken = take(tmp_path, only_women())
    assert values(taken) == {
        ("Tiranë", 2020): None,
        ("Tiranë", 2021): None,
        ("Kamëz", 2020): None,
        ("Kamëz", 2021): 8.0,
    }
    assert not [problem for problem in taken.problems if problem.severity in ("STOP", "ASK")]
    (about,) = [problem.what for problem in taken.problems if problem.rule == "pc_axis"]
    assert "Përfitues sipas bashkisë, gjinisë dhe vitit" in about
    assert "pa institucionet" in about
    assert taken.counts["rows_read"].tolist() == [8]


def test_the_codes_of_a_pc_axis_dimension_are_a_column_of_their_own(tmp_path):
    (tmp_path / "a.px").write_text(PX, encoding="utf-8")
    (sheet,) = describe(tmp_path / "a.px", RESOLVE, persons=PERSONS, letters=LETTERS).sheets
    assert sheet.headers == ("Bashkia", "Gjinia", "Viti", "Bashkia (code)", "Përfitues")
    assert sheet.rows == 9
    assert sheet.period_columns == ("Viti",)
    assert describe(tmp_path / "a.px", persons=PERSONS, letters=LETTERS).kind == "px"


def test_a_charset_without_a_code_page_means_windows(tmp_path):
    (tmp_path / "a.px").write_bytes(PX.replace('CODEPAGE="utf-8";\n', "").encode("cp1252"))
    assert describe(tmp_path / "a.px", persons=PERSONS, letters=LETTERS).sheets[0].headers[-1] == "Përfitues"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"-" 8;', '"-";', "7 data cells, but its dimensions make 8 (2 x 2 x 2)"),
        ('"-" 8;', '"-" 8 9;', "9 data cells"),
        ("DATA=", 'KEYS("Bashkia")=VALUES;\nDATA=', "KEYS"),
        ("DATA=", "DATEN=", "holds no DATA"),
        ('VALUES("Gjinia")="Burra","Gra";', "", "no VALUES for its dimension 'Gjinia'"),
        ('"AL02","AL01"', '"AL02"', "1 CODES and 2 VALUES"),
        ('STUB="Bashkia","Gjinia";', 'STUB="Viti";', "dimensions"),
        ('CODEPAGE="utf-8"', 'CODEPAGE="utf-88"', "no text encoding 'utf-88'"),
        ('LANGUAGE="sq"', 'LANGUAGE="sq', "cannot be understood from line"),
    ],
)
def test_a_pc_axis_table_that_contradicts_itself_is_refused(tmp_path, old, new, named):
    assert old in PX
    (tmp_path / "a.px").write_text(PX.replace(old, new), encoding="utf-8")
    problem = only_stop(take(tmp_path, px_source()))
    assert named in problem.what


def test_check_tells_what_a_pc_axis_table_and_an_open_document_hold(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("lnbeval.workspace.find_workspace", lambda _=None: Workspace(root=ROOT))
    (tmp_path / "a.px").write_text(PX, encoding="utf-8")
    (tmp_path / "a.ods").write_bytes(ods_bytes(Raste=ROWS))
    code, shown = checked(tmp_path / "a.px", capsys)
    assert (code, "is negative in a row that is added up: -5" in shown) == (3, True)
    assert "a.px: PC-Axis table" in shown
    assert "looks like municipalities: Bashkia" in shown
    code, shown = checked(tmp_path / "a.ods", capsys)
    assert code == 0
    assert "workbook, sheets: 1" in shown
