"""Values of large files: what each row is about, and each cell with what became of it."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.intake.large.digest import MOST_KEYS
from lnbeval.intake.large.numbers import CONDITION, MISSING, UNJUDGED, USED, literal
from lnbeval.intake.large.parts import blank_parts, part_tables
from lnbeval.intake.large.rows import groups, table, text
from lnbeval.intake.large.written import otherwise
from lnbeval.intake.text import cell_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Keys, Reading
    from lnbeval.intake.large.numbers import Numbers
    from lnbeval.intake.problems import Problem

ROLE: Final = """CASE WHEN s.kind = 'total' THEN 1 WHEN s.kind <> 'unit' THEN 2 WHEN {apart} THEN 6 WHEN {within} THEN 5
WHEN {total} THEN 3 WHEN p.year IS NULL THEN 4 ELSE 0 END"""


@dataclass(frozen=True, kw_only=True)
class Family:
    """Variables that count in the same rows."""

    number: int
    variables: tuple[int, ...]  # their places among the variables of the source
    where: str  # for a query


def key_rows(reading: Reading, keys: Keys) -> list[Problem]:
    """Make `keyed`: every row with what it is about; `deep` counts the columns in which it is a total over the parts.

    Returns what is wrong with the columns that are added up over.
    """
    codes = [one.code for one in keys.spelled]
    numbers = {code: at for at, code in enumerate(sorted({code for code in codes if code is not None}))}
    columns: dict[str, pd.Series[Any]] = {
        f"t{place}": pd.Series([one.texts[place] for one in keys.spelled], dtype="object") for place in range(3)
    }
    columns["id"] = pd.Series(range(len(codes)), dtype="int64")
    columns["kind"] = pd.Series([one.kind for one in keys.spelled], dtype="object")
    columns["code"] = pd.Series([numbers.get(code or "", -1) for code in codes], dtype="int64")
    table(reading.con, "spelled", columns)
    years: dict[str, pd.Series[Any]] = {
        "t": pd.Series(list(keys.years), dtype="object"),
        "year": pd.Series(list(keys.years.values()), dtype="int64"),
    }
    table(reading.con, "periods", years)
    problems = part_tables(reading)
    _keyed(reading)
    return [*blank_parts(reading), *problems]


def code_numbers(keys: Keys) -> list[str]:
    """The codes of the municipalities, by the numbers that stand for them in the database."""
    return sorted({one.code for one in keys.spelled if one.code is not None})


def _keyed(reading: Reading) -> None:
    over = range(len(reading.over))
    texts = zip(range(3), reading.unit_texts, strict=True)
    spelled = " AND ".join(f"s.t{place} = {written}" for place, written in texts)
    parts = "".join(
        f" LEFT JOIN over{at} AS p{at} ON p{at}.t = {text(position)}" for at, position in enumerate(reading.over)
    )
    role = ROLE.format(**{kind: " OR ".join(f"p{at}.{kind}" for at in over) for kind in ("total", "within", "apart")})
    deep = " + ".join(f"CAST(p{at}.total OR p{at}.within OR p{at}.apart AS UTINYINT)" for at in over)
    ids = "".join(f"p{at}.id AS o{at}, " for at in over)
    reading.con.execute(
        f"CREATE VIEW keyed AS SELECT data.*, s.id AS spelling, s.kind, s.code, p.year, {ids}{role} AS role, {deep} AS deep FROM data "
        f"JOIN spelled AS s ON {spelled} LEFT JOIN periods AS p ON p.t = {text(reading.columns.period)}{parts}"
    )


def families(reading: Reading) -> list[Family]:
    """Variables drawn together that count in the same rows."""
    conditions: dict[tuple[tuple[int, str], ...], list[int]] = {}
    for at, (name, _) in enumerate(reading.columns.variables):
        own = tuple((place, word) for variable, place, word in reading.columns.conditions if variable == name)
        conditions.setdefault(own, []).append(at)
    return [
        Family(
            number=number, variables=tuple(variables), where=" AND ".join(_met(reading, *one) for one in own) or "true"
        )
        for number, (own, variables) in enumerate(conditions.items())
    ]


def _met(reading: Reading, position: int, word: str) -> str:
    found = groups(reading.con, [text(position)], most=MOST_KEYS)
    texts = [group.texts[0] for group in found if cell_text(reading.plain.cell(group.texts[0])) == word]
    return f"{text(position)} IN ({', '.join(map(literal, texts))})" if texts else "false"


def value_rows(reading: Reading, numbers: Sequence[Numbers], grouped: Sequence[Family]) -> None:
    """Make `valued`: of each row about a municipality, the number of each variable (`v`), its fate (`f`) and how it is written (`x`).

    Cells that are not plainly numbers are UNJUDGED.
    """
    read = {each.position: each for each in numbers}
    family = {variable: each.number for each in grouped for variable in each.variables}
    values = ""
    for at, (_, position) in enumerate(reading.columns.variables):
        fate = (
            f"CASE WHEN NOT m{family[at]} THEN {CONDITION} WHEN {read[position].plainly(reading.source)} THEN {USED} "
            f"WHEN trim({text(position)}) = '' THEN {MISSING} ELSE {UNJUDGED} END"
        )
        values += (
            f", CAST({fate} AS UTINYINT) AS f{at}, CASE WHEN f{at} = {USED} THEN {read[position].value} END AS v{at}"
        )
        values += "" if reading.is_book else f", {otherwise(position, at, read[position])}"
    met = "".join(f", {each.where} AS m{each.number}" for each in grouped)
    over = "".join(f", CAST(o{at} AS USMALLINT) AS o{at}" for at in range(len(reading.over)))
    reading.con.execute(
        "CREATE TABLE valued AS SELECT r, CAST(role AS UTINYINT) AS role, CAST(deep AS UTINYINT) AS deep, CAST(spelling AS USMALLINT) AS spelling, "
        f"CAST(code AS SMALLINT) AS code, CAST(year AS SMALLINT) AS year{over}{met}{values} FROM keyed WHERE role <= 1"
    )
