"""Codes: columns of numbers that stand for something else, as functions of a budget are numbered, and are no figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lnbeval.intake.survey.rows import holds_figures
from lnbeval.intake.text import cell_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.survey.rows import Rows

FEWEST_NAMED: Final = 3  # codes with a name each: 0 and 1 beside no and yes may be a count


def code_columns(rows: Rows, columns: Sequence[int]) -> dict[int, bool]:
    """The columns of codes, and whether another column names each: by leading zeros, or by one name to one code.

    Most of the codes stand beside several municipalities: a figure padded with zeros does not.
    """
    found = {}
    for at in (one for one in columns if holds_figures(rows, one)):
        own = {number: cell_text(cell) for number, cell in rows.filled(at)}
        texts = set(own.values())
        if all(text.isascii() and text.isdigit() for text in texts) and _are_shared(rows, own):
            named = any(_names(rows, own, other) for other in columns if other != at)
            if named or any(text.startswith("0") and len(text) > 1 for text in texts):
                found[at] = named
    return found


def _are_shared(rows: Rows, own: dict[int, str]) -> bool:
    beside: dict[str, set[str]] = {}
    for number, text in own.items():
        beside.setdefault(text, set()).add(rows.code[number])
    return 2 * sum(len(codes) > 1 for codes in beside.values()) > len(beside)


def _names(rows: Rows, own: dict[int, str], other: int) -> bool:
    """Whether a column of words holds one name for each code, and no name for two."""
    if holds_figures(rows, other):
        return False
    names = {number: cell_text(cell) for number, cell in rows.filled(other)}
    pairs = {(text, names.get(number, "")) for number, text in own.items()}
    return len(pairs) >= FEWEST_NAMED and len(pairs) == len(set(own.values())) == len({name for _, name in pairs})
