"""Numbers in cells: marks decided by what a column shows, words for none, bounds, units, dates, plans."""

import datetime as dt
import math
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from country import LETTERS, PERSONS
from hypothesis import given, settings
from hypothesis import strategies as st

from lnbeval.errors import DataError, ParameterError
from lnbeval.intake import Source, intake
from lnbeval.intake.figures.marks import SYSTEMS, decided_marks, shapes
from lnbeval.intake.figures.numbers import Fault, number_rules, read_number, read_numbers
from lnbeval.reference import is_total, load_reference
from lnbeval.workspace.intake_stage import resolved
from lnbeval.workspace.number_words import number_words

ROOT = Path(__file__).parents[2]
REFERENCE = load_reference(ROOT / "data" / "reference")
WORDS = number_words(REFERENCE)
NAMES = ("Lushnjë", "Kavajë", "Pogradec", "Sarandë", "Kuçovë", "Patos")  # none is a county too
HEADER = ("Bashkia", "Viti", "Raste")


def source(file="a.xlsx", **changes):
    return Source(**{"file": file, "unit": "Bashkia", "period": "Viti", "columns": {"cases": "Raste"}, **changes})


def taken_from(folder, declared):
    return intake(
        folder,
        [declared],
        partial(resolved, REFERENCE),
        partial(is_total, REFERENCE),
        {},
        WORDS,
        persons=PERSONS,
        letters=LETTERS,
    )


def take_rows(folder, rows, header=HEADER, **changes):
    book = openpyxl.Workbook()
    book.active.title = "Raste"
    for row in [header, *rows]:
        book.active.append(row)
    book.save(folder / "a.xlsx")
    return taken_from(folder, source(**changes))


