"""Merged cells: one value over several rows is filled down in columns of names and years; over figures it is ambiguous."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lnbeval.intake.problems import Problem
from lnbeval.intake.table import RawTable, column_letter
from lnbeval.intake.text import cell_text, first_place, is_blank, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.layout import Area
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.source import Source

MOST_TOLD = 40  # areas named in one message


def unmerged(table: RawTable, columns: Columns) -> tuple[RawTable, list[Problem]]:
    """The table with merged cells filled, a warning that names the areas, and a stop for areas that say too little."""
    at = {number: index for index, number in enumerate(table.row_numbers)}
    body = [(merged, _rows(merged, at)) for merged in table.layout.merges if merged.bottom > table.header_row]
    figures = {place for _, place in columns.variables}
    down = [(merged, rows) for merged, rows in body if _fills_down(merged, rows, columns)]
    unclear = [merged for merged, rows in body if _is_unclear(table, merged, rows, columns, figures)]
    across = [merged for merged in table.layout.merges if _in_header(table, merged)]
    problems = _told(table, across, [merged for merged, _ in down]) + _ambiguous(table, unclear)
    return _filled(table, down), problems


def county_contradictions(
    table: RawTable, source: Source, columns: Columns, meanings: Meanings
) -> tuple[list[int], list[Problem]]:
    """Rows of a merged county cell whose municipality lies in another county, and a stop for each such cell."""
    at = {number: index for index, number in enumerate(table.row_numbers)}
    rows: list[int] = []
    problems: list[Problem] = []
    for merged in table.layout.merges:
        if (
            columns.county is None
            or columns.unit is None
            or not (merged.is_one_column and merged.left == columns.county)
        ):
            continue
        covered = _rows(merged, at)
        strangers = {
            index: code for index in covered if (code := _code_elsewhere(table, source, columns, index, meanings))
        }
        if strangers:
            rows += strangers
            problems.append(_another_county(table, columns, merged, strangers, meanings))
    return rows, problems


def area_text(merged: Area) -> str:
    """An area as a spreadsheet names it: A5:A8."""
    return f"{column_letter(merged.left)}{merged.top}:{column_letter(merged.right)}{merged.bottom}"


def _code_elsewhere(table: RawTable, source: Source, columns: Columns, index: int, meanings: Meanings) -> str:
    """The code of a municipality that is known by its name, and not in the county beside it; else blank."""
    name, county = (cell_text(table.rows[index][place or 0]) for place in (columns.unit, columns.county))
    if not name or not county or source.unit_codes:
        return ""
    beside, alone = meanings.resolve(name, county), meanings.resolve(name, None)
    # A place of the same name in that county is another question, which its name asks.
    return "" if beside.code is not None or beside.places or alone.code is None else alone.code


def _another_county(
    table: RawTable, columns: Columns, merged: Area, strangers: Mapping[int, str], meanings: Meanings
) -> Problem:
    county = cell_text(table.rows[next(iter(strangers))][merged.left])
    counties = meanings.registered.counties
    shown = {
        cell_text(table.rows[index][columns.unit or 0]): counties.get(code, "another county")
        for index, code in strangers.items()
    }
    what = (
        f"The merged cell says {quoted(county)} of all its rows, but municipalities of other counties are among them: "
        f"{listed(f'{name} ({own})' for name, own in shown.items())}"
    )
    return Problem(
        severity="STOP",
        file=table.file,
        sheet=table.sheet,
        cell=area_text(merged),
        what=what,
        do="Correct how far the merged cell goes, or the names in its rows; these rows are not read",
        rule="merged_county",
        subject=county,
    )


def _rows(merged: Area, at: Mapping[int, int]) -> list[int]:
    if merged.bottom - merged.top > len(at):
        return [index for number, index in at.items() if merged.top <= number <= merged.bottom]
    return [at[number] for number in range(merged.top, merged.bottom + 1) if number in at]


def _in_header(table: RawTable, merged: Area) -> bool:
    rows = [number for number, _ in table.head]
    wide = merged.right > merged.left and merged.left < len(table.header)
    return len(rows) > 1 and wide and rows[0] <= merged.top <= rows[-1]


def _fills_down(merged: Area, rows: list[int], columns: Columns) -> bool:
    return merged.is_one_column and len(rows) > 1 and merged.left in columns.keys


def _is_unclear(table: RawTable, merged: Area, rows: list[int], columns: Columns, figures: Iterable[int]) -> bool:
    covered = [place for place in figures if merged.left <= place <= merged.right]
    if not rows or merged.left >= len(table.header) or is_blank(table.rows[rows[0]][merged.left]):
        return False
    if merged.left in columns.keys:  # A title or note that runs over the figures says nothing about them.
        return not merged.is_one_column and len(rows) > 1
    return bool(covered) and (len(rows) > 1 or len(covered) > 1)


def _filled(table: RawTable, down: list[tuple[Area, list[int]]]) -> RawTable:
    if not down:
        return table
    rows = [list(row) for row in table.rows]
    for merged, covered in down:
        value = rows[covered[0]][merged.left] if table.row_numbers[covered[0]] == merged.top else None
        for index in covered[1:]:
            if is_blank(rows[index][merged.left]):
                rows[index][merged.left] = value
    return replace(table, rows=tuple(tuple(row) for row in rows))


def _told(table: RawTable, across: list[Area], down: list[Area]) -> list[Problem]:
    parts = [
        f"{listed(map(area_text, areas), MOST_TOLD)} were filled {direction}"
        for areas, direction in ((across, "to the right, in the header"), (down, "down"))
        if areas
    ]
    if not parts:
        return []
    what = f"Merged cells {'; '.join(parts)}"
    do = "Look whether the value really stands for all of its rows and columns"
    areas = [area_text(area) for area in (*across, *down)]
    cell = first_place(areas[0].partition(":")[0], len(areas))
    return [
        Problem(severity="WARN", file=table.file, sheet=table.sheet, cell=cell, what=what, do=do, rule="merged_cells")
    ]


def _ambiguous(table: RawTable, unclear: list[Area]) -> list[Problem]:
    return [
        Problem(
            severity="STOP",
            file=table.file,
            sheet=table.sheet,
            cell=area_text(merged),
            what="Merged cells hold one value for several figures: it may be the figure of each, their sum, or of the first only",
            do="Ask the source for the figure of each municipality and year, and unmerge the cells",
            rule="merged_figures",
            subject=area_text(merged),
        )
        for merged in unclear
    ]
