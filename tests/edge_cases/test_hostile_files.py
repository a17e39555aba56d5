"""Files made to do harm: each is refused with a message, in bounded memory, and nothing outside of it is touched."""

import io
import os
import re
import socket
import struct
import tracemalloc
import zipfile
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from country import LETTERS, PERSONS
from edge_cases.hand_made_files import biff_stream, compound_file, ods_bytes, ods_content, record, xls_bytes

from lnbeval.cli.main import exit_code
from lnbeval.errors import ParameterError
from lnbeval.intake import Source, describe, intake
from lnbeval.intake.inert import inert
from lnbeval.reference import is_total, load_reference
from lnbeval.workspace.intake_stage import resolved
from lnbeval.workspace.places import Workspace

ROOT = Path(__file__).parents[2]
REFERENCE = load_reference(ROOT / "data" / "reference")
RESOLVE = partial(resolved, REFERENCE)
ROWS = [["Bashkia", "Viti", "Raste"], ["Tiranë", 2020, 5]]
MEGABYTE = 1_000_000
SMALL = 24 * MEGABYTE  # more than any clean file of this size needs, far less than what the hostile ones ask for
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY l0 "ha">{LAUGHS}]><b>&l9;</b>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><b>&x;</b>'


def source(file, **changes):
    declared = {"file": file, "unit": "Bashkia", "period": "Viti", "columns": {"cases": "Raste"}}
    return Source(**{**declared, **changes})


def take(folder, declared):
    return intake(folder, [declared], RESOLVE, partial(is_total, REFERENCE), persons=PERSONS, letters=LETTERS)


def refusal(folder, file, *, bound=SMALL):
    """The one problem of a file, told by both doors, with the memory that both together took."""
    load_reader(folder)
    tracemalloc.start()
    try:
        taken = take(folder, source(file))
        description = describe(folder / file, RESOLVE, persons=PERSONS, letters=LETTERS)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    (problem,) = taken.problems
    assert problem.severity == "STOP"
    assert problem.do
    assert description.problems[0].what == problem.what
    assert taken.values.empty
    assert peak < bound, f"{peak / MEGABYTE:.0f} MB"
    return problem.what


def load_reader(folder):
    (folder / "clean.xlsx").write_bytes(workbook_bytes())
    describe(
        folder / "clean.xlsx", RESOLVE, persons=PERSONS, letters=LETTERS
    )  # what Python loads once is not the file's doing


def workbook_bytes(**parts):
    """A workbook, with parts replaced or added; `_` in a keyword stands for `/`."""
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return with_parts(stream.getvalue(), {name.replace("__", "/"): text for name, text in parts.items()})


def with_parts(data, parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, text in parts.items():
            with new.open(name, "w") as part:
                for piece in [text] if isinstance(text, str | bytes) else text:
                    part.write(piece.encode() if isinstance(piece, str) else piece)
    return stream.getvalue()


def sheet_xml(cells):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?><worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'


SHEET = "xl/worksheets/sheet1.xml"


def test_a_zip_bomb_is_refused_by_the_size_it_declares(tmp_path):
    zeros = (bytes(MEGABYTE) for _ in range(401))
    (tmp_path / "a.xlsx").write_bytes(with_parts(workbook_bytes(), {"xl/media/image1.png": zeros}))
    assert (tmp_path / "a.xlsx").stat().st_size < MEGABYTE
    assert re.search(r"401 MB when it is unpacked; at most 400 MB", refusal(tmp_path, "a.xlsx"))


def test_a_zip_bomb_whose_directory_lies_about_its_size_is_not_unpacked(tmp_path):
    data = with_parts(workbook_bytes(), {"xl/zeros.xml": (bytes(MEGABYTE) for _ in range(100))})
    true, told = struct.pack("<I", 100 * MEGABYTE), struct.pack("<I", 10)
    assert data.count(true) == 2
    (tmp_path / "a.xlsx").write_bytes(data.replace(true, told))
    assert "damaged" in refusal(tmp_path, "a.xlsx")


def test_parts_that_share_one_piece_of_data_are_counted_each(tmp_path):
    data = with_parts(workbook_bytes(), {f"xl/media/{n:03}.png": bytes(MEGABYTE) for n in range(2)})
    end = data.rindex(b"PK\x05\x06")
    entry = data[data.rindex(b"PK\x01\x02") : end]
    more = [entry.replace(b"media/001", b"media/%03d" % n) for n in range(2, 450)]
    tail = bytearray(data[end:])
    count, size = struct.unpack_from("<H", tail, 10)[0] + len(more), struct.unpack_from("<I", tail, 12)[0]
    struct.pack_into("<HHI", tail, 8, count, count, size + sum(map(len, more)))
    (tmp_path / "a.xlsx").write_bytes(data[:end] + b"".join(more) + bytes(tail))
    assert "450 MB when it is unpacked" in refusal(tmp_path, "a.xlsx")


def test_an_archive_of_very_many_parts_is_not_opened(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(with_parts(workbook_bytes(), {f"xl/{n}": "" for n in range(6000)}))
    assert "too many parts" in refusal(tmp_path, "a.xlsx")


@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET, "xl/sharedStrings.xml", "xl/styles.xml", "_rels/.rels"])
@pytest.mark.parametrize("xml", [BOMB, OUTSIDE, BOMB.encode("utf-16"), OUTSIDE.replace("b>", "b >").encode("utf-16")])
def test_xml_entities_are_refused_before_anything_resolves_them(tmp_path, part, xml):
    (tmp_path / "a.xlsx").write_bytes(with_parts(workbook_bytes(), {part: xml}))
    assert "entities" in refusal(tmp_path, "a.xlsx")


