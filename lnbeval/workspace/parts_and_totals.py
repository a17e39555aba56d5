"""Parts and totals: rows in which parts do not add up to their total, although they do in nearly all others."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from lnbeval.workspace.variables import POPULATION, municipality, problem_at, sheets, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from lnbeval.intake import Problem
    from lnbeval.reference import Reference
    from lnbeval.workspace.variables import Variable

NEARLY_ALL: Final = 0.9  # of the rows add up: then these parts are the whole, and a row that does not is a fault
FEWEST: Final = 10  # rows of which this can be said
MOST_PARTS: Final = 6  # of one total; of more no combinations are tried
EXAMPLES: Final = 10


def unequal_sums(
    values: pd.DataFrame, known: Mapping[str, Variable], reference: Reference, told_before: pd.Index
) -> Iterator[Problem]:
    """A warning of the rows in which parts that are the whole of a total differ from it.

    Women and men are the whole, and so are age groups beside them: every combination that adds up nearly everywhere is.
    `told_before` are labels of parts that are larger than their total: those stop by themselves.
    """
    wide = values.pivot(index=["code", "period"], columns="variable", values="value")
    above = values.loc[told_before, ["code", "period"]]
    for total in wide.columns:
        parts = [name for name in wide.columns if name in known and known[name].part_of == total]
        if total not in known or total == POPULATION or not 1 < len(parts) <= MOST_PARTS:
            continue
        for chosen in _wholes(wide, str(total), parts, known):
            off = _off(wide, str(total), chosen, known)
            keys = [key for key in off[off].index if key not in set(above.itertuples(index=False, name=None))]
            yield from _told(values, wide, str(total), chosen, keys, reference)


def _wholes(
    wide: pd.DataFrame, total: str, parts: Sequence[str], known: Mapping[str, Variable]
) -> Iterator[tuple[str, ...]]:
    """The combinations of parts that add up to a total in nearly all rows; none that only adds zeros to another."""
    found: list[tuple[str, ...]] = []
    for size in range(2, len(parts) + 1):
        for chosen in combinations(parts, size):
            off = _off(wide, total, chosen, known)
            if len(off) >= FEWEST and (~off).mean() >= NEARLY_ALL and not any(set(one) < set(chosen) for one in found):
                found.append(chosen)
    yield from found


def _off(wide: pd.DataFrame, total: str, parts: Sequence[str], known: Mapping[str, Variable]) -> pd.Series[bool]:
    """Whether parts differ from their total by more than rounding makes of money, in the rows that report all of them."""
    rows = wide[[total, *parts]].dropna()
    rows = rows[rows[total] > 0]
    rounded = (len(parts) + 1) / 2 if known[total].kind == "money" else 0.0
    difference = (rows[list(parts)].sum(axis="columns") - rows[total]).abs()
    return difference > (rows[total] * 1e-9).clip(lower=rounded)


def _told(
    values: pd.DataFrame,
    wide: pd.DataFrame,
    total: str,
    parts: Sequence[str],
    keys: Sequence[tuple[str, int]],
    reference: Reference,
) -> Iterator[Problem]:
    own = values[values["variable"] == total].set_index(["code", "period"], drop=False)
    sums = wide[list(parts)].sum(axis="columns").to_dict()
    for part in sheets(own.loc[own.index.isin(keys)].reset_index(drop=True)):
        examples = "; ".join(
            f"{municipality(code, reference)} {year}: {shown(value)}, its parts {shown(sums[code, year])}"
            for code, year, value in part[["code", "period", "value"]].head(EXAMPLES).itertuples(index=False, name=None)
        )
        what = f"{' + '.join(parts)} is {total} in nearly all rows, but not in {len(part)}: {examples}"
        do = "Ask the source which of the figures is right; all are used as they are"
        subject = f"{total} {' '.join(parts)}"
        yield problem_at(part, reference, "WARN", what, do, rule="parts_differ_from_total", subject=subject)
