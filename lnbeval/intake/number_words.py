"""Words that stand in number cells: for "not reported", before a number, behind it, and in the headers of plans."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from lnbeval.intake.text import tidy_text

if TYPE_CHECKING:
    from collections.abc import Mapping

Scale = float | Literal["in", "per", "each", "number", "constant", "current"]
Meaning = Literal["not_reported", "suppressed", "not_applicable", "stop"]
Sign = Literal["below", "at_most", "above", "at_least", "approximate", "range"]
APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´", "'"))


@dataclass(frozen=True, kw_only=True, eq=False)
class NumberWords:
    """The words of one country, by `word_key`; none are known unless given."""

    missing: Mapping[str, Meaning] = field(default_factory=lambda: MappingProxyType({}))
    signs: Mapping[str, Sign] = field(default_factory=lambda: MappingProxyType({}))  # words before or between numbers
    units: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # words behind a number, to the unit
    scales: Mapping[str, Scale] = field(default_factory=lambda: MappingProxyType({}))  # what a word does to a unit
    planned: frozenset[str] = frozenset()
    plans: frozenset[str] = frozenset()  # of these, nouns that may also name a thing that is counted
    actual: frozenset[str] = frozenset()
    beside_plans: frozenset[str] = (
        frozenset()
    )  # that go with these nouns, such as revised, and budgets beside what was spent


NO_WORDS = NumberWords()


def word_key(text: str) -> str:
    """A word as compared: without case, marks on letters, forms of the apostrophe, and doubled spaces."""
    folded = unicodedata.normalize("NFD", tidy_text(text).translate(APOSTROPHES).casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))
