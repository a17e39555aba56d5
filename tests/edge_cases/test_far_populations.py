"""Populations of a file beside those of the censuses."""

import pytest
from written_evaluations import NAMES, POPULATION, evaluation, found, people, rows

HAS = "AL131"


@pytest.mark.parametrize(("factor", "told"), [(10, True), (0.1, True), (1.3, False), (0.8, False)])
def test_s27_a_population_that_no_census_is_near_to_is_warned_about(tmp_path, factor, told):
    table = rows(
        beneficiaries=people, population=lambda code, _: POPULATION[code] * (factor if code == HAS else 1) // 1
    )
    warned = found(evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"]), "far_population")
    assert [(one.severity, one.municipality) for one in warned] == ([("WARN", NAMES[HAS])] if told else [])
