"""Workspaces to break: copies of this one in temporary folders."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
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
    (workspace / "params" / "workspace.yaml").write_text(
        "evaluations:\n  turnout:\n    notebooks: [01_programme, 02_data, 03_trends, 04_results, 05_method]\n", encoding="utf-8"
    )
    return workspace
