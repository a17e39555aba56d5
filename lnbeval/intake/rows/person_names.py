"""Texts that name persons: another one in nearly every row, or many, written like names, each at home in one municipality."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lnbeval.intake.rows.person_level import NEARLY_ALL
from lnbeval.intake.table import column_cells
from lnbeval.intake.text import cell_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.resolver import Resolver
    from lnbeval.intake.table import RawTable

ENOUGH_NAMES: Final = 20  # different ones, of persons that have several rows each
LETTERS: Final = 3  # of a text, before it says something
FEWEST_WORDS, MOST_WORDS = 2, 4  # of a name
INITIALS: Final = re.compile(r"(?:[^\W\d_]\.\s?){2,3}")
WORD: Final = re.compile(r"[^\W\d_]+")
BESIDE_NAME: Final = re.compile(r"[\"“”„«»_]|\b(?:19|20)[0-9]{2}\b")  # quotation marks, underscores, years of birth
NAME: Final = re.compile(r"[^\W\d_]+\.?(?:(?:[ '’(),-]+|(?<=\.))[^\W\d_]+\.?)+\)?")
FEW_HOMES: Final = 2  # municipalities beside one name, on average; namesakes live in several
FEW_OF_UNITS: Final = 0.25  # and of all municipalities of the table; a category stands beside most of them
ENOUGH_UNITS: Final = 4  # municipalities of a table, before it says anything beside how many a text stands
NUMBER_PART: Final = re.compile(r"[\d._/]+")
FIRST_PART: Final = re.compile(r"^[^,;/(–]*")
TEXTS_RESOLVED: Final = 200  # of one column


def name_persons(table: RawTable, position: int, resolve: Resolver | None, unit: int | None) -> bool:
    """Whether nearly all texts of a column say something, name no places, and may be names of persons.

    They may be where nearly every row has another text, or where there are many different ones that are written like
    names and each stands beside one municipality, as persons do who have several rows; categories stand beside most.
    """
    texts = [cell_text(cell) for cell in column_cells(table, position) if not is_blank(cell)]
    words = [text for text in texts if says_something(text)]
    if len(words) < NEARLY_ALL * len(texts):
        return initials(texts)
    if are_places(words, resolve):
        return False
    often = 2 * len(texts) >= len(table.rows)  # notes stand in few rows, and differ
    return (often and differ(words)) or (written_like_names(words) and _at_home(table, position, unit))


def differ(words: Sequence[str]) -> bool:
    """Whether nearly every text is another one."""
    return len(set(words)) >= NEARLY_ALL * len(words)


def written_like_names(words: Sequence[str]) -> bool:
    """Whether there are many different texts, nearly all like names: 'Arben Hoxha', 'HOXHA, A. (Ilir)', 'Arben Hoxha, 1988'."""
    distinct = set(words)
    return len(distinct) >= ENOUGH_NAMES and sum(map(_is_name, distinct)) >= NEARLY_ALL * len(distinct)


def initials(texts: Sequence[str]) -> bool:
    """Whether nearly all texts are initials, and many different ones."""
    found = [text for text in texts if INITIALS.fullmatch(text)]
    return len(set(found)) >= ENOUGH_NAMES and len(found) >= NEARLY_ALL * len(texts)


def says_something(text: str) -> bool:
    """Whether a text is more letters than figures, and no address of a page."""
    letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdecimal, text))
    return letters >= LETTERS and letters > digits and "://" not in text


def are_places(words: Sequence[str], resolve: Resolver | None, share: float = 0.5) -> bool:
    """Whether a share of the different texts names places."""
    if resolve is None:
        return False
    looked_at = sorted(set(words))[:TEXTS_RESOLVED]
    behind = {text[len(part[0]) :].strip(" ,;/()–") for text in looked_at for part in _first(text)} - {""}
    if written_like_names(sorted(behind)) and 2 * sum(_is_place(part, resolve) for part in behind) < len(behind):
        return False  # 'Tiranë, Arben Hoxha': a person with the place, and another one in each text
    return sum(_is_place(text, resolve) for text in looked_at) >= share * len(looked_at)


def column_of_places(table: RawTable, resolve: Resolver | None) -> int | None:
    """Position of the first column whose texts are names of places, where no source says which it is."""
    for at in range(len(table.header)):
        words = [text for cell in column_cells(table, at) if says_something(text := cell_text(cell))]
        if words and 2 * len(words) > len(table.rows) and are_places(words, resolve):
            return at
    return None


def _is_name(text: str) -> bool:
    """Whether a text, or what stands before its first comma or bracket, is of a few words without figures."""
    written = BESIDE_NAME.sub(" ", text).strip()
    before = " ".join(part[0] for part in _first(written)).strip()
    return any(
        NAME.fullmatch(part) is not None and FEWEST_WORDS <= len(WORD.findall(part)) <= MOST_WORDS
        for part in (written, before)
    )


def _at_home(table: RawTable, position: int, unit: int | None) -> bool:
    """Whether each text stands beside few of the municipalities; in a table of few of them, whether capitals begin its words."""
    pairs = {
        (cell_text(row[position]), "" if unit is None else cell_text(row[unit]).casefold())
        for row in table.rows
        if not is_blank(row[position])
    }
    texts, units = {text for text, _ in pairs}, len({home for _, home in pairs})
    titled = sum(text == text.title() for text in texts) >= NEARLY_ALL * len(texts)
    if units < ENOUGH_UNITS:
        return titled or sum(text == text.upper() for text in texts) >= NEARLY_ALL * len(texts)
    few = FEW_OF_UNITS * units
    return len(pairs) <= (few if titled else min(FEW_HOMES, few)) * len(texts)


def _is_place(text: str, resolve: Resolver) -> bool:
    """Whether a text names a place, also with a number or with what stands behind a comma or in brackets."""
    first = [part[0].strip() for part in _first(text)]
    shorter = dict.fromkeys([text, *first, *(" ".join(NUMBER_PART.sub(" ", part).split()) for part in first)])
    found = (resolve(part, None) for part in shorter if part)
    return any(one.code is not None or one.kind not in {"", "numbering"} for one in found)


def _first(text: str) -> list[re.Match[str]]:
    return [match for match in (FIRST_PART.match(text),) if match]
