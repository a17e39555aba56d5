"""The same file again with other values, and two files that contradict one another."""

import csv
import hashlib
import json

import pandas as pd
import pytest
from written_evaluations import (
    CODES,
    NAMES,
    SHEET,
    YEARS,
    command,
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
    variable,
    with_cell,
    write_workbook,
    written,
)

from lnbeval.errors import DataError
from lnbeval.intake.large import part_cells

KRUJE, VLORE = "AL122", "AL357"


def value(intake, code, year):
    return reported(intake, code, year, "beneficiaries")


@pytest.fixture
def delivered(tmp_path, monkeypatch, capsys):
    """A registered delivery, and the workspace it is in."""
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(beneficiaries=people)}, ["care_coverage"])
    code, said = register_files(workspace, monkeypatch, capsys)
    assert code == 0, said
    return workspace


def revise(workspace, *, same_values=False):
    """Deliver the file again with two other values, one of them no longer reported."""
    table = rows(beneficiaries=people)
    if same_values:
        table = [*table, [None, None, None], ["Burimi: ministria"]]
    else:
        table, _ = with_cell(table, KRUJE, 2016, "beneficiaries", people(KRUJE, 2016) + 4)
        table, _ = with_cell(table, VLORE, 2020, "beneficiaries", None)
    write_workbook(workspace.raw("trial") / "raport.xlsx", table)


