"""Stacks, synthetic controls and local projections are those of diff-diff; where not, the difference is known."""

from dataclasses import replace

import numpy as np
import pytest
from peer_diff_diff import ANTICIPATION, BALANCED, event_study, fitted
from peer_panels import NOT_INSTALLED, assert_met, drawn, estimates, home, long, std_errors, worst

from lnbeval import NEVER, Design, aggregate, local_projections, stacked, synthetic_did
from lnbeval.panel import units_kept
from lnbeval.spread import analytic, cr1

diff_diff = pytest.importorskip("diff_diff", reason=NOT_INSTALLED.format("diff-diff"))
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # what it advises, now and then by lot, is not at issue

STACKS = [
    pytest.param(panel, anticipation, control_group, id=f"{name}-{anticipation}-{control_group}")
    for name, panel in BALANCED.items()
    for anticipation in ANTICIPATION
    for control_group in ("not_yet_treated", "never_treated")
    if not (anticipation and control_group == "not_yet_treated" and "drawn" in name)
]


@pytest.mark.parametrize(("panel", "anticipation", "control_group"), STACKS)
def test_stacked_estimates_are_those_of_diff_diff_on_balanced_panels(panel, anticipation, control_group):
    design = Design(control_group=control_group, anticipation=anticipation, window=(2, 1))
    assert_met(estimates(stacked(panel, design), "event_time"), _stacked(panel, anticipation, control_group))


def _stacked(panel, anticipation, control_group):
    options = {"kappa_pre": 2 - anticipation, "kappa_post": 1, "control_group": control_group}
    return event_study(fitted("StackedDiD", panel, anticipation=anticipation, **options))[0]


def test_common_shocks_of_the_periods_are_noise_to_its_stacked_errors_and_none_to_ours():
    """No estimate moves with them. Its pooled regression has no effects of the periods in each experiment, ours has."""
    panel = drawn(11, weighted=False)
    shaken = replace(panel, outcome=panel.outcome + 3 * np.random.default_rng(7).normal(size=len(panel.periods)))
    design = Design(control_group="not_yet_treated", window=(2, 1))
    options = {"kappa_pre": 2, "kappa_post": 1, "control_group": "not_yet_treated"}
    calm, storm = (event_study(fitted("StackedDiD", one, **options)) for one in (panel, shaken))
    assert_met(calm[0], storm[0])
    assert worst(calm[1], storm[1]) > 0.01
    assert_met(*(std_errors(stacked(one, design), cr1, "event_time") for one in (panel, shaken)))


def test_its_stack_compares_with_units_that_anticipate_and_ours_does_not():
    """The cohort of 6 anticipates in 5, the last period of the experiment of 4: only the never treated are clean."""
    panel = drawn(11, weighted=False, cohorts=(4, 6, NEVER))
    one, other = (
        estimates(stacked(panel, Design(control_group=group, anticipation=1, window=(2, 1))), "event_time")
        for group in ("not_yet_treated", "never_treated")
    )
    assert_met(one, other)
    assert_met(other, _stacked(panel, 1, "never_treated"))
    assert worst(one, _stacked(panel, 1, "not_yet_treated")) > 0.01


@pytest.mark.parametrize("g", [2017, 2021])
@pytest.mark.parametrize("panel", [home("sim61a"), home("sim61b")], ids=["home", "home, other draw"])
def test_synthetic_did_of_a_cohort_is_that_of_diff_diff(panel, g):
    """Its jackknife centres at the mean of the estimates left, as R synthdid does; ours at the estimate."""
    block = units_kept(panel, np.isin(panel.cohort, [g, NEVER]))
    overall, n = aggregate(synthetic_did(block, Design()), "overall"), len(block.units)
    frame = long(block).assign(ever=lambda rows: (rows["cohort"] > 0).astype(int))
    fit = diff_diff.SyntheticDiD(variance_method="jackknife").fit(
        frame, outcome="y", treatment="ever", unit="unit", time="year", post_periods=list(range(g, 2025))
    )
    assert fit.att == pytest.approx(overall.estimate[0], rel=1e-8)
    left = overall.reweighted(1 - np.eye(n))[:, 0]
    assert fit.se == pytest.approx(np.sqrt((n - 1) * left.var()), rel=1e-8)


@pytest.mark.parametrize("control_group", ["not_yet_treated", "never_treated"])
@pytest.mark.parametrize("panel", BALANCED.values(), ids=BALANCED)
def test_local_projections_are_those_of_diff_diff_but_for_the_factor_of_the_errors(panel, control_group):
    """It makes a regression for each horizon, with G, N and K of its own; ours is one for all."""
    effects = local_projections(panel, Design(control_group=control_group))
    table = _projected(panel, control_group, effects)
    assert_met(estimates(effects, "event_time"), dict(zip(table.index, table["coefficient"], strict=True)))
    G, N = table["n_clusters"], table["n_obs"]
    K = 1 + np.minimum(N.index.map(lambda h: sum(_periods_with(panel, control_group, h))), N)
    plain = table["se"] / np.sqrt(G / (G - 1) * (N - 1) / (N - K))
    assert_met(std_errors(effects, analytic, "event_time"), plain.to_dict())


def _projected(panel, control_group, effects):
    horizon = effects.columns["event_time"]
    fit = diff_diff.LPDiD(
        pre_window=int(-horizon.min()),
        post_window=int(horizon.max()),
        control_group=control_group.replace("not_yet_treated", "clean"),
    ).fit(long(panel), outcome="y", unit="unit", time="year", treatment="treated", only_event=True)
    return (
        fit.event_study.assign(horizon=lambda rows: rows["horizon"].astype(float)).set_index("horizon").drop(index=-1.0)
    )


def _periods_with(panel, control_group, h):
    """Which periods have a clean control or an adopter at this horizon: each has an effect in its regression."""
    first, last = panel.periods[0], panel.periods[-1]
    for t in panel.periods[1:]:
        inside = first <= t + h <= last
        clean = panel.cohort > (last if control_group == "never_treated" else max(t + h, t))
        yield bool(inside and (clean.any() or (panel.cohort == t).any()))


def test_with_gaps_diff_diff_projects_only_those_observed_when_treated_and_we_all_observed_at_both_ends():
    panel = drawn(4, weighted=False, missing=0.08)
    effects = local_projections(panel, Design(control_group="not_yet_treated"))
    change = panel.outcome[:, 0] - panel.outcome[:, 4]  # only the cohort of 6 has five periods before it
    treated, clean = panel.cohort == 6, panel.cohort > 6
    seen = np.isfinite(panel.outcome[:, 5])

    def difference(units):
        return np.nanmean(change[treated & units]) - np.nanmean(change[clean & units])

    theirs = _projected(panel, "not_yet_treated", effects)["coefficient"]
    assert estimates(effects, "event_time")[-5.0] == pytest.approx(difference(np.ones_like(seen)), rel=1e-10)
    assert theirs[-5.0] == pytest.approx(difference(seen), rel=1e-10)
