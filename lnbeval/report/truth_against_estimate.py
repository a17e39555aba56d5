"""Estimates beside the effects that were built into synthetic data: does the machinery find what is there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.report.forest import SHOWN, describe
from lnbeval.report.numbers import row_decimals, signed
from lnbeval.report.rows import row_name
from lnbeval.report.strips import STRIP_WIDTH, painter, strips
from lnbeval.report.svg import draw

if TYPE_CHECKING:
    from lnbeval.report.exhibit import Exhibit


def truth_against_estimate(rows: pd.DataFrame, *, caption: str, title: str = "") -> Exhibit:
    """Panels as in `forest`, with a diamond at the column `truth`; the title counts the intervals that contain it."""
    compared = rows[(rows["status"] == "ok") & rows["truth"].notna()]
    inside = int(compared["truth"].between(compared["conf_low"], compared["conf_high"]).sum())
    counted = f"{inside} of {len(compared)} intervals contain the true effect"
    title = f"{title}: {counted}" if title else counted
    panels, height = strips(rows, truth="truth")
    alt = f"{counted}. " + "; ".join(_described(row) for _, row in rows.iterrows()) + "."
    data = rows[[*SHOWN[:3], "truth", *SHOWN[3:]]].reset_index(drop=True)
    data.insert(0, "estimate_of", [row_name(row) for _, row in rows.iterrows()])
    return draw(
        painter(panels), width=STRIP_WIDTH, height=height, title=title, caption=caption, alt=alt, data=data, rows=rows
    )


def _described(row: pd.Series) -> str:
    if row["status"] != "ok" or pd.isna(row["truth"]):
        return describe(row)
    return f"{describe(row)}, truth {signed(row['truth'], row_decimals(row))}"
