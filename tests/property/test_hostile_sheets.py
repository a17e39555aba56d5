"""What must hold of any bytes: no traceback, only problems; and what is accepted is what was written."""

import csv
import io
import string
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pytest
from country import LETTERS, PERSONS
from edge_cases.hand_made_files import ods_bytes, xls_bytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lnbeval.intake import Problem, Resolved, Source, describe, intake, read_source
from lnbeval.intake.text import is_blank

CODES = {"Tiranë": "TR", "Kuçovë": "KU"}
HEADER = ["Bashkia", "Viti", "Raste"]
ROWS = [HEADER, ["Tiranë", 2020, 5], ["Kuçovë", 2021, 7.5], ["Tiranë", 2021, None]]
PX = (
    'CHARSET="ANSI";\nCODEPAGE="utf-8";\nMATRIX="a";\nTITLE="Përfitues";\nCONTENTS="Raste";\nSTUB="Bashkia";\n'
    'HEADING="Viti";\nVALUES("Bashkia")="Tiranë","Kuçovë";\nVALUES("Viti")="2020","2021";\n'
    'CODES("Bashkia")="1","2";\nDATA=\n5 6\n".." 8.5;\n'
)
some = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
few = settings(some, max_examples=25)  # each takes a process of its own


def resolve(written, _county, /, *, numbering=""):  # noqa: ARG001
    return Resolved(CODES.get(written), "exact" if written in CODES else "unknown")


def is_total(written):
    return written == "Gjithsej"


def source(file, **changes):
    columns = {"cases": "Raste"}
    return Source(**{"file": file, "unit": "Bashkia", "period": "Viti", "columns": columns, **changes})


def xlsx_bytes(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
        for cell in book.active[book.active.max_row]:
            if cell.data_type == "f":
                cell.data_type = "s"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def csv_bytes(rows):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";").writerows(rows)
    return stream.getvalue().encode()


CLEAN = {
    "a.xlsx": xlsx_bytes(ROWS),
    "a.ods": ods_bytes(Raste=ROWS),
    "a.xls": xls_bytes(Raste=ROWS),
    "a.csv": csv_bytes(ROWS),
    "a.px": PX.encode(),
}
ZIPPED = ("a.xlsx", "a.ods")


