"""Adjusted p-values are those of R p.adjust, of Anderson's program and of the two-stage procedure itself."""

import json

import numpy as np
import pytest
from extract import COLLECTION, HERE, as_json
from golden_records import ABSENT

from lnbeval.multiplicity import adjusted_p_values

P_VALUE = 1e-12  # absolute: products of a p-value and a small whole number
METHODS = {"holm": "holm", "bonferroni": "bonferroni", "BH": "bh"}
STEP = 0.001  # of the grid in Anderson's program


def taken(folder):
    """The adjustments offered here, in the order of the raw p-values."""
    return [
        {
            "id": f"{record['id']}.{name}",
            "method": ours,
            "p": record["options"]["p"],
            "adjusted": [row["p_adjusted"] for row in record["values"] if row["method"] == name],
        }
        for record in json.loads((folder / "p_adjust.json").read_text(encoding="utf-8"))
        for name, ours in METHODS.items()
    ]


RECORDS = json.loads((HERE / "p_adjust.json").read_text(encoding="utf-8"))
SHARED = RECORDS[0]["p"]
FAMILIES = {
    "shared": SHARED,
    "one": [0.03],
    "all small": [0.001, 0.002, 0.004, 0.011, 0.012],
    "all large": [0.4, 0.7, 0.9],
    "ties": [0.02, 0.02, 0.02, 0.3, 0.3],
    "spread": np.round(np.random.default_rng(8).beta(0.4, 1.5, 40), 4).tolist(),
}
each_family = pytest.mark.parametrize("p", FAMILIES.values(), ids=FAMILIES)


@pytest.mark.parametrize("record", RECORDS, ids=[record["id"] for record in RECORDS])
def test_adjusted_p_values_are_those_of_r(record):
    got = adjusted_p_values(np.array(record["p"]), record["method"])
    np.testing.assert_allclose(got, record["adjusted"], rtol=0, atol=P_VALUE)


def grid_q_values(p):
    """Anderson's search, from one downwards in steps: each hypothesis keeps the last q at which it was rejected."""
    p = np.asarray(p)
    m, rank = len(p), np.argsort(np.argsort(p, kind="stable"), kind="stable") + 1

    def rejected(level):
        passing = rank[p <= level * rank / m]
        return passing.max(initial=0)

    q_values = np.ones(m)
    for q in np.arange(1000, 0, -1) * STEP:
        level = q / (1 + q)
        first = rejected(level)
        second = m if first == m else rejected(level * m / (m - first))
        q_values[rank <= second] = q
    return q_values


@each_family
def test_sharpened_q_values_are_those_of_the_grid_search_before_it_rounds_up(p):
    distance = grid_q_values(p) - adjusted_p_values(np.array(p), "sharpened_q")
    assert (distance > -P_VALUE).all()
    assert (distance < STEP + P_VALUE).all()


@each_family
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1, 0.25])
def test_a_sharpened_q_value_is_below_alpha_where_the_two_stage_procedure_rejects_at_alpha(p, alpha):
    from statsmodels.stats.multitest import multipletests

    expected = multipletests(p, alpha=alpha, method="fdr_tsbky")[0]
    assert (adjusted_p_values(np.array(p), "sharpened_q") <= alpha).tolist() == expected.tolist()


@pytest.mark.skipif(not COLLECTION.is_dir(), reason=ABSENT)
def test_committed_adjusted_p_values_are_those_of_the_collection():
    assert (HERE / "p_adjust.json").read_text(encoding="utf-8") == as_json(taken(COLLECTION))
