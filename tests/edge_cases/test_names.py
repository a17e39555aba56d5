"""X30 to X36: whatever a file calls a municipality, it is read as that one, asked about, or stopped; never guessed."""

import ast
import csv
import re
import unicodedata
from functools import partial
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from conftest import run_lnbeval
from country import LETTERS, PERSONS
from hypothesis import given, settings
from hypothesis import strategies as st

from lnbeval.errors import DataError
from lnbeval.intake import HOW_WRITTEN, Source, coverage_problems, decided, describe, intake, stop_if_needed
from lnbeval.intake.decisions import Decision
from lnbeval.reference import is_total, load_reference, resolve
from lnbeval.workspace.intake_stage import resolved

ROOT = Path(__file__).parents[2]
REFERENCE = load_reference(ROOT / "data" / "reference")
HEADER = ("Bashkia", "Qarku", "Viti", "Raste")


def written(folder, rows, header=HEADER, name="raste.xlsx"):
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    book.active.title = "Tabela"
    for row in (header, *rows):
        book.active.append(list(row))
    book.save(folder / name)


def taken(folder, rows, *, reference=REFERENCE, answered=None, **source):
    """The intake of a workbook with these rows: name, county, year, cases."""
    written(folder, rows)
    declared = {"unit": "Bashkia", "county": "Qarku", "period": "Viti", "columns": {"cases": "Raste"}, **source}
    return intake(
        folder,
        [Source(file="raste.xlsx", **declared)],
        partial(resolved, reference),
        partial(is_total, reference),
        answered or {},
        persons=PERSONS,
        letters=LETTERS,
    )


def named(names, year=2020):
    """One row for each name, in no county."""
    return [(name, None, year, 10 + at) for at, name in enumerate(names)]


def told(result, *severities):
    return [problem for problem in result.problems if problem.severity in (severities or ("STOP", "ASK"))]


def codes(result):
    return dict(zip(result.names["written"], result.names["code"], strict=True))


def reconciles(result):
    counts = result.counts.iloc[0]
    return counts["rows_read"] == counts["rows_used"] + counts["rows_set_aside"]


def test_x30_every_way_of_writing_tirana_is_one_municipality_and_stands_in_the_list_of_names(tmp_path):
    spellings = ["Tirana", "Tiranë", "Tirane", "TIRANË", "Bashkia Tiranë", "Tiranës", "BASHKIA E TIRANËS", "AL224",
                 "Tirana Municipality"]  # fmt: skip
    rows = [(name, None, 2010 + at, at) for at, name in enumerate(spellings)]
    result = taken(tmp_path, rows)
    assert told(result) == []
    assert codes(result) == dict.fromkeys(spellings, "AL224")
    how = dict(zip(result.names["written"], result.names["how"], strict=True))
    assert (how["Tiranë"], how["Tirane"], how["AL224"]) == ("name", "alias", "code")
    assert len(result.values) == len(spellings)
    (note,) = [problem for problem in result.problems if problem.rule == "spelling"]
    assert note.severity == "NOTE"
    assert "'Tirane' as Tiranë (AL224)" in note.what
    assert "'Tiranë' as" not in note.what


def declined(code, name):
    """Forms of a name in a sentence, by the rules of the language; some are irregular."""
    irregular = {
        "AL112": ("Dibra", "Dibrës", "Dibrën"), "AL154": ("Shkodra", "Shkodrës", "Shkodrën"),
        "AL324": ("Mallakastra", "Mallakastrës", "Mallakastrën"), "AL221": ("Kamza", "Kamzës", "Kamzën"),
        "AL332": ("Gjirokastra", "Gjirokastrës", "Gjirokastrën"), "AL155": ("Vau i Dejës", "Vaut të Dejës"),
        "AL152": ("Malësia e Madhe", "Malësisë së Madhe"), "AL123": ("Shijaku", "Shijakut"),
        "AL212": ("Cërriku", "Cërrikut"),
    }  # fmt: skip
    if code in irregular:
        return irregular[code]
    if name.endswith("ë"):
        return tuple(name[:-1] + ending for ending in ("a", "ës", "ën"))
    return tuple(name + ending for ending in ("i", "it", "in"))


