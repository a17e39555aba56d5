"""The report of problems in another language: every rule has its sentences, and nothing but words is translated."""

import csv
import re
import shutil
import string
import sys
from dataclasses import replace

import click
import openpyxl
import pytest
from rules_in_source import rules
from written_evaluations import (
    NAMES,
    REFERENCE,
    ROOT,
    SHEET,
    command,
    decide,
    evaluation,
    rows,
    source,
    taken,
    variable,
    with_cell,
    write_csv,
    written,
)

from lnbeval.cli.problem_list import print_line, print_outline, print_problems
from lnbeval.errors import DataError, ParameterError
from lnbeval.intake import Problem, problem_text
from lnbeval.reference import load_reference
from lnbeval.workspace.languages import PHRASES, language, languages, problem_line, sentences
from lnbeval.workspace.particulars import place_in_words
from lnbeval.workspace.worded import WORDED

ALBANIAN = language(REFERENCE, "sq")
ENGLISH = re.compile(
    r"(?<![\w'`])(?:the|is|are|was|were|not|of|or|and|with|which|for|it|its|this|that|row|rows|column|columns|sheet|"
    r"cells?|header|headers|years?|municipality|municipalities|looks|like|ask|read|declare|more|nothing|used)(?![\w'`:=])",
    re.IGNORECASE,
)
QUESTIONS = {  # the rules that a decision can answer
    *(
        "changed_delivery",
        "copied_year",
        "cumulative_years",
        "count_above_total",
        "county_level",
        "guess",
        "jump",
        "persons",
    ),
    *("seat_town", "share_or_fraction", "switches_off", "unsteady_series", "year_header", "zeros"),
}
KEYWORDS = re.compile(  # and what is said to be English
    r"\(anglisht: .*\)\.$|`[^`]*`|'[^']*'|[\w/.-]+\.(?:csv|xlsx|yaml)|\([a-z_]+: [^)]*\)|[a-z_]+\.[a-z_.]+(?:: \w+)?|: [a-z_ ]+\.$"
)


def problem(rule="not_a_number", what="'12 ?' is not a number", **more):
    return Problem(**{"severity": "STOP", "file": "a.xlsx", "do": "Ask the source", **more, "rule": rule, "what": what})


@pytest.fixture
def faulty(tmp_path):
    """An evaluation whose workbook has many faults."""
    table = rows(turnout_pct=half)
    code, other, third = list(NAMES)[3:6]
    faults = ((code, 2015, "12 ?"), (code, 2016, "#REF!"), (other, 2017, "mungon"), (third, 2018, "<5"))
    for place, year, value in faults:
        table, _ = with_cell(table, place, year, "turnout_pct", value)
    table += [["Peshkopi", 2015, 9], ["Prizren", 2015, 9], ["Tirona", 2015, 7], [NAMES[code], "202l", 4], table[-1]]
    declared = [source(table, header=2)]
    return evaluation(tmp_path, {"raport.xlsx": [["Raport vjetor"], *table]}, ["turnout"], sources=declared)


def half(code, year):
    return 50 + len(code) / 10 + (year - 2014) / 10


def lines(said):
    return [line for line in said.splitlines() if line.startswith(("NDAL", "PYETJE", "KUJDES", "SHËNIM"))]


@pytest.mark.parametrize("other", languages(REFERENCE), ids=lambda other: other.code)
def test_every_rule_has_its_sentences_and_every_sentence_its_rule(other):
    given = rules()
    assert {rule: given[rule] for rule in set(given) - set(other.texts)} == {}
    assert set(other.texts) - set(given) == set()
    assert len(given) > 150


