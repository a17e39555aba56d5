"""How the rows of a table were made, in the words below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lnbeval.report.numbers import MISSING, number

if TYPE_CHECKING:
    import pandas as pd

CORRECTIONS: Final = {
    "analytic": "no small-sample correction",
    "cr1": "times G / (G - 1), of regressions also (N - 1) / (N - K)",
    "cr2": "residuals scaled up by leverage, Satterthwaite df",
    "jackknife": "re-estimated without each cluster, G - 1 df",
    "wild": "bootstrap of t under the null",
    "wild_unrestricted": "bootstrap of t",
    "randomization": "t under permuted treatment",
    "conley": "neighbours' errors related, no small-sample correction",
    "placebo": "spread of estimates when comparison units stand for the treated",
    "bootstrap": "spread of estimates in resamples of the clusters",
}
COUNTED: Final = (
    ("n_obs", "outcomes"),
    ("n_units", "units"),
    ("n_treated", "treated"),
    ("n_control", "control"),
    ("n_clusters", "clusters"),
)


def method_line(rows: pd.DataFrame) -> str:
    """N, units, treated, control, inference and df of `rows` in one line."""
    fitted = rows[rows["status"] == "ok"]
    if fitted.empty:
        return "Nothing could be estimated; the reasons stand in the table."
    units = sorted(set(fitted["unit"]) - {""})
    unit = f"In {units[0]}. " if len(units) == 1 else ""
    counts = ", ".join(f"{_span(fitted[name])} {word}" for name, word in COUNTED)
    words = {name: ", ".join(sorted({str(v) for v in fitted[name] if v})) for name in ("estimator", "inference")}
    estimator, inference = words["estimator"] or "not stated", words["inference"] or "not stated"
    df = _span(fitted["df"], 0 if (fitted["df"].dropna() % 1 == 0).all() else 1)
    known = filter(None, map(correction, sorted(set(fitted["inference"]))))
    corrections = ", ".join(dict.fromkeys(known))
    how = f" ({corrections})" if corrections else ""
    return f"{unit}N = {counts}. Estimator: {estimator}. Inference: {inference}{how}; df {df}."


def correction_lines(rows: pd.DataFrame) -> list[str]:
    """What each inference among the estimated `rows` does about few clusters, a line each, in their order."""
    used = dict.fromkeys(str(name) for name in rows.loc[rows["status"] == "ok", "inference"])
    return [f"{name}: {correction(name)}" for name in used if correction(name)]


def correction(inference: str) -> str:
    """The words for an inference; what stands behind a comma, as in "cr2, clusters are counties", does not change them."""
    return CORRECTIONS.get(inference.partition(",")[0], "")


def _span(values: pd.Series, decimals: int = 0) -> str:
    known = values.dropna()
    if known.empty:
        return MISSING
    low, high = number(known.min(), decimals), number(known.max(), decimals)
    return low if low == high else f"{low} to {high}"
