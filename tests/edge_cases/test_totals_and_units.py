"""X14, X20, X21, X22, X26: totals, units, factors and bounds, held against what is registered of variables and counties."""

import csv
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import openpyxl
import pytest
from country import LETTERS, PERSONS
from edge_cases.hand_made_files import Share, ods_bytes, xls_bytes
from written_evaluations import CODES, NAMES, command, decide, evaluation, indicator, rows, source, taken, variable

from lnbeval.errors import DataError
from lnbeval.intake import Source, intake
from lnbeval.intake.figures.told_units import ToldUnit, told_unit
from lnbeval.intake.source import Level, NumberMarks
from lnbeval.reference import is_total, load_reference
from lnbeval.workspace.header_table import reference_headers
from lnbeval.workspace.meaning import resolved
from lnbeval.workspace.number_words import number_words
from lnbeval.workspace.registered import registered_facts

REFERENCE = load_reference(Path(__file__).parents[2] / "data" / "reference")
WORDS = number_words(REFERENCE)
PLACES = ("Lushnjë", "Kavajë", "Pogradec", "Sarandë", "Kuçovë", "Patos")  # none is a county too
HEADER = ("Bashkia", "Viti", "Shifra")


def written(folder, table, *, merge=()):
    book = openpyxl.Workbook()
    for row in table:
        book.active.append(list(row))
    for area in merge:
        book.active.merge_cells(area)
    book.save(folder / "a.xlsx")


def take(folder, table, variable="beneficiaries", *, merge=(), **declared):
    """The intake of one sheet whose column Shifra, or another that is declared, holds a registered variable."""
    written(folder, table, merge=merge)
    own = {"file": "a.xlsx", "unit": "Bashkia", "period": "Viti", "columns": {variable: "Shifra"}, **declared}
    return taken_from(folder, Source(**own))


def taken_from(folder, declared, answered=MappingProxyType({})):
    return intake(
        folder, [declared], partial(resolved, REFERENCE), partial(is_total, REFERENCE), answered, WORDS,
        reference_headers(REFERENCE), registered_facts(REFERENCE), persons=PERSONS, letters=LETTERS,
    )  # fmt: skip


def told(taken, *severities):
    return [problem for problem in taken.problems if problem.severity in (severities or ("STOP", "ASK", "WARN"))]


def rules(taken):
    return [problem.rule for problem in told(taken)]


