"""Where diff-diff and this package estimate the same thing they give the same number; where not, the difference is known."""

import numpy as np
import pytest
from peer_diff_diff import ANTICIPATION, BALANCED, PANELS, cells, event_study, fitted
from peer_group_time import ADJUSTED, ADJUSTED_AND_WEIGHTED, DESIGNS, PLAIN, WEIGHTED, ours
from peer_panels import NOT_INSTALLED, assert_met, complete, drawn, estimates, std_errors, worst

from lnbeval import (
    NEVER,
    Design,
    aggregate,
    att_gt,
    etwfe,
    imputation,
    sun_abraham,
)
from lnbeval.spread import analytic, cr1

diff_diff = pytest.importorskip("diff_diff", reason=NOT_INSTALLED.format("diff-diff"))
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # what it advises, now and then by lot, is not at issue


def group_time(panel, design, adjustment):
    return fitted(
        "CallawaySantAnna",
        panel,
        weighted=len(set(panel.weight)) > 1,
        covariates=list(panel.covariate_names) or None,
        control_group=design.control_group,
        base_period=design.base_period,
        anticipation=design.anticipation,
        estimation_method=adjustment.replace("none", "reg"),
    )


GROUP_TIME = {
    name: case for name, case in (PLAIN | WEIGHTED | ADJUSTED | ADJUSTED_AND_WEIGHTED).items() if case[1] != "dr"
}


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
@pytest.mark.parametrize(("panel", "adjustment"), GROUP_TIME.values(), ids=GROUP_TIME)
def test_group_time_effects_and_event_studies_are_those_of_diff_diff(panel, adjustment, design):
    fit = group_time(panel, design, adjustment)
    mine = ours(panel, design, adjustment, ("cell", "event_time"))
    for way, other in (("cell", cells(fit)), ("event_time", event_study(fit))):
        assert_met(mine[way][0], other[0])
        assert_met(mine[way][1], other[1])


@pytest.mark.parametrize("panel", [*BALANCED.values(), drawn(3)], ids=[*BALANCED, "weighted"])
def test_overall_effects_without_anticipation_are_those_of_diff_diff(panel):
    fit = group_time(panel, Design(), "none")
    estimate, std_error = ours(panel, Design(), "none", ("overall",))["overall"]
    assert fit.overall_att == pytest.approx(estimate["overall"], rel=1e-10)
    assert fit.overall_se == pytest.approx(std_error["overall"], rel=1e-10)


def test_with_anticipation_diff_diff_averages_anticipated_effects_too_and_we_as_r_did_only_those_since_treatment():
    panel, design = drawn(11, weighted=False), Design(anticipation=1)
    effects = att_gt(panel, design)
    share = np.array([(panel.cohort == g).mean() for g in effects.columns["cohort"]])
    for first, overall in (
        (-1, group_time(panel, design, "none").overall_att),
        (0, aggregate(effects, "overall").estimate[0]),
    ):
        since = effects.columns["event_time"] >= first
        assert overall == pytest.approx(share[since] @ effects.estimate[since] / share[since].sum(), rel=1e-10)


def test_its_doubly_robust_estimate_divides_by_the_treated_where_the_paper_and_we_divide_by_the_odds():
    """Sant'Anna and Zhao (2020), section 2: the controls' weights p / (1 - p) are scaled to one, as in R DRDID."""
    panel, design = drawn(7, covariates=2, weighted=False, cohorts=(5, NEVER)), Design(adjustment="dr")
    treated = panel.cohort == 5
    x = np.column_stack([np.ones(len(treated)), panel.covariates])
    odds, change = np.exp(x @ _logit(x, treated)), panel.outcome[:, 4] - panel.outcome[:, 3]
    left = change - x @ np.linalg.lstsq(x[~treated], change[~treated], rcond=None)[0]
    sums = odds[~treated] @ left[~treated]
    by_odds = left[treated].mean() - sums / odds[~treated].sum()
    by_treated = left[treated].mean() - sums / treated.sum()
    assert abs(by_odds - by_treated) > 1e-4  # the two can be told apart here
    assert estimates(att_gt(panel, design), "cohort", "period")[5.0, 5] == pytest.approx(by_odds, rel=1e-9)
    assert cells(group_time(panel, design, "dr"))[0][5.0, 5] == pytest.approx(by_treated, rel=1e-9)


def _logit(x, treated):
    beta = np.zeros(x.shape[1])
    for _ in range(50):  # Newton: converges quadratically
        p = 1 / (1 + np.exp(-x @ beta))
        beta += np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x, x.T @ (treated - p))
    return beta


