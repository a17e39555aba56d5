"""Who was treated, when, and how well that is documented: one row per municipality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lnbeval.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Treatment

RANK: Final = ("confirmed", "indirect", "mentioned", "illustrative")  # how well documented, best first
COLUMNS: Final = ("code", "phase", "status", "source")


def treated_municipalities(table: Path, treatment: Treatment, reference: Reference) -> pd.DataFrame:
    """All municipalities, indexed by code: name, county, cohort (NaN: not treated), phase, status, source.

    Rows of `table` count when their status and phase are among those the parameters use. A municipality in several
    phases belongs to the one first treated; its status is the best among the rows of that phase.

    Raises DataError when the table lacks a column, or names an unknown municipality or status.
    """
    rows = pd.read_csv(table, dtype=str, keep_default_na=False)
    _refuse(rows, table.name, reference)
    start = {str(phase.phase): phase.first_treated for phase in treatment.phases}
    used = rows[rows["status"].isin(treatment.status) & rows["phase"].isin(start)]
    used = used.assign(cohort=used["phase"].map(start), rank=used["status"].map(RANK.index))
    first = used.sort_values(["cohort", "rank"], kind="stable").groupby("code").first()
    columns = first.reindex(reference.municipalities.index)[["cohort", "phase", "status", "source"]]
    names = reference.municipalities[["name", "county"]]
    return pd.concat([names, columns.assign(cohort=columns["cohort"].astype(float))], axis=1)


def cohort_label(cohort: float, last_period: int, others: str) -> str:
    """How a cohort is called on the pages."""
    if np.isnan(cohort) or np.isinf(cohort) or cohort > last_period:
        return others
    return f"Treated from {cohort:g}"


def _refuse(rows: pd.DataFrame, name: str, reference: Reference) -> None:
    absent = [column for column in COLUMNS if column not in rows.columns]
    if absent:
        raise DataError(f"{name}: column {', '.join(absent)} is missing; the table needs {', '.join(COLUMNS)}.")
    problems = [
        f"row {number + 2}: code '{code}' is not a municipality"
        for number, code in enumerate(rows["code"])
        if code not in reference.municipalities.index
    ]
    problems += [
        f"row {number + 2}: status '{status}' must be one of {', '.join(RANK)}"
        for number, status in enumerate(rows["status"])
        if status not in RANK
    ]
    if problems:
        raise DataError(f"{name}: {'; '.join(problems)}.")
