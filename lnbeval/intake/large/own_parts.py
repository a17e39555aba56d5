"""Own parts: texts such as names of schools, of which each municipality has a few; only what it usually has can be absent."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.large.rows import one
from lnbeval.intake.large.telling import told
from lnbeval.intake.table import column_name
from lnbeval.intake.text import MOST_SHOWN, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.large.values import Family
    from lnbeval.intake.problems import Problem

ENOUGH_PLACES: Final = 8  # municipalities, before it can be said that each has parts of its own
STANDS_BESIDE: Final = 0.25  # of the municipalities: no more than so many have a part that is not shared, on average
ENOUGH_YEARS: Final = 3  # of a municipality, before a part can be usual there
SELDOM: Final = 0.1  # of the years of a municipality, in which a part is absent that is usual


@dataclass(frozen=True, kw_only=True)
class OwnParts:
    """Municipality-years that lack a part which the municipality usually has, by number, and what is to be said."""

    lacking: tuple[tuple[int, int], ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How the texts of a column spread over municipalities."""

    parts: int
    places: int
    pairs: int  # of a part and a municipality that has it
    fullest: int  # the most that one municipality has

    @property
    def is_shared(self) -> bool:
        """Whether municipalities have the same parts."""
        few = self.places >= ENOUGH_PLACES and self.pairs <= STANDS_BESIDE * self.parts * self.places
        return not (few and self.fullest < self.parts)


def shared_parts(reading: Reading, rows: str) -> list[str]:
    """Of each column that is added up over its name in a query, or a blank where municipalities have parts of their own."""
    return [f"o{at}" if _spread(reading, rows, at).is_shared else "" for at in range(len(reading.over))]


def _spread(reading: Reading, rows: str, at: int) -> Spread:
    (found,) = reading.con.execute(
        f"SELECT count(DISTINCT o{at}), count(DISTINCT code), count(DISTINCT (code, o{at})) FROM {rows}"
    ).fetchall()
    fullest = one(reading.con, f"SELECT max(n) FROM (SELECT count(DISTINCT o{at}) AS n FROM {rows} GROUP BY code)")
    parts, places, pairs = found
    return Spread(parts=parts, places=places, pairs=pairs, fullest=fullest or 0)


def is_of_kept(reading: Reading, family: Family, code: int, year: int) -> bool:
    """Whether values of a municipality and year are those of a delivery before."""
    return any(reading.is_kept(at, code, year) for at in family.variables)


def own_parts(reading: Reading, named: Sequence[str], family: Family, do: str) -> OwnParts:
    """What is to be said of columns whose texts are no shared parts; `named` are the municipalities by number.

    `do` is what follows where a municipality lacks in few years a text that it has in the others.
    """
    rows = f"valued WHERE role = 0 AND m{family.number}"
    places = [at for at, part in enumerate(shared_parts(reading, rows)) if not part]
    if not places:
        return OwnParts(lacking=(), problems=())
    notes = [_note(reading, at, _spread(reading, rows, at)) for at in places]
    lacking, seen = [], set()
    for at in places:
        found = _lacking(reading, rows, at)
        lacking += found
        seen |= {(code, year) for code, year, _ in found}
    told_of = [(code, year, word) for code, year, word in lacking if not is_of_kept(reading, family, code, year)]
    problems = [_warning(reading, named, told_of, places, do)] if told_of else []
    return OwnParts(lacking=tuple(sorted(seen)), problems=(*notes, *problems))


def _lacking(reading: Reading, rows: str, at: int) -> list[tuple[int, int, str]]:
    """Municipality, year and the text of a part that the municipality has in nearly all other years."""
    query = (
        f"WITH there AS (SELECT DISTINCT code, year, o{at} AS part FROM {rows}), "
        "years AS (SELECT DISTINCT code, year FROM there), "
        "counts AS (SELECT code, count(*) AS n FROM years GROUP BY code), "
        "usual AS (SELECT code, part, n FROM there JOIN counts USING (code) GROUP BY code, part, n "
        f"HAVING n >= {ENOUGH_YEARS} AND n > count(*) AND n - count(*) <= greatest(1, {SELDOM} * n)) "
        f"SELECT code, year, (SELECT min(word) FROM over{at} WHERE id = part) FROM usual JOIN years USING (code) "
        "ANTI JOIN there USING (code, year, part) ORDER BY code, year, part"
    )
    return reading.con.execute(query).fetchall()


def _note(reading: Reading, at: int, spread: Spread) -> Problem:
    position = reading.over[at]
    what = (
        f"The {spread.parts:,} different texts of column {quoted(column_name(reading.head, position))} are no parts that "
        f"municipalities share: each stands beside {spread.pairs / spread.parts:.0f} of {spread.places:,} municipalities on average, "
        "and none has all. A part is looked for only where the municipality has it in nearly all other years"
    )
    do = "Nothing, if each municipality has its own; otherwise ask whether a row that is not there means zero"
    return told(reading, [], position, "NOTE", what, do, "parts_of_their_own")


def _warning(
    reading: Reading, named: Sequence[str], lacking: Sequence[tuple[int, int, str]], places: Sequence[int], do: str
) -> Problem:
    columns = listed(quoted(column_name(reading.head, reading.over[at])) for at in places)
    shown = listed((f"{named[code]} {year} ({quoted(word)})" for code, year, word in lacking), MOST_SHOWN)
    years = len({(code, year) for code, year, _ in lacking})
    many = "1 municipality-year lacks a text" if years == 1 else f"{years:,} municipality-years lack texts"
    what = f"{many} of {columns} that the municipality has in nearly all other years: {shown}"
    return told(reading, [], None, "WARN", what, do, "parts_missing")
