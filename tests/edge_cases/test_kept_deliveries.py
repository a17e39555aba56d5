"""A later delivery that is refused: what is put back says so, what it settles is asked no more, and every cell is counted once."""

import pandas as pd
import pytest
from test_data_page import studied
from written_evaluations import (
    CODES,
    NAMES,
    REFERENCE,
    decide,
    evaluation,
    found,
    people,
    reconciles,
    register_files,
    reported,
    rows,
    source,
    taken,
    with_cell,
    write_workbook,
)

from lnbeval.workspace import views
from lnbeval.workspace.languages import language, sentences
from lnbeval.workspace.particulars import place_in_words

KLOS, MAT, KRUJE = "AL113", "AL114", "AL122"
YEARS = range(2016, 2020)
QUARTERS = ("Tremujori I", "Tremujori II", "Tremujori III", "Tremujori IV")


def deliver(workspace, table):
    write_workbook(workspace.raw("trial") / "raport.xlsx", table)


def refuse(workspace, *more):
    """Answer the question about the revision, beside others; returns the day of the registration."""
    (question,) = found(workspace, "changed_delivery")
    decide(workspace, (question.name, "keep_old"), *more)
    return pd.read_csv(workspace.raw("trial") / "DELIVERIES.csv")["registered_on"].item()


@pytest.fixture
def delivered(tmp_path, monkeypatch, capsys):
    """A registered delivery, and the workspace it is in."""
    table = rows(years=YEARS, beneficiaries=people)
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"], first_treated=2018)
    assert register_files(workspace, monkeypatch, capsys)[0] == 0
    return workspace


def without(code, year=None):
    return [
        row for row in rows(years=YEARS, beneficiaries=people) if row[0] != NAMES[code] or row[1] != (year or row[1])
    ]


