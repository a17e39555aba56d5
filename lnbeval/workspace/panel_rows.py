"""The panel of one indicator out of the rows that the pipeline has prepared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.errors import DesignError, PanelError
from lnbeval.panel import Panel

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
    has no value at all.
    """
    for name in filter(None, (indicator, comparison)):
        if rows[name].notna().sum() == 0:
            raise DesignError(f"'{name}' has no value in any municipality and period.")
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
