"""Parts of large files: the months, groups or the like that rows are cut into, and which of them are none of the parts."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from lnbeval.intake.files.encodings import TextError
from lnbeval.intake.large.digest import MOST_KEYS
from lnbeval.intake.large.part_names import part_names
from lnbeval.intake.large.rows import groups, one, table, text
from lnbeval.intake.large.telling import told, told_of_rows
from lnbeval.intake.table import column_name
from lnbeval.intake.text import MOST_SHOWN, cell_text, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.large.part_names import PartNames
    from lnbeval.intake.large.part_times import Time
    from lnbeval.intake.large.rows import Group
    from lnbeval.intake.problems import Problem


def part_tables(reading: Reading) -> list[Problem]:
    """Make `over0`, `over1` ...: what each text of a column that is added up over stands for. Returns what is wrong with them."""
    return [problem for at in range(len(reading.over)) for problem in _over(reading, at)]


def _over(reading: Reading, at: int) -> list[Problem]:
    position = reading.over[at]
    named = quoted(column_name(reading.head, position))
    found = _texts(reading, position, named)
    written = [cell_text(reading.plain.cell(group.texts[0])) for group in found]
    names = part_names(column_name(reading.head, position), written, reading.headers, reading.is_total)
    _part_table(reading, at, found, written, names)
    return _alike(reading, named, position, names)


def blank_parts(reading: Reading) -> list[Problem]:
    """A stop where rows of municipalities do not say which part they are; rows of totals and notes need not."""
    do = "Fill the column, or ask the source which rows are totals"
    problems = []
    for at, position in enumerate(reading.over):
        named = quoted(column_name(reading.head, position))
        what = f"Column {named} is blank in {{rows}}, which therefore cannot be added up: it may be a total, or a part"
        blank = f"kind = 'unit' AND o{at} IN (SELECT id FROM over{at} WHERE word = '')"
        problems += [
            told_of_rows(reading, group.span, position, "STOP", what, do, "part_blank")
            for group in groups(reading.con, ["kind"], blank, source="keyed", most=1)
        ]
    return problems


def _texts(reading: Reading, position: int, named: str) -> list[Group]:
    found = groups(reading.con, [text(position)], most=MOST_KEYS)
    if len(found) > MOST_KEYS:
        raise TextError(
            f"Column {named} holds more than {MOST_KEYS:,} different texts; it names no months or groups",
            "Correct `over`; a column that is different in every row may name persons",
            "too_many_texts",
        )
    return found


def _part_table(reading: Reading, at: int, found: Sequence[Group], written: Sequence[str], names: PartNames) -> None:
    place = {word: number for number, word in enumerate(names.words)}
    ids = {key: number for number, key in enumerate(dict.fromkeys(names.keys))}
    mine = [place[word] for word in written]
    columns: dict[str, pd.Series[Any]] = {
        "t": pd.Series([group.texts[0] for group in found], dtype="object"),
        "id": pd.Series([ids[names.keys[number]] for number in mine], dtype="int64"),
        "word": pd.Series(written, dtype="object"),
        "key": pd.Series([names.keys[number] for number in mine], dtype="object"),
        "total": pd.Series([names.totals[number] for number in mine], dtype="bool"),
        "within": pd.Series([names.within[number] for number in mine], dtype="bool"),
        "apart": pd.Series([False] * len(mine), dtype="bool"),  # set aside by a decision; no total of all parts
        **_times([names.times[number] for number in mine]),
    }
    table(reading.con, f"over{at}", columns)


def _times(times: Sequence[Time | None]) -> dict[str, pd.Series[Any]]:
    """The months that parts name, from `first` to `last`, and the year beside them; 0 and a blank sort where they name none."""
    numbers = [(time.first, time.last, time.year) if time else (0, 0, 0) for time in times]
    places = enumerate(("first", "last", "year"))
    return {
        "sort": pd.Series([time.sort if time else "" for time in times], dtype="object"),
        **{name: pd.Series([row[place] for row in numbers], dtype="int64") for place, name in places},
    }


def _alike(reading: Reading, named: str, position: int, names: PartNames) -> list[Problem]:
    if not names.alike:
        return []
    shown = listed(" = ".join(map(quoted, words)) for words in names.alike)
    what = f"Texts of column {named} were taken for the same part: {shown}"
    do = "Nothing, if they mean the same; otherwise ask the source to write them apart"
    return [told(reading, [], position, "NOTE", what, do, "parts_alike")]


def parts_aside(reading: Reading, parts: Sequence[str], compared: str) -> list[Problem]:
    """Notes on the rows that are set aside, each with its kind of parts; `compared` is what is said of their totals."""
    counted = f"a total over the parts ({{}}); they were set aside, and the parts added up{compared}"
    within = "a part of another part ({}); they were set aside, as they are in it already"
    decided = "parts that a decision sets aside ({}); their figures are in those of the others"
    problems = [
        *_aside(reading, (3, "total"), counted, "Nothing, if every part is in the file", "part_totals"),
        *_aside(reading, (5, "within"), within, "Nothing, if the other part is in the file", "parts_of_parts"),
        *_aside(reading, (6, "apart"), decided, "Nothing, while the decision holds", "parts_apart"),
    ]
    return [*problems, *(_totals_alone(reading, parts) if problems else [])]


def _aside(reading: Reading, kind: tuple[int, str], what: str, do: str, rule: str) -> list[Problem]:
    role, column = kind
    return [
        told_of_rows(
            reading,
            group.span,
            None,
            "NOTE",
            f"{{rows}} hold {_braced(what.format(_words(reading, column)))}",
            do,
            rule,
        )
        for group in groups(reading.con, ["role"], f"role = {role}", source="keyed", most=1)
    ]


def _braced(told_words: str) -> str:
    return told_words.replace("{", "{{").replace("}", "}}")


def _words(reading: Reading, kind: str) -> str:
    return listed(
        f"{quoted(word)} in {quoted(column_name(reading.head, position))}"
        for at, position in enumerate(reading.over)
        for (word,) in reading.con.execute(f"SELECT DISTINCT word FROM over{at} WHERE {kind} ORDER BY word").fetchall()
    )


def _totals_alone(reading: Reading, named: Sequence[str]) -> list[Problem]:
    """A warning where a municipality and year has such rows only: nothing is left there to be added up."""
    found = reading.con.execute(
        "SELECT code, year FROM keyed WHERE role IN (3, 5, 6) AND code >= 0 EXCEPT "
        "SELECT code, year FROM keyed WHERE role = 0 ORDER BY code, year"
    ).fetchall()
    if not found:
        return []
    shown = listed((f"{named[code]} {year or ''}".rstrip() for code, year in found), MOST_SHOWN)
    what = f"{len(found):,} municipality-years have totals over the parts, parts of parts or parts set aside, and no others: {shown}"
    do = "Ask for the parts. Nothing was added up there, and the value is not in the data"
    return [told(reading, [], None, "WARN", what, do, "part_totals_alone")]


def has_rows_aside(reading: Reading) -> bool:
    """Whether any part is a total, a part of another, or set aside by a decision."""
    return any(
        one(reading.con, f"SELECT bool_or(total OR within OR apart) FROM over{at}") for at in range(len(reading.over))
    )


def plain_parts(reading: Reading, at: int, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
    """What is known of the parts of a column that are neither totals nor set aside."""
    query = (
        f"SELECT {columns} FROM over{at} WHERE NOT (total OR within OR apart) AND word <> '' AND {where} ORDER BY id"
    )
    return reading.con.execute(query).fetchall()


def years_with(reading: Reading, at: int, having: str, where: str = "true") -> int:
    """In how many municipality-years some parts are there together."""
    parts = f"SELECT DISTINCT id, sort, first, last FROM over{at}"
    query = (
        f"SELECT count(*) FROM (SELECT code, year FROM valued JOIN ({parts}) AS o "
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
