"""`lnbeval estimate`: one table from one file, and a clear word on everything that can be wrong with it."""

import json

import numpy as np
import openpyxl
import pandas as pd
import pytest

from lnbeval.cli.main import exit_code

COLUMNS = ("--unit", "code", "--period", "year", "--outcome", "rate", "--cohort", "first")


def tidy_frame() -> pd.DataFrame:
    """Six units in three years, two first treated in 2021; the effect is exactly 2."""
    rows = [
        (f"u{unit}", year, unit + year - 2019 + (2.0 if unit < 2 and year >= 2021 else 0.0), 2021 if unit < 2 else 0)
        for unit in range(6)
        for year in (2019, 2020, 2021)
    ]
    return pd.DataFrame(rows, columns=["code", "year", "rate", "first"])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "panel.csv"
    tidy_frame().to_csv(path, index=False)
    return path


def changed(file, **columns):
    tidy_frame().assign(**columns).to_csv(file, index=False)
    return str(file)


def test_it_prints_the_effect_and_what_it_rests_on(file, capsys):
    assert exit_code(["estimate", str(file), *COLUMNS, "--never", "0", "--inference", "jackknife"]) == 0
    printed = capsys.readouterr().out
    assert "2.0000" in printed
    assert "att_gt, controls: never_treated, inference: jackknife" in printed
    assert "6 units" in printed


