"""Coverage: which municipalities a source names and which it does not, in all and year by year."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.cells import NO_PERIOD
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

TOTAL: Final = "total row"  # how the list of names calls what is no municipality and need not be one
MOST_NAMED: Final = 100  # every one that is missing is named: somebody has to ask for it


def coverage_problems(
    rows: pd.DataFrame,
    names: pd.DataFrame,
    labels: Mapping[str, str],
    planned: Iterable[str] = (),
    reason: str = "",
) -> list[Problem]:
    """What each source lacks of the municipalities in `labels` (code to name), and what it names beyond them.

    `rows` and `names` are those of an intake; `planned` are codes that may be absent, for a `reason`.
    """
    left_out = set(planned)
    problems = [_no_code(sorted(left_out - set(labels)))] if left_out - set(labels) else []
    for (file, sheet), own in names.groupby(["file", "sheet"], sort=False):
        there = set(own["code"]) - {""}
        if not there:
            continue  # nothing could be read: that is told with the names
        mine = rows[(rows["file"] == file) & (rows["sheet"] == sheet)]
        problems += _of_source(str(file), str(sheet), own, there, labels, left_out, reason)
        problems += _of_years(str(file), str(sheet), mine, there, labels)
    return problems + _needless(names, labels, left_out)


def _of_source(
    file: str,
    sheet: str,
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
    count = f"The source names {len(there)} of {len(labels)} municipalities"
    if absent and not unplanned:
        what = f"{count}; not in it, as the parameters say: {_named(absent, labels)} ({reason})"
        yield Problem(severity="NOTE", file=file, sheet=sheet, what=what, rule="planned_subset", subject=sheet)
    if extra:
        missing = f"Missing: {_named(unplanned, labels)}. " if unplanned else ""
        beyond = listed((quoted(name) for name in extra), MOST_NAMED)
        others = "Another name in it means none" if len(extra) == 1 else "Other names in it mean none"
        what = f"{count}. {missing}{others} for certain: {beyond}"
        yield Problem(severity="NOTE", file=file, sheet=sheet, what=what, rule="extra_name", subject=sheet)
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


def _of_years(
    file: str, sheet: str, rows: pd.DataFrame, there: set[str], labels: Mapping[str, str]
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
            file=file,
            sheet=sheet,
            what=f"Municipalities that the source has in other years are missing in {'; in '.join(told)}",
            do="Ask for the rows. They stay gaps: nothing is filled in",
            rule="absent_in_year",
            subject=sheet,
        )


def _needless(names: pd.DataFrame, labels: Mapping[str, str], planned: set[str]) -> list[Problem]:
    sources = [set(own["code"]) for _, own in names.groupby(["file", "sheet"])]
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
