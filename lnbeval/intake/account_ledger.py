"""Ledgers of sources whose rows are added up: their rows and cells are those of the file, and not the sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.intake.accounts import UNLISTED
from lnbeval.intake.ledger import ASIDE_COLUMNS, REPAIRED_COLUMNS, aside_cells
from lnbeval.intake.repeats import LIVE
from lnbeval.intake.spans import row_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.accounts import Account
    from lnbeval.intake.draft import Draft
    from lnbeval.intake.ledger import Reasons

SUM_KEY: Final = ["file", "sheet", "cell", "code", "period", "variable"]
SUM_COLUMNS: Final = ("file", "sheet", "cell", "code", "period", "variable", "numbers", "bounds")
PUT_BACK_COLUMNS: Final = (*SUM_KEY, "value", "registered_on")
BEHIND: Final = ("used", "missing", "bounded", "stopped")
OTHERS: Final = (UNLISTED, "condition", "duplicate", "missing")
Fates = dict[tuple[str, str, str], int]  # cells by variable, fate and word


def rows_of_sums(draft: Draft, reasons: Reasons) -> Reasons:
    """Of the rows of sums that are set aside, those of municipalities: the account of the file has all others."""
    if draft.account is None:
        return reasons
    return {index: reason for index, reason in reasons.items() if draft.kinds[index] != "total"}


def no_sums() -> pd.DataFrame:
    """The table of sums where there are none (SUM_COLUMNS)."""
    kinds = dict.fromkeys(SUM_COLUMNS, "str") | {"period": "int64", "numbers": "int64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def sums_table(drafts: Sequence[Draft], cells: pd.DataFrame) -> pd.DataFrame:
    """Every sum that is a value, or would be if all its parts were known (SUM_COLUMNS).

    With each how many numbers are behind it, and where the bounds stand that are.
    """
    parts = []
    for number, draft in enumerate(drafts):
        if draft.account is None:
            continue
        own = cells.loc[(cells["source"] == number) & cells["fate"].isin(LIVE)]
        behind = draft.account.behind.rename(columns={"used": "numbers"})
        told = own.merge(behind[["index", "position", "numbers"]], on=["index", "position"])
        bounds = draft.account.bounds
        keys = zip(told["index"], told["position"], told["variable"], strict=True)
        told["bounds"] = [bounds.get(key, "") for key in keys]
        parts.append(told[list(SUM_COLUMNS)])
    kinds = no_sums().dtypes.to_dict()
    return pd.concat(parts, ignore_index=True).astype(kinds) if parts else no_sums()


def with_account_counts(
    counts: pd.DataFrame, drafts: Sequence[Draft], cells: pd.DataFrame, reasons: Sequence[Reasons]
) -> pd.DataFrame:
    """The counts of each source; of those whose rows are added up, the rows and cells of the file."""
    records = counts.to_dict("records")
    for number, draft in enumerate(drafts):
        if draft.account is not None:
            own = cells.loc[cells["source"] == number]
            records[number] |= _counted(draft, draft.account, own, reasons[number])
    return pd.DataFrame(records, columns=counts.columns).astype(counts.dtypes.to_dict())


def _counted(draft: Draft, account: Account, own: pd.DataFrame, reasons: Reasons) -> dict[Any, int]:
    left = int(account.aside.loc[account.aside["cell"] == "", "count"].sum()) + row_count(draft.table, reasons)
    cells: dict[str, int] = {}
    for (_, fate, _), many in _fates(draft, account, own, reasons).items():
        cells[fate] = cells.get(fate, 0) + many
    told = {fate: cells.get(fate, 0) for fate in BEHIND}
    return {
        "rows_read": account.rows_read,
        "rows_used": account.rows_read - left,
        "rows_set_aside": left,
        "cells_read": sum(cells.values()),
        "cells_set_aside": sum(cells.values()) - sum(told.values()),
        **{f"cells_{fate}": many for fate, many in told.items()},
    }


def account_fates(
    draft: Draft, account: Account, own: pd.DataFrame, reasons: Reasons
) -> list[tuple[str, str, str, str, str, int]]:
    """Cells of the used rows by variable, fate and word, with their file and sheet."""
    table = draft.table
    found = sorted(_fates(draft, account, own, reasons).items())
    return [(table.file, table.sheet, *key, many) for key, many in found]


def _fates(draft: Draft, account: Account, own: pd.DataFrame, reasons: Reasons) -> Fates:
    """The fates of the cells, where another source may go before some sums: their cells are then set aside with them."""
    rows = account.fates.itertuples(index=False, name=None)
    fates: Fates = {(variable, fate, word): many for variable, fate, word, many in rows}
    gone = own.loc[~own["fate"].isin(LIVE), ["index", "position", "variable", "fate"]]
    if gone.empty:
        return fates
    listed = set(aside_cells(draft, own.loc[~own["index"].isin(reasons)]).index)
    behind = {(index, place): many for index, place, *many in account.behind.itertuples(index=False, name=None)}
    for label, index, position, variable, fate in gone.itertuples(name=None):
        *plain, others = behind.get((index, position), [0] * 5)
        taken = sum(_less(fates, variable, (kind,), many) for kind, many in zip(BEHIND, plain, strict=True))
        if index in reasons:
            _less(fates, variable, OTHERS, others)
            continue
        one = int(label in listed and taken > 0)
        for kind, many in ((fate, one), (UNLISTED, taken - one)):
            fates[variable, kind, ""] = fates.get((variable, kind, ""), 0) + many
    return {key: many for key, many in fates.items() if many}


def _less(fates: Fates, variable: str, kinds: Sequence[str], many: int) -> int:
    """Take cells of some fates away; returns how many were there."""
    left = many
    for kind in kinds:
        for key in [key for key in fates if key[:2] == (variable, kind)]:
            away = min(left, fates[key])
            fates[key] -= away
            left -= away
    return many - left


def with_account_aside(set_aside: pd.DataFrame, drafts: Sequence[Draft]) -> pd.DataFrame:
    """The table of what was set aside, with the rows and cells of files whose rows are added up."""
    return _with(set_aside, [(draft, draft.account.aside) for draft in drafts if draft.account], ASIDE_COLUMNS)


def with_account_repaired(repaired: pd.DataFrame, drafts: Sequence[Draft]) -> pd.DataFrame:
    """The table of texts that became numbers, with the cells of files whose rows are added up."""
    return _with(repaired, [(draft, draft.account.repaired) for draft in drafts if draft.account], REPAIRED_COLUMNS)


def _with(table: pd.DataFrame, parts: Sequence[tuple[Draft, pd.DataFrame]], columns: Sequence[str]) -> pd.DataFrame:
    more = [part.assign(file=draft.table.file, sheet=draft.table.sheet) for draft, part in parts if not part.empty]
    if not more:
        return table
    typed = [part[list(columns)].astype(table.dtypes.to_dict()) for part in more]
    return pd.concat([table, *typed] if len(table) else typed, ignore_index=True)


def numbers_behind(sums: pd.DataFrame, values: pd.DataFrame) -> pd.Series[int]:
    """How many numbers of a file are behind each of some values: more than one where rows are added up."""
    known = sums.drop_duplicates(SUM_KEY).set_index(SUM_KEY)["numbers"]
    found = known.reindex(pd.MultiIndex.from_frame(values[SUM_KEY])).fillna(1)
    return pd.Series(found.to_numpy(), values.index).astype("int64")


def no_put_back() -> pd.DataFrame:
    """The table of values put back from a registered delivery where there are none (PUT_BACK_COLUMNS)."""
    kinds = dict.fromkeys(PUT_BACK_COLUMNS, "str") | {"period": "int64", "value": "float64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def sums_less(sums: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """The sums, without the numbers of some of the cells that are added up."""
    key = [name for name in SUM_KEY if name != "cell"]
    fewer = parts.groupby(key).size().reindex(pd.MultiIndex.from_frame(sums[key]), fill_value=0)
    return sums.assign(numbers=sums["numbers"] - fewer.to_numpy())


def sums_without(sums: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """The sums without those that were these values."""
    gone = pd.MultiIndex.from_frame(sums[SUM_KEY]).isin(pd.MultiIndex.from_frame(values[SUM_KEY]))
    return sums[~gone].reset_index(drop=True)
