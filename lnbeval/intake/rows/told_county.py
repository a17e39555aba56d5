"""The county of a whole table, as the name of its sheet or a line above it tells it where no column does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.table import RawTable, content

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.resolver import Resolver
    from lnbeval.intake.rows.units import RowKind, Spelling

WORD: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
LONGEST_NAME: Final = 3  # words of a county's name


def settled_by_county(
    table: RawTable, columns: Columns, spellings: Sequence[Spelling], resolve: Resolver
) -> list[Spelling]:
    """Spellings, those that are also parts of other municipalities settled by the one county that the table tells.

    All other municipalities of the table have to lie in it: a place can stand in a title for other reasons.
    """
    doubtful = [one for one in spellings if one.resolved.also]
    if not doubtful or columns.county is not None or columns.level is not None:
        return list(spellings)
    certain = [one for one in spellings if one.code is not None and not one.resolved.also]
    told: dict[tuple[str | None, ...], str] = {}
    for name in _names(table):
        means = [resolve(one.written, name) for one in doubtful]
        if not any(one.also for one in means) and all(resolve(one.written, name).code == one.code for one in certain):
            told.setdefault(tuple(one.code for one in means), name)
    if len(told) != 1:
        return list(spellings)
    (county,) = told.values()
    return [_in_county(one, county, resolve) if one.resolved.also else one for one in spellings]


def _in_county(spelling: Spelling, county: str, resolve: Resolver) -> Spelling:
    resolved = resolve(spelling.written, county)
    kind: RowKind = "unusable" if resolved.code is None else "unit"
    return replace(spelling, county=county, kind=kind, code=resolved.code, how=resolved.how, resolved=resolved)


def _names(table: RawTable) -> Iterator[str]:
    """What could be the name of a county: up to three words that follow each other."""
    for text in (table.sheet, *(content(cells) for _, cells in table.above)):
        words = WORD.findall(text)
        for at in range(len(words)):
            yield from (" ".join(words[at : at + long]) for long in range(1, LONGEST_NAME + 1))
