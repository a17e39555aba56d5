"""Cells to values: numbers, years, names, totals, notes, repeats; and the books that must balance."""

import datetime as dt
import math

import openpyxl
import pytest
from country import LETTERS, PERSONS

from lnbeval.errors import DataError
from lnbeval.intake import Condition, Problem, Resolved, Source, intake, stop_if_needed

CODES = {"Tiranë": "TR", "Durrës": "DR", "Vorë": "VR", "Vlorë": "VL", "11": "TR"}
HEADER = ["Bashkia", "Viti", "Raste"]


def resolve(written, county):
    if written == "Klos":
        return Resolved({"Dibër": "KL"}.get(county or ""), "needs the county", ("Klos (Dibër)", "Klos (Elbasan)"))
    near = ("Vlorë", "Vorë") if written == "Vore" else ()
    return Resolved(CODES.get(written), "exact" if written in CODES else "no such name", near)


def is_total(written):
    return written in {"Gjithsej", "Durrës"}


def source(file="a.xlsx", **changes):
    return Source(**{"file": file, "unit": "Bashkia", "period": "Viti", "columns": {"cases": "Raste"}, **changes})


def take(folder, rows, header=HEADER, **changes):
    book = openpyxl.Workbook()
    book.active.title = "Raste"
    for row in [header, *rows]:
        book.active.append(row)
    book.save(folder / "a.xlsx")
    return intake(folder, [source(**changes)], resolve, is_total, persons=PERSONS, letters=LETTERS)


def take_csv(folder, text, **changes):
    (folder / "a.csv").write_text(text, encoding="utf-8")
    return intake(folder, [source("a.csv", **changes)], resolve, is_total, persons=PERSONS, letters=LETTERS)


def told(taken, severity="STOP"):
    return [problem for problem in taken.problems if problem.severity == severity]


def triples(taken):
    return list(zip(taken.values["code"], taken.values["period"], taken.values["value"], strict=True))


def balanced(taken):
    counts = taken.counts
    rows = (counts["rows_read"] == counts["rows_used"] + counts["rows_set_aside"]).all()
    parts = counts[["cells_used", "cells_missing", "cells_bounded", "cells_set_aside", "cells_stopped"]].sum(axis=1)
    whole_rows = (taken.set_aside["cell"] == "").sum()
    live = counts[["cells_used", "cells_missing", "cells_bounded"]].to_numpy().sum()
    return (
        rows
        and (counts["cells_read"] == parts).all()
        and whole_rows == counts["rows_set_aside"].sum()
        and (live == len(taken.values))
    )


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (True, "TRUE"),
        (dt.datetime(2020, 3, 12), "date"),  # noqa: DTZ001 - a spreadsheet knows no time zone
        (dt.time(3, 12), "date or time"),
        (dt.datetime(2018, 3, 12), "date or time (2018-03-12),"),  # noqa: DTZ001 - a cell has no time zone
        ("#REF!", "spreadsheet error #REF!"),
        ("#N/A", "spreadsheet error #N/A"),
        ("=1+1", "formula"),
        ("-", "'-' is not a number"),
        ("..", "'..' is not a number"),
        ("n/a", "'n/a' is not a number"),
        ("12 persona", "not a number"),
        ("10-5", "no range"),
        ("nan", "finite"),
        ("-inf", "finite"),
        ("1e999", "finite"),
        ("1\n234", "'1 234' is not a number"),
        ("١٢", "not a number"),
    ],
)
def test_a_cell_that_is_no_number_stops_with_its_address(tmp_path, value, what):
    taken = take(tmp_path, [["Tiranë", 2020, value], ["Durrës", 2020, 7]])
    (problem,) = told(taken)
    assert (problem.cell, problem.sheet, problem.municipality, problem.year) == ("C2", "Raste", "Tiranë", "2020")
    assert what in problem.what
    assert problem.do
    assert triples(taken) == [("DR", 2020, 7.0)]
    assert balanced(taken)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("12,5", "decimal comma"),
        ("1,234", "both ways"),
        ("1 234", "space between thousands"),
        ("1.234.567", "point between thousands"),
    ],
)
def test_a_number_that_does_not_fit_the_declared_marks_stops(tmp_path, value, what):
    (problem,) = told(take(tmp_path, [["Tiranë", 2020, value]], decimal=".", thousands=""))
    assert problem.cell == "C2"
    assert what in problem.what


