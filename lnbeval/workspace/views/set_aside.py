"""What was set aside and why: counted by reason so that it agrees with the account, and line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.workspace.views.logs import counts_by_source, log_table, place_of, withheld

if TYPE_CHECKING:
    from lnbeval.workspace.study import Study

UNLISTED_ROWS: Final = "rows that are not listed"
UNLISTED_CELLS: Final = "the same reasons; the cell is read for another series, added up in a listed sum, or told nothing when it was told again"
TOGETHER: Final = "Together"
DECIDED: Final = r"^(decided: \w+) \(.*\)$"  # each answer names its question, which has a table of its own


def reasons(study: Study) -> pd.DataFrame:
    """Of each table with something set aside: rows and cells by reason, and their sum (columns Table, Reason, Rows, Cells)."""
    log, counts = _log(study), _counted(study)
    parts = [_of_table(str(place), log[log["place"] == place], counts.loc[place]) for place in counts.index]
    return pd.DataFrame([row for part in parts for row in part], columns=["Table", "Reason", "Rows", "Cells"])


def listed(study: Study) -> tuple[int, int]:
    """How many rows and how many cells the log of what was set aside lists, one by one or in groups."""
    log = _log(study)
    whole = log["cell"] == ""
    return int(log.loc[whole, "count"].sum()), int(log.loc[~whole, "count"].sum())


def set_aside_lines(study: Study) -> pd.DataFrame:
    """Every row and cell that was set aside, with what stood there; counts from 1 to 9 are not shown."""
    log = _log(study)
    return pd.DataFrame(
        {
            "Table": log["place"],
            "Where": _where(log),
            "Reason": log["reason"],
            "What stood there": log["content"].map(withheld),
        }
    )


def set_aside_title(study: Study) -> str:
    """How many rows and cells, of how many."""
    counts = _counted(study).sum()
    if not counts["rows_set_aside"] and not counts["cells_set_aside"]:
        return "Nothing was set aside"
    rows = f"{counts['rows_set_aside']:,} of {counts['rows_read']:,} rows"
    return f"{rows} and {counts['cells_set_aside']:,} of {counts['cells_read']:,} cells were set aside"


def _log(study: Study) -> pd.DataFrame:
    log = log_table(study, "set_aside")
    reason = log["reason"].str.replace(DECIDED, r"\1", regex=True)
    return log.assign(place=place_of(log), reason=reason, count=log["count"].astype("int64"))


def _where(log: pd.DataFrame) -> pd.Series[str]:
    """The cell or the row; of very many rows drawn together, the first and how many."""
    rest = (log["count"] - 1).map("{:,}".format)
    row = ("row " + log["row"]).where(log["count"] == 1, "row " + log["row"] + " and " + rest + " more")
    return log["cell"].where(log["cell"] != "", row).astype("str")


def _counted(study: Study) -> pd.DataFrame:
    counts = counts_by_source(study)
    names = ["rows_read", "rows_set_aside", "cells_read", "cells_set_aside"]
    return counts.groupby(place_of(counts), sort=False)[names].sum()


def _of_table(place: str, log: pd.DataFrame, counted: pd.Series[int]) -> list[dict[str, Any]]:
    whole = log["cell"] == ""
    rows, cells = (log[part].groupby("reason")["count"].sum() for part in (whole, ~whole))
    told = [
        (reason, int(rows.get(reason, 0)), int(cells.get(reason, 0))) for reason in dict.fromkeys(sorted(log["reason"]))
    ]
    more_rows, more_cells = counted["rows_set_aside"] - rows.sum(), counted["cells_set_aside"] - cells.sum()
    told += [(UNLISTED_ROWS, int(more_rows), 0)] if more_rows else []
    told += [(UNLISTED_CELLS, 0, int(more_cells))] if more_cells else []
    told += [(TOGETHER, int(counted["rows_set_aside"]), int(counted["cells_set_aside"]))] if len(told) > 1 else []
    return [{"Table": place, "Reason": reason, "Rows": many, "Cells": single} for reason, many, single in told]
