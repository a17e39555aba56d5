"""Parameters that cannot both hold are named together, before anything runs."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import yaml
from panels import simulated

from lnbeval import NEVER, Design
from lnbeval.errors import ParameterError
from lnbeval.estimators import ESTIMATORS
from lnbeval.reference import load_reference
from lnbeval.workspace.choices import NO_REGRESSION
from lnbeval.workspace.parameters import read_parameters
from lnbeval.workspace.places import find_workspace

HERE = find_workspace()
REFERENCE = load_reference(HERE.reference)
GOOD = yaml.safe_load((HERE.root / "params/lnb.yaml").read_text("utf-8"))
RATES = ["care_coverage", "services"]
TRIPLE = {
    "design__estimator": "triple_difference", "design__within": {"care_coverage": "services"}, "indicators": RATES,
    "families": [],
}  # fmt: skip
STACKED = {"design__estimator": "stacked", "design__control_group": "not_yet_treated"}


def changed(**choices):
    """The parameters of `lnb` with other values: `design__window=...` is design.window."""
    raw = copy.deepcopy(GOOD)
    for path, value in choices.items():
        group, _, key = path.partition("__")
        if key:
            raw.setdefault(group, {})[key] = value
        else:
            raw[group] = value
    return raw


def said(tmp_path, raw):
    """What is said of these parameters, in a workspace that has the data of this one; "" when nothing is."""
    (tmp_path / "params").mkdir()
    (tmp_path / "params/lnb.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    for name in ("data", "notebooks"):
        (tmp_path / name).symlink_to(HERE.root / name)
    try:
        read_parameters(type(HERE)(root=tmp_path), "lnb", REFERENCE)
    except ParameterError as error:
        return " ".join(str(error).split())
    return ""


REFUSED = {
    "covariates without adjustment": ({"design__covariates": ["area_km2"]}, "adjustment is 'none'"),
    "adjustment without covariates": ({"design__adjustment": "dr"}, "needs design.covariates"),
    "unknown covariate": (
        {"design__adjustment": "dr", "design__covariates": ["area_km"]},
        "'area_km' is not a column of data/reference/municipalities.csv. Did you mean 'area_km2'?",
    ),
    "covariate of text": ({"design__adjustment": "dr", "design__covariates": ["county"]}, "not a number"),
    "covariate measured after treatment": (
        {"design__adjustment": "dr", "design__covariates": ["population_2023"]},
        "is of 2023, when treatment had begun (2017)",
    ),
    "adjustment that the estimator has not": (
        {"design__estimator": "etwfe", "design__control_group": "not_yet_treated", "design__adjustment": "dr",
         "design__covariates": ["area_km2"]},
        "'dr' is not available in etwfe; it has none, reg",
    ),
    "covariate named twice": (
        {"design__adjustment": "dr", "design__covariates": ["area_km2", "area_km2"]},
        "design.covariates: 'area_km2' stands more than once",
    ),
    "covariates where none are taken": (
        {**STACKED, "design__covariates": ["area_km2"]}, "stacked takes none, leave them out",
    ),
    "window without use": ({"design__window": [2, 2]}, "design.window is for stacked and local_projections"),
    "window of the wrong form": (
        {**STACKED, "design__window": [0, 2]},
        "design.window[1] is 0; design.window must be two whole numbers, as [3, 2]: periods before treatment, 1 or more",
    ),
    "window of one number": ({**STACKED, "design__window": 3}, "periods before treatment, 1 or more, and after its first"),
    "window longer than the periods": (
        {**STACKED, "design__window": [9, 2], "data__first_period": 2014, "data__last_period": 2023},
        "no phase (2017, 2021) has 9 periods before and 2 after its first treated one within data.first_period 2014",
    ),
    "never treated alone under two phases of imputation": (
        {"design__estimator": "imputation"}, "set design.control_group: not_yet_treated",
    ),
    "within without triple difference": (
        {"design__within": {"care_coverage": "services"}}, "design.within is for triple_difference; att_gt has no use for it",
    ),
    "triple difference without within": (
        {"design__estimator": "triple_difference"},
        "triple_difference needs the outcome of a comparison group within each unit: set design.within",
    ),
    "its own comparison group": (
        {**TRIPLE, "design__within": {"care_coverage": "services", "services": "services"}},
        "'services' stands beside itself; an indicator cannot be its own comparison group",
    ),
    "an indicator on neither side of within": (
        {**TRIPLE, "indicators": [*RATES, "spend_share"]}, "'spend_share' is not in design.within",
    ),
    "family of a comparison group": (
        {**TRIPLE, "families": [{"name": "a", "indicators": RATES}]}, "'services' of a is not estimated",
    ),
    "within of an unknown indicator": (
        {"design__estimator": "triple_difference", "design__within": {"care_coverage": "servises"}},
        "'servises' is not under indicators. Did you mean 'services'?",
    ),
    "two-way regression under two phases": (
        {"design__estimator": "twfe", "design__control_group": "all"},
        "(2017, 2021), so it cannot be the headline",
    ),
    "files of persons": ({"design__estimator": "repeated_cross_sections"}, "no evaluation lets in"),
    "all as controls": ({"design__control_group": "all"}, "is for twfe"),
    "strata without randomization": (
        {"inference__strata": "county"},
        "inference.strata is for randomization, and inference.method is 'rule': set inference.method: randomization",
    ),
    "strata of one": (
        {"inference__method": "randomization", "inference__strata": "code"}, "'code' would hold one municipality",
    ),
    "strata of one name each": (
        {"inference__method": "randomization", "inference__strata": "name"}, "'name' would hold one municipality",
    ),
    "unknown strata": (
        {"inference__method": "randomization", "inference__strata": "conty"},
        "'conty' is not a column of data/reference/municipalities.csv. Did you mean 'county'?",
    ),
    "conley without cutoff": ({"inference__method": "conley"}, "inference.method 'conley' needs inference.cutoff_km"),
    "cutoff without conley": (
        {"inference__cutoff_km": 50.0}, "inference.cutoff_km is for conley: set inference.method: conley, or leave it out",
    ),
    "clusters with conley": (
        {"inference__method": "conley", "inference__cutoff_km": 50.0, "design__cluster": "county"},
        "design.cluster has no use with conley",
    ),
    "cutoff below zero": ({"inference__method": "conley", "inference__cutoff_km": -50.0}, "cutoff_km"),
    "placebo of another estimator": ({"inference__method": "placebo"}, "'placebo' is for synthetic_did"),
    "wild without regression": (
        {"inference__method": "wild", "design__estimator": "imputation", "design__control_group": "not_yet_treated"},
        "'wild' needs a regression, and imputation is none",
    ),
    "cr2 with adjustment": (
        {"inference__method": "cr2", "design__adjustment": "dr", "design__covariates": ["area_km2"]},
        "att_gt with adjustment is none",
    ),
    "family of an unknown indicator": (
        {"families": [{"name": "care", "indicators": ["care_coverage", "servises"]}]},
        "'servises' of care is not under indicators. Did you mean 'services'?",
    ),
    "indicator in two families": (
        {"families": [{"name": "a", "indicators": RATES}, {"name": "b", "indicators": RATES}]},
        "an indicator has one family",
    ),
    "family of one": (
        {"families": [{"name": "a", "indicators": RATES[:1]}]}, "'a' has one indicator; a family needs two",
    ),
    "indicator twice in a family": (
        {"families": [{"name": "a", "indicators": [*RATES, RATES[0]]}]}, "'care_coverage' stands twice in a.",
    ),
    "two families of one name": (
        {"families": [{"name": "a", "indicators": RATES}, {"name": "a", "indicators": ["spend_share", "cwd_school"]}]},
        "'a' is the name of several; give each its own",
    ),
    "family by an unknown method": (
        {"families": [{"name": "a", "indicators": RATES, "method": "romano"}]},
        "romano_wolf, holm, bonferroni, bh, sharpened_q. Did you mean 'romano_wolf'?",
    ),
    "a method in capitals": ({"inference__method": "CR2"}, "conley. Did you mean 'cr2'?"),
    "an adjustment in capitals": ({"design__adjustment": "DR"}, "none, reg, ipw, dr. Did you mean 'dr'?"),
}  # fmt: skip
ACCEPTED = {
    "as shipped": {},
    "adjusted": {"design__adjustment": "dr", "design__covariates": ["area_km2", "population_2011"]},
    "stacked in a window": {
        "design__estimator": "stacked", "design__control_group": "not_yet_treated", "design__window": [3, 2],
    },
    "triple difference": TRIPLE,
    "triple difference in a circle": {**TRIPLE, "design__within": {"care_coverage": "services", "services": "care_coverage"}},
    "window of the later phase alone": {
        **STACKED, "design__window": [6, 2], "data__first_period": 2014, "data__last_period": 2023,
    },
    "randomization within counties": {"inference__method": "randomization", "inference__strata": "county"},
    "neighbours": {"inference__method": "conley", "inference__cutoff_km": 50.0},
    "two families": {
        "families": [
            {"name": "a", "indicators": RATES, "method": "holm"},
            {"name": "b", "indicators": ["spend_share", "cwd_school"], "method": "sharpened_q"},
        ]
    },
}  # fmt: skip


@pytest.mark.parametrize(("choices", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_hold_is_refused_by_name(choices, words, tmp_path):
    assert words in said(tmp_path, changed(**choices))


@pytest.mark.parametrize("choices", ACCEPTED.values(), ids=ACCEPTED)
def test_what_can_hold_is_accepted(choices, tmp_path):
    assert said(tmp_path, changed(**choices)) == ""


def test_every_conflict_is_told_at_once(tmp_path):
    text = said(tmp_path, changed(design__window=[2, 2], inference__strata="county", design__covariates=["area_km2"]))
    assert all(words in text for words in ("design.window", "inference.strata", "design.covariates"))


def test_a_name_that_is_near_none_is_answered_with_all_once(tmp_path):
    assert said(tmp_path, changed(inference__method="zzzzzz")).count("wild_unrestricted") == 1


def parameters(tmp_path, raw):
    assert said(tmp_path, raw) == ""
    return read_parameters(type(HERE)(root=tmp_path), "lnb", REFERENCE)


def test_what_is_only_a_comparison_group_is_built_but_not_estimated(tmp_path):
    triple = parameters(tmp_path, changed(**TRIPLE))
    assert triple.indicators == ("care_coverage", "services")
    assert triple.estimated == ("care_coverage",)


def test_under_other_estimators_every_indicator_is_estimated(tmp_path):
    shipped = parameters(tmp_path, GOOD)
    assert shipped.estimated == shipped.indicators == tuple(GOOD["indicators"])


@pytest.mark.parametrize(
    "name", [name for name in ESTIMATORS if name not in ("repeated_cross_sections", "triple_difference")]
)
def test_what_is_called_a_regression_is_one(name):
    panel = replace(simulated(2, n=24, cohorts=(4, NEVER)), weight=np.ones(24))
    effects = ESTIMATORS[name].estimate(panel, Design(control_group=ESTIMATORS[name].control_group))
    assert (effects.regression is None) == (name in NO_REGRESSION)
