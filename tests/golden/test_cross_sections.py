"""ATT(g, t) from rows observed once each, and its averages, are those of R did.

`python tests/golden/test_cross_sections.py` makes the committed records from the full collection.
"""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from golden_records import ABSENT, frame
from reference_records import COLLECTION, HERE, as_json, foreign, own
from reference_records import records as collected
from slim_cohorts import group_time_record
from test_group_time import averaged

from lnbeval import Design, Panel, aggregate
from lnbeval.estimators.repeated_cross_sections import repeated_cross_sections

# Relative, estimates to their standard error. R did stops its iterations for the propensity once the deviance is still to
# eight digits: its own numbers of ipw and dr could be off by a few 1e-9; without covariates all agree to 1e-13.
TOLERANCE = 1e-8
COMMITTED = HERE / "cross_sections.json"


def records(folder):
    """The records on cross-sections, and on incomplete panels taken as such."""
    return [_slim(record) for record in collected(folder, "callaway_santanna") if _is_by_row(record)]


def _is_by_row(record):
    options = record["options"]
    return not options["panel"] or options["allow_unbalanced_panel"]


def _slim(record):
    """Errors of dr are those of the collection's `se`, in which the influence of R DRDID is corrected."""
    options = record["options"]
    covariates = options["covariates"]
    return group_time_record(record) | {
        "missing": "pairwise",
        "unit": options["unit"] if options["panel"] else None,  # None: every row is a unit of its own
        "filter": options["filter"],
        "adjustment": options["est_method"] if covariates else "none",
        "covariates": covariates.lstrip("~").split("+") if covariates else [],
    }


def _params(found):
    return [pytest.param(record, id=record["id"]) for record in found]


def _elsewhere():
    if not COLLECTION.is_dir():
        return [pytest.param(None, id="absent", marks=pytest.mark.skip(reason=ABSENT))]
    return _params(foreign(records(COLLECTION)))


@cache
def cells(data, outcome, unit, weight, covariates, chosen, choices):
    """The rows used and the effects by cohort and period."""
    rows = frame(data).query(chosen).assign(row=lambda kept: np.arange(len(kept)))
    panel = Panel.from_rows(
        rows,
        period="year",
        outcome=outcome,
        cohort="cohort",
        covariates=covariates,
        weight=weight,
        cluster=unit or "row",
        never=0,
    )
    return rows, repeated_cross_sections(panel, Design(**dict(choices)))


def effects_of(record):
    """As in R: errors by the cluster asked for, and cohorts weighted by their units, not by the rows of these."""
    names = ("control_group", "base_period", "anticipation", "missing", "adjustment")
    choices = tuple((name, record[name]) for name in names)
    where = (record["data"], record["outcome"], record["unit"], record["weight"])
    rows, effects = cells(*where, tuple(record["covariates"]), record["filter"], choices)
    panel = effects.panel
    if record["unit"] is not None:
        times = rows.groupby(record["unit"])["row"].transform("size").to_numpy()
        panel = replace(panel, weight=panel.weight / times)
    if record["cluster"] is not None:
        panel = replace(panel, cluster=rows[record["cluster"]].to_numpy(object))
    return replace(effects, panel=panel)


def std_errors(effects):
    """Root of the squares of the influence summed by cluster: written out, since `infer` withholds errors of lone units."""
    position, _ = pd.factorize(effects.cluster)
    sums = [np.bincount(position, weights=column) for column in effects.influence.T]
    return np.sqrt((np.array(sums) ** 2).sum(axis=1)) / len(position)


def estimated(effects, *names):
    keys = zip(*(effects.columns[name].tolist() for name in names), strict=True)
    rows = zip(keys, effects.ok, zip(effects.estimate, std_errors(effects), strict=True), strict=True)
    return {key: found for key, ok, found in rows if ok}


def averages(record):
    effects = effects_of(record)
    if record["by"] == "cell":
        return estimated(effects, "cohort", "period")
    average = averaged(effects, record)
    total = average if record["by"] == "overall" else aggregate(average, "overall")
    rows = {} if record["by"] == "overall" else estimated(average, record["by"])
    return rows | {("overall",): (total.estimate[0], std_errors(total)[0])}


def meets(record):
    got = averages(record)
    expected = {tuple(row[:-2]): row[-2:] for row in record["rows"]}
    assert set(got) == set(expected)
    for key, (estimate, std_error) in expected.items():
        # R gives no error for the base period; ours is zero there before `infer` empties it.
        assert got[key][1] == pytest.approx(std_error or 0.0, rel=TOLERANCE, abs=0), key
        assert got[key][0] == pytest.approx(estimate, abs=TOLERANCE * (std_error or 0.0), rel=0), key


@pytest.mark.parametrize("record", _params(json.loads(COMMITTED.read_text(encoding="utf-8"))))
def test_estimates_and_errors_by_row_are_those_of_r_did(record):
    meets(record)


@pytest.mark.parametrize("record", _elsewhere())
def test_estimates_and_errors_by_row_on_larger_data_are_those_of_r_did(record):
    meets(record)


@pytest.mark.skipif(not COLLECTION.is_dir(), reason=ABSENT)
def test_committed_numbers_are_those_of_the_collection():
    assert COMMITTED.read_text(encoding="utf-8") == as_json(own(records(COLLECTION)))


if __name__ == "__main__":
    COMMITTED.write_text(as_json(own(records(COLLECTION))), encoding="utf-8", newline="\n")
