"""What a finding says of estimates beside it that leave out municipalities which something else reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.report.numbers import PERCENT, interval, number, row_decimals, signed

if TYPE_CHECKING:
    from collections.abc import Iterator


def beside_text(row: pd.Series, others: pd.DataFrame, level: float) -> str:
    """The estimates beside the one of `row`, each with its reason and whether the finding holds in it.

    `others`: tidy rows of the same indicator with columns `why` and `doubt` ("": the estimate can stand beside the headline).
    """
    return " ".join(_sentences(row, others, level)) if row["status"] == "ok" else ""


def refusal(others: pd.DataFrame) -> str:
    """Why the headline is not called an effect of the programme; "" when it may be.

    It must not be while an event goes with treatment and no estimate without those it hit can stand beside it.
    """
    lacking = others[(others["kind"] == "event") & (others["doubt"] != "")]
    if lacking.empty:
        return ""
    reasons = "; ".join(
        f"{other['why']}, and no estimate without them can stand beside it ({_inside(other['doubt'])})"
        for _, other in lacking.iterrows()
    )
    return f"**This is not shown as an effect of the programme:** {reasons}."


def _sentences(row: pd.Series, others: pd.DataFrame, level: float) -> Iterator[str]:
    for _, other in others.iterrows():
        if other["doubt"] and other["kind"] == "event":
            continue  # refused, and said there
        if other["status"] != "ok":
            yield f"{other['why']}; without them nothing can be estimated ({_inside(other['doubt'])})."
            continue
        decimals = row_decimals(other)
        sure = f"{100 * level:g}{PERCENT} interval {interval(other['conf_low'], other['conf_high'], decimals)}"
        left = f"{number(other['n_treated'])} treated against {number(other['n_control'])}"
        doubt = f" ({other['doubt']})" if other["doubt"] else ""
        yield (
            f"{other['why']}: without them the best estimate is **{signed(other['estimate'], decimals)} {other['unit']}** "
            f"({sure}; {left}){doubt}.{_verdict(row, other)}"
        )


def _verdict(row: pd.Series, other: pd.Series) -> str:
    if not _one_sided(row):
        known = pd.notna(row["conf_low"])
        return " **Without them the interval no longer includes zero.**" if known and _one_sided(other) else ""
    if row["estimate"] * other["estimate"] < 0:
        return " **Without them the sign is the other one.**"
    return "" if _one_sided(other) else " **The finding does not hold without them.**"


def _one_sided(row: pd.Series) -> bool:
    return bool(row["conf_low"] > 0 or row["conf_high"] < 0)


def _inside(reason: str) -> str:
    return reason.rstrip(". ")
