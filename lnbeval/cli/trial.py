"""A trial run of the comparison on values that have been read but not written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.errors import DesignError
from lnbeval.estimators import ESTIMATORS
from lnbeval.panel import Panel
from lnbeval.workspace.analysis import Analysis
from lnbeval.workspace.indicators import indicator_values
from lnbeval.workspace.treatment import treated_municipalities

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace


def trial_estimates(
    workspace: Workspace, parameters: Parameters, reference: Reference, values: pd.DataFrame
) -> Iterator[DesignError]:
    """For each indicator that cannot be estimated under the parameters, why. Raises DataError when there is no panel."""
    rows = indicator_values(values, parameters, reference)
    treated = treated_municipalities(
        workspace.root / "data" / parameters.treatment.table, parameters.treatment, reference
    )
    rows = rows.join(treated["cohort"], on="code")
    analysis = Analysis(**parameters.design.model_dump(), seed=parameters.seed)
    for indicator in parameters.indicators:
        try:
            panel = Panel.from_long(
                rows, unit="code", period="period", outcome=indicator, cohort="cohort", never="empty"
            )
            ESTIMATORS[analysis.estimator].estimate(panel, analysis.design)
        except DesignError as error:
            yield DesignError(f"{indicator}: {error}")
