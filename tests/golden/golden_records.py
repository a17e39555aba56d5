"""Reference records and the panels they were made on, for the tests in this folder."""

from __future__ import annotations

import json
from functools import cache

import pandas as pd
import pytest
from extract import COLLECTION, FAMILIES, HERE, OWN, foreign

from lnbeval.panel import Panel

ABSENT = "the full collection of reference numbers is not beside this repository (../shared/golden)"


def committed(family):
    """The records on our own data, as test parameters."""
    records = json.loads((HERE / f"{family}.json").read_text(encoding="utf-8"))
    return [pytest.param(record, id=record["id"]) for record in records]


def elsewhere(family):
    """The records on the data of others, as test parameters; one that is skipped when they are not to be had."""
    if not COLLECTION.is_dir():
        return [pytest.param(None, id="absent", marks=pytest.mark.skip(reason=ABSENT))]
    return [pytest.param(record, id=record["id"]) for record in foreign(FAMILIES[family](COLLECTION))]


@cache
def frame(data):
    folder = HERE if data in OWN else COLLECTION
    return pd.read_csv(folder / "data" / f"{data}.csv")


@cache
def panel(data, outcome, unit="unit", weight=None, cluster=None, chosen=None):
    rows = frame(data) if chosen is None else frame(data).query(chosen)
    return Panel.from_long(
        rows, unit=unit, period="year", outcome=outcome, cohort="cohort", weight=weight, cluster=cluster, never=0
    )