def test_x30_definite_and_genitive_forms_of_all_61_are_known():
    forms = [
        (form, code) for code, name in REFERENCE.municipalities["name"].items() for form in declined(str(code), name)
    ]
    wrong = {form: code for form, code in forms if resolve(REFERENCE, form).code != code}
    assert len(forms) > 150
    assert wrong == {}
    prefixed = {form: code for form, code in forms if resolve(REFERENCE, f"Bashkia e {form}").code != code}
    assert prefixed == {}


def all_spellings():
    return [
        (spelling, str(code))
        for code, row in REFERENCE.municipalities.iterrows()
        for spelling in (str(code), row["name"], row["name_en"], *row["aliases"].split("|"))
    ]


ODD_SPACES = "\u00a0\u202f\u2007\u2009\t\n "
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e"


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_x30_no_encoding_keyboard_or_invisible_sign_changes_what_a_name_means(data):
    spelling, code = data.draw(st.sampled_from(all_spellings()))
    form = data.draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
    text = unicodedata.normalize(form, data.draw(st.sampled_from([spelling, spelling.upper(), spelling.lower()])))
    if data.draw(st.booleans()):  # as a keyboard or a program set to Turkish changes the case
        text = text.replace("i", "ı") if data.draw(st.booleans()) else text.replace("I", "İ")
    text = "".join(data.draw(st.sampled_from(ODD_SPACES)) if letter == " " else letter for letter in text)
    text = "".join(data.draw(st.sampled_from("-\u2010\u2011\u2013")) if letter == "-" else letter for letter in text)
    at = data.draw(st.integers(0, len(text)))
    text = text[:at] + data.draw(st.sampled_from(["", *INVISIBLE])) + text[at:]
    prefix = data.draw(st.sampled_from(["", "Bashkia ", "BASHKIA E\u00a0", "bashkisë së ", "Municipality of "]))
    assert resolve(REFERENCE, prefix + text).code == code


@pytest.mark.parametrize("mark", ["'", "\u2019", "\u2018", "\u02bc", "`", "\u00b4"])
def test_x30_all_apostrophes_are_one(tmp_path, mark):
    reference = other_country(tmp_path, aliases={"XK01": "L'Pristina"})
    assert resolve(reference, f"L{mark}Pristina").code == "XK01"


def test_x30_numbers_of_the_statistical_office_are_read_only_where_the_source_says_so(tmp_path):
    rows = [(53, None, 2020, 1), ("54", None, 2020, 2), ("001", None, 2020, 3), ("Gjithsej", None, 2020, 6)]
    refused = taken(tmp_path, rows)
    (problem,) = told(refused)
    assert (problem.severity, problem.rule, problem.cell) == ("STOP", "numbering", "A2:A4")
    assert "'53' of Tiranë (AL224)" in problem.what
    assert "unit_codes: instat" in problem.do
    assert refused.values.empty
    declared = taken(tmp_path, rows, unit_codes="instat")
    assert told(declared) == []
    assert declared.values.set_index("code")["value"].to_dict() == {"AL224": 1, "AL225": 2, "AL311": 3}


def test_x31_vore_and_vlore_are_never_guessed(tmp_path):
    result = taken(tmp_path, named(["Vlorre", "Vorë", "Tiranë"]))
    (problem,) = told(result)
    assert (problem.severity, problem.municipality, problem.cell) == ("STOP", "Vlorre", "A2")
    assert "Vlorë (AL357), 1 edit away or Vorë (AL225), 2 edits away" in problem.what
    assert codes(result)["Vlorre"] == ""
    assert set(result.values["code"]) == {"AL225", "AL224"}
    assert result.set_aside["row"].tolist() == [2]
    assert reconciles(result)


@pytest.mark.parametrize("typo", ["Vlroë", "Tirnaë", "Koorcë", "Gjirokaster1", "Lushnje e", "Vorr"])
def test_x31_a_typo_gets_at_most_three_candidates_each_with_its_distance(tmp_path, typo):
    (problem,) = told(taken(tmp_path, named([typo])))
    distances = [int(number) for number in re.findall(r"\(AL\d{3}\), (\d+) edits? away", problem.what)]
    assert problem.severity == "STOP"
    assert 1 <= len(distances) <= 3
    assert distances == sorted(distances)


@pytest.mark.parametrize(("name", "meant"), [("Cocos", "Kukës (AL132)"), ("Lisse", "Lezhë (AL142)")])
def test_x31_a_machine_translated_name_is_suggested_and_not_accepted(tmp_path, name, meant):
    result = taken(tmp_path, named([name]))
    (problem,) = told(result)
    assert problem.severity == "STOP"
    assert meant in problem.what
    assert "translation" in problem.what
    assert result.values.empty


