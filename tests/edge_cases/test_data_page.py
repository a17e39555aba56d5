"""The data page: every decision, mended text, note and revised cell is on it, and the counts agree from file to model."""

import ast
import csv
import html
import json
import re
import shutil
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from written_evaluations import (
    CODES,
    NAMES,
    REFERENCE,
    ROOT,
    SHEET,
    YEARS,
    command,
    evaluation,
    indicator,
    people,
    register_files,
    rows,
    source,
    taken,
    variable,
    with_cell,
    write_workbook,
    written,
)

from lnbeval import report
from lnbeval.reference import load_reference
from lnbeval.workspace import Analysis, estimates, open_study, views
from lnbeval.workspace.findings import findings
from lnbeval.workspace.intake_stage import write_intake, write_panel
from lnbeval.workspace.new_evaluation.drafted import BANNER
from lnbeval.workspace.parameters import read_parameters
from lnbeval.workspace.places import Workspace
from lnbeval.workspace.views.logs import withheld
from lnbeval.workspace.views.plain_words import plain_words
from lnbeval.workspace.views.set_aside import UNLISTED_CELLS

KRUJE, VLORE, HAS, TIRANE = "AL122", "AL357", "AL131", "AL224"
TITLES = [["Raport vjetor"], ["Ministria, botim i dytë"]]
NOTES = ("* të dhëna paraprake", "Burimi: Ministria")
REASON = "letter of 3 May, no. 12"
NOT_ASKED = "jump/raport.xlsx/no such thing"
UNMET_SCHOOLS = "condition not met: column plote is not 'po'"
WORKBOOK, SCHOOLS = "raport.xlsx", "shkolla.csv"


def services(code, year):
    return 10 + len(NAMES[code]) + (year - 2014)


def pupils(code, year):
    return people(code, year) * 9 + 7


def disabled(code, year):
    return 30 + len(NAMES[code]) % 5 + (year - 2014) % 3


def workbook(**cells):
    """Titles, header, rows and notes; `cells` by municipality code, year and column, joined by _."""
    table = rows(beneficiaries=people, services=services)
    for key, value in cells.items():
        code, year, column = key.split("_", 2)
        table, _ = with_cell(table, code, int(year), column, value)
    return [*TITLES, *table, [None], *([note] for note in NOTES)]


def schools(complete=lambda *_: "po"):
    return rows(pupils=pupils, cwd_in_school=disabled, plote=complete)


def write_text(path, table, *, garbled=()):
    """A csv file, in which some names were read in a wrong encoding before it came."""
    spoilt = [[row[0].encode().decode("cp1252") if row[0] in garbled else row[0], *row[1:]] for row in table]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(spoilt)


def decide(workspace, *answers):
    """Write the decisions file: pairs of a question and its answer."""
    with workspace.decisions("trial").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["problem", "decision", "reason", "who", "when"])
        writer.writerows([*answer, REASON, "A. Hoxha", "2026-11-22"] for answer in answers)


def sources():
    columns = {"pupils": "pupils", "cwd_in_school": "cwd_in_school"}
    table = rows(beneficiaries=people, services=services)
    condition = {"variable": "cwd_in_school", "column": "plote", "equals": "po"}
    return [
        source(table, WORKBOOK, header=3),
        {"file": SCHOOLS, "unit": "Bashkia", "period": "Viti", "columns": columns, "only_where": [condition]},
    ]


@pytest.fixture(scope="module")
def messy(tmp_path_factory):
    """An evaluation with everything on it that the page has to show; its intake and its study."""
    with pytest.MonkeyPatch.context() as patch:
        return messy_evaluation(tmp_path_factory.mktemp("data_page"), patch)


class Quiet:
    """What the command said is not looked at."""

    @staticmethod
    def readouterr():
        return Quiet

    out = err = ""


def messy_evaluation(folder, patch):
    tables = {WORKBOOK: workbook()}
    data = {"first_period": 2015}
    workspace = evaluation(folder, tables, ["care_coverage", "services", "cwd_school"], sources=sources(), data=data)
    raw = workspace.raw("trial")
    write_text(raw / SCHOOLS, schools())
    assert register_files(workspace, patch, Quiet)[0] == 0
    table = workbook(
        AL122_2016_services="<5",
        AL357_2017_services="5-10",
        AL131_2018_beneficiaries="rreth 150",
        AL224_2018_beneficiaries=f"{people(TIRANE, 2018)} persona",
        AL357_2020_beneficiaries="n/a",
        AL122_2019_beneficiaries=people(KRUJE, 2019) * 20,
    )
    table.insert(20, table[19])
    write_workbook(raw / WORKBOOK, table)
    second = schools(lambda code, year: "jo" if (code, year) in {(HAS, 2016), (HAS, 2017)} else "po")
    second, _ = with_cell(second, VLORE, 2016, "pupils", pupils(VLORE, 2016) + 40)
    second, _ = with_cell(second, HAS, 2016, "cwd_in_school", None)
    write_text(raw / SCHOOLS, second, garbled=("Tiranë", "Kuçovë"))
    answers = {WORKBOOK: "accept", SCHOOLS: "keep_old"}
    asked = [problem for problem in taken(workspace).problems if problem.severity in ("STOP", "ASK")]
    assert {(problem.severity, problem.rule) for problem in asked} == {("ASK", "jump"), ("ASK", "changed_delivery")}
    made = [(one.name, "drop" if one.rule == "jump" else answers[one.file]) for one in asked]
    decide(workspace, *made, (NOT_ASKED, "keep"))
    intake = written(workspace)
    reference = load_reference(workspace.reference)
    write_panel(workspace, "trial", read_parameters(workspace, "trial", reference), reference)
    return intake, open_study("trial", workspace)


