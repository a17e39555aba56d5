"""The comparisons in the static regression are those of R bacondecomp.

`python tests/golden/test_bacon_numbers.py` makes the committed records from the full collection.
"""

import json

import numpy as np
import pytest
from extract import COLLECTION, HERE, _records, as_json, foreign, own
from golden_records import ABSENT, panel

from lnbeval import Design, twfe
from lnbeval.twfe_diagnosis import effect_weights, goodman_bacon

COMMITTED = HERE / "bacon.json"
AGREE = 1e-8  # absolute, of estimates and weights up to one: R runs a regression for each comparison
KINDS = {
    "Treated vs Untreated": "treated vs never treated",
    "Earlier vs Later Treated": "earlier vs later treated",
    "Later vs Earlier Treated": "later vs already treated",
    "Later vs Always Treated": "treated vs always treated",
}


def records(folder):
    """The records without covariates: R merges with them both comparisons of two treated cohorts into one."""
    found = [record for record in _records(folder, "bacon") if record["options"]["covariates"] is None]
    return [_record(record) for record in found]


def _record(record):
    options = record["options"]
    names = ("treated", "untreated", "type", "estimate", "weight")
    return {
        "id": record["id"],
        "data": record["dataset"],
        **{name: options[name] for name in ("outcome", "unit", "time", "treatment")},
        "twfe": record["twfe"],
        "rows": [[row[name] for name in names] for row in record["values"]],
    }


def _params(found):
    return [pytest.param(record, id=record["id"]) for record in found]


def _elsewhere():
    if not COLLECTION.is_dir():
        return [pytest.param(None, id="absent", marks=pytest.mark.skip(reason=ABSENT))]
    return _params(foreign(records(COLLECTION)))


OWN, FOREIGN = _params(json.loads(COMMITTED.read_text(encoding="utf-8"))), _elsewhere()


def meets(record):
    names = {"unit": record["unit"], "period": record["time"], "treatment": record["treatment"]}
    data = panel(record["data"], record["outcome"], **names)
    found = goodman_bacon(data)
    got = {(row[0], row[1], row[2]): row[3:] for row in found.itertuples(index=False, name=None)}
    expected = {(g, np.inf if c is None else c, KINDS[kind]): pair for g, c, kind, *pair in record["rows"]}
    assert set(got) == set(expected)
    for key, pair in expected.items():
        assert got[key] == pytest.approx(pair, abs=AGREE, rel=0), key
    assert found["weight"].sum() == pytest.approx(1, abs=AGREE)
    assert found["weight"] @ found["estimate"] == pytest.approx(record["twfe"], abs=AGREE, rel=0)
    assert twfe(data, Design(control_group="all")).estimate[0] == pytest.approx(record["twfe"], abs=AGREE, rel=0)
    assert effect_weights(data)["weight"].sum() == pytest.approx(1, abs=AGREE)


@pytest.mark.parametrize("record", OWN)
def test_comparisons_and_weights_are_those_of_r_bacondecomp(record):
    meets(record)


@pytest.mark.parametrize("record", FOREIGN)
def test_comparisons_and_weights_on_the_data_of_others_are_those_of_r_bacondecomp(record):
    meets(record)


@pytest.mark.skipif(not COLLECTION.is_dir(), reason=ABSENT)
def test_committed_numbers_are_those_of_the_collection():
    assert COMMITTED.read_text(encoding="utf-8") == as_json(own(records(COLLECTION)))


if __name__ == "__main__":
    COMMITTED.write_text(as_json(own(records(COLLECTION))), encoding="utf-8", newline="\n")
