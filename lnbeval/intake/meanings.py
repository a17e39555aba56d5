"""Meanings: what the words in a file stand for, as the tables and the decisions of an evaluation say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lnbeval.intake.header_words import NO_HEADER_WORDS, HeaderWords
from lnbeval.intake.letters import NO_LETTERS, Letters
from lnbeval.intake.number_words import NO_WORDS, NumberWords
from lnbeval.intake.registered import NOTHING_REGISTERED, Registered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lnbeval.intake.person_words import PersonWords
    from lnbeval.intake.resolver import Resolver, TotalTest


@dataclass(frozen=True, kw_only=True)
class Meanings:
    """Of names, of words in number cells and in headers, and the answers to questions by their names."""

    resolve: Resolver
    is_total: TotalTest
    persons: PersonWords
    letters: Letters = NO_LETTERS
    answered: Mapping[str, str] = field(default_factory=dict)
    words: NumberWords = NO_WORDS
    headers: HeaderWords = NO_HEADER_WORDS
    registered: Registered = NOTHING_REGISTERED
    kept: frozenset[tuple[str, int, str]] = (
        frozenset()
    )  # municipality, year and variable whose values are of a delivery before
