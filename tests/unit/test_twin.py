"""The synthetic twin: reproducible to the byte, true to what is documented, with a truth that adds up."""

import io
import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from lnbeval.errors import DataError
from lnbeval.reference import Reference, is_total, load_reference, resolve
from lnbeval.twin import Twin, make_twin, write_twin

ROOT = Path(__file__).parents[2]
RAW = ROOT / "data" / "raw" / "lnb"
SEED = 20170601
WORKBOOK = "sherbimet_sociale_2013_2024.xlsx"
SPENDING = "shpenzimet_bashkiake.csv"


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference(ROOT / "data" / "reference")


@pytest.fixture(scope="module")
def twin(reference) -> Twin:
    return make_twin(reference, np.random.default_rng(SEED))


@pytest.fixture(scope="module")
def services_sheet() -> pd.DataFrame:
    return pd.read_excel(RAW / WORKBOOK, sheet_name="Shërbimet", header=3, keep_default_na=False, engine="openpyxl")


def contents(paths: list[Path]) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in paths}


def test_the_committed_files_are_what_the_generator_writes(reference, tmp_path):
    made = contents(write_twin(reference, tmp_path / "with space ë", SEED))
    assert made == contents(sorted(path for path in RAW.iterdir() if path.name in made))


def test_the_same_seed_writes_the_same_bytes_at_another_time(reference, tmp_path, monkeypatch):
    first = contents(write_twin(reference, tmp_path / "a", 7))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert contents(write_twin(reference, tmp_path / "b", 7)) == first


def test_another_seed_writes_other_bytes_in_every_file(reference, tmp_path):
    other = contents(write_twin(reference, tmp_path, SEED + 1))
    assert [name for name, content in other.items() if content == (RAW / name).read_bytes()] == []


def test_nothing_but_the_files_is_left_behind(reference, tmp_path):
    paths = write_twin(reference, tmp_path, 7)
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_15_and_32_municipalities_are_treated_once_per_phase(twin):
    assert twin.treatment.groupby("phase")["code"].agg(["size", "nunique"]).to_numpy().tolist() == [[15, 15], [32, 32]]


def test_who_is_supported_in_both_phases_keeps_the_first_cohort(twin):
    first = twin.treatment.groupby("code")["phase"].min().map({1: 2017, 2: 2021})
    assert (twin.treatment["cohort"] == twin.treatment["code"].map(first)).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_documented_municipality_is_in_with_its_best_evidence(reference, seed):
    treatment = make_twin(reference, np.random.default_rng(seed)).treatment
    strength = ["confirmed", "indirect", "mentioned"]
    best = reference.evidence.groupby(["phase", "code"])["status"].agg(lambda s: min(s, key=strength.index))
    documented = treatment[treatment["status"] != "illustrative"].set_index(["phase", "code"])["status"]
    assert documented.sort_index().to_dict() == best.sort_index().to_dict()


def test_drawn_rows_say_so_and_contradict_no_document(reference, twin):
    drawn = twin.treatment[twin.treatment["status"] == "illustrative"]
    assert set(drawn["source"]) == {"drawn by the generator"}
    assert set(drawn["code"]) & set(reference.evidence["code"]) == set()


def test_the_placebo_has_no_true_effect_and_the_others_have(twin):
    largest = twin.truth.groupby("indicator")["effect"].max()
    assert largest["disability_pay"] == 0
    assert (largest.drop("disability_pay") > 0).all()


def test_there_is_no_effect_before_treatment_and_none_on_the_never_treated(twin):
    untouched = twin.truth[twin.truth["cohort"].isna() | (twin.truth["period"] < twin.truth["cohort"])]
    assert (untouched["effect"] == 0).all()
    assert len(twin.truth) == 6 * 61 * 12


