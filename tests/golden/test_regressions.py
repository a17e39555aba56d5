"""The two-way regressions are those of R fixest, their jackknife that of R summclust."""

import numpy as np
import pytest
from golden_records import committed, elsewhere, panel

from lnbeval import Design, infer, twfe, twfe_event_study

ESTIMATE = 1e-8  # absolute: fixest demeans by iteration until changes are below 1e-8; what is left is far smaller
STD_ERROR = 1e-8  # relative
ALL = Design(control_group="all")
METHOD = {"cr0": "analytic", "cr1_default": "cr1"}


def fitted(estimator, record):
    data = panel(
        record["data"], record["outcome"], record["unit"], record["weight"], record["cluster"], record.get("filter")
    )
    return estimator(data, ALL)


def static_meets(record):
    method = METHOD["cr0" if record["variant"] == "cr0" else "cr1_default"]
    row = infer(fitted(twfe, record), method=method).iloc[0]
    assert row["estimate"] == pytest.approx(record["estimate"], abs=ESTIMATE, rel=0)
    assert row["std_error"] == pytest.approx(record["se"], rel=STD_ERROR)
    if method == "cr1":  # without the factor fixest still refers to t, the influence functions of R did to the normal
        assert row["conf_low"] == pytest.approx(record["ci_low"], abs=ESTIMATE, rel=0)
        assert row["conf_high"] == pytest.approx(record["ci_high"], abs=ESTIMATE, rel=0)


def event_study_meets(record):
    effects = fitted(twfe_event_study, record)
    table = infer(effects, method="cr1", draws=99).set_index("event_time")
    assert set(table.index) == {row[0] for row in record["rows"]} | {-1}
    assert table.loc[-1, "estimate"] == 0
    for e, estimate, std_error, low, high in record["rows"]:
        row = table.loc[e]
        assert row["estimate"] == pytest.approx(estimate, abs=ESTIMATE, rel=0), e
        if row["n_treated"] == 1:  # fixest prints an error for it, which is not one
            assert np.isnan(row["std_error"]), e
            continue
        assert row["std_error"] == pytest.approx(std_error, rel=STD_ERROR), e
        assert (row["conf_low"], row["conf_high"]) == pytest.approx((low, high), abs=ESTIMATE, rel=0), e


@pytest.mark.parametrize("record", committed("regression"))
def test_the_static_regression_is_that_of_fixest(record):
    static_meets(record)


@pytest.mark.parametrize("record", elsewhere("regression"))
def test_the_static_regression_on_the_data_of_others_is_that_of_fixest(record):
    static_meets(record)


@pytest.mark.parametrize("record", committed("event_study"))
def test_the_event_study_is_that_of_fixest(record):
    event_study_meets(record)


@pytest.mark.parametrize("record", elsewhere("event_study"))
def test_the_event_study_on_the_data_of_others_is_that_of_fixest(record):
    event_study_meets(record)


@pytest.mark.parametrize("record", committed("jackknife"))
def test_the_jackknife_is_that_of_summclust(record):
    row = infer(fitted(twfe, record | {"unit": "unit", "weight": None}), method="jackknife").iloc[0]
    assert row["estimate"] == pytest.approx(record["estimate"], abs=ESTIMATE, rel=0)
    assert row["std_error"] == pytest.approx(record["se"], rel=STD_ERROR)
    assert row["df"] == record["df"]
