"""Units of rows: a column beside the figures that says in which unit each of them is, which no source reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.told_units import ToldUnit, contradiction, unit_alone
from lnbeval.intake.number_words import word_key
from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.planned_rows import planned_beside, rows_with_figures
from lnbeval.intake.rows.unit_contradictions import AS_REGISTERED
from lnbeval.intake.table import RawTable, addresses, column_cells, column_name, header_address
from lnbeval.intake.text import cell_text, listed, mapped, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.meanings import Meanings

HEADED: Final = "unit"  # what headers of such columns mean
NUMBER: Final = "number_of"  # what words for a plain number of things mean
MOST_UNITS: Final = 30  # different texts of such a column
SEXES: Final = ("women", "men", "female", "male")  # words that count persons, and name parts of them
Places = dict[int, list[str]]  # position of a column to its texts


@dataclass(frozen=True, kw_only=True)
class RowUnit:
    """The unit of a row of figures, and what it counts, such as persons."""

    told: ToldUnit
    counts: frozenset[str]

    @property
    def is_plain_number(self) -> bool:
        """Whether it says no more than that things are counted."""
        return self.told.is_silent and self.counts == {NUMBER}


def beside_figures(
    table: RawTable,
    columns: Columns,
    counted: Sequence[bool],
    meanings: Meanings,
    over: Collection[int] = (),
) -> list[Problem]:
    """What columns that no source reads say against its figures: that they are plans, or in another unit.

    Only rows that are `counted` are looked at. Whether columns that rows are added up `over` speak of plans is told elsewhere.
    """
    planned = planned_beside(table, columns, counted, meanings.words, over)
    return [*planned, *_in_other_units(table, columns, counted, meanings)]


def is_unit_column(header: str, texts: Iterable[str], meanings: Meanings) -> bool:
    """Whether a column says in which unit figures are: by its texts, all of them or, under a header that says so, most."""
    distinct = list(dict.fromkeys(text for text in texts if text))[: MOST_UNITS + 1]
    if not distinct or len(distinct) > MOST_UNITS:
        return False
    known = [unit for text in distinct if (unit := _row_unit(text, meanings)) is not None]
    if any(meanings.headers.means(part, HEADED) for part in (header, header.rpartition(" / ")[2])):
        return 2 * len(known) >= len(distinct)
    if len(known) < len(distinct):
        return False
    things = all(unit.told.is_silent for unit in known)
    groups = any(meanings.headers.means(text, sex) for text in distinct for sex in SEXES)
    # Words for things may sort municipalities too, such as those with families and those with children.
    return not things or (len(set(known)) > 1 and not groups)


def _row_unit(text: str, meanings: Meanings) -> RowUnit | None:
    alone = unit_alone(text, meanings.words)
    if alone is not None:
        return RowUnit(told=alone[0], counts=alone[1])
    if meanings.headers.means(text.rstrip(". "), NUMBER):
        return RowUnit(told=ToldUnit(), counts=frozenset({NUMBER}))
    return None


def _in_other_units(table: RawTable, columns: Columns, counted: Sequence[bool], meanings: Meanings) -> list[Problem]:
    places = _unit_columns(table, columns, meanings)
    several: dict[tuple[int, str], tuple[Mapping[str, list[int]], list[str]]] = {}
    problems: list[Problem] = []
    for variable in dict.fromkeys(variable for variable, _ in columns.variables) if places else ():
        rows = list(rows_with_figures(table, columns, variable, counted))
        for at, texts in places.items():
            by_unit = _rows_by_unit(texts, rows, meanings)
            if len(by_unit) > 1:
                told = {" = ".join(dict.fromkeys(texts[row] for row in own)): own for own in by_unit.values()}
                several.setdefault((at, repr(told)), (told, []))[1].append(variable)
            elif by_unit:
                (unit,) = by_unit
                problems += _differs(table, at, variable, texts[by_unit[unit][0]], unit, meanings)
    return [*(_several(table, at, told, variables) for (at, _), (told, variables) in several.items()), *problems]


def _unit_columns(table: RawTable, columns: Columns, meanings: Meanings) -> Places:
    read = {columns.unit, columns.period, columns.county, columns.level, *(place for _, place in columns.variables)}
    found: Places = {}
    for at, header in enumerate(table.header):
        if header and at not in read:
            texts = mapped(cell_text, column_cells(table, at))
            found |= {at: texts} if is_unit_column(header, texts, meanings) else {}
    return found


def _rows_by_unit(texts: Sequence[str], rows: Iterable[int], meanings: Meanings) -> dict[RowUnit, list[int]]:
    known: dict[str, RowUnit] = {}
    found: dict[RowUnit, list[int]] = {}
    for row in rows:
        text = texts[row]
        if text and text not in known:
            known[text] = _row_unit(text, meanings) or RowUnit(told=ToldUnit(), counts=frozenset({word_key(text)}))
        if text:
            found.setdefault(known[text], []).append(row)
    if any(not unit.is_plain_number for unit in found) and all(unit.told.is_silent for unit in found):
        found = {unit: own for unit, own in found.items() if not unit.is_plain_number}
    return found


def _several(table: RawTable, position: int, told: Mapping[str, list[int]], variables: Sequence[str]) -> Problem:
    named = quoted(column_name(table, position))
    shown = listed(f"{quoted(text)} in {addresses(table, rows)}" for text, rows in told.items())
    first = quoted(next(iter(told)).partition(" = ")[0])
    return Problem(
        severity="STOP",
        file=table.file,
        sheet=table.sheet,
        cell=header_address(table, position),
        what=f"{listed(variables)} is read from rows in different units by column {named}: {shown}",
        do="Ask for all rows in one unit: nothing is converted. What is counted apart can be read as variables of their own by "
        f"`only_where`: column {named} equals {first} for one of them",
        rule="units_of_rows_differ",
        subject=f"{listed(variables)} {column_name(table, position)}",
        options=(AS_REGISTERED,),
    )


def _differs(
    table: RawTable, position: int, variable: str, text: str, unit: RowUnit, meanings: Meanings
) -> list[Problem]:
    registered = meanings.registered.units.get(variable, "")
    if not registered or not _contradicts(unit, registered, meanings.registered.kinds.get(variable, ""), meanings):
        return []
    registry = meanings.registered.registries.get(variable, "the registry")
    problem = Problem(
        severity="STOP",
        file=table.file,
        sheet=table.sheet,
        cell=header_address(table, position),
        what=f"Column {quoted(column_name(table, position))} says {quoted(text)} beside the figures of {variable}, but it is "
        f"registered in {quoted(registered)}",
        do=f"Ask the source which of the two is right. Then correct the `unit` of {variable} in {registry}, or ask for figures "
        "in that unit: nothing is converted",
        rule="unit_of_rows_differs",
        subject=f"{variable} {text}",
        options=(AS_REGISTERED,),
    )
    return [problem]


def _contradicts(unit: RowUnit, registered: str, kind: str, meanings: Meanings) -> bool:
    alone = unit_alone(registered, meanings.words)
    told, counts = (ToldUnit(), frozenset[str]()) if alone is None else alone
    if alone is None and unit.told.is_silent:
        return False  # What the registry counts there is no known word.
    if contradiction(unit.told, told, kind):
        return True
    if not unit.told.is_silent:
        return False
    return bool(told.currencies or told.percent or (counts and NUMBER not in unit.counts and not counts & unit.counts))
