"""Meaning: what the reference knows of a written name, in the words of the intake, which does not know the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake import Resolved

if TYPE_CHECKING:
    from lnbeval.names import Match
    from lnbeval.reference import Reference


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
    )
