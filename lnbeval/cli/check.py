"""`lnbeval check`: every problem of an input and its parameters at once; changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lnbeval.errors import DataError, DesignError, LnbevalError, ParameterError, WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from lnbeval.intake import Intake, Problem
    from lnbeval.reference import Reference
    from lnbeval.workspace.languages import Language
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace


@click.command(
    epilog="""\b
Examples:
  lnbeval check turnout                               an evaluation: parameters, files, treatment, comparison
  lnbeval check data/raw/turnout/elections.csv        a file: what it holds, and what stands in the way
  lnbeval check lnb --lang sq                         the same in Albanian
  lnbeval check lnb --report problems.xlsx            the same as a workbook whose rows open the file at the cell
""",
)
@click.argument("subject", metavar="NAME or FILE")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the problems to this workbook (.xlsx) too; a report of that name is replaced.",
)
@click.option(
    "--lang",
    default="en",
    show_default=True,
    metavar="CODE",
    help="Tell the problems in this language: en, or one that data/reference/problem_texts.csv holds, such as sq.",
)
def check(subject: str, report: Path | None, lang: str) -> None:
    """Say everything that is wrong with the evaluation NAME, or with FILE; change nothing.

    Ends with 0 when nothing stands in the way of at least one indicator, 2 for parameters, 3 for data, 4 for a comparison that cannot be made.
    """
    from lnbeval.reference import load_reference  # noqa: PLC0415
    from lnbeval.workspace.languages import language  # noqa: PLC0415

    if report is not None and report.suffix != ".xlsx":
        raise ParameterError(f"--report is {report}; it writes a workbook, whose name ends in .xlsx.")
    path = Path(subject)
    workspace = _workspace_of(path)
    if report is not None:
        _stop_if_taken(report, path, workspace)
    reference = load_reference(workspace.reference)
    told_in = language(reference, lang)
    if path.suffix in {".yaml", ".yml"} and workspace.parameters(path.stem).is_file():
        _check_evaluation(workspace, path.stem, reference, report, told_in)
    elif path.is_symlink() or (path.exists() and not path.is_dir()):
        _check_file(path, reference, report, told_in)
    elif path.is_dir() and path.parent != Path():
        raise DataError(f"{path} is a folder. Name one of its files: {', '.join(_files(path)) or 'it has none'}.")
    elif path.suffix or path.parent != Path():
        raise DataError(f"There is no file {path}. {_there(path)}")
    else:
        _check_evaluation(workspace, subject, reference, report, told_in)


def _check_evaluation(
    workspace: Workspace, name: str, reference: Reference, report: Path | None, told_in: Language
) -> None:
    from lnbeval.cli.problem_list import print_problems  # noqa: PLC0415
    from lnbeval.intake import stops  # noqa: PLC0415
    from lnbeval.reference import with_definitions  # noqa: PLC0415
    from lnbeval.workspace.intake_stage import taken_in  # noqa: PLC0415
    from lnbeval.workspace.parameters import parameter_notes, read_parameters  # noqa: PLC0415
    from lnbeval.workspace.plan import plan_warnings  # noqa: PLC0415

    reference = with_definitions(reference, workspace.raw(name))
    faults: list[LnbevalError] = []
    parameters, refused = None, ""
    try:
        parameters = read_parameters(workspace, name, reference)
    except ParameterError as error:
        faults.append(error)
    if parameters is not None:
        taken = taken_in(workspace, name, parameters, reference)
        told = [*parameter_notes(workspace, name), *taken.problems]
        stopping = sum(map(stops, told))
        warnings, unusable = ([], []) if stopping else _used(workspace, parameters, reference, taken)
        told += [*plan_warnings(workspace, name, parameters, reference), *warnings]
        print_problems(told, told_in)
        _report(told, report, _raw_files(workspace.raw(name)), reference, told_in)
        faults += unusable
        if stopping:
            faults.append(DataError(told_in.phrases["settle"].format(name=name, number=stopping)))
        else:
            refused = ", ".join(dict.fromkeys(one.refuses for one in told if one.refuses))
            used, aside = taken.counts["rows_used"].sum(), taken.counts["rows_set_aside"].sum()
            click.echo(told_in.phrases["used"].format(used=used, aside=aside, values=len(taken.values)))
    _finish(faults, name, told_in, refused)


def _used(
    workspace: Workspace, parameters: Parameters, reference: Reference, taken: Intake
) -> tuple[list[Problem], list[LnbevalError]]:
    """What is to be known of the comparison, and what is wrong although every file can be read."""
    from lnbeval.workspace.data_conflicts import absent_periods  # noqa: PLC0415
    from lnbeval.workspace.indicators import indicator_values  # noqa: PLC0415
    from lnbeval.workspace.sample_checks import sample_problems  # noqa: PLC0415
    from lnbeval.workspace.treatment import treated_municipalities  # noqa: PLC0415
    from lnbeval.workspace.treatment_checks import comparison_warnings, table_path, table_warnings  # noqa: PLC0415

    try:
        table = table_path(workspace, parameters)
        treated = treated_municipalities(table, parameters.treatment, reference)
        rows = indicator_values(taken.values, parameters, reference).join(treated["cohort"], on="code")
        periods = rows["period"].unique()
        nobody_or_few = sample_problems(rows, parameters, reference)
        told = table_warnings(table, parameters, reference)
        told += comparison_warnings(treated, periods, parameters, reference)
        faults: list[LnbevalError] = [ParameterError(words) for words in absent_periods(parameters, periods)]
        some, every = _refusals(rows, parameters, reference, taken.problems)
    except DataError as error:
        return [], [error]
    if not every and any(problem.severity == "STOP" for problem in nobody_or_few):
        every = [DesignError("The problems above must be settled first.")]
    return [*told, *nobody_or_few, *some], [*faults, *every]


def _refusals(
    rows: pd.DataFrame, parameters: Parameters, reference: Reference, told: Sequence[Problem]
) -> tuple[list[Problem], list[LnbevalError]]:
    """Indicators that cannot be estimated and are not told yet; where none can be, why nothing is left."""
    from lnbeval.workspace.trial import refusal_problems, refused  # noqa: PLC0415

    refusals = refused(rows, parameters, reference)
    if len(refusals) == len(parameters.estimated):
        return [], [DesignError(problem.what) for problem in refusal_problems(refusals, parameters)]
    already = {code for problem in told for code in problem.refuses.split(", ")}
    return refusal_problems({code: why for code, why in refusals.items() if code not in already}, parameters), []


def _check_file(path: Path, reference: Reference, report: Path | None, told_in: Language) -> None:
    from lnbeval.cli.check_file import unseen_lines  # noqa: PLC0415
    from lnbeval.cli.problem_list import print_problems  # noqa: PLC0415
    from lnbeval.intake import stops  # noqa: PLC0415
    from lnbeval.workspace.new_evaluation.unseen import unseen  # noqa: PLC0415

    found = unseen(path, reference)
    print_problems(found.problems, told_in)
    _report(found.problems, report, {path.name: path}, reference, told_in)
    for line in unseen_lines(found, path, told_in):
        click.echo(line)
    stopping = sum(map(stops, found.problems))
    settle = told_in.phrases["settle"].format(name=path.name, number=stopping)
    _finish([DataError(settle)] if stopping else [], path.name, told_in)


def _workspace_of(path: Path) -> Workspace:
    """The workspace that a file lies in; that of the current folder for a name, and for a file from anywhere else."""
    from lnbeval.workspace import find_workspace  # noqa: PLC0415

    if not path.is_file():
        return find_workspace()
    try:
        return find_workspace(path.parent)
    except WorkspaceError:
        return find_workspace()


def _stop_if_taken(report: Path, path: Path, workspace: Workspace) -> None:
    """Refuse to write among deliveries, over the file that is checked, or over anything else that is no such report."""
    from lnbeval.workspace.problem_book import is_problem_book  # noqa: PLC0415

    place = report.resolve()
    if place.is_relative_to((workspace.root / "data").resolve()):
        raise ParameterError(f"--report is {report}, where files as received are kept. Choose another folder.")
    if place == path.resolve() or (report.is_file() and not is_problem_book(report)):
        raise ParameterError(f"--report is {report}, which exists and is no report of problems. Choose another name.")


def _report(
    problems: Sequence[Problem],
    report: Path | None,
    files: Mapping[str, Path],
    reference: Reference,
    told_in: Language,
) -> None:
    from lnbeval.workspace.languages import languages  # noqa: PLC0415
    from lnbeval.workspace.problem_book import write_problem_book  # noqa: PLC0415

    if report is None:
        return
    try:
        write_problem_book(problems, report, files=files, languages=languages(reference))
    except OSError as error:
        raise WorkspaceError(
            f"{report} cannot be written ({error.strerror}). Close it in other programs, or choose another name."
        ) from error
    click.echo(told_in.phrases["written"].format(number=len(problems), report=report))


def _raw_files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def _finish(faults: list[LnbevalError], name: str, told_in: Language, refused: str = "") -> None:
    """Say that nothing stands in the way, or of the other indicators only; raise what does."""
    if not faults:
        click.echo(told_in.phrases["others_go_on" if refused else "nothing"].format(name=name, refused=refused))
        return
    first = faults[0]
    raise type(first)("\n".join(str(fault) for fault in faults))


def _there(path: Path) -> str:
    if not path.parent.is_dir():
        return f"There is no folder {path.parent} either."
    return f"Its folder holds: {', '.join(_files(path.parent)) or 'nothing'}."


def _files(folder: Path) -> list[str]:
    return sorted(
        other.name for other in folder.iterdir() if other.is_file() and not other.name.startswith(("~$", "."))
    )
