"""Parts of rows by time: months written with their year, quarters and spans that count from January, parts above their total."""

import math
from datetime import date
from itertools import product

import openpyxl
import pytest
from test_parts_added_up import CODES, REFERENCE, figures, only, rules, source, take, taken
from written_evaluations import decide, evaluation, found, indicator, variable

NAMES = list(REFERENCE.municipalities.index)[:10]
YEARS = (2019, 2020)
MONTHS = range(1, 13)
HEADER = ("Bashkia", "Viti", "Muaji", "Raste")
QUIET = ([], [], [])


def told(read):
    return tuple(rules(read, severity) for severity in ("STOP", "ASK", "WARN"))


def rows_of(parts, figure=lambda _name, _year, at: 20 + at * 7 % 5, names=NAMES):
    """A row for each part of a municipality and year; parts may have the year in them, as {year}."""
    return [
        [name, year, part.format(year=year) if isinstance(part, str) else part, figure(name, year, at)]
        for name, year in product(names, YEARS)
        for at, part in enumerate(parts, start=1)
    ]


def added(folder, rows, header="Muaji", **more):
    return taken(folder, rows, (*HEADER[:2], header, "Raste"), over=(header,), **more)


# Months written with their year

WITH_YEARS = {
    "01/2016": "{month:02}/{{year}}",
    "1/2016": "{month}/{{year}}",
    "2016-01": "{{year}}-{month:02}",
    "2016M01": "{{year}}M{month:02}",
    "01.01.2016": "01.{month:02}.{{year}}",
    "2016-01-01": "{{year}}-{month:02}-01",
}


@pytest.mark.parametrize("form", list(WITH_YEARS))
def test_x46_months_written_with_their_year_are_the_twelve_months_of_each_year(tmp_path, form):
    rows = rows_of([WITH_YEARS[form].format(month=month) for month in MONTHS])
    read = added(tmp_path, rows)
    assert told(read) == QUIET
    assert "parts_alike" not in rules(read, "NOTE")
    assert figures(read) == figures(added(tmp_path, rows_of(MONTHS)))
    absent = added(tmp_path, [row for at, row in enumerate(rows) if at != 17])
    assert "1 municipality-year has fewer than the 12 months of a year" in only(absent, "parts_missing").what


def test_x46_names_of_months_with_a_short_or_a_full_year_are_the_twelve_months(tmp_path):
    words = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    short = [[*row[:2], f"{row[2]}-{row[1] - 2000}", row[3]] for row in rows_of(words)]
    full = rows_of([f"{word} {{year}}" for word in words])
    for rows in (short, full):
        assert told(added(tmp_path, rows, header="Koha")) == QUIET
        assert rules(added(tmp_path, rows[1:], header="Koha"), "ASK") == ["parts_absent"]


@pytest.mark.parametrize("day", [1, 28])
def test_x46_days_of_a_workbook_are_months_where_they_are_the_first_or_last_of_one(tmp_path, day):
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    for name, year, month, cases in rows_of(MONTHS):
        book.active.append((name, year, date(year, month, day), cases))
    book.save(tmp_path / "a.xlsx")
    read = take(tmp_path, source(file="a.xlsx", over=("Muaji",)))
    assert (told(read) == QUIET) == (day == 1)


def test_x46_a_month_of_another_year_than_its_row_stops_with_its_cell(tmp_path):
    rows = rows_of([f"{month:02}/{{year}}" for month in MONTHS])
    rows[2][2] = "03/2020"
    read = added(tmp_path, rows)
    problem = only(read, "part_of_another_year")
    assert (problem.severity, problem.cell, problem.year) == ("STOP", "row 4, column Muaji", "2019")
    assert "'03/2020' in column 'Muaji' is of another year than its row, which is of 2019" in problem.what
    for row in rows:
        row[2] = f"{row[2][:3]}{row[1] + 1}"
    shifted = [problem for problem in added(tmp_path, rows).problems if problem.rule == "part_of_another_year"]
    assert len(shifted) == 11
    assert "(240 in all)" in shifted[-1].what