def column(*cells, header=HEADER, above=()):
    """Cells of one column, of six municipalities in 2015, then 2016 and so on."""
    return [*above, header, *((PLACES[at % 6], 2015 + at // 6, cell) for at, cell in enumerate(cells))]


# X14, totals


def with_total(total, name="Gjithsej"):
    """Tirana is larger than all others: 900, 10, 20 and 30, which add up to 960; the mean is 240."""
    own = [("Tiranë", 900), ("Lushnjë", 10), ("Patos", 20), ("Kuçovë", 30)]
    return [HEADER, *((place, 2020, figure) for place, figure in own), (name, 2020, total)]


@pytest.mark.parametrize("variable", ["beneficiaries", "social_spending"])
@pytest.mark.parametrize("total", [860, 240, 950])
def test_x14_the_total_of_a_count_or_of_money_is_never_taken_for_an_average(tmp_path, variable, total):
    (warning,) = told(take(tmp_path, with_total(total), variable))
    assert (warning.rule, warning.cell, warning.severity) == ("total_differs_from_the_sum", "C6", "WARN")
    assert f"The total is {total}, but the rows of the year (4) add up to 960" in warning.what


def test_x14_a_row_that_says_that_it_is_a_mean_is_one(tmp_path):
    taken = take(tmp_path, with_total(240, "Mesatarja"))
    assert told(taken) == []
    assert [problem.rule for problem in told(taken, "NOTE")] == ["total_like_an_average"]
    assert rules(take(tmp_path, with_total(260, "Mesatarja"))) == ["total_differs_from_the_sum"]


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (44, "2 total rows were compared with the sums of their rows, and agree"),
        (45, "1 total row was compared with the sum of its rows, and agrees"),
    ],
)
def test_x14_totals_that_agree_are_told(tmp_path, second, what):
    table = [*with_total(960), ("Tiranë", 2021, 40), ("Patos", 2021, 4), ("Gjithsej", 2021, second)]
    (note,) = [one for one in told(take(tmp_path, table), "NOTE") if one.rule == "totals_agree"]
    assert note.what == what


def test_x14_a_total_without_rows_is_not_told_to_agree(tmp_path):
    table = [*with_total(950), ("Gjithsej", 2021, 45)]
    assert "totals_agree" not in {one.rule for one in told(take(tmp_path, table), "NOTE")}


def test_x14_what_is_not_registered_may_be_a_mean_and_else_is_told_to_be_neither(tmp_path):
    assert told(take(tmp_path, with_total(240), "unheard_of")) == []
    (warning,) = told(take(tmp_path, with_total(300), "unheard_of"))
    assert "add up to 960, and their mean is 240" in warning.what


def test_x14_the_mean_is_not_told_of_a_total_beyond_all_its_rows(tmp_path):
    (warning,) = told(take(tmp_path, with_total(999), "unheard_of"))
    assert warning.what.endswith("add up to 960")


def test_x14_the_total_of_shares_is_a_mean_that_may_be_weighted(tmp_path):
    table = [HEADER, ("Tiranë", 2020, 60.5), ("Lushnjë", 2020, 30.5), ("Gjithsej", 2020, 55.1)]
    assert told(take(tmp_path, table, "turnout_pct")) == []
    table[-1] = ("Gjithsej", 2020, 71.3)
    assert rules(take(tmp_path, table, "turnout_pct")) == ["total_differs_from_the_sum"]


def county_rows(durres, name="Qarku Durrës"):
    """Municipalities of two counties in the order of the alphabet, and the totals of both below them."""
    own = [("Durrës", 70), ("Krujë", 30), ("Kuçovë", 5), ("Poliçan", 4), ("Shijak", 20)]
    totals = [(name, durres), ("Qarku Berat", 9), ("Gjithsej", 129)]
    return [HEADER, *((place, 2020, figure) for place, figure in [*own, *totals])]


@pytest.mark.parametrize("name", ["Qarku Durrës", "QARKU DURRES", "Qarku i Durrësit", "Totali Qarku Durrës"])
def test_x14_the_total_of_a_county_is_held_against_its_municipalities_by_the_reference(tmp_path, name):
    assert told(take(tmp_path, county_rows(120, name))) == []
    (warning,) = told(take(tmp_path, county_rows(100, name)))
    assert (warning.rule, warning.cell, warning.municipality) == ("total_differs_from_the_sum", "C7", name)
    assert "The total is 100, but the municipalities of Durrës (3) add up to 120" in warning.what


def test_x14_a_county_of_a_level_column_is_held_against_the_reference_too(tmp_path):
    table = [("Niveli", *HEADER), *(("bashki", *row) for row in county_rows(0)[1:6])]
    table += [("qark", "Durrës", 2020, 100), ("qark", "Berat", 2020, 9), ("vend", "Gjithsej", 2020, 129)]
    level = Level(column="Niveli", municipality="bashki")
    (warning,) = told(take(tmp_path, table, level=level))
    assert (warning.cell, warning.municipality) == ("D7", "Durrës")
    assert "the municipalities of Durrës (3) add up to 120" in warning.what
    table[6] = ("qark", "Durrës", 2020, 120)
    assert told(take(tmp_path, table, level=level)) == []


@pytest.mark.parametrize("name", ["Gjithsej Durrës", "Totali i Durrësit"])
def test_x14_a_word_for_totals_before_the_name_of_a_county_is_the_total_of_the_county(tmp_path, name):
    assert told(take(tmp_path, county_rows(120, name))) == []
    (warning,) = told(take(tmp_path, county_rows(100, name)))
    assert "The total is 100, but the municipalities of Durrës (3) add up to 120" in warning.what


def with_unknown_row(durres, at):
    """Two counties, each below its total, the total of both, and a row of no municipality at some place."""
    own = [("Qarku Durrës", durres), ("Durrës", 70), ("Krujë", 30), ("Shijak", 20), ("Qarku Berat", 9), ("Kuçovë", 5)]
    table = [HEADER, *((place, 2020, figure) for place, figure in [*own, ("Poliçan", 4), ("Gjithsej", 129)])]
    table.insert(at, ("nga të cilët në fshat", 2020, 40))
    return table


@pytest.mark.parametrize("at", [9, 7])
def test_x14_a_row_of_no_municipality_elsewhere_does_not_hide_a_county_that_differs(tmp_path, at):
    taken = take(tmp_path, with_unknown_row(100, at))
    assert rules(taken) == ["unknown_name", "total_differs_from_the_sum"]
    assert "the municipalities of Durrës (3) add up to 120" in told(taken)[1].what


def test_x14_a_total_that_may_hold_a_row_that_is_not_read_is_told_not_to_be_compared(tmp_path):
    taken = take(tmp_path, with_unknown_row(100, 5))
    assert rules(taken) == ["unknown_name"]
    (note,) = [problem for problem in told(taken, "NOTE") if problem.rule == "total_not_compared"]
    assert (note.cell, note.municipality) == ("C2", "Qarku Durrës")
    assert "no figure is known of 'nga të cilët në fshat' (row 6)" in note.what


def test_x14_a_total_of_all_is_not_compared_while_any_row_is_not_read(tmp_path):
    table = [*with_unknown_row(120, 9)[:8], ("Gjithsej", 2020, 130), ("nga të cilët në fshat", 2020, 40)]
    taken = take(tmp_path, table)
    assert rules(taken) == ["unknown_name"]
    assert [problem.cell for problem in told(taken, "NOTE") if problem.rule == "total_not_compared"] == ["C9"]


@pytest.mark.parametrize("word", [None, "s'ka"])
@pytest.mark.parametrize(("total", "compared"), [(120, False), (90, True)])
def test_x14_a_total_that_may_be_right_with_what_is_not_reported_is_not_compared(tmp_path, word, total, compared):
    table = county_rows(total)
    table[5] = ("Shijak", 2020, word)  # of Durrës, whose other two add up to 100
    table[-1] = ("Gjithsej", 2020, 129)
    taken = take(tmp_path, table, missing=("s'ka",))
    not_compared = {one.cell: one.what for one in told(taken, "NOTE") if one.rule == "total_not_compared"}
    why = "no figure is known of Shijak (row 6, not reported)"
    assert list(not_compared) == ["C9" if compared else "C7"]
    assert all(why in what for what in not_compared.values())
    warned = [one.what for one in told(taken)]
    said = "The total is 90, but the municipalities of Durrës (2) add up to 100; Shijak is not reported"
    assert warned == ([said] if compared else [])


@pytest.mark.parametrize(("total", "severity"), [(954, "NOTE"), (951, "NOTE"), (949, "WARN"), (10, "WARN")])
def test_x14_a_total_below_the_known_figures_is_told_whatever_a_bound_holds(tmp_path, total, severity):
    table = with_total(total)  # 950 without Lushnjë
    table[2] = ("Lushnjë", 2020, "<5")
    taken = take(tmp_path, table)
    (said,) = [problem for problem in taken.problems if problem.rule.startswith("total_")]
    assert said.severity == severity


def test_x14_a_total_of_a_county_is_told_with_the_municipality_that_has_no_row(tmp_path):
    table = [row for row in county_rows(120) if row[0] not in {"Shijak", "Gjithsej"}]
    (warning,) = told(take(tmp_path, table))
    assert warning.what == "The total is 120, but the municipalities of Durrës (2) add up to 100; Shijak has no row"
    table[-2] = ("Qarku Durrës", 2020, 90)
    (warning,) = told(take(tmp_path, table))
    assert warning.what == "The total is 90, but the municipalities of Durrës (2) add up to 100"


def test_x14_a_gap_in_one_block_does_not_hide_a_wrong_total_of_another(tmp_path):
    first = [("Tiranë", 2020, 900), ("Lushnjë", 2020, None), ("Shuma", 2020, 940)]
    table = [HEADER, *first, ("Patos", 2020, 20), ("Kuçovë", 2020, 30), ("Shuma", 2020, 60)]
    taken = take(tmp_path, table)
    assert [one.cell for one in told(taken)] == ["C7"]
    assert [one.cell for one in told(taken, "NOTE") if one.rule == "total_not_compared"] == ["C4"]


def test_x14_totals_that_are_not_compared_for_different_reasons_are_told_apart(tmp_path):
    header = ("Bashkia", *(f"Shifra {year}" for year in (2019, 2020)))
    own = [("Durrës", "<5", 70), ("Krujë", 30, 30), ("Shijak", 20, 20), ("Qarku Durrës", 120, 130)]
    table = [header, *own, ("Kuçovë", 5, None), ("Poliçan", None, 4), ("Berat", 1, 1), ("Qarku Berat", 9, 9)]
    declared = {"period": None, "columns": {"beneficiaries": "Shifra {year}"}}
    taken = take(tmp_path, table, **declared)
    notes = {one.cell: one.what for one in told(taken, "NOTE") if one.rule == "total_not_compared"}
    whose = {cell: what.partition("known of ")[2] for cell, what in notes.items()}
    assert whose == {
        "B5": "Durrës (row 2, a bound)",
        "B9": "Poliçan (row 7, not reported)",
        "C9": "Kuçovë (row 6, not reported)",
    }


@pytest.mark.parametrize("at", [2, 4, 6])
def test_x14_a_header_that_is_repeated_inside_the_table_is_set_aside(tmp_path, at):
    table = column(*range(100, 106))
    table.insert(at, HEADER)
    taken = take(tmp_path, table)
    assert told(taken) == []
    (note,) = [problem for problem in told(taken, "NOTE") if problem.rule == "repeated_header"]
    assert note.cell == f"A{at + 1}"
    assert taken.set_aside["reason"].tolist() == ["header repeated inside the table"]
    assert len(taken.values) == 6


@pytest.mark.parametrize("back", [False, True])
def test_x14_a_header_that_is_repeated_with_its_columns_in_another_order_stops_for_the_rows_below(tmp_path, back):
    header = ("Bashkia", "Viti", "Aplikime", "Shifra")
    table = [header, *((name, 2020, 100 + at, 10 + at) for at, name in enumerate(PLACES))]
    table.insert(4, ("Bashkia", "Viti", "Shifra", "Aplikime"))
    if back:
        table.insert(6, header)
    taken = take(tmp_path, table)
    (stop,) = told(taken)
    assert (stop.rule, stop.cell) == ("header_moved", "A5")
    assert "'Shifra' under 'Aplikime', 'Aplikime' under 'Shifra'" in stop.what
    aside = taken.set_aside["reason"].value_counts().to_dict()
    below = {"row below a header with the columns in another order": 1 if back else 3}
    assert aside == {"header repeated inside the table": 2 if back else 1} | below
    assert len(taken.values) == (5 if back else 3)


@pytest.mark.parametrize(("total", "found"), [(960, []), (961, ["total_differs_from_the_sum"])])
def test_x14_a_total_under_another_column_than_that_of_names_is_a_total(tmp_path, total, found):
    table = [("Nr", *HEADER), *((at, *row) for at, row in enumerate(with_total(0)[1:5], start=1))]
    taken = take(tmp_path, [*table, ("Totali", None, 2020, total)])
    assert rules(taken) == found
    assert [problem.municipality for problem in told(taken)] == ["Totali"] * len(found)
    assert taken.set_aside["reason"].tolist() == ["total row"]
    assert len(taken.values) == 4


def blocks(off=0, *, named=False):
    """Two counties one below the other, each under its title and above a total of all its years, which has no year."""
    table = []
    for county, places in (("Berat", ("Berat", "Kuçovë", "Poliçan")), ("Fier", ("Fier", "Lushnjë", "Patos"))):
        own = [(None, place, year, 100 + 7 * len(place) + year - 2015) for place in places for year in (2015, 2016)]
        total = sum(row[-1] for row in own) + (off if county == "Fier" else 0)
        words = f"Qarku {county}" if named else "Shuma e qarkut"
        table += [(f"QARKU {county.upper()}", None, None, None), *own, (None, words, None, total)]
    return [("Nr", *HEADER), *table]


@pytest.mark.parametrize(
    ("named", "whose"), [(False, "the rows above it (6)"), (True, "the municipalities of Fier in all years (6)")]
)
def test_x14_a_total_without_a_year_is_held_against_the_rows_of_all_years(tmp_path, named, whose):
    taken = take(tmp_path, blocks(named=named))
    assert told(taken) == []
    assert [problem.what for problem in told(taken, "NOTE") if problem.rule == "totals_agree"] == [
        "2 total rows were compared with the sums of their rows, and agree"
    ]
    (warning,) = told(take(tmp_path, blocks(10, named=named)))
    assert (warning.rule, warning.cell, warning.year) == ("total_differs_from_the_sum", "D17", "")
    assert f", but {whose} add up to " in warning.what


def test_x14_what_a_title_inside_the_table_says_is_kept_among_what_was_set_aside(tmp_path):
    aside = take(tmp_path, blocks()).set_aside
    assert aside["content"].tolist()[::2] == ["QARKU BERAT", "QARKU FIER"]
    assert aside["reason"].tolist() == ["total row"] * 4


def test_x14_a_county_beside_all_names_does_not_make_a_total_of_a_row_without_one(tmp_path):
    table = [("Qarku", *HEADER), *(("Qarku Durrës", place, 2020, 5) for place in ("Durrës", "Krujë", None))]
    assert rules(take(tmp_path, table)) == ["no_name"]


# X12: merged counties


def test_x12_a_merged_county_over_municipalities_of_another_county_says_so(tmp_path):
    table = [("Qarku", *HEADER), ("Durrës", "Durrës", 2020, 5), (None, "Krujë", 2020, 6), (None, "Vorë", 2020, 7)]
    taken = take(tmp_path, table, merge=["A2:A4"], county="Qarku")
    (stop,) = told(taken, "STOP")
    assert (stop.rule, stop.cell, stop.subject) == ("merged_county", "A2:A4", "Durrës")
    assert "says 'Durrës' of all its rows" in stop.what
    assert "Vorë (Tiranë)" in stop.what
    assert sorted(taken.values["value"]) == [5, 6]
    table[-1] = (None, "Shijak", 2020, 7)
    assert told(take(tmp_path, table, merge=["A2:A4"], county="Qarku"), "STOP") == []


# X20: each column has marks of its own


def test_x20_columns_of_one_table_may_be_declared_with_marks_of_their_own(tmp_path):
    header = ("Bashkia", "Viti", "Persona", "Lekë")
    own = [(place, 2020, f"1\N{NO-BREAK SPACE}{600 + at}", f"{4 + at}.306") for at, place in enumerate(PLACES)]
    written(tmp_path, [header, *own])
    declared = {
        "file": "a.xlsx", "unit": "Bashkia", "period": "Viti", "columns": {"children": "Persona", "spending": "Lekë"},
    }  # fmt: skip
    assert rules(taken_from(tmp_path, Source(**declared))) == ["ambiguous_marks"]
    for marks in (NumberMarks(thousands="."), NumberMarks(decimal=",", thousands=".")):
        taken = taken_from(tmp_path, Source(**declared, marks={"spending": marks}))
        assert told(taken) == []
        values = taken.values.set_index("variable")["value"]
        assert sorted(values["spending"]) == [4306 + 1000 * at for at in range(6)]
        assert sorted(values["children"]) == [1600 + at for at in range(6)]
    beside = Source(**declared, decimal=".", thousands=" ", marks={"spending": NumberMarks(decimal=",", thousands=".")})
    assert set(taken_from(tmp_path, beside).values["value"]) >= {4306, 1600}


# X20: what few cells show


@pytest.mark.parametrize(
    ("cell", "shown"), [("12.34", "decimal point"), ("0.5", "decimal point"), ("12,5", "decimal comma")]
)
@pytest.mark.parametrize("times", [1, 2])
def test_x20_one_or_two_cells_do_not_decide_what_hundreds_of_others_mean(tmp_path, cell, shown, times):
    cells = [f"{1 + at % 9}.{100 + at}" for at in range(487)] + [cell] * times
    table = [HEADER, *((NAMES[CODES[at % 61]], 2011 + at // 61, one) for at, one in enumerate(cells))]
    (stop,) = told(take(tmp_path, table))
    assert (stop.severity, stop.rule, stop.subject) == ("STOP", "few_cells_decide", "Shifra")
    assert stop.cell == ("C489" if times == 1 else "C489:C490")
    assert f"{shown}: {'1 cell' if times == 1 else '2 cells'} such as '{cell}' in C489" in stop.what
    assert "`decimal` and `thousands`" in stop.do
    assert told(take(tmp_path, table, decimal=".", thousands=",")) == [] or cell == "12,5"


def test_x20_a_number_with_two_marks_between_thousands_decides_for_all(tmp_path):
    table = column(*(f"{1 + at % 9}.{100 + at}" for at in range(90)), "1.234.567")
    taken = take(tmp_path, table)
    assert told(taken) == []
    assert taken.values["value"].max() == 1234567


# X26, units and factors


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Shpenzime (mijë lekë)", ToldUnit(factors=frozenset({1000.0}), currencies=frozenset({"ALL"}))),
        ("Shpenzime në mijë lekë", ToldUnit(factors=frozenset({1000.0}), currencies=frozenset({"ALL"}))),
        ("Shpenzime, mln lekë", ToldUnit(factors=frozenset({1e6}), currencies=frozenset({"ALL"}))),
        ("Shpenzime ('000 lekë)", ToldUnit(factors=frozenset({1000.0}), currencies=frozenset({"ALL"}))),
        ("Shpenzime (1000 lekë)", ToldUnit(factors=frozenset({1000.0}), currencies=frozenset({"ALL"}))),
        ("Shpenzime 2019 mijë lekë", ToldUnit(factors=frozenset({1000.0}), currencies=frozenset({"ALL"}))),
        ("Raste (në mijë)", ToldUnit(factors=frozenset({1000.0}))),
        ("Buxheti (EUR)", ToldUnit(currencies=frozenset({"EUR"}))),
        ("Buxheti €", ToldUnit(currencies=frozenset({"EUR"}))),
        ("Pjesëmarrja %", ToldUnit(percent=True)),
        ("% e votuesve", ToldUnit(percent=True)),
        ("Raste për 1000 banorë", ToldUnit(each=True)),
        ("Raste për 10 000 banorë", ToldUnit(each=True)),
        ("Raste për mijë banorë", ToldUnit(each=True)),
        ("Shpenzime për banor (lekë)", ToldUnit(currencies=frozenset({"ALL"}), each=True)),
        ("Fëmijë me aftësi ndryshe", ToldUnit()),
        ("Përfitues të pagesës mbi 10 mijë lekë", ToldUnit()),
        ("Familje me një mijë lekë", ToldUnit()),
        ("Shpenzime për kujdesin shoqëror", ToldUnit()),
        ("Pagesa për persona me 50 % aftësi", ToldUnit()),
        ("Të ardhurat në lekë të familjeve", ToldUnit(currencies=frozenset({"ALL"}))),
    ],
)
def test_x26_what_a_header_tells_of_its_unit(text, unit):
    assert told_unit(text, WORDS) == unit


@pytest.mark.parametrize(
    ("variable", "header"),
    [
        ("beneficiaries", "Raste (në mijë)"),
        ("beneficiaries", "Raste për 1000 banorë"),
        ("beneficiaries", "Raste %"),
        ("beneficiaries", "Përfitimi (lekë)"),
        ("social_spending", "Shpenzime (lekë)"),
        ("social_spending", "Shpenzime (mln lekë)"),
        ("social_spending", "Shpenzime (mijë euro)"),
        ("social_spending", "Shpenzime EUR"),
        ("turnout_pct", "Votues (në mijë)"),
    ],
)
def test_x26_a_header_that_contradicts_the_registered_unit_stops(tmp_path, variable, header):
    taken = take(tmp_path, column(12, 13, header=("Bashkia", "Viti", header)), variable, columns={variable: header})
    (stop,) = told(taken)
    assert (stop.severity, stop.rule, stop.cell) == ("STOP", "unit_differs", "C1")
    assert f"'{header}' says" in stop.what
    assert f"{variable} is registered in" in stop.what
    assert stop.options == ("as_registered",)


@pytest.mark.parametrize(
    "header",
    [
        "Shpenzime (mijë lekë të vjetra)",
        "Shpenzime (lekë të vjetra)",
        "Shpenzime mijë lekë të vjetra",
        "Shpenzime (lek i vjetër)",
        "Shpenzime (LEKE TE VJETRA)",
        "Shpenzime (old lek)",
    ],
)
def test_x26_old_lek_is_no_lek(tmp_path, header):
    table = column(12, 13, header=("Bashkia", "Viti", header))
    (stop,) = told(take(tmp_path, table, "social_spending", columns={"social_spending": header}))
    assert (stop.severity, stop.rule) == ("STOP", "unit_differs")
    assert "old lek: 10 are 1 ALL" in stop.what


@pytest.mark.parametrize(
    "header",
    ["Shpenzime (lekë të reja)", "Shpenzime (lekë në muaj)", "Shpenzime lekë neto", "Shpenzime (lekë pa TVSH)"],
)
def test_x26_words_behind_a_currency_do_not_hide_it(tmp_path, header):
    table = column(12, 13, header=("Bashkia", "Viti", header))
    (stop,) = told(take(tmp_path, table, "social_spending", columns={"social_spending": header}))
    assert (stop.severity, stop.rule) == ("STOP", "unit_differs")
    thousands = header.replace("lekë", "mijë lekë")
    table = column(12, 13, header=("Bashkia", "Viti", thousands))
    assert told(take(tmp_path, table, "social_spending", columns={"social_spending": thousands})) == []


@pytest.mark.parametrize(
    "header", ["Shpenzime plan (mijë lekë)", "Shpenzime të planifikuara (mijë lekë)", "Buxheti i planifikuar"]
)
def test_x26_planned_figures_without_actual_ones_beside_them_are_told(tmp_path, header):
    table = column(12, 13, header=("Bashkia", "Viti", header))
    (warning,) = told(take(tmp_path, table, "social_spending", columns={"social_spending": header}))
    assert (warning.severity, warning.rule, warning.cell) == ("WARN", "planned_alone", "C1")
    assert f"'{header}', which holds planned figures" in warning.what


@pytest.mark.parametrize("header", ["Raste me plan individual", "Plani i kujdesit, raste", "Shpenzime faktike"])
def test_x26_plans_that_are_counted_themselves_are_no_planned_figures(tmp_path, header):
    table = column(12, 13, header=("Bashkia", "Viti", header))
    assert told(take(tmp_path, table, columns={"beneficiaries": header})) == []


@pytest.mark.parametrize(
    ("header", "prices", "found"),
    [
        ("Grante, çmime konstante 2015", "nominal", ["WARN"]),
        ("Grante, çmime korrente", "constant", ["WARN"]),
        ("Grante, çmime konstante 2015", "constant", []),
        ("Grante", "nominal", []),
    ],
)
def test_x27_prices_that_a_header_tells_are_held_against_the_registered_ones(tmp_path, header, prices, found):
    table = rows(grants=lambda code, year: 1000 + CODES.index(code) + year % 7)
    table[0][2] = header
    workspace = evaluation(
        tmp_path, {"raport.xlsx": table}, ["grants_received"],
        variables=[variable("grants", "money", low="0", prices=prices, unit="thousand lek")],
        registry=[indicator("grants_received", "grants", "money")],
        sources=[source(table, columns={"grants": header})],
    )  # fmt: skip
    problems = taken(workspace).problems
    assert [problem.severity for problem in problems if problem.rule == "prices_differ"] == found


@pytest.mark.parametrize(
    ("variable", "header"),
    [
        ("social_spending", "Shpenzime (mijë lekë)"),
        ("social_spending", "Shpenzime, në mijë ALL"),
        ("social_spending", "Shpenzime"),
        ("turnout_pct", "Pjesëmarrja (%)"),
        ("beneficiaries", "Përfitues (persona)"),
        ("cwd_in_school", "Fëmijë"),
    ],
)
def test_x26_a_header_in_the_registered_unit_says_nothing(tmp_path, variable, header):
    table = column(12, 13, header=("Bashkia", "Viti", header))
    assert told(take(tmp_path, table, variable, columns={variable: header})) == []


def test_x26_a_title_above_the_table_and_a_note_below_tell_units_too(tmp_path):
    above = [("Të dhënat në lekë",)]
    (stop,) = told(take(tmp_path, column(12, 13, above=above), "social_spending", header=2))
    assert (stop.rule, stop.cell) == ("unit_differs", "row 1")
    thousands = [("Të dhënat në mijë",)]
    (stop,) = told(take(tmp_path, column(12, 13, above=thousands), header=2))
    assert (stop.rule, stop.cell) == ("unit_differs", "row 1")
    table = [*column(12, 13), ("Shënim: shifrat janë në milionë lekë",)]
    assert [problem.cell for problem in told(take(tmp_path, table, "social_spending"))] == ["row 4"]


def test_x26_a_title_and_a_header_together_tell_the_registered_unit(tmp_path):
    table = column(12, 13, header=("Bashkia", "Viti", "Shpenzime (lekë)"), above=[("Të dhënat në mijë",)])
    taken = take(tmp_path, table, "social_spending", header=2, columns={"social_spending": "Shpenzime (lekë)"})
    assert told(taken) == []


def test_x26_a_title_that_tells_two_units_is_warned_about(tmp_path):
    title = "Shpenzime (në mijë lekë; viti 2020 në milionë lekë)"
    (warning,) = told(take(tmp_path, column(12, 13, above=[(title,)]), header=2))
    assert (warning.rule, warning.cell) == ("note_tells_unit", "row 1")
    assert warning.what.startswith("A title tells several units (1,000 1,000,000 ALL)")


def test_x26_a_title_about_money_says_nothing_of_persons(tmp_path):
    assert told(take(tmp_path, column(12, 13, above=[("Shpenzimet në mijë lekë, dhe përfituesit",)]), header=2)) == []


def test_x26_a_line_in_the_midst_of_a_table_that_tells_another_unit_stops(tmp_path):
    table = column(12, 13)
    table.insert(2, ("në milionë lekë", None, None))
    taken = take(tmp_path, table, "social_spending")
    (stop,) = told(taken)
    assert (stop.rule, stop.cell) == ("unit_differs", "row 3")
    assert taken.set_aside["reason"].tolist() == ["line that tells a unit"]
    table[2] = ("në mijë lekë", None, None)
    assert told(take(tmp_path, table, "social_spending")) == []


@pytest.mark.parametrize("variable", ["social_spending", "unheard_of"])
@pytest.mark.parametrize(
    ("declared", "first", "second"),
    [
        ("Fondi {year}", "Fondi 2019", "Fondi 2020 (në mijë)"),
        ("Fondi {year} (mijë lekë)", "Fondi 2019 (mijë lekë)", "Fondi 2020 (lekë)"),
        ("Fondi (mijë lekë) {year}", "Fondi (mijë lekë) 2019", "Fondi (mijë euro) 2020"),
    ],
)
def test_x26_years_across_columns_in_different_units_stop(tmp_path, variable, declared, first, second):
    written(tmp_path, [("Bashkia", first, second), *((place, 5000, 5) for place in PLACES)])
    taken = taken_from(tmp_path, Source(file="a.xlsx", unit="Bashkia", columns={variable: declared}))
    (stop,) = told(taken, "STOP")
    assert (stop.rule, stop.subject, stop.cell) == ("units_of_years_differ", variable, "B1")
    assert f"'{first}'" in stop.what
    assert f"'{second}'" in stop.what


def test_x26_units_behind_years_are_asked_about_and_then_held_together(tmp_path):
    first, second = "Fondi 2019 (mijë lekë)", "Fondi 2020 (lekë)"
    written(tmp_path, [("Bashkia", first, second), *((place, 5000, 5) for place in PLACES)])
    declared = Source(file="a.xlsx", unit="Bashkia", columns={"unheard_of": "Fondi {year}"})
    asked = [problem.name for problem in taken_from(tmp_path, declared).problems if problem.severity == "ASK"]
    assert len(asked) == 2
    taken = taken_from(tmp_path, declared, dict.fromkeys(asked, "year"))
    assert [problem.rule for problem in told(taken, "STOP")] == ["units_of_years_differ"]


def test_x26_years_across_columns_in_one_unit_are_read(tmp_path):
    written(tmp_path, [("Bashkia", "Fondi 2019 (mijë lekë)", "Fondi 2020 (mijë lekë)"), ("Patos", 5, 6)])
    columns = {"social_spending": "Fondi {year} (mijë lekë)"}
    taken = taken_from(tmp_path, Source(file="a.xlsx", unit="Bashkia", columns=columns))
    assert told(taken) == []
    assert taken.values["value"].tolist() == [5, 6]


def test_x26_a_column_of_shares_where_persons_are_counted_stops(tmp_path):
    (stop,) = told(take(tmp_path, column("30 %", "12 %", "13 %")), "STOP")
    assert (stop.rule, stop.cell) == ("cell_unit_differs", "C2:C4")
    assert rules(take(tmp_path, column("30 %", 12, 13))) == ["percent_among_figures"]
    assert rules(take(tmp_path, column("30 %", "12 %"), "turnout_pct")) == ["unit_words"]


@pytest.mark.parametrize("cell", ["€ 300", "€300", "EUR 1 300"])
def test_x26_a_unit_before_the_number_is_held_against_the_registered_one(tmp_path, cell):
    (stop,) = told(take(tmp_path, column(cell, 12, 13), "social_spending"), "STOP")
    assert (stop.rule, stop.cell) == ("cell_unit_differs", "C2")
    assert "is in EUR by the words" in stop.what


@pytest.mark.parametrize("cells", [("Lek 300", "lekë 1 200"), ("ALL 300", "ALL 1 200")])
def test_x26_a_unit_before_the_number_is_read_like_one_behind_it(tmp_path, cells):
    taken = take(tmp_path, column(*cells), "unheard_of")
    assert rules(taken) == ["unit_words"]
    assert sorted(taken.values["value"]) == [300, 1200]


@pytest.mark.parametrize("cells", [("235 euro", "240 euro"), ("235 lekë", "240 lekë"), ("235", "240 persona")])
def test_x26_cells_in_another_unit_than_the_registered_one_stop(tmp_path, cells):
    (stop,) = told(take(tmp_path, column(*cells, 250), "social_spending"), "STOP")
    named = [f"C{at}" for at, cell in enumerate(cells, start=2) if " " in cell]
    assert (stop.rule, stop.subject) == ("cell_unit_differs", "Shifra")
    assert stop.cell == ":".join(named)
    assert f"'{cells[1]}' in C3" in stop.what
    assert "'thousand lek'" in stop.what


def test_x26_the_check_command_stops_at_another_unit_and_a_written_exception_lets_it_pass(
    tmp_path, monkeypatch, capsys
):
    table = rows(grants=lambda code, year: 1000 + CODES.index(code) + year % 7)
    table[0][2] = "Grante (lekë)"
    workspace = evaluation(
        tmp_path, {"raport.xlsx": table}, ["grants_received"],
        variables=[variable("grants", "money", low="0", prices="nominal", unit="thousand lek")],
        registry=[indicator("grants_received", "grants", "money")],
        sources=[source(table, columns={"grants": "Grante (lekë)"})],
    )  # fmt: skip
    code, said = command(workspace, monkeypatch, capsys, "check", "trial")
    assert code == DataError.exit_code
    assert "'Grante (lekë)' says that figures are in ALL, but grants is registered in 'thousand lek'" in said
    name = next(word.strip("`") for word in said.split() if word.startswith("`unit_differs"))
    name = said.partition("answer `")[2].partition("`")[0] or name
    decide(workspace, (name, "as_registered"))
    _, said = command(workspace, monkeypatch, capsys, "check", "trial")
    assert "STOP raport.xlsx" not in said
    assert "Decided: as_registered" in said


# X22: bounds of what is never below zero


@pytest.mark.parametrize("cell", ["<-5", "≤-1", "<0", "< 0", "më pak se 0"])
def test_x22_a_bound_below_zero_stops_in_a_count(tmp_path, cell):
    taken = take(tmp_path, column(cell, 7))
    (stop,) = told(taken, "STOP")
    assert (stop.rule, stop.cell) == ("bound_below_zero", "C2")
    assert f"'{cell}' in C2" in stop.what


@pytest.mark.parametrize(("cell", "low", "high"), [("<1", 0, 0), ("<5", 0, 4), ("≤0", 0, 0), ("<5,5", 0, 5.5)])
def test_x22_other_bounds_of_a_count_begin_at_zero(tmp_path, cell, low, high):
    taken = take(tmp_path, column(cell, 7))
    assert told(taken, "STOP") == []
    assert taken.values.sort_values("cell")[["low", "high"]].values.tolist()[0] == [low, high]


@pytest.mark.parametrize("cell", ["5-", "10-5", "5-5", "~", "<", "-<5", "<5-10", "150 (rreth)", "€ 300", "ALL"])
def test_x22_what_is_no_clear_bound_stops_at_its_cell(tmp_path, cell):
    assert [problem.cell for problem in told(take(tmp_path, column(cell, 7, 8)), "STOP")] == ["C2"]


@pytest.mark.parametrize("cell", ["ca 150", "ca. 150", "~150", "rreth 150", "afërsisht 150"])
def test_x22_about_a_number_is_the_number_with_a_warning(tmp_path, cell):
    taken = take(tmp_path, column(cell, 7))
    assert rules(taken) == ["approximate_numbers"]
    assert sorted(taken.values["value"]) == [7, 150]


# X21, dates in texts


def take_csv(folder, table):
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(table)
    columns = {"beneficiaries": "Shifra"}
    return taken_from(folder, Source(file="a.csv", unit="Bashkia", period="Viti", columns=columns))


@pytest.mark.parametrize(
    "cell", ["12-Mar", "Mar-12", "12.mar", "12-mars", "1.2.2020", "2020-03-12", "12/03/2020", "1/2/20"]
)
def test_x21_a_count_that_became_a_date_in_a_text_is_told_as_a_date(tmp_path, cell):
    (stop,) = told(take_csv(tmp_path, column(cell, 7)))
    assert (stop.severity, stop.rule, stop.cell) == ("STOP", "date", "row 2, column Shifra")
    assert f"'{cell}' looks like a date" in stop.what


@pytest.mark.parametrize("year", ["43831", "2020-01-01", "01.01.2020", "31/12/2020"])
def test_x21_a_date_in_the_year_column_of_a_text_is_told_with_its_year(tmp_path, year):
    (stop,) = told(take_csv(tmp_path, [HEADER, ("Lushnjë", year, 5), ("Patos", 2019, 6)]))
    assert stop.cell == "row 2, column Viti"
    assert "2020" in stop.what


def test_the_words_for_scales_are_data_and_a_wrong_one_is_refused_with_its_place():
    table = REFERENCE.scale_words
    assert {"1000", "in", "per", "each", "number"} <= set(table["meaning"])

    with pytest.raises(DataError, match=r"scale_words.csv: meaning of 'mije' is 'lots'"):
        number_words(replace(REFERENCE, scale_words=table.assign(meaning="lots")))


# X24, percentages by their number format

SHARES = {place: 0.307 + at / 1000 for at, place in enumerate(PLACES)}


def shown_as(folder, kind, code="0.0%"):
    """A file of that kind, of shares that it shows as percentages."""
    rows = [list(HEADER), *([place, 2020, Share(share)] for place, share in SHARES.items())]
    if kind != "xlsx":
        (folder / f"a.{kind}").write_bytes({"xls": xls_bytes, "ods": ods_bytes}[kind](Sheet=rows))
        return
    written(folder, [[*row[:2], float(row[2]) if number else row[2]] for number, row in enumerate(rows)])
    book = openpyxl.load_workbook(folder / "a.xlsx")
    for (cell,) in book.active.iter_rows(min_row=2, min_col=3, max_col=3):
        cell.number_format = code
    book.save(folder / "a.xlsx")


def shares_read(folder, kind, variable="turnout_pct"):
    return taken_from(folder, Source(file=f"a.{kind}", unit="Bashkia", period="Viti", columns={variable: "Shifra"}))


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("xlsx", "0%"),
        ("xlsx", "0.00%"),
        ("xlsx", '#,##0.0" " %'),
        ("xlsx", "[Red]0.0%;-0.0%"),
        ("ods", ""),
        ("xls", ""),
    ],
)
def test_x24_percentages_are_read_as_the_sheet_shows_them(tmp_path, kind, code):
    shown_as(tmp_path, kind, code)
    taken = shares_read(tmp_path, kind)
    assert sorted(taken.values["value"]) == [30.7, 30.8, 30.9, 31.0, 31.1, 31.2]
    assert rules(taken) == ["unit_words"]
    assert "'%' in C2:C7" in told(taken)[0].what


