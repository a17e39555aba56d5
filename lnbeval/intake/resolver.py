"""Resolvers: what the intake is told of a written name, by somebody who knows the places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

NameKind = Literal["", "former_name", "seat_town", "translation", "part", "elsewhere", "numbering"]


@dataclass(frozen=True)
class Resolved:
    """What a written name means: a code, or None with the names it may mean; `how` it was told.

    `kind` says what more is known of the name: the former name of the unit, its seat town (`suggested` is the code that an
    answer may accept), a translation, a part of the units in `places`, a place in another country, a number in a numbering.
    """

    code: str | None
    how: str
    candidates: tuple[str, ...] = ()
    kind: NameKind = ""
    label: str = ""  # name and code of the unit, for messages
    suggested: str | None = None
    places: tuple[str, ...] = ()
    also: tuple[str, ...] = ()  # units with a part of the same name, where nothing in the row says which is meant
    as_listed: bool = True  # written letter by letter as the reference has it
    of: int = 0  # units in all
    county_names: int = 0  # how many units share their name with a county, where this one does
    mark: str = ""  # of a footnote behind the name, which was read without it


class Resolver(Protocol):
    """The meaning of a written name, in a county where one is known, or of a number in a numbering that was declared."""

    def __call__(self, written: str, county: str | None, /, *, numbering: str = "") -> Resolved:
        """What the name means."""
        ...


TotalTest = Callable[[str], bool]
