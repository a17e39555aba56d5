"""Planned rows: a stop where rows of figures are planned by the words of a column beside them, alone or among actual ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.planned_words import kinds_of_texts
from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.cells import condition_met
from lnbeval.intake.table import RawTable, column_cells, column_name, header_address
from lnbeval.intake.text import cell_text, is_blank, listed, mapped, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.number_words import NumberWords

NO_PLANS: Final = (
    "no_plans"  # the answer that the words name something else, and every row is a figure that was reached
)
MOST_TEXTS: Final = 500  # different texts of a column that sorts rows; more are remarks


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """The texts of a column beside the figures of a variable, by what they say; `others` are those that say nothing."""

    planned: tuple[str, ...]
    actual: tuple[str, ...]
    others: bool


def planned_beside(
    table: RawTable, columns: Columns, counted: Sequence[bool], words: NumberWords, apart: Collection[int] = ()
) -> list[Problem]:
    """A stop for each variable read from rows that a column, which the source does not read, calls planned.

    Only rows that are `counted` are looked at; columns `apart` are looked at elsewhere, where no variable chooses rows by them.
    """
    texts = _texts_beside(table, columns, words)
    found: dict[tuple[int, Sorted, bool], list[str]] = {}
    for variable in dict.fromkeys(variable for variable, _ in columns.variables) if texts else ():
        rows = list(rows_with_figures(table, columns, variable, counted))
        chosen = {at for name, at, _ in columns.conditions if name == variable}
        for at, cells in texts.items():
            told = sorted_texts((cells[row] for row in rows), words)
            if told is not None and (at in chosen or at not in apart):
                found.setdefault((at, told, at in chosen), []).append(variable)
    return [
        _chosen(table, at, told, variables) if chosen else planned_problem(table, at, told, variables, "read")
        for (at, told, chosen), variables in found.items()
    ]


def sorted_texts(texts: Iterable[str], words: NumberWords) -> Sorted | None:
    """What texts beside figures say of them; None where no figure is planned."""
    distinct = tuple(dict.fromkeys(texts))
    kinds = kinds_of_texts(distinct, words)
    planned = tuple(text for text in distinct if kinds.get(text) == "planned")
    actual = tuple(text for text in distinct if kinds.get(text) == "actual")
    return Sorted(planned=planned, actual=actual, others=len(kinds) < len(distinct)) if planned else None


def planned_problem(table: RawTable, position: int, told: Sorted, variables: Sequence[str], used: str) -> Problem:
    """The problem of variables whose rows are planned, all or some of them; `used` says what is done with the rows."""
    named = quoted(column_name(table, position))
    plans, facts = listed(map(quoted, told.planned)), listed(map(quoted, told.actual))
    mixed = bool(told.actual) or told.others
    beside = f"{facts} says that they are actual" if facts else "others say nothing of the kind"
    what = (
        f"{listed(variables)} is {used} from planned and other figures alike: in column {named} {plans} says that they are planned, "
        f"and {beside}"
        if mixed
        else f"{listed(variables)} is {used} from rows that are planned: column {named} says {plans} beside every figure"
    )
    actual = quoted(told.actual[0]) if told.actual else "the text of actual figures"
    do = (
        f"Declare `only_where` for the variable: column {named} equals {actual}; or have the planned rows left out"
        if mixed
        else "Ask for what was done or spent: no effect can be seen in a plan. If plans are what is looked at, declare `only_where` "
        f"for the variable: column {named} equals {quoted(told.planned[0])}"
    )
    return Problem(
        severity="STOP",
        file=table.file,
        sheet=table.sheet,
        cell=header_address(table, position),
        what=what,
        do=do,
        rule="planned_among_rows" if mixed else "planned_rows",
        subject=column_name(table, position),
        options=(NO_PLANS,),
    )


def _chosen(table: RawTable, position: int, told: Sorted, variables: Sequence[str]) -> Problem:
    """The warning of variables for which the source itself chooses planned rows."""
    named = quoted(column_name(table, position))
    return Problem(
        severity="WARN",
        file=table.file,
        sheet=table.sheet,
        cell=header_address(table, position),
        what=f"{listed(variables)} is read from planned rows, as declared: column {named} says {listed(map(quoted, told.planned))}",
        do="Check that plans are meant, and say so in the finding: no effect can be seen in a plan",
        rule="planned_rows_chosen",
        subject=column_name(table, position),
    )


def _texts_beside(table: RawTable, columns: Columns, words: NumberWords) -> dict[int, list[str]]:
    """The texts of each column that no source reads, or by which it chooses rows, where some of them speak of plans."""
    read = {columns.unit, columns.period, columns.county, columns.level, *(place for _, place in columns.variables)}
    found = {}
    for at, header in enumerate(table.header):
        if not header or at in read:
            continue
        cells = column_cells(table, at)
        distinct = {cell_text(cell) for cell in cells if isinstance(cell, str)}
        if len(distinct) <= MOST_TEXTS and "planned" in kinds_of_texts(distinct, words).values():
            found[at] = mapped(cell_text, cells)
    return found


def rows_with_figures(table: RawTable, columns: Columns, variable: str, counted: Sequence[bool]) -> Iterator[int]:
    """The rows, among those that are counted, of which a source reads a figure of a variable."""
    places = [place for name, place in columns.variables if name == variable]
    met = condition_met(table, columns, variable)
    for index, row in enumerate(table.rows):
        if counted[index] and met[index] and any(not is_blank(row[place]) for place in places):
            yield index
