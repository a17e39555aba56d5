"""What else reached the municipalities: other programmes among those compared with, and events that go with treatment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters

HITTING: Final = ("shock", "spillover")  # kinds of event that move outcomes themselves
UNEQUAL: Final = 0.2  # difference between shares of affected municipalities from which it is told
LEAST: Final = 5  # municipalities in a cohort whose share is looked at by itself
EVERYBODY: Final = "ALL"
YEAR: Final = r"\d{4}"


@dataclass(frozen=True, kw_only=True)
class OtherProgramme:
    """A programme that reached municipalities which stand for the untreated, in the years of the data."""

    name: str
    when: str  # as written
    areas: tuple[str, ...]  # outcome areas that it works on; none where that is not known
    indicators: tuple[str, ...]  # of those estimated, what it touches: all where its areas are not known
    controls: tuple[str, ...]  # codes
    treated: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many of a group an event hit; the group is a first treated period, inf for those compared with."""

    group: float
    hit: int
    all: int


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event that hit some municipalities within the years of the data, group by group."""

    event_id: str
    name: str
    year: str
    affected: tuple[str, ...]  # codes
    shares: tuple[Share, ...]
    unequal: bool  # whether it goes with treatment


def standing(treated: pd.DataFrame, periods: Iterable[float]) -> pd.Series:
    """First treated period by code; inf for those that stand for the untreated in these periods."""
    cohort: pd.Series = treated["cohort"]
    return cohort.where(cohort <= max(periods), np.inf)


def other_programmes(
    cohort: pd.Series, years: Sequence[int], parameters: Parameters, reference: Reference
) -> tuple[OtherProgramme, ...]:
    """The programmes that reached a municipality compared with, whether or not they touch an indicator here.

    A programme whose outcome areas are blank, or none of those that indicators have, counts as touching everything.
    """
    table = reference.other_programmes.fillna("")
    local = table[table["code"] != EVERYBODY]
    found = (_programme(str(name), rows, cohort, years) for name, rows in local.groupby("programme", sort=False))
    return tuple(_touching(one, parameters, reference) for one in found if one.controls)


def events(cohort: pd.Series, years: Sequence[int], reference: Reference) -> tuple[Event, ...]:
    """The events that hit some of the municipalities in these years; those of one year and the same municipalities once."""
    return tuple(_events(cohort, years, reference))


def to_leave_out(found: Iterable[Event]) -> tuple[Event, ...]:
    """Of the events that go with treatment, those whose municipalities are not all among those of another of the same year."""
    unequal = [event for event in found if event.unequal]
    return tuple(
        event
        for event in unequal
        if not any(other.year == event.year and set(event.affected) < set(other.affected) for other in unequal)
    )


def _programme(name: str, rows: pd.DataFrame, cohort: pd.Series, years: Sequence[int]) -> OtherProgramme:
    here = [row for row in rows.to_dict("records") if _overlaps(str(row["start"]), str(row["end"]), years)]
    when = dict.fromkeys(f"{row['start'] or 'no start given'} to {row['end'] or 'no end given'}" for row in here)
    had = list(dict.fromkeys(str(row["code"]) for row in here))
    told = [re.findall(r"\w+", str(row.get("outcome_areas", ""))) for row in here]
    known = all(told)  # one municipality of which it is not known is enough not to know
    return OtherProgramme(
        name=name,
        when="; ".join(when),
        areas=tuple(sorted({area for areas in told for area in areas})) if known else (),
        indicators=(),
        controls=tuple(code for code in had if np.isinf(cohort[code])),
        treated=tuple(code for code in had if np.isfinite(cohort[code])),
    )


def _touching(programme: OtherProgramme, parameters: Parameters, reference: Reference) -> OtherProgramme:
    area = reference.indicators["outcome_area"].astype(str)
    known = {*area, EVERYBODY}
    areas = programme.areas if set(programme.areas) <= known else ()
    everything = not areas or EVERYBODY in areas
    touched = tuple(code for code in parameters.estimated if everything or area[code] in ("", *areas))
    return OtherProgramme(
        name=programme.name, when=programme.when, areas=areas, indicators=touched,
        controls=programme.controls, treated=programme.treated,
    )  # fmt: skip


def _events(cohort: pd.Series, years: Sequence[int], reference: Reference) -> Iterator[Event]:
    seen: set[tuple[str, str]] = set()
    for row in reference.events.to_dict("records"):
        where, begins = str(row["affected"]), re.search(YEAR, str(row["date_start"]))
        if row["kind"] not in HITTING or where in ("", EVERYBODY) or begins is None:
            continue
        year = begins.group()
        if (where, year) in seen or not min(years) <= int(year) <= max(years):
            continue
        seen.add((where, year))
        shares = _shares(cohort, where.split(";"))
        yield Event(
            event_id=str(row["event_id"]), name=str(row["event"]), year=year, affected=tuple(where.split(";")),
            shares=shares, unequal=_gap(shares) >= UNEQUAL,
        )  # fmt: skip


def _shares(cohort: pd.Series, affected: Sequence[str]) -> tuple[Share, ...]:
    hit = pd.Series(cohort.index.isin(affected), index=cohort.index)
    table = pd.DataFrame({"hit": hit.groupby(cohort).sum(), "all": hit.groupby(cohort).size()})
    counts = zip(table.index.to_list(), table["hit"].to_list(), table["all"].to_list(), strict=True)
    return tuple(Share(group=float(group), hit=int(some), all=int(every)) for group, some, every in counts)


def _gap(shares: Iterable[Share]) -> float:
    """How far the share affected differs at most between those compared with and the treated: all, or a cohort of some size."""
    never = [one.hit / one.all for one in shares if np.isinf(one.group)]
    treated = [one for one in shares if np.isfinite(one.group)]
    if not never or not treated:
        return 0.0
    together = sum(one.hit for one in treated) / sum(one.all for one in treated)
    return max(abs(share - never[0]) for share in (together, *(o.hit / o.all for o in treated if o.all >= LEAST)))


def _overlaps(start: str, end: str, years: Sequence[int]) -> bool:
    """Whether what lasts from `start` to `end`, both as written, meets the periods; without an end it goes on."""
    begins, ends = (re.search(YEAR, text) for text in (start, end))
    return (begins is None or int(begins.group()) <= max(years)) and (ends is None or int(ends.group()) >= min(years))
