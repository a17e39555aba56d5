"""What was set aside and why: counted by reason so that it agrees with the account, and line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.workspace.views.logs import counts_by_source, log_table, place_of, withheld

if TYPE_CHECKING:
    from lnbeval.workspace.study import Study

UNLISTED_ROWS: Final = "rows that are not listed"
UNLISTED_CELLS: Final = "the same reasons; the cell is read for another series, added up in a listed sum, or told nothing when it was told again"
ROW: Final = r"^(?:row |[A-Z]+)(\d+)"  # in the address of a cell
TOGETHER: Final = "Together"
DECIDED: Final = r"^(decided: \w+) \(.*\)$"  # each answer names its question, which has a table of its own


def reasons(study: Study) -> pd.DataFrame:
    """Of each table with something set aside: rows and cells by reason, and their sum.

    Columns Table, Reason, Rows, Cells, and, where it is known of cells, Years and Groups: how many of them fall on which.
    """
    log, counts = _with_places(study, _log(study)), _counted(study)
    parts = [_of_table(str(place), log[log["place"] == place], counts.loc[place]) for place in counts.index]
    columns = ["Table", "Reason", "Rows", "Cells", *([] if log["Municipality"].eq("").all() else ["Years", "Groups"])]
    return pd.DataFrame([row for part in parts for row in part], columns=columns)


def listed(study: Study) -> tuple[int, int]:
    """How many rows and how many cells the log of what was set aside lists, one by one or in groups."""
    log = _log(study)
    whole = log["cell"] == ""
    return int(log.loc[whole, "count"].sum()), int(log.loc[~whole, "count"].sum())


def set_aside_lines(study: Study) -> pd.DataFrame:
    """Every row and cell that was set aside, with what stood there; counts from 1 to 9 are not shown.

    Municipality and year are told of cells whose row has other figures that are read, where any has.
    """
    log = _with_places(study, _log(study))
    known = {} if log["Municipality"].eq("").all() else {name: log[name] for name in ("Municipality", "Year")}
    return pd.DataFrame(
        {
            "Table": log["place"],
            "Where": _where(log),
            **known,
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


def _with_places(study: Study, log: pd.DataFrame) -> pd.DataFrame:
    """The log with Municipality, Year and Group of its cells, blank unless the figures read from the row have one in common."""
    read = log_table(study, "values")
    row = read["cell"].str.extract(ROW, expand=False)
    own = read.assign(row=row).groupby(["file", "sheet", "row"])[["code", "period"]]
    shared = own.min().where(own.min() == own.max(), "").reset_index()
    at = log.merge(shared, on=["file", "sheet", "row"], how="left", validate="many_to_one").fillna("")
    single = at["cell"] != ""
    names, groups = study.reference.municipalities["name"], study.cohorts
    return at.assign(
        Municipality=at["code"].map(names).where(single).fillna(""),
        Year=at["period"].where(single, ""),
        Group=at["code"].map(groups).where(single).fillna(""),
    )


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
    fall = {str(reason): part for reason, part in log[~whole].groupby("reason")}
    return [
        {
            "Table": place,
            "Reason": reason,
            "Rows": many,
            "Cells": single,
            "Years": _fall(fall.get(reason), "Year"),
            "Groups": _fall(fall.get(reason), "Group"),
        }
        for reason, many, single in told
    ]


def _fall(cells: pd.DataFrame | None, column: str) -> str:
    """How many of the cells fall on which year or group; blank where that is not known of all."""
    if cells is None or cells[column].eq("").any():
        return ""
    counted = cells[column].value_counts().sort_index()
    return ", ".join(f"{name}: {many}" for name, many in counted.items())
