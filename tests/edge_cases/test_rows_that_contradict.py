"""Rows, titles and columns that contradict what a source declares, or each other: nothing is read past them quietly."""

import csv
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType

import openpyxl
import pytest
from country import LETTERS, PERSONS
from written_evaluations import CODES, NAMES

from lnbeval.intake import Source, intake
from lnbeval.intake.source import Aggregate
from lnbeval.intake.survey.survey import survey
from lnbeval.reference import is_total, load_reference
from lnbeval.workspace.header_table import reference_headers
from lnbeval.workspace.meaning import reference_meanings, resolved
from lnbeval.workspace.new_evaluation.drafted import drafted
from lnbeval.workspace.new_evaluation.unseen import unseen
from lnbeval.workspace.number_words import number_words
from lnbeval.workspace.registered import registered_facts

REFERENCE = load_reference(Path(__file__).parents[2] / "data" / "reference")
COUNTY = REFERENCE.names.county
PLACES = [code for code in CODES if code in {"AL212", "AL216", "AL224", "AL225", "AL357", "AL121", "AL351", "AL111"}]


def take(path, answered=MappingProxyType({}), registered=None, **declared):
    """The intake of one file."""
    own = {"file": path.name, "unit": "Bashkia", "columns": {"beneficiaries": "Raste"}, **declared}
    return intake(
        path.parent, [Source(**own)], partial(resolved, REFERENCE), partial(is_total, REFERENCE), answered,
        number_words(REFERENCE), reference_headers(REFERENCE), registered or registered_facts(REFERENCE),
        persons=PERSONS, letters=LETTERS,
    )  # fmt: skip


def told(taken, rule):
    return [problem for problem in taken.problems if problem.rule == rule]


def csv_file(folder, table, name="tabela.csv"):
    with (folder / name).open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(table)
    return folder / name


def book(folder, sheets, name="tabela.xlsx"):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, table in sheets.items():
        sheet = made.create_sheet(title)
        for row in table:
            sheet.append(list(row))
    made.save(folder / name)
    return folder / name


def figure(code, year):
    return 300 + 5 * CODES.index(code) + (year - 2013)


# A8: names beside codes


def coded(swapped=(), beside=NAMES, header="Bashkia", years=(2014, 2015)):
    """Codes, another column of each municipality, years and figures; the codes of two municipalities exchanged."""
    other = dict(zip(swapped, reversed(swapped), strict=True))
    rows = [[other.get(code, code), beside[code], year, figure(code, year)] for code in CODES for year in years]
    return [["Kodi", header, "Viti", "Raste"], *rows]


def test_a_name_beside_the_code_of_another_municipality_stops_with_cells_and_both_names(tmp_path):
    taken = take(csv_file(tmp_path, coded(("AL212", "AL216"))), unit="Kodi", period="Viti")
    one, other = told(taken, "names_contradict")
    assert one.severity == other.severity == "STOP"
    assert {one.cell, other.cell} == {
        f"rows {start}-{start + 1}, column Bashkia"
        for start in (2 + 2 * CODES.index(code) for code in ("AL212", "AL216"))
    }
    assert "Peqin (AL216)" in one.what
    assert "'Cërrik'" in one.what
    assert "declare the column that is right as `unit`" in one.do
    assert one.options == ("as_declared",)


def test_a_code_beside_the_name_of_another_municipality_stops_too(tmp_path):
    (problem,) = told(
        take(
            csv_file(tmp_path, [row if at != 5 else ["AL216", *row[1:]] for at, row in enumerate(coded())]),
            period="Viti",
        ),
        "names_contradict",
    )
    assert problem.cell == "row 6, column Kodi"


@pytest.mark.parametrize(
    ("beside", "header"),
    [
        (NAMES, "Bashkia"),
        ({code: COUNTY[code] for code in CODES}, "Qarku"),
        ({code: COUNTY[code] for code in CODES}, "Prefektura përgjegjëse"),
        ({code: "Po" if at % 3 else "Jo" for at, code in enumerate(CODES)}, "Bashki e synuar"),
        ({code: CODES.index(code) + 1 for code in CODES}, "Nr."),
        ({code: NAMES[CODES[at - 1]] for at, code in enumerate(CODES)}, "Bashkia fqinje"),
    ],
)
def test_columns_that_agree_or_say_something_else_are_no_contradiction(tmp_path, beside, header):
    assert not told(
        take(csv_file(tmp_path, coded(beside=beside, header=header)), unit="Kodi", period="Viti"), "names_contradict"
    )


