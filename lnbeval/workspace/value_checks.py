"""Value checks: every finding on the values that intake read, and what the answers to its questions do to them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lnbeval.errors import DataError
from lnbeval.intake.fates import repaired_dropped, with_dropped
from lnbeval.intake.text import cell_text
from lnbeval.workspace.doubtful_effects import with_effects
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
from lnbeval.workspace.plausible import above_totals, value_findings, within_range
from lnbeval.workspace.treatment import treated_municipalities
from lnbeval.workspace.variables import variables, within_periods

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lnbeval.intake import Intake, Problem
    from lnbeval.reference import Reference
    from lnbeval.workspace.jumps import Question
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.variables import Variable

DOUBTFUL: Final = {"outlier", "decimals_in_count"}  # findings that say what the figure does to the estimate
ROW: Final = re.compile(r"(?:row |[A-Z]+)(\d+)")


def checked_values(
    taken: Intake, parameters: Parameters, reference: Reference, answered: Mapping[str, str]
) -> tuple[Intake, tuple[Problem, ...]]:
    """The intake less the values that answers drop (not reported, set aside), and every finding on its values.

    Questions are among the findings whether answered or not. What is missing is looked at only where nothing stops: a file
    that could not be read leaves gaps of its own.
    """
    known = variables(reference)
    values = within_periods(taken.values, parameters)
    if values.empty:
        return taken, ()
    possible = within_range(values, known)
    steps = unit_steps(possible, known)
    jumps = jump_questions(possible, known, reference, answered, steps)
    questions = [*jumps, *zero_questions(values, known, reference)]
    settled = _settled(taken, questions, answered)
    complete = all(problem.severity != "STOP" for problem in taken.problems)
    told = (
        *value_findings(values, known, parameters, reference),
        *_indicator_findings(within_periods(settled.values, parameters), known, parameters, reference),
    )
    return settled, (
        *_with_effects(told, within_periods(settled.values, parameters), parameters, reference),
        *unit_problems(values, known, reference, steps),
        *dict.fromkeys(question.problem for question in questions),
        *flagged(questions, answered),
        *(missing_years(values, known, parameters) if complete else ()),
        *(_panel_findings(settled, parameters, reference) if complete else ()),
    )


def _settled(taken: Intake, questions: Iterable[Question], answered: Mapping[str, str]) -> Intake:
    for question in questions:
        if answered.get(question.problem.name) == question.drops:
            reason = f"decided: {question.drops} ({question.problem.name})"
            taken = without_values(taken, question.cells, reason)
    return taken


def without_values(taken: Intake, cells: pd.Index, reason: str) -> Intake:
    """The intake with some values made "not reported" and set aside; counts, fates and repaired texts go with them."""
    dropped = taken.values.loc[cells].dropna(subset="value")
    records = dropped.assign(
        row=[_row(cell) for cell in dropped["cell"]], reason=reason, content=dropped["value"].map(cell_text)
    )
    aside = records[list(taken.set_aside.columns)].astype(taken.set_aside.dtypes.to_dict())
    values = taken.values.assign(value=taken.values["value"].mask(taken.values.index.isin(cells)))
    return replace(
        taken,
        values=values,
        set_aside=pd.concat([taken.set_aside, aside], ignore_index=True),
        counts=_moved(taken.counts, dropped),
        fates=with_dropped(taken.fates, dropped),
        repaired=repaired_dropped(taken.repaired, dropped),
    )


def _moved(counts: pd.DataFrame, dropped: pd.DataFrame) -> pd.DataFrame:
    times = dropped.groupby(["file", "sheet"]).size()
    keys = pd.MultiIndex.from_frame(counts[["file", "sheet"]])
    moved = times.reindex(keys, fill_value=0).to_numpy()
    # A sheet that two sources read has two rows of counts; its sums are right, whichever of them gives the cells up.
    moved = np.where(counts.duplicated(["file", "sheet"]), 0, moved)
    return counts.assign(cells_used=counts["cells_used"] - moved, cells_set_aside=counts["cells_set_aside"] + moved)


def _row(cell: str) -> int:
    match = ROW.match(cell)
    return int(match[1]) if match else 0


def _indicator_findings(
    every: pd.DataFrame, known: Mapping[str, Variable], parameters: Parameters, reference: Reference
) -> Iterator[Problem]:
    values = within_range(every, known)
    rows = _rows(values, parameters, reference)
    if rows is not None:
        yield from outliers(values, rows, reference)
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
