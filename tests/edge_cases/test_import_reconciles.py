"""The import log: what was read otherwise than written is listed cell by cell, and every row and cell of a file is counted once."""

import csv
import io

import openpyxl
import pandas as pd
import pytest
from corpus.cases import cases
from corpus.checking import written
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from test_data_page import studied
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

from lnbeval.intake.large import account as account_cells
from lnbeval.intake.large import aside as aside_rows
from lnbeval.intake.large import written as written_cells
from lnbeval.reference import load_reference
from lnbeval.workspace import views
from lnbeval.workspace.counted import counted_line
from lnbeval.workspace.languages import language

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
    whole = intake.set_aside["cell"] == ""
    assert intake.set_aside.loc[whole, "count"].sum() == counts["rows_set_aside"].sum()
    by_fate = intake.fates.groupby("fate")["cells"].sum()
    assert by_fate.sum() == counts["cells_read"].sum()
    assert by_fate.get("used", 0) == counts["cells_used"].sum()
    listed = int(intake.set_aside.loc[~whole, "count"].sum()) + int(by_fate.get("unlisted", 0))
    assert listed == counts[["cells_set_aside", "cells_stopped"]].sum().sum()
    added_up = ["aggregate" in one for one in CASES[name].sources]
    if all(added_up):
        assert intake.sums["numbers"].sum() == counts["cells_used"].sum()
    if not any(added_up):
        assert intake.values["value"].notna().sum() == counts["cells_used"].sum()


@pytest.mark.parametrize("name", list(CASES))
def test_every_used_number_that_was_text_stands_among_the_values(intakes, name):
    key = ["file", "sheet", "cell", "variable", "value"]
    log, values = intakes[name].repaired, intakes[name].values
    assert set(log["fate"]) <= {"used", "set aside"}
    if not intakes[name].parts.empty:
        values = pd.concat([values, intakes[name].parts])
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
        "cells of used rows set aside: 1."
    )
    assert line in command(workspace, monkeypatch, capsys, "check", "trial")[1]
    reference = load_reference(workspace.reference)
    read = taken(workspace)
    assert counted_line(read.counts, read.set_aside, language(reference, "en")) == line
    albanian = counted_line(read.counts, read.set_aside, language(reference, "sq"))
    assert f"{many - 4} shifra, 2 të paraportuara" in albanian


def test_the_counts_tell_what_the_rows_are_that_were_set_aside(tmp_path):
    table = rows(turnout_pct=lambda code, year: 50 + len(code) / 10 + (year - 2014) / 10)
    table += [["Gjithsej", 2015, 900], table[-1], ["Shënim: paraprake"], ["Burimi: ministria"]]
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["turnout"])
    read, reference = taken(workspace), load_reference(workspace.reference)
    english, albanian = (counted_line(read.counts, read.set_aside, language(reference, lang)) for lang in ("en", "sq"))
    assert ", 4 set aside (1 total, 2 notes, 1 told again), " in english
    assert ", 4 të lënë mënjanë (1 total, 2 shënime, të thëna përsëri: 1), " in albanian
    unlisted = read.set_aside[read.set_aside["reason"] != "total row"]
    assert "4 set aside (2 notes, 1 told again, 1 for other reasons)" in counted_line(
        read.counts, unlisted, language(reference, "en")
    )


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


PARTS = "FM"
HEADER = ["Bashkia", "Viti", "Gjinia", "beneficiaries", "services"]


def parts_table(years=YEARS):
    """Header and rows of municipality, year and sex, two series."""
    return [
        HEADER,
        *([NAMES[code], year, sex, people(code, year), 40] for code in CODES for year in years for sex in PARTS),
    ]


def parts_source(file="raport.xlsx", **more):
    columns = {name: name for name in HEADER[3:]}
    summed = {"by": "sum", "over": ["Gjinia"]}
    return {"file": file, "unit": "Bashkia", "period": "Viti", "columns": columns, "aggregate": summed, **more}


