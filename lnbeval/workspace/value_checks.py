"""Value checks: every finding on the values that intake read, and what the answers to its questions do to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.errors import DataError
from lnbeval.workspace.copied_years import copied_years
from lnbeval.workspace.doubtful_effects import with_effects
from lnbeval.workspace.dropped_values import without_values
from lnbeval.workspace.far_populations import far_populations
from lnbeval.workspace.far_values import out_of_range, outliers, shares_above_whole
from lnbeval.workspace.gaps import (
    few_periods_before,
    flat_outcomes,
    missing_years,
    no_period_before,
    uneven_gaps,
    zero_questions,
)
from lnbeval.workspace.indicators import computable, indicator_values
from lnbeval.workspace.jumps import flagged, jump_questions, unit_problems, unit_steps
from lnbeval.workspace.parts_and_totals import unequal_sums
from lnbeval.workspace.plausible import above_totals, value_findings, within_range, without_fractions
from lnbeval.workspace.treatment import treated_municipalities
from lnbeval.workspace.variables import periods_analysed, variables, within_periods

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lnbeval.intake import Intake, Problem
    from lnbeval.reference import Reference
    from lnbeval.workspace.jumps import Question
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.variables import Variable

DOUBTFUL: Final = {"outlier", "decimals_in_count"}  # findings that say what the figure does to the estimate


def checked_values(
    taken: Intake, parameters: Parameters, reference: Reference, answered: Mapping[str, str]
) -> tuple[Intake, tuple[Problem, ...]]:
    """The intake less the values that answers drop (not reported, set aside), and every finding on its values.

    Questions are among the findings whether answered or not. What is missing is looked at only where nothing stops: a file
    that could not be read leaves gaps of its own.
    """
    known = variables(reference)
    values = _without_negative(within_periods(taken.values, parameters), known, taken.parts)
    if values.empty:
        return taken, ()
    possible = within_range(values, known)
    steps = unit_steps(possible, known)
    zeros = zero_questions(values, periods_analysed(taken.values, parameters), taken, known, reference)
    asked = pd.Index([label for question in zeros for label in question.cells]).unique()
    # A zero that is asked about may be a gap: what it does to the years around it is not asked once more.
    moving = without_fractions(possible.drop(asked, errors="ignore"), known)
    jumps = jump_questions(moving, known, reference, answered, steps)
    open_jumps = [question for question in jumps if question.problem.name not in answered]
    asked = asked.append([question.cells for question in open_jumps])
    questions = [*jumps, *zeros, *copied_years(possible, known, reference)]
    settled = _settled(taken, questions, answered)
    complete = all(problem.severity != "STOP" for problem in taken.problems)
    found = tuple(value_findings(values, known, parameters, reference))
    above = above_totals(possible, known, reference)
    told = (
        *found,
        *far_populations(values, reference),
        *unequal_sums(possible, known, reference, above),
        *_indicator_findings(
            settled, asked.append(_stopped(above, possible, found, answered)), known, parameters, reference
        ),
    )
    return settled, (
        *_with_effects(told, within_periods(settled.values, parameters), parameters, reference),
        *unit_problems(values, known, reference, steps),
        *dict.fromkeys(question.problem for question in questions),
        *flagged(questions, answered),
        *(missing_years(values, known, parameters) if complete else ()),
        *(_panel_findings(settled, parameters, reference) if complete else ()),
    )


def _stopped(above: pd.Index, values: pd.DataFrame, found: Iterable[Problem], answered: Mapping[str, str]) -> pd.Index:
    """Labels of values above their total that stop: that they are far from the others too says nothing new."""
    stopping = (one for one in found if one.rule == "count_above_total" and one.name not in answered)
    variables = {one.subject.partition(" above ")[0] for one in stopping}
    cells = values.loc[above]
    return cells[cells["variable"].isin(variables)].index


def _settled(taken: Intake, questions: Iterable[Question], answered: Mapping[str, str]) -> Intake:
    for question in questions:
        if answered.get(question.problem.name) == question.drops:
            reason = f"decided: {question.drops} ({question.problem.name})"
            taken = without_values(taken, question.cells, reason)
    return taken


def _without_negative(values: pd.DataFrame, known: Mapping[str, Variable], parts: pd.DataFrame) -> pd.DataFrame:
    """The values without sums of which a part is negative where none can be: that stops with its cell, and says it all."""
    low = parts[parts["value"] < 0]
    wrong = low[~low.index.isin(within_range(low, known).index)]
    keys = ["code", "period", "variable"]
    return values[~pd.MultiIndex.from_frame(values[keys]).isin(pd.MultiIndex.from_frame(wrong[keys]))]


def _indicator_findings(
    taken: Intake, asked: pd.Index, known: Mapping[str, Variable], parameters: Parameters, reference: Reference
) -> Iterator[Problem]:
    """`asked` are labels of values that are asked about, and by this no more told as far from the others."""
    values = _without_negative(within_periods(taken.values, parameters), known, taken.parts)
    values = within_range(values, known)
    rows = _rows(values, parameters, reference)
    if rows is not None:
        yield from outliers(values, rows, reference, asked)
        yield from out_of_range(values, rows, reference)
        yield from shares_above_whole(values, rows, reference, above_totals(values, known, reference))


def _with_effects(
    told: Sequence[Problem], values: pd.DataFrame, parameters: Parameters, reference: Reference
) -> Iterable[Problem]:
    """The findings with what doubtful figures do to the estimate, where there are such and one can be made."""
    rows, cohort = _rows(values, parameters, reference), _cohort(parameters, reference)
    if rows is None or cohort is None or not DOUBTFUL.intersection(problem.rule for problem in told):
        return told
    return with_effects(told, values, rows.join(cohort, on="code"), parameters, reference)


def _cohort(parameters: Parameters, reference: Reference) -> pd.Series[float] | None:
    """The first treated period by code; None where the table is refused, which is told where it is used."""
    try:
        table = reference.folder.parent / parameters.treatment.table
        return treated_municipalities(table, parameters.treatment, reference)["cohort"]
    except (DataError, ValueError, OSError):
        return None


def _panel_findings(taken: Intake, parameters: Parameters, reference: Reference) -> Iterable[Problem]:
    """Findings on what will be compared: after the answers, by group."""
    rows = _rows(taken.values, parameters, reference)
    if rows is None:
        return
    file = ", ".join(dict.fromkeys(source.file for source in parameters.data.sources))
    yield from flat_outcomes(rows, reference, file)
    cohort = _cohort(parameters, reference)
    if cohort is None:
        return
    yield from uneven_gaps(rows, cohort.notna(), file)
    yield from few_periods_before(rows, cohort, parameters, file)
    yield from no_period_before(within_periods(taken.values, parameters), cohort, parameters, file)


def _rows(values: pd.DataFrame, parameters: Parameters, reference: Reference) -> pd.DataFrame | None:
    """The indicators that can be computed; None where none can, which is said where they are needed."""
    indicators = computable(values, parameters, reference)
    if not indicators:
        return None
    try:
        return indicator_values(values, parameters.model_copy(update={"indicators": indicators}), reference)
    except DataError:
        return None
