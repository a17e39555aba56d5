"""Ledgers: the tables that say what became of every row, cell and name, so that the counts reconcile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.intake.accounts import KINDS, NOT_USABLE, SET_ASIDE, TOLD_TWICE, UNLISTED, USED, says_number
from lnbeval.intake.conditions import UNMET, unmet
from lnbeval.intake.draft import declared_content
from lnbeval.intake.repeats import LIVE
from lnbeval.intake.rows.lines import is_header
from lnbeval.intake.spans import row_count
from lnbeval.intake.table import address, cell_addresses, content
from lnbeval.intake.text import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lnbeval.intake.draft import Draft

VALUE_COLUMNS = ("code", "period", "variable", "value", "low", "high", "file", "sheet", "cell")
ROW_COLUMNS = ("file", "sheet", "index", "code", "period")
ASIDE_COLUMNS = ("file", "sheet", "row", "cell", "reason", "content", "count")
NAME_COLUMNS = ("file", "sheet", "written", "county", "code", "how", "rows")
REPAIRED_COLUMNS = ("file", "sheet", "cell", "variable", "as_written", "value", "fate", "cells")
COUNT_COLUMNS = (
    *("file", "sheet", "rows_read", "rows_used", "rows_set_aside", "rows_blank"),
    *("cells_read", "cells_used", "cells_missing", "cells_bounded", "cells_set_aside", "cells_stopped"),
)

ASIDE: Final = ("condition", "duplicate", "conflict", "outranked")
SILENT: Final = "silent"
PERSONS = "file refused: data on persons"
REASONS = {  # the heaviest first: it names the row when its cells met different fates
    "stopped": NOT_USABLE,
    "conflict": "contradicts another row: see problems",
    "outranked": "another source goes before it",
    "duplicate": TOLD_TWICE,
    "condition": UNMET,
    SILENT: UNMET,
}
UNMET_FATES: Final = ("condition", SILENT)
Reasons = dict[int, str]  # of the rows set aside, by index


def with_addresses(drafts: Sequence[Draft], cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with file, sheet and cell: where each stands."""
    parts = []
    for number, draft in enumerate(drafts):
        own = cells.loc[cells["source"] == number]
        for position in own["position"].unique().tolist():
            part = own.loc[own["position"] == position]
            found = pd.Series(cell_addresses(draft.table, part["index"].tolist(), position), part.index, dtype="str")
            parts.append(found)
    tables = dict(enumerate(draft.table for draft in drafts))
    return cells.assign(
        file=cells["source"].map({number: table.file for number, table in tables.items()}).astype("str"),
        sheet=cells["source"].map({number: table.sheet for number, table in tables.items()}).astype("str"),
        cell=pd.concat(parts) if parts else pd.Series(dtype="str"),
    )


def rows_table(cells: pd.DataFrame) -> pd.DataFrame:
    """Every row about a municipality and year (ROW_COLUMNS), usable or not; code blank and NO_PERIOD where they are not known."""
    rows = cells.loc[:, list(ROW_COLUMNS)]
    return rows.assign(code=rows["code"].fillna("").astype("str")).drop_duplicates(ignore_index=True)


def values_table(cells: pd.DataFrame) -> pd.DataFrame:
    """One row per municipality, year and variable (VALUE_COLUMNS), sorted by them; NaN where none was reported.

    A bound or range has no value but `low` and `high`, both included, which are NaN elsewhere.
    """
    live = cells.loc[cells["fate"].isin(LIVE), list(VALUE_COLUMNS)]
    typed = live.astype({"code": "str", "variable": "str"})
    return typed.sort_values(["code", "period", "variable"], ignore_index=True)