def parts_evaluation(folder, table, *, csv_file=False, marked=None, **more):
    """An evaluation whose rows are added up; `marked` changes the sheet."""
    name = "raport.csv" if csv_file else "raport.xlsx"
    workspace = evaluation(folder, {}, ["care_coverage", "services"], sources=[parts_source(name, **more)])
    workspace.raw("trial").mkdir(parents=True)
    path = workspace.raw("trial") / name
    if csv_file:
        write_csv(path, table)
        return workspace
    book = openpyxl.Workbook()
    book.active.title = SHEET
    for row in table:
        book.active.append(row)
    if marked:
        marked(book.active)
    book.save(path)
    return workspace


def odd_parts():
    """A table with what a ministry's has: texts for numbers, words for none, totals, a repeat, a note; and its odd cells."""
    table = parts_table()
    texts = {10: "1\u00a0400", 11: "≈609", 12: "527 persona", 13: "77"}
    for number, text in texts.items():
        table[number - 1][3] = text
    table[20 - 1][3], table[21 - 1][3], table[22 - 1][3] = "-", "s'ka", "<5"
    table[23 - 1][4] = None
    table.insert(30, list(table[29]))  # row 31 repeats row 30
    table += [
        ["Gjithsej", year, sex, sum(r[3] for r in table if r[1:3] == [year, sex] and isinstance(r[3], int)), 2440]
        for year in (2020, 2021)
        for sex in PARTS
    ]
    table.append(["Burimi: DShSSh", None, None, None, None])
    return table, texts


VALUES = {10: 1400, 11: 609, 12: 527, 13: 77}


def test_x20_texts_read_as_numbers_are_logged_with_their_own_cell_where_rows_are_added_up(tmp_path):
    table, texts = odd_parts()
    log = taken(parts_evaluation(tmp_path, table)).repaired
    assert log[["cell", "as_written", "value", "fate", "cells"]].to_numpy().tolist() == [
        [f"D{row}", text, VALUES[row], "used", 1] for row, text in texts.items()
    ]


def test_x20_texts_of_a_csv_file_are_logged_where_rows_are_added_up(tmp_path):
    table, texts = odd_parts()
    log = taken(parts_evaluation(tmp_path, table, csv_file=True)).repaired
    assert log[["cell", "as_written", "value"]].to_numpy().tolist() == [
        [f"row {row}, column beneficiaries", text, VALUES[row]] for row, text in texts.items() if text != "77"
    ]


@pytest.mark.parametrize("csv_file", [False, True])
def test_a_decimal_comma_in_every_row_is_logged_cell_by_cell_and_in_groups_beyond_the_bound(
    tmp_path, monkeypatch, csv_file
):
    table = [HEADER, *([*row[:4], "40,5"] for row in parts_table()[1:])]
    table[31][4], table[32][4] = "40", "1 400,5"
    workspace = parts_evaluation(tmp_path, table, csv_file=csv_file, decimal=",", thousands=" ")
    log = taken(workspace).repaired
    texts = len(table) - (2 if csv_file else 1)
    assert (len(log), log["cells"].sum()) == (texts, texts)
    monkeypatch.setattr(written_cells, "MOST_LISTED", 20)
    groups = taken(workspace).repaired
    assert groups["cells"].sum() == texts
    assert 1 <= len(groups) <= 3
    assert groups.iloc[0][["as_written", "value"]].tolist() == ["40,5", 40.5]


def test_words_and_blanks_are_told_and_counted_as_cells_of_the_file_where_rows_are_added_up(tmp_path):
    table, _ = odd_parts()
    workspace = parts_evaluation(tmp_path, table, missing=["s'ka"])
    intake = taken(workspace)
    (undeclared,), (declared,), (blank,) = (
        [one for one in intake.problems if one.rule == rule]
        for rule in ("missing_words", "declared_missing", "blank_cells")
    )
    assert "'-' (not reported) in D20" in undeclared.what
    assert "1 's'ka' in column 'beneficiaries' (D21)" in declared.what
    assert blank.what == "1 cell is blank, read as not reported and never as zero: 1 in column 'services' (E23)"
    used = 2 * len(CODES) * len(YEARS)
    (counts,) = intake.counts.to_dict("records")
    assert (counts["rows_read"], counts["rows_used"], counts["rows_set_aside"]) == (used + 6, used, 6)
    assert [counts[name] for name in ("cells_read", *FATES)] == [2 * used, 2 * used - 4, 3, 1, 0, 0]
    fates = intake.fates.set_index(["variable", "fate", "word"])["cells"].to_dict()
    assert fates == {
        ("beneficiaries", "used", ""): used - 3,
        ("beneficiaries", "missing", "-"): 1,
        ("beneficiaries", "missing", "s'ka"): 1,
        ("beneficiaries", "bounded", ""): 1,
        ("services", "used", ""): used - 1,
        ("services", "missing", ""): 1,
    }
    assert intake.sums["numbers"].sum() == counts["cells_used"]


