"""Dates with a day, in whatever form they are written."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

WRITTEN: Final = (
    re.compile(r"(?P<day>[0-9]{1,2})\s*[./-]\s*(?P<month>[0-9]{1,2})\s*[./-]\s*(?P<year>[0-9]{4})"),
    re.compile(r"(?P<year>[0-9]{4})\s*[./-]\s*(?P<month>[0-9]{1,2})\s*[./-]\s*(?P<day>[0-9]{1,2})(?:[T ][0-9:.]+)?"),
)
FIRST_BIRTH: Final = 1900


def date_with_day(cell: object) -> date | None:
    """The day that a cell names, as a date or as a text; None where it names none."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = next((match for form in WRITTEN if isinstance(cell, str) and (match := form.fullmatch(cell.strip()))), None)
    if found is None:
        return None
    year, first, second = int(found["year"]), int(found["month"]), int(found["day"])
    for month, day in ((first, second), (second, first)):  # in some countries the month comes first
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return None
