"""Rows finer than municipality and year: read, checked and added up, whatever the size of the file."""

import csv
import io
import math
import random
import resource
import subprocess
import sys
import tempfile
import textwrap
from functools import partial
from itertools import product
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from country import LETTERS, PERSONS
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lnbeval.intake import Condition, Source, SourceError, intake
from lnbeval.intake.large import door
from lnbeval.intake.large.rows import database
from lnbeval.intake.source import Aggregate
from lnbeval.reference import is_total, load_reference
from lnbeval.workspace.intake_stage import resolved

REFERENCE = load_reference(Path(__file__).resolve().parents[2] / "data" / "reference")
HEADER = ["Bashkia", "Viti", "Muaji", "Gjinia", "Raste", "Buxheti"]
NAMES = {"Tiranë": "AL224", "Durrës": "AL121", "Has": "AL151"}
CODES = {name: REFERENCE.municipalities.index[REFERENCE.municipalities["name"] == name][0] for name in NAMES}
OVER = ("Muaji", "Gjinia")


def full_rows(years=(2019, 2020), months=range(1, 13)):
    return [
        [name, str(year), str(month), sex, str(month), f"{month}.5"]
        for year, month, sex, name in product(years, months, "FM", NAMES)
    ]


def text_of(rows, header=HEADER, delimiter=";"):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    return stream.getvalue()


def source(file="a.csv", by="sum", over=OVER, **changes):
    declared = {"file": file, "unit": "Bashkia", "period": "Viti", "columns": {"cases": "Raste", "budget": "Buxheti"}}
    return Source(**{**declared, "aggregate": Aggregate(by=by, over=over), **changes})


def take(folder, *declared, answered=None):
    return intake(
        folder,
        declared,
        partial(resolved, REFERENCE),
        partial(is_total, REFERENCE),
        {} if answered is None else answered,
        persons=PERSONS,
        letters=LETTERS,
    )


def reconciles(read, rows):
    (counts,) = read.counts.to_dict("records")
    if counts["rows_read"]:
        assert counts["rows_read"] == sum(any(cell.strip() for cell in row) for row in rows), (counts, rows)
        assert counts["rows_read"] == counts["rows_used"] + counts["rows_set_aside"]
    return read


def taken(folder, rows, header=HEADER, answered=None, **changes):
    (folder / "a.csv").write_text(text_of(rows, header), encoding="utf-8")
    return reconciles(take(folder, source(**changes), answered=answered), rows)


def value(read, name, year, variable="cases"):
    all_values = read.values
    rows = all_values[
        (all_values["code"] == CODES[name]) & (all_values["period"] == year) & (all_values["variable"] == variable)
    ]
    assert len(rows) == 1
    return rows["value"].item()


def told(read, *severities):
    return [problem for problem in read.problems if problem.severity in severities]


def only(read, rule):
    found = [problem for problem in read.problems if problem.rule == rule]
    assert len(found) == 1, found
    return found[0]


def test_x46_months_are_added_up_by_the_declared_rule(tmp_path):
    read = taken(tmp_path, full_rows())
    assert told(read, "STOP", "ASK", "WARN") == []
    assert len(read.values) == 3 * 2 * 2
    assert value(read, "Has", 2020) == 2 * sum(range(1, 13))
    assert value(read, "Has", 2020, "budget") == 2 * sum(month + 0.5 for month in range(1, 13))
    assert only(read, "rows_added_up").what.startswith(
        "144 rows read = 144 added up to 6 municipality-years + 0 set aside"
    )


def test_x46_months_are_averaged_by_the_declared_rule(tmp_path):
    read = taken(tmp_path, full_rows(), by="mean")
    assert value(read, "Durrës", 2019) == 6.5


def test_x46_without_a_rule_months_stop(tmp_path):
    assert told(taken(tmp_path, full_rows(), aggregate=None), "STOP")


def test_x46_a_rule_that_leaves_out_a_column_of_months_stops(tmp_path):
    read = taken(tmp_path, full_rows(), over=("Gjinia",))
    assert {problem.rule for problem in told(read, "STOP")} == {"told_twice_differently"}
    assert "name under `over` the column in which the rows differ" in told(read, "STOP")[0].do