@pytest.mark.parametrize("anticipation", ANTICIPATION)
@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_imputation_is_that_of_diff_diff(panel, anticipation):
    by_time = _imputed(panel, anticipation)
    estimate, std_error = event_study(fitted("ImputationDiD", panel, anticipation=anticipation))
    assert_met(estimates(by_time, "event_time"), estimate)
    assert_met(std_errors(by_time, analytic, "event_time"), std_error)


def _imputed(panel, anticipation):
    design = Design(control_group="not_yet_treated", anticipation=anticipation)
    return aggregate(imputation(panel, design, leads=0), "event_time")


def test_weighted_imputation_is_that_of_diff_diff_whose_survey_errors_centre_the_influence():
    """Its V is n / (n - 1) sum (psi - mean)^2 / n^2, that of the paper and of R didimputation sum psi^2 / n^2."""
    panel = drawn(14)
    by_time, n = _imputed(panel, 0), len(panel.units)
    estimate, std_error = event_study(fitted("ImputationDiD", panel, weighted=True))
    assert_met(estimates(by_time, "event_time"), estimate)
    centred = by_time.influence - by_time.influence.mean(axis=0)
    spread = np.sqrt(n / (n - 1) * (centred**2).sum(axis=0)) / n
    assert_met(dict(zip(by_time.columns["event_time"].tolist(), spread.tolist(), strict=True)), std_error)


@pytest.mark.parametrize("anticipation", ANTICIPATION)
@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_sun_abraham_with_cr1_errors_is_that_of_diff_diff(panel, anticipation):
    effects = sun_abraham(panel, Design(anticipation=anticipation))
    by_time, overall = aggregate(effects, "event_time"), aggregate(effects, "overall")
    fit = fitted("SunAbraham", panel, anticipation=anticipation)
    estimate, std_error = event_study(fit)
    assert_met(estimates(by_time, "event_time"), estimate)
    assert_met(std_errors(by_time, cr1, "event_time"), std_error)
    assert fit.overall_att == pytest.approx(overall.estimate[0], rel=1e-10)
    assert fit.overall_se == pytest.approx(cr1(overall).std_error[0], rel=1e-10)


def test_weighted_sun_abraham_is_that_of_diff_diff_whose_survey_errors_do_not_count_the_coefficients():
    """Its factor is G / (G - 1), that of CR1 and of R fixest also (N - 1) / (N - K)."""
    panel = drawn(15)
    by_time = aggregate(sun_abraham(panel, Design()), "event_time")
    estimate, std_error = event_study(fitted("SunAbraham", panel, weighted=True))
    assert_met(estimates(by_time, "event_time"), estimate)
    counted = np.sqrt((panel.outcome.size - 1) / (panel.outcome.size - by_time.n_parameters))
    assert_met(std_errors(by_time, cr1, "event_time"), {e: s * counted for e, s in std_error.items()})


@pytest.mark.parametrize("control_group", ["not_yet_treated", "never_treated"])
@pytest.mark.parametrize("anticipation", ANTICIPATION)
@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_extended_two_way_regression_with_cr1_errors_is_that_of_diff_diff(panel, anticipation, control_group):
    effects = etwfe(panel, Design(control_group=control_group, anticipation=anticipation))
    fit = fitted("WooldridgeDiD", panel, anticipation=anticipation, control_group=control_group)
    estimate, std_error = cells(fit)
    assert_met(estimates(effects, "cohort", "period"), estimate)
    assert_met(std_errors(effects, cr1, "cohort", "period"), std_error)
    overall = aggregate(effects, "overall")
    assert fit.overall_att == pytest.approx(overall.estimate[0], rel=1e-10)
    assert fit.overall_se == pytest.approx(cr1(overall).std_error[0], rel=1e-10)


def test_weighted_extended_two_way_estimates_are_those_of_diff_diff_which_averages_them_by_numbers_of_units():
    """Its weighted errors are others; ours are those of statsmodels, see test_statsmodels."""
    panel = drawn(16)
    effects = etwfe(panel, Design(control_group="not_yet_treated"))
    fit = fitted("WooldridgeDiD", panel, weighted=True)
    estimate, std_error = cells(fit)
    assert_met(estimates(effects, "cohort", "period"), estimate)
    assert worst(std_errors(effects, cr1, "cohort", "period"), std_error) > 0.01
    units, weight = (w @ (panel.cohort[:, None] == effects.columns["cohort"]) for w in (np.ones(60), panel.weight))
    assert fit.overall_att == pytest.approx(units @ effects.estimate / units.sum(), rel=1e-8)
    assert aggregate(effects, "overall").estimate[0] == pytest.approx(
        weight @ effects.estimate / weight.sum(), rel=1e-8
    )


def test_panels_with_gaps_have_gaps_and_the_others_none():
    assert all(len(complete(panel).units) < len(panel.units) for name, panel in PANELS.items() if "gaps" in name)
    assert all(len(complete(panel).units) == len(panel.units) for panel in BALANCED.values())