def repaired_table(drafts: Sequence[Draft], cells: pd.DataFrame) -> pd.DataFrame:
    """Every cell that was text and became a number (REPAIRED_COLUMNS), in the order of the files.

    In a csv file, where all is text, those that are not the plain decimal form of the very number that was read: 2.161 read as
    2161 is one of them, and so are 007 and 1E+05. `fate` tells those that are used from those in rows or cells that were set aside.
    """
    texts = [_texts_before(draft, cells.loc[cells["source"] == number]) for number, draft in enumerate(drafts)]
    repaired = pd.concat(texts) if texts else pd.Series(dtype="str")
    own = cells.loc[repaired.index]
    fate = own["fate"].where(own["fate"] == USED, SET_ASIDE).astype("str")
    table = own.assign(as_written=repaired, fate=fate, cells=1)
    return table.astype({"variable": "str"}).loc[:, list(REPAIRED_COLUMNS)].reset_index(drop=True)


def _texts_before(draft: Draft, own: pd.DataFrame) -> pd.Series[str]:
    read = own.loc[own["value"].notna()]
    cells = [draft.table.rows[index][position] for index, position in zip(read["index"], read["position"], strict=True)]
    plain_too = draft.table.kind == "xlsx"
    texts = {
        label: cell
        for label, cell, value in zip(read.index, cells, read["value"], strict=True)
        if isinstance(cell, str) and (plain_too or not says_number(cell, value))
    }
    return pd.Series(texts, dtype="str")


def set_aside_table(drafts: Sequence[Draft], cells: pd.DataFrame, reasons: Sequence[Reasons]) -> pd.DataFrame:
    """Rows that gave no value, and cells of the other rows that gave none (ASIDE_COLUMNS; `cell` blank: whole row).

    `count` is how many rows or cells a line stands for: one, but for rows that are added up.
    """
    records: list[tuple[Any, ...]] = []
    for number, draft in enumerate(drafts):
        own = cells.loc[cells["source"] == number]
        aside = [(index, "", reason, draft.table.rows[index]) for index, reason in reasons[number].items()]
        aside += _cells_aside(draft, own, reasons[number])
        for index, cell, reason, row in sorted(aside, key=lambda entry: (entry[0], entry[1])):
            shown = content(row) if cell else _row_content(draft, index)
            many = 1 if cell else row_count(draft.table, [index])
            records.append((*_file(draft), draft.table.row_numbers[index], cell, reason, shown, many))
    return _table(records, ASIDE_COLUMNS, {"row": "int64", "count": "int64"})


def _row_content(draft: Draft, index: int) -> str:
    """What was read of a row, with the name of a total that stands beside the column of names; of a note all of it, as in `notes`."""
    if draft.kinds and draft.kinds[index] == "note" and not draft.withheld and not is_header(draft.table, index):
        return content(draft.table.rows[index])
    shown = declared_content(draft, draft.table.rows[index])
    name = draft.written[index] if draft.written and not draft.withheld else ""
    return shown if name in cell_text(shown) else " | ".join(text for text in (name, shown) if text)


def row_reasons(draft: Draft, own: pd.DataFrame) -> Reasons:
    """Why rows were set aside, by index; a row that is not there was used."""
    if not draft.kinds:
        reason = PERSONS if draft.withheld else REASONS["stopped"]
        return dict.fromkeys(range(len(draft.table.rows)), reason)
    used = set(own.loc[own["fate"].isin(LIVE), "index"])
    reasons = {index: KINDS.get(kind, "") for index, kind in enumerate(draft.kinds) if index not in used}
    for fate, reason in REASONS.items():
        told = unmet(draft.conditions) if fate in UNMET_FATES else reason
        for index in own.loc[own["fate"] == fate, "index"].unique():
            if reasons.get(index) == "":
                reasons[index] = told
    return {index: reason or REASONS["stopped"] for index, reason in reasons.items()}


def _cells_aside(draft: Draft, own: pd.DataFrame, reasons: Reasons) -> list[tuple[int, str, str, tuple[object, ...]]]:
    aside = aside_cells(draft, own.loc[~own["index"].isin(reasons)])
    return [
        (
            index,
            address(draft.table, index, position),
            _reason(draft, fate, position),
            (draft.table.rows[index][position],),
        )
        for index, position, fate in aside[["index", "position", "fate"]].itertuples(index=False, name=None)
    ]


