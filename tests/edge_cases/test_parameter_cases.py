"""Parameter cases: what cannot be followed is refused before anything runs, all at once, with what could stand there."""

import shutil
from pathlib import Path

import pytest

from lnbeval.cli import stage
from lnbeval.cli.main import exit_code
from lnbeval.reference import load_reference
from lnbeval.workspace.parameters import notebook_parameters, read_parameters
from lnbeval.workspace.places import Workspace
from lnbeval.workspace.provenance import provenance, write_manifest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """A small workspace with the evaluation `turnout`."""
    (tmp_path / "params").mkdir()
    (tmp_path / "dvc.yaml").touch()
    for name in ("reference", "raw/turnout"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    for name in ("turnout", "workspace"):
        shutil.copy(ROOT / f"params/{name}.yaml", tmp_path / f"params/{name}.yaml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LNBEVAL_EXIT_FILE", raising=False)
    return tmp_path


def replaced(workspace, old, new):
    path = workspace / "params/turnout.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def checked(capsys):
    code = exit_code(["check", "turnout"])
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    return code, told.out + told.err


def refused(capsys):
    code, text = checked(capsys)
    assert code == 2
    assert "Nothing was run." in text
    return text


def parameters(workspace):
    return read_parameters(Workspace(root=workspace), "turnout", load_reference(workspace / "data/reference"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("indicators: [", "indicatrs: [", "indicatrs is not a parameter. Did you mean 'indicators'?"),
        (
            "  control_group:",
            "  control_grup:",
            "design.control_grup is not a parameter. Did you mean 'control_group'?",
        ),
        ("      period: year", "      perid: year", "data.sources[1].perid is not a parameter. Did you mean 'period'?"),
        ("{base: 2013,", "{bse: 2013,", "placebos[1].bse is not a parameter. Did you mean 'base'?"),
        ("seed: 20170625", "sead: 20170625", "sead is not a parameter. Did you mean 'seed'?"),
    ],
)
def test_x67_an_unknown_parameter_is_answered_with_the_nearest_name(old, new, said, workspace, capsys):
    replaced(workspace, old, new)
    assert said in refused(capsys)
    assert not (workspace / "outputs").exists()


def test_x67_a_stage_stops_before_it_writes(workspace, capsys):
    replaced(workspace, "indicators: [", "indicatrs: [")
    assert stage.main(["intake", "turnout"]) == 2
    assert "Did you mean 'indicators'?" in capsys.readouterr().err
    assert not (workspace / "outputs").exists()


def test_x68_an_unknown_indicator_is_answered_with_those_there_are_their_years_and_units(workspace, capsys):
    replaced(workspace, "[turnout, invalid", "[turnut, invalid")
    text = refused(capsys)
    assert "'turnut' is not in data/reference/indicators.csv. Did you mean 'turnout'?" in text
    assert "turnout (percent of registered voters; 2013, 2015, 2017, 2021)" in text
    assert "women_share (percent of voters; 2015, 2017, 2021)" in text
    assert "services (services; not in these files)" in text


def test_x68_where_the_files_cannot_be_read_the_units_are_still_listed(workspace, capsys):
    replaced(workspace, "[turnout, invalid", "[turnut, invalid")
    replaced(workspace, "file: elections.csv", "file: lost.csv")
    text = refused(capsys)
    assert "turnout (percent of registered voters" in text
    assert "2013, 2015" not in text


def test_x68_an_unknown_covariate_is_answered_with_those_there_are(workspace, capsys):
    replaced(workspace, "  missing: pairwise", "  missing: pairwise\n  adjustment: dr\n  covariates: [area_km]")
    text = refused(capsys)
    assert "'area_km' is not a column of data/reference/municipalities.csv. Did you mean 'area_km2'?" in text
    assert "Its numbers are: " in text
    assert "area_km2, population_2011 (of 2011)" in text
    assert "county" not in text


def test_x69_every_conflict_is_in_one_message(workspace, capsys):
    replaced(workspace, "      only_where:", "      only_whre:")  # unknown name
    replaced(workspace, "anticipation: 0", "anticipation: many")  # wrong type
    replaced(workspace, "treatment:\n", "  first_period: 2018\ntreatment:\n")  # the first year is a treated one
    replaced(workspace, "base: 2013, period: 2017", "base: 2017, period: 2021")  # not before treatment
    replaced(workspace, "  missing: pairwise", "  missing: pairwise\n  window: [2, 2]\n  weight: populaton_2011")
    text = refused(capsys)
    for said in (
        "only_whre is not a parameter",
        "design.anticipation is 'many' (text); it must be a whole number",
        "first_treated 2018 leaves no period before it, since data.first_period is 2018",
        "placebos[1]: period 2021 is not before the first treatment in 2018",
        "design.window is for stacked and local_projections; att_gt has no use for it",
        "design.weight: 'populaton_2011' is not a column",
    ):
        assert said in text
    assert "6 problems" in text


def test_x69_every_period_that_is_not_in_the_data_is_told_with_those_that_are(workspace, capsys):
    replaced(workspace, "base: 2013, period: 2017", "base: 2014, period: 2016")
    code, text = checked(capsys)
    assert code == 2
    assert "placebos[1].base is 2014, of which there are no data; they are of 2013, 2015, 2017, 2021." in text
    assert "placebos[1].period is 2016, of which there are no data" in text
    assert "placebos[2]" not in text


def test_x69_a_wrong_type_hides_no_conflict_with_the_data(workspace, capsys):
    replaced(workspace, "level: 0.95", "level: high")  # wrong type
    replaced(workspace, "base: 2013, period: 2017", "base: 2014, period: 2016")  # no such years
    replaced(workspace, "first_treated: 2018", "first_treated: 2012")  # before the first year of the data
    replaced(workspace, "estimator: att_gt", "estimator: synthetic_did\n  weight: population_2011")
    text = refused(capsys)
    for said in (
        "inference.level is 'high' (text); it must be a number",
        "placebos[1].base is 2014, of which there are no data; they are of 2013, 2015, 2017, 2021.",
        "placebos[1].period is 2016, of which there are no data",
        "first_treated 2012 leaves no period before it, since the data are of 2013, 2015, 2017, 2021.",
        "design.weight has no use in synthetic_did, which chooses the weights of controls itself",
    ):
        assert said in text


def test_x69_weights_are_refused_for_the_estimator_that_cannot_use_them_and_for_no_other(workspace, capsys):
    replaced(workspace, "estimator: att_gt", "estimator: att_gt\n  weight: population_2011")
    assert checked(capsys)[0] == 0
    replaced(workspace, "estimator: att_gt", "estimator: synthetic_did")
    assert "design.weight has no use in synthetic_did" in refused(capsys)


def test_x70_a_year_in_quotes_of_a_whole_source_is_a_year_and_noted(workspace, capsys):
    replaced(workspace, "      period: year", "      year: '2021'")
    code, text = checked(capsys)
    assert "data.sources[1].year: '2021' stands in quotes, which makes it text; it is read as the year 2021" in text
    assert code == 3  # the file holds four years of each municipality
    assert parameters(workspace).data.sources[0].year == 2021


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("      unit: code", "      unit: ''", "data.sources[1].unit is empty; name it, or leave the line out."),
        ("      period: year", "      period: ' '", "data.sources[1].period is empty; name it, or leave the line out."),
        ("turnout_pct: turnout_pct", "turnout_pct: ''", "data.sources[1].columns.turnout_pct is empty; name it"),
        ("  announced: 15", "  truth: ''", "treatment.truth is empty; name the file, or leave the line out."),
        ("  missing: pairwise", "  missing: pairwise\n  weight: ''", "design.weight: '' is not a column"),
        (
            "  missing: pairwise",
            "  missing: pairwise\n  covariates: None",
            "design.covariates is 'None' (text); it must",
        ),
        ("  missing: pairwise", "  missing: ''", "design.missing is '' (text); it must be one of"),
        ("  draws: 9999", "  draws: po", "inference.draws is 'po' (text); it must be a whole number"),
    ],
)
def test_x70_nothing_written_as_text_is_refused_with_its_name(old, new, said, workspace, capsys):
    replaced(workspace, old, new)
    assert said in refused(capsys)