def studied(workspace):
    """The study of a written evaluation, taken through to its panel."""
    written(workspace)
    reference = load_reference(workspace.reference)
    write_panel(workspace, "trial", read_parameters(workspace, "trial", reference), reference)
    return open_study("trial", workspace)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """An evaluation with nothing to tell."""
    table = rows(beneficiaries=people)
    workspace = evaluation(tmp_path_factory.mktemp("plain"), {WORKBOOK: table}, ["care_coverage"])
    intake = written(workspace)
    reference = load_reference(workspace.reference)
    write_panel(workspace, "trial", read_parameters(workspace, "trial", reference), reference)
    return intake, open_study("trial", workspace)


@pytest.fixture(scope="module", params=["lnb", "turnout"])
def shipped(request, tmp_path_factory):
    """An evaluation of this repository, taken through in a folder of its own."""
    folder = tmp_path_factory.mktemp(request.param)
    for part in ("data/reference", f"data/raw/{request.param}", "params"):
        shutil.copytree(ROOT / part, folder / part)
    workspace = Workspace(root=folder)
    parameters = read_parameters(workspace, request.param, REFERENCE)
    intake = write_intake(workspace, request.param, parameters, REFERENCE)
    write_panel(workspace, request.param, parameters, REFERENCE)
    return intake, open_study(request.param, workspace)


def page(study):
    """Every exhibit of the data page, by the name of its cell."""
    cells = json.loads((ROOT / "notebooks" / "02_data.ipynb").read_text("utf-8"))["cells"]
    made = {"study": study, "report": report, "views": views}
    shown = {}
    for cell in cells:
        text = "".join(cell["source"]).replace("open_study(evaluation)", "study")
        if cell["cell_type"] == "code" and "study" in text and not text.startswith("from "):
            *before, last = ast.parse(text).body
            exec(compile(ast.Module(before, []), cell["id"], "exec"), made)  # noqa: S102 - our own notebook
            shown[cell["id"]] = eval(compile(ast.Expression(last.value), cell["id"], "eval"), made)  # noqa: S307
    return shown


def said(exhibit):
    """The words of an exhibit as a reader sees them."""
    body = re.sub(r"</?code>", "", exhibit.body)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def unlabelled(exhibit):
    """The same without the labels that stand beside the codes of series."""
    words = said(exhibit)
    for table in (REFERENCE.variables, REFERENCE.indicators):
        for label in table["label"]:
            words = words.replace(f" ({label})", "")
    return words


def in_words(text):
    return " ".join(text.replace("`", "").split())


def downloaded(exhibit):
    return exhibit.data.astype(str)


# What the page holds.


def test_every_decision_is_shown_with_question_reason_who_and_when(messy):
    intake, study = messy
    exhibit = page(study)["decisions-table"]
    answered = [problem for problem in intake.problems if problem.do.startswith("Decided:")]
    assert len(answered) == 3
    for problem in answered:
        assert in_words(problem.what) in unlabelled(exhibit)
    with study.workspace.decisions("trial").open(encoding="utf-8") as stream:
        made = list(csv.DictReader(stream))
    table = downloaded(exhibit).set_index("problem")
    assert [[row[name] for name in ("decision", "reason", "who", "when")] for row in made] == table.loc[
        [row["problem"] for row in made], ["decision", "reason", "who", "when"]
    ].to_numpy().tolist()
    assert said(exhibit).count(f"{REASON} A. Hoxha 2026\N{NON-BREAKING HYPHEN}11\N{NON-BREAKING HYPHEN}22 yes") == 3
    assert table.loc[NOT_ASKED, "applied"] == "no"
    assert said(exhibit).count(f"{NOT_ASKED}: no such question is asked ") == 1
    assert exhibit.title == "4 decisions were taken; 1 answers no question that is asked"


def test_the_question_has_its_place_municipality_year_and_answers(messy):
    row = downloaded(page(messy[1])["decisions-table"]).set_index("decision").loc["drop"]
    assert row[["file", "sheet", "cell", "municipality", "year", "answers"]].tolist() == [
        *(WORKBOOK, SHEET, "C50", NAMES[KRUJE], "2019", "keep or drop or flag")
    ]


def test_every_mended_text_is_on_the_page(messy):
    intake, study = messy
    exhibit = page(study)["mended-table"]
    assert len(intake.mended) == 16
    assert downloaded(exhibit)[["As written", "Read as", "Cell"]].to_numpy().tolist() == (
        intake.mended[["as_written", "text", "cell"]].to_numpy().tolist()
    )
    assert "TiranÃ« Tiranë 8" in said(exhibit)


def test_every_title_note_and_source_is_on_the_page(messy):
    intake, study = messy
    exhibit = page(study)["notes-table"]
    assert set(intake.notes["text"]) == {*NOTES, *(row[0] for row in TITLES)}
    for text in intake.notes["text"]:
        assert text in said(exhibit)


def test_every_bound_is_shown_with_both_ends(messy):
    exhibit = page(messy[1])["bounded-table"]
    assert downloaded(exhibit)[["Municipality", "Year", "At least", "At most", "Cell"]].to_numpy().tolist() == [
        [NAMES[KRUJE], "2016", "0", "4", "D47"],
        [NAMES[VLORE], "2017", "5", "10", "D488"],
    ]


def test_an_approximate_number_is_shown_as_it_was_written(messy):
    exhibits = page(messy[1])
    assert downloaded(exhibits["approximate-table"])[["Cell", "As written", "Read as"]].to_numpy().tolist() == [
        ["C65", "rreth 150", "150"]
    ]
    assert exhibits["approximate-table"].title == "1 number is approximate by its own words"


