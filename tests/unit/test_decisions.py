"""Decisions: a question is settled by who answered it, why and when, and by nothing else."""

import csv
from dataclasses import replace

import pytest

from lnbeval.intake import Problem, answers, decided, problem_text, read_decisions

HEADER = "problem,decision,reason,who,when\n"
QUESTION = Problem(
    severity="ASK",
    file="a.xlsx",
    what="'Peshkopi' is the seat of Dibër",
    rule="seat_town",
    subject="Peshkopi",
    options=("whole", "part"),
)
ROW = "seat_town/a.xlsx/Peshkopi,whole,the table is of municipalities,A. Hoxha,2026-11-22\n"


def decisions(folder, text):
    path = folder / "decisions.csv"
    path.write_text(text, encoding="utf-8")
    return read_decisions(path)


def test_a_question_says_its_name_and_its_answers():
    assert "Answer `seat_town/a.xlsx/Peshkopi` with whole or part." in problem_text(QUESTION)


def test_an_answered_question_becomes_a_note_with_who_why_and_when(tmp_path):
    made, wrong = decisions(tmp_path, HEADER + ROW)
    (note,) = decided([QUESTION], made, "decisions.csv")
    assert wrong == ()
    assert answers(made) == {QUESTION.name: "whole"}
    assert note.severity == "NOTE"
    assert note.do == "Decided: whole, because the table is of municipalities (A. Hoxha, 2026-11-22)"


def test_without_a_decision_the_question_stays():
    assert decided([QUESTION], (), "decisions.csv") == (QUESTION,)


def test_a_word_that_is_no_answer_settles_nothing(tmp_path):
    made, _ = decisions(tmp_path, HEADER + ROW.replace("whole", "yes"))
    question, problem = decided([QUESTION], made, "decisions.csv")
    assert (question, problem.severity, problem.cell) == (QUESTION, "STOP", "row 2")
    assert problem.do == "Write one of `whole`, `part`"


def test_a_decision_about_nothing_is_warned_about_with_the_nearest_question(tmp_path):
    made, _ = decisions(tmp_path, HEADER + ROW.replace("Peshkopi", "Peshkopia"))
    question, problem = decided([QUESTION], made, "decisions.csv")
    assert (question, problem.severity) == (QUESTION, "WARN")
    assert "Nearest: 'seat_town/a.xlsx/Peshkopi'" in problem.what


def test_a_stop_is_never_decided_away(tmp_path):
    stop = Problem(severity="STOP", file="a.xlsx", what="no year", rule="seat_town", subject="Peshkopi")
    made, _ = decisions(tmp_path, HEADER + ROW)
    assert decided([stop], made, "decisions.csv")[0] == stop


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("problem,decision\n", "The first row must hold the columns problem,decision,reason,who,when"),
        (HEADER + "a,b,c\n", "The row has 3 cells, not 5"),
        (HEADER + ROW.replace("A. Hoxha", ""), "`who` is empty"),
        (HEADER + ROW.replace("the table is of municipalities", " "), "`reason` is empty"),
        (HEADER + ROW.replace("2026-11-22", "22 nëntor"), "'22 nëntor' is not a date"),
        (HEADER + ROW.replace("2026-11-22", "20261122"), "'20261122' is not a date"),
        (HEADER + ROW + ROW, "is decided 2 times"),
    ],
)
def test_a_decision_that_cannot_be_traced_stops(tmp_path, text, told):
    _, wrong = decisions(tmp_path, text)
    assert any(told in problem.what for problem in wrong)
    assert {problem.severity for problem in wrong} == {"STOP"}


def test_a_file_that_is_not_there_holds_no_decision(tmp_path):
    assert read_decisions(tmp_path / "decisions.csv") == ((), ())


def test_a_file_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "decisions.csv").write_bytes((HEADER + ROW).replace("Hoxha", "Hoxhë").encode("cp1252"))
    assert "not UTF-8" in read_decisions(tmp_path / "decisions.csv")[1][0].what


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_file_as_a_spreadsheet_program_saves_it_is_read(tmp_path, mark):
    saved = (HEADER + ROW.replace("2026-11-22", "22.11.2026").replace(",whole,", ",Whole,")).replace(",", mark)
    (tmp_path / "decisions.csv").write_text(saved, encoding="utf-8-sig")
    (one,), wrong = read_decisions(tmp_path / "decisions.csv")
    assert wrong == ()
    assert (one.decision, one.when) == ("whole", "2026-11-22")


def test_a_row_with_nothing_but_a_question_waits(tmp_path):
    made, wrong = decisions(tmp_path, HEADER + "seat_town/a.xlsx/Peshkopi,,,,\n" + "\n")
    assert (made, wrong) == ((), ())


@pytest.mark.parametrize(
    "subject",
    [
        "norm  for each",
        " Vau i\u00a0Dejës ",
        "two\nlines",
        "a, b; c",
        'so called "Mat"',
        "Has\u200b",
        "Kukës\ttab",
        "e\u0308",
    ],
)
def test_a_question_about_anything_is_answered_by_the_text_of_its_name(tmp_path, subject):
    asked = replace(QUESTION, file="të  dhëna, a.xlsx", subject=subject)
    told = problem_text(asked).partition("Answer `")[2].partition("` with")[0]
    with (tmp_path / "decisions.csv").open("w", encoding="utf-8", newline="") as stream:
        stream.write(HEADER)
        csv.writer(stream).writerow([told, "whole", "seen", "A. Hoxha", "2026-11-22"])
    made, wrong = read_decisions(tmp_path / "decisions.csv")
    (note,) = decided([asked], made, "decisions.csv")
    assert (wrong, note.decision[:1], answers(made)[asked.name]) == ((), ("whole",), "whole")
