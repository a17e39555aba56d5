"""Collecting: the sources that the tables of a survey make, and which variable each of their columns is proposed for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lnbeval.workspace.new_evaluation.matching import Meant, called, meant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.survey.found import Survey, SurveyedTable
    from lnbeval.reference import Reference


@dataclass
class Collected:
    """What the tables say one after the other."""

    unused: tuple[str, ...]  # headers of columns that say, or could say, who was treated
    sources: list[dict[str, Any]] = field(default_factory=list)
    tables: list[SurveyedTable] = field(default_factory=list)  # of each source
    given: dict[str, tuple[Meant, str, SurveyedTable]] = field(default_factory=dict)  # code -> what, header, table
    named: dict[tuple[str, str], Meant] = field(default_factory=dict)  # by header and name: the same in every table


def add_source(
    collected: Collected, survey: Survey, table: SurveyedTable, reference: Reference, words: HeaderWords
) -> None:
    """Add a table as a source, and what each of its columns is proposed for."""
    columns: dict[str, str] = {}
    for column in table.columns:
        if column.header in collected.unused:
            continue
        text = called(column, table, words)
        one = collected.named.get((column.header, text))
        if one is None or one.code in columns:
            own = (code for code, item in collected.given.items() if item[0].how == "own")
            one = meant(column, text, table.title, reference, words, {*columns, *own})
            collected.named[column.header, text] = one
            collected.given.setdefault(one.code, (one, column.header, table))
        columns[one.code] = column.header
    collected.sources.append(_source(survey, table, columns))
    collected.tables.append(table)


def _source(survey: Survey, table: SurveyedTable, columns: Mapping[str, str]) -> dict[str, Any]:
    """A source as parameters declare it; what its reader finds by itself is left out."""
    several = len(table.header_rows) > 1
    level = {"column": table.level[0], "municipality": table.level[1]} if table.level[0] else None
    over = {"by": "sum", "over": list(table.over)} if table.over else None
    every = {
        "file": table.file,
        "sheet": table.sheet or None,
        "header": list(table.header_rows) if several else table.header_rows[0],
        "unit": table.unit,
        "unit_codes": table.unit_codes or None,
        "county": table.county or None,
        "level": level,
        "period": table.period or None,
        "year": table.year,
        "school_year": "start" if table.school_years else None,
        "dates": "year" if table.dates else None,
        "encoding": survey.encoding or None,
        "delimiter": survey.delimiter or None,
        "aggregate": over,
        "missing": list(table.missing) or None,
        "columns": dict(columns),
    }
    return {key: value for key, value in every.items() if value is not None}
