"""Dropped values: numbers that an answer makes "not reported"; they are set aside, and every ledger goes with them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lnbeval.intake.account_ledger import numbers_behind, sums_less, sums_without
from lnbeval.intake.fates import repaired_dropped, with_dropped
from lnbeval.intake.large.part_cells import no_parts
from lnbeval.intake.text import cell_text
from lnbeval.workspace.delivery_changes import KEY

if TYPE_CHECKING:
    from lnbeval.intake import Intake

ROW: Final = re.compile(r"(?:rows? |[A-Z]+)(\d+)")


def without_values(taken: Intake, cells: pd.Index, reason: str) -> Intake:
    """The intake with some values made "not reported" and set aside; counts, fates and repaired texts go with them.

    A value of a registered delivery is no cell of the files that are counted: its line stands for none of them.
    """
    dropped = taken.values.loc[cells].dropna(subset="value")
    again = pd.MultiIndex.from_frame(dropped[KEY]).isin(pd.MultiIndex.from_frame(taken.put_back[KEY]))
    own = dropped[~again]
    own = own.assign(numbers=numbers_behind(taken.sums, own))
    values = taken.values.assign(value=taken.values["value"].mask(taken.values.index.isin(cells)))
    listed = _listed(_listed(taken, dropped[again], reason, 0), own, reason, 1)
    left = _less(listed, own, taken.parts)
    return replace(left, values=values, sums=sums_without(taken.sums, own))


def without_parts(taken: Intake, cells: pd.DataFrame, reason: str) -> Intake:
    """The intake with some of the cells that are added up set aside; the sums themselves are left to who asks for it."""
    dropped = cells.dropna(subset="value").assign(numbers=1)
    left = _less(_listed(taken, dropped, reason, 1), dropped, no_parts())
    return replace(left, sums=sums_less(taken.sums, dropped))


def _listed(taken: Intake, dropped: pd.DataFrame, reason: str, count: int) -> Intake:
    """The intake with a line for each of some cells among those set aside."""
    records = dropped.assign(
        row=[_row(cell) for cell in dropped["cell"]],
        reason=reason,
        content=dropped["value"].map(cell_text),
        count=count,
    )
    aside = records[list(taken.set_aside.columns)].astype(taken.set_aside.dtypes.to_dict())
    return replace(taken, set_aside=pd.concat([taken.set_aside, aside], ignore_index=True))


def _less(taken: Intake, dropped: pd.DataFrame, parts: pd.DataFrame) -> Intake:
    """The intake whose counts, fates and repaired texts say that some cells are set aside; `parts` are the cells behind sums."""
    return replace(
        taken,
        counts=_moved(taken.counts, dropped),
        fates=with_dropped(taken.fates, dropped),
        repaired=repaired_dropped(taken.repaired, dropped, parts),
    )


def _moved(counts: pd.DataFrame, dropped: pd.DataFrame) -> pd.DataFrame:
    times = dropped.groupby(["file", "sheet"])["numbers"].sum()
    keys = pd.MultiIndex.from_frame(counts[["file", "sheet"]])
    moved = times.reindex(keys, fill_value=0).to_numpy()
    # A sheet that two sources read has two rows of counts; its sums are right, whichever of them gives the cells up.
    moved = np.where(counts.duplicated(["file", "sheet"]), 0, moved)
    return counts.assign(cells_used=counts["cells_used"] - moved, cells_set_aside=counts["cells_set_aside"] + moved)


def _row(cell: str) -> int:
    match = ROW.match(cell)
    return int(match[1]) if match else 0