def test_x32_a_municipality_before_and_after_its_renaming_is_one_unit(tmp_path):
    rows = [("Ura Vajgurore", None, 2019, 5), ("URA VAJGURORE", None, 2020, 6), ("Dimal", None, 2021, 7)]
    result = taken(tmp_path, rows)
    assert told(result) == []
    assert result.values["code"].tolist() == ["AL315"] * 3
    assert result.values["period"].tolist() == [2019, 2020, 2021]
    (note,) = [problem for problem in result.problems if problem.rule == "former_name"]
    assert note.severity == "NOTE"
    assert "'Ura Vajgurore' as Dimal (AL315), 'URA VAJGURORE' as Dimal (AL315)" in note.what
    assert "without a break" in note.what


SEATS = {"Peshkopi": "AL112", "Burrel": "AL114", "Laç": "AL141", "Bajram Curri": "AL133", "Ballsh": "AL324",
         "Bilisht": "AL341"}  # fmt: skip


@pytest.mark.parametrize("town", SEATS)
def test_x33_a_seat_town_is_asked_about(tmp_path, town):
    result = taken(tmp_path, named([town, "Tiranë"]))
    (question,) = told(result)
    assert (question.severity, question.rule, question.subject) == ("ASK", "seat_town", town)
    assert question.options == ("municipality", "leave_out")
    assert REFERENCE.names.label[SEATS[town]] in question.what
    assert result.values["code"].tolist() == ["AL224"]
    with pytest.raises(DataError, match=town):
        stop_if_needed(result.problems)


@pytest.mark.parametrize("town", ["Peshkopia", "BURRELIT", "Bashkia Laç", "Bilishtit"])
def test_x33_a_seat_town_is_known_in_every_form(tmp_path, town):
    assert [problem.rule for problem in told(taken(tmp_path, named([town])))] == ["seat_town"]


def test_x33_the_decisions_file_accepts_the_town_or_leaves_it_out(tmp_path):
    rows = [*named(["Peshkopi", "Burrel", "Tiranë"]), *named(["Peshkopi"], year=2021)]
    answered = {"seat_town/raste.xlsx/Peshkopi": "municipality", "seat_town/raste.xlsx/Burrel": "leave_out"}
    result = taken(tmp_path, rows, answered=answered)
    values = result.values.set_index(["code", "period"])["value"].to_dict()
    assert values == {("AL112", 2020): 10, ("AL112", 2021): 10, ("AL224", 2020): 12}
    how = dict(zip(result.names["written"], result.names["how"], strict=True))
    assert how["Peshkopi"] == "seat town, decided"
    assert how["Burrel"] == "seat town, left out"
    assert result.set_aside[["row", "cell"]].to_numpy().tolist() == [[3, ""]]
    assert "Burrel" in result.set_aside["content"].item()
    assert reconciles(result)
    decisions = [
        Decision(problem=name, decision=answer, reason="the ministry said so", who="A. B.", when="2026-11-22", row=2)
        for name, answer in answered.items()
    ]
    settled = decided(result.problems, decisions, "decisions.csv")
    assert [problem for problem in settled if problem.severity in ("STOP", "ASK", "WARN")] == []


def test_x33_a_seat_town_in_another_county_is_not_offered(tmp_path):
    (problem,) = told(taken(tmp_path, [("Burrel", "Vlorë", 2020, 5)]))
    assert problem.severity == "STOP"
    assert problem.options == ()


def test_x34_an_administrative_unit_is_stopped_with_its_municipality(tmp_path):
    result = taken(tmp_path, named(["Farkë", "Tiranë", "Vorë", "Durrës"]))
    (problem,) = told(result)
    assert (problem.severity, problem.rule, problem.cell) == ("STOP", "administrative_unit", "A2")
    assert "'Farkë' is a part of Tiranë (AL224)" in problem.what
    assert "summed over a crosswalk" in problem.do
    assert "rates cannot be averaged without their denominators" in problem.do
    assert "Farkë" in result.set_aside["content"].item()


def test_x34_a_part_that_several_municipalities_have_names_them_and_the_county_settles_it(tmp_path):
    (everywhere,) = told(taken(tmp_path, named(["Fierzë"])))
    assert all(name in everywhere.what for name in ("Belsh (AL211)", "Fushë-Arrëz (AL151)", "Tropojë (AL133)"))
    (there,) = told(taken(tmp_path, [("Fierzë", "Kukës", 2020, 5)]))
    assert "is a part of Tropojë (AL133)," in there.what


