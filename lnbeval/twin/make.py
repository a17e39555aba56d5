"""The twin as tables: treatment, what each sheet reports, and the truth behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lnbeval.twin.outcomes import untreated_counts, untreated_rates
from lnbeval.twin.recipe import load_recipe
from lnbeval.twin.treatment import cohort_of, treatment_table
from lnbeval.twin.truth import true_effects, truth_att, truth_table
from lnbeval.twin.world import make_world, published_population

if TYPE_CHECKING:
    from lnbeval.reference import Reference
    from lnbeval.twin.recipe import Recipe
    from lnbeval.twin.world import Floats, World

UNTREATED: Final = {"rate": untreated_rates, "count": untreated_counts}
SPENDING: Final = "spend_share"  # the indicator whose denominator is fixed by a known national sum


@dataclass(frozen=True, kw_only=True, eq=False)
class Twin:
    """Long tables by `code` and `period` in the words of the indicator registry; NaN where nothing was reported."""

    treatment: pd.DataFrame
    services: pd.DataFrame
    education: pd.DataFrame
    spending: pd.DataFrame
    truth: pd.DataFrame
    truth_att: pd.DataFrame
    recipe: Recipe


def make_twin(reference: Reference, rng: np.random.Generator) -> Twin:
    """Draw a twin. Each table has a stream of its own, so that a new indicator leaves the treatment list as it was."""
    recipe = load_recipe(reference.folder / "twin")
    for_treatment, for_outcomes, for_denominators, for_reports = rng.spawn(4)
    treatment = treatment_table(reference, recipe.phases, for_treatment)
    world = make_world(reference, recipe, cohort_of(treatment, list(reference.municipalities.index)))
    effects, outcomes = _outcomes(world, recipe, for_outcomes)
    denominators = _denominators(world, recipe, outcomes[SPENDING], for_denominators)
    published = {"population": published_population(reference, recipe, world).astype(float)}
    reported = denominators | _numerators(reference, recipe, outcomes, denominators) | published
    truth = truth_table(world, effects)
    return Twin(
        treatment=treatment,
        **{sheet: _sheet(world, recipe, sheet, reported, for_reports) for sheet in sorted(recipe.columns)},
        truth=truth,
        truth_att=truth_att(truth),
        recipe=recipe,
    )


def _outcomes(world: World, recipe: Recipe, rng: np.random.Generator) -> tuple[dict[str, Floats], dict[str, Floats]]:
    streams = dict(zip(recipe.shapes, rng.spawn(len(recipe.shapes)), strict=True))
    effects = {name: true_effects(world, recipe, shape, streams[name]) for name, shape in recipe.shapes.items()}
    outcomes = {
        name: np.maximum(UNTREATED[shape.process](world, recipe, shape, streams[name]) + effects[name], 0)
        for name, shape in recipe.shapes.items()
    }
    return effects, outcomes


def _denominators(world: World, recipe: Recipe, share: Floats, rng: np.random.Generator) -> dict[str, Floats]:
    """Inhabitants at the first census, pupils, and expenditure in thousands such that the known national sum results."""
    since = np.arange(len(world.periods))
    own = np.exp(rng.normal(0, recipe.settings["pupils_sd"], size=(len(world.codes), 1)))
    growth = (1 + recipe.settings["pupils_growth"]) ** since
    pupils = np.rint(recipe.settings["pupils_per_inhabitant"] * world.population[:, None] * own * growth)
    relative = np.exp(rng.normal(0, recipe.settings["expenditure_sd"], size=world.shape))
    per_head = world.population ** (1 + recipe.settings["expenditure_by_population"])
    total = per_head[:, None] * relative
    known = 1000 * recipe.path("social_spending_million", list(world.periods)).to_numpy()
    return {
        "": np.ones(world.shape),
        "population": np.broadcast_to(world.population[:, None], world.shape),
        "pupils": pupils,
        "total_spending": np.round(total * known / (share / 100 * total).sum(axis=0), 1),
    }


def _numerators(
    reference: Reference,
    recipe: Recipe,
    outcomes: dict[str, Floats],
    denominators: dict[str, Floats],
) -> dict[str, Floats]:
    """What the registry's definition of each indicator, read backwards, makes of its value."""
    registry = reference.indicators.loc[list(outcomes)]
    return {
        row["numerator"]: np.round(
            outcomes[str(name)] * denominators[row["denominator"]] / row["scale"],
            recipe.shapes[str(name)].numerator_decimals,
        )
        for name, row in registry.iterrows()
    }


def _sheet(
    world: World,
    recipe: Recipe,
    sheet: str,
    reported: dict[str, Floats],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The variables of one sheet by year and municipality; a report that never came leaves all but `population` blank."""
    n, t = world.shape
    weight = world.population ** -recipe.settings["missing_by_population"]
    missing = rng.random((n, t)) < (recipe.settings["missing_share"] * weight / weight.mean())[:, None]
    keys = {"code": np.tile(world.codes, t), "period": np.repeat(world.periods, n)}
    shown = [column.variable for column in recipe.columns[sheet] if column.variable in reported]
    values = {name: np.where(missing & (name != "population"), np.nan, reported[name]).T.ravel() for name in shown}
    return pd.DataFrame(keys | values)
