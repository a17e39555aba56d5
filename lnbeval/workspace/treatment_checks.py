"""What the treatment table, other programmes and events say about the comparison: questions and warnings."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import numpy as np

from lnbeval.errors import DataError
from lnbeval.intake import Problem
from lnbeval.intake.text import quoted
from lnbeval.workspace.entangled import events, other_programmes, standing
from lnbeval.workspace.treatment import RANK, treatment_rows
from lnbeval.workspace.treatment_dates import FLAG, PERIODS, START, starts, switched_off

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from lnbeval.reference import Reference
    from lnbeval.workspace.entangled import Event, OtherProgramme
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace


READ_ALWAYS: Final = ("code", "name", "county", "phase", "status", "source", START, FLAG)
READ: Final = {*READ_ALWAYS, *PERIODS, "date", "evidence"}  # the last two are shown, never used


def table_path(workspace: Workspace, parameters: Parameters) -> Path:
    """Where the treatment table lies."""
    return workspace.root / "data" / parameters.treatment.table


def questions(table: Path, reference: Reference) -> list[Problem]:
    """What only a person can settle about the treatment table: columns that are not read, a flag that goes back to 0."""
    rows, problems = treatment_rows(table, reference)
    unread = _unread_columns([str(column) for column in rows.columns], table.name)
    try:
        back = switched_off(rows, table.name)
    except DataError:  # told where the table is used, as are the problems
        return unread
    if problems or back.empty:
        return unread
    named = ", ".join(f"{_name(reference, str(code))} in {year}" for code, year in back.items())
    return [
        *unread,
        Problem(
            severity="ASK",
            file=table.name,
            what=f"Treatment ends in {_many(len(back))}: 'treated' is 1 and later 0 again ({named})",
            do="Every estimator here takes a municipality that has once been treated as treated from then on: `absorbing` keeps "
            "the first year with 1 as its start. Where the 0 is a mistake, correct the table; where the support did end and its "
            "effect with it, end the periods before (data.last_period)",
            rule="switches_off",
            options=("absorbing",),
        ),
    ]


def _unread_columns(columns: Sequence[str], file: str) -> list[Problem]:
    """A note on columns that nothing reads; a stop for one that is called nearly as one that would be read."""
    told = []
    for column in columns:
        near = get_close_matches(column.casefold().strip(), READ_ALWAYS, n=1, cutoff=0.75)
        if column not in READ and near and near[0] not in columns:
            what = f"The column '{column}' is not read; one called '{near[0]}' would be"
            do = f"Call it {near[0]} if that is what it holds; otherwise give it a name that is unlike"
            told.append(
                Problem(severity="STOP", file=file, cell="row 1", what=what, do=do, rule="treatment_column_alike")
            )
    rest = [
        column for column in columns if column not in READ and not any(f"'{column}' is" in one.what for one in told)
    ]
    if rest:
        what = f"Columns that are not read: {', '.join(quoted(column) for column in rest)}"
        told.append(Problem(severity="NOTE", file=file, what=what, do="", rule="treatment_columns_unread"))
    return told


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
        *_not_counted(rows.drop(used.index), dated, table.name),
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
            rule="start_written_twice" if years == 1 else "start_differs",
            subject=f"{name}, phase {phase}",
        )


def _own_starts(dated: pd.DataFrame, start: dict[str, int], file: str) -> Iterator[Problem]:
    # Of several starts the earliest is used: of the others it would be wrong to say that treatment begins there.
    used = dated[dated["cohort"] == dated.groupby("code")["cohort"].transform("min")]
    other = used[used["first_treated"].notna() & (used["first_treated"] != used["phase"].map(start))]
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


def best_documented(rows: pd.DataFrame) -> pd.DataFrame:
    """Of the rows of a treatment table the best documented of each municipality and phase."""
    ranked = rows.assign(rank=rows["status"].map(RANK.index)).sort_values("rank", kind="stable")
    return ranked.drop_duplicates(["code", "phase"])


def _not_counted(rows: pd.DataFrame, dated: pd.DataFrame, file: str) -> Iterator[Problem]:
    """Municipalities that the table lists, but in rows that the parameters leave out: they stand for the untreated."""
    on = rows[FLAG].str.strip() == "1" if FLAG in rows.columns else rows["phase"] != ""
    for phase, part in best_documented(rows[~rows["code"].isin(dated["code"]) & on]).groupby("phase"):
        named = [f"{row['name']}, {row['status']}" for row in part.to_dict("records")]
        them = "it was" if len(named) == 1 else "they were"
        yield Problem(
            severity="WARN",
            file=file,
            what=f"The table lists {_many(len(named))} in phase {phase}, compared with here as if not treated, because the parameters leave such rows out: {'; '.join(named)}",
            do=f"If {them} treated within these years, the estimate is of the difference between the two groups. Add the phase "
            "under treatment.phases or the status under treatment.status, or say so with the finding",
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
    cohort = standing(treated, years)
    others = parameters.treatment.others.lower()
    found = other_programmes(cohort, years, parameters, reference)
    return [
        *(_contaminated(one, cohort, parameters, reference) for one in found if one.indicators),
        *(_confounded(event, others) for event in events(cohort, years, reference) if event.unequal),
    ]


def _contaminated(
    programme: OtherProgramme, cohort: pd.Series, parameters: Parameters, reference: Reference
) -> Problem:
    """A programme that municipalities which stand for the untreated also had, and the indicators that it touches."""
    named = ", ".join(_name(reference, code) for code in programme.controls)
    touched = ", ".join(programme.indicators)
    if programme.indicators == parameters.estimated:
        touched = f"every indicator ({touched})"
    unknown = "" if programme.areas else "; on which outcome areas it works is not known, so it counts for all"
    return Problem(
        severity="WARN",
        file="other_programmes.csv",
        what=f"'{programme.name}' ({programme.when}) also reached {len(programme.controls)} of {int(np.isinf(cohort).sum())} "
        f"municipalities that are compared with: {named}; and {len(programme.treated)} of "
        f"{int(np.isfinite(cohort).sum())} treated. It touches {touched}{unknown}",
        do="Where it worked, the estimate is too small by what it did for those compared with, and too large by what it did for "
        "the treated. The page of results shows the estimate without the former beside it, and the finding says so",
        rule="other_programme",
        subject=programme.name,
    )


def _confounded(event: Event, others: str) -> Problem:
    """An event, with its cross-table, whose share differs between a cohort and those it is compared with."""
    cells = "; ".join(
        f"{others if np.isinf(one.group) else f'treated from {one.group:g}'}: {one.hit} affected, {one.all - one.hit} not"
        for one in event.shares
    )
    return Problem(
        severity="WARN",
        file="events.csv",
        year=event.year,
        what=f"'{event.name}' goes with treatment: {cells}",
        do="From then on the estimate holds both. Do not call it the effect of the programme unless an estimate without the "
        "affected municipalities stands beside it: the page of results shows one, or says that none can be made",
        rule="event_with_treatment",
        subject=event.event_id,
    )


def _many(number: int) -> str:
    return "1 municipality" if number == 1 else f"{number} municipalities"


def _name(reference: Reference, code: str) -> str:
    return reference.names.label.get(code, code)