def test_every_repaired_cell_is_in_the_download_and_counted_in_the_summary(messy, shipped):
    for intake, study in (messy, shipped):
        exhibit = page(study)["repaired-table"]
        if intake.repaired.empty:
            assert exhibit.title == "Every number was kept as a number"
        else:
            assert downloaded(exhibit)["Cell"].tolist() == intake.repaired["cell"].tolist()
            assert views.repaired_kinds(study)["Cells"].sum() == len(intake.repaired)


def test_every_cell_that_differs_from_the_registered_delivery_is_shown(messy):
    study = messy[1]
    exhibits = page(study)
    changes = pd.read_csv(study.workspace.outputs("trial") / "intake" / "changed_cells.csv")
    table = downloaded(exhibits["changed"])
    assert table["Municipality"].tolist() == changes["municipality"].tolist()
    assert [NAMES[HAS], "2018", "118", "150"] in table[
        ["Municipality", "Year", "Registered", "Delivered now"]
    ].to_numpy().tolist()
    assert exhibits["deliveries"].title == f"2 files are registered; not as registered: {WORKBOOK}, {SCHOOLS}"


def test_a_bound_that_differs_from_the_registered_delivery_is_told_as_a_bound(messy):
    intake, study = messy
    told = (
        downloaded(page(study)["changed"])[["Municipality", "Year", "Registered", "Delivered now"]].to_numpy().tolist()
    )
    assert [NAMES[KRUJE], "2016", str(services(KRUJE, 2016)), "<5"] in told
    assert [NAMES[VLORE], "2017", str(services(VLORE, 2017)), "5-10"] in told
    assert [NAMES[VLORE], "2020", str(people(VLORE, 2020)), "not reported"] in told
    (question,) = [one for one in intake.problems if one.rule == "changed_delivery" and one.file == WORKBOOK]
    assert f"{NAMES[KRUJE]} 2016 services: {services(KRUJE, 2016)} became <5" in question.what


def test_one_bound_for_another_is_a_difference_too(tmp_path, monkeypatch):
    first, second = (workbook(AL122_2016_services=bound) for bound in ("<5", "<10"))
    workspace = evaluation(tmp_path, {WORKBOOK: first}, ["care_coverage"], sources=sources()[:1])
    assert register_files(workspace, monkeypatch, Quiet)[0] == 0
    assert [one for one in taken(workspace).problems if one.rule in ("changed_delivery", "same_values")] == []
    write_workbook(workspace.raw("trial") / WORKBOOK, second)
    (question,) = [one for one in taken(workspace).problems if one.rule == "changed_delivery"]
    assert f"{NAMES[KRUJE]} 2016 services: <5 became <10" in question.what


def test_cells_of_rows_that_are_added_up_are_told_with_their_part(tmp_path, monkeypatch):
    def table(moved=0):
        lines = [["Bashkia", "Viti", "Gjinia", "beneficiaries"]]
        for code in NAMES:
            for year in range(2014, 2022):
                women, shift = people(code, year) // 2, moved if (code, year) == (KRUJE, 2016) else 0
                lines += [[NAMES[code], year, "Femra", women + shift]]
                lines += [[NAMES[code], year, "Meshkuj", people(code, year) - women - shift]]
        return lines

    one = source(table()) | {"columns": {"beneficiaries": "beneficiaries"}}
    one |= {"aggregate": {"by": "sum", "over": ["Gjinia"]}}
    workspace = evaluation(tmp_path, {WORKBOOK: table()}, ["care_coverage"], sources=[one])
    assert register_files(workspace, monkeypatch, Quiet)[0] == 0
    write_workbook(workspace.raw("trial") / WORKBOOK, table(moved=20))
    (question,) = [one for one in taken(workspace).problems if one.rule == "changed_delivery"]
    decide(workspace, (question.name, "accept"))
    study = studied(workspace)
    women = people(KRUJE, 2016) // 2
    men = people(KRUJE, 2016) - women
    columns = ["Municipality", "Year", "Part", "Registered", "Delivered now"]
    assert views.changed(study)[columns].to_numpy().tolist() == [
        [NAMES[KRUJE], "2016", "Femra", str(women), str(women + 20)],
        [NAMES[KRUJE], "2016", "Meshkuj", str(men), str(men - 20)],
    ]


def test_a_reason_that_begins_like_a_formula_is_shown_as_it_was_written(messy, tmp_path):
    study = copied_study(messy[1], tmp_path)
    log = study.workspace.outputs("trial") / "intake" / "decisions.csv"
    log.write_text(log.read_text("utf-8").replace(REASON, "'=mistyped").replace("A. Hoxha", "'@office"), "utf-8")
    rows_shown = views.decision_rows(study)
    assert {"=mistyped"} <= set(rows_shown["Reason"])
    assert {"@office"} <= set(rows_shown["Who"])
    assert "'=mistyped" in set(views.decisions(study)["reason"])  # the download is opened in a spreadsheet


def test_files_that_are_not_registered_are_named(messy, tmp_path):
    copy = copied_study(messy[1], tmp_path)
    register = copy.workspace.raw("trial") / "DELIVERIES.csv"
    lines = register.read_text("utf-8").splitlines()
    register.write_text("\n".join(line for line in lines if not line.startswith(SCHOOLS)) + "\n", encoding="utf-8")
    assert (
        views.deliveries_title(copy)
        == f"1 file is registered; not as registered: {WORKBOOK}; not registered: {SCHOOLS}"
    )