def take(folder, *cells, **changes):
    """Cells of one column, of six municipalities in 2015, then 2016 and so on."""
    rows = [(NAMES[at % 6], 2015 + at // 6, cell) for at, cell in enumerate(cells)]
    return take_rows(folder, rows, **changes)


def take_csv(folder, *cells, **changes):
    lines = ["Bashkia;Viti;Raste", *(f"{NAMES[at % 6]};{2015 + at // 6};{cell}" for at, cell in enumerate(cells))]
    (folder / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return taken_from(folder, source("a.csv", delimiter=";", **changes))


def told(taken, severity="STOP"):
    return [problem for problem in taken.problems if problem.severity == severity]


def the(taken, rule):
    (problem,) = [problem for problem in taken.problems if problem.rule == rule]
    return problem


def by_cell(taken):
    """The values of a workbook in the order of its rows, None for NaN."""
    rows = sorted(
        (int(cell[1:]), value) for cell, value in zip(taken.values["cell"], taken.values["value"], strict=True)
    )
    return [None if math.isnan(value) else value for _, value in rows]


def assert_balanced(taken):
    (counts,) = taken.counts.to_dict("records")
    parts = ("used", "missing", "bounded", "set_aside", "stopped")
    assert counts["cells_read"] == sum(counts[f"cells_{part}"] for part in parts)
    assert counts["rows_read"] == counts["rows_used"] + counts["rows_set_aside"]
    assert len(taken.values) == counts["cells_used"] + counts["cells_missing"] + counts["cells_bounded"]


@pytest.mark.parametrize(
    ("cells", "values", "named"),
    [
        (("12,5", "7,25", "3"), [12.5, 7.25, 3], "decimal comma: 2 cells"),
        (("12.5", "7.25", "3"), [12.5, 7.25, 3], "decimal point: 2 cells"),
        (("1.234", "12,5"), [1234, 12.5], "decimal comma: 1 cell"),
        (("1.234", "0.5"), [1.234, 0.5], "decimal point: 1 cell"),
        (("1.234", "0.123"), [1.234, 0.123], "decimal point: 1 cell"),
        (("1.234", "1234.567"), [1.234, 1234.567], "decimal point: 1 cell"),
        (("1.234", "1.234.567"), [1234, 1234567], "point between thousands: 1 cell"),
        (("1,234", "1,234,567"), [1234, 1234567], "comma between thousands: 1 cell"),
        (("1,234", "1,234.5"), [1234, 1234.5], "comma between thousands and decimal point: 1 cell"),
        (("1 234", "999"), [1234, 999], "space between thousands: 1 cell"),
        (("1\u00a0234", "2\u202f345\u2009678"), [1234, 2345678], "space between thousands: 2 cells"),
        (("1 234,5", "2,123"), [1234.5, 2.123], "space between thousands and decimal comma: 1 cell"),
        (("-1.234,5", "+2.000"), [-1234.5, 2000], "point between thousands and decimal comma: 1 cell"),
    ],
)
def test_x20_marks_are_decided_for_the_column_by_cells_that_can_be_read_one_way_only(tmp_path, cells, values, named):
    taken = take(tmp_path, *cells)
    assert by_cell(taken) == values
    note = the(taken, "marks_decided")
    assert (note.severity, note.subject) == ("NOTE", "Raste")
    assert named in note.what
    assert told(taken) == []
    assert taken.repaired["as_written"].tolist() == [cell.replace("\u00a0", "\u00a0") for cell in cells]
    assert_balanced(taken)


def test_x20_cells_that_follow_the_decision_are_counted_in_the_note(tmp_path):
    note = the(take(tmp_path, "12.5", "1.234", "2.345", 7), "marks_decided")
    assert "'12.5' in C2" in note.what
    assert "2 more that could be read both ways" in note.what


def test_x20_a_csv_column_is_decided_in_the_same_way(tmp_path):
    taken = take_csv(tmp_path, "1.234,50", "2.345")
    assert sorted(taken.values["value"]) == [1234.5, 2345]
    assert "'1.234,50' in row 2;" in the(taken, "marks_decided").what


@pytest.mark.parametrize(
    "cells", [("1.234",), ("1.234", "2.345", "999"), ("1,234", 5), ("1,234", "1.234"), ("≈1.234",)]
)
def test_x20_one_mark_before_three_digits_is_ambiguous_and_stops(tmp_path, cells):
    taken = take(tmp_path, *cells)
    (problem,) = told(taken)
    assert (problem.rule, problem.subject) == ("ambiguous_marks", "Raste")
    assert problem.cell.startswith("C2")
    assert f"'{cells[0]}' in C2" in problem.what
    assert "both ways" in problem.what
    assert "`decimal` and `thousands`" in problem.do
    assert taken.counts["cells_stopped"][0] + taken.counts["rows_set_aside"][0] >= 1
    assert not {1234, 1.234} & set(taken.values["value"])
    assert_balanced(taken)


def test_x20_a_column_of_two_systems_stops_with_cells_of_both(tmp_path):
    taken = take(tmp_path, "12,5", "12.5", "3.75", 8)
    (problem,) = told(taken)
    assert problem.rule == "mixed_marks"
    assert problem.cell == "C2:C4"
    assert "decimal comma: 1 cell such as '12,5' in C2" in problem.what
    assert "decimal point: 2 cells such as '12.5' in C3" in problem.what
    assert taken.values["value"].tolist() == [8]
    assert_balanced(taken)


def test_x20_columns_are_decided_one_by_one(tmp_path):
    header, columns = (*HEADER, "Buxheti"), {"cases": "Raste", "budget": "Buxheti"}
    taken = take_rows(tmp_path, [("Lushnjë", 2015, "12,5", "12.5")], header, columns=columns)
    assert taken.values["value"].tolist() == [12.5, 12.5]
    assert {problem.subject for problem in told(taken, "NOTE")} == {"Raste", "Buxheti"}


def test_x20_a_total_row_is_evidence_too(tmp_path):
    rows = [("Lushnjë", 2015, "600.000"), ("Kavajë", 2015, "634.567"), ("Gjithsej", 2015, "1.234.567")]
    taken = take_rows(tmp_path, rows)
    assert by_cell(taken) == [600000, 634567]
    assert told(taken) == told(taken, "WARN") == []


def test_x20_a_year_that_leaves_it_open_is_read_like_the_other_years_of_the_variable(tmp_path):
    header, columns = ("Bashkia", "Raste 2019", "Raste 2020"), {"cases": "Raste {year}"}
    taken = take_rows(tmp_path, [("Lushnjë", "1.234", "12,5")], header, period=None, columns=columns)
    assert taken.values["value"].tolist() == [1234, 12.5]
    assert "like the other years" in next(one.what for one in told(taken, "NOTE") if one.subject == "Raste 2019")
    taken = take_rows(tmp_path, [("Lushnjë", "1.234", "1234")], header, period=None, columns=columns)
    assert [(problem.rule, problem.subject) for problem in told(taken)] == [("ambiguous_marks", "Raste 2019")]


def test_x20_and_x22_the_check_command_tells_marks_and_words(small_workspace):
    from conftest import run_lnbeval

    elections = small_workspace / "data" / "raw" / "turnout" / "elections.csv"
    parameters = small_workspace / "params" / "turnout.yaml"
    parameters.write_text(parameters.read_text("utf-8").replace('      decimal: "."\n', ""), "utf-8")
    clean = elections.read_text("utf-8")
    assert clean.count(",59.699,") == 1
    elections.write_text(clean.replace(",59.699,", ",n/a,"), "utf-8")
    ended = run_lnbeval(small_workspace, "check", "turnout")
    assert ended.returncode == 0
    assert "WARN elections.csv, row 2, column turnout_pct: 1 cell is read as missing by the word in it" in ended.stdout
    elections.write_text(clean.replace(",59.699,", ',"59,69",'), "utf-8")
    ended = run_lnbeval(small_workspace, "check", "turnout")
    assert ended.returncode == 3
    assert "decimal comma: 1 cell such as '59,69' in row 2" in ended.stdout


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ({"decimal": "."}, 1.234),
        ({"decimal": ","}, 1234),
        ({"thousands": "."}, 1234),
        ({"thousands": ""}, 1.234),
        ({"thousands": " "}, 1.234),
        ({"decimal": ",", "thousands": "."}, 1234),
    ],
)
def test_x20_a_declaration_wins(tmp_path, declared, value):
    assert by_cell(take(tmp_path, "1.234", **declared)) == [value]


def test_x20_what_contradicts_a_full_declaration_stops_with_its_address(tmp_path):
    (problem,) = told(take(tmp_path, "12.5", "12,5", decimal=".", thousands=""))
    assert (problem.cell, problem.municipality) == ("C3", "Kavajë")
    assert "decimal comma" in problem.what


def test_x20_a_text_that_is_a_number_in_no_system_is_no_evidence_and_stops_by_itself(tmp_path):
    taken = take(tmp_path, "1.2.3", "12,5")
    assert [problem.cell for problem in told(taken)] == ["C2"]
    assert by_cell(taken) == [12.5]


def test_x21_a_date_in_a_number_column_stops_with_its_address(tmp_path):
    taken = take(tmp_path, dt.datetime(2020, 3, 12), 5)  # noqa: DTZ001 - a spreadsheet knows no time zone
    (problem,) = told(taken)
    assert (problem.cell, problem.municipality, problem.year) == ("C2", "Lushnjë", "2015")
    assert "date" in problem.what
    assert by_cell(taken) == [5]
    assert_balanced(taken)


@pytest.mark.parametrize("text", ["12-Mar", "12-mars", "Mar-12", "3.shkurt"])
def test_x21_a_date_written_as_text_is_no_number(tmp_path, text):
    (problem,) = told(take_csv(tmp_path, text, "5"))
    assert problem.cell == "row 2, column Raste"
    assert "looks like a date" in problem.what


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("(13)", "number_in_brackets"), ("(2 608)", "number_in_brackets"), ("(1.307,5)", "number_in_brackets"),
        ("1'307", "apostrophes"), ("12’500.5", "apostrophes"), ("(a)", "not_a_number"), ("1'30", "not_a_number"),
        ("93773-", "minus_behind"), ("1.307 −", "minus_behind"),
    ],
)  # fmt: skip
def test_x20_numbers_in_brackets_or_with_apostrophes_are_called_so_and_no_word_for_missing(tmp_path, text, rule):
    (problem,) = told(take(tmp_path, text, 5))
    assert (problem.rule, problem.cell) == (rule, "C2")
    assert ("under `missing`" in problem.do) == (rule == "not_a_number")


