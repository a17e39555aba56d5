"""Wanted headers: where each stands, written so, written otherwise, or by a word that means the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from lnbeval.intake.files.joined_header import folded_tag, is_words
from lnbeval.intake.header_words import folded
from lnbeval.intake.problems import Problem
from lnbeval.intake.table import RawTable, column_letter, some
from lnbeval.intake.text import cell_text, is_blank, listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.table import Row

TWO_ROWS: Final = "header_rows"  # the rule of a header that stands in two rows of which one is declared
ROWS_SEARCHED = 20  # above and below the declared header, for the real one

How = Literal["as written", "tag", "otherwise", "alias"]


@dataclass(frozen=True)
class Found:
    """The columns that a wanted header may mean, and how that was told; none, one or several.

    `copies` are columns under a header that differs in capitals or spaces alone, whose cells hold the very same.
    """

    places: tuple[int, ...]
    how: How
    copies: tuple[int, ...] = ()

    @property
    def position(self) -> int | None:
        """The column, when it is one."""
        return self.places[0] if len(self.places) == 1 else None


def found_headers(
    table: RawTable, wanted: Sequence[str], words: HeaderWords, *, whole: bool = True
) -> dict[str, Found]:
    """Where each wanted header stands; a word that means the same counts only for columns that no other header claims.

    Of a table that is not the `whole` one, but its first rows, columns that hold the same so far are not known to be copies.
    """
    written = {header: _as_written(table, header) for header in wanted}
    named = {place for one in written.values() if one.how in {"as written", "tag"} for place in one.places}
    found = {header: _with_twins(table, header, one, named, whole=whole) for header, one in written.items()}
    claimed = {place for one in found.values() for place in one.places}
    for header, one in found.items():
        if not one.places and not header.startswith("#"):
            alike = [at for at, name in _headers(table) if words.alike(name, header)]
            found[header] = Found(tuple(at for at in alike if at not in claimed), "alias")
    return found


def header_problems(table: RawTable, found: Mapping[str, Found], words: HeaderWords) -> list[Problem]:
    """A stop for each header that is not there, there twice, or another one's; a note on those written otherwise."""
    problems: list[Problem] = []
    hint = _rows_hint(table)
    for header, one in found.items():
        if len(one.places) > 1:
            problems.append(_twice(table, header, one, hint))
        elif not one.places:
            problems.append(_absent(table, header, words, hint))
    faults = _rules([*problems, *_shared(table, found)], hint)
    return [*faults, *_copies(table, found), *_written_otherwise(table, found), *_rows_below(table, problems)]


def _as_written(table: RawTable, header: str) -> Found:
    if header.startswith("#") and table.tags:
        tag = folded_tag(header)
        places = tuple(
            at for at, name in enumerate(table.tags) if at not in table.unread and name and folded_tag(name) == tag
        )
        if places:
            return Found(places, "tag")
    exact = tuple(at for at, name in _headers(table) if name == header)
    if exact:
        return Found(exact, "as written")
    key = folded(header)
    return Found(tuple(at for at, name in _headers(table) if folded(name) == key), "otherwise")


def _with_twins(table: RawTable, header: str, one: Found, named: set[int], *, whole: bool) -> Found:
    """The columns of a header together with those that differ from it in capitals or spaces alone, and that nothing names.

    Capitals do not say which column was meant: only cells that hold the very same leave no choice to be made.
    """
    if not one.places or one.how == "tag":
        return one
    key = folded(header)
    twins = tuple(at for at, name in _headers(table) if folded(name) == key and at not in {*named, *one.places})
    first, *others = (*one.places, *twins)
    if others and whole and all(_alike(table, first, other) for other in others):
        return Found((first,), one.how, tuple(others))
    return Found(tuple(sorted((*one.places, *twins))), one.how)


def _alike(table: RawTable, one: int, other: int) -> bool:
    """Whether two columns hold the same in every row."""
    return all(cell_text(row[one]) == cell_text(row[other]) for row in table.rows)


def _headers(table: RawTable) -> list[tuple[int, str]]:
    return [(at, name) for at, name in enumerate(table.header) if name and at not in table.unread]


def _twice(table: RawTable, header: str, one: Found, hint: str) -> Problem:
    letters = [column_letter(place) for place in one.places]
    if one.how == "alias":
        names = listed(quoted(table.header[place]) for place in one.places)
        what = f"There is no header {quoted(header)}; columns {', '.join(letters)} may mean the same: {names}"
        return _problem(table, what, "Write the header of the column that is meant into the parameters", "header_alike")
    written = dict.fromkeys(table.header[place] for place in one.places)
    told = f" ({', '.join(map(quoted, written))})" if len(written) > 1 else ""
    what = f"The header {quoted(header)} stands over columns {', '.join(letters)}{told}"
    return _problem(table, what, f"Give each column its own header at the source{hint}", "header_twice")


def _absent(table: RawTable, header: str, words: HeaderWords, hint: str) -> Problem:
    names = [*dict.fromkeys(name for name in (*table.header, *table.tags) if name)]
    what = f"There is no header {quoted(header)} in row {table.header_row}.{nearest(header, names)}"
    hidden = [at for at, name in enumerate(table.header) if name == header and at in table.unread]
    if hidden:
        what += f" It stands over the hidden column {column_letter(hidden[0])}, which `hidden: skip` leaves out."
    what += f" Headers: {some(names)}"
    do = f"Correct the header in the parameters{hint or _elsewhere(table, header, words)}"
    return _problem(table, what, do, "header_absent")


