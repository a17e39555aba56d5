"""Parts that count from January on: told by their names, as '9-mujori' beside '6-mujori', or by figures that never fall."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.large.numbers import BOUNDED, MISSING, STOPPED, USED
from lnbeval.intake.large.part_times import MOST_OF, NAMES_OF_PARTS
from lnbeval.intake.large.parts import plain_parts, set_apart, years_with
from lnbeval.intake.large.telling import told
from lnbeval.intake.table import column_name
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.problems import Problem

ENOUGH_PARTS: Final = {"month": 6, "quarter": 4}  # told of a year, before it can be said that they rise
ENOUGH_PLACES: Final = 8  # municipalities, before it can be said that nearly all are so
FALLS_IN: Final = 10  # months, of which one may fall, as after a correction
NEARLY_ALL_RISE: Final = 0.9  # of the municipality-years
CUMULATIVE: Final = "cumulative"
ALONE: Final = "each_part"


@dataclass(frozen=True, kw_only=True)
class Rising:
    """How the figures of a variable go within a year."""

    rising: int  # municipality-years
    of: int
    places: int  # municipalities

    @property
    def is_usual(self) -> bool:
        """Whether nearly all rise."""
        return self.places >= ENOUGH_PLACES and self.rising >= NEARLY_ALL_RISE * self.of


def nested_parts(reading: Reading, at: int) -> list[Problem]:
    """A question where all parts count from January on by their names, each longer than the one before."""
    found = plain_parts(reading, at, "word, sort, first, last", "true")
    ends = {last for _, _, _, last in found}
    if len(ends) < 2 or any(first != 1 for _, _, first, _ in found):
        return []
    together = years_with(reading, at, "count(DISTINCT last) > 1")
    if not together:
        return []
    words = {last: word for word, _, _, last in reversed(found)}
    shown = listed(quoted(words[last]) for last in sorted(ends))
    column = quoted(column_name(reading.head, reading.over[at]))
    what = (
        f"The parts in column {column} count from January on by their names ({shown}), and {together:,} municipality-years have "
        "several of them: each holds those before it. Added up, everything would be counted several times"
    )
    return _question(reading, at, what, ALONE, f"last < {max(ends):d}")


def rising_parts(reading: Reading, at: int) -> list[Problem]:
    """A question for months, and for quarters, whose figures rise within a year: each may hold those of the ones before."""
    return [problem for sort in ENOUGH_PARTS for problem in _rising_question(reading, at, sort)]


def _rising_question(reading: Reading, at: int, sort: str) -> list[Problem]:
    names = [name for name, _ in reading.columns.variables]
    found = {names[place]: _rising(reading, at, place, sort) for place in range(len(names))}
    shown = {name: rising for name, rising in found.items() if rising.is_usual}
    if not shown:
        return []
    column = quoted(column_name(reading.head, reading.over[at]))
    counts = listed(f"{name} in {one.rising:,} of {one.of:,} municipality-years" for name, one in shown.items())
    last = max(end for (end,) in plain_parts(reading, at, "last", f"sort = '{sort}'"))
    one_of, place = sort.replace("_", "-"), last * MOST_OF[sort] // 12
    what = (
        f"The figures of the {NAMES_OF_PARTS[sort]} in column {column} rise from {one_of} to {one_of} within a year ({counts}): "
        f"each may hold those of the {NAMES_OF_PARTS[sort]} before it. The last {one_of} in the file is {place}"
    )
    return _question(reading, at, what, f"each_{sort}", f"sort = '{sort}' AND last < {last:d}")


def _question(reading: Reading, at: int, what: str, alone: str, before: str) -> list[Problem]:
    """The question, and what its answer leaves out; `before` are the parts that the last one would hold."""
    do = (
        f"Ask the source whether each counts from January on ({CUMULATIVE}), so that the last one is the figure of the year, or "
        f"alone ({alone})"
    )
    asked = told(reading, [], reading.over[at], "ASK", what, do, "cumulative_parts")
    question = replace(asked, options=(CUMULATIVE, alone))
    if reading.answered.get(question.name) == CUMULATIVE:
        set_apart(reading, at, before)
    return [question]


def _rising(reading: Reading, at: int, place: int, sort: str) -> Rising:
    """Municipality-years in which a variable hardly falls and mostly rises, of those with enough parts; of quarters none may fall."""
    unknown = f"({MISSING}, {BOUNDED}, {STOPPED})"
    rises = f"{FALLS_IN} * falls <= n AND 2 * rises > n - 1" if sort == "month" else "falls = 0 AND rises > 0"
    counted = reading.con.execute(
        f"WITH times AS (SELECT code, year, last, sum(v{place}) AS v FROM valued JOIN (SELECT DISTINCT id, last "
        f"FROM over{at} WHERE sort = '{sort}') AS p ON p.id = o{at} WHERE role = 0 AND f{place} IN ({USED}, {MISSING}, {BOUNDED}, {STOPPED}) "
        f"GROUP BY code, year, last HAVING count_if(f{place} IN {unknown}) = 0), "
        "steps AS (SELECT code, year, v - lag(v) OVER (PARTITION BY code, year ORDER BY last) AS step FROM times), "
        "years AS (SELECT code, count(*) AS n, count_if(step < 0) AS falls, count_if(step > 0) AS rises FROM steps "
        f"GROUP BY code, year HAVING n >= {ENOUGH_PARTS[sort]}) "
        f"SELECT count_if({rises}), count(*), count(DISTINCT code) FROM years"
    ).fetchall()
    rising, of, places = counted[0]
    return Rising(rising=rising, of=of, places=places)
