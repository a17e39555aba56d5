"""Tables passed over: sheets that no source can declare as they are, each as the problem that says so.

What stands in the way of a whole file is a STOP; beside a table that can be used it is for information or a warning.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.problems import Problem
from lnbeval.intake.survey.blocks import blocks_below
from lnbeval.intake.survey.parts import part_of_year
from lnbeval.intake.table import column_letter
from lnbeval.intake.text import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.survey.found import SurveyedTable
    from lnbeval.intake.survey.places import Absent, UnitPlace
    from lnbeval.intake.table import RawTable, Row

SEPARATE: Final = "Ask for each table on a sheet of its own, or save them so in a copy, and say so in SOURCES.md"
MONTHS_IN_ROWS: Final = (
    "Ask for a figure of each year; or have the months put below each other, with the year in one column and the month in "
    "another: they can then be added up or averaged"
)

MOST_SERIES: Final = 30  # that are proposed of one column of indicators
QUANTITIES_APART: Final = (
    "Ask for a column for each; or take out all but those that are needed in a copy, and say so in SOURCES.md; or declare a "
    "variable for each of those by hand, with `only_where`"
)


def no_units(file: str, sheet: str, place: Absent) -> Problem:
    """A sheet of which no column names municipalities."""
    if place.across is None:
        what = "No column names municipalities, so that nothing of it is proposed"
        do = "A source needs one row for each municipality, with its name or code in a column"
        return Problem(severity="STOP", file=file, sheet=sheet, what=what, do=do, rule="no_municipalities")
    return Problem(
        severity="STOP",
        file=file,
        sheet=sheet,
        cell=f"row {place.across}",
        what=f"The municipalities stand across the columns, in row {place.across}",
        do="Ask for one row a municipality; or turn the table in a copy (in a spreadsheet program: copy, paste special, "
        "transpose), and say so in SOURCES.md",
        rule="municipalities_across",
    )


def no_header(file: str, sheet: str, place: UnitPlace) -> Problem:
    """A sheet that begins with its first municipality."""
    column = column_letter(place.position)
    what = f"No header stands above the municipalities in column {column}, so that nothing says what the columns are"
    do = "Ask for the table with its header"
    return Problem(severity="STOP", file=file, sheet=sheet, cell=f"column {column}", what=what, do=do, rule="no_header")


def divided(
    surveyed: SurveyedTable, table: RawTable, place: UnitPlace, rows: Sequence[Row], meanings: Meanings
) -> Problem | None:
    """The problem of a sheet that holds several tables, below each other or side by side."""
    units = [at for at, name in enumerate(table.header) if name == surveyed.unit and at != place.position]
    if units:
        columns = " and ".join(column_letter(at) for at in (place.position, *units))
        what = f"Tables stand side by side: the municipalities are named in columns {columns}"
        return _stop(surveyed, what, SEPARATE, "tables_beside")
    if surveyed.period or surveyed.over:
        return None
    blocks = blocks_below(rows, place, meanings.headers)
    if blocks is None:
        return None
    kind, heads = blocks
    if kind == "header":
        return _stop(
            surveyed,
            f"Several tables stand below each other; another header stands in {heads}",
            SEPARATE,
            "tables_below",
        )
    what = f"Rows of their own head blocks in which the municipalities are named again: {heads}"
    do = f"Ask for what they say in a column, beside each municipality. {SEPARATE}"
    return _stop(surveyed, what, do, "block_titles")


def usable_tables(
    tables: Sequence[SurveyedTable], hidden: Collection[str], words: HeaderWords
) -> tuple[list[SurveyedTable], list[Problem]]:
    """The tables that a source can declare, and the problems of the others."""
    months = [table for table in tables if _is_of_part(table, words)]
    usable, problems = [], []
    for table in tables:
        if table.sheet in hidden:
            what = "The workbook hides this sheet: it is not proposed"
            do = "Ask whether it belongs to the delivery; if so, show it in a copy, or declare it in the parameters"
            problems.append(replace(_stop(table, what, do, "hidden_sheet"), severity="WARN"))
        elif table in months:
            what = f"By its name the sheet is of a part of a year ({quoted(table.sheet)}), and no column tells a year"
            problems.append(_stop(table, what, MONTHS_IN_ROWS, "sheet_of_a_part"))
        elif len(table.series) > MOST_SERIES:
            what = (
                f"The {len(table.series)} texts of column {quoted(table.by)} name different quantities: too many to propose a "
                "series for each, and nothing is added up across them"
            )
            problems.append(_stop(table, what, QUANTITIES_APART, "too_many_quantities"))
        elif table.columns:
            usable.append(table)
        elif any(reason == "part" for _, reason in table.left_out):
            headers = [header for header, reason in table.left_out if reason == "part"]
            what = f"Months or quarters stand across the columns: {quoted(headers[0])} to {quoted(headers[-1])}, {len(headers)} columns"
            problems.append(_stop(table, what, MONTHS_IN_ROWS, "parts_across"))
        elif table.groups:
            problems.append(_list(table))
        else:
            what, do = "No column beside the municipalities holds figures to use", "Ask for the table of figures"
            problems.append(_stop(table, what, do, "no_figures"))
    return usable, problems


def _list(table: SurveyedTable) -> Problem:
    """A sheet without figures that sorts municipalities, as a list of who was treated does."""
    sorting = " and ".join(quoted(column.header) for column in table.groups)
    what = f"The sheet holds no figures, but sorts municipalities by {sorting}, as a list of who was treated does"
    do = "Nothing, if it is such a list: a draft takes the treatment from it where it can. Otherwise ask for the table of figures"
    return _stop(table, what, do, "list_of_municipalities")


def without_steady(tables: Sequence[SurveyedTable]) -> list[SurveyedTable]:
    """The tables without columns that say the same of every municipality in all tables of one year each."""
    years: dict[str, set[int]] = {}
    told: dict[str, set[str]] = {}
    for table in tables:
        for column in table.columns if table.year is not None else ():
            years.setdefault(column.header, set()).add(table.year or 0)
            told.setdefault(column.header, set()).add(column.steady)
    steady = {header for header, texts in told.items() if len(texts) == 1 and len(years[header]) > 1}
    return [_without(table, steady) if table.year is not None else table for table in tables]


def _without(table: SurveyedTable, steady: Collection[str]) -> SurveyedTable:
    gone = [column.header for column in table.columns if column.header in steady]
    kept = tuple(column for column in table.columns if column.header not in steady)
    return replace(table, columns=kept, left_out=(*table.left_out, *((header, "steady") for header in gone)))


def _is_of_part(table: SurveyedTable, words: HeaderWords) -> bool:
    own = table.year is not None and table.year_from == "sheet"
    return (own or not table.years) and bool(table.sheet) and bool(part_of_year(table.sheet, words))


def _stop(table: SurveyedTable, what: str, do: str, rule: str) -> Problem:
    return Problem(severity="STOP", file=table.file, sheet=table.sheet, what=what, do=do, rule=rule)