def test_x46_an_added_value_names_the_rows_it_is_made_of(tmp_path):
    rows = sorted(full_rows(), key=lambda row: (row[0], row[1]))
    read = taken(tmp_path, rows)
    cells = read.values.query("variable == 'cases'")["cell"].tolist()
    assert "rows 2-25, column Raste" in cells  # 24 rows of Durrës in 2019 below the header
    spread = taken(tmp_path, full_rows()).values["cell"].tolist()
    assert "rows 2, 5, 8 and 21 more, column Raste" in spread


def test_x09_unknown_municipalities_are_told_once_for_each_spelling_with_first_rows_and_count(tmp_path):
    rows = full_rows()
    wrong = [["Tirona", *row[1:]] if row[0] == "Tiranë" else row for row in rows]
    read = taken(tmp_path, wrong)
    problems = [problem for problem in told(read, "STOP", "ASK") if problem.municipality == "Tirona"]
    assert len(problems) == 1
    assert problems[0].cell == "rows 2, 5, 8 and 45 more, column Bashkia"
    assert "Tiranë (AL" in problems[0].what
    assert CODES["Tiranë"] not in set(read.values["code"])
    assert "48 without a municipality that is known" in only(read, "rows_added_up").what


def test_x09_spellings_of_one_municipality_are_added_up_together_and_counted_each(tmp_path):
    rows = [["TIRANE", *row[1:]] if row[0] == "Tiranë" and row[2] == "1" else row for row in full_rows()]
    read = taken(tmp_path, rows)
    assert value(read, "Tiranë", 2019) == 2 * sum(range(1, 13))
    assert dict(zip(read.names["written"], read.names["rows"], strict=True)) == {
        "TIRANE": 4, "Tiranë": 44, "Durrës": 48, "Has": 48,
    }  # fmt: skip


@pytest.mark.parametrize("first_bytes", [1_000_000, 700])
def test_x01_letters_that_can_be_undone_are_put_right_wherever_they_stand_in_a_csv(tmp_path, monkeypatch, first_bytes):
    monkeypatch.setattr(door, "HEAD", first_bytes)  # of a large file only these are read as a whole
    rows = full_rows()
    places = [at for at, row in enumerate(rows) if row[0] == "Tiranë"]
    for at in (*places[:2], *places[-3:]):
        rows[at][0] = "TiranÃ«"
    read = taken(tmp_path, rows)
    assert told(read, "STOP", "ASK") == []
    assert [value(read, "Tiranë", year) for year in (2019, 2020)] == [156, 156]
    problem = only(read, "mended_letters")
    assert "in 5 cells, and were put right: 'TiranÃ«' → 'Tiranë' (5 in row 2 and others)" in problem.what
    assert set(read.mended["text"]) == {"Tiranë"}
    cells = [f"row {places[at] + 2}, column Bashkia" for at in (0, 1, -3, -2, -1)]
    if first_bytes == 700:
        cells[2:] = [f"rows {', '.join(str(places[at] + 2) for at in (-3, -2, -1))}, column Bashkia"]
    assert read.mended["cell"].tolist() == cells


def test_x09_a_year_that_is_none_is_told_with_its_rows(tmp_path):
    rows = full_rows()
    rows[3][1], rows[7][1] = "20019", "20019"
    read = taken(tmp_path, rows)
    problems = told(read, "STOP")
    assert [problem.cell for problem in problems] == ["rows 5, 9, column Viti"]
    assert "20019" in problems[0].what
    assert "2 without a year" in only(read, "rows_added_up").what


def test_x09_cells_that_are_no_numbers_are_told_by_row_and_column_and_drawn_together_beyond_ten(tmp_path):
    rows = full_rows()
    for row in rows[10:25]:
        row[4] = "abc"
    read = taken(tmp_path, rows)
    cells = [problem.cell for problem in told(read, "STOP")]
    assert cells[:10] == [f"row {number}, column Raste" for number in range(12, 22)]
    assert cells[10:] == ["rows 22-26, column Raste"]
    assert "5 more of the same kind" in told(read, "STOP")[10].what
    assert math.isnan(value(read, rows[10][0], 2019))


