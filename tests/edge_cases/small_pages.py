"""A workspace with the evaluation `turnout` of one indicator and few pages, and what its rendered pages say."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from lnbeval.cli.main import exit_code

ROOT = Path(__file__).parents[2]
STAGES = ("intake", "panel", "pages", "collect", "site")


def prepared(folder, notebooks):
    """Make the workspace; it builds these notebooks."""
    for name in ("data", "params", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "requirements.lock", folder)
    (folder / "dvc.yaml").touch()
    listed = {"evaluations": {"turnout": {"notebooks": notebooks}}}
    (folder / "params/workspace.yaml").write_text(yaml.safe_dump(listed), encoding="utf-8")
    change(folder, indicators=["turnout"], families=[], inference__draws=99)
    return folder


def change(workspace, **choices):
    """Other values in params/turnout.yaml: `design__weight=...` is design.weight."""
    path = workspace / "params/turnout.yaml"
    raw = yaml.safe_load(path.read_text("utf-8"))
    for name, value in choices.items():
        group, _, key = name.partition("__")
        if key:
            raw[group][key] = value
        else:
            raw[group] = value
    path.write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), encoding="utf-8")


def said(capsys, *arguments):
    """Exit code and everything that `lnbeval ARGUMENTS` says."""
    code = exit_code(list(arguments))
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    return code, told.out + told.err


def built(folder, stages=STAGES):
    """Run these stages and the index; the text of every page, by name."""
    for arguments in [*([name, "turnout"] for name in stages), ["index"]]:
        command = [sys.executable, "-m", "lnbeval.cli.stage", *arguments]
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
        assert ended.returncode == 0, f"{arguments}: {ended.stdout}{ended.stderr}"
    pages = {path.stem: path for path in (folder / "outputs/site/evaluations/turnout").glob("*.html")}
    pages["index"] = folder / "outputs/site/index.html"
    return {name: plain(path.read_text("utf-8")) for name, path in pages.items()}


def plain(page):
    """The words of a page, one space between them."""
    body = re.sub(r'href="data:[^"]*"|<style>.*?</style>|<script>.*?</script>', "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))
