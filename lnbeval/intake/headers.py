"""Headers: where the columns a source names stand in a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lnbeval.intake.problems import Problem
from lnbeval.intake.read import wanted_headers
from lnbeval.intake.table import RawTable, column_letter, some
from lnbeval.intake.text import cell_text, listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.source import Source

ROWS_SEARCHED = 20  # below the declared header, for the real one


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Positions of the columns of a source, counted from 0; None or left out where the header is not there."""

    unit: int | None
    period: int | None
    county: int | None
    variables: tuple[tuple[str, int], ...]
    conditions: tuple[tuple[str, int, str], ...]  # variable, position, text it must equal


def located(table: RawTable, source: Source) -> tuple[Columns, list[Problem]]:
    """Columns of a source in a table, and a problem for each header that is not there, there twice, or not used."""
    counts = Counter(header for header in table.header if header)
    usable = {header: table.header.index(header) for header, count in counts.items() if count == 1}
    wanted = wanted_headers(source)

    def position(header: str | None) -> int | None:
        return usable.get(cell_text(header))

    conditions = [(item.variable, position(item.column), cell_text(item.equals)) for item in source.only_where]
    unsettled = {variable for variable, place, _ in conditions if place is None}
    variables = [(name, position(header)) for name, header in source.columns.items() if name not in unsettled]
    columns = Columns(
        unit=position(source.unit),
        period=position(source.period),
        county=position(source.county),
        variables=tuple((name, place) for name, place in variables if place is not None),
        conditions=tuple((name, place, text) for name, place, text in conditions if place is not None),
    )
    return columns, [*_header_problems(table, wanted, counts), *_unused(table, wanted)]


def _header_problems(table: RawTable, wanted: Sequence[str], counts: Counter[str]) -> list[Problem]:
    problems = []
    for header in wanted:
        if counts[header] > 1:
            letters = [column_letter(place) for place, name in enumerate(table.header) if name == header]
            what = f"The header {quoted(header)} stands over columns {', '.join(letters)}"
            problems.append(_problem(table, what, "Give each column its own header at the source"))
        elif not counts[header]:
            what = f"There is no header {quoted(header)} in row {table.header_row}.{nearest(header, list(counts))}"
            what += f" Headers: {some(table.header)}"
            problems.append(_problem(table, what, f"Correct the header in the parameters{_elsewhere(table, header)}"))
    return problems


def _elsewhere(table: RawTable, header: str) -> str:
    for number, row in zip(table.row_numbers[:ROWS_SEARCHED], table.rows, strict=False):
        if any(isinstance(cell, str) and cell_text(cell) == header for cell in row):
            return f", or declare header: {number}, where {quoted(header)} stands"
    return ""


def _problem(table: RawTable, what: str, do: str) -> Problem:
    cell = f"row {table.header_row}"
    return Problem(severity="STOP", file=table.file, sheet=table.sheet, cell=cell, what=what, do=do)


def _unused(table: RawTable, wanted: Sequence[str]) -> list[Problem]:
    rest = [header for header in table.header if header and header not in wanted]
    what = f"Columns not declared, and not read: {listed(quoted(header) for header in rest)}"
    return [Problem(severity="NOTE", file=table.file, sheet=table.sheet, what=what)] if rest else []
