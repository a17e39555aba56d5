"""Checks of the design, and how a finding speaks of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.certainty import UNRELIABLE
from lnbeval.headline import FEWEST

if TYPE_CHECKING:
    from lnbeval.workspace.analysis import Analysis
    from lnbeval.workspace.study import Study

COLUMNS: Final = ("indicator", "check", "what", "expected", "found", "passed")
FITTED: Final = "fitted period"  # of synthetic_did: its weights were chosen to make these estimates small
TOO_FEW: Final = f"fewer than {FEWEST} treated or control municipalities or clusters"
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
        failed = part[part["passed"].eq(False)]
        if len(failed):
            which = "; ".join(f"{_short(row['check'])}, {row['found']}" for _, row in failed.iterrows())
            said[str(code)] = f"{len(failed)} of its {len(part)} checks failed ({which}): read with caution."
        elif part["passed"].isna().any():
            said[str(code)] = "Not all of its checks could be made and relied on."
    return said


def placebo_title(placebo: pd.DataFrame) -> str:
    """How many placebo effects are distinguishable from zero, and how many of them cannot tell or were not made."""
    made = placebo[placebo["conf_low"].notna()]
    sure = made[made["reason"] == ""]
    failed = int(((sure["conf_low"] > 0) | (sure["conf_high"] < 0)).sum())
    counted = f"{failed} of {len(sure)} placebos exclude zero, where nothing can have happened"
    told = [counted] if len(sure) or placebo.empty else []
    told += [f"{len(made) - len(sure)} cannot tell, for the reason below"] if len(made) > len(sure) else []
    told += [f"{len(placebo) - len(made)} could not be made"] if len(placebo) > len(made) else []
    return "; ".join(told) if len(sure) or placebo.empty else f"Placebos: {'; '.join(told)}"


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
    span = f"{row['conf_low']:.2f} to {row['conf_high']:.2f}"
    found = f"{row['estimate']:.2f}, {100 * level:g}\N{NO-BREAK SPACE}% interval {span}".replace("-", "\N{MINUS SIGN}")
    if row["reason"] or _few(row):
        return {**about, "found": f"{found}; {row['reason'] or TOO_FEW}", "passed": None}
    return {**about, "found": found, "passed": bool(row["conf_low"] <= 0 <= row["conf_high"])}


def _few(row: dict[Any, Any]) -> bool:
    """Fewer treated or control municipalities, or clusters of them, than any method holds its level with."""
    return UNRELIABLE in row["reason"] or any(row[side] < FEWEST for side in ("n_treated", "n_control"))


def _short(check: str) -> str:
    return check.rsplit(": ", 1)[-1]


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
    few = before.apply(_few, axis=1)
    sure = before[~few]
    outside = sure[(sure["band_low"] > 0) | (sure["band_high"] < 0)]
    found = f"{len(outside)} of {len(sure)} bands exclude 0" if len(sure) else ""
    left = f"{int(few.sum())} not counted: {TOO_FEW}" if few.any() else ""
    return {**about, "found": "; ".join(filter(None, (found, left))), "passed": outside.empty if len(sure) else None}


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
