"""The import log: what was read otherwise than written is listed cell by cell, and every row and cell of a file is counted once."""

import csv
import io

import openpyxl
import pytest
from corpus.cases import cases
from corpus.checking import written
from written_evaluations import CODES, YEARS, evaluation, people, rows, source, taken, write_csv

pytestmark = pytest.mark.xdist_group("corpus")
CASES = {case.name: case for case in cases() if case.sources}
FATES = ["cells_used", "cells_missing", "cells_bounded", "cells_set_aside", "cells_stopped"]
FEWEST_COUNTED = 40  # files whose rows are counted by another program


def csv_evaluation(folder, table, **more):
    """An evaluation of one csv file with beneficiaries."""
    declared = source(table, "raport.csv", **more)
    workspace = evaluation(folder, {}, ["care_coverage"], sources=[declared])
    workspace.raw("trial").mkdir(parents=True)
    write_csv(workspace.raw("trial") / "raport.csv", table)
    return workspace


def repaired(workspace):
    table = taken(workspace).repaired
    return {cell: (text, value) for cell, text, value in table[["cell", "as_written", "value"]].itertuples(index=False)}


def test_x20_every_csv_text_with_thousands_is_in_the_log_of_what_was_read_otherwise(tmp_path):
    def dotted(code, year):
        return f"{people(code, year) * 1000:,}".replace(",", ".")

    table = rows(beneficiaries=dotted)
    workspace = evaluation(tmp_path, {}, ["care_coverage"], sources=[source(table, "raport.csv", thousands=".")])
    workspace.raw("trial").mkdir(parents=True)
    write_csv(workspace.raw("trial") / "raport.csv", table)
    log = repaired(workspace)
    assert len(log) == len(CODES) * len(YEARS)
    first = dotted(CODES[0], 2014)
    assert log["row 2, column beneficiaries"] == (first, float(first.replace(".", "")))


@pytest.mark.parametrize(
    ("written_so", "value"), [("2.161", 2161), ("007", 7), ("1E+02", 100), ("+12", 12), (" 12", 12), ("1 161", 1161)]
)
def test_x20_a_csv_text_that_is_not_the_plain_form_of_its_number_is_logged(tmp_path, written_so, value):
    table = rows(years=(2014,), beneficiaries=lambda code, _: written_so if code == CODES[0] else "12")
    thousands = {"2.161": ".", "1 161": " "}.get(written_so)
    workspace = csv_evaluation(tmp_path, table, **({"thousands": thousands} if thousands else {}))
    assert repaired(workspace) == {"row 2, column beneficiaries": (written_so, value)}


@pytest.mark.parametrize("plain", ["12", "12.0", "12.50", "0", "-3", "0.5"])
def test_x20_a_csv_text_that_is_the_plain_form_of_its_number_is_not_logged(tmp_path, plain):
    table = rows(years=(2014,), beneficiaries=lambda *_: plain)
    assert repaired(csv_evaluation(tmp_path, table)) == {}


@pytest.fixture(scope="module")
def intakes(tmp_path_factory):
    """The intake of every delivery of the corpus."""
    return {name: taken(written(case, tmp_path_factory.mktemp("counted"))) for name, case in CASES.items()}


@pytest.mark.parametrize("name", list(CASES))
def test_every_row_and_cell_of_a_delivery_is_counted_once(intakes, name):
    intake, counts = intakes[name], intakes[name].counts
    assert (counts["rows_read"] == counts["rows_used"] + counts["rows_set_aside"]).all()
    assert (counts["cells_read"] == counts[FATES].sum(axis=1)).all()
    whole = intake.set_aside[intake.set_aside["cell"] == ""]
    if not any("aggregate" in one for one in CASES[name].sources):
        assert len(whole) == counts["rows_set_aside"].sum()
    by_fate = intake.fates.groupby("fate")["cells"].sum()
    assert by_fate.sum() == counts["cells_read"].sum()
    assert by_fate.get("used", 0) == counts["cells_used"].sum()
    listed = int((intake.set_aside["cell"] != "").sum()) + int(by_fate.get("unlisted", 0))
    assert listed == counts[["cells_set_aside", "cells_stopped"]].sum().sum()
    assert intake.values["value"].notna().sum() == counts["cells_used"].sum()


def rows_in(name, data):
    """How many rows a file has up to its last filled one, counted by another program; None where it is not that simple."""
    if name.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        if len(book.sheetnames) > 1:
            return None
        filled = [
            number
            for number, row in enumerate(book.active.iter_rows(values_only=True), 1)
            if any(cell not in (None, "") for cell in row)
        ]
        return max(filled)
    if name.endswith(".csv") and b"\0" not in data:
        lines = list(csv.reader(io.StringIO(data.decode("latin-1"), newline="")))
        above = sum("sep=" in row[0] for row in lines[:1] if row)  # a line for Excel, which is no row
        return max(number for number, row in enumerate(lines, 1) if any(row)) - above
    return None


def test_the_rows_of_a_file_are_its_header_the_blank_and_the_read_ones(intakes):
    wrong, counted = [], 0
    for name, case in CASES.items():
        if len(case.sources) > 1 or "aggregate" in case.sources[0] or len(case.files) > 1:
            continue
        (line,) = intakes[name].counts.to_dict("records")
        file, data = next(iter(case.files.items()))
        there = rows_in(file, data) if line["rows_read"] else None
        if there is None:
            continue
        header = case.sources[0].get("header", 1)
        last = header[-1] if isinstance(header, list) else header
        counted += 1
        if there != last + line["rows_read"] + line["rows_blank"]:
            wrong.append((name, there, last, line["rows_read"], line["rows_blank"]))
    assert wrong == []
    assert counted >= FEWEST_COUNTED
