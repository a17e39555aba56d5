"""The true effects, and their averages as the estimand defines them: every treated municipality counts the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from lnbeval.twin.recipe import Recipe, Shape
    from lnbeval.twin.world import Floats, World

DECIMALS: Final = 6  # far below the rounding of the raw files, and the same on every machine


def true_effects(world: World, recipe: Recipe, shape: Shape, rng: np.random.Generator) -> Floats:
    """Effect in each municipality and year, (n, t): builds up over some years, and differs by cohort and size.

    A count gains whole services: each municipality rounds its path at a threshold of its own, so the mean is kept.
    """
    start = recipe.phases.set_index("phase")["cohort"]
    full = np.zeros(len(world.codes))
    for phase, amount in shape.effect.items():
        full[world.cohort == start[phase]] = amount
    gain = 1 - shape.small_gain * np.clip(world.size, -1, 1)
    effect = (full * gain)[:, None] * _build_up(world, recipe)
    if shape.process == "count":
        effect = np.floor(effect + rng.random((len(world.codes), 1)))
    return np.round(effect, DECIMALS) + 0.0


def truth_table(world: World, effects: dict[str, Floats]) -> pd.DataFrame:
    """One row per indicator, municipality and year: indicator, code, cohort (empty when never), period, effect."""
    cohort = pd.Series(world.cohort).replace(np.inf, np.nan).astype("Int64")
    n, t = world.shape
    frames = [
        pd.DataFrame(
            {
                "indicator": indicator,
                "code": np.repeat(world.codes, t),
                "cohort": cohort.repeat(t).to_numpy(),
                "period": np.tile(world.periods, n),
                "effect": effect.ravel(),
            },
        )
        for indicator, effect in effects.items()
    ]
    return pd.concat(frames, ignore_index=True).astype({"cohort": "Int64"})


def truth_att(truth: pd.DataFrame) -> pd.DataFrame:
    """Averages of `truth` over treated municipality-years: indicator, aggregation, cohort, event_time, effect.

    `overall` and `cohort` average over event_time >= 0; `event_time` also lists the zeros before treatment.
    """
    treated = truth.dropna(subset="cohort").assign(event_time=lambda rows: rows["period"] - rows["cohort"])
    after = treated[treated["event_time"] >= 0]
    parts = {
        "overall": after.groupby("indicator", sort=False)["effect"].mean().reset_index(),
        "event_time": treated.groupby(["indicator", "event_time"], sort=False)["effect"].mean().reset_index(),
        "cohort": after.groupby(["indicator", "cohort"], sort=False)["effect"].mean().reset_index(),
    }
    table = pd.concat([part.assign(aggregation=name) for name, part in parts.items()], ignore_index=True)
    table = table.astype({"cohort": "Int64", "event_time": "Int64"}).round({"effect": DECIMALS})
    order = ["indicator", "aggregation", "cohort", "event_time"]
    return table.sort_values(order, kind="stable", ignore_index=True)[[*order, "effect"]]


def _build_up(world: World, recipe: Recipe) -> Floats:
    """Share of the full effect reached in each municipality and year, (n, t); the last value of the series stays."""
    steps = recipe.series["build_up"].sort_index().to_numpy(float)
    since = np.array(world.periods) - world.cohort[:, None]
    reached = steps[np.clip(np.where(np.isfinite(since), since, 0), 0, len(steps) - 1).astype(int)]
    return np.where(since >= 0, reached, 0.0)
