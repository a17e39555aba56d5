"""Outcomes without the programme: levels that follow real features, common paths, shocks and correlated noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lnbeval.twin.recipe import Recipe, Shape
    from lnbeval.twin.world import Floats, World


def untreated_rates(world: World, recipe: Recipe, shape: Shape, rng: np.random.Generator) -> Floats:
    """A rate in each municipality and year, (n, t), had nobody been treated.

    Trends are parallel but for the earthquake: it struck municipalities of one cohort more often than those of others.
    """
    periods = np.array(world.periods)
    path = shape.trend * (periods - periods[0]) + shape.covid * recipe.path("covid", list(periods)).to_numpy()
    level = _level(world, shape, rng)[:, None]
    rates: Floats = level + path + _earthquake(world, recipe, shape) + _noise(world, shape, recipe, rng)
    return rates


def untreated_counts(world: World, recipe: Recipe, shape: Shape, rng: np.random.Generator) -> Floats:
    """A number of services in each municipality and year, (n, t), had nobody been treated.

    Services are added and never closed, at a rate that does not depend on the level: parallel trends hold although many
    start at zero. Everybody receives one service in a year drawn from `first_service_from` on, so nobody ends with none.
    """
    n, t = world.shape
    base = np.floor(np.exp(_level(world, shape, rng)))
    first = int(recipe.settings["first_service_from"])
    given = rng.integers(first, world.periods[-1] + 1, size=n)[:, None] <= np.array(world.periods)
    counties = world.county.max() + 1
    spread = shape.county_year_sd**2
    county = rng.gamma(1 / spread, spread, size=(counties, t))[world.county]
    new = rng.poisson(recipe.path("arrivals", list(world.periods)).to_numpy() * county)
    emergency = np.floor(_earthquake(world, recipe, shape) + rng.random((n, 1)))
    counts: Floats = base[:, None] + given + new.cumsum(axis=1) + emergency
    return counts


def _level(world: World, shape: Shape, rng: np.random.Generator) -> Floats:
    county = rng.normal(0, shape.county_sd, size=world.county.max() + 1)[world.county]
    own = rng.normal(0, shape.unit_sd, size=len(world.codes))
    level: Floats = shape.level + shape.size * world.size + shape.county_seat * world.county_seat + county + own
    return level


def _earthquake(world: World, recipe: Recipe, shape: Shape) -> Floats:
    return shape.earthquake * np.outer(world.shaken, recipe.path("earthquake", list(world.periods)))


def _noise(world: World, shape: Shape, recipe: Recipe, rng: np.random.Generator) -> Floats:
    """County-by-year noise plus first-order autoregressive noise, larger where fewer people live."""
    n, t = world.shape
    county = rng.normal(0, shape.county_year_sd, size=(world.county.max() + 1, t))[world.county]
    draws = rng.normal(0, 1, size=(n, t))
    own = np.empty((n, t))
    own[:, 0] = draws[:, 0]
    for k in range(1, t):
        own[:, k] = shape.noise_ar * own[:, k - 1] + np.sqrt(1 - shape.noise_ar**2) * draws[:, k]
    scale = np.clip(np.exp(-recipe.settings["noise_by_size"] * world.size), 0.6, 1.8)
    return county + shape.noise_sd * scale[:, None] * own
