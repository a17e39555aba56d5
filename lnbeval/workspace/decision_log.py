"""The decisions of an evaluation beside the questions that they answer, as the data page shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lnbeval.intake import Decision, Problem

DECISION_COLUMNS: Final = (
    *("problem", "file", "sheet", "cell", "municipality", "year", "question", "answers"),
    *("decision", "reason", "who", "when", "applied"),
)


def decision_frame(decisions: Sequence[Decision], problems: Iterable[Problem]) -> pd.DataFrame:
    """Every decision with its question as asked (DECISION_COLUMNS); one that answers nothing has none, and is not applied.

    `problems` are those of an intake that nothing stops any more, answered questions among them.
    """
    questions = {problem.name: problem for problem in problems if problem.options}
    rows = [_row(decision, questions.get(decision.problem)) for decision in decisions]
    return pd.DataFrame(rows, columns=list(DECISION_COLUMNS), dtype="str")


def _row(decision: Decision, question: Problem | None) -> tuple[str, ...]:
    made = (decision.decision, decision.reason, decision.who, decision.when)
    if question is None:
        return (decision.problem, "", "", "", "", "", "", "", *made, "no")
    place = (question.file, question.sheet, question.cell, question.municipality, question.year)
    applied = "yes" if decision.decision in question.options else "no"
    return (decision.problem, *place, question.what, " or ".join(question.options), *made, applied)
