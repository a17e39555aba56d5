"""The panel of one indicator out of the rows that the pipeline has prepared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.errors import DesignError, PanelError
from lnbeval.panel import Panel

if TYPE_CHECKING:
    import pandas as pd


def indicator_panel(
    rows: pd.DataFrame, indicator: str, *, weight: str | None = None, cluster: str | None = None
) -> Panel:
    """The panel of one indicator; DesignError when it has no value at all."""
    if rows[indicator].notna().sum() == 0:
        raise DesignError(f"'{indicator}' has no value in any municipality and period.")
    try:
        return Panel.from_long(
            rows,
            unit="code",
            period="period",
            outcome=indicator,
            cohort="cohort",
            never="empty",
            weight=weight,
            cluster=cluster,
        )
    except PanelError as error:
        raise PanelError(f"{indicator}: {error}") from error