@pytest.mark.parametrize("form", ["Njësia Administrative {}", "Komuna {}", "NJA {}"])
def test_x34_a_word_before_the_name_says_that_it_is_a_part(tmp_path, form):
    (problem,) = told(taken(tmp_path, named([form.format("Tiranë")])))
    assert problem.rule == "administrative_unit"
    assert "part of Tiranë (AL224)" in problem.what


def test_x34_a_whole_table_of_administrative_units_is_told_once(tmp_path):
    parts = ["Arras", "Kastriot", "Lurë", "Luzni", "Maqellarë", "Melan", "Muhurr", "Tomin", "Farkë", "Dajt"]
    result = taken(tmp_path, named(parts))
    (problem,) = told(result)
    assert (problem.severity, problem.rule, problem.cell) == ("STOP", "administrative_unit", "A2:A11")
    assert "'Arras' of Dibër (AL112)" in problem.what
    assert "10 of 10 names" in problem.what
    assert len(result.set_aside) == 10
    assert reconciles(result)


def test_x34_there_are_373_units_and_every_municipality_has_at_least_one():
    table = pd.read_csv(ROOT / "data/reference/administrative_units.csv")
    assert len(table) == 373
    assert not table.duplicated().any()
    assert set(table["code"]) == set(REFERENCE.municipalities.index)


@pytest.mark.parametrize(
    ("name", "country"),
    [("Prishtinë", "Kosovo"), ("Gjakova", "Kosovo"), ("Komuna e Prizrenit", "Kosovo"), ("Tetovë", "North Macedonia"),
     ("STRUGË", "North Macedonia"), ("Dibra e Madhe", "North Macedonia")],
)  # fmt: skip
def test_x35_a_municipality_of_a_neighbour_is_out_of_scope(tmp_path, name, country):
    result = taken(tmp_path, named([name, "Tiranë"]))
    (problem,) = told(result)
    assert (problem.severity, problem.rule) == ("STOP", "out_of_scope")
    assert f"'{name}' lies in {country}" in problem.what
    assert result.values["code"].tolist() == ["AL224"]


def test_x35_all_38_municipalities_of_kosovo_are_listed_and_none_has_a_name_of_ours():
    table = pd.read_csv(ROOT / "data/reference/out_of_scope.csv", keep_default_na=False)
    assert (table["country"] == "Kosovo").sum() == 38
    assert (table["source"] != "").all()
    forms = [form for row in table.itertuples() for form in (row.name, *row.aliases.split("|")) if form]
    assert {form: resolve(REFERENCE, form).kind for form in forms if resolve(REFERENCE, form).kind != "elsewhere"} == {}


def test_x35_klos_without_a_county_is_stopped_and_with_one_it_is_settled(tmp_path):
    (problem,) = told(taken(tmp_path, named(["Klos", "Tiranë"])))
    assert (problem.severity, problem.rule, problem.municipality) == ("STOP", "needs_county", "Klos")
    assert "Klos (AL113)" in problem.what
    assert "Cërrik (AL212)" in problem.what
    assert "county" in problem.do
    ours = taken(tmp_path, [("Klos", "Dibër", 2020, 5)])
    assert ours.values["code"].tolist() == ["AL113"]
    assert told(ours) == []
    (theirs,) = told(taken(tmp_path, [("Klos", "Elbasan", 2020, 5)]))
    assert "a part of Cërrik (AL212)" in theirs.what


def in_sheet(folder, sheet, names, title=""):
    """The intake of a sheet of that name that has no column of counties, under a title."""
    book = openpyxl.Workbook()
    book.active.title = sheet
    rows = [(name, 2020, 10 + at) for at, name in enumerate(names)]
    for row in ([title] if title else [], ("Bashkia", "Viti", "Raste"), *rows):
        book.active.append(list(row))
    book.save(folder / "raste.xlsx")
    source = Source(file="raste.xlsx", header=2, unit="Bashkia", period="Viti", columns={"cases": "Raste"})
    resolver, totals = partial(resolved, REFERENCE), partial(is_total, REFERENCE)
    return intake(folder, [source], resolver, totals, persons=PERSONS, letters=LETTERS)