def test_x70_a_year_in_quotes_is_a_year_and_noted(workspace, capsys):
    replaced(workspace, "first_treated: 2018", 'first_treated: "2018"')
    replaced(workspace, "base: 2013, period: 2017", "base: '2013', period: 2017")
    code, text = checked(capsys)
    assert code == 0
    assert "NOTE params/turnout.yaml: treatment.phases[1].first_treated: '2018' stands in quotes" in text
    assert "placebos[1].base: '2013' stands in quotes, which makes it text; it is read as the year 2013" in text
    assert parameters(workspace).treatment.phases[0].first_treated == 2018
    assert parameters(workspace).placebos[0].base == 2013


def test_x70_the_run_notes_it_too(workspace, capsys):
    replaced(workspace, "first_treated: 2018", 'first_treated: "2018"')
    assert stage.main(["intake", "turnout"]) == 0
    assert "NOTE params/turnout.yaml: treatment.phases[1].first_treated" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "anticipation: 0",
            'anticipation: "0"',
            "design.anticipation is '0' (text); it must be a whole number, without quotes: 0",
        ),
        ("anticipation: 0", "anticipation: po", "design.anticipation is 'po' (text); it must be a whole number"),
        ("anticipation: 0", "anticipation: true", "design.anticipation is True; it must be a whole number"),
        ("anticipation: 0", "anticipation: yes", "design.anticipation is 'yes' (text); it must be a whole number"),
        ("anticipation: 0", "anticipation:", "design.anticipation is empty; it must be a whole number"),
        ("level: 0.95", 'level: "0.95"', "inference.level is '0.95' (text); it must be a number, without quotes: 0.95"),
        ("level: 0.95", 'level: "0,95"', "inference.level is '0,95' (text); it must be a number"),
        (
            "[turnout, invalid_ballots, women_share]\n\ndesign",
            "turnout, invalid_ballots\n\ndesign",
            "indicators is 'turnout, invalid_ballots' (text); it must be a list, as [turnout, invalid_ballots]",
        ),
        (
            "status: [confirmed]",
            "status: confirmed",
            "treatment.status is 'confirmed' (text); it must be a list, as [confirmed]",
        ),
        ("title: Turnout in elections", "title: ''", "title is empty; write something"),
        ("title: Turnout in elections", "title:", "title is empty; it must be text"),
        ("title: Turnout in elections", "title: 2021", "title is 2021; it must be text (put it in quotes): '2021'"),
        (
            "first_treated: 2018",
            "first_treated: '2018-06'",
            "first_treated is '2018-06' (text); it must be a whole number",
        ),
        ("first_treated: 2018", "first_treated: '18'", "first_treated is '18' (text); it must be a whole number"),
        ("first_treated: 2018", "first_treated: 2018.5", "first_treated is 2018.5; it must be a whole number"),
        ("first_treated: 2018", "first_treated: 2018-06-01", "it must be a whole number"),
    ],
)
def test_x70_any_other_type_is_refused_with_the_right_form(old, new, said, workspace, capsys):
    replaced(workspace, old, new)
    assert said in refused(capsys)


