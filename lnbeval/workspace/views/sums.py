"""Sums that must agree, as checks: one that does not is a fault of the import, and is shown as failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.intake.account_ledger import SUM_COLUMNS
from lnbeval.intake.accounts import UNLISTED, USED
from lnbeval.intake.fates import DROPPED
from lnbeval.workspace.views.account import (
    ADDED_UP,
    cell_account,
    not_reported,
    observed_account,
    row_account,
    series_account,
)
from lnbeval.workspace.views.logs import log_table
from lnbeval.workspace.views.set_aside import listed

if TYPE_CHECKING:
    from lnbeval.workspace.study import Study


ONCE_ADDED_UP: Final = " − fewer once added up"


def sums(study: Study) -> pd.DataFrame:
    """Every sum of the account: check, what, expected, found, passed."""
    rows, cells, series, indicators = (
        account(study) for account in (row_account, cell_account, series_account, observed_account)
    )
    back = series.get("Put back from the registered delivery", 0)
    outside = series.get("Outside the years analysed", 0)
    added_up = series.get(ADDED_UP, 0)
    own = indicators["Municipality-years"] - indicators["No numerator"] - indicators["No denominator"]
    places = len(study.reference.municipalities) * study.rows["period"].nunique()
    made = [
        _sum("Rows read", "rows used + rows set aside, table by table", rows["Read"], rows["Used"] + rows["Set aside"]),
        *_aside(study, int(rows["Set aside"].iloc[-1]), int(cells["Set aside"].iloc[-1])),
        _sum("Cells read", "numbers, bounds, not reported, set aside, not usable, table by table", cells["Cells read"], cells.iloc[:, 2:].sum(axis=1)),
        _sum("Not reported", "by what stood there, in all tables", cells["Not reported"].iloc[-1:], _silent(study)),
        _sum("Numbers", "counted by series, and by table", cells["Numbers"].iloc[-1:], series["Numbers in the files"].iloc[-1:]),
        _sum("Numbers, by fate", "by what became of each cell (fates.csv), series by series", series["Numbers in the files"], _used(study)),
        _dropped(study),
        _repaired(study),
        _sum(
            "Numbers analysed", f"in the files + put back{ONCE_ADDED_UP if ADDED_UP in series else ''} − outside the years, series by series",
            series["Numbers analysed"], series["Numbers in the files"] + back - added_up - outside,
        ),
        _sum("Municipality-years", "municipalities × years in the panel", pd.Series([places]), pd.Series([len(study.rows)])),
        _sum("Observed", "municipality-years with numerator and denominator, indicator by indicator, together", *map(_with_sum, (own, indicators["Observed"]))),
    ]  # fmt: skip
    return pd.DataFrame(made)


def sums_title(checked: pd.DataFrame) -> str:
    """Whether all agree."""
    failed = int((~checked["passed"].astype(bool)).sum())
    if failed:
        return f"{failed} of {len(checked)} sums do NOT agree: something was lost or counted twice"
    return f"All {len(checked)} sums agree, from the files to the observations"


def _sum(check: str, what: str, expected: pd.Series[int], found: pd.Series[int]) -> dict[str, Any]:
    """A check that two columns of counts agree, line by line; the last line of an account is the sum of the others."""
    differ = int((expected.to_numpy() != found.to_numpy()).sum())
    lines = f" ({differ} of {len(expected)} lines differ)" if differ else ""
    return {
        "check": check,
        "what": what,
        "expected": f"{int(expected.iloc[-1]):,}",
        "found": f"{int(found.iloc[-1]):,}{lines}",
        "passed": differ == 0,
    }


def _with_sum(counts: pd.Series[int]) -> pd.Series[int]:
    """Counts with their sum below."""
    return pd.Series([*counts, counts.sum()], dtype="int64")


def _used(study: Study) -> pd.Series[int]:
    """How many cells of each series are used, by the log of fates, and their sum below, as in the account of series."""
    fates = log_table(study, "fates")
    own = fates[fates["fate"] == USED]
    series = pd.Index(study.log("values")["variable"].unique()).sort_values()
    counted = own["cells"].astype(int).groupby(own["variable"]).sum().reindex(series, fill_value=0)
    return pd.Series([*counted, counted.sum()] if len(counted) > 1 else counted.tolist(), dtype="int64")


def _dropped(study: Study) -> dict[str, Any]:
    """A check that numbers which an answer dropped are a fate of their own, and are listed."""
    fates, aside = log_table(study, "fates"), log_table(study, "set_aside")
    many = fates.loc[fates["fate"] == DROPPED, "cells"].astype(int).sum()
    listed_ones = aside.loc[aside["reason"].str.startswith("decided: "), "count"].astype(int).sum()
    what = "by what became of each cell (fates.csv), and listed with the question"
    return _sum("Dropped by a decision", what, pd.Series([listed_ones]), pd.Series([many]))


def _repaired(study: Study) -> dict[str, Any]:
    """A check that texts which became numbers, and are used, stand among the values with the very number."""
    key = ["file", "sheet", "cell", "variable", "value"]
    log, values, sums = log_table(study, "repaired"), log_table(study, "values"), log_table(study, "sums", SUM_COLUMNS)
    own = log[log["fate"] == USED].assign(cells=lambda lines: lines["cells"].astype("int64"))
    place = ["file", "sheet", "variable"]
    summed = pd.MultiIndex.from_frame(own[place]).isin(pd.MultiIndex.from_frame(sums[place]))
    there = own[~summed][key]
    found = int(pd.MultiIndex.from_frame(there).isin(pd.MultiIndex.from_frame(values[key])).sum())
    fates = log_table(study, "fates")
    fates = fates[fates["fate"].isin([USED, DROPPED, UNLISTED])].assign(
        cells=lambda lines: lines["cells"].astype("int64")
    )
    numbers, texts = fates.groupby(place)["cells"].sum(), own[summed].groupby(place)["cells"].sum()
    found += int(
        texts.clip(upper=numbers.reindex(texts.index)).sum()
    )  # No more than there are numbers that were added up.
    what = "those used, and those of them that stand among the values" + (" or were added up" if len(texts) else "")
    return _sum("Texts read as numbers", what, pd.Series([int(own["cells"].sum())]), pd.Series([found]))


def _silent(study: Study) -> pd.Series[int]:
    """How many cells are not reported, by the log of fates."""
    table = not_reported(study)
    return pd.Series([0]) if table.empty else table["Cells"].iloc[-1:]


def _aside(study: Study, rows: int, cells: int) -> list[dict[str, Any]]:
    """Checks of the log against the counts; in the log a cell stands once.

    A cell that several series are read from may be set aside for one of them and used for another: the log of fates has these.
    """
    many, single = listed(study)
    fates = log_table(study, "fates")
    unlisted = int(fates.loc[fates["fate"] == UNLISTED, "cells"].astype(int).sum())
    added_up = any(source.aggregate for source in study.parameters.data.sources)
    return [
        {
            "check": "Rows set aside",
            "what": "each is listed" + (", very many of one kind together" if added_up else ""),
            "expected": f"{rows:,}",
            "found": f"{many:,}",
            "passed": many == rows,
        },
        {
            "check": "Cells set aside",
            "what": "listed one by one" + (" + read for another series" if unlisted else ""),
            "expected": f"{cells:,}",
            "found": f"{single + unlisted:,}",
            "passed": single + unlisted == cells,
        },
    ]
