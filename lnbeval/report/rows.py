"""Rows of the tidy table as readers see them: names, numbers, counts, and what is to be said of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.effects import BASE_PERIOD
from lnbeval.report.numbers import MISSING, SUPPRESSED, decimals_for, interval, number, p_text, shared_decimals, signed

if TYPE_CHECKING:
    from collections.abc import Sequence

NONE: Final = "–"  # of what a row does not have
COUNTS: Final = {
    "Units": ("n_units",),
    "Units / clusters": ("n_units", "n_clusters"),
    "Treated / control": ("n_treated", "n_control"),
    "N": ("n_obs",),
}
RIGHT: Final = (
    "Estimate", "Interval", "Band", "p", "Adjusted p", "Mean before", "df", *COUNTS,
)  # texts that are numbers  # fmt: skip


def row_name(row: pd.Series) -> str:
    """What a row is called: its label, else its indicator."""
    return str(row.get("label") or row["indicator"])


def heading_of(row: pd.Series) -> str:
    """What the rows of a row's indicator are called together: their heading, else the indicator."""
    return str(row.get("heading") or row["indicator"])


def row_texts(rows: pd.DataFrame) -> pd.DataFrame:
    """Numbers and counts of tidy `rows` as texts, one column each; an indicator has the same decimals in all its rows."""
    parts = dict(iter(rows.groupby("indicator", sort=False)))
    decimals = {code: shared_decimals(part) for code, part in parts.items()}
    before = {code: decimals_for(*part["baseline_mean"]) for code, part in parts.items()}
    texts = [_texts(row, decimals[row["indicator"]], before[row["indicator"]]) for _, row in rows.iterrows()]
    return pd.DataFrame(texts)


@dataclass(frozen=True, kw_only=True)
class Notes:
    """What rows have to say: a mark behind each name, a note below each row, and notes below the last row of a group."""

    marks: list[str]
    below: list[str]
    shared: list[list[str]]


def row_notes(rows: pd.DataFrame, groups: Sequence[str]) -> Notes:
    """Why a row has no estimate, or what to doubt; what several of a group have to say stands once, with a number."""
    own = [_note(row) for _, row in rows.iterrows()]
    common = [_note(row, of_many=True) for _, row in rows.iterrows()]
    marks, below = [""] * len(own), own
    shared: list[list[str]] = [[] for _ in own]
    for group in dict.fromkeys(groups):
        places = [place for place, name in enumerate(groups) if name == group]
        counted = Counter(common[place] for place in places if common[place])
        often = [note for note, times in counted.items() if times > 1]
        for place in places:
            if common[place] in often:
                marks[place], below[place] = f" ({often.index(common[place]) + 1})", ""
        shared[places[-1]] = [f"({i}) {note}" for i, note in enumerate(often, start=1)]
    return Notes(marks=marks, below=below, shared=shared)


def row_classes(rows: pd.DataFrame) -> list[str]:
    """How each row is set: apart where it has no estimate."""
    return ["" if status == "ok" else "not-ok" for status in rows["status"]]


def _texts(row: pd.Series, decimals: int, before: int) -> dict[str, str]:
    ok = row["status"] == "ok"
    absent = SUPPRESSED if row["status"] == "suppressed" else MISSING
    return {
        "Estimate": signed(row["estimate"], decimals) if ok else absent,
        "Interval": _known(interval(row["conf_low"], row["conf_high"], decimals)) if ok else "",
        "Band": _known(interval(row["band_low"], row["band_high"], decimals)) if ok else "",
        "p": _known(p_text(row["p_value"], row["p_value_error"])) if ok else "",
        "Adjusted p": _known(p_text(row["p_value_adjusted"])) if ok else "",
        "df": _known(number(row["df"], 0 if float(row["df"]).is_integer() else 1)),
        "Mean before": _known(number(row["baseline_mean"], before)),
        **{name: _counts(row, columns) for name, columns in COUNTS.items()},
        "Inference": str(row["inference"]) if ok else "",
    }


def _known(text: str) -> str:
    return NONE if text == MISSING else text


def _counts(row: pd.Series, columns: Sequence[str]) -> str:
    if row[list(columns)].isna().all():
        return NONE
    return " / ".join(NONE if pd.isna(row[name]) else number(row[name]) for name in columns)


def _note(row: pd.Series, *, of_many: bool = False) -> str:
    reason, estimator = str(row["reason"]), str(row["estimator"])
    if of_many and estimator and reason.startswith(f"{estimator} "):
        reason = f"each {reason.removeprefix(f'{estimator} ')}"
    if row["status"] == "ok":
        return f"⚑ {reason}" if reason and reason != BASE_PERIOD else reason
    return f"{'Suppressed' if row['status'] == 'suppressed' else 'Not estimable'}: {reason}"