def test_a_total_is_no_municipality_and_a_name_is_known_in_one_set_of_words(shipped):
    _, study = shipped
    lines = views.name_lines(study)
    own = lines[lines["Known as"] != "total, not a municipality"]
    assert views.names_title(study) == f"61 municipalities are named, in {own['Written'].nunique()} ways"
    assert set(views.spellings(study)["Known as"]) == set(lines["Known as"])
    assert (lines.loc[lines["Known as"] == "name, as in the reference", "Written"].isin(list(NAMES.values()))).all()
    assert (len(lines) > len(own)) == ("Gjithsej" in set(lines["Written"]))


def test_codes_stand_beside_their_labels_in_both_languages(messy):
    rows_shown = views.problem_rows(messy[1])
    (one,) = [row for _, row in rows_shown.iterrows() if "a jump by more than" in row["What is wrong"]]
    labels = REFERENCE.variables.loc["beneficiaries"]
    assert one["What is wrong"].startswith(f"beneficiaries ({labels['label']}) is ")
    assert f"beneficiaries ({labels['label_sq']})" in one["In Albanian"]
    headers = [text for text in rows_shown["What is wrong"] if "in column 'beneficiaries'" in text]
    assert headers
    assert not any(labels["label"] in text for text in headers)


def test_a_guess_is_told_by_its_table_and_not_by_a_path(tmp_path):
    workspace = evaluation(tmp_path, {WORKBOOK: rows(beneficiaries=people)}, ["care_coverage"])
    path = workspace.parameters("trial")
    values = {
        "table": {"data.sources[1].unit": "Bashkia", "data.sources[1].period": "Viti"},
        "column": {"data.sources[1].columns.beneficiaries": "beneficiaries"},
        "denominator": {"data.denominator": "population_2011"},
    }
    guesses = [{"name": name, "why": "the file looks so", "values": guessed} for name, guessed in values.items()]
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"guesses": guesses}), encoding="utf-8")
    decide(workspace, *((one.name, "yes") for one in taken(workspace).problems if one.rule == "guess"))
    shown = views.problem_rows(studied(workspace))
    shown = shown[shown["What is wrong"].str.startswith("Guessed")]
    label = REFERENCE.variables.loc["beneficiaries", "label"]
    assert shown["What is wrong"].tolist() == [
        f"Guessed: How the table {WORKBOOK} is read: unit 'Bashkia', period 'Viti'. The reason: the file looks so",
        f"Guessed: In {WORKBOOK} the column 'beneficiaries' is read as 'beneficiaries' ({label}). The reason: the file looks so",
        "Guessed: Rates are of 'population_2011'. The reason: the file looks so",
    ]
    assert not shown["In Albanian"].str.contains("data.sources", regex=False).any()
    assert not shown["In Albanian"].str.contains("askush").any()


def test_the_words_of_a_guess_are_told_without_brackets(tmp_path):
    table = rows(beneficiaries=people)
    own = source(table, WORKBOOK, missing=["-", "s'ka"])
    workspace = evaluation(tmp_path, {WORKBOOK: table}, ["care_coverage"], sources=[own])
    path = workspace.parameters("trial")
    guess = {"name": "table", "why": "it looks so", "values": {"data.sources[1].missing": ["-", "s'ka"]}}
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"guesses": [guess]}), encoding="utf-8")
    (question,) = [one for one in taken(workspace).problems if one.rule == "guess"]
    assert question.what == "Guessed: data.sources[1]: missing '-', 's'ka'. The reason: it looks so"


def test_an_outlier_that_was_dropped_is_told_no_more(tmp_path):
    table, _ = with_cell(rows(beneficiaries=people), KRUJE, 2019, "beneficiaries", people(KRUJE, 2019) * 60)
    workspace = evaluation(tmp_path, {WORKBOOK: table}, ["care_coverage"])
    (question,) = [one for one in taken(workspace).problems if one.rule == "jump"]
    told = {}
    for answer in ("keep", "drop"):
        decide(workspace, (question.name, answer))
        told[answer] = [one.rule for one in taken(workspace).problems if one.rule == "outlier"]
    assert told == {"keep": ["outlier"], "drop": []}


def test_every_problem_is_shown_the_gravest_first_with_what_to_do(messy):
    intake, study = messy
    exhibit = page(study)["problems-table"]
    reference = load_reference(study.workspace.reference)
    every, _ = findings(study.workspace, "trial", study.parameters, reference, intake)
    assert set(intake.problems) < set(every)
    assert downloaded(exhibit)["what"].tolist() == [problem.what for problem in every]
    warnings = [problem for problem in intake.problems if problem.severity == "WARN"]
    for problem in warnings:
        assert in_words(problem.what) in unlabelled(exhibit)
        assert in_words(problem.do) in unlabelled(exhibit)
    assert "`" not in said(exhibit)
    assert said(exhibit).index("WARN: deserves a look") < said(exhibit).index("NOTE: for information")


def in_albanian(study):
    return re.findall(
        r'<tr class="note shared" lang="sq">.*?<span[^>]*>(.*?)</span>', page(study)["problems-table"].body
    )


def test_problems_are_shown_in_albanian_where_the_log_has_it(messy, tmp_path):
    copy = copied_study(messy[1], tmp_path)
    path = copy.workspace.outputs("trial") / "intake" / "problems.csv"
    log = pd.read_csv(path, dtype="str", keep_default_na=False)
    log.assign(what_sq=[f"Gabim {n}." for n in range(len(log))], do_sq="Pyesni burimin").to_csv(path, index=False)
    assert set(in_albanian(copy)) == {f"Gabim {n}. Pyesni burimin" for n in range(len(log))}


