"""p-values of a family: what is adjusted, with what, and what is left alone."""

from typing import get_args

import numpy as np
import pandas as pd
import pytest
from panels import simulated

from lnbeval import Design, aggregate, att_gt, infer
from lnbeval.multiplicity import romano_wolf
from lnbeval.workspace.families import adjusted_for_families, adjustment_words
from lnbeval.workspace.parameters import Family, FamilyMethod

CODES = ("a", "b", "c")


def made(method="jackknife"):
    effects = {code: aggregate(att_gt(simulated(seed), Design()), "overall") for seed, code in enumerate(CODES)}
    tables = [infer(one, method=method, draws=199).assign(indicator=code) for code, one in effects.items()]
    return pd.concat(tables, ignore_index=True), effects


def family(method, indicators=CODES):
    return Family(name="all", indicators=indicators, method=method)


def test_without_families_nothing_is_adjusted():
    table, effects = made()
    assert adjusted_for_families(table, effects, (), draws=999, seed=1)["p_value_adjusted"].isna().all()


def test_holm_multiplies_the_smallest_by_the_size_of_the_family():
    table, effects = made()
    adjusted = adjusted_for_families(table, effects, (family("holm"),), draws=999, seed=1)
    smallest = table["p_value"].astype(float).idxmin()
    assert adjusted.loc[smallest, "p_value_adjusted"] == pytest.approx(min(1, 3 * table.loc[smallest, "p_value"]))


def test_romano_wolf_is_that_of_the_estimates_and_their_errors():
    table, effects = made()
    adjusted = adjusted_for_families(table, effects, (family("romano_wolf"),), draws=999, seed=1)
    expected = romano_wolf(
        [effects[code] for code in CODES],
        table["std_error"].to_numpy(dtype=float),
        table["df"].to_numpy(dtype=float),
        draws=999,
        rng=np.random.default_rng(1),
    )
    np.testing.assert_allclose(adjusted["p_value_adjusted"].to_numpy(dtype=float), expected, rtol=1e-6)


@pytest.mark.parametrize("method", ["romano_wolf", "holm", "bonferroni", "bh", "sharpened_q"])
def test_indicators_outside_the_family_are_left_alone(method):
    table, effects = made()
    adjusted = adjusted_for_families(table, effects, (family(method, ("a", "c")),), draws=999, seed=1)
    assert adjusted["p_value_adjusted"].notna().tolist() == [True, False, True]


def test_an_indicator_without_a_p_value_does_not_stop_the_others():
    table, effects = made()
    table.loc[1, "p_value"] = np.nan
    del effects["b"]
    adjusted = adjusted_for_families(table, effects, (family("romano_wolf"),), draws=999, seed=1)
    assert adjusted["p_value_adjusted"].notna().tolist() == [True, False, True]


@pytest.mark.parametrize("method", ["randomization", "wild"])
def test_p_values_of_tests_can_be_adjusted_too(method):
    table, effects = made(method)
    adjusted = adjusted_for_families(table, effects, (family("romano_wolf"),), draws=999, seed=1)
    assert (adjusted["p_value_adjusted"] >= table["p_value"].astype(float) - 1e-9).all()


def adjusted_rows(**p_values):
    return pd.DataFrame({"indicator": list(p_values), "p_value_adjusted": list(p_values.values())})


def test_the_words_name_method_family_and_number_of_indicators():
    said = adjustment_words((family("romano_wolf"),), adjusted_rows(a=0.1, b=0.2, c=0.3))
    assert (
        said
        == "Adjusted p: Romano-Wolf step-down over the family \N{LEFT SINGLE QUOTATION MARK}all\N{RIGHT SINGLE QUOTATION MARK} (3 indicators)."
    )


def test_the_words_say_which_share_of_the_family_had_a_p_value():
    said = adjustment_words((family("holm"),), adjusted_rows(a=0.1, b=np.nan, c=0.3))
    assert said.endswith("(2 of its 3 indicators, the others have no p).")


@pytest.mark.parametrize("method", get_args(FamilyMethod))
def test_every_method_of_a_family_has_words(method):
    assert adjustment_words((family(method),), adjusted_rows(a=0.1, b=0.2, c=0.3)).startswith("Adjusted p: ")


def test_without_adjusted_p_values_there_are_no_words():
    assert adjustment_words((family("holm"),), adjusted_rows(a=np.nan)) == ""
