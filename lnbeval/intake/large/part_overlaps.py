"""Overlapping parts: months beside their quarters, and groups of ages or spans of months that hold other ones."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.large.part_spans import nested_parts, rising_parts
from lnbeval.intake.large.part_sums import OPTIONS as LIKE_A_TOTAL
from lnbeval.intake.large.part_sums import TOTAL
from lnbeval.intake.large.part_times import NAMES_OF_PARTS, SPAN
from lnbeval.intake.large.parts import plain_parts, set_apart, years_with
from lnbeval.intake.large.telling import told
from lnbeval.intake.table import column_name
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.problems import Problem

BAND: Final = re.compile(r"\D{0,12}?([0-9]{1,3})\s*(?:[-‐‑–—]\s*([0-9]{1,3})|\+)(?:\s*[^\W\d]+\.?)?")
MOST_BANDS: Final = 2 / 3  # of the parts, before figures in their names are taken for bands
Band = tuple[float, float]


def overlapping_parts(reading: Reading) -> list[Problem]:
    """Questions on parts that hold other parts; what the answers leave out is set aside."""
    return [problem for at in range(len(reading.over)) for problem in _overlapping(reading, at)]


def _overlapping(reading: Reading, at: int) -> list[Problem]:
    nested = nested_parts(reading, at)
    if nested:
        return nested
    return [problem for found in (_sorts, _spans, _bands, rising_parts) for problem in found(reading, at)]


def _sorts(reading: Reading, at: int) -> list[Problem]:
    """A question where municipality-years have both months and quarters, or half-years."""
    together = years_with(reading, at, "count(DISTINCT sort) > 1", f"sort NOT IN ('', '{SPAN}')")
    if not together:
        return []
    position = reading.over[at]
    column = column_name(reading.head, position)
    words: dict[str, list[str]] = {sort: [] for sort in NAMES_OF_PARTS}
    for sort, word in plain_parts(reading, at, "sort, word"):
        words.get(sort, []).append(word)
    there = {sort: own for sort, own in words.items() if own}
    shown = listed(f"{NAMES_OF_PARTS[sort]} ({listed(map(quoted, own), 3)})" for sort, own in there.items())
    what = (
        f"Column {quoted(column)} holds {shown}, in {together:,} municipality-years both: added up, everything would be "
        "counted twice"
    )
    do = f"Say which of them are added up ({listed(there)}); the others are set aside"
    asked = told(reading, [], position, "ASK", what, do, "parts_of_two_sorts")
    question = replace(asked, options=tuple(there))
    answer = reading.answered.get(question.name, "")
    if answer in there:
        set_apart(reading, at, f"sort NOT IN ('', '{SPAN}', '{answer}')")
    return [question]


def _bands(reading: Reading, at: int) -> list[Problem]:
    """A question for each group of ages, or the like, that by its name holds another one of the same municipality-years."""
    parts = plain_parts(reading, at, "id, word", "sort = ''")
    bands = {number: band for number, word in parts if (band := _band(word)) is not None}
    if len(bands) < MOST_BANDS * len({number for number, _ in parts}):
        return []
    return _holders(reading, at, dict(reversed(parts)), bands, bands)


def _spans(reading: Reading, at: int) -> list[Problem]:
    """A question for each span of months, such as January to December, that by its name holds other parts of the same years.

    Months, quarters and half-years that hold one another are asked about together.
    """
    parts = plain_parts(reading, at, "id, word, sort, first, last", "sort <> ''")
    times: dict[int, Band] = {number: (first, last) for number, _, _, first, last in parts}
    spans = {number: times[number] for number, _, sort, _, _ in parts if sort == SPAN}
    return _holders(reading, at, {number: word for number, word, *_ in reversed(parts)}, spans, times)


def _holders(
    reading: Reading, at: int, words: Mapping[int, str], outer: Mapping[int, Band], every: Mapping[int, Band]
) -> list[Problem]:
    """The questions on parts that hold others; what is answered with total is set aside."""
    problems = []
    for number, band in outer.items():
        inner = [other for other, own in every.items() if _holds(band, own)]
        within = ", ".join(map(str, inner))
        both = f"bool_or(o.id = {number:d}) AND bool_or(o.id IN ({within}))"
        together = years_with(reading, at, both) if inner else 0
        if together:
            problems.append(_band_question(reading, at, words[number], [words[other] for other in inner], together))
            if reading.answered.get(problems[-1].name) == TOTAL:
                set_apart(reading, at, f"id = {number:d}")
    return problems


def _band_question(reading: Reading, at: int, word: str, inner: Iterable[str], together: int) -> Problem:
    position = reading.over[at]
    column = column_name(reading.head, position)
    what = (
        f"{quoted(word)} in column {quoted(column)} holds {listed(map(quoted, inner))} by its name, and {together:,} "
        "municipality-years have both. If so, their figures are counted twice"
    )
    do = f"Say whether {quoted(word)} is a total of others (total), which is then set aside, or a part beside them (part)"
    asked = told(reading, [], position, "ASK", what, do, "part_like_a_total")
    return replace(asked, subject=f"{column} {word}", options=LIKE_A_TOTAL)


def _band(word: str) -> Band | None:
    found = BAND.fullmatch(word.strip())
    if found is None:
        return None
    first, last = float(found[1]), float(found[2]) if found[2] else math.inf
    return (first, last) if first <= last else None


def _holds(band: Band, other: Band) -> bool:
    return band != other and band[0] <= other[0] and other[1] <= band[1]
