"""The walk of docs/howto.md from a workbook to rendered pages, taken exactly as it is written."""

import csv
import io
import shutil
import subprocess
import sys

import openpyxl
import pandas as pd
import pytest
from conftest import ROOT, run_lnbeval
from walk import AddedLines, Command, Replacement, WholeFile, steps

PAGE, HEADING = ROOT / "docs" / "howto.md", "From a workbook to pages in ten minutes"
WORKBOOK = "docs/example/strehimi_social_2014_2022.xlsx"


def take(workspace, step):
    """Take one step; what a command said."""
    if isinstance(step, Command):
        program, *arguments = step.line.split(" ")
        assert program == "lnbeval"
        ended = run_lnbeval(workspace, *arguments)
        assert ended.returncode == step.exit_code, f"{step.line}\n{ended.stdout}{ended.stderr}"
        return ended.stdout + ended.stderr
    path = workspace / step.file
    text = path.read_text(encoding="utf-8")
    if isinstance(step, Replacement):
        assert text.count(step.old) == 1, f"{step.old!r} stands {text.count(step.old)} times in {step.file}:\n{text}"
        path.write_text(text.replace(step.old, step.new), encoding="utf-8")
    elif isinstance(step, WholeFile):
        assert text.splitlines()[0] == step.text.splitlines()[0], "the walk shows another header than the file has"
        path.write_text(step.text, encoding="utf-8")
    elif isinstance(step, AddedLines):
        path.write_text(text.replace(f"{step.under}:\n", f"{step.under}:\n{step.text}\n"), encoding="utf-8")
    return ""


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """The workspace at the end of the walk, what every command said, and the open questions as they were written."""
    from conftest import copied_workspace

    workspace = copied_workspace(tmp_path_factory.mktemp("walk") / "Vlerësues")
    shutil.copytree(ROOT / "docs", workspace / "docs")
    said, offered = {}, ""
    for step in steps(PAGE, HEADING):
        if isinstance(step, WholeFile):
            offered = (workspace / step.file).read_text(encoding="utf-8")
        told = take(workspace, step)
        if isinstance(step, Command):
            said.setdefault(step.line, []).append(told)
    return workspace, said, offered


def test_the_walk_ends_with_rendered_pages(walked):
    workspace, said, _ = walked
    pages = sorted(path.name for path in (workspace / "outputs/site/evaluations/housing").glob("*.html"))
    assert pages == [
        "01-programme.html",
        "02-data.html",
        "03-trends-aplikime-per-strehim.html",
        "03-trends-familje-te-strehuara.html",
        "04-results.html",
        "05-method.html",
    ]
    assert "Did more families find a home where the programme worked?" in (
        workspace / "outputs/site/evaluations/housing/01-programme.html"
    ).read_text(encoding="utf-8")
    assert (workspace / "outputs/site/evaluations/housing/01-programme.html").as_uri() in said[
        "lnbeval evaluate housing"
    ][0]
    assert (workspace / "data/raw/housing/DELIVERIES.csv").is_file()


def test_nine_questions_are_asked_and_none_is_left(walked):
    _, said, _ = walked
    first, last = said["lnbeval check housing"]
    assert first.count("Answer `guess/housing.yaml/") == 9
    assert "Answer `" not in last
    assert "housing: nothing stands in the way." in last


def test_the_questions_wait_in_the_decisions_file(walked):
    _, said, offered = walked
    rows = list(csv.DictReader(io.StringIO(offered)))
    assert [row["problem"] for row in rows] == [
        line.split("Answer `")[1].split("`")[0]
        for line in said["lnbeval check housing"][0].splitlines()
        if "Answer `" in line
    ]
    assert not any(row[column] for row in rows for column in ("decision", "reason", "who", "when"))


def test_every_figure_of_the_workbook_is_a_value_of_the_evaluation(walked):
    workspace, _, _ = walked
    values = pd.read_csv(workspace / "outputs/housing/intake/values.csv")
    sheet = openpyxl.load_workbook(ROOT / WORKBOOK)["Strehimi"]
    names = [sheet.cell(row, 2).value for row in range(5, 66)]
    codes = pd.read_csv(ROOT / "data/reference/municipalities.csv").set_index("name")["code"]
    for variable, left in (("aplikime_per_strehim", 4), ("familje_te_strehuara", 13)):
        own = values[values["variable"] == variable].set_index(["code", "period"])["value"]
        assert len(own) == 61 * 9
        for row, name in enumerate(names, start=5):
            for at, year in enumerate(range(2014, 2023)):
                written, read = sheet.cell(row, left + at).value, own[codes[name], year]
                assert pd.isna(read) if isinstance(written, str) else read == written


def test_the_programme_of_the_workbook_is_found_to_have_worked(walked):
    """Families housed rise by a quarter from 2018 in 15 municipalities, applications do not: both are drawn so."""
    workspace, _, _ = walked
    results = pd.read_csv(workspace / "outputs/housing/results.csv", keep_default_na=False, na_values=[""])
    overall = results[(results["aggregation"] == "overall") & results["scenario"].isna()].set_index("indicator")
    assert overall.loc["familje_te_strehuara", "conf_low"] > 0
    assert overall.loc["aplikime_per_strehim", "conf_low"] < 0 < overall.loc["aplikime_per_strehim", "conf_high"]


def test_the_workbook_is_what_its_maker_writes(tmp_path):
    subprocess.run([sys.executable, "docs/example/make.py", str(tmp_path)], cwd=ROOT, check=True)
    name = WORKBOOK.rpartition("/")[2]
    assert (tmp_path / name).read_bytes() == (ROOT / WORKBOOK).read_bytes()
