"""Group-time effects, their averages and analytic errors are those of csdid."""

import contextlib
import io

import numpy as np
import pytest
from peer_group_time import ADJUSTED, ADJUSTED_AND_WEIGHTED, DESIGNS, PLAIN, WEIGHTED, formula, ours, two
from peer_panels import NOT_INSTALLED, assert_met, home, long

from lnbeval import Design

csdid = pytest.importorskip("csdid.att_gt", reason=NOT_INSTALLED.format("csdid"))

WAYS = {"overall": "simple", "event_time": "dynamic", "cohort": "group", "period": "calendar"}
CONTROL_GROUP = {"never_treated": "nevertreated", "not_yet_treated": "notyettreated"}
CASES = PLAIN | WEIGHTED | ADJUSTED | ADJUSTED_AND_WEIGHTED


def theirs(panel, design, adjustment, cluster=None):
    with contextlib.redirect_stdout(io.StringIO()):  # it prints its tables
        fit = csdid.ATTgt(
            yname="y",
            tname="year",
            idname="unit",
            gname="cohort",
            data=long(panel),
            control_group=[CONTROL_GROUP[design.control_group]],
            xformla=f"~ {formula(panel)}" if formula(panel) else None,
            weights_name="weight",
            anticipation=design.anticipation,
            clustervar=cluster,
        ).fit(est_method=adjustment.replace("none", "reg"), base_period=design.base_period, bstrap=False)
        averages = {way: fit.aggte(typec=word, bstrap=False, cband=False).atte for way, word in WAYS.items()}
    cells = fit.results
    keys = zip(np.asarray(cells["group"], dtype=float).tolist(), np.asarray(cells["year"]).tolist(), strict=True)
    found = {"cell": dict(zip(keys, zip(cells["att"], cells["se"], strict=True), strict=True))}
    for way, average in averages.items():
        if way == "overall":
            found[way] = {"overall": (average["overall_att"], average["overall_se"])}
        else:
            times = np.asarray(average["egt"], dtype=float).tolist()
            found[way] = dict(zip(times, zip(average["att_egt"], average["se_egt"], strict=True), strict=True))
    return {way: two(rows) for way, rows in found.items()}


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
@pytest.mark.parametrize(("panel", "adjustment"), CASES.values(), ids=CASES)
def test_estimates_and_errors_are_those_of_csdid(panel, adjustment, design):
    mine, other = ours(panel, design, adjustment), theirs(panel, design, adjustment)
    for way, (estimate, std_error) in mine.items():
        assert_met(estimate, other[way][0])
        assert_met(std_error, other[way][1])


def test_errors_clustered_by_county_are_those_of_csdid():
    panel = home("sim61a", cluster="county")
    mine, other = ours(panel, Design(), "none"), theirs(panel, Design(), "none", cluster="cluster")
    for way, (_, std_error) in mine.items():
        assert_met(std_error, other[way][1])
