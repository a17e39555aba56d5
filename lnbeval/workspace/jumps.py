"""Jumps: values that move further within a municipality than they can, and changes of unit that move all of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from lnbeval.intake import Problem
from lnbeval.workspace.variables import municipality, problem_at, sheets, shown, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pandas as pd

    from lnbeval.reference import Reference
    from lnbeval.workspace.variables import Variable

JUMP: Final = 5.0  # a service that opens or a census can double or treble a count in a year, hardly make five of one
SMALLEST: Final = 20.0  # of a count: below it a few persons more are a large factor
COUNTED: Final = ("count", "money")
COMMON: Final = 0.5  # of the municipalities: a jump that so many share is one question, about the year
UNSTEADY: Final = 0.25  # of the municipalities: where so many jump at any time, one question is about the whole series
FEWEST: Final = 5  # municipalities of which something can be said to be common
UNIT_STEPS: Final = (1, 2, 3)  # powers of ten: old lek, about the rate of the euro, thousands
STEP_WIDTH: Final = 0.15  # in powers of ten: a factor of 1.4 to both sides, for growth and rates of exchange
SAME_STEP: Final = 2.0  # municipalities within this factor of the middle one made the same step
MOST: Final = 0.8  # of the municipalities must have made it
OPTIONS: Final = ("keep", "drop", "flag")

Pair = tuple[str, int, int]  # variable, year before, year after
Row = tuple[int, int, float]  # of one municipality: label, year, value


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """A question about values, and the cells that its answer `drops` on makes not reported."""

    problem: Problem
    cells: pd.Index
    drops: str


@dataclass(frozen=True)
class Jump:
    """One cell that does not fit the years around it; `before` is NaN for the first year, which later ones leave alone."""

    label: int
    code: str
    years: tuple[int, ...]  # one: a value that stands alone; two: a level left for another
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a figure must be to be told from chance, and what the smallest ones count as."""

    smallest: float
    least: float


def unit_steps(values: pd.DataFrame, known: Mapping[str, Variable]) -> dict[Pair, float]:
    """Factors by which nearly all municipalities move together between two years, where they are like a change of unit."""
    steps: dict[Pair, float] = {}
    for name, cells in values.groupby("variable"):
        if str(name) not in known or known[str(name)].kind != "money":
            continue
        wide = cells.pivot(index="code", columns="period", values="value")
        wide = wide.where(wide > 0)
        for before, after in pairwise(wide.columns):
            ratio = (wide[after] / wide[before]).dropna()
            middle = ratio.median() if len(ratio) >= FEWEST else 1.0
            together = ratio.between(middle / SAME_STEP, middle * SAME_STEP).mean()
            power = abs(math.log10(middle))
            if together >= MOST and any(abs(power - step) <= STEP_WIDTH for step in UNIT_STEPS):
                steps[str(name), int(before), int(after)] = float(middle)
    return steps


def unit_problems(
    values: pd.DataFrame, known: Mapping[str, Variable], reference: Reference, steps: Mapping[Pair, float]
) -> Iterator[Problem]:
    """A stop for each change of unit."""
    for (name, before, after), factor in steps.items():
        year = values[(values["variable"] == name) & (values["period"] == after)]
        about = f"{float(f'{max(factor, 1 / factor):.2g}'):,.10g}"  # growth and rates of exchange blur the rest
        done = "multiplied" if factor > 1 else "divided"
        what = (
            f"{name} is in nearly all municipalities that of {before} {done} by about {about}: lek, thousand lek, old lek and "
            f"euro seem to be mixed; {known[name].registry} says {known[name].unit}"
        )
        do = "Ask the source for the unit of both years. Nothing is converted without a stated rate"
        for part in sheets(year):
            yield problem_at(part, reference, "STOP", what, do, rule="money_unit", subject=f"{name} {before}-{after}")


def jump_questions(
    values: pd.DataFrame,
    known: Mapping[str, Variable],
    reference: Reference,
    answered: Mapping[str, str],
    steps: Iterable[Pair],
) -> list[Question]:
    """A question for each jump of a series; one for all where most municipalities jump in the same year.

    A count or an amount must be large enough to jump (SMALLEST), any other figure at least as large as its series is half of the
    time: a rate of a small municipality moves by a few persons.
    """
    questions: list[Question] = []
    dropped = {name.rsplit("/", 1)[-1] for name, answer in answered.items() if answer == "drop"}
    step_years = {(name, after) for name, _, after in steps}
    for name, cells in values.groupby("variable", sort=True):
        variable = known.get(str(name))
        if variable is None or variable.change:
            continue
        quiet = {*variable.breaks, *(after for step, after in step_years if step == name)}
        questions += _of_variable(cells, variable, reference, dropped, quiet)
    return questions


def _of_variable(
    cells: pd.DataFrame, variable: Variable, reference: Reference, dropped: set[str], quiet: set[int]
) -> list[Question]:
    size = _size(cells["value"], variable)
    jumps = [
        jump
        for code, series in cells.groupby("code")
        for jump in _jumps(str(code), variable, series, dropped, partial(_far, quiet, size))
    ]
    together: dict[tuple[int, ...], list[Jump]] = {}
    for jump in jumps:
        together.setdefault(jump.years, []).append(jump)
    questions: list[Question] = []
    single: list[Jump] = []
    for years, group in together.items():
        many = cells.loc[cells["period"] == years[-1], "code"].nunique()
        if len(group) >= max(FEWEST, COMMON * many):
            questions.append(_common_question(cells, variable, group, many, reference))
        else:
            single += group
    units = cells["code"].nunique()
    if len({jump.code for jump in single}) > max(FEWEST, UNSTEADY * units):
        return [*questions, _unsteady_question(cells, variable, single, units, reference)]
    return [*questions, *(_question(cells, variable, jump, reference) for jump in single)]


