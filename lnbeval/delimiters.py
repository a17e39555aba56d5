"""Delimiters: what divides the columns of a small table that people edit in spreadsheet programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def column_mark(text: str) -> str:
    """The comma, semicolon or tab that divides the first line of a text: such programs save with the one of their language."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def column_mark_of(path: Path) -> str:
    """The same of a file in UTF-8. Raises UnicodeDecodeError when it is in another encoding."""
    with path.open(encoding="utf-8-sig") as file:
        return column_mark(file.readline())