def test_a_list_of_county_seats_beside_their_counties_is_no_contradiction(tmp_path):
    seats = [code for code in CODES if NAMES[code] == COUNTY[code]]
    rows = [[code, COUNTY[code], 2014, 5] for code in [*seats, "AL212", "AL225"]]
    path = csv_file(tmp_path, [["Kodi", "Zona", "Viti", "Raste"], *rows])
    assert not told(take(path, unit="Kodi", period="Viti"), "names_contradict")


NUMBERING = [code for county in sorted({*COUNTY.values()}) for code in CODES if COUNTY[code] == county]


@pytest.mark.parametrize("header", ["Nr.", "Nr rendor", "#"])
@pytest.mark.parametrize("years", [(2014,), (2014, 2015)])
def test_x31_a_running_number_nearly_in_the_order_of_the_codes_is_no_code(tmp_path, header, years):
    rows = [[at, NAMES[code], year, 10] for at, code in enumerate(NUMBERING, start=1) for year in years]
    path = csv_file(tmp_path, [[header, "Bashkia", "Viti", "Raste"], *rows])
    assert not told(take(path, period="Viti"), "names_contradict")
    coded = csv_file(tmp_path, [["Kodi INSTAT", "Bashkia", "Viti", "Raste"], *rows])
    assert told(take(coded, period="Viti"), "names_contradict")


def test_names_that_are_all_shifted_are_told_at_once(tmp_path):
    shifted = {code: NAMES[CODES[at - 1]] for at, code in enumerate(CODES)}
    (problem,) = told(take(csv_file(tmp_path, coded(beside=shifted)), unit="Kodi", period="Viti"), "names_contradict")
    assert "61 pairs of names in 122 rows" in problem.what


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rows_that_are_added_up_are_held_against_the_names_beside_them(tmp_path, kind):
    wrong = coded(("AL225", "AL357"))
    table = [[*wrong[0], "Gjinia"], *([*row, sex] for row in wrong[1:] for sex in ("Femra", "Meshkuj"))]
    path = csv_file(tmp_path, table) if kind == "csv" else book(tmp_path, {"S": table})
    over = Aggregate(by="sum", over=("Gjinia",))
    one, other = told(take(path, unit="Kodi", period="Viti", aggregate=over), "names_contradict")
    assert {"'Vorë' (4 rows)", "'Vlorë' (4 rows)"} == {found.what.rpartition(" says ")[2] for found in (one, other)}
    start = 2 + 4 * CODES.index("AL225")
    cells = f"rows {start}-{start + 3}, column Bashkia" if kind == "csv" else f"B{start}:B{start + 3}"
    assert cells in {one.cell, other.cell}
    assert not told(
        take(csv_file(tmp_path, [[*row, "F" if at else "Gjinia"] for at, row in enumerate(coded())], "e.csv"),
             unit="Kodi", period="Viti", aggregate=over),
        "names_contradict",
    )  # fmt: skip


def test_a_file_that_nobody_declared_is_held_against_its_names(tmp_path):
    assert told(unseen(csv_file(tmp_path, coded(("AL212", "AL216"))), REFERENCE), "names_contradict")


# A9 and A11: titles of a table read with `year`


def sheet(title, year=2021):
    return [[title], ["Bashkia", "Raste"], *([NAMES[code], figure(code, year)] for code in CODES)]


@pytest.mark.parametrize(
    "title",
    [
        "Raste të dhunës, periudha janar-qershor 2021",
        "Raste të dhunës, 6-mujori i parë 2021",
        "Raste të dhunës, 6 muaj 2021",
        "Raste të dhunës, tremujori I",
        "Gjendja më 30 qershor 2021",
    ],
)
def test_a_title_that_speaks_of_a_part_of_the_year_stops(tmp_path, title):
    taken = take(book(tmp_path, {"2021": sheet(title)}), year=2021, header=2)
    (problem,) = told(taken, "part_of_a_year")
    assert (problem.severity, problem.cell) == ("STOP", "row 1")
    assert title in problem.what
    assert told(unseen(tmp_path / "tabela.xlsx", REFERENCE), "part_of_a_year")


