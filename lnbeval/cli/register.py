"""`lnbeval register`: the files of an evaluation as they are now, so that a later revision is noticed."""

from __future__ import annotations

from datetime import UTC, datetime

import click


@click.command(
    epilog="""\b
Examples:
  lnbeval register turnout
  lnbeval register turnout --note "Revised by the ministry, letter of 3 May"
""",
)
@click.argument("name")
@click.option("--note", default="", help="Why a changed file is accepted; a decision `accept` says it as well.")
def register(name: str, note: str) -> None:
    """Register the files of the evaluation NAME with their hashes and the values read from them.

    From then on a file that differs is compared cell by cell, and nothing is estimated before the change is accepted.
    """
    from lnbeval.workspace import find_workspace  # noqa: PLC0415
    from lnbeval.workspace.definitions import evaluation_reference  # noqa: PLC0415
    from lnbeval.workspace.intake_stage import registered  # noqa: PLC0415
    from lnbeval.workspace.parameters import read_parameters  # noqa: PLC0415

    workspace = find_workspace()
    reference = evaluation_reference(workspace, name)
    parameters = read_parameters(workspace, name, reference)
    today = datetime.now(tz=UTC).date().isoformat()
    added = registered(workspace, name, parameters, reference, today, note)
    for one in added:
        click.echo(f"registered {one.file} ({one.sha256[:12]})")
    if not added:
        click.echo("Nothing to register: every file is the one registered.")
