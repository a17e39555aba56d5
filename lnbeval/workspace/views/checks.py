"""Checks of the design, and how a finding speaks of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

if TYPE_CHECKING:
    from lnbeval.workspace.analysis import Analysis
    from lnbeval.workspace.study import Study

COLUMNS: Final = ("indicator", "check", "what", "expected", "found", "passed")
FITTED: Final = "fitted period"  # of synthetic_did: its weights were chosen to make these estimates small
NO_PLACEBO: Final = {
    "check": "Placebos",
    "what": "effects of a treatment that had not begun",
    "expected": "at least one",
    "found": "none declared in the parameters",
    "passed": None,
}


def checks(study: Study, placebo: pd.DataFrame, by_time: pd.DataFrame, analysis: Analysis) -> pd.DataFrame:
    """Every check of the design: indicator, check, what, expected, found, passed (None: it cannot tell)."""
    rows = [_placebo_check(study, row, analysis.level) for row in placebo.to_dict("records")] or [NO_PLACEBO]
    rows += [_trend_check(study, part, analysis) for _, part in by_time.groupby("indicator", sort=False)]
    rows.append(_treatment_check(study))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def cautions(checked: pd.DataFrame) -> dict[str, str]:
    """What a finding must say of its checks, by indicator: nothing when all were made and passed."""
    said: dict[str, str] = {}
    for code, part in checked.dropna(subset="indicator").groupby("indicator", sort=False):
        failed = int((part["passed"].eq(False)).sum())
        if failed:
            said[str(code)] = f"{failed} of its {len(part)} checks failed: read with caution."
        elif part["passed"].isna().any():
            said[str(code)] = "Not all of its checks could be made."
    return said


def placebo_title(placebo: pd.DataFrame) -> str:
    """How many placebo effects are distinguishable from zero, of those that could be made."""
    made = placebo[placebo["conf_low"].notna()]
    failed = int(((made["conf_low"] > 0) | (made["conf_high"] < 0)).sum())
    return f"{failed} of {len(made)} placebos exclude zero, where nothing can have happened"


def years_after(study: Study) -> str:
    """The periods that effects are averaged over, as words after "in"."""
    starts = sorted(study.treated["cohort"].dropna().astype(int).unique())
    after = sorted(year for year in study.rows["period"].unique() if year >= starts[0])
    if len(after) == 1:
        return str(after[0])
    if len(starts) == 1:
        return f"{after[0]} to {after[-1]}"
    spans = ", ".join(f"{start} to {after[-1]}" for start in starts)
    return f"the years since their support began ({spans} by cohort)"


def _placebo_check(study: Study, row: dict[Any, Any], level: float) -> dict[str, Any]:
    about = {
        "indicator": row["indicator"],
        "check": f"{study.indicator(row['indicator'])['label']}: {row['scenario']}",
        "what": "effect of a treatment that had not begun",
        "expected": "interval includes 0",
    }
    if pd.isna(row["conf_low"]):
        return {**about, "found": f"not made: {row['reason']}", "passed": None}
    found = f"{row['estimate']:.2f} ({100 * level:g}\N{NO-BREAK SPACE}% interval {row['conf_low']:.2f} to {row['conf_high']:.2f})"
    found = found.replace("-", "\N{MINUS SIGN}")
    if row["reason"]:
        return {**about, "found": f"{found}; {row['reason']}", "passed": None}
    return {**about, "found": found, "passed": bool(row["conf_low"] <= 0 <= row["conf_high"])}


def _trend_check(study: Study, rows: pd.DataFrame, analysis: Analysis) -> dict[str, Any]:
    code = rows["indicator"].iloc[0]
    about = {
        "indicator": code,
        "check": f"{study.indicator(code)['label']}: periods before treatment",
        "what": f"estimates before treatment, {100 * analysis.level:g}\N{NO-BREAK SPACE}% band over all periods together",
        "expected": "every band includes 0",
    }
    before = rows[(rows["event_time"] < -analysis.anticipation) & rows["band_low"].notna()]
    before = before[~before["reason"].str.contains(FITTED)]
    if before.empty:
        return {**about, "found": "not made: no period before treatment with an interval", "passed": None}
    outside = before[(before["band_low"] > 0) | (before["band_high"] < 0)]
    return {**about, "found": f"{len(outside)} of {len(before)} bands exclude 0", "passed": outside.empty}


def _treatment_check(study: Study) -> dict[str, Any]:
    treated = study.treated.dropna(subset=["cohort"])
    announced = study.parameters.treatment.announced or len(treated)
    sure = int((treated["status"] == "confirmed").sum())
    return {
        "check": "Treatment list",
        "what": "targeted municipalities confirmed by a document",
        "expected": f"{announced} of {announced}",
        "found": f"{sure} of {announced}",
        "passed": sure == announced,
    }