def test_x10_registering_writes_hash_date_and_the_values_read(delivered):
    raw = delivered.raw("trial")
    with (raw / "DELIVERIES.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert list(row) == ["file", "sha256", "registered_on", "note"]
    assert row["sha256"] == hashlib.sha256((raw / "raport.xlsx").read_bytes()).hexdigest()
    values = pd.read_csv(raw / "registered" / "raport.xlsx.values.csv")
    assert len(values) == 61 * 8
    assert values["value"].tolist() == taken(delivered).values["value"].tolist()


def test_x10_a_registered_file_that_is_the_same_asks_nothing(delivered, monkeypatch, capsys):
    assert found(delivered, "changed_delivery") == []
    code, said = register_files(delivered, monkeypatch, capsys)
    assert code == 0
    assert "Nothing to register" in said


def test_x10_a_revised_file_is_asked_about_with_every_changed_cell(delivered, monkeypatch, capsys):
    revise(delivered)
    (question,) = found(delivered, "changed_delivery")
    assert (question.severity, question.file, question.options) == ("ASK", "raport.xlsx", ("accept", "keep_old"))
    old, new = people(KRUJE, 2016), people(KRUJE, 2016) + 4
    assert f"{NAMES[KRUJE]} 2016 beneficiaries: {old:,} became {new:,}" in question.what
    assert f"{NAMES[VLORE]} 2020 beneficiaries: {people(VLORE, 2020):,} became not reported" in question.what
    cells = [
        with_cell(rows(beneficiaries=people), code, year, "beneficiaries", 0)[1]
        for code, year in ((KRUJE, 2016), (VLORE, 2020))
    ]
    assert (question.sheet, question.cell) == (SHEET, cells[0])
    assert all(f"({cell})" in question.what for cell in cells)
    assert "`lnbeval evaluate` writes all changed cells" in question.do
    assert not delivered.outputs("trial").exists()
    with pytest.raises(DataError, match=r"changed_delivery/raport\.xlsx/"):
        written(delivered)
    table = pd.read_csv(delivered.outputs("trial") / "intake" / "changed_cells.csv")
    assert table[["municipality", "period", "variable", "old"]].to_numpy().tolist() == [
        [NAMES[KRUJE], 2016, "beneficiaries", old],
        [NAMES[VLORE], 2020, "beneficiaries", people(VLORE, 2020)],
    ]
    assert table["new"].isna().tolist() == [False, True]
    assert not (delivered.outputs("trial") / "intake" / "values.csv").exists()
    assert command(delivered, monkeypatch, capsys, "check", "trial")[0] == DataError.exit_code


def test_x10_an_accepted_revision_is_used_and_recorded(delivered, monkeypatch, capsys):
    revise(delivered)
    (question,) = found(delivered, "changed_delivery")
    decide(delivered, (question.name, "accept"))
    intake = written(delivered)
    assert value(intake, KRUJE, 2016) == people(KRUJE, 2016) + 4
    assert (delivered.outputs("trial") / "intake" / "changed_cells.csv").is_file()
    code, said = register_files(delivered, monkeypatch, capsys)
    assert code == 0, said
    last = (delivered.raw("trial") / "DELIVERIES.csv").read_text("utf-8").splitlines()[-1]
    assert "it was asked (A. Hoxha, 2026-11-22)" in last
    assert found(delivered, "changed_delivery") == []


def test_x10_a_refused_revision_leaves_the_registered_values(delivered):
    before = taken(delivered)
    revise(delivered)
    (question,) = found(delivered, "changed_delivery")
    decide(delivered, (question.name, "keep_old"))
    after = taken(delivered)
    assert value(after, KRUJE, 2016) == people(KRUJE, 2016)
    pd.testing.assert_series_equal(after.values["value"], before.values["value"])
    (aside,) = after.set_aside.to_dict("records")
    assert aside["content"] == str(people(KRUJE, 2016) + 4)
    assert "keep_old" in aside["reason"]
    assert reconciles(after)


@pytest.mark.parametrize("file", ["raport.xlsx", "raport_2022.xlsx"])
@pytest.mark.parametrize("answer", ["accept", "keep_old"])
def test_x10_a_year_that_is_added_is_no_change_and_stays_whatever_the_answer(delivered, file, answer):
    table, cell = with_cell(rows(range(2014, 2023), beneficiaries=people), KRUJE, 2016, "beneficiaries", 7_777)
    write_workbook(delivered.raw("trial") / file, table)
    path = delivered.parameters("trial")
    path.write_text(path.read_text("utf-8").replace("raport.xlsx", file), encoding="utf-8")
    (question,) = found(delivered, "changed_delivery")
    assert "1 cell differs in 1 municipality" in question.what
    assert question.cell == cell
    assert "it adds 61 figures of 2022, of which nothing was delivered before" in question.what
    decide(delivered, (question.name, answer))
    intake = taken(delivered)
    assert value(intake, KRUJE, 2016) == (7_777 if answer == "accept" else people(KRUJE, 2016))
    assert [value(intake, code, 2022) for code in CODES] == [people(code, 2022) for code in CODES]


def test_x10_a_year_that_is_added_alone_is_a_note(delivered):
    write_workbook(delivered.raw("trial") / "raport.xlsx", rows(range(2014, 2023), beneficiaries=people))
    assert found(delivered, "changed_delivery") == []
    (note,) = found(delivered, "same_values")
    assert "it adds 61 figures of 2022" in note.what


def test_x10_an_answer_holds_for_one_revision_only(delivered):
    revise(delivered)
    (question,) = found(delivered, "changed_delivery")
    decide(delivered, (question.name, "accept"))
    table, _ = with_cell(rows(beneficiaries=people), KRUJE, 2016, "beneficiaries", people(KRUJE, 2016) + 9)
    write_workbook(delivered.raw("trial") / "raport.xlsx", table)
    (again,) = found(delivered, "changed_delivery")
    assert again.severity == "ASK"
    assert again.name != question.name


def test_x10_other_bytes_with_the_same_values_are_a_note(delivered):
    revise(delivered, same_values=True)
    (note,) = found(delivered, "same_values")
    assert note.severity == "NOTE"
    assert "no value that is read from it differs" in note.what


def test_x10_a_changed_file_is_not_registered_without_a_reason(delivered, monkeypatch, capsys):
    revise(delivered)
    code, said = register_files(delivered, monkeypatch, capsys)
    assert code == DataError.exit_code
    assert "Say why it is accepted" in said
    code, _ = register_files(delivered, monkeypatch, capsys, "--note", "letter of 3 May")
    assert code == 0
    assert "letter of 3 May" in (delivered.raw("trial") / "DELIVERIES.csv").read_text("utf-8")


def changed_parameters(workspace, change):
    path = workspace.parameters("trial")
    parameters = json.loads(path.read_text(encoding="utf-8"))
    change(parameters)
    path.write_text(json.dumps(parameters), encoding="utf-8")


def renamed(workspace, table=None, *, to="raport_i_ri.xlsx", keep=False):
    """Deliver the table under another name, which the parameters read in the place of the registered one."""
    raw = workspace.raw("trial")
    if table is None:
        (raw / "raport.xlsx").rename(raw / to)
    else:
        write_workbook(raw / to, table)
    if not keep and table is not None:
        (raw / "raport.xlsx").unlink()
    changed_parameters(workspace, lambda parameters: parameters["data"]["sources"][0].update(file=to))


def revised():
    table, _ = with_cell(rows(beneficiaries=people), KRUJE, 2016, "beneficiaries", people(KRUJE, 2016) + 4)
    return with_cell(table, VLORE, 2020, "beneficiaries", None)[0]


def test_x10_a_file_under_another_name_with_the_same_values_is_a_note(delivered, monkeypatch, capsys):
    renamed(delivered)
    (note,) = found(delivered, "same_values")
    assert (note.severity, note.file) == ("NOTE", "raport_i_ri.xlsx")
    assert "Read in the place of raport.xlsx, registered on" in note.what
    code, said = register_files(delivered, monkeypatch, capsys)
    assert code == 0, said
    (told,) = found(delivered, "registered_replaced")
    assert (told.severity, told.file) == ("NOTE", "raport.xlsx")
    assert "read from raport_i_ri.xlsx" in told.what


@pytest.mark.parametrize("keep", [True, False])
def test_x10_a_revision_under_another_name_is_asked_about_with_every_changed_cell(delivered, monkeypatch, capsys, keep):
    renamed(delivered, revised(), keep=keep)
    (question,) = found(delivered, "changed_delivery")
    assert (question.severity, question.file, question.options) == ("ASK", "raport_i_ri.xlsx", ("accept", "keep_old"))
    old, new = people(KRUJE, 2016), people(KRUJE, 2016) + 4
    assert "in the place of raport.xlsx, registered on" in question.what
    assert "2 cells differ in 2 municipalities" in question.what
    assert f"{NAMES[KRUJE]} 2016 beneficiaries: {old:,} became {new:,}" in question.what
    assert f"{NAMES[VLORE]} 2020 beneficiaries: {people(VLORE, 2020):,} became not reported" in question.what
    with pytest.raises(DataError, match=r"changed_delivery/raport_i_ri\.xlsx/"):
        written(delivered)
    table = pd.read_csv(delivered.outputs("trial") / "intake" / "changed_cells.csv")
    assert table[["file", "municipality", "period", "old"]].to_numpy().tolist() == [
        ["raport_i_ri.xlsx", NAMES[KRUJE], 2016, old],
        ["raport_i_ri.xlsx", NAMES[VLORE], 2020, people(VLORE, 2020)],
    ]
    code, said = register_files(delivered, monkeypatch, capsys)
    assert code == DataError.exit_code
    assert "read in the place of raport.xlsx" in said
    assert "raport_i_ri" not in (delivered.raw("trial") / "DELIVERIES.csv").read_text("utf-8")


def test_x10_an_accepted_revision_under_another_name_is_recorded_with_its_reason(delivered, monkeypatch, capsys):
    renamed(delivered, revised())
    (question,) = found(delivered, "changed_delivery")
    decide(delivered, (question.name, "accept"))
    assert value(written(delivered), KRUJE, 2016) == people(KRUJE, 2016) + 4
    code, said = register_files(delivered, monkeypatch, capsys)
    assert code == 0, said
    last = (delivered.raw("trial") / "DELIVERIES.csv").read_text("utf-8").splitlines()[-1]
    assert last.startswith("raport_i_ri.xlsx,")
    assert "it was asked (A. Hoxha, 2026-11-22)" in last
    assert found(delivered, "changed_delivery") == []
    (told,) = found(delivered, "registered_replaced")
    assert "it was asked (A. Hoxha, 2026-11-22)" in told.what


def test_x10_a_refused_revision_under_another_name_leaves_the_registered_values(delivered):
    before = taken(delivered)
    renamed(delivered, revised())
    (question,) = found(delivered, "changed_delivery")
    decide(delivered, (question.name, "keep_old"))
    after = taken(delivered)
    pd.testing.assert_series_equal(after.values["value"], before.values["value"])
    (aside,) = after.set_aside.to_dict("records")
    assert (aside["file"], aside["content"]) == ("raport_i_ri.xlsx", str(people(KRUJE, 2016) + 4))
    assert reconciles(after)


def beside(workspace, table, **more):
    """Read another file beside the registered one."""
    write_workbook(workspace.raw("trial") / "shtesa.xlsx", table)
    added = source(table, "shtesa.xlsx", **more)
    changed_parameters(workspace, lambda parameters: parameters["data"]["sources"].append(added))


def test_x10_a_file_beside_that_goes_before_the_registered_one_is_asked_about(delivered):
    beside(delivered, [row for row in revised() if row[1] in ("Viti", 2016)], priority=1)
    (question,) = found(delivered, "changed_delivery")
    assert question.file == "shtesa.xlsx"
    assert "1 cell differs in 1 municipality" in question.what
    assert f"{NAMES[KRUJE]} 2016" in question.what
    decide(delivered, (question.name, "keep_old"))
    assert value(taken(delivered), KRUJE, 2016) == people(KRUJE, 2016)


def test_x10_a_file_beside_that_adds_years_or_tells_the_same_is_not_asked_about(delivered):
    beside(delivered, [rows(beneficiaries=people)[0], *rows(years=(2021, 2022), beneficiaries=people)[1:]])
    assert found(delivered, "changed_delivery") == []
    assert not [problem for problem in taken(delivered).problems if problem.severity == "STOP"]
    assert value(taken(delivered), KRUJE, 2022) == people(KRUJE, 2022)


def test_x10_years_that_come_in_files_of_their_own_are_held_against_the_one_they_replace(delivered):
    parts = {"para.xlsx": range(2014, 2018), "pas.xlsx": range(2018, 2022)}
    for file, years in parts.items():
        table = [row for row in revised() if row[1] in ("Viti", *years)]
        write_workbook(delivered.raw("trial") / file, table)
    own = [source(rows(beneficiaries=people), file) for file in parts]
    changed_parameters(delivered, lambda parameters: parameters["data"].update(sources=own))
    questions = found(delivered, "changed_delivery")
    assert [question.file for question in questions] == ["para.xlsx", "pas.xlsx"]
    assert all("1 cell differs in 1 municipality" in question.what for question in questions)


def test_x10_one_series_moved_to_another_file_is_held_against_the_registered_one(tmp_path, monkeypatch, capsys):
    def other(code, year):
        return people(code, year) + 100

    table = rows(beneficiaries=people, women_served=other)
    workspace = evaluation(
        tmp_path, {"raport.xlsx": table}, ["care_coverage"], variables=[variable("women_served", "count")]
    )
    assert register_files(workspace, monkeypatch, capsys)[0] == 0
    moved = [row[:2] + row[3:] for row in table if row[:2] != [NAMES[VLORE], 2020]]
    write_workbook(workspace.raw("trial") / "gra.xlsx", moved)

    def change(parameters):
        del parameters["data"]["sources"][0]["columns"]["women_served"]
        parameters["data"]["sources"].append(source(moved, "gra.xlsx"))

    changed_parameters(workspace, change)
    (question,) = found(workspace, "changed_delivery")
    assert question.file == "gra.xlsx"
    assert f"({NAMES[VLORE]} 2020 women_served: {other(VLORE, 2020):,}, no longer there)" in question.what


def test_x10_a_registered_file_whose_series_nothing_reads_any_more_is_told(tmp_path, monkeypatch, capsys):
    tables = {"raport.xlsx": rows(beneficiaries=people), "gra.xlsx": rows(women_served=people)}
    workspace = evaluation(tmp_path, tables, ["care_coverage"], variables=[variable("women_served", "count")])
    assert register_files(workspace, monkeypatch, capsys)[0] == 0
    changed_parameters(workspace, lambda parameters: parameters["data"]["sources"].pop())
    (warning,) = found(workspace, "registered_not_read")
    assert (warning.severity, warning.file) == ("WARN", "gra.xlsx")
    assert "take its rows out" in warning.do


def test_x10_without_a_registration_nothing_is_asked(tmp_path):
    workspace = evaluation(tmp_path, {"raport.xlsx": rows(beneficiaries=people)}, ["care_coverage"])
    revise(workspace)
    assert found(workspace, "changed_delivery") == []


def two_files(folder, **priority):
    """Two files that tell one value differently; `priority` by the stem of the file."""
    first = rows(beneficiaries=people)
    second, cell = with_cell(rows(beneficiaries=people), KRUJE, 2016, "beneficiaries", people(KRUJE, 2016) + 6)
    tables = {"i_pari.xlsx": first, "i_dyti.xlsx": second}
    sources = [
        source(table, file) | ({"priority": priority[file[:-5]]} if file[:-5] in priority else {})
        for file, table in tables.items()
    ]
    return evaluation(folder, tables, ["care_coverage"], sources=sources), cell


def test_x11_two_files_that_differ_stop_and_show_both(tmp_path, monkeypatch, capsys):
    workspace, cell = two_files(tmp_path)
    (stop,) = [problem for problem in taken(workspace).problems if problem.severity == "STOP"]
    assert (stop.file, stop.cell, stop.municipality, stop.year) == ("i_dyti.xlsx", cell, NAMES[KRUJE], "2016")
    assert f"{people(KRUJE, 2016) + 6} here" in stop.what
    assert f"{people(KRUJE, 2016)} in i_pari.xlsx, sheet {SHEET}, {cell}" in stop.what
    assert "`priority`" in stop.do
    assert command(workspace, monkeypatch, capsys, "check", "trial")[0] == DataError.exit_code


@pytest.mark.parametrize(
    ("priority", "wins"),
    [
        ({"i_dyti": 1}, "i_dyti.xlsx"),
        ({"i_pari": 1}, "i_pari.xlsx"),
        ({"i_pari": 2, "i_dyti": 1}, "i_dyti.xlsx"),
    ],
)
def test_x11_a_priority_settles_it_and_the_other_value_is_set_aside(tmp_path, priority, wins):
    workspace, cell = two_files(tmp_path, **priority)
    intake = taken(workspace)
    assert not any(problem.severity in ("STOP", "ASK") for problem in intake.problems)
    assert value(intake, KRUJE, 2016) == people(KRUJE, 2016) + 6 * (wins == "i_dyti.xlsx")
    lost = intake.set_aside[intake.set_aside["reason"] == "another source goes before it"]
    assert lost["file"].tolist() == [({"i_pari.xlsx", "i_dyti.xlsx"} - {wins}).pop()]
    assert lost["row"].tolist() == [int(cell[1:])]
    (note,) = [problem for problem in intake.problems if "goes before this one" in problem.what]
    assert note.severity == "NOTE"
    assert reconciles(intake)


def test_x11_equal_priorities_settle_nothing(tmp_path):
    workspace, _ = two_files(tmp_path, i_pari=1, i_dyti=1)
    assert [problem.cell for problem in taken(workspace).problems if problem.severity == "STOP"] != []


def by_sex(moved=0, men_word="Meshkuj", drop=None):
    """Beneficiaries with sex as rows; of one municipality and year some are moved from men to women."""
    table = [["Bashkia", "Viti", "Gjinia", "beneficiaries"]]
    for code in CODES:
        for year in YEARS:
            women = people(code, year) // 2
            shift = moved if (code, year) == (KRUJE, 2016) else 0
            table.append([NAMES[code], year, "Femra", women + shift])
            if (code, year) != drop:
                table.append([NAMES[code], year, men_word, people(code, year) - women - shift])
    return table


def of_sexes(table):
    rule = {"by": "sum", "over": ["Gjinia"]}
    return source(table) | {"aggregate": rule, "columns": {"beneficiaries": "beneficiaries"}}


@pytest.fixture
def delivered_by_sex(tmp_path, monkeypatch, capsys):
    """A registered delivery whose rows are added up over the sexes."""
    table = by_sex()
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["care_coverage"], sources=[of_sexes(table)])
    code, said = register_files(workspace, monkeypatch, capsys)
    assert code == 0, said
    return workspace