@pytest.mark.parametrize(
    ("sheet", "title"),
    [
        ("Dibër", ""),
        ("Qarku Dibër", ""),
        ("3. DIBER", ""),
        ("Tabela", "Raste në qarkun e Dibrës"),
        ("T", "Raste (Dibër)"),
    ],
)
def test_x35_the_county_in_the_name_of_the_sheet_or_in_its_title_settles_klos(tmp_path, sheet, title):
    result = in_sheet(tmp_path, sheet, ["Klos", "Mat", "Bulqizë"], title)
    assert told(result) == []
    assert codes(result)["Klos"] == "AL113"


def test_x35_a_sheet_of_another_county_makes_klos_a_part(tmp_path):
    (problem,) = told(in_sheet(tmp_path, "Elbasan", ["Klos", "Gramsh", "Peqin"]))
    assert (problem.severity, problem.rule) == ("STOP", "administrative_unit")
    assert "a part of Cërrik (AL212)" in problem.what


@pytest.mark.parametrize(
    ("sheet", "others"), [("Tiranë", ["Mat", "Vlorë"]), ("Dibër", ["Mat", "Tiranë"]), ("Të dhëna", ["Mat"])]
)
def test_x35_a_name_of_a_sheet_that_does_not_hold_for_the_others_settles_nothing(tmp_path, sheet, others):
    (problem,) = told(in_sheet(tmp_path, sheet, ["Klos", *others]))
    assert (problem.severity, problem.rule) == ("STOP", "needs_county")


def test_x35_a_word_that_says_municipality_settles_klos(tmp_path):
    result = taken(tmp_path, named(["Bashkia Klos", "AL342"]))
    assert told(result) == []
    assert set(result.values["code"]) == {"AL113", "AL342"}


def test_x35_in_a_list_of_the_municipalities_klos_is_the_municipality_and_that_is_noted(tmp_path):
    result = taken(tmp_path, named(list(REFERENCE.municipalities["name"])))
    assert told(result) == []
    assert len(result.values) == 61
    (note,) = [problem for problem in result.problems if problem.rule == "shared_name"]
    assert note.severity == "NOTE"
    assert "'Klos' as Klos (AL113), 'Kolonjë' as Kolonjë (AL342)" in note.what


def test_x35_a_table_of_the_12_counties_is_asked_about(tmp_path):
    counties = sorted(set(REFERENCE.municipalities["county"]))
    result = taken(tmp_path, named(counties))
    (question,) = told(result)
    assert (question.severity, question.rule) == ("ASK", "county_level")
    assert result.values.empty
    left = taken(tmp_path, named(counties), answered={question.name: "leave_out"})
    assert left.values.empty
    assert len(left.set_aside) == 12
    assert len(taken(tmp_path, named(counties), answered={question.name: "municipalities"}).values) == 12


def covered(result, planned=(), reason=""):
    return coverage_problems(result.values, result.names, REFERENCE.names.label, planned, reason)


ALL = list(REFERENCE.municipalities["name"])


def test_x36_60_municipalities_name_the_missing_one(tmp_path):
    (stop,) = covered(taken(tmp_path, named([name for name in ALL if name != "Pustec"])))
    assert (stop.severity, stop.rule, stop.options) == ("STOP", "absent_municipality", ())
    assert "60 of 61" in stop.what
    assert "Missing: Pustec (AL346)" in stop.what
    assert "data.expected" in stop.do
    assert stop.subject == "Tabela AL346"


def test_x36_62_names_tell_the_extra_one(tmp_path):
    result = taken(tmp_path, named([*ALL, "Bashkia e Re"]))
    (problem,) = told(result)
    assert (problem.severity, problem.municipality) == ("STOP", "Bashkia e Re")
    (note,) = covered(result)
    assert note.severity == "NOTE"
    assert "61 of 61" in note.what
    assert "Another name in it means none for certain: 'Bashkia e Re'" in note.what


def test_names_otherwise_written_are_told_by_the_same_way_in_the_log_and_in_the_note(tmp_path):
    result = taken(tmp_path, named(["Bashkia Kukës", "Bulqize", "Has"]))
    ways = dict(zip(result.names["written"], result.names["how"], strict=True))
    assert (ways["Bashkia Kukës"], ways["Has"]) == ("prefix", "name")
    (note,) = [problem for problem in result.problems if problem.rule == "spelling"]
    assert "with the prefix: 'Bashkia Kukës' as Kukës (AL132)" in note.what
    assert f"{HOW_WRITTEN[ways['Bulqize']]}: 'Bulqize' as Bulqizë (AL111)" in note.what
    assert "'Has'" not in note.what


