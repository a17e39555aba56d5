"""Years across columns: which columns of a table a header with {year} stands for, and the year of each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.intake.cells import RowKeys, no_cells, row_keys, source_cells
from lnbeval.intake.header_words import folded
from lnbeval.intake.numbers import Fault
from lnbeval.intake.problems import Problem
from lnbeval.intake.source import YEAR_MARK
from lnbeval.intake.table import RawTable, header_address
from lnbeval.intake.text import cell_text, listed, quoted
from lnbeval.intake.years import YearLabel, unknown_flag, year_label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lnbeval.intake.findings import Finding
    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.headers import Columns
    from lnbeval.intake.numbers import NumberRules
    from lnbeval.intake.source import Source
    from lnbeval.intake.units import Units

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
        read = year_label(label, words, source.school_year)
        behind = unknown_flag(label, words)
        if isinstance(read, YearLabel):
            labels.append((position, read))
        elif isinstance(read, Fault):
            problems.append(_stop(table, position, read.what, read.do))
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
    marked = [f"{quoted(table.header[at])} ({header_address(table, at)})" for at, label in labels if label.flag]
    school = [quoted(table.header[at]) for at, label in labels if label.school]
    told = []
    if marked:
        told.append(f"Marks stand at years: {listed(marked)}. The columns are read; the marks are kept as notes")
    if school:
        told.append(f"School years are read as the year that `school_year` declares: {listed(school)}")
    return [Problem(severity="NOTE", file=table.file, sheet=table.sheet, what=what) for what in told]


def cells_of_years(
    table: RawTable,
    columns: Columns,
    units: Units,
    rules: Mapping[int, NumberRules],
    read_year: Callable[[object], int | Fault],
) -> tuple[pd.DataFrame, list[Finding], list[Problem]]:
    """One line per data row and variable, and year where years stand across columns; see `source_cells`."""
    if columns.period is None:
        return _cells_by_column(table, columns, units, rules)
    keys, unread = row_keys(table, columns, units, read_year)
    cells, found, told = source_cells(table, columns, keys, rules)
    return cells, [*unread, *found], told


def _cells_by_column(
    table: RawTable, columns: Columns, units: Units, rules: Mapping[int, NumberRules]
) -> tuple[pd.DataFrame, list[Finding], list[Problem]]:
    data = tuple(index for index, kind in enumerate(units.kinds) if kind in {"unit", "unusable"})
    year_at = {position: label.year for position, label in columns.labels}
    frames: list[pd.DataFrame] = []
    findings: list[Finding] = []
    warnings: list[Problem] = []
    for year in sorted(set(year_at.values())):
        own = replace(columns, variables=tuple(item for item in columns.variables if year_at.get(item[1]) == year))
        keys = RowKeys(
            index=data,
            code=tuple(units.codes[index] for index in data),
            period=(year,) * len(data),
            written=tuple(units.written[index] for index in data),
            year=(str(year),) * len(data),
        )
        cells, found, told = source_cells(table, own, keys, rules)
        frames.append(cells)
        findings += found
        warnings += told
    return pd.concat(frames, ignore_index=True) if frames else no_cells(), findings, warnings


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
        return [_stop(table, None, what, "Correct the header in the parameters, or `header`")]
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


def _stop(table: RawTable, position: int | None, what: str, do: str) -> Problem:
    cell = f"row {table.header_row}" if position is None else header_address(table, position)
    return Problem(
        severity="STOP", file=table.file, sheet=table.sheet, cell=cell, what=what, do=do, rule="year_columns"
    )
