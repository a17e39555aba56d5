"""A trial of the comparison on every indicator, before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.errors import DesignError
from lnbeval.estimators import ESTIMATORS
from lnbeval.intake import Problem
from lnbeval.workspace.analysis import Analysis
from lnbeval.workspace.panel_rows import indicator_panel

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from lnbeval.panel import Panel
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters


def refused(rows: pd.DataFrame, parameters: Parameters, reference: Reference) -> dict[str, DesignError]:
    """Why each indicator that cannot be estimated under the parameters cannot.

    `rows` holds code, period, cohort (NaN: not treated) and one column per indicator. An indicator without any value
    is among them; a panel that is none at all raises PanelError.
    """
    analysis = declared_analysis(parameters)
    refusals = {}
    for indicator in parameters.estimated:
        try:
            panel = declared_panel(rows, indicator, parameters, reference)
            ESTIMATORS[analysis.estimator].estimate(panel, analysis.design)
        except DesignError as error:
            refusals[indicator] = error
    return refusals


def declared_analysis(parameters: Parameters) -> Analysis:
    """Estimator, comparison and seed of the parameters; inference as it is by default."""
    return Analysis(**parameters.design.model_dump(exclude={"within"}), seed=parameters.seed)


def declared_panel(rows: pd.DataFrame, indicator: str, parameters: Parameters, reference: Reference) -> Panel:
    """The panel of an indicator under the parameters. Raises DesignError and PanelError, see `indicator_panel`."""
    design = parameters.design
    return indicator_panel(
        rows,
        reference.municipalities,
        indicator,
        weight=design.weight,
        cluster=design.cluster,
        covariates=design.covariates,
        comparison=design.within.get(indicator),
    )


def stop_if_all_refused(rows: pd.DataFrame, parameters: Parameters, reference: Reference) -> None:
    """Raise DesignError with each indicator's reason when none can be estimated; one that can is enough to go on."""
    refusals = refused(rows, parameters, reference)
    if len(refusals) == len(parameters.estimated):
        raise DesignError("\n".join(f"{', '.join(codes)}: {why}" for why, codes in _by_reason(refusals).items()))


def refusal_problems(refusals: Mapping[str, DesignError], parameters: Parameters) -> list[Problem]:
    """A STOP for the indicators that are refused, those of one reason together; the others go on."""
    files = ", ".join(dict.fromkeys(source.file for source in parameters.data.sources))
    do = "Settle it or leave it out; it is refused, the other indicators go on"
    return [
        Problem(
            severity="STOP", file=files, what=f"{', '.join(codes)}: {why}", do=do,
            rule="indicator_refused", subject=" ".join(codes), refuses=", ".join(codes),
        )
        for why, codes in _by_reason(refusals).items()
    ]  # fmt: skip


def _by_reason(refusals: Mapping[str, DesignError]) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for indicator, error in refusals.items():
        reasons.setdefault(str(error), []).append(indicator)
    return reasons
