"""`lnbeval estimate`: one table from one file, and a clear word on everything that can be wrong with it."""

import json

import numpy as np
import openpyxl
import pandas as pd
import pytest
from panels import simulated

from lnbeval import Design, aggregate, att_gt, infer
from lnbeval.cli.main import exit_code
from lnbeval.cli.text_table import text_table

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
    assert "--inference 'cr2' needs a regression, and imputation is none" in capsys.readouterr().err


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


def test_averages_by_event_time_can_be_of_the_same_cohorts_and_of_some_periods(rich, capsys):
    whole = {row["event_time"]: row for row in rows_of(capsys, rich, "--by", "event_time")}
    kept = rows_of(capsys, rich, "--by", "event_time", "--event-times", "-2,1")
    assert [row["event_time"] for row in kept] == [-2, -1, 0, 1]
    assert [row["estimate"] for row in kept] == [whole[e]["estimate"] for e in (-2, -1, 0, 1)]
    balanced = rows_of(capsys, rich, "--by", "event_time", "--balance", "1")
    assert max(row["event_time"] for row in balanced) == 1
    assert exit_code(["estimate", rich, *COLUMNS, "--never", "0", "--by", "event_time", "--balance", "40"]) == 4
    assert "No estimate is left: the cohorts have event times -4 to 2" in capsys.readouterr().err


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
        (["--adjustment", "dr"], "--adjustment 'dr' needs --covariates: columns of the file"),
        (["--covariates", "rain"], "--adjustment is 'none', which would ignore them: use reg, ipw or dr"),
        (["--covariates", "rain", "--estimator", "stacked"], "stacked takes none, leave them out"),
        (["--covariates", "rain,rain", "--adjustment", "dr"], "--covariates: 'rain' stands more than once"),
        (["--covariates", "rain lat", "--adjustment", "dr"], "separate columns by commas, as rain,lat"),
        (
            ["--covariates", "rain", "lat"],
            "extra argument (lat). Separate several columns by commas, without spaces, as a,b.",
        ),
        (["--estimator", "etwfe", "--adjustment", "ipw", "--covariates", "rain"], "'ipw' is not available"),
        (["--estimator", "etwfe", "--adjustment", "dr", "--covariates", "rain"], "it has none, reg"),
        (["--comparison", "others"], "--comparison is for triple_difference; att_gt has no use for it"),
        (["--estimator", "repeated_cross_sections", "--comparison", "others"], "--comparison is for triple_difference"),
        (["--estimator", "triple_difference"], "of a comparison group within each unit: add --comparison COLUMN"),
        (["--estimator", "triple_difference", "--comparison", "rate"], "a group cannot be its own comparison group"),
        (["--window", "2,1"], "--window is for stacked and local_projections"),
        (["--estimator", "stacked", "--window", "two"], "--window is 'two'"),
        (["--balance", "1"], "--balance chooses what is averaged by event time, not overall: add --by event_time"),
        (["--event-times", "-1,1"], "--event-times chooses what is averaged by event time"),
        (["--by", "event_time", "--event-times", "1"], "--event-times is '1'; give two whole numbers, as -3,3"),
        (["--by", "event_time", "--event-times", "2,1"], "the smaller first"),
        (["--by", "event_time", "--estimator", "stacked", "--balance", "1"], "stacked has them by event_time only"),
        (["--estimator", "stacked", "--window", "0,1"], "periods before treatment, 1 or more"),
        (["--estimator", "twfe", "--anticipation", "1"], "--anticipation has no counterpart in twfe"),
        (["--estimator", "imputation", "--base-period", "varying"], "--base-period 'varying' has no counterpart"),
        (["--estimator", "synthetic_did", "--control-group", "not_yet_treated"], "use never_treated"),
        (["--control-group", "all"], "--control-group 'all' is for twfe"),
        (["--strata", "region"], "and --inference is 'rule': add --inference randomization"),
        (["--strata", "region", "--inference", "cr1"], "--strata is for randomization, and --inference is 'cr1'"),
        (["--strata", "code", "--inference", "randomization"], "each stratum would hold one unit"),
        (["--strata", "region,lat", "--inference", "randomization"], "it takes one column only"),
        (["--inference", "conley"], "'conley' needs --coordinates (two columns, as lat,lon) and --cutoff-km"),
        (["--inference", "conley", "--cutoff-km", "50"], "'conley' needs --coordinates"),
        (["--coordinates", "lat,lon", "--cutoff-km", "50"], "are for conley: add --inference conley"),
        (
            ["--inference", "conley", "--coordinates", "lat", "--cutoff-km", "50"],
            "give two columns separated by a comma",
        ),
        (
            ["--inference", "conley", "--coordinates", "lat,lon", "--cutoff-km", "50", "--cluster", "region"],
            "--cluster has no use with conley",
        ),
        (["--inference", "placebo"], "--inference 'placebo' is for synthetic_did"),
        (["--inference", "CR2"], "Did you mean 'cr2'?"),
        (["--estimator", "imputaton"], "Did you mean 'imputation'?"),
        (["--estimator", "stacked", "--by", "cohort"], "stacked can be shown by event_time or overall"),
    ],
)
def test_options_that_cannot_both_hold_are_refused_by_name(rich, capsys, options, words):
    assert exit_code(["estimate", rich, *COLUMNS, "--never", "0", *options]) == 2
    assert words in capsys.readouterr().err