@pytest.mark.parametrize("year", [43831, 43831.0, "43831"])
def test_x21_a_day_stored_as_a_number_in_the_year_column_is_named(tmp_path, year):
    taken = take_rows(tmp_path, [("Lushnjë", year, 5), ("Kavajë", 2020, 6)])
    (problem,) = told(taken)
    assert problem.cell == "B2"
    assert "2020-01-01" in problem.what
    assert "2020" in problem.do
    assert taken.values["value"].tolist() == [6]
    assert_balanced(taken)


def test_x21_a_mistyped_year_is_not_called_a_day(tmp_path):
    (problem,) = told(take_rows(tmp_path, [("Lushnjë", 20119, 5)]))
    assert "'20119' is not a year" in problem.what
    assert "day" not in problem.what


def test_x22_words_for_not_reported_are_read_by_a_published_table(tmp_path):
    words = ["n/a", "N/A", "..", "…", "-", "–", "x", ":", "s'ka të dhëna", "S’KA TE DHENA", "nuk ka të dhëna"]
    words += ["pa të dhëna", "mungon", "konfidenciale", "c", "[c]", "na", "NA", "null", " -  "]
    taken = take(tmp_path, 7, *words)
    warning = the(taken, "missing_words")
    assert warning.severity == "WARN"
    assert warning.cell == f"C3:C{len(words) + 2}"
    assert f"{len(words)} cells are read as missing by the word in them" in warning.what
    assert by_cell(taken) == [7] + [None] * len(words)
    assert taken.counts["cells_missing"][0] == len(words)
    assert told(taken) == []
    assert_balanced(taken)


