"""Coverage: which municipalities a source, or several that make a whole, names and which it does not, in all and year by year."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.cells import NO_PERIOD
from lnbeval.intake.text import listed, quoted
from lnbeval.intake.wholes import Held, wholes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

Place = tuple[str, str]  # file and sheet
TOTAL: Final = "total row"  # how the list of names calls what is no municipality and need not be one
MOST_NAMED: Final = 100  # every one that is missing is named: somebody has to ask for it


def coverage_problems(
    rows: pd.DataFrame,
    names: pd.DataFrame,
    labels: Mapping[str, str],
    planned: Iterable[str] = (),
    reason: str = "",
    variables: Mapping[Place, frozenset[str]] = MappingProxyType({}),
) -> list[Problem]:
    """What each source lacks of the municipalities in `labels` (code to name), and what it names beyond them.

    `rows` and `names` are those of an intake; `planned` are codes that may be absent, for a `reason`. Sources with the same
    `variables` that hold other municipalities each are one whole. A municipality is there too where a row is kept of a delivery
    before.
    """
    left_out = set(planned)
    problems = [_no_code(sorted(left_out - set(labels)))] if left_out - set(labels) else []
    every = wholes(_held(rows, names, variables))
    for whole in every:
        own, mine = _of(names, whole), _of(rows, whole)
        if not set(own["code"]) - {""}:
            continue  # nothing could be read: that is told with the names
        there = _there(own, mine)
        problems += _of_whole(whole, own, there, labels, left_out, reason)
        problems += _of_years(whole, mine, there, labels)
    return problems + _needless([_there(_of(names, whole), _of(rows, whole)) for whole in every], labels, left_out)


def _there(names: pd.DataFrame, rows: pd.DataFrame) -> set[str]:
    return {*names["code"], *rows["code"]} - {""}


def _held(rows: pd.DataFrame, names: pd.DataFrame, variables: Mapping[Place, frozenset[str]]) -> dict[Place, Held]:
    """What each source holds, in the order of the names."""
    years = dict(iter(rows.groupby(["file", "sheet"])["period"]))
    return {
        (str(file), str(sheet)): Held(
            variables=variables.get((str(file), str(sheet)), frozenset()),
            codes=frozenset(codes) - {""},
            years=frozenset(years.get((file, sheet), ())) - {NO_PERIOD},
        )
        for (file, sheet), codes in names.groupby(["file", "sheet"], sort=False)["code"]
    }


def _of(table: pd.DataFrame, whole: tuple[Place, ...]) -> pd.DataFrame:
    inside = [place in whole for place in zip(table["file"], table["sheet"], strict=True)]
    return table[np.array(inside, dtype=bool)]  # an empty list would be one of columns


def _sheet(whole: tuple[Place, ...]) -> str:
    return whole[0][1] if len(whole) == 1 else ""


def _called(whole: tuple[Place, ...]) -> str:
    """What the sources are called that make a whole: its sheets, or its files where there are several."""
    files = list(dict.fromkeys(file for file, _ in whole))
    return listed(map(quoted, files if len(files) > 1 else [sheet for _, sheet in whole]), MOST_NAMED)


def _of_whole(
    whole: tuple[Place, ...],
    names: pd.DataFrame,
    there: set[str],
    labels: Mapping[str, str],
    planned: set[str],
    reason: str,
) -> Iterator[Problem]:
    absent = [code for code in labels if code not in there]
    open_names = names[(names["code"] == "") & (names["how"] != TOTAL)]
    extra = list(dict.fromkeys(open_names["written"]))
    unplanned = [code for code in absent if code not in planned]
    file, sheet = whole[0][0], _sheet(whole)
    count = f"{_opening(whole)} {len(there)} of {len(labels)} municipalities"
    if absent and not unplanned:
        what = f"{count}; not in it, as the parameters say: {_named(absent, labels)} ({reason})"
        yield Problem(severity="NOTE", file=file, sheet=sheet, what=what, rule="planned_subset", subject=sheet)
    if extra:
        missing = f"Missing: {_named(unplanned, labels)}. " if unplanned else ""
        beyond = listed((quoted(name) for name in extra), MOST_NAMED)
        others = "Another name in it means none" if len(extra) == 1 else "Other names in it mean none"
        what = f"{count}. {missing}{others} for certain: {beyond}"
        yield Problem(
            severity="NOTE",
            file=file,
            sheet=sheet,
            what=what,
            rule="missing_or_misnamed" if unplanned else "extra_name",
            subject=sheet,
        )
    elif unplanned:
        yield Problem(
            severity="STOP",
            file=file,
            sheet=sheet,
            what=f"{count}. Missing: {_named(unplanned, labels)}",
            do="Ask for them. Only if the source is meant to hold a part, write data.expected: "
            f"{{missing: [{', '.join(_to_declare(labels, planned, absent))}], reason: why}} into the parameters",
            rule="absent_municipality",
            subject=" ".join([*([sheet] if sheet else []), *unplanned]),
        )


def _opening(whole: tuple[Place, ...]) -> str:
    if len(whole) == 1:
        return "The source names"
    return f"The {len(whole)} sources {_called(whole)} hold other municipalities each, and name together"


def _of_years(
    whole: tuple[Place, ...], rows: pd.DataFrame, there: set[str], labels: Mapping[str, str]
) -> Iterator[Problem]:
    """A warning for the years in which a municipality has no row, although the source has it in other years.

    A row whose name or year could not be read, which is told by itself, may be the one that seems to be absent.
    """
    undated = rows.loc[rows["period"] == NO_PERIOD, "code"].value_counts().to_dict()
    dated = rows[rows["period"] != NO_PERIOD]
    unnamed = dated.loc[dated["code"] == "", "period"].astype(str).value_counts().to_dict()
    years = {str(period): set(own["code"]) for period, own in dated.groupby("period", sort=True)}
    times = Counter(code for present in years.values() for code in labels if code in there - present)
    told = []
    for period, present in years.items():
        absent = [code for code in labels if code in there - present and times[code] > undated.get(code, 0)]
        if len(absent) > unnamed.get(period, 0):
            told.append(f"{period} {_named(absent, labels)}")
    if told:
        yield Problem(
            severity="WARN",
            file=whole[0][0],
            sheet=_sheet(whole),
            what=f"Municipalities that the source has in other years are missing in {'; in '.join(told)}",
            do="Ask for the rows. They stay gaps: nothing is filled in",
            rule="absent_in_year",
            subject=_sheet(whole),
        )


def _needless(sources: Sequence[set[str]], labels: Mapping[str, str], planned: set[str]) -> list[Problem]:
    needless = [code for code in labels if code in planned and sources and all(code in codes for codes in sources)]
    what = f"data.expected says that {_named(needless, labels)} would be missing, but every source has it"
    do = "Take it out of data.expected"
    return [Problem(severity="WARN", file="parameters", what=what, do=do, rule="expected_needless")] if needless else []


def _no_code(unknown: list[str]) -> Problem:
    what = f"data.expected.missing names {', '.join(unknown)}, which is no code of a municipality"
    return Problem(severity="STOP", file="parameters", what=what, do="Correct the code", rule="expected_unknown")


def _to_declare(labels: Mapping[str, str], planned: set[str], absent: list[str]) -> list[str]:
    """What the parameter would hold: what it holds already, and what is absent beside."""
    return [code for code in labels if code in planned or code in absent]


def _named(codes: list[str], labels: Mapping[str, str]) -> str:
    return listed((labels[code] for code in codes), MOST_NAMED)
