"""What a page needs to know beside its notebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

BANNER_WORDS: Final = {
    "deviating": "EXPLORATORY.",
    "synthetic": "SYNTHETIC data.",
    "check": "A check of the machinery.",
    "unverified": "Not verified.",
    "exploratory": "Exploratory.",
    "official": "Official.",
}


@dataclass(frozen=True, kw_only=True)
class Banner:
    """Something that the reader must know before the first number."""

    kind: Literal["deviating", "synthetic", "check", "unverified", "exploratory", "official"]
    text: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """A place to go, relative to the page."""

    href: str
    text: str


@dataclass(frozen=True, kw_only=True)
class PageContext:
    """One page's surroundings: `pages` in order, `here` the place of this one, `home` the list of evaluations."""

    evaluation_title: str
    banners: tuple[Banner, ...]
    pages: tuple[Link, ...]
    here: int
    provenance: dict[str, str]
    downloads: tuple[Link, ...]
    home: str


@dataclass(frozen=True, kw_only=True)
class EvaluationCard:
    """One evaluation on the list of all: `facts` are (label, value)."""

    title: str
    question: str
    banners: tuple[Banner, ...]
    href: str
    n_pages: int
    facts: tuple[tuple[str, str], ...]
    downloads: tuple[Link, ...]
