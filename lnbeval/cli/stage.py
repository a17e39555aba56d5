"""`python -m lnbeval.cli.stage STAGE [EVALUATION]`: one stage of the pipeline, as dvc.yaml calls it."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lnbeval.errors import DesignError, LnbevalError, ParameterError
from lnbeval.workspace.places import find_workspace, write_text
from lnbeval.workspace.steady import EXIT_FILE
from lnbeval.workspace.warm_client import VARIABLE, run_forked
from lnbeval.workspace.yaml_file import value_fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
            with one_set_of_parameters(workspace, names[0]):
                _manifest(workspace, names[0])
        else:
            _run(stage, workspace, names[0])
    except LnbevalError as error:
        exit_file = os.environ.get(EXIT_FILE)
        if exit_file:
            Path(exit_file).write_text(str(error), encoding="utf-8")
            Path(exit_file).with_suffix(".code").write_text(str(error.exit_code), encoding="utf-8")
        else:
            print(f"lnbeval: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _run(stage: str, workspace: Workspace, evaluation: str) -> None:
    from lnbeval.workspace.definitions import evaluation_reference  # noqa: PLC0415
    from lnbeval.workspace.parameters import read_parameters  # noqa: PLC0415

    if stage not in STAGES:
        raise ParameterError(f"'{stage}' is not a stage; they are {', '.join(STAGES)}, manifest and index.")
    with one_set_of_parameters(workspace, evaluation):
        reference = evaluation_reference(workspace, evaluation)
        STAGES[stage](workspace, evaluation, read_parameters(workspace, evaluation, reference), reference)


@contextmanager
def one_set_of_parameters(workspace: Workspace, evaluation: str) -> Iterator[None]:
    """A stage; ParameterError when its parameters have other values at its end, or than in the first stage of the same run.

    Otherwise results of one run could rest on two sets of parameters, and DVC, which looks at the parameters after a stage,
    would take them for those of the second. A stage run by hand is a run of its own.
    """
    path, exit_file = workspace.parameters(evaluation), os.environ.get(EXIT_FILE)
    changed = ParameterError(
        f"params/{path.name} was changed while `lnbeval evaluate` was running. Nothing after the change counts: run "
        "`lnbeval evaluate` again, and the whole evaluation rests on the new parameters."
    )
    now = value_fingerprint(path)
    if exit_file is not None:
        first = Path(exit_file).with_name(f"{evaluation}.parameters")
        if not first.is_file():
            write_text(first, now)
        elif first.read_text(encoding="utf-8") != now:
            raise changed
    yield
    if value_fingerprint(path) != now:
        raise changed


def _intake(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> None:
    from lnbeval.intake import problem_text  # noqa: PLC0415
    from lnbeval.workspace.counted import counted_line  # noqa: PLC0415
    from lnbeval.workspace.intake_stage import write_intake  # noqa: PLC0415
    from lnbeval.workspace.languages import ENGLISH, language  # noqa: PLC0415
    from lnbeval.workspace.parameters import parameter_notes  # noqa: PLC0415

    for note in parameter_notes(workspace, evaluation):
        print(f"  {problem_text(note)}")
    taken = write_intake(workspace, evaluation, parameters, reference)
    print(f"  {counted_line(taken.counts, taken.set_aside, language(reference, ENGLISH))}")


def _panel(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> None:
    from lnbeval.workspace.intake_stage import write_panel  # noqa: PLC0415

    try:
        panel = write_panel(workspace, evaluation, parameters, reference)
    except DesignError as error:
        raise DesignError(f"{error}\n`lnbeval check {evaluation}` shows how many are treated in each year.") from error
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
    print(f"  {len(results):,} rows of results")


def _site(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> None:
    from lnbeval.cli.render import write_site  # noqa: PLC0415
    from lnbeval.intake.text import several  # noqa: PLC0415

    count = write_site(workspace, evaluation, parameters, reference)
    print(f"  {several(count, 'page')} rendered")


def _manifest(workspace: Workspace, evaluation: str) -> None:
    from lnbeval.workspace.provenance import write_manifest  # noqa: PLC0415

    write_manifest(workspace, evaluation)


def _index(workspace: Workspace) -> None:
    from lnbeval.cli.render import write_index  # noqa: PLC0415

    write_index(workspace)


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
