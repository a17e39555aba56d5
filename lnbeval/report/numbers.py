"""Numbers as readers see them: the one place where rounding happens. Never follows the locale."""

from __future__ import annotations

import math
from typing import Final

import pandas as pd

MINUS: Final = "−"  # U+2212, as wide as a plus sign and read aloud as "minus"
MISSING: Final = "n/a"
PERCENT: Final = "\N{NO-BREAK SPACE}%"
SUPPRESSED: Final = "[c]"  # the sign of statistical offices for "confidential"
SMALLEST_P: Final = 0.001
MOST_DECIMALS: Final = 6


def number(value: float, decimals: int = 0) -> str:
    """`value` with a true minus sign, commas between thousands, and zero without a sign."""
    if pd.isna(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{value:,.{decimals}f}"
    is_zero = not text.strip("-0.,")
    return text.lstrip("-") if is_zero else text.replace("-", MINUS)


def signed(value: float, decimals: int = 0) -> str:
    """`value` with its sign always written: +1.26, −0.40, 0.00."""
    text = number(value, decimals)
    return f"+{text}" if not pd.isna(value) and value > 0 and text.strip("0.,") else text


def interval(low: float, high: float, decimals: int = 0) -> str:
    """The two ends of an interval: "−1.21 to 3.74"."""
    if pd.isna(low) or pd.isna(high):
        return MISSING
    return f"{number(low, decimals)} to {number(high, decimals)}"


def p_text(p_value: float, error: float = math.nan) -> str:
    """A p-value to three decimals, "<0.001" below that; with the error of its simulation where there is one."""
    if pd.isna(p_value):
        return MISSING
    text = f"<{SMALLEST_P}" if p_value < SMALLEST_P else number(p_value, 3)
    return text if pd.isna(error) else f"{text} ± {max(error, SMALLEST_P):.3f}"


def decimals_for(*values: float) -> int:
    """Decimals that give the largest of `values` three significant digits: one rule for every table and figure."""
    largest = max((abs(v) for v in values if not pd.isna(v) and math.isfinite(v)), default=0.0)
    if largest == 0:
        return 0
    return min(max(2 - math.floor(math.log10(largest)), 0), MOST_DECIMALS)


def row_decimals(row: pd.Series) -> int:
    """Decimals for an estimate and its interval: three digits for the largest, and never fewer than the width has."""
    half_width = (row["conf_high"] - row["conf_low"]) / 2
    by_size = decimals_for(row["estimate"], row["conf_low"], row["conf_high"])
    return by_size if pd.isna(half_width) else max(by_size, decimals_for(half_width) - 2)


def shared_decimals(rows: pd.DataFrame) -> int:
    """Decimals for several estimates with intervals: three digits for the largest, and never fewer than any width has."""
    half_widths = (rows["conf_high"] - rows["conf_low"]) / 2
    by_size = decimals_for(*rows["estimate"], *rows["conf_low"], *rows["conf_high"])
    known = half_widths[half_widths > 0]
    return by_size if known.empty else max(by_size, decimals_for(float(known.min())) - 2)


def significant(value: float, digits: int = 2) -> float:
    """`value` to so many significant digits, for an "about"."""
    return float(f"{value:.{digits}g}")