def test_x36_one_missing_and_one_extra_are_both_named(tmp_path):
    result = taken(tmp_path, named([name for name in ALL if name != "Pustec"] + ["Bashkia e Re"]))
    (note,) = covered(result)
    assert "Missing: Pustec (AL346)" in note.what
    assert "'Bashkia e Re'" in note.what
    assert [problem.severity for problem in told(result)] == ["STOP"]


def test_x36_61_municipalities_and_a_total_row_are_quiet(tmp_path):
    assert covered(taken(tmp_path, [*named(ALL), ("Gjithsej", None, 2020, 2440)])) == []


def wholes_of(*shares, variables=("cases",), years=(2020,)):
    """What coverage says of sources that each name some municipalities, by sheets that are numbered."""
    rows = [
        ("f.xlsx", str(at), name, resolve(REFERENCE, name).code) for at, share in enumerate(shares) for name in share
    ]
    table = pd.DataFrame(rows, columns=["file", "sheet", "written", "code"]).assign(how="name")
    table["period"] = [years[int(sheet) % len(years)] for sheet in table["sheet"]]
    held = {("f.xlsx", str(at)): frozenset({variables[at % len(variables)]}) for at in range(len(shares))}
    return coverage_problems(table, table, REFERENCE.names.label, variables=held)


def test_x36_sources_that_name_all_together_are_whole():
    assert wholes_of(ALL[:20], ALL[20:45], ALL[45:]) == []
    assert (
        wholes_of(ALL[:20], ALL[19:45], ALL[45:]) == []
    )  # one row stands in the wrong source: told when they are read
    (stop,) = wholes_of(ALL[:20], ALL[20:45], ALL[46:])
    assert (stop.rule, stop.sheet, stop.subject) == ("absent_municipality", "", resolve(REFERENCE, ALL[45]).code)
    assert "The 3 sources '0', '1', '2' hold other municipalities each, and name together 60 of 61" in stop.what


def test_x36_a_source_without_a_row_that_can_be_read_lacks_only_what_it_does_not_name(tmp_path):
    result = taken(tmp_path, named(ALL))
    assert coverage_problems(result.rows.iloc[:0], result.names, REFERENCE.names.label) == []


def test_x36_sources_of_other_variables_or_years_are_no_parts_of_a_whole():
    assert [one.rule for one in wholes_of(ALL[:30], ALL[30:], variables=("cases", "women"))] == [
        "absent_municipality"
    ] * 2
    apart = wholes_of(ALL[:30], ALL[30:], years=(2019, 2020))
    assert [one.rule for one in apart] == ["absent_municipality"] * 2


def test_x36_a_planned_subset_is_noted_with_its_reason(tmp_path):
    result = taken(tmp_path, named([name for name in ALL if name not in ("Pustec", "Has")]))
    (note,) = covered(result, ["AL346", "AL131"], "no office there")
    assert note.severity == "NOTE"
    assert "Pustec (AL346)" in note.what
    assert "no office there" in note.what
    assert [problem.severity for problem in covered(result, ["AL346"], "no office there")] == ["STOP"]


def test_x36_a_plan_that_names_no_municipality_or_one_that_is_there_is_told(tmp_path):
    result = taken(tmp_path, named(ALL))
    severities = [(problem.severity, "AL999" in problem.what) for problem in covered(result, ["AL999"], "why")]
    assert ("STOP", True) in severities
    (needless,) = covered(result, ["AL346"], "why")
    assert (needless.severity, "Pustec (AL346)" in needless.what) == ("WARN", True)


def test_x36_a_municipality_that_one_year_lacks_is_named_with_the_year(tmp_path):
    rows = [*named(ALL, year=2019), *named([name for name in ALL if name != "Has"], year=2020)]
    (warning,) = covered(taken(tmp_path, rows))
    assert (warning.severity, warning.rule) == ("WARN", "absent_in_year")
    assert "2020 Has (AL131)" in warning.what


def without(workspace, code):
    path = workspace / "data/raw/turnout/elections.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(code)), encoding="utf-8", newline="")


