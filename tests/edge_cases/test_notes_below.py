"""Notes below a table that change what its figures mean."""

import pytest
from written_evaluations import CODES, NAMES, YEARS, evaluation, found, people, source, taken, variable

COLUMNS = {"beneficiaries": "{year}"}


def with_notes(folder, *notes, **more):
    """An evaluation of a sheet of years across the columns, with lines below it."""
    table = [["Bashkia", *YEARS], *([NAMES[code], *(people(code, year) for year in YEARS)] for code in CODES)]
    below = [[], *([note] for note in notes)]
    declared = [source(table) | {"columns": COLUMNS}]
    del declared[0]["period"]
    return evaluation(folder, {"raport.xlsx": [*table, *below]}, ["care_coverage"], sources=declared, **more)


@pytest.mark.parametrize(
    ("note", "part"),
    [
        ("Shënim: Viti 2021 përfshin vetëm 9 muajt e parë.", "9 muajt"),
        ("Shënim: 2021 është 9-mujori.", "9-mujori"),
        ("Të dhënat për vitin 2021 i përkasin periudhës janar-qershor.", "janar-qershor"),
        ("* viti 2021 deri në 30 shtator", "deri në 30 shtator"),
        ("Note: 2021 is January 2021 - June 2021", "January 2021 - June"),
        ("Shënim: për 2021 vetëm gjashtëmujori i parë", "gjashtëmujori"),
    ],
)
def test_s17_s23_a_note_on_a_part_of_a_year_is_warned_about(tmp_path, note, part):
    (warned,) = found(with_notes(tmp_path, note), "note_part_of_year")
    assert (warned.severity, warned.cell) == ("WARN", "row 64")
    assert f"('{part}')" in warned.what


@pytest.mark.parametrize(
    "note",
    [
        "Shënim: të dhënat u përditësuan më 15 mars 2022",
        "Shënim: gjendja më 31 dhjetor 2021",
        "Shënim: periudha janar-dhjetor 2021",
        "Shënim: fëmijë nga 6 muaj deri 3 vjeç",
        "Burimi: Raporti i gjashtëmujorit të parë 2022",
        "Note: the figures may be revised in 2022",
        "Shënim: 2021 përfshin 12 muaj",
    ],
)
def test_a_note_on_a_day_an_age_or_a_whole_year_is_not(tmp_path, note):
    assert found(with_notes(tmp_path, note), "note_part_of_year") == []


def test_s10_a_note_in_another_unit_than_any_variable_is_warned_about(tmp_path):
    several = "Shënim: Shifrat e viteve 2014-2017 janë në mijë lekë, nga viti 2018 në milionë lekë."
    (warned,) = found(with_notes(tmp_path, several), "note_tells_unit")
    assert (warned.severity, warned.cell) == ("WARN", "row 64")
    assert "several units (1,000 1,000,000 ALL)" in warned.what


def test_s10b_a_note_in_the_registered_unit_is_quiet(tmp_path):
    note = "Shënim: Shifrat janë në mijë lekë."
    (warned,) = found(with_notes(tmp_path / "persons", note), "note_tells_unit")
    assert "a unit (1,000 ALL)" in warned.what
    money = [variable("beneficiaries", "money", unit="thousand lek", prices="nominal")]
    workspace = with_notes(tmp_path / "money", note, variables=money)
    assert found(workspace, "note_tells_unit") == []
    assert found(workspace, "unit_differs") == []


def test_notes_are_quoted_once_a_table_and_other_lines_are_told_by_row(tmp_path):
    lines = (
        "Shënim: të dhënat janë paraprake",
        "Punoi: Arta Hoxha",
        "Burimi: INSTAT",
        "Shënim: telefoni i Arta Hoxhës",
    )
    (note,) = found(with_notes(tmp_path, *lines), "notes_below")
    assert note.severity == "NOTE"
    assert note.what == (
        "Notes below the table are not read as data: row 64: 'Shënim: të dhënat janë paraprake', row 65: a text, "
        "row 67: '[withheld]'"
    )


def test_a_note_with_a_telephone_number_is_withheld_in_every_message(tmp_path):
    note = "Shënim: viti 2021 deri në shtator; tel. 069 20 12 345"
    assert not any("345" in one.what for one in taken(with_notes(tmp_path, note)).problems)
