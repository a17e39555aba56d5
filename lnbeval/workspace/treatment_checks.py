"""What the treatment table, other programmes and events say about the comparison: questions and warnings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lnbeval.errors import DataError
from lnbeval.intake import Problem
from lnbeval.workspace.treatment import RANK, treatment_rows
from lnbeval.workspace.treatment_dates import FLAG, starts, switched_off

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace

HITTING: Final = ("shock", "spillover")  # kinds of event that move outcomes themselves
UNEQUAL: Final = 0.2  # difference between shares of affected municipalities from which it is told
LEAST: Final = 5  # municipalities in a cohort whose share is looked at by itself
EVERYBODY: Final = "ALL"
YEAR: Final = r"\d{4}"


def table_path(workspace: Workspace, parameters: Parameters) -> Path:
    """Where the treatment table lies."""
    return workspace.root / "data" / parameters.treatment.table


def questions(table: Path, reference: Reference) -> list[Problem]:
    """What only a person can decide about the treatment table: a flag that goes back to 0."""
    rows, problems = treatment_rows(table, reference)
    try:
        back = switched_off(rows, table.name)
    except DataError:  # told where the table is used, as are the problems
        return []
    if problems or back.empty:
        return []
    named = ", ".join(f"{_name(reference, str(code))} in {year}" for code, year in back.items())
    return [
        Problem(
            severity="ASK",
            file=table.name,
            what=f"Treatment ends in {_many(len(back))}: 'treated' is 1 and later 0 again ({named})",
            do="Every estimator here takes a municipality that has once been treated as treated from then on: `absorbing` keeps "
            "the first year with 1 as its start. Where the 0 is a mistake, correct the table; where the support did end and its "
            "effect with it, end the periods before (data.last_period)",
            rule="switches_off",
            options=("absorbing",),
        )
    ]


def table_warnings(table: Path, parameters: Parameters, reference: Reference) -> list[Problem]:
    """Starts that differ between sources or from the phase's, municipalities in several phases, rows that do not count.

    Of a table that cannot be used there are none: what is wrong with it is told where it is used.
    """
    treatment = parameters.treatment
    start = {str(phase.phase): phase.first_treated for phase in treatment.phases}
    rows, problems = treatment_rows(table, reference)
    if problems:
        return []
    try:
        rows = rows.assign(name=rows["code"].map(lambda code: _name(reference, code)))
        used = rows[rows["status"].isin(treatment.status) & rows["phase"].isin(start)]
        dated = starts(used, start, table.name)
    except DataError:
        return []
    return [
        *_differing_starts(dated, table.name),
        *_own_starts(dated, start, table.name),
        *_several_phases(dated, table.name, parameters),
        *_not_counted(rows.drop(used.index), dated, table.name, parameters),
    ]


def _differing_starts(dated: pd.DataFrame, file: str) -> Iterator[Problem]:
    """Two sources, two starts: of one year a note, of different years a warning, and the earlier is used."""
    for (name, phase), rows in dated.groupby(["name", "phase"], sort=False):
        written = rows.assign(told=rows["start"].where(rows["start"] != "", rows["cohort"].map("{:g}".format)))
        distinct = written.drop_duplicates("told").sort_values("told", kind="stable")
        if len(distinct) == 1:
            continue
        years = distinct["cohort"].nunique()
        said = " and ".join(f"{one['told']} ({one['source']}, {one['status']})" for one in distinct.to_dict("records"))
        same = "both are the same year" if years == 1 else f"the earlier, {distinct['cohort'].min():g}, is used"
        yield Problem(
            severity="NOTE" if years == 1 else "WARN",
            file=file,
            municipality=str(name),
            what=f"The start of phase {phase} is {said}: {same}",
            do=""
            if years == 1
            else "Keep the start that is documented best. Until then, estimate once with each, or set design.anticipation to "
            "the years between them",
            rule="start_differs",
            subject=f"{name}, phase {phase}",
        )


def _own_starts(dated: pd.DataFrame, start: dict[str, int], file: str) -> Iterator[Problem]:
    other = dated[dated["first_treated"].notna() & (dated["first_treated"] != dated["phase"].map(start))]
    for (phase, year), rows in other.groupby(["phase", "first_treated"]):
        yield Problem(
            severity="NOTE",
            file=file,
            what=f"Treated from {year:g}, as the table says, not from {start[str(phase)]}, when phase {phase} begins: "
            f"{', '.join(dict.fromkeys(rows['name']))}",
            rule="own_start",
            subject=f"phase {phase}, {year:g}",
        )


def _several_phases(dated: pd.DataFrame, file: str, parameters: Parameters) -> Iterator[Problem]:
    phases = dated.groupby("name", sort=False)["phase"].nunique()
    again = phases.index[phases > 1]
    if again.empty:
        return
    first = dated[dated["name"].isin(again)].groupby("name")["cohort"].min().astype(int)
    by_year = "; ".join(f"from {year}: {', '.join(map(str, names.index))}" for year, names in first.groupby(first))
    group = parameters.design.control_group
    later = "until their own start" if group == "not_yet_treated" else "in no year"
    yield Problem(
        severity="WARN",
        file=file,
        what=f"In several phases, and counted once, in the cohort of the first year: {_many(len(again))} ({by_year})",
        do="Their later years hold the effects of both phases. Once treated they are never a control; municipalities of a later "
        f"phase alone are controls {later} (design.control_group {group})",
        rule="several_phases",
    )


def _not_counted(rows: pd.DataFrame, dated: pd.DataFrame, file: str, parameters: Parameters) -> Iterator[Problem]:
    """Municipalities that the table lists, but in rows that the parameters leave out: they stand for the untreated."""
    on = rows[FLAG].str.strip() == "1" if FLAG in rows.columns else rows["phase"] != ""
    left = rows[~rows["code"].isin(dated["code"]) & on]
    best = left.assign(rank=left["status"].map(RANK.index)).sort_values("rank", kind="stable")
    for phase, part in best.drop_duplicates(["code", "phase"]).groupby("phase"):
        named = [f"{row['name']}, {row['status']}" for row in part.to_dict("records")]
        yield Problem(
            severity="WARN",
            file=file,
            what=f"The table lists {_many(len(named))} in phase {phase}, compared with here as if not treated, because the parameters leave such rows out: {'; '.join(named)}",
            do="If they were treated within these years, the estimate is of the difference between the two groups. Add the phase "
            "under treatment.phases or the status under treatment.status, or say so with the finding "
            f"({parameters.treatment.others.lower()})",
            rule="listed_not_counted",
            subject=f"phase {phase}",
        )


def comparison_warnings(
    treated: pd.DataFrame, periods: Iterable[int], parameters: Parameters, reference: Reference
) -> list[Problem]:
    """Other programmes among those compared with, and events that hit treated and others unequally.

    `treated` is indexed by code and holds cohort (NaN: not treated); `periods` are those of the data.
    """
    years = sorted(periods)
    cohort = treated["cohort"].where(treated["cohort"] <= years[-1], np.inf)
    others = parameters.treatment.others.lower()
    return [*_contaminated(cohort, years, others, reference), *_confounded(cohort, years, others, reference)]


def _contaminated(cohort: pd.Series, years: list[int], others: str, reference: Reference) -> Iterator[Problem]:
    """One warning for each programme that a municipality which stands for the untreated also had."""
    table = reference.other_programmes
    for programme, rows in table[table["code"] != EVERYBODY].groupby("programme", sort=False):
        had, when = _reached(rows, years)
        controls = [code for code in had if np.isinf(cohort[code])]
        if not controls:
            continue
        named = ", ".join(_name(reference, code) for code in controls)
        yield Problem(
            severity="WARN",
            file="other_programmes.csv",
            what=f"{programme} ({when}) also reached {len(controls)} of {int(np.isinf(cohort).sum())} municipalities that are "
            f"compared with ({others}): {named}; and {len(had) - len(controls)} of {int(np.isfinite(cohort).sum())} treated",
            do="If it works on the same outcome, say so with the finding, and look at the estimate without them",
            rule="other_programme",
            subject=str(programme),
        )


def _reached(rows: pd.DataFrame, years: list[int]) -> tuple[list[str], str]:
    """The municipalities that a programme reached within these years, and when, as written."""
    here = [row for row in rows.to_dict("records") if _overlaps(str(row["start"]), str(row["end"]), years)]
    when = dict.fromkeys(f"{row['start']} to {row['end'] or 'no end given'}" for row in here)
    return list(dict.fromkeys(str(row["code"]) for row in here)), "; ".join(when)


def _confounded(cohort: pd.Series, years: list[int], others: str, reference: Reference) -> Iterator[Problem]:
    """One warning for each event, with its cross-table, whose share differs between a cohort and those it is compared with."""
    seen: set[tuple[str, str]] = set()
    for event in reference.events.to_dict("records"):
        where, when = str(event["affected"]), str(event["date_start"])
        begins = re.search(YEAR, when)
        if event["kind"] not in HITTING or where in ("", EVERYBODY) or begins is None:
            continue
        table = _cross_table(cohort, where.split(";"))
        told = (where, begins.group()) in seen
        if told or not years[0] <= int(begins.group()) <= years[-1] or _gap(table) < UNEQUAL:
            continue
        seen.add((where, begins.group()))
        counts = zip(table.index.to_list(), table["hit"].to_list(), table["all"].to_list(), strict=True)
        cells = "; ".join(
            f"{others if np.isinf(group) else f'treated from {group:g}'}: {hit} affected, {every - hit} not"
            for group, hit, every in counts
        )
        yield Problem(
            severity="WARN",
            file="events.csv",
            year=begins.group(),
            what=f"'{event['event']}' goes with treatment: {cells}",
            do="From then on the estimate holds both. Do not call it the effect of the programme unless an estimate without the "
            "affected municipalities, or adjusted for the event, stands beside it",
            rule="event_with_treatment",
            subject=str(event["event_id"]),
        )


def _cross_table(cohort: pd.Series, affected: list[str]) -> pd.DataFrame:
    hit = pd.Series(cohort.index.isin(affected), index=cohort.index)
    table = pd.DataFrame({"hit": hit.groupby(cohort).sum(), "all": hit.groupby(cohort).size()})
    return table.assign(share=table["hit"] / table["all"])


def _gap(table: pd.DataFrame) -> float:
    """How far the share affected differs at most between those compared with and the treated: all, or a cohort of some size."""
    never = table[np.isinf(table.index)]
    treated = table[np.isfinite(table.index)]
    if never.empty or treated.empty:
        return 0.0
    together = treated["hit"].sum() / treated["all"].sum()
    shares = [together, *treated.loc[treated["all"] >= LEAST, "share"]]
    return float(max(abs(share - never["share"].iloc[0]) for share in shares))


def _overlaps(start: str, end: str, years: list[int]) -> bool:
    """Whether what lasts from `start` to `end`, both as written, meets the periods; without an end it goes on."""
    begins, ends = (re.search(YEAR, text) for text in (start, end))
    return (begins is None or int(begins.group()) <= years[-1]) and (ends is None or int(ends.group()) >= years[0])


def _many(number: int) -> str:
    return "1 municipality" if number == 1 else f"{number} municipalities"


def _name(reference: Reference, code: str) -> str:
    return reference.names.label.get(code, code)
