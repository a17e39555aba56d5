"""`lnbeval evaluate`: the pipeline, with progress."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from lnbeval.errors import LnbevalError, ParameterError, WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lnbeval.workspace.places import Workspace

STARTED: Final = re.compile(r"^Running stage '([^']+)'")
STAGES: Final = ("intake", "panel", "pages", "collect", "site", "manifest")
NOISE: Final = (
    "> ",
    "Updating lock file",
    "Use `dvc push`",
    "To track the changes",
    "To enable auto staging",
    "\tdvc config",
    "\tgit add",
    "Stage '",
    "ERROR: ",
)
EXIT_FILE: Final = "LNBEVAL_EXIT_FILE"  # where a failing stage leaves its exit code, which DVC does not pass on


@click.command(
    epilog="""\b
Example:
  lnbeval evaluate            every evaluation in params/workspace.yaml
  lnbeval evaluate turnout    one of them
""",
)
@click.argument("names", nargs=-1, metavar="[NAME ...]")
def evaluate(names: tuple[str, ...]) -> None:
    """Run the pipeline and say where the pages are; what has not changed is not run again.

    Parameters of all evaluations asked for are checked first: when anything is wrong, nothing runs.
    """
    from lnbeval.workspace import find_workspace  # noqa: PLC0415

    workspace = find_workspace()
    started = time.monotonic()
    chosen = _chosen(workspace, names)
    targets = [f"{stage}@{name}" for name in chosen for stage in STAGES] if names else []
    _allow_no_git(workspace)
    ran = _reproduce(workspace, targets)
    if names:
        ran += _reproduce(
            workspace, ["--single-item", "index"]
        )  # the list of evaluations, whatever state the others are in
    page = _first_page(workspace, chosen) if names else workspace.site / "index.html"
    said = f"{ran} stages run" if ran else "Up to date: nothing had changed"
    click.echo(f"{said} ({time.monotonic() - started:.1f} s).\nThe pages: {page.as_uri()}")


def _chosen(workspace: Workspace, names: tuple[str, ...]) -> list[str]:
    """The evaluations asked for, once all their parameters and notebooks have been found in order."""
    from lnbeval.reference import load_reference  # noqa: PLC0415
    from lnbeval.workspace.pages import planned_pages  # noqa: PLC0415
    from lnbeval.workspace.parameters import read_list, read_parameters  # noqa: PLC0415

    listed = read_list(workspace)
    for name in names:
        if name not in listed:
            near = get_close_matches(name, list(listed), n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise ParameterError(
                f"'{name}' is not an evaluation in params/workspace.yaml; it lists {', '.join(listed)}.{hint}"
            )
    reference = load_reference(workspace.reference)
    problems = []
    for name in names or listed:
        try:
            planned_pages(workspace, name, listed[name], read_parameters(workspace, name, reference), reference)
        except ParameterError as error:
            problems.append(str(error))
    if problems:
        raise ParameterError("\n".join(problems))
    return list(names or listed)


def _reproduce(workspace: Workspace, targets: list[str]) -> int:
    """Let DVC run what is stale; the number of stages run. Raises the error of the stage that failed."""
    from lnbeval.workspace.steady import steady_environment  # noqa: PLC0415
    from lnbeval.workspace.warm_client import VARIABLE, warm_process  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, warm_process() as warm:
        exit_file = Path(folder) / "exit"
        process = subprocess.Popen(
            [sys.executable, "-m", "dvc", "repro", *targets],
            cwd=workspace.root,
            env={**steady_environment(), EXIT_FILE: str(exit_file), **({} if warm is None else {VARIABLE: warm})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        ran, last = _progress(process.stdout or ())
        if process.wait() == 0:
            return ran
        if exit_file.is_file():
            message, code = exit_file.read_text("utf-8"), int(exit_file.with_suffix(".code").read_text())
            raise _failed(message, code)
        raise WorkspaceError("The pipeline could not run. DVC says:\n" + "\n".join(last))


def _progress(lines: Iterable[str]) -> tuple[int, list[str]]:
    """Print what stages say, name each as it starts, and keep DVC's own words for the case that it fails."""
    ran = 0
    last: list[str] = []
    for line in _stripped(lines):
        started = STARTED.match(line)
        if started:
            ran += 1
            stage, _, name = started[1].partition("@")
            click.echo(f"{name or 'all'}: {stage}")
        elif line and not line.startswith(NOISE):
            click.echo(line)
        if line:
            last = [*last[-20:], line]
    return ran, last


def _stripped(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line.rstrip("\n")


def _failed(message: str, code: int) -> LnbevalError:
    error = WorkspaceError(message)
    error.exit_code = code  # type: ignore[misc]  # of this one error: the stage's own
    return error


def _allow_no_git(workspace: Workspace) -> None:
    """A copy without git history (an unpacked archive) still runs: DVC is told not to look for one."""
    if not any((folder / ".git").exists() for folder in (workspace.root, *workspace.root.parents)):
        (workspace.root / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n", encoding="utf-8")


def _first_page(workspace: Workspace, names: list[str]) -> Path:
    return min(workspace.pages(names[0]).glob("*.html"), default=workspace.site)
