"""Imputation gives the numbers of R didimputation, and the estimates of R did2s.

`python tests/golden/test_imputation_numbers.py` makes the committed records from the full collection.
"""

import json

import numpy as np
import pytest
from extract import COLLECTION, HERE, _records, as_json, foreign, own
from golden_records import ABSENT, panel

from lnbeval import Design, aggregate
from lnbeval.estimators.imputation import imputation

COMMITTED = HERE / "imputation.json"
ESTIMATE = 1e-10  # absolute, of outcomes of the order of one to ten: normal equations solved in two ways
STD_ERROR = 1e-10  # relative
DESIGN = Design(control_group="not_yet_treated")


def records(folder):
    """The records without covariates and with weights that belong to the unit; of did2s the estimates since treatment."""
    found = [
        _record(record, family)
        for family in ("imputation_bjs", "did2s")
        for record in _records(folder, family)
        if _is_plain(record["options"])
    ]
    return [record for record in found if record["weight"] != "popt"]  # the only weight that varies within units


def _is_plain(options):
    return options["first_stage"].replace(" ", "").startswith("~0|") and options.get("bin_low") is None


def _record(record, family):
    options = record["options"]
    rows = [[_key(record, row), row["estimate"], row.get("se")] for row in record["values"]]
    return {
        "id": record["id"],
        "data": record["dataset"],
        "outcome": options["outcome"],
        "unit": options["unit"],
        "weight": options["weights"],
        "cluster": options["cluster"],
        "filter": options.get("filter"),
        "leads": max((-e for e in options.get("pretrends") or []), default=0),
        "rows": rows if family == "imputation_bjs" else [[e, b, None] for e, b, _ in rows if e == "overall" or e >= 0],
    }


def _key(record, row):
    if record["method"].endswith("static"):
        return "overall"
    return int(row.get("rel", row["term"]))


def _params(found):
    return [pytest.param(record, id=record["id"]) for record in found]


def _elsewhere():
    if not COLLECTION.is_dir():
        return [pytest.param(None, id="absent", marks=pytest.mark.skip(reason=ABSENT))]
    return _params(foreign(records(COLLECTION)))


OWN, FOREIGN = _params(json.loads(COMMITTED.read_text(encoding="utf-8"))), _elsewhere()


def estimated(record):
    """The effects, and estimate and error by event time and overall; of leads the error with the factor of fixest."""
    data = panel(
        record["data"], record["outcome"], record["unit"], record["weight"], record["cluster"], record["filter"]
    )
    effects = imputation(data, DESIGN, leads=record["leads"])
    by_time, overall = aggregate(effects, "event_time"), aggregate(effects, "overall")
    spread = std_error(by_time) * np.where(by_time.columns["event_time"] < 0, lead_factor(effects, record["leads"]), 1)
    rows = zip(by_time.columns["event_time"].tolist(), by_time.estimate, spread, strict=True)
    return {e: (b, s) for e, b, s in rows} | {"overall": (overall.estimate[0], std_error(overall)[0])}


def std_error(effects):
    """Influence summed by cluster, squared: no factor for small samples."""
    clusters = list(dict.fromkeys(effects.cluster.tolist()))
    sums = np.array([effects.influence[effects.cluster == name].sum(axis=0) for name in clusters])
    return np.sqrt((sums**2).sum(axis=0)) / len(effects.cluster)


def lead_factor(effects, leads):
    """Root of G / (G - 1) (N - 1) / (N - K), of the regression on untreated outcomes; K without the unit effects."""
    data = effects.panel
    untreated = np.isfinite(data.outcome) & (data.periods < data.cohort[:, None])
    G, N = len(set(data.cluster[untreated.any(axis=1)].tolist())), untreated.sum()
    return np.sqrt(G / (G - 1) * (N - 1) / (N - leads - untreated.any(axis=0).sum()))


def meets(record):
    got = estimated(record)
    assert {e for e in got if e != "overall" and e < 0} == {e for e, *_ in record["rows"] if e != "overall" and e < 0}
    for key, estimate, expected in record["rows"]:
        assert got[key][0] == pytest.approx(estimate, abs=ESTIMATE, rel=0), key
        if expected is not None:
            assert got[key][1] == pytest.approx(expected, rel=STD_ERROR, abs=0), key


@pytest.mark.parametrize("record", OWN)
def test_estimates_and_errors_are_those_of_r(record):
    meets(record)


@pytest.mark.parametrize("record", FOREIGN)
def test_estimates_and_errors_on_the_data_of_others_are_those_of_r(record):
    meets(record)


@pytest.mark.skipif(not COLLECTION.is_dir(), reason=ABSENT)
def test_committed_numbers_are_those_of_the_collection():
    assert COMMITTED.read_text(encoding="utf-8") == as_json(own(records(COLLECTION)))


def test_by_default_both_cohorts_of_the_home_case_keep_an_earlier_period_to_compare_with():
    effects = aggregate(imputation(panel("sim61a", "y"), DESIGN), "event_time")
    assert effects.columns["event_time"].tolist() == [-3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7]


if __name__ == "__main__":
    COMMITTED.write_text(as_json(own(records(COLLECTION))), encoding="utf-8", newline="\n")
