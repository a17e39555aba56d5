"""`lnbeval plan`: freeze the analysis plan of an evaluation, and list what is no longer as planned."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from lnbeval.errors import ParameterError

if TYPE_CHECKING:
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace
    from lnbeval.workspace.plan import Plan
    from lnbeval.workspace.plan_values import Deviation


@click.group(
    epilog="""\b
Example:
  lnbeval plan lock turnout --who "A. Hoxha"
  lnbeval plan diff turnout
""",
)
def plan() -> None:
    """Freeze the analysis plan of an evaluation, and list what is no longer as planned."""


@plan.command(
    epilog="""\b
Examples:
  lnbeval plan lock turnout --who "A. Hoxha"
  lnbeval plan lock turnout --who "A. Hoxha" --again --reason "Denominator agreed with INSTAT, minutes of 3 May"
""",
)
@click.argument("name")
@click.option("--who", required=True, help="Who locks the plan.")
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day on which the plan was agreed. Default: today.",
    metavar="DAY",
)
@click.option("--again", is_flag=True, help="Replace a plan that is locked; the former one stays in its history.")
@click.option("--reason", default="", help="Why the former plan is replaced.")
def lock(name: str, who: str, on: datetime | None, reason: str, *, again: bool) -> None:
    """Freeze the plan of the evaluation NAME: its parameters, its indicators' definitions, and who is treated from when.

    From then on every page of it says EXPLORATORY, with the list, when any of these is different.
    """
    from lnbeval.workspace.plan import plan_path, read_plan, write_plan  # noqa: PLC0415
    from lnbeval.workspace.plan_values import frozen_values  # noqa: PLC0415
    from lnbeval.workspace.treatment import treated_municipalities  # noqa: PLC0415

    workspace, parameters, reference = _opened(name)
    day = _day(on)
    former = read_plan(workspace, name)
    _refuse(name, former, day, who=who, again=again, reason=reason)
    if former is not None and not _deviations(workspace, name, parameters, reference):
        click.echo(f"{name} is as in its plan of {former.locked}: there is nothing to lock again.")
        return
    table = workspace.root / "data" / parameters.treatment.table
    cohort = treated_municipalities(table, parameters.treatment, reference)["cohort"]
    values = frozen_values(parameters, reference, cohort, workspace.raw(name))
    made = write_plan(workspace, name, values, who=who.strip(), on=day.isoformat(), reason=reason.strip())
    click.echo(f"wrote {plan_path(workspace, name).relative_to(workspace.root)} (fingerprint {made.fingerprint[:12]})")
    click.echo(
        f"Frozen: the parameters, the definitions of the indicators ({len(parameters.indicators)}), who is treated from "
        f"when ({int(cohort.notna().sum())} municipalities), the figures of the reference that are used "
        f"({', '.join(values['data']['figures']) or 'none'}), and the files as they are ({len(values['data']['files'])}). "
        f"Commit the file: `lnbeval plan diff {name}` compares with it from now on."
    )


@plan.command(
    epilog="""\b
Examples:
  lnbeval plan diff turnout
  lnbeval plan diff turnout --strict     for scripts: ends with 2 when there are deviations
""",
)
@click.argument("name")
@click.option("--strict", is_flag=True, help="End with 2 when there are deviations.")
def diff(name: str, *, strict: bool) -> None:
    """List everything in which the evaluation NAME is not as in its locked plan: what, planned, now.

    Values are compared, not text: comments and the order of lines are no deviations. Ends with 0, deviations or not, unless
    --strict asks otherwise.
    """
    from lnbeval.workspace.plan import read_plan  # noqa: PLC0415

    workspace, parameters, reference = _opened(name)
    locked = read_plan(workspace, name)
    if locked is None:
        raise ParameterError(f'No analysis plan of {name} is locked. Lock one: `lnbeval plan lock {name} --who "..."`.')
    found = _deviations(workspace, name, parameters, reference)
    about = f"from the plan of {name}, locked on {locked.locked} by {locked.who}"
    if not found:
        click.echo(f"No deviations {about}.")
        return
    click.echo(f"{_counted(len(found))} {about}:")
    for one in found:
        click.echo(f"  {one.name}: planned {one.planned}; now {one.now}")
    if strict:
        raise ParameterError(f"{name} is not as in its plan: {_counted(len(found))}.")


def _opened(name: str) -> tuple[Workspace, Parameters, Reference]:
    from lnbeval.workspace import find_workspace  # noqa: PLC0415
    from lnbeval.workspace.definitions import evaluation_reference  # noqa: PLC0415
    from lnbeval.workspace.parameters import read_parameters  # noqa: PLC0415

    workspace = find_workspace()
    reference = evaluation_reference(workspace, name)
    return workspace, read_parameters(workspace, name, reference), reference


def _deviations(workspace: Workspace, name: str, parameters: Parameters, reference: Reference) -> tuple[Deviation, ...]:
    from lnbeval.workspace.plan import plan_deviations  # noqa: PLC0415
    from lnbeval.workspace.treatment import treated_municipalities  # noqa: PLC0415

    table = workspace.root / "data" / parameters.treatment.table
    treated = treated_municipalities(table, parameters.treatment, reference)
    return plan_deviations(workspace, name, parameters, reference, treated["cohort"])


def _day(on: datetime | None) -> date:
    today = datetime.now(tz=UTC).date()
    day = today if on is None else on.date()
    if day > today:
        raise ParameterError(
            f"--on is {day}, which is still to come. A plan is locked on the day it is agreed, or after."
        )
    return day


def _refuse(name: str, former: Plan | None, day: date, *, who: str, again: bool, reason: str) -> None:
    """What must not happen to a plan: replaced in silence, without a name, or by one that is older."""
    if not who.strip():
        raise ParameterError("--who is empty. Say who locks the plan.")
    if former is None and (again or reason.strip()):
        raise ParameterError(f"No analysis plan of {name} is locked yet. Leave out --again and --reason.")
    if former is None:
        return
    if not again:
        raise ParameterError(
            f"The analysis plan of {name} was locked on {former.locked} by {former.who}. `lnbeval plan diff {name}` lists what is "
            'different now. To replace it and keep it in the history: --again --reason "...".'
        )
    if not reason.strip():
        raise ParameterError('--again needs a reason, which stays in the plan: --reason "...".')
    if day.isoformat() < former.locked:
        raise ParameterError(f"--on is {day}, before the plan that it replaces ({former.locked}).")


def _counted(number: int) -> str:
    return "1 deviation" if number == 1 else f"{number} deviations"