def test_english_that_stands_beside_is_not_quoted_in_the_albanian(messy):
    study = messy[1]
    log = pd.read_csv(study.workspace.outputs("trial") / "intake" / "problems.csv", dtype="str", keep_default_na=False)
    assert log["what_sq"].str.contains("(anglisht: ", regex=False).any()
    assert [text for text in in_albanian(study) if "(anglisht: " in text] == []


def test_problems_are_shown_in_english_only_where_the_log_has_no_other(messy, tmp_path):
    copy = copied_study(messy[1], tmp_path)
    path = copy.workspace.outputs("trial") / "intake" / "problems.csv"
    log = pd.read_csv(path, dtype="str", keep_default_na=False)
    log.drop(columns=[name for name in log.columns if name.endswith("_sq")]).to_csv(path, index=False)
    assert in_albanian(copy) == []


def test_many_lines_are_folded_and_the_download_has_all(shipped):
    _, study = shipped
    exhibit = page(study)["names-table"]
    assert exhibit.body.count('<details class="fold">') == 1
    assert exhibit.body.count("<tr") < 130
    assert len(exhibit.data) == len(study.log("names"))


# The counts.


def test_every_sum_agrees(messy, plain, shipped):
    for _, study in (messy, plain, shipped):
        sums = views.sums(study)
        assert sums.loc[~sums["passed"], "check"].tolist() == []
        assert views.sums_title(sums).startswith(f"All {len(sums)} sums agree")


def test_rows_in_a_table_are_those_of_the_file(messy, shipped):
    for _, study in (messy, shipped):
        rows_in = views.row_account(study).set_index("Table")["Rows in it"]
        for one in study.parameters.data.sources:
            path = study.workspace.raw(study.name) / one.file
            if one.file.endswith(".csv"):
                lines = path.read_text(one.encoding or "utf-8").splitlines()
                assert rows_in[one.file] == len(lines)
            else:
                book = openpyxl.load_workbook(path)
                sheet = book[one.sheet] if one.sheet else book.active
                assert rows_in[f"{one.file}, sheet {sheet.title}"] == sheet.max_row


def test_the_tables_of_the_page_add_up_line_by_line(messy, shipped):
    for _, study in (messy, shipped):
        read, cells = views.row_account(study), views.cell_account(study)
        assert (read["Rows in it"] == read["Titles and header"] + read["Blank"] + read["Read"]).all()
        assert (read["Read"] == read["Set aside"] + read["Used"]).all()
        assert (cells["Cells read"] == cells.iloc[:, 2:].sum(axis=1)).all()
        reasons = views.reasons(study)
        one_by_one = reasons[(reasons["Reason"] != "Together")]
        assert one_by_one["Rows"].sum() == read["Set aside"].iloc[-1]
        assert one_by_one["Cells"].sum() == cells["Set aside"].iloc[-1]
        series, indicators = views.series_account(study), views.indicator_account(study)
        assert series["Numbers in the files"].iloc[-1] == cells["Numbers"].iloc[-1]
        assert series.iloc[:-1, 1:].sum().tolist() == series.iloc[-1, 1:].tolist()
        left = indicators["Municipality-years"] - indicators["No numerator"] - indicators["No denominator"]
        assert (left == indicators["Observed"]).all()
        assert (indicators["Observed"] - indicators["Not compared"] == indicators["In the average effect"]).all()


def test_the_messy_counts_are_those_that_were_planted(messy):
    study = messy[1]
    cells = views.cell_account(study).set_index("Table").loc[f"{WORKBOOK}, sheet {SHEET}"]
    assert cells.tolist() == [976, 1, 2, 1, 0, 972]
    series = views.series_account(study).set_index("Series")
    assert series.loc["Children with disability in ordinary schools"].tolist() == [486, 2, 61, 427]
    assert series.loc["Pupils"].tolist() == [487, 1, 61, 427]
    reasons = views.reasons(study).set_index(["Table", "Reason"])
    assert reasons.loc[(f"{WORKBOOK}, sheet {SHEET}", "decided: drop")].tolist()[:2] == [0, 1]
    assert reasons.loc[(SCHOOLS, UNMET_SCHOOLS)].tolist()[:2] == [0, 1]
    assert reasons.loc[(SCHOOLS, "Together")].tolist()[:2] == [0, 2]
    cells = views.cell_account(study).set_index("Table").loc[SCHOOLS]
    assert cells.tolist() == [976, 1, 0, 2, 0, 973]


def test_cells_not_reported_are_told_by_the_word_in_them(messy):
    exhibit = page(messy[1])["account-silent"]
    assert downloaded(exhibit)[["What stood there", "Cells"]].to_numpy().tolist() == [
        ["'n/a'", "1"],
        ["an empty cell", "1"],
        ["Together", "2"],
    ]


def test_cells_not_reported_by_word_are_all_that_are_not_reported(shipped):
    intake, study = shipped
    table = views.not_reported(study)
    assert (0 if table.empty else table["Cells"].iloc[-1]) == intake.counts["cells_missing"].sum()
    fates = intake.fates.groupby(["file", "sheet"])["cells"].sum()
    assert fates.tolist() == intake.counts.groupby(["file", "sheet"])["cells_read"].sum().tolist()


