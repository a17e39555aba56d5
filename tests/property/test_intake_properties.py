"""What must hold of any file: clean tables come out bit for bit, garbage loses no row and raises nothing else."""

import io
import math
import string
import struct
import tempfile
from pathlib import Path

import openpyxl
from country import LETTERS, PERSONS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lnbeval.errors import DataError
from lnbeval.intake import Resolved, Source, describe, intake, read_source, tidy_source

NAMES = ("Tiranë", "Durrës", "Korçë", "Ura Vajgurore", "Çërrik", "Has")
HEADERS = ("Bashkia", "Viti", "Raste", "Buxheti")
LEGACY = ("utf-8", "utf-8-sig", "cp1252", "cp1250")
fast = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def resolve(written, _county):
    return Resolved(written if written in NAMES else None, "exact")


def is_total(written):
    return written in {"Gjithsej", "Totali"}


def source(file, **changes):
    columns = {"cases": "Raste", "budget": "Buxheti"}
    return Source(**{"file": file, "unit": "Bashkia", "period": "Viti", "columns": columns, **changes})


def taken_from(file, data, declared):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / file).write_bytes(data)
        return intake(Path(folder), [declared], resolve, is_total, persons=PERSONS, letters=LETTERS)


def workbook_bytes(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def bits(value):
    return "missing" if math.isnan(value) else struct.pack("<d", value)


numbers = st.one_of(st.integers(-(2**53), 2**53), st.floats(-1e300, 1e300), st.none(), st.just(0.1 + 0.2))


@st.composite
def clean_tables(draw):
    keys = draw(
        st.lists(st.tuples(st.sampled_from(NAMES), st.integers(2010, 2030)), min_size=1, max_size=30, unique=True)
    )
    return [(name, year, draw(numbers), draw(numbers)) for name, year in keys]


def expected_of(table):
    cells = [(n, y, v, x) for n, y, a, b in table for v, x in (("cases", a), ("budget", b))]
    # A zero with a minus is zero.
    return {(n, y, v): "missing" if x is None else bits(float(x) + 0.0) for n, y, v, x in cells}


def found_in(taken):
    rows = taken.values[["code", "period", "variable", "value"]].itertuples(index=False, name=None)
    return {(code, period, variable): bits(value) for code, period, variable, value in rows}


def written(value, decimal):
    return "" if value is None else repr(value).replace(".", decimal)


@fast
@given(clean_tables(), st.sampled_from(";,\t"), st.sampled_from(".,"), st.sampled_from(LEGACY), st.booleans())
def test_a_clean_csv_table_comes_out_bit_for_bit(table, delimiter, decimal, encoding, declare):
    if delimiter == decimal:
        delimiter = ";"
    lines = [HEADERS, *[(n, str(y), written(a, decimal), written(b, decimal)) for n, y, a, b in table]]
    data = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    declared = source(
        "a.csv",
        decimal=decimal,
        encoding=None if encoding.startswith("utf") else encoding,
        delimiter=delimiter if declare else None,
    )
    taken = taken_from("a.csv", data, declared)
    assert [problem for problem in taken.problems if problem.severity != "NOTE"] == []
    assert found_in(taken) == expected_of(table)


@fast
@given(clean_tables())
def test_a_clean_workbook_comes_out_bit_for_bit(table):
    taken = taken_from("a.xlsx", workbook_bytes([HEADERS, *table]), source("a.xlsx"))
    stored = [(n, y, *(0.0 + float(f"{x:.16g}") if isinstance(x, float) else x for x in pair)) for n, y, *pair in table]
    blank = sum(x is None for _, _, *pair in table for x in pair)
    told = [(problem.severity, problem.rule, int(problem.what.split()[0])) for problem in taken.problems]
    assert told == ([("NOTE", "blank_cells", blank)] if blank else [])
    assert found_in(taken) == expected_of(stored)  # openpyxl writes sixteen digits, and minus zero as zero


@fast
@given(clean_tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(table, rng):
    shuffled = list(table)
    rng.shuffle(shuffled)
    one, other = (
        taken_from("a.xlsx", workbook_bytes([HEADERS, *rows]), source("a.xlsx")).values for rows in (table, shuffled)
    )
    assert one.drop(columns="cell").equals(other.drop(columns="cell"))


words = st.one_of(
    st.sampled_from([*NAMES, "Gjithsej", "Tiran\ufffd", "Burimi: INSTAT", "-", "<5", "12,5", "1 234", "#N/A", " "]),
    st.text(alphabet=string.printable + "ëçĂ«\u00a0\u200b", max_size=8),
)
cells = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.integers(1985, 2105), words, st.dates(), st.times()
)
garbage = st.lists(st.tuples(words | st.none(), cells, cells, cells), max_size=15)
DRAWN_LETTERS = set(string.printable) - set("\x0b\x0c") | set("ëçĂ«\u00a0\u200b\ufffdÃ")


SPACED = {ord(c): " " for c in "\r\x0b\x0c"}  # a file with control characters is no text, and refused whole


def reconciles(taken, filled):
    (counts,) = taken.counts.to_dict("records")
    assert counts["rows_read"] == filled
    assert counts["rows_read"] == counts["rows_used"] + counts["rows_set_aside"]
    assert counts["rows_set_aside"] == (taken.set_aside["cell"] == "").sum()
    parts = ("cells_used", "cells_missing", "cells_bounded", "cells_set_aside", "cells_stopped")
    assert counts["cells_read"] == sum(counts[part] for part in parts)
    assert len(taken.values) == counts["cells_used"] + counts["cells_missing"] + counts["cells_bounded"]
    assert not taken.values.duplicated(["code", "period", "variable"]).any()
    assert taken.set_aside["reason"].ne("").all()


def is_filled(row):
    return any(str("" if cell is None else cell).replace("\u200b", "").strip() for cell in row)


@fast
@given(garbage)
def test_a_workbook_of_garbage_loses_no_row(rows):
    clean = [tuple(_storable(cell) for cell in row) for row in rows]
    filled = sum(is_filled(row) for row in clean)
    taken = taken_from("a.xlsx", workbook_bytes([HEADERS, *clean]), source("a.xlsx"))
    reconciles(taken, filled)


def _storable(cell):
    if isinstance(cell, str):
        kept = "".join(letter for letter in cell if letter in DRAWN_LETTERS and letter != "\r")
        return None if kept.startswith("=") else kept
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    return cell


@fast
@given(st.lists(st.lists(words.map(lambda text: text.translate(SPACED)), min_size=1, max_size=6), max_size=15))
def test_a_csv_of_garbage_loses_no_row(rows):
    import csv

    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";").writerows([HEADERS, *rows])
    filled = sum(is_filled(row) for row in rows)
    data = stream.getvalue().encode("utf-8")
    taken = taken_from("a.csv", data, source("a.csv", delimiter=";"))
    reconciles(taken, filled)


@fast
@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"\xef\xbb\xbf", b"Bashkia;Viti;Raste;Buxheti\n"]))
def test_bytes_of_any_kind_raise_nothing_but_a_data_error(data, start):
    with tempfile.TemporaryDirectory() as folder:
        for file in ("a.csv", "a.xlsx"):
            path = Path(folder) / file
            path.write_bytes(start + data)
            describe(path, resolve, persons=PERSONS, letters=LETTERS)
            try:
                table = read_source(path, source(file))
            except DataError as refusal:
                assert str(refusal).startswith("STOP")  # noqa: PT017 - every outcome is allowed but another error
            else:
                tidy_source(table, source(file), resolve, is_total, persons=PERSONS)


@fast
@given(st.integers(0, 6000), st.binary(min_size=1, max_size=20))
def test_a_workbook_with_wrong_bytes_raises_nothing_but_a_data_error(at, wrong):
    data = workbook_bytes([HEADERS, ("Tiranë", 2020, 1, 2)])
    place = at % len(data)
    taken_from("a.xlsx", data[:place] + wrong + data[place + len(wrong) :], source("a.xlsx"))
