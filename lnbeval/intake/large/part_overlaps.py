"""Overlapping parts: months beside their quarters, groups of ages that hold other groups, months that count from January on."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lnbeval.intake.large.numbers import BOUNDED, MISSING, STOPPED, USED
from lnbeval.intake.large.part_names import NAMES_OF_PARTS
from lnbeval.intake.large.part_sums import OPTIONS as LIKE_A_TOTAL
from lnbeval.intake.large.part_sums import TOTAL
from lnbeval.intake.large.rows import one
from lnbeval.intake.large.telling import told
from lnbeval.intake.table import column_name
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.problems import Problem

BAND: Final = re.compile(r"\D{0,12}?([0-9]{1,3})\s*(?:[-‐‑–—]\s*([0-9]{1,3})|\+)(?:\s*[^\W\d]+\.?)?")
MOST_BANDS: Final = 2 / 3  # of the parts, before figures in their names are taken for bands
ENOUGH_MONTHS: Final = 6  # told of a year, before it can be said that they rise
ENOUGH_PLACES: Final = 8  # municipalities, before it can be said that nearly all are so
FALLS_IN: Final = 10  # months, of which one may fall, as after a correction
NEARLY_ALL_RISE: Final = 0.9  # of the municipality-years
CUMULATIVE: Final = "cumulative"
Band = tuple[float, float]


def overlapping_parts(reading: Reading) -> list[Problem]:
    """Questions on parts that hold other parts; what the answers leave out is set aside."""
    return [
        problem
        for at in range(len(reading.over))
        for problem in (*_sorts(reading, at), *_bands(reading, at), *_cumulative(reading, at))
    ]


def _sorts(reading: Reading, at: int) -> list[Problem]:
    """A question where municipality-years have both months and quarters, or half-years."""
    together = _years_with(reading, at, "count(DISTINCT sort) > 1", "sort <> ''")
    if not together:
        return []
    position = reading.over[at]
    column = column_name(reading.head, position)
    words: dict[str, list[str]] = {sort: [] for sort in NAMES_OF_PARTS}
    for sort, word in _plain_parts(reading, at, "sort, word"):
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
        set_apart(reading, at, f"sort <> '' AND sort <> '{answer}'")
    return [question]


def _bands(reading: Reading, at: int) -> list[Problem]:
    """A question for each group of ages, or the like, that by its name holds another one of the same municipality-years."""
    parts = _plain_parts(reading, at, "id, word", "sort = ''")
    bands = {number: band for number, word in parts if (band := _band(word)) is not None}
    if len(bands) < MOST_BANDS * len({number for number, _ in parts}):
        return []
    words = dict(reversed(parts))
    problems = []
    for number, band in bands.items():
        inner = [other for other, own in bands.items() if _holds(band, own)]
        within = ", ".join(map(str, inner))
        both = f"bool_or(o.id = {number:d}) AND bool_or(o.id IN ({within}))"
        together = _years_with(reading, at, both) if inner else 0
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


def _cumulative(reading: Reading, at: int) -> list[Problem]:
    """A question where the figures of months rise within a year: each may hold those of the months before."""
    names = [name for name, _ in reading.columns.variables]
    found = {place: _rising(reading, at, place) for place in range(len(names))}
    shown = {
        names[place]: (rising, years)
        for place, (rising, years, places) in found.items()
        if places >= ENOUGH_PLACES and rising >= NEARLY_ALL_RISE * years
    }
    if not shown:
        return []
    position = reading.over[at]
    column = column_name(reading.head, position)
    counts = listed(f"{name} in {rising:,} of {years:,} municipality-years" for name, (rising, years) in shown.items())
    last = max(place for (place,) in _plain_parts(reading, at, "place", "sort = 'month'"))
    what = (
        f"The figures of the months in column {quoted(column)} rise from month to month within a year ({counts}): each may "
        f"hold those of the months before it. The last month in the file is {last}"
    )
    do = (
        "Ask the source whether each month counts from January on (cumulative), so that the last month is the figure of the "
        "year, or alone (each_month)"
    )
    question = replace(
        told(reading, [], position, "ASK", what, do, "cumulative_parts"), options=(CUMULATIVE, "each_month")
    )
    if reading.answered.get(question.name) == CUMULATIVE:
        set_apart(reading, at, f"sort = 'month' AND place <> {last:d}")
    return [question]


def _rising(reading: Reading, at: int, place: int) -> tuple[int, int, int]:
    """Municipality-years in which a variable hardly falls and mostly rises by month; those with enough months; municipalities."""
    unknown = f"({MISSING}, {BOUNDED}, {STOPPED})"
    counted = reading.con.execute(
        f"WITH months AS (SELECT code, year, place, sum(v{place}) AS v FROM valued JOIN (SELECT DISTINCT id, place "
        f"FROM over{at} WHERE sort = 'month') AS p ON p.id = o{at} WHERE role = 0 AND f{place} IN ({USED}, {MISSING}, {BOUNDED}, {STOPPED}) "
        f"GROUP BY code, year, place HAVING count_if(f{place} IN {unknown}) = 0), "
        "steps AS (SELECT code, year, v - lag(v) OVER (PARTITION BY code, year ORDER BY place) AS step FROM months), "
        "years AS (SELECT code, count(*) AS n, count_if(step < 0) AS falls, count_if(step > 0) AS rises FROM steps "
        f"GROUP BY code, year HAVING n >= {ENOUGH_MONTHS}) "
        f"SELECT count_if({FALLS_IN} * falls <= n AND 2 * rises > n - 1), count(*), count(DISTINCT code) FROM years"
    ).fetchall()
    rising, years, places = counted[0]
    return rising, years, places


def _plain_parts(reading: Reading, at: int, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
    query = (
        f"SELECT {columns} FROM over{at} WHERE NOT (total OR within OR apart) AND word <> '' AND {where} ORDER BY id"
    )
    return reading.con.execute(query).fetchall()


def _years_with(reading: Reading, at: int, having: str, where: str = "true") -> int:
    """In how many municipality-years some parts are there together."""
    query = (
        f"SELECT count(*) FROM (SELECT code, year FROM valued JOIN (SELECT DISTINCT id, sort FROM over{at}) AS o "
        f"ON o.id = o{at} WHERE role = 0 AND {where} GROUP BY code, year HAVING {having})"
    )
    return int(one(reading.con, query))


def set_apart(reading: Reading, at: int, which: str) -> None:
    """Leave some parts out of what is added up, in rows of totals too."""
    con = reading.con
    con.execute(f"UPDATE over{at} SET apart = true WHERE NOT (total OR within) AND {which}")
    ids = f"(SELECT id FROM over{at} WHERE apart AND {which})"
    con.execute(f"DELETE FROM valued WHERE role = 0 AND o{at} IN {ids}")
    con.execute(f"UPDATE valued SET deep = deep + 1 WHERE o{at} IN {ids}")
