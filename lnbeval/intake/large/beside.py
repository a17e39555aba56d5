"""Names beside names in large files: each pair of a row's municipality and the text of another column, once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lnbeval.intake.large.digest import MOST_KEYS
from lnbeval.intake.large.rows import groups, text
from lnbeval.intake.rows.names_beside import Named, names_that_differ
from lnbeval.intake.text import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lnbeval.intake.large.digest import Keys, Reading
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.problems import Problem


def names_beside(reading: Reading, keys: Keys, meanings: Meanings) -> Iterator[Problem]:
    """The stops for rows in which a column that is not read names another municipality than the one of its row."""
    codes = {one.texts: one.code for one in keys.spelled if one.kind == "unit"}
    for position in reading.beside:
        found = groups(reading.con, [*reading.unit_texts, text(position)], most=MOST_KEYS)
        if len(found) > MOST_KEYS:  # It names more than municipalities.
            continue
        yield from names_that_differ(
            Named(
                table=replace(reading.head, row_numbers=tuple(group.span for group in found)),
                unit=reading.columns.unit or 0,
                position=position,
                codes=[codes.get(group.texts[:-1]) for group in found],
                texts=[cell_text(reading.plain.cell(group.texts[-1])) for group in found],
            ),
            meanings,
        )
