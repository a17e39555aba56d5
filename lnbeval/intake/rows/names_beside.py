"""Names beside names: columns that no source reads and that name municipalities too, held against the one that is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.running_numbers import counts_up
from lnbeval.intake.spans import row_count
from lnbeval.intake.table import RawTable, addresses, column_cells, column_name
from lnbeval.intake.text import cell_text, is_blank, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.resolver import Resolved

AS_DECLARED: Final = "as_declared"  # the answer that the column that is read is right
ENOUGH: Final = 100  # different texts of a column that show whether it names municipalities
EACH_TOLD: Final = 5  # pairs of names; more of them are told at once, for the column
SHARE: Final = 0.5  # of the texts, or of the rows


@dataclass(frozen=True, kw_only=True)
class Named:
    """Rows of a table, the code of the municipality that each is read as, and what another column says there."""

    table: RawTable
    unit: int  # position of the column that is read
    position: int
    codes: Sequence[str | None]
    texts: Sequence[str]


def contradicting_names(
    table: RawTable, read: Collection[int], unit: int | None, codes: Sequence[str | None], meanings: Meanings
) -> list[Problem]:
    """A stop for rows in which a column that is not `read` names another municipality than the one of its row."""
    if unit is None:
        return []
    problems: list[Problem] = []
    for position in naming_columns(table, read, meanings):
        texts = [cell_text(cell) for cell in column_cells(table, position)]
        problems += names_that_differ(
            Named(table=table, unit=unit, position=position, codes=codes, texts=texts), meanings
        )
    return problems


def naming_columns(table: RawTable, read: Collection[int], meanings: Meanings) -> list[int]:
    """Columns that no source reads, and whose texts name municipalities."""
    free = [at for at, header in enumerate(table.header) if at not in read and at not in table.unread and header]
    return [at for at in free if not meanings.headers.means(table.header[at], "county") and _names(table, at, meanings)]


def _names(table: RawTable, position: int, meanings: Meanings) -> bool:
    if not meanings.headers.means(table.header[position], "municipality_code") and _counts_rows(table, position):
        return False  # Official lists are in nearly the order of the codes, which a running number then resembles.
    texts: dict[str, None] = {}
    for cell in column_cells(table, position):
        if not is_blank(cell) and not isinstance(cell, float):
            texts.setdefault(cell_text(cell))
        if len(texts) >= ENOUGH:
            break
    known = sum(_code(meanings.resolve(text, None), text, meanings) is not None for text in texts)
    return bool(known) and known >= SHARE * len(texts)


def _counts_rows(table: RawTable, position: int) -> bool:
    texts = [cell_text(cell) for cell in column_cells(table, position) if not is_blank(cell)]
    return 2 * sum(text.isdigit() for text in texts) > len(texts) and counts_up(texts)


def _code(resolved: Resolved, text: str, meanings: Meanings) -> str | None:
    """The municipality that a text names, by a number of a numbering too."""
    if resolved.kind == "numbering" and resolved.code is None:
        return meanings.resolve(text, None, numbering=resolved.places[0]).code
    return resolved.code


def names_that_differ(named: Named, meanings: Meanings) -> list[Problem]:
    """The stops of one column; none where it says something else, such as the county or a place that serves the municipality."""
    known = {text: meanings.resolve(text, None) for text in dict.fromkeys(named.texts) if text}
    codes = {text: _code(resolved, text, meanings) for text, resolved in known.items()}
    rows = [at for at, text in enumerate(named.texts) if named.codes[at] is not None and codes.get(text) is not None]
    differing = [at for at in rows if codes[named.texts[at]] != named.codes[at]]
    if not differing or not _says_the_same(named, rows, differing, known, codes, meanings):
        return []
    pairs: dict[tuple[str, str], list[int]] = {}
    for at in differing:
        own = meanings.resolve(named.codes[at] or "", None).label or str(named.codes[at])
        if own not in known[named.texts[at]].also:  # It may name a part of the municipality.
            pairs.setdefault((own, named.texts[at]), []).append(at)
    return list(_told(named, pairs, {text: _label(codes[text], meanings) for _, text in pairs}))


def _label(code: str | None, meanings: Meanings) -> str:
    return meanings.resolve(code or "", None).label or str(code)


def _says_the_same(
    named: Named,
    rows: Sequence[int],
    differing: Sequence[int],
    known: Mapping[str, Resolved],
    codes: Mapping[str, str | None],
    meanings: Meanings,
) -> bool:
    """Whether a column names the municipality of its row, rightly or not, by its header or by what it says in most rows."""
    every, wrong = row_count(named.table, rows), row_count(named.table, differing)
    agrees = every - wrong >= SHARE * every
    numbered = any(known[named.texts[at]].kind == "numbering" for at in differing)
    header = named.table.header[named.position]
    if not numbered and any(meanings.headers.means(header, kind) for kind in ("municipality", "municipality_code")):
        return True
    counties = meanings.registered.counties
    of_county = [
        at
        for at in rows
        if known[named.texts[at]].county_names
        and counties.get(codes[named.texts[at]] or "") == counties.get(named.codes[at] or "", "-")
    ]
    return agrees and row_count(named.table, of_county) < every - wrong


def _told(named: Named, pairs: Mapping[tuple[str, str], Sequence[int]], labels: Mapping[str, str]) -> Iterator[Problem]:
    if len(pairs) <= EACH_TOLD:
        for (own, text), rows in pairs.items():
            yield _problem(named, rows, _words(named, own, text, labels[text], rows), f"{own} {labels[text]}")
        return
    every = [at for rows in pairs.values() for at in rows]
    shown = listed(f"{quoted(text)} for {own}" for own, text in pairs)
    many = f"{len(pairs)} pairs of names in {row_count(named.table, every):,} rows differ"
    yield _problem(named, every, f"{many} between {_columns(named)}: {shown}", "")


def _words(named: Named, own: str, text: str, other: str, rows: Sequence[int]) -> str:
    read, beside = (quoted(column_name(named.table, at)) for at in (named.unit, named.position))
    count = row_count(named.table, rows)
    many = "" if count == 1 else f" ({count:,} rows)"
    said = quoted(text) if other.startswith(f"{text} ") else f"{quoted(text)}, which is {other}"
    return f"Column {read} names {own} here, but column {beside} says {said}{many}"


def _columns(named: Named) -> str:
    return " and ".join(f"column {quoted(column_name(named.table, at))}" for at in (named.unit, named.position))


def _problem(named: Named, rows: Sequence[int], what: str, pair: str) -> Problem:
    table, header = named.table, column_name(named.table, named.position)
    return Problem(
        severity="STOP",
        file=table.file,
        sheet=table.sheet,
        cell=addresses(table, rows, named.position),
        what=what,
        do="Ask the source which of the two is right, and for the file with both in agreement; otherwise declare the column that "
        "is right as `unit`, and write the exception",
        rule="names_contradict",
        subject=f"{header} {pair}".strip(),
        options=(AS_DECLARED,),
    )
