"""Columns beside the figures that say what these are: planned or actual, in which unit, of which age."""

import csv
import shutil
from functools import partial
from itertools import product

import pytest
from conftest import ROOT
from country import LETTERS, PERSONS
from written_evaluations import CODES, NAMES, REFERENCE, decide, evaluation, found, taken, write_csv

from lnbeval.cli.main import exit_code
from lnbeval.intake import Condition, Source, intake
from lnbeval.intake.source import Aggregate
from lnbeval.reference import is_total
from lnbeval.workspace.header_table import reference_headers
from lnbeval.workspace.intake_stage import resolved
from lnbeval.workspace.number_words import number_words
from lnbeval.workspace.places import Workspace
from lnbeval.workspace.registered import registered_facts
from lnbeval.workspace.yaml_file import read_yaml

PLACES = {"Tiranë": "AL224", "Durrës": "AL121", "Has": "AL131"}
YEARS = range(2016, 2020)
PLANS = ("Plan fillestar", "Plan i rishikuar", "Fakt")


def size(name, year):
    return 100 * len(name) + year - 2000


def sorted_rows(header, texts, names=tuple(PLACES), more=50):
    """Rows of a column that sorts them, the last text beside the figures themselves and those before beside larger ones."""
    rows = [["Bashkia", "Viti", header, "Raste"]]
    for name, year, (at, text) in product(names, YEARS, enumerate(reversed(texts))):
        rows.append([name, year, text, size(name, year) + more * at])
    return rows


def beside_rows(header, text_of, figure_of=size, names=tuple(PLACES), figures="Raste"):
    """One row a municipality and year, with a text of its own beside the figure."""
    cells = ([name, year, text_of(name, year), figure_of(name, year)] for name, year in product(names, YEARS))
    return [["Bashkia", "Viti", header, figures], *cells]


def read(folder, rows, answered=None, variable="cases", **changes):
    write_csv(folder / "a.csv", rows)
    declared = {"file": "a.csv", "unit": "Bashkia", "period": "Viti", "columns": {variable: rows[0][-1]}} | changes
    return intake(
        folder,
        [Source(**declared)],
        partial(resolved, REFERENCE),
        partial(is_total, REFERENCE),
        answered or {},
        number_words(REFERENCE),
        reference_headers(REFERENCE),
        registered=registered_facts(REFERENCE),
        persons=PERSONS,
        letters=LETTERS,
    )


def told(result, *severities):
    return [problem.rule for problem in result.problems if problem.severity in severities]


def one(result, rule):
    (problem,) = [problem for problem in result.problems if problem.rule == rule]
    return problem


def value(result, name, year):
    values = result.values
    return values.loc[(values["code"] == PLACES[name]) & (values["period"] == year), "value"].item()


def only(column, text, variable="cases"):
    return (Condition(variable=variable, column=column, equals=text),)


def over(*columns, by="sum"):
    return Aggregate(by=by, over=columns)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unseen") / "plane"
    shutil.copytree(ROOT / "data" / "reference", folder / "data" / "reference")
    (folder / "params").mkdir()
    shutil.copy(ROOT / "dvc.yaml", folder)
    (folder / "params" / "workspace.yaml").write_text("evaluations: {}\n", encoding="utf-8")
    return Workspace(root=folder)


@pytest.fixture
def said(workspace, monkeypatch, capsys):
    """What a command says, and its exit code."""
    monkeypatch.chdir(workspace.root)

    def run(*arguments):
        code = exit_code([str(part) for part in arguments])
        words = capsys.readouterr()
        return code, words.out + words.err

    return run


def delivered(folder, rows):
    """A file of all municipalities."""
    path = folder / "dorëzim.csv"
    write_csv(path, rows)
    return path


# Planned and actual figures in rows


@pytest.mark.parametrize("by", ["sum", "mean"])
@pytest.mark.parametrize(
    "texts",
    [
        PLANS,
        ("Plan", "Fakt"),
        ("Plan 12-mujor", "Realizimi"),
        ("Buxheti fillestar", "Buxheti i rishikuar", "Fakti"),
        ("Të planifikuara", "Të realizuara"),
        ("Plan paga", "Fakt paga"),
        ("Budget", "Revised budget", "Actual"),
    ],
)
def test_planned_and_actual_rows_are_never_added_up_or_averaged(tmp_path, texts, by):
    stop = one(read(tmp_path, sorted_rows("Lloji", texts), aggregate=over("Lloji", by=by)), "planned_among_rows")
    assert stop.severity == "STOP"
    assert all(f"'{text}'" in stop.what for text in texts)
    assert "added up" in stop.what if by == "sum" else "averaged" in stop.what
    assert f"`only_where` for the variable: column 'Lloji' equals '{texts[-1]}'" in stop.do


