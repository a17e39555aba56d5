"""Spellings: one form of a written name for comparing, whatever program, keyboard or hand wrote it."""

from __future__ import annotations

import unicodedata
from typing import Final

MARKS: Final = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u02b9\u0060\u00b4\u2032", "'"))
DASHES: Final = str.maketrans(
    dict.fromkeys("-\u2010\u2011\u2012\u2013\u2014\u2212", " ")
)  # a hyphen divides like a space
UNDIVIDED: Final = str.maketrans(
    "đðłøħŧı", "ddlohti"
)  # letters with a stroke, or without a dot, that no form decomposes


def exact(text: str) -> str:
    """A name with its diacritics, otherwise folded: case, white space, dashes, apostrophes, Unicode form, invisible signs."""
    if text.isascii():
        return " ".join(text.translate(MARKS).translate(DASHES).split()).casefold()
    visible = "".join(letter for letter in text.translate(MARKS) if unicodedata.category(letter) != "Cf")
    composed = unicodedata.normalize("NFKC", visible).translate(DASHES)
    folded = " ".join(composed.split()).casefold()
    return unicodedata.normalize("NFC", folded)  # folding case can decompose a letter


def plain(text: str) -> str:
    """A name without diacritics, folded."""
    folded = exact(text)
    if folded.isascii():
        return folded
    letters = (letter for letter in unicodedata.normalize("NFD", folded) if unicodedata.category(letter) != "Mn")
    return " ".join("".join(letters).translate(UNDIVIDED).split())


def prefixed(folded: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a plain name begins with one of the words; these end in a space."""
    return folded.startswith(prefixes) if prefixes else False


def bare(folded: str, prefixes: tuple[str, ...], suffixes: tuple[str, ...] = ()) -> str:
    """A plain name without the first of the words that it begins with, or else that it ends with."""
    for word in prefixes:
        if folded.startswith(word):
            return folded.removeprefix(word)
    return next((folded.removesuffix(word) for word in suffixes if folded.endswith(word)), folded)
