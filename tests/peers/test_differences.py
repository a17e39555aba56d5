"""Group-time effects, their averages and analytic errors are those of differences."""

import numpy as np
import pytest
from peer_group_time import ADJUSTED, ADJUSTED_AND_WEIGHTED, DESIGNS, PLAIN, WEIGHTED, formula, ours, two
from peer_panels import CLOSED_FORM, NOT_INSTALLED, assert_met, long

differences = pytest.importorskip("differences", reason=NOT_INSTALLED.format("differences"))

WAYS = {"overall": "simple", "event_time": "event", "cohort": "cohort", "period": "time"}
METHOD = {"none": "reg", "reg": "reg", "ipw": "std_ipw-mle", "dr": "dr"}
# Errors through a propensity score are not a closed form: this peer has the Hessian of the last but one step of its iteration.
LAST_STEP = 1e-6
SOME = {name: DESIGNS[name] for name in ("never treated", "not yet treated, anticipated")}  # it is slow
CASES = PLAIN | WEIGHTED | ADJUSTED | ADJUSTED_AND_WEIGHTED


def theirs(panel, design, adjustment):
    frame = long(panel, never=np.nan).set_index(["unit", "year"])
    model = differences.ATTgt(
        frame, cohort_column="cohort", base_period=design.base_period, anticipation=design.anticipation
    )
    fit = model.fit(
        f"y ~ {formula(panel)}" if formula(panel) else "y",
        est_method=METHOD[adjustment],
        control_group=design.control_group,
        weights_column="weight",
        progress_bar=False,
    )
    table = fit.to_pandas()
    keys = [(float(cohort), int(period)) for cohort, _, period in table.index]
    found = {"cell": dict(zip(keys, table.iloc[:, :2].itertuples(index=False), strict=True))}
    for way, word in WAYS.items():
        average = fit.aggregate(word)
        names = ["overall"] if way == "overall" else [float(key) for key in average.index]
        found[way] = dict(zip(names, average.iloc[:, :2].itertuples(index=False), strict=True))
    return {way: two(rows) for way, rows in found.items()}


@pytest.mark.parametrize("design", SOME.values(), ids=SOME)
@pytest.mark.parametrize(("panel", "adjustment"), CASES.values(), ids=CASES)
def test_estimates_and_errors_are_those_of_differences(panel, adjustment, design):
    mine, other = ours(panel, design, adjustment), theirs(panel, design, adjustment)
    for way, (estimate, std_error) in mine.items():
        assert_met(estimate, other[way][0])
        assert_met(std_error, other[way][1], relative=LAST_STEP if adjustment in ("ipw", "dr") else CLOSED_FORM)
