"""Silence: a note on cells without a figure, however the rows of their file are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lnbeval.intake.problems import Problem
from lnbeval.intake.text import first_place, listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnbeval.intake.table import RawTable

MOST_COLUMNS: Final = 20  # of one table, named in one message


def silence_note(
    table: RawTable, first: str, number: int, said: tuple[str, str], columns: Iterable[str], rule: str
) -> Problem:
    """A note on a number of cells without a figure, the `first` by its address; `said` of one and of many, with their columns."""
    one, many = said
    cells = f"1 cell {one}" if number == 1 else f"{number} cells {many}"
    return Problem(
        severity="NOTE",
        file=table.file,
        sheet=table.sheet,
        cell=first_place(first, number),
        what=f"{cells}, read as not reported and never as zero: {listed(columns, most=MOST_COLUMNS)}",
        rule=rule,
        subject=table.sheet,
    )