def test_rows_that_are_not_added_up_are_listed_with_what_stands_in_them_as_many_as_the_note_says(tmp_path):
    table, _ = odd_parts()
    workspace = parts_evaluation(tmp_path, table)
    intake = taken(workspace)
    aside = intake.set_aside
    last = len(table)
    assert aside[["row", "reason", "content"]].to_numpy().tolist() == [
        [31, "tells the same as another row", " | ".join(map(str, table[30]))],
        *([last - back, "total row", " | ".join(map(str, table[last - back - 1]))] for back in (4, 3, 2, 1)),
        [last, "note below the table", "Burimi: DShSSh"],
    ]
    (note,) = [one for one in intake.problems if one.rule == "rows_added_up"]
    assert "+ 6 set aside (4 of totals, 1 of notes, 1 told twice)" in note.what


def test_a_row_left_out_by_a_decision_is_said_to_be_so_where_rows_are_added_up(tmp_path):
    table = parts_table()
    for row in table[1:]:
        row[0] = "Peshkopi" if row[:2] == [NAMES["AL112"], 2014] else row[0]
    workspace = parts_evaluation(tmp_path, table)
    (asked,) = found(workspace, "seat_town")
    decide(workspace, (asked.name, "leave_out"))
    aside = taken(workspace).set_aside
    assert aside["reason"].tolist() == ["left out, as decided"] * 2
    assert aside["content"].str.startswith("Peshkopi | 2014 | ").all()


def test_very_many_rows_and_cells_set_aside_are_listed_together_with_their_number(tmp_path, monkeypatch):
    table, _ = odd_parts()
    monkeypatch.setattr(aside_rows, "MOST_LISTED", 3)
    aside = taken(parts_evaluation(tmp_path, table)).set_aside
    assert aside[["reason", "count"]].to_numpy().tolist() == [
        ["tells the same as another row", 1],
        ["total row", 4],
        ["note below the table", 1],
    ]


def test_comments_and_marked_blanks_are_told_and_kept_where_rows_are_added_up(tmp_path):
    def marked(sheet):
        sheet["D40"].value = sheet["D50"].value = None
        sheet["D40"].comment = Comment("nuk ka shërbim", "x")
        sheet["D50"].fill = PatternFill("solid", fgColor="FFFF00")

    intake = taken(parts_evaluation(tmp_path, parts_table(), marked=marked))
    told = {one.rule: one for one in intake.problems}
    assert "D40 ('nuk ka shërbim')" in told["comments"].what
    blanks = [one.what for one in intake.problems if one.rule == "blank_but_marked"]
    assert any("blank but commented: D40" in what for what in blanks)
    assert any("blank but coloured: D50" in what for what in blanks)
    assert "D40: nuk ka shërbim" in intake.notes["text"].tolist()


