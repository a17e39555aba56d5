"""The tidy table: one row per estimate, the only thing that reports read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

COLUMNS: Final = (
    "evaluation", "scenario", "indicator", "group", "estimator", "adjustment", "control_group", "aggregation",
    "cohort", "period", "event_time", "estimate", "std_error", "df", "conf_low", "conf_high", "band_low", "band_high",
    "p_value", "p_value_error", "p_value_adjusted", "inference", "n_units", "n_treated", "n_control", "n_clusters", "n_obs", "baseline_mean", "unit",
    "status", "reason",
)  # fmt: skip
INTEGERS: Final = ("cohort", "period", "event_time", "n_units", "n_treated", "n_control", "n_clusters", "n_obs")
FLOATS: Final = (
    "estimate", "std_error", "df", "conf_low", "conf_high", "band_low", "band_high", "p_value", "p_value_error",
    "p_value_adjusted", "baseline_mean",
)  # fmt: skip
KEYS: Final = (
    "evaluation", "scenario", "indicator", "group", "estimator", "adjustment", "control_group", "aggregation",
    "cohort", "period", "event_time", "inference",
)  # fmt: skip

TEXT: Final = pd.StringDtype(na_value=np.nan)
MIME: Final = "application/vnd.lnbeval.table+json"  # the rows travel inside a notebook's output under this type
SIGNIFICANT_DIGITS: Final = 10  # more than this differs between BLAS kernels
P_DIGITS: Final = 6  # tails magnify the last digits of t
NOISE: Final = 1e-12  # below this a number is the noise of a sum that is zero


def tidy(frame: pd.DataFrame | Mapping[str, Any], **constants: str | float) -> pd.DataFrame:
    """Put `frame` into the columns of the tidy table, in their order; columns neither given nor constant are empty."""
    given = {str(name): values for name, values in frame.items()} | constants
    unknown = sorted(set(given) - set(COLUMNS))
    if unknown:
        raise ValueError(f"The tidy table has no column {', '.join(map(repr, unknown))}.")
    n = len(frame) if isinstance(frame, pd.DataFrame) else len(next(iter(frame.values())))
    # Column by column: assigning, reindexing and casting a whole frame takes longer than many an estimate.
    return pd.DataFrame({name: _column(name, given.get(name), n) for name in COLUMNS})


def _column(name: str, values: Any, n: int) -> Any:  # noqa: ANN401
    """Whole numbers with gaps, numbers with NaN, or texts with "", of a column, a constant, or nothing."""
    if name not in INTEGERS and name not in FLOATS:
        return pd.array(_texts(values, n), dtype=TEXT)
    numbers = _numbers(values, n)
    if name in FLOATS:
        return numbers
    missing = np.isnan(numbers)
    whole = np.where(missing, 0.0, numbers).astype(np.int64)
    if (whole[~missing] != numbers[~missing]).any():
        raise ValueError(f"Column '{name}' of the tidy table holds whole numbers only.")
    return pd.arrays.IntegerArray(whole, missing)


def _texts(values: Any, n: int) -> list[str]:  # noqa: ANN401
    if values is None or isinstance(values, str):
        return [values or ""] * n
    return ["" if missing else str(value) for value, missing in zip(values, pd.isna(values), strict=True)]


def _numbers(values: Any, n: int) -> NDArray[np.float64]:  # noqa: ANN401
    if values is None or np.isscalar(values):
        return np.full(n, np.nan if values is None else values, dtype=float)
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiu":
        return values.astype(float)
    return pd.to_numeric(pd.Series(values)).to_numpy(dtype=float, na_value=np.nan)


def rounded(value: float) -> float:
    """`value` to the digits that every machine agrees on."""
    return 0.0 if abs(value) < NOISE else float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def to_csv(table: pd.DataFrame) -> str:
    """The table as comma-separated text that is the same on every machine."""
    return _stable(table).to_csv(index=False, lineterminator="\n")


def to_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The table as plain records, missing numbers as None, for JSON."""
    records = _stable(table).astype(object).to_dict("records")
    return [{str(name): None if pd.isna(value) else value for name, value in record.items()} for record in records]


def from_records(records: list[dict[str, Any]]) -> pd.DataFrame:
    """The table that `to_records` was given, at the precision it keeps."""
    return tidy(pd.DataFrame(records, columns=list(COLUMNS)))


def _stable(table: pd.DataFrame) -> pd.DataFrame:
    floats = table.select_dtypes("float").columns
    return table.assign(
        **{name: table[name].map(_digits if name.startswith("p_") else rounded, na_action="ignore") for name in floats}
    )


def _digits(value: float) -> float:
    """A p-value to the digits that every machine agrees on; however small, it is never zero by rounding."""
    return float(f"{value:.{P_DIGITS}g}")