def test_an_empty_cell_whose_condition_is_not_met_is_not_reported(shipped):
    intake, study = shipped
    reasons = views.reasons(study).set_index(["Table", "Reason"])["Cells"]
    cells = views.cell_account(study).set_index("Table")
    if study.name == "lnb":
        assert reasons.sum() == 0
        return
    with (study.workspace.raw("turnout") / "elections.csv").open(encoding="utf-8", newline="") as stream:
        unmet = [row for row in csv.DictReader(stream) if row["sex_counts_complete"] != "yes"]
    empty = [row for row in unmet if not row["women_share_of_voters_pct"]]
    assert 0 < len(empty) < len(unmet)
    why = "counts by sex are incomplete in 34 municipalities in 2015 and absent in 2013"
    reason = f"condition not met: column sex_counts_complete is not 'yes' ({why})"
    assert reasons.to_dict() == {("elections.csv", reason): len(unmet) - len(empty)}
    (note,) = [problem for problem in intake.problems if problem.rule == "condition_not_met"]
    assert note.what == f"Set aside, {reason}: {len(unmet) - len(empty)} cells"
    assert cells.loc["elections.csv", "Not reported"] == len(empty)
    (sum_of_cells,) = views.sums(study).set_index("check").loc[["Cells set aside"], ["expected", "found"]].to_numpy()
    assert sum_of_cells.tolist() == [str(len(unmet) - len(empty))] * 2


def test_a_cell_that_two_series_are_read_from_is_counted_once_for_each(tmp_path):
    kinds = {"beneficiaries": "persona", "services": "sherbime"}
    table = [["Bashkia", "Viti", "Lloji", "Vlera"]]
    figures = {"persona": people, "sherbime": services}
    table += [
        [NAMES[code], year, kind, of(code, year)]
        for code in NAMES
        for year in range(2014, 2022)
        for kind, of in figures.items()
    ]
    table[1][3] = None
    table[2][2] = "tjeter"  # of a kind that no series is read from
    declared = {
        **source(table, WORKBOOK),
        "columns": dict.fromkeys(kinds, "Vlera"),
        "only_where": [{"variable": name, "column": "Lloji", "equals": kind} for name, kind in kinds.items()],
    }
    study = studied(evaluation(tmp_path, {WORKBOOK: table}, ["care_coverage"], sources=[declared]))
    sums, many = views.sums(study), len(NAMES) * 8
    assert sums.loc[~sums["passed"], "check"].tolist() == []
    cells = views.cell_account(study)
    assert cells[["Not reported", "Set aside", "Numbers"]].to_numpy().tolist() == [[1, 2 * many - 1, 2 * many - 2]]
    assert views.reasons(study).set_index("Reason")["Cells"][UNLISTED_CELLS] == 2 * many - 1


def test_the_observations_behind_an_average_are_the_n_of_the_results_page(messy):
    study = messy[1]
    table = estimates(study, Analysis(seed=1, inference="jackknife"), study.parameters.indicators, by="overall")
    assert views.indicator_account(study)["In the average effect"].tolist() == table["n_obs"].tolist()


def test_a_count_that_does_not_agree_is_shown_as_failed(messy, tmp_path):
    copy = copied_study(messy[1], tmp_path)
    path = copy.workspace.outputs("trial") / "intake" / "values.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([*lines[:300], *lines[301:]]) + "\n", encoding="utf-8")
    exhibit = page(copy)["account-sums"]
    assert "do NOT agree" in exhibit.title
    assert "FAILED" in said(exhibit)


def test_a_dropped_number_that_the_log_calls_used_is_shown_as_failed(messy, tmp_path):
    copy = copied_study(messy[1], tmp_path)
    path = copy.workspace.outputs("trial") / "intake" / "fates.csv"
    assert ",dropped,," in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(",dropped,,", ",used,,"), encoding="utf-8")
    sums = views.sums(copy).set_index("check")["passed"]
    assert sums[~sums.astype(bool)].index.tolist() == ["Numbers, by fate", "Dropped by a decision"]


def test_a_text_that_is_used_and_stands_among_no_values_is_shown_as_failed(messy, tmp_path):
    copy = copied_study(messy[1], tmp_path)
    path = copy.workspace.outputs("trial") / "intake" / "repaired.csv"
    log = pd.read_csv(path, dtype="str", keep_default_na=False)
    log.loc[log.index[log["fate"] == "used"][0], "cell"] = "Z99"
    log.to_csv(path, index=False)
    sums = views.sums(copy).set_index("check")["passed"]
    assert sums[~sums.astype(bool)].index.tolist() == ["Texts read as numbers"]


def test_check_its_workbook_and_the_page_tell_one_list(shipped, tmp_path, monkeypatch, capsys):
    _, study = shipped
    (study.workspace.root / "dvc.yaml").touch()
    code, printed = command(
        study.workspace, monkeypatch, capsys, "check", study.name, "--report", str(tmp_path / "p.xlsx")
    )
    assert code == 0
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")["Problems"].iter_rows(min_row=2, max_col=7, values_only=True)
    in_book = [[text or "" for text in row] for row in book]
    columns = ["severity", "file", "sheet", "cell", "municipality", "year", "what"]
    log = views.problems(study)[columns].to_numpy().tolist()
    assert in_book == log
    assert [line.split()[0] for line in printed.splitlines() if line.split()[0] in ("STOP", "ASK", "WARN", "NOTE")] == [
        row[0] for row in log
    ]
    assert {"other_programmes.csv"} <= {row[1] for row in log if row[0] == "WARN"}


MANY_DIGITS = (13_245_680_926.0, 13_245_680_927.0, 13_245_678_912.37, 13_245_680_925.5)


def test_figures_reach_the_panel_to_the_last_digit(tmp_path):
    table = rows(amount=lambda code, year: MANY_DIGITS[(CODES.index(code) + year) % 4])
    workspace = evaluation(
        tmp_path, {"raport.xlsx": table}, ["amount_spent"], variables=[variable("amount", "measure")],
        registry=[indicator("amount_spent", "amount", "count")],
    )  # fmt: skip
    written(workspace)
    reference = load_reference(workspace.reference)
    write_panel(workspace, "trial", read_parameters(workspace, "trial", reference), reference)
    panel = open_study("trial", workspace).rows.set_index(["code", "period"])["amount_spent"]
    assert all(panel[code, year] == MANY_DIGITS[(CODES.index(code) + year) % 4] for code in CODES for year in YEARS)