def test_every_sum_of_the_page_agrees_where_rows_are_added_up(tmp_path):
    table, _ = odd_parts()
    table[100][3] = 20 * table[100][3]
    workspace = parts_evaluation(tmp_path, table)
    decide(workspace, *[(one.name, "drop") for one in taken(workspace).problems if one.rule == "jump"])
    study = studied(workspace)
    sums = views.sums(study)
    assert sums.loc[~sums["passed"], ["check", "expected", "found"]].to_numpy().tolist() == []
    by_check = sums.set_index("check")
    for check in ("Rows set aside", "Cells set aside", "Not reported", "Numbers", "Texts read as numbers"):
        assert by_check.loc[check, "expected"] == by_check.loc[check, "found"] != "0"
    assert by_check.loc["Rows set aside", "found"] == "6"
    assert by_check.loc["Dropped by a decision", "found"] == "1"
    assert views.approximate_lines(study)["As written"].tolist() == ["≈609"]
    assert views.not_reported(study)["What stood there"].tolist() == ["'-'", "'s'ka'", "an empty cell", "Together"]
    cells = views.cell_account(study).iloc[-1]
    assert views.series_account(study)["Numbers in the files"].iloc[-1] == cells["Numbers"]


def test_x23_of_a_sum_that_is_known_by_bounds_only_the_cells_that_are_bounds_are_shown(tmp_path):
    table, _ = odd_parts()
    assert table[22 - 1][3] == "<5"
    lines = views.bounded_lines(studied(parts_evaluation(tmp_path, table)))
    assert lines[["Municipality", "Cell"]].to_numpy().tolist() == [[table[22 - 1][0], "D22"]]


def counted_once(intake):
    """Every row and cell of every table is counted once, and listed."""
    counts, whole = intake.counts, intake.set_aside["cell"] == ""
    assert (counts["rows_read"] == counts["rows_used"] + counts["rows_set_aside"]).all()
    assert (counts["cells_read"] == counts[FATES].sum(axis=1)).all()
    assert intake.set_aside.loc[whole, "count"].sum() == counts["rows_set_aside"].sum()
    fates = intake.fates.groupby("fate")["cells"].sum()
    assert fates.sum() == counts["cells_read"].sum()
    listed = intake.set_aside.loc[~whole, "count"].sum() + fates.get("unlisted", 0)
    assert listed == counts[["cells_set_aside", "cells_stopped"]].sum().sum()
    return counts.to_dict("records")


@pytest.mark.parametrize("most", [10_000, 5])
def test_cells_whose_condition_is_not_met_are_listed_where_rows_are_added_up(tmp_path, monkeypatch, most):
    table = [[*row, {"F": "a", "M": "b"}.get(row[2], "Lloji")] for row in parts_table()]
    table[2][3] = None  # a row of the other kind with nothing in it
    monkeypatch.setattr(account_cells, "MOST_LISTED", most)
    condition = {"variable": "beneficiaries", "column": "Lloji", "equals": "a", "reason": "these only"}
    intake = taken(parts_evaluation(tmp_path, table, only_where=[condition]))
    many = len(CODES) * len(YEARS)
    (counts,) = counted_once(intake)
    assert [counts[name] for name in ("cells_read", *FATES)] == [4 * many, 3 * many, 1, 0, many - 1, 0]
    assert len(intake.set_aside) == (many - 1 if most > many else 1)
    assert intake.set_aside["count"].sum() == many - 1
    assert intake.set_aside.iloc[0]["content"] == str(table[4][3])


def test_sums_that_another_source_goes_before_are_set_aside_with_their_rows_and_cells(tmp_path):
    table, other = parts_table(), rows(beneficiaries=lambda code, year: 2 * people(code, year))
    sources = [
        parts_source("pjese.csv", priority=2),
        {**source(other, "raport.csv"), "priority": 1},
    ]
    for number, columns in enumerate((HEADER[3:], HEADER[3:4])):
        sources[0]["columns"] = {name: name for name in columns}
        folder = tmp_path / str(number)
        workspace = evaluation(folder, {}, ["care_coverage"], sources=sources)
        workspace.raw("trial").mkdir(parents=True)
        write_csv(workspace.raw("trial") / "pjese.csv", table)
        write_csv(workspace.raw("trial") / "raport.csv", other)
        many = len(CODES) * len(YEARS)
        first, second = counted_once(taken(workspace))
        assert second["cells_used"] == many
        if len(columns) == 2:  # services are told here only
            assert (first["rows_used"], first["cells_used"], first["cells_set_aside"]) == (2 * many, 2 * many, 2 * many)
        else:
            assert (first["rows_set_aside"], first["cells_read"]) == (2 * many, 0)
