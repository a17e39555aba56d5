"""Workspaces to break: copies of this one in temporary folders."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TURNOUT_ONLY = """evaluations:
  turnout:
    notebooks: [01_programme, 02_data, 03_trends, 04_results, 05_method]
"""
KEPT = ("data", "params", "notebooks", "lnbeval", "dvc.yaml", "requirements.lock", ".dvcignore")


def copied_workspace(target: Path) -> Path:
    """A workspace as a clone would have it, but for git, the tests and committed results."""
    target.mkdir(parents=True)
    for name in KEPT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
        else:
            shutil.copy(source, target / name)
    (target / ".dvc").mkdir()
    shutil.copy(ROOT / ".dvc" / "config", target / ".dvc" / "config")
    return target


def run_lnbeval(workspace: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line as a user runs it, in that workspace."""
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, "-m", "lnbeval", *arguments],
        cwd=workspace,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A fresh copy of this workspace, in a folder whose name has a space and an ë."""
    return copied_workspace(tmp_path / "vlerësim i ri")


@pytest.fixture
def small_workspace(workspace: Path) -> Path:
    """A copy that builds only the evaluation `turnout`."""
    (workspace / "params" / "workspace.yaml").write_text(TURNOUT_ONLY, encoding="utf-8")
    return workspace


@pytest.fixture(scope="session")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A workspace in which `lnbeval evaluate` has run on `turnout`, under a foreign locale and time zone; what it said."""
    workspace = copied_workspace(tmp_path_factory.mktemp("pipeline") / "Përdorues")
    (workspace / "params" / "workspace.yaml").write_text(TURNOUT_ONLY, encoding="utf-8")
    ended = run_lnbeval(workspace, "evaluate", TZ="Asia/Kathmandu", LC_ALL="C")
    assert ended.returncode == 0, ended.stderr + ended.stdout
    return workspace, ended.stdout