def test_a_bounded_value_never_becomes_a_number(tmp_path):
    taken = take(tmp_path, [["Tiranë", 2020, "<5"]])
    assert math.isnan(taken.values["value"][0])
    assert taken.values[["low", "high"]].values.tolist() == [[0, 4]]
    assert balanced(taken)


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "expected"),
    [
        ("12.5", ".", "", 12.5),
        ("1.234", ".", "", 1.234),
        ("1.234", ",", ".", 1234.0),
        ("12,5", ",", "", 12.5),
        ("1.234.567,25", ",", ".", 1234567.25),
        ("1 234", ".", " ", 1234.0),
        ("1\u00a0234", ".", " ", 1234.0),
        ("1\u202f234,5", ",", " ", 1234.5),
        ("\u22123", ".", "", -3.0),
        (" 7 ", ".", "", 7.0),
        ("1234", ".", ",", 1234.0),
        ("-2.5e-3", ".", "", -0.0025),
    ],
)
def test_a_number_is_read_by_the_declared_marks(tmp_path, text, decimal, thousands, expected):
    taken = take(tmp_path, [["Tiranë", 2020, text]], decimal=decimal, thousands=thousands)
    assert triples(taken) == [("TR", 2020, expected)]
    assert taken.repaired[["cell", "variable", "as_written", "value"]].values.tolist() == [
        ["C2", "cases", text, expected]
    ]


@pytest.mark.parametrize("text", ["12,34", "1,2345", "0,123", "1,234,56", ",123"])
def test_thousands_come_in_threes_and_do_not_begin_with_zero(tmp_path, text):
    assert len(told(take(tmp_path, [["Tiranë", 2020, text]], thousands=","))) == 1


def test_declared_words_and_codes_and_blank_cells_are_missing(tmp_path):
    rows = [["Tiranë", 2020, "n/a"], ["Tiranë", 2021, -9], ["Tiranë", 2022, None], ["Tiranë", 2023, "-9"]]
    taken = take(tmp_path, rows, missing=("n/a", "-9"))
    assert taken.values["value"].isna().all()
    assert (taken.counts["cells_missing"][0], told(taken)) == (4, [])


def test_a_negative_number_passes(tmp_path):
    assert triples(take(tmp_path, [["Tiranë", 2020, -4]])) == [("TR", 2020, -4.0)]


def test_a_csv_number_with_a_decimal_point_needs_no_repair_and_one_with_a_comma_is_told(tmp_path):
    text = "Bashkia;Viti;Raste\nTiranë;2020;3,5\nTiranë;2021;4\n"
    taken = take_csv(tmp_path, text, decimal=",")
    assert taken.repaired[["cell", "as_written", "value"]].values.tolist() == [["row 2, column Raste", "3,5", 3.5]]


def test_many_faults_of_one_kind_are_drawn_together_with_their_addresses(tmp_path):
    rows = [["Tiranë", 2010 + k, "-"] for k in range(15)]
    found = told(take(tmp_path, rows))
    assert [problem.cell for problem in found] == [f"C{k}" for k in range(2, 12)] + ["C12:C16"]
    assert found[-1].what == "5 more of the same kind in column 'Raste' (not a number)"


def test_a_formula_that_answers_with_nothing_is_a_blank_cell(tmp_path):
    import zipfile

    take(tmp_path, [["Tiranë", 2020, '=IF(1,"","")'], ["Tiranë", 2021, 3]])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'<c r="C2">', b'<c r="C2" t="str">')
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    taken = intake(tmp_path, [source()], resolve, is_total, persons=PERSONS, letters=LETTERS)
    assert told(taken) == []
    assert taken.counts["cells_missing"][0] == 1


@pytest.mark.parametrize("year", ["2020-03", "2018/19", 20119, 1989, 2101, 2020.5, True, None, "II"])
def test_a_period_that_is_no_year_stops_with_its_address(tmp_path, year):
    taken = take(tmp_path, [["Tiranë", year, 5]])
    (problem,) = told(taken)
    assert (problem.cell, problem.municipality) == ("B2", "Tiranë")
    assert balanced(taken)


@pytest.mark.parametrize("year", [2020, 2020.0, "2020", " 2020 "])
def test_a_whole_year_is_read_in_any_type(tmp_path, year):
    assert triples(take(tmp_path, [["Tiranë", year, 5]])) == [("TR", 2020, 5.0)]