def _elsewhere(table: RawTable, header: str, words: HeaderWords) -> str:
    below = zip(table.row_numbers[:ROWS_SEARCHED], table.rows, strict=False)
    for number, row in [*reversed(table.above[-ROWS_SEARCHED:]), *below]:
        texts = [cell_text(cell) for cell in row if isinstance(cell, str)]
        if header in texts:
            return f", or declare header: {number}, where {quoted(header)} stands"
        alike = next((text for text in texts if folded(text) == folded(header) or words.alike(text, header)), None)
        if alike is not None and sum(not is_blank(cell) for cell in row) > 1:
            return f", or declare header: {number}, where {quoted(alike)} stands"
    return ""


def _rows_hint(table: RawTable) -> str:
    """Advice to declare another row as part of the header, where it holds words over or under columns without a name."""
    rows = _row_above(table) or _row_below(table)
    return f", or declare header: [{rows[0]}, {rows[1]}], so that both rows are read as the header" if rows else ""


def _rules(problems: Sequence[Problem], hint: str) -> list[Problem]:
    """The problems; with a hint, under the rule that keeps the rows from being read as data."""
    return [replace(problem, rule=TWO_ROWS) for problem in problems] if hint else list(problems)


def _row_above(table: RawTable) -> tuple[int, int] | None:
    above = table.above[-1] if table.above else None
    if above is None or above[0] != table.header_row - 1 or not is_words(above[1]) or len(table.head) > 1:
        return None
    unclear = _unclear(table)
    named = any(at in unclear and not is_blank(value) for at, value in enumerate(above[1]))
    return (above[0], table.header_row) if named else None


def _row_below(table: RawTable) -> tuple[int, int] | None:
    first: Row | None = (table.row_numbers[0], table.rows[0]) if table.rows else None
    if first is None or first[0] != table.header_row + 1 or not is_words(first[1]) or len(table.head) > 1:
        return None
    blank = {at for at, name in enumerate(table.header) if not name}
    filled = {at for at, value in enumerate(first[1]) if not is_blank(value)}
    return (table.header_row, first[0]) if blank & filled and len(filled) < len(table.header) else None


def _unclear(table: RawTable) -> set[int]:
    """Columns with a header that says nothing, or the same as another."""
    names = [name for name in table.header if name]
    return {at for at, name in enumerate(table.header) if not name or names.count(name) > 1}


def _rows_below(table: RawTable, told: Sequence[Problem]) -> list[Problem]:
    rows = _row_below(table)
    if rows is None or told:
        return []
    blank = listed(column_letter(at) for at, name in enumerate(table.header) if not name)
    what = f"Columns {blank} have no header in row {rows[0]}, and row {rows[1]} holds words: it looks like part of the header"
    return [_problem(table, what, f"Declare header: [{rows[0]}, {rows[1]}]", TWO_ROWS)]


def _shared(table: RawTable, found: Mapping[str, Found]) -> list[Problem]:
    by_place: dict[int, list[str]] = {}
    for header, one in found.items():
        if one.position is not None:
            by_place.setdefault(one.position, []).append(header)
    return [
        _problem(
            table,
            f"{' and '.join(quoted(header) for header in headers)} would both be column {column_letter(at)}, "
            f"{quoted(table.header[at])}",
            "Name the column only once, as it is written",
            "header_shared",
        )
        for at, headers in by_place.items()
        if len(headers) > 1
    ]


def _copies(table: RawTable, found: Mapping[str, Found]) -> list[Problem]:
    told = [
        f"{quoted(table.header[one.places[0]])} (column {column_letter(one.places[0])}, read) and "
        + listed(f"{quoted(table.header[at])} (column {column_letter(at)})" for at in one.copies)
        for one in found.values()
        if one.copies
    ]
    what = f"Columns stand there again under the same header and hold the same in every row: {listed(told)}"
    do = "Ask the source to leave one of them out: a later delivery may correct the other one only"
    cell = f"row {table.header_row}"
    warning = Problem(
        severity="WARN", file=table.file, sheet=table.sheet, cell=cell, what=what, do=do, rule="header_copied"
    )
    return [warning] if told else []


def _written_otherwise(table: RawTable, found: Mapping[str, Found]) -> list[Problem]:
    names = [
        f"{quoted(header)} is read from {quoted(table.header[one.position])} (column {column_letter(one.position)})"
        for header, one in found.items()
        if one.position is not None and one.how in {"otherwise", "alias"}
    ]
    names += [
        f"{quoted(header)} is read from column {column_letter(one.position)}, where spaces or a line break stand beside the "
        "words"
        for header, one in found.items()
        if one.position is not None and one.how == "as written" and _has_odd_spaces(table, one.position)
    ]
    what = f"Headers are written otherwise than declared: {listed(names)}"
    do = "Nothing, if they mean the same; otherwise correct the parameters"
    note = Problem(severity="NOTE", file=table.file, sheet=table.sheet, what=what, do=do, rule="header_alias")
    return [note] if names else []


def _has_odd_spaces(table: RawTable, position: int) -> bool:
    """Whether a header of one row has spaces at its ends, several in a row, or a line break."""
    cells = table.head[0][1] if len(table.head) == 1 else ()
    written = cells[position] if position < len(cells) else None
    return isinstance(written, str) and written != " ".join(written.split())


def _problem(table: RawTable, what: str, do: str, rule: str) -> Problem:
    cell = f"row {table.header_row}"
    return Problem(severity="STOP", file=table.file, sheet=table.sheet, cell=cell, what=what, do=do, rule=rule)