def test_x09_thousands_of_cells_that_are_no_numbers_are_counted(tmp_path):
    rows = full_rows(years=range(2010, 2024))
    for row in rows:
        row[4] = "abc" if row[0] == "Has" else row[4]
    rows = [[*row[:2], f"{row[2]}/{part}", *row[3:]] for row in rows for part in range(3)]
    read = taken(tmp_path, rows)
    assert len(told(read, "STOP")) == 1
    assert told(read, "STOP")[0].cell == "rows 8-10 and 1,005 more, column Raste"


def test_x09_rows_told_twice_alike_are_set_aside_with_a_warning(tmp_path):
    rows = full_rows()
    read = taken(tmp_path, [*rows, rows[4]])
    assert value(read, rows[4][0], 2019) == 2 * sum(range(1, 13))
    problem = only(read, "told_twice")
    assert (problem.severity, problem.cell) == ("WARN", "row 146")
    assert "row 6" in problem.what
    assert "1 told twice" in only(read, "rows_added_up").what


def test_x09_rows_told_twice_differently_stop_with_both_values_and_rows(tmp_path):
    rows = full_rows()
    other = [*rows[4][:4], "77", rows[4][5]]
    read = taken(tmp_path, [*rows, other])
    problem = only(read, "told_twice_differently")
    assert (problem.severity, problem.cell) == ("STOP", "row 146, column Raste")
    assert "77 here, but 1 in row 6" in problem.what


def test_x09_more_than_ten_rows_told_twice_are_counted(tmp_path):
    rows = full_rows()
    read = taken(tmp_path, [*rows, *rows[:15]])
    problems = [problem for problem in read.problems if problem.rule == "told_twice"]
    assert len(problems) == 11
    assert "5 more rows of the same kind (15 in all)" in problems[-1].what


def test_x46_a_sum_over_eleven_months_is_told(tmp_path):
    rows = [row for row in full_rows() if not (row[0] == "Has" and row[1] == "2020" and row[2] == "7")]
    problem = only(taken(tmp_path, rows), "parts_missing")
    assert problem.severity == "WARN"
    assert "1 municipality-year has fewer than the 12 different texts of 'Muaji'" in problem.what
    assert "Has 2020 (11)" in problem.what


def test_x46_a_group_missing_in_one_month_is_told(tmp_path):
    problem = only(taken(tmp_path, full_rows()[1:]), "parts_missing")
    assert "24 different combinations of Muaji, Gjinia" in problem.what
    assert "Tiranë 2019 (23)" in problem.what


def test_x46_a_year_that_ends_in_september_everywhere_is_told(tmp_path):
    rows = [row for row in full_rows() if row[1] == "2019" or int(row[2]) <= 9]
    assert "3 of 6 municipality-years have fewer than the 12" in only(taken(tmp_path, rows), "parts_missing").what


def test_x46_a_sum_with_a_part_not_reported_is_not_known(tmp_path):
    rows = full_rows()
    rows[0][4] = ""
    read = taken(tmp_path, rows)
    assert math.isnan(value(read, "Tiranë", 2019))
    assert value(read, "Tiranë", 2020) == 156
    problem = only(read, "part_not_reported")
    assert problem.severity == "WARN"
    assert "Tiranë 2019 (1 of 24)" in problem.what
    assert value(taken(tmp_path, rows, by="mean"), "Tiranë", 2019) == pytest.approx((156 - 1) / 23)


def test_x46_a_declared_word_is_no_part_and_a_code_is_no_number(tmp_path):
    rows = full_rows()
    rows[0][4], rows[1][4] = "s'ka", "999"
    read = taken(tmp_path, rows, missing=("s'ka", "999"))
    assert told(read, "STOP", "ASK") == []
    assert math.isnan(value(read, "Tiranë", 2019))
    assert math.isnan(value(read, "Durrës", 2019))


def test_x46_totals_over_the_parts_are_set_aside(tmp_path):
    totals = [[name, year, "Gjithsej", "F", "78", "84"] for name in NAMES for year in ("2019", "2020")]
    read = taken(tmp_path, [*full_rows(), *totals])
    assert value(read, "Has", 2019) == 156
    assert "6 rows hold a total over the parts ('Gjithsej' in 'Muaji')" in only(read, "part_totals").what
    assert read.set_aside["reason"].tolist() == ["total over the parts"] * 6


