"""The import log: what was read otherwise than written is listed cell by cell, and every row and cell of a file is counted once."""

import csv
import io

import openpyxl
import pytest
from corpus.cases import cases
from corpus.checking import written
from written_evaluations import (
    CODES,
    NAMES,
    SHEET,
    YEARS,
    command,
    decide,
    evaluation,
    found,
    people,
    rows,
    source,
    taken,
    with_cell,
    write_csv,
)

from lnbeval.reference import load_reference
from lnbeval.workspace.languages import counted_line, language

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


@pytest.mark.parametrize("name", list(CASES))
def test_every_used_number_that_was_text_stands_among_the_values(intakes, name):
    key = ["file", "sheet", "cell", "variable", "value"]
    log, values = intakes[name].repaired, intakes[name].values
    assert set(log["fate"]) <= {"used", "set aside"}
    used = set(log.loc[log["fate"] == "used", key].itertuples(index=False, name=None))
    assert used <= set(values[key].itertuples(index=False, name=None))
    assert len(used) == (log["fate"] == "used").sum()


def test_a_text_in_a_row_that_is_set_aside_is_marked_so(tmp_path):
    table = rows(beneficiaries=people)
    table, cell = with_cell(table, CODES[0], 2014, "beneficiaries", f"'{people(CODES[0], 2014)}")
    table[1][2] = str(people(CODES[0], 2014))
    table.append(list(table[1]))  # the same row again tells the same: it is a duplicate
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    log = taken(workspace).repaired.set_index("cell")["fate"].to_dict()
    assert log == {cell: "used", f"C{len(table)}": "set aside"}


def dropped_jump(folder):
    """An evaluation with one value twenty times its neighbours, kept as text, that a decision drops."""
    table, cell = with_cell(
        rows(beneficiaries=people), CODES[3], 2016, "beneficiaries", str(20 * people(CODES[3], 2016))
    )
    workspace = evaluation(folder, {"raport.xlsx": table}, ["care_coverage"])
    (asked,) = found(workspace, "jump")
    decide(workspace, (asked.name, "drop"))
    return workspace, cell


def test_a_number_that_a_decision_drops_is_a_fate_of_its_own(tmp_path):
    workspace, cell = dropped_jump(tmp_path)
    intake = taken(workspace)
    many = len(CODES) * len(YEARS)
    fates = intake.fates.set_index("fate")["cells"].to_dict()
    assert fates == {"used": many - 1, "dropped": 1}
    assert intake.values["value"].notna().sum() == intake.counts["cells_used"].sum() == many - 1
    assert intake.set_aside["cell"].tolist() == [cell]
    assert intake.repaired[["cell", "fate"]].to_numpy().tolist() == [[cell, "dropped"]]


def test_what_is_said_of_rows_and_cells_adds_up(tmp_path, monkeypatch, capsys):
    workspace, _ = dropped_jump(tmp_path)
    table, _ = with_cell(rows(beneficiaries=people), CODES[3], 2016, "beneficiaries", str(20 * people(CODES[3], 2016)))
    for code, text in ((CODES[5], None), (CODES[6], "n/a"), (CODES[7], "<5")):
        table, _ = with_cell(table, code, 2017, "beneficiaries", text)
    workspace = evaluation(tmp_path / "more", {"raport.xlsx": table}, ["care_coverage"])
    decide(workspace, (found(workspace, "jump")[0].name, "drop"))
    many = len(CODES) * len(YEARS)
    line = (
        f"{many} rows used, 0 set aside, {many - 4} figures, 2 not reported, 1 with a bound and no figure, "
        "1 cell(s) of used rows set aside."
    )
    assert line in command(workspace, monkeypatch, capsys, "check", "trial")[1]
    reference = load_reference(workspace.reference)
    assert counted_line(taken(workspace).counts, language(reference, "en")) == line
    assert f"{many - 4} shifra, 2 të paraportuara" in counted_line(taken(workspace).counts, language(reference, "sq"))


def test_cells_with_a_declared_word_are_told_with_word_number_and_place(tmp_path):
    table, first = with_cell(rows(beneficiaries=people), CODES[3], 2016, "beneficiaries", "s'ka të dhëna")
    table, second = with_cell(table, CODES[4], 2016, "beneficiaries", " s'ka  të dhëna")
    table, code = with_cell(table, CODES[5], 2016, "beneficiaries", 999)
    table, undeclared = with_cell(table, CODES[6], 2016, "beneficiaries", "n/a")
    sources = [source(table, missing=["s'ka të dhëna", "999"])]
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"], sources=sources)
    (note,) = found(workspace, "declared_missing")
    assert (note.severity, note.sheet) == ("NOTE", SHEET)
    assert note.what == (
        "3 cells hold a word that the source declares under `missing`, read as not reported and never as zero: "
        f"2 's'ka të dhëna' in column 'beneficiaries' ({first}, {second}), 1 '999' in column 'beneficiaries' ({code})"
    )
    assert undeclared in found(workspace, "missing_words")[0].what
    assert found(workspace, "blank_cells") == []
    assert NAMES[CODES[3]] not in note.what


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
