"""Titles that state the finding, made from the rows that the exhibit shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.report.numbers import row_decimals, signed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def trend_title(rows: pd.DataFrame, label: str, *, anticipation: int = 0) -> str:
    """For estimates by event time: the last one, and whether the periods before treatment speak against it."""
    made = rows[(rows["status"] == "ok") & ~rows["reason"].str.startswith("base period")]
    before = made[(made["event_time"] < -anticipation) & made["band_low"].notna()]
    after = made[made["event_time"] >= 0].sort_values("event_time")
    if after.empty:
        return f"{label}: no estimate after treatment"
    last = after.iloc[-1]
    years = int(last["event_time"])
    when = (
        "in the first treated period"
        if years == 0
        else f"{years} {'year' if years == 1 else 'years'} after treatment began"
    )
    apart = int(_outside(before["band_low"], before["band_high"]).sum())
    earlier = (
        f"{apart} of {len(before)} bands before treatment exclude zero" if len(before) else "nothing before to compare"
    )
    return f"{label}: {signed(last['estimate'], row_decimals(last))} {last['unit']} {when}; {earlier}"


def overall_title(rows: pd.DataFrame, *, what: str = "indicators") -> str:
    """For one estimate per indicator: how many intervals exclude zero, and how many could not be made."""
    made = rows[rows["conf_low"].notna()]
    clear = _outside(made["conf_low"], made["conf_high"]).sum()
    title = f"For {clear} of {len(rows)} {what} the data can tell the direction of the effect"
    absent = len(rows) - len(made)
    return f"{title}; {absent} could not be made" if absent else title


def checks_title(checks: pd.DataFrame) -> str:
    """How many checks failed, and how many cannot tell."""
    failed = sum(passed is False or passed == 0 for passed in checks["passed"] if not pd.isna(passed))
    unknown = int(checks["passed"].isna().sum())
    title = f"{failed} of {len(checks)} checks failed" if failed else f"None of {len(checks)} checks failed"
    return f"{title}; {unknown} cannot tell" if unknown else title


def _outside(low: pd.Series[float], high: pd.Series[float]) -> NDArray[np.bool_]:
    return ((low > 0) | (high < 0)).to_numpy()