def _size(values: pd.Series[float], variable: Variable) -> Size:
    if variable.kind in COUNTED:
        return Size(smallest=SMALLEST, least=1.0)
    sizes = values.abs()
    return Size(smallest=float(sizes[sizes > 0].median()), least=0.0)


def _jumps(
    code: str, variable: Variable, series: pd.DataFrame, dropped: set[str], far: Callable[[Row, Row], bool]
) -> Iterator[Jump]:
    """Cells that do not fit: a level left and found again is one cell, a level left for good the first of the new one."""
    ordered = series.sort_values("period")
    rows = list(zip(ordered.index, ordered["period"], ordered["value"], strict=True))
    if len(rows) > 2 and far(rows[0], rows[1]) and not far(rows[1], rows[2]):
        label, year, value = rows.pop(0)
        yield Jump(label, code, (year,), math.nan, value)
    last = rows[0]
    for at, row in enumerate(rows[1:], start=1):
        if not far(last, row):
            last = row
        elif at + 1 < len(rows) and not far(last, rows[at + 1]):
            yield Jump(row[0], code, (row[1],), last[2], row[2])
        else:
            jump = Jump(row[0], code, (last[1], row[1]), last[2], row[2])
            yield jump
            last = last if _subject(jump, variable) in dropped else row  # The next year is held against what stays.


def _far(quiet: set[int], size: Size, one: Row, other: Row) -> bool:
    (_, year, value), (_, later, after) = one, other
    if any(year < at <= later for at in quiet):
        return False
    low, high = sorted((abs(value), abs(after)))
    if not value:
        return False  # A service that opens has no factor; zeros have a question of their own.
    if not max(low, size.least) or (value * after < 0 and not size.least):
        return False  # No rate, share or measure is a multiple of nothing, or of a figure below nothing.
    return high >= size.smallest and high > JUMP * max(low, size.least)


def _question(cells: pd.DataFrame, variable: Variable, jump: Jump, reference: Reference) -> Question:
    cell = cells.loc[[jump.label]]
    before = "in no year around it" if math.isnan(jump.before) else f"not near the {shown(jump.before)} before"
    back = "" if len(jump.years) > 1 else ", and the years around it agree with one another"
    what = f"{variable.code} is {shown(jump.after)}, {before}{back}: a jump by more than a factor of {JUMP:g}"
    do = "Ask the source; then keep it, drop it (it becomes not reported) or keep it flagged"
    subject = _subject(jump, variable)
    problem = problem_at(cell, reference, "ASK", what, do, rule="jump", subject=subject, options=OPTIONS)
    return Question(problem=problem, cells=cell.index, drops="drop")


def _subject(jump: Jump, variable: Variable) -> str:
    return f"{jump.code} {variable.code} {'-'.join(map(str, jump.years))}"


def _common_question(
    cells: pd.DataFrame, variable: Variable, group: list[Jump], many: int, reference: Reference
) -> Question:
    part = cells.loc[[jump.label for jump in group]]
    examples = ", ".join(
        f"{municipality(jump.code, reference)} {shown(jump.before)} to {shown(jump.after)}" for jump in group[:3]
    )
    years = "-".join(map(str, group[0].years))
    what = (
        f"{variable.code} jumps by more than a factor of {JUMP:g} in {len(group)} of {many} municipalities in the same "
        f"year ({examples}): the series may break"
    )
    do = (
        f"Ask the source what changed. If the definition did, add the year to `breaks` in {variable.registry}; "
        "otherwise keep, drop (these cells become not reported) or keep them flagged"
    )
    problem = problem_at(
        part, reference, "ASK", what, do, rule="jump", subject=f"{variable.code} {years}", options=OPTIONS
    )
    return Question(problem=problem, cells=part.index, drops="drop")


def _unsteady_question(
    cells: pd.DataFrame, variable: Variable, jumps: list[Jump], units: int, reference: Reference
) -> Question:
    """One question where jumps are how the series is: fifty of them would be answered without being read."""
    part = cells.loc[[jump.label for jump in jumps]]
    places = len({jump.code for jump in jumps})
    what = (
        f"{variable.code} jumps by more than a factor of {JUMP:g} in {places} of {units} municipalities, {len(jumps)} times "
        f"in all and in different years: {told(part, reference)}"
    )
    do = (
        "Ask the source whether it counts the same thing everywhere and every year. Then keep the values, keep them flagged, or "
        "drop those that jump (they become not reported)"
    )
    first = next(iter(sheets(part)))  # addresses are of one sheet
    problem = problem_at(
        first, reference, "ASK", what, do, rule="unsteady_series", subject=variable.code, options=OPTIONS
    )
    return Question(problem=problem, cells=part.index, drops="drop")


def flagged(questions: Iterable[Question], answered: Mapping[str, str]) -> Iterator[Problem]:
    """A warning that stays for each question answered with `flag`."""
    for question in questions:
        asked = question.problem
        if answered.get(asked.name) == "flag":
            yield Problem(
                severity="WARN", file=asked.file, sheet=asked.sheet, cell=asked.cell, municipality=asked.municipality,
                year=asked.year, what=f"Flagged by a decision: {asked.what}", rule="flagged_jump", subject=asked.subject,
            )  # fmt: skip
