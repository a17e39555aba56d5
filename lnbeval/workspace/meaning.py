"""Meaning: what the reference knows of a written name, in the words of the intake, which does not know the reference."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from lnbeval.intake import Resolved
from lnbeval.intake.meanings import Meanings
from lnbeval.reference import is_total, resolve
from lnbeval.spellings import plain, prefixed
from lnbeval.workspace.header_table import reference_headers
from lnbeval.workspace.number_words import number_words
from lnbeval.workspace.person_words import person_words, text_letters
from lnbeval.workspace.registered import registered_facts

if TYPE_CHECKING:
    from lnbeval.names import Match
    from lnbeval.reference import Reference


def resolved(reference: Reference, written: str, county: str | None, *, numbering: str = "") -> Resolved:
    """What a written name means, in the words of the intake."""
    match = resolve(reference, written, county, numbering)
    read = meaning(match, reference)
    beside = match.how in {"name", "alias"} and not match.kind and not match.mark
    folded = plain(written)
    if not beside or match.code is None or folded in reference.names.plain:
        return read
    return replace(read, how="prefix" if prefixed(folded, reference.names.prefixes) else "suffix")


def reference_meanings(reference: Reference) -> Meanings:
    """All that a reference tells of the words in a file."""
    return Meanings(
        resolve=partial(resolved, reference),
        is_total=partial(is_total, reference),
        persons=person_words(reference),
        letters=text_letters(reference),
        words=number_words(reference),
        headers=reference_headers(reference),
        registered=registered_facts(reference),
    )


def meaning(match: Match, reference: Reference) -> Resolved:
    """A match as the intake takes it."""
    return Resolved(
        code=match.code,
        how=match.kind.replace("_", " ") if match.code is not None and match.kind else match.how,
        candidates=match.candidates,
        kind=match.kind,
        label=match.label,
        suggested=match.suggested,
        places=match.places,
        also=match.also,
        as_listed=match.as_listed,
        of=len(reference.names.label),
        county_names=match.county_names,
        mark=match.mark,
    )
