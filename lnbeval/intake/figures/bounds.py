"""Bounds: what a cell such as '<5' or '5-10' leaves open, as the lowest and the highest value it may stand for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lnbeval.intake.figures.numbers import Told

Ends = tuple[float, float]


def column_bounds(told: Mapping[int, Told], values: Collection[float]) -> dict[int, Ends]:
    """Lowest and highest value of each bounded cell of a column, both included; `values` are the numbers of the column.

    In a column of whole numbers, below 5 is 4 at most. What has no lower end begins at 0 unless the column holds negative
    numbers, and what has no upper end goes to infinity.
    """
    bounded = {line: one for line, one in told.items() if one.ends}
    every = [*values, *(end for one in bounded.values() for end in one.ends)]
    step = 1.0 if all(value.is_integer() for value in every) else 0.0
    floor = -math.inf if any(value < 0 for value in every) else 0.0
    return {line: _bounds(one, step, floor) for line, one in bounded.items()}


def _bounds(told: Told, step: float, floor: float) -> Ends:
    first = told.ends[0]
    if told.sign == "range":
        return told.ends[0], told.ends[1]
    if told.sign in {"below", "at_most"}:
        highest = first - step if told.sign == "below" else first
        return (floor if floor <= highest else -math.inf), highest
    return (first + step if told.sign == "above" else first), math.inf