def test_the_way_out_reads_the_actual_rows_alone(tmp_path):
    months = range(1, 13)
    rows = [["Bashkia", "Viti", "Muaji", "Lloji", "Raste"]]
    rows += [[n, y, m, k, 7 if k == "Fakt" else 9] for n, y, m, k in product(PLACES, YEARS, months, ("Plan", "Fakt"))]
    result = read(tmp_path, rows, aggregate=over("Muaji"), only_where=only("Lloji", "Fakt"))
    assert told(result, "STOP", "ASK", "WARN") == []
    assert value(result, "Has", 2016) == 84
    stopped = read(tmp_path, rows, aggregate=over("Muaji", "Lloji"))
    assert "planned_among_rows" in told(stopped, "STOP")


def test_rows_planned_by_a_column_that_is_not_read_stop(tmp_path):
    forecast = beside_rows("Statusi", lambda _, year: "parashikim" if year == 2019 else "fakt")
    stop = one(read(tmp_path, forecast), "planned_among_rows")
    assert (stop.severity, stop.cell, stop.subject) == ("STOP", "row 1, column C", "Statusi")
    assert "'parashikim'" in stop.what
    assert "column 'Statusi' equals 'fakt'" in stop.do
    result = read(tmp_path, forecast, only_where=only("Statusi", "fakt"))
    assert told(result, "STOP", "ASK", "WARN") == []
    assert sorted(result.values["period"].unique()) == [2016, 2017, 2018]


def test_some_planned_rows_among_rows_of_which_nothing_is_said_stop(tmp_path):
    rows = beside_rows("Shënim", lambda name, year: "plan" if (name, year) == ("Has", 2019) else "")
    assert "and others say nothing of the kind" in one(read(tmp_path, rows), "planned_among_rows").what


def test_figures_that_are_all_planned_stop_until_plans_are_chosen(tmp_path):
    rows = beside_rows("Lloji", lambda *_: "Plan")
    stop = one(read(tmp_path, rows), "planned_rows")
    assert stop.severity == "STOP"
    assert "column 'Lloji' says 'Plan' beside every figure" in stop.what
    chosen = read(tmp_path, rows, only_where=only("Lloji", "Plan"))
    assert told(chosen, "STOP", "ASK", "WARN") == ["planned_rows_chosen"]
    assert value(chosen, "Has", 2016) == size("Has", 2016)


@pytest.mark.parametrize(
    "texts",
    [
        ("Planifikim familjar", "Këshillim"),
        ("Me plan", "Pa plan"),
        ("Plan individual kujdesi", "Vizitë në shtëpi"),
        ("Fakte", "Kontroll i vitit"),
        ("Buxheti", "Donatorë"),
    ],
)
def test_words_that_name_a_thing_are_no_plans(tmp_path, texts):
    rows = beside_rows("Shërbimi", lambda name, _: texts[len(name) % 2])
    assert told(read(tmp_path, rows), "STOP", "ASK", "WARN") == []


def test_planned_rows_of_totals_and_of_blank_figures_stop_nothing(tmp_path):
    rows = beside_rows("Lloji", lambda *_: "Fakt")
    rows += [["Gjithsej", year, "Plan", sum(size(name, year) for name in PLACES)] for year in YEARS]
    rows += [["Has", 2019, "Plan", ""]]
    assert "planned_among_rows" not in told(read(tmp_path, rows), "STOP")


def test_only_a_written_exception_says_that_the_words_are_no_plans(tmp_path):
    rows = beside_rows("Lloji", lambda *_: "Plan", names=[NAMES[code] for code in CODES])
    workspace = evaluation(
        tmp_path,
        {},
        ["care_coverage"],
        sources=[{"file": "a.csv", "unit": "Bashkia", "period": "Viti", "columns": {"beneficiaries": "Raste"}}],
    )
    workspace.raw("trial").mkdir(parents=True)
    write_csv(workspace.raw("trial") / "a.csv", rows)
    (stop,) = found(workspace, "planned_rows")
    assert (stop.severity, stop.options) == ("STOP", ("no_plans",))
    decide(workspace, (stop.name, "no_plans"))
    (settled,) = [problem for problem in taken(workspace).problems if problem.rule == "planned_rows"]
    assert settled.severity not in {"STOP", "ASK"}