def test_x22_the_warning_lists_each_word_with_its_meaning_and_cells(tmp_path):
    warning = the(take(tmp_path, "n/a", 5, "n/a", "konfidenciale"), "missing_words")
    assert "'n/a' (not reported) in C2, C4" in warning.what
    assert "'konfidenciale' (suppressed) in C5" in warning.what


def test_x22_blank_cells_and_declared_words_are_missing_without_a_warning(tmp_path):
    taken = take(tmp_path, None, " ", "-", "asnjë", missing=("-", "asnjë"))
    assert by_cell(taken) == [None] * 4
    assert [problem for problem in taken.problems if problem.severity != "NOTE"] == []


def test_x22_a_dash_is_zero_only_where_the_source_says_so(tmp_path):
    assert by_cell(take(tmp_path, "-", 5)) == [None, 5]
    taken = take(tmp_path, "-", 5, zero=("-",))
    assert by_cell(taken) == [0, 5]
    assert taken.problems == ()
    assert taken.repaired[["as_written", "value"]].values.tolist() == [["-", 0]]


def test_x22_a_word_cannot_be_missing_and_zero():
    with pytest.raises(ParameterError, match="both hold -"):
        source(missing=("-",), zero=("-",))


@pytest.mark.parametrize("word", ["asnjë", "nil", "nuk ka"])
def test_x22_a_word_that_may_mean_zero_stops(tmp_path, word):
    (problem,) = told(take(tmp_path, word, 5))
    assert problem.cell == "C2"
    assert word in problem.what
    assert "`missing`" in problem.do
    assert "`zero`" in problem.do


@pytest.mark.parametrize("word", ["shih shënimin", "12 mijë", "12 mijë lekë", "150 dele", "12,5 %", "a5", "5a"])
def test_x22_an_unknown_word_stops(tmp_path, word):
    taken = take(tmp_path, word, 5)
    (problem,) = told(taken)
    assert (problem.cell, word in problem.what) == ("C2", True)
    assert by_cell(taken) == [5]
    assert_balanced(taken)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("<5", 0, 4),
        ("< 5", 0, 4),
        ("≤4", 0, 4),
        ("<=4", 0, 4),
        ("më pak se 5", 0, 4),
        ("deri në 5", 0, 5),
        (">5", 6, math.inf),
        ("≥ 5", 5, math.inf),
        ("more than 5", 6, math.inf),
        ("Më shumë se 1 000", 1001, math.inf),
        ("5-10", 5, 10),
        ("5–10", 5, 10),
        ("5 - 10", 5, 10),
        ("5 deri 10", 5, 10),
        ("<5 persona", 0, 4),
    ],
)
def test_x22_a_bound_is_kept_as_bounds_and_never_becomes_a_number(tmp_path, text, low, high):
    taken = take(tmp_path, text, 7)
    first, second = taken.values.sort_values("cell").to_dict("records")
    assert math.isnan(first["value"])
    assert (first["low"], first["high"]) == (low, high)
    assert (second["value"], math.isnan(second["low"]), math.isnan(second["high"])) == (7, True, True)
    warning = the(taken, "bounded_values")
    assert (warning.severity, warning.cell) == ("WARN", "C2")
    assert f"'{text}' in C2" in warning.what
    assert (taken.counts["cells_bounded"][0], taken.counts["cells_missing"][0]) == (1, 0)
    assert told(taken) == []
    assert_balanced(taken)


