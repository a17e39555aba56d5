"""The draft of an evaluation: what surveys of its files propose for each parameter, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from lnbeval.intake.source import YEAR_MARK
from lnbeval.workspace.data_conflicts import spans
from lnbeval.workspace.new_evaluation.matching import Meant, meant
from lnbeval.workspace.new_evaluation.measures import indicator_rows, variable_row
from lnbeval.workspace.new_evaluation.treated import TreatmentDraft, treatment_draft

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.survey.found import Survey, SurveyedTable
    from lnbeval.reference import Reference

READ_BY: Final = (
    "sheet", "header", "unit", "unit_codes", "county", "level", "period", "year", "school_year", "aggregate", "missing",
)  # fmt: skip  # what a table is read by
BANNER: Final = "Exploratory: this evaluation has no agreed analysis plan."


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """Everything `lnbeval new --from` writes, as values."""

    parameters: Mapping[str, Any]
    guesses: tuple[Mapping[str, Any], ...]
    variables: tuple[Mapping[str, Any], ...]  # rows of the evaluation's own variables.csv; likewise below
    indicators: tuple[Mapping[str, Any], ...]
    treatment: tuple[Mapping[str, str], ...]
    told: tuple[str, ...]  # what else a person should know


@dataclass
class _Collected:
    """What the tables say one after the other."""

    unused: str  # header of the column that says who was treated
    sources: list[dict[str, Any]] = field(default_factory=list)
    tables: list[SurveyedTable] = field(default_factory=list)  # of each source
    guesses: list[dict[str, Any]] = field(default_factory=list)
    given: dict[str, tuple[Meant, str, SurveyedTable]] = field(default_factory=dict)  # code -> what, header, table
    headers: dict[str, Meant] = field(default_factory=dict)  # the same header means the same in every table


def drafted(name: str, surveys: Sequence[Survey], reference: Reference, words: HeaderWords) -> Drafted:
    """The draft of an evaluation from the surveys of its files."""
    tables = [(survey, table) for survey in surveys for table in survey.tables if table.columns]
    years = sorted({year for _, table in tables for year in table.years})
    treatment = treatment_draft(name, [table for _, table in tables], reference, years)
    collected = _Collected(unused=treatment.column)
    for survey, table in tables:
        _add_source(collected, survey, table, reference, words)
    own = [(one, header, table) for one, header, table in collected.given.values() if one.how == "own"]
    variables = [variable_row(one, header, table.file, years) for one, header, table in own]
    registered = _registered(collected.given, reference)
    indicators, indicator_guesses = indicator_rows(collected.given, reference, every=not registered)
    listed = [*registered, *(row["code"] for row in indicators)]
    parameters = _parameters(name, collected, listed, treatment, years, reference)
    guesses = [
        *_table_guesses(collected),
        *collected.guesses,
        *_variable_guesses(own, variables),
        *indicator_guesses,
        *_denominator_guess(parameters, collected.given, reference),
        *treatment.guesses,
        _words_guess(parameters),
    ]
    return Drafted(
        parameters=parameters,
        guesses=tuple(guesses),
        variables=tuple(variables),
        indicators=tuple(indicators),
        treatment=treatment.rows,
        told=(*_told(surveys), *treatment.told),
    )


def _add_source(
    collected: _Collected, survey: Survey, table: SurveyedTable, reference: Reference, words: HeaderWords
) -> None:
    number = len(collected.sources) + 1
    columns: dict[str, str] = {}
    for column in table.columns:
        if column.header == collected.unused:
            continue
        one = collected.headers.get(column.header)
        if one is None or one.code in columns:
            one = meant(
                column,
                reference,
                words,
                {*columns, *(code for code, item in collected.given.items() if item[0].how == "own")},
            )
            collected.headers[column.header] = one
            collected.given.setdefault(one.code, (one, column.header, table))
        columns[one.code] = column.header
    source = _source(survey, table, columns)
    collected.sources.append(source)
    collected.tables.append(table)
    collected.guesses += _column_guesses(collected, f"data.sources[{number}]", columns, table)


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
        "encoding": survey.encoding or None,
        "delimiter": survey.delimiter or None,
        "aggregate": over,
        "missing": list(table.missing) or None,
        "columns": dict(columns),
    }
    return {key: value for key, value in every.items() if value is not None}


def _table_guesses(collected: _Collected) -> list[dict[str, Any]]:
    """One question about how a table is read; sheets that are alike but for their name and year share one."""
    alike: dict[str, list[int]] = {}
    for at, (source, table) in enumerate(zip(collected.sources, collected.tables, strict=True)):
        own = {key: value for key, value in source.items() if table.year is None or key not in {"sheet", "year"}}
        alike.setdefault(repr(own), []).append(at)
    return [_table_guess(collected, places) for places in alike.values()]


def _table_guess(collected: _Collected, places: Sequence[int]) -> dict[str, Any]:
    first = collected.tables[places[0]]
    named = first.file if len(places) > 1 or not first.sheet else f"{first.file} {first.sheet}"
    return {
        "name": f"table {named}",
        "why": "; ".join(_evidence([collected.tables[at] for at in places])),
        "values": {
            f"data.sources[{at + 1}].{key}": collected.sources[at][key]
            for at in places
            for key in READ_BY
            if key in collected.sources[at]
        },
    }


def _evidence(tables: Sequence[SurveyedTable]) -> Iterator[str]:
    """Why tables that are alike are read as they are."""
    table = tables[0]
    yield f"{table.known} of {table.texts} different texts under '{table.unit}' are municipalities ({table.units})"
    if table.year is not None:
        years = spans(sorted({one.year for one in tables if one.year is not None}))
        yield f"{table.year_from} says {years}, and no column or header tells a year"
    elif table.period:
        yield f"'{table.period}' holds {spans(table.years)}"
    else:
        yield f"headers name {spans(table.years) or 'no year'}"
    if table.school_years:
        yield "its years are school years, which may count for the year in which they start or end"
    if table.missing:
        yield f"{' and '.join(map(repr, table.missing))} stands in cells and is a word for 'not reported'"
    if table.over:
        yield f"a municipality has several rows a year, by {' and '.join(table.over)}, which may be added up or averaged"


def _column_guesses(
    collected: _Collected, path: str, columns: Mapping[str, str], table: SurveyedTable
) -> list[dict[str, Any]]:
    """A question for each column that is read as a registered variable because its label is like it, but not the same."""
    guesses = []
    for code, header in columns.items():
        one = collected.headers[header]
        first = collected.given[code][2] is table
        if one.how == "alike" and first:
            why = f"the header '{_plain(header)}' is like the label of the registered variable, '{one.label}'"
            guesses.append({"name": f"column {code}", "why": why, "values": {f"{path}.columns.{code}": header}})
    return guesses


def _variable_guesses(
    own: Sequence[tuple[Meant, str, SurveyedTable]], rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    return [
        {
            "name": f"variable {row['code']}",
            "why": f"no registered variable is called '{_plain(header)}', and its header and figures look like this",
            "table": "variables",
            "row": row["code"],
            "values": {key: row[key] for key in ("unit", "counting_unit", "kind")},
        }
        for (_, header, _), row in zip(own, rows, strict=True)
    ]


def _registered(given: Mapping[str, Any], reference: Reference) -> list[str]:
    """Registered indicators whose parts the files hold."""
    table = reference.indicators
    there = {*given, "population", ""}
    parts = zip(table.index, table["numerator"], table["denominator"], strict=True)
    return [str(code) for code, numerator, denominator in parts if numerator in given and denominator in there]


def _parameters(
    name: str,
    collected: _Collected,
    indicators: Sequence[str],
    treatment: TreatmentDraft,
    years: Sequence[int],
    reference: Reference,
) -> dict[str, Any]:
    title = next((table.title for _, _, table in collected.given.values() if table.title), name)
    data: dict[str, Any] = {"sources": collected.sources}
    denominators = _denominators(reference, years)
    if denominators:
        data["denominator"] = denominators[0]
    before = [year for year in years if year < min(treatment.starts, default=0)]
    placebos = [{"base": before[-2], "period": before[-1]}] if len(before) > 1 else []
    family = {"name": "all indicators", "indicators": list(indicators), "method": "romano_wolf"}
    return {
        "title": title,
        "question": f"Did the outcomes of '{title}' change otherwise in the targeted municipalities than in the others?",
        "kind": "exploratory",
        "banner": BANNER,
        "estimand": "This is the effect of being targeted, beyond what the other municipalities received too.",
        "data": data,
        "treatment": dict(treatment.parameters),
        "indicators": list(indicators),
        "design": {
            "estimator": "att_gt",
            "control_group": "never_treated",
            "base_period": "universal",
            "anticipation": 0,
            "missing": "pairwise",
        },
        "inference": {"method": "rule", "level": 0.95, "draws": 9999},
        "families": [family] if len(indicators) > 1 else [],
        "placebos": placebos,
        "seed": 1,
    }


def _denominators(reference: Reference, years: Sequence[int]) -> list[str]:
    """Population series of the municipalities, those counted before the first year of the data first."""
    names = [str(column) for column in reference.municipalities.columns if str(column).startswith("population_")]
    first = min(years, default=0)
    return sorted(names, key=lambda column: (int(column.rpartition("_")[2]) > first, -int(column.rpartition("_")[2])))


def _denominator_guess(
    parameters: Mapping[str, Any], given: Mapping[str, Any], reference: Reference
) -> list[dict[str, Any]]:
    chosen = parameters["data"].get("denominator")
    if chosen is None:
        return []
    others = [one for one in _denominators(reference, []) if one != chosen]
    others += ["population"] if "population" in given else []
    why = "rates need one population, and a count from before the first year cannot be moved by what is evaluated"
    also = f" (there are also {', '.join(others)})" if others else ""
    return [{"name": "denominator", "why": why + also, "values": {"data.denominator": chosen}}]


def _words_guess(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": "words",
        "why": "a file cannot know what is asked of it, nor whether there is an agreed plan",
        "values": {key: parameters[key] for key in ("title", "question", "kind", "estimand")},
    }


def _told(surveys: Sequence[Survey]) -> list[str]:
    told = []
    for survey in surveys:
        if survey.sampled:
            told.append(f"{survey.file}: large, so only some of its rows were looked at: it may hold other years")
        told += [
            f"{survey.file}{f', sheet {sheet!r}' if sheet else ''}: not used, {why}" for sheet, why in survey.passed
        ]
        told += [
            f"{table.file}{f', sheet {table.sheet!r}' if table.sheet else ''}: not used, no column holds figures"
            for table in survey.tables
            if not table.columns
        ]
    return told


def _plain(header: str) -> str:
    return header.replace(YEAR_MARK, "[year]")