def test_a_new_rule_cannot_be_overlooked(tmp_path):
    package = tmp_path / "small"
    package.mkdir()
    (package / "one.py").write_text(
        'RULES = {"x": "of_table"}\n\ndef told(what, rule):\n    Problem(what=what, rule=rule)\n'
    )
    (package / "two.py").write_text(
        "from small.one import RULES, told\n\ndef say(kind, known):\n    told('a', 'handed_on')\n"
        "    told('b', rule='named' if known else RULES.get(kind, 'otherwise'))\n    Fault(kind='of_a_cell')\n"
    )
    assert set(rules(package)) == {"handed_on", "named", "of_table", "otherwise", "of_a_cell"}
    (package / "two.py").write_text("def say(kind):\n    Problem(what='a', rule=kind + 's')\n")
    with pytest.raises(AssertionError, match=r"small\.two:2: which rule is kind \+ 's'\?"):
        rules(package)


def test_a_problem_without_a_rule_cannot_be_made():
    with pytest.raises(TypeError, match="rule"):
        Problem(severity="STOP", file="a.xlsx", what="wrong")


@pytest.mark.parametrize("other", languages(REFERENCE), ids=lambda other: other.code)
def test_every_phrase_is_there_with_the_places_that_are_filled_in(other):
    def places(text):
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)

    assert {name: places(other.phrases[name]) for name in PHRASES} == {name: places(PHRASES[name]) for name in PHRASES}
    assert {severity: other.phrases[severity] for severity in ("STOP", "ASK")} != {"STOP": "STOP", "ASK": "ASK"}


def test_albanian_is_written_with_its_letters():
    text = " ".join(part for texts in ALBANIAN.texts.values() for part in texts)
    assert text.count("ë") > 500
    assert text.count("ç") > 5
    assert not re.search(r"(?<!\w)(?:eshte|nje|per|ne|qe|te gjitha|keto|vleresim)(?!\w)", text)


def test_an_evaluation_is_checked_in_albanian(faulty, monkeypatch, capsys):
    code, said = command(faulty, monkeypatch, capsys, "check", "trial", "--lang", "sq")
    told = [problem.rule for problem in taken(faulty).problems]
    assert code == 3
    assert len(lines(said)) >= len(told) > 10
    for wanted in (
        "'12 ?'",
        "#REF!",
        "'mungon'",
        "'<5'",
        "Prizren",
        "Tirona",
        "rreshti 1: 'Raport vjetor'",
        "fleta Të dhëna",
    ):
        assert wanted in said
    assert "Përgjigjja `seat_town/raport.xlsx/Peshkopi`: municipality ose leave_out." in said
    assert [line for line in said.splitlines() if ENGLISH.search(KEYWORDS.sub("", line))] == []


def test_a_file_is_checked_in_albanian(faulty, tmp_path, monkeypatch, capsys):
    for path in (faulty.raw("trial") / "raport.xlsx", tmp_path / "raw.csv", tmp_path / "bosh.csv"):
        if path.name == "raw.csv":
            write_csv(path, [["Bashkia", "Viti", "Numri personal"], ["Tiranë", 2020, "J12345678K"]])
        elif path.name == "bosh.csv":
            path.write_bytes(b"")
        _, said = command(faulty, monkeypatch, capsys, "check", str(path), "--lang", "sq")
        assert path.name in said
        assert [line for line in said.splitlines() if ENGLISH.search(KEYWORDS.sub("", line))] == []


def test_english_stays_as_it_is_and_is_counted_at_the_end(faulty, monkeypatch, capsys):
    _, said = command(faulty, monkeypatch, capsys, "check", "trial")
    told = said.splitlines()
    problems = taken(faulty).problems
    assert [line for one in problems if (line := problem_text(one)) not in told] == []
    assert re.search(r"^[0-9]+ STOP, 1 ASK, [0-9]+ WARN, [0-9]+ NOTE$", said, re.MULTILINE)
    assert all(line.strip() for line in told)