def deliver(workspace, table):
    write_workbook(workspace.raw("trial") / "raport.xlsx", table)


def test_x10_persons_moved_from_one_part_to_another_are_cells_that_differ(delivered_by_sex):
    deliver(delivered_by_sex, by_sex(moved=7))
    (question,) = found(delivered_by_sex, "changed_delivery")
    women = people(KRUJE, 2016) // 2
    men = people(KRUJE, 2016) - women
    assert "2 cells differ in 1 municipality" in question.what
    assert f"{NAMES[KRUJE]} 2016 beneficiaries (Femra): {women} became {women + 7} (D" in question.what
    assert f"{NAMES[KRUJE]} 2016 beneficiaries (Meshkuj): {men} became {men - 7} (D" in question.what
    with pytest.raises(DataError):
        written(delivered_by_sex)
    table = pd.read_csv(delivered_by_sex.outputs("trial") / "intake" / "changed_cells.csv")
    assert table[["part", "old", "new"]].to_numpy().tolist() == [
        ["Femra", women, women + 7],
        ["Meshkuj", men, men - 7],
    ]
    decide(delivered_by_sex, (question.name, "keep_old"))
    assert value(taken(delivered_by_sex), KRUJE, 2016) == people(KRUJE, 2016)


def test_x10_a_part_that_is_gone_is_a_cell_that_differs(delivered_by_sex):
    deliver(delivered_by_sex, by_sex(drop=(KRUJE, 2016)))
    (question,) = found(delivered_by_sex, "changed_delivery")
    men = people(KRUJE, 2016) - people(KRUJE, 2016) // 2
    assert "1 cell differs in 1 municipality" in question.what
    assert f"beneficiaries (Meshkuj): {men}, no longer there" in question.what


