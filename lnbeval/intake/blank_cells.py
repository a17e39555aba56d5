"""Cells without a figure: blank, or with a word that the source declares as "not reported"; told, so that no gap goes unsaid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake.figures.silence import silence_note
from lnbeval.intake.figures.told_cells import column_label
from lnbeval.intake.ledger import counted_fates
from lnbeval.intake.spans import RowSpan
from lnbeval.intake.table import address, addresses
from lnbeval.intake.text import cell_text, is_blank, quoted, tidy_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from lnbeval.intake.draft import Draft
    from lnbeval.intake.ledger import Reasons
    from lnbeval.intake.problems import Problem

Places = dict[tuple[int, str], list[int]]  # rows by the position of their column and the word in them


def silent_cells(draft: Draft, own: pd.DataFrame, reasons: Reasons, declared: Sequence[str]) -> list[Problem]:
    """Notes of how many cells of the used rows are blank, or hold one of the words `declared`, column by column, and which.

    `own` are the cells of the draft; `reasons` those of rows that are set aside. A cell that several series are read from counts once.
    """
    used = own.loc[~own["index"].isin(reasons)]
    silent = used.loc[counted_fates(draft, used) == "missing", ["position", "index"]].drop_duplicates()
    words = {tidy_text(word) for word in declared}
    blank: Places = {}
    told: Places = {}
    for position, index in silent.sort_values(["position", "index"]).itertuples(index=False, name=None):
        cell = draft.table.rows[index][position]
        # Sums are no cells of the file; their parts are told where they are read.
        if isinstance(draft.table.row_numbers[index], RowSpan):
            continue
        if is_blank(cell):
            blank.setdefault((position, ""), []).append(index)
        elif (word := tidy_text(cell_text(cell))) in words:  # What the reference calls missing is a warning of its own.
            told.setdefault((position, word), []).append(index)
    word = "that the source declares under `missing`"
    return [
        *([_note(draft, blank, "is blank", "are blank", "blank_cells")] if blank else []),
        *([_note(draft, told, f"holds a word {word}", f"hold a word {word}", "declared_missing")] if told else []),
    ]


def _note(draft: Draft, places: Places, one: str, many: str, rule: str) -> Problem:
    table = draft.table
    columns = (
        f"{len(found)}{f' {quoted(word)}' if word else ''} in column {column_label(table, position)} "
        f"({addresses(table, found, position).partition(', column ')[0]})"
        for (position, word), found in places.items()
    )
    (position, _), rows = next(iter(places.items()))
    first = address(table, rows[0], position)
    return silence_note(table, first, sum(map(len, places.values())), (one, many), columns, rule)