def test_x09_total_rows_are_set_aside_and_compared_with_the_sum(tmp_path):
    sums = [["Gjithsej", "2019", str(month), sex, str(3 * month), ""] for month in range(1, 13) for sex in "FM"]
    read = taken(tmp_path, [*full_rows(), *sums])
    assert told(read, "STOP", "WARN") == []
    sums[0][4] = "900"
    wrong = taken(tmp_path, [*full_rows(), *sums])
    assert [problem.municipality for problem in told(wrong, "WARN")] == ["Gjithsej"]
    assert "24 of totals" in only(wrong, "rows_added_up").what


def test_x01_one_cell_that_is_put_right_is_told_as_one(tmp_path):
    rows = full_rows()
    rows[next(at for at, row in enumerate(rows) if row[0] == "Tiranë")][0] = "TiranÃ«"
    assert "in a wrong encoding in 1 cell, and were put right" in only(taken(tmp_path, rows), "mended_letters").what


@pytest.mark.parametrize(("lines", "said"), [(1, "; 1 blank row"), (2, "; 2 blank rows")])
def test_x09_blank_rows_are_told_with_their_number(tmp_path, lines, said):
    text = text_of(full_rows()).rstrip("\n") + "\n" + ";;;;;\n" * lines
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert only(take(tmp_path, source()), "rows_added_up").what.endswith(said)


def test_x09_blank_rows_are_counted_and_keep_the_numbers_of_the_rows_below(tmp_path):
    lines = text_of(full_rows()).splitlines()
    lines[3:3] = ["", ";;;;;", "", ""]
    lines[-1] = lines[-1].replace(";12;", ";abc;", 1)
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    read = take(tmp_path, source())
    assert [problem.cell for problem in told(read, "STOP")] == []
    assert "5 blank rows" in only(read, "rows_added_up").what
    assert read.counts["rows_blank"].tolist() == [5]
    assert "rows 2, 9, 12 and 21 more, column Raste" in read.values["cell"].tolist()


