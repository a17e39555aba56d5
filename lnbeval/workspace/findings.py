"""Findings: everything to be known of an evaluation before it is estimated, in one list for terminal, workbook and pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lnbeval.errors import DataError, DesignError, LnbevalError, ParameterError
from lnbeval.intake import stops
from lnbeval.workspace.data_conflicts import absent_periods
from lnbeval.workspace.indicators import indicator_values
from lnbeval.workspace.parameters import parameter_notes
from lnbeval.workspace.plan import plan_warnings
from lnbeval.workspace.sample_checks import sample_problems
from lnbeval.workspace.treatment import treated_municipalities
from lnbeval.workspace.treatment_checks import comparison_warnings, table_path, table_warnings
from lnbeval.workspace.trial import refusal_problems, refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from lnbeval.intake import Intake, Problem
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace

GRAVEST_FIRST: Final = ("STOP", "ASK", "WARN", "NOTE")
TOLD_ABOVE: Final = "The problems above must be settled first."  # nothing else stands in the way than what is told
DIGITS: Final = re.compile(r"([0-9]+)")


def findings(
    workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference, taken: Intake
) -> tuple[tuple[Problem, ...], list[LnbevalError]]:
    """Every finding, in the order of `in_order`, and what is wrong although every file can be read.

    Of the comparison nothing is told while the input stops: what is compared is not known before.
    """
    told = [*parameter_notes(workspace, evaluation), *taken.problems]
    told += plan_warnings(workspace, evaluation, parameters, reference)
    stopped = any(stops(problem) for problem in taken.problems)
    compared, faults = ([], []) if stopped else _of_comparison(workspace, parameters, reference, taken)
    return in_order([*told, *compared]), faults


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems by severity, the gravest first, then by file, sheet and cell, C9 before C10; else as they came."""
    return tuple(sorted(problems, key=_place))


def _place(problem: Problem) -> tuple[int, str, str, list[tuple[int, int, str]]]:
    parts = [part for part in DIGITS.split(problem.cell) if part]
    cell = [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]
    return GRAVEST_FIRST.index(problem.severity), problem.file, problem.sheet, cell


def _of_comparison(
    workspace: Workspace, parameters: Parameters, reference: Reference, taken: Intake
) -> tuple[list[Problem], list[LnbevalError]]:
    """What is to be known of the comparison, and what is wrong with it."""
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
    if any(problem.severity == "STOP" for problem in nobody_or_few):
        every = [DesignError(TOLD_ABOVE)]
    return [*told, *nobody_or_few, *some], [*faults, *every]


def _refusals(
    rows: pd.DataFrame, parameters: Parameters, reference: Reference, told: Sequence[Problem]
) -> tuple[list[Problem], list[LnbevalError]]:
    """Indicators that cannot be estimated and are not told yet; where none can be, why nothing is left."""
    refusals = refused(rows, parameters, reference)
    already = {code for problem in told for code in problem.refuses.split(", ")}
    others = refusal_problems({code: why for code, why in refusals.items() if code not in already}, parameters)
    if len(refusals) < len(parameters.estimated):
        return others, []
    return [], [DesignError(problem.what) for problem in others] or [DesignError(TOLD_ABOVE)]
