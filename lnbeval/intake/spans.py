"""Spans: one row of a digest that stands for many rows of a file, under the number of the first of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol, Self

from lnbeval.intake.text import MOST_SHOWN, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


CELL: Final = re.compile(r"(?P<column>[A-Z]{1,3})(?P<row>[0-9]+)")
ROW: Final = re.compile(r"row (?P<row>[0-9]+)(?:, column (?P<column>.+))?")


class Numbered(Protocol):
    """What has rows with numbers, such as a table."""

    @property
    def row_numbers(self) -> Sequence[int]:
        """The number of each row."""


class RowSpan(int):
    """The number of the first of several rows. Shown in an address it names the others too: '2-61', '24, 36, 48 and 9 more'."""

    count: int
    runs: tuple[tuple[int, int], ...]  # the rows that are named, neighbours drawn together
    more: int  # how many others it stands for

    def __new__(cls, first: Sequence[int], *, last: int, count: int) -> Self:
        """The first rows by number, the last one, and how many there are."""
        span = super().__new__(cls, first[0])
        span.count = count
        whole = last - first[0] + 1 == count
        span.runs = ((first[0], last),) if whole else tuple(runs((number, number) for number in first))
        span.more = 0 if whole else max(count - len(first), 0)
        return span

    def __str__(self) -> str:
        return shown_rows([self])


def shown_rows(numbers: Iterable[int], letter: str = "") -> str:
    """Rows, or cells of a column, with neighbours drawn together; how many more where not all are named."""
    every = list(numbers)
    found = runs(
        run for number in every for run in (number.runs if isinstance(number, RowSpan) else [(number, number)])
    )
    more = sum(number.more for number in every if isinstance(number, RowSpan))
    shown = [_shown(run, letter) for run in found]
    if not more:
        return listed(shown)
    # Of rows that are drawn together, each is counted, and not each run of them.
    more += sum(last - first + 1 for first, last in found[MOST_SHOWN:])
    return f"{', '.join(shown[:MOST_SHOWN])} and {more:,} more"


def folded(cells: Sequence[str]) -> str:
    """Places in one line, those of one column together and neighbours drawn together: 'C124:C184', 'rows 4-7, column Raste'.

    They stay as they are where one is no single cell of a workbook, or of a text.
    """
    for pattern in (CELL, ROW):
        found = [match for cell in cells if (match := pattern.fullmatch(cell))]
        if len(found) == len(cells):
            columns: dict[str, set[int]] = {}
            for match in found:
                columns.setdefault(match["column"] or "", set()).add(int(match["row"]))
            return listed(_of_column(name, rows, pattern is CELL) for name, rows in columns.items())
    return listed(cells)


def _of_column(column: str, rows: Iterable[int], lettered: bool) -> str:
    if lettered:
        return shown_rows(rows, column)
    shown = shown_rows(rows)
    named = f"{'row' if shown.isdecimal() else 'rows'} {shown}"
    return f"{named}, column {column}" if column else named


def runs(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Runs of rows, neighbours and what overlaps drawn together, from the first row on."""
    drawn: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if drawn and first <= drawn[-1][1] + 1:
            drawn[-1] = (drawn[-1][0], max(last, drawn[-1][1]))
        else:
            drawn.append((first, last))
    return drawn


def row_count(table: Numbered, indices: Iterable[int] | None = None) -> int:
    """How many rows of the file the rows of a table stand for, or some of them."""
    numbers = table.row_numbers if indices is None else [table.row_numbers[index] for index in indices]
    return sum(map(rows_in, numbers))


def rows_in(number: int) -> int:
    """How many rows of the file a row number stands for."""
    return number.count if isinstance(number, RowSpan) else 1


def _shown(run: tuple[int, int], letter: str = "") -> str:
    """A run of rows: '4', '4-9'; or of the cells of a column: 'C4', 'C4:C9'."""
    first, last = (f"{letter}{number}" for number in run)
    return first if first == last else f"{first}{':' if letter else '-'}{last}"
