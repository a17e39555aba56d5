"""Changes of parts: rows that are added up are compared cell by cell, and sums only where no cell says why they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.workspace.delivery_changes import KEY, changed_cells

if TYPE_CHECKING:
    from collections.abc import Collection

PART_KEY = [*KEY, "part_key"]


def all_changes(
    new: pd.DataFrame, old: pd.DataFrame, new_parts: pd.DataFrame, old_parts: pd.DataFrame, file: str
) -> pd.DataFrame:
    """Cells that differ: of series whose parts were registered and are held now the parts, of the others the values.

    `is_part` tells them apart, `part_key` which part it is.
    """
    values = changed_cells(new, old, file).assign(part_key="", is_part=False)
    both = held_apart(new_parts, old_parts)
    now, then = (table[table["variable"].isin(both)].drop_duplicates(PART_KEY) for table in (new_parts, old_parts))
    if now.empty:
        return values
    names = pd.concat([then, now]).drop_duplicates(PART_KEY, keep="last").set_index(PART_KEY)["part"]
    parts = changed_cells(now, then, file, PART_KEY)
    keys = pd.MultiIndex.from_frame(parts[PART_KEY])
    parts = parts.assign(part=names.reindex(keys).to_numpy(), is_part=True)[values.columns]
    alone = ~pd.MultiIndex.from_frame(values[KEY]).isin(pd.MultiIndex.from_frame(parts[KEY]))
    # A sum can differ without any of its parts: rows may be averaged now that were added up then.
    every = pd.concat([table for table in (parts, values[alone]) if not table.empty] or [values], ignore_index=True)
    return every.sort_values(KEY, kind="stable", ignore_index=True)


def held_apart(new_parts: pd.DataFrame, old_parts: pd.DataFrame) -> set[str]:
    """Series that can be compared by their parts: both deliveries have them, under names that meet."""
    told = [table[["variable", "part_key"]].drop_duplicates() for table in (new_parts, old_parts)]
    return set(told[0].merge(told[1])["variable"])


def only_sums(
    new: pd.DataFrame, new_parts: pd.DataFrame, old_parts: pd.DataFrame, summed: Collection[str], file: str, most: int
) -> str:
    """Why only sums of a file could be compared; blank where all cells were, or none are added up."""
    if file in summed:
        return f"only sums were compared, as {file} has more than {most:,} rows that are added up"
    cut = set(new_parts["variable"]) & set(new["variable"])
    lacking = sorted(cut - held_apart(new_parts, old_parts))
    if not lacking:
        return ""
    return f"only sums of {', '.join(lacking)} were compared, as the registration has no such parts of them"