def test_on_a_terminal_a_problem_is_a_paragraph_beside_its_severity(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_problems(
        [problem(severity="NOTE"), problem(do="Ask the source. " * 4 + "Then wait")], language(REFERENCE, "en")
    )
    assert click.unstyle(capsys.readouterr().out).splitlines() == [
        "NOTE a.xlsx: '12 ?' is not a number. Ask the source.",
        "STOP a.xlsx: '12 ?' is not a number. Ask the source. Ask the",
        "     source. Ask the source. Ask the source. Then wait.",
        "1 STOP, 1 NOTE",
    ]


def test_on_a_terminal_what_a_file_holds_goes_on_below_its_own_text_and_a_command_stays_whole(monkeypatch, capsys):
    lines = ["a.xlsx: workbook", f"    figures: {'word ' * 14}end", f"Next: `{'long ' * 20}`"]
    print_outline(lines)
    assert capsys.readouterr().out.splitlines() == lines
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_outline(lines)
    assert capsys.readouterr().out.splitlines() == [
        "a.xlsx: workbook",
        f"    figures: {'word ' * 8}word",
        f"      {'word ' * 5}end",
        lines[2],
    ]


def test_on_a_terminal_the_counts_at_the_end_are_a_paragraph_too(monkeypatch, capsys):
    line = f"{'word ' * 14}end."
    print_line(line)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_line(line)
    assert capsys.readouterr().out.splitlines() == [line, f"{'word ' * 11}word", "word word end."]


def test_an_unknown_language_is_refused_with_those_there_are(faulty, monkeypatch, capsys):
    assert command(faulty, monkeypatch, capsys, "check", "trial", "--lang", "de") == (
        2,
        "lnbeval: --lang is 'de'; problems are told in en, sq.\n",
    )


def test_the_workbook_has_both_languages_side_by_side(faulty, tmp_path, monkeypatch, capsys):
    command(faulty, monkeypatch, capsys, "check", "trial", "--report", str(tmp_path / "problems.xlsx"))
    header, *body = openpyxl.load_workbook(tmp_path / "problems.xlsx")["Problems"].iter_rows(values_only=True)
    assert header[6:] == ("what is wrong", "what to do", "çfarë nuk shkon", "çfarë të bëhet", "question", "answers")
    told = {row[6]: row[8] for row in body}
    assert told["'12 ?' is not a number"] == "Teksti nuk është numër. Hollësi: '12 ?'."
    assert all(row[8] for row in body)


def test_the_written_list_has_the_languages_too(tmp_path):
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(turnout_pct=half)}, ["turnout"])
    written(workspace)
    with (workspace.outputs("trial") / "intake" / "problems.csv").open(encoding="utf-8", newline="") as stream:
        told = list(csv.DictReader(stream))
    assert {"what_sq", "do_sq"} <= set(told[0])
    assert all(row["what_sq"] != row["what"] for row in told)


def test_a_country_without_the_tables_is_told_in_english(faulty, tmp_path, monkeypatch, capsys):
    for name in ("problem_texts.csv", "report_words.csv"):
        (faulty.reference / name).unlink()
    code, said = command(faulty, monkeypatch, capsys, "check", "trial", "--report", str(tmp_path / "problems.xlsx"))
    assert (code, "'12 ?' is not a number" in said) == (3, True)
    header = next(openpyxl.load_workbook(tmp_path / "problems.xlsx")["Problems"].iter_rows(values_only=True))
    assert header[6:] == ("what is wrong", "what to do", "question", "answers")
    assert "problems are told in en." in command(faulty, monkeypatch, capsys, "check", "trial", "--lang", "sq")[1]


