"""The one change of type that parameters undergo: a year in quotes is a year, and it is told."""

from __future__ import annotations

import re
from typing import Any, Final

YEAR: Final = re.compile(r"(19|20)\d\d")
YEARS: Final = ("first_period", "last_period", "first_treated", "base", "period")  # parameters that are years
IN_SOURCE: Final = ("year",)  # of a source, where `period` is the header of a column
GROUPS: Final = ("data", "treatment", "placebos")  # where they stand


def years_as_numbers(raw: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The parameters with years in quotes as numbers, and a sentence on each of them.

    Nothing else is changed: what any other text may mean is for its author to say.
    """
    notes: list[str] = []
    changed = {name: _changed(value, name, notes) if name in GROUPS else value for name, value in raw.items()}
    return changed, notes


def _changed(value: Any, place: str, notes: list[str]) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [_changed(one, f"{place}[{number}]", notes) for number, one in enumerate(value, start=1)]
    if not isinstance(value, dict):
        return value
    years = IN_SOURCE if place.startswith("data.sources[") else YEARS
    return {key: _number(one, key in years, f"{place}.{key}", notes) for key, one in value.items()}


def _number(value: Any, is_year: bool, place: str, notes: list[str]) -> Any:  # noqa: ANN401
    if is_year and isinstance(value, str) and YEAR.fullmatch(value.strip()):
        notes.append(
            f"{place}: '{value}' stands in quotes, which makes it text; it is read as the year {value.strip()}"
        )
        return int(value)
    return _changed(value, place, notes)
