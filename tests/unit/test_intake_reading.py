"""Files at the door: what they really are, which sheet and header, which encoding and delimiter."""

import zipfile

import openpyxl
import pytest
from country import LETTERS, PERSONS

from lnbeval.errors import DataError, ParameterError
from lnbeval.intake import Condition, Resolved, Source, UnreadableError, describe, intake, read_source, sheets
from lnbeval.intake.source import NumberMarks
from lnbeval.intake.spans import folded
from lnbeval.intake.text import several

CODES = {"Tiranë": "TR", "Durrës": "DR", "Vorë": "VR"}
GOOD = [["Bashkia", "Viti", "Raste"], ["Tiranë", 2020, 5], ["Durrës", 2020, 7]]
TEXT = "Bashkia;Viti;Raste\nTiranë;2020;5\nDurrës;2020;7\n"


def resolve(written, _county):
    return Resolved(CODES.get(written), "exact" if written in CODES else "unknown")


def is_total(written):
    return written == "Gjithsej"


def source(file="a.xlsx", **changes):
    return Source(**{"file": file, "unit": "Bashkia", "period": "Viti", "columns": {"cases": "Raste"}, **changes})


def workbook(path, **tables):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def refused(folder, declared):
    with pytest.raises(UnreadableError) as caught:
        read_source(folder / declared.file, declared, letters=LETTERS)
    return caught.value.problem


def take(folder, *declared):
    return intake(folder, declared, resolve, is_total, persons=PERSONS, letters=LETTERS)


def pairs(taken):
    return list(zip(taken.values["code"], taken.values["period"], taken.values["value"], strict=True))


def stops(taken):
    return [problem for problem in taken.problems if problem.severity == "STOP"]


def test_a_missing_file_names_the_path_and_the_files_that_are_there(tmp_path):
    (tmp_path / "raste 2020.csv").write_text(TEXT, encoding="utf-8")
    (tmp_path / "~$raste.xlsx").write_text("lock")
    problem = refused(tmp_path, source("raste_2020.csv"))
    assert "raste_2020.csv" in problem.what
    assert "'raste 2020.csv'" in problem.what
    assert "~$" not in problem.what


def test_an_excel_lock_file_is_not_a_table(tmp_path):
    (tmp_path / "~$a.xlsx").write_text("lock")
    assert "while a file is open" in refused(tmp_path, source("~$a.xlsx")).what


def test_a_refusal_is_a_data_error_with_exit_code_3(tmp_path):
    with pytest.raises(DataError) as caught:
        read_source(tmp_path / "no.csv", source("no.csv"))
    assert caught.value.exit_code == 3
    assert str(caught.value).startswith("STOP no.csv: There is no file")


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_csv_is_refused(tmp_path, text):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert "empty" in refused(tmp_path, source("a.csv")).what


def test_a_csv_with_a_header_only_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("Bashkia;Viti;Raste\n", encoding="utf-8")
    assert "no row below" in refused(tmp_path, source("a.csv")).what


@pytest.mark.parametrize("rows", [[], [["Bashkia", "Viti", "Raste"]]])
def test_an_empty_sheet_is_refused_with_the_sizes_of_the_others(tmp_path, rows):
    workbook(tmp_path / "a.xlsx", Bosh=rows, Raste=GOOD)
    problem = refused(tmp_path, source(sheet="Bosh"))
    assert problem.sheet == "Bosh"
    assert "'Raste' (3 rows, 3 columns)" in problem.what


def test_several_sheets_and_none_named_is_a_question(tmp_path):
    workbook(tmp_path / "a.xlsx", Viti2019=GOOD, Viti2020=GOOD[:2])
    problem = refused(tmp_path, source())
    assert problem.severity == "ASK"
    assert "'Viti2019' (3 rows, 3 columns), 'Viti2020' (2 rows, 3 columns)" in problem.what


def test_an_unknown_sheet_names_the_nearest(tmp_path):
    workbook(tmp_path / "a.xlsx", Raste=GOOD, Burime=GOOD)
    assert "Nearest: 'Raste'" in refused(tmp_path, source(sheet="raste ")).what


def test_a_sheet_declared_for_csv_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text(TEXT, encoding="utf-8")
    assert "no sheets" in refused(tmp_path, source("a.csv", sheet="Raste")).what