def test_x70_a_quoted_year_elsewhere_stays_text(workspace):
    replaced(workspace, "others: Not documented", 'others: "2018"')
    assert parameters(workspace).treatment.others == "2018"


def test_x72_a_missing_seed_is_noted_and_the_default_used_and_recorded(workspace, capsys):
    replaced(workspace, "seed: 20170625", "")
    code, text = checked(capsys)
    assert code == 0
    assert "NOTE params/turnout.yaml: seed is not set: everything drawn by chance starts from 1, the default" in text
    assert parameters(workspace).seed == 1
    assert notebook_parameters(parameters(workspace), "turnout")["seed"] == 1
    assert stage.main(["intake", "turnout"]) == 0
    assert "seed is not set" in capsys.readouterr().out
    assert manifest_of(workspace)["seed"] == 1


def test_x72_a_seed_that_is_set_is_recorded_and_nothing_is_noted(workspace, capsys):
    code, text = checked(capsys)
    assert (code, "seed" in text) == (0, False)
    assert manifest_of(workspace)["seed"] == 20170625


def manifest_of(workspace):
    """The manifest of a run, of which only the outputs that it fingerprints are made up."""
    (workspace / "notebooks").mkdir(exist_ok=True)
    (workspace / "outputs/turnout").mkdir(parents=True, exist_ok=True)
    for name in ("results.csv", "metrics.json"):
        (workspace / "outputs/turnout" / name).touch()
    return write_manifest(Workspace(root=workspace), "turnout")