def test_x10_parts_written_in_another_way_do_not_differ(delivered_by_sex):
    deliver(delivered_by_sex, by_sex(men_word="MESHKUJ"))
    (note,) = found(delivered_by_sex, "same_values")
    assert "no value that is read from it differs" in note.what
    assert "sums" not in note.what


def test_x10_parts_in_a_file_of_another_name_are_compared_too(delivered_by_sex):
    deliver(delivered_by_sex, by_sex(moved=7))
    raw = delivered_by_sex.raw("trial")
    (raw / "raport.xlsx").rename(raw / "i_ri.xlsx")
    changed_parameters(delivered_by_sex, lambda parameters: parameters["data"]["sources"][0].update(file="i_ri.xlsx"))
    (question,) = found(delivered_by_sex, "changed_delivery")
    assert "2 cells differ in 1 municipality" in question.what


def test_x10_averages_in_the_place_of_sums_are_told_though_no_part_differs(delivered_by_sex):
    deliver(delivered_by_sex, [*by_sex(), [None, None, None, None], ["Burimi: ministria"]])
    changed_parameters(
        delivered_by_sex, lambda parameters: parameters["data"]["sources"][0]["aggregate"].update(by="mean")
    )
    (question,) = found(delivered_by_sex, "changed_delivery")
    assert f"{61 * 8} cells differ in 61 municipalities" in question.what


def test_x10_sums_only_are_compared_where_a_file_has_too_many_rows_and_that_is_said(
    delivered_by_sex, monkeypatch, capsys
):
    monkeypatch.setattr(part_cells, "MOST_ROWS", 900)
    deliver(delivered_by_sex, by_sex(moved=7))
    (note,) = found(delivered_by_sex, "same_values")
    assert "no sum that is read from it differs; only sums were compared, as raport.xlsx has more than" in note.what
    parts = delivered_by_sex.raw("trial") / "registered" / "raport.xlsx.parts.csv"
    assert parts.is_file()
    assert register_files(delivered_by_sex, monkeypatch, capsys, "--note", "letter of 3 May")[0] == 0
    assert not parts.exists()
    monkeypatch.undo()
    deliver(delivered_by_sex, by_sex(drop=(KRUJE, 2016)))
    (question,) = found(delivered_by_sex, "changed_delivery")
    assert "1 sum differs in 1 municipality" in question.what
    assert "only sums of beneficiaries were compared, as the registration has no such parts of them" in question.what