def test_effects_build_up_and_differ_between_municipalities(twin):
    rows = twin.truth.query("indicator == 'care_coverage' and cohort == 2017")
    years = rows.pivot_table(index="code", columns="period", values="effect")
    assert (years[[2017, 2018, 2019, 2020]].diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    assert years[2024].nunique() > 5


def test_truth_att_averages_the_truth_with_equal_weight_per_municipality():
    truth = pd.read_csv(RAW / "truth.csv").dropna(subset="cohort")
    truth["event_time"] = truth["period"] - truth["cohort"]
    after = truth[truth["event_time"] >= 0]
    table = pd.read_csv(RAW / "truth_att.csv")
    for row in table.itertuples():
        chosen = {
            "overall": after,
            "cohort": after[after["cohort"] == row.cohort],
            "event_time": truth[truth["event_time"] == row.event_time],
        }[row.aggregation]
        expected = chosen.loc[chosen["indicator"] == row.indicator, "effect"].mean()
        assert row.effect == pytest.approx(expected, abs=1e-6)
    assert table.groupby("indicator")["aggregation"].agg(["size"]).to_numpy().tolist() == [[1 + 2 + 16]] * 6


def test_published_population_jumps_to_the_census_of_2023(reference, twin):
    published = twin.services.pivot_table(index="code", columns="period", values="population")
    census = reference.municipalities["population_2023"]
    assert (published[2023] == census.reindex(published.index)).all()
    yearly = published.pct_change(axis=1).abs()
    assert yearly.loc[:, 2014:2022].max(axis=None) < 0.05
    assert yearly[2023].median() > 0.1
    assert published.loc["AL331", 2023] / published.loc["AL331", 2022] > 2


@pytest.mark.parametrize("sheet", ["services", "education", "spending"])
def test_about_three_percent_of_reports_are_missing_as_a_whole(twin, sheet):
    blank = getattr(twin, sheet).drop(columns=["code", "period"]).drop(columns="population", errors="ignore").isna()
    assert (blank.any(axis=1) == blank.all(axis=1)).all()
    assert 0.01 < blank.all(axis=1).mean() < 0.06


def test_reports_are_missing_more_often_where_fewer_people_live(reference):
    small = reference.municipalities["population_2011"] < reference.municipalities["population_2011"].median()
    shares = []
    for seed in range(5):
        drawn = make_twin(reference, np.random.default_rng(seed)).services
        shares.append(drawn["beneficiaries"].isna().groupby(drawn["code"].map(small)).mean())
    mean = pd.concat(shares, axis=1).mean(axis=1)
    assert mean[True] > 1.2 * mean[False]


def test_between_21_and_27_municipalities_have_no_service_in_2018_and_none_in_2024(twin):
    services = twin.services.pivot_table(index="code", columns="period", values="services")
    assert 21 <= (services[2018] == 0).sum() <= 27
    assert services[2024].min() >= 1


def test_the_spending_of_2017_to_2019_has_the_known_order_of_magnitude(twin):
    millions = twin.spending.groupby("period")["social_spending"].sum() / 1000
    assert millions.loc[2017:2019].between(850, 990).all()  # missing reports take a little off 900 and 988


def test_the_services_sheet_looks_as_a_ministry_sends_it(services_sheet):
    book = openpyxl.load_workbook(RAW / WORKBOOK)
    assert book.sheetnames == ["Shërbimet", "Arsimi"]
    assert [cell.value for cell in book["Shërbimet"][3]] == [None] * 8
    assert list(services_sheet.columns) == [
        "Bashkia", "Qarku", "Viti", "Popullsia", "Përfitues të shërbimeve", "Shërbime gjithsej", "Punonjës të NJVNR",
        "Përfitues të pagesës së aftësisë së kufizuar",
    ]  # fmt: skip
    staff = services_sheet["Punonjës të NJVNR"]
    assert staff.map(type).eq(str).all()
    assert staff.str.contains(",").mean() > 0.8
    assert (staff == "s'ka të dhëna").sum() == 23


def test_each_year_ends_with_its_total_row(services_sheet):
    for _, year in services_sheet.groupby("Viti"):
        numbers = pd.to_numeric(year["Përfitues të shërbimeve"], errors="coerce")
        assert year["Bashkia"].iloc[-1] == "Gjithsej"
        assert numbers.iloc[-1] == numbers.iloc[:-1].sum()


@pytest.mark.parametrize("sheet", ["Shërbimet", "Arsimi", SPENDING])
def test_every_written_name_is_a_total_or_its_own_municipality(reference, twin, sheet):
    if sheet == SPENDING:
        frame, expected = pd.read_csv(RAW / sheet, sep=";", encoding="cp1252", dtype=str), twin.spending
    else:
        frame = pd.read_excel(
            RAW / WORKBOOK, sheet_name=sheet, header=3 if sheet == "Shërbimet" else 0, engine="openpyxl"
        )
        expected = {"Shërbimet": twin.services, "Arsimi": twin.education}[sheet]
    frame = frame[[not is_total(reference, name) for name in frame["Bashkia"]]]
    counties = frame["Qarku"] if "Qarku" in frame else [None] * len(frame)
    resolved = [resolve(reference, name, county).code for name, county in zip(frame["Bashkia"], counties, strict=True)]
    assert resolved == expected["code"].to_list()
    assert frame["Viti"].astype(int).to_list() == expected["period"].to_list()


def test_names_vary_and_the_renamed_municipality_changes_its_name(services_sheet):
    by_year = services_sheet.groupby("Viti")["Bashkia"].agg(set)
    assert {"Tirana", "Bashkia Kuçovë", "KORÇË", "Vau I Dejes"} <= by_year[2019]
    assert "Ura Vajgurore" in by_year[2020]
    assert "Dimal" not in by_year[2020]
    assert "Dimal" in by_year[2021]
    assert "Ura Vajgurore" not in by_year[2021]


def test_the_spending_file_holds_thousands_points_and_decimal_commas(twin):
    content = (RAW / SPENDING).read_bytes().decode("cp1252")
    assert content.splitlines()[0] == "Kodi;Bashkia;Viti;Shpenzime sociale (mijë lekë);Shpenzime gjithsej (mijë lekë)"
    frame = pd.read_csv(io.StringIO(content), sep=";", decimal=",", thousands=".")
    assert re.search(r";\d{1,3}\.\d{3}\.\d{3},\d\r\n", content)
    assert frame["Shpenzime gjithsej (mijë lekë)"].sum() == pytest.approx(twin.spending["total_spending"].sum())


def test_the_sources_page_says_synthetic_and_names_the_seed():
    page = (RAW / "SOURCES.md").read_text(encoding="utf-8")
    assert "SYNTHETIC" in page
    assert str(SEED) in page


def test_never_treated_comparisons_recover_the_truth_on_the_fixed_denominator(reference):
    misses = pd.DataFrame([_miss(reference, seed) for seed in range(12)]).mean()
    assert misses["care_coverage"] == pytest.approx(0, abs=0.2)
    assert misses["assessment_staff"] == pytest.approx(0, abs=0.1)
    assert misses["services"] == pytest.approx(0, abs=0.2)
    assert misses["disability_pay"] == pytest.approx(0, abs=0.25)


def _miss(reference: Reference, seed: int) -> dict[str, float]:
    """Change in cohort 2017 from 2016 to 2024 less that of the never treated, minus the truth."""
    twin = make_twin(reference, np.random.default_rng(seed))
    cohort = twin.treatment.groupby("code")["cohort"].min()
    wide = twin.services.set_index(["code", "period"]).drop(columns="population").unstack("period")
    change = wide.xs(2024, axis=1, level=1) - wide.xs(2016, axis=1, level=1)
    inhabitants = reference.municipalities["population_2011"]
    treated, never = change.index.map(cohort) == 2017, change.index.map(cohort).isna()
    truth = twin.truth.query("cohort == 2017 and period == 2024").groupby("indicator")["effect"].mean()
    misses = {}
    for indicator in ("care_coverage", "assessment_staff", "services", "disability_pay"):
        definition = reference.indicators.loc[indicator]
        denominator = inhabitants.reindex(change.index) if definition["denominator"] else 1.0
        value = change[definition["numerator"]] / denominator * definition["scale"]
        misses[indicator] = value[treated].mean() - value[never].mean() - truth[indicator]
    return misses


def test_a_recipe_that_lacks_a_table_is_refused_by_name(reference, tmp_path):
    elsewhere = Reference(**{**vars(reference), "folder": tmp_path})
    with pytest.raises(DataError, match="recipe of the twin"):
        make_twin(elsewhere, np.random.default_rng(1))
