"""One sentence per indicator: what changed, and how sure."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final, Literal

from lnbeval.reference import inside_sentence
from lnbeval.report.exhibit import Exhibit, tidy_rows
from lnbeval.report.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

STRONG: Final = re.compile(r"\*\*(.+?)\*\*")
DESIRED: Final[dict[str, Literal["up", "down"]]] = {"up": "up", "down": "down"}


def findings(
    rows: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    years: str,
    estimand: str,
    cautions: Mapping[str, str],
    targeted: int,
    level: float = 0.95,
) -> Exhibit:
    """The overall tidy `rows` in words; `indicators` (index code; columns label, direction) names them.

    `cautions`, by indicator, is what its sentence must say of its checks; `targeted` counts the targeted municipalities.
    """
    items = []
    for _, row in rows.iterrows():
        caution = cautions.get(str(row["indicator"]), "")
        warned = f"**\N{WARNING SIGN} {caution}** {estimand}" if caution else estimand
        items.append(_item(row, indicators.loc[row["indicator"]], years, warned, level, targeted))
    return Exhibit(
        title="What the estimates say",
        caption="A wide interval around zero means that we cannot tell; it never means that there was no effect.",
        body=f'<ul class="findings">{"".join(items)}</ul>',
        rows=tidy_rows(rows),
    )


def _item(row: pd.Series, about: pd.Series, years: str, estimand: str, level: float, targeted: int) -> str:
    said = sentence(
        row,
        label=inside_sentence(str(about["label"])),
        unit=str(row["unit"]),
        years=years,
        desired=DESIRED.get(str(about["direction"])),
        estimand=estimand,
        level=level,
        targeted=targeted,
    )
    return "<li>" + STRONG.sub(r"<strong>\1</strong>", escape(said)) + "</li>"
