"""Blank cells where a figure is expected: they are read as not reported, and told, so that nothing missing goes unsaid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake.figures.told_cells import column_label
from lnbeval.intake.ledger import counted_fates
from lnbeval.intake.problems import Problem
from lnbeval.intake.spans import RowSpan
from lnbeval.intake.table import addresses
from lnbeval.intake.text import is_blank, listed

if TYPE_CHECKING:
    import pandas as pd

    from lnbeval.intake.draft import Draft
    from lnbeval.intake.ledger import Reasons

MOST_COLUMNS = 20  # of one table, named in one message


def blank_cells(draft: Draft, own: pd.DataFrame, reasons: Reasons) -> list[Problem]:
    """A note of how many cells of the used rows are blank, column by column, and which; none where there is none.

    `own` are the cells of the draft; `reasons` those of rows that are set aside. A cell that several series are read from counts once.
    """
    used = own.loc[~own["index"].isin(reasons)]
    silent = used.loc[counted_fates(draft, used) == "missing", ["position", "index"]].drop_duplicates()
    rows: dict[int, list[int]] = {}
    for position, index in silent.sort_values(["position", "index"]).itertuples(index=False, name=None):
        # Sums that miss a part are told with it, and are no cells of the file.
        if is_blank(draft.table.rows[index][position]) and not isinstance(draft.table.row_numbers[index], RowSpan):
            rows.setdefault(position, []).append(index)
    return [_note(draft, rows)] if rows else []


def _note(draft: Draft, rows: dict[int, list[int]]) -> Problem:
    table, number = draft.table, sum(map(len, rows.values()))
    columns = (
        f"{len(found)} in column {column_label(table, position)} ({addresses(table, found, position).partition(', column ')[0]})"
        for position, found in rows.items()
    )
    cells = "1 cell is" if number == 1 else f"{number} cells are"
    return Problem(
        severity="NOTE",
        file=table.file,
        sheet=table.sheet,
        what=f"{cells} blank, read as not reported and never as zero: {listed(columns, most=MOST_COLUMNS)}",
        rule="blank_cells",
        subject=table.sheet,
    )
