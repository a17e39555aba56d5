"""Rows cut into parts: totals among them, parts written in several ways, bounds, parts that are not there, years across columns."""

import math
from functools import partial
from itertools import product
from pathlib import Path

import openpyxl
import pytest
from country import LETTERS, PERSONS

from lnbeval.intake import Condition, Source, intake
from lnbeval.intake.large import digest, numbers
from lnbeval.intake.source import Aggregate
from lnbeval.reference import is_total, load_reference
from lnbeval.workspace.header_table import reference_headers
from lnbeval.workspace.intake_stage import resolved
from lnbeval.workspace.number_words import number_words
from lnbeval.workspace.registered import registered_facts

REFERENCE = load_reference(Path(__file__).resolve().parents[2] / "data" / "reference")
CODES = {"Tiranë": "AL224", "Durrës": "AL121", "Has": "AL131"}
HEADER = ("Bashkia", "Viti", "Muaji", "Gjinia", "Raste")
YEARS, MONTHS = (2019, 2020), range(1, 13)
SUMS = {"Tiranë": 61, "Durrës": 41, "Has": 21}  # of women and men, in each month


def rows_of(sexes="FM", months=MONTHS):
    """Rows of months and sexes: Tiranë has 30 in each, Durrës 20, Has 10; men one more than women, any other three more."""
    size = {"Tiranë": 30, "Durrës": 20, "Has": 10}
    more = {"F": 0, "M": 1}
    return [
        [name, year, month, sex, size[name] + more.get(sex, 3)]
        for year, month, sex, name in product(YEARS, months, sexes, CODES)
    ]


def with_sums(rows, word):
    """The rows with one more for each municipality, year and month, that holds the sum over the sexes."""
    sums = {}
    for name, year, month, _, cases in rows:
        sums[name, year, month] = sums.get((name, year, month), 0) + cases
    return [*rows, *([name, year, month, word, cases] for (name, year, month), cases in sums.items())]


def source(**changes):
    declared = {"file": "a.csv", "unit": "Bashkia", "period": "Viti", "columns": {"cases": "Raste"}}
    over = changes.pop("over", ("Muaji", "Gjinia"))
    return Source(**{**declared, "aggregate": Aggregate(by=changes.pop("by", "sum"), over=over), **changes})


