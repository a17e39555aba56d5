"""Raw means by group and period: the first figure, before any model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.errors import DataError
from lnbeval.report.numbers import decimals_for, number
from lnbeval.report.svg import axes_at, draw, number_ticks
from lnbeval.report.theme import GRID, GROUND, INK, MUTED, SERIES, SMALL, SURFACE, Stroke

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from lnbeval.report.exhibit import Exhibit

LEFT, PLOT_WIDTH, PLOT_HEIGHT = 46, 440, 270  # pixels; the labels at the ends of the lines stand to the right
MARK_LINE: Final = 16  # pixels for one line of labels above the plot
LETTER: Final = 6.3  # pixels of an average letter of a small label
YEAR_LABEL: Final = 32  # pixels of "2024"
APART: Final = 32  # pixels between two labels at line ends


def group_means(
    means: pd.DataFrame,
    events: pd.DataFrame,
    *,
    first_treated: Mapping[str, int],
    unit: str,
    title: str,
    caption: str,
    rows: pd.DataFrame | None = None,
) -> Exhibit:
    """Means (columns group, period, mean, n) as lines; `events` (period, label) shaded; `first_treated`: group -> period.

    Groups without a first treated period are the never treated and drawn in grey. A line joins observed periods only.
    """
    observed = means.dropna(subset=["mean"]).sort_values(["group", "period"])
    periods = observed["period"]
    marks = _marks(events, first_treated)
    levels = _levels(marks, int(periods.min()), int(periods.max()))
    lines = max(levels, default=-1) + 1
    top = 30 + MARK_LINE * lines
    strokes = _strokes(list(observed["group"].unique()), first_treated)

    def paint(figure: Figure) -> None:
        axes = axes_at(figure, LEFT, top, PLOT_WIDTH, PLOT_HEIGHT)
        _lines(axes, observed, strokes)
        _frame(axes, sorted(set(periods)), unit, above=14 + MARK_LINE * lines)
        _shades(axes, events, first_treated, strokes)
        _labels(axes, marks, levels)
        _end_labels(axes, observed, strokes)

    return draw(
        paint, height=top + PLOT_HEIGHT + 34, title=title, caption=caption, alt=_alt(observed, first_treated, unit),
        data=means, rows=rows,
    )  # fmt: skip


def _strokes(groups: list[str], first_treated: Mapping[str, int]) -> dict[str, Stroke]:
    treated = sorted((g for g in groups if g in first_treated), key=lambda g: first_treated[g])
    if len(treated) > len(SERIES):
        raise DataError(f"One figure can tell {len(SERIES)} treated groups apart. Join some of {', '.join(treated)}.")
    return {g: GROUND for g in groups if g not in first_treated} | dict(zip(treated, SERIES, strict=False))


def _lines(axes: Axes, observed: pd.DataFrame, strokes: Mapping[str, Stroke]) -> None:
    for group, part in observed.groupby("group"):
        stroke = strokes[str(group)]
        face = SURFACE if stroke is GROUND else stroke.color
        axes.plot(
            part["period"], part["mean"], color=stroke.color, linestyle=stroke.dashes, marker=stroke.marker,
            markersize=6.5, markerfacecolor=face, markeredgewidth=1.4, markeredgecolor=stroke.color, zorder=3,
        )  # fmt: skip


def _frame(axes: Axes, periods: list[int], unit: str, *, above: float) -> None:
    every = math.ceil(YEAR_LABEL * (periods[-1] - periods[0] + 1) / PLOT_WIDTH)
    shown = [period for period in periods if (periods[-1] - period) % every == 0]
    axes.set_xticks(shown, [str(period) for period in shown], fontsize=SMALL)
    axes.set_xlim(periods[0] - 0.5, periods[-1] + 0.5)
    axes.margins(y=0.1)
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(length=0, pad=6)
    number_ticks(axes.yaxis, 5)
    axes.annotate(unit, (0, 1), (-LEFT + 2, above), xycoords="axes fraction", textcoords="offset points", color=MUTED)


def _marks(events: pd.DataFrame, first_treated: Mapping[str, int]) -> pd.DataFrame:
    """Events and starts of support from left to right: where the label begins, and whether it is a start."""
    starts = pd.DataFrame(
        {
            "at": [p - 0.5 for p in first_treated.values()],
            "label": [f"▸ {_with_period(g, p)}" for g, p in first_treated.items()],
        }
    )
    shaded = pd.DataFrame({"at": events["period"] - 0.45, "label": events["label"]})
    marks = pd.concat([starts.assign(start=True), shaded.assign(start=False)])
    return marks.sort_values(["start", "at"], ascending=[False, True], kind="stable")


def _levels(marks: pd.DataFrame, first: int, last: int) -> list[int]:
    """The line above the plot on which each label has room."""
    pixels = PLOT_WIDTH / (last - first + 1)
    taken: list[list[tuple[float, float]]] = []
    levels = []
    for _, mark in marks.iterrows():
        start = (mark["at"] - first) * pixels
        end = start + LETTER * (len(mark["label"]) + 2)
        free = (i for i, line in enumerate(taken) if all(end < low or start > high for low, high in line))
        level = next(free, len(taken))
        taken = taken if level < len(taken) else [*taken, []]
        taken[level].append((start, end))
        levels.append(level)
    return levels


def _labels(axes: Axes, marks: pd.DataFrame, levels: list[int]) -> None:
    for (_, mark), level in zip(marks.iterrows(), levels, strict=True):
        axes.annotate(
            mark["label"], (mark["at"], 1), (-2, 8 + MARK_LINE * level), xycoords=("data", "axes fraction"),
            textcoords="offset points", fontsize=SMALL, color=INK if mark["start"] else MUTED,
        )  # fmt: skip


def _shades(axes: Axes, events: pd.DataFrame, first_treated: Mapping[str, int], strokes: Mapping[str, Stroke]) -> None:
    for period in events["period"]:
        axes.axvspan(period - 0.5, period + 0.5, color=GRID, alpha=0.35, linewidth=0, zorder=0)
    for group, period in first_treated.items():
        color = strokes[group].color if group in strokes else INK
        axes.axvline(period - 0.5, color=color, linewidth=1.4, linestyle=(0, (2, 2)), zorder=2)


def _end_labels(axes: Axes, observed: pd.DataFrame, strokes: Mapping[str, Stroke]) -> None:
    ends = observed.groupby("group").tail(1).sort_values("mean")
    low, high = axes.get_ylim()
    scale = PLOT_HEIGHT / (high - low)
    previous = -float(APART)
    for _, end in ends.iterrows():
        at = (float(end["mean"]) - low) * scale
        previous = max(at, previous + APART)
        group, shift = str(end["group"]), previous - at
        xy = (float(end["period"]), float(end["mean"]))
        weight = "normal" if strokes[group] is GROUND else "bold"
        count = f"{number(end['n'])} municipalities"
        axes.annotate(group, xy, (14, shift + 7), textcoords="offset points", va="center", weight=weight)
        axes.annotate(count, xy, (14, shift - 7), textcoords="offset points", va="center", fontsize=SMALL, color=MUTED)


def _alt(observed: pd.DataFrame, first_treated: Mapping[str, int], unit: str) -> str:
    parts = []
    for group, part in observed.groupby("group"):
        first, last = part.iloc[0], part.iloc[-1]
        decimals = decimals_for(float(part["mean"].max()))
        began = f", first treated in {first_treated[str(group)]}" if str(group) in first_treated else ""
        parts.append(
            f"{group}{began}: {number(first['mean'], decimals)} in {first['period']}, "
            f"{number(last['mean'], decimals)} in {last['period']}"
        )
    return f"Line chart of raw means, {unit}. " + "; ".join(parts) + "."


def _with_period(group: str, period: int) -> str:
    return group if str(period) in group else f"{group}, {period}"
