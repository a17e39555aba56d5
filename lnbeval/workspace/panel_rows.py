"""The panel of one indicator out of the rows that the pipeline has prepared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.errors import DesignError, PanelError
from lnbeval.panel import Panel
from lnbeval.workspace.gaps import no_variation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def indicator_panel(
    rows: pd.DataFrame,
    municipalities: pd.DataFrame,
    indicator: str,
    *,
    weight: str | None = None,
    cluster: str | None = None,
    covariates: Sequence[str] = (),
    comparison: str | None = None,
) -> Panel:
    """The panel of one indicator; weight, cluster and covariates are columns of the municipalities.

    `comparison` is the indicator of the comparison group within each municipality. Raises DesignError when one of the two
    has no value at all, or the outcome never changes.
    """
    for name in filter(None, (indicator, comparison)):
        if rows[name].notna().sum() == 0:
            raise DesignError(f"'{name}' has no value in any municipality and period.")
    nothing = no_variation(rows.pivot(index="code", columns="period", values=indicator))
    if nothing and comparison is None:  # the gap between two groups can vary where one of them does not
        raise DesignError(f"'{indicator}': {nothing}")
    columns = ["code", "period", "cohort", *filter(None, (indicator, comparison))]
    extra = [name for name in (weight, cluster, *covariates) if name is not None]
    joined = rows[columns].join(municipalities[list(dict.fromkeys(extra))], on="code")
    try:
        return Panel.from_long(
            joined,
            unit="code",
            period="period",
            outcome=indicator,
            cohort="cohort",
            never="empty",
            weight=weight,
            cluster=cluster,
            covariates=covariates,
            comparison=comparison,
        )
    except PanelError as error:
        raise PanelError(f"{indicator}: {error}") from error