@pytest.mark.parametrize(
    "title",
    [
        "Raste të dhunës, viti 2021",
        "Raste të dhunës, janar-dhjetor 2021",
        "Raste të dhunës, 12-mujori 2021",
        "Gjendja më 31 dhjetor 2021",
        "1 janar - 31 dhjetor 2021",
        "Raste 2021 (përgatitur në mars 2022)",
        "Paga mesatare për muaj, 2021",
        "Burimi: raporti i marsit, mars 2021",
    ],
)
def test_a_title_of_the_whole_year_is_read(tmp_path, title):
    taken = take(book(tmp_path, {"2021": sheet(title)}), year=2021, header=2)
    assert not told(taken, "part_of_a_year")
    assert not told(taken, "another_year")


def test_stocks_of_december_are_asked_about_once_for_all_sheets(tmp_path):
    years = (2018, 2019, 2020)
    path = book(tmp_path, {str(year): sheet(f"Përfitues të pagesës, dhjetor {year}", year) for year in years})
    (question,) = told(unseen(path, REFERENCE), "end_of_year")
    assert (question.severity, question.name) == ("ASK", "end_of_year/tabela.xlsx")
    assert question.options == ("as_declared",)
    assert "the same holds for 2 more tables: '2019', '2020'" in question.what
    (own,) = told(take(path, sheet="2019", year=2019, header=2), "end_of_year")
    assert (own.sheet, own.cell) == ("2019", "row 1")


@pytest.mark.parametrize("title", ["Raste, nëntor - dhjetor 2021", "Gjendja më 15 dhjetor 2021", "Raste, mars 2021"])
def test_another_month_or_day_or_a_span_stops_as_before(tmp_path, title):
    taken = take(book(tmp_path, {"Dhjetor 2021": sheet(title)}), year=2021, header=2)
    (problem,) = told(taken, "part_of_a_year")
    assert title in problem.what
    assert not told(taken, "end_of_year")


def test_the_name_of_a_sheet_that_speaks_of_a_part_of_the_year_stops(tmp_path):
    assert told(take(book(tmp_path, {"Janar 2021": sheet("Raste")}), year=2021, header=2), "part_of_a_year")


def test_a_title_of_another_year_than_the_sheet_is_asked_about(tmp_path):
    path = book(
        tmp_path, {str(year): sheet(f"Raste, viti {year - (year == 2019)}", year) for year in (2018, 2019, 2020)}
    )
    for problems in (take(path, sheet="2019", year=2019, header=2), unseen(path, REFERENCE)):
        (problem,) = told(problems, "another_year")
        assert (problem.severity, problem.sheet, problem.options) == ("ASK", "2019", ("as_declared",))
        assert "its title says 2018" in problem.what


def test_the_day_or_the_law_in_a_title_is_no_other_year(tmp_path):
    path = book(tmp_path, {"2019": sheet("Raste sipas ligjit nr. 18/2017, botuar më 4.9.2020")})
    assert not told(take(path, year=2019, header=2), "another_year")


def test_a_declared_year_that_neither_title_nor_sheet_tells_is_warned_of(tmp_path):
    (problem,) = told(take(book(tmp_path, {"S": sheet("Raste, viti 2018")}), year=2019, header=2), "another_year")
    assert problem.severity == "WARN"


# A4: shares added up


def by_sex(header):
    rows = [[NAMES[code], 2015, sex, 33.5 + at] for code in CODES for at, sex in enumerate(("Femra", "Meshkuj"))]
    return [["Bashkia", "Viti", "Gjinia", header], *rows]


@pytest.mark.parametrize(
    ("kind", "unit", "stops"),
    [("share", "percent", True), ("rate", "per 1,000 inhabitants", True), ("measure", "percent", True),
     ("measure", "days", False), ("count", "persons", False)],
)  # fmt: skip
def test_shares_and_rates_are_never_added_up(tmp_path, kind, unit, stops):
    registered = replace(
        registered_facts(REFERENCE), kinds={"own": kind}, units={"own": unit}, registries={"own": "variables.csv"}
    )
    declared = {"period": "Viti", "columns": {"own": "Shifra"}, "registered": registered}
    path = csv_file(tmp_path, by_sex("Shifra"))
    summed = told(take(path, aggregate=Aggregate(by="sum", over=("Gjinia",)), **declared), "shares_added_up")
    assert [problem.severity for problem in summed] == ["STOP"] * stops
    assert not told(take(path, aggregate=Aggregate(by="mean", over=("Gjinia",)), **declared), "shares_added_up")