@pytest.mark.parametrize("texts", [("Plan", "Fakt"), PLANS])
def test_no_sum_over_plans_is_proposed_and_the_draft_asks_about_the_actual_rows(said, workspace, tmp_path, texts):
    path = delivered(tmp_path, sorted_rows("Lloji", texts, [NAMES[code] for code in CODES]))
    code, words = said("check", path)
    assert code == 0, words
    assert "several rows a municipality and year" not in words
    assert "Column 'Lloji' says that some figures are planned: only the rows of 'Fakt' are proposed" in words
    assert "'Raste' (D) as raste, 244 in 244 filled cells" in words
    name = f"plane_{len(texts)}"
    assert said("new", name, "--from", path)[0] == 0
    drafted = read_yaml(workspace.parameters(name))
    (source,) = drafted["data"]["sources"]
    assert source["only_where"] == [{"variable": "raste", "column": "Lloji", "equals": "Fakt"}]
    assert "aggregate" not in source
    (guess,) = [guess for guess in drafted["guesses"] if guess["name"].startswith("table")]
    assert "'Lloji' says which figures are planned: only the rows of 'Fakt' are read" in guess["why"]
    assert "data.sources[1].only_where" in guess["values"]


def test_months_of_actual_figures_are_still_added_up(said, tmp_path):
    rows = [["Bashkia", "Viti", "Lloji", "Muaji", "Raste"]]
    rows += [[NAMES[c], y, k, m, 5 + m % 3] for c, y, k, m in product(CODES, YEARS, ("Plan", "Fakt"), range(1, 13))]
    code, words = said("check", delivered(tmp_path, rows))
    assert code == 0, words
    assert "several rows a municipality and year, by: 'Muaji'\n" in words


def test_plans_without_one_word_for_actual_figures_stop_the_check(said, tmp_path):
    rows = sorted_rows("Lloji", ("Plan", "Fakt", "Realizimi"), [NAMES[code] for code in CODES])
    code, words = said("check", delivered(tmp_path, rows))
    assert code == 3
    assert "raste is read from planned and other figures alike" in words
    assert "several rows a municipality and year" not in words


# Units in rows


def test_several_units_in_one_series_stop_with_the_rows_by_unit(tmp_path):
    rows = beside_rows("Njësia", lambda _, year: "EUR" if year < 2018 else "USD")
    stop = one(read(tmp_path, rows), "units_of_rows_differ")
    assert stop.severity == "STOP"
    assert "'EUR' in rows 2-3, 6-7, 10-11, 'USD' in rows 4-5, 8-9, 12-13" in stop.what


@pytest.mark.parametrize("header", ["Njësia e matjes", "Njësia matëse", "Njësia", "Unit", "Shprehur në"])
@pytest.mark.parametrize(
    "units", [("lekë", "mijë lekë"), ("persona", "familje"), ("%", "numër"), ("në mijë lekë", "mln lekë")]
)
def test_the_column_of_units_is_known_by_its_texts_whatever_its_header(tmp_path, header, units):
    rows = beside_rows(header, lambda name, _: units[len(name) % 2])
    assert told(read(tmp_path, rows), "STOP") == ["units_of_rows_differ"]


def test_units_that_are_added_up_stop_too(tmp_path):
    rows = sorted_rows("Njësia", ("lekë", "mijë lekë"))
    assert "units_of_rows_differ" in told(read(tmp_path, rows, aggregate=over("Njësia")), "STOP")


@pytest.mark.parametrize(
    ("variable", "text", "stops"),
    [
        ("total_spending", "lekë", True),
        ("total_spending", "EUR", True),
        ("total_spending", "persona", True),
        ("total_spending", "mijë lekë", False),
        ("total_spending", "në mijë lekë", False),
        ("beneficiaries", "persona", False),
        ("beneficiaries", "Numër", False),
        ("beneficiaries", "familje", True),
        ("beneficiaries", "%", True),
    ],
)
def test_one_unit_other_than_the_registered_one_stops(tmp_path, variable, text, stops):
    rows = beside_rows("Njësia e matjes", lambda *_: text)
    result = read(tmp_path, rows, variable=variable)
    assert told(result, "STOP", "ASK") == (["unit_of_rows_differs"] if stops else [])
    if stops:
        stop = one(result, "unit_of_rows_differs")
        assert f"says '{text}' beside the figures of {variable}" in stop.what
        assert (stop.subject, stop.options) == (f"{variable} {text}", ("as_registered",))


def test_units_of_other_rows_do_not_count(tmp_path):
    rows = [["Bashkia", "Viti", "Treguesi", "Njësia", "Vlera"]]
    for name, year in product(PLACES, YEARS):
        rows += [[name, year, "Shpenzime", "mijë lekë", 900], [name, year, "Përfitues", "persona", 40]]
    result = read(
        tmp_path,
        rows,
        columns={"total_spending": "Vlera", "beneficiaries": "Vlera"},
        only_where=(*only("Treguesi", "Shpenzime", "total_spending"), *only("Treguesi", "Përfitues", "beneficiaries")),
    )
    assert told(result, "STOP", "ASK", "WARN") == []


def test_a_column_of_municipalities_or_of_women_and_men_is_no_column_of_units(tmp_path):
    named = beside_rows("Njësia", lambda name, _: name)
    assert "units_of_rows_differ" not in told(read(tmp_path, named), "STOP")
    sexes = beside_rows("Grupi", lambda name, _: "Gra" if len(name) % 2 else "Burra")
    assert told(read(tmp_path, sexes), "STOP", "ASK", "WARN") == []


