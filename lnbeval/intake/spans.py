"""Spans: one row of a digest that stands for many rows of a file, under the number of the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lnbeval.intake.table import RawTable


class RowSpan(int):
    """The number of the first of several rows. Shown in an address it names the others too: '2-61 of 5,000,000'."""

    count: int
    shown: str

    def __new__(cls, first: Sequence[int], *, last: int, count: int, of: int = 0) -> Self:
        """The first rows by number, the last one, how many there are, and of how many."""
        span = super().__new__(cls, first[0])
        span.count = count
        span.shown = f"{_shown(first, last, count)}{f' of {of:,}' if of and count > 1 else ''}"
        return span

    def __str__(self) -> str:
        return self.shown


def row_count(table: RawTable, indices: Iterable[int] | None = None) -> int:
    """How many rows of the file the rows of a table stand for, or some of them."""
    numbers = table.row_numbers if indices is None else [table.row_numbers[index] for index in indices]
    return sum(number.count if isinstance(number, RowSpan) else 1 for number in numbers)


def _shown(first: Sequence[int], last: int, count: int) -> str:
    if count > len(first) and last - first[0] + 1 == count:
        return f"{first[0]}-{last}"
    rest = f" and {count - len(first):,} more" if count > len(first) else ""
    return ", ".join(str(row) for row in first) + rest
