"""Indicators that parameters set beside one another: comparison groups under triple differences, and families."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lnbeval.hints import did_you_mean
from lnbeval.workspace.choices import twice
from lnbeval.workspace.raw_parts import group, items

if TYPE_CHECKING:
    from collections.abc import Iterator


def within_conflicts(raw: dict[str, Any]) -> Iterator[str]:
    """Under triple differences every indicator is estimated, a comparison group, or both."""
    listed = [str(code) for code in items(raw, "indicators")]
    pairs = {str(code): str(other) for code, other in group(group(raw, "design"), "within").items()}
    for code, other in pairs.items():
        for name in (code, other):
            if name not in listed:
                yield f"design.within: '{name}' is not under indicators.{did_you_mean(name, listed)}"
        if code == other:
            yield f"design.within: '{code}' stands beside itself; an indicator cannot be its own comparison group."
    for code in dict.fromkeys(listed):
        if _triple(raw) and pairs and code not in {*pairs, *pairs.values()}:
            yield (
                f"indicators: '{code}' is not in design.within, neither as an indicator to estimate nor as a comparison group: "
                "name its comparison group there, or leave it out."
            )


def family_conflicts(raw: dict[str, Any]) -> Iterator[str]:
    """Families with one name, one indicator, or an indicator that is in another, or that is not estimated."""
    families = [row for row in items(raw, "families") if isinstance(row, dict)]
    for name in twice([str(family.get("name")) for family in families]):
        yield f"families: '{name}' is the name of several; give each its own."
    taken: dict[str, str] = {}
    for family in families:
        name, members = str(family.get("name")), list(map(str, items(family, "indicators")))
        if len(set(members)) == 1:
            yield f"families: '{name}' has one indicator; a family needs two."
        for code in twice(members):
            yield f"families: '{code}' stands twice in {name}."
        for code in dict.fromkeys(members):
            yield from _member(raw, code, name, taken.get(code))
            taken.setdefault(code, name)


def _member(raw: dict[str, Any], code: str, family: str, other: str | None) -> Iterator[str]:
    listed = [str(one) for one in items(raw, "indicators")]
    if code not in listed:
        yield f"families: '{code}' of {family} is not under indicators.{did_you_mean(code, listed)}"
    elif other is not None and other != family:
        yield f"families: '{code}' is in {other} and in {family}; an indicator has one family."
    elif other is not None:
        yield f"families: '{code}' is in two families called {family}; an indicator has one family."
    elif _triple(raw) and code not in group(group(raw, "design"), "within"):
        yield f"families: '{code}' of {family} is not estimated: it has no comparison group under design.within."


def _triple(raw: dict[str, Any]) -> bool:
    return bool(group(raw, "design").get("estimator") == "triple_difference")