def quarters(*, gone=(), changed=()):
    """Beneficiaries by quarter: a third of the year each, some rows gone, some with 5 more."""
    table = [["Bashkia", "Viti", "Tremujori", "beneficiaries"]]
    every = [(code, year, quarter) for code in CODES for year in YEARS for quarter in QUARTERS]
    return table + [
        [NAMES[code], year, quarter, people(code, year) // 3 + 5 * ((code, year, quarter) in changed)]
        for code, year, quarter in every
        if (code, year, quarter) not in gone
    ]


@pytest.fixture
def by_quarter(tmp_path, monkeypatch, capsys):
    """A registered delivery whose rows are added up over quarters."""
    table = quarters()
    rule = {"by": "sum", "over": ["Tremujori"]}
    declared = source(table) | {"aggregate": rule, "columns": {"beneficiaries": "beneficiaries"}}
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"], sources=[declared], first_treated=2018)
    assert register_files(workspace, monkeypatch, capsys)[0] == 0
    return workspace


def test_x10_a_value_that_is_put_back_says_when_it_was_registered_and_not_an_address_of_another_row(delivered):
    before = taken(delivered).values.set_index(["code", "period"])["cell"]
    deliver(delivered, without(KLOS))
    day = refuse(delivered)
    after = taken(delivered)
    cells = after.values.set_index(["code", "period"])["cell"]
    assert cells[KLOS, 2016] == f"registered on {day}: {before[KLOS, 2016]}"
    assert cells[MAT, 2016] == before[KLOS, 2016]
    assert not after.values["cell"].duplicated().any()
    log = after.put_back
    assert log[["code", "period", "value"]].to_numpy().tolist() == [[KLOS, year, people(KLOS, year)] for year in YEARS]
    assert log["cell"].tolist() == before[KLOS].tolist()
    assert set(log["registered_on"]) == {day}


def test_x10_the_place_of_a_value_that_is_put_back_is_told_in_albanian():
    words = language(REFERENCE, "sq").phrases
    told = place_in_words("registered on 2026-11-23: row 12, column beneficiaries", words)
    assert told == f"{words['registered_on']} 2026-11-23: {words['row']} 12, {words['column']} beneficiaries"
    assert "registered" not in told


def test_x10_rows_that_are_gone_are_told_together_and_not_as_figures_that_are_not_reported(delivered):
    table, _ = with_cell(without(KLOS), KRUJE, 2017, "beneficiaries", None)
    table = [row for row in table if row[:2] != [NAMES[MAT], 2018]]
    deliver(delivered, table)
    (question,) = found(delivered, "changed_delivery")
    told = question.what.partition("(")[2].rstrip(")")
    assert told.split(", ", 1)[0] == f"{NAMES[KLOS]} 2016-2019: 4 figures no longer there"
    assert f"{NAMES[MAT]} 2018 beneficiaries: {people(MAT, 2018)}, no longer there" in told
    assert f"{NAMES[KRUJE]} 2017 beneficiaries: {people(KRUJE, 2017)} became not reported (" in told
    line, _ = sentences(question, language(REFERENCE, "sq"))
    assert question.what in line
    refuse(delivered)
    page = views.changed(studied(delivered)).set_index(["Municipality", "Year"])["Delivered now"]
    assert set(page[NAMES[KLOS]]) == {"no longer there"}
    assert page[NAMES[MAT], "2018"] == "no longer there"
    assert page[NAMES[KRUJE], "2017"] == "not reported"


@pytest.mark.parametrize("year", [None, 2017])
def test_x10_municipalities_that_are_put_back_are_not_missed(delivered, year):
    deliver(delivered, without(KLOS, year))
    assert found(delivered, "absent_in_year" if year else "absent_municipality")
    refuse(delivered)
    assert found(delivered, "absent_in_year") == found(delivered, "absent_municipality") == []
    assert reported(taken(delivered), KLOS, 2017, "beneficiaries") == people(KLOS, 2017)


def test_x10_parts_that_are_put_back_are_not_asked_about(by_quarter):
    deliver(by_quarter, quarters(gone={(KLOS, 2017, "Tremujori IV"), (MAT, 2016, "Tremujori I")}))
    assert found(by_quarter, "parts_absent")
    assert f"{NAMES[KLOS]} 2017 (3)" in found(by_quarter, "parts_missing")[0].what
    refuse(by_quarter)
    assert found(by_quarter, "parts_absent") == found(by_quarter, "parts_missing") == []
    assert reported(taken(by_quarter), KLOS, 2017, "beneficiaries") == 4 * (people(KLOS, 2017) // 3)


def test_x10_parts_that_were_absent_before_too_are_still_asked_about(by_quarter, monkeypatch, capsys):
    deliver(by_quarter, quarters(gone={(KLOS, 2017, "Tremujori IV")}))
    assert register_files(by_quarter, monkeypatch, capsys, "--note", "letter of 3 May")[0] != 0
    (question,) = found(by_quarter, "parts_absent")
    decide(by_quarter, (question.name, "missing"))
    assert register_files(by_quarter, monkeypatch, capsys, "--note", "letter of 3 May")[0] == 0
    deliver(by_quarter, quarters(gone={(KLOS, 2017, "Tremujori IV"), (MAT, 2016, "Tremujori I")}))
    (revision,) = found(by_quarter, "changed_delivery")
    decide(by_quarter, (revision.name, "keep_old"))
    (warning,) = found(by_quarter, "parts_missing")
    assert f"{NAMES[KLOS]} 2017 (3)" in warning.what
    assert NAMES[MAT] not in warning.what


def test_x10_of_sums_that_are_put_back_the_cells_that_differ_are_set_aside_and_no_other(by_quarter):
    deliver(
        by_quarter,
        quarters(
            gone={(KLOS, 2017, "Tremujori IV")}, changed={(MAT, 2016, "Tremujori I"), (KRUJE, 2018, "Tremujori II")}
        ),
    )
    refuse(by_quarter)
    intake = taken(by_quarter)
    aside = intake.set_aside
    assert sorted(aside["content"]) == sorted([str(people(MAT, 2016) // 3 + 5), str(people(KRUJE, 2018) // 3 + 5)])
    assert aside["cell"].str.fullmatch(r"D[0-9]+").all()
    assert intake.counts["cells_set_aside"].item() == 2
    assert set(intake.fates["fate"]) == {"used", "dropped"}
    assert reconciles(intake)
    study = studied(by_quarter)
    made = views.sums(study)
    assert made["passed"].all(), made
    assert views.reasons(study)[["Reason", "Cells"]].to_numpy().tolist() == [["decided: keep_old", 2]]
    assert views.series_account(study)["Put back from the registered delivery"].tolist() == [3]


def test_x10_a_sum_that_differs_by_no_part_of_its_own_is_set_aside_with_its_cells(by_quarter):
    (by_quarter.raw("trial") / "registered" / "raport.xlsx.parts.csv").unlink()
    deliver(by_quarter, quarters(changed={(MAT, 2016, "Tremujori I")}))
    refuse(by_quarter)
    assert reconciles(taken(by_quarter))
    made = views.sums(studied(by_quarter))
    assert made["passed"].all(), made


def test_x10_a_value_that_is_put_back_and_dropped_later_is_no_cell_of_the_file(tmp_path, monkeypatch, capsys):
    table, _ = with_cell(rows(beneficiaries=people), MAT, 2016, "beneficiaries", 20 * people(MAT, 2016))
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"])
    assert register_files(workspace, monkeypatch, capsys)[0] == 0
    (jump,) = found(workspace, "jump")
    deliver(workspace, [row for row in table if row[:2] != [NAMES[MAT], 2016]])
    refuse(workspace, (jump.name, "drop"))
    intake = taken(workspace)
    assert pd.isna(reported(intake, MAT, 2016, "beneficiaries"))
    assert intake.counts["cells_set_aside"].item() == 0
    (line,) = intake.set_aside.to_dict("records")
    assert line["cell"].startswith("registered on ")
    assert reconciles(intake)
    made = views.sums(studied(workspace))
    assert made["passed"].all(), made
