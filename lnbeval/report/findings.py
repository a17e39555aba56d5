"""One sentence per indicator: what changed, and how sure."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from lnbeval.reference import inside_sentence
from lnbeval.report.beside import beside_text, refusal
from lnbeval.report.exhibit import Exhibit, tidy_rows
from lnbeval.report.sentences import difference, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    beside: pd.DataFrame | None = None,
) -> Exhibit:
    """The overall tidy `rows` in words; `indicators` (index code; columns label, direction) names them.

    `cautions`, by indicator, is what its sentence must say of its checks; `targeted` counts the targeted municipalities.
    `beside`: tidy rows of estimates that leave municipalities out, with what is to be said of them (see `beside_text`). A
    finding that an event refuses (see `refusal`) is told as a difference, not as an effect.
    """
    words = {"years": years, "level": level, "targeted": targeted}
    items = []
    for _, row in rows.iterrows():
        about, others = indicators.loc[row["indicator"]], _others(row, beside)
        caution = cautions.get(str(row["indicator"]), "")
        warned = f"**\N{WARNING SIGN} {caution}**" if caution else ""
        below = " ".join(filter(None, (beside_text(row, others, level), warned)))
        items.append(_item(row, about, refusal(others), below, estimand, words))
    return Exhibit(
        title="What the estimates say",
        caption="A wide interval around zero means that we cannot tell; it never means that there was no effect.",
        body=f'<ul class="findings">{"".join(items)}</ul>',
        rows=tidy_rows(rows),
    )


def _item(row: pd.Series, about: pd.Series, refused: str, below: str, estimand: str, words: Mapping[str, Any]) -> str:
    """One finding; what the estimand says of it stands at its end, unless it is refused."""
    label, unit = inside_sentence(str(about["label"])), str(row["unit"])
    if refused:
        said = f"{difference(row, label=label, unit=unit, refusal=refused, **words)} {below}".rstrip()
    else:
        ending = f"{below} {estimand}".lstrip()
        desired = DESIRED.get(str(about["direction"]))
        said = sentence(row, label=label, unit=unit, desired=desired, estimand=ending, **words)
    return "<li>" + STRONG.sub(r"<strong>\1</strong>", escape(said)) + "</li>"


def _others(row: pd.Series, beside: pd.DataFrame | None) -> pd.DataFrame:
    if beside is None:
        return pd.DataFrame(columns=["kind", "doubt"])
    others: pd.DataFrame = beside[beside["indicator"] == row["indicator"]]
    return others