def _reason(draft: Draft, fate: str, position: int) -> str:
    """Why a cell is set aside, with the condition that it does not meet."""
    return draft.unmet.get(position, REASONS[fate]) if fate in UNMET_FATES else REASONS[fate]


def counted_fates(draft: Draft, used: pd.DataFrame) -> pd.Series[str]:
    """The fate that each cell of the used rows is counted under.

    A cell that reports nothing is missing, whether its condition is met or not, and what is set aside is `unlisted` where it
    has no line of its own, so that lines and counts agree.
    """
    silent = (used["fate"] == SILENT) & ~_served(used)
    aside = used["fate"].isin([*ASIDE, SILENT]) & ~silent & ~used.index.isin(aside_cells(draft, used).index)
    return used["fate"].mask(silent, "missing").mask(aside, UNLISTED)


def aside_cells(draft: Draft, used: pd.DataFrame) -> pd.DataFrame:
    """Cells of the used rows that are listed as set aside: once each that holds something and served no series."""
    # One cell may serve several variables under different conditions: it is set aside when it served none.
    unserved = used.loc[~used["fate"].isin([*LIVE, SILENT]) & ~_served(used)].drop_duplicates(["index", "position"])
    held = [
        bool(content((draft.table.rows[index][position],)))
        for index, position in unserved[["index", "position"]].itertuples(index=False, name=None)
    ]
    return unserved.loc[pd.Series(held, unserved.index, dtype=bool)]


def _served(used: pd.DataFrame) -> pd.Series[bool]:
    """Which cells are at a place that served some series."""
    live = used["fate"].isin(LIVE)
    if live.all():
        return live
    places = pd.MultiIndex.from_frame(used[["index", "position"]])
    return pd.Series(places.isin(places[live.to_numpy()]), used.index, dtype=bool)


def names_table(drafts: Sequence[Draft]) -> pd.DataFrame:
    """Every spelling of a municipality and what it was taken for (NAME_COLUMNS); code blank when for none."""
    records = [
        (*_file(draft), spelling.written, spelling.county, spelling.code or "", spelling.how, len(spelling.rows))
        for draft in drafts
        for spelling in sorted(draft.spellings, key=lambda spelling: (spelling.written, spelling.county))
    ]
    return _table(records, NAME_COLUMNS, {"rows": "int64"})


def counts_table(drafts: Sequence[Draft], cells: pd.DataFrame, reasons: Sequence[Reasons]) -> pd.DataFrame:
    """Rows and cells of each source (COUNT_COLUMNS).

    rows_read = rows_used + rows_set_aside, and, over the used rows and the variables found,
    cells_read = cells_used + cells_missing + cells_bounded + cells_set_aside + cells_stopped.
    """
    records = []
    for number, draft in enumerate(drafts):
        own = cells.loc[cells["source"] == number]
        aside = reasons[number]
        fates = counted_fates(draft, own.loc[~own["index"].isin(aside)]).value_counts().to_dict()
        rows, left = row_count(draft.table), row_count(draft.table, aside)
        apart = sum(fates.get(fate, 0) for fate in (*ASIDE, UNLISTED))
        records.append(
            (
                *_file(draft),
                *(rows, rows - left, left, draft.table.rows_blank),
                *(sum(fates.values()), fates.get("used", 0), fates.get("missing", 0), fates.get("bounded", 0)),
                *(apart, fates.get("stopped", 0)),
            )
        )
    return _table(records, COUNT_COLUMNS, dict.fromkeys(COUNT_COLUMNS[2:], "int64"))


def _file(draft: Draft) -> tuple[str, str]:
    return draft.table.file, draft.table.sheet


def _table(records: Iterable[tuple[Any, ...]], columns: Sequence[str], whole: dict[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(list(records), columns=list(columns), dtype=object)
    return table.astype({column: whole.get(column, "str") for column in columns})
