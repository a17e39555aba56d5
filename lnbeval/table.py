"""The tidy table: one row per estimate, the only thing that reports read."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

COLUMNS: Final = (
    "evaluation", "scenario", "indicator", "group", "estimator", "adjustment", "control_group", "aggregation",
    "cohort", "period", "event_time", "estimate", "std_error", "df", "conf_low", "conf_high", "band_low", "band_high",
    "p_value", "p_value_adjusted", "inference", "n_units", "n_treated", "n_control", "n_clusters", "n_obs", "baseline_mean", "unit",
    "status", "reason",
)  # fmt: skip
INTEGERS: Final = ("cohort", "period", "event_time", "n_units", "n_treated", "n_control", "n_clusters", "n_obs")
FLOATS: Final = (
    "estimate", "std_error", "df", "conf_low", "conf_high", "band_low", "band_high", "p_value", "p_value_adjusted",
    "baseline_mean",
)  # fmt: skip
KEYS: Final = (
    "evaluation", "scenario", "indicator", "group", "estimator", "adjustment", "control_group", "aggregation",
    "cohort", "period", "event_time", "inference",
)  # fmt: skip

MIME: Final = "application/vnd.lnbeval.table+json"  # the rows travel inside a notebook's output under this type
SIGNIFICANT_DIGITS: Final = 10  # more than this differs between BLAS kernels
P_DIGITS: Final = 6  # tails magnify the last digits of t
NOISE: Final = 1e-12  # below this a number is the noise of a sum that is zero


def tidy(frame: pd.DataFrame, **constants: str | float) -> pd.DataFrame:
    """Put `frame` into the columns of the tidy table, in their order; columns neither given nor constant are empty."""
    unknown = sorted({*frame.columns, *constants} - set(COLUMNS))
    if unknown:
        raise ValueError(f"The tidy table has no column {', '.join(map(repr, unknown))}.")
    full = frame.assign(**constants).reindex(columns=list(COLUMNS))
    integers = full[list(INTEGERS)].apply(pd.to_numeric).astype("Int64")
    floats = full[list(FLOATS)].apply(pd.to_numeric).astype(float)
    texts = full.drop(columns=[*INTEGERS, *FLOATS]).astype(object).fillna("").astype(str)
    joined: pd.DataFrame = pd.concat([integers, floats, texts], axis=1)
    return joined.reindex(columns=list(COLUMNS)).reset_index(drop=True)


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
