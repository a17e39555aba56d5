"""Titles that state the finding, made from the rows that the exhibit shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lnbeval.certainty import UNRELIABLE
from lnbeval.report.numbers import row_decimals, signed

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def trend_title(rows: pd.DataFrame, label: str, *, anticipation: int = 0, withheld: str = "") -> str:
    """For estimates by event time: the last one, and whether the periods before treatment speak against it.

    `withheld`: why it is not shown as an effect, as in "not shown as an effect: ..."; then it is called a difference.
    """
    reservation = f", {withheld}" if withheld else ""
    made = rows[(rows["status"] == "ok") & ~rows["reason"].str.startswith("base period")]
    before = made[(made["event_time"] < -anticipation) & made["band_low"].notna()]
    few = before["reason"].str.contains(UNRELIABLE, regex=False)
    after = made[made["event_time"] >= 0].sort_values("event_time")
    if after.empty:
        return f"{label}: no estimate after treatment{reservation}"
    last = after.iloc[-1]
    years = int(last["event_time"])
    when = (
        "in the first treated period"
        if years == 0
        else f"{years} {'year' if years == 1 else 'years'} after treatment began"
    )
    earlier = _earlier(before[~few], int(few.sum()))
    what = "difference " if withheld else ""
    found = f"{what}{signed(last['estimate'], row_decimals(last))} {last['unit']} {when}"
    return f"{label}: {found}{reservation}; {earlier}"


def _earlier(before: pd.DataFrame, few: int) -> str:
    apart = int(_outside(before["band_low"], before["band_high"]).sum())
    told = f"{apart} of {len(before)} bands before treatment exclude zero" if len(before) else ""
    untold = f"{few} before treatment cannot tell: too few units" if few else ""
    return ", ".join(filter(None, (told, untold))) or "nothing before to compare"


def overall_title(
    rows: pd.DataFrame, *, what: str = "indicators", level: float = 0.95, of: Literal["effect", "difference"] = "effect"
) -> str:
    """For one estimate each: how many intervals exclude zero, before and after adjustment, and how many there are not.

    After adjustment: an adjusted p-value below 1 - level, of the rows that have one. `of`: what the estimates may be called.
    """
    made = rows[rows["conf_low"].notna()]
    clear = excludes_zero(made).sum()
    title = f"For {clear} of {len(rows)} {what} the data can tell the direction of the {of}"
    title += _after_adjustment(made, level) if len(rows) > 1 else ""
    absent = len(rows) - len(made)
    return f"{title}; {absent} could not be made" if absent else title


def _after_adjustment(made: pd.DataFrame, level: float) -> str:
    adjusted = made["p_value_adjusted"].dropna()
    before = ", before adjustment for looking at several"
    if adjusted.empty:
        return before
    of_those = "" if len(adjusted) == len(made) else f" of the {len(adjusted)} in a family"
    return f"{before}; for {int((adjusted < 1 - level).sum())}{of_those} after it"


def checks_title(checks: pd.DataFrame) -> str:
    """How many checks of the indicators failed, as the findings count them; those common to all are named beside them.

    Counted together, a check on the treatment list would make the count of a page another one than that of its findings.
    """
    own, common = checks[checks["indicator"].notna()], checks[checks["indicator"].isna()]
    if own.empty:
        own, common = checks, checks.head(0)
    failed = int(own["passed"].eq(False).sum())
    title = f"{failed} of {len(own)} checks failed" if failed else f"None of {len(own)} checks failed"
    also = common.loc[common["passed"].eq(False), "check"].tolist()
    title += f", and that of the {' and of the '.join(name.lower() for name in also)}" if also and failed else ""
    title += (
        f", but that of the {' and of the '.join(name.lower() for name in also)} did" if also and not failed else ""
    )
    unknown = int(own["passed"].isna().sum())
    return f"{title}; {unknown} cannot tell" if unknown else title


def excludes_zero(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Of each row, whether its interval lies on one side of zero."""
    return _outside(rows["conf_low"], rows["conf_high"])


def _outside(low: pd.Series[float], high: pd.Series[float]) -> NDArray[np.bool_]:
    return ((low > 0) | (high < 0)).to_numpy()
