"""Parts that always are a fixed sum of others: subtotals, and totals over several columns at once."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lnbeval.intake.large.numbers import BOUNDED, CONDITION, MISSING, STOPPED
from lnbeval.intake.large.rows import one

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from lnbeval.intake.large.digest import Reading

MOST_PARTS: Final = 60  # more are a list of places, persons or days
FEWEST_ROWS: Final = 20  # municipality-years, and three for each part, before an exact fit proves anything
ROWS_FOR_A_PART: Final = 3
STEP: Final = 0.5  # a total over one column holds half of the doubled sum of the others
EXACT: Final = 1e-6
UNKNOWN: Final = f"({MISSING}, {BOUNDED}, {STOPPED})"  # fates of cells without which a sum is not known


@dataclass(frozen=True, kw_only=True)
class Dependent:
    """A part that is a fixed sum of others in every municipality-year, as one variable shows."""

    number: int
    others: tuple[int, ...]
    variable: str
    of: int  # municipality-years


def dependent_parts(reading: Reading, at: int) -> list[Dependent]:
    """The parts of an `over` column that are sums of smaller ones; of each the first variable that shows it.

    With y the figures of a part and X those of smaller parts that are no sums themselves, by municipality and year, y = X b
    holds exactly for a b of several halves and wholes, none below zero. Over many more rows than parts this is no chance.
    """
    parts = one(reading.con, f"SELECT count(DISTINCT id) FROM over{at} WHERE NOT (total OR within OR apart)")
    if not 2 < parts <= MOST_PARTS:
        return []
    found: dict[int, Dependent] = {}
    for place, (name, _) in enumerate(reading.columns.variables):
        for one_part in _found(_sums(reading, at, place), name):
            found.setdefault(one_part.number, one_part)
    return list(found.values())


def _sums(reading: Reading, at: int, place: int) -> pd.DataFrame:
    """The figures of each part (columns) by municipality and year, where all that is told is known."""
    rows = reading.con.execute(
        f"SELECT code, year, o{at} AS part, sum(v{place}) AS total, bool_or(f{place} IN {UNKNOWN}) AS unknown "
        f"FROM valued WHERE role = 0 AND f{place} < {CONDITION} GROUP BY code, year, part"
    ).df()
    unknown = rows.groupby(["code", "year"])["unknown"].transform("any")
    wide: pd.DataFrame = rows[~unknown].pivot_table(
        index=["code", "year"], columns="part", values="total", fill_value=0.0
    )
    return wide


def _found(sums: pd.DataFrame, variable: str) -> Iterator[Dependent]:
    if len(sums) < max(FEWEST_ROWS, ROWS_FOR_A_PART * sums.shape[1]):
        return
    figures = sums.to_numpy(dtype=float)
    order = [int(column) for column in np.argsort(figures.sum(axis=0), kind="stable")]
    totals: list[int] = []
    # A sum is larger than what it is of, unless each of these stands twice; so smaller ones are tried first, then all.
    for among in (order.index, lambda _: len(order)):
        for column in order:
            others = [one for one in order[: among(column)] if one not in (column, *totals)]
            weights = None if column in totals else _weights(figures[:, others], figures[:, column])
            if weights is not None:
                totals.append(column)
                parts = tuple(int(sums.columns[others[at]]) for at in np.flatnonzero(weights))
                yield Dependent(number=int(sums.columns[column]), others=parts, variable=variable, of=len(sums))


def _weights(others: NDArray[np.float64], part: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """How often each other part is in a part; None where it is no sum of at least two of them."""
    if others.shape[1] < 2 or not part.any():
        return None
    fitted: Any = np.linalg.lstsq(others, part, rcond=None)[0]
    weights = np.asarray(np.round(fitted / STEP) * STEP, dtype=float)
    exact = np.abs(others @ weights - part).max() <= EXACT * np.abs(part).max()
    if not exact or (weights < 0).any() or np.count_nonzero(weights) < 2:
        return None
    own = others[:, weights > 0]
    # Where figures are the same in several parts, as of a sum that was divided by twelve, any of them is half of two others.
    alike = np.linalg.matrix_rank(own) < own.shape[1] or any(
        np.linalg.matrix_rank(np.column_stack([part, one_other])) < 2 for one_other in others.T
    )
    return None if alike else weights
