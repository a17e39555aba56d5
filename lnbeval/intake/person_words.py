"""Words and numbers that tell persons: headers over their data, and the forms in which a country writes their numbers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

DIGIT, LETTER = (
    "#",
    "?",
)  # in a form, for any digit and any letter of the Latin alphabet; other signs stand for themselves
SIGNS: Final = {DIGIT: "[0-9]", LETTER: "[A-Za-z]"}
BETWEEN: Final = r"[ ./\-\u00a0]?"  # what people write between the parts of a number


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonWords:
    """What tells data on persons in one country. The intake has no words of its own, so whoever opens its door brings them.

    Attributes:
        headers: by `person_key`, that stand over data on persons whatever is below.
        naming: over names of persons, where words that are no places stand below.
        dating: over dates of birth, where dates with a day stand below.
        numbers: forms of the numbers of persons, such as ?########?.
        phones: forms of telephone numbers.
        staff: headers over names or numbers of those who work with persons: whether words below name somebody is asked.
        cases: headers over numbers or years of one person, household or case: whether the rows are such is asked.
    """

    headers: frozenset[str]
    naming: frozenset[str]
    dating: frozenset[str]
    numbers: tuple[str, ...]
    phones: tuple[str, ...]
    cases: frozenset[str] = frozenset()
    staff: frozenset[str] = frozenset()


def person_key(header: str) -> str:
    """A header as compared: without marks on letters, punctuation, upper case and what stands in brackets."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", header) if not unicodedata.combining(letter))
    words = re.sub(r"\([^)]*\)", " ", plain.casefold())
    return " ".join(re.findall(r"[^\W_]+", words))


@cache
def number_forms(forms: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern that finds a number of any of the forms in a text, divided into parts or not; nothing when there is no form."""
    written = "|".join(BETWEEN.join(SIGNS.get(sign, re.escape(sign)) for sign in form) for form in forms)
    return re.compile(rf"(?<![^\W_])(?:{written or '(?!)'})(?![^\W_])", re.ASCII)