def test_json_holds_every_column_at_full_precision(file, capsys):
    frame = tidy_frame()
    changed(file, rate=frame["rate"] + np.sin(np.arange(len(frame))))
    options = ["--never", "0", "--by", "event_time", "--inference", "jackknife", "--json"]
    assert exit_code(["estimate", str(file), *COLUMNS, *options]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [row["event_time"] for row in answer["rows"]] == [-2, -1, 0]
    assert answer["rows"][1]["reason"].startswith("base period")
    assert answer["rows"][1]["std_error"] is None
    last = answer["rows"][2]
    assert last["band_low"] <= last["conf_low"] < last["estimate"] < last["conf_high"] <= last["band_high"]
    noise = np.sin(np.arange(18)).reshape(6, 3)
    change = noise[:, 2] - noise[:, 1]
    assert last["estimate"] == pytest.approx(2 + change[:2].mean() - change[2:].mean(), rel=1e-12)


def rich_frame() -> pd.DataFrame:
    """Twelve units in six years, two cohorts; everything that an option can name."""
    rng = np.random.default_rng(3)
    units = pd.DataFrame(
        {
            "code": [f"u{i}" for i in range(12)],
            "first": np.repeat([2021, 2022, 0], 4),
            "region": ["north", "south"] * 6,
            "rain": rng.normal(size=12),
            "lat": rng.uniform(40, 42, 12),
            "lon": rng.uniform(19, 21, 12),
        }
    )
    frame = units.merge(pd.DataFrame({"year": range(2018, 2024)}), how="cross")
    return frame.assign(rate=rng.normal(size=72), others=rng.normal(size=72))


@pytest.fixture
def rich(tmp_path):
    path = tmp_path / "rich.csv"
    rich_frame().to_csv(path, index=False)
    return str(path)


def rows_of(capsys, path, *options):
    assert exit_code(["estimate", path, *COLUMNS, "--never", "0", "--draws", "99", "--json", *options]) == 0
    return json.loads(capsys.readouterr().out)["rows"]


REGRESSIONS = ("att_gt", "sun_abraham", "etwfe", "stacked", "local_projections", "twfe")
EVERYWHERE = ("analytic", "cr1", "jackknife", "randomization", "rule")


@pytest.mark.parametrize("estimator", [*REGRESSIONS, "imputation", "synthetic_did"])
def test_every_estimator_goes_with_every_inference_that_it_has(rich, capsys, estimator):
    own = ("cr2", "wild", "wild_unrestricted") if estimator in REGRESSIONS else ()
    own = ("placebo", "bootstrap") if estimator == "synthetic_did" else own
    left_out = {"placebo"}  # there are twice as many treated units as controls here
    for inference in {*EVERYWHERE, *own} - left_out:
        rows = rows_of(capsys, rich, "--estimator", estimator, "--inference", inference)
        assert rows[0]["inference"] in ({inference} if inference != "rule" else {"cr2", "jackknife", "randomization"})
        assert rows[0]["p_value"] is not None


def test_an_inference_that_an_estimator_does_not_have_is_refused(rich, capsys):
    options = ["--never", "0", "--estimator", "imputation", "--inference", "cr2"]
    assert exit_code(["estimate", rich, *COLUMNS, *options]) == 2
    assert "'cr2' needs a least-squares regression behind the estimates, and imputation" in capsys.readouterr().err


@pytest.mark.parametrize("adjustment", ["reg", "ipw", "dr"])
def test_covariates_move_the_estimate(rich, capsys, adjustment):
    plain = rows_of(capsys, rich)[0]["estimate"]
    adjusted = rows_of(capsys, rich, "--adjustment", adjustment, "--covariates", "rain")[0]
    assert adjusted["adjustment"] == adjustment
    assert adjusted["estimate"] != pytest.approx(plain)


def test_triple_differences_are_those_of_the_gap(rich, tmp_path, capsys):
    by_gap = tmp_path / "gap.csv"
    frame = rich_frame()
    frame.assign(rate=frame["rate"] - frame["others"]).to_csv(by_gap, index=False)
    triple = rows_of(capsys, rich, "--estimator", "triple_difference", "--comparison", "others")[0]
    assert triple["estimate"] == pytest.approx(rows_of(capsys, str(by_gap))[0]["estimate"], rel=1e-12)


def test_a_window_chooses_the_event_times(rich, capsys):
    rows = rows_of(capsys, rich, "--estimator", "stacked", "--by", "event_time", "--window", "2,1")
    assert [row["event_time"] for row in rows] == [-2, -1, 0, 1]


def test_strata_and_places_reach_the_inference(rich, capsys):
    within = rows_of(capsys, rich, "--inference", "randomization", "--strata", "region", "--seed", "1")[0]
    assert 0 < within["p_value"] <= 1
    near = rows_of(capsys, rich, "--inference", "conley", "--coordinates", "lat,lon", "--cutoff-km", "0.001")[0]
    assert near["std_error"] == pytest.approx(rows_of(capsys, rich, "--inference", "analytic")[0]["std_error"])


def test_rows_of_persons_are_repeated_cross_sections(rich, tmp_path, capsys):
    persons = tmp_path / "persons.csv"
    pd.concat([rich_frame(), rich_frame()]).to_csv(persons, index=False)
    row = rows_of(capsys, str(persons), "--estimator", "repeated_cross_sections", "--inference", "cr1")[0]
    assert row["estimate"] == pytest.approx(rows_of(capsys, rich)[0]["estimate"], rel=1e-9)
    assert row["n_units"] == row["n_obs"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--adjustment", "dr"], "there are no covariates to adjust for"),
        (["--covariates", "rain"], "adjustment is 'none', which would ignore them"),
        (["--estimator", "etwfe", "--adjustment", "ipw", "--covariates", "rain"], "'ipw' is not available"),
        (["--covariates", "rian", "--adjustment", "reg"], "There is no column 'rian'. Did you mean 'rain'?"),
        (["--comparison", "others"], "only triple_difference uses"),
        (["--estimator", "triple_difference"], "needs the outcome of a comparison group"),
        (["--window", "2,1"], "window is for stacked and local_projections"),
        (["--estimator", "stacked", "--window", "two"], "--window is 'two'"),
        (["--estimator", "stacked", "--window", "0,1"], "periods before treatment, 1 or more"),
        (["--strata", "region", "--inference", "cr1"], "strata are for randomization"),
        (["--inference", "conley"], "go together"),
        (["--inference", "conley", "--coordinates", "lat"], "needs both --coordinates"),
        (["--inference", "placebo"], "'placebo' is not defined for att_gt"),
    ],
)
def test_what_cannot_be_honoured_is_refused_and_not_ignored(rich, capsys, options, words):
    assert exit_code(["estimate", rich, *COLUMNS, "--never", "0", *options]) in (2, 3, 4)
    assert words in capsys.readouterr().err


