"""Lines of a table that are no municipalities, told by a text that stands elsewhere than in the column of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake.figures.told_units import told_unit
from lnbeval.intake.files.joined_header import JOINED_BY
from lnbeval.intake.text import cell_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.resolver import TotalTest
    from lnbeval.intake.table import RawTable


def totals_beside(table: RawTable, columns: Columns, is_total: TotalTest) -> dict[int, str]:
    """Rows without a name in which a word for totals stands left of it, as under a column of running numbers.

    What stands beside names too, such as a county, says nothing about the row.
    """
    unit = columns.unit or 0
    nameless = [index for index, row in enumerate(table.rows) if is_blank(row[unit])]
    figures = {columns.period, columns.level, *(place for _, place in columns.variables)}
    found: dict[int, str] = {}
    for place in [place for place in range(unit) if nameless and place not in figures]:
        beside = {cell_text(row[place]) for row in table.rows if not is_blank(row[unit])}
        for index in nameless:
            text = cell_text(table.rows[index][place])
            if text and text not in beside and is_total(text):
                found.setdefault(index, text)
    return found


def is_header(table: RawTable, index: int, places: Sequence[int] | None = None) -> bool:
    """Whether a row holds the texts of the header, in these places or wherever it holds any."""
    row = table.rows[index]
    filled = [place for place, value in enumerate(row) if not is_blank(value)] if places is None else places
    return len(filled) > 1 and all(cell_text(row[place]) in header_texts(table.header[place]) for place in filled)


def header_texts(header: str) -> frozenset[str]:
    """A header as it may stand in one row: whole, or as one of the rows that it was joined from."""
    return frozenset({header, *header.split(JOINED_BY)})


def unit_lines(table: RawTable, columns: Columns, meanings: Meanings) -> list[int]:
    """Rows of a single text that tells a unit, such as `në mijë lekë` above a section."""
    figures = [place for _, place in columns.variables]
    lines = []
    for index, row in enumerate(table.rows):
        if any(not is_blank(row[place]) for place in figures):
            continue
        filled = [place for place, value in enumerate(row) if not is_blank(value)]
        if len(filled) != 1 or not isinstance(row[filled[0]], str):
            continue
        text = cell_text(row[filled[0]])
        named = meanings.is_total(text) or meanings.resolve(text, None).code is not None
        if not named and not told_unit(text, meanings.words).is_silent:
            lines.append(index)
    return lines