@pytest.mark.parametrize("written", ["-1", "abc", '"7"', "1.5"])
def test_x72_a_seed_that_is_no_whole_number_is_refused_and_not_replaced(written, workspace, capsys):
    replaced(workspace, "seed: 20170625", f"seed: {written}")
    assert "seed is " in refused(capsys)


def test_x72_a_new_evaluation_has_a_seed(workspace):
    assert exit_code(["new", "another"]) == 0
    assert "\nseed: 1\n" in (workspace / "params/another.yaml").read_text("utf-8")


def test_x72_another_seed_is_recorded_as_another_run(workspace):
    (workspace / "notebooks").mkdir()
    before = provenance(Workspace(root=workspace), "turnout")
    replaced(workspace, "seed: 20170625", "seed: 20170626")
    after = provenance(Workspace(root=workspace), "turnout")
    assert before["parameters"] != after["parameters"]
    assert before["run"] != after["run"]
    assert before["data"] == after["data"]


def test_x73_parameters_changed_between_two_stages_stop_the_second(workspace, monkeypatch):
    left = workspace / "exit"
    monkeypatch.setenv("LNBEVAL_EXIT_FILE", str(left))
    assert stage.main(["intake", "turnout"]) == 0
    replaced(workspace, "anticipation: 0", "anticipation: 1")
    assert stage.main(["panel", "turnout"]) == 2
    assert "params/turnout.yaml was changed while `lnbeval evaluate` was running" in left.read_text("utf-8")
    assert left.with_suffix(".code").read_text("utf-8") == "2"
    assert not (workspace / "outputs/turnout/panel").exists()


def test_x73_parameters_changed_during_a_stage_stop_it_so_that_dvc_does_not_record_it(workspace, monkeypatch, capsys):
    monkeypatch.setitem(stage.STAGES, "panel", lambda *_: replaced(workspace, "anticipation: 0", "anticipation: 1"))
    assert stage.main(["panel", "turnout"]) == 2
    assert "params/turnout.yaml was changed while" in capsys.readouterr().err


def test_x73_the_last_stage_looks_too(workspace, monkeypatch):
    monkeypatch.setenv("LNBEVAL_EXIT_FILE", str(workspace / "exit"))
    assert stage.main(["intake", "turnout"]) == 0
    replaced(workspace, "title: Turnout in elections", "title: Turnout")
    assert stage.main(["manifest", "turnout"]) == 2


def test_x73_a_comment_changes_nothing(workspace, monkeypatch):
    monkeypatch.setenv("LNBEVAL_EXIT_FILE", str(workspace / "exit"))
    assert stage.main(["intake", "turnout"]) == 0
    replaced(workspace, "seed: 20170625", "seed: 20170625  # of the first vote")
    assert stage.main(["panel", "turnout"]) == 0


def test_x73_stages_run_by_hand_are_runs_of_their_own(workspace):
    assert stage.main(["intake", "turnout"]) == 0
    replaced(workspace, "anticipation: 0", "anticipation: 1")
    assert stage.main(["panel", "turnout"]) == 0
