"""Structural breaks that the registries declare in the series of an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.workspace.variables import breaks as years_of_breaks
from lnbeval.workspace.variables import variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lnbeval.workspace.study import Study

COLUMNS: Final = ("Series", "Year", "What changed", "Declared in", "Indicators it touches")


def breaks(study: Study) -> pd.DataFrame:
    """Each break within the years of the panel: series, year, what changed, the table that says so, indicators made of it."""
    first, last = int(study.rows["period"].min()), int(study.rows["period"].max())
    rows = [row for row in _declared(study) if first < row[1] <= last]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    touched = frame.groupby(list(COLUMNS[:-1]), sort=False)[COLUMNS[-1]].agg(
        lambda names: ", ".join(dict.fromkeys(names))
    )
    ordered = touched.reset_index().sort_values("Year", kind="stable", ignore_index=True)
    return ordered.assign(Year=ordered["Year"].astype("str"))  # no figure: it has no comma


def breaks_title(study: Study) -> str:
    """How many breaks are declared."""
    many = len(breaks(study))
    return "1 series breaks within these years" if many == 1 else f"The series break {many} times within these years"


def _declared(study: Study) -> Iterator[tuple[str, int, str, str, str]]:
    known = variables(study.reference)
    for code in study.parameters.indicators:
        row = study.indicator(code)
        label = str(row["label"])
        parts = list(filter(known.__contains__, dict.fromkeys((row["numerator"], row["denominator"]))))
        for part in parts:
            for year, reason in known[part].breaks.items():
                yield str(study.reference.variables.loc[part, "label"]), year, reason, known[part].registry, label
        for year, reason in years_of_breaks(str(row["breaks"])).items():
            if all(year not in known[part].breaks for part in parts):  # as in the notes: told once
                yield label, year, reason, "indicators.csv", label