def drafted_source(path):
    survey_of = survey(path, reference_meanings(REFERENCE))
    draft = drafted("new", [survey_of], REFERENCE, reference_headers(REFERENCE))
    (table,) = (guess["why"] for guess in draft.guesses if guess["name"].startswith("table"))
    return draft.parameters["data"]["sources"][0], table, [row["code"] for row in draft.variables]


def test_a_draft_proposes_no_sum_of_shares(tmp_path):
    one, why, _ = drafted_source(csv_file(tmp_path, by_sex("Shkalla e punësimit (%)")))
    assert one["aggregate"] == {"by": "mean", "over": ["Gjinia"]}
    assert "never added up" in why


def test_a_draft_leaves_shares_out_where_counts_beside_them_are_added_up(tmp_path):
    header, *rows = by_sex("Shkalla e punësimit (%)")
    table = [[*header, "Raste"], *([*row, 20 + at % 17] for at, row in enumerate(rows))]
    one, why, codes = drafted_source(csv_file(tmp_path, table))
    assert one["aggregate"]["by"] == "sum"
    assert list(one["columns"].values()) == ["Raste"]
    assert codes == ["raste"]
    assert "'Shkalla e punësimit (%)' is a share or a rate, which is never added up, and is left out" in why


# B16: years that stand in the file


def test_excel_dates_across_the_columns_are_years(tmp_path):
    days = [datetime(year, 12, 31) for year in range(2014, 2018)]  # noqa: DTZ001 - as a workbook has it
    table = [["Bashkia", *days], *([NAMES[code], *(figure(code, day.year) for day in days)] for code in CODES)]
    path = book(tmp_path, {"S": table}, "raste.xlsx")
    found = unseen(path, REFERENCE)
    assert not [problem.what for problem in found.problems if problem.severity in {"STOP", "ASK"}]
    assert found.tables[0].table.years == (2014, 2015, 2016, 2017)
    taken = take(path, columns={"beneficiaries": "{year}"}, dates="year")
    assert sorted(set(taken.values["period"])) == [2014, 2015, 2016, 2017]
    (first, *_) = told(take(path, columns={"beneficiaries": "{year}"}), "part_of_a_year")
    assert "declare dates: year" in first.do


@pytest.mark.parametrize("words", ["Janar-Dhjetor {}", "{} (janar-dhjetor)", "12-mujori {}", "Janar {0} - Dhjetor {0}"])
def test_the_first_to_the_last_month_is_the_year(tmp_path, words):
    rows = [[NAMES[code], words.format(year), figure(code, year)] for code in CODES for year in (2014, 2015)]
    path = csv_file(tmp_path, [["Bashkia", "Periudha", "Raste"], *rows])
    taken = take(path, period="Periudha")
    assert sorted(set(taken.values["period"])) == [2014, 2015]
    assert unseen(path, REFERENCE).tables[0].table.years == (2014, 2015)


@pytest.mark.parametrize("over", [None, Aggregate(by="sum", over=("Periudha",))])
def test_a_declared_year_beside_a_column_of_other_years_stops(tmp_path, over):
    rows = [[NAMES[code], f"Janar-Dhjetor {year}", figure(code, year)] for code in CODES for year in (2019, 2020)]
    path = csv_file(tmp_path, [["Bashkia", "Periudha", "Raste"], *rows])
    (problem,) = told(take(path, year=2020, aggregate=over), "years_in_a_column")
    assert problem.severity == "STOP"
    assert "2019, 2020" in problem.what
    same = csv_file(
        tmp_path, [["Bashkia", "Periudha", "Raste"], *(row for row in rows if "2020" in row[1])], "njesoj.csv"
    )
    assert not told(take(same, year=2020), "years_in_a_column")


def test_days_in_a_column_are_named_where_no_column_tells_the_year_alone(tmp_path):
    days = [f"2015-{month:02}-28" for month in range(1, 7)]
    rows = [[NAMES[code], day, figure(code, 2015)] for code in CODES for day in days]
    (problem,) = told(
        unseen(csv_file(tmp_path, [["Bashkia", "Data", "Raste"], *rows], "a.csv"), REFERENCE), "no_year_told"
    )
    assert "'Data' holds days or parts of years" in problem.what
