"""Titles that state the finding, made from the rows that the exhibit shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def trend_title(rows: pd.DataFrame, label: str, *, anticipation: int = 0) -> str:
    """For estimates by event time: how many bands before and after treatment exclude zero."""
    made = rows[rows["band_low"].notna()]
    before = made[made["event_time"] < -anticipation]
    after = made[made["event_time"] >= 0]
    if after.empty:
        return f"{label}: no estimate after treatment"
    return f"{label}: {_excluding(before)} before and {_excluding(after)} after treatment exclude zero"


def overall_title(rows: pd.DataFrame, *, what: str = "indicators") -> str:
    """For one estimate per indicator: how many intervals exclude zero, and how many could not be made."""
    made = rows[rows["conf_low"].notna()]
    clear = _outside(made["conf_low"], made["conf_high"]).sum()
    title = f"{clear} of {len(rows)} {what} have an interval that excludes zero"
    absent = len(rows) - len(made)
    return f"{title}; {absent} could not be made" if absent else title


def checks_title(checks: pd.DataFrame) -> str:
    """How many checks failed."""
    failed = int((~checks["passed"].astype(bool)).sum())
    if failed == 0:
        return f"All {len(checks)} checks passed"
    return f"{failed} of {len(checks)} checks failed"


def _excluding(rows: pd.DataFrame) -> str:
    return f"{_outside(rows['band_low'], rows['band_high']).sum()} of {len(rows)} bands"


def _outside(low: pd.Series[float], high: pd.Series[float]) -> NDArray[np.bool_]:
    return ((low > 0) | (high < 0)).to_numpy()
