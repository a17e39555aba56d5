"""One small panel per estimate, each on its own scale: for indicators whose natural units differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.report.numbers import SUPPRESSED, interval, row_decimals, signed
from lnbeval.report.rows import row_name
from lnbeval.report.svg import POINTS, axes_at, number_ticks
from lnbeval.report.theme import BLUE, GRID, INK, MUTED, ORANGE, SMALL, SURFACE

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STRIP_WIDTH: Final = 460  # pixels: stays legible on a phone
SIDE: Final = 12
NOTE_LINE: Final = 14
TITLE_LINE: Final = 17
LETTER: Final = 7.2  # pixels of an average letter
HEAD: Final = 27
PLOT: Final = 22
NAME_LETTERS, NOTE_LETTERS = 54, 72  # that fit on a line across the strip


@dataclass(frozen=True, kw_only=True)
class Strip:
    """One panel: the row it shows, its distance from the top, and a truth to compare with."""

    row: pd.Series
    top: float
    truth: float | None = None

    @property
    def name(self) -> list[str]:
        """The lines of its name, with a flag if something is to be said about the estimate."""
        flag = "⚑ " if self.estimable and self.row["reason"] else ""
        return wrap(flag + row_name(self.row), NAME_LETTERS)

    @property
    def notes(self) -> list[str]:
        """The lines of its reason."""
        return wrap(str(self.row["reason"]), NOTE_LETTERS)

    @property
    def head(self) -> float:
        """Pixels for name and value: the value gets a line of its own where the last of the name leaves no room."""
        letters = 1.1 * len(self.name[-1]) + len(value_text(self.row))
        return HEAD + TITLE_LINE * (len(self.name) - (letters * LETTER < STRIP_WIDTH - SIDE))

    @property
    def height(self) -> float:
        """Pixels from this panel to the next."""
        return self.head + (PLOT + 33 if self.estimable else 12) + NOTE_LINE * len(self.notes)

    @property
    def estimable(self) -> bool:
        """Whether there is an estimate to draw."""
        return bool(self.row["status"] == "ok")


def strips(rows: pd.DataFrame, *, truth: str = "") -> tuple[list[Strip], float]:
    """The panels of `rows` from top to bottom, with the column `truth` if one is named, and the height they take."""
    panels, top = [], 4.0
    for _, row in rows.iterrows():
        known = float(row[truth]) if truth and not pd.isna(row[truth]) else None
        panels.append(Strip(row=row, top=top, truth=known))
        top += panels[-1].height
    return panels, top


def painter(panels: list[Strip]) -> Callable[[Figure], None]:
    """What draws `panels` on a figure."""

    def paint(figure: Figure) -> None:
        for panel in panels:
            _title(figure, panel)
            if panel.estimable:
                _strip(axes_at(figure, SIDE, panel.top + panel.head, STRIP_WIDTH - 2 * SIDE, PLOT), panel)

    return paint


def value_text(row: pd.Series) -> str:
    """Estimate, interval and unit of a row, or why there are none."""
    if row["status"] == "suppressed":
        return f"{SUPPRESSED} withheld"
    if row["status"] != "ok":
        return "not estimable"
    decimals = row_decimals(row)
    span = interval(row["conf_low"], row["conf_high"], decimals)
    return f"{signed(row['estimate'], decimals)} ({span}) {row['unit']}".strip()


def _title(figure: Figure, panel: Strip) -> None:
    for i, line in enumerate(panel.name):
        _text(figure, 0, panel.top + 14 + TITLE_LINE * i, line, weight="bold")
    _text(figure, STRIP_WIDTH, panel.top + panel.head - HEAD + 14, value_text(panel.row), ha="right")
    below = panel.top + panel.head + (PLOT + 30 if panel.estimable else 4)
    for i, line in enumerate(panel.notes):
        _text(figure, 0, below + NOTE_LINE * i, line, fontsize=SMALL, color=MUTED)


def _text(figure: Figure, x: float, y: float, text: str, **style: Any) -> None:  # noqa: ANN401 - text properties
    width, height = figure.get_size_inches() * POINTS
    figure.text(x / width, 1 - y / height, text, **style)


def _strip(axes: Axes, panel: Strip) -> None:
    row = panel.row
    axes.set_ylim(-1, 1)
    low, high = _limits(panel)
    axes.set_xlim(low, high)
    axes.axhline(0, color=GRID, linewidth=1, zorder=1)
    axes.axvline(0, color=INK, linewidth=1.2, zorder=2)
    ends = [min(max(row[name], low), high) for name in ("conf_low", "conf_high")]
    axes.plot(ends, [0, 0], color=BLUE, linewidth=5, solid_capstyle="butt", zorder=3)
    axes.plot(
        row["estimate"], 0, marker="o", markersize=12, color=BLUE, markeredgecolor=SURFACE, markeredgewidth=1.6,
        linestyle="none", zorder=4,
    )  # fmt: skip
    if panel.truth is not None:
        axes.plot(panel.truth, 0, marker="D", markersize=9, color=ORANGE, markeredgecolor=INK, zorder=5)
    _ticks(axes)


def _limits(panel: Strip) -> tuple[float, float]:
    row = panel.row
    values = [0.0, row["estimate"], row["conf_low"], row["conf_high"], panel.truth]
    known = [float(v) for v in values if v is not None and math.isfinite(v)]
    room = 0.08 * (max(known) - min(known) or 1.0)
    return min(known) - room, max(known) + room


def _ticks(axes: Axes) -> None:
    number_ticks(axes.xaxis, 5)
    axes.set_yticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, pad=2, labelsize=SMALL, labelcolor=MUTED)
