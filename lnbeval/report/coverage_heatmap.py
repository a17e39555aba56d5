"""How much of each indicator was observed, period by period, as a table whose cells are shaded where values are missing."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Final

from lnbeval.report.exhibit import Exhibit
from lnbeval.report.markup import HIDDEN
from lnbeval.report.numbers import PERCENT, number

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

# Missing at most this share, in words, opacity of vermilion: the first step is plain to see, and text keeps its contrast on
# the last in light and in dark.
STEPS: Final = (
    (0.0, "none missing", 0.0),
    (0.1, "up to 10\N{NO-BREAK SPACE}%", 0.16),
    (0.25, "up to 25\N{NO-BREAK SPACE}%", 0.3),
    (0.5, "up to 50\N{NO-BREAK SPACE}%", 0.44),
    (1.0, "more", 0.58),
)
STRIPES: Final = "repeating-linear-gradient(135deg,transparent 0 5px,rgba(128,128,128,.4) 5px 7px)"
NONE: Final = "nothing observed"
SWATCH: Final = (
    "display:inline-block;width:1.5em;height:1em;vertical-align:-.15em;border:1px solid rgba(128,128,128,.6)"
)


def coverage_heatmap(
    coverage: pd.DataFrame, counts: pd.DataFrame | None = None, *, title: str, caption: str
) -> Exhibit:
    """Shares 0-1 of units observed: a row for each indicator, or for each group below it, a column a period.

    `counts`, of the same shape, is what the cells then say; without it they say per cent. Shaded is what is missing.
    """
    levels = coverage.index.nlevels
    names = [str(name or "indicator") for name in coverage.index.names]
    head = f'<th scope="col">{escape(names[-1].capitalize())}</th>'
    head += "".join(f'<th scope="col" class="num">{escape(str(period))}</th>' for period in coverage.columns)
    table = (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(title)}" style="overflow-x:auto">'
        f'<table class="data coverage"><caption style="{HIDDEN}">{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead>{_bodies(coverage, counts)}</table></div>"
    )
    shown = coverage if counts is None else counts
    data = shown.rename_axis(index=names if levels > 1 else names[0], columns=None).reset_index()
    return Exhibit(title=title, caption=caption, body=_legend() + table, data=data)


def _bodies(coverage: pd.DataFrame, counts: pd.DataFrame | None) -> str:
    """The rows; those of groups below a line for each indicator."""
    rows = [_row(coverage, counts, i) for i in range(len(coverage))]
    if coverage.index.nlevels == 1:
        return f"<tbody>{''.join(rows)}</tbody>"
    columns = len(coverage.columns) + 1
    bodies = []
    for name, part in groupby(zip(coverage.index, rows, strict=True), key=_above):
        head = f'<th scope="rowgroup" colspan="{columns}" style="text-align:left"><span class="note-text">{escape(name)}</span></th>'
        bodies.append(f'<tbody><tr class="group">{head}</tr>{"".join(row for _, row in part)}</tbody>')
    return "".join(bodies)


def _above(row: tuple[tuple[Hashable, ...], str]) -> str:
    return ", ".join(str(label) for label in row[0][:-1])


def _row(coverage: pd.DataFrame, counts: pd.DataFrame | None, i: int) -> str:
    key = coverage.index[i]
    label = key[-1] if coverage.index.nlevels > 1 else key
    shares = coverage.iloc[i].to_numpy(dtype=float)
    observed = [None] * len(shares) if counts is None else [int(n) for n in counts.iloc[i].to_numpy()]
    cells = "".join(_cell(share, count) for share, count in zip(shares, observed, strict=True))
    return f'<tr><th scope="row" style="text-align:left">{escape(str(label))}</th>{cells}</tr>'


def _cell(share: float, count: int | None) -> str:
    percent = f"{_percent(share)}{PERCENT}"
    hint = "" if count is None else f' title="{number(count)} observed, {escape(percent)}"'
    text = _percent(share) if count is None else number(count)
    return f'<td class="num"{hint} style="text-align:right;background:{_background(share)}">{escape(text)}</td>'


def _percent(share: float) -> str:
    """A share in per cent, which is 0 or 100 only where it is exactly that."""
    whole = round(100 * share)
    if (whole == 100 and share < 1) or (whole == 0 and share > 0):
        return ">99" if share > 0.5 else "<1"
    return number(100 * share)


def _background(share: float) -> str:
    if share == 0:
        return STRIPES
    opacity = next((opacity for most, _, opacity in STEPS if 1 - share <= most + 1e-9), STEPS[-1][2])
    return f"rgba(213,94,0,{opacity:g})" if opacity else "transparent"


def _legend() -> str:
    shades = [(words, f"rgba(213,94,0,{opacity:g})" if opacity else "transparent") for _, words, opacity in STEPS]
    marks = "".join(
        f'<span style="display:inline-block;margin-right:1.1em"><span style="{SWATCH};background:{shade}"></span> {escape(words)}</span>'
        for words, shade in (*shades, (NONE, STRIPES))
    )
    return f'<p class="method legend" style="margin:0 0 .6em">Missing: {marks}</p>'
