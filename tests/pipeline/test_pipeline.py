"""The whole pipeline on the shipped evaluation `turnout`: same bytes, only what changed, the last good outputs."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, run_lnbeval

pytestmark = pytest.mark.xdist_group("pipeline")  # they share one evaluated workspace


@pytest.fixture
def rerun(evaluated, tmp_path):
    """A copy of the evaluated workspace, cache included, to change and run again."""
    copy = tmp_path / "copy"
    shutil.copytree(evaluated[0], copy, symlinks=True)
    return copy


def stages_run(output: str) -> set[str]:
    return set(re.findall(r"^\w+: (intake|panel|pages|collect|site|manifest|index)$", output, flags=re.MULTILINE))


def test_it_says_what_it_does_and_where_the_pages_are(evaluated):
    workspace, output = evaluated
    assert stages_run(output) == {"intake", "panel", "pages", "collect", "site", "manifest", "index"}
    address = re.search(r"The pages: (file://\S+)", output)[1]
    assert address == (workspace / "outputs/site/index.html").as_uri()
    assert (workspace / "outputs/site/index.html").is_file()


def test_results_are_those_that_are_committed(evaluated):
    for name in ("results.csv", "metrics.json"):
        fresh = (evaluated[0] / "outputs/turnout" / name).read_bytes()
        assert fresh == (ROOT / "outputs/turnout" / name).read_bytes(), (
            f"{name}: run `make evaluate` and commit the results"
        )


def test_published_checks_of_the_turnout_panel(evaluated):
    results = pd.read_csv(evaluated[0] / "outputs/turnout/results.csv", keep_default_na=False, na_values=[""])
    overall = results[results["aggregation"] == "overall"].fillna({"scenario": ""}).set_index(["indicator", "scenario"])
    assert overall.loc[("turnout", ""), "estimate"] == pytest.approx(1.2625, abs=5e-5)
    assert overall.loc[("turnout", "placebo 2013 to 2017"), "estimate"] == pytest.approx(-0.6147, abs=5e-5)
    failed = overall.loc[("invalid_ballots", "placebo 2013 to 2017")]
    assert failed["estimate"] == pytest.approx(-0.3523, abs=5e-5)
    assert failed["conf_high"] < 0
    page = (evaluated[0] / "outputs/site/evaluations/turnout/03-trends-invalid-ballots.html").read_text("utf-8")
    assert "FAILED" in page


def test_the_overall_effect_of_an_indicator_is_one_row_and_the_one_in_the_metrics(evaluated):
    """Other estimators and other errors are scenarios: nobody takes one of them for the headline."""
    folder = evaluated[0] / "outputs/turnout"
    results = pd.read_csv(folder / "results.csv", keep_default_na=False, na_values=[""])
    overall = results[results["aggregation"] == "overall"].fillna({"scenario": ""})
    assert not overall.duplicated(["indicator", "scenario"]).any()
    assert {"estimator imputation", "inference jackknife"} <= set(overall["scenario"])
    metrics = json.loads((folder / "metrics.json").read_text())["effects"]
    for row in overall[overall["scenario"] == ""].to_dict("records"):
        assert metrics[row["indicator"]]["overall"]["p_value"] == pytest.approx(row["p_value"], rel=1e-6)


def test_every_page_says_what_kind_of_evidence_it_is(evaluated):
    pages = sorted((evaluated[0] / "outputs/site/evaluations/turnout").glob("*.html"))
    assert len(pages) == 7
    for page in pages:
        text = re.sub(r"\s+", " ", page.read_text("utf-8"))
        assert "Real data, incomplete treatment list" in text
        assert "not evidence about the programme" in text


def test_a_second_run_recomputes_nothing(evaluated):
    workspace, _ = evaluated
    lock = (workspace / "dvc.lock").read_bytes()
    ended = run_lnbeval(workspace, "evaluate")
    assert ended.returncode == 0
    assert stages_run(ended.stdout) == set()
    assert "Up to date" in ended.stdout
    assert (workspace / "dvc.lock").read_bytes() == lock


def test_a_changed_level_reruns_the_intake_which_stays_as_it_is_and_the_pages_and_after(rerun):
    path = rerun / "params/turnout.yaml"
    path.write_text(path.read_text("utf-8").replace("level: 0.95", "level: 0.9"), encoding="utf-8")
    before = json.loads((rerun / "outputs/turnout/metrics.json").read_text())["effects"]["turnout"]["overall"]
    ended = run_lnbeval(rerun, "evaluate")
    assert ended.returncode == 0, ended.stderr
    assert stages_run(ended.stdout) == {"intake", "pages", "collect", "site", "manifest", "index"}
    after = json.loads((rerun / "outputs/turnout/metrics.json").read_text())["effects"]["turnout"]["overall"]
    assert after["estimate"] == before["estimate"]
    assert before["conf_low"] < after["conf_low"] < after["conf_high"] < before["conf_high"]


def test_a_comment_in_the_parameters_changes_nothing(rerun):
    path = rerun / "params/turnout.yaml"
    path.write_text("# a remark\n" + path.read_text("utf-8"), encoding="utf-8")
    assert stages_run(run_lnbeval(rerun, "evaluate").stdout) == set()


def test_stages_run_one_by_one_give_the_same_bytes(rerun):
    """Without the warm process every stage is a process of its own."""
    before = (rerun / "dvc.lock").read_bytes()
    shutil.rmtree(rerun / "outputs")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(
        [sys.executable, "-m", "dvc", "repro", "--force"], cwd=rerun, env=environment, check=True, capture_output=True
    )
    assert (rerun / "dvc.lock").read_bytes() == before


def test_an_interrupted_run_leaves_the_last_good_outputs(rerun):
    path = rerun / "params/turnout.yaml"
    path.write_text(path.read_text("utf-8").replace("level: 0.95", "level: 0.8"), encoding="utf-8")
    good = {file: file.read_bytes() for file in sorted((rerun / "outputs").rglob("*")) if file.is_file()}
    with subprocess.Popen(
        [sys.executable, "-m", "lnbeval", "evaluate"],
        cwd=rerun,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # Where tests run in the background, the signal of Ctrl-C is ignored, and what they start would ignore it too.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # one thread
    ) as process:
        for line in process.stdout:
            if "pages" in line:
                break
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)  # what Ctrl-C in a terminal does
        said = process.stdout.read()
    assert process.returncode == 130, said
    assert "interrupted" in said
    assert "Traceback" not in said
    left = {file: file.read_bytes() for file in sorted((rerun / "outputs").rglob("*")) if file.is_file()}
    assert left == good
    ended = run_lnbeval(rerun, "evaluate")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_one_indicator_that_cannot_be_estimated_does_not_stop_the_others(rerun):
    path = rerun / "data/raw/turnout/elections.csv"
    rows = path.read_text("utf-8").splitlines()
    header = rows[0].split(",")
    place = header.index("invalid_pct")
    emptied = [rows[0]]
    for row in rows[1:]:
        cells = row.split(",")
        if cells[header.index("year")] != "2021":
            cells[place] = ""
        emptied.append(",".join(cells))
    path.write_text("\n".join(emptied) + "\n", encoding="utf-8")
    ended = run_lnbeval(rerun, "evaluate")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    results = pd.read_csv(rerun / "outputs/turnout/results.csv", keep_default_na=False, na_values=[""])
    overall = results[(results["aggregation"] == "overall") & results["scenario"].isna()].set_index("indicator")
    assert overall.loc["turnout", "status"] == "ok"
    assert overall.loc["invalid_ballots", "status"] == "not_estimable"
    assert "no " in overall.loc["invalid_ballots", "reason"]


def test_a_missing_notebook_parameter_cell_stops_before_a_kernel_starts(rerun):
    path = rerun / "notebooks/04_results.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        cell["metadata"].pop("tags", None)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    ended = run_lnbeval(rerun, "evaluate")
    assert ended.returncode == 2
    assert "04_results.ipynb has 0 cells tagged `parameters`" in ended.stderr
    assert stages_run(ended.stdout) == set()


def test_an_unknown_notebook_parameter_stops_before_a_kernel_starts(rerun):
    path = rerun / "notebooks/04_results.ipynb"
    path.write_text(
        path.read_text("utf-8").replace('control_group = \\"never', 'control_grup = \\"never'), encoding="utf-8"
    )
    ended = run_lnbeval(rerun, "evaluate")
    assert ended.returncode == 2
    assert "did you mean 'control_group'?" in ended.stderr


def test_a_failing_notebook_is_named_and_leaves_the_last_good_outputs(rerun):
    path = rerun / "notebooks/04_results.ipynb"
    path.write_text(path.read_text("utf-8").replace("report.forest(", "report.forrest("), encoding="utf-8")
    good = (rerun / "outputs/turnout/results.csv").read_bytes()
    ended = run_lnbeval(rerun, "evaluate")
    assert ended.returncode == 6
    assert "04_results.ipynb" in ended.stderr
    assert "forrest" in ended.stderr
    assert (rerun / "outputs/turnout/results.csv").read_bytes() == good
    assert (rerun / "outputs/turnout/pages/04-results.ipynb").is_file()


def test_new_check_evaluate(rerun):
    """From nothing to rendered pages with the verbs an evaluator has."""
    assert run_lnbeval(rerun, "new", "votes").returncode == 0
    assert "title is empty" in run_lnbeval(rerun, "check", "votes").stderr
    shutil.copy(ROOT / "data/raw/turnout/elections.csv", rerun / "data/raw/votes/elections.csv")
    path = rerun / "params/votes.yaml"
    text = path.read_text("utf-8")
    for old, new in (
        ('title: ""', 'title: "Votes"'),
        ('question: ""', 'question: "Did it move?"'),
        ('estimand: ""', 'estimand: "The extra effect."'),
        ('file: ""', "file: elections.csv"),
        ('unit: ""', "unit: code"),
        ('period: ""', "period: year"),
        ('# voted: ""', "turnout_pct: turnout_pct"),
        ("first_treated: 2017", "first_treated: 2018"),
        ("indicators: []", "indicators: [turnout]"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    checked = run_lnbeval(rerun, "check", "votes")
    assert checked.returncode == 0, checked.stderr + checked.stdout
    assert run_lnbeval(rerun, "evaluate", "votes").returncode == 2
    with (rerun / "params/workspace.yaml").open("a", encoding="utf-8") as file:
        file.write("  votes:\n    notebooks: [01_programme, 03_trends, 04_results]\n")
    ended = run_lnbeval(rerun, "evaluate", "votes")
    assert ended.returncode == 0, ended.stderr + ended.stdout
    assert (rerun / "outputs/site/evaluations/votes/03-trends-turnout.html").is_file()
    again = run_lnbeval(rerun, "new", "votes")
    assert again.returncode == 2
    assert "exists already" in again.stderr
