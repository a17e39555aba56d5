"""Collecting: the sources that the tables of a survey make, and which variable each of their columns is proposed for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lnbeval.intake.figures.told_units import told_unit
from lnbeval.intake.header_words import folded
from lnbeval.intake.registered import OF_A_HUNDRED
from lnbeval.workspace.new_evaluation.matching import BRACKETS, Meant, called, meant, plain_header
from lnbeval.workspace.number_words import number_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.survey.found import Survey, SurveyedColumn, SurveyedTable
    from lnbeval.reference import Reference


@dataclass
class Collected:
    """What the tables say one after the other."""

    unused: tuple[str, ...]  # headers of columns that say, or could say, who was treated
    sources: list[dict[str, Any]] = field(default_factory=list)
    tables: list[SurveyedTable] = field(default_factory=list)  # of each source
    given: dict[str, tuple[Meant, str, SurveyedTable]] = field(default_factory=dict)  # code -> what, header, table
    named: dict[tuple[str, str], Meant] = field(
        default_factory=dict
    )  # by header and name, folded: the same in every table
    shares: dict[int, list[str]] = field(default_factory=dict)  # of a source by its place: headers left out of a sum


def add_source(
    collected: Collected, survey: Survey, table: SurveyedTable, reference: Reference, words: HeaderWords
) -> None:
    """Add a table as a source, and what each of its columns is proposed for."""
    columns: dict[str, str] = {}
    conditions: list[dict[str, str]] = []
    for proposed in _proposed(table, words):
        if proposed.header in collected.unused:
            continue
        told, text = proposed.column.header, proposed.text
        key = folded(told), folded(text)
        one = collected.named.get(key)
        if one is None or one.code in columns:
            own = (code for code, item in collected.given.items() if item[0].how == "own")
            one = meant(proposed.column, text, table.title, reference, words, {*columns, *own})
            collected.named[key] = one
            collected.given.setdefault(one.code, (one, told, table))
        columns[one.code] = proposed.header
        if proposed.equals:
            conditions.append({"variable": one.code, "column": table.by, "equals": proposed.equals})
        if table.actual[0]:
            conditions.append({"variable": one.code, "column": table.actual[0], "equals": table.actual[1]})
    _without_shares(collected, table, columns, reference)
    kept = [one for one in conditions if one["variable"] in columns]
    by = "mean" if any(_is_share(code, collected, reference) for code in columns) else "sum"
    collected.sources.append(_source(survey, table, columns, kept, by))
    collected.tables.append(table)


def _without_shares(collected: Collected, table: SurveyedTable, columns: dict[str, str], reference: Reference) -> None:
    """Leave shares and rates out of a table whose rows are added up for other columns: they are never added up."""
    shares = [code for code in columns if table.over and _is_share(code, collected, reference)]
    if len(shares) == len(columns):
        return
    for code in shares:
        collected.shares.setdefault(len(collected.sources), []).append(columns.pop(code))
        if collected.given[code][2] is table:
            one = collected.given.pop(code)[0]
            collected.named = {key: known for key, known in collected.named.items() if known is not one}


def _is_share(code: str, collected: Collected, reference: Reference) -> bool:
    one, header, table = collected.given[code]
    if any(header.startswith(name) for name in table.averages):
        return True
    registered = one.how != "own"
    kind = reference.variables.loc[code, "kind"] if registered else one.kind
    unit = str(reference.variables.loc[code, "unit"] if registered else one.unit)
    return kind in OF_A_HUNDRED or (kind == "measure" and told_unit(unit, number_words(reference), whole=True).percent)


@dataclass(frozen=True, kw_only=True)
class _Proposed:
    """A column of figures, or the rows of it that are of one indicator."""

    header: str  # as a source declares it
    column: SurveyedColumn  # headed as what it is of
    text: str  # what that is called
    equals: str = ""  # in the column that names indicators


def _proposed(table: SurveyedTable, words: HeaderWords) -> Iterator[_Proposed]:
    if not table.series:
        for column in table.columns:
            unit = f" ({table.unit_told})" if table.unit_told and not BRACKETS.search(column.header) else ""
            shown = replace(column, header=column.header + unit)
            yield _Proposed(header=column.header, column=shown, text=called(column, table, words))
    for one in table.series:
        for column in one.columns:
            named = one.text if len(one.columns) == 1 else f"{one.text}, {plain_header(column.header)}"
            header = f"{named} ({one.unit})" if one.unit and not BRACKETS.search(one.text) else named
            shown = replace(column, header=header)
            yield _Proposed(header=column.header, column=shown, text=plain_header(header), equals=one.text)


def _source(
    survey: Survey,
    table: SurveyedTable,
    columns: Mapping[str, str],
    conditions: Sequence[Mapping[str, str]],
    by: str,
) -> dict[str, Any]:
    """A source as parameters declare it; what its reader finds by itself is left out."""
    several = len(table.header_rows) > 1
    level = {"column": table.level[0], "municipality": table.level[1]} if table.level[0] else None
    over = {"by": by, "over": list(table.over)} if table.over else None
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
        "only_where": list(conditions) or None,
    }
    return {key: value for key, value in every.items() if value is not None}
