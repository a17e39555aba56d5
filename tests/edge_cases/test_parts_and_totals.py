"""Totals beside their parts in one row."""

import pytest
from written_evaluations import (
    CODES,
    NAMES,
    evaluation,
    found,
    people,
    reported,
    rows,
    taken,
    variable,
    with_cell,
)

KRUJE, HAS = "AL122", "AL131"
PARTS = [
    variable(name, "count", part_of="beneficiaries", low="0")
    for name in ("women_helped", "men_helped", "young_helped", "old_helped")
]


def women(code, year):
    return people(code, year) * 3 // 5


def men(code, year):
    return people(code, year) - women(code, year)


def evaluated(folder, table):
    return evaluation(folder, {"raport.xlsx": table}, ["care_coverage"], variables=PARTS)


def test_s26_a_total_that_its_parts_do_not_add_up_to_is_warned_about(tmp_path):
    table = rows(beneficiaries=people, women_helped=women, men_helped=men)
    table, cell = with_cell(table, KRUJE, 2018, "beneficiaries", people(KRUJE, 2018) + 150)
    workspace = evaluated(tmp_path, table)
    (one,) = found(workspace, "parts_differ_from_total")
    assert (one.severity, one.cell, one.municipality, one.year) == ("WARN", cell, NAMES[KRUJE], "2018")
    assert "in nearly all rows, but not in 1" in one.what
    assert reported(taken(workspace), KRUJE, 2018, "beneficiaries") == people(KRUJE, 2018) + 150


def test_s26_age_groups_beside_women_and_men_are_a_whole_of_their_own(tmp_path):
    def young(code, year):
        return people(code, year) // 4

    def old(code, year):
        return people(code, year) - young(code, year) + (7 if (code, year) == (HAS, 2019) else 0)

    table = rows(beneficiaries=people, women_helped=women, men_helped=men, young_helped=young, old_helped=old)
    (one,) = found(evaluated(tmp_path, table), "parts_differ_from_total")
    assert one.what.startswith("old_helped + young_helped is beneficiaries in nearly all rows, but not in 1: Has 2019")


@pytest.mark.parametrize(
    "second",
    [
        lambda code, year: men(code, year) // 2,  # some are of neither
        lambda code, year: men(code, year) + (CODES.index(code) % 3 == 0),  # counted by another rule
    ],
)
def test_s26_parts_that_are_not_the_whole_are_quiet(tmp_path, second):
    table = rows(beneficiaries=people, women_helped=women, men_helped=second)
    assert found(evaluated(tmp_path, table), "parts_differ_from_total") == []


def test_s26_a_part_above_its_total_stops_and_is_not_told_twice(tmp_path):
    table = rows(beneficiaries=people, women_helped=women, men_helped=men)
    table, _ = with_cell(table, KRUJE, 2018, "women_helped", people(KRUJE, 2018) + 1)
    workspace = evaluated(tmp_path, table)
    assert len(found(workspace, "count_above_total")) == 1
    assert found(workspace, "parts_differ_from_total") == []
