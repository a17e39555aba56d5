"""Quantities: columns whose texts name what the figures beside them are of, so that their rows are no parts of one sum."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.told_units import told_unit
from lnbeval.intake.number_words import word_key
from lnbeval.intake.rows.unread_units import is_unit_column
from lnbeval.intake.survey.parts import part_of_year
from lnbeval.intake.survey.places import is_figure
from lnbeval.intake.survey.rows import has_decimals, rows_are_cut, texts_of
from lnbeval.intake.text import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.survey.found import Apart
    from lnbeval.intake.survey.rows import Rows

SEXES: Final = ("women", "men")
FEWEST_FIGURES: Final = 30  # of a part, before they show another quantity than those of another part
MOST: Final = 0.5  # of the figures of a part that have decimals or a percent sign, where those of another have none
FAR: Final = 1000  # times as large, by the medians of two parts
SMALL: Final = 10  # a median below tells nothing of the size: few cases are usual


@dataclass(frozen=True, kw_only=True)
class Quantities:
    """A column of which each text has figures of its own."""

    position: int
    texts: tuple[str, ...]
    units: tuple[str, ...]  # what a column beside it says of each; blank where there is none
    why: Apart


def unit_columns(rows: Rows, columns: Sequence[int], meanings: Meanings) -> list[int]:
    """The columns that say in which unit the figures of a row are, different ones in different rows."""
    return [at for at in columns if _tells_units(rows.table.header[at], set(texts_of(rows, at)), meanings)]


def quantities(
    rows: Rows, over: Sequence[int], beside: Sequence[int], figures: Sequence[int], meanings: Meanings
) -> Quantities | None:
    """The column among those `over` which rows are cut whose texts name different quantities; `beside` are those of units."""
    for at in over:
        texts = _parts(rows, at, meanings)
        if len(texts) > 1:
            units = next((found for other in beside if (found := _units_of(rows, at, other, texts))), ())
            why = _why(rows, at, texts, units, figures, meanings)
            if why:
                return Quantities(position=at, texts=texts, units=units or ("",) * len(texts), why=why)
    return None


def rows_by_text(rows: Rows, at: int) -> dict[str, frozenset[int]]:
    """The numbers of the rows that have each text of a column."""
    found: dict[str, list[int]] = {}
    for number, cell in rows.filled(at):
        found.setdefault(cell_text(cell), []).append(number)
    return {text: frozenset(numbers) for text, numbers in found.items()}


def _tells_units(header: str, texts: set[str], meanings: Meanings) -> bool:
    return len({word_key(text) for text in texts}) > 1 and is_unit_column(header, sorted(texts), meanings)


def _parts(rows: Rows, at: int, meanings: Meanings) -> tuple[str, ...]:
    """The texts of a column that could name quantities: none of a column of months, or of women and men."""
    texts = tuple(dict.fromkeys(cell_text(cell) for _, cell in rows.filled(at)))
    words = meanings.headers
    # A single text may well name a day, such as the population of 1 January.
    of_time = rows_are_cut(rows, at) or 2 * sum(bool(part_of_year(text, words)) for text in texts) > len(texts)
    if of_time or any(words.means(text, sex) for text in texts for sex in SEXES):
        return ()
    return tuple(text for text in texts if not meanings.is_total(text))


def _units_of(rows: Rows, at: int, beside: int, texts: Sequence[str]) -> tuple[str, ...]:
    """The unit that stands beside each text; none where a text has several, or all have the same."""
    cells = dict(rows.filled(beside))
    numbers = rows_by_text(rows, at)
    told = {text: {cell_text(cells.get(number)) for number in numbers[text]} for text in texts}
    if at == beside or any(len(units) > 1 for units in told.values()):
        return tuple(texts) if at == beside else ()
    units = tuple("".join(told[text]) for text in texts)
    return units if len({word_key(unit) for unit in units}) > 1 else ()


def _why(
    rows: Rows, at: int, texts: Sequence[str], units: Sequence[str], figures: Sequence[int], meanings: Meanings
) -> Apart:
    if rows.headed(at, "indicator"):
        return "header"
    if units:
        return "units"
    if len({told_unit(text, meanings.words) for text in texts}) > 1:
        return "words"
    parts = {text: numbers for text, numbers in rows_by_text(rows, at).items() if text in texts}
    return "figures" if any(_differ(list(_figures(rows, place, parts))) for place in figures) else ""


def _figures(rows: Rows, at: int, parts: Mapping[str, frozenset[int]]) -> Iterator[list[object]]:
    """The figures of a column but zeros, by part; parts of few tell nothing."""
    cells = {number: cell for number, cell in rows.filled(at) if is_figure(cell) and cell_text(cell) != "0"}
    for numbers in parts.values():
        own = [cells[number] for number in numbers if number in cells]
        if len(own) >= FEWEST_FIGURES:
            yield own


def _differ(parts: Sequence[Sequence[object]]) -> bool:
    """Whether figures of parts are of different quantities: only some have decimals or percent signs, or are far larger."""
    decimals = [sum(map(has_decimals, cells)) / len(cells) for cells in parts]
    percent = [sum(str(cell).rstrip().endswith("%") for cell in cells) / len(cells) for cells in parts]
    if any(min(shares) == 0 and max(shares) > MOST for shares in (decimals, percent) if shares):
        return True
    sizes = [median(map(_size, cells)) for cells in parts]
    usual = [size for size in sizes if size >= SMALL]
    return bool(usual) and max(usual) > FAR * min(usual)


def _size(cell: object) -> float:
    """How large a figure is, to the number of its digits where it is a text."""
    if isinstance(cell, int | float):
        return abs(float(cell))
    digits = "".join(letter for letter in str(cell).partition(",")[0] if letter.isdigit())
    return float(digits or 0)
