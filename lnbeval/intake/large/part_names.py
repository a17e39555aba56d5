"""Names of parts: which texts of a column of months, groups or sex name the same part, and which name none of the parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.header_words import folded
from lnbeval.intake.large.part_times import meant, part_times, undated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.large.part_times import Time
    from lnbeval.intake.resolver import TotalTest

SAME_PART: Final = ("women", "men")
OF_WHICH: Final = "of_which"  # the meaning of words that open the name of a part of another part
BRACKETS: Final = str.maketrans(dict.fromkeys("()[]"))


@dataclass(frozen=True, kw_only=True)
class PartNames:
    """The different texts of a column that is added up over, side by side."""

    words: tuple[str, ...]
    keys: tuple[str, ...]  # the same for texts that name the same part
    totals: tuple[bool, ...]  # stands for all parts together
    within: tuple[bool, ...]  # is told to be a part of another part
    times: tuple[Time | None, ...]  # the months of a year that it names
    alike: tuple[tuple[str, ...], ...]  # texts that were taken for the same part, and differ by more than their year


def part_names(header: str, words: Sequence[str], meanings: HeaderWords, is_total: TotalTest) -> PartNames:
    """What the texts of a column mean.

    Totals and parts of other parts are such only beside a part that is neither: a column that says 'total' in every row is not
    cut into parts, and its rows are all there is.
    """
    unique = tuple(dict.fromkeys(words))
    within = [meanings.opens(word.translate(BRACKETS).lstrip(" -–•*"), OF_WHICH) for word in unique]
    totals = [is_total(word) and not inner for word, inner in zip(unique, within, strict=True)]
    named = [word for word, *none in zip(unique, totals, within, strict=True) if word and not any(none)]
    times = part_times(header, named, meanings)
    others = any(word and not (total or inner) for word, total, inner in zip(unique, totals, within, strict=True))
    keys = tuple(times[word].key if word in times else _key(word, meanings) for word in unique)
    return PartNames(
        words=unique,
        keys=keys,
        totals=tuple(total and others for total in totals),
        within=tuple(inner and (others or any(totals)) for inner in within),
        times=tuple(times.get(word) for word in unique),
        alike=_alike(unique, keys, {word: undated(word, meanings).rest for word in times}),
    )


def _alike(words: Sequence[str], keys: Sequence[str], rests: dict[str, str]) -> tuple[tuple[str, ...], ...]:
    """Texts of the same part that is written in several ways; '01/2016' and '01/2017' are one way."""
    found: dict[str, dict[str, str]] = {}
    for word, key in zip(words, keys, strict=True):
        found.setdefault(key, {}).setdefault(rests.get(word, word), word)
    return tuple(tuple(ways.values()) for ways in found.values() if len(ways) > 1)


def _key(word: str, meanings: HeaderWords) -> str:
    """What a text means as the name of a month or of a sex, or the text itself."""
    return meant(word, meanings) or _sex(word, meanings) or folded(word)


def _sex(word: str, meanings: HeaderWords) -> str:
    known = {folded(written) for written in (word, word.rstrip("."))}
    return next((meaning for meaning in SAME_PART if any(meanings.means(written, meaning) for written in known)), "")
