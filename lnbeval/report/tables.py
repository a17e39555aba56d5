"""Exhibits that are tables: any frame, the estimates with their method, the checks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd

from lnbeval.report.exhibit import Exhibit, tidy_rows
from lnbeval.report.markup import Format, html_table
from lnbeval.report.numbers import MISSING, SUPPRESSED, decimals_for, interval, number, p_text, row_decimals, signed

if TYPE_CHECKING:
    from collections.abc import Mapping

RIGHT: Final = ("Estimate", "Interval", "p", "Adjusted p", "Mean before", "df")  # texts that are numbers
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
OPTIONAL: Final = ("p", "Adjusted p")  # left out where no row has one


def table(
    frame: pd.DataFrame,
    *,
    title: str,
    caption: str,
    rows: pd.DataFrame | None = None,
    formats: Mapping[str, Format] | None = None,
) -> Exhibit:
    """Any frame as a table; its first column heads the rows. `formats`: column -> decimals or function to text."""
    body = html_table(frame, caption=title, formats=formats)
    return Exhibit(title=title, caption=caption, body=body, data=frame, rows=None if rows is None else tidy_rows(rows))


def results_table(rows: pd.DataFrame, *, title: str, caption: str, absent: str = "") -> Exhibit:
    """The estimates of tidy `rows` (a `label` column names them, else the indicator), and below them the method.

    Without rows it says `absent`; without that either, no rows are a fault (see `tidy_rows`).
    """
    if rows.empty and absent:
        return Exhibit(title=title, caption=caption, body=f"<p>{escape(absent)}</p>")
    kept = tidy_rows(rows)
    shown = pd.DataFrame([_result(row) for _, row in rows.iterrows()])
    shown = shown.astype(dict.fromkeys(("Units", "Treated", "Control", "N"), "Int64"))
    spare = [name for name in OPTIONAL if shown[name].isin(["", MISSING]).all()]
    spare += ["Unit"] if len(set(rows["unit"])) == 1 else []
    spare += ["Method"] if len(set(shown["Method"])) == 1 else []
    shown = shown.drop(columns=spare)
    classes = ["" if status == "ok" else "not-ok" for status in rows["status"]]
    notes = [_note(row) for _, row in rows.iterrows()]
    body = html_table(shown, caption=title, right=RIGHT, row_classes=classes, notes=notes)
    method = f'<p class="method">{escape(method_line(rows))}</p>'
    return Exhibit(title=title, caption=caption, body=body + method, data=kept, rows=kept)


def side_by_side(rows: pd.DataFrame, *, by: Literal["estimator", "inference"], title: str, caption: str) -> Exhibit:
    """The same effects in several ways: tidy `rows` (a `label` column names the effect), told apart by one column.

    Only what differs is shown: the numbers, and the other of estimator and inference; rows that could not be made say why.
    """
    kept = tidy_rows(rows)
    shown = pd.DataFrame([_beside(row, by) for _, row in rows.iterrows()])
    repeated = shown["Effect"].eq(shown["Effect"].shift())
    shown["Effect"] = shown["Effect"].mask(repeated, "")
    classes = ["" if status == "ok" else "not-ok" for status in rows["status"]]
    body = html_table(
        shown, caption=title, right=RIGHT, row_classes=classes, notes=[_note(row) for _, row in rows.iterrows()]
    )
    return Exhibit(title=title, caption=caption, body=body, data=kept, rows=kept)


def _beside(row: pd.Series, by: str) -> dict[str, object]:
    whole = _result(row)
    other = "inference" if by == "estimator" else "estimator"
    return {
        "Effect": row_name(row),
        by.capitalize(): str(row[by]),
        "Estimate": whole["Estimate"],
        "Interval": whole["Interval"],
        "p": whole["p"],
        "df": whole["df"],
        **({"Compared with": str(row["control_group"])} if by == "estimator" else {}),
        other.capitalize(): str(row[other]),
    }


def method_line(rows: pd.DataFrame) -> str:
    """N, units, treated, control, inference and df of `rows` in one line."""
    fitted = rows[rows["status"] == "ok"]
    if fitted.empty:
        return "Nothing could be estimated; the reasons stand in the table."
    units = sorted(set(fitted["unit"]) - {""})
    unit = f"In {units[0]}. " if len(units) == 1 else ""
    counts = ", ".join(
        f"{_span(fitted[name])} {word}"
        for name, word in (
            ("n_obs", "outcomes"),
            ("n_units", "units"),
            ("n_treated", "treated"),
            ("n_control", "control"),
            ("n_clusters", "clusters"),
        )
    )
    words = {name: ", ".join(sorted({str(v) for v in fitted[name] if v})) for name in ("estimator", "inference")}
    estimator, inference = words["estimator"] or "not stated", words["inference"] or "not stated"
    df = _span(fitted["df"], 0 if (fitted["df"].dropna() % 1 == 0).all() else 1)
    corrections = ", ".join(dict.fromkeys(CORRECTIONS[v] for v in sorted(set(fitted["inference"])) if v in CORRECTIONS))
    how = f" ({corrections})" if corrections else ""
    return f"{unit}N = {counts}. Estimator: {estimator}. Inference: {inference}{how}; df {df}."


def checks(frame: pd.DataFrame, *, title: str, caption: str) -> Exhibit:
    """Checks (columns check, what, expected, found, passed), the failed first, each with a word and a sign.

    `passed` is None for a check that was not made or cannot tell.
    """
    ordered = frame.assign(rank=frame["passed"].map(_rank)).sort_values("rank", kind="stable").reset_index(drop=True)
    rank = ordered.pop("rank")
    shown = pd.DataFrame(
        {
            "Check": ordered["check"],
            "Result": rank.map(["✗ FAILED", "? cannot tell", "✓ passed"].__getitem__),
            "What": ordered["what"],
            "Expected": ordered["expected"].map(_plain),
            "Found": ordered["found"].map(_plain),
        }
    )
    body = html_table(shown, caption=title, row_classes=rank.map(["failed", "unknown", "passed"].__getitem__).tolist())
    return Exhibit(title=title, caption=caption, body=body, data=ordered)


def _rank(passed: bool | None) -> int:
    return 1 if passed is None or pd.isna(passed) else 2 * int(passed)


def row_name(row: pd.Series) -> str:
    """What a row is called: its label, else its indicator."""
    return str(row.get("label") or row["indicator"])


def _result(row: pd.Series) -> dict[str, object]:
    decimals = row_decimals(row)
    ok = row["status"] == "ok"
    return {
        "Estimate of": row_name(row),
        "Unit": row["unit"],
        "Estimate": signed(row["estimate"], decimals)
        if ok
        else SUPPRESSED
        if row["status"] == "suppressed"
        else MISSING,
        "Interval": interval(row["conf_low"], row["conf_high"], decimals) if ok else "",
        "p": p_text(row["p_value"]) if ok else "",
        "Adjusted p": p_text(row["p_value_adjusted"]) if ok else "",
        "Mean before": number(row["baseline_mean"], decimals_for(row["baseline_mean"])),
        "Units": row["n_units"],
        "Treated": row["n_treated"],
        "Control": row["n_control"],
        "N": row["n_obs"],
        "Method": ", ".join(str(row[name]) for name in ("estimator", "inference") if row[name]),
        "df": number(row["df"], 0 if float(row["df"]).is_integer() else 1),
    }


def _note(row: pd.Series) -> str:
    if row["status"] == "ok":
        return f"⚑ {row['reason']}" if row["reason"] else ""
    kind = "Suppressed" if row["status"] == "suppressed" else "Not estimable"
    return f"{kind}: {row['reason']}"


def _plain(value: object) -> str:
    """A value of a column that holds numbers and texts."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return str(value)
    if pd.isna(value) or float(value).is_integer():
        return number(value)
    return number(value, decimals_for(value)).rstrip("0").rstrip(".")


def _span(values: pd.Series, decimals: int = 0) -> str:
    known = values.dropna()
    if known.empty:
        return "n/a"
    low, high = number(known.min(), decimals), number(known.max(), decimals)
    return low if low == high else f"{low} to {high}"
