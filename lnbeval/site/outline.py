"""Headings of a rendered page: one title, no level left out, anchors that are unique."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from typing import Final

HEADING: Final = re.compile(r"<h([1-6])([^>]*)>(.*?)</h\1>", re.DOTALL)
IN_CONTENTS: Final = (2, 3)


@dataclass(frozen=True, kw_only=True)
class Heading:
    """One heading as it stands on the page."""

    level: int
    anchor: str
    text: str


def outlined(body: str, *, fallback_title: str) -> tuple[str, list[Heading]]:
    """`body` with its headings in order, and those headings, the title first.

    The first level-1 heading is the title, further ones go one level down; a body without one gets `fallback_title`.
    """
    if not re.search(r"<h1[ >]", body):
        body = f"<h1>{escape(fallback_title)}</h1>\n{body}"
    headings: list[Heading] = []

    def in_order(match: re.Match[str]) -> str:
        heading = _placed(match, headings)
        headings.append(heading)
        inner = match[3]
        link = f'<a class="anchor" href="#{heading.anchor}" aria-label="Link to this section">#</a>'
        return f'<h{heading.level} id="{heading.anchor}">{inner}{link}</h{heading.level}>'

    return HEADING.sub(in_order, body), headings


def contents(headings: list[Heading]) -> list[Heading]:
    """The headings that a list of contents shows."""
    return [heading for heading in headings if heading.level in IN_CONTENTS]


def _placed(match: re.Match[str], above: list[Heading]) -> Heading:
    text = " ".join(unescape(re.sub(r"<[^>]+>", "", match[3])).split())
    lowest = above[-1].level + 1 if above else 1
    level = min(max(int(match[1]), 2 if above else 1), lowest)
    return Heading(level=level, anchor=_unused(text, {heading.anchor for heading in above}), text=text)


def _unused(text: str, taken: set[str]) -> str:
    plain = re.sub(r"[^\w]+", "-", text.lower()).strip("-") or "section"
    candidates = [plain, *(f"{plain}-{i}" for i in range(2, len(taken) + 3))]
    return next(name for name in candidates if name not in taken)