@pytest.mark.parametrize("xml", [BOMB, OUTSIDE, BOMB.encode("utf-16")])
def test_xml_entities_in_an_open_document_are_refused(tmp_path, xml):
    (tmp_path / "a.ods").write_bytes(ods_bytes(xml))
    assert "entities" in refusal(tmp_path, "a.ods")


def test_a_prolog_that_does_not_end_is_refused(tmp_path):
    comments = "<!-- x --> " * 200_000
    (tmp_path / "a.xlsx").write_bytes(with_parts(workbook_bytes(), {SHEET: f'<?xml version="1.0"?>{comments}<a/>'}))
    assert "does not begin like one" in refusal(tmp_path, "a.xlsx")


@pytest.mark.parametrize("name", ["../../evil.xml", "/etc/evil.xml", "C:\\evil.xml", "xl\\..\\..\\evil.xml"])
def test_parts_whose_names_lead_out_of_the_file_are_refused(tmp_path, name):
    (tmp_path / "a.xlsx").write_bytes(with_parts(workbook_bytes(), {name: "x"}))
    assert "leads out of the file" in refusal(tmp_path, "a.xlsx")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.xlsx", "clean.xlsx"]


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", SHEET])
def test_a_cell_of_200_megabytes_is_refused(tmp_path, part):
    text = ('<?xml version="1.0"?><sst><si><t>', *("x" * MEGABYTE for _ in range(200)), "</t></si></sst>")
    (tmp_path / "a.xlsx").write_bytes(with_parts(workbook_bytes(), {part: text}))
    assert "cell of more than 1 million letters" in refusal(tmp_path, "a.xlsx")


def test_a_csv_cell_beyond_any_text_is_refused(tmp_path):
    text = f'Bashkia;Viti;Raste\nTiranë;2020;"{"x" * MEGABYTE}"\n'
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert "Row 2 cannot be divided into cells (field larger" in refusal(tmp_path, "a.csv")


def test_a_csv_of_200_megabytes_is_not_even_read(tmp_path):
    with (tmp_path / "a.csv").open("wb") as stream:
        stream.write("Bashkia;Viti;Raste\nTiranë;2020;".encode())
        stream.truncate(200 * MEGABYTE)
    assert "The file has 200 MB" in refusal(tmp_path, "a.csv", bound=2 * MEGABYTE)


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_a_csv_of_a_million_columns_is_refused(tmp_path, mark):
    lines = [mark.join(["Bashkia", "Viti", "Raste"]), mark.join(["1"] * MEGABYTE)]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    assert "Line 2 has more than 16,384 cells" in refusal(tmp_path, "a.csv")


def test_a_csv_record_that_grows_over_many_lines_is_refused(tmp_path):
    line = ";" * 1000 + '"\n";'
    (tmp_path / "a.csv").write_text("Bashkia;Viti;Raste\n" + line * 1000, encoding="utf-8")
    assert "more than 16,384 cells" in refusal(tmp_path, "a.csv")


def test_a_line_without_end_is_refused(tmp_path):
    text = "Bashkia;Viti;Raste\nTiranë;2020;" + "x" * (10 * MEGABYTE)
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert "Line 2 has 10.0 million letters" in refusal(tmp_path, "a.csv", bound=60 * MEGABYTE)


def test_a_sheet_of_few_rows_that_are_as_wide_as_can_be_is_refused(tmp_path):
    cells = (f'<row r="{n}"><c r="XFC{n}"><v>1</v></c></row>' for n in range(1, 1300))
    (tmp_path / "a.xlsx").write_bytes(with_parts(workbook_bytes(), {SHEET: sheet_xml("".join(cells))}))
    assert "more than 20,000,000 cells" in refusal(tmp_path, "a.xlsx", bound=300 * MEGABYTE)