def test_x46_months_with_their_year_are_held_against_the_one_year_of_the_file(tmp_path):
    rows = [[name, f"{month:02}/2020", 5] for name, month in product(NAMES, MONTHS)]
    header, declared = ("Bashkia", "Muaji", "Raste"), {"period": None, "over": ("Muaji",)}
    assert told(taken(tmp_path, rows, header, year=2020, **declared)) == QUIET
    assert "part_of_another_year" in rules(taken(tmp_path, rows, header, year=2019, **declared), "STOP")


def test_x46_months_of_a_school_year_may_be_of_the_next_one(tmp_path):
    months = [f"{month:02}/{{first}}" for month in range(9, 13)] + [f"{month:02}/{{next}}" for month in range(1, 9)]
    rows = [
        [name, f"{year}/{year - 1999}", month.format(first=year, next=year + 1), 5]
        for name, year, month in product(NAMES, YEARS, months)
    ]
    assert told(added(tmp_path, rows, school_year="start")) == QUIET


def test_x46_numbers_with_a_year_that_are_no_months_stay_apart(tmp_path):
    rows = rows_of(["Vendim 7/{year}", "Vendim 19/{year}"])
    assert "4 different texts" in only(added(tmp_path, rows, header="Vendimi"), "parts_missing").what


# Quarters and spans that count from January on


