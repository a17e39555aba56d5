"""Fetched cells: those of a sheet whose formulas take their value from another workbook, as it was when they were last updated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lnbeval.intake.layout import area

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lnbeval.intake.layout import Place

# A cell, its formula, and in it the number of another workbook before a sheet: '[1]Sheet 1'!B2; a column of a table has no sheet.
FETCHED: Final = re.compile(
    rb"<(?:\w+:)?c\s(?P<cell>[^>]*)>\s*<(?:\w+:)?f(?P<formula>(?:\s[^>]*)?)>[^<]*?(?<![\w\]])\[[0-9]+\][^<!\[\]]*!"
)
NAME: Final = re.compile(rb"\br=[\"']([A-Z]+[0-9]+)[\"']")
FILLED: Final = re.compile(rb"\bref=[\"']([A-Z]+[0-9]+(?::[A-Z]+[0-9]+)?)[\"']")
LONGEST_OPENING: Final = 500  # bytes of the opening of a cell, which may stand at the end of the piece before
MOST: Final = 100_000  # cells of one formula that is filled down


def fetched_cells(piece: bytes) -> Iterator[Place]:
    """The cells in a piece of a sheet that fetch their values; of a formula for several cells all of these."""
    if b"[" not in piece:
        return
    for found in FETCHED.finditer(piece):
        named = FILLED.search(found["formula"]) or NAME.search(found["cell"])
        cells = area(named[1].decode()) if named else None
        if cells is not None and (cells.bottom - cells.top + 1) * (cells.right - cells.left + 1) <= MOST:
            for row in range(cells.top, cells.bottom + 1):
                yield from ((row, column) for column in range(cells.left, cells.right + 1))
