"""Copied years: years of a series that hold the figures of another one in nearly all municipalities."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final

from lnbeval.workspace.jumps import Question
from lnbeval.workspace.variables import problem_at, sheets, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from lnbeval.reference import Reference
    from lnbeval.workspace.variables import Variable

NEARLY_ALL: Final = 0.95  # of the municipalities are alike in a year pasted twice and corrected here and there
STEADY: Final = 0.5  # of them alike from year to year, or of the years copies: the series stays or comes back by nature
FEWEST: Final = (
    10  # municipalities above zero, and figures that are different ones, before no chance makes a year a copy
)
OPTIONS: Final = ("keep", "drop_earlier", "drop_later")

Years = tuple[int, int]


def copied_years(values: pd.DataFrame, known: Mapping[str, Variable], reference: Reference) -> list[Question]:
    """A question for each year of a count or of money that holds the figures of an earlier one, where other years differ."""
    questions: list[Question] = []
    for name, cells in values.groupby("variable", sort=True):
        variable = known.get(str(name))
        if variable is None or variable.kind not in ("count", "money"):
            continue
        wide = cells.pivot(index="code", columns="period", values="value").sort_index(axis="columns")
        for years, (same, of) in _copies(wide).items():
            questions += _questions(cells, variable, years, same, of, reference)
    return questions


def _copies(wide: pd.DataFrame) -> dict[Years, tuple[int, int]]:
    """Earlier and later year, by how many municipalities are alike in them and of how many; each later year once."""
    both = {years: _alike(wide, *years) for years in combinations(map(int, wide.columns), 2)}
    found: dict[Years, tuple[int, int]] = {}
    for years, (same, of) in both.items():
        others = [both[pair] for pair in pairwise(map(int, wide.columns)) if pair != years]
        if of < FEWEST or same < NEARLY_ALL * of or years[1] in {later for _, later in found}:
            continue
        usual = sorted(alike / many for alike, many in others if many)
        if usual and usual[len(usual) // 2] < STEADY and wide[years[1]].nunique() >= FEWEST:
            found[years] = (same, of)
    return found if len(found) < STEADY * len(wide.columns) else {}


def _alike(wide: pd.DataFrame, one: int, other: int) -> tuple[int, int]:
    """In how many municipalities two years hold one figure, and how many report both; zeros are alike without being copied."""
    reported = wide[[one, other]].dropna()
    above = reported[(reported > 0).any(axis="columns")]
    return int((above[one] == above[other]).sum()), len(above)


def _questions(
    cells: pd.DataFrame, variable: Variable, years: Years, same: int, of: int, reference: Reference
) -> Iterator[Question]:
    earlier, later = (cells[cells["period"] == year] for year in years)
    first = next(iter(sheets(later)))  # addresses are of one sheet
    what = (
        f"{variable.code} of {years[1]} is that of {years[0]} in {same} of {of} municipalities, and other years differ "
        f"({told(first.head(3), reference)}): one of the two years seems to be pasted twice"
    )
    do = (
        f"Ask the source for both years. `keep` uses them as they are, `drop_earlier` makes {years[0]} not reported, "
        f"`drop_later` {years[1]}"
    )
    subject = f"{variable.code} {years[0]}-{years[1]}"
    problem = problem_at(first, reference, "ASK", what, do, rule="copied_year", subject=subject, options=OPTIONS)
    for part, answer in ((earlier, "drop_earlier"), (later, "drop_later")):
        yield Question(problem=problem, cells=part.index, drops=answer)
