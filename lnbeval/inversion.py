"""Intervals from tests: the values that a test does not reject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

FARTHEST: Final = 1e3  # standard errors from the estimate at which an interval is called unbounded
STEPS: Final = 60  # halvings of an interval of at most FARTHEST standard errors
DIGITS: Final = 12  # of 1 - level: 1 - 0.9 is a little less than 0.1, 1 - 0.95 a little more than 0.05
TIE: Final = 1e-9  # relative: shares of draws closer than this are the same


def rejected(p_value: float, level: float) -> bool:
    """Whether a p-value is at most 1 - level, whatever the last digits of either are."""
    return p_value <= round(1 - level, DIGITS) * (1 + TIE)


def reach(p_value: Callable[[float], float], level: float) -> float:
    """How far from the estimate, outward, values are kept by the test; infinite where it never rejects one.

    `p_value` is that of the value so many standard errors away. The first value found to be rejected ends the search: p-values
    from draws need not fall everywhere, and beyond it there may be others that would be kept.
    """
    far = 1.0
    while not rejected(p_value(far), level):
        far *= 2
        if far > FARTHEST:
            return float("inf")
    near = far / 2 if far > 1 else 0.0
    for _ in range(STEPS):
        middle = (near + far) / 2
        near, far = (near, middle) if rejected(p_value(middle), level) else (middle, far)
    return far