def test_an_unknown_name_is_told_once_with_its_rows_and_candidates(tmp_path):
    rows = [["Vore", 2018 + k, 5] for k in range(3)]
    taken = take(tmp_path, [*rows, ["Tiranë", 2020, 5]])
    (problem,) = told(taken)
    assert (problem.cell, problem.municipality) == ("A2:A4", "Vore")
    assert "(3 rows)" in problem.what
    assert "it may mean Vlorë or Vorë" in problem.what
    assert taken.names[["written", "code", "how", "rows"]].values.tolist() == [
        ["Tiranë", "TR", "exact", 1],
        ["Vore", "", "no such name", 3],
    ]
    assert balanced(taken)


def test_a_county_settles_an_ambiguous_name(tmp_path):
    header = [*HEADER, "Qarku"]
    rows = [["Klos", 2020, 5, "Dibër"], ["Klos", 2020, 6, None]]
    taken = take(tmp_path, rows, header=header, county="Qarku")
    assert triples(taken) == [("KL", 2020, 5.0)]
    assert "it may mean Klos (Dibër) or Klos (Elbasan)" in told(taken)[0].what


def test_decomposed_letters_are_the_same_name(tmp_path):
    taken = take(tmp_path, [["Tirane\u0308", 2020, 5]])
    assert triples(taken) == [("TR", 2020, 5.0)]
    assert "in two parts" in told(taken, "NOTE")[0].what


def test_a_code_in_a_number_cell_is_read_as_it_shows(tmp_path):
    assert triples(take(tmp_path, [[11, 2020, 5]])) == [("TR", 2020, 5.0)]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("Tiran\ufffd", "lost"), ("Tiran?", "lost"), ("TiranÃ« ë", "utf-8"), ("Kor‡a e re", "cp852")],
)
def test_broken_letters_stop_with_the_likely_cause(tmp_path, name, hint):
    (problem,) = told(take(tmp_path, [[name, 2020, 5]]))
    assert problem.cell == "A2"
    assert hint in problem.what + problem.do


@pytest.mark.parametrize("name", [None, " ", True, dt.datetime(2020, 1, 1), "#REF!", "=A1"])  # noqa: DTZ001
def test_a_row_with_data_and_no_name_stops(tmp_path, name):
    taken = take(tmp_path, [[name, 2020, 5], ["Tiranë", 2020, 5]])
    assert [problem.cell for problem in told(taken)] == ["A2"]
    assert balanced(taken)


def test_blank_rows_are_skipped_and_counted(tmp_path):
    taken = take(tmp_path, [["Tiranë", 2020, 5], [None, " ", None], ["Tiranë", 2021, 6]])
    assert taken.counts[["rows_read", "rows_blank"]].values.tolist() == [[2, 1]]
    assert taken.values["cell"].tolist() == ["C2", "C4"]


def test_notes_below_the_table_are_set_aside(tmp_path):
    taken = take(tmp_path, [["Tiranë", 2020, 5], [None], ["Burimi: INSTAT, 2021"], ["* paraprake"]])
    assert taken.set_aside[["row", "reason", "content"]].values.tolist() == [
        [4, "note below the table", "Burimi: INSTAT, 2021"],
        [5, "note below the table", "* paraprake"],
    ]
    assert told(taken) == []
    assert balanced(taken)


def test_a_municipality_cut_off_below_the_table_is_not_a_note(tmp_path):
    assert [problem.cell for problem in told(take(tmp_path, [["Tiranë", 2020, 5], ["Durrës"]]))] == ["B3"]


def test_a_lone_text_within_the_table_is_not_a_note(tmp_path):
    taken = take(tmp_path, [["Qendra"], ["Tiranë", 2020, 5]])
    assert {problem.cell for problem in told(taken)} == {"A2", "B2"}


def test_a_total_row_is_set_aside_and_agrees_with_the_sum(tmp_path):
    taken = take(tmp_path, [["Tiranë", 2020, 5], ["Vorë", 2020, 7], ["Gjithsej", 2020, 12]])
    assert taken.set_aside[["row", "reason", "content"]].values.tolist() == [[4, "total row", "Gjithsej | 2020 | 12"]]
    assert [problem.rule for problem in taken.problems] == ["totals_agree"]
    assert taken.names["how"].tolist() == ["total row", "exact", "exact"]


def test_a_total_that_is_not_the_sum_is_warned_about_with_both_numbers(tmp_path):
    taken = take(tmp_path, [["Tiranë", 2020, 5], ["Vorë", 2020, 7], ["Gjithsej", 2020, 13]])
    (problem,) = told(taken, "WARN")
    assert "total is 13" in problem.what
    assert "add up to 12" in problem.what
    assert (problem.cell, problem.year) == ("C4", "2020")


