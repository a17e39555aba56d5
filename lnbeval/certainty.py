"""Certainty: what an inference method says of each estimate, as rows of the tidy table with their cautions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lnbeval.headline import FEWEST
from lnbeval.table import tidy

if TYPE_CHECKING:
    import pandas as pd

    from lnbeval.effects import Effects
    from lnbeval.panel import Floats

FEW: Final = 5  # fewer treated or control units or clusters than this are said in the row
UNRELIABLE: Final = "no method is reliable with so few: read it as a description"
NO_ERROR: Final = "no error: the estimate cannot be made without some cluster, or does not vary"


@dataclass(frozen=True, kw_only=True, eq=False)
class Certainty:
    """What the table says of each row's error, each (k,)."""

    std_error: Floats
    df: Floats
    p_value: Floats
    conf_low: Floats
    conf_high: Floats
    band_low: Floats
    band_high: Floats
    simulated: int = (
        0  # draws that the p-values rest on; none where all there are were used, or where there are no draws
    )
    floor: float = 0.0  # the smallest p-value that the method can give
    warning: str = ""  # of every row
    careful: bool = False  # the error knows how few clusters there are
    no_error: str = NO_ERROR  # why a row has none, where it is not for lack of units


def certain_rows(effects: Effects, sure: Certainty, method: str) -> pd.DataFrame:
    """The tidy table of the estimates with their certainty, counts, and what each row must say of its error."""
    kinds, design = effects.kinds, effects.design
    columns = {name: values for name, values in effects.columns.items() if name not in ("base_period", "fewest")} | {
        "estimate": effects.estimate,
        "std_error": sure.std_error,
        "df": sure.df,
        "conf_low": np.where(np.isinf(sure.conf_low), np.nan, sure.conf_low),
        "conf_high": np.where(np.isinf(sure.conf_high), np.nan, sure.conf_high),
        "band_low": sure.band_low,
        "band_high": sure.band_high,
        "n_units": kinds.total() @ (kinds.treated | kinds.control),
        "n_clusters": effects.cluster_counts[2],
        "p_value": sure.p_value,
        "p_value_error": _simulation_error(sure),
        "reason": _reasons(effects, sure),
    }
    return tidy(
        columns,
        estimator=effects.estimator,
        adjustment=design.adjustment,
        control_group=design.control_group,
        aggregation=effects.aggregation,
        inference=method,
    )


def _simulation_error(sure: Certainty) -> Floats:
    """sqrt(p (1 - p) / draws), (k,): how far a p-value may move with another seed; NaN where nothing is drawn."""
    if not sure.simulated:
        return np.full(len(sure.p_value), np.nan)
    return np.asarray(np.sqrt(sure.p_value * (1 - sure.p_value) / sure.simulated))


def _reasons(effects: Effects, sure: Certainty) -> list[str]:
    columns = effects.columns
    cautions = _cautions(effects, sure)
    return ["; ".join(filter(None, row)) for row in zip(columns["reason"], cautions, strict=True)]


def _cautions(effects: Effects, sure: Certainty) -> list[str]:
    columns = effects.columns
    unbounded = np.isinf(sure.conf_low) | np.isinf(sure.conf_high)
    tested = np.isfinite(sure.p_value) & ~np.isfinite(sure.band_low)
    rows = zip(
        columns["status"],
        columns["reason"],
        *effects.clusters,
        columns["fewest"],
        sure.std_error,
        tested,
        unbounded,
        strict=True,
    )
    return [_caution(*row, sure=sure) for row in rows]


def _caution(
    status: str,
    why: str,
    treated: int,
    control: int,
    fewest: int,
    std_error: float,
    tested: bool,
    unbounded: bool,
    *,
    sure: Certainty,
) -> str:
    """What a row must say of its error; numbers are of clusters, which are the units when none are declared."""
    if status != "ok" or why.startswith("base period"):
        return ""
    said = ["the interval has no bound on one side: the test rejects no value there"] if unbounded else []
    smaller = min(treated, control)
    doubt = "read with care" if tested or sure.careful else "the error is likely too small"
    if smaller == 1:
        side = "treated" if treated == 1 else "control"
        said.append(_lone(side, sure.floor) if tested else f"one {side} unit or cluster: no interval from this method")
    elif np.isnan(std_error):
        said.append(sure.no_error)
    elif smaller < FEW:
        few = [f"{n} {word}" for n, word in ((treated, "treated"), (control, "control")) if n < FEW]
        said.append(f"only {' and '.join(few)} units or clusters" + (f": {doubt}" if smaller >= FEWEST else ""))
    elif fewest == 1:
        said.append("rests in part on a single unit or cluster: the error is likely too small")
    unreliable = 1 < smaller < FEWEST and not np.isnan(std_error)
    said += [UNRELIABLE] if unreliable else [sure.warning] * bool(sure.warning)
    return "; ".join(said)


def _lone(side: str, floor: float) -> str:
    if floor > 0:
        return f"one {side} unit or cluster: the p-value cannot be below {floor:.3g}, and there is no normal interval"
    return f"one {side} unit or cluster: this test is not reliable"
