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
from lnbeval.workspace.conflicts import NO_REGRESSION
from lnbeval.workspace.parameters import read_parameters
from lnbeval.workspace.places import find_workspace

HERE = find_workspace()
REFERENCE = load_reference(HERE.reference)
GOOD = yaml.safe_load((HERE.root / "params/lnb.yaml").read_text("utf-8"))
RATES = ["care_coverage", "services"]


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
    "window without use": ({"design__window": [2, 2]}, "design.window is for stacked and local_projections"),
    "window of the wrong form": (
        {"design__estimator": "stacked", "design__control_group": "not_yet_treated", "design__window": [0, 2]},
        "design.window",
    ),
    "within without triple difference": ({"design__within": {"care_coverage": "services"}}, "'triple_difference' go together"),
    "triple difference without within": ({"design__estimator": "triple_difference"}, "'triple_difference' go together"),
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
    "strata without randomization": ({"inference__strata": "county"}, "inference.strata is for randomization"),
    "unknown strata": (
        {"inference__method": "randomization", "inference__strata": "conty"},
        "'conty' is not a column of data/reference/municipalities.csv. Did you mean 'county'?",
    ),
    "conley without cutoff": ({"inference__method": "conley"}, "go together"),
    "cutoff without conley": ({"inference__cutoff_km": 50.0}, "go together"),
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
    "family of one": ({"families": [{"name": "a", "indicators": RATES[:1]}]}, "families"),
    "family by an unknown method": (
        {"families": [{"name": "a", "indicators": RATES, "method": "romano"}]},
        "romano_wolf",
    ),
}  # fmt: skip
ACCEPTED = {
    "as shipped": {},
    "adjusted": {"design__adjustment": "dr", "design__covariates": ["area_km2", "population_2011"]},
    "stacked in a window": {
        "design__estimator": "stacked", "design__control_group": "not_yet_treated", "design__window": [3, 2],
    },
    "triple difference": {"design__estimator": "triple_difference", "design__within": {"care_coverage": "services"}},
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


@pytest.mark.parametrize(
    "name", [name for name in ESTIMATORS if name not in ("repeated_cross_sections", "triple_difference")]
)
def test_what_is_called_a_regression_is_one(name):
    panel = replace(simulated(2, n=24, cohorts=(4, NEVER)), weight=np.ones(24))
    effects = ESTIMATORS[name].estimate(panel, Design(control_group=ESTIMATORS[name].control_group))
    assert (effects.regression is None) == (name in NO_REGRESSION)
