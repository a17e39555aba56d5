"""Where the numbers come from: fingerprints of data, parameters and code, and the machine's part in the manifest."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final

from lnbeval import __version__
from lnbeval.workspace.parameters import DEFAULT_SEED
from lnbeval.workspace.places import write_text
from lnbeval.workspace.plan import read_plan
from lnbeval.workspace.yaml_file import read_yaml, value_fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lnbeval.workspace.places import Workspace

PACKAGES: Final = ("numpy", "pandas", "scipy", "statsmodels", "linearmodels", "papermill", "nbconvert", "dvc")
SHORT: Final = 12  # digits of a fingerprint that are printed


def fingerprint(paths: Iterable[Path], root: Path) -> str:
    """SHA-256 over names and contents of the files, whatever the order they come in."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def provenance(workspace: Workspace, evaluation: str) -> dict[str, str]:
    """Run, data, parameters, code and, where one is locked, plan as short fingerprints; the run is over the others."""
    root = workspace.root
    plan = read_plan(workspace, evaluation)
    parts = {
        "data": fingerprint([*_files(workspace.raw(evaluation)), *_files(workspace.reference)], root),
        "parameters": value_fingerprint(workspace.parameters(evaluation)),
        "code": fingerprint([*root.glob("lnbeval/**/*.py"), *workspace.notebooks.glob("*.ipynb")], root),
        **({} if plan is None else {"plan": plan.fingerprint}),
    }
    run = hashlib.sha256("".join(parts.values()).encode()).hexdigest()
    short = {name: value[:SHORT] for name, value in {"run": run, **parts}.items()}
    return {**short, "version": __version__}


def data_files(workspace: Workspace, evaluation: str) -> list[tuple[str, int, str]]:
    """Each raw file: its name, its size in bytes and its SHA-256."""
    return file_facts(workspace, _files(workspace.raw(evaluation)))


def file_facts(workspace: Workspace, paths: Iterable[Path]) -> list[tuple[str, int, str]]:
    """Of each of these files of the workspace its name, its size in bytes and its SHA-256."""
    return [
        (
            path.relative_to(workspace.root).as_posix(),
            path.stat().st_size,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in paths
    ]


def write_manifest(workspace: Workspace, evaluation: str) -> dict[str, Any]:
    """The one file that holds times, versions and the machine, so that every other output is the same everywhere."""
    folder = workspace.outputs(evaluation)
    manifest = {
        "evaluation": evaluation,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "provenance": provenance(workspace, evaluation),
        "seed": read_yaml(workspace.parameters(evaluation)).get("seed", DEFAULT_SEED),
        "data": [
            {"file": name, "bytes": size, "sha256": digest} for name, size, digest in data_files(workspace, evaluation)
        ],
        "outputs": {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("results.csv", "metrics.json")
        },
        "machine": {"system": platform.platform(), "python": sys.version.split()[0]},
        "packages": {name: metadata.version(name) for name in PACKAGES},
    }
    write_text(folder / "manifest.json", json.dumps(manifest, indent=1) + "\n")
    return manifest


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "~$")))
