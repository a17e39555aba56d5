"""Fates: what became of the cells of the used rows, counted by series; of those not reported, by what stood there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.intake.account_ledger import account_fates
from lnbeval.intake.accounts import UNLISTED, USED
from lnbeval.intake.ledger import counted_fates
from lnbeval.intake.text import cell_text, is_blank, tidy_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.draft import Draft
    from lnbeval.intake.ledger import Reasons

FATE_COLUMNS = ("file", "sheet", "variable", "fate", "word", "cells")
SERIES: Final = ["file", "sheet", "variable"]
DROPPED: Final = "dropped"  # a number that the intake used, until an answer to a question made it not reported


def fates_table(drafts: Sequence[Draft], cells: pd.DataFrame, reasons: Sequence[Reasons]) -> pd.DataFrame:
    """Cells of the used rows by series and fate (FATE_COLUMNS); `word` is what stood in cells that are not reported.

    Per source they are as many as `cells_read` of the counts.
    """
    parts = [
        _of_draft(draft, cells.loc[cells["source"] == number], reasons[number]) for number, draft in enumerate(drafts)
    ]
    table = pd.DataFrame([row for part in parts for row in part], columns=list(FATE_COLUMNS), dtype=object)
    return table.astype({name: "int64" if name == "cells" else "str" for name in FATE_COLUMNS})


def with_dropped(fates: pd.DataFrame, dropped: pd.DataFrame) -> pd.DataFrame:
    """The fates, some used cells dropped; `dropped` are their values, one a row, each with the `numbers` behind it.

    A value is one that was dropped; of several numbers behind it, the others have no line of their own.
    """
    grouped = dropped.groupby(SERIES, sort=False)["numbers"]
    times, values = grouped.sum(), grouped.size()
    if times.empty:
        return fates
    used: pd.Series[int] = fates["cells"].where(fates["fate"] == USED, 0)
    # A sheet that two sources read has two lines of a series: the first gives up what it has.
    before = used.groupby([fates[name] for name in SERIES]).cumsum() - used
    wanted = pd.Series(times.reindex(pd.MultiIndex.from_frame(fates[SERIES]), fill_value=0).to_numpy(), fates.index)
    moved = (wanted - before).clip(lower=0, upper=used)
    left = fates.assign(cells=fates["cells"] - moved)
    lines = [_lines(values, DROPPED), *([_lines(times - values, UNLISTED)] if (times > values).any() else [])]
    told = [line.astype(fates.dtypes.to_dict()) for line in lines]
    return pd.concat([left[(left["cells"] > 0) | (moved == 0)], *told], ignore_index=True)


def _lines(times: pd.Series[int], fate: str) -> pd.DataFrame:
    return times.reset_index(name="cells").assign(fate=fate, word="")[list(FATE_COLUMNS)]


def repaired_dropped(repaired: pd.DataFrame, dropped: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """The log of texts that became numbers, with the fate of those that were dropped; `parts` are the cells behind sums."""
    place, key = [*SERIES, "cell"], [*SERIES, "code", "period"]
    behind = parts[pd.MultiIndex.from_frame(parts[key]).isin(pd.MultiIndex.from_frame(dropped[key]))]
    every = pd.concat([dropped[place], behind[place]])
    gone = pd.MultiIndex.from_frame(repaired[place]).isin(pd.MultiIndex.from_frame(every))
    return repaired.assign(fate=repaired["fate"].mask(gone & (repaired["fate"] == USED), DROPPED))


def _of_draft(draft: Draft, own: pd.DataFrame, reasons: Reasons) -> Sequence[tuple[Any, ...]]:
    if draft.account is not None:
        return account_fates(draft, draft.account, own, reasons)
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
