"""The reference tables hold together, and a written name means one municipality or none."""

import shutil
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

from lnbeval.errors import DataError
from lnbeval.reference import Reference, is_total, load_reference, resolve

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data" / "reference"
SEATS = {
    "Peshkopi": "AL112", "Burrel": "AL114", "Laç": "AL141", "Bajram Curri": "AL133", "Ballsh": "AL324",
    "Bilisht": "AL341", "Ersekë": "AL342", "Çorovodë": "AL314", "Krumë": "AL131", "Rrëshen": "AL143", "Koplik": "AL152",
}  # fmt: skip


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(FOLDER)


def spellings(reference: Reference) -> list[tuple[str, str]]:
    table = reference.municipalities
    return [
        (spelling, code)
        for code, row in table.iterrows()
        for spelling in (code, row["name"], row["name_en"], *row["aliases"].split("|"))
    ]


def plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold())
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


FORMS = {
    "as it stands": lambda text: text,
    "upper case": str.upper,
    "lower case": str.lower,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "without diacritics": plain,
    "with spaces around and within": lambda text: f"  {text.replace(' ', '   ')}\t",
    "with a no-break space": lambda text: text.replace(" ", "\u00a0"),
    "after Bashkia": "Bashkia {}".format,
    "after BASHKIA E": "BASHKIA E {}".format,
    "after Bashkisë": "Bashkisë {}".format,
    "after Municipality of": "Municipality of {}".format,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_spelling_in_every_form_resolves_to_its_own_municipality(reference, form):
    wrong = {
        text: match
        for text, code in spellings(reference)
        if (match := resolve(reference, FORMS[form](text))).code != code
    }
    assert wrong == {}


def test_no_folded_spelling_belongs_to_two_municipalities(reference):
    owners = pd.DataFrame(spellings(reference), columns=["text", "code"]).assign(key=lambda t: t["text"].map(plain))
    shared = owners.groupby("key")["code"].nunique().loc[lambda n: n > 1]
    assert shared.to_dict() == {}


@pytest.mark.parametrize(
    ("written", "code", "how"),
    [
        ("AL311", "AL311", "code"),
        ("Tiranë", "AL224", "name"),
        ("Tirana", "AL224", "name"),
        ("Tiranës", "AL224", "alias"),
        ("Ura Vajgurore", "AL315", "alias"),
        ("Vore", "AL225", "alias"),
        ("VORË", "AL225", "name"),
        ("Vlore", "AL357", "alias"),
        ("VLORË", "AL357", "name"),
    ],
)
def test_the_match_says_how_it_was_found(reference, written, code, how):
    match = resolve(reference, written)
    assert (match.code, match.how) == (code, how)


@pytest.mark.parametrize("written", ["Vorrë", "Vlorrë", "V lorë", "Volrë", "Vor"])
def test_something_like_vore_or_vlore_is_never_guessed(reference, written):
    match = resolve(reference, written)
    assert (match.code, match.how) == (None, "unknown")
    assert 1 <= len(match.candidates) <= 3


@pytest.mark.parametrize("seat", SEATS)
def test_a_seat_town_is_unknown_with_its_municipality_as_first_candidate(reference, seat):
    for written in (seat, seat.upper(), plain(seat), f"Bashkia {seat}"):
        match = resolve(reference, written)
        name = reference.municipalities.loc[SEATS[seat], "name"]
        assert (match.code, match.how, match.candidates[0]) == (None, "unknown", f"{name} ({SEATS[seat]})")


def test_the_number_of_the_statistical_office_is_not_taken_for_a_code(reference):
    for code, number in reference.municipalities["instat_code"].items():
        match = resolve(reference, number)
        assert match.code is None
        assert match.candidates[0].endswith(f"({code})")


@pytest.mark.parametrize("written", ["", "  ", "Bashkia", "Prishtinë", "xyz", "Qarku Berat", "1e3"])
def test_what_is_no_municipality_is_unknown(reference, written):
    assert resolve(reference, written).how == "unknown"


def test_a_county_that_contradicts_makes_a_name_ambiguous(reference):
    assert resolve(reference, "Klos", county="Dibër").code == "AL113"
    assert resolve(reference, "Klos", county="Qarku i Dibrës").code == "AL113"
    elsewhere = resolve(reference, "Klos", county="ELBASAN")
    assert (elsewhere.code, elsewhere.how, elsewhere.candidates) == (None, "ambiguous", ("Klos (AL113)",))


def test_a_county_settles_a_spelling_that_two_municipalities_share(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "reference")
    table = pd.read_csv(folder / "municipalities.csv", dtype=str, keep_default_na=False)
    table.loc[table["code"].isin(["AL113", "AL212"]), "aliases"] = "Klosi"
    table.to_csv(folder / "municipalities.csv", index=False)
    changed = load_reference(folder)
    assert resolve(changed, "Klosi").how == "ambiguous"
    assert resolve(changed, "Klosi").candidates == ("Klos (AL113)", "Cërrik (AL212)")
    assert resolve(changed, "Klosi", county="Elbasan").code == "AL212"


@pytest.mark.parametrize(
    "written", ["Gjithsej", "GJITHSEJ 2019", " totali ", "Shqipëria", "SHQIPERI", "Total", "Albania", "Qarku Berat"]
)
def test_total_rows_are_recognised(reference, written):
    assert is_total(reference, written)


def test_no_municipality_is_taken_for_a_total_row(reference):
    assert [text for text, _ in spellings(reference) if is_total(reference, text)] == []


def test_there_are_61_municipalities_whose_populations_add_up_to_the_censuses(reference):
    table = reference.municipalities
    assert len(table) == 61
    assert table["population_2011"].sum() == 2_800_138
    assert table["population_2023"].sum() == 2_402_113
    census = reference.county_population.query("kind == 'census' and year == 2023").set_index("county")["population"]
    assert table.groupby("county")["population_2023"].sum().to_dict() == census.to_dict()


def test_neighbours_are_known_and_listed_once(reference):
    pairs = [frozenset(pair) for pair in zip(reference.adjacency["code_a"], reference.adjacency["code_b"], strict=True)]
    assert set().union(*pairs) == set(reference.municipalities.index)
    assert all(len(pair) == 2 for pair in pairs)
    assert len(set(pairs)) == len(pairs)


def test_nine_municipalities_are_confirmed_in_phase_1_and_ten_in_phase_2(reference):
    confirmed = reference.evidence.query("status == 'confirmed'").groupby("phase")["code"].nunique()
    assert confirmed.to_dict() == {1: 9, 2: 10}


def test_evidence_names_agree_with_its_codes(reference):
    names = reference.municipalities["name"].reindex(reference.evidence["code"]).to_list()
    assert reference.evidence["name"].to_list() == names


def test_the_earthquake_struck_eleven_municipalities_and_its_events_hold_codes(reference):
    events = reference.events.set_index("event_id")
    assert len(events.loc["E17", "affected"].split(";")) == 11
    assert events.loc["E35", "affected"] == "AL315"
    assert events.loc["E02", "affected"] == "ALL"
    assert events.loc["E05", ["affected", "affected_complete"]].to_list() == ["", "no"]


def test_every_indicator_is_defined_with_a_direction_and_a_scale(reference):
    registry = reference.indicators
    assert set(registry["direction"]) <= {"up", "down", "context"}
    assert (registry["scale"] > 0).all()
    assert (registry["numerator"] != "").all()
    assert registry.loc["disability_pay", "direction"] == "context"
    assert registry.loc["care_coverage", ["numerator", "denominator", "scale"]].to_list() == [
        "beneficiaries",
        "population",
        1000,
    ]


def test_a_missing_file_and_a_missing_column_are_named(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "reference")
    (folder / "events.csv").unlink()
    (folder / "adjacency.csv").unlink()
    with pytest.raises(DataError, match=r"(?s)adjacency\.csv is missing.*events\.csv is missing"):
        load_reference(folder)
    shutil.copy(FOLDER / "events.csv", folder)
    (folder / "adjacency.csv").write_text("code_a\nAL111\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"adjacency\.csv has no column 'code_b'"):
        load_reference(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("treatment_evidence.csv", "AL112", "AL999", "AL999 not in municipalities"),
        ("treatment_evidence.csv", "confirmed", "certain", "status certain"),
        ("events.csv", "AL315", "AL999", "AL999 not in municipalities"),
        ("municipalities.csv", "AL312", "AL311", "AL311 more than once"),
        ("municipalities.csv", "60031", "many", "cannot be read"),
    ],
)
def test_an_inconsistent_table_is_refused_with_the_culprit(tmp_path, file, old, new, said):
    folder = shutil.copytree(FOLDER, tmp_path / "reference")
    text = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=said):
        load_reference(folder)


def test_national_turnout_is_as_the_sources_page_says():
    elections = pd.read_csv(ROOT / "data/raw/turnout/elections.csv")
    page = (ROOT / "data/raw/turnout/SOURCES.md").read_text(encoding="utf-8")
    sums = elections.groupby(["year", "election"])[["registered", "voted"]].sum()
    rows = [
        f"| {year} | {election} | {row['registered']:,} | {row['voted']:,} | {row['voted'] / row['registered'] * 100:.2f} |"
        for (year, election), row in sums.iterrows()
    ]
    assert [row for row in rows if row not in page] == []
