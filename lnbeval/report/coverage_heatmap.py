"""How much of each indicator was observed, period by period, as a table whose cells are shaded."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from lnbeval.report.exhibit import Exhibit
from lnbeval.report.markup import HIDDEN
from lnbeval.report.numbers import PERCENT, number

if TYPE_CHECKING:
    import pandas as pd

DARKEST: Final = 0.5  # share of blue in a full cell: text keeps its contrast on it in light and in dark
STRIPES: Final = "repeating-linear-gradient(135deg,transparent 0 5px,rgba(128,128,128,.28) 5px 6px)"


def coverage_heatmap(
    coverage: pd.DataFrame, counts: pd.DataFrame | None = None, *, title: str, caption: str
) -> Exhibit:
    """Shares 0-1 of units observed: a row for each indicator (and group, as further index levels), a column a period.

    `counts`, of the same shape, is what the cells then say; without it they say per cent. Empty cells are striped.
    """
    levels = coverage.index.nlevels
    names = [str(name or "indicator") for name in coverage.index.names]
    head = "".join(f'<th scope="col">{escape(name.capitalize())}</th>' for name in names)
    head += "".join(f'<th scope="col" class="num">{escape(str(period))}</th>' for period in coverage.columns)
    body = "".join(_row(coverage, counts, i, levels) for i in range(len(coverage)))
    table = (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(title)}" style="overflow-x:auto">'
        f'<table class="data coverage"><caption style="{HIDDEN}">{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    shown = coverage if counts is None else counts
    data = shown.rename_axis(index=names if levels > 1 else names[0], columns=None).reset_index()
    return Exhibit(title=title, caption=caption, body=table, data=data)


def _row(coverage: pd.DataFrame, counts: pd.DataFrame | None, i: int, levels: int) -> str:
    key = coverage.index[i]
    labels = key if levels > 1 else (key,)
    heads = "".join(f'<th scope="row" style="text-align:left">{escape(str(label))}</th>' for label in labels)
    shares = coverage.iloc[i].to_numpy(dtype=float)
    observed = [None] * len(shares) if counts is None else [int(n) for n in counts.iloc[i].to_numpy()]
    cells = "".join(_cell(share, count) for share, count in zip(shares, observed, strict=True))
    return f"<tr>{heads}{cells}</tr>"


def _cell(share: float, count: int | None) -> str:
    percent = f"{number(100 * share)}{PERCENT}"
    background = STRIPES if share == 0 else f"rgba(0,114,178,{DARKEST * share:.2f})"
    hint = "" if count is None else f' title="{number(count)} observed, {percent}"'
    text = number(100 * share) if count is None else number(count)
    return f'<td class="num"{hint} style="text-align:right;background:{background}">{text}</td>'