def test_a_workbook_is_read_like_a_csv_file(file, tmp_path, capsys):
    workbook = tmp_path / "panel.xlsx"
    tidy_frame().to_excel(workbook, index=False)
    assert exit_code(["estimate", str(workbook), *COLUMNS, "--never", "0", "--json"]) == 0
    from_workbook = json.loads(capsys.readouterr().out)["rows"]
    assert exit_code(["estimate", str(file), *COLUMNS, "--never", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == from_workbook


def test_weights_and_clusters_come_from_columns(file, capsys):
    frame = tidy_frame()
    unit = frame["code"].str[1:].astype(int)
    changed(file, people=1.0 + unit, region=unit % 3, rate=frame["rate"] + np.sin(np.arange(len(frame))))
    options = ["--weight", "people", "--cluster", "region", "--inference", "cr1", "--never", "0", "--json"]
    assert exit_code(["estimate", str(file), *COLUMNS, *options]) == 0
    row = json.loads(capsys.readouterr().out)["rows"][0]
    assert row["df"] == 2


def failing(capsys, *arguments: str) -> tuple[int, str]:
    code = exit_code(["estimate", *arguments])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert said.out == ""
    return code, said.err


@pytest.mark.parametrize(
    ("columns", "code", "words"),
    [
        ({"first": lambda f: f["first"].where(f["first"] > 0)}, 3, ["empty for 4 units", "--never empty"]),
        ({"first": lambda f: f["first"].replace(0, 9999)}, 3, ["9999 for 4 units", "--never 9999"]),
        ({}, 3, ["0 for 4 units", "--never 0"]),
        ({"first": lambda f: 2020 + (f["year"] == 2021)}, 3, ["varies within", "u0 (2020, 2021)"]),
        ({"rate": lambda f: f["rate"].astype(str).str.replace(".", ",")}, 3, ["'rate' is not a number", "u0 in 2019"]),
        ({"year": lambda f: f["year"] + 0.5}, 3, ["must be a whole number", "2019.5"]),
        ({"year": 2021}, 3, ["More than one row", "u0 in 2021 (3 rows)"]),
    ],
)
def test_a_file_that_is_no_panel_is_refused_with_what_to_do(file, capsys, columns, code, words):
    ended, said = failing(capsys, changed(file, **columns), *COLUMNS)
    assert ended == code
    for word in words:
        assert word in said


def test_one_period_is_a_design_that_cannot_be_estimated(file, capsys):
    tidy_frame().query("year == 2021").to_csv(file, index=False)
    ended, said = failing(capsys, str(file), *COLUMNS, "--never", "0")
    assert ended == 4
    assert "There is only one period (2021)" in said


@pytest.mark.parametrize(("first", "words"), [(0, "No unit is treated"), (2021, "There is no control unit")])
def test_one_sided_panels_are_designs_that_cannot_be_estimated(file, capsys, first, words):
    ended, said = failing(capsys, changed(file, first=first), *COLUMNS, "--never", "0")
    assert ended == 4
    assert words in said


def test_a_misspelt_column_is_answered_with_the_nearest(file, capsys):
    ended, said = failing(capsys, str(file), *COLUMNS[:5], "rat", *COLUMNS[6:], "--never", "0")
    assert ended == 3
    assert "There is no column 'rat'. Did you mean 'rate'?" in said


def test_a_missing_file_is_answered_with_those_that_are_there(file, capsys):
    ended, said = failing(capsys, str(file.with_name("panle.csv")), *COLUMNS)
    assert ended == 3
    assert "panel.csv" in said


def test_an_empty_file_and_an_empty_sheet_are_named(tmp_path, capsys):
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    assert "empty.csv is empty" in failing(capsys, str(empty), *COLUMNS)[1]
    book = openpyxl.Workbook()
    book.active.title = "Bosh"
    book.save(tmp_path / "empty.xlsx")
    ended, said = failing(capsys, str(tmp_path / "empty.xlsx"), *COLUMNS)
    assert ended == 3
    assert "Bosh" in said


def test_several_sheets_are_asked_about(tmp_path, capsys):
    with pd.ExcelWriter(tmp_path / "two.xlsx") as writer:
        tidy_frame().to_excel(writer, sheet_name="a", index=False)
        tidy_frame().to_excel(writer, sheet_name="b", index=False)
    ended, said = failing(capsys, str(tmp_path / "two.xlsx"), *COLUMNS)
    assert ended == 3
    assert "'a' (18 rows)" in said
    assert exit_code(["estimate", str(tmp_path / "two.xlsx"), *COLUMNS, "--sheet", "b", "--never", "0"]) == 0


def test_twfe_cannot_be_shown_by_cohort(file, capsys):
    ended, said = failing(capsys, str(file), *COLUMNS, "--never", "0", "--estimator", "twfe", "--by", "cohort")
    assert ended == 2
    assert "overall or event_time" in said


def test_a_misspelt_option_is_a_parameter_error(file, capsys):
    assert exit_code(["estimate", str(file), *COLUMNS, "--contrl-group", "never_treated"]) == 2
    assert "--control-group" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["evaluate", "check", "estimate", "new", "twin"])
def test_every_verb_has_help_with_an_example(verb, capsys):
    assert exit_code([verb, "--help"]) == 0
    printed = capsys.readouterr().out
    assert f"lnbeval {verb}" in printed.split("Example")[1]


def test_only_finished_verbs_are_listed(capsys):
    assert exit_code(["--help"]) == 0
    listed = capsys.readouterr().out.split("Commands:")[1].split("Start with")[0]
    assert [line.split()[0] for line in listed.splitlines() if line.strip()] == [
        "check",
        "estimate",
        "evaluate",
        "new",
        "twin",
    ]
