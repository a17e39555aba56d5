"""Cumulative figures: words by which each year may hold the sum of all years before it, which is no figure of that year."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lnbeval.intake.problems import Problem
from lnbeval.intake.table import content, header_address
from lnbeval.intake.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.table import RawTable

OPTIONS: Final = ("each_year", "since_the_start")
BRACKETS: Final = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")


def cumulative_problems(table: RawTable, columns: Columns, words: HeaderWords) -> list[Problem]:
    """A question for the first title, header of figures or name of the sheet that says that figures are cumulative."""
    for cell, text in _lines(table, columns):
        word = cumulative_word(text, words)
        if word:
            return [
                Problem(
                    severity="ASK",
                    file=table.file,
                    sheet=table.sheet,
                    cell=cell,
                    what=f"{quoted(word)} in {quoted(text)} says that figures are cumulative: each year may hold the sum of all "
                    "years before it, and what comes late shows too small",
                    do="Ask the source for the figures of each year alone. `each_year` if that is what they are, `since_the_start` "
                    "if sums from the start are meant and the finding says so",
                    rule="cumulative_years",
                    subject=text,
                    options=OPTIONS,
                )
            ]
    return []


def cumulative_word(text: str, words: HeaderWords) -> str:
    """The word of a text that says that figures are cumulative, blank where there is none."""
    return next((word for word in re.findall(r"[^\W\d_]+", text) if words.means(word, "cumulative")), "")


def without_cumulative(text: str, words: HeaderWords) -> str:
    """A text without brackets that say that figures are cumulative: they tell no unit."""
    return BRACKETS.sub(lambda found: "" if cumulative_word(found[0], words) else found[0], text)


def _lines(table: RawTable, columns: Columns) -> Iterator[tuple[str, str]]:
    yield from ((f"row {number}", content(cells)) for number, cells in table.above)
    yield from ((header_address(table, place), table.header[place]) for _, place in columns.variables)
    yield "", table.sheet