@pytest.mark.parametrize("file", ["a.xlsx", "a.ods"])
def test_elements_nested_very_deeply_end_in_a_message(tmp_path, file):
    deep = "<a>" * 200_000 + "</a>" * 200_000
    row = f'<row r="1"><c r="A1"><v>1</v>{deep}</c></row>'
    data = with_parts(workbook_bytes(), {SHEET: sheet_xml(row)}) if file == "a.xlsx" else ods_bytes(deep)
    (tmp_path / file).write_bytes(data)
    taken = take(tmp_path, source(file))
    assert [problem.severity for problem in taken.problems if problem.severity == "STOP"]
    assert taken.values.empty


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("<table:table-row>", '<table:table-row table:number-rows-repeated="999999999">', "more than 20,000,000 cells"),
        (
            "<table:table-cell ",
            '<table:table-cell table:number-columns-repeated="999999999" ',
            "more than 16,384 cells",
        ),
        ("<text:p>", '<text:p><text:s text:c="999999999"/>', "more than 1,000,000 letters"),
        ("<table:table-row>", "<table:table-row>" + "<table:table-cell/>" * 300_000, "more than 262,144 parts"),
    ],
)
def test_repetitions_in_an_open_document_do_not_fill_the_memory(tmp_path, old, new, named):
    content = ods_content({"Raste": ROWS})
    (tmp_path / "a.ods").write_bytes(ods_bytes(content.replace(old, new, 1)))
    assert named in refusal(tmp_path, "a.ods", bound=300 * MEGABYTE)


def test_blank_rows_repeated_to_the_end_of_the_sheet_are_no_rows(tmp_path):
    blank = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/>'
    content = ods_content({"Raste": ROWS}).replace("</table:table>", f"{blank}</table:table-row></table:table>")
    (tmp_path / "a.ods").write_bytes(ods_bytes(content))
    assert take(tmp_path, source("a.ods")).values["value"].tolist() == [5.0]


def test_an_old_workbook_that_asks_for_more_cells_than_there_can_be_is_refused(tmp_path):
    stream = biff_stream({"Raste": ROWS})
    far = record(0x0203, struct.pack("<HHHd", 65_000, 65_000, 0, 1.0))
    (tmp_path / "a.xls").write_bytes(compound_file({"Workbook": stream[:-4] + far + stream[-4:]}))
    assert "reaches to row 65,001 and column 65,001" in refusal(tmp_path, "a.xls")


def test_an_old_workbook_whose_texts_count_themselves_by_the_billion_is_refused(tmp_path):
    texts = record(0x00FC, struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFF))
    stream = biff_stream({"Raste": ROWS})
    at = stream.index(record(0x000A, b""))
    begin = struct.unpack_from("<I", stream, stream.index(struct.pack("<HH", 0x85, 8 + 2 * 5)) + 4)[0]
    longer = stream[:at] + texts + stream[at:]
    longer = longer.replace(struct.pack("<I", begin), struct.pack("<I", begin + len(texts)), 1)
    (tmp_path / "a.xls").write_bytes(compound_file({"Workbook": longer}))
    taken = take(tmp_path, source("a.xls"))
    assert [problem.severity for problem in taken.problems] in (["STOP"], [])  # refused, or not believed


def test_a_compound_file_that_bites_its_own_tail_is_refused(tmp_path):
    data = bytearray(xls_bytes(Raste=ROWS))
    table = 512
    for place in range(3, 9):
        struct.pack_into("<I", data, table + 4 * place, 3)  # each sector of the stream is followed by the same one
    (tmp_path / "a.xls").write_bytes(bytes(data))
    assert "cut or damaged" in refusal(tmp_path, "a.xls")


PX = 'MATRIX="a";\nCONTENTS="Raste";\nSTUB="Bashkia","Viti";\nVALUES("Bashkia")="Tiranë";\nVALUES("Viti")="2020";\n'


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            PX.replace('"2020"', ",".join(['"x"'] * 30_000)).replace('"Tiranë"', ",".join(['"y"'] * 30_000)),
            "900,000,000",
        ),
        (PX + 'NOTE="' + "x" * MEGABYTE, "cannot be understood from line 6"),
        (PX + "A(" * 100_000, "cannot be understood"),
    ],
)
def test_a_pc_axis_table_made_to_grow_is_refused(tmp_path, text, named):
    (tmp_path / "a.px").write_text(text + "DATA=5;\n", encoding="utf-8")
    assert named in refusal(tmp_path, "a.px", bound=60 * MEGABYTE)


