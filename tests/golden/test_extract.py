"""The committed reference numbers are what their script makes from the full collection."""

import pytest
from extract import COLLECTION, FAMILIES, HERE, OWN, as_json, own
from golden_records import ABSENT

needs_collection = pytest.mark.skipif(not COLLECTION.is_dir(), reason=ABSENT)


@needs_collection
@pytest.mark.parametrize("family", FAMILIES)
def test_committed_numbers_are_those_of_the_collection(family):
    committed = (HERE / f"{family}.json").read_text(encoding="utf-8")
    assert committed == as_json(own(FAMILIES[family](COLLECTION)))


@needs_collection
@pytest.mark.parametrize("name", OWN)
def test_committed_data_are_those_of_the_collection(name):
    assert (HERE / "data" / f"{name}.csv").read_text() == (COLLECTION / "data" / f"{name}.csv").read_text()
