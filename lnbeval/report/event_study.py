"""Effects by years since the start, with those before it that should be zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.report.exhibit import tidy_rows, unavailable
from lnbeval.report.numbers import decimals_for, interval, number, signed
from lnbeval.report.svg import axes_at, draw, number_ticks
from lnbeval.report.theme import BLUE, GRID, INK, MUTED, SMALL, SURFACE, VERMILLION

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from lnbeval.report.exhibit import Exhibit

LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT = 52, 54, 570, 280  # pixels
BELOW: Final = 116  # pixels for the axis, the support counts and the key


def event_study(
    rows: pd.DataFrame, *, unit: str, title: str, caption: str, anticipation: int = 0, withheld: str = ""
) -> Exhibit:
    """Tidy rows by event_time: interval thick, simultaneous band thin, base period hollow, support counts below.

    Event times keep their calendar distance. Rows that could not be estimated are crosses on the zero line. `withheld`, why
    they are not shown as effects, is said to whoever hears the figure too.
    """
    if rows["event_time"].isna().all():
        return unavailable(rows, title=title, caption=caption)
    ordered = rows[rows["aggregation"] == "event_time"].dropna(subset="event_time").sort_values("event_time")
    kept = tidy_rows(ordered)
    ordered = ordered.assign(shown_as=ordered.apply(_kind, axis=1, anticipation=anticipation))

    def paint(figure: Figure) -> None:
        axes = axes_at(figure, LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT)
        axes.axhline(0, color=INK, linewidth=1.1, zorder=1)
        _intervals(axes, ordered[ordered["std_error"].notna()])
        _points(axes, ordered)
        _frame(axes, ordered, unit)
        _start(axes, anticipation)
        _key(axes, set(ordered["shown_as"]), has_band=bool(ordered["band_low"].notna().any()))

    shown = ["event_time", "estimate", "conf_low", "conf_high", "band_low", "band_high", "n_treated", "n_control"]
    data = ordered[[*shown, "shown_as", "reason"]].reset_index(drop=True)
    return draw(
        paint, height=TOP + PLOT_HEIGHT + BELOW, title=title, caption=caption, alt=_alt(ordered, unit, withheld),
        data=data, rows=kept,
    )  # fmt: skip


STYLES: Final = {  # marker, colour, face, words
    "pre": ("s", VERMILLION, VERMILLION, "before: zero if trends were parallel"),
    "anticipation": ("D", MUTED, SURFACE, "may be anticipated"),
    "base": ("o", INK, SURFACE, "base period, zero by definition"),
    "post": ("o", BLUE, BLUE, "after"),
    "missing": ("x", INK, INK, "no estimate, see data"),
}


def _kind(row: pd.Series, anticipation: int) -> str:
    if row["status"] != "ok":
        return "missing"
    if row["estimate"] == 0 and pd.isna(row["std_error"]):
        return "base"
    if row["event_time"] >= 0:
        return "post"
    return "pre" if row["event_time"] < -anticipation else "anticipation"


def _intervals(axes: Axes, rows: pd.DataFrame) -> None:
    for _, row in rows.iterrows():
        x, color = float(row["event_time"]), STYLES[row["shown_as"]][1]
        axes.plot(
            [x, x], [row["conf_low"], row["conf_high"]], color=color, linewidth=4, solid_capstyle="butt", zorder=3
        )
        axes.errorbar(
            x, (row["band_low"] + row["band_high"]) / 2, yerr=(row["band_high"] - row["band_low"]) / 2, fmt="none",
            ecolor=color, elinewidth=1.2, capsize=4, capthick=1.2, zorder=2,
        )  # fmt: skip


def _points(axes: Axes, rows: pd.DataFrame) -> None:
    for _, row in rows.iterrows():
        marker, color, face, _ = STYLES[row["shown_as"]]
        edge = SURFACE if row["shown_as"] in {"pre", "post"} else color
        y = 0 if row["shown_as"] == "missing" else row["estimate"]
        axes.plot(
            float(row["event_time"]), y, marker=marker, color=face, markersize=9.5,
            markeredgecolor=edge, markeredgewidth=1.6, linestyle="none", zorder=4,
        )  # fmt: skip


def _frame(axes: Axes, rows: pd.DataFrame, unit: str) -> None:
    times = [int(t) for t in rows["event_time"]]
    counts = ["" if pd.isna(n) else number(n) for n in rows["n_treated"]]
    axes.set_xticks(times, [number(t) for t in times])
    axes.set_xlim(times[0] - 0.6, times[-1] + 0.6)
    axes.margins(y=0.08)
    number_ticks(axes.yaxis, 6, signed)
    axes.grid(axis="y")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, pad=6)
    axes.annotate(unit, (0, 1), (-LEFT + 2, 34), xycoords="axes fraction", textcoords="offset points", color=MUTED)
    for x, count in zip(times, counts, strict=True):
        _note(axes, x, -36, count)
    axes.annotate(
        "Years since support began; below, the number of treated municipalities behind each estimate",
        (0, 0), (-LEFT + 2, -56), xycoords="axes fraction", textcoords="offset points", fontsize=SMALL, color=MUTED,
    )  # fmt: skip


def _note(axes: Axes, x: float, below: float, text: str) -> None:
    axes.annotate(
        text, (x, 0), (0, below), xycoords=("data", "axes fraction"), textcoords="offset points", ha="center",
        fontsize=SMALL, color=MUTED,
    )  # fmt: skip


def _start(axes: Axes, anticipation: int) -> None:
    axes.axvline(-0.5, color=INK, linewidth=1.1, linestyle=(0, (3, 3)), zorder=1)
    if anticipation:
        axes.axvspan(-anticipation - 0.5, -0.5, color=GRID, alpha=0.3, linewidth=0, zorder=0)
    for text, shift, side in (("◂ before", -7, "right"), ("after ▸", 7, "left")):
        axes.annotate(
            text, (-0.5, 1), (shift, 8), xycoords=("data", "axes fraction"), textcoords="offset points", ha=side
        )


def _key(axes: Axes, kinds: set[str], *, has_band: bool) -> None:
    words = [(style[0], style[1], style[2], style[3]) for name, style in STYLES.items() if name in kinds]
    handles = [
        axes.plot([], [], marker=m, color=face, markeredgecolor=color, markersize=7, linestyle="none", label=text)[0]
        for m, color, face, text in words
    ]
    bars = [axes.plot([], [], color=MUTED, linewidth=4, solid_capstyle="butt", label="interval")[0]]
    if has_band:
        bars.append(axes.plot([], [], color=MUTED, linewidth=1.2, label="band for all together")[0])
    axes.legend(
        handles=[*handles, *bars], loc="upper left", bbox_to_anchor=(-LEFT / PLOT_WIDTH, -72 / PLOT_HEIGHT), ncols=3,
        frameon=False, fontsize=SMALL, borderpad=0, borderaxespad=0, handlelength=1.3, handletextpad=0.4,
        columnspacing=1.6, labelspacing=0.5,
    )  # fmt: skip


def _alt(rows: pd.DataFrame, unit: str, withheld: str) -> str:
    parts = []
    for _, row in rows.iterrows():
        decimals = decimals_for((row["conf_high"] - row["conf_low"]) / 2)
        years = number(row["event_time"])
        if row["shown_as"] == "missing":
            parts.append(f"year {years}: no estimate, {row['reason']}")
        elif row["shown_as"] == "base":
            parts.append(f"year {years}: base period, zero by definition")
        else:
            span = interval(row["conf_low"], row["conf_high"], decimals)
            parts.append(f"year {years}: {signed(row['estimate'], decimals)} ({span})")
    what, why = ("Differences", f", {withheld}") if withheld else ("Estimates", "")
    return f"{what} by years since support began, {unit}, with interval{why}. " + "; ".join(parts) + "."