def test_another_language_is_rows_of_the_table_and_what_it_lacks_is_english(tmp_path):
    folder = tmp_path / "reference"
    shutil.copytree(ROOT / "data" / "reference", folder)
    (folder / "problem_texts.csv").write_text(
        "rule,language,what,do\nnot_a_number,mk,Текстот не е број,Прашајте го изворот\n", encoding="utf-8"
    )
    (folder / "report_words.csv").write_text("phrase,language,text\nSTOP,mk,СТОП\n", encoding="utf-8")
    other = language(load_reference(folder), "mk")
    assert problem_line(problem(), other) == ("СТОП a.xlsx: Текстот не е број. Details: '12 ?'. Прашајте го изворот.")
    assert (
        problem_line(problem("no_year", "The row has no year"), other)
        == "СТОП a.xlsx: The row has no year. Ask the source."
    )
    with pytest.raises(ParameterError, match="en, mk"):
        language(load_reference(folder), "sq")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("problem_texts", "rule,language,what,do\na,xx,b,\na,xx,c,\n", "rule 'a' stands twice, in language xx"),
        ("problem_texts", "rule,language,what,do\na,xx,,d\n", "rule 'a' does not say what is wrong, in language xx"),
        ("report_words", "phrase,language,text\nSTOPP,sq,NDAL\n", "there is no phrase 'STOPP', in language sq"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(tmp_path, name, text, told):
    folder = tmp_path / "reference"
    shutil.copytree(ROOT / "data" / "reference", folder)
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        languages(load_reference(folder))


@pytest.mark.parametrize(
    ("rule", "what", "details"),
    [
        ("not_a_number", "'s'ka të dhëna' is not a number", "'s'ka të dhëna'"),
        ("told_twice", "Tells the same as b.csv, row 7, column Raste; the later one was set aside", "b.csv, rreshti 7, kolona Raste"),
        ("marked_numbers", "Marks in A5:A8, B2 and 20 more", "A5:A8, B2 dhe 20 të tjera"),
        ("changed_delivery", "The file differs: Tiranë 2019 care_coverage: 5 became 6.5", "Tiranë 2019 care_coverage: 5 → 6,5"),
        ("encoding", "The file is not UTF-8; it was read as cp1252, by its own mark", "cp1252"),
        ("mended_letters", "Put right: 'KrujÃ«' → 'Krujë' (9 in row 2 and others), 'HasÃ«' → 'Has' (1 in row 5)", "'KrujÃ«' → 'Krujë' (9, rreshti 2 dhe të tjera), 'HasÃ«' → 'Has' (1, rreshti 5)"),
        ("changed_delivery", "The file differs (Krujë 2016 services: 17 became <5, Has 2017 pupils: 0 became not reported)", "Krujë 2016 services: 17 → <5, Has 2017 pupils: 0 → e paraportuar"),
        ("marked_numbers", "Marks in A5:A8, B2 and 1 more", "A5:A8, B2 dhe 1 tjetër"),
    ],
)  # fmt: skip
def test_names_figures_and_cells_are_kept(rule, what, details):
    said, _ = sentences(problem(rule, what), ALBANIAN)
    assert said == f"{ALBANIAN.texts[rule][0]}. Hollësi: {details}."


SPACE = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        (
            "listed_not_counted",
            "The table lists 1 municipality in phase 1, compared with here: Shkodër (AL154), mentioned",
        ),
        ("other_programme", "'A' (by 2018 to no end given) also reached 2 of 52: Berat (AL311); and 2 of 9 treated"),
        ("series_break", "population breaks in 2023: the census of 2023 replaced the counts carried forward from 2011"),
        (
            "outlier",
            "Indicator 'services' is 900, far beyond all others (2 to 40). Mean of the year: 31, without it 12.5",
        ),
        ("told_twice_differently", "services is not reported here (Has), but 0 in C7 (Has)"),
        ("total_differs_from_the_sum", "The total is 939, but the rows of the year (61) add up to 938.5"),
        ("below_range", "services is negative: Has 2019: -12, Vau i Dejës 2017: -3"),
        ("spelling", "Names written otherwise: 'TIRANE' as Tiranë (AL224)"),
        ("unknown_name", "'Fjer' in county 'Fier' does not name one municipality"),
        ("hidden_rows", "The sheet hides 1 row; read all the same: 20"),
        (
            "event_with_treatment",
            "'Earthquake': treated from 2019: 4 affected, 3 not; not targeted: 3 affected, 42 not",
        ),
        ("rows_added_up", "9,650 rows read = 8,784 added up to 366 municipality-years + 866 set aside; 1 blank row"),
        (
            "changed_delivery",
            "2 cells differ (Has 2017 pupils (Janar, M): 7 became 2, Has 2017 pupils (Janar, F): 1 became 8)",
        ),
        (
            "zeros",
            "services is zero in 4 cells and not reported in 3 others. Before the first figure: 4 (Has); after it: 0",
        ),
        ("blank_cells", "36 cells are blank: 36 in column 'A' (rows 2, 3)"),
        ("planned_subset", "As the parameters say: Has (not asked)"),
        (
            "guess",
            "'unit' was guessed when the parameters were drafted, and was taken out of `guesses` without an answer",
        ),
    ],
)
def test_what_only_the_english_words_say_is_quoted_in_full(rule, what):
    one = problem(rule, what, severity="NOTE", do="")
    quoted = f"{ALBANIAN.texts[rule][0]}. (anglisht: {what})."
    assert sentences(one, ALBANIAN) == (quoted, "")  # in every table, and in the list
    assert problem_line(one, ALBANIAN) == f"SHËNIM a.xlsx: {quoted}"


