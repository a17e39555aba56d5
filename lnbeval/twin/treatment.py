"""Who is treated in the twin: documented municipalities first, the rest drawn and marked as illustrative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lnbeval.reference import STATUSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.reference import Reference

DRAWN: Final = "drawn by the generator"
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def treatment_table(reference: Reference, phases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row per municipality and phase: code, name, phase, cohort, status, source.

    The cohort is the first year of treatment in any phase, so who is supported again keeps the earlier one.
    """
    groups = [_phase(reference, int(row["phase"]), row, rng) for _, row in phases.iterrows()]
    table = pd.concat(groups, ignore_index=True)
    table["cohort"] = table.groupby("code")["cohort"].transform("min")
    return table[["code", "name", "phase", "cohort", "status", "source"]]


def cohort_of(treatment: pd.DataFrame, codes: Sequence[str]) -> Floats:
    """First treated year of each of `codes`, infinity when never treated."""
    first = treatment.groupby("code")["cohort"].min()
    return first.reindex(list(codes)).fillna(np.inf).to_numpy(float)


def _phase(reference: Reference, phase: int, row: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    evidence = reference.evidence[reference.evidence["phase"] == phase]
    ranked = evidence.assign(rank=evidence["status"].map(STATUSES.index)).sort_values("rank", kind="stable")
    documented = ranked.drop_duplicates("code").head(int(row["targets"]))[["code", "status", "source"]]
    # Nothing is drawn that a document of the other phase would date differently.
    others = sorted(set(reference.municipalities.index) - set(reference.evidence["code"]))
    drawn = rng.choice(others, size=int(row["targets"]) - len(documented), replace=False)
    illustrative = pd.DataFrame({"code": drawn, "status": "illustrative", "source": DRAWN})
    table = pd.concat([documented, illustrative]).sort_values("code")
    names = reference.municipalities["name"].reindex(table["code"]).to_numpy()
    return table.assign(name=names, phase=phase, cohort=int(row["cohort"]))
