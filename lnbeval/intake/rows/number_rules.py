"""Columns of numbers: how each is read, told once for the whole column."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.marks import decided_marks, shapes
from lnbeval.intake.figures.numbers import NumberRules, number_rules
from lnbeval.intake.figures.parts import number_parts
from lnbeval.intake.figures.told_cells import column_label, column_problem
from lnbeval.intake.spans import row_count
from lnbeval.intake.table import RawTable, column_cells, places_in_column
from lnbeval.intake.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lnbeval.intake.figures.marks import Decision
    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.number_words import NumberWords
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.source import Source

FEW: Final = 2  # cells that do not decide alone what hundreds of others mean
FEW_SHARE: Final = 0.05  # of the cells with marks, below which so few decide nothing
BARE: Final = re.compile(r"[+-]?[0-9.,]+")  # a number without spaces, exponent or words, which most are
DECLARE: Final = "Declare `decimal` and `thousands`, for the source or under `marks` for this column, or ask for the column written in one way"
FEW_SHOW: Final = f"Correct these cells if they are mistyped. {DECLARE}"
OPEN: Final = "decimal mark or mark between thousands"


def column_rules(
    table: RawTable, source: Source, columns: Columns, words: NumberWords
) -> tuple[dict[int, NumberRules], list[Problem]]:
    """How the numbers of each declared column are read, by position; and what was decided, or could not be.

    All rows of the table are evidence, total rows too. A column that leaves it open is read like the other years of its variable.
    """
    texts = {
        position: _texts(column_cells(table, position), {*source.missing, *source.zero})
        for position in dict.fromkeys(position for _, position in columns.variables)
    }
    numerals = {position: {one: _numerals(one, words) for one in set(found)} for position, (_, found) in texts.items()}
    evidence = {position: {one for several in own.values() for one in several} for position, own in numerals.items()}
    rules: dict[int, NumberRules] = {}
    problems: list[Problem] = []
    for position, (places, found) in texts.items():
        written = source.of_variables(name for name, place in columns.variables if place == position)
        decision = _decision(position, evidence, columns, written)
        times = [row_count(table, [at]) for at in places]
        decision = _doubted(decision, zip(found, times, strict=True), numerals[position])
        rules[position] = number_rules(source, decision.marks, words, decision.unsettled)
        if decision.kind != "clear":
            rows = _rows(decision, zip(places, found, strict=True), numerals[position])
            problems.append(_marks_problem(table, position, decision, rows))
    return rules, problems


def _texts(cells: Sequence[object], declared: set[str]) -> tuple[list[int], list[str]]:
    """Where the texts of a column stand, and the shape of each; without those declared as words."""
    places = [at for at, cell in enumerate(cells) if isinstance(cell, str) and cell not in declared]
    return places, shapes([str(cells[at]) for at in places])


def _decision(position: int, evidence: Mapping[int, set[str]], columns: Columns, source: Source) -> Decision:
    own = decided_marks(evidence[position], source)
    if own.kind != "ambiguous":
        return own
    variables = {name for name, place in columns.variables if place == position}
    years = {place for name, place in columns.variables if name in variables}
    series = decided_marks(set().union(*(evidence[place] for place in years)), source)
    return series if series.kind == "decided" else own


def _doubted(decision: Decision, found: Iterable[tuple[str, int]], numerals: Mapping[str, Sequence[str]]) -> Decision:
    """The decision, undone where one or two cells of many make decimals of what looks like thousands everywhere else.

    `found` holds each shape and how many cells it stands for. Figures with three decimals each, none of them shorter, are rare;
    a cell that was mistyped or taken for another is not.
    """
    if decision.kind != "decided":
        return decision
    every = [(numeral, times) for one, times in found for numeral in numerals[one]]
    shown = sum(times for one, times in every if one in decision.shows)
    follow = sum(times for one, times in every if one in decision.follows)
    # 1.234.567 can be nothing but thousands.
    alone = not any(one.count(mark) > 1 for one, _ in every if one in decision.shows for mark in ".,")
    few = 0 < shown <= FEW and shown < FEW_SHARE * (shown + follow)
    return replace(decision, kind="doubted", marks=("", "")) if few and alone else decision


def _numerals(text: str, words: NumberWords) -> tuple[str, ...]:
    if BARE.fullmatch(text):
        return (text,)
    parts = number_parts(text, words)
    return () if parts is None else parts.numerals


def _rows(
    decision: Decision, found: Iterable[tuple[int, str]], numerals: Mapping[str, Sequence[str]]
) -> dict[str, list[int]]:
    """The rows that show each reading, the more frequent first, and those that could be read in several ways last."""
    reading = {**decision.shows, **dict.fromkeys(decision.follows, OPEN)}
    told = {one: next(filter(None, map(reading.get, several)), "") for one, several in numerals.items()}
    rows: dict[str, list[int]] = {}
    for index, one in found:
        if told[one]:
            rows.setdefault(told[one], []).append(index)
    return dict(sorted(rows.items(), key=lambda entry: (entry[0] == OPEN, -len(entry[1]))))


def _marks_problem(table: RawTable, position: int, decision: Decision, rows: dict[str, list[int]]) -> Problem:
    label = column_label(table, position)
    cells = [] if decision.kind == "decided" else [index for found in rows.values() for index in found]
    if decision.kind == "mixed":
        what = f"The numbers of column {label} are written in different ways: {_examples(table, position, rows)}"
        return column_problem(table, position, cells, "STOP", what, DECLARE, rule="mixed_marks")
    if decision.kind == "doubted":
        few = {name: indices for name, indices in rows.items() if name != OPEN}
        what = (
            f"The numbers of column {label} can be read both ways, and what shows one way are a few cells among many: "
            f"{_examples(table, position, rows)}"
        )
        cells = [index for indices in few.values() for index in indices]
        return column_problem(table, position, cells or rows[OPEN], "STOP", what, FEW_SHOW, rule="few_cells_decide")
    if decision.kind == "ambiguous":
        what = (
            f"The numbers of column {label} can be read both ways, and no cell of it shows which: "
            f"{_examples(table, position, rows)}"
        )
        return column_problem(table, position, cells, "STOP", what, DECLARE, rule="ambiguous_marks")
    follow = row_count(table, rows.get(OPEN, []))
    shown = {name: found for name, found in rows.items() if name != OPEN}
    by = f"by what its cells show: {_examples(table, position, shown)}" if shown else "like the other years"
    what = f"The numbers of column {label} are read {by}"
    what += f"; {follow} more that could be read both ways are read alike" if follow else ""
    do = "Declare `decimal` and `thousands` if the source means something else"
    first = next(iter(shown.values()), [])[:1]
    return column_problem(table, position, first, "NOTE", what, do, rule="marks_decided")


def _examples(table: RawTable, position: int, rows: Mapping[str, Sequence[int]]) -> str:
    cells = column_cells(table, position)
    return "; ".join(
        f"{name}: {_how_many(row_count(table, found))} such as {quoted(str(cells[found[0]]))} in "
        f"{places_in_column(table, found[:1], position)}"
        for name, found in rows.items()
    )


def _how_many(cells: int) -> str:
    return "1 cell" if cells == 1 else f"{cells:,} cells"
