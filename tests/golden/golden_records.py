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


def every(family, chosen=lambda _: True):
    """The records of both kinds that are chosen; the placeholder for absent ones stays."""
    params = committed(family) + elsewhere(family)
    return [param for param in params if param.values[0] is None or chosen(param.values[0])]


@cache
def frame(data):
    folder = HERE if data in OWN else COLLECTION
    return pd.read_csv(folder / "data" / f"{data}.csv")


def rows_of(record):
    """The rows that a record is about."""
    rows = frame(record["data"])
    return rows if record["filter"] is None else rows.query(record["filter"]).reset_index(drop=True)


@cache
def panel(
    data,
    outcome,
    unit="unit",
    weight=None,
    cluster=None,
    chosen=None,
    *,
    period="year",
    cohort="cohort",
    treatment=None,
    covariates=(),
):
    """The panel; with `treatment`, the cohort is the first period in which that column is one."""
    rows = frame(data) if chosen is None else frame(data).query(chosen)
    if treatment is not None:
        rows = rows.assign(**{cohort: rows[unit].map(rows[rows[treatment] == 1].groupby(unit)[period].min())})
    rows = rows.assign(**{cohort: rows[cohort].fillna(0)})  # empty or zero: never treated
    return Panel.from_long(
        rows,
        unit=unit,
        period=period,
        outcome=outcome,
        cohort=cohort,
        weight=weight,
        cluster=cluster,
        covariates=covariates,
        never=0,
    )
