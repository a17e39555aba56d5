"""What is given before anything is drawn: the municipalities' real features, the years, and who is treated when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lnbeval.errors import DataError

if TYPE_CHECKING:
    from lnbeval.reference import Reference
    from lnbeval.twin.recipe import Recipe

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Integers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """Features of the n municipalities and t years."""

    codes: tuple[str, ...]
    periods: tuple[int, ...]
    cohort: Floats  # (n,), infinity when never treated
    county: Integers  # (n,), a number per county
    county_seat: Floats  # (n,), 1 for the municipality a county is named after
    size: Floats  # (n,), log population of the first census, standardised
    population: Floats  # (n,), first census
    shaken: Floats  # (n,), 1 where the earthquake struck

    @property
    def shape(self) -> tuple[int, int]:
        """(n, t)."""
        return len(self.codes), len(self.periods)


def make_world(reference: Reference, recipe: Recipe, cohort: Floats) -> World:
    """Put the real features of the municipalities in the order of the reference."""
    table = reference.municipalities
    population = table[census_columns(reference)[0]].to_numpy(float)
    logs = np.log(population)
    return World(
        codes=tuple(table.index),
        periods=tuple(range(int(recipe.settings["first_period"]), int(recipe.settings["last_period"]) + 1)),
        cohort=cohort,
        county=np.asarray(pd.factorize(table["county"])[0]),
        county_seat=np.where(table["name"] == table["county"], 1.0, 0.0),
        size=(logs - logs.mean()) / logs.std(),
        population=population,
        shaken=np.where(table.index.isin(_affected(reference, recipe.texts["earthquake_event"])), 1.0, 0.0),
    )


def published_population(reference: Reference, recipe: Recipe, world: World) -> Integers:
    """The population as published, (n, t): the old census moved by county estimates, then the new census at once.

    Statistical offices do not revise the years before a census, so a rate on this series breaks in that year.
    """
    old, new = census_columns(reference)
    revision = int(new.removeprefix("population_"))
    growth = _county_growth(reference, int(old.removeprefix("population_")), list(world.periods))
    before = world.population[:, None] * growth.reindex(reference.municipalities["county"]).to_numpy()
    since = np.array([max(period - revision, 0) for period in world.periods])
    latest = reference.municipalities[new].to_numpy(float)
    after = latest[:, None] * (1 + recipe.settings["population_growth_after_revision"]) ** since
    return np.rint(np.where(np.array(world.periods) < revision, before, after)).astype(np.int64)


def census_columns(reference: Reference) -> tuple[str, str]:
    """Names of the columns that hold the first and the latest census."""
    found = sorted(name for name in reference.municipalities.columns if name.startswith("population_"))
    if len(found) < 2:
        raise DataError("municipalities.csv needs the populations of two censuses, as population_<year>.")
    return found[0], found[-1]


def _county_growth(reference: Reference, base: int, periods: list[int]) -> pd.DataFrame:
    """County estimate over census of the year `base`, by county and period; linear between published years."""
    long = reference.county_population
    census = long[(long["kind"] == "census") & (long["year"] == base)].set_index("county")["population"]
    wide = long[long["kind"] == "estimate"].pivot_table(index="county", columns="year", values="population")
    years = sorted({*wide.columns, *periods})
    return wide.reindex(columns=years).interpolate(axis=1, method="index").div(census, axis=0)[periods]


def _affected(reference: Reference, event: str) -> list[str]:
    found = reference.events.loc[reference.events["event_id"] == event, "affected"]
    if found.empty:
        raise DataError(f"events.csv has no event {event!r}, which the recipe of the twin names as the earthquake.")
    return list(found.iloc[0].split(";"))
