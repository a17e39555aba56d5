"""Whether a total is the sum of rows that it may stand for, as far as it is written, or a mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lnbeval.intake.figures.numbers import Fault
from lnbeval.intake.header_words import folded
from lnbeval.intake.registered import ADDED_UP, OF_A_HUNDRED

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A number in a row of a table, with the county of the row where it is known."""

    index: int
    county: str
    value: float  # NaN where none is reported
    name: str = ""  # as written
    whole: bool = True  # whether all of it is reported
    level: str = ""  # of a total, where the table has a column of levels


def total_fault(
    total: Amount,
    totals: Sequence[Amount],
    rows: Sequence[Amount],
    kind: str,
    county: str,
    *,
    dated: bool = True,
    absent: Sequence[str] = (),
) -> Fault | None:
    """Why a total is none, or is a mean; `kind` is that of its variable, `county` the one it is about, if any.

    One that is not `dated` stands among `rows` of several years. Of `absent` municipalities of the county there is no row.
    """
    own = _of_county(rows, county)
    known = [_values(reading) for reading in _every_reading(total, totals, rows, county)]
    if any(_adds_up(total.value, values) for values in known if values):
        return None
    level = [other.value for other in totals if other.level == total.level]
    if total.level and not own and _adds_up(math.fsum(level), _values(rows)):
        return None
    values = _values(own) or _values(rows)
    if kind not in ADDED_UP and _is_mean(total.value, values, of_a_hundred=kind in OF_A_HUNDRED):
        what = f"The total is {total.value:,.12g}, among the rows ({min(values):,.12g} to {max(values):,.12g})"
        do = "It was taken for an average and not compared; for a count, ask the source"
        return Fault(kind="total_like_an_average", what=what, do=do, severity="NOTE")
    whose = f"the municipalities of {county}" if own else "the rows of the year"
    if not dated:
        above = _values(_since_the_total_before(total, totals, rows))
        values = values if own or not above else above
        whose = f"{whose} in all years" if own else "the rows above it" if above else "the rows of all years"
    silent = [f"{row.name} is not reported" for row in own if not row.whole]
    lacking = [f"{name} has no row" for name in absent if total.value > math.fsum(values)]
    return _no_sum(total.value, values, whose, kind, [*silent, *lacking])


def is_too_low(total: Amount, totals: Sequence[Amount], rows: Sequence[Amount], kind: str, county: str) -> bool:
    """Whether a total is below the known figures alone, in every reading: nothing that is not known can make it right."""
    known = [values for reading in _every_reading(total, totals, rows, county) if (values := _values(reading))]
    summed = kind in ADDED_UP and all(value >= 0 for values in known for value in values)
    return summed and bool(known) and all(total.value < math.fsum(values) for values in known)


def unreported(
    total: Amount, totals: Sequence[Amount], rows: Sequence[Amount], kind: str, county: str
) -> tuple[Amount, ...]:
    """Rows that a total may stand for and of which not all is reported, where it may be right with what they do not say."""
    for reading in _every_reading(total, totals, rows, county):
        silent = tuple(row for row in reading if not row.whole)
        known = _values(reading)
        mean = kind not in ADDED_UP and total.value <= max(known, default=math.inf)
        if silent and (mean or total.value >= math.fsum(known)):
            return silent
    return ()


def _every_reading(
    total: Amount, totals: Sequence[Amount], rows: Sequence[Amount], county: str
) -> list[Sequence[Amount]]:
    own = _of_county(rows, county)
    return [own] if own else _readings(total, totals, rows)


def _of_county(rows: Sequence[Amount], county: str) -> list[Amount]:
    return [row for row in rows if county and row.county == county]


def _values(rows: Sequence[Amount]) -> list[float]:
    return [row.value for row in rows if not math.isnan(row.value)]


def _readings(total: Amount, totals: Sequence[Amount], rows: Sequence[Amount]) -> list[Sequence[Amount]]:
    after = min((other.index for other in totals if other.index > total.index), default=math.inf)
    name = folded(total.name)
    return [
        [*rows],
        _since_the_total_before(total, totals, rows),
        [row for row in rows if total.index < row.index < after],
        [row for row in rows if row.county and row.county == total.county],
        [row for row in rows if row.county and name.endswith(folded(row.county))],
        [other for other in totals if other.index != total.index],
    ]


def _since_the_total_before(total: Amount, totals: Sequence[Amount], rows: Sequence[Amount]) -> list[Amount]:
    before = max((other.index for other in totals if other.index < total.index), default=-1)
    return [row for row in rows if before < row.index < total.index]


def _no_sum(total: float, values: Sequence[float], whose: str, kind: str, lacking: Sequence[str]) -> Fault:
    what = f"The total is {total:,.12g}, but {whose} ({len(values)}) add up to {math.fsum(values):,.12g}"
    if kind not in ADDED_UP and min(values) <= total <= max(values):  # What is beyond all of them is no mean.
        what += f", and their mean is {math.fsum(values) / len(values):.6g}"
    what = "; ".join((what, *lacking))
    do = "Look for a row that is missing, twice there or mistyped; the total itself is not used"
    return Fault(kind="total_differs_from_the_sum", what=what, do=do, severity="WARN")


def _is_mean(total: float, values: Sequence[float], *, of_a_hundred: bool) -> bool:
    """Whether a total is the mean of the rows as far as it is written; that of shares may be weighted."""
    if len(values) < 2:
        return False
    if of_a_hundred:
        return min(values) <= total <= max(values)
    rounding = 0.5 * 10.0 ** -_decimal_places(total)
    return abs(total - math.fsum(values) / len(values)) <= rounding * (1 + 1e-9)


def _adds_up(total: float, values: Sequence[float]) -> bool:
    places = max(_decimal_places(value) for value in (total, *values))
    # Each rounded figure is off by half its last place at most; whole numbers are taken for counts, which are exact.
    rounding = 0.5 * 10.0**-places * (len(values) + 1) if places else 0.0
    expected = math.fsum(values)
    return abs(total - expected) <= max(rounding, 1e-9 * abs(expected))


def _decimal_places(value: float) -> int:
    _, _, decimals = f"{value:.9f}".rstrip("0").partition(".")
    return len(decimals)
