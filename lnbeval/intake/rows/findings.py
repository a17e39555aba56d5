"""Findings: faults at rows of a table, turned into problems; many of one cause in one column are drawn together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lnbeval.intake.problems import Problem
from lnbeval.intake.table import RawTable, address, addresses, column_name
from lnbeval.intake.text import MOST_SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnbeval.intake.figures.numbers import Fault


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A fault at `rows[index]` of a table, or at its cell in a position."""

    index: int
    position: int | None
    fault: Fault
    municipality: str
    year: str


def found_problems(table: RawTable, findings: Iterable[Finding]) -> list[Problem]:
    """A problem for each finding; beyond ten of one cause in one column, one problem that lists the other addresses."""
    groups: dict[tuple[int | None, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.position, finding.fault.kind, finding.fault.alike), []).append(finding)
    problems: list[Problem] = []
    for group in groups.values():
        problems += [_problem(table, finding) for finding in group[:MOST_SHOWN]]
        if len(group) > MOST_SHOWN:
            problems.append(_rest(table, group[MOST_SHOWN:]))
    return problems


def _problem(table: RawTable, finding: Finding) -> Problem:
    return Problem(
        severity=finding.fault.severity,
        file=table.file,
        sheet=table.sheet,
        cell=address(table, finding.index, finding.position),
        municipality=finding.municipality,
        year=finding.year,
        what=finding.fault.what,
        do=finding.fault.do,
        rule=finding.fault.kind,
    )


def _rest(table: RawTable, group: list[Finding]) -> Problem:
    first = group[0]
    cause = first.fault.alike or first.fault.kind.replace("_", " ")
    column = "" if first.position is None else f" in column '{column_name(table, first.position)}'"
    return replace(
        _problem(table, first),
        cell=addresses(table, (finding.index for finding in group), first.position),
        municipality="",
        year="",
        what=f"{len(group)} more of the same kind{column} ({cause})",
        more=len(group),
    )