def test_a_blank_header_row_names_the_filled_rows(tmp_path):
    workbook(tmp_path / "a.xlsx", Raste=[[None], ["Titulli"], *GOOD])
    assert "Filled rows: 2, 3, 4, 5" in refused(tmp_path, source()).what


def zipped(**parts):
    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in parts.items():
                archive.writestr(name.replace("__", "/").replace("_", "."), text)

    return write


def cut_workbook(path):
    workbook(path, Raste=GOOD)
    path.write_bytes(path.read_bytes()[:-400])


def gutted_workbook(path):
    workbook(path, Raste=GOOD)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)


OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.mark.parametrize(
    ("name", "write", "told"),
    [
        ("a.xls", lambda path: path.write_bytes(OLE + bytes(600)), "old Excel workbook"),
        ("a.xlsx", lambda path: path.write_bytes(OLE + "EncryptedPackage".encode("utf-16-le")), "password"),
        ("a.ods", zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument"),
        ("a.xlsx", zipped(xl__workbook_bin="x"), "binary Excel workbook"),
        ("a.zip", zipped(a_csv="x"), "zip archive"),
        ("a.xlsx", cut_workbook, "cut or damaged"),
        ("a.xlsx", gutted_workbook, "damaged"),
        ("a.csv", lambda path: workbook(path, Raste=GOOD), "an Excel workbook, but its name ends in '.csv'"),
        ("a.xlsx", lambda path: path.write_text(TEXT, encoding="utf-8"), "text, but its name ends in '.xlsx'"),
        ("a.xls", lambda path: path.write_text("<html><table></table></html>"), "HTML"),
        ("a.csv", lambda path: path.write_bytes(b"%PDF-1.7"), "PDF"),
        ("a.csv", lambda path: path.write_bytes(bytes(range(32)) * 20), "neither a workbook nor text"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_told_by_its_real_type(tmp_path, name, write, told):
    write(tmp_path / name)
    problem = refused(tmp_path, source(name))
    assert told in problem.what
    assert problem.do


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolon"), (",", "comma"), ("\t", "tab")])
def test_the_delimiter_is_found_and_told(tmp_path, mark, name):
    (tmp_path / "a.csv").write_text(TEXT.replace(";", mark), encoding="utf-8")
    taken = take(tmp_path, source("a.csv"))
    assert pairs(taken) == [("DR", 2020, 7.0), ("TR", 2020, 5.0)]
    assert [(problem.severity, name in problem.what) for problem in taken.problems] == [("NOTE", True)]


def test_a_sep_line_is_followed_and_not_counted_as_a_row(tmp_path):
    (tmp_path / "a.csv").write_text("sep=|\r\n" + TEXT.replace(";", "|"), encoding="utf-8")
    taken = take(tmp_path, source("a.csv"))
    assert pairs(taken) == [("DR", 2020, 7.0), ("TR", 2020, 5.0)]
    assert taken.values["cell"].tolist() == ["row 3, column Raste", "row 2, column Raste"]


@pytest.mark.parametrize("encoding", ["cp1252", "cp1250", "utf-16"])
def test_another_encoding_stops_with_its_name_and_is_read_when_declared(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes(TEXT.encode(encoding))
    named = "cp1252" if encoding == "cp1250" else encoding  # alike in every Albanian letter
    assert f"encoding: {named}" in refused(tmp_path, source("a.csv")).do
    assert len(take(tmp_path, source("a.csv", encoding=encoding)).values) == 2


def test_dos_letters_are_told_by_their_encoding(tmp_path):
    (tmp_path / "a.csv").write_bytes(TEXT.encode("cp852"))
    assert "cp852" in refused(tmp_path, source("a.csv")).do


def test_an_encoding_that_does_not_exist_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text(TEXT, encoding="utf-8")
    assert "no text encoding 'utf-88'" in refused(tmp_path, source("a.csv", encoding="utf-88")).what


def test_a_marked_utf8_file_is_not_read_as_another_encoding(tmp_path):
    (tmp_path / "a.csv").write_text(TEXT, encoding="utf-8-sig")
    assert len(take(tmp_path, source("a.csv")).values) == 2
    assert "by its own mark" in refused(tmp_path, source("a.csv", encoding="cp1252")).what


def test_an_open_quotation_mark_does_not_swallow_the_rest(tmp_path):
    (tmp_path / "a.csv").write_text('Bashkia;Viti;Raste\n"Tiranë;2020;5\nDurrës;2020;7\n', encoding="utf-8")
    assert "Row 2 cannot be divided" in refused(tmp_path, source("a.csv")).what


def test_an_unquoted_delimiter_in_a_csv_row_stops(tmp_path):
    (tmp_path / "a.csv").write_text("Bashkia,Viti,Raste\nTiranë,2020,12,5\n", encoding="utf-8")
    (problem,) = stops(take(tmp_path, source("a.csv")))
    assert problem.cell == "row 2"
    assert "More cells than headers" in problem.what


def test_a_cut_csv_row_is_warned_about(tmp_path):
    (tmp_path / "a.csv").write_text("Bashkia,Viti,Raste\nTiranë,2020,12\nDurrës,2020\n", encoding="utf-8")
    assert ("WARN", "row 3") in {(p.severity, p.cell) for p in take(tmp_path, source("a.csv")).problems}


def test_headers_are_compared_without_line_breaks_spaces_and_letter_composition(tmp_path):
    workbook(tmp_path / "a.xlsx", Raste=[["Bashkia ", "Viti", "Numri\ni  te\u0308rë"], *GOOD[1:]])
    assert len(take(tmp_path, source(columns={"cases": "Numri i tërë"})).values) == 2


def test_an_unknown_header_names_the_nearest_and_all(tmp_path):
    workbook(tmp_path / "a.xlsx", Raste=GOOD)
    (problem,) = stops(take(tmp_path, source(columns={"cases": "Rastet"})))
    assert "Nearest: 'Raste'" in problem.what
    assert "Headers: 'Bashkia', 'Viti', 'Raste'" in problem.what


def test_a_header_that_stands_lower_is_pointed_at(tmp_path):
    workbook(tmp_path / "a.xlsx", Raste=[["Raste sipas bashkive"], *GOOD])
    found = stops(take(tmp_path, source()))
    assert len(found) == 3
    assert all("declare header: 2" in problem.do for problem in found)
    assert len(take(tmp_path, source(header=2)).values) == 2


def test_a_duplicated_header_stops_only_when_it_is_used(tmp_path):
    rows = [[*GOOD[0], "Raste", "x", "x"], *GOOD[1:]]
    workbook(tmp_path / "a.xlsx", Raste=rows)
    (problem,) = stops(take(tmp_path, source()))
    assert "over columns C, D" in problem.what


def test_a_column_that_is_not_declared_is_noted(tmp_path):
    workbook(tmp_path / "a.xlsx", Raste=[[*GOOD[0], "Buxheti"], *GOOD[1:]])
    assert "'Buxheti'" in next(p.what for p in take(tmp_path, source()).problems if p.severity == "NOTE")


@pytest.mark.parametrize("header", ["NID", "Numri personal", "Emri dhe Mbiemri", "Telefoni", "Datëlindja"])
def test_a_table_on_persons_is_refused_without_telling_a_value(tmp_path, header):
    rows = [[*GOOD[0], header], ["Tiranë", 2020, 5, "Agim Sekreti"], ["Nëntor", 20, "x", "Vera Sekreti"]]
    workbook(tmp_path / "a.xlsx", Raste=rows)
    taken = take(tmp_path, source())
    (problem,) = taken.problems
    assert header in problem.what
    assert taken.values.empty
    assert taken.set_aside["reason"].tolist() == ["file refused: data on persons"] * 2
    assert "Sekreti" not in str(taken) + taken.set_aside.to_csv() + taken.names.to_csv()


def test_values_formed_like_personal_numbers_are_refused_under_any_header(tmp_path):
    rows = [[*GOOD[0], "Kodi"], *[["Tiranë", 2010 + k, 5, f"J1234567{k}A"] for k in range(4)]]
    workbook(tmp_path / "a.xlsx", Raste=rows)
    (problem,) = take(tmp_path, source()).problems
    assert "D ('Kodi')" in problem.what
    assert "J1234567" not in problem.what


def test_a_register_under_a_title_row_is_refused_too(tmp_path):
    rows = [["Lista", None, None], ["Bashkia", "Emri dhe mbiemri", "Telefoni"], ["Tiranë", "Agim Sekreti", "067"]]
    workbook(tmp_path / "a.xlsx", Raste=rows)
    (problem,) = take(tmp_path, source()).problems
    assert "persons" in problem.what
    assert "Sekreti" not in problem.what


def test_an_indicator_that_mentions_a_personal_word_passes(tmp_path):
    workbook(tmp_path / "a.xlsx", Raste=[["Bashkia", "Viti", "Persona pa numër personal"], *GOOD[1:]])
    assert not stops(take(tmp_path, source(columns={"cases": "Persona pa numër personal"})))


def test_sheets_lists_sizes_without_blank_rows(tmp_path):
    workbook(tmp_path / "a.xlsx", Raste=[*GOOD, [None], [None]], Bosh=[])
    assert sheets(tmp_path / "a.xlsx", PERSONS) == [("Raste", 3, 3), ("Bosh", 0, 0)]


def test_a_description_tells_encoding_delimiter_and_likely_columns(tmp_path):
    (tmp_path / "a.csv").write_bytes(("Raste sipas bashkive;;\n" + TEXT).encode("cp1252"))
    told = describe(tmp_path / "a.csv", resolve, persons=PERSONS, letters=LETTERS)
    assert (told.encoding, told.delimiter) == ("cp1252", ";")
    assert told.sheets[0].header_row == 2
    assert told.sheets[0].headers == ("Bashkia", "Viti", "Raste")
    assert (told.sheets[0].unit_columns, told.sheets[0].period_columns) == (("Bashkia",), ("Viti",))
    assert [(problem.severity, problem.rule) for problem in told.problems] == [("NOTE", "encoding")]
    assert [
        problem.severity for problem in describe(tmp_path / "a.csv", persons=PERSONS, letters=LETTERS).problems
    ] == ["STOP"]  # nobody knows a name


def test_a_description_of_what_cannot_be_read_is_its_problem(tmp_path):
    (tmp_path / "a.xls").write_bytes(OLE + bytes(600))
    assert "old Excel" in describe(tmp_path / "a.xls", persons=PERSONS, letters=LETTERS).problems[0].what


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"file": "../a.csv"}, "without '..'"),
        ({"file": "/data/a.csv"}, "inside the raw folder"),
        ({"file": "C:\\a.csv"}, "inside the raw folder"),
        ({"header": 0}, "header is 0"),
        ({"columns": {}}, "columns is empty"),
        ({"decimal": ",", "thousands": ","}, "both ','"),
        ({"marks": {"voters": NumberMarks(decimal=",")}}, "marks names voters, which columns does not have"),
        (
            {"marks": {"voted": NumberMarks(decimal=",", thousands=",")}},
            "marks of voted: decimal and thousands are the same",
        ),
        (
            {
                "columns": {"a": "Fruit", "b": "Fruit"},
                "marks": {"a": NumberMarks(decimal=","), "b": NumberMarks(decimal=".")},
            },
            "marks says two things of the column Fruit",
        ),
        ({"only_where": (Condition(variable="x", column="Gjinia", equals="F"),)}, "names x"),
    ],
)
def test_a_source_that_contradicts_itself_is_refused(changes, told):
    with pytest.raises(ParameterError, match=told):
        source(**changes)


def test_contradictions_of_a_source_are_collected_by_a_schema():
    from pydantic import TypeAdapter, ValidationError

    declared = {"file": "../a.csv", "unit": "Bashkia", "period": "Viti", "columns": {"cases": "Raste"}}
    with pytest.raises(ValidationError, match="raw folder"):
        TypeAdapter(Source).validate_python(declared)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["C124", "C125", "C126", "C184"], "C124:C126, C184"),
        (["C4", "D4", "C5"], "C4:C5, D4"),
        (["row 185, column Raste", "row 187, column Raste", "row 186, column Raste"], "rows 185-187, column Raste"),
        (["row 7, column Raste"], "row 7, column Raste"),
        (["row 7", "row 8"], "rows 7-8"),
        (["C4", "row 7"], "C4, row 7"),
        (["C4:C9", "C12"], "C4:C9, C12"),
    ],
)
def test_places_are_drawn_together_column_by_column(cells, expected):
    assert folded(cells) == expected


def test_a_number_is_told_with_its_noun():
    assert [several(number, "row") for number in (0, 1, 2016)] == ["0 rows", "1 row", "2,016 rows"]
