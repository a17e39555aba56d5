"""The guesses of a draft: a question for each thing that a file suggests and does not say."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from lnbeval.intake.source import YEAR_MARK
from lnbeval.intake.survey.told import APART
from lnbeval.intake.text import listed, quoted
from lnbeval.workspace.data_conflicts import spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lnbeval.intake.survey.found import SurveyedTable, YearFrom
    from lnbeval.reference import Reference
    from lnbeval.workspace.new_evaluation.collected import Collected
    from lnbeval.workspace.new_evaluation.matching import Meant

READ_BY: Final = (
    "sheet", "header", "unit", "unit_codes", "county", "level", "period", "year", "school_year", "dates", "aggregate", "only_where", "missing",
)  # fmt: skip  # what a table is read by
YEAR_FROM: Final[Mapping[YearFrom, str]] = MappingProxyType(
    {"sheet": "the name of the sheet", "title": "the lines above the table", "file": "the name of the file"}
)


def table_guesses(collected: Collected) -> list[dict[str, Any]]:
    """One question about how a table is read; sheets that are alike but for their name and year share one."""
    alike: dict[str, list[int]] = {}
    for at, (source, table) in enumerate(zip(collected.sources, collected.tables, strict=True)):
        apart = {"sheet", "year"} if table.year is not None else {"sheet"} if table.divided else set()
        own = {key: value for key, value in source.items() if key not in apart}
        alike.setdefault(repr(own), []).append(at)
    return [_table_guess(collected, places) for places in alike.values()]


def _table_guess(collected: Collected, places: Sequence[int]) -> dict[str, Any]:
    first = collected.tables[places[0]]
    named = first.file if len(places) > 1 or not first.sheet else f"{first.file} {first.sheet}"
    return {
        "name": f"table {named}",
        "why": "; ".join([*_evidence([collected.tables[at] for at in places]), *_of_shares(collected, places[0])]),
        "values": {
            f"data.sources[{at + 1}].{key}": collected.sources[at][key]
            for at in places
            for key in READ_BY
            if key in collected.sources[at]
        },
    }


def _of_shares(collected: Collected, place: int) -> Iterator[str]:
    """What is proposed for shares and rates of rows that are cut by groups."""
    left_out = collected.shares.get(place)
    if left_out:
        yield f"{listed(map(repr, left_out))} is a share or a rate, which is never added up, and is left out"
    elif collected.sources[place].get("aggregate", {}).get("by") == "mean":
        yield "shares, rates and averages are never added up, and their mean is right only where the groups are equally large"


def _evidence(tables: Sequence[SurveyedTable]) -> Iterator[str]:
    """Why tables that are alike are read as they are."""
    table = tables[0]
    yield f"{table.known} of {table.texts} different texts under '{table.unit}' are municipalities ({table.units})"
    if table.divided:
        named = len({code for one in tables for code in one.codes})
        yield (
            f"{len(tables)} tables with the same headers hold other municipalities each ({named} in all), so that the name of the "
            "sheet says which they are and not what the figures are of"
        )
    if table.year is not None:
        years = spans(sorted({one.year for one in tables if one.year is not None}))
        yield f"{YEAR_FROM[table.year_from]} says {years}, and no column or header tells a year"
    elif table.period:
        yield f"'{table.period}' holds {spans(table.years)}"
    else:
        yield f"headers name {spans(table.years) or 'no year'}"
    if table.school_years:
        yield "its years are school years, which may count for the year in which they start or end"
    if table.dates:
        where = f"'{table.period}' holds" if table.period else "headers are"
        yield f"{where} first or last days of years, which may stand for the whole year or for that day"
    if table.missing:
        words = " and ".join(map(quoted, table.missing))
        several = len(table.missing) > 1
        yield f"{words} {'stand in cells and are words' if several else 'stands in cells and is a word'} for 'not reported'"
    if table.actual[0]:
        yield (
            f"'{table.actual[0]}' says which figures are planned: only the rows of '{table.actual[1]}' are read, as no effect can "
            "be seen in a plan"
        )
    if table.series:
        yield (
            f"'{table.by}' names what the figures are of ({listed(one.text for one in table.series)}), and {APART[table.apart]}: "
            "each is a series of its own, and nothing is added up across them"
        )
    if table.over and table.period:
        parts = (f"{header} ({listed(words)})" for header, words in zip(table.over, table.over_words, strict=True))
        yield (
            f"a municipality has several rows a year, by {' and '.join(parts)}, which may be added up or averaged; a word "
            "that is a part of another must not be added to it"
        )


def column_guesses(collected: Collected, reference: Reference) -> list[dict[str, Any]]:
    """A question for each column that is read as a registered variable: the same words can mean something else in a file."""
    guesses = []
    for number, (source, table) in enumerate(zip(collected.sources, collected.tables, strict=True), start=1):
        for code, header in source["columns"].items():
            one, shown, first = collected.given[code]
            if one.how != "own" and first is table:
                likeness = "is" if one.how == "same" else "is like"
                unit: str = reference.variables["unit"].to_dict()[code]
                why = (
                    f"the header '{_plain(shown)}' {likeness} a name of the registered variable '{one.label}', which is in "
                    f"{unit} and has to be so here"
                )
                path = f"data.sources[{number}].columns.{code}"
                guesses.append({"name": f"column {code}", "why": why, "values": {path: header}})
    return guesses


def indicators_guess(registered: Sequence[str], listed: Sequence[str], reference: Reference) -> list[dict[str, Any]]:
    """The question whether the registered indicators that can be made of the columns are what the file is about."""
    if not registered:
        return []
    labels: dict[Any, str] = reference.indicators["label"].to_dict()
    named = ", ".join(f"{code} ({labels[code]})" for code in registered)
    why = f"these registered indicators can be made of the columns: {named}"
    return [{"name": "indicators", "why": why, "values": {"indicators": list(listed)}}]


def variable_guesses(
    own: Sequence[tuple[Meant, str, SurveyedTable]], rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """A question for each variable that no registry describes."""
    return [
        {
            "name": f"variable {row['code']}",
            "why": f"{_not_registered(one, header)}, and its header and figures look like this",
            "table": "variables",
            "row": row["code"],
            "values": {
                key: row[key] for key in ("unit", "counting_unit", "kind", "part_of") if row[key] or key == "unit"
            },
        }
        for (one, header, _), row in zip(own, rows, strict=True)
    ]


def _not_registered(one: Meant, header: str) -> str:
    if one.unlike:
        return f"'{_plain(header)}' is in another unit than the registered {one.unlike}"
    return f"no registered variable is called '{_plain(header)}'"


def denominators(reference: Reference, years: Sequence[int]) -> list[str]:
    """Population series of the municipalities, those counted before the first year of the data first."""
    names = [str(column) for column in reference.municipalities.columns if str(column).startswith("population_")]
    first = min(years, default=0)
    return sorted(names, key=lambda column: (int(column.rpartition("_")[2]) > first, -int(column.rpartition("_")[2])))


def denominator_guess(
    parameters: Mapping[str, Any], given: Mapping[str, Any], reference: Reference
) -> list[dict[str, Any]]:
    """The question which population rates are of; none where there is no series."""
    chosen = parameters["data"].get("denominator")
    if chosen is None:
        return []
    others = [one for one in denominators(reference, []) if one != chosen]
    others += ["population"] if "population" in given else []
    why = "rates need one population, and a count from before the first year cannot be moved by what is evaluated"
    also = f" (there are also {', '.join(others)})" if others else ""
    return [{"name": "denominator", "why": why + also, "values": {"data.denominator": chosen}}]


def words_guess(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The question about title, question, kind and estimand."""
    return {
        "name": "words",
        "why": "a file cannot know what is asked of it, nor whether there is an agreed plan",
        "values": {key: parameters[key] for key in ("title", "question", "kind", "estimand")},
    }


def _plain(header: str) -> str:
    return header.replace(YEAR_MARK, "[year]")