@pytest.mark.parametrize("rule", sorted(WORDED))
def test_a_rule_told_in_its_own_words_is_one_that_there_is(rule):
    assert rule in ALBANIAN.texts


def test_what_an_advice_names_is_told_too():
    one = problem("no_year", "The row has no year", do="Write `when` as 2,015 in a.csv")
    _, do = sentences(one, ALBANIAN)
    assert do.endswith("(`when`, a.csv). (anglisht: Write `when` as 2,015 in a.csv).")
    assert problem_line(one, ALBANIAN).endswith(do)


def test_of_an_advice_only_the_sentences_are_told_in_english_that_the_language_lacks():
    one = problem(
        "no_year", "The row has no year", do="Write the year. It is 2015 to 2,020. Fill cells down", cell="C4"
    )
    assert problem_line(one, ALBANIAN).endswith("qelizat e bashkuara. (anglisht: It is 2015 to 2,020).")
    placed = problem("no_year", "The row has no year", do="Write the year into C4 of Has, 2015", cell="C4")
    placed = replace(placed, municipality="Has", year="2015")
    assert "anglisht" not in problem_line(placed, ALBANIAN)  # what stands before it as the place is not told again


def test_names_that_may_be_the_missing_municipalities_are_told_with_them(tmp_path):
    one = "The source names 58 of 61 municipalities. Missing: Has (AL131). Another name in it means none for certain: 'Hass'"
    said, _ = sentences(problem("missing_or_misnamed", one, severity="NOTE", do=""), ALBANIAN)
    assert said.startswith("Në burim mungojnë bashki, dhe ka emra që nuk tregojnë me siguri një bashki")
    table = [["Hass" if cell == "Has" else cell for cell in row] for row in rows(turnout_pct=half)]
    told = taken(evaluation(tmp_path, {"raport.xlsx": table}, ["turnout"])).problems
    assert "missing_or_misnamed" in {found.rule for found in told}
    assert "extra_name" not in {found.rule for found in told}


def test_how_many_totals_agree_is_told_in_the_language_itself():
    what = "1,065 total rows were compared with the sums of their rows, and agree"
    said, _ = sentences(problem("totals_agree", what, severity="NOTE", do=""), ALBANIAN)
    assert said.endswith(f"dhe përputhen: 1{SPACE}065.")


