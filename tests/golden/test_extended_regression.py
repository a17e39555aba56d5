"""Extended two-way fixed effects are those of R etwfe."""

import numpy as np
import pytest
from golden_records import committed, elsewhere, every, panel

from lnbeval import Design, aggregate
from lnbeval.estimators.etwfe import etwfe
from lnbeval.spread import cr1

ESTIMATE = 1e-10  # absolute: the same regression, averaged
NUMERICAL = (
    2e-6  # relative, of errors: R differentiates its averages by steps of 1e-6 or so; a third tool below does not
)
STD_ERROR = 1e-10  # relative, against that third one, which is exact
KEY = {"overall": "event_time", "event_time": "event_time", "cohort": "cohort", "period": "period"}
# The same averages of the same regression in R fixest: `sunab` interacts cohorts with event times, etwfe with periods.
SAME = {"etwfe_simple": "sun_abraham_att", "etwfe_event": "sun_abraham_event", "etwfe_group": "sun_abraham_cohort"}


def averaged(record):
    names = ("data", "outcome", "unit", "weight", "cluster", "filter")
    data = panel(*(record[name] for name in names), covariates=tuple(record["covariates"]))
    adjustment = "reg" if record["covariates"] else "none"
    return aggregate(etwfe(data, Design(control_group=record["control_group"], adjustment=adjustment)), record["by"])


def estimated(record):
    effects = averaged(record)
    keys = ["overall"] if record["by"] == "overall" else effects.columns[record["by"]].astype(int).tolist()
    return dict(zip(keys, zip(effects.estimate, cr1(effects).std_error, strict=True), strict=True))


@pytest.mark.parametrize("record", every("etwfe"))
def test_averages_are_those_of_r_etwfe_and_errors_to_its_numerical_derivatives(record):
    got = estimated(record)
    assert set(got) == {key for key, *_ in record["rows"]}
    for key, estimate, std_error in record["rows"]:
        assert got[key][0] == pytest.approx(estimate, abs=ESTIMATE, rel=0), key
        if std_error:
            assert got[key][1] == pytest.approx(std_error, rel=NUMERICAL), key
        else:  # the base period
            assert estimate == 0
            assert np.isnan(got[key][1])


def pairs():
    """Averages with never treated controls and without covariates, beside those of `sunab` on the same data."""
    others = {param.id: param.values[0] for param in every("sun_abraham")}
    chosen = every("etwfe", lambda record: record["control_group"] == "never_treated" and not record["covariates"])
    for param in chosen:
        method, _, rest = param.id.partition(".")
        other = others.get(f"{SAME.get(method)}.{rest.replace('never_', '')}")
        if param.values[0] is None or other is not None:
            yield pytest.param(*param.values, other, id=param.id, marks=param.marks)


PAIRS = list(pairs())


@pytest.mark.parametrize(("record", "other"), PAIRS)
def test_errors_with_never_treated_controls_are_exactly_those_of_sunab(record, other):
    got = estimated(record)
    for cohort, e, estimate, std_error in other["rows"]:
        key = "overall" if cohort is None and e is None else e if cohort is None else cohort
        assert got[key] == pytest.approx((estimate, std_error), rel=STD_ERROR, abs=ESTIMATE)


def test_every_dataset_but_those_with_covariates_has_its_third_computation():
    found = {param.values[0]["data"] for param in PAIRS if param.values[0]}
    wanted = {param.values[0]["data"] for param in committed("etwfe") + elsewhere("etwfe") if param.values[0]}
    assert found == wanted
