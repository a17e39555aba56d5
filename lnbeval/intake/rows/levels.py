"""Levels of rows: which rows are about municipalities and which are totals of counties or notes, before names are read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from lnbeval.intake.figures.numbers import is_plain_number
from lnbeval.intake.header_words import folded
from lnbeval.intake.layout import Note
from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.headers_inside import headers_inside
from lnbeval.intake.rows.lines import is_header, totals_beside, unit_lines
from lnbeval.intake.rows.merged import county_contradictions
from lnbeval.intake.rows.units import Units
from lnbeval.intake.table import RawTable, addresses, column_cells, column_name, content
from lnbeval.intake.text import cell_text, is_blank, listed, mapped, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.rows.units import RowKind
    from lnbeval.intake.source import Source

NOTE_MARKS = ("*", "†", "¹", "²", "³", "1)", "(1)")
NOTE_BELOW = "note below the table"
UNIT_LINE = "line that tells a unit"
HEADER_AGAIN = "header repeated inside the table"
BELOW_MOVED = "row below a header with the columns in another order"


@dataclass(frozen=True, kw_only=True)
class Aside:
    """Rows that are not about one municipality: what they are, and why they were set aside."""

    kinds: Mapping[int, RowKind] = field(default_factory=lambda: MappingProxyType({}))
    reasons: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    levels: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))  # that stand beside a blank name
    problems: tuple[Problem, ...] = ()


def rows_aside(table: RawTable, source: Source, columns: Columns, meanings: Meanings) -> Aside:
    """Rows that the layout settles: of another level than the declared one, notes, units of sections, totals without a name.

    Names that contradict the county of a merged cell beside them are told here and not looked up again.
    """
    levels, problems = _other_levels(table, source, columns)
    notes = [index for index in _notes_below(table, columns, meanings.headers) if index not in levels]
    headers = headers_inside(table, columns)
    sections = [index for index in unit_lines(table, columns, meanings) if index not in {*levels, *notes}]
    totals = totals_beside(table, columns, meanings.is_total)
    strangers, contradicted = county_contradictions(table, source, columns, meanings)
    return Aside(
        kinds={
            **dict.fromkeys([*strangers, *headers.below], "unusable"),
            **dict.fromkeys([*totals, *levels], "total"),
            **dict.fromkeys([*notes, *sections, *headers.rows], "note"),
        },
        reasons={
            **{index: f"row of another level: {text}" for index, text in levels.items()},
            **dict.fromkeys(notes, NOTE_BELOW),
            **dict.fromkeys(sections, UNIT_LINE),
            **dict.fromkeys(headers.rows, HEADER_AGAIN),
            **dict.fromkeys(headers.below, BELOW_MOVED),
        },
        levels=levels,
        names=totals,
        problems=(*problems, *contradicted, *headers.problems),
    )


def units_beside(table: RawTable, columns: Columns, aside: Aside, units_of: Callable[[RawTable], Units]) -> Units:
    """What each row is about, where some rows are settled before; their names are not looked up."""
    if not aside.kinds:
        return units_of(table)
    kept = [index for index in range(len(table.rows)) if index not in aside.kinds]
    part = replace(
        table,
        rows=tuple(table.rows[index] for index in kept),
        row_numbers=tuple(table.row_numbers[index] for index in kept),
    )
    units = units_of(part)
    kinds: list[RowKind] = [aside.kinds.get(index, "note") for index in range(len(table.rows))]
    codes: list[str | None] = [None] * len(table.rows)
    for at, index in enumerate(kept):
        kinds[index], codes[index] = units.kinds[at], units.codes[at]
    written = mapped(cell_text, column_cells(table, columns.unit or 0))
    return Units(
        kinds=tuple(kinds),
        codes=tuple(codes),
        written=tuple(aside.names.get(index, written[index]) for index in range(len(table.rows))),
        spellings=tuple(replace(one, rows=tuple(kept[at] for at in one.rows)) for one in units.spellings),
        problems=units.problems,
    )


def without_level(table: RawTable, columns: Columns, units: Units) -> tuple[Units, list[Problem]]:
    """Units, rows of municipalities without a level not usable; where no level is declared, a stop when one is needed."""
    if columns.level is not None:
        levels = column_cells(table, columns.level)
        rows = [index for index, kind in enumerate(units.kinds) if kind == "unit" and is_blank(levels[index])]
        what = (
            f"Rows name a municipality, but their level is blank in column {quoted(column_name(table, columns.level))}"
        )
        problems = [_stop(table, columns, rows, what, "Fill the column in", "level_blank")] if rows else []
        return _unusable(units, rows), problems
    doubled = _named_like_counties(table, columns, units)
    problems = []
    for name, rows in doubled.items():
        what = (
            f"{quoted(name)} is a municipality and a county, and stands twice with different figures for each year: "
            "one of the two is likely the total of the county"
        )
        do = (
            "Ask for a column that tells the level of each row, and declare it: level: {column: ..., municipality: ...}"
        )
        problems.append(_stop(table, columns, rows, what, do, "named_like_a_county", municipality=name))
    return _unusable(units, [index for rows in doubled.values() for index in rows]), problems


def notes_below(table: RawTable, units: Units, words: HeaderWords) -> tuple[Note, ...]:
    """The rows that are notes, those that name a source told apart."""
    texts = [
        (index, content(table.rows[index]))
        for index, kind in enumerate(units.kinds)
        if kind == "note" and not is_header(table, index)
    ]
    return tuple(
        Note(table.row_numbers[index], text, "source" if words.opens(text, "source") else "note")
        for index, text in texts
    )


def _other_levels(table: RawTable, source: Source, columns: Columns) -> tuple[dict[int, str], list[Problem]]:
    if source.level is None or columns.level is None:
        return {}, []
    wanted = folded(source.level.municipality)
    texts = mapped(cell_text, column_cells(table, columns.level))
    others = {index: text for index, text in enumerate(texts) if text and folded(text) != wanted}
    shown = listed(
        f"{quoted(text)} ({count} row{'' if count == 1 else 's'})" for text, count in Counter(others.values()).items()
    )
    if not any(folded(text) == wanted for text in texts):
        what = f"No row has the level {quoted(source.level.municipality)}. Levels: {shown}"
        return {}, [_stop(table, columns, list(others), what, "Correct `level` in the parameters", "level_absent")]
    note = Problem(
        severity="NOTE",
        file=table.file,
        sheet=table.sheet,
        what=f"Rows of other levels are totals, not read: {shown}",
        rule="other_levels",
    )
    return others, [note] if others else []


def _notes_below(table: RawTable, columns: Columns, words: HeaderWords) -> list[int]:
    figures = [place for _, place in columns.variables] + ([] if columns.period is None else [columns.period])
    notes = []
    for index in range(len(table.rows) - 1, -1, -1):
        row = table.rows[index]
        filled = [value for value in row if not is_blank(value)]
        if not filled or not isinstance(filled[0], str):
            break
        blank = all(is_blank(row[place]) for place in figures)
        if _opens_note(filled, words) or (blank and filled[0].strip().startswith(NOTE_MARKS)):
            notes.append(index)
        elif not blank or len(filled) > 1:  # Of a single text without figures, its name tells later what it is.
            break
    return notes


def _opens_note(filled: list[object], words: HeaderWords) -> bool:
    figures = any(not isinstance(value, str) or is_plain_number(value) for value in filled)
    first = cell_text(filled[0])
    return not figures and (words.opens(first, "source") or words.opens(first, "note"))


def _named_like_counties(table: RawTable, columns: Columns, units: Units) -> dict[str, list[int]]:
    """Rows of each municipality that shares its name with a county and stands twice, differently, in every year."""
    by_code: dict[str, list[int]] = {}
    for spelling in units.spellings:
        if spelling.kind == "unit" and spelling.code is not None:
            by_code.setdefault(spelling.code, []).extend(spelling.rows)
    shared = {one.code for one in units.spellings if one.resolved.county_names}
    years = {code: _by_year(table, columns, rows) for code, rows in by_code.items()}
    if any(len(same) > 1 for code, told in years.items() if code not in shared for same in told):
        return {}  # All stand twice, for another reason than their level.
    places = [place for _, place in columns.variables]
    return {
        units.written[min(by_code[code])]: sorted(by_code[code])
        for code, told in years.items()
        if code in shared
        and all(len(same) == 2 for same in told)
        and any(len({tuple(cell_text(table.rows[at][place]) for place in places) for at in same}) > 1 for same in told)
    }


def _by_year(table: RawTable, columns: Columns, rows: list[int]) -> list[list[int]]:
    """Rows about the same year, and alike in what the source makes a condition."""
    places = [*([] if columns.period is None else [columns.period]), *(place for _, place, _ in columns.conditions)]
    years: dict[tuple[str, ...], list[int]] = {}
    for index in sorted(rows):
        years.setdefault(tuple(cell_text(table.rows[index][place]) for place in places), []).append(index)
    return list(years.values())


def _unusable(units: Units, rows: list[int]) -> Units:
    if not rows:
        return units
    wrong = frozenset(rows)
    return replace(
        units,
        kinds=tuple("unusable" if index in wrong else kind for index, kind in enumerate(units.kinds)),
        codes=tuple(None if index in wrong else code for index, code in enumerate(units.codes)),
    )


def _stop(
    table: RawTable, columns: Columns, rows: list[int], what: str, do: str, rule: str, municipality: str = ""
) -> Problem:
    return Problem(
        severity="STOP",
        file=table.file,
        sheet=table.sheet,
        cell=addresses(table, rows, columns.unit) if rows else "",
        municipality=municipality,
        what=what,
        do=do,
        rule=rule,
    )
