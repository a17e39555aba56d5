"""Problems: what stands in the way of using a file, where exactly, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lnbeval.errors import DataError
from lnbeval.intake.text import tidy_text

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["STOP", "ASK", "WARN", "NOTE"]
STOPPING: tuple[Severity, ...] = ("STOP", "ASK")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One finding in one file: STOP and ASK must be settled before anything is estimated, WARN and NOTE are told.

    A STOP with `options` is settled at the source, or by a written exception: a decision with its reason. One that `refuses` an
    indicator is settled by leaving that one out, and the others go on.

    Of one `rule` are the problems of which the same sentences can be said in any language; what differs between them stands
    in the other fields, and as names, figures and quotations in `what` and `do`.
    """

    severity: Severity
    file: str
    sheet: str = ""
    cell: str = ""  # "C14" in a workbook, "row 14, column Viti" in a csv file
    municipality: str = ""
    year: str = ""
    what: str
    do: str = ""
    rule: str  # what kind of problem it is, in one word such as seat_town
    subject: str = (
        ""  # what of the file it is about; row numbers have no place here, they change with the next delivery
    )
    options: tuple[str, ...] = ()  # the answers that a question takes, or the words of a written exception
    refuses: str = ""  # the outcome that it stops, where everything else goes on
    decision: tuple[str, ...] = ()  # of a question that was answered: the answer, its reason, who and when
    more: int = 0  # how many further problems of the kind it stands for; 0 when for itself

    @property
    def name(self) -> str:
        """What a decisions file calls it: rule/file/subject, with one space where there are several, as it is read back."""
        return tidy_text("/".join(part for part in (self.rule, self.file, self.subject) if part))


class UnreadableError(DataError):
    """Nothing can be read from a file; `problem` says why, so that the other files can still be looked at."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return problem_text(self.problem)


def problem_text(problem: Problem) -> str:
    """One line: severity, file, sheet, cell, municipality, year: what. do."""
    sheet = f"sheet {problem.sheet}" if problem.sheet else ""
    where = (problem.file, sheet, problem.cell, problem.municipality, problem.year)
    answer = f"{problem.name}` with {' or '.join(problem.options)}"
    alone = "Only a written exception lets it pass: answer" if excepted(problem) else "Answer"
    answers = f"{alone} `{answer}" if asked(problem) else ""
    words = " ".join(_sentence(part) for part in (problem.what, problem.do, answers) if part)
    return f"{problem.severity} {', '.join(part for part in where if part)}: {words}"


def asked(problem: Problem) -> bool:
    """Whether a decisions file can settle it: a question, or a STOP that takes a written exception."""
    return problem.severity in STOPPING and bool(problem.options)


def excepted(problem: Problem) -> bool:
    """Whether nothing but a written exception lets it pass."""
    return problem.severity == "STOP" and bool(problem.options)


def stops(problem: Problem) -> bool:
    """Whether nothing can be estimated while it stands."""
    return problem.severity in STOPPING and not problem.refuses


def _sentence(words: str) -> str:
    return words if words.endswith((".", "?")) else f"{words}."


def stop_if_needed(problems: Iterable[Problem]) -> None:
    """Raise DataError with every STOP and ASK problem but of single outcomes, one a line; say nothing when there is none."""
    stopping = [problem for problem in problems if stops(problem)]
    if not stopping:
        return
    many = "1 problem" if len(stopping) == 1 else f"{len(stopping)} problems"
    lines = [f"{many} in the input must be settled first:", *(problem_text(problem) for problem in stopping)]
    raise DataError("\n".join(lines))