def test_every_pair_of_options_that_cannot_hold_is_told_at_once(rich, capsys):
    ended, said = failing(
        capsys, rich, *COLUMNS, "--never", "0", "--window", "2,1", "--strata", "region", "--cutoff-km", "9"
    )
    assert ended == 2
    assert all(option in said for option in ("--window", "--strata", "--cutoff-km"))


def test_an_unknown_covariate_is_answered_with_the_nearest(rich, capsys):
    ended, said = failing(capsys, rich, *COLUMNS, "--never", "0", "--covariates", "rian", "--adjustment", "reg")
    assert ended == 3
    assert "There is no column 'rian'. Did you mean 'rain'?" in said


PERSONS = ("--estimator", "repeated_cross_sections")


@pytest.mark.parametrize("estimator", [(), PERSONS], ids=["units", "persons"])
@pytest.mark.parametrize(("value", "shown"), [("north", "'north'"), (None, "empty")])
def test_a_coordinate_that_is_no_number_is_named_with_its_row(tmp_path, capsys, estimator, value, shown):
    frame = rich_frame()
    frame["lat"] = frame["lat"].astype(object).where(frame["code"] != "u2", value)
    frame.to_csv(tmp_path / "places.csv", index=False)
    options = ["--never", "0", "--inference", "conley", "--coordinates", "lat,lon", "--cutoff-km", "50", *estimator]
    ended, said = failing(capsys, str(tmp_path / "places.csv"), *COLUMNS, *options)
    assert ended == 3
    assert f"'lat' must be a number; it is not in row 13 ({shown})" in said


def test_rows_that_each_have_their_own_unit_are_not_taken_for_places(tmp_path, capsys):
    frame = rich_frame()
    frame.assign(person=range(len(frame))).to_csv(tmp_path / "persons.csv", index=False)
    columns = ["--unit", "person", *COLUMNS[2:], "--never", "0", *PERSONS]
    ended, said = failing(capsys, str(tmp_path / "persons.csv"), *columns)
    assert ended == 2
    assert "Name the column of where they live" in said
    assert exit_code(["estimate", str(tmp_path / "persons.csv"), *columns, "--cluster", "code"]) == 0
    assert " rows in 12 clusters." in capsys.readouterr().out


@pytest.mark.parametrize(("high", "said"), [(10.957441, "t with 11 df"), (12.26, "t with 11 to 12.3 df")])
def test_the_foot_says_degrees_of_freedom_once_where_they_are_shown_alike(high, said):
    table = infer(aggregate(att_gt(simulated(2, n=24), Design()), "event_time"), method="jackknife", draws=99)
    assert said in text_table(table.assign(df=np.linspace(10.957411, high, len(table))), level=0.95)


def test_the_foot_names_no_reference_where_there_is_no_error(rich, capsys):
    constant = rich_frame().assign(rate=1.0)
    constant.to_csv(rich, index=False)
    assert exit_code(["estimate", rich, *COLUMNS, "--never", "0", "--inference", "analytic"]) == 0
    assert "inference: analytic, 12 units." in capsys.readouterr().out


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


@pytest.mark.parametrize("verb", ["evaluate", "check", "estimate", "new", "plan", "register", "twin"])
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
        "plan",
        "register",
        "twin",
    ]
