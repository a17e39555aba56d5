"""Several indicators at a glance, or the same one in several ways: estimate and interval of each on its own scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.report.rows import row_name
from lnbeval.report.strips import STRIP_WIDTH, painter, strips, value_text
from lnbeval.report.svg import draw

if TYPE_CHECKING:
    import pandas as pd

    from lnbeval.report.exhibit import Exhibit

SHOWN = ["estimate", "conf_low", "conf_high", "unit", "n_units", "n_treated", "status", "reason"]


def forest(rows: pd.DataFrame, *, title: str, caption: str) -> Exhibit:
    """One panel per tidy row, named by `label`; each with its unit. Rows without an estimate say why.

    An estimate whose row carries a `reason` is marked with a flag and the reason.
    """
    panels, height = strips(rows)
    alt = "Estimate with interval for each. " + "; ".join(describe(row) for _, row in rows.iterrows()) + "."
    data = rows[SHOWN].reset_index(drop=True)
    data.insert(0, "estimate_of", [row_name(row) for _, row in rows.iterrows()])
    return draw(
        painter(panels), width=STRIP_WIDTH, height=height, title=title, caption=caption, alt=alt, data=data, rows=rows
    )


def describe(row: pd.Series) -> str:
    """A row in words: its name, its estimate or the reason why there is none."""
    reason = f" ({row['reason']})" if row["reason"] else ""
    return f"{row_name(row)}: {value_text(row)}{reason}"