def test_x22_bounds_of_figures_with_decimals_are_not_moved_by_one(tmp_path):
    taken = take(tmp_path, "<5", 2.5)
    assert taken.values.sort_values("cell")[["low", "high"]].values.tolist()[0] == [0, 5]


def test_x22_a_bound_in_a_column_with_negative_numbers_has_no_lower_end(tmp_path):
    taken = take(tmp_path, "<5", -2)
    assert taken.values.sort_values("cell")["low"].tolist()[0] == -math.inf


def test_x22_a_range_that_runs_backwards_stops(tmp_path):
    (problem,) = told(take(tmp_path, "10-5"))
    assert (problem.cell, "'10-5'" in problem.what) == ("C2", True)


def test_x22_a_declared_bound_is_missing(tmp_path):
    taken = take(tmp_path, "<5", missing=("<5",))
    assert by_cell(taken) == [None]
    assert [(problem.severity, problem.rule) for problem in taken.problems] == [("NOTE", "declared_missing")]


def test_x22_a_bound_told_twice_is_a_repeat_and_against_a_blank_a_contradiction(tmp_path):
    repeat = take_rows(tmp_path, [("Lushnjë", 2015, "<5"), ("Lushnjë", 2015, "<5")])
    assert told(repeat) == []
    assert_balanced(repeat)
    (problem,) = told(take_rows(tmp_path, [("Lushnjë", 2015, "<5"), ("Lushnjë", 2015, None)]))
    assert "not reported here" in problem.what
    assert "between 0 and 4 in C2" in problem.what


def test_x22_a_total_is_not_compared_with_bounded_rows(tmp_path):
    taken = take_rows(tmp_path, [("Lushnjë", 2015, "<5"), ("Kavajë", 2015, 7), ("Gjithsej", 2015, 10)])
    assert sorted(problem.rule for problem in taken.problems) == ["bounded_values", "total_not_compared"]


@pytest.mark.parametrize("text", ["≈150", "~150", "rreth 150", "Rreth  150", "ca. 150", "afërsisht 150"])
def test_x22_an_approximate_number_is_used_with_a_warning(tmp_path, text):
    taken = take(tmp_path, text, 7)
    assert by_cell(taken) == [150, 7]
    warning = the(taken, "approximate_numbers")
    assert (warning.severity, warning.cell) == ("WARN", "C2")
    assert "1 cell is approximate by its own words" in warning.what
    assert taken.repaired[["cell", "as_written", "value"]].values.tolist() == [["C2", text, 150]]
    assert_balanced(taken)
    several = the(take(tmp_path, text, text), "approximate_numbers")
    assert "2 cells are approximate by their own words" in several.what


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12 persona", 12),
        ("15 fëmijë", 15),
        ("15 femije", 15),
        ("150 lekë", 150),
        ("1 234 lekë", 1234),
        ("12persona", 12),
    ],
)
def test_x22_a_unit_word_behind_a_number_is_told_and_left_out(tmp_path, text, value):
    taken = take(tmp_path, text)
    assert by_cell(taken) == [value]
    warning = the(taken, "unit_words")
    assert (warning.severity, warning.cell) == ("WARN", "C2")
    assert text.lstrip("0123456789 ") in warning.what
    assert taken.repaired[["cell", "as_written", "value"]].values.tolist() == [["C2", text, value]]
    assert told(taken) == []


def test_x22_different_units_in_one_column_stop(tmp_path):
    taken = take(tmp_path, "150 lekë", "2 euro", 7)
    assert [problem.cell for problem in told(taken)] == ["C2", "C3"]
    assert "ALL and EUR" in told(taken)[0].what
    assert by_cell(taken) == [7]
    assert_balanced(taken)


def test_x22_numbers_stored_as_text_are_read_and_listed(tmp_path):
    taken = take(tmp_path, "150", " 7 ", 8)
    assert by_cell(taken) == [150, 7, 8]
    assert taken.repaired["as_written"].tolist() == ["150", " 7 "]


YEARS = (2018, 2019, 2020)


def across_years(folder, cells_of):
    """What is told of a table with years across columns, its cells from the name's place and the year."""
    rows = [(name, *(cells_of(at, year) for year in YEARS)) for at, name in enumerate(NAMES)]
    declared = {"period": None, "columns": {"cases": "{year}"}}
    taken = take_rows(folder, rows, header=("Bashkia", *YEARS), **declared)
    return taken, [problem for problem in taken.problems if problem.rule not in {"rows_above", "not_declared"}]


