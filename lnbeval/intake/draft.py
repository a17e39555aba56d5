"""Drafts: one source read and tidied on its own, before it is held against the others."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from lnbeval.intake.conditions import unmet_by_position
from lnbeval.intake.files.assemble import BEYOND_HEADER
from lnbeval.intake.heading.columns import located
from lnbeval.intake.heading.cumulative import cumulative_problems
from lnbeval.intake.heading.planned import planned_problems
from lnbeval.intake.heading.wanted import TWO_ROWS
from lnbeval.intake.rows.alike import told_once
from lnbeval.intake.rows.cells import no_cells
from lnbeval.intake.rows.cells_of_years import cells_of_years
from lnbeval.intake.rows.fetched import fetched_problems
from lnbeval.intake.rows.findings import found_problems
from lnbeval.intake.rows.levels import notes_below, rows_aside, units_beside, without_level
from lnbeval.intake.rows.merged import unmerged
from lnbeval.intake.rows.names_beside import contradicting_names
from lnbeval.intake.rows.notes_told import note_problems
from lnbeval.intake.rows.number_rules import column_rules
from lnbeval.intake.rows.person_like import met_persons
from lnbeval.intake.rows.person_numbers import withheld_problem, withheld_table
from lnbeval.intake.rows.told_totals import total_problems
from lnbeval.intake.rows.totals import compared_totals
from lnbeval.intake.rows.unit_contradictions import unit_problems
from lnbeval.intake.rows.unit_names import marked_names
from lnbeval.intake.rows.units import row_units
from lnbeval.intake.rows.unread_units import beside_figures
from lnbeval.intake.rows.unseen import comment_notes, hidden_problems, unread_problems
from lnbeval.intake.rows.years_of_rows import PART_OF_YEAR, other_years, part_columns, row_marks, year_reader
from lnbeval.intake.table import every_cell
from lnbeval.intake.text import is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from lnbeval.intake.accounts import Account
    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.layout import Note
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.rows.units import RowKind, Spelling, Units
    from lnbeval.intake.source import Condition, Source
    from lnbeval.intake.table import RawTable


@dataclass(frozen=True, kw_only=True, eq=False)
class Draft:
    """One source: its table, its cells with their fates, and what is known of its rows and names."""

    table: RawTable
    cells: pd.DataFrame = field(default_factory=no_cells)  # one line per data row and variable
    kinds: tuple[RowKind, ...] = ()  # one per row; empty when the table could not be used at all
    written: tuple[str, ...] = ()  # the municipality of each row, as written
    spellings: tuple[Spelling, ...] = ()
    problems: tuple[Problem, ...] = ()
    withheld: bool = False  # data on persons: no content may leave the file
    declared: tuple[
        int, ...
    ] = ()  # positions of the columns that the source names: of the others no content leaves either
    aside: Mapping[int, str] = field(default_factory=dict)  # why rows stand apart that the layout settles, by index
    notes: tuple[Note, ...] = ()
    conditions: tuple[Condition, ...] = ()  # of the source
    unmet: Mapping[int, str] = field(
        default_factory=dict
    )  # by position, why cells are set aside that meet no condition
    parts: pd.DataFrame | None = None  # of rows that are added up, each cell; None where there are none or too many
    summed: bool = False  # there are too many
    account: Account | None = None  # of rows that are added up, the rows and cells of the file


def declared_content(draft: Draft, row: Sequence[object]) -> str:
    """What the columns that the source names hold in a row: others may name persons, and are not read at all."""
    return "" if draft.withheld else every_cell(row[place] for place in draft.declared if place < len(row))


def table_draft(table: RawTable, source: Source, meanings: Meanings, *, whole: bool = True) -> Draft:
    """Draft of a table that was read. A table on persons is turned away before any cell is looked at.

    Not `whole` is one of chosen rows. Texts that lead to a person, such as telephone numbers, are withheld from all that follows.
    """
    persons, withheld = met_persons(table, source, meanings, whole=whole)
    if withheld:
        return Draft(table=table, problems=persons, withheld=True)
    draft = _drafted(withheld_table(table, meanings.persons), source, meanings, persons)
    return replace(draft, problems=tuple(withheld_problem(one, meanings.persons) for one in draft.problems))


def _drafted(table: RawTable, source: Source, meanings: Meanings, persons: Sequence[Problem]) -> Draft:
    headers, answered = meanings.headers, meanings.answered
    columns, problems = located(table, source, headers, answered)
    problems = [*persons, *problems]
    problems += part_columns(table, columns, headers)
    problems += other_years(table, source, columns.declared, headers)
    problems += cumulative_problems(table, columns, headers)
    if not columns.is_complete or any(problem.rule in {PART_OF_YEAR, TWO_ROWS} for problem in problems):
        return Draft(table=table, problems=(*_told_of_cells(table), *problems), declared=columns.declared)
    table, merged = unmerged(table, columns)
    aside = rows_aside(table, source, columns, meanings)
    resolve = partial(meanings.resolve, numbering=source.unit_codes) if source.unit_codes else meanings.resolve
    units = units_beside(
        table, columns, aside, lambda part: row_units(part, columns, resolve, meanings.is_total, answered)
    )
    units, unlevelled = without_level(table, columns, units)
    draft = Draft(
        table=table,
        declared=columns.declared,
        conditions=source.only_where,
        unmet=unmet_by_position(source, columns.variables),
        kinds=units.kinds,
        written=units.written,
        spellings=units.spellings,
        aside=aside.reasons,
        problems=(
            *table.problems,
            *problems,
            *planned_problems(table, columns, meanings.words, meanings.registered.kinds),
            *beside_figures(table, columns, [kind == "unit" for kind in units.kinds], meanings),
            *hidden_problems(table, columns, source),
            *merged,
            *aside.problems,
            *units.problems,
            *contradicting_names(table, columns.declared, columns.unit, units.codes, meanings),
            *unlevelled,
        ),
    )
    return _with_cells(draft, source, columns, units, aside.levels, meanings)


def _told_of_cells(table: RawTable) -> tuple[Problem, ...]:
    """The problems of a table whose header is not settled, but for cells beside it where most rows run over: it is the wrong row."""
    last = max((at for at, name in enumerate(table.header) if name), default=-1)
    over = sum(any(not is_blank(cell) for cell in row[last + 1 :]) for row in table.rows)
    if 2 * over <= len(table.rows):
        return table.problems
    return tuple(problem for problem in table.problems if problem.rule not in BEYOND_HEADER)


def _with_cells(
    draft: Draft,
    source: Source,
    columns: Columns,
    units: Units,
    levels: Mapping[int, str],
    meanings: Meanings,
) -> Draft:
    """The draft with its cells, their problems, and the notes beside them."""
    table, headers = draft.table, meanings.headers
    read_year = year_reader(source, headers)
    rules, marks = column_rules(table, source, columns, meanings.words)
    cells, findings, told = cells_of_years(table, columns, units, rules, read_year)
    totals = compared_totals(table, columns, units, cells, rules, read_year, levels, meanings.registered)
    flags, flagged = row_marks(table, source, columns, units, headers)
    named = marked_names(table, units.spellings)
    below = notes_below(table, units, headers)
    notes = (*table.notes, *flags, *named, *comment_notes(table), *below)
    contradicted = unit_problems(table, source, columns, units, rules, notes, meanings)
    problems = (
        *draft.problems,
        *flagged,
        *unread_problems(table, columns, units),
        *fetched_problems(table, columns, units),
        *marks,
        *contradicted,
        *note_problems(table, source, (*table.notes, *below), contradicted, meanings),
        *found_problems(table, findings),
        *total_problems(table, totals),
        *told,
    )
    return replace(draft, cells=cells, notes=notes, problems=tuple(told_once(problems, table, columns)))