# What must not be on it.


def test_an_evaluation_with_nothing_to_tell_shows_no_empty_table(plain, shipped):
    for _, study in (plain, shipped):
        for name, exhibit in page(study).items():
            assert "<tbody></tbody>" not in exhibit.body, name
            assert exhibit.title, name
            if "<table" in exhibit.body:
                assert len(exhibit.data), name
    exhibits = page(plain[1])
    assert exhibits["decisions-table"].title == "Nothing was decided: no question was asked"
    assert exhibits["changed"].title == "No cell could be compared with one delivered before"
    assert exhibits["mended-table"].body == exhibits["bounded-table"].body == exhibits["notes-table"].body == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("7", "[c]"),
        ("07,0", "[c]"),
        ("rreth 3", "[c]"),
        ("0", "0"),
        ("12", "12"),
        ("1,5", "1,5"),
        ("<5", "<5"),
        ("5-10", "5-10"),
        ("Krujë | 2016 | 4 | 230", "Krujë | 2016 | [c] | 230"),
    ],
)
def test_small_counts_are_not_published(text, shown):
    assert withheld(text) == shown


def test_small_counts_of_a_revision_and_of_repaired_cells_are_withheld(messy, tmp_path):
    copy = copied_study(messy[1], tmp_path)
    folder = copy.workspace.outputs("trial") / "intake"
    for name, column in (("changed_cells", "old"), ("repaired", "value")):
        log = pd.read_csv(folder / f"{name}.csv", dtype="str", keep_default_na=False)
        log.loc[0, column] = "3.0"
        log.to_csv(folder / f"{name}.csv", index=False)
    assert views.changed(copy)["Registered"].iloc[0] == "[c]"
    assert views.repaired_lines(copy)[["As written", "Read as"]].iloc[0].tolist() == ["[c]", "[c]"]


def test_the_page_is_the_same_every_time(messy):
    first, second = ({name: exhibit.html for name, exhibit in page(replace(messy[1])).items()} for _ in range(2))
    assert first == second


def copied_study(study, folder):
    """The same study on a copy of its workspace, which may be spoilt."""
    shutil.copytree(study.workspace.root, folder / "copy")
    return open_study(study.name, Workspace(root=folder / "copy"))


# How it says it.


def test_coverage_is_told_by_group_and_what_is_missing_is_shaded(messy):
    study = messy[1]
    exhibit = page(study)["coverage-map"]
    counts = views.observed(study)
    every = f"All municipalities ({len(NAMES)})"
    groups = [f"{name} ({int((study.cohorts == name).sum())})" for name in views.cohort_order(study)]
    assert len(groups) > 1
    for code, part in counts.groupby(level="indicator", sort=False):
        table = part.droplevel("indicator")
        assert table.index.tolist() == [every, *groups]
        assert (table.loc[groups].sum() == table.loc[every]).all()
        assert said(exhibit).count(f"{code} {every} ") == 1
    assert f'scope="rowgroup" colspan="{len(counts.columns) + 1}"' in exhibit.body
    shaded = re.findall(r'background:([^"]+)">(\d+)</td>', exhibit.body)
    assert {shade for shade, text in shaded if text == "61"} == {"transparent"}
    assert {shade for shade, text in shaded if text == "60"} == {"rgba(213,94,0,0.16)"}
    for words in ("none missing", "up to 10\N{NO-BREAK SPACE}%", "nothing observed"):
        assert html.escape(words) in exhibit.body


def test_nearly_all_is_not_all(messy, plain):
    study = messy[1]
    rows_of = study.rows[list(study.parameters.indicators)]
    missing = int(rows_of.isna().sum().sum())
    assert 0 < missing < rows_of.size / 200
    assert views.coverage_title(study) == (
        f"{missing:,} of {rows_of.size:,} values are missing, over all indicators: more than 99\N{NO-BREAK SPACE}% are observed"
    )
    assert views.coverage_title(plain[1]) == f"All {len(plain[1].rows):,} values are observed, over all indicators"
    frame = pd.DataFrame([[0.999, 1.0, 0.001, 0.0]], index=pd.Index(["a"], name="indicator"))
    body = report.coverage_heatmap(frame, title="T", caption="C").body
    assert re.findall(r">([^<>]+)</td>", body) == ["&gt;99", "100", "&lt;1", "0"]


def test_decisions_that_change_data_stand_first_and_confirmed_guesses_last(messy, tmp_path):
    copy = copied_study(messy[1], tmp_path)
    path = copy.workspace.outputs("trial") / "intake" / "decisions.csv"
    log = pd.read_csv(path, dtype="str", keep_default_na=False)
    guess = log.iloc[[0]].assign(decision="yes", answers="yes or no", applied="yes")
    guesses = [guess.assign(problem=f"guess/trial.yaml/column {number}") for number in range(16)]
    pd.concat([*guesses, log], ignore_index=True).to_csv(path, index=False)
    exhibit = page(copy)["decisions-table"]
    table = downloaded(exhibit)
    assert set(table["decision"].head(3)) == {"drop", "accept", "keep_old"}
    assert table["problem"].iloc[3] == NOT_ASKED
    assert table["problem"].tail(16).str.startswith("guess/").all()
    assert exhibit.title == "20 decisions were taken; 16 confirm what was guessed; 1 answers no question that is asked"
    assert "guess/" not in said(exhibit).partition("All 20 lines")[0]
    assert "All 20 lines, 16 of them not shown above" in said(exhibit)