def survives(file, data):
    """Both doors answer with what they read and with problems; anything they raise fails the test."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / file).write_bytes(data)
        described = describe(Path(folder) / file, resolve, persons=PERSONS, letters=LETTERS)
        taken = intake(Path(folder), [source(file)], resolve, is_total, persons=PERSONS, letters=LETTERS)
    assert described.sheets or described.problems
    assert all(isinstance(problem, Problem) and problem.what for problem in (*described.problems, *taken.problems))
    (counts,) = taken.counts.to_dict("records")
    assert counts["rows_read"] == counts["rows_used"] + counts["rows_set_aside"]
    stopped = any(problem.severity in ("STOP", "ASK") for problem in taken.problems)
    assert stopped or set(taken.values["code"]) <= set(CODES.values())


pieces = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [b"\xff\xff\xff\xff", b'"', b";", b"\n", b"<", b">", b"&x;", b"\0", b"<!DOCTYPE x>", b"=", b"(", b"-1"]
    ),
)
changes = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 40), pieces), min_size=1, max_size=6)


def changed(data, edits):
    for place, cut, piece in edits:
        at = place % (len(data) + 1)
        data = data[:at] + piece + data[at + cut :]
    return data


@pytest.mark.parametrize("file", [file for file in CLEAN if file != "a.xls"])
@some
@given(changes)
def test_a_file_with_random_changes_gives_problems_and_no_traceback(file, edits):
    survives(file, changed(CLEAN[file], edits))


@few
@given(changes)
def test_an_old_workbook_with_random_changes_gives_problems_and_no_traceback(edits):
    # The padding of its one stream is most of the file: the changes go to where the records are.
    data = CLEAN["a.xls"]
    start = data.index(b"\x09\x08\x10\x00\x00\x06\x05")
    survives("a.xls", data[:start] + changed(data[start : start + 600], edits)[:600] + data[start + 600 :])


@few
@given(changes)
def test_the_container_of_an_old_workbook_may_be_changed_at_random_too(edits):
    data = CLEAN["a.xls"]
    start = data.index(b"\x09\x08\x10\x00\x00\x06\x05")
    survives("a.xls", changed(data[:start], edits) + data[start:])


@pytest.mark.parametrize("file", ZIPPED)
@some
@given(st.integers(0, 100), changes)
def test_a_part_of_a_workbook_with_random_changes_gives_problems_and_no_traceback(file, number, edits):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(CLEAN[file])) as old, zipfile.ZipFile(stream, "w") as new:
        names = [name for name in old.namelist() if name != "mimetype"]
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, changed(data, edits) if name == names[number % len(names)] else data)
    survives(file, stream.getvalue())


@pytest.mark.parametrize("file", CLEAN)
@few
@given(st.integers(0, 10**6))
def test_a_file_cut_anywhere_gives_problems_and_no_traceback(file, place):
    data = CLEAN[file]
    survives(file, data[: place % len(data)])


@pytest.mark.parametrize("file", CLEAN)
@some
@given(
    st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", b"MATRIX=", b"sep=;\n"])
)
def test_random_bytes_under_any_name_give_problems_and_no_traceback(file, data, start):
    survives(file, start + data)


DRAWN_LETTERS = string.ascii_letters + string.digits + " .,;:!?'\"%-+=@#()/<>&_\n\tëçËÇ–€‰Ãă«ßиǅ😀"
texts = st.text(alphabet=DRAWN_LETTERS, max_size=12).filter(lambda text: not text.startswith("#"))
numbers = st.one_of(st.integers(-(2**31), 2**31), st.integers(-(2**20), 2**20).map(lambda n: n / 64))
tables = st.lists(st.lists(st.none() | texts | numbers, min_size=3, max_size=5), min_size=1, max_size=8)


def as_read(row):
    cells = [None if is_blank(cell) else cell for cell in row]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def round_trip(file, data, rows):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / file).write_bytes(data)
        table = read_source(Path(folder) / file, source(file, delimiter=";"))
    mended = {(one.row, one.position): one for one in table.mended}
    assert bool(mended) == any(problem.rule == "mended_letters" for problem in table.problems)
    written = {number: row for number, row in enumerate(rows, start=2) if as_read(row)}
    assert list(table.row_numbers) == list(written)
    for number, row in zip(table.row_numbers, table.rows, strict=True):
        back = [mended[number, at].as_written if (number, at) in mended else cell for at, cell in enumerate(row)]
        assert as_read(back) == as_read(written[number])


def is_any_filled(rows):
    return any(as_read(row) for row in rows)


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@some
@given(tables.filter(is_any_filled))
def test_what_a_workbook_holds_is_what_was_written(kind, rows):
    data = xlsx_bytes([HEADER, *rows]) if kind == "xlsx" else ods_bytes(Raste=[HEADER, *rows])
    round_trip(f"a.{kind}", data, rows)


@few
@given(tables.filter(is_any_filled))
def test_what_an_old_workbook_holds_is_what_was_written(rows):
    round_trip("a.xls", xls_bytes(Raste=[HEADER, *rows]), rows)


@some
@given(tables.filter(is_any_filled))
def test_what_a_csv_file_holds_is_what_was_written(rows):
    shown = [["" if cell is None else str(cell) for cell in row] for row in rows]
    round_trip("a.csv", csv_bytes([HEADER, *shown]), shown)


@some
@given(
    st.lists(texts.filter(lambda text: '"' not in text and "\n" not in text), min_size=1, max_size=5, unique=True),
    st.lists(st.integers(1990, 2100), min_size=1, max_size=4, unique=True),
    st.data(),
)
def test_what_a_pc_axis_table_holds_is_what_was_written(names, years, data):
    marks = st.sampled_from(["..", "...", "-", "."]) | numbers.map(str)
    cells = [[data.draw(marks) for _ in years] for _ in names]
    heads = 'MATRIX="a";\nCONTENTS="Raste";\nSTUB="Bashkia";\nHEADING="Viti";\n'
    heads += f'VALUES("Bashkia")={",".join(f"{chr(34)}{name}{chr(34)}" for name in names)};\n'
    heads += f'VALUES("Viti")={",".join(f"{chr(34)}{year}{chr(34)}" for year in years)};\n'
    lines = "\n".join(
        " ".join(f'"{cell}"' if cell in {"..", "...", "-", "."} else cell for cell in row) for row in cells
    )
    rows = [[name, str(year), cells[n][y]] for n, name in enumerate(names) for y, year in enumerate(years)]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.px").write_bytes(f"{heads}DATA=\n{lines};\n".encode())
        table = read_source(Path(folder) / "a.px", source("a.px"))
    mended = {(one.row, one.position): one.as_written for one in table.mended}
    back = [
        [mended.get((number, at), cell) for at, cell in enumerate(row)]
        for number, row in zip(table.row_numbers, table.rows, strict=True)
    ]
    assert back == rows
