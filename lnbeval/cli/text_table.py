"""The tidy table for a terminal: rounded here, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = {
    "cell": ["cohort", "period"],
    "overall": [],
    "event_time": ["event_time"],
    "cohort": ["cohort"],
    "period": ["period"],
}


def text_table(table: pd.DataFrame, *, level: float) -> str:
    """Columns aligned, numbers with four significant digits or more, and under them what the errors rest on."""
    by = str(table["aggregation"].iloc[0])
    percent = f"{100 * level:g} %"
    several = len(table) > 1
    header = [
        *SHOWN[by],
        "estimate",
        "std_error",
        f"{percent} interval",
        *([f"{percent} band"] if several else []),
        "p_value",
    ]
    header += ["treated", "control", "note"]
    digits = _digits(table)
    lines = [_line(row, by, digits, band=several) for row in table.to_dict("records")]
    return "\n".join([*_aligned([header, *lines]), "", _foot(table)])


def _digits(table: pd.DataFrame) -> int:
    """Decimals that show three digits of the smallest standard error."""
    errors = table["std_error"].to_numpy(dtype=float)
    errors = errors[np.isfinite(errors) & (errors > 0)]
    return 4 if errors.size == 0 else int(np.clip(2 - np.floor(np.log10(errors.min())), 0, 10))


def _line(row: dict[Any, Any], by: str, digits: int, *, band: bool) -> list[str]:
    interval = _pair(row["conf_low"], row["conf_high"], digits)
    bands = [_pair(row["band_low"], row["band_high"], digits)] if band else []
    p = "" if pd.isna(row["p_value"]) else ("<0.0001" if row["p_value"] < 1e-4 else f"{row['p_value']:.4f}")
    p += "" if pd.isna(row["p_value_error"]) else f" ± {max(row['p_value_error'], 1e-4):.4f}"
    keys = [f"{row[name]}" for name in SHOWN[by]]
    numbers = [_number(row["estimate"], digits), _number(row["std_error"], digits)]
    note = row["reason"] if row["status"] == "ok" else f"{row['status']}: {row['reason']}"
    return [*keys, *numbers, interval, *bands, p, f"{row['n_treated']}", f"{row['n_control']}", note]


def _number(value: float, digits: int) -> str:
    return "" if pd.isna(value) else f"{value:.{digits}f}"


REFERENCES: Final = {
    "wild": "bootstrap of t, null imposed",
    "wild_unrestricted": "bootstrap of t",
    "randomization": "permutations of t",
}


def _pair(low: float, high: float, digits: int) -> str:
    return "" if pd.isna(low) else f"{_number(low, digits)} to {_number(high, digits)}"


def _aligned(rows: Sequence[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    last = len(widths) - 1
    return [
        "  ".join(
            cell.ljust(width) if place == last else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _foot(table: pd.DataFrame) -> str:
    row = table.iloc[0]
    return (
        f"{row['estimator']}, controls: {row['control_group']}, inference: {row['inference']}{_reference(table)}, "
        f"{_counted(table)}."
    )


def _reference(table: pd.DataFrame) -> str:
    """What the errors are compared with; "" where no row has any."""
    df, method = table["df"].dropna(), str(table["inference"].iloc[0])
    if len(df):
        return f" (t with {_span(df)} df)"
    if method in REFERENCES:
        return f" ({REFERENCES[method]})"
    return " (normal reference)" if table["std_error"].notna().any() else ""


def _counted(table: pd.DataFrame) -> str:
    """Units, or rows where these are units of their own, and the clusters where they are others."""
    kind = "rows" if table["estimator"].iloc[0] == "repeated_cross_sections" else "units"
    units, clusters = table["n_units"].dropna(), table["n_clusters"].dropna()
    among = f" in {_span(clusters)} clusters" if kind == "rows" or clusters.max() < units.max() else ""
    return f"{_span(units)} {kind}{among}"


def _span(values: pd.Series) -> str:
    """One number where all agree in what is shown, one decimal."""
    low, high = (f"{round(float(value), 1):.10g}" for value in (values.min(), values.max()))
    return low if low == high else f"{low} to {high}"
