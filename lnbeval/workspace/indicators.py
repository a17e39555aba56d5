"""From delivered variables to indicators: numerator over denominator, as the registry defines them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lnbeval.errors import DataError

if TYPE_CHECKING:
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters


def indicator_values(values: pd.DataFrame, parameters: Parameters, reference: Reference) -> pd.DataFrame:
    """Code, period and one column per indicator: numerator / denominator * scale, NaN where a part was not reported.

    `values` holds code, period, variable, value. `population` stands for the series the parameters declare. All
    municipalities and all periods found are rows, so that what was not reported shows as a gap.

    Raises DataError when nothing is left, or a denominator is zero or negative where there is a numerator.
    """
    within = _within(values, parameters)
    wide = within.pivot(index=["code", "period"], columns="variable", values="value")
    periods = sorted(within["period"].unique())
    every = pd.MultiIndex.from_product([reference.municipalities.index, periods], names=["code", "period"])
    wide = wide.reindex(every)
    columns = {code: _indicator(code, wide, parameters, reference) for code in parameters.indicators}
    return pd.DataFrame(columns, index=every).reset_index()


def computable(values: pd.DataFrame, parameters: Parameters, reference: Reference) -> tuple[str, ...]:
    """The indicators of an evaluation whose parts are all among the values."""
    there = set(values["variable"])

    def part(name: str) -> str:
        series = parameters.data.denominator if name == "population" else name
        return "" if series in reference.municipalities.columns else str(series)

    table = reference.indicators.loc[list(parameters.indicators), ["numerator", "denominator"]]
    parts = zip(table.index, table["numerator"], table["denominator"].map(part), strict=True)
    return tuple(str(code) for code, numerator, denominator in parts if {numerator, denominator} - {""} <= there)


def _within(values: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    first, last = parameters.data.first_period, parameters.data.last_period
    keep = values["period"].between(
        -np.inf if first is None else first,
        np.inf if last is None else last,
    )
    if not keep.any():
        found = ", ".join(map(str, sorted(values["period"].unique())))
        raise DataError(f"No row lies in the periods asked for ({first} to {last}); the files hold {found or 'none'}.")
    return values[keep]


def _indicator(code: str, wide: pd.DataFrame, parameters: Parameters, reference: Reference) -> pd.Series[float]:
    row = reference.indicators.loc[code].to_dict()
    numerator: pd.Series[float] = wide[row["numerator"]] * row["scale"]
    if not row["denominator"]:
        return numerator
    denominator = _denominator(row["denominator"], wide, parameters, reference)
    wrong = numerator.notna() & (denominator <= 0)
    if wrong.any():
        unit, period = wrong[wrong].index[0]
        name = reference.municipalities.loc[unit, "name"]
        raise DataError(
            f"Indicator '{code}': the denominator '{row['denominator']}' is {denominator[unit, period]:g} for {name} in "
            f"{period} ({int(wrong.sum())} such rows). A rate needs a positive denominator: correct it or leave it empty."
        )
    return numerator / denominator


def _denominator(name: str, wide: pd.DataFrame, parameters: Parameters, reference: Reference) -> pd.Series[float]:
    series = parameters.data.denominator if name == "population" else name
    if series in wide.columns:
        delivered: pd.Series[float] = wide[str(series)]
        return delivered
    fixed = reference.municipalities[str(series)].astype(float)
    return pd.Series(fixed.loc[wide.index.get_level_values("code")].to_numpy(), index=wide.index)
