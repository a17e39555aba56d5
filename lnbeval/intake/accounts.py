"""Accounts: of a source whose rows are added up, the rows and cells of the file itself, beside the sums that are its values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

USED: Final = "used"
SET_ASIDE: Final = "set aside"  # of a text that became a number, in a row or a cell that was not used
UNLISTED: Final = "unlisted"  # set aside, but the cell has no line of its own: it is listed or used for another series
NOT_USABLE: Final = "not usable: see problems"
TOLD_TWICE: Final = "tells the same as another row"
KINDS: Final = {"total": "total row", "note": "note below the table", "left_out": "left out, as decided"}
PLAIN: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
MOST_LISTED: Final = 50_000  # rows, or cells, of a file that are listed one by one; of more, one line for each group
ROW_ASIDE_COLUMNS: Final = ("row", "cell", "reason", "content", "count")
FATE_COUNTS: Final = ("variable", "fate", "word", "cells")
BEHIND_COLUMNS: Final = ("index", "position", "used", "missing", "bounded", "stopped", "others")
REPAIRED_CELLS: Final = ("cell", "variable", "as_written", "value", "fate", "cells")


@dataclass(frozen=True, kw_only=True, eq=False)
class Account:
    """What became of the rows and cells of a file whose rows are added up.

    Attributes:
        rows_read: rows of the file.
        aside: rows and cells that were set aside (ROW_ASIDE_COLUMNS); `count` is how many a line stands for.
        fates: cells of the used rows by variable and fate (FATE_COUNTS).
        behind: of each sum how many cells of each fate are behind it (BEHIND_COLUMNS); `index` as in the table of sums.
        repaired: texts that became numbers (REPAIRED_CELLS).
        bounds: of each sum with bounds behind it, by index, position and variable, where these stand.
    """

    rows_read: int
    aside: pd.DataFrame
    fates: pd.DataFrame
    behind: pd.DataFrame
    repaired: pd.DataFrame
    bounds: Mapping[tuple[int, int, str], str] = field(default_factory=dict)


def says_number(text: str, value: float) -> bool:
    """Whether a text is the plain decimal form of a number, with zeros behind the point or not."""
    return PLAIN.fullmatch(text) is not None and float(text) == value
