"""Age bands: texts such as `0-17`, `18+` or `65 e lart`, which name parts of a population and are no figures."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.parts import SIGNS
from lnbeval.intake.number_words import word_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnbeval.intake.meanings import Meanings

BAND: Final = re.compile(
    r"(?P<before>[^0-9]*?)\s*(?P<low>[0-9]{1,3})(?:\s*(?P<joint>[-‐‑–—]|[^\W\d_]+)\s*(?P<high>[0-9]{1,3}))?\s*(?P<plus>\+?)(?P<behind>[^0-9+]*)"
)
DASHES: Final = "-‐‑–—"
OLDEST: Final = 120
FEWEST_BANDS: Final = 2
Band = tuple[float, float]


def are_bands(texts: Iterable[str], meanings: Meanings) -> bool:
    """Whether texts name bands of ages that follow each other, beside words such as those for a total, and no figures."""
    numbers = {text for text in texts if re.search("[0-9]", text)}
    bands = sorted(band for text in numbers if (band := age_band(text, meanings)) is not None)
    follow = any(after[0] - before[1] in {0, 1} for before, after in pairwise(bands))
    return len(bands) == len(numbers) >= FEWEST_BANDS and follow


def age_band(text: str, meanings: Meanings) -> Band | None:
    """The youngest and the oldest of a band; None where a text is no band, such as a number alone."""
    found = BAND.fullmatch(text.strip())
    if found is None:
        return None
    low, sign = int(found["low"]), _sign(found["before"], meanings)
    over, words = _behind(found["behind"], meanings)
    joint = found["joint"] or "-"
    if sign is None or not words or not (joint in DASHES or meanings.words.signs.get(word_key(joint)) == "range"):
        return None
    if found["high"]:
        high = int(found["high"])
        return (low, high) if not sign and not over and not found["plus"] and low < high <= OLDEST else None
    if sign in {"below", "at_most"}:
        return (0, low - (sign == "below"))
    if sign in {"above", "at_least"} or over or found["plus"]:
        return (low + (sign == "above"), math.inf)
    return (low, low) if found["behind"] else None  # A number with a word for years.


def _sign(before: str, meanings: Meanings) -> str | None:
    """What stands before the first number: a sign or a word for one, or nothing but a word for ages; None for anything else."""
    word = before.strip(" :.")
    if not word or meanings.headers.means(word, "age"):
        return ""
    opened, _, rest = word.partition(" ")
    if rest and meanings.headers.means(opened, "age"):
        word = rest
    return SIGNS.get(word) or meanings.words.signs.get(word_key(word))


def _behind(behind: str, meanings: Meanings) -> tuple[bool, bool]:
    """Whether the words behind the numbers open the band upwards, and whether all of them are known."""
    words = behind.strip(" .").split()
    for cut in range(len(words) + 1):
        ages, over = " ".join(words[:cut]), " ".join(words[cut:])
        known = not ages or meanings.headers.means(ages, "age")
        if known and (not over or meanings.headers.means(over, "and_over")):
            return bool(over), True
    return False, False