def test_a_file_with_the_units_of_its_municipalities_is_stopped_and_sorts_nothing_by_them(said, tmp_path):
    names = [NAMES[code] for code in CODES]
    rows = beside_rows("Njësia e matjes", lambda name, _: "lekë" if names.index(name) % 2 else "mijë lekë", names=names)
    code, words = said("check", delivered(tmp_path, rows))
    assert code == 3
    assert "in different units by column 'Njësia e matjes'" in words
    assert "sorts municipalities" not in words


def test_a_draft_takes_the_unit_that_the_column_beside_tells_and_no_treatment_from_it(said, workspace, tmp_path):
    names = [NAMES[code] for code in CODES]
    rows = beside_rows("Njësia", lambda *_: "mijë lekë", names=names, figures="Pagesa")
    assert said("new", "pagesa", "--from", delivered(tmp_path, rows))[0] == 0
    with (workspace.raw("pagesa") / "variables.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["unit"], row["kind"]) == ("mijë lekë", "money")
    assert "unit_of_rows_differs" not in said("check", "pagesa")[1]


# Registered variables in another unit


def test_a_header_in_another_unit_is_not_tied_to_the_registered_variable(said, workspace, tmp_path):
    names = [NAMES[code] for code in CODES]
    path = delivered(
        tmp_path, [["Bashkia", "Viti", "Shpenzime (lekë)"], *([n, y, size(n, y)] for n, y in product(names, YEARS))]
    )
    code, words = said("check", path)
    assert code == 0, words
    assert "'Shpenzime (lekë)' (C) as shpenzime" in words
    assert said("new", "shpenzime", "--from", path)[0] == 0
    drafted = read_yaml(workspace.parameters("shpenzime"))
    (guess,) = [guess for guess in drafted["guesses"] if guess["name"] == "variable shpenzime"]
    assert "in another unit than the registered total_spending (thousand lek)" in guess["why"]


def test_a_header_in_the_registered_unit_is_tied_as_before(said, tmp_path):
    names = [NAMES[code] for code in CODES]
    rows = [["Bashkia", "Viti", "Shpenzime (mijë lekë)"], *([n, y, size(n, y)] for n, y in product(names, YEARS))]
    assert "'Shpenzime (mijë lekë)' (C) as total_spending" in said("check", delivered(tmp_path, rows))[1]


@pytest.mark.parametrize("where", ["title", "column"])
def test_a_unit_above_or_beside_the_figures_breaks_the_tie_too(said, tmp_path, where):
    names = [NAMES[code] for code in CODES]
    header, beside = ["Bashkia", "Viti", "Shpenzime"], ["lekë"] if where == "column" else []
    rows = [[*header[:2], *(["Njësia"] if beside else []), header[2]]]
    rows += [[n, y, *beside, size(n, y)] for n, y in product(names, YEARS)]
    code, words = said("check", delivered(tmp_path, rows if beside else [["Shpenzimet e bashkive, në lekë"], *rows]))
    assert code == 0, words
    assert "as shpenzime" in words


# Bands of ages


@pytest.mark.parametrize(
    ("header", "bands"),
    [
        ("Grupi", ("0-17", "18+")),
        ("Mosha", ("0-17", "18-64", "65 e lart")),
        ("Kategoria", ("0 – 5 vjeç", "6 – 17 vjeç", "18 vjeç e lart")),
        ("Lloji", ("nën 18", "18-64", "65+", "Gjithsej")),
        ("Grupi", ("<18", "≥18")),
        ("Mosha", ("0-4", "5-9", "10-14", "15 and over")),
        ("Kategoria", ("mosha 0-17", "mosha 18+")),
    ],
)
def test_bands_of_ages_are_parts_and_no_figures_under_any_header(said, tmp_path, header, bands):
    names = [NAMES[code] for code in CODES]
    rows = sorted_rows(header, bands, names, more=0)
    words = said("check", delivered(tmp_path, rows))[1]
    assert "is not a number" not in words
    assert f"figures: '{header}'" not in words
    assert f"several rows a municipality and year, by: '{header}'" in words
    assert "figures: 'Raste' (D) as raste" in words
    assert "STOP" not in words, words


def test_ranges_instead_of_figures_stay_figures(said, tmp_path):
    names = [NAMES[code] for code in CODES]
    rows = [["Bashkia", "Viti", "Raste"]]
    rows += [[n, y, size(n, y) if (names.index(n) + y) % 9 else "<5"] for n, y in product(names, YEARS)]
    assert "figures: 'Raste' (C) as raste" in said("check", delivered(tmp_path, rows))[1]
