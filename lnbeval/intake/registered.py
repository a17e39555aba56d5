"""Registered: what is known of variables and places before a file is opened, by which its figures can be held together."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ADDED_UP: Final = frozenset({"count", "money"})  # kinds of variables whose municipalities add up to their county
OF_A_HUNDRED: Final = frozenset({"share", "rate"})  # kinds that never add up


def _no_county(_level: str, _name: str) -> str:
    return ""


def _no_mean(_name: str) -> bool:
    return False


@dataclass(frozen=True, kw_only=True, eq=False)
class Registered:
    """The registry of variables, and the counties; nothing is known unless given.

    Attributes:
        kinds: variable to count, money, share, rate or measure.
        units: variable to its unit in words, such as `thousand lek`.
        registries: variable to the table that defines it, for messages.
        from_zero: variables that are never below zero.
        parts_of: variable to the one that it is a part of, where it is.
        counties: code of a municipality to its county.
        municipalities: code of a municipality to its name.
        county_named: the county that a total row is about, by the word for its level, if it has one, and its name; else blank.
        is_mean: whether the name of a total row says that it is a mean.
    """

    kinds: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    units: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    registries: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    from_zero: frozenset[str] = frozenset()
    parts_of: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    counties: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    municipalities: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    county_named: Callable[[str, str], str] = _no_county
    is_mean: Callable[[str], bool] = _no_mean


NOTHING_REGISTERED = Registered()
