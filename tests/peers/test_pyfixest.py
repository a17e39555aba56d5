"""Regressions and their errors are those of pyfixest; where not, the difference is known."""

import re
from dataclasses import replace

import numpy as np
import pytest
from peer_panels import NOT_INSTALLED, assert_met, drawn, estimates, home, long, std_errors, worst

from lnbeval import NEVER, Design, aggregate, infer, local_projections, sun_abraham, twfe, twfe_event_study
from lnbeval.spread import analytic, cr1, jackknife
from lnbeval.wild_bootstrap import wild_bootstrap

pyfixest = pytest.importorskip("pyfixest", reason=NOT_INSTALLED.format("pyfixest"))
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # what it advises is not at issue

ALL = Design(control_group="all")
PANELS = {
    "home": home("sim61a"),
    "home, other draw, weighted": home("sim61b", weight="pop"),
    "home, gaps, by county": home("sim61a", "y_miss", cluster="county"),
    "drawn 21, weighted, gaps": drawn(21, missing=0.08),
    "drawn 22, nine clusters": drawn(22, weighted=False, clusters=9),
    "drawn 23, three cohorts": drawn(23, weighted=False, cohorts=(3, 5, 7, NEVER)),
}
BALANCED = {name: PANELS[name] for name in ("home", "drawn 22, nine clusters", "drawn 23, three cohorts")}


def fitted(panel, formula, vcov="CRV1", **options):
    frame = long(panel)
    frame["since"] = np.where(frame["cohort"] > 0, frame["year"] - frame["cohort"], -1).astype(int)
    return pyfixest.feols(formula, frame, vcov={vcov: "cluster"}, weights="weight", **options)


def by_time(values):
    """Coefficients by the last number in their name: this package gives no other key."""
    return {float(re.findall(r"-?\d+(?:\.\d+)?", name)[-1]): float(value) for name, value in values.items()}


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_static_regression_its_cr1_error_and_p_value_are_those_of_pyfixest(panel):
    fit, effects = fitted(panel, "y ~ treated | unit + year"), twfe(panel, ALL)
    row = infer(effects, method="cr1").iloc[0]
    assert fit.coef()["treated"] == pytest.approx(row["estimate"], rel=1e-8)
    assert fit.se()["treated"] == pytest.approx(row["std_error"], rel=1e-8)
    assert fit.pvalue()["treated"] == pytest.approx(row["p_value"], rel=1e-6)  # a tail magnifies the last digits of t


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_event_study_regression_and_its_cr1_errors_are_those_of_pyfixest(panel):
    fit, effects = fitted(panel, "y ~ i(since, ref=-1) | unit + year"), twfe_event_study(panel, ALL)
    assert_met(estimates(effects, "event_time"), by_time(fit.coef()))
    assert_met(std_errors(effects, cr1, "event_time"), by_time(fit.se()))


@pytest.mark.parametrize("name", ["home, gaps, by county", "drawn 22, nine clusters"])
def test_its_cr3_is_our_jackknife_without_the_factor_of_the_jackknife(name):
    """(G - 1) / G belongs to CV3 (MacKinnon, Nielsen and Webb 2023b; R summclust); it has one in its place."""
    panel = PANELS[name]
    effects = twfe(panel, ALL)
    plain = pyfixest.ssc(k_adj=False, G_adj=False)
    fit, G = fitted(panel, "y ~ treated | unit + year", "CRV3", ssc=plain), len(set(panel.cluster))
    assert fit.se()["treated"] * np.sqrt((G - 1) / G) == pytest.approx(jackknife(effects).std_error[0], rel=1e-8)


@pytest.mark.parametrize("panel", BALANCED.values(), ids=BALANCED)
def test_saturated_event_study_is_our_sun_abraham(panel):
    frame = long(panel).astype({"unit": int, "cohort": int})
    fit = pyfixest.event_study(frame, "y", "unit", "year", "cohort", estimator="saturated", cluster="cluster")
    table = fit.aggregate()
    effects = aggregate(sun_abraham(panel, Design()), "event_time")
    assert_met(estimates(effects, "event_time"), {float(e): b for e, b in table["Estimate"].items()})
    assert_met(std_errors(effects, cr1, "event_time"), {float(e): s for e, s in table["Std. Error"].items()})


@pytest.mark.parametrize("name", ["home", "drawn 23, three cohorts"])
def test_local_projections_are_those_of_pyfixest_but_for_the_factor_of_the_errors(name):
    """Both weigh cohorts by the variance of treatment. It makes a regression for each horizon, ours is one for all."""
    panel = PANELS[name]
    frame = long(panel).astype({"unit": int, "cohort": int})
    table = pyfixest.lpdid(frame, "y", "unit", "year", "cohort", att=False).tidy()
    effects = local_projections(panel, Design(control_group="not_yet_treated"))
    assert_met(estimates(effects, "event_time"), by_time(table["Estimate"]))
    ratio = np.array([*by_time(table["Std. Error"]).values()]) / [*std_errors(effects, analytic, "event_time").values()]
    assert (ratio > 1).all()  # its factors are G / (G - 1) (N - 1) / (N - K) with G, N and K of the horizon
    assert (ratio < 1.05).all()


def test_with_gaps_pyfixest_shifts_rows_and_we_shift_periods():
    panel = drawn(24, weighted=False, missing=0.08)
    table = pyfixest.lpdid(
        long(panel).astype({"unit": int, "cohort": int}), "y", "unit", "year", "cohort", att=False
    ).tidy()
    effects = local_projections(panel, Design(control_group="not_yet_treated"))
    change = panel.outcome[:, 0] - panel.outcome[:, 4]
    by_hand = np.nanmean(change[panel.cohort == 6]) - np.nanmean(change[panel.cohort > 6])
    assert estimates(effects, "event_time")[-5.0] == pytest.approx(by_hand, rel=1e-10)
    assert worst({-5.0: by_hand}, by_time(table["Estimate"])) > 0.01


@pytest.mark.parametrize("null_imposed", [True, False])
def test_the_wild_bootstrap_over_all_signs_of_nine_clusters_has_the_p_value_of_wildboottest(null_imposed):
    pytest.importorskip("wildboottest", reason=NOT_INSTALLED.format("wildboottest"))
    panel = drawn(25, weighted=False, clusters=9)
    weak = panel.outcome - 0.9 * (panel.periods >= panel.cohort[:, None])  # an effect about as large as its error
    panel = replace(panel, outcome=weak)
    fit = pyfixest.feols("y ~ treated + C(unit) + C(year)", long(panel), vcov={"CRV1": "cluster"})
    other = fit.wildboottest(param="treated", reps=9999, cluster="cluster", impose_null=null_imposed, seed=1)
    tests = wild_bootstrap(
        twfe(panel, ALL), level=0.95, draws=9999, rng=np.random.default_rng(1), null_imposed=null_imposed
    )
    assert 0 < tests.p_value[0] < 1
    # All 512 sign vectors; the peer counts only statistics beyond the observed one, which is itself one of ours.
    assert tests.p_value[0] == pytest.approx(other["Pr(>|t|)"], abs=2 / 512 + 1e-12)
