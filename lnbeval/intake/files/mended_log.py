"""The log of cells whose letters were put right: where each stands, how it was written, what it was taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.intake.spans import rows_in
from lnbeval.intake.table import column_letter, column_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnbeval.intake.table import RawTable

MENDED_COLUMNS: Final = ("file", "sheet", "cell", "as_written", "text")


def mended_table(tables: Iterable[RawTable]) -> pd.DataFrame:
    """Every text that was put right (MENDED_COLUMNS), in the order of the files; headers among them."""
    records = [
        (table.file, table.sheet, _cell(table, one.row, one.position), one.as_written, one.text)
        for table in tables
        for one in table.mended
    ]
    return pd.DataFrame(records, columns=list(MENDED_COLUMNS), dtype="str")


def _cell(table: RawTable, row: int, position: int) -> str:
    if table.kind == "xlsx":
        return f"{column_letter(position)}{row}"
    return f"{'row' if rows_in(row) == 1 else 'rows'} {row}, column {column_name(table, position)}"
