"""What a comparison of estimators, or of errors and tests, comes to: one row per indicator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from lnbeval.report.exhibit import Exhibit
from lnbeval.report.markup import html_table
from lnbeval.report.numbers import MISSING, p_text, shared_decimals, signed
from lnbeval.report.rows import heading_of
from lnbeval.report.titles import excludes_zero

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS: Final = {"estimator": "estimators", "inference": "errors and tests"}
AGREE: Final = "agree"
NOT_COMPARED: Final = "cannot be compared"
HALF: Final = 0.5
RIGHT: Final = ("Estimates from", "Estimates to", "Lowest p", "Highest p")


def verdicts(rows: pd.DataFrame, *, by: Literal["estimator", "inference"], caption: str) -> Exhibit:
    """What tidy `rows` of the same effects in several ways come to; without a `scenario` a row is the headline.

    By estimator: how many have the headline's sign, from where to where the estimates go; by inference: the same of the
    p-values. Then how many intervals exclude zero, and whether the headline says of that what most others say.
    """
    told = _by_estimator if by == "estimator" else _by_inference
    parts = [part for _, part in rows.groupby("indicator", sort=False)]
    frame = pd.DataFrame([_verdict(part, told) for part in parts])
    title = _title([_agreement(part) for part in parts], WORDS[by])
    classes = ["differs" if _differ(part) else "" for part in parts]
    body = html_table(frame, caption=title, right=RIGHT, row_classes=classes)
    return Exhibit(title=title, caption=caption, body=body, data=frame)


def _verdict(rows: pd.DataFrame, told: Callable[[pd.DataFrame], dict[str, str]]) -> dict[str, str]:
    with_interval = rows[rows["conf_low"].notna()]
    return {
        "Indicator": f"{heading_of(rows.iloc[0])}\n{rows['unit'].iloc[0]}",
        **told(rows[rows["status"] == "ok"]),
        "Interval excludes zero": f"{int(excludes_zero(with_interval).sum())} of {len(with_interval)}",
        "Headline and most others": _agreement(rows),
    }


def _by_estimator(made: pd.DataFrame) -> dict[str, str]:
    signs = np.sign(made["estimate"].to_numpy(dtype=float))
    first = made.loc[made["scenario"] == "", "estimate"]
    same = int((signs == np.sign(first.iloc[0])).sum()) if len(first) else 0
    decimals = shared_decimals(made)
    return {
        "Sign of the headline": f"{same} of {len(made)}" if len(first) else MISSING,
        "Estimates from": signed(made["estimate"].min(), decimals),
        "Estimates to": signed(made["estimate"].max(), decimals),
    }


def _by_inference(made: pd.DataFrame) -> dict[str, str]:
    return {"Lowest p": p_text(made["p_value"].min()), "Highest p": p_text(made["p_value"].max())}


def _agreement(rows: pd.DataFrame) -> str:
    headline, against = _against(rows)
    if headline is None or not len(against):
        return NOT_COMPARED
    if against.mean() == HALF:
        return "the others are split"
    if not _differ(rows):
        return AGREE
    if headline:
        return "differ: the headline excludes zero, most others do not"
    return "differ: most others exclude zero, the headline does not"


def _differ(rows: pd.DataFrame) -> bool:
    """Whether most of the others say otherwise than the headline of zero lying in the interval."""
    headline, against = _against(rows)
    return headline is not None and len(against) > 0 and bool(against.mean() > HALF)


def _against(rows: pd.DataFrame) -> tuple[bool | None, np.ndarray]:
    """Whether the headline's interval excludes zero (None: it has none), and which of the others say otherwise."""
    made = rows[rows["conf_low"].notna()]
    excluded, first = excludes_zero(made), (made["scenario"] == "").to_numpy()
    if not first.any():
        return None, np.zeros(0, dtype=bool)
    headline = bool(excluded[first][0])
    return headline, excluded[~first] != headline


def _title(told: list[str], words: str) -> str:
    compared = [one for one in told if one != NOT_COMPARED]
    if not compared:
        return f"The headline cannot be compared with other {words}"
    agree = f"{compared.count(AGREE)} of {len(compared)} indicators"
    return f"For {agree} the headline and most other {words} agree on whether zero is excluded"
