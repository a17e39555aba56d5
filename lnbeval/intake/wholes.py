"""Wholes: tables that hold other municipalities each, such as one sheet a county, and name all of them only together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Key = TypeVar("Key")


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a table holds."""

    variables: frozenset[str]  # or the headers of its figures
    codes: frozenset[str]
    years: frozenset[int]


def wholes(held: Mapping[Key, Held]) -> list[tuple[Key, ...]]:
    """The tables that make a whole, every other one alone.

    They have the same variables, share a year, and name at most a few municipalities in common: a row that stands
    in the wrong one makes no two wholes of them.
    """
    found: list[list[Key]] = []
    for key, one in held.items():
        whole = next((keys for keys in found if _goes_with(one, [held[other] for other in keys])), None)
        if whole is None:
            found.append([key])
        else:
            whole.append(key)
    return [tuple(keys) for keys in found]


def _goes_with(one: Held, others: Sequence[Held]) -> bool:
    return all(
        bool(one.variables)
        and one.variables == other.variables
        and bool(one.years & other.years)
        and 2 * len(one.codes & other.codes) < min(len(one.codes), len(other.codes))
        for other in others
    )
