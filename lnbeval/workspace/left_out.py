"""Estimates that stand beside the headline: without municipalities that another programme, or an event, reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from lnbeval.certainty import UNRELIABLE
from lnbeval.headline import FEWEST
from lnbeval.table import tidy
from lnbeval.workspace.analysis import tabled
from lnbeval.workspace.entangled import events, other_programmes, standing, to_leave_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lnbeval.reference import Reference
    from lnbeval.workspace.analysis import Analysis, Shown
    from lnbeval.workspace.entangled import Event, OtherProgramme
    from lnbeval.workspace.study import Study

Kind = Literal["programme", "event"]
LATEST: Final = 9999  # year
MOST_NAMED: Final = 6  # municipalities in a sentence
PROGRAMMES: Final = "without other programmes"  # scenario


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """Municipalities that an estimate leaves out."""

    kind: Kind
    scenario: str  # what the results call it
    codes: tuple[str, ...]
    label: str  # what the row of a table is called
    why: str  # what reached them, as the first half of a sentence
    hit: str = ""  # of an event: how many of whom it hit, in a title
    nobody: str = ""  # why nothing can be estimated without them, when a whole side is left out


def beside(study: Study, analysis: Analysis, indicators: Sequence[str], *, by: Shown = "overall") -> pd.DataFrame:
    """The tidy table of the indicators without what is left out, with what the pages say of each row.

    Comparison municipalities are left out of an indicator when another programme that touches it reached them: of overall
    effects alone. All municipalities that an event hit are left out when it goes with treatment: of every effect, because from
    then on the headline holds both.

    Columns beside the tidy ones: `kind`, `label`, `why`, `hit`, and `doubt`, why the row cannot stand for the headline ("": it
    can).
    """
    tables = [
        _said(tabled(study, analysis, code, by, without=one.codes, scenario=one.scenario)[0], one)
        for code in indicators
        for one in exclusions(study, code)
        if by == "overall" or one.kind == "event"
    ]
    table = pd.concat(tables, ignore_index=True) if tables else _nothing()
    return table.assign(doubt=[_doubt(row) for _, row in table.iterrows()])


def withheld(results: pd.DataFrame, treated: pd.DataFrame, reference: Reference, last: float) -> pd.DataFrame:
    """Of the rows of a results file, the overall ones without those that an event hit, with what `beside` says of them.

    `last`: the last period, after which nobody counts as treated.
    """
    found = events(standing(treated, [last]), (0, LATEST), reference)  # an event of the results lies within its years
    known = {one.scenario: one for one in map(_of_event, found)}
    rows = results[(results["aggregation"] == "overall") & results["scenario"].isin(known)]
    told = rows.assign(kind="event", hit=[known[name].hit for name in rows["scenario"]])
    return told.assign(doubt=[_doubt(row) for _, row in told.iterrows()])


def exclusions(study: Study, indicator: str) -> tuple[Exclusion, ...]:
    """What is left out of estimates of this indicator: once for all other programmes, once for each event."""
    years = sorted(int(year) for year in study.rows["period"].unique())
    cohort = standing(study.treated, years)
    found = other_programmes(cohort, years, study.parameters, study.reference)
    touching = [programme for programme in found if indicator in programme.indicators]
    hitting = to_leave_out(events(cohort, years, study.reference))
    return (*_of_programmes(study, touching, cohort), *(_of_event(event) for event in hitting))


def _said(table: pd.DataFrame, one: Exclusion) -> pd.DataFrame:
    """The table with what is said of the exclusion; where it leaves nobody on a side, that is the reason."""
    plain = (table["status"] == "not_estimable") & bool(one.nobody)
    reasons = table["reason"].mask(plain, one.nobody)
    return table.assign(reason=reasons, kind=one.kind, label=one.label, why=one.why, hit=one.hit)


def _of_programmes(study: Study, touching: Sequence[OtherProgramme], cohort: pd.Series) -> Iterator[Exclusion]:
    codes = tuple(dict.fromkeys(code for programme in touching for code in programme.controls))
    if not codes:
        return
    names = study.reference.municipalities["name"]
    named = f" ({', '.join(names[list(codes)])})" if len(codes) <= MOST_NAMED else ""
    compared = int(np.isinf(cohort).sum())
    touches = "touches" if all(programme.areas for programme in touching) else "touches, or may touch,"
    yield Exclusion(
        kind="programme",
        scenario=PROGRAMMES,
        codes=codes,
        label=f"Without {_controls(len(codes))} that other programmes reached",
        why=f"{len(codes)} of the {compared} municipalities compared with{named} also had another "
        f"programme that {touches} this outcome",
        nobody=f"all {compared} municipalities compared with had another programme; nobody is left to compare with"
        if len(codes) == compared
        else "",
    )


def _controls(number: int) -> str:
    return "the one control" if number == 1 else f"the {number} controls"


def _of_event(event: Event) -> Exclusion:
    treated = [one for one in event.shares if np.isfinite(one.group)]
    others = [one for one in event.shares if np.isinf(one.group)]
    hit, every = sum(one.hit for one in treated), sum(one.all for one in treated)
    beyond, rest = sum(one.hit for one in others), sum(one.all for one in others)
    named, whom = (
        f"'{event.name}' ({event.year})",
        f"{hit} of the {every} targeted municipalities and {beyond} of the {rest} others",
    )
    return Exclusion(
        kind="event",
        scenario=f"without event {event.event_id}",
        codes=event.affected,
        label=f"Without the {len(event.affected)} hit by '{event.name}'",
        why=f"{named} hit {whom}",
        hit=f"{named} hit all {every} targeted municipalities" if hit == every else f"{named} hit {whom}",
        nobody=f"all {every} targeted municipalities were hit by {named}; nobody is left to compare"
        if hit == every
        else f"all {rest} municipalities compared with were hit by {named}; nobody is left to compare with"
        if beyond == rest
        else "",
    )


def _doubt(row: pd.Series) -> str:
    if row["status"] != "ok":
        return str(row["reason"])
    if UNRELIABLE in row["reason"] or min(row["n_treated"], row["n_control"]) < FEWEST:
        return f"{row['n_treated']} treated and {row['n_control']} other municipalities are left, by number or weight too few for any method"
    return "its uncertainty could not be computed" if pd.isna(row["conf_low"]) else ""


def _nothing() -> pd.DataFrame:
    return tidy(pd.DataFrame()).assign(kind=[], label=[], why=[], hit=[])
