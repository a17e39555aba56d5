"""Headers: where the columns a source names stand in a table."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from lnbeval.intake.files.read import wanted_headers
from lnbeval.intake.header_words import NO_HEADER_WORDS
from lnbeval.intake.heading.table_year import table_year_problems
from lnbeval.intake.heading.wanted import Found, found_headers, header_problems
from lnbeval.intake.heading.year_columns import Labels, marked_years, year_columns
from lnbeval.intake.heading.years import YearLabel
from lnbeval.intake.problems import Problem
from lnbeval.intake.source import YEAR_MARK
from lnbeval.intake.text import cell_text, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.source import Source
    from lnbeval.intake.table import RawTable

NO_ANSWERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Positions of the columns of a source, counted from 0; None or left out where the header is not there."""

    unit: int | None
    period: int | None
    county: int | None
    variables: tuple[tuple[str, int], ...]  # with years across columns, one entry for each year
    conditions: tuple[tuple[str, int, str], ...]  # variable, position, text it must equal
    level: int | None = None
    labels: Labels = ()  # the year of each column of a variable, where years stand across columns

    @property
    def is_complete(self) -> bool:
        """Whether municipality and year of the rows can be told."""
        return self.unit is not None and (self.period is not None or bool(self.labels))

    @property
    def keys(self) -> tuple[int, ...]:
        """Positions of the columns that say what a row is about."""
        places = [self.unit, self.period, self.county, self.level, *(place for _, place, _ in self.conditions)]
        return tuple(dict.fromkeys(place for place in places if place is not None))

    @property
    def declared(self) -> tuple[int, ...]:
        """Positions of all columns that the source names, from left to right."""
        places = (*self.keys, *(place for _, place in self.variables), *(place for place, _ in self.labels))
        return tuple(sorted(set(places)))


def located(
    table: RawTable,
    source: Source,
    words: HeaderWords = NO_HEADER_WORDS,
    answered: Mapping[str, str] = NO_ANSWERS,
    *,
    whole: bool = True,
) -> tuple[Columns, list[Problem]]:
    """Columns of a source in a table, and a problem for each header that is not there, there twice, or not used.

    `whole` is not said of a table that holds only the first rows of its file.
    """
    wanted = wanted_headers(source)
    found = found_headers(table, wanted, words, whole=whole)

    def position(header: str | None) -> int | None:
        return found[cell_text(header)].position if header else None

    conditions = [(item.variable, position(item.column), cell_text(item.equals)) for item in source.only_where]
    unsettled = {variable for variable, place, _ in conditions if place is None}
    variables, labels, problems = _variables(table, source, found, words, answered)
    columns = Columns(
        unit=position(source.unit),
        period=position(source.period),
        county=position(source.county),
        variables=tuple((name, place) for name, place in variables if name not in unsettled),
        conditions=tuple((name, place, text) for name, place, text in conditions if place is not None),
        level=position(source.level.column if source.level else None),
        labels=labels,
    )
    told = [*header_problems(table, found, words), *problems, *marked_years(table, labels)]
    return columns, [*told, *table_year_problems(table, source, words), *_unused(table, columns, found)]


def _variables(
    table: RawTable, source: Source, found: Mapping[str, Found], words: HeaderWords, answered: Mapping[str, str]
) -> tuple[list[tuple[str, int]], Labels, list[Problem]]:
    variables: list[tuple[str, int]] = []
    labels: Labels = ()
    problems: list[Problem] = []
    for name, header in source.columns.items():
        if YEAR_MARK not in header:
            place = found[cell_text(header)].position
            variables += [] if place is None else [(name, place)]
            labels += ((place, YearLabel(source.year)),) if source.year is not None and place is not None else ()
            continue
        own, wrong = year_columns(table, source, name, words, answered)
        variables += [(name, place) for place, _ in own]
        labels += tuple(label for label in own if label not in labels)
        problems += [problem for problem in wrong if problem not in problems]
    return variables, labels, problems


def _unused(table: RawTable, columns: Columns, found: Mapping[str, Found]) -> list[Problem]:
    used = {
        *columns.keys,
        *(place for _, place in columns.variables),
        *(at for one in found.values() for at in (*one.places, *one.copies)),
    }
    rest = [quoted(header) for at, header in enumerate(table.header) if header and at not in used]
    what = f"Columns not declared, and no figure is taken from them: {listed(rest)}"
    note = Problem(severity="NOTE", file=table.file, sheet=table.sheet, what=what, rule="columns_unread")
    return [note] if rest else []