def test_what_ends_a_check_has_words_of_the_language(tmp_path, monkeypatch, capsys):
    only_after = [rows(turnout_pct=half)[0], *(row for row in rows(turnout_pct=half)[1:] if row[1] > 2018)]
    workspace = evaluation(tmp_path, {"raport.xlsx": only_after}, ["turnout"])
    code, said = command(workspace, monkeypatch, capsys, "check", "trial", "--lang", "sq")
    assert code == 4
    assert said.endswith("lnbeval: trial: duhen zgjidhur më parë problemet NDAL dhe PYETJE më sipër (1).\n")
    workspace.parameters("trial").write_text("{}", encoding="utf-8")
    code, said = command(workspace, monkeypatch, capsys, "check", "trial", "--lang", "sq")
    assert (code, "lnbeval: Kjo pengon (anglisht): " in said) == (2, True)


def test_an_advice_that_the_language_lacks_is_quoted_too():
    one = problem("former_name", "Former names: 'Ura Vajgurore' as Dimal (AL315)", do="Look at it")
    assert sentences(one, ALBANIAN)[1] == "(anglisht: Look at it)."


def test_a_guess_is_told_with_its_keys_its_values_and_its_reason():
    guessed = "variables: label 'Shërbime', unit '', scale 1, kind 'count', counting_unit 'count', known True"
    one = problem(
        "guess",
        f"Guessed: {guessed}; likewise in 3 more places. The reason: its header says 'count' in 2,900 rows",
        do="",
    )
    reason = "Arsyeja (anglisht): its header says 'count' in 2,900 rows"
    said = f"Kjo u hamendësua nga skedari. Hamendësimi: {guessed}; njësoj edhe në 3 vende të tjera. {reason}."
    assert sentences(one, ALBANIAN)[0] == said
    assert problem_line(one, ALBANIAN) == f"NDAL a.xlsx: {said}"


@pytest.mark.parametrize(
    ("what", "details"),
    [
        ("It differs (Patos 2020 buxheti: 3,151 became not reported)", "Patos 2020 buxheti: 3~151 → e paraportuar"),
        ("It differs (Has 2020 services: 1,234,567.5 became -2,900)", "Has 2020 services: 1~234~567,5 → -2~900"),
        ("It differs: Has 2020: 2015, 2016 and 1,200 more", "Has 2020: 2015, 2016 dhe 1~200 të tjera"),
        ("It differs: Has (2020-01-15, '2,900')", "Has (2020-01-15, '2,900')"),  # a date, and what the file says
        ("It touches (turnout, invalid_ballots, services)", "turnout, invalid_ballots, services"),
        ("Cells are divided by the semicolon, as found in the file", "pikëpresja"),
        ("Cells are divided by the tab, as found in the file", "tabulator"),
        ("Cells seem to be divided by the tab, but the parameters declare the comma", "tabulator ≠ presja"),
    ],
)
def test_series_are_named_and_figures_written_as_the_language_does(what, details):
    said, _ = sentences(problem("changed_delivery", what), ALBANIAN)
    assert said.endswith(f"Hollësi: {details.replace('~', SPACE)}.")


def test_the_series_that_an_evaluation_defines_are_named(tmp_path, monkeypatch, capsys):
    code = list(NAMES)[3]
    table = rows(
        turnout_pct=half, buxheti=lambda one, year: -5 if (one, year) == (code, 2016) else 100 + half(one, year)
    )
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["turnout"])
    own = dict.fromkeys(["code", *REFERENCE.variables.columns], "") | variable(
        "buxheti", "money", label="Budget", unit="lek", low="0"
    )
    write_csv(workspace.raw("trial") / "variables.csv", [list(own), list(own.values())])
    _, said = command(workspace, monkeypatch, capsys, "check", "trial", "--lang", "sq")
    (line,) = [one for one in lines(said) if ALBANIAN.texts["below_range"][0] in one]
    assert "buxheti" in line


def test_a_sentence_that_ends_in_an_error_of_a_spreadsheet_ends_in_a_full_stop():
    one = problem("spreadsheet_error", "The cell shows the spreadsheet error #REF!")
    assert problem_text(one) == "STOP a.xlsx: The cell shows the spreadsheet error #REF!. Ask the source."
    assert "#REF!. " in problem_line(one, ALBANIAN)


