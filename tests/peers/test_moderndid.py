"""Group-time effects are those of moderndid; so are their averages where units weigh the same."""

import numpy as np
import pytest
from peer_group_time import ADJUSTED, ADJUSTED_AND_WEIGHTED, DESIGNS, PLAIN, WEIGHTED, formula, ours, two
from peer_panels import NOT_INSTALLED, assert_met, drawn, long

from lnbeval import Design, att_gt

moderndid = pytest.importorskip("moderndid", reason=NOT_INSTALLED.format("moderndid"))

pytestmark = pytest.mark.filterwarnings("ignore:anticipation = 1:UserWarning")  # it says what anticipation means
WAYS = {"overall": "simple", "event_time": "dynamic", "cohort": "group", "period": "calendar"}
CONTROL_GROUP = {"never_treated": "nevertreated", "not_yet_treated": "notyettreated"}
EQUAL, UNEQUAL = PLAIN | ADJUSTED, WEIGHTED | ADJUSTED_AND_WEIGHTED


def fitted(panel, design, adjustment):
    return moderndid.att_gt(
        long(panel),
        yname="y",
        tname="year",
        idname="unit",
        gname="cohort",
        xformla=f"~ {formula(panel)}" if formula(panel) else None,
        weightsname="weight",
        est_method=adjustment.replace("none", "reg"),
        boot=False,
        cband=False,
        base_period=design.base_period,
        control_group=CONTROL_GROUP[design.control_group],
        anticipation=design.anticipation,
    )


def cells(fit):
    keys = zip(np.asarray(fit.groups, dtype=float).tolist(), np.asarray(fit.times).tolist(), strict=True)
    return two(dict(zip(keys, zip(fit.att_gt, fit.se_gt, strict=True), strict=True)))


def averages(fit, way):
    made = moderndid.aggte(fit, type=WAYS[way], boot=False, cband=False)
    if way == "overall":
        return two({"overall": (made.overall_att, made.overall_se)})
    times = np.asarray(made.event_times, dtype=float).tolist()
    return two(dict(zip(times, zip(made.att_by_event, made.se_by_event, strict=True), strict=True)))


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
@pytest.mark.parametrize(("panel", "adjustment"), EQUAL.values(), ids=EQUAL)
def test_estimates_averages_and_errors_are_those_of_moderndid(panel, adjustment, design):
    fit = fitted(panel, design, adjustment)
    for way, (estimate, std_error) in ours(panel, design, adjustment).items():
        other = cells(fit) if way == "cell" else averages(fit, way)
        assert_met(estimate, other[0])
        assert_met(std_error, other[1])


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
@pytest.mark.parametrize(("panel", "adjustment"), UNEQUAL.values(), ids=UNEQUAL)
def test_weighted_group_time_effects_and_errors_are_those_of_moderndid(panel, adjustment, design):
    estimate, std_error = cells(fitted(panel, design, adjustment))
    mine = ours(panel, design, adjustment, ("cell",))["cell"]
    assert_met(mine[0], estimate)
    assert_met(mine[1], std_error)


def test_under_weights_moderndid_averages_by_numbers_of_units_and_we_by_weights_as_r_did():
    panel = drawn(3)
    effects = att_gt(panel, Design())
    since = effects.columns["event_time"] >= 0
    g, effect = effects.columns["cohort"][since], effects.estimate[since]
    units = np.array([(panel.cohort == cohort).sum() for cohort in g])
    weight = np.array([panel.weight[panel.cohort == cohort].sum() for cohort in g])
    by_units, by_weight = (float(w @ effect / w.sum()) for w in (units, weight))
    assert abs(by_units - by_weight) > 1e-4  # the two can be told apart here
    assert averages(fitted(panel, Design(), "none"), "overall")[0]["overall"] == pytest.approx(by_units, rel=1e-12)
    assert ours(panel, Design(), "none", ("overall",))["overall"][0]["overall"] == pytest.approx(by_weight, rel=1e-12)
