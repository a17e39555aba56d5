"""`python -m lnbeval.cli.stage STAGE [EVALUATION]`: one stage of the pipeline, as dvc.yaml calls it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lnbeval.errors import LnbevalError, ParameterError
from lnbeval.workspace.places import find_workspace
from lnbeval.workspace.warm_client import VARIABLE, run_forked

if TYPE_CHECKING:
    from collections.abc import Callable

    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace


def main(arguments: list[str]) -> int:
    """Run one stage; its error is printed, and left where `lnbeval evaluate` finds it."""
    try:
        stage, *names = arguments
        workspace = find_workspace()
        if stage == "index":
            _index(workspace)
        elif stage == "manifest":
            _manifest(workspace, names[0])
        else:
            _run(stage, workspace, names[0])
    except LnbevalError as error:
        exit_file = os.environ.get("LNBEVAL_EXIT_FILE")
        if exit_file:
            Path(exit_file).write_text(str(error), encoding="utf-8")
            Path(exit_file).with_suffix(".code").write_text(str(error.exit_code), encoding="utf-8")
        else:
            print(f"lnbeval: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _run(stage: str, workspace: Workspace, evaluation: str) -> None:
    from lnbeval.reference import load_reference  # noqa: PLC0415
    from lnbeval.workspace.parameters import read_parameters  # noqa: PLC0415

    if stage not in STAGES:
        raise ParameterError(f"'{stage}' is not a stage; they are {', '.join(STAGES)}, manifest and index.")
    reference = load_reference(workspace.reference)
    STAGES[stage](workspace, evaluation, read_parameters(workspace, evaluation, reference), reference)


def _intake(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> None:
    from lnbeval.workspace.intake_stage import write_intake  # noqa: PLC0415

    taken = write_intake(workspace, evaluation, parameters, reference)
    print(f"  {len(taken.values)} values used, {len(taken.set_aside)} rows set aside")


def _panel(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> None:
    from lnbeval.workspace.intake_stage import write_panel  # noqa: PLC0415

    panel = write_panel(workspace, evaluation, parameters, reference)
    print(f"  {panel['code'].nunique()} municipalities, {panel['period'].nunique()} periods")


def _pages(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> None:
    from lnbeval.workspace.pages import planned_pages, run_pages  # noqa: PLC0415
    from lnbeval.workspace.parameters import read_list  # noqa: PLC0415

    pages = planned_pages(workspace, evaluation, read_list(workspace)[evaluation], parameters, reference)
    run_pages(workspace, evaluation, pages, say=lambda text: print(f"  {text}", flush=True))


def _collect(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> None:
    from lnbeval.workspace.pages import planned_pages  # noqa: PLC0415
    from lnbeval.workspace.parameters import read_list  # noqa: PLC0415
    from lnbeval.workspace.results import write_results  # noqa: PLC0415

    pages = planned_pages(workspace, evaluation, read_list(workspace)[evaluation], parameters, reference)
    results = write_results(workspace, evaluation, pages)
    print(f"  {len(results)} rows of results")


def _site(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> None:
    from lnbeval.cli.render import write_site  # noqa: PLC0415

    count = write_site(workspace, evaluation, parameters, reference)
    print(f"  {count} pages rendered")


def _manifest(workspace: Workspace, evaluation: str) -> None:
    from lnbeval.workspace.provenance import write_manifest  # noqa: PLC0415

    write_manifest(workspace, evaluation)


def _index(workspace: Workspace) -> None:
    from lnbeval.cli.render import write_index  # noqa: PLC0415
    from lnbeval.reference import load_reference  # noqa: PLC0415

    write_index(workspace, load_reference(workspace.reference))


STAGES: Final[dict[str, Callable[[Workspace, str, Parameters, Reference], None]]] = {
    "intake": _intake,
    "panel": _panel,
    "pages": _pages,
    "collect": _collect,
    "site": _site,
}


def run(arguments: list[str]) -> int:
    """Run one stage, in a fork of the warm process when there is one."""
    warm = os.environ.get(VARIABLE)
    code = None if warm is None else run_forked(warm, "lnbeval.cli.stage:main", arguments, folder=Path.cwd())
    return main(arguments) if code is None else code


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
