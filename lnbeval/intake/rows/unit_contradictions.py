"""Units that headers, titles and cells tell, held against the registered unit of the variable. Nothing is ever converted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.faults import PERCENT
from lnbeval.intake.figures.marks import as_written, number_pattern
from lnbeval.intake.figures.parts import number_parts
from lnbeval.intake.figures.told_cells import column_label, column_problem
from lnbeval.intake.figures.told_units import (
    CURRENCY,
    ToldUnit,
    beside,
    contradiction,
    other_words,
    together,
    told_unit,
)
from lnbeval.intake.heading.years import years_in
from lnbeval.intake.problems import Problem
from lnbeval.intake.registered import OF_A_HUNDRED
from lnbeval.intake.rows.cells import condition_met
from lnbeval.intake.source import YEAR_MARK
from lnbeval.intake.table import RawTable, address, column_cells, column_name, header_address
from lnbeval.intake.text import Shown, cell_text, is_blank, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lnbeval.intake.figures.numbers import NumberRules
    from lnbeval.intake.figures.parts import Parts
    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.layout import Note
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.rows.units import Units
    from lnbeval.intake.source import Source

AS_REGISTERED: Final = "as_registered"  # the answer that the words are wrong and the figures are in the registered unit
SHOWN: Final = 3  # cells quoted in one message


def unit_problems(
    table: RawTable,
    source: Source,
    columns: Columns,
    units: Units,
    rules: Mapping[int, NumberRules],
    notes: Sequence[Note],
    meanings: Meanings,
) -> list[Problem]:
    """A stop for each variable whose unit is told otherwise than it is registered, and for cells that contradict it."""
    problems: list[Problem] = []
    for variable, header in source.columns.items():
        problems += _years_differ(table, source, variable, header, meanings)
        positions = [position for name, position in columns.variables if name == variable]
        problems += _headers(table, variable, positions, notes, meanings)
        for position in positions:
            parts = _parts(table, columns, units, variable, position, meanings)
            problems += _cells_in_another_unit(table, variable, position, parts, meanings)
            problems += _bounds_below_zero(table, variable, position, parts, rules[position], meanings)
    return problems


def _headers(
    table: RawTable, variable: str, positions: Sequence[int], notes: Sequence[Note], meanings: Meanings
) -> Iterator[Problem]:
    registered, kind = _registered(variable, meanings), meanings.registered.kinds.get(variable, "")
    own = {position: told_unit(table.header[position], meanings.words, money=kind == "money") for position in positions}
    if registered is None:
        return
    lines = [(note, told_unit(note.text, meanings.words)) for note in notes if note.kind in {"title", "note"}]
    around = [(note, told) for note, told in lines if is_about(told, registered, kind)]
    every = together([told for _, told in around])
    blamed: dict[ToldUnit, tuple[str, str]] = {}
    for place, told in own.items():
        if not contradiction(beside(told, every), registered, kind):
            continue
        if contradiction(told, registered, kind) or not around:
            blamed.setdefault(told, (header_address(table, place), table.header[place]))
        else:
            note, line = next((one for one in around if contradiction(one[1], registered, kind)), around[0])
            blamed.setdefault(line, (f"row {note.row}", note.text))
    for told, (cell, text) in blamed.items():
        yield _differs(table, variable, cell, text, told, meanings)


def is_about(told: ToldUnit, registered: ToldUnit, kind: str) -> bool:
    """Whether a line around the table speaks of a variable: one on money, or on shares, may be about another column."""
    if kind in OF_A_HUNDRED or told.percent or told.each:
        return False
    return not told.is_silent and (not told.currencies or bool(registered.currencies) or kind == "money")


def _registered(variable: str, meanings: Meanings) -> ToldUnit | None:
    unit = meanings.registered.units.get(variable, "")
    return told_unit(unit, meanings.words, whole=True) if unit else None


def _differs(table: RawTable, variable: str, cell: str, text: str, told: ToldUnit, meanings: Meanings) -> Problem:
    unit, registry = meanings.registered.units[variable], meanings.registered.registries.get(variable, "the registry")
    return Problem(
        severity="STOP",
        file=table.file,
        sheet=table.sheet,
        cell=cell,
        what=f"{quoted(text)} says that figures are in {told.words}, but {variable} is registered in {quoted(unit)}",
        do=f"Ask the source which of the two is right. Then correct the `unit` of {variable} in {registry}, or ask for figures "
        "in that unit: nothing is converted",
        rule="unit_differs",
        subject=f"{variable} {told.words}",
        options=(AS_REGISTERED,),
    )


def _years_differ(table: RawTable, source: Source, variable: str, header: str, meanings: Meanings) -> Iterator[Problem]:
    """A stop for headers of years that are alike but for their units, whether they fit the declared header or not."""
    if YEAR_MARK not in header:
        return
    wanted = other_words(header.replace(YEAR_MARK, " "), meanings.words)
    others = {cell_text(name) for name in (*source.columns.values(), source.unit, source.county) if name} - {header}
    own = {
        place: told_unit(name, meanings.words)
        for place, name in enumerate(table.header)
        if len(years_in(name)) == 1 and name not in others and other_words(name, meanings.words) == wanted
    }
    if len(set(own.values())) < 2:
        return
    shown = [f"{quoted(table.header[place])} ({told.words or 'no unit'})" for place, told in own.items()]
    yield Problem(
        severity="STOP",
        file=table.file,
        sheet=table.sheet,
        cell=header_address(table, min(own)),
        what=f"The columns of {variable} are in different units by their headers: {listed(shown)}",
        do="Ask for all years in one unit; nothing is converted",
        rule="units_of_years_differ",
        subject=variable,
    )


def _parts(
    table: RawTable, columns: Columns, units: Units, variable: str, position: int, meanings: Meanings
) -> dict[int, Parts]:
    """The cells of municipalities that tell a unit or a bound, taken apart, by index of the row."""
    met = condition_met(table, columns, variable)
    known: dict[str, Parts | None] = {}
    found: dict[int, Parts] = {}
    for index, cell in enumerate(column_cells(table, position)):
        if not isinstance(cell, str | Shown) or not met[index] or units.kinds[index] != "unit":
            continue
        text = str(cell)
        if text not in known:
            known[text] = number_parts(text, meanings.words)
        parts = known[text]
        if parts is not None and (parts.unit or parts.sign):
            found[index] = parts
    return found


def _cells_in_another_unit(
    table: RawTable, variable: str, position: int, parts: Mapping[int, Parts], meanings: Meanings
) -> Iterator[Problem]:
    registered, told = _registered(variable, meanings), {one.unit for one in parts.values() if one.unit}
    if registered is None or len(told) != 1:  # Several units in one column stop by themselves.
        return
    (unit,) = told
    rows = [index for index, one in parts.items() if one.unit]
    cells = column_cells(table, position)
    currencies = frozenset({unit}) if CURRENCY.fullmatch(unit) else frozenset[str]()
    # Shares that are few among figures stop by themselves.
    percent = unit == PERCENT and 2 * len(rows) > sum(_is_figure(cell, meanings) for cell in cells)
    kind = meanings.registered.kinds.get(variable, "")
    other = contradiction(ToldUnit(currencies=currencies, percent=percent), registered, kind)
    counted = not currencies and unit != PERCENT and bool(registered.currencies)
    if not other and not counted:
        return
    shown = listed(f"{quoted(str(cells[row]))} in {address(table, row, position)}" for row in rows[:SHOWN])
    many = "1 cell of column" if len(rows) == 1 else f"{len(rows)} cells of column"
    what = (
        f"{many} {column_label(table, position)} {'is' if len(rows) == 1 else 'are'} in {unit} by the words in them ({shown}), but "
        f"{variable} is registered in {quoted(meanings.registered.units[variable])}"
    )
    do = "Ask the source for figures in the registered unit; nothing is converted"
    yield column_problem(table, position, rows, "STOP", what, do, rule="cell_unit_differs")


def _is_figure(cell: object, meanings: Meanings) -> bool:
    return not is_blank(cell) and (not isinstance(cell, str) or number_parts(cell, meanings.words) is not None)


def _bounds_below_zero(
    table: RawTable,
    variable: str,
    position: int,
    parts: Mapping[int, Parts],
    rules: NumberRules,
    meanings: Meanings,
) -> Iterator[Problem]:
    """A stop for cells such as <-5 or <0 where nothing can be below zero."""
    if variable not in meanings.registered.from_zero:
        return
    fits = number_pattern(*rules.marks).fullmatch
    rows = []
    for index, one in parts.items():
        if one.sign not in {"below", "at_most"} or not all(fits(numeral) for numeral in one.numerals):
            continue
        end = as_written(one.numerals[0], rules.marks)
        rows += [index] if end < 0 or (end == 0 and one.sign == "below") else []
    if rows:
        cells = column_cells(table, position)
        shown = listed(f"{quoted(str(cells[row]))} in {address(table, row, position)}" for row in rows[:SHOWN])
        what = f"Bounds below zero in column {quoted(column_name(table, position))}, where no figure can be: {shown}"
        do = f"Ask the source for the figure; if {variable} is a change between two times, say `change: yes` for it in the registry"
        yield column_problem(table, position, rows, "STOP", what, do, rule="bound_below_zero")
