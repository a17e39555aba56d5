"""The corpus of files as ministries send them: `lnbeval check` reports what was planted in each, no more and no fewer."""

import csv
from functools import cache

import pytest
from corpus.cases import cases
from corpus.checking import checked
from corpus.ledger import places, score, table
from written_evaluations import ROOT

from lnbeval.intake import DECISION_COLUMNS, asked, decided, read_decisions

pytestmark = pytest.mark.xdist_group("corpus")  # one process: what is found file by file is counted once more in all
CASES = {case.name: case for case in cases()}
QUIET = [name for name, case in CASES.items() if not case.planted]
FEWEST_FILES, FEWEST_QUIET = 40, 30


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Outcome and score of a case by its name, each worked out once."""

    @cache
    def by_name(name):
        outcome = checked(CASES[name], tmp_path_factory.mktemp("corpus"))
        return outcome, score(CASES[name], outcome.problems)

    return by_name


@pytest.mark.parametrize("name", list(CASES))
def test_exactly_the_planted_problems_are_reported(name, found):
    outcome, own = found(name)
    assert not own.missed
    assert not own.false
    assert outcome.code == CASES[name].exit_code


@pytest.mark.parametrize("name", [name for name in QUIET if CASES[name].sources])
def test_a_quiet_file_was_read_whole_and_not_passed_by(name, found):
    assert found(name)[0].values == CASES[name].values


def test_recall_and_precision_over_all_files_are_one(found):
    scores = [found(name)[1] for name in CASES]
    print("", *table(scores), sep="\n")  # noqa: T201 - shown with -s
    assert sum(one.planted for one in scores) == sum(one.found for one in scores)
    assert sum(one.reported for one in scores) == sum(one.right for one in scores)
    assert len(CASES) >= FEWEST_FILES
    assert len(QUIET) >= FEWEST_QUIET
    counts = [sum(getattr(one, name) for one in scores) for name in ("planted", "reported", "found")]
    recorded = " | ".join(map(str, (len(CASES), len(QUIET), *counts)))
    assert f"| {recorded} | 1.000 | 1.000 |" in (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in CASES if name not in QUIET])
def test_every_question_is_answered_by_the_text_of_its_name_with_each_of_its_answers(name, found, tmp_path):
    questions = {one.name: one for one in found(name)[0].problems if asked(one)}
    for option in {option for one in questions.values() for option in one.options}:
        to_answer = [one for one in questions.values() if option in one.options]
        with (tmp_path / "decisions.csv").open("w", encoding="utf-8", newline="") as stream:
            rows = [[one.name, option, "looked", "A. Hoxha", "2026-11-22"] for one in to_answer]
            csv.writer(stream).writerows([DECISION_COLUMNS, *rows])
        made, wrong = read_decisions(tmp_path / "decisions.csv")
        assert not wrong
        assert [one.decision[0] for one in decided(to_answer, made, "decisions.csv")] == [option] * len(to_answer)


def test_the_corpus_holds_every_kind_of_file_that_is_read():
    endings = {name.rpartition(".")[2] for case in CASES.values() for name in case.files}
    assert endings >= {"xlsx", "xls", "ods", "csv", "tsv", "px"}


def test_the_ledger_is_met_only_at_the_very_place():
    """The scale itself: a problem elsewhere, of another severity or of another rule is false, and the planted one missed."""
    case = CASES["kercim.xlsx"]
    (own,) = case.planted
    for change in ({"cell": "C3"}, {"severity": "STOP"}, {"rule": "outlier"}):
        wrong = reported_as(own, **change)
        assert (score(case, [wrong]).found, score(case, [wrong]).right) == (0, 0)
    assert score(case, [reported_as(own)]).found == 1


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("C14", {(14, "C")}),
        ("C14:C16, AB30", {(14, "C"), (15, "C"), (16, "C"), (30, "AB")}),
        ("row 7", {(7, "")}),
        ("rows 7-8, 12, column Përfitues (gra)", {(row, "Përfitues (gra)") for row in (7, 8, 12)}),
        ("row 7, column A, row 9, column B", {(7, "A"), (9, "B")}),
        ("column C", {(0, "C")}),
        ("", {"2019"}),
        ("C14, C15 and 51 more", {"2019"}),
    ],
)
def test_addresses_are_taken_apart_into_single_places(address, expected):
    assert places(address, "2019") == expected


def reported_as(own, **change):
    from lnbeval.intake import Problem

    told = {"severity": own.severity, "file": "kercim.xlsx", "cell": own.place, "rule": own.rule, "what": "A jump"}
    return Problem(**(told | change))
