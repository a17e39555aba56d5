"""Told totals: what is said of total rows that were compared, of several for the same reason once, with all their places."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.findings import Finding, found_problems
from lnbeval.intake.table import addresses
from lnbeval.intake.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lnbeval.intake.figures.numbers import Fault
    from lnbeval.intake.rows.totals import Compared
    from lnbeval.intake.table import RawTable

    Wrong = tuple[Compared, Fault]

TOGETHER: Final = frozenset({"total_like_an_average", "total_not_compared"})
MOST_PARTS: Final = 3  # named of one total


def total_problems(table: RawTable, compared: Sequence[Compared]) -> list[Problem]:
    """What is wrong with totals, and how many agree; without it nobody knows of the comparison."""
    wrong = [(one, one.fault) for one in compared if one.fault is not None]
    groups: dict[tuple[str, str, str], list[Wrong]] = {}
    for one, fault in wrong:
        if fault.kind in TOGETHER:
            groups.setdefault((fault.kind, one.variable, fault.alike), []).append((one, fault))
    alone = [_finding(one, fault) for one, fault in wrong if fault.kind not in TOGETHER]
    return [
        *found_problems(table, alone),
        *(_together(table, group) for group in groups.values()),
        *_that_agree(table, compared),
    ]


def _finding(one: Compared, fault: Fault) -> Finding:
    fault = replace(fault, what=f"{fault.what}{_in_part(one.part)}")
    return Finding(index=one.index, position=one.position, fault=fault, municipality=one.name, year=one.year)


def _together(table: RawTable, group: Sequence[Wrong]) -> Problem:
    (first, fault), *others = group
    places: dict[int, list[int]] = {}
    for one, _ in group:
        places.setdefault(one.position, []).append(one.index)
    what = f"{fault.what}{_in_part(first.part)}"
    if others:
        totals = "one more total" if len(others) == 1 else f"{len(others)} more totals"
        what += f"; the same of {totals}: {listed(_named(one for one, _ in others))}"
    years = sorted({one.year for one, _ in group if one.year})
    return Problem(
        severity=fault.severity,
        file=table.file,
        sheet=table.sheet,
        cell=listed(addresses(table, sorted(rows), position) for position, rows in places.items()),
        municipality=first.name if len({one.name for one, _ in group}) == 1 else "",
        year=f"{years[0]}-{years[-1]}" if len(years) > 1 else "".join(years),
        what=what,
        do=fault.do,
        rule=fault.kind,
    )


def _named(totals: Iterable[Compared]) -> list[str]:
    """Totals by name and year, each once, with the parts that it is of."""
    parts: dict[str, list[str]] = {}
    for one in totals:
        parts.setdefault(" ".join(filter(None, (one.name, one.year))), []).append(one.part)
    return [f"{name}{_in_part(listed(filter(None, own), MOST_PARTS))}" for name, own in parts.items()]


def _in_part(part: str) -> str:
    return f" ({part})" if part else ""


def _that_agree(table: RawTable, compared: Sequence[Compared]) -> list[Problem]:
    """A note on how many total rows were compared and agree in all their figures."""
    number = len({one.index for one in compared} - {one.index for one in compared if one.fault is not None})
    if not number:
        return []
    many = f"{number} total rows were compared with the sums of their rows, and agree"
    what = "1 total row was compared with the sum of its rows, and agrees" if number == 1 else many
    subject = table.sheet
    return [Problem(severity="NOTE", file=table.file, sheet=subject, what=what, rule="totals_agree", subject=subject)]
