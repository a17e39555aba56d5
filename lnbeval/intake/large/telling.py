"""Telling: problems at rows of a large file, and at groups of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lnbeval.intake.problems import Problem
from lnbeval.intake.spans import RowSpan
from lnbeval.intake.table import address, column_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.problems import Severity


def told(
    reading: Reading,
    rows: Sequence[int],
    position: int | None,
    severity: Severity,
    what: str,
    do: str,
    rule: str,
    *,
    span: RowSpan | None = None,
) -> Problem:
    """A problem at some rows of the file, or at the file where there are none."""
    at = replace(reading.head, row_numbers=(span or RowSpan(rows, last=rows[-1], count=len(rows)),)) if rows else None
    return Problem(
        severity=severity,
        file=reading.head.file,
        sheet=reading.head.sheet,
        cell=address(at, 0, position) if at else "",
        what=what,
        do=do,
        rule=rule,
        subject="" if position is None else column_name(reading.head, position),
    )


def told_of_rows(
    reading: Reading, span: RowSpan, position: int | None, severity: Severity, what: str, do: str, rule: str
) -> Problem:
    """A problem at a group of rows; `{rows}` in `what` stands for how many there are."""
    rows = "1 row" if span.count == 1 else f"{span.count:,} rows"
    return told(reading, [int(span)], position, severity, what.format(rows=rows), do, rule, span=span)
