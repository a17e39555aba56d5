"""What a doubtful figure does to the estimate: the average effect with it, without it, and without its municipality."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lnbeval.errors import DesignError, PanelError
from lnbeval.workspace.analysis import shown
from lnbeval.workspace.trial import declared_analysis, declared_panel
from lnbeval.workspace.variables import municipality

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lnbeval.intake import Problem
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters


def with_effects(
    problems: Iterable[Problem],
    values: pd.DataFrame,
    rows: pd.DataFrame,
    parameters: Parameters,
    reference: Reference,
) -> Iterator[Problem]:
    """The problems, those about far values and decimals with the average effect with and without what they are about.

    `rows` holds code, period, cohort (NaN: not treated) and one column per indicator. Nothing is left out of the estimate itself.
    """
    for problem in problems:
        if problem.rule == "outlier":
            code, indicator, _ = problem.subject.split()
            parts = {
                "without this value": _without_cells(rows, _of_outlier(problem)),
                f"without {municipality(code, reference)}": rows[rows["code"] != code],
            }
            told = _told([indicator], rows, parts, parameters, reference)
        elif problem.rule == "decimals_in_count":
            using = [one for one in parameters.indicators if _uses(one, problem.subject, reference)]
            parts = {"without these cells": _without_cells(rows, _of_decimals(problem, values))}
            told = _told(using, rows, parts, parameters, reference)
        else:
            told = ""
        yield replace(problem, what=f"{problem.what}. {told}") if told else problem


def _uses(indicator: str, variable: str, reference: Reference) -> bool:
    row = reference.indicators.loc[indicator]
    return variable in (row["numerator"], row["denominator"])


def _of_outlier(problem: Problem) -> pd.MultiIndex:
    code, _, period = problem.subject.split()
    return pd.MultiIndex.from_tuples([(code, int(period))])


def _of_decimals(problem: Problem, values: pd.DataFrame) -> pd.MultiIndex:
    own = values[(values["variable"] == problem.subject) & (values["file"] == problem.file)]
    own = own[(own["sheet"] == problem.sheet) & (own["value"] != own["value"].round())]
    return pd.MultiIndex.from_frame(own[["code", "period"]])


def _without_cells(rows: pd.DataFrame, places: pd.MultiIndex) -> pd.DataFrame:
    gone = pd.MultiIndex.from_frame(rows[["code", "period"]]).isin(places)
    indicators = rows.columns.drop(["code", "period", "cohort"])
    return rows.assign(**{name: rows[name].mask(gone) for name in indicators})


def _told(
    indicators: Iterable[str],
    rows: pd.DataFrame,
    parts: dict[str, pd.DataFrame],
    parameters: Parameters,
    reference: Reference,
) -> str:
    """The average effect on each indicator that is estimated, then what it would be without each part."""
    return ". ".join(
        f"Average effect on '{indicator}': {_effect(rows, indicator, parameters, reference)}; "
        + ", ".join(f"{name} {_effect(part, indicator, parameters, reference)}" for name, part in parts.items())
        for indicator in indicators
        if indicator in parameters.estimated
    )


def _effect(rows: pd.DataFrame, indicator: str, parameters: Parameters, reference: Reference) -> str:
    try:
        panel = declared_panel(rows, indicator, parameters, reference)
        effects = shown(panel, declared_analysis(parameters), "overall")
    except (DesignError, PanelError):
        return "not estimable"
    estimate = float(effects.estimate[0])
    return "not estimable" if np.isnan(estimate) else f"{estimate:+.4g}"
