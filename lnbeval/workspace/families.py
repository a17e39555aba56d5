"""p-values of several indicators adjusted together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from lnbeval.multiplicity import adjusted_p_values, joint_correlation, step_down

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from lnbeval.effects import Effects
    from lnbeval.panel import Floats
    from lnbeval.workspace.parameters import Family

METHODS: Final = {
    "romano_wolf": "Romano-Wolf step-down",
    "holm": "Holm step-down",
    "bonferroni": "Bonferroni",
    "bh": "Benjamini-Hochberg false discovery rate",
    "sharpened_q": "sharpened two-stage false discovery rate (q-values)",
}


def adjusted_for_families(
    table: pd.DataFrame, effects: Mapping[str, Effects], families: Sequence[Family], *, draws: int, seed: int
) -> pd.DataFrame:
    """The table with `p_value_adjusted` of the indicators that belong to a family; rows without a p-value keep none."""
    adjusted = table["p_value_adjusted"].to_numpy(dtype=float, copy=True)
    for family in families:
        rows = np.flatnonzero((table["indicator"].isin(family.indicators) & table["p_value"].notna()).to_numpy())
        if rows.size:
            adjusted[rows] = _adjusted(table.iloc[rows], effects, family, draws, seed)
    return table.assign(p_value_adjusted=adjusted)


def adjustment_words(families: Sequence[Family], rows: pd.DataFrame) -> str:
    """How the adjusted p-values of the tidy `rows` were made: method, family, and how many indicators; "" without any."""
    with_p = set(rows.loc[rows["p_value_adjusted"].notna(), "indicator"])
    said = [
        f"{METHODS[family.method]} over the family \N{LEFT SINGLE QUOTATION MARK}{family.name}\N{RIGHT SINGLE QUOTATION MARK} "
        f"({_size(with_p.intersection(family.indicators), family)})"
        for family in families
        if with_p.intersection(family.indicators)
    ]
    return f"Adjusted p: {'; '.join(said)}." if said else ""


def _size(with_p: set[str], family: Family) -> str:
    n = len(family.indicators)
    return f"{n} indicators" if len(with_p) == n else f"{len(with_p)} of its {n} indicators, the others have no p"


def _adjusted(rows: pd.DataFrame, effects: Mapping[str, Effects], family: Family, draws: int, seed: int) -> Floats:
    p_values = rows["p_value"].to_numpy(dtype=float)
    if family.method != "romano_wolf":
        return adjusted_p_values(p_values, family.method)
    correlation = joint_correlation([effects[indicator] for indicator in rows["indicator"]])
    return step_down(p_values, correlation, draws=draws, rng=np.random.default_rng(seed))