def test_a_total_is_not_compared_while_a_figure_cannot_be_read(tmp_path):
    taken = take(tmp_path, [["Tiranë", 2020, "-"], ["Vorë", 2020, 7], ["Gjithsej", 2020, 13]])
    assert [problem.cell for problem in told(taken)] == ["C2"]
    (not_compared,) = [problem for problem in taken.problems if problem.severity == "NOTE"]
    assert (not_compared.rule, not_compared.cell) == ("total_not_compared", "C4")


def test_a_total_may_differ_by_rounding_but_a_count_may_not(tmp_path):
    rounded = [["Tiranë", 2020, 5.1], ["Vorë", 2020, 7.1], ["Gjithsej", 2020, 12.3]]
    assert [problem.rule for problem in take(tmp_path, rounded).problems] == ["totals_agree"]


def test_totals_of_blocks_and_their_grand_total_reconcile(tmp_path):
    rows = [["Tiranë", 2020, 5], ["Gjithsej", 2020, 5], ["Vorë", 2020, 7], ["Vlorë", 2020, 8], ["Gjithsej", 2020, 15]]
    (agree,) = take(tmp_path, [*rows, ["Gjithsej", 2020, 20]]).problems
    assert (agree.rule, agree.what.split()[0]) == ("totals_agree", "3")


def test_a_total_of_a_county_is_compared_with_the_rows_of_that_county(tmp_path):
    rows = [["Tiranë", 2020, 5, "T"], ["Vlorë", 2020, 7, "V"], ["Vorë", 2020, 3, "T"], ["Gjithsej", 2020, 8, "T"]]
    assert told(take(tmp_path, rows, header=[*HEADER, "Qarku"], county="Qarku"), "WARN") == []


def test_a_total_that_is_the_mean_of_the_rows_is_taken_for_an_average_and_no_other_is(tmp_path):
    rows = [["Tiranë", 2020, 50.0], ["Vorë", 2020, 71.0]]
    taken = take(tmp_path, [*rows, ["Gjithsej", 2020, 60.5]])
    assert [(problem.severity, "average" in problem.do) for problem in taken.problems] == [("NOTE", True)]
    taken = take(tmp_path, [*rows, ["Gjithsej", 2020, 61.5]])
    assert [problem.rule for problem in told(taken, "WARN")] == ["total_differs_from_the_sum"]


def test_a_name_that_is_total_and_municipality_is_what_the_resolver_says(tmp_path):
    assert triples(take(tmp_path, [["Durrës", 2020, 5]])) == [("DR", 2020, 5.0)]


def test_a_municipality_and_a_county_total_of_one_name_stop_with_both_rows(tmp_path):
    taken = take(tmp_path, [["Durrës", 2020, 5], ["Durrës", 2020, 9]])
    (problem,) = told(taken)
    assert problem.cell == "C3"
    assert "cases is 9 here (Durrës), but 5 in C2 (Durrës)" in problem.what
    assert "total of the county" in problem.do
    assert balanced(taken)


def test_an_identical_repeat_is_warned_about_and_one_is_kept(tmp_path):
    taken = take(tmp_path, [["Tiranë", 2020, 5], ["Tiranë", 2020, 5], ["Vorë", 2020, None], ["Vorë", 2020, None]])
    repeats = [("WARN", "row 3", "told_twice"), ("WARN", "row 5", "told_twice")]
    assert [(p.severity, p.cell, p.rule) for p in taken.problems] == [*repeats, ("NOTE", "C4", "blank_cells")]
    assert taken.values["cell"].tolist() == ["C2", "C4"]
    assert taken.set_aside[["row", "reason"]].values.tolist() == [
        [3, "tells the same as another row"],
        [5, "tells the same as another row"],
    ]
    assert balanced(taken)


@pytest.mark.parametrize(("first", "second", "before"), [(None, 5, "not reported"), (5, None, "5")])
def test_a_figure_against_not_reported_is_a_contradiction(tmp_path, first, second, before):
    (problem,) = told(take(tmp_path, [["Tiranë", 2020, first], ["Tiranë", 2020, second]]))
    assert f"but {before} in C2" in problem.what