def test_x24_a_sign_that_is_only_written_behind_multiplies_nothing(tmp_path):
    shown_as(tmp_path, "xlsx", '0.0"%"')
    assert sorted(shares_read(tmp_path, "xlsx", "unheard_of").values["value"]) == sorted(SHARES.values())


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_x26_percentages_where_persons_are_counted_stop(tmp_path, kind):
    shown_as(tmp_path, kind)
    (stop,) = told(shares_read(tmp_path, kind, "beneficiaries"), "STOP")
    assert (stop.rule, stop.cell) == ("cell_unit_differs", "C2:C7")
    assert "'30.7%' in C2" in stop.what


def formatted(folder, codes, header=HEADER):
    """A workbook of one column, its cells with these number formats, one after the other."""
    written(folder, [header, *((PLACES[at % 6], 2015 + at // 6, 22680000) for at in range(12))])
    book = openpyxl.load_workbook(folder / "a.xlsx")
    for at in range(12):
        book.active.cell(at + 2, 3).number_format = codes[at * len(codes) // 12]
    book.save(folder / "a.xlsx")


@pytest.mark.parametrize(
    "code", ['#,##0 "€"', "[$€-2] #,##0", "€#,##0.00", "_-* #,##0\\ [$€-41C]_-;-* #,##0\\ [$€-41C]_-"]
)
def test_x26_a_currency_in_the_number_format_is_held_against_the_registered_one(tmp_path, code):
    formatted(tmp_path, [code])
    (stop,) = told(shares_read(tmp_path, "xlsx", "social_spending"), "STOP")
    assert (stop.rule, stop.cell) == ("cell_unit_differs", "C2:C13")
    assert "'22680000 €' in C2" in stop.what


def test_x26_two_currencies_in_the_number_formats_of_one_column_stop(tmp_path):
    formatted(tmp_path, ["[$$-409]#,##0", '#,##0 "€"'])
    stops = told(shares_read(tmp_path, "xlsx", "unheard_of"), "STOP")
    assert {stop.rule for stop in stops} == {"different_units_in_one_column"}


def test_x26_a_scale_in_the_number_format_stops_as_it_does_in_a_text(tmp_path):
    formatted(tmp_path, ['#,##0" mijë lekë"'])
    stops = told(shares_read(tmp_path, "xlsx", "social_spending"), "STOP")
    assert {stop.rule for stop in stops} == {"unknown_word_behind_a_number"}
    assert "mijë lekë" in stops[0].what


@pytest.mark.parametrize("code", ["#,##0,", "0.0,,", '#,##0,"mijë"'])
def test_x26_figures_that_the_number_format_divides_stop(tmp_path, code):
    formatted(tmp_path, [code], ("Bashkia", "Viti", "Shifra"))
    taken = shares_read(tmp_path, "xlsx", "social_spending")
    stops = told(taken, "STOP")
    assert {stop.rule for stop in stops} == {"divided_by_format"}
    assert "22680000 is stored" in stops[0].what
    assert taken.values.empty


@pytest.mark.parametrize("code", ["General", "#,##0", "#,##0.00;[Red]-#,##0.00", "_(* #,##0_);_(* (#,##0)", "0.00E+00"])
def test_x26_formats_that_set_digits_only_say_nothing(tmp_path, code):
    formatted(tmp_path, [code])
    taken = shares_read(tmp_path, "xlsx", "unheard_of")
    assert rules(taken) == []
    assert set(taken.values["value"]) == {22680000}