def test_x20_what_is_the_same_in_all_columns_of_years_is_told_once_with_all_places(tmp_path):
    taken, problems = across_years(tmp_path, lambda at, _: f"{at},5" if at else "..")
    assert [problem.rule for problem in problems] == ["marks_decided", "missing_words"]
    marks, words = problems
    assert marks.what.endswith("; the same of 2 more columns: '2019', '2020'")
    assert words.cell == "B2, C2, D2"
    assert taken.values["value"].notna().sum() == 3 * (len(NAMES) - 1)


def test_x22_words_that_differ_between_years_are_told_each(tmp_path):
    _, problems = across_years(tmp_path, lambda at, year: at or (".." if year == 2019 else "mungon"))
    assert [problem.cell for problem in problems if problem.rule == "missing_words"] == ["B2, D2", "C2"]


def test_x14_averages_in_total_rows_are_told_once(tmp_path):
    figures = dict(zip((*NAMES, "Gjithsej"), (10, 11, 12, 13, 14, 15, 12.5), strict=True))
    rows = [(name, year, figure) for year in YEARS for name, figure in figures.items()]
    (told,) = [one for one in take_rows(tmp_path, rows).problems if one.rule == "total_like_an_average"]
    assert (told.severity, told.year) == ("NOTE", "2018-2020")
    assert told.cell == "C8, C15, C22"
    assert told.what.endswith("; the same of 2 more totals: Gjithsej 2019, Gjithsej 2020")


@pytest.mark.parametrize("cell", ["-0", "-0,0", -0.0])
def test_x22_minus_zero_is_zero(tmp_path, cell):
    value = take(tmp_path, cell, "1,5").values["value"].min()
    assert math.copysign(1, value) == 1.0
    assert value == 0


@pytest.mark.parametrize("mark", ["*", " **", "†", "¹", "²"])
def test_x22_the_mark_of_a_footnote_is_told_and_left_out(tmp_path, mark):
    taken = take(tmp_path, f"1.314,5{mark}", "12,25", 7)
    assert sorted(taken.values["value"]) == [7, 12.25, 1314.5]
    warning = the(taken, "marked_numbers")
    assert (warning.severity, warning.cell) == ("WARN", "C2")
    assert f"'{mark.strip()}' in C2" in warning.what


def test_x22_a_table_of_words_with_two_meanings_is_refused():
    from dataclasses import replace

    table = REFERENCE.missing_words
    doubled = table.iloc[[0, 0]].assign(meaning=["not_reported", "stop"])
    with pytest.raises(DataError, match="n/a"):
        number_words(replace(REFERENCE, missing_words=doubled))
    with pytest.raises(DataError, match="maybe"):
        number_words(replace(REFERENCE, missing_words=table.assign(meaning="maybe")))


PLANNED = ("Bashkia", "Viti", "Shpenzime të planifikuara", "Shpenzime faktike")


@pytest.mark.parametrize(("declared", "other", "kind"), [(2, 3, "planned"), (3, 2, "actual")])
def test_a_planned_figure_beside_an_actual_one_is_warned_about(tmp_path, declared, other, kind):
    taken = take_rows(tmp_path, [("Lushnjë", 2015, 10, 8)], PLANNED, columns={"spending": PLANNED[declared]})
    (warning,) = told(taken, "WARN")
    assert warning.rule == "planned_or_actual"
    assert warning.cell == ("C1" if declared == 2 else "D1")
    assert f"'{PLANNED[declared]}', which holds {kind} figures" in warning.what
    assert f"'{PLANNED[other]}'" in warning.what
    assert taken.values["value"].tolist() == [10 if declared == 2 else 8]


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (PLANNED, {"planned": PLANNED[2], "actual": PLANNED[3]}),
        (("Bashkia", "Viti", "Plani i veprimit", "Raste"), {"planned": "Plani i veprimit"}),
    ],
)
def test_a_plan_without_an_undeclared_counterpart_is_not_warned_about(tmp_path, header, columns):
    assert told(take_rows(tmp_path, [("Lushnjë", 2015, 10, 8)], header, columns=columns), "WARN") == []


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (("Bashkia", "Viti", "Shpenzime të planifikuara", "Raste faktike"), {"planned": PLANNED[2]}),
        (("Bashkia", "Viti", "Plan 2019", "Fakt 2020"), {"planned": "Plan 2019"}),
    ],
)
def test_a_plan_beside_actual_figures_of_another_thing_stands_alone(tmp_path, header, columns):
    (warning,) = told(take_rows(tmp_path, [("Lushnjë", 2015, 10, 8)], header, columns=columns), "WARN")
    assert (warning.rule, warning.subject) == ("planned_alone", "planned")