def cumulated(names=NAMES, parts=(1, 2, 3, 4)):
    return rows_of(parts, lambda name, year, at: (100 + names.index(name) + year - 2019) * at // len(parts), names)


@pytest.mark.parametrize(("header", "words"), [("Tremujori", (1, 2, 3, 4)), ("Grupi", ("TR1", "TR2", "TR3", "TR4"))])
def test_x46_quarters_that_count_from_january_on_are_asked_about(tmp_path, header, words):
    rows = cumulated(parts=words)
    question = only(added(tmp_path, rows, header), "cumulative_parts")
    assert (question.severity, question.options) == ("ASK", ("cumulative", "each_quarter"))
    assert "20 of 20 municipality-years" in question.what
    assert "The last quarter in the file is 4" in question.what
    read = added(tmp_path, rows, header, answered={question.name: "cumulative"})
    assert set(figures(read).values()) == {*range(100, 111)}
    assert rules(read, "STOP", "WARN") == []
    alone = added(tmp_path, rows, header, answered={question.name: "each_quarter"})
    assert figures(alone)[NAMES[0], 2019] == 25 + 50 + 75 + 100


def test_x46_quarters_of_which_one_falls_in_several_years_are_not_asked_about(tmp_path):
    rows = cumulated(parts=("TR1", "TR2", "TR3", "TR4"))
    for at in (3, 7, 11):
        rows[at][3] = 1
    assert told(added(tmp_path, rows, "Tremujori")) == QUIET


NESTED = {
    "3-mujori I": ("3-mujori I", "6-mujori I", "9-mujori", "12-mujori"),
    "3-mujori": ("3-mujori", "6-mujori", "9-mujori", "12-mujori"),
    "Tremujori": ("Tremujori", "Gjashtëmujori", "Nëntëmujori", "Vjetori"),
    "Janar-Mars": ("Janar-Mars", "Janar-Qershor", "Janar - Shtator", "Janar–Dhjetor"),
    "January to March": ("January to March", "Jan to June", "Jan - Sep {year}", "January until December"),
}


@pytest.mark.parametrize("words", NESTED.values(), ids=list(NESTED))
def test_x46_spans_from_january_on_are_asked_about_by_their_names_whatever_the_figures(tmp_path, words):
    rows = rows_of(words, lambda _name, _year, at: 50 - at)
    question = only(added(tmp_path, rows, "Periudha e raportimit"), "cumulative_parts")
    assert (question.severity, question.options) == ("ASK", ("cumulative", "each_part"))
    assert f"'{words[0]}'" in question.what
    assert "20 municipality-years" in question.what
    read = added(tmp_path, rows, "Periudha e raportimit", answered={question.name: "cumulative"})
    assert set(figures(read).values()) == {46}
    assert rules(read, "STOP", "WARN") == []


def test_x46_a_span_that_holds_the_quarters_by_its_name_is_asked_about_whatever_the_figures(tmp_path):
    words = ("Janar-Mars", "Prill-Qershor", "Korrik-Shtator", "Tetor-Dhjetor", "Janar-Dhjetor")
    rows = rows_of(words, lambda _name, _year, at: 47 if at == 5 else 15 - at)
    question = only(added(tmp_path, rows, "Grupi"), "part_like_a_total")
    assert question.subject == "Grupi Janar-Dhjetor"
    assert "holds 'Janar-Mars', 'Prill-Qershor', 'Korrik-Shtator', 'Tetor-Dhjetor' by its name" in question.what
    read = added(tmp_path, rows, "Grupi", answered={question.name: "total"})
    assert set(figures(read).values()) == {11 + 12 + 13 + 14}
    assert rules(read, "STOP", "WARN") == []
    assert told(added(tmp_path, [row for row in rows if row[2] != words[4]], "Grupi")) == QUIET


def test_x46_numbers_of_months_as_lengths_are_no_quarters_and_quarters_no_lengths(tmp_path):
    assert told(added(tmp_path, rows_of(("1-mujori", "2-mujori", "3-mujori", "4-mujori")), "Tremujori")) == QUIET
    question = only(added(tmp_path, rows_of(("1-6", "7-12", "1-12"))), "part_like_a_total")
    assert question.subject == "Muaji 1-12"


# Parts above their total, and means of shares


def school(change=None):
    rows = [[name, year, month, 40, 20] for name, year, month in product(CODES, YEARS, MONTHS)]
    rows[5][4] = 60 if change else 20
    return rows


@pytest.mark.parametrize("by", ["sum", "mean"])
def test_x25_a_part_above_its_total_in_one_month_stops_though_the_year_hides_it(tmp_path, by):
    header = (*HEADER[:3], "Nxënës", "Me aftësi të kufizuara")
    declared = {"columns": {"pupils": header[3], "cwd_in_school": header[4]}, "over": ("Muaji",), "by": by}
    assert told(taken(tmp_path, school(), header, **declared)) == QUIET
    problem = only(taken(tmp_path, school(change=True), header, **declared), "count_above_total")
    assert (problem.severity, problem.options) == ("STOP", ("contacts_not_persons",))
    assert (problem.cell, problem.municipality, problem.year) == (
        "row 7, column Me aftësi të kufizuara", "Tiranë", "2019",
    )  # fmt: skip
    assert "Tiranë 2019 in row 7: 60 of 40" in problem.what
    assert problem.subject == "cwd_in_school above pupils"


def test_x25_a_part_above_its_total_in_years_across_columns_is_held_against_its_own_year(tmp_path):
    header = ("Bashkia", "Muaji", "N 2019", "N 2020", "P 2019", "P 2020")
    rows = [[name, month, 40, 80, 20, 60] for name, month in product(CODES, MONTHS)]
    declared = {"columns": {"pupils": "N {year}", "cwd_in_school": "P {year}"}, "period": None, "over": ("Muaji",)}
    assert told(taken(tmp_path, rows, header, **declared)) == QUIET
    rows[3][4] = 41
    problem = only(taken(tmp_path, rows, header, **declared), "count_above_total")
    assert (problem.cell, problem.year) == ("row 5, column P 2019", "2019")


def test_x25_a_part_above_its_total_in_a_row_passes_with_a_written_exception_only(tmp_path):
    rows = [["Bashkia", "Viti", "Muaji", "x", "w"]]
    rows += [[name, year, month, 40, 20] for name, year, month in product(NAMES, range(2016, 2020), (1, 2))]
    rows[1][4] = 55
    names = {"women": "w", "beneficiaries": "x"}
    declared = {"file": "a.xlsx", "unit": "Bashkia", "period": "Viti", "columns": names}
    workspace = evaluation(
        tmp_path, {"a.xlsx": rows}, ["women_of_all"],
        sources=[declared | {"aggregate": {"by": "sum", "over": ["Muaji"]}}],
        variables=[variable("women", "count", part_of="beneficiaries")],
        registry=[indicator("women_of_all", "women", "share", denominator="beneficiaries")],
    )  # fmt: skip
    (stop,) = found(workspace, "count_above_total")
    assert stop.severity == "STOP"
    decide(workspace, (stop.name, "contacts_not_persons"))
    (note,) = found(workspace, "count_above_total")
    assert note.severity == "NOTE"
    assert "A. Hoxha" in note.do


def test_x34_a_share_averaged_over_groups_without_weights_is_told(tmp_path):
    header, declared = ("Bashkia", "Viti", "Grupi", "Pjesa"), {"columns": {"turnout_pct": "Pjesa"}}
    rows = rows_of(("0-17 vjeç", "18+ vjeç"), lambda _name, _year, at: 10 + 70 * at / 2)
    problem = only(taken(tmp_path, rows, header, by="mean", over=("Grupi",), **declared), "mean_without_weights")
    assert problem.severity == "WARN"
    assert "averaged over the groups of 'Grupi'" in problem.what
    months = rows_of(MONTHS, lambda _name, _year, at: 10 + at % 5 / 2)
    read = taken(tmp_path, months, (*HEADER[:3], "Pjesa"), by="mean", over=("Muaji",), **declared)
    assert "mean_without_weights" not in rules(read, "WARN")
    counts = taken(tmp_path, rows, header, by="mean", over=("Grupi",), columns={"services": "Pjesa"})
    assert "mean_without_weights" not in rules(counts, "WARN")


# Parts of their own


def schools(names=NAMES, years=range(2015, 2021)):
    return [[name, year, f"Shkolla {name} {letter}", 11] for name, year in product(names, years) for letter in "ABC"]


def test_x46_schools_that_each_municipality_has_of_its_own_are_not_looked_for_elsewhere(tmp_path):
    read = added(tmp_path, schools(), "Shkolla")
    assert told(read) == QUIET
    assert "30 different texts of column 'Shkolla' are no parts that municipalities share" in (
        only(read, "parts_of_their_own").what
    )
    assert set(figures(read).values()) == {33}


def test_x46_schools_of_the_same_name_in_some_municipalities_are_their_own_too(tmp_path):
    rows = [
        [name, year, f"Shkolla {(at + letter) % 15}", 11]
        for (at, name), year, letter in product(enumerate(NAMES), range(2015, 2021), range(3))
    ]
    assert told(added(tmp_path, rows, "Shkolla")) == QUIET


def test_x46_a_school_that_is_absent_in_one_year_is_asked_about(tmp_path):
    rows = schools()
    gone = rows.pop(4)
    read = added(tmp_path, rows, "Shkolla")
    question = only(read, "parts_absent")
    assert f"{gone[0]} {gone[1]} ('{gone[2]}')" in question.what
    assert [key for key, value in figures(read).items() if math.isnan(value)] == [(gone[0], gone[1])]
    summed = added(tmp_path, rows, "Shkolla", answered={question.name: "sum_of_what_is_there"})
    assert figures(summed)[gone[0], gone[1]] == 22


def test_x46_groups_that_nearly_all_municipalities_share_are_looked_for_in_all(tmp_path):
    rows = rows_of(("A", "B", "C", "D"))
    rows = [row for row in rows if row[2] != "D" or row[0] in NAMES[:6]]
    assert (
        "8 of 20 municipality-years have fewer than the 4" in only(added(tmp_path, rows, "Grupi"), "parts_missing").what
    )
