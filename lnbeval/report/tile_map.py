"""The municipalities as equal tiles, roughly where they lie: small ones are seen as well as large ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from lnbeval.errors import DataError
from lnbeval.report.exhibit import Exhibit
from lnbeval.report.markup import slug_of
from lnbeval.report.svg import svg_root
from lnbeval.report.theme import BLUE, ORANGE, PURPLE, SKY

if TYPE_CHECKING:
    import pandas as pd

TILE_WIDTH, TILE_HEIGHT, GAP = 74, 46, 4  # pixels
LEGEND_LINE: Final = 26
ROOM: Final = 1.22  # cells per municipality: some stay empty, so that the outline shows
LONGEST: Final = 11  # letters that fit in a tile
KM_PER_DEGREE: Final = 111.3
SHAPES: Final = {
    "circle": "M0-4A4 4 0 1 1 0 4A4 4 0 1 1 0-4Z",
    "triangle": "M0-4.5L4.5 4H-4.5Z",
    "diamond": "M0-5L5 0L0 5L-5 0Z",
    "square": "M-4-4H4V4H-4Z",
    "none": "",
}


@dataclass(frozen=True, kw_only=True)
class Tint:
    """How tiles of one category look: fill, the text on it, a shape in the corner."""

    fill: str
    text: str
    shape: str


# The same in light and dark, so that each text keeps its contrast.
TINTS: Final = (
    Tint(fill=BLUE, text="#fff", shape="circle"),
    Tint(fill=ORANGE, text="#111", shape="triangle"),
    Tint(fill=PURPLE, text="#111", shape="diamond"),
    Tint(fill=SKY, text="#111", shape="square"),
)
GROUND: Final = Tint(fill="var(--tile, #8080802b)", text="currentColor", shape="none")


def tile_map(municipalities: pd.DataFrame, label: pd.Series, *, order: list[str], title: str, caption: str) -> Exhibit:
    """One tile per municipality (index code; columns name, county, lat, lon), coloured by `label` (code -> category).

    `order` lists the categories as the legend does; the last is the ground that the others stand out from.
    """
    places = municipalities.sort_index().assign(category=label)
    tints = _tints(order, places)
    cells, columns = _cells(places)
    width = columns * (TILE_WIDTH + GAP)
    counts = {name: int((places["category"] == name).sum()) for name in order}
    top = LEGEND_LINE * len(order) + 8
    tiles = "".join(
        _tile(row, tints[row["category"]], cell, columns, top)
        for (_, row), cell in zip(places.iterrows(), cells, strict=True)
    )
    content = _legend(counts, tints) + tiles
    height = top + (int(cells.max()) // columns + 1) * (TILE_HEIGHT + GAP)
    alt = f"Map of {len(places)} municipalities as equal tiles, north at the top: " + "; ".join(
        f"{count} {name}" for name, count in counts.items()
    )
    slug = slug_of(title, caption)
    body = svg_root(content, slug=slug, title=title, alt=alt + ".", size=(width, height))
    data = places.reset_index()[[places.index.name or "index", "name", "county", "category"]]
    return Exhibit(title=title, caption=caption, body=body, alt=alt + ".", data=data)


def _tints(order: list[str], places: pd.DataFrame) -> dict[str, Tint]:
    unknown = places.loc[~places["category"].isin(order), "name"]
    if not unknown.empty:
        raise DataError(f"No category of the map for {', '.join(unknown)}. The categories are {', '.join(order)}.")
    if len(order) > len(TINTS) + 1:
        raise DataError(f"A map can tell {len(TINTS) + 1} categories apart, not {len(order)}: {', '.join(order)}.")
    return dict(zip(order, [*TINTS[: len(order) - 1], GROUND], strict=True))


def _cells(places: pd.DataFrame) -> tuple[npt.NDArray[np.intp], int]:
    """The cell of each place, counted row by row: the assignment with the least sum of squared moves."""
    north, east = places["lat"].to_numpy(), places["lon"].to_numpy()
    x, y = east * np.cos(np.radians(north.mean())) * KM_PER_DEGREE, -north * KM_PER_DEGREE
    tall = max(np.ptp(y), 1) / max(np.ptp(x), 1) * (TILE_WIDTH / TILE_HEIGHT)
    columns = max(math.ceil(math.sqrt(len(places) * ROOM / tall)), 1)
    lines = math.ceil(len(places) * ROOM / columns)
    cell_x, cell_y = (axis.ravel() for axis in np.meshgrid(np.arange(columns), np.arange(lines)))
    moves_x = _spread(x, columns)[:, None] - cell_x[None, :]
    moves_y = _spread(y, lines)[:, None] - cell_y[None, :]
    _, chosen = linear_sum_assignment(moves_x**2 + moves_y**2)
    return chosen, columns


def _spread(position: npt.NDArray[np.float64], cells: int) -> npt.NDArray[np.float64]:
    """Positions on 0 ... cells - 1, half by distance and half by rank, so that dense regions get room."""
    by_distance = (position - position.min()) / (np.ptp(position) or 1)
    by_rank = position.argsort(kind="stable").argsort() / max(len(position) - 1, 1)
    spread: npt.NDArray[np.float64] = (by_distance + by_rank) / 2 * (cells - 1)
    return spread


def _tile(row: pd.Series, tint: Tint, cell: int, columns: int, top: int) -> str:
    x = cell % columns * (TILE_WIDTH + GAP)
    y = top + cell // columns * (TILE_HEIGHT + GAP)
    lines = _lines(row["name"])
    first = TILE_HEIGHT / 2 + 4 - 6 * (len(lines) - 1)
    texts = "".join(
        f'<text x="{TILE_WIDTH / 2:g}" y="{first + 12 * i:g}" text-anchor="middle" '
        f'style="font:11px var(--font, system-ui, sans-serif);fill:{tint.text}">{escape(line)}</text>'
        for i, line in enumerate(lines)
    )
    return (
        f'<g transform="translate({x},{y})"><title>{escape(row["name"])}, {escape(row["county"])}: '
        f"{escape(row['category'])}</title>{_swatch(tint, TILE_WIDTH, TILE_HEIGHT, TILE_WIDTH - 8)}{texts}</g>\n"
    )


def _swatch(tint: Tint, width: int, height: int, corner: float) -> str:
    shape = SHAPES[tint.shape]
    mark = f'<path d="{shape}" transform="translate({corner:g},9)" style="fill:{tint.text}"/>' if shape else ""
    return f'<rect width="{width}" height="{height}" rx="4" style="fill:{tint.fill}"/>{mark}'


def _lines(name: str) -> list[str]:
    words = name.replace("-", "- ").split()
    if len(name) <= LONGEST or len(words) == 1:
        return [name]
    middle = min(range(1, len(words)), key=lambda i: abs(len(" ".join(words[:i])) - len(" ".join(words[i:]))))
    return [" ".join(words[:middle]).replace("- ", "-"), " ".join(words[middle:]).replace("- ", "-")]


def _legend(counts: dict[str, int], tints: dict[str, Tint]) -> str:
    return "".join(
        f'<g transform="translate(0,{LEGEND_LINE * i})">{_swatch(tints[name], 26, 18, 13)}'
        f'<text x="34" y="14" style="font:12.5px var(--font, system-ui, sans-serif);fill:currentColor">'
        f"{escape(name)} ({count})</text></g>\n"
        for i, (name, count) in enumerate(counts.items())
    )
