"""Rows apart: those that the layout settles before any value is read enter the ledgers, and notes become a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.intake.draft import declared_content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.draft import Draft

NOTE_COLUMNS = ("file", "sheet", "row", "text", "kind")


def with_rows_apart(set_aside: pd.DataFrame, drafts: Sequence[Draft]) -> pd.DataFrame:
    """The table of what was set aside, with rows of tags and hidden rows that are not read."""
    records = [
        (draft.table.file, draft.table.sheet, number, "", reason, declared_content(draft, cells), 1)
        for draft in drafts
        for number, cells, reason in draft.table.apart
    ]
    if not records:
        return set_aside
    rows = pd.DataFrame(records, columns=set_aside.columns).astype(set_aside.dtypes.to_dict())
    return pd.concat([set_aside, rows], ignore_index=True)


def with_counts_apart(counts: pd.DataFrame, drafts: Sequence[Draft]) -> pd.DataFrame:
    """The counts of each source, with the rows that stand apart read and set aside."""
    more = [len(draft.table.apart) for draft in drafts]
    if not any(more):
        return counts
    return counts.assign(rows_read=counts["rows_read"] + more, rows_set_aside=counts["rows_set_aside"] + more)


def notes_table(drafts: Sequence[Draft]) -> pd.DataFrame:
    """Titles, footnotes, sources and marks at years (NOTE_COLUMNS), in the order of the rows; none of a file on persons."""
    records = [
        (draft.table.file, draft.table.sheet, note.row, note.text, note.kind)
        for draft in drafts
        if not draft.withheld
        for note in sorted(draft.notes or draft.table.notes, key=lambda note: note.row)
    ]
    table = pd.DataFrame(records, columns=list(NOTE_COLUMNS), dtype=object)
    return table.astype({name: "int64" if name == "row" else "str" for name in NOTE_COLUMNS}).drop_duplicates(
        ignore_index=True
    )
