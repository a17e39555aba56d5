"""matplotlib figure to inline svg: same bytes every time, ids of its own, colours and fonts of the page around it."""

from __future__ import annotations

import io
import math
import re
from html import escape
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lnbeval.report.exhibit import Exhibit, tidy_rows
from lnbeval.report.markup import slug_of
from lnbeval.report.numbers import number
from lnbeval.report.theme import FONT, FONT_ON_PAGE, LINE, ON_PAGE, RC, WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

POINTS: Final = 72  # an svg of matplotlib counts 72 points to the inch; with 72 dpi one point is one pixel
GROW: Final = 1.2  # a small figure may grow by so much
SCROLL_BELOW: Final = 0.7  # on a phone a figure shrinks to this share of its size, then scrolls


def draw(
    paint: Callable[[Figure], None],
    *,
    height: float,
    title: str,
    caption: str,
    alt: str,
    data: pd.DataFrame,
    rows: pd.DataFrame | None = None,
    width: float = WIDTH,
) -> Exhibit:
    """Paint a figure of `width` by `height` pixels and make an exhibit of it."""
    slug = slug_of(title, caption)
    drawing = svg_root(_drawn(paint, width, height, slug), slug=slug, title=title, alt=alt, size=(width, height))
    kept = None if rows is None else tidy_rows(rows)
    return Exhibit(title=title, caption=caption, body=drawing, alt=alt, data=data, rows=kept)


def svg_root(content: str, *, slug: str, title: str, alt: str, size: tuple[float, float]) -> str:
    """An `<svg>` that says what it shows, grows with its column and scrolls on a narrow screen."""
    width, height = size
    return (
        f'<div class="scroll" style="overflow-x:auto"><svg class="chart" role="img" '
        f'aria-labelledby="{slug}-title {slug}-desc" viewBox="0 0 {width:g} {height:g}" preserveAspectRatio="xMinYMid meet" '
        f'style="display:block;width:100%;min-width:{width * SCROLL_BELOW:.0f}px;max-width:{min(width * GROW, LINE):.0f}px;height:auto">'
        f'<title id="{slug}-title">{escape(title)}</title><desc id="{slug}-desc">{escape(alt)}</desc>{content}</svg></div>'
    )


def axes_at(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes placed in pixels from the upper left corner, so that labels have the room they were given."""
    total_width, total_height = figure.get_size_inches() * POINTS
    box = (left / total_width, 1 - (top + height) / total_height, width / total_width, height / total_height)
    axes: Axes = figure.add_axes(box)
    return axes


def number_ticks(axis: Axis, most: int, text: Callable[[float, int], str] = number) -> None:
    """At most so many round ticks, each with as many decimals as the step between them needs."""
    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
    step = float(np.diff(axis.get_majorticklocs())[0])
    decimals = next(d for d in range(12) if math.isclose(step * 10**d, round(step * 10**d), abs_tol=1e-6))
    axis.set_major_formatter(lambda value, _: text(value, decimals))


def _drawn(paint: Callable[[Figure], None], width: float, height: float, slug: str) -> str:
    with mpl.rc_context({**RC, "svg.hashsalt": slug}):
        figure = Figure(figsize=(width / POINTS, height / POINTS), dpi=POINTS)
        paint(figure)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(buffer.getvalue(), slug)


def _inline(text: str, slug: str) -> str:
    inner = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
    inner = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", inner, flags=re.DOTALL)
    inner = inner.replace("xlink:href", "href").replace(f"'{FONT}'", FONT_ON_PAGE)
    for placeholder, css in ON_PAGE.items():
        inner = inner.replace(placeholder, css)
    return re.sub(r"\s*\n\s*", "\n", _own_ids(inner, slug))


def _own_ids(text: str, slug: str) -> str:
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
    wanted = {name for pair in used for name in pair if name}
    text = re.sub(r' id="([^"]+)"', lambda m: f' id="{slug}-{m[1]}"' if m[1] in wanted else "", text)
    return re.sub(r'(href="#|url\(#)', lambda m: f"{m[1]}{slug}-", text)
