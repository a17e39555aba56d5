"""X12 to X19, X46, X47: whatever a sheet looks like, its values come out with their own addresses, or it says why not."""

import csv
import datetime as dt
from functools import partial
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from conftest import run_lnbeval
from country import LETTERS, PERSONS
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from lnbeval.errors import ParameterError
from lnbeval.intake import Condition, Source, intake
from lnbeval.intake.source import Aggregate, Level
from lnbeval.reference import is_total, load_reference
from lnbeval.workspace.header_table import reference_headers
from lnbeval.workspace.intake_stage import resolved, write_intake
from lnbeval.workspace.parameters import read_parameters
from lnbeval.workspace.places import Workspace

ROOT = Path(__file__).parents[2]
REFERENCE = load_reference(ROOT / "data" / "reference")
HEADER = ["Bashkia", "Viti", "Raste"]
YELLOW = PatternFill("solid", fgColor="FFFF00")
FILE = "tabela.xlsx"
AT_CELLS = ("blank_cells", "comments", "declared_missing", "marks_decided", "merged_cells", "year_marks")  # rules


def sheet(folder, rows, *, merge=(), hide=(), hide_columns=(), fill=(), comments=(), filter_on=""):
    """A workbook with one sheet, with what it shows beside its values."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Tabela"
    for row in rows:
        page.append(list(row))
    for area in merge:
        page.merge_cells(area)
    for row in hide:
        page.row_dimensions[row].hidden = True
    for letter in hide_columns:
        page.column_dimensions[letter].hidden = True
    for cell in fill:
        page[cell].fill = YELLOW
    for cell, text in comments:
        page[cell].comment = Comment(text, "INSTAT")
    if filter_on:
        page.auto_filter.ref = filter_on
        page.auto_filter.add_filter_column(0, ["Tiranë"])
    book.save(folder / FILE)


def delivered(folder, kind, rows):
    """The rows as a workbook, or as a text."""
    if kind == "xlsx":
        return sheet(folder, rows)
    with (folder / "tabela.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    return None


def take(folder, answered=None, **changes):
    """The intake of the sheet, or of another file."""
    declared = {"file": FILE, "unit": "Bashkia", "period": "Viti", "columns": {"cases": "Raste"}, **changes}
    return intake(
        folder,
        [Source(**declared)],
        partial(resolved, REFERENCE),
        partial(is_total, REFERENCE),
        answered or {},
        headers=reference_headers(REFERENCE),
        persons=PERSONS,
        letters=LETTERS,
    )


def told(taken, severity="STOP"):
    return [problem for problem in taken.problems if problem.severity == severity]


def texts(taken, severity):
    return " | ".join(f"{problem.what} {problem.do}" for problem in told(taken, severity))


def quiet(taken):
    return not [problem for problem in taken.problems if problem.severity != "NOTE"]


def values(taken):
    """Code, year, value and the cell it stands in."""
    return list(taken.values[["code", "period", "value", "cell"]].itertuples(index=False, name=None))


def balanced(taken):
    counts = taken.counts
    parts = counts[["cells_used", "cells_missing", "cells_bounded", "cells_set_aside", "cells_stopped"]].sum(axis=1)
    return (
        (counts["rows_read"] == counts["rows_used"] + counts["rows_set_aside"]).all()
        and (counts["cells_read"] == parts).all()
        and (taken.set_aside["cell"] == "").sum() == counts["rows_set_aside"].sum()
    )


# X12: merged cells and several header rows


def test_x12_merged_names_and_years_are_filled_down_with_one_warning_that_names_the_ranges(tmp_path):
    rows = [HEADER, ["Tiranë", 2019, 5], [None, 2020, 6], ["Durrës", 2019, 7], [None, 2020, 8]]
    sheet(tmp_path, rows, merge=["A2:A3", "A4:A5"])
    taken = take(tmp_path)
    assert values(taken) == [
        ("AL121", 2019, 7, "C4"),
        ("AL121", 2020, 8, "C5"),
        ("AL224", 2019, 5, "C2"),
        ("AL224", 2020, 6, "C3"),
    ]
    (warning,) = told(taken, "WARN")
    assert "A2:A3, A4:A5 were filled down" in warning.what
    assert not told(taken)
    assert balanced(taken)


def test_x12_a_merged_county_column_settles_a_name_that_needs_it(tmp_path):
    rows = [["Qarku", *HEADER], ["Dibër", "Klos", 2020, 5], [None, "Mat", 2020, 6]]
    sheet(tmp_path, rows, merge=["A2:A3"])
    taken = take(tmp_path, county="Qarku")
    assert values(taken) == [("AL113", 2020, 5, "D2"), ("AL114", 2020, 6, "D3")]
    assert taken.names["county"].tolist() == ["Dibër", "Dibër"]


@pytest.mark.parametrize(("area", "rows"), [("C2:C3", [[5], [None]]), ("C2:D2", [[5, None], [6, 7]])])
def test_x12_one_merged_figure_for_several_is_ambiguous_and_stops(tmp_path, area, rows):
    table = [[*HEADER, "Gra"], ["Tiranë", 2020, *rows[0]], ["Durrës", 2020, *rows[1]]]
    sheet(tmp_path, table, merge=[area])
    (problem,) = told(take(tmp_path, columns={"cases": "Raste", "women": "Gra"}))
    assert problem.cell == area
    assert "one value for several figures" in problem.what


def test_x12_merged_cells_in_columns_that_are_not_used_and_in_notes_say_nothing(tmp_path):
    rows = [[*HEADER, "Shënim"], ["Tiranë", 2020, 5, "x"], ["Durrës", 2020, 6, None], ["Burimi: INSTAT"]]
    sheet(tmp_path, rows, merge=["D2:D3", "A4:C4"])
    taken = take(tmp_path)
    assert quiet(taken)
    assert len(taken.values) == 2


def test_x12_two_header_rows_are_joined_and_merged_top_cells_are_filled_right(tmp_path):
    rows = [
        ["Raportim vjetor"],
        ["Bashkia", "Viti", "Përfitues", None, "Aplikues", None],
        [None, None, "Gra", "Burra", "Gra", "Burra"],
        ["Tiranë", 2020, 5, 6, 7, 8],
    ]
    sheet(tmp_path, rows, merge=["A2:A3", "B2:B3", "C2:D2", "E2:F2"])
    columns = {"women": "Përfitues / Gra", "men": "Përfitues / Burra", "asking": "Aplikues / Burra"}
    taken = take(tmp_path, header=(2, 3), columns=columns)
    assert dict(zip(taken.values["variable"], taken.values["cell"], strict=True)) == {
        "asking": "F4",
        "men": "D4",
        "women": "C4",
    }
    (warning,) = told(taken, "WARN")
    assert "C2:D2, E2:F2 were filled to the right, in the header" in warning.what
    assert not told(taken)


@pytest.mark.parametrize("header", [2, 3])
def test_x12_one_declared_row_of_a_header_of_two_says_which_list_to_declare(tmp_path, header):
    rows = [
        ["Raportim vjetor"],
        ["Bashkia", "Viti", "Përfitues", None],
        [None, None, "Gra", "Burra"],
        ["Tiranë", 2020, 5, 6],
    ]
    sheet(tmp_path, rows, merge=["C2:D2"])
    for column in ("Gra", "Përfitues"):
        assert "declare header: [2, 3]" in texts(take(tmp_path, header=header, columns={"w": column}), "STOP").replace(
            "Declare", "declare"
        )


def test_x12_header_rows_must_follow_each_other():
    with pytest.raises(ParameterError, match=r"header is \[2, 4\]"):
        Source(file="a.xlsx", unit="Bashkia", period="Viti", columns={"c": "Raste"}, header=(2, 4))


# X13: titles above, notes and sources below


def test_x13_titles_notes_and_sources_are_kept_as_notes_and_not_read(tmp_path):
    rows = [
        ["Numri i rasteve sipas bashkive"],
        [],
        HEADER,
        ["Tiranë", 2020, 5],
        ["Gjithsej", 2020, 5],
        ["* Të dhëna paraprake"],
        ["Burimi:", "INSTAT"],
    ]
    sheet(tmp_path, rows)
    taken = take(tmp_path, header=3)
    assert values(taken) == [("AL224", 2020, 5, "C4")]
    assert taken.notes[["row", "text", "kind"]].values.tolist() == [
        [1, "Numri i rasteve sipas bashkive", "title"],
        [6, "* Të dhëna paraprake", "note"],
        [7, "Burimi: | INSTAT", "source"],
    ]
    assert taken.set_aside["reason"].tolist() == ["total row", "note below the table", "note below the table"]
    assert quiet(taken)
    assert balanced(taken)


def test_x13_a_note_in_a_column_that_is_not_declared_is_set_aside_with_its_text(tmp_path):
    note = "Shënim: pa lagjen nr. 5"
    sheet(tmp_path, [["Nr.", *HEADER], [1, "Tiranë", 2020, 5], [2, "Durrës", 2020, 6], [note]])
    taken = take(tmp_path)
    assert taken.set_aside[["reason", "content"]].to_numpy().tolist() == [["note below the table", note]]
    assert taken.notes["text"].tolist() == [note]


@pytest.mark.parametrize("declared", [1, 2, 5])
def test_x13_the_right_header_row_is_named_when_the_declared_one_is_not_it(tmp_path, declared):
    rows = [["Raste, sipas bashkive"], [], HEADER, ["Tiranë", 2020, 5], ["Durrës", 2020, 6]]
    sheet(tmp_path, rows)
    assert "declare header: 3" in texts(take(tmp_path, header=declared), "STOP")


# X14: totals, and counties that are named like municipalities


def test_x14_totals_are_set_aside_and_held_against_the_sum_of_the_rows(tmp_path):
    sheet(tmp_path, [HEADER, ["Tiranë", 2020, 5], ["Durrës", 2020, 7], ["Gjithsej", 2020, 13]])
    taken = take(tmp_path)
    assert taken.set_aside["reason"].tolist() == ["total row"]
    (warning,) = told(taken, "WARN")
    assert (warning.cell, warning.municipality) == ("C4", "Gjithsej")
    assert "The total is 13, but the rows of the year (2) add up to 12" in warning.what


def counties(years=(2019, 2020), level=None):
    """Durrës, the county, above its municipalities, Durrës among them."""
    rows = []
    for year in years:
        own = [("Qark", "Durrës", 12), ("Bashki", "Durrës", 7), ("Bashki", "Krujë", 3), ("Bashki", "Shijak", 2)]
        own += [("Qark", "Berat", 4), ("Bashki", "Kuçovë", 4), ("Vend", "Gjithsej", 16)]
        rows += [[*([kind] if level else []), name, year, cases] for kind, name, cases in own]
    return [[*([level] if level else []), *HEADER], *rows]


def test_x14_a_county_named_like_a_municipality_beside_it_stops_and_asks_for_a_level_column(tmp_path):
    sheet(tmp_path, counties())
    taken = take(tmp_path)
    (problem,) = told(taken)
    assert problem.municipality == "Durrës"
    assert problem.cell == "A2:A3, A9:A10"
    assert "level: {column: ..., municipality: ...}" in problem.do
    assert "AL121" not in set(taken.values["code"])
    assert balanced(taken)


def test_x14_rows_that_all_stand_twice_are_contradictions_and_no_question_of_levels(tmp_path):
    rows = [HEADER, *([name, 2020, cases] for name in ("Durrës", "Krujë") for cases in (5, 6))]
    sheet(tmp_path, rows)
    assert [problem.cell for problem in told(take(tmp_path))] == ["C3", "C5"]


def test_x14_with_a_level_column_the_rows_of_other_levels_are_totals_and_are_reconciled(tmp_path):
    sheet(tmp_path, counties(level="Niveli"))
    taken = take(tmp_path, level=level("Niveli", "bashki"))
    assert [row for row in values(taken) if row[1] == 2020] == [
        ("AL121", 2020, 7, "D10"),
        ("AL122", 2020, 3, "D11"),
        ("AL123", 2020, 2, "D12"),
        ("AL312", 2020, 4, "D14"),
    ]
    assert taken.set_aside["reason"].value_counts().to_dict() == {
        "row of another level: Qark": 4,
        "row of another level: Vend": 2,
    }
    (note,) = [problem for problem in taken.problems if problem.rule == "other_levels"]
    assert note.what == "Rows of other levels are totals, not read: 'Qark' (4 rows), 'Vend' (2 rows)"
    assert quiet(taken)
    assert balanced(taken)


def test_x14_a_county_total_of_a_level_that_is_wrong_is_told(tmp_path):
    rows = counties(years=(2020,), level="Niveli")
    rows[1][3] = 11
    sheet(tmp_path, rows)
    assert [problem.cell for problem in told(take(tmp_path, level=level("Niveli", "bashki")), "WARN")] == ["D2"]


def test_x14_a_level_that_no_row_has_and_a_level_that_is_blank_stop(tmp_path):
    sheet(tmp_path, counties(level="Niveli"))
    assert "No row has the level 'komunë'. Levels: 'Qark' (4 rows)" in texts(
        take(tmp_path, level=level("Niveli", "komunë")), "STOP"
    )
    rows = counties(years=(2020,), level="Niveli")
    rows[3][0] = None
    sheet(tmp_path, rows)
    (problem,) = told(take(tmp_path, level=level("Niveli", "bashki")))
    assert (problem.cell, "level is blank" in problem.what) == ("B4", True)


def level(column, municipality):
    return Level(column=column, municipality=municipality)


# X15: years across columns


def test_x15_years_across_columns_are_read_each_cell_with_its_own_address_and_marks_kept(tmp_path):
    rows = [["Bashkia", "2019*", "Viti 2020", "2021 (p)", 2022], ["Tiranë", 5, 6, 7, 8], ["Gjithsej", 5, 6, 7, 8]]
    sheet(tmp_path, rows)
    taken = take(tmp_path, period=None, columns={"cases": "{year}"})
    assert values(taken) == [
        ("AL224", 2019, 5, "B2"),
        ("AL224", 2020, 6, "C2"),
        ("AL224", 2021, 7, "D2"),
        ("AL224", 2022, 8, "E2"),
    ]
    assert taken.notes[["text", "kind"]].values.tolist() == [["2019*", "flag"], ["2021 (p)", "flag"]]
    assert "'2019*' (B1), '2021 (p)' (D1)" in texts(taken, "NOTE")
    assert quiet(taken)
    assert balanced(taken)


def test_x15_a_pattern_takes_its_own_columns_and_totals_are_held_against_each_year(tmp_path):
    rows = [
        ["Bashkia", "Përfitues 2019", "PËRFITUES  2020 e rishikuar", "Buxheti 2019"],
        ["Tiranë", 5, 6, 100],
        ["Durrës", 1, 2, 200],
        ["Gjithsej", 6, 9, 300],
    ]
    sheet(tmp_path, rows)
    taken = take(tmp_path, period=None, columns={"cases": "Përfitues {year}"})
    assert [row[1:] for row in values(taken) if row[0] == "AL224"] == [(2019, 5, "B2"), (2020, 6, "C2")]
    (warning,) = told(taken, "WARN")
    assert (warning.cell, warning.year) == ("C4", "2020")
    assert "Columns not declared, and no figure is taken from them: 'Buxheti 2019'" in texts(taken, "NOTE")


def test_x15_a_fault_in_a_column_of_a_year_names_its_cell_and_year(tmp_path):
    sheet(tmp_path, [["Bashkia", 2019, 2020], ["Tiranë", 5, "#REF!"]])
    (problem,) = told(take(tmp_path, period=None, columns={"cases": "{year}"}))
    assert (problem.cell, problem.year) == ("C2", "2020")


@pytest.mark.parametrize(("rule", "year"), [("start", 2018), ("end", 2019)])
@pytest.mark.parametrize("label", ["2018/19", "2018-2019", "Viti shkollor 2018/2019"])
def test_x15_a_school_year_needs_its_rule_across_columns(tmp_path, label, rule, year):
    sheet(tmp_path, [["Bashkia", label], ["Tiranë", 5]])
    (problem,) = told(take(tmp_path, period=None, columns={"cases": "{year}"}))
    assert problem.cell == "B1"
    assert "school_year: start (it counts for 2018) or school_year: end (for 2019)" in problem.do
    taken = take(tmp_path, period=None, columns={"cases": "{year}"}, school_year=rule)
    assert values(taken) == [("AL224", year, 5, "B2")]
    assert "School years are read" in texts(taken, "NOTE")


def test_x15_marks_and_school_years_in_a_year_column_are_read_the_same_way(tmp_path):
    sheet(tmp_path, [HEADER, ["Tiranë", "2019*", 5], ["Tiranë", "Viti 2020", 6], ["Tiranë", "2021/22", 7]])
    (problem,) = told(take(tmp_path))
    assert (problem.cell, "school_year" in problem.do) == ("B4", True)
    taken = take(tmp_path, school_year="end")
    assert [row[1:] for row in values(taken)] == [(2019, 5, "C2"), (2020, 6, "C3"), (2022, 7, "C4")]
    assert taken.notes[["row", "text", "kind"]].values.tolist() == [[2, "2019*", "flag"]]


def test_x15_words_behind_a_year_that_are_no_mark_are_asked_about(tmp_path):
    sheet(tmp_path, [["Bashkia", "2019", "2020 plan"], ["Tiranë", 5, 6]])
    (question,) = [p for p in take(tmp_path, period=None, columns={"cases": "{year}"}).problems if p.severity == "ASK"]
    assert (question.cell, question.options) == ("C1", ("year", "other"))
    read = {
        answer: [
            row[1] for row in values(take(tmp_path, {question.name: answer}, period=None, columns={"cases": "{year}"}))
        ]
        for answer in question.options
    }
    assert read == {"year": [2019, 2020], "other": [2019]}


def test_x15_two_columns_for_one_year_stop(tmp_path):
    sheet(tmp_path, [["Bashkia", "2019", "2019*"], ["Tiranë", 5, 6]])
    (problem,) = told(take(tmp_path, period=None, columns={"cases": "{year}"}))
    assert "several columns for 2019: '2019' (B1), '2019*' (C1)" in problem.what


def test_x15_years_across_columns_and_a_year_column_contradict_each_other():
    with pytest.raises(ParameterError, match="period names a year column"):
        Source(file="a.xlsx", unit="Bashkia", period="Viti", columns={"c": "{year}"})
    with pytest.raises(ParameterError, match="period is left out, but the column of c"):
        Source(file="a.xlsx", unit="Bashkia", columns={"c": "Raste"})


# X16: a row of tags


def test_x16_a_row_of_tags_is_set_aside_and_its_tags_can_stand_for_headers(tmp_path):
    rows = [HEADER, ["#adm2 +name", "#date+year", "#affected+f+children"], ["Tiranë", 2020, 5]]
    sheet(tmp_path, rows)
    by_name = take(tmp_path)
    by_tag = take(tmp_path, unit="#adm2+name", period="#date+year", columns={"cases": "#affected +children +f"})
    assert values(by_name) == values(by_tag) == [("AL224", 2020, 5, "C3")]
    assert by_tag.set_aside[["row", "reason"]].values.tolist() == [[2, "row of tags"]]
    assert "Row 2 holds tags" in texts(by_tag, "NOTE")
    assert quiet(by_name)
    assert quiet(by_tag)
    assert balanced(by_tag)


def test_x16_a_row_of_tags_in_a_csv_file_is_read_the_same_way(tmp_path):
    text = "Bashkia,Viti,Raste\n#adm2+name,#date+year,#affected\nTiranë,2020,5\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    taken = take(tmp_path, file="a.csv", unit="#adm2+name", decimal=".")
    assert [row[:3] for row in values(taken)] == [("AL224", 2020, 5)]
    assert taken.set_aside["row"].tolist() == [2]


# X17: headers in another language, case or form; duplicates


@pytest.mark.parametrize(
    ("header", "pair"),
    [
        (["Municipality", "Year", "Raste"], "'Bashkia' is read from 'Municipality' (column A)"),
        (["BASHKIA ", "VITI", "RAS\nTE"], "'Raste' is read from 'RAS TE' (column C)"),
        (["Njësia  vendore", "vit", "raste"], "'Viti' is read from 'vit' (column B)"),
    ],
)
def test_x17_headers_in_another_language_or_form_are_used_with_a_note_naming_both(tmp_path, header, pair):
    sheet(tmp_path, [header, ["Tiranë", 2020, 5]])
    taken = take(tmp_path)
    assert values(taken) == [("AL224", 2020, 5, "C2")]
    assert pair in texts(taken, "NOTE")
    assert quiet(taken)


def test_x17_spaces_line_breaks_and_letters_in_two_parts_do_not_matter(tmp_path):
    sheet(tmp_path, [["Bashkia", "Viti", "Numri i\nfëmije\u0308ve "], ["Tiranë", 2020, 5]])
    taken = take(tmp_path, columns={"cases": "Numri i fëmijëve"})
    assert values(taken) == [("AL224", 2020, 5, "C2")]


def test_x17_duplicated_headers_that_are_used_stop_and_others_do_not(tmp_path):
    sheet(tmp_path, [["Bashkia", "Viti", "Raste", "Raste", "x", "x"], ["Tiranë", 2020, 5, 6, 1, 2]])
    (problem,) = told(take(tmp_path))
    assert "'Raste' stands over columns C, D" in problem.what
    assert problem.cell == "row 1"


FOLDED = [
    ("Përfitues", ["Përfitues", "PËRFITUES"]),
    ("Përfitues", ["PËRFITUES", "Përfitues "]),
    ("Përfitues", ["PËRFITUES", "përfitues"]),
    ("Përfitues", ["Përfitues", "Pe\u0308rfitues\n"]),
    ("Nr. raste", ["Nr.raste", "NR. RASTE"]),
]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize(("wanted", "names"), FOLDED)
def test_x17_headers_that_differ_in_capitals_or_spaces_alone_stop_when_their_figures_differ(
    tmp_path, kind, wanted, names
):
    delivered(tmp_path, kind, [["Bashkia", "Viti", *names], ["Tiranë", 2020, 5, 5], ["Durrës", 2020, 6, 7]])
    taken = take(tmp_path, file=f"tabela.{kind}", columns={"cases": wanted})
    (stop,) = told(taken)
    assert stop.rule == "header_twice"
    assert "columns C, D" in stop.what
    assert taken.values.empty


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize(("wanted", "names"), FOLDED)
def test_x17_headers_that_differ_in_capitals_alone_over_the_same_figures_are_read_once_with_a_warning(
    tmp_path, kind, wanted, names
):
    delivered(tmp_path, kind, [["Bashkia", "Viti", *names], ["Tiranë", 2020, 5, 5], ["Durrës", 2020, 6, 6]])
    taken = take(tmp_path, file=f"tabela.{kind}", columns={"cases": wanted})
    (warning,) = told(taken, "WARN")
    assert warning.rule == "header_copied"
    assert "(column C" in warning.what
    assert "(column D" in warning.what
    assert not told(taken)
    assert sorted(taken.values["value"]) == [5, 6]
    assert balanced(taken)


def test_x17_headers_that_differ_in_capitals_alone_are_two_series_when_both_are_declared(tmp_path):
    sheet(tmp_path, [["Bashkia", "Viti", "Raste", "RASTE"], ["Tiranë", 2020, 5, 6]])
    taken = take(tmp_path, columns={"cases": "Raste", "others": "RASTE"})
    assert taken.values["value"].tolist() == [5, 6]
    assert quiet(taken)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_x17_spaces_at_the_ends_and_line_breaks_in_headers_are_told(tmp_path, kind):
    delivered(tmp_path, kind, [["Bashkia ", "Viti", "Numri\nraste"], ["Tiranë", 2020, 5]])
    taken = take(tmp_path, file=f"tabela.{kind}", columns={"cases": "Numri raste"})
    assert quiet(taken)
    assert taken.values["value"].tolist() == [5]
    assert "'Bashkia' is read from column A, where spaces or a line break stand" in texts(taken, "NOTE")
    assert "'Numri raste' is read from column C" in texts(taken, "NOTE")


def test_x17_two_columns_that_may_both_be_meant_stop(tmp_path):
    sheet(tmp_path, [["Municipality", "LGU", "Viti", "Raste"], ["Tiranë", "Tiranë", 2020, 5]])
    (problem,) = told(take(tmp_path))
    assert "columns A, B may mean the same: 'Municipality', 'LGU'" in problem.what


# X18: hidden rows and columns, filters, errors, formulas


def test_x18_hidden_rows_and_columns_are_read_and_told(tmp_path):
    rows = [HEADER, ["Tiranë", 2020, 5], ["Durrës", 2020, 6], ["Vlorë", 2020, 7]]
    sheet(tmp_path, rows, hide=[3, 4], hide_columns=["C"], filter_on="A1:C4")
    taken = take(tmp_path)
    assert len(taken.values) == 3
    assert "hides 2 rows (a filter is on); read all the same: 3-4" in texts(taken, "WARN")
    assert "hides columns; read all the same: 'Raste'" in texts(taken, "WARN")
    assert quiet(take(tmp_path, hidden="read"))
    assert "read all the same: 3-4" in texts(take(tmp_path, hidden="read"), "NOTE")


def test_x18_hidden_rows_are_set_aside_and_counted_when_declared(tmp_path):
    rows = [HEADER, ["Tiranë", 2020, 5], ["Durrës", 2020, 6], ["Vlorë", 2020, 7]]
    sheet(tmp_path, rows, hide=[3])
    taken = take(tmp_path, hidden="skip")
    assert [row[0] for row in values(taken)] == ["AL224", "AL357"]
    assert taken.set_aside[["row", "reason"]].values.tolist() == [[3, "hidden row: not read, as declared"]]
    assert "Hidden rows were not read, as declared: 3" in texts(taken, "NOTE")
    assert quiet(taken)
    assert balanced(taken)


def test_x18_a_hidden_column_does_not_count_when_declared(tmp_path):
    sheet(tmp_path, [[*HEADER, "Raste"], ["Tiranë", 2020, 5, 6]], hide_columns=["D"])
    assert values(take(tmp_path, hidden="skip")) == [("AL224", 2020, 5, "C2")]
    sheet(tmp_path, [HEADER, ["Tiranë", 2020, 5]], hide_columns=["C"])
    assert "hidden column C" in texts(take(tmp_path, hidden="skip"), "STOP")


def test_x18_an_error_and_a_formula_without_a_value_stop_with_their_addresses(tmp_path):
    sheet(tmp_path, [HEADER, ["Tiranë", 2020, "=1+1"], ["Durrës", 2020, "#N/A"], ["Vlorë", 2020, "#REF!"]])
    found = {problem.cell: problem.what for problem in told(take(tmp_path))}
    assert set(found) == {"C2", "C3", "C4"}
    assert "formula" in found["C2"]
    assert "#N/A" in found["C3"]
    assert "#REF!" in found["C4"]


# X19: values told by a colour or a comment


def test_x19_blank_cells_with_a_colour_or_a_comment_warn_that_these_are_not_read(tmp_path):
    rows = [[*HEADER, "Tjetër"], ["Tiranë", 2020, None, None], ["Durrës", 2020, None], ["Vlorë", 2020, 7, 1]]
    sheet(tmp_path, rows, fill=["C2", "D2", "C4"], comments=[("C3", "mbyllur në 2020"), ("C4", "e sakt\u00eb")])
    taken = take(tmp_path)
    warnings = told(taken, "WARN")
    assert [(warning.cell, warning.what.split(":")[0]) for warning in warnings] == [
        ("C2", "Cells are blank but coloured"),
        ("C3", "Cells are blank but commented"),
    ]
    assert "Colours and comments are not read" in warnings[0].what
    assert taken.notes[["row", "text", "kind"]].values.tolist() == [
        [3, "C3: mbyllur në 2020", "note"],
        [4, "C4: e saktë", "note"],
    ]
    assert taken.counts["cells_missing"].tolist() == [2]
    (note,) = [problem for problem in taken.problems if problem.rule == "comments"]
    assert note.severity == "NOTE"
    assert note.what.startswith("2 cells carry comments")
    assert note.what.endswith(": C3 ('mbyllur në 2020'), C4 ('e saktë')")


def test_x19_a_note_on_cells_stands_at_the_first_of_them(tmp_path):
    rows = [["Bashkia", "Raste", None, None], ["", "2018", "2019", "2020*"]]
    rows += [["Tiranë", "1 234", None, 7], ["Durrës", "..", 5, None], ["Vlorë", "2 345", 6, 9]]
    sheet(tmp_path, rows, merge=["B1:D1"], comments=[("B5", "e saktë"), ("D5", "e saktë")])
    taken = take(tmp_path, header=(1, 2), period=None, columns={"cases": "Raste / {year}"}, missing=("..",))
    assert {problem.rule: problem.cell for problem in taken.problems if problem.rule in AT_CELLS} == {
        "merged_cells": "B1",
        "year_marks": "D2",
        "marks_decided": "B3",
        "blank_cells": "C3 and 1 more",
        "declared_missing": "B4",
        "comments": "B5 and 1 more",
    }


@pytest.mark.parametrize("column", ["A", "B"])
def test_x18_an_error_or_a_formula_without_a_value_among_names_and_years_stops_with_its_address(tmp_path, column):
    rows = [HEADER, ["Tiranë", 2020, 4], ["Durrës", 2020, 5], ["Vlorë", 2020, 6]]
    rows[2]["AB".index(column)], rows[3]["AB".index(column)] = "#N/A", "=1+1"
    sheet(tmp_path, rows)
    cells = " ".join(problem.cell for problem in told(take(tmp_path)))
    assert f"{column}3" in cells
    assert f"{column}4" in cells


def test_x18_rows_that_a_filter_hides_are_told_as_read_by_the_file_command(tmp_path):
    rows = [HEADER, *([name, 2020, 5 + at] for at, name in enumerate(["Tiranë", "Durrës", "Vlorë", "Berat"]))]
    sheet(tmp_path, rows, hide=[3, 5], filter_on="A1:C5")
    said = run_lnbeval(ROOT, "check", str(tmp_path / FILE)).stdout
    assert "hides 2 rows (a filter is on)" in said
    assert "3, 5" in said


def test_x19_a_colour_of_the_whole_row_is_no_value(tmp_path):
    sheet(tmp_path, [HEADER, ["Tiranë", 2020, None], ["Durrës", 2020, 6]], fill=["A2", "B2", "C2"])
    assert quiet(take(tmp_path))


# X46: parts of a year


@pytest.mark.parametrize("label", ["2020-03", "Janar 2020", "TR1 2020", "Q1", "Tremujori I 2020", "2020 Q2", "03/2020"])
def test_x46_months_and_quarters_beside_years_stop_and_ask_for_a_rule(tmp_path, label):
    sheet(tmp_path, [HEADER, ["Tiranë", 2019, 5], ["Tiranë", label, 6]])
    (problem,) = told(take(tmp_path))
    assert problem.cell == "B3"
    assert label in problem.what
    assert "part of a year" in problem.what
    assert "A rule is needed" in problem.do
    sheet(tmp_path, [["Bashkia", 2019, label], ["Tiranë", 5, 6]])
    (problem,) = told(take(tmp_path, period=None, columns={"cases": "{year}"}))
    assert (problem.cell, "A rule is needed" in problem.do) == ("C1", True)


def test_x46_a_date_in_the_year_column_is_a_part_of_a_year(tmp_path):
    sheet(tmp_path, [HEADER, ["Tiranë", dt.date(2020, 3, 1), 5]])
    (problem,) = told(take(tmp_path))
    assert (problem.cell, "A rule is needed" in problem.do) == ("B2", True)


def test_x46_a_column_of_months_beside_the_year_stops_unless_one_month_is_declared(tmp_path):
    rows = [["Bashkia", "Viti", "Muaji", "Raste"], ["Tiranë", 2020, "Janar", 5], ["Tiranë", 2020, "Dhjetor", 6]]
    sheet(tmp_path, rows)
    (problem,) = told(take(tmp_path))
    assert (problem.cell, "'Janar', 'Dhjetor'" in problem.what) == ("column C", True)
    one = take(tmp_path, only_where=(Condition(variable="cases", column="Muaji", equals="Dhjetor"),))
    assert values(one) == [("AL224", 2020, 6, "D3")]


# X47: years that cannot be


@pytest.mark.parametrize("year", [2009, 2031, 1875, 20119, "20119", "2031*"])
def test_x47_a_year_that_cannot_be_stops_with_its_row(tmp_path, year):
    sheet(tmp_path, [HEADER, ["Tiranë", 2020, 5], ["Tiranë", year, 6]])
    taken = take(tmp_path)
    (problem,) = told(taken)
    assert problem.cell == "B3"
    assert str(year) in problem.what
    assert "between 2010 and 2030" in problem.what
    assert len(taken.values) == 1
    assert balanced(taken)


def test_x47_a_year_that_cannot_be_stops_across_columns_too(tmp_path):
    sheet(tmp_path, [["Bashkia", 2020, 20119], ["Tiranë", 5, 6]])
    (problem,) = told(take(tmp_path, period=None, columns={"cases": "{year}"}))
    assert (problem.cell, "'20119' is not a year" in problem.what) == ("C1", True)


def test_x46_months_that_are_declared_to_add_up_are_read_as_one_figure_of_the_year(tmp_path):
    text = "Bashkia,Viti,Muaji,Raste\n" + "".join(f"Tiranë,2020,{month},{30 - month}\n" for month in range(1, 13))
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    taken = take(tmp_path, file="a.csv", aggregate=Aggregate(by="sum", over=("Muaji",)))
    assert not told(taken)
    assert [row[:3] for row in values(taken)] == [("AL224", 2020, 282)]


# Together


def test_x12_x15_years_over_groups_in_two_header_rows_are_read_by_pattern(tmp_path):
    rows = [["Bashkia", 2019, None, "2020*", None], [None, "Gra", "Burra", "Gra", "Burra"], ["Tiranë", 1, 2, 3, 4]]
    sheet(tmp_path, rows, merge=["A1:A2", "B1:C1", "D1:E1"])
    columns = {"women": "{year} / Gra", "men": "{year} / Burra"}
    taken = take(tmp_path, header=(1, 2), period=None, columns=columns)
    assert dict(zip(taken.values["cell"], taken.values["period"], strict=True)) == {
        "B3": 2019,
        "C3": 2019,
        "D3": 2020,
        "E3": 2020,
    }
    assert not told(taken)
    assert balanced(taken)


@pytest.mark.parametrize("hidden", [None, "skip"])
def test_x18_a_hidden_column_on_persons_still_turns_the_file_away(tmp_path, hidden):
    sheet(tmp_path, [[*HEADER, "NID"], ["Tiranë", 2020, 5, "J00101001A"]], hide_columns=["D"])
    taken = take(tmp_path, hidden=hidden)
    assert "data on persons" in texts(taken, "STOP")
    assert "J00101001A" not in str(taken.set_aside.to_dict()) + str(taken.notes.to_dict())


def test_x12_a_joined_header_on_persons_still_turns_the_file_away(tmp_path):
    sheet(tmp_path, [[*HEADER, "Të dhëna"], [None, None, None, "NID"], ["Tiranë", 2020, 5, "J00101001A"]])
    assert "data on persons" in texts(take(tmp_path, header=(1, 2)), "STOP")


def test_x13_the_intake_stage_writes_the_notes_of_the_files(workspace):
    place = Workspace(root=workspace)
    write_intake(place, "lnb", read_parameters(place, "lnb", REFERENCE), REFERENCE)
    notes = pd.read_csv(place.outputs("lnb") / "intake" / "notes.csv")
    assert notes.columns.tolist() == ["file", "sheet", "row", "text", "kind"]
    first = notes.iloc[0]
    assert (first["row"], first["kind"]) == (1, "title")
    assert first["text"].startswith("Shërbimet e kujdesit shoqëror")


def test_x12_x14_x15_layout_can_be_declared_in_the_parameters(workspace):
    path = workspace / "params" / "turnout.yaml"
    text = path.read_text(encoding="utf-8")
    assert "      period: " in text
    wrong = text.replace(
        "      period: ", "      header: '4'\n      level: {colum: x, municipality: y}\n      period: ", 1
    )
    path.write_text(wrong, encoding="utf-8")
    done = run_lnbeval(workspace, "check", "turnout")
    assert done.returncode == 2
    assert "data.sources[1].header must be the row of the header, as 4, or its rows, as [4, 5]." in done.stderr
    assert "data.sources[1].level.colum is not a parameter. Did you mean 'column'?" in done.stderr
