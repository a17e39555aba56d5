"""Cells of large files without a figure: blank, or with a word that the source declares; told, so that no gap goes unsaid."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.silence import silence_note
from lnbeval.intake.figures.told_cells import column_label
from lnbeval.intake.large.account import word_in
from lnbeval.intake.large.aside import used_rows
from lnbeval.intake.large.numbers import MISSING
from lnbeval.intake.large.odd_cells import odd_texts
from lnbeval.intake.rows.unseen import comment_problems, marked_blanks
from lnbeval.intake.table import address, addresses
from lnbeval.intake.text import is_blank, quoted, tidy_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.table import RawTable

Places = dict[tuple[int, str], list[int]]  # rows by the position of their column and the word in them
MOST_PLACES: Final = 1_000  # cells without a figure of which each is named; of more, the first ones


def silent_parts(reading: Reading) -> list[Problem]:
    """Notes of how many cells that would be added up are blank, or hold one of the declared words, column by column."""
    declared = {tidy_text(word) for word in reading.source.missing}
    texts = {text.number: text.written for text in odd_texts(reading)}
    blank: Places = {}
    words: Places = {}
    counts: dict[tuple[int, str], int] = {}
    for position in reading.values:
        for number, many, rows in _silent(reading, position, odd=bool(texts)):
            word = "" if number is None else word_in(reading, texts[number])
            # What the reference calls missing is a warning of its own.
            if not word or word in declared:
                (words if word else blank).setdefault((position, word), []).extend(rows)
                counts[position, word] = counts.get((position, word), 0) + many
    said = "that the source declares under `missing`"
    return [
        *_noted(reading, blank, counts, ("is blank", "are blank"), "blank_cells"),
        *_noted(reading, words, counts, (f"holds a word {said}", f"hold a word {said}"), "declared_missing"),
    ]


def _silent(reading: Reading, position: int, *, odd: bool) -> list[tuple[int | None, int, list[int]]]:
    here = [at for at, (_, place) in enumerate(reading.columns.variables) if place == position]
    missing = " OR ".join(f"f{at} = {MISSING}" for at in here)
    word = f"coalesce({', '.join(f'q{at}' for at in here)})" if odd else "NULL"
    found: list[tuple[int | None, int, list[int]]] = reading.con.execute(
        f"SELECT {word} AS word, count(*), min(r, {MOST_PLACES}) FROM valued "
        f"WHERE {used_rows(reading)} AND ({missing}) GROUP BY word ORDER BY min(r)"
    ).fetchall()
    return found


def _noted(
    reading: Reading, found: Places, counts: Mapping[tuple[int, str], int], said: tuple[str, str], rule: str
) -> list[Problem]:
    if not found:
        return []
    columns, first = [], ""
    for (position, word), rows in found.items():
        many = counts[position, word]
        table = replace(reading.head, row_numbers=tuple(sorted(rows)[:MOST_PLACES]))
        places = addresses(table, range(len(table.row_numbers)), position).partition(", column ")[0]
        first = first or address(table, 0, position)
        named = f" {quoted(word)}" if word else ""
        some = "first " if many > MOST_PLACES else ""
        columns.append(f"{many}{named} in column {column_label(reading.head, position)} ({some}{places})")
    return [silence_note(reading.head, first, sum(counts[key] for key in found), said, columns, rule)]


def unseen_parts(reading: Reading, table: RawTable) -> list[Problem]:
    """A note of the comments of a sheet, and a warning about blank cells that a colour or a comment speaks for."""
    layout = table.layout
    if not layout.colours and not layout.comments:
        return []
    places = {place for _, place in layout.colours} | {place for (_, place), _ in layout.comments}
    blank = [
        number
        for number, row in zip(table.row_numbers, table.rows, strict=True)
        if any(is_blank(row[place]) for place in places & set(reading.values))
    ]
    rows = ", ".join(map(str, blank)) or "NULL"
    units = reading.con.execute(f"SELECT r FROM valued WHERE role = 0 AND r IN ({rows})").fetchall()
    return [*comment_problems(table), *marked_blanks(table, reading.columns, {row for (row,) in units})]
