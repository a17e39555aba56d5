"""Letters of large text files that were read in another encoding: put right in the database, each different text once."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.intake.files.mojibake import mended_problem, mended_text
from lnbeval.intake.large.numbers import MARKS, MOST_ODD
from lnbeval.intake.large.rows import groups, table, text
from lnbeval.intake.table import Mended

if TYPE_CHECKING:
    from lnbeval.intake.large.digest import Reading
    from lnbeval.intake.meanings import Meanings

RULE: Final = "mended_letters"


def with_letters_mended(reading: Reading, last: int, meanings: Meanings) -> Reading:
    """The reading with every text of the loaded columns put right that can be, and told.

    Up to the row `last` the ordinary reader has told of them already, of the header and of other columns too.
    """
    places = sorted({*reading.loaded, *reading.beside})
    below = [one for position in places for one in _mended(reading, position, last, meanings)]
    if not below:
        return reading
    head = reading.head
    mended = (*head.mended, *below)
    others = [problem for problem in head.problems if problem.rule != RULE]
    told = mended_problem(head.file, head.sheet, mended)
    return replace(reading, head=replace(head, mended=mended, problems=(*others, *told)))


def _mended(reading: Reading, position: int, last: int, meanings: Meanings) -> list[Mended]:
    con, cell = reading.con, text(position)
    # Texts with other letters than ASCII take more bytes than letters; numbers with special spaces are none of them.
    strange = f"strlen({cell}) <> length({cell}) AND NOT regexp_full_match({cell}, '[+-]?[0-9{MARKS}]+')"
    found = con.execute(f"SELECT DISTINCT c{position} FROM raw WHERE {strange} LIMIT {MOST_ODD + 1}").fetchall()
    if len(found) > MOST_ODD:
        return []  # Such a column is refused for so many different texts.
    pairs = {
        written: told
        for (written,) in found
        if (told := mended_text(written, meanings.resolve, meanings.letters)) is not None
    }
    if not pairs:
        return []
    columns = {
        "written": pd.Series(list(pairs), dtype="object"),
        "told": pd.Series(list(pairs.values()), dtype="object"),
    }
    table(con, "mended", columns)
    below = f"r > {last:d} AND {cell} IN (SELECT written FROM mended)"
    many = groups(con, [cell], below, most=MOST_ODD)
    con.execute(f"UPDATE raw SET c{position} = m.told FROM mended AS m WHERE raw.c{position} = m.written")
    return [
        Mended(row=group.span, position=position, as_written=group.texts[0], text=pairs[group.texts[0]])
        for group in many
    ]
