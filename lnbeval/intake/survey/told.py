"""What a survey tells beside the tables: sheets that are passed over, one line for those alike, and columns left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.problems import Problem
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lnbeval.intake.problems import Severity
    from lnbeval.intake.survey.found import Reason, SurveyedTable

NOTES: Final = frozenset(
    {"no_municipalities", "no_header", "no_figures"}
)  # beside a table that can be used: texts, lists
WHY: Final[Mapping[Reason, str]] = {
    "part": "they are of parts of a year",
    "plan": "their headers say that they are plans",
    "no_year": "years stand across the columns, and their headers name none",
    "single": "they are of one year, beside columns of several",
    "steady": "they say the same of a municipality in every year, so that nothing can change by what is evaluated",
}


def told(
    file: str, passed: Sequence[Problem], usable: Sequence[SurveyedTable], *, sampled: bool
) -> tuple[Problem, ...]:
    """The problems of a survey: what is passed over, then what is left out of the tables, then what could not be looked at."""
    weighed = [replace(one, severity=_weight(one, found=bool(usable))) for one in passed]
    problems = [*_folded(weighed), *(problem for table in usable for problem in _of_table(table)), *_left_out(usable)]
    if sampled:
        what = "The file is large, so only some of its rows were looked at: it may hold other years"
        problems.append(Problem(severity="NOTE", file=file, what=what, rule="sampled"))
    return tuple(problems)


def _weight(problem: Problem, *, found: bool) -> Severity:
    if problem.rule == "no_municipalities":
        return "NOTE"  # A table of something else is nothing wrong: nothing can be drafted from it.
    if not found:
        return problem.severity
    return "NOTE" if problem.rule in NOTES else "WARN"


def _folded(problems: Sequence[Problem]) -> Iterator[Problem]:
    """Problems of sheets that are alike in one line."""
    alike: dict[tuple[str, str, str], list[Problem]] = {}
    for one in problems:
        alike.setdefault((one.rule, one.severity, one.do), []).append(one)
    for group in alike.values():
        first = group[0]
        if len(group) == 1:
            yield first
        else:
            sheets = listed(quoted(one.sheet) for one in group)
            yield replace(
                first,
                sheet="",
                cell="",
                what=f"{len(group)} sheets ({sheets}). The first: {first.what}",
                more=len(group) - 1,
            )


def _of_table(table: SurveyedTable) -> Iterator[Problem]:
    if not table.years:
        what = "Neither a column nor a header, the name of the sheet, a title or the name of the file tells one year"
        do = "Declare the year of the table under `year`, or ask for it"
        yield Problem(severity="STOP", file=table.file, sheet=table.sheet, what=what, do=do, rule="no_year_told")


def _left_out(tables: Sequence[SurveyedTable]) -> Iterator[Problem]:
    """A note for each reason, of all sheets whose columns are called the same."""
    alike: dict[tuple[Reason, tuple[str, ...]], list[SurveyedTable]] = {}
    for table in tables:
        for reason in WHY:
            headers = tuple(header for header, why in table.left_out if why == reason)
            if headers:
                alike.setdefault((reason, headers), []).append(table)
    for (reason, headers), group in alike.items():
        sheets = "" if len(group) == 1 else f" of {len(group)} sheets"
        what = f"Left out of the proposal, because {WHY[reason]}: {listed(map(quoted, headers))}{sheets}"
        sheet = group[0].sheet if len(group) == 1 else ""
        do = "Declare a column under `columns` if it is needed all the same"
        yield Problem(severity="NOTE", file=group[0].file, sheet=sheet, what=what, do=do, rule="column_left_out")
