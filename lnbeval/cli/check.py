"""`lnbeval check`: every problem of an input and its parameters at once; changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lnbeval.errors import DataError, LnbevalError, ParameterError, WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake import Problem
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
        what = f"{path} is a folder. Name one of its files: {_listed(path) or 'it has none'}."
        _finish([DataError(what)], path.name, told_in)
    elif path.suffix or path.parent != Path():
        _finish([DataError(f"There is no file {path}. {_there(path)}")], path.name, told_in)
    else:
        _check_evaluation(workspace, subject, reference, report, told_in)


def _check_evaluation(
    workspace: Workspace, name: str, reference: Reference, report: Path | None, told_in: Language
) -> None:
    from lnbeval.cli.problem_list import print_line, print_problems  # noqa: PLC0415
    from lnbeval.intake import stops  # noqa: PLC0415
    from lnbeval.reference import with_definitions  # noqa: PLC0415
    from lnbeval.workspace.counted import counted_line  # noqa: PLC0415
    from lnbeval.workspace.findings import TOLD_ABOVE, findings  # noqa: PLC0415
    from lnbeval.workspace.intake_stage import taken_in  # noqa: PLC0415
    from lnbeval.workspace.languages import language  # noqa: PLC0415
    from lnbeval.workspace.parameters import read_parameters  # noqa: PLC0415

    reference = with_definitions(reference, workspace.raw(name))
    told_in = language(reference, told_in.code)  # which knows the codes that the evaluation defines
    faults: list[LnbevalError] = []
    above: LnbevalError | None = None
    parameters, refused = None, ""
    try:
        parameters = read_parameters(workspace, name, reference)
    except ParameterError as error:
        faults.append(error)
    if parameters is not None:
        taken = taken_in(workspace, name, parameters, reference)
        told, unusable = findings(workspace, name, parameters, reference, taken)
        print_problems(told, told_in)
        _report(told, report, _linked_files(workspace, name, parameters), reference, told_in)
        faults += [fault for fault in unusable if str(fault) != TOLD_ABOVE]
        if any(map(stops, taken.problems)):
            above = DataError(_settle(taken.problems, name, told_in))
        else:
            refused = ", ".join(dict.fromkeys(one.refuses for one in told if one.refuses))
            above = next(
                (type(fault)(_settle(told, name, told_in)) for fault in unusable if str(fault) == TOLD_ABOVE), None
            )
            print_line(counted_line(taken.counts, taken.set_aside, told_in))
    _finish(faults, name, told_in, refused, above)


def _check_file(path: Path, reference: Reference, report: Path | None, told_in: Language) -> None:
    from lnbeval.cli.check_file import unseen_lines  # noqa: PLC0415
    from lnbeval.cli.problem_list import print_outline, print_problems  # noqa: PLC0415
    from lnbeval.intake import stops  # noqa: PLC0415
    from lnbeval.workspace.findings import in_order  # noqa: PLC0415
    from lnbeval.workspace.new_evaluation.unseen import unseen  # noqa: PLC0415

    found = unseen(path, reference)
    told = in_order(found.problems)
    print_problems(told, told_in)
    _report(told, report, {path.name: path}, reference, told_in)
    print_outline(unseen_lines(found, path, told_in))
    settle = DataError(_settle(told, path.name, told_in)) if any(map(stops, told)) else None
    _finish([], path.name, told_in, above=settle)


def _settle(problems: Sequence[Problem], name: str, told_in: Language) -> str:
    """That problems which are told must be settled first, and how many; those of single outcomes only where no others stand."""
    from lnbeval.intake import stops  # noqa: PLC0415
    from lnbeval.intake.problems import STOPPING  # noqa: PLC0415

    number = sum(map(stops, problems)) or sum(problem.severity in STOPPING for problem in problems)
    return told_in.phrases["settle"].format(name=name, number=number)


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


def _linked_files(workspace: Workspace, name: str, parameters: Parameters) -> dict[str, Path]:
    """The files that findings on an evaluation are about, by the names that they give them; those of the evaluation go before."""
    raw, written = workspace.raw(name), workspace.parameters(name)
    table = workspace.root / "data" / parameters.treatment.table
    return {
        **{path.name: path for path in workspace.reference.glob("*.csv")},
        **dict.fromkeys((written.name, f"params/{written.name}", "parameters"), written),
        **{path.relative_to(raw).as_posix(): path for path in raw.rglob("*") if path.is_file()},
        table.name: table,
    }


def _finish(
    faults: list[LnbevalError], name: str, told_in: Language, refused: str = "", above: LnbevalError | None = None
) -> None:
    """Say that nothing stands in the way, or of the other indicators only; raise what does: faults, and what is told `above`."""
    every = [*faults, *([above] if above else [])]
    if not every:
        click.echo(told_in.phrases["others_go_on" if refused else "nothing"].format(name=name, refused=refused))
        return
    english = "\n".join(str(fault) for fault in faults)
    lines = [told_in.phrases["in_the_way"].format(faults=english)] if faults else []
    raise type(every[0])("\n".join([*lines, *([str(above)] if above else [])]))


def _there(path: Path) -> str:
    if not path.parent.is_dir():
        return f"There is no folder {path.parent} either."
    from lnbeval.intake.text import nearest  # noqa: PLC0415

    return f"Its folder holds: {_listed(path.parent) or 'nothing'}.{nearest(path.name, _files(path.parent))}"


def _listed(folder: Path) -> str:
    """The first files of a folder, and how many more there are."""
    from lnbeval.intake.text import listed  # noqa: PLC0415

    return listed(_files(folder))


def _files(folder: Path) -> list[str]:
    return sorted(
        other.name for other in folder.iterdir() if other.is_file() and not other.name.startswith(("~$", "."))
    )
