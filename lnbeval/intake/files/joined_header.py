"""Header rows: several rows of a header to one, rows of tags below it, and rows that look like a part of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lnbeval.intake.header_words import folded
from lnbeval.intake.text import BLANKS, cell_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lnbeval.intake.layout import Area
    from lnbeval.intake.table import Row

ROWS_SEARCHED: Final = 30
JOINED_BY: Final = " / "
TAG: Final = re.compile(r"#[A-Za-z][A-Za-z0-9_]*(?:\s*\+\s*[A-Za-z][A-Za-z0-9_]*)*")


def joined_header(rows: Sequence[Row], merges: Iterable[Area], *, fill_all: bool) -> tuple[str, ...]:
    """The texts of a header of one or several rows, top to bottom with ' / '.

    In a header of several rows, merged cells are filled to the right; where a file tells no merged cells (`fill_all`), every
    blank cell of a row but the last is filled from its left.
    """
    most = max(_width(cells) for _, cells in rows)
    lines = [[cell_text(value) for value in (*cells, *[None] * (most - len(cells)))][:most] for _, cells in rows]
    if len(rows) > 1:
        for (number, _), line in zip(rows, lines, strict=True):
            _fill_merged(line, number, merges)
        if fill_all:
            for line in lines[:-1]:
                _fill_right(line)
    return tuple(_joined(parts) for parts in zip(*lines, strict=True))


def is_tag_row(cells: Iterable[object]) -> bool:
    """Whether a row holds tags such as #adm2+name and nothing else."""
    filled = [value for value in cells if not is_blank(value)]
    return bool(filled) and all(isinstance(value, str) and TAG.fullmatch(value.strip(BLANKS)) for value in filled)


def folded_tag(written: str) -> str:
    """A tag as compared: no case, no spaces, its attributes in one order."""
    name, *attributes = folded(written).split("+")
    return "+".join([name, *sorted(attributes)])


def is_words(cells: Iterable[object]) -> bool:
    """Whether a row holds several words and no figure, as a row of a header does."""
    filled = [value for value in cells if not is_blank(value)]
    return len(filled) > 1 and all(isinstance(value, str) and not re.search(r"[0-9]", value) for value in filled)


def header_elsewhere(rows: Sequence[Row], wanted: Sequence[str]) -> str:
    """Advice to declare the row that holds most of the wanted headers; blank where none holds two."""
    keys = {folded(header) for header in wanted}
    found = [
        (len(keys & {folded(cell_text(cell)) for cell in cells}), -number) for number, cells in rows[:ROWS_SEARCHED]
    ]
    most, row = max(found, default=(0, 0))
    return f", or declare header: {-row}, where {most} of the {len(keys)} declared headers stand" if most > 1 else ""


def _fill_merged(line: list[str], number: int, merges: Iterable[Area]) -> None:
    for merged in merges:
        if merged.top <= number <= merged.bottom and merged.left < len(line):
            for at in range(merged.left + 1, min(merged.right + 1, len(line))):
                line[at] = line[at] or line[merged.left]


def _fill_right(line: list[str]) -> None:
    for at in range(1, len(line)):
        line[at] = line[at] or line[at - 1]


def _joined(parts: Iterable[str]) -> str:
    texts: list[str] = []
    for text in parts:
        if text and (not texts or texts[-1] != text):
            texts.append(text)
    return JOINED_BY.join(texts)


def _width(cells: tuple[object, ...]) -> int:
    return max((at for at, value in enumerate(cells, start=1) if not is_blank(value)), default=0)
