"""Words of headers and years, from the tables of the reference to what the intake takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake import HeaderWords, header_words

if TYPE_CHECKING:
    from lnbeval.reference import Reference


def reference_headers(reference: Reference) -> HeaderWords:
    """The headers that mean the same, and the words for months, marks at years, notes and sources."""
    aliases, marks = reference.header_aliases, reference.header_marks
    return header_words(
        zip(aliases["canonical"], aliases["alias"], strict=True), zip(marks["meaning"], marks["word"], strict=True)
    )