def test_x09_a_part_that_is_blank_stops(tmp_path):
    rows = full_rows()
    rows[5][2] = ""
    problem = only(taken(tmp_path, rows), "part_blank")
    assert (problem.severity, problem.cell) == ("STOP", "row 7, column Muaji")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_x09_other_encodings_are_read_when_declared(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes(text_of(full_rows()).encode(encoding))
    read = take(tmp_path, source(encoding=None if encoding == "utf-8-sig" else encoding))
    assert told(read, "STOP", "ASK", "WARN") == []
    assert value(read, "Tiranë", 2019) == 156


def test_x09_bytes_that_are_no_text_far_down_are_told_by_their_line(tmp_path):
    rows = text_of(full_rows(years=range(2010, 2024)) * 50).encode("utf-8")
    assert len(rows) > 1_000_000
    (tmp_path / "a.csv").write_bytes(rows + b"Has;2020;1;F;\xeb;1\n")
    problems = told(take(tmp_path, source()), "STOP")
    assert len(problems) == 1
    assert "The file is not UTF-8" in problems[0].what


@pytest.mark.parametrize("number", ["{}\u00a0{:03d},5", "{}\u202f{:03d},5", "  {}{:03d},5 ", "+{}.{:03d},5"])
def test_x09_numbers_that_differ_in_every_row_are_read_however_their_thousands_are_marked(tmp_path, number):
    many = 24_000  # more than are looked at one by one
    rows = [
        ["Has", "2019", str(at % 1000), str(at // 1000), "1", number.format(1 + at // 1000, at % 1000)]
        for at in range(many)
    ]
    read = taken(tmp_path, rows)
    assert told(read, "STOP", "ASK") == []
    assert value(read, "Has", 2019, "budget") == sum(1000.5 + at for at in range(many))


@pytest.mark.parametrize("marks", [(",", "."), (",", " "), (".", ",")])
def test_x09_declared_marks_are_followed(tmp_path, marks):
    decimal, thousands = marks
    rows = [[*row[:5], f"1{thousands}234{decimal}5"] for row in full_rows()]
    read = taken(tmp_path, rows, decimal=decimal, thousands=thousands)
    assert value(read, "Has", 2019, "budget") == 24 * 1234.5


def test_x09_the_marks_of_a_column_are_what_all_its_cells_show(tmp_path):
    rows = [[*row[:5], "1.234"] for row in full_rows()]
    for row in rows[-12:]:
        row[5] = "1.234,5"
    read = taken(tmp_path, rows)
    assert value(read, "Durrës", 2019, "budget") == 24 * 1234


def test_x09_cells_in_quotation_marks_may_hold_delimiters_and_line_ends(tmp_path):
    rows = [[*row[:3], 'F;"grua"\nvajzë' if row[3] == "F" else row[3], *row[4:]] for row in full_rows()]
    rows.insert(1, [])
    read = taken(tmp_path, rows)
    assert told(read, "STOP", "ASK", "WARN") == []
    assert value(read, "Has", 2020) == 156
    assert "1 blank row" in only(read, "rows_added_up").what


def test_x09_a_quotation_mark_that_is_never_closed_stops_and_swallows_nothing(tmp_path):
    (tmp_path / "a.csv").write_text(
        text_of(full_rows()) + '"Has;2020;1;F;1;2\n' + "Has;2021;1;F;1;2\n", encoding="utf-8"
    )
    problems = told(take(tmp_path, source()), "STOP")
    assert len(problems) == 1
    assert "cannot be divided into cells" in problems[0].what


def test_x09_rows_wider_and_narrower_than_the_header_far_down_are_told(tmp_path):
    text = text_of(full_rows(years=range(2010, 2024)) * 50)
    lines = text.splitlines()
    assert len(text) > 1_000_000
    lines[-2] += ";;x"
    lines[-1] = "Has;2020;1"
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    read = take(tmp_path, source())
    assert only(read, "row_too_long").cell == f"row {len(lines) - 1}"
    assert only(read, "row_too_short").cell == f"row {len(lines)}"


def test_x09_a_workbook_is_added_up_like_a_text(tmp_path):
    book = openpyxl.Workbook()
    for row in [HEADER, *full_rows()]:
        book.active.append([int(cell) if cell.isdecimal() else float(cell) if "." in cell else cell for cell in row])
    book.active["E9"] = "abc"
    book.save(tmp_path / "a.xlsx")
    read = take(tmp_path, source("a.xlsx"))
    assert [problem.cell for problem in told(read, "STOP")] == ["E9"]
    assert value(read, "Has", 2020) == 156
    assert value(read, "Has", 2020, "budget") == 2 * sum(month + 0.5 for month in range(1, 13))


def test_x09_merged_months_of_a_workbook_are_filled_down_and_told(tmp_path):
    book = openpyxl.Workbook()
    rows = sorted(full_rows(), key=lambda row: (row[0], row[1], int(row[2])))
    for row in [HEADER, *rows]:
        book.active.append([int(cell) if cell.isdecimal() else float(cell) if "." in cell else cell for cell in row])
    for row in range(2, 146, 2):
        book.active.merge_cells(f"C{row}:C{row + 1}")
    book.save(tmp_path / "a.xlsx")
    read = take(tmp_path, source("a.xlsx"))
    assert told(read, "STOP", "ASK") == []
    assert value(read, "Has", 2020) == 156
    assert any("C2:C3" in problem.what for problem in told(read, "WARN"))


def test_x09_values_of_rows_that_do_not_meet_a_condition_are_not_added(tmp_path):
    rows = [[*row, "po" if row[3] == "F" else "jo"] for row in full_rows()]
    condition = Condition(variable="cases", column="Prek", equals="po")
    read = taken(tmp_path, rows, [*HEADER, "Prek"], only_where=(condition,))
    assert told(read, "STOP", "ASK", "WARN") == []
    assert value(read, "Has", 2020) == 78
    assert value(read, "Has", 2020, "budget") == 168


def test_x09_two_variables_of_one_column_each_have_their_rows_and_are_no_repeats(tmp_path):
    rows = [[*row[:4], kind, row[4]] for row in full_rows() for kind in ("Raste", "Ankesa")]
    read = taken(
        tmp_path, rows, [*HEADER[:4], "Treguesi", "Vlera"],
        columns={"cases": "Vlera", "complaints": "Vlera"},
        only_where=(
            Condition(variable="cases", column="Treguesi", equals="Raste"),
            Condition(variable="complaints", column="Treguesi", equals="Ankesa"),
        ),
    )  # fmt: skip
    assert told(read, "STOP", "ASK", "WARN") == []
    assert value(read, "Has", 2020) == value(read, "Has", 2020, "complaints") == 156


def test_x09_a_header_that_is_not_there_is_told_with_the_headers(tmp_path):
    problems = told(taken(tmp_path, full_rows(), over=("Muaj", "Gjinia")), "STOP")
    assert any("'Muaj'" in problem.what and "'Muaji'" in problem.what for problem in problems)


@pytest.mark.parametrize(
    ("aggregate", "said"),
    [
        (Aggregate(by="sum", over=()), "aggregate.over is empty"),
        (Aggregate(by="sum", over=("Muaji", "Muaji")), "names a column twice"),
        (Aggregate(by="sum", over=("Viti",)), "aggregate.over names Viti"),
    ],
)
def test_x46_a_rule_that_contradicts_itself_is_refused(aggregate, said):
    with pytest.raises(SourceError, match=said):
        source(aggregate=aggregate)


def persons(count):
    """Records of persons with invented numbers, names and municipalities."""
    rng = random.Random(4)  # noqa: S311 - no secret
    letters = "abcdefghijklmnoprstuvz"
    for number in range(count):
        name = "".join(rng.choice(letters) for _ in range(9)).title()
        yield ["Tiranë", "2020", str(number % 12 + 1), "F", "1", "2", f"J{number:08d}K", name]


@pytest.mark.parametrize("column", ["Numri personal", "Shënim"])
@pytest.mark.parametrize("rule", [Aggregate(by="sum", over=OVER), None])
def test_x82_persons_cannot_enter_by_header_or_by_form_however_many_they_are(tmp_path, column, rule):
    rows = [row[:7] for row in persons(160_000)]
    data = text_of(rows, [*HEADER, column]).encode("utf-8")
    (tmp_path / "a.csv").write_bytes(data + b"\xff\xff")  # the end of the file is never looked at
    wide = {f"v{at}": "Raste" for at in range(12)}
    read = take(tmp_path, source(aggregate=rule, columns=wide))
    problems = told(read, "STOP")
    assert len(problems) == 1
    assert "data on persons" in problems[0].what
    assert read.values.empty
    assert "J000" not in str(read.set_aside.to_dict()) + str(read.problems) + str(read.names.to_dict())


def test_x82_persons_without_numbers_are_asked_about_and_nothing_of_them_is_told(tmp_path):
    rows = [[*row[:6], row[7]] for row in persons(3_000)]
    header = [*HEADER, "Përshkrimi"]
    read = taken(tmp_path, rows, header)
    question = only(read, "persons")
    assert question.severity == "ASK"
    assert question.options == ("persons", "no_persons")
    assert read.values.empty
    assert rows[0][6] not in str(read.problems) + str(read.set_aside.to_dict())
    refused = taken(tmp_path, rows, header, answered={question.name: "persons"})
    assert [problem.severity for problem in refused.problems] == ["STOP"]
    allowed = taken(tmp_path, rows, header, answered={question.name: "no_persons"})
    assert not allowed.values.empty


def test_x82_persons_named_where_the_municipality_should_stand_are_not_told_one_by_one(tmp_path):
    rows = [[row[7], *row[1:6]] for row in persons(5_000)]
    read = taken(tmp_path, rows)
    assert [problem.severity for problem in read.problems] == ["ASK"]
    assert read.names.empty


def test_x82_nothing_of_persons_is_left_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    taken(tmp_path, [row[:7] for row in persons(500)], [*HEADER, "Numri personal"])
    assert list((tmp_path / "scratch").iterdir()) == []


def test_nothing_is_shown_on_a_terminal_while_a_large_file_is_read(tmp_path):
    with database(tmp_path) as con:
        assert con.sql("SELECT current_setting('enable_progress_bar')").fetchall() == [(False,)]


def test_x09_a_large_file_without_a_rule_is_refused_with_numbers_and_advice(tmp_path):
    header = ["Bashkia", "Viti", "Grupi", *(f"v{at}" for at in range(10))]
    rows = [[name, "2020", f"Grupi {at}", *("1234567890" for _ in range(10))] for at in range(26_000) for name in NAMES]
    (tmp_path / "a.csv").write_text(text_of(rows, header), encoding="utf-8")
    read = take(tmp_path, source(aggregate=None, columns={f"v{at}": f"v{at}" for at in range(10)}))
    (problem,) = told(read, "STOP")
    assert "78,001 rows" in problem.what
    assert "1.2 GB of memory" in problem.what
    assert "declare `aggregate`" in problem.do


CHILD = """
    import resource, sys
    from functools import partial
    from pathlib import Path
    sys.path[:0] = ["tests", "tests/edge_cases"]
    from test_large_files import source, take
    read = take(Path(sys.argv[1]), source())
    print(len(read.values), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_x09_memory_does_not_grow_with_the_rows(tmp_path):
    peaks = []
    for parts in (1, 100):
        rows = [
            [*row[:2], f"{row[2]}/{part}", *row[3:]] for row in full_rows(range(2010, 2024)) for part in range(parts)
        ]
        (tmp_path / "a.csv").write_text(text_of(rows), encoding="utf-8")
        code = textwrap.dedent(CHILD)
        run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
        values, peak = map(int, run.stdout.split())
        assert values == 3 * 14 * 2
        peaks.append(peak / 1024 if sys.platform != "darwin" else peak / 1024**2)
    assert peaks[1] - peaks[0] < 250  # megabytes, for 100,800 rows; as one table they take six hundred
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0


def test_x09_sums_are_the_same_every_time_to_the_last_digit(tmp_path):
    rng = random.Random(1)  # noqa: S311 - no secret
    rows = [[*row[:5], repr(rng.random() * 10 ** rng.randint(-9, 9))] for row in full_rows(range(2010, 2024))]
    first, second = (taken(tmp_path, rows).values for _ in range(2))
    assert first.equals(second)


SUMMED = {"parts_absent/a.csv/Muaji, Gjinia": "sum_of_what_is_there"}
spellings = st.sampled_from(["Tiranë", "TIRANË", "Bashkia Durrës", "Has", "Tirona", "Gjithsej", ""])
numbers = st.sampled_from(["1", "250", "3.5", "0.125", "", "abc", "1 000", "-2", "999"])
faulty = st.lists(
    st.tuples(
        spellings,
        st.sampled_from(["2019", "2020", "20x0", ""]),
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(["F", "M"]),
        numbers,
        numbers,
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(faulty, st.sampled_from(["sum", "mean"]))
@example(  # a total of no year, above which nothing is reported
    [
        ("Tiranë", "2019", "1", "F", "1", ""),
        ("Gjithsej", "20x0", "1", "F", "1", "1"),
        ("Tiranë", "2020", "1", "F", "1", "250"),
    ],
    "sum",
)
def test_x09_what_is_added_up_is_what_pandas_adds_up_whatever_the_faults(rows, by):
    with tempfile.TemporaryDirectory() as folder:
        read = taken(
            Path(folder),
            [list(row) for row in rows],
            by=by,
            decimal=".",
            thousands="",
            missing=("999",),
            answered=SUMMED,
        )
    expected = added_up_by_pandas(rows, by)
    found = {
        (row.code, row.period): row.value
        for row in read.values.query("variable == 'cases'").itertuples()
        if not math.isnan(row.value)
    }
    assert set(found) == set(expected)
    assert all(found[key] == pytest.approx(expected[key], rel=1e-14) for key in expected)


def added_up_by_pandas(rows, by):
    frame = pd.DataFrame(rows, columns=["unit", "year", "month", "sex", "cases", "budget"])
    spelled = {"Tiranë": "Tiranë", "TIRANË": "Tiranë", "Bashkia Durrës": "Durrës", "Has": "Has"}
    frame["code"] = frame["unit"].map(spelled).map(CODES)
    frame = frame[frame["code"].notna() & frame["year"].isin(["2019", "2020"])]
    frame = frame.drop_duplicates(["code", "year", "month", "sex"])
    known = frame["cases"].isin(["1", "250", "3.5", "0.125", "-2"])
    frame["number"] = pd.to_numeric(frame["cases"].where(known))
    frame["blank"] = frame["cases"].isin(["", "999"])
    frame["fault"] = ~known & ~frame["blank"]
    sums = {}
    for (code, year), part in frame.groupby(["code", "year"]):
        if part["fault"].any() or part["number"].isna().all() or (by == "sum" and part["blank"].any()):
            continue
        sums[code, int(year)] = getattr(part["number"], by)()
    return sums
