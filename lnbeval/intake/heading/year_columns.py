"""Years across columns: which columns of a table a header with {year} stands for, and the year of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake.figures.numbers import Fault
from lnbeval.intake.header_words import folded
from lnbeval.intake.heading.years import YearLabel, day_of_year, unknown_flag, year_label
from lnbeval.intake.problems import Problem
from lnbeval.intake.source import YEAR_MARK
from lnbeval.intake.table import RawTable, header_address
from lnbeval.intake.text import cell_text, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.source import Source

Labels = tuple[tuple[int, YearLabel], ...]  # position and year of a column, left to right


def year_columns(
    table: RawTable, source: Source, variable: str, words: HeaderWords, answered: Mapping[str, str]
) -> tuple[Labels, list[Problem]]:
    """The columns of a variable, one for each year, and a problem for each header that tells no whole year."""
    labels: list[tuple[int, YearLabel]] = []
    problems: list[Problem] = []
    for position, header in enumerate(table.header):
        label = _label_in(header, source.columns[variable])
        if not label or position in table.unread:
            continue
        day = day_of_year(label) if source.dates == "year" else None
        read = YearLabel(day.year) if day else year_label(label, words, source.school_year)
        behind = unknown_flag(label, words)
        if isinstance(read, YearLabel):
            labels.append((position, read))
        elif isinstance(read, Fault):
            problems.append(_stop(table, position, read.what, read.do, read.kind))
        elif behind:
            question = _question(table, position, label, behind)
            answer = answered.get(question.name)
            labels += [(position, YearLabel(int(label[:4]), behind))] if answer == "year" else []
            problems += [] if answer == "other" else [question]
    years = [label.year for _, label in labels]
    single = tuple((position, label) for position, label in labels if years.count(label.year) == 1)
    return single, [*problems, *_fewer_or_more(table, source, variable, labels, problems)]


def marked_years(table: RawTable, labels: Labels) -> list[Problem]:
    """A note about headers of years that carry a mark, and one about school years."""
    marked = [at for at, label in labels if label.flag]
    school = [at for at, label in labels if label.school]
    told = []
    if marked:
        shown = listed(f"{quoted(table.header[at])} ({header_address(table, at)})" for at in marked)
        what = f"Marks stand at years: {shown}. The columns are read; the marks are kept as notes"
        told.append(_note(table, marked, what, "year_marks"))
    if school:
        what = "School years are read as the year that `school_year` declares: "
        what += listed(quoted(table.header[at]) for at in school)
        told.append(_note(table, school, what, "school_years"))
    return told


def _note(table: RawTable, headers: Sequence[int], what: str, rule: str) -> Problem:
    cell = listed(header_address(table, at) for at in headers)
    return Problem(severity="NOTE", file=table.file, sheet=table.sheet, cell=cell, what=what, rule=rule)


def _label_in(header: str, pattern: str) -> str:
    """The part of a header that stands where a pattern has the year; blank when the header does not fit."""
    before, _, after = cell_text(pattern).partition(YEAR_MARK)
    for start in range(len(header) + 1):
        if folded(header[:start]) != folded(before):
            continue
        for end in range(len(header), start, -1):
            if folded(header[end:]) == folded(after):
                return header[start:end].strip()
    return ""


def _fewer_or_more(
    table: RawTable, source: Source, variable: str, labels: list[tuple[int, YearLabel]], problems: list[Problem]
) -> list[Problem]:
    if not labels and not problems:
        what = f"No header of the table fits {quoted(source.columns[variable])}, with a year for {YEAR_MARK}"
        return [_stop(table, None, what, "Correct the header in the parameters, or `header`", "year_columns_absent")]
    by_year: dict[int, list[int]] = {}
    for position, label in labels:
        by_year.setdefault(label.year, []).append(position)
    return [
        _stop(
            table,
            places[0],
            f"{variable} has several columns for {year}: "
            + listed(f"{quoted(table.header[at])} ({header_address(table, at)})" for at in places),
            f"Write {YEAR_MARK} into the whole header, so that one column of each year fits",
            "year_columns_twice",
        )
        for year, places in by_year.items()
        if len(places) > 1
    ]


def _question(table: RawTable, position: int, label: str, behind: str) -> Problem:
    return Problem(
        severity="ASK",
        file=table.file,
        sheet=table.sheet,
        cell=header_address(table, position),
        what=f"The header {quoted(table.header[position])} opens with a year, but {quoted(behind)} is no mark that is known",
        do="Say whether it is the figure of that year (year) or something else, such as a plan, that is not read (other)",
        rule="year_header",
        subject=label,
        options=("year", "other"),
    )


def _stop(table: RawTable, position: int | None, what: str, do: str, rule: str) -> Problem:
    cell = f"row {table.header_row}" if position is None else header_address(table, position)
    return Problem(severity="STOP", file=table.file, sheet=table.sheet, cell=cell, what=what, do=do, rule=rule)
