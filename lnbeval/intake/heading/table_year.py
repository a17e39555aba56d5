"""The year of a whole table, as its source declares it, held against what the lines above it and the name of its sheet say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.heading.years import RULE_NEEDED, last_month_alone, part_in_line, years_in
from lnbeval.intake.problems import Problem
from lnbeval.intake.table import RawTable, content
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.source import Source

AS_DECLARED: Final = "as_declared"  # the answer that the declared year is right
END_OF_YEAR: Final = "end_of_year"  # the rule of figures that are told to be of the last month
STOCK: Final = (
    f"Answer {AS_DECLARED} if the figures are a stock, such as persons who are paid in the last month: at the end of the year they may "
    "stand for it. If they count what happened in that month only, ask for figures of the whole year"
)
OF_A_DATE: Final = re.compile(
    r"[0-9]{1,2}[./][0-9]{4}(?![0-9])"
)  # a day, or the number of a law: says when, not of what


def table_year_problems(table: RawTable, source: Source, words: HeaderWords) -> list[Problem]:
    """What contradicts the declared year of a table: that it is of a part of the year, or of another one."""
    if source.year is None:
        return []
    titles = [
        (f"row {row}", text)
        for row, cells in table.above
        if (text := content(cells)) and not words.opens(text, "source") and not words.opens(text, "note")
    ]
    lines = [*titles, *([("", table.sheet)] if table.sheet else [])]
    return [*_parts(table, source.year, lines, words), *_another_year(table, source.year, [text for _, text in titles])]


def asked_once(problems: Iterable[Problem]) -> list[Problem]:
    """The problems, the question about stocks at the end of a year asked once for all sheets of a file."""
    kept: list[Problem] = []
    asked: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.rule != END_OF_YEAR:
            kept.append(problem)
            continue
        if problem.name not in asked:
            kept.append(problem)
        asked.setdefault(problem.name, []).append(problem)
    return [_joined(asked[one.name]) if one.rule == END_OF_YEAR else one for one in kept]


def _joined(questions: Sequence[Problem]) -> Problem:
    if len(questions) == 1:
        return questions[0]
    sheets = listed(quoted(one.sheet) for one in questions[1:])
    return replace(
        questions[0], what=f"{questions[0].what}; the same holds for {len(questions) - 1} more tables: {sheets}"
    )


def _parts(table: RawTable, year: int, lines: Sequence[tuple[str, str]], words: HeaderWords) -> list[Problem]:
    """What is said of the first line that speaks of a part of the declared year, or of a part and of no year.

    A line that speaks of the last month alone is asked about, unless another one speaks of more.
    """
    told = [(cell, text, part_in_line(text, words)) for cell, text in lines if years_in(text) in {(), (year,)}]
    parts = [one for one in told if one[2]]
    if not parts:
        return []
    cell, text, part = min(parts, key=lambda one: last_month_alone(one[1], words))
    stop = Problem(
        severity="STOP",
        file=table.file,
        sheet=table.sheet,
        cell=cell,
        what=f"The parameters say that the table is of {year}, but {quoted(text)} speaks of a part of a year ({quoted(part)})",
        do=f"{RULE_NEEDED}. If the figures are of the whole year all the same, write the exception",
        rule="part_of_a_year",
        subject=text,
        options=(AS_DECLARED,),
    )
    if last_month_alone(text, words):
        return [replace(stop, severity="ASK", do=STOCK, rule=END_OF_YEAR, subject="")]
    return [stop]


def _another_year(table: RawTable, year: int, titles: Sequence[str]) -> list[Problem]:
    """A question where the sheet's name tells the declared year and the title one other; a warning where nothing tells it."""
    told = {int(one): text for text in titles for one in years_in(text)}
    named = years_in(table.sheet)
    if year in told:
        return []
    if year in named:
        other = {one for text in titles for one in years_in(OF_A_DATE.sub(" ", text))}
        return [_question(table, year, other.pop(), told)] if len(other) == 1 else []
    told |= dict.fromkeys(named, table.sheet)
    if not told:
        return []
    what = f"The parameters say that the table is of {year}, but it speaks of {listed(map(str, sorted(told)))}"
    do = "Correct `year`, unless the other one is only the year in which the table was made"
    shown = f": {quoted(next(iter(told.values())))}"
    return [Problem(severity="WARN", file=table.file, sheet=table.sheet, what=what + shown, do=do, rule="another_year")]


def _question(table: RawTable, year: int, other: int, told: dict[int, str]) -> Problem:
    return Problem(
        severity="ASK",
        file=table.file,
        sheet=table.sheet,
        what=f"The name of the sheet and the parameters say that the table is of {year}, but its title says {other}: "
        f"{quoted(told[other])}",
        do="Ask the source which of the two is right. Correct `year` if it is the title, unless that is only the year in which the "
        f"table was made; answer {AS_DECLARED} if it is {year}",
        rule="another_year",
        subject=f"{table.sheet} {other}",
        options=(AS_DECLARED,),
    )
