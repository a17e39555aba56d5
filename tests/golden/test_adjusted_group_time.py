"""ATT(g, t) with covariates, and its averages, are those of R did.

`python tests/golden/test_adjusted_group_time.py` makes the committed records from the full collection.
"""

import json
from functools import cache

import numpy as np
import pytest
from extract import COLLECTION, HERE, _group_time, _records, as_json, foreign, own
from golden_records import ABSENT, frame
from test_group_time import _variance, averaged, estimated

from lnbeval import Design, Panel, aggregate, att_gt

# Relative, estimates to their standard error. R did stops its iterations for the propensity once the deviance is still to
# eight digits: its own numbers of ipw and dr are off by up to a few 1e-9; those of reg agree to 1e-13.
TOLERANCE = 1e-8
COMMITTED = HERE / "adjusted_group_time.json"


def records(folder):
    """The records with covariates on panels whose incomplete units are dropped."""
    return [_group_time(r) | _covariates(r) for r in _records(folder, "callaway_santanna") if _is_adjusted(r)]


def _is_adjusted(record):
    options = record["options"]
    return options["covariates"] and options["panel"] and not options["allow_unbalanced_panel"]


def _covariates(record):
    options = record["options"]
    return {"adjustment": options["est_method"], "covariates": options["covariates"].lstrip("~").split("+")}


def _params(found):
    return [pytest.param(record, id=record["id"]) for record in found]


def _elsewhere():
    if not COLLECTION.is_dir():
        return [pytest.param(None, id="absent", marks=pytest.mark.skip(reason=ABSENT))]
    return _params(foreign(records(COLLECTION)))


@cache
def panel(data, outcome, unit, weight, cluster, covariates):
    return Panel.from_long(
        frame(data),
        unit=unit,
        period="year",
        outcome=outcome,
        cohort="cohort",
        weight=weight,
        cluster=cluster,
        covariates=covariates,
        never=0,
    )


@cache
def cells(data, outcome, unit, weight, cluster, covariates, choices):
    return att_gt(panel(data, outcome, unit, weight, cluster, covariates), Design(**dict(choices)))


def averages(record):
    names = ("control_group", "base_period", "anticipation", "missing", "adjustment")
    choices = tuple((name, record[name]) for name in names)
    where = (record["data"], record["outcome"], record["unit"], record["weight"], record["cluster"])
    effects = cells(*where, tuple(record["covariates"]), choices)
    if record["by"] == "cell":
        return estimated(effects, ["cohort", "period"])
    average = averaged(effects, record)
    total = average if record["by"] == "overall" else aggregate(average, "overall")
    rows = {} if record["by"] == "overall" else estimated(average, record["by"])
    return rows | {("overall",): (total.estimate[0], np.sqrt(_variance(total))[0])}


def meets(record):
    got = averages(record)
    expected = {tuple(row[:-2]): row[-2:] for row in record["rows"]}
    assert set(got) == set(expected)
    for key, (estimate, std_error) in expected.items():
        # R gives no error for the base period; ours is zero there before `infer` empties it.
        assert got[key][1] == pytest.approx(std_error or 0.0, rel=TOLERANCE, abs=0), key
        assert got[key][0] == pytest.approx(estimate, abs=TOLERANCE * (std_error or 0.0), rel=0), key


@pytest.mark.parametrize("record", _params(json.loads(COMMITTED.read_text(encoding="utf-8"))))
def test_estimates_and_errors_with_covariates_are_those_of_r_did(record):
    meets(record)


@pytest.mark.parametrize("record", _elsewhere())
def test_estimates_and_errors_with_covariates_on_the_data_of_others_are_those_of_r_did(record):
    meets(record)


@pytest.mark.skipif(not COLLECTION.is_dir(), reason=ABSENT)
def test_committed_numbers_are_those_of_the_collection():
    assert COMMITTED.read_text(encoding="utf-8") == as_json(own(records(COLLECTION)))


if __name__ == "__main__":
    COMMITTED.write_text(as_json(own(records(COLLECTION))), encoding="utf-8", newline="\n")
