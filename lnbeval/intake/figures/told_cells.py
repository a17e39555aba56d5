"""Cells that told their number in words, or that there is none: a warning for each way, once for the whole column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lnbeval.intake.problems import Problem
from lnbeval.intake.table import RawTable, addresses, column_name, places_in_column
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake.figures.numbers import Told
    from lnbeval.intake.problems import Severity

WORDS_SHOWN: Final = 6  # words named with their cells in one message
MEANINGS: Final = {"not_reported": "not reported", "suppressed": "suppressed", "not_applicable": "not applicable"}
ONE: Final = {"it": "it", "its": "its"}
SEVERAL: Final = {"it": "them", "its": "their"}
RULES: Final = {  # by rule: what is said, and what to do, in the order told
    "missing_words": (
        "read as missing by the word in {it}",
        "To confirm, declare the words under `missing`; under `zero` where the source says that they mean zero",
    ),
    "bounded_values": (
        "a bound or a range, not a figure",
        "Ask for the figures. The value stays open; `low` and `high` beside it keep the bounds, also where rows are added up",
    ),
    "approximate_numbers": (
        "approximate by {its} own words",
        "The number is used as it stands. Ask for the figure, or declare the text under `missing`",
    ),
    "marked_numbers": (
        "followed by the mark of a footnote",
        "The number is used as it stands. Read what the file says of the mark, below the table or in its title",
    ),
    "unit_words": (
        "written or shown with {its} unit",
        "The number alone is read. Check that the whole column is in this unit",
    ),
}


def told_problems(table: RawTable, position: int, told: Mapping[int, Told]) -> list[Problem]:
    """The warnings of a column; `told` by index of the row."""
    return [
        _warning(table, position, rule, rows)
        for rule in RULES
        if (rows := {index: one for index, one in told.items() if rule in _rules(one)})
    ]


def column_problem(
    table: RawTable,
    position: int,
    rows: Sequence[int] | Mapping[int, object],
    severity: Severity,
    what: str,
    do: str,
    *,
    rule: str,
) -> Problem:
    """A problem of many cells of one column, or of the column as a whole where no row is given."""
    return Problem(
        severity=severity,
        file=table.file,
        sheet=table.sheet,
        cell=addresses(table, rows, position) if rows else "",
        what=what,
        do=do,
        rule=rule,
        subject=column_name(table, position),
    )


def column_label(table: RawTable, position: int) -> str:
    """The name of a column in a message."""
    return quoted(column_name(table, position))


def _rules(told: Told) -> list[str]:
    if told.missing:
        return ["missing_words"]
    rules = ["bounded_values"] if told.ends else []
    rules += ["approximate_numbers"] if told.sign == "approximate" else []
    rules += ["marked_numbers"] if told.mark else []
    return rules + (["unit_words"] if told.unit else [])


def _warning(table: RawTable, position: int, rule: str, told: Mapping[int, Told]) -> Problem:
    said, do = RULES[rule]
    cells = "1 cell is" if len(told) == 1 else f"{len(told)} cells are"
    words = {index: _word(one, rule) for index, one in told.items()}
    said = said.format(**(ONE if len(told) == 1 else SEVERAL))
    what = f"{cells} {said}, in column {column_label(table, position)}: {_named(table, position, words)}"
    return column_problem(table, position, told, "WARN", what, do, rule=rule)


def _word(told: Told, rule: str) -> str:
    if told.missing:
        return f"{quoted(told.word)} ({MEANINGS[told.missing]})"
    return quoted({"unit_words": told.behind, "marked_numbers": told.mark}.get(rule, told.word))


def _named(table: RawTable, position: int, words: Mapping[int, str]) -> str:
    rows: dict[str, list[int]] = {}
    for index, word in words.items():
        rows.setdefault(word, []).append(index)
    often = sorted(rows.items(), key=lambda entry: -len(entry[1]))
    return listed((f"{word} in {places_in_column(table, found, position)}" for word, found in often), most=WORDS_SHOWN)
