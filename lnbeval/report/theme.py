"""Colours, markers and lines of every figure.

matplotlib draws with placeholders; `svg` turns them into what follows the page: the text's own colour and the custom
properties `--muted`, `--grid`, `--surface`, `--font`, `--series-1` ... `--series-6`, each with a fallback for pages
that do not set them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

INK: Final = "#010203"
MUTED: Final = "#040506"
GRID: Final = "#070809"
SURFACE: Final = "#0a0b0c"

# Okabe and Ito (2008), without the two that vanish on white.
BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"

ON_PAGE: Final = {
    INK: "currentColor",
    MUTED: "var(--muted, currentColor)",
    GRID: "var(--grid, #80808066)",
    SURFACE: "var(--surface, var(--jp-layout-color0, Canvas))",
    BLUE: f"var(--series-1, {BLUE})",
    VERMILLION: f"var(--series-2, {VERMILLION})",
    GREEN: f"var(--series-3, {GREEN})",
    PURPLE: f"var(--series-4, {PURPLE})",
    ORANGE: f"var(--series-5, {ORANGE})",
    SKY: f"var(--series-6, {SKY})",
}

FONT: Final = "DejaVu Sans"  # ships with matplotlib, so that every machine measures text alike; the page sets its own
FONT_ON_PAGE: Final = "var(--font, system-ui, sans-serif)"
TEXT: Final = 12.5  # pixels
SMALL: Final = 11.0
WIDTH: Final = 640  # pixels
LINE: Final = 672  # pixels of a line of prose: no figure grows wider


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """How one series is told from the others: never by colour alone."""

    color: str
    marker: str
    dashes: str | tuple[int, tuple[float, ...]]


SERIES: Final = (
    Stroke(color=BLUE, marker="o", dashes="solid"),
    Stroke(color=VERMILLION, marker="s", dashes=(0, (6, 2))),
    Stroke(color=GREEN, marker="^", dashes=(0, (1.5, 1.5))),
    Stroke(color=PURPLE, marker="D", dashes=(0, (6, 2, 1.5, 2))),
    Stroke(color=ORANGE, marker="v", dashes=(0, (3, 1.5))),
    Stroke(color=SKY, marker="P", dashes=(0, (8, 2))),
)
GROUND: Final = Stroke(color=MUTED, marker="o", dashes="solid")  # what the series stand out from: never treated

RC: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "font.family": FONT,
    "font.size": TEXT,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 1.0,
    "axes.axisbelow": True,
    "axes.labelsize": TEXT,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": GRID,
    "ytick.color": GRID,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": TEXT,
    "ytick.labelsize": TEXT,
    "lines.linewidth": 2.0,
    "path.simplify": False,
    "mathtext.default": "regular",
    "text.parse_math": False,
    "axes.unicode_minus": True,
}
