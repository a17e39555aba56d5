"""Far populations: delivered populations that no census of the municipality is near to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lnbeval.workspace.variables import POPULATION, problem_at, sheets, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from lnbeval.intake import Problem
    from lnbeval.reference import Reference

FAR: Final = 2.0  # times a census: no municipality doubled or halved within a few years


def far_populations(values: pd.DataFrame, reference: Reference) -> Iterator[Problem]:
    """A warning of populations above twice the largest one known of the municipality, or below half of the smallest."""
    cells = values[values["variable"] == POPULATION]
    series = [name for name in reference.municipalities.columns if name.startswith("population_")]
    known = reference.municipalities[series].reindex(cells["code"])
    high, low = known.max(axis="columns").to_numpy(), known.min(axis="columns").to_numpy()
    for part in sheets(cells[(cells["value"] > FAR * high) | (cells["value"] < low / FAR)]):
        what = (
            f"{POPULATION} is above twice or below half of every population that municipalities.csv has of the municipality: "
            f"{told(part, reference)}"
        )
        do = "Ask the source what is counted, and whether a digit is too many; rates over it are wrong by as much"
        yield problem_at(part, reference, "WARN", what, do, rule="far_population", subject=POPULATION)
