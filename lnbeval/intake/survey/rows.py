"""Rows of an unseen table that name municipalities, and what can be said of the cells of a column in them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.heading.years import PARTS
from lnbeval.intake.survey.places import is_figure
from lnbeval.intake.text import cell_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Collection

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.survey.places import UnitPlace
    from lnbeval.intake.table import RawTable

FIGURES_SHARE: Final = 0.5  # of the filled cells of a column of figures
FEWEST_STEADY: Final = 5  # municipalities with several years, before a column is said never to change
STEADY_SHARE: Final = 0.95  # of them


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of municipalities of a table: their indices, and the code of each."""

    table: RawTable
    index: tuple[int, ...]
    code: tuple[str, ...]
    words: HeaderWords

    def filled(self, at: int) -> list[tuple[int, object]]:
        """The filled cells of a column, each with the number of its row among these."""
        rows = self.table.rows
        cells = ((number, rows[index][at]) for number, index in enumerate(self.index))
        return [(number, cell) for number, cell in cells if not is_blank(cell)]

    def only(self, numbers: Collection[int]) -> Rows:
        """Some of these rows, by their numbers among them."""
        kept = [(index, self.code[number]) for number, index in enumerate(self.index) if number in numbers]
        return replace(self, index=tuple(index for index, _ in kept), code=tuple(code for _, code in kept))

    def headed(self, at: int, meaning: str) -> bool:
        """Whether the header of a column, or its last part, means something."""
        header = self.table.header[at]
        return any(self.words.means(part, meaning) for part in (header, header.split(" / ")[-1]))


def rows_of(table: RawTable, place: UnitPlace, words: HeaderWords) -> Rows:
    """The rows in which a municipality is known; the name of a merged cell holds for all rows beside it."""
    there = set(table.row_numbers)
    codes = {number: code for number, code in place.codes.items() if number in there}
    for area in table.layout.merges:
        if area.left <= place.position <= area.right and area.top in codes:
            codes |= dict.fromkeys(range(area.top, area.bottom + 1), codes[area.top])
    found = [(index, codes[number]) for index, number in enumerate(table.row_numbers) if number in codes]
    return Rows(
        table=table, index=tuple(index for index, _ in found), code=tuple(code for _, code in found), words=words
    )


def rows_are_cut(rows: Rows, at: int) -> bool:
    """Whether the header of a column names a part of a year, such as a month, which may be written in figures."""
    return any(rows.headed(at, part) for part in PARTS)


def texts_of(rows: Rows, at: int) -> list[str]:
    """The filled cells of a column as texts."""
    return [cell_text(cell) for _, cell in rows.filled(at)]


def holds_figures(rows: Rows, at: int) -> bool:
    """Whether at least half of the filled cells of a column are figures."""
    filled = rows.filled(at)
    return bool(filled) and sum(is_figure(cell) for _, cell in filled) >= FIGURES_SHARE * len(filled)


def is_steady(rows: Rows, at: int, period: int | None) -> bool:
    """Whether a column says the same of nearly every municipality in all of its years."""
    told: dict[str, list[str]] = {}
    for number, cell in rows.filled(at):
        told.setdefault(rows.code[number], []).append(cell_text(cell))
    several = [texts for texts in told.values() if len(texts) > 1]
    same = sum(len(set(texts)) == 1 for texts in several)
    return period is not None and len(several) >= FEWEST_STEADY and same >= STEADY_SHARE * len(several)


def steadiness(rows: Rows, at: int) -> str:
    """What a column says of each municipality, as a text that is compared."""
    return repr(sorted((rows.code[number], cell_text(cell)) for number, cell in rows.filled(at)))


def has_decimals(value: object) -> bool:
    """Whether a figure has decimals; three digits behind one mark may be thousands, and do not tell."""
    if isinstance(value, float):
        return not value.is_integer()
    return isinstance(value, str) and re.search(r"[.,][0-9]{1,2}(?![0-9])|[.,][0-9]{4,}", value) is not None


def common_word(rows: Rows, at: int) -> str:
    """The word that stands beside most municipalities."""
    counts = Counter(cell_text(cell) for _, cell in rows.filled(at))
    return counts.most_common(1)[0][0] if counts else ""