def test_x36_check_stops_at_the_missing_one_until_a_parameter_says_why(workspace):
    without(workspace, "AL346")
    stopped = run_lnbeval(workspace, "check", "turnout")
    assert stopped.returncode == 3
    assert "STOP elections.csv" in stopped.stdout
    assert "Missing: Pustec (AL346)" in stopped.stdout
    assert "data.expected: {missing: [AL346], reason: why}" in stopped.stdout
    parameters = workspace / "params/turnout.yaml"
    text = parameters.read_text("utf-8")
    planned = text.replace("data:\n", "data:\n  expected: {missing: [AL346], reason: its results were annulled}\n", 1)
    parameters.write_text(planned, encoding="utf-8")
    noted = run_lnbeval(workspace, "check", "turnout")
    assert noted.returncode == 0
    assert "its results were annulled" in noted.stdout


def test_x36_a_decision_does_not_stand_in_for_the_parameter(workspace):
    without(workspace, "AL346")
    decisions = [
        ("problem", "decision", "reason", "who", "when"),
        ("absent_municipality/elections.csv/AL346", "accept", "annulled", "A. B.", "2026-11-22"),
    ]
    with (workspace / "data/raw/turnout/decisions.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(decisions)
    stopped = run_lnbeval(workspace, "check", "turnout")
    assert stopped.returncode == 3
    assert "STOP elections.csv" in stopped.stdout
    assert "is no question that is asked" in stopped.stdout


def test_x30_a_numbering_that_the_reference_does_not_hold_is_a_fault_of_the_parameters(workspace):
    parameters = workspace / "params/turnout.yaml"
    text = parameters.read_text("utf-8").replace(
        "      unit: code\n", "      unit: code\n      unit_codes: instta\n", 1
    )
    parameters.write_text(text, encoding="utf-8")
    refused = run_lnbeval(workspace, "check", "turnout")
    assert refused.returncode == 2
    assert "unit_codes is 'instta'" in refused.stderr
    assert "instat" in refused.stderr


# Another country: six municipalities of Kosovo in two scripts, with its own words. No line of code knows it.

KOSOVO = [
    ("XK01", "Prishtinë", "Pristina", "Prishtinë", "Prishtinë", "Prishtina|Prishtinës|Priština|Приштина", "1"),
    ("XK02", "Ferizaj", "Ferizaj", "Ferizaj", "Ferizaj", "Ferizajt|Uroševac|Урошевац", "2"),
    ("XK03", "Gjakovë", "Gjakova", "Gjakovë", "Gjakovë", "Gjakova|Gjakovës|Đakovica|Ђаковица", "3"),
    ("XK04", "Drenas", "Drenas", "Prishtinë", "Gllogoc", "Drenasit|Glogovac|Глоговац", "4"),
    ("XK05", "Kamenicë", "Kamenica", "Gjilan", "Kamenicë", "Kamenicës|Kosovska Kamenica|Косовска Каменица", "5"),
    ("XK06", "Klinë", "Klina", "Pejë", "Klinë", "Klina|Klinës|Клина", "6"),
]
EMPTY = {
    "adjacency": "code_a,code_b", "county_population": "county,year,kind,population",
    "national_facts": "fact,period,value,unit,source", "other_programmes": "code,programme,start,end,what,source",
}  # fmt: skip


def other_country(folder, aliases=None):
    """A reference folder of its own, as the rules of `data/reference` want it."""
    own = folder / "reference"
    own.mkdir()
    for path in (ROOT / "data" / "reference").glob("*.csv"):  # every table that has to be there, without its rows
        header = path.read_text("utf-8").splitlines()[0]
        (own / path.name).write_text(header + "\n", encoding="utf-8")
    header = "code,name,name_en,county,seat,lat,lon,area_km2,population_2011,population_2023,aliases,ask_code\n"
    lines = [
        f"{code},{name},{english},{county},{seat},42.5,21.0,100,1000,1000,{(aliases or {}).get(code, spelled)},{number}\n"
        for code, name, english, county, seat, spelled, number in KOSOVO
    ]
    (own / "municipalities.csv").write_text(header + "".join(lines), encoding="utf-8")
    prefixes = "Komuna,municipality|Komuna e,municipality|Opština,municipality|Општина,municipality|Rajoni i,county"
    write_rows(own / "name_prefixes.csv", "prefix,kind", prefixes)
    write_rows(own / "total_rows.csv", "word,match", "Ukupno,start|Укупно,start|Kosovë,exact")
    write_rows(own / "administrative_units.csv", "unit,code", "Klinë,XK04|Rogovë,XK03")
    out = "name,country,aliases,source"
    write_rows(own / "out_of_scope.csv", out, "Tiranë,Albania,Tirana,x|Preshevë,Serbia,Preševo,x")
    return load_reference(own)


def write_rows(path, header, rows):
    path.write_text("\n".join([header, *rows.split("|")]) + "\n", encoding="utf-8")


def test_the_same_intake_reads_a_messy_file_of_another_country(tmp_path):
    reference = other_country(tmp_path)
    rows = [
        ("Komuna e Prishtinës", None, 2020, 1), ("ПРИШТИНА", None, 2021, 2), ("Opština Uroševac", None, 2020, 3),
        ("Djakovica", None, 2020, 4), ("Đakovica", None, 2021, 5), ("Dakovica", None, 2022, 6), ("Drenas", None, 2020, 7),
        ("Gllogoc", None, 2021, 8), ("Klinë", None, 2020, 9), ("Klinë", "Rajoni i Pejë", 2021, 10),
        ("Rogovë", None, 2020, 11), ("Tirana", None, 2020, 12), ("Укупно", None, 2020, 47), ("5", None, 2020, 13),
        ("Општина Косовска Каменица", None, 2020, 14),
    ]  # fmt: skip
    result = taken(tmp_path, rows, reference=reference)
    values = result.values.set_index("value")["code"].to_dict()
    assert values == {1: "XK01", 2: "XK01", 3: "XK02", 5: "XK03", 6: "XK03", 7: "XK04", 10: "XK06", 14: "XK05"}
    stopped = {problem.municipality: (problem.severity, problem.rule) for problem in told(result)}
    assert stopped == {
        "Djakovica": ("STOP", "unknown_name"),
        "Gllogoc": ("ASK", "seat_town"),
        "Klinë": ("STOP", "needs_county"),
        "Rogovë": ("STOP", "administrative_unit"),
        "Tirana": ("STOP", "out_of_scope"),
        "5": ("STOP", "numbering"),
    }
    by_name = {problem.municipality: problem for problem in told(result)}
    assert "Gjakovë (XK03), 1 edit away" in by_name["Djakovica"].what
    assert "unit_codes: ask" in by_name["5"].do
    assert "lies in Albania" in by_name["Tirana"].what
    assert result.set_aside.loc[result.set_aside["reason"] == "total row", "row"].tolist() == [14]
    assert reconciles(result)


def test_a_file_of_another_country_is_described_by_its_own_names(tmp_path):
    reference = other_country(tmp_path)
    written(tmp_path, [(name, county, 2020, 5) for _, name, _, county, *_ in KOSOVO])
    (sheet,) = describe(tmp_path / "raste.xlsx", partial(resolved, reference), persons=PERSONS, letters=LETTERS).sheets
    assert sheet.unit_columns[0] == "Bashkia"


def test_a_country_without_the_optional_tables_is_read_too(tmp_path):
    folder = other_country(tmp_path).folder
    for name in ("administrative_units", "former_names", "name_hints", "out_of_scope"):
        (folder / f"{name}.csv").unlink()
    reference = load_reference(folder)
    result = taken(tmp_path, named(["Klinë", "Rogovë"]), reference=reference)
    assert result.values["code"].tolist() == ["XK06"]
    assert [problem.rule for problem in told(result)] == ["unknown_name"]


def strings_of(path):
    """Texts of a file of code that are no docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def national_words():
    """Words of this country's tables: names, words before them and words over totals, but for those that are English too."""
    words = {form for form, code in all_spellings() if form != code} | set(REFERENCE.municipalities["county"])
    english = re.compile("english", re.IGNORECASE)
    for name, column in (("name_prefixes", "prefix"), ("total_rows", "word")):
        table = pd.read_csv(ROOT / f"data/reference/{name}.csv", keep_default_na=False)
        words |= set(table.loc[~table["note"].str.contains(english), column])
    return {word.casefold() for word in words} - {"total", "has"}  # English as well


@pytest.mark.parametrize("module", ["reference.py", "names.py", "name_tables.py", "spellings.py", "intake"])
def test_no_word_of_this_country_stands_in_the_code_that_reads_names(module):
    path = ROOT / "lnbeval" / module
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    assert files
    words = national_words()
    found = {
        (file.name, text)
        for file in files
        for text in strings_of(file)
        if {text.casefold(), *re.findall(r"[^\W\d_]+", text.casefold())} & words
    }
    assert found == set()