def test_nothing_but_the_quotation_is_a_detail():
    said, _ = sentences(problem("date", "'12-Mar' looks like a date; figures like 12-3 become dates"), ALBANIAN)
    assert said.endswith("Hollësi: '12-Mar'.")


def test_what_is_to_be_declared_is_written_out():
    _, do = sentences(problem("header_rows", do="Declare header: [4, 5]"), ALBANIAN)
    assert do.endswith("(header: [4, 5])")
    _, do = sentences(problem("decision_no_answer", do="Write one of `yes`, `no`"), ALBANIAN)
    assert do == "Shkruani një nga përgjigjet e pyetjes (`yes`, `no`)"


def test_of_what_is_only_told_nothing_is_to_be_done():
    assert sentences(problem("hidden_rows", "The sheet hides 3 rows", do="", severity="NOTE"), ALBANIAN)[1] == ""


def test_many_of_one_kind_are_told_with_their_number(tmp_path):
    table = rows(turnout_pct=lambda code, year: "po" if year == 2015 else half(code, year))
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["turnout"])
    (rest,) = [one for one in taken(workspace).problems if one.more]
    assert rest.more == len(NAMES) - 10
    assert sentences(rest, ALBANIAN)[0].startswith(
        f"Edhe {rest.more} të tjera të të njëjtit lloj. Teksti nuk është numër."
    )


def test_an_answered_question_says_who_decided_what(faulty):
    decide(faulty, ("seat_town/raport.xlsx/Peshkopi", "leave_out"))
    (answered,) = [one for one in taken(faulty).problems if one.rule == "seat_town"]
    assert answered.severity == "NOTE"
    assert sentences(answered, ALBANIAN)[1] == "Vendosur: leave_out; arsyeja: it was asked (A. Hoxha, 2026-11-22)"


@pytest.mark.parametrize("rule", sorted(QUESTIONS))
def test_what_is_said_of_a_question_holds_after_the_answer(rule):
    answered = problem(rule, "As it is", severity="NOTE", decision=("yes", "letter", "A. Hoxha", "2026-11-22"))
    what, do = sentences(answered, ALBANIAN)
    assert do.startswith("Vendosur: yes")
    assert not re.search(r"(?<!\w)(?:ende|askush nuk e ka|deri|nuk u mor|duhet)(?!\w)", what, re.IGNORECASE)


def test_a_value_far_from_all_others_is_not_cut_off_in_so_many_words():
    assert "nuk shkurtohet" in ALBANIAN.texts["outlier"][1]
    assert not any("nuk pritet" in do for _, do in ALBANIAN.texts.values())


def test_one_more_of_a_kind_is_one():
    assert sentences(problem(more=1), ALBANIAN)[0].startswith("Edhe 1 tjetër i të njëjtit lloj. ")


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("C14:C15, C30 and 5 more", "C14:C15, C30 dhe 5 të tjera"),
        ("C14:C15, C30 and 1 more", "C14:C15, C30 dhe 1 tjetër"),
        ("row 14, column Viti", "rreshti 14, kolona Viti"),
        ("rows 4-7, 9, column row of the year", "rreshtat 4-7, 9, kolona row of the year"),
        ("column C", "kolona C"),
        ("", ""),
    ],
)
def test_a_place_is_told_in_albanian(cell, told):
    assert place_in_words(cell, ALBANIAN.phrases) == told


def test_every_address_of_the_sheet_is_told_with_its_sheet():
    one = problem(
        "no_year", "The row has no year", sheet=SHEET, cell="B7", municipality="Krujë", year="2020", do="Write the year"
    )
    assert problem_line(one, ALBANIAN) == (
        "NDAL a.xlsx, fleta Të dhëna, B7, Krujë, 2020: Rreshti nuk ka vit. Shkruani vitin; plotësoni qelizat e bashkuara."
    )