MARKS = st.sampled_from([(".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " "), (",", "\u00a0")])
FIGURES = st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(0, 4)), min_size=1, max_size=12)


def as_text(digits, places, marks):
    decimal, thousands = marks
    whole, fraction = divmod(abs(digits), 10**places)
    grouped = f"{whole:,}".replace(",", thousands)
    return ("-" if digits < 0 else "") + grouped + (f"{decimal}{fraction:0{places}}" if places else "")


def column_of(texts, **changes):
    declared = source(**changes)
    decision = decided_marks(shapes([text.replace("\u00a0", " ") for text in texts]), declared)
    return decision, number_rules(declared, decision.marks, WORDS, decision.unsettled)


@settings(max_examples=400, deadline=None)
@given(FIGURES, MARKS)
def test_a_column_in_one_system_is_read_exactly_or_stopped(figures, marks):
    texts = [as_text(digits, places, marks) for digits, places in figures]
    _, rules = column_of(texts)
    column = read_numbers(texts, rules)
    for at, (digits, places) in enumerate(figures):
        exact = float(f"{digits}e-{places}")
        assert at in column.faults or column.values[at] == exact


@settings(max_examples=200, deadline=None)
@given(FIGURES, st.sampled_from(SYSTEMS))
def test_a_column_in_the_declared_system_is_read_exactly(figures, marks):
    texts = [as_text(digits, places, marks) for digits, places in figures]
    _, rules = column_of(texts, decimal=marks[0], thousands=marks[1])
    assert read_numbers(texts, rules).values == [float(f"{digits}e-{places}") for digits, places in figures]


@settings(max_examples=25, deadline=None)
@given(FIGURES, MARKS, st.booleans())
def test_a_file_in_one_system_is_read_exactly_or_stopped(figures, marks, as_csv):
    texts = [as_text(digits, places, marks) for digits, places in figures]
    with tempfile.TemporaryDirectory() as folder:
        taken = (take_csv if as_csv else take)(Path(folder), *texts)
    assert_balanced(taken)
    exact = {(NAMES[at % 6], 2015 + at // 6): float(f"{d}e-{p}") for at, (d, p) in enumerate(figures)}
    names = REFERENCE.municipalities["name"]
    for code, period, value in zip(*(taken.values[name] for name in ("code", "period", "value")), strict=True):
        assert value == exact[names[code], period]
    if not told(taken):
        assert len(taken.values) == len(figures)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789.,  -–<>≤≈~+eE%xnarethdëlkpso/", max_size=14))
def test_any_text_is_a_number_that_its_digits_spell_or_none(text):
    _, rules = column_of([text], decimal=".", thousands="")
    read = read_number(text, rules)
    if isinstance(read, Fault):
        assert read.what
        return
    value = read if isinstance(read, float) else read.value
    if not math.isnan(value):
        numeral = "".join(letter for letter in text.replace("\u2009", " ") if letter in "0123456789.-+eE").strip("e")
        assert any(value == float(part) for part in _spelled(numeral))


def _spelled(numeral):
    for start in range(len(numeral)):
        for end in range(len(numeral), start, -1):
            try:
                yield_value = float(numeral[start:end])
            except ValueError:
                continue
            yield yield_value


@pytest.mark.parametrize("pattern", ["{:.4f}", "{:,.2f}", "{:d}"])
def test_many_clean_cells_are_read_without_a_fault(pattern):
    numbers = [at * 7919 % 1_000_003 for at in range(10**5)]
    numbers = numbers if pattern == "{:d}" else [number / 7 for number in numbers]
    texts = [pattern.format(number) for number in numbers]
    _, rules = column_of(texts)
    column = read_numbers(texts, rules)
    assert column.faults == {}
    np.testing.assert_allclose(column.values, numbers, atol=0.005)
