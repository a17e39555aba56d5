"""`lnbeval evaluate`: the pipeline, with progress."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from lnbeval.errors import LnbevalError, ParameterError, WorkspaceError
from lnbeval.hints import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lnbeval.workspace.places import Workspace
    from lnbeval.workspace.warm_client import Warm

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
    "Data and pipelines",
)


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
    _allow_no_git(workspace)
    targets = [f"{stage}@{name}" for name in names for stage in STAGES]
    with _reproduction(workspace, targets) as reproduce:
        chosen = _chosen(workspace, names)
        ran = reproduce()
    if names:  # the list of evaluations, whatever state the others are in
        with _reproduction(workspace, ["--single-item", "index"]) as reproduce:
            ran += reproduce()
    _complete_manifests(workspace, chosen)
    page = _first_page(workspace, chosen) if names else workspace.site / "index.html"
    said = f"{ran} stages run" if ran else "Up to date: nothing had changed"
    click.echo(f"{said} ({time.monotonic() - started:.1f} s).\nThe pages: {page.as_uri()}")


def _complete_manifests(workspace: Workspace, names: list[str]) -> None:
    """In a fresh clone the committed results are those of the pages, so their stage does not run; the manifest is local."""
    from lnbeval.workspace.provenance import write_manifest  # noqa: PLC0415

    for name in names:
        if not (workspace.outputs(name) / "manifest.json").is_file():
            write_manifest(workspace, name)


def _chosen(workspace: Workspace, names: tuple[str, ...]) -> list[str]:
    """The evaluations asked for, once all their parameters and notebooks have been found in order."""
    from lnbeval.workspace.definitions import evaluation_reference  # noqa: PLC0415
    from lnbeval.workspace.pages import planned_pages  # noqa: PLC0415
    from lnbeval.workspace.parameters import read_list, read_parameters  # noqa: PLC0415

    listed = read_list(workspace)
    for name in names:
        if name not in listed:
            if workspace.parameters(name).is_file():
                raise ParameterError(
                    f"'{name}' has parameters but is not listed: add it to params/workspace.yaml with its notebooks."
                )
            raise ParameterError(
                f"'{name}' is not an evaluation in params/workspace.yaml; it lists {', '.join(listed)}."
                f"{did_you_mean(name, listed)}"
            )
    problems = []
    for name in names or listed:
        try:
            reference = evaluation_reference(workspace, name)
            planned_pages(workspace, name, listed[name], read_parameters(workspace, name, reference), reference)
        except ParameterError as error:
            problems.append(str(error))
    if problems:
        raise ParameterError("\n".join(problems))
    return list(names or listed)


@contextmanager
def _reproduction(workspace: Workspace, targets: list[str]) -> Iterator[Callable[[], int]]:
    """DVC, getting ready; calling what this yields lets it run what is stale and gives the number of stages run.

    What is yielded raises the error of the stage that failed. When it is not called nothing runs.
    """
    from lnbeval.workspace.steady import EXIT_FILE, steady_environment  # noqa: PLC0415
    from lnbeval.workspace.warm_client import VARIABLE, warm_to_be  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, warm_to_be() as warm:
        exit_file = Path(folder) / "exit"
        process = subprocess.Popen(
            [sys.executable, "-m", "lnbeval.workspace.patient_dvc", *targets],
            cwd=workspace.root,
            env={**steady_environment(), EXIT_FILE: str(exit_file), **({} if warm is None else {VARIABLE: warm.path})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        with process:
            try:
                yield partial(_reproduced, process, exit_file, warm)
            except BaseException:
                if process.stdin is not None and not process.stdin.closed:
                    process.kill()  # it has not been told to begin
                # Its stages got the same Ctrl-C and put away what they were writing; a second one does not wait.
                process.wait()
                raise


def _reproduced(process: subprocess.Popen[str], exit_file: Path, warm: Warm | None) -> int:
    if process.stdin is not None:
        process.stdin.write("go\n")
        process.stdin.close()
    ran, last = _progress(process.stdout or (), warm)
    if process.wait() == 0:
        return ran
    if exit_file.is_file():
        message, code = exit_file.read_text("utf-8"), int(exit_file.with_suffix(".code").read_text())
        raise _failed(message, code)
    raise WorkspaceError("The pipeline could not run. DVC says:\n" + "\n".join(last))


def _progress(lines: Iterable[str], warm: Warm | None) -> tuple[int, list[str]]:
    """Print what stages say, name each as it starts, and keep DVC's own words for the case that it fails.

    The warm process is started with the first stage: a run that has nothing to do needs none.
    """
    ran = 0
    last: list[str] = []
    for line in _stripped(lines):
        started = STARTED.match(line)
        if started:
            if warm is not None:
                warm.start()
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
