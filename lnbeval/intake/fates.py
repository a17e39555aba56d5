"""Fates: what became of the cells of the used rows, counted by series; of those not reported, by what stood there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from lnbeval.intake.ledger import counted_fates
from lnbeval.intake.text import cell_text, is_blank, tidy_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.draft import Draft
    from lnbeval.intake.ledger import Reasons

FATE_COLUMNS = ("file", "sheet", "variable", "fate", "word", "cells")


def fates_table(drafts: Sequence[Draft], cells: pd.DataFrame, reasons: Sequence[Reasons]) -> pd.DataFrame:
    """Cells of the used rows by series and fate (FATE_COLUMNS); `word` is what stood in cells that are not reported.

    Per source they are as many as `cells_read` of the counts.
    """
    parts = [
        _of_draft(draft, cells.loc[cells["source"] == number], reasons[number]) for number, draft in enumerate(drafts)
    ]
    table = pd.DataFrame([row for part in parts for row in part], columns=list(FATE_COLUMNS), dtype=object)
    return table.astype({name: "int64" if name == "cells" else "str" for name in FATE_COLUMNS})


def _of_draft(draft: Draft, own: pd.DataFrame, reasons: Reasons) -> list[tuple[Any, ...]]:
    used = own.loc[~own["index"].isin(reasons)]
    used = used.assign(fate=counted_fates(draft, used))
    silent = used.loc[used["fate"] == "missing"]
    words = {
        label: _word(draft.table.rows[index][position])
        for label, index, position in silent[["index", "position"]].itertuples(name=None)
    }
    named = used.assign(word=pd.Series(words, dtype="str").reindex(used.index).fillna(""))
    counted = named.groupby(["variable", "fate", "word"], sort=True).size().reset_index(name="cells")
    return [(draft.table.file, draft.table.sheet, *row) for row in counted.itertuples(index=False, name=None)]


def _word(cell: object) -> str:
    return "" if is_blank(cell) else tidy_text(cell_text(cell))
