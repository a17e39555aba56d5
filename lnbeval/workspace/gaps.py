"""Gaps: years, municipalities and differences that are not there, and zeros that may be gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lnbeval.intake import Problem
from lnbeval.intake.rows.cells import NO_PERIOD
from lnbeval.intake.text import listed
from lnbeval.workspace.jumps import Question
from lnbeval.workspace.variables import municipality, problem_at, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lnbeval.intake import Intake
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.variables import Variable

UNLIKELY: Final = 0.05  # probability of gaps so unevenly spread between the groups by chance
CEILING: Final = 0.9  # of the municipalities at the highest allowed value leave little to change
LAST_YEARS: Final = 2
SHORTEST_BLOCK: Final = 2  # zeros in a row before which nothing else is reported
SHEET: Final = ["file", "sheet"]
ZERO_OPTIONS: Final = ("zero", "not_reported", "structural")


def missing_years(values: pd.DataFrame, known: Mapping[str, Variable], parameters: Parameters) -> Iterator[Problem]:
    """A warning for each year between the first and the last in which a yearly series has no value at all."""
    first, last = parameters.data.first_period, parameters.data.last_period
    by_gap: dict[tuple[str, str, int], list[str]] = {}
    for name, cells in values.groupby("variable", sort=True):
        if str(name) not in known or not known[str(name)].yearly:
            continue
        there = set(cells["period"])
        begin, end = first if first is not None else min(there), last if last is not None else max(there)
        file, sheet = cells[["file", "sheet"]].iloc[0]
        for year in sorted(set(range(int(begin), int(end) + 1)) - there):
            by_gap.setdefault((file, sheet, year), []).append(str(name))
    for (file, sheet, year), names in by_gap.items():
        what = f"The whole year {year} is missing in {', '.join(names)}"
        do = "Ask for the year. It stays a gap on the axis: event time is calendar time, and nothing is interpolated"
        yield Problem(
            severity="WARN", file=file, sheet=sheet, year=str(year), what=what, do=do,
            rule="missing_year", subject=f"{', '.join(names)} {year}",
        )  # fmt: skip


def uneven_gaps(rows: pd.DataFrame, treated: pd.Series[bool], file: str) -> Iterator[Problem]:
    """A warning for each set of indicators whose gaps lie more in one group than in the other, by Fisher's exact test.

    `rows` holds code, period and one column per indicator; `treated` says of each code whether it is ever treated.
    """
    from scipy.stats import fisher_exact  # noqa: PLC0415 - costs a second, and only this needs it

    alike: dict[str, list[str]] = {}
    for indicator in rows.columns.drop(["code", "period"]):
        wide = rows.pivot(index="code", columns="period", values=indicator)
        missed = wide.loc[:, wide.notna().any()].isna()
        group = treated.reindex(missed.index)
        gaps = missed.any(axis=1)
        table = [[int((gaps & side).sum()), int((~gaps & side).sum())] for side in (~group, group)]
        if fisher_exact(table).pvalue < UNLIKELY:
            alike.setdefault(_uneven(missed, group), []).append(str(indicator))
    for what, names in alike.items():
        do = (
            "Ask for the missing reports; estimate on complete municipalities as well (design.missing: complete), since "
            "who reports may depend on how things go"
        )
        named = ", ".join(names)
        yield Problem(severity="WARN", file=file, what=f"{named}: {what}", do=do, rule="uneven_gaps", subject=named)


def _uneven(missed: pd.DataFrame, group: pd.Series[bool]) -> str:
    by_year = [
        f"{year}: {int(missed.loc[~group, year].sum())} and {int(missed.loc[group, year].sum())}"
        for year in missed.columns
        if missed[year].any()
    ]
    gaps = missed.any(axis=1)
    return (
        f"{int(gaps[~group].sum())} of {int((~group).sum())} comparison municipalities miss a year, but "
        f"{int(gaps[group].sum())} of {int(group.sum())} treated ones. Missing by year, comparison and treated: "
        f"{listed(by_year)}"
    )


def zero_questions(
    values: pd.DataFrame,
    every: pd.DataFrame,
    taken: Intake,
    known: Mapping[str, Variable],
    reference: Reference,
) -> list[Question]:
    """A question for each variable whose zeros are asked about and may be gaps.

    They may where other cells are never reported, or where zeros fill all years of a municipality or all before its first
    figure, more often than zeros elsewhere make likely: a table may have been filled up with them.
    A zero before the first figure of a municipality is structural: there was nothing to count yet. `every` holds the values that
    are not reported too, and those of which only bounds are; `taken` the rows, and the cells that sums are made of.
    """
    questions = []
    for name, cells in values.groupby("variable", sort=True):
        zeros = cells[cells["value"] == 0]
        if str(name) not in known or not known[str(name)].zeros_asked or zeros.empty:
            continue
        silent = _silent(every[every["variable"] == name], taken.rows, reference)
        if not silent and not _zeros_in_blocks(cells):
            continue
        begun = cells[cells["value"] != 0].groupby("code")["period"].min()
        after = zeros[zeros["period"] > zeros["code"].map(begun)]
        problem = _zeros(str(name), zeros, after, silent, _counted(zeros, taken.parts), reference)
        questions.append(Question(problem=problem, cells=zeros.index, drops="not_reported"))
        questions.append(Question(problem=problem, cells=after.index, drops="structural"))
    return questions


def _silent(cells: pd.DataFrame, rows: pd.DataFrame, reference: Reference) -> int:
    """How many figures of the years that the series has are not reported; a year without rows never was.

    A bound is reported, and so may be what stands in a row whose municipality or year is not settled yet.
    """
    told = cells["value"].notna() | cells["low"].notna() | cells["high"].notna()
    unsettled = rows[(rows["code"] == "") | (rows["period"] == NO_PERIOD)]
    places = pd.MultiIndex.from_frame(unsettled[SHEET]).isin(pd.MultiIndex.from_frame(cells[SHEET]))
    waiting = places & unsettled["period"].isin([NO_PERIOD, *cells["period"]])
    return max(0, len(reference.municipalities) * int(cells["period"].nunique()) - int(told.sum() + waiting.sum()))


def _counted(zeros: pd.DataFrame, parts: pd.DataFrame) -> str:
    """How many cells are zero; where sums are, of how many cells they are made."""
    keys = ["code", "period", "variable"]
    of = parts[pd.MultiIndex.from_frame(parts[keys]).isin(pd.MultiIndex.from_frame(zeros[keys]))]
    number = len(zeros)
    cells = f"{number} cell{'' if number == 1 else 's'}"
    return cells if of.empty else f"{number} sum{'' if number == 1 else 's'} of {len(of)} cells"


def _zeros_in_blocks(cells: pd.DataFrame) -> bool:
    """Whether municipalities begin with more zeros in a row than chance makes of the zeros of all others."""
    wide = cells.pivot(index="code", columns="period", values="value").sort_index(axis="columns")
    leading = (wide == 0).cumprod(axis="columns").sum(axis="columns")
    blocks = leading >= SHORTEST_BLOCK
    if not blocks.any():
        return False
    later = int((wide == 0).to_numpy().sum() - leading[blocks].sum())
    others = wide.size - int(leading[blocks].sum())
    chance = (later + 1) / (others + 1)  # one more: of no zeros elsewhere it is not certain that there can be none
    return bool(len(wide) * chance ** int(leading[blocks].max()) < UNLIKELY)


def _zeros(
    name: str, zeros: pd.DataFrame, after: pd.DataFrame, silent: int, counted: str, reference: Reference
) -> Problem:
    def who(cells: pd.DataFrame) -> str:
        return listed(dict.fromkeys(municipality(code, reference) for code in cells["code"]))

    structural = zeros.drop(after.index)
    others = f"{silent} other{'' if silent == 1 else 's'}"
    gaps = f" and not reported in {others}" if silent else ", and no other cell is blank"
    what = (
        f"{name} is zero in {counted}{gaps}: a zero may mean that there is none, or that "
        f"nobody reported. Before the first figure of the municipality: {len(structural)} ({who(structural) or 'none'}); "
        f"after it: {len(after)} ({who(after) or 'none'})"
    )
    do = (
        "Ask the source; `zero` keeps all, `not_reported` sets all aside, `structural` keeps those before the first figure. "
        "Or write `zeros: zero` for it into variables.csv"
    )
    return problem_at(zeros, reference, "ASK", what, do, rule="zeros", subject=name, options=ZERO_OPTIONS)


def no_variation(outcome: pd.DataFrame) -> str:
    """Why an outcome (municipalities by periods, NaN: not observed) holds nothing to estimate, or the empty text."""
    distinct = outcome.nunique(axis=1)
    if distinct.empty or distinct.max() > 1 or outcome.notna().sum(axis=1).max() < 2:
        return ""  # Of one year nothing can be said; that there is one only is told elsewhere.
    found = np.unique(outcome.to_numpy()[outcome.notna().to_numpy()])
    same = f"it is {shown(found[0])} in every row" if len(found) == 1 else "it never changes within a municipality"
    return f"No variation: nothing to estimate ({same})."


def flat_outcomes(rows: pd.DataFrame, reference: Reference, file: str) -> Iterator[Problem]:
    """A STOP for each indicator that never changes, which the others survive; a warning for one at its highest value."""
    for indicator in rows.columns.drop(["code", "period"]):
        outcome = rows.pivot(index="code", columns="period", values=indicator)
        outcome = outcome.loc[:, outcome.notna().any()]
        reason = no_variation(outcome)
        if reason:
            what = f"Indicator '{indicator}': {reason[:-1]}; it is refused, the other indicators go on"
            do = "Check that the right column was named; otherwise leave the indicator out"
            yield Problem(
                severity="STOP", file=file, what=what, do=do,
                rule="no_variation", subject=str(indicator), refuses=str(indicator),
            )  # fmt: skip
        else:
            yield from _saturated(str(indicator), outcome, float(reference.indicators["high"].loc[indicator]), file)


def _saturated(indicator: str, outcome: pd.DataFrame, high: float, file: str) -> Iterator[Problem]:
    at_high = (outcome >= high).sum() / outcome.notna().sum()
    last = at_high.iloc[-LAST_YEARS:]
    if np.isnan(high) or len(last) < LAST_YEARS or last.min() <= CEILING:
        return
    path = ", ".join(f"{year}: {share:.0%}" for year, share in at_high.items())
    since = at_high.index[len(at_high) - _run(at_high)]
    what = f"Indicator '{indicator}' is at its highest value ({shown(high)}) nearly everywhere since {since}: {path}"
    do = f"Effects can no longer show there: restrict the window (data.last_period before {since}), and show the path"
    yield Problem(severity="WARN", file=file, what=what, do=do, rule="saturated", subject=indicator)


def _run(at_high: pd.Series[float]) -> int:
    below = np.flatnonzero(at_high.to_numpy()[::-1] <= CEILING)
    return int(below[0]) if below.size else len(at_high)


def few_periods_before(
    rows: pd.DataFrame, cohort: pd.Series[float], parameters: Parameters, file: str
) -> Iterator[Problem]:
    """A warning where cohorts have only one period before treatment: parallel trends cannot be looked at."""
    alike: dict[str, list[str]] = {}
    starts = sorted(cohort.dropna().unique())
    for indicator in rows.columns.drop(["code", "period"]):
        reported = rows.loc[rows[indicator].notna(), ["code", "period"]]
        for start in starts:
            own = reported.loc[reported["code"].map(cohort) == start, "period"]
            before = sorted(own[own < start - parameters.design.anticipation].unique())
            if len(before) == 1 and (own >= start).any():
                alike.setdefault(f"cohort {start:g} has only {before[0]} before treatment", []).append(str(indicator))
    for what, names in alike.items():
        named = ", ".join(names)
        told = f"{named}: {what}: no pre-trend check possible"
        do = "Ask for earlier years; without them the evidence counts as limited at best"
        yield Problem(severity="WARN", file=file, what=told, do=do, rule="one_period_before", subject=f"{what}")


def no_period_before(
    values: pd.DataFrame, cohort: pd.Series[float], parameters: Parameters, file: str
) -> Iterator[Problem]:
    """A STOP with the years found where none lies before treatment, or there is one only: every indicator is refused."""
    years = sorted(values["period"].unique())
    starts = cohort.dropna()
    first = starts.max() - parameters.design.anticipation
    if starts.empty or (len(years) > 1 and years[0] < first):
        return
    what = (
        f"A difference-in-differences needs at least one year before and one after; the years found are "
        f"{', '.join(map(str, years))}, and treatment begins in {', '.join(f'{start:g}' for start in sorted(set(starts)))}"
    )
    do = "Ask for earlier and later years, or correct data.first_period and data.last_period"
    every = ", ".join(parameters.estimated)
    yield Problem(severity="STOP", file=file, what=what, do=do, rule="no_period_before", refuses=every)
