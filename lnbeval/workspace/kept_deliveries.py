"""Kept deliveries: the values of a registered file in the place of those that a later one tells, where an answer says so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.intake import PUT_BACK_COLUMNS
from lnbeval.workspace.delivery_changes import KEY
from lnbeval.workspace.dropped_values import without_parts, without_values
from lnbeval.workspace.part_changes import PART_KEY

if TYPE_CHECKING:
    from lnbeval.intake import Intake
    from lnbeval.workspace.delivery_changes import Revision


def with_registered(taken: Intake, revision: Revision) -> Intake:
    """The intake with registered values in the place of the changed ones; what the file tells otherwise is set aside.

    Of rows that are added up those cells are set aside that differ, where cells could be compared. Each value that is put back
    says in the place of its cell when it was registered, and the municipalities and years of them count as delivered.
    """
    own = (taken.values["file"] == revision.file) & _among(taken.values, revision.changes)
    alone = own & _among(taken.values, revision.changes[~revision.changes["is_part"]])
    reason = f"decided: keep_old ({revision.question})"
    aside = without_values(taken, taken.values.index[alone], reason)
    parts = _differing(taken.parts, revision)
    aside = without_parts(aside, parts[_among(parts, taken.values[own])], reason)
    kept = aside.values[~own]
    # What another file tells by now is held against the registration under that file's name.
    before = revision.old[_among(revision.old, revision.changes) & ~_among(revision.old, kept)]
    back = _placed(before, revision).reindex(columns=kept.columns)
    values = pd.concat([kept, back], ignore_index=True).astype(taken.values.dtypes.to_dict())
    return replace(
        aside,
        values=values.sort_values(KEY, ignore_index=True),
        parts=_parts(taken.parts, revision),
        rows=_rows(taken.rows, back, revision.file),
        put_back=_put_back(taken.put_back, before, revision),
    )


def _among(cells: pd.DataFrame, others: pd.DataFrame) -> pd.Series[bool]:
    """Which cells are about the municipality, year and variable of some other ones."""
    found = pd.MultiIndex.from_frame(cells[KEY]).isin(pd.MultiIndex.from_frame(others[KEY]))
    return pd.Series(found, cells.index, dtype=bool)


def _differing(parts: pd.DataFrame, revision: Revision) -> pd.DataFrame:
    """The cells of a file, among those that are added up, that differ from the registered ones."""
    own = parts[parts["file"] == revision.file]
    return own[_changed(own, revision)]


def _parts(parts: pd.DataFrame, revision: Revision) -> pd.DataFrame:
    """The cells that are added up, with the registered ones in the place of those that differ."""
    left = parts.drop(_differing(parts, revision).index)
    before = revision.old_parts[_changed(revision.old_parts, revision)]
    if before.empty:
        return left
    return pd.concat([left, _placed(before, revision)], ignore_index=True).astype(parts.dtypes.to_dict())


def _changed(parts: pd.DataFrame, revision: Revision) -> pd.Series[bool]:
    told = revision.changes[revision.changes["is_part"]]
    found = pd.MultiIndex.from_frame(parts[PART_KEY]).isin(pd.MultiIndex.from_frame(told[PART_KEY]))
    return pd.Series(found, parts.index, dtype=bool)


def _placed(before: pd.DataFrame, revision: Revision) -> pd.DataFrame:
    """Registered cells, each with the day beside its place: in the file delivered now something else may stand there."""
    days = before["file"].map(dict(revision.before))
    return before.assign(cell="registered on " + days + ": " + before["cell"])


def _rows(rows: pd.DataFrame, back: pd.DataFrame, file: str) -> pd.DataFrame:
    """The rows with those of municipalities and years that the registered delivery has a number of."""
    told = back.loc[back["value"].notna(), ["sheet", "code", "period"]].drop_duplicates()
    sheets = rows.loc[rows["file"] == file, "sheet"].unique()
    sheet = told["sheet"].where(told["sheet"].isin(sheets), sheets[0] if len(sheets) else "")
    added = told.assign(file=file, sheet=sheet, index=-1)[list(rows.columns)]
    return pd.concat([rows, added.astype(rows.dtypes.to_dict())], ignore_index=True) if len(added) else rows


def _put_back(known: pd.DataFrame, before: pd.DataFrame, revision: Revision) -> pd.DataFrame:
    told = before.assign(registered_on=before["file"].map(dict(revision.before)))[list(PUT_BACK_COLUMNS)]
    return pd.concat([known, told], ignore_index=True).astype(known.dtypes.to_dict())