def test_the_register_of_sources_is_on_the_page(messy, tmp_path):
    copy = copied_study(messy[1], tmp_path)
    (copy.workspace.raw("trial") / "SOURCES.md").write_text(
        "# Sources\n\n| | |\n|---|---|\n| made by | the ministry \\| its office |\n\nWords.\n\n"
        "| file | from whom | received | terms of use | contact |\n|---|---|---|---|---|\n"
        f"| `{WORKBOOK}` | Ministria | 3 May 2026 | for evaluation | ? |\n| | | | | |\n\n"
        "## What is missing\n- two offices,\n  both in the north\n-\n\n| year | registered |\n|---|---|\n| 2013 | 61 |\n",
        encoding="utf-8",
    )
    exhibit = page(copy)["source-register"]
    assert downloaded(exhibit).to_numpy().tolist() == [
        ["All files", "made by", "the ministry | its office"],
        [f"`{WORKBOOK}`", "from whom", "Ministria"],
        [f"`{WORKBOOK}`", "received", "3 May 2026"],
        [f"`{WORKBOOK}`", "terms of use", "for evaluation"],
        [f"`{WORKBOOK}`", "contact", "? (nobody has filled it in)"],
        ["All files", "What is missing", "two offices, both in the north"],
        ["All files", "What is missing", "year 2013; registered 61"],
    ]
    assert f"<code>{WORKBOOK}</code>" in exhibit.body


@pytest.mark.parametrize("shipped", ["turnout"], indirect=True)
def test_what_a_shipped_register_says_to_be_careful_with_is_on_the_page(shipped):
    lines = downloaded(page(shipped[1])["source-register"]).head(15)
    careful = lines.loc[lines["What"] == "What to be careful with", "As the register says"]
    register = (ROOT / "data/raw/turnout/SOURCES.md").read_text("utf-8")
    assert len(careful) == register.partition("## What to be careful with")[2].partition("##")[0].count("\n- ")
    assert careful.str.contains("context indicator only").sum() == 1


@pytest.mark.parametrize("shipped", ["turnout"], indirect=True)
def test_the_files_are_told_by_what_they_are(shipped):
    kinds = downloaded(page(shipped[1])["files-table"]).set_index("File")["What it is"]
    assert kinds["data/raw/turnout/elections.csv"] == "Received: figures are read from it"
    assert kinds["data/raw/turnout/SOURCES.md"] == "Written here, about these files"
    assert kinds["data/reference/treatment_evidence.csv"] == "The list of who was treated"
    assert kinds["data/reference/other_programmes.csv"] == "Reference tables"


@pytest.mark.parametrize("shipped", ["turnout"], indirect=True)
def test_declared_breaks_have_a_table_of_their_own(shipped):
    exhibit = page(shipped[1])["breaks-table"]
    table = downloaded(exhibit)
    assert exhibit.title == "1 series breaks within these years"
    assert table["Year"].tolist() == ["2021"]
    assert ">2021<" in exhibit.body
    assert table["Indicators it touches"].tolist() == ["The share of invalid ballots"]


@pytest.mark.parametrize("shipped", ["turnout"], indirect=True)
def test_cells_that_were_set_aside_are_told_by_municipality_year_and_group(shipped):
    exhibit = page(shipped[1])["aside-table"]
    lines = downloaded(exhibit)
    assert set(lines["Year"].astype(str)) == {"2015"}
    assert lines["Municipality"].isin(REFERENCE.municipalities["name"]).all()
    assert "2015: 34" in said(exhibit)
    assert "Not documented: 27, Treated from 2018: 7" in said(exhibit)


def test_the_register_of_a_shipped_evaluation_says_its_terms(shipped):
    lines = downloaded(page(shipped[1])["source-register"])
    assert lines.loc[lines["What"] == "terms", "As the register says"].str.len().gt(0).tolist() == [True]


def test_settings_are_set_as_code_and_labels_stand_behind_them(messy):
    study = messy[1]
    assert "<code>missing</code>" in page(study)["problems-table"].body
    label = REFERENCE.variables.loc["cwd_in_school", "label"]
    told = plain_words(study, "write `cwd_in_school` there", "")
    assert told == f"write `cwd_in_school` ({label}) there"


def test_rows_that_were_set_aside_keep_their_blank_cells(tmp_path):
    table = rows(beneficiaries=people, services=services)
    table.append(["Gjithsej", 2014, None, sum(services(code, 2014) for code in NAMES)])
    columns = {"columns": {"beneficiaries": "beneficiaries", "services": "services"}}
    workspace = evaluation(
        tmp_path, {WORKBOOK: table}, ["care_coverage"], sources=[{**source(table, WORKBOOK), **columns}]
    )
    (shown,) = taken(workspace).set_aside.loc[lambda lines: lines["reason"] == "total row", "content"]
    assert shown == f"Gjithsej | 2014 |  | {table[-1][-1]}"


def test_a_dropped_figure_is_shown_as_it_was_written(messy):
    lines = downloaded(page(messy[1])["aside-table"])
    shown = lines.loc[lines["Reason"] == "decided: drop", "What stood there"].tolist()
    assert shown == [str(people(KRUJE, 2019) * 20)]


def test_the_banner_of_a_new_evaluation_does_not_repeat_its_kind():
    template = ROOT / "lnbeval" / "workspace" / "templates" / "parameters.yaml"
    (line,) = [line for line in template.read_text("utf-8").splitlines() if line.startswith("banner:")]
    for banner in (BANNER, line.removeprefix("banner:").strip(' "')):
        assert "agreed analysis plan" in banner
        assert "exploratory" not in banner.casefold()