def test_a_condition_sets_the_other_rows_aside(tmp_path):
    header = [*HEADER, "Gjinia"]
    rows = [["Tiranë", 2020, 5, "F"], ["Tiranë", 2020, 8, "M"], ["Tiranë", 2020, 13, "Gjithsej"]]
    conditions = (
        Condition(variable="women", column="Gjinia", equals="F"),
        Condition(variable="men", column="Gjinia", equals="M"),
    )
    taken = take(tmp_path, rows, header=header, columns={"women": "Raste", "men": "Raste"}, only_where=conditions)
    assert taken.values[["variable", "value"]].values.tolist() == [["men", 8.0], ["women", 5.0]]
    reason = "condition not met: column Gjinia is none of 'F', 'M'"
    assert taken.set_aside[["row", "cell", "reason"]].values.tolist() == [[4, "", reason]]
    (note,) = [problem.what for problem in taken.problems if problem.rule == "condition_not_met"]
    assert note == f"Set aside, {reason}: 1 row"
    assert told(taken) == []
    assert balanced(taken)


def test_a_cell_set_aside_in_a_used_row_is_listed_with_its_address(tmp_path):
    header = [*HEADER, "Buxheti", "Lloji"]
    rows = [["Tiranë", 2020, 5, 100, "plan"], ["Tiranë", 2021, 5, 90, "fakt"]]
    condition = Condition(variable="budget", column="Lloji", equals="fakt")
    columns = {"cases": "Raste", "budget": "Buxheti"}
    taken = take(tmp_path, rows, header=header, columns=columns, only_where=(condition,))
    assert taken.set_aside[["row", "cell", "content"]].values.tolist() == [[2, "D2", "100"]]
    assert taken.counts["cells_set_aside"][0] == 1
    assert balanced(taken)


def test_two_sources_that_contradict_each_other_stop_with_both_addresses(tmp_path):
    (tmp_path / "a.csv").write_text("Bashkia;Viti;Raste\nTiranë;2020;5\nVorë;2020;1\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("Bashkia;Viti;Raste\nTiranë;2020;6\nVorë;2020;1\n", encoding="utf-8")
    taken = intake(tmp_path, [source("a.csv"), source("b.csv")], resolve, is_total, persons=PERSONS, letters=LETTERS)
    (problem,) = told(taken)
    assert (problem.file, problem.cell) == ("b.csv", "row 2, column Raste")
    assert "5 in a.csv, row 2, column Raste" in problem.what
    assert taken.counts["rows_used"].tolist() == [2, 0]
    assert balanced(taken)


def test_one_file_that_cannot_be_read_does_not_hide_the_others(tmp_path):
    (tmp_path / "a.csv").write_text("Bashkia;Viti;Raste\nTiranë;2020;-\n", encoding="utf-8")
    taken = intake(tmp_path, [source("no.csv"), source("a.csv")], resolve, is_total, persons=PERSONS, letters=LETTERS)
    assert [problem.file for problem in told(taken)] == ["no.csv", "a.csv"]
    assert taken.counts["file"].tolist() == ["no.csv", "a.csv"]


def test_no_source_gives_empty_tables_with_their_columns(tmp_path):
    taken = intake(tmp_path, [], resolve, is_total, persons=PERSONS, letters=LETTERS)
    assert taken.values.columns.tolist() == [
        *("code", "period", "variable", "value", "low", "high", "file", "sheet", "cell")
    ]


def test_every_problem_of_a_file_is_told_at_once(tmp_path):
    rows = [
        ["Vore", 2020, 5],
        ["Tiranë", "2018/19", 5],
        ["Tiranë", 2020, "-"],
        ["Durrës", 2020, 1],
        ["Durrës", 2020, 2],
    ]
    assert [problem.cell for problem in told(take(tmp_path, rows))] == ["A2", "B3", "C4", "C6"]


def test_stopping_lists_stops_and_questions_and_nothing_else():
    where = {"file": "a.xlsx", "sheet": "Raste", "cell": "C14", "municipality": "Tiranë", "year": "2020"}
    problems = [
        Problem(severity="STOP", what="'-' is not a number", do="Declare it", rule="not_a_number", **where),
        Problem(severity="ASK", file="b.xlsx", what="Two sheets", do="Say which", rule="which_sheet"),
        Problem(severity="WARN", file="c.xlsx", what="Told twice", rule="told_twice"),
    ]
    with pytest.raises(DataError) as caught:
        stop_if_needed(problems)
    assert str(caught.value).splitlines() == [
        "2 problems in the input must be settled first:",
        "STOP a.xlsx, sheet Raste, C14, Tiranë, 2020: '-' is not a number. Declare it.",
        "ASK b.xlsx: Two sheets. Say which.",
    ]


def test_warnings_and_notes_do_not_stop():
    stop_if_needed([Problem(severity="WARN", file="c.xlsx", what="Told twice", rule="told_twice")])
