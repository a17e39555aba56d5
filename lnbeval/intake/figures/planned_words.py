"""Planned words: what the texts of a column say of the figures beside them, planned or actual."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from lnbeval.intake.number_words import word_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnbeval.intake.number_words import NumberWords

Kind = Literal["planned", "actual"]
MOST_WORDS: Final = 4  # of a text that names a kind of figures; a longer one is a remark


def kinds_of_texts(texts: Iterable[str], words: NumberWords) -> dict[str, Kind]:
    """The texts that say that the figures beside them are planned, or actual; others may name a thing that is planned.

    A noun such as `plan` says so alone, or beside words such as `revised`. Beside actual figures a plan of the same thing
    says so too, and a budget: `Plan pagash` beside `Fakt pagash`, `Buxheti fillestar` beside `Fakt`.
    """
    distinct = {text: _words(text) for text in texts if text}
    kinds = {text: kind for text, own in distinct.items() if (kind := _kind(own, words)) is not None}
    things = [_thing(distinct[text], words) for text, kind in kinds.items() if kind == "actual"]
    for text, own in distinct.items():
        if things and text not in kinds and _beside_actual(own, things, words):
            kinds[text] = "planned"
    return kinds


def _kind(own: frozenset[str], words: NumberWords) -> Kind | None:
    planned, actual = bool(own & words.planned), bool(own & words.actual)
    if planned == actual or len(own) > MOST_WORDS:
        return None
    if actual:
        return "actual"
    said = bool(own & (words.planned - words.plans)) or not _thing(own, words)
    return "planned" if said else None


def _beside_actual(own: frozenset[str], things: list[frozenset[str]], words: NumberWords) -> bool:
    if own & words.actual or len(own) > MOST_WORDS:
        return False
    return _thing(own, words) in things if own & words.planned else bool(own) and own <= words.beside_plans


def _thing(own: frozenset[str], words: NumberWords) -> frozenset[str]:
    return own - words.planned - words.actual - words.beside_plans


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", word_key(text)) if not word.isdecimal())
