"""What a survey tells beside the tables: sheets that are passed over, one line for those alike, and columns left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.heading.years import years_in
from lnbeval.intake.problems import Problem
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lnbeval.intake.problems import Severity
    from lnbeval.intake.survey.found import Apart, Reason, SurveyedTable

NOTES: Final = frozenset(
    {"no_municipalities", "no_header", "no_figures", "list_of_municipalities"}
)  # beside a table that can be used: texts, lists
WHY: Final[Mapping[Reason, str]] = {
    "part": "they are of parts of a year",
    "plan": "their headers say that they are plans",
    "no_year": "years stand across the columns, and their headers name none",
    "single": "they are of one year, beside columns of several",
    "steady": "they say the same of a municipality in every year, so that nothing can change by what is evaluated",
    "code": "they are codes, by leading zeros or by the one name that stands beside each",
}

APART: Final[Mapping[Apart, str]] = {
    "units": "the column of units beside it says different units of them",
    "words": "their words tell different units",
    "header": "its header says that these are indicators",
    "figures": "their figures differ as those of different quantities do",
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
        for header, texts in zip(table.over, table.over_words, strict=True):
            if any(map(years_in, texts)):
                what = f"No column tells the year alone: {quoted(header)} holds days or parts of years ({listed(map(quoted, texts), 3)})"
                do = "Ask for the year in a column of its own, beside the one of the day or the month; the rows can then be added up"
        yield Problem(severity="STOP", file=table.file, sheet=table.sheet, what=what, do=do, rule="no_year_told")
    if table.actual[0]:
        yield _planned(table)
    if table.averages:
        names = listed(map(quoted, table.averages))
        yield Problem(
            severity="ASK",
            file=table.file,
            sheet=table.sheet,
            what=f"A municipality has several rows a year, by {listed(map(quoted, table.over))}, and {names} is an average, a rate "
            "or a share by its words: is it to be added up or averaged?",
            do="Nobody adds up averages. Declare it in a source of its own with `aggregate: {by: mean}`, or ask for the figure of "
            "all together: the mean of groups is theirs only where they are of one size",
            rule="averages_added_up",
            subject=" ".join(table.averages),
        )
    if table.series:
        names = listed(quoted(one.text) for one in table.series)
        yield Problem(
            severity="NOTE" if table.apart == "header" else "ASK",  # Where the header says so nobody needs to be asked.
            file=table.file,
            sheet=table.sheet,
            what=f"The rows that {quoted(table.by)} tells apart seem to be of different quantities ({names}), because "
            f"{APART[table.apart]}",
            do="A draft of it reads each as a series of its own (`only_where`) and adds nothing up across them, and asks about "
            "that; if they are parts of one sum, declare `aggregate` instead",
            rule="rows_of_different_quantities",
            subject=table.by,
        )


def _planned(table: SurveyedTable) -> Problem:
    header, text = table.actual
    return Problem(
        severity="NOTE",
        file=table.file,
        sheet=table.sheet,
        what=f"Column {quoted(header)} says that some figures are planned: only the rows of {quoted(text)} are proposed",
        do="A draft of it reads them by `only_where`, and asks about that. Planned and actual figures are never added up",
        rule="planned_rows_left_out",
        subject=header,
    )


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
