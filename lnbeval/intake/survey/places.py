"""Places: the column of the municipalities in rows that nobody has described, and the rows of the header above them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.assemble import width
from lnbeval.intake.text import cell_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lnbeval.intake.layout import Layout
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.table import Row

FEWEST_UNITS: Final = 2  # different ones, before a column is taken for that of the municipalities
FEWEST_ACROSS: Final = 5  # in one row, before municipalities are said to stand across columns
SHARE: Final = 0.5  # of the different texts of a column that are municipalities
MOST_HEADER_ROWS: Final = 4
ROWS_ABOVE: Final = 40  # between the first municipality and its header
FIGURE: Final = re.compile(r"(?:(?:[$€£¥]|[A-Z]{3})\s*)?[<>≤≥~±+\-−–(\s]*[0-9][0-9\s.,'’]*\W*[^\W\d_]{0,12}\W*")
YEAR: Final = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


@dataclass(frozen=True, kw_only=True)
class UnitPlace:
    """The column of the municipalities: the code of each row that names one, and what it is written by."""

    position: int
    numbering: str  # blank where names or codes are written
    codes: Mapping[int, str]  # row number -> code
    texts: int  # different texts from the first municipality down
    known: int  # of them, municipalities


@dataclass(frozen=True)
class Absent:
    """No column of municipalities; `across` is the row in which they stand beside each other, if there is one."""

    across: int | None


def unit_place(rows: Sequence[Row], meanings: Meanings, numberings: Sequence[str]) -> UnitPlace | Absent:
    """The column that names most municipalities."""
    columns = max((width(cells) for _, cells in rows), default=0)
    found = [place for at in range(columns) for place in _places(rows, at, meanings, numberings)]
    likely = [one for one in found if one.known >= SHARE * one.texts and len(set(one.codes.values())) >= FEWEST_UNITS]
    if likely:
        return max(likely, key=lambda place: (not place.numbering, len(set(place.codes.values())), -place.position))
    return Absent(next((number for number, cells in rows if _units_in(cells, meanings) >= FEWEST_ACROSS), None))


def header_rows(rows: Sequence[Row], layout: Layout, place: UnitPlace) -> tuple[int, ...]:
    """The rows of the header above the first municipality; none when there is no such row."""
    first = min(place.codes)
    above = [row for row in rows if row[0] < first][-ROWS_ABOVE:]
    bottom = next((at for at in range(len(above) - 1, -1, -1) if is_header(above[at][1])), None)
    if bottom is None:
        return ()
    top = bottom
    while bottom - top + 1 < MOST_HEADER_ROWS and top > 0 and _goes_on(above, top, rows, layout, place):
        top -= 1
    return tuple(number for number, _ in above[top : bottom + 1])


def is_figure(value: object) -> bool:
    """Whether a cell holds a figure, alone or with a sign, a mark or a short word."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) or (isinstance(value, str) and FIGURE.fullmatch(value.strip()) is not None)


def _places(rows: Sequence[Row], at: int, meanings: Meanings, numberings: Sequence[str]) -> Iterator[UnitPlace]:
    """The column read as names and codes, and, under a header that says so, as numbers of each numbering."""
    texts = {number: cell_text(cells[at]) for number, cells in rows if at < len(cells) and not is_blank(cells[at])}
    distinct = sorted(set(texts.values()))
    words = [text for text in distinct if not is_figure(text)]
    numbered = any(meanings.headers.means(text, "municipality_code") for text in words)
    for numbering in ("", *(numberings if numbered else ())):
        looked_up = distinct if numbering else words
        known = {text: meanings.resolve(text, None, numbering=numbering).code for text in looked_up}
        codes = {number: code for number, text in texts.items() if (code := known.get(text)) is not None}
        if codes and not any(meanings.headers.means(text, "county") for text in words):
            first = min(codes)
            below = {text for number, text in texts.items() if number >= first and text in known}
            named = sum(known[text] is not None for text in below)
            yield UnitPlace(position=at, numbering=numbering, codes=codes, texts=len(below), known=named)


def _units_in(cells: Sequence[object], meanings: Meanings) -> int:
    texts = {cell_text(cell) for cell in cells if isinstance(cell, str) and not is_blank(cell)}
    return len({code for text in texts if (code := meanings.resolve(text, None).code) is not None})


def is_header(cells: Sequence[object]) -> bool:
    """Whether a row holds several texts, and no figures but years."""
    filled = [cell for cell in cells if not is_blank(cell)]
    words = [cell for cell in filled if isinstance(cell, str) and not is_figure(cell)]
    figures = [cell for cell in filled if is_figure(cell) and not YEAR.search(cell_text(cell))]
    return len(filled) > 1 and not figures and (bool(words) or len(filled) > len(figures) + 1)


def _goes_on(above: Sequence[Row], top: int, rows: Sequence[Row], layout: Layout, place: UnitPlace) -> bool:
    """Whether the row above belongs to the header: it follows, holds several words, and the rows so far leave gaps.

    A title fills one cell, or cells that are merged over the whole table.
    """
    number, cells = above[top - 1]
    if number != above[top][0] - 1 or not is_header(cells):
        return False
    columns = max(width(cells) for number, cells in rows if number in place.codes)
    names = [cell_text(value) for value in (*above[top][1], *[None] * columns)][:columns]
    gaps = any(not name for name in names) or len(set(names)) < len(names)
    title = any(area.top <= number <= area.bottom and area.right - area.left + 1 >= columns for area in layout.merges)
    return gaps and not title