def test_a_code_page_that_is_no_text_encoding_is_refused(tmp_path):
    (tmp_path / "a.px").write_text('CODEPAGE="punycode";\n' + PX + "DATA=5;\n", encoding="ascii", errors="replace")
    assert "no text encoding 'punycode'" in refusal(tmp_path, "a.px")


def placed(folder, kind):
    path = folder / "a.csv"
    if kind == "a folder":
        path.mkdir()
    elif kind == "a link to another place":
        (folder / "other.csv").write_text("Bashkia;Viti;Raste\nTiranë;2020;5\n", encoding="utf-8")
        path.symlink_to(folder / "other.csv")
    elif kind == "a pipe between programs":
        os.mkfifo(path)
    elif kind == "a socket":
        here = os.open(".", os.O_RDONLY)
        os.chdir(folder)  # the name of a socket has few letters
        try:
            socket.socket(socket.AF_UNIX).bind("a.csv")
        finally:
            os.fchdir(here)
            os.close(here)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("kind", ["a folder", "a link to another place", "a pipe between programs", "a socket"])
def test_what_is_no_file_is_not_opened(tmp_path, kind):
    placed(tmp_path, kind)
    what = refusal(tmp_path, "a.csv")
    assert f"a.csv is {kind}, not a file" in what


@pytest.mark.parametrize("kind", ["a link to another place", "a pipe between programs"])
def test_check_names_what_stands_in_the_place_of_a_file(tmp_path, kind, capsys, monkeypatch):
    monkeypatch.setattr("lnbeval.workspace.find_workspace", lambda _=None: Workspace(root=ROOT))
    placed(tmp_path, kind)
    assert exit_code(["check", str(tmp_path / "a.csv")]) == 3
    assert f"a.csv is {kind}, not a file" in capsys.readouterr().out


def test_a_device_is_not_read(tmp_path):
    what = describe(Path("/dev/zero"), RESOLVE, persons=PERSONS, letters=LETTERS).problems[0].what
    assert "/dev/zero is a device, not a file" in what
    assert "a device" in take(Path("/dev"), source("zero")).problems[0].what
    assert not list(tmp_path.iterdir())


def test_a_folder_of_the_declared_path_may_not_be_a_link(tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.csv").write_text("Bashkia;Viti;Raste\nTiranë;2020;5\n", encoding="utf-8")
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "sub").symlink_to(tmp_path / "secret")
    taken = take(raw, source("sub/a.csv"))
    assert "raw/sub is a link to another place" in taken.problems[0].what
    assert taken.values.empty


@pytest.mark.parametrize(
    "file", ["../a.csv", "/etc/passwd", "C:\\a.csv", "sub\\..\\..\\a.csv", "a\0.csv", "a\n.csv", "NUL", "sub/com1.csv"]
)
def test_a_path_that_leads_elsewhere_is_refused_when_it_is_declared(file):
    with pytest.raises(ParameterError, match=r"inside the raw folder|control character"):
        source(file)


FORMULAS = ["=cmd|' /C calc'!A0", "=1+1", "+1+1", "-2+3+cmd", "@SUM(A1:A9)", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods", "xls"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_text_that_looks_like_a_formula_is_never_calculated(tmp_path, kind, formula):
    rows = [["Bashkia", "Viti", "Raste"], ["Tiranë", 2020, 5], ["Tiranë", 2021, formula], [formula, 2021, 6]]
    path = tmp_path / f"a.{kind}"
    if kind == "csv":
        lines = (";".join('"' + str(cell).replace('"', '""') + '"' for cell in row) for row in rows)
        path.write_text("\n".join(lines), encoding="utf-8")
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for cell in (book.active["C3"], book.active["A4"]):
            cell.data_type = "s"
        book.save(path)
    else:
        path.write_bytes((xls_bytes if kind == "xls" else ods_bytes)(Raste=rows))
    taken = take(tmp_path, source(path.name))
    assert taken.values["value"].tolist() == [5.0]
    stops = [problem for problem in taken.problems if problem.severity == "STOP"]
    assert len(stops) == 2
    assert all(formula in problem.what for problem in stops)
    assert taken.set_aside["content"].tolist() == [f"Tiranë | 2021 | {formula}", f"{formula} | 2021 | 6"]


@pytest.mark.parametrize("formula", [*FORMULAS, "\t=1", "\r=1", "\n=1"])
def test_text_that_looks_like_a_formula_is_written_so_that_no_spreadsheet_calculates_it(formula):
    assert inert(formula) == f"'{formula}"


@pytest.mark.parametrize("text", ["-5", "+3.2", "-1 234,5", "-", "--", "Tiranë", "", "a=b", "5 - 7", "-5 %"])
def test_numbers_dashes_and_words_are_written_as_they_are(text):
    assert inert(text) == text
