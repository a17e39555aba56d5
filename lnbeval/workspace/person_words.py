"""What tells persons, and the letters of the country, from the tables of the reference to what the intake takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lnbeval.errors import DataError
from lnbeval.intake import Letters, PersonWords, person_key

if TYPE_CHECKING:
    import pandas as pd

    from lnbeval.reference import Reference

MEANINGS: Final = ("personal", "naming", "birth", "case", "staff")
NUMBERS: Final = ("number", "phone")
LETTERS: Final = ("letter", "encoding", "read_as", "between")


def person_words(reference: Reference) -> PersonWords:
    """The words and numbers of persons. Raises DataError when there are none: then nobody could be kept out."""
    table, forms = reference.person_words, reference.person_numbers
    words = {
        meaning: frozenset(map(person_key, _of(table, "word", "meaning", meaning, MEANINGS))) for meaning in MEANINGS
    }
    if not words["personal"]:
        raise DataError(
            "person_words.csv has no word of meaning 'personal': data on persons could not be told. Add them."
        )
    return PersonWords(
        headers=words["personal"],
        naming=words["naming"],
        dating=words["birth"],
        numbers=_of(forms, "form", "kind", "number", NUMBERS),
        phones=_of(forms, "form", "kind", "phone", NUMBERS),
        cases=words["case"],
        staff=words["staff"],
    )


def text_letters(reference: Reference) -> Letters:
    """The letters and encodings of texts. Raises DataError when a row is of no known kind."""
    letter, encoding, read_as, between = (
        _of(reference.text_letters, "text", "kind", kind, LETTERS) for kind in LETTERS
    )
    pairs = [tuple(pair.split()) for pair in between]
    odd = [" ".join(pair) for pair in pairs if len(pair) != 2]
    if odd:
        raise DataError(f"text_letters.csv: {', '.join(odd)} is no pair of encodings. Write two, with a space between.")
    return Letters(
        letters="".join(letter),
        encodings=encoding,
        read_as=read_as,
        between=tuple((first, second) for first, second in pairs),
    )


def _of(table: pd.DataFrame, column: str, kind_column: str, kind: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    odd = sorted(set(table[kind_column]) - set(allowed))
    if odd:
        raise DataError(f"Reference: {kind_column} is {', '.join(map(repr, odd))}, none of {', '.join(allowed)}.")
    return tuple(table.loc[table[kind_column] == kind, column])
