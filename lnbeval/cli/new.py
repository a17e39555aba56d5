"""`lnbeval new`: a new evaluation, ready to fill, or drafted from the files it is to rest on."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from lnbeval.errors import DataError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lnbeval.intake.survey.found import Survey, SurveyedTable
    from lnbeval.reference import Reference
    from lnbeval.workspace.new_evaluation.drafted import Drafted
    from lnbeval.workspace.places import Workspace

RESERVED: Final = ("workspace", "site", "reference", "plans", "index")  # folders and files that are no evaluation
UNLESS: Final = "If they are, delete the file here. If they are none, say so with --no-persons"
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@click.command(
    epilog="""\b
Examples:
  lnbeval new housing
  lnbeval new housing --from strehimi_2015_2022.xlsx --from buxheti.csv
""",
)
@click.argument("name")
@click.option(
    "--from",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Copy FILE and fill in what it tells; every guess is asked about by `lnbeval check NAME`. May be given again.",
)
@click.option(
    "--no-persons",
    is_flag=True,
    help="Say that you looked at files whose rows may be persons, and that they are none; decisions.csv keeps the answer.",
)
def new(name: str, files: tuple[Path, ...], no_persons: bool) -> None:
    """Make a new evaluation NAME: its parameters, its folder for raw files, and its register of sources.

    Nothing that exists is changed. It is built by `lnbeval evaluate` once it stands in params/workspace.yaml.
    """
    from lnbeval.workspace import find_workspace  # noqa: PLC0415

    if not NAME.fullmatch(name) or name in RESERVED:
        raise ParameterError(
            f"'{name}' cannot be a name: use small letters, digits and _, beginning with a letter, but none of "
            f"{', '.join(RESERVED)}."
        )
    workspace = find_workspace()
    if files:
        _drafted(workspace, name, files, no_persons=no_persons)
    else:
        _blank(workspace, name)


def _blank(workspace: Workspace, name: str) -> None:
    from lnbeval.workspace.places import write_text  # noqa: PLC0415

    parameters, sources = workspace.parameters(name), workspace.raw(name) / "SOURCES.md"
    taken = [path for path in (parameters, sources) if path.exists()]
    if taken:
        named = ", ".join(str(path.relative_to(workspace.root)) for path in taken)
        raise ParameterError(f"{named} exists already. Choose another name, or edit what is there.")
    for path, template in ((parameters, "parameters.yaml"), (sources, "sources.md")):
        text = resources.files("lnbeval.workspace").joinpath("templates", template).read_text("utf-8")
        write_text(path, text.replace("{{name}}", name))
        click.echo(f"wrote {path.relative_to(workspace.root)}")
    click.echo(
        f"Next: put the files as received into data/raw/{name}/, fill in params/{name}.yaml, and run `lnbeval check {name}`\n"
        f"until it is quiet. Then add {name} to params/workspace.yaml and run `lnbeval evaluate {name}`."
    )


def _drafted(workspace: Workspace, name: str, files: Sequence[Path], *, no_persons: bool) -> None:
    from lnbeval.reference import load_reference  # noqa: PLC0415
    from lnbeval.workspace.header_table import reference_headers  # noqa: PLC0415
    from lnbeval.workspace.new_evaluation.drafted import drafted  # noqa: PLC0415
    from lnbeval.workspace.new_evaluation.written import stop_if_there, write_draft  # noqa: PLC0415

    stop_if_there(workspace, name, files)
    reference = load_reference(workspace.reference)
    surveys = _surveyed(files, reference)
    if not no_persons:
        _stop_if_persons(surveys)
    _stop_if_nothing(surveys)
    draft = drafted(name, surveys, reference, reference_headers(reference))
    for path in write_draft(workspace, name, files, surveys, draft):
        click.echo(f"wrote {path.relative_to(workspace.root)}")
    for line in _lines(surveys, draft):
        click.echo(line)
    if any(found.asked for found in surveys):
        click.echo(
            f"data/raw/{name}/decisions.csv says that no rows are persons: write who looked at them, under `who`."
        )
    click.echo(
        f"Next: `lnbeval check {name}` asks about each of {len(draft.guesses)} guesses. Change what is wrong in "
        f"params/{name}.yaml, and confirm the rest\nin data/raw/{name}/decisions.csv. When it is quiet, add {name} to "
        f"params/workspace.yaml and run `lnbeval evaluate {name}`."
    )


def _surveyed(files: Sequence[Path], reference: Reference) -> list[Survey]:
    from lnbeval.intake.survey.survey import survey  # noqa: PLC0415
    from lnbeval.workspace.meaning import reference_meanings  # noqa: PLC0415

    meanings = reference_meanings(reference)
    return [survey(file, meanings, tuple(reference.names.numberings)) for file in files]


def _stop_if_persons(surveys: Sequence[Survey]) -> None:
    """Raise DataError when rows may be persons: their file would be copied."""
    from dataclasses import replace  # noqa: PLC0415

    from lnbeval.intake import problem_text  # noqa: PLC0415

    asked = [replace(one, options=(), do=f"{one.do} {UNLESS}") for found in surveys for one in found.asked]
    if asked:
        raise DataError("\n".join(["Nothing was copied or written.", *map(problem_text, asked)]))


def _stop_if_nothing(surveys: Sequence[Survey]) -> None:
    from lnbeval.intake import problem_text  # noqa: PLC0415

    if any(found.tables for found in surveys):
        return
    told = "\n".join(problem_text(problem) for found in surveys for problem in found.problems)
    raise DataError(f"No table with municipalities and figures was found, so there is nothing to draft from.\n{told}")


def _lines(surveys: Sequence[Survey], draft: Drafted) -> Iterable[str]:
    """What was understood, sheets that are alike but for their year in one line, and what was left aside."""
    from lnbeval.intake import problem_text  # noqa: PLC0415
    from lnbeval.intake.text import listed  # noqa: PLC0415
    from lnbeval.workspace.data_conflicts import spans  # noqa: PLC0415

    for found in surveys:
        alike: dict[tuple[int, int], list[SurveyedTable]] = {}
        for table in found.tables:
            alike.setdefault((table.units, len(table.columns)), []).append(table)
        for (units, variables), tables in alike.items():
            named = [f"'{table.sheet}'" for table in tables if table.sheet]
            sheets = f", sheet{'s' if len(named) > 1 else ''} {listed(named)}" if named else ""
            years = spans(sorted({year for table in tables for year in table.years})) or "no year"
            yield f"{found.file}{sheets}: {units} municipalities, {years}, {_number(variables, 'variable')}"
    yield f"Indicators: {', '.join(draft.parameters['indicators']) or 'none'}"
    for found in surveys:
        yield from (problem_text(problem) for problem in found.problems)


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