def taken(folder, rows, header=HEADER, answered=None, **changes):
    lines = [";".join("" if cell is None else str(cell) for cell in row) for row in (header, *rows)]
    (folder / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return take(folder, source(**changes), answered)


def take(folder, declared, answered=None):
    read = intake(
        folder,
        [declared],
        partial(resolved, REFERENCE),
        partial(is_total, REFERENCE),
        answered or {},
        number_words(REFERENCE),
        reference_headers(REFERENCE),
        registered=registered_facts(REFERENCE),
        persons=PERSONS,
        letters=LETTERS,
    )
    (counts,) = read.counts.to_dict("records")
    assert counts["rows_read"] == counts["rows_used"] + counts["rows_set_aside"]
    return read


def figures(read, variable="cases"):
    own = read.values[read.values["variable"] == variable]
    return {(row.code, row.period): row.value for row in own.itertuples()}


def ends(read, name, year):
    own = read.values[(read.values["code"] == CODES[name]) & (read.values["period"] == year)]
    return own["value"].isna().item(), own["low"].item(), own["high"].item()


def rules(read, *severities):
    return [problem.rule for problem in read.problems if problem.severity in severities]


def only(read, rule):
    (problem,) = [problem for problem in read.problems if problem.rule == rule]
    return problem


# Totals among the parts


@pytest.mark.parametrize("word", ["Gjithsej", "TOTALI"])
def test_x46_a_part_that_is_a_total_by_its_word_is_set_aside_with_a_note(tmp_path, word):
    read = taken(tmp_path, with_sums(rows_of(), word))
    assert figures(read) == figures(taken(tmp_path, rows_of()))
    assert rules(read, "STOP", "ASK", "WARN") == []
    assert f"'{word}' in 'Gjinia'" in only(read, "part_totals").what


def test_x46_a_part_that_is_the_sum_of_the_others_is_asked_about_and_counted_once_or_twice_as_answered(tmp_path):
    rows = with_sums(rows_of(), "T")
    question = only(taken(tmp_path, rows), "part_like_a_total")
    assert (question.severity, question.options) == ("ASK", ("total", "part"))
    assert question.subject == "Gjinia T"
    assert "6 of 6 municipality-years" in question.what
    once = taken(tmp_path, rows, answered={question.name: "total"})
    assert figures(once) == figures(taken(tmp_path, rows_of()))
    assert once.set_aside["reason"].tolist() == ["total over the parts"] * once.counts["rows_set_aside"].item()
    twice = taken(tmp_path, rows, answered={question.name: "part"})
    assert figures(twice) == {key: 2 * value for key, value in figures(once).items()}


def test_x46_parts_that_are_no_sum_of_the_others_are_not_asked_about(tmp_path):
    assert rules(taken(tmp_path, rows_of("FMX")), "STOP", "ASK", "WARN") == []


@pytest.mark.parametrize("word", ["nga të cilët Gra", "of which women", "(nga të cilat) vajza"])
def test_x46_a_part_of_another_part_is_set_aside_by_its_word(tmp_path, word):
    rows = [*rows_of(), *([*row[:3], word, 3] for row in rows_of("F"))]
    read = taken(tmp_path, rows)
    assert figures(read) == figures(taken(tmp_path, rows_of()))
    assert rules(read, "STOP", "ASK", "WARN") == []
    assert only(read, "parts_of_parts").severity == "NOTE"
    assert read.set_aside["reason"].tolist() == ["part of another part"] * len(rows_of("F"))


def test_x46_a_column_that_says_total_in_every_row_is_all_there_is(tmp_path):
    read = taken(tmp_path, [[*row[:3], "Gjithsej", row[4]] for row in rows_of("F")])
    assert figures(read) == figures(taken(tmp_path, rows_of("F")))
    assert rules(read, "STOP", "ASK", "WARN") == []


def test_x46_a_year_with_totals_over_the_parts_alone_is_told(tmp_path):
    rows = with_sums(rows_of(), "Gjithsej")
    rows = [row for row in rows if row[:2] != ["Has", 2020] or row[3] == "Gjithsej"]
    assert "Has 2020" in only(taken(tmp_path, rows), "part_totals_alone").what


# One part written in several ways


@pytest.mark.parametrize("other", ["f", "Femra", "FEMRA", " F "])
def test_x46_a_part_written_otherwise_is_the_same_part(tmp_path, other):
    rows = rows_of()
    rows[0][3] = other
    read = taken(tmp_path, rows)
    assert figures(read) == figures(taken(tmp_path, rows_of()))
    assert rules(read, "STOP", "ASK", "WARN") == []
    assert ("parts_alike" in rules(read, "NOTE")) == (other.strip() != "F")
    again = taken(tmp_path, [*rows_of(), [*rows_of()[0][:3], other, 77]])
    assert rules(again, "STOP") == ["told_twice_differently"]


@pytest.mark.parametrize("months", [("01", "1"), ("Janar", "1"), ("January", "01"), ("JANARI", "Janar"), ("Jan.", "I")])
def test_x46_months_written_otherwise_are_the_same_month(tmp_path, months):
    rows = [[*row[:2], months[row[1] % 2] if row[2] == 1 else row[2], *row[3:]] for row in rows_of()]
    read = taken(tmp_path, rows)
    assert rules(read, "STOP", "ASK", "WARN") == []
    again = taken(tmp_path, [*rows, [*rows[0][:2], months[0], *rows[0][3:]]])
    assert rules(again, "WARN") == ["told_twice"]


def test_x46_months_without_the_marks_on_their_letters_are_the_same_month(tmp_path):
    rows = [[*row[:2], "Nentor" if row[1] == 2019 else "Nëntor", *row[3:]] for row in rows_of(months=[11])]
    read = taken(tmp_path, rows)
    assert rules(read, "STOP", "ASK", "WARN") == []
    assert "'Nentor' = 'Nëntor'" in only(read, "parts_alike").what


def test_x46_codes_of_groups_that_differ_by_a_zero_stay_two_groups(tmp_path):
    header = ("Bashkia", "Viti", "Grupi", "Gjinia", "Raste")
    rows = rows_of(months=["1", "01"])
    read = taken(tmp_path, rows, header, over=("Grupi", "Gjinia"))
    assert rules(read, "STOP", "ASK", "WARN") == []
    assert figures(read)[CODES["Has"], 2019] == 2 * (10 + 11)


def test_x46_quarters_written_in_several_ways_are_four(tmp_path):
    header = ("Bashkia", "Viti", "Tremujori", "Gjinia", "Raste")
    words = {2019: ("TR1", "TR2", "TR3", "TR4"), 2020: ("I", "II", "III", "Tremujori IV")}
    rows = [[*row[:2], words[row[1]][row[2] - 1], *row[3:]] for row in rows_of(months=range(1, 5))]
    read = taken(tmp_path, rows, header, over=("Tremujori", "Gjinia"))
    assert rules(read, "STOP", "ASK", "WARN") == []


# Bounds


@pytest.mark.parametrize("by", ["sum", "mean"])
def test_x23_a_sum_with_a_bound_among_its_parts_is_bounded_itself(tmp_path, by):
    rows = rows_of()
    at = rows.index(["Has", 2020, 7, "M", 11])
    rows[at][4] = "<12"
    read = taken(tmp_path, rows, by=by)
    whole = 21 * 12 - 11
    low, high = (whole, whole + 11) if by == "sum" else (whole / 24, (whole + 11) / 24)
    assert ends(read, "Has", 2020) == (True, pytest.approx(low), pytest.approx(high))
    assert figures(read)[CODES["Has"], 2019] == pytest.approx(21 * 12 if by == "sum" else 10.5)
    assert "Has 2020" in only(read, "bounded_sums").what
    assert read.counts["cells_bounded"].tolist() == [1]


def test_x23_a_sum_with_a_part_that_has_no_upper_end_has_none(tmp_path):
    rows = rows_of()
    rows[rows.index(["Has", 2020, 7, "M", 11])][4] = ">100"
    assert ends(taken(tmp_path, rows), "Has", 2020) == (True, 21 * 12 - 11 + 101, math.inf)


def test_x23_a_bound_beside_a_part_that_is_not_reported_leaves_nothing_known(tmp_path):
    rows = rows_of()
    rows[rows.index(["Has", 2020, 7, "M", 11])][4] = "<5"
    rows[rows.index(["Has", 2020, 8, "M", 11])][4] = ""
    unknown, low, high = ends(taken(tmp_path, rows), "Has", 2020)
    assert unknown
    assert math.isnan(low)
    assert math.isnan(high)


def test_x23_two_bounds_of_one_part_that_differ_contradict_each_other(tmp_path):
    rows = [*rows_of(), ["Has", 2020, 7, "M", "<9"]]
    rows[rows.index(["Has", 2020, 7, "M", 11])][4] = "<5"
    assert "between 0 and 8 here, but between 0 and 4" in only(taken(tmp_path, rows), "told_twice_differently").what


def test_x09_cells_judged_by_themselves_and_by_their_forms_give_the_same_sums(tmp_path, monkeypatch):
    rows = rows_of()
    for at, text in ((0, "<5"), (7, "5-9"), (11, "1 200"), (20, ""), (33, "≈14"), (70, "<5"), (71, "n/a")):
        rows[at][4] = text
    small = taken(tmp_path, rows, by="mean")
    monkeypatch.setattr(numbers, "EACH_ODD", 0)
    large = taken(tmp_path, rows, by="mean")
    assert small.values["low"].notna().sum() == 2
    assert small.values.equals(large.values)
    book = openpyxl.Workbook()
    for row in (HEADER, *rows):
        book.active.append(list(row))
    book.save(tmp_path / "a.xlsx")
    sheet = take(tmp_path, source(file="a.xlsx", by="mean"))
    assert sheet.values.drop(columns=["file", "sheet", "cell"]).equals(
        small.values.drop(columns=["file", "sheet", "cell"])
    )


# Parts that are not there


def test_x46_a_year_without_a_month_and_one_with_a_blank_month_are_both_missing(tmp_path):
    rows = [row for row in rows_of() if row[:3] != ["Has", 2020, 7]]
    rows[rows.index(["Durrës", 2019, 3, "F", 20])][4] = ""
    read = taken(tmp_path, rows)
    question = only(read, "parts_absent")
    assert (question.severity, question.options) == ("ASK", ("missing", "sum_of_what_is_there"))
    assert "Has 2020 (11)" in question.what
    for answered in ({}, {question.name: "missing"}):
        values = figures(taken(tmp_path, rows, answered=answered))
        assert [key for key, value in values.items() if math.isnan(value)] == [
            (CODES["Durrës"], 2019),
            (CODES["Has"], 2020),
        ]
    assert "Has 2020 (11)" in only(read, "parts_missing").what
    assert "Durrës 2019" in only(read, "part_not_reported").what


def test_x46_what_is_there_is_summed_when_a_decision_says_so(tmp_path):
    rows = [row for row in rows_of() if row[:3] != ["Has", 2020, 7]]
    question = only(taken(tmp_path, rows), "parts_absent")
    read = taken(tmp_path, rows, answered={question.name: "sum_of_what_is_there"})
    assert figures(read)[CODES["Has"], 2020] == 21 * 11
    assert only(read, "parts_missing").severity == "WARN"


def test_x46_an_average_over_eleven_months_is_told_and_not_asked_about(tmp_path):
    rows = [row for row in rows_of() if row[:3] != ["Has", 2020, 7]]
    read = taken(tmp_path, rows, by="mean")
    assert (rules(read, "ASK"), rules(read, "WARN")) == ([], ["parts_missing"])
    assert figures(read)[CODES["Has"], 2020] == 10.5


# Totals of all municipalities


def test_x46_totals_of_all_municipalities_that_hold_totals_over_the_parts_too_are_not_counted_twice(tmp_path):
    sums = {}
    for _, year, month, sex, cases in with_sums(rows_of(), "Gjithsej"):
        sums[year, month, sex] = sums.get((year, month, sex), 0) + cases
    totals = [["Gjithsej", *key, cases] for key, cases in sums.items()]
    read = taken(tmp_path, [*with_sums(rows_of(), "Gjithsej"), *totals])
    assert rules(read, "STOP", "ASK", "WARN") == []
    totals[0][4] += 50
    wrong = taken(tmp_path, [*with_sums(rows_of(), "Gjithsej"), *totals])
    assert set(rules(wrong, "STOP", "ASK", "WARN")) == {"total_differs_from_the_sum"}


# Variables of one column, and years across columns


def test_x09_two_variables_of_one_column_keep_their_own_sums(tmp_path):
    rows = [[*row[:4], kind, row[4] * times] for row in rows_of() for kind, times in (("Raste", 1), ("Ankesa", 5))]
    read = taken(
        tmp_path,
        rows,
        (*HEADER[:4], "Treguesi", "Vlera"),
        columns={"cases": "Vlera", "complaints": "Vlera"},
        only_where=(
            Condition(variable="cases", column="Treguesi", equals="Raste"),
            Condition(variable="complaints", column="Treguesi", equals="Ankesa"),
        ),
    )
    assert figures(read)[CODES["Has"], 2020] == 21 * 12
    assert figures(read, "complaints")[CODES["Has"], 2020] == 5 * 21 * 12
    assert rules(read, "STOP", "ASK", "WARN") == []


def across(rows):
    cells = {}
    for name, year, month, sex, cases in rows:
        cells.setdefault((name, month, sex), {})[year] = cases
    return [[*key, *(own[year] for year in YEARS)] for key, own in cells.items()]


def test_x12_x46_groups_in_rows_and_years_across_columns_are_added_up_by_year(tmp_path):
    header = ("Bashkia", "Muaji", "Gjinia", "Raste 2019", "Raste 2020")
    declared = {"period": None, "columns": {"cases": "Raste {year}"}}
    read = taken(tmp_path, across(rows_of()), header, **declared)
    assert figures(read) == figures(taken(tmp_path, rows_of()))
    assert rules(read, "STOP", "ASK", "WARN") == []
    assert set(read.values["cell"].str.rpartition("column ")[2]) == {"Raste 2019", "Raste 2020"}
    rows = across(rows_of())
    rows[0][3], rows[4][4], rows[5][4] = "", "<9", "abc"
    wrong = taken(tmp_path, rows, header, **declared)
    assert {problem.cell: problem.year for problem in wrong.problems if problem.severity == "STOP"} == {
        "row 7, column Raste 2020": "2020"
    }
    assert "Tiranë 2019" in only(wrong, "part_not_reported").what
    assert "Durrës 2020" in only(wrong, "bounded_sums").what
    assert math.isnan(figures(wrong)[CODES["Tiranë"], 2019])
    assert figures(wrong)[CODES["Tiranë"], 2020] == 61 * 12


def test_x12_x46_a_table_of_one_year_with_months_in_rows_is_added_up(tmp_path):
    header = ("Bashkia", "Muaji", "Gjinia", "Raste")
    rows = [[row[0], *row[2:]] for row in rows_of() if row[1] == 2020]
    read = taken(tmp_path, rows, header, period=None, year=2020)
    assert figures(read) == {key: value for key, value in figures(taken(tmp_path, rows_of())).items() if key[1] == 2020}
    gone = taken(tmp_path, rows[1:], header, period=None, year=2020)
    assert rules(gone, "ASK") == ["parts_absent"]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_x20_one_or_two_cells_decide_nothing_in_a_large_file_either(tmp_path, times):
    rows = [
        [name, year, month, "F", f"{1 + month % 8}.{100 + day}"]
        for name, year, month, day in product(CODES, YEARS, MONTHS, range(20))
    ]
    assert len(rows) > numbers.EACH_ODD
    for row in rows[:times]:
        row[-1] = "12.34"
    header = (*HEADER[:3], "Grupi", "Raste")
    rows = [[*row[:3], f"G{at % 20}", row[4]] for at, row in enumerate(rows)]
    read = taken(tmp_path, rows, header=header, over=("Muaji", "Grupi"))
    stops = [problem for problem in read.problems if problem.rule == "few_cells_decide"]
    assert len(stops) == (times <= 2)
    if stops:
        assert stops[0].cell.startswith("row 2" if times == 1 else "rows 2-")
        assert "1,43" in stops[0].what


def test_x82_long_figures_of_years_across_columns_are_no_numbers_of_persons(tmp_path):
    rows = [[name, f"G{at}", 1_000_000 + 7919 * at, 2_000_000 + 7919 * at] for name in CODES for at in range(300)]
    header = ("Bashkia", "Grupi", "Shuma 2019", "Shuma 2020")
    read = taken(tmp_path, rows, header=header, period=None, over=("Grupi",), columns={"cases": "Shuma {year}"})
    assert "persons" not in rules(read, "ASK")


def test_x46_a_workbook_of_more_rows_than_a_column_may_have_texts_is_added_up(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(("Bashkia", "Viti", "Muaji", "Grupi", "Raste"))
    rows = [
        [name, year, month, f"G{at}", month + 0.5 * at]
        for name, year, month, at in product(CODES, YEARS, MONTHS, range(60))
    ]
    assert len(rows) > digest.MOST_KEYS
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    read = take(tmp_path, source(file="a.xlsx", over=("Muaji", "Grupi")))
    assert rules(read, "STOP", "ASK") == []
    assert set(figures(read).values()) == {60 * 78 + 12 * 0.5 * 60 * 59 / 2}
    assert {"E2:E721", "E1442:E2161"} <= set(read.values["cell"])  # cells of a municipality and year stand together


# Values of parts


def test_x23_x29_a_negative_part_stops_and_decimals_of_a_count_are_told_though_the_sum_hides_them(tmp_path):
    declared = {"columns": {"beneficiaries": "Raste"}}
    rows = rows_of()
    rows[rows.index(["Has", 2020, 7, "M", 11])][4] = -7
    read = taken(tmp_path, rows, **declared)
    problem = only(read, "below_range")
    assert (problem.severity, problem.municipality, problem.year) == ("STOP", "Has", "2020")
    assert problem.cell.endswith("column Raste")
    assert "-7" in problem.what
    rows = rows_of()
    rows[0][4], rows[3][4] = 30.5, 31.5
    assert rows[0][0] == rows[3][0]
    told = only(taken(tmp_path, rows, **declared), "decimals_in_count")
    assert told.severity == "WARN"
    assert "Tiranë 2019: 30.5 in row 2" in told.what
    assert rules(taken(tmp_path, rows_of(), **declared), "STOP", "ASK", "WARN") == []


def test_x46_totals_over_the_parts_are_compared_with_their_sum(tmp_path):
    rows = with_sums(rows_of(), "Gjithsej")
    assert (
        "72 of their figures were compared with the sum of the parts: 72 agree"
        in only(taken(tmp_path, rows), "part_totals").what
    )
    rows[-1][4] += 50
    read = taken(tmp_path, rows)
    problem = only(read, "total_differs_from_the_sum")
    assert (problem.severity, problem.municipality, problem.year) == ("WARN", "Has", "2020")
    assert "total 71, sum 21" in problem.what
    assert "72 of their figures were compared with the sum of the parts: 71 agree" in only(read, "part_totals").what


def test_x46_grand_totals_over_two_columns_are_compared_too(tmp_path):
    grand = [[name, year, "Gjithsej", "Gjithsej", 12 * cases] for year in YEARS for name, cases in SUMS.items()]
    assert rules(taken(tmp_path, [*rows_of(), *grand]), "STOP", "ASK", "WARN") == []
    grand[0][4] += 1
    problem = only(taken(tmp_path, [*rows_of(), *grand]), "total_differs_from_the_sum")
    assert (problem.municipality, problem.year) == ("Tiranë", "2019")


def test_x14_totals_over_the_parts_that_are_not_known_are_told(tmp_path):
    rows = with_sums(rows_of(), "Gjithsej")
    rows[0][4] = "<5"
    read = taken(tmp_path, rows)
    problem = only(read, "total_not_compared")
    assert (problem.severity, problem.cell) == ("NOTE", "row 146, column Raste")
    assert "1 total over the parts of cases is not compared" in problem.what
    assert "Tiranë 2019" in problem.what
    assert "71 of their figures were compared" in only(read, "part_totals").what


# Totals of counties, by parts

COUNTIES = {"Kukës": ("Has", "Kukës", "Tropojë"), "Tiranë": ("Tiranë", "Vorë", "Kavajë")}


def of_counties(sexes="FM"):
    """Rows of two counties and two years, each with a total of each sex; men ten more than women."""
    rows = []
    for county, year in product(COUNTIES, YEARS):
        own = [
            [county, name, year, sex, 100 + 7 * at + (10 if sex == "M" else 0)]
            for at, name in enumerate(COUNTIES[county])
            for sex in sexes
        ]
        sums = {sex: sum(row[4] for row in own if row[3] == sex) for sex in sexes}
        rows += [*own, *([county, f"Gjithsej {county}", year, sex, sums[sex]] for sex in sexes)]
    return rows


def counties_taken(folder, rows):
    header = ("Qarku", "Bashkia", "Viti", "Gjinia", "Raste")
    return taken(folder, rows, header, over=("Gjinia",), county="Qarku", columns={"beneficiaries": "Raste"})


def cells_of(read, rule):
    return [(problem.cell, problem.municipality) for problem in read.problems if problem.rule == rule]


def place_of(rows, *wanted):
    """The index of a row by its municipality, year and sex."""
    return next(at for at, row in enumerate(rows) if tuple(row[1:4]) == wanted)


def test_x14_a_total_that_differs_is_told_for_its_own_part_and_at_its_own_cell(tmp_path):
    rows = of_counties()
    read = counties_taken(tmp_path, rows)
    assert rules(read, "STOP", "ASK", "WARN") == []
    assert only(read, "totals_agree").what.startswith("8 total rows were compared")
    at = place_of(rows, "Gjithsej Kukës", 2020, "M")
    rows[at][4] += 100
    read = counties_taken(tmp_path, rows)
    assert cells_of(read, "total_differs_from_the_sum") == [(f"row {at + 2}, column Raste", "Gjithsej Kukës")]
    assert (
        "The total is 451, but the municipalities of Kukës (3) add up to 351 ('M' in 'Gjinia')"
        in only(read, "total_differs_from_the_sum").what
    )


def test_x14_a_total_without_a_year_is_held_against_the_rows_of_all_years_of_its_part(tmp_path):
    rows = [row for row in of_counties() if not row[1].startswith("Gjithsej")]
    sums = {sex: sum(row[4] for row in rows if row[3] == sex) for sex in "FM"}
    totals = [[None, "Gjithsej", None, sex, value] for sex, value in sums.items()]
    totals.append([None, "Gjithsej", None, None, sum(sums.values())])
    read = counties_taken(tmp_path, [*rows, *totals])
    assert rules(read, "STOP", "ASK", "WARN") == []
    assert only(read, "totals_agree").what.startswith("3 total rows were compared")
    totals[1][4] += 9
    (warning,) = [one for one in counties_taken(tmp_path, [*rows, *totals]).problems if one.severity == "WARN"]
    assert (warning.rule, warning.year) == ("total_differs_from_the_sum", "")
    assert warning.cell == f"row {len(rows) + 3}, column Raste"
    assert warning.what.endswith("('M' in 'Gjinia')")


def test_x06_a_row_of_a_municipality_without_a_year_stops_beside_a_total_without_one(tmp_path):
    rows = [row for row in of_counties() if not row[1].startswith("Gjithsej")]
    rows[1][2] = None
    rows.append([None, "Gjithsej", None, None, 1])
    (stop,) = [one for one in counties_taken(tmp_path, rows).problems if one.severity == "STOP"]
    assert (stop.rule, stop.cell, stop.municipality) == ("no_year", "row 3, column Viti", rows[1][1])


def test_x14_two_totals_that_are_wrong_and_cancel_out_are_both_told(tmp_path):
    rows = of_counties()
    both = [place_of(rows, "Gjithsej Tiranë", 2019, sex) for sex in "FM"]
    for at, more in zip(both, (100, -100), strict=True):
        rows[at][4] += more
    read = counties_taken(tmp_path, rows)
    assert [cell for cell, _ in cells_of(read, "total_differs_from_the_sum")] == [
        f"row {at + 2}, column Raste" for at in both
    ]
    assert only(read, "totals_agree").what.startswith("6 total rows were compared")


@pytest.mark.parametrize("bound", ["<5", "rreth", None])
def test_x14_a_figure_that_is_not_known_leaves_the_totals_of_other_counties_and_parts_compared(tmp_path, bound):
    rows = of_counties()
    open_row = place_of(rows, "Vorë", 2020, "F")
    if bound is None:
        rows[open_row][2] = "s'ka"  # Without a year it may belong to any.
    else:
        rows[open_row][4] = bound
    wrong = place_of(rows, "Gjithsej Kukës", 2020, "F")
    rows[wrong][4] += 100
    read = counties_taken(tmp_path, rows)
    assert cells_of(read, "total_differs_from_the_sum") == [(f"row {wrong + 2}, column Raste", "Gjithsej Kukës")]
    note = only(read, "total_not_compared")
    assert note.cell == f"row {place_of(rows, 'Gjithsej Tiranë', 2020, 'F') + 2}, column Raste"
    bounded = ", a bound" if bound == "<5" else ""
    assert f"no figure is known of Vorë (row {open_row + 2}{bounded})" in note.what
    assert only(read, "totals_agree").what.startswith("5 total rows" if bound is None else "6 total rows")


def test_x14_totals_that_are_not_compared_for_several_parts_are_told_once_with_all_their_cells(tmp_path):
    rows = of_counties()
    for sex in "FM":
        rows[place_of(rows, "Vorë", 2020, sex)][4] = "<5"
    at = place_of(rows, "Gjithsej Tiranë", 2020, "F")
    assert only(counties_taken(tmp_path, rows), "total_not_compared").cell == f"rows {at + 2}-{at + 3}, column Raste"


def test_x14_a_total_of_a_part_that_is_not_reported_somewhere_is_told_with_its_part_and_the_municipality(tmp_path):
    rows = of_counties()
    for sex in "FM":
        rows[place_of(rows, "Vorë", 2020, sex)][4] = ""
    at = place_of(rows, "Vorë", 2020, "F") + 2
    read = counties_taken(tmp_path, rows)
    assert "total_differs_from_the_sum" not in rules(read, "WARN")
    note = only(read, "total_not_compared").what
    assert f"known of Vorë (row {at}, not reported) ('F' in 'Gjinia'); the same of one more total: " in note
    assert note.endswith("Gjithsej Tiranë 2020 ('M' in 'Gjinia')")


@pytest.mark.parametrize("word", ["Gjithsej", ""])
def test_x14_a_total_of_a_county_over_all_parts_is_compared_with_all_of_them(tmp_path, word):
    rows = [row for row in of_counties() if not row[1].startswith("Gjithsej")]
    rows.append(["Kukës", "Gjithsej Kukës", 2019, word, 2 * 321 + 30])
    read = counties_taken(tmp_path, rows)
    assert rules(read, "STOP", "ASK", "WARN") == []
    assert only(read, "totals_agree").what.startswith("1 total row was compared")
    rows[-1][4] += 1
    wrong = only(counties_taken(tmp_path, rows), "total_differs_from_the_sum")
    assert wrong.cell == f"row {len(rows) + 1}, column Raste"
    assert "The total is 673, but the municipalities of Kukës (3) add up to 672" in wrong.what


# Parts that hold other parts


@pytest.mark.parametrize("words", ["TR{}", "Tremujori {}", "3-mujori {}"])
def test_x46_months_and_their_quarters_are_never_added_up_together(tmp_path, words):
    quarters = [
        [name, year, words.format(number), "F", 3 * (cases - 1) // 2]
        for year, number in product(YEARS, range(1, 5))
        for name, cases in SUMS.items()
    ]
    rows = [*rows_of("F"), *quarters]
    question = only(taken(tmp_path, rows), "parts_of_two_sorts")
    assert (question.severity, question.options) == ("ASK", ("month", "quarter"))
    for answer in question.options:
        read = taken(tmp_path, rows, answered={question.name: answer})
        assert figures(read) == figures(taken(tmp_path, rows_of("F")))
        assert rules(read, "STOP", "WARN") == []
        assert (
            read.set_aside["reason"].tolist() == ["part set aside by a decision"] * read.counts["rows_set_aside"].item()
        )


def test_x46_a_band_that_holds_other_bands_is_asked_about(tmp_path):
    header = ("Bashkia", "Viti", "Mosha", "Raste")
    bands = {"0-17": 3, "18-64": 6, "65+": 2}
    rows = [[name, year, band, cases] for name in CODES for year in YEARS for band, cases in bands.items()]
    assert rules(taken(tmp_path, rows, header, over=("Mosha",)), "STOP", "ASK", "WARN") == []
    more = [*rows, *([name, year, "0-64", 9] for name in CODES for year in YEARS)]
    question = only(taken(tmp_path, more, header, over=("Mosha",)), "part_like_a_total")
    assert question.subject == "Mosha 0-64"
    read = taken(tmp_path, more, header, over=("Mosha",), answered={question.name: "total"})
    assert set(figures(read).values()) == {11}
    assert rules(read, "STOP", "WARN") == []


def test_x46_bands_that_change_from_one_year_to_the_next_are_not_asked_about(tmp_path):
    header = ("Bashkia", "Viti", "Mosha", "Raste")
    bands = {2019: ("0-17", "18-64", "65+"), 2020: ("0-14", "15-64", "65+")}
    rows = [[name, year, band, 4] for name in CODES for year in YEARS for band in bands[year]]
    assert "part_like_a_total" not in rules(taken(tmp_path, rows, header, over=("Mosha",)), "ASK")


def test_x46_months_that_count_from_january_on_are_asked_about(tmp_path):
    names = list(REFERENCE.municipalities.index)[:10]
    header = ("Bashkia", "Viti", "Muaji", "Raste")
    rows = [[name, year, month, 5 * month + year - 2019] for name in names for year in YEARS for month in MONTHS]
    question = only(taken(tmp_path, rows, header, over=("Muaji",)), "cumulative_parts")
    assert (question.severity, question.options) == ("ASK", ("cumulative", "each_month"))
    assert "20 of 20 municipality-years" in question.what
    read = taken(tmp_path, rows, header, over=("Muaji",), answered={question.name: "cumulative"})
    assert set(figures(read).values()) == {60, 61}
    alone = taken(tmp_path, rows, header, over=("Muaji",), answered={question.name: "each_month"})
    assert set(figures(alone).values()) == {390, 402}
    for row in rows:
        row[3] = 20 + row[2] * 7 % 5
    assert rules(taken(tmp_path, rows, header, over=("Muaji",)), "STOP", "ASK", "WARN") == []


@pytest.mark.parametrize(("header", "parts"), [("Muaji", range(1, 12)), ("Tremujori", ("TR1", "TR2", "TR4"))])
def test_x46_a_month_or_quarter_that_is_absent_everywhere_is_asked_about(tmp_path, header, parts):
    read = taken(tmp_path, rows_of(months=parts), (*HEADER[:2], header, *HEADER[3:]), over=(header, "Gjinia"))
    assert rules(read, "ASK") == ["parts_absent"]
    assert f"fewer than the {len(parts) + 1} " in only(read, "parts_missing").what
    assert all(map(math.isnan, figures(read).values()))


def test_x46_quarters_under_a_header_of_months_are_one_part_however_written(tmp_path):
    words = {2019: ("TR1", "TR2", "TR3", "TR4"), 2020: ("Tremujori 1", "tr. II", "tremujori III", "TR 4")}
    rows = [[*row[:2], words[row[1]][row[2] - 1], *row[3:]] for row in rows_of(months=range(1, 5))]
    read = taken(tmp_path, rows)
    assert rules(read, "STOP", "ASK", "WARN") == []
    assert "'TR2' = 'tr. II'" in only(read, "parts_alike").what


# Notes below the table


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_x06_notes_below_a_table_of_months_are_rows_of_no_municipality(tmp_path, kind):
    notes = [[""] * 5, ["Burimi: INSTAT", "", "", "", ""], ["* të dhëna paraprake", "", "", "", ""]]
    if kind == "csv":
        read = taken(tmp_path, [*rows_of(), *notes])
    else:
        book = openpyxl.Workbook()
        for row in (HEADER, *rows_of(), *notes):
            book.active.append([cell if cell != "" else None for cell in row])
        book.save(tmp_path / "a.xlsx")
        read = take(tmp_path, source(file="a.xlsx"))
    assert rules(read, "STOP", "ASK", "WARN") == []
    assert figures(read)[CODES["Has"], 2020] == 12 * SUMS["Has"]
    wrong = [*rows_of(), ["Has", "", 1, "F", 10], *notes]
    assert rules(taken(tmp_path, wrong), "STOP") == ["no_year"]


# Subtotals, and totals over several columns at once

PLACES = ("Tiranë", "Durrës", "Has")
MANY_YEARS = tuple(range(2012, 2022))
AGES, SEXES = ("fëmijë", "të rritur"), ("F", "M")


def cases_of(name, year, *parts):
    """A figure of its own for each municipality, year and part."""
    return 7 + sum(map(ord, f"{name}{year}{parts}")) * (1 + len(parts[0])) % 97


def of_two_columns(with_margins):
    """Rows by age and sex; with the sums over sex at each age, and of everything in one row."""
    rows = []
    for name, year in product(PLACES, MANY_YEARS):
        cells = {(age, sex): cases_of(name, year, age, sex) for age in AGES for sex in SEXES}
        rows += [[name, year, age, sex, number] for (age, sex), number in cells.items()]
        if with_margins:
            rows += [[name, year, age, "bashkë", sum(cells[age, sex] for sex in SEXES)] for age in AGES]
            rows += [[name, year, "krejt", "bashkë", sum(cells.values())]]
    return rows


def sums_of(taken_in):
    return taken_in.values.set_index(["code", "period"])["value"].to_dict()


def test_x14_a_total_over_two_columns_in_one_row_is_asked_about_in_both(tmp_path):
    header, over = ("Bashkia", "Viti", "Mosha", "Gjinia", "Raste"), ("Mosha", "Gjinia")
    asked = [one for one in taken(tmp_path, of_two_columns(True), header, over=over).problems if one.severity == "ASK"]
    assert [(one.rule, one.subject) for one in asked] == [
        ("part_sum_of_some", "Mosha krejt"),
        ("part_sum_of_some", "Gjinia bashkë"),
    ]
    answered = dict.fromkeys((one.name for one in asked), "total")
    settled = taken(tmp_path, of_two_columns(True), header, answered, over=over)
    assert sums_of(settled) == sums_of(taken(tmp_path, of_two_columns(False), header, over=over))


def test_x14_a_subtotal_of_some_parts_is_asked_about(tmp_path):
    header, over = ("Bashkia", "Viti", "Shërbimi", "Raste"), ("Shërbimi",)
    plain = [
        [name, year, part, cases_of(name, year, part)]
        for name, year in product(PLACES, MANY_YEARS)
        for part in ("ditore", "në familje", "banim")
    ]
    daily = {(name, year, part): number for name, year, part, number in plain}
    both = [
        [name, year, "komunitare (a+b)", daily[name, year, "ditore"] + daily[name, year, "në familje"]]
        for name, year in product(PLACES, MANY_YEARS)
    ]
    (asked,) = [one for one in taken(tmp_path, [*plain, *both], header, over=over).problems if one.severity == "ASK"]
    assert (asked.rule, asked.options) == ("part_sum_of_some", ("total", "part"))
    assert "'ditore'" in asked.what
    assert "'në familje'" in asked.what
    assert "'banim'" not in asked.what
    settled = taken(tmp_path, [*plain, *both], header, {asked.name: "total"}, over=over)
    assert sums_of(settled) == sums_of(taken(tmp_path, plain, header, over=over))
    kept = taken(tmp_path, [*plain, *both], header, {asked.name: "part"}, over=over)
    assert sums_of(kept) == sums_of(taken(tmp_path, [*plain, *both], header, {asked.name: "part"}, over=over))
    assert sum(sums_of(kept).values()) > sum(sums_of(settled).values())


def test_x14_parts_that_are_no_sums_of_others_are_left_alone(tmp_path):
    header, over = ("Bashkia", "Viti", "Mosha", "Gjinia", "Raste"), ("Mosha", "Gjinia")
    assert not [
        one for one in taken(tmp_path, of_two_columns(False), header, over=over).problems if one.severity == "ASK"
    ]
