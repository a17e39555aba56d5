"""Years of rows: the year column read with marks and school years, and parts of a year that no rule makes whole."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from lnbeval.intake.header_words import folded
from lnbeval.intake.heading.table_year import AS_DECLARED
from lnbeval.intake.heading.years import PARTS, RULE_NEEDED, YearLabel, read_year, years_in
from lnbeval.intake.layout import Note
from lnbeval.intake.problems import Problem
from lnbeval.intake.table import RawTable, addresses, column_cells, column_letter
from lnbeval.intake.text import cell_text, is_blank, listed, mapped, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from lnbeval.intake.figures.numbers import Fault
    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.rows.units import Units
    from lnbeval.intake.source import Source


MOST_CELLS: Final = 0.8  # of a column, that tell a year
PART_OF_YEAR: Final = "part_of_year"  # the rule of rows that are parts of a year


def year_reader(source: Source, words: HeaderWords) -> Callable[[object], int | Fault]:
    """What reads a cell of the year column of a source."""

    def year(value: object) -> int | Fault:
        read = read_year(value, words, source.school_year, source.dates)
        return read.year if isinstance(read, YearLabel) else read

    return year


def row_marks(
    table: RawTable, source: Source, columns: Columns, units: Units, words: HeaderWords
) -> tuple[tuple[Note, ...], list[Problem]]:
    """Marks that stand at the years of rows, as notes, and one problem that tells them; likewise for school years."""
    if columns.period is None:
        flags = tuple(Note(table.header_row, table.header[at], "flag") for at, label in columns.labels if label.flag)
        return flags, []
    cells = column_cells(table, columns.period)
    read = mapped(lambda value: read_year(value, words, source.school_year, source.dates), cells)
    labels = [
        (at, label) for at, label in enumerate(read) if isinstance(label, YearLabel) and units.kinds[at] == "unit"
    ]
    marked = [at for at, label in labels if label.flag]
    school = [at for at, label in labels if label.school]
    told = []
    if marked:
        what = "Marks stand at years and are kept as notes; the figures are read"
        told.append(_note(table, columns.period, marked, what, "year_marks"))
    if school:
        what = "School years are read as the year that `school_year` declares"
        told.append(_note(table, columns.period, school, what, "school_years"))
    return tuple(Note(table.row_numbers[at], cell_text(cells[at]), "flag") for at in marked), told


def part_columns(table: RawTable, columns: Columns, words: HeaderWords) -> list[Problem]:
    """A stop for a column of months or quarters that the source does not declare: the rows are parts of a year."""
    used = {*columns.keys, *(place for _, place in columns.variables)}
    problems = []
    for at, header in enumerate(table.header):
        meanings = words.headers.get(folded(header), frozenset()) if header and at not in used else frozenset()
        values = (
            dict.fromkeys(text for cell in column_cells(table, at) if (text := cell_text(cell))) if meanings else {}
        )
        if meanings & set(PARTS) and len(values) > 1:
            problems.append(_parts(table, at, list(values)))
    return problems


def other_years(
    table: RawTable, source: Source, read: Collection[int], words: HeaderWords, over: Collection[int] = ()
) -> list[Problem]:
    """A stop for a column that tells other years than the declared one: it is no year of the whole table.

    Held against it are the columns headed as years that are not `read`, and those that are added up `over`.
    """
    if source.year is None:
        return []
    problems = []
    for at, header in enumerate(table.header):
        headed = at not in read and any(words.means(header, kind) for kind in ("year", "school_year"))
        if not header or at in table.unread or not (headed or at in over):
            continue
        cells = [cell for cell in column_cells(table, at) if not is_blank(cell)]
        told = mapped(lambda cell: (cell.year,) if isinstance(cell, date) else years_in(cell_text(cell)), cells)
        years = sorted({year for every in told for year in every})
        if years and set(years) != {source.year} and sum(map(bool, told)) >= MOST_CELLS * len(cells):
            problems.append(_other_years(table, source.year, at, years))
    return problems


def _other_years(table: RawTable, year: int, at: int, years: list[int]) -> Problem:
    return Problem(
        severity="STOP",
        file=table.file,
        sheet=table.sheet,
        cell=f"column {column_letter(at)}",
        what=f"The parameters say that the table is of {year}, but column {quoted(table.header[at])} tells "
        f"{listed(map(str, years))}: all of them would be read as {year}",
        do="Name the column under `period` instead of declaring `year`; if it holds days or parts of a year, ask for the year in a "
        "column of its own",
        rule="years_in_a_column",
        subject=table.header[at],
        options=(AS_DECLARED,),
    )


def _parts(table: RawTable, at: int, values: list[str]) -> Problem:
    return Problem(
        severity="STOP",
        file=table.file,
        sheet=table.sheet,
        cell=f"column {column_letter(at)}",
        what=f"The rows are parts of a year: column {quoted(table.header[at])} tells {listed(map(quoted, values))}",
        do=RULE_NEEDED,
        rule=PART_OF_YEAR,
        subject=table.header[at],
    )


def _note(table: RawTable, position: int, rows: list[int], what: str, rule: str) -> Problem:
    cells = column_cells(table, position)
    shown = listed(dict.fromkeys(quoted(cell_text(cells[at])) for at in rows))
    where = addresses(table, rows, position)
    return Problem(severity="NOTE", file=table.file, sheet=table.sheet, cell=where, what=f"{what}: {shown}", rule=rule)
