"""Decisions: answers that people gave to questions about a file, each with its reason, who gave it and when.

A question is a problem of severity ASK, or of severity STOP where a written exception may settle it. It has a name that stays the same in the next delivery of the file, and the answers that
it takes; the code applies an answer only where the question is asked again.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from lnbeval.delimiters import column_mark
from lnbeval.intake.problems import Problem, asked
from lnbeval.intake.text import listed, nearest, quoted, tidy_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

COLUMNS: Final = ("problem", "decision", "reason", "who", "when")
DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4})")
WHAT: Final = {"problem": "the name of the question", "reason": "why", "who": "who decided"}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One row of a decisions file."""

    problem: str  # name of the question, as `Problem.name` gives it
    decision: str  # one of its answers
    reason: str
    who: str
    when: str  # as 2026-11-22
    row: int  # where it stands in the file


def read_decisions(path: Path) -> tuple[tuple[Decision, ...], tuple[Problem, ...]]:
    """The decisions in a file (COLUMNS, UTF-8), and what is wrong with it; a file that is not there holds none.

    A row that holds nothing but the name of a question is one that waits for its answer, and no decision.
    """
    if not path.is_file():
        return (), ()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return (), (_stop(path, "", "The file is not UTF-8", "Save it as CSV UTF-8", "decisions_encoding"),)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=column_mark(text)))
    if not rows or [tidy_text(cell) for cell in rows[0]] != list(COLUMNS):
        what = f"The first row must hold the columns {','.join(COLUMNS)}, divided by a comma, a semicolon or a tab"
        return (), (_stop(path, "row 1", what, "Correct the first row", "decisions_header"),)
    filled = [(number, row) for number, row in enumerate(rows[1:], start=2) if _is_filled(row)]
    ragged = [
        _stop(
            path,
            f"row {number}",
            f"The row has {len(row)} cells, not {len(COLUMNS)}",
            "Quote cells that hold a comma",
            "decisions_row",
        )
        for number, row in filled
        if len(row) != len(COLUMNS)
    ]
    decisions = tuple(_decision(row, number) for number, row in filled if len(row) == len(COLUMNS))
    return decisions, (*ragged, *_incomplete(path, decisions))


def named_questions(path: Path) -> tuple[str, ...]:
    """The questions that a decisions file names, answered or waiting; none of a file that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ()
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=column_mark(text))
    return tuple(dict.fromkeys(name for row in list(rows)[1:] if row and (name := tidy_text(row[0]))))


def answers(decisions: Iterable[Decision]) -> Mapping[str, str]:
    """The answer to each question, by its name."""
    return {one.problem: one.decision for one in decisions}


def decided(problems: Iterable[Problem], decisions: Sequence[Decision], file: str) -> tuple[Problem, ...]:
    """The problems, answered questions as notes that say who decided what and why; `file` is where the decisions stand.

    A decision that answers nothing, or with a word that is none of the answers, is a problem itself.
    """
    made = {one.problem: one for one in decisions}
    told = list(problems)
    questions = {one.name: one for one in told if asked(one)}
    return (
        *(_answered(one, made) for one in told),
        *(_unused(one, questions, file) for one in decisions if one.problem not in questions),
        *(
            _no_answer(one, questions[one.problem], file)
            for one in decisions
            if one.problem in questions and one.decision not in questions[one.problem].options
        ),
    )


def _decision(row: Sequence[str], number: int) -> Decision:
    """A row as a decision. Spreadsheet programs write 2026-11-22 as 22.11.2026: the day comes first there in Albanian."""
    cells = dict(zip(COLUMNS, map(tidy_text, row), strict=True))
    day = DAY_FIRST.fullmatch(cells["when"])
    when = f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}" if day else cells["when"]
    return Decision(**{**cells, "decision": cells["decision"].casefold(), "when": when}, row=number)


def _is_filled(row: Sequence[str]) -> bool:
    waits = len(row) == len(COLUMNS) and not any(cell.strip() for cell in row[1:])
    return not waits and any(cell.strip() for cell in row)


def _answered(problem: Problem, made: Mapping[str, Decision]) -> Problem:
    decision = made.get(problem.name)
    if not asked(problem) or decision is None or decision.decision not in problem.options:
        return problem
    told = f"Decided: {decision.decision}, because {decision.reason} ({decision.who}, {decision.when})"
    made_by = (decision.decision, decision.reason, decision.who, decision.when)
    return replace(problem, severity="NOTE", do=told, decision=made_by)


def _unused(decision: Decision, questions: Mapping[str, Problem], file: str) -> Problem:
    what = f"{quoted(decision.problem)} is no question that is asked.{nearest(decision.problem, list(questions))}"
    do = "Correct the name of the question, or take the row out if it has been settled at the source"
    return Problem(severity="WARN", file=file, cell=f"row {decision.row}", what=what, do=do, rule="decision_unused")


def _no_answer(decision: Decision, question: Problem, file: str) -> Problem:
    what = f"{quoted(decision.decision)} is no answer to {quoted(question.name)}"
    do = f"Write one of {listed(f'`{option}`' for option in question.options)}"
    return Problem(severity="STOP", file=file, cell=f"row {decision.row}", what=what, do=do, rule="decision_no_answer")


def _incomplete(path: Path, decisions: Sequence[Decision]) -> list[Problem]:
    times = Counter(one.problem for one in decisions)
    problems = []
    for one in decisions:
        where = f"row {one.row}"
        problems += [
            _stop(
                path,
                where,
                f"`{column}` is empty",
                f"Write {what}: a decision without it cannot be traced",
                "decision_incomplete",
            )
            for column, what in WHAT.items()
            if not getattr(one, column)
        ]
        if not _is_date(one.when):
            what = f"{quoted(one.when)} is not a date"
            problems.append(_stop(path, where, what, "Write `when` as 2026-11-22", "decision_date"))
        if times[one.problem] > 1:
            what = f"{quoted(one.problem)} is decided {times[one.problem]} times"
            problems.append(_stop(path, where, what, "Keep one row", "decision_twice"))
    return problems


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _stop(path: Path, cell: str, what: str, do: str, rule: str) -> Problem:
    return Problem(severity="STOP", file=path.name, cell=cell, what=what, do=do, rule=rule)
