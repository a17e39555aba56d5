"""The municipalities and what is known of them: tables that hold every national fact, and the names people write.

The code here knows no country. Names, spellings, prefixes, total rows, events and evidence are files of one folder.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.delimiters import column_mark_of
from lnbeval.errors import DataError
from lnbeval.name_tables import names_index
from lnbeval.names import Match, Names, is_total_row, match

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

STATUSES: Final = ("confirmed", "indirect", "mentioned")  # of a document that names a treated municipality; best first
REQUIRED: Final = {
    "municipalities": ("code", "name", "name_en", "county", "seat", "lat", "lon", "area_km2", "aliases"),
    "adjacency": ("code_a", "code_b"),
    "county_population": ("county", "year", "kind", "population"),
    "national_facts": ("fact", "period", "value", "unit", "source"),
    "other_programmes": ("code", "programme", "start", "end", "what", "source"),
    "events": ("event_id", "event", "date_start", "date_end", "affected", "affected_as_written", "kind", "source", "page_label"),
    "treatment_evidence": ("code", "name", "phase", "status", "date", "evidence", "source"),
    "indicators": (
        "code", "label", "label_sq", "unit", "effect_unit", "direction", "outcome_area", "target_group", "numerator", "denominator",
        "scale", "decimals", "source_system", "registry_code", "counting_unit", "kind", "low", "high", "breaks", "sex", "note",
    ),
    "variables": (
        "code", "label", "label_sq", "unit", "counting_unit", "kind", "part_of", "change", "low", "high", "zeros", "frequency",
        "prices", "breaks", "source", "note",
    ),
    "total_rows": ("word", "match"),
    "name_prefixes": ("prefix", "kind"),
    "person_words": ("word", "meaning"),  # without them nobody could tell what must not come in
    "person_numbers": ("form", "kind"),
}  # fmt: skip
OPTIONAL: Final = {  # what could be taken for a municipality and is none, or was called otherwise; a country may have no such
    "administrative_units": ("unit", "code"),
    "former_names": ("written", "code", "until"),
    "name_hints": ("written", "code", "kind"),
    "out_of_scope": ("name", "country", "aliases", "source"),
    "missing_words": ("word", "meaning"),
    "number_words": ("word", "sign"),
    "unit_words": ("word", "unit"),
    "scale_words": ("word", "meaning"),
    "planned_words": ("word", "kind"),
    "header_aliases": ("canonical", "alias", "language"),
    "header_marks": ("meaning", "word", "language"),
    "text_letters": ("kind", "text"),
    "problem_texts": ("rule", "language", "what", "do"),
    "report_words": ("phrase", "language", "text"),
}
INTEGERS: Final = ("phase", "year", "population", "decimals")
FLOATS: Final = ("lat", "lon", "area_km2", "shared_border_km_approx", "value", "scale")
BOUNDS: Final = ("low", "high")  # numbers too, but blank where there is no bound
DEFINED: Final = ("indicators", "variables")  # that an evaluation may define for itself
CODES: Final = {  # columns that must hold known codes, `;` between several, `ALL` for everybody
    "adjacency": ("code_a", "code_b"),
    "other_programmes": ("code",),
    "events": ("affected",),
    "treatment_evidence": ("code",),
    "administrative_units": ("code",),
    "former_names": ("code",),
    "name_hints": ("code",),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """The tables of one folder; municipalities, indicators and variables are indexed by code, in the order of the file."""

    folder: Path
    municipalities: pd.DataFrame
    adjacency: pd.DataFrame
    county_population: pd.DataFrame
    national_facts: pd.DataFrame
    other_programmes: pd.DataFrame
    events: pd.DataFrame
    evidence: pd.DataFrame
    indicators: pd.DataFrame
    variables: pd.DataFrame
    missing_words: pd.DataFrame
    number_words: pd.DataFrame
    unit_words: pd.DataFrame
    scale_words: pd.DataFrame
    total_rows: pd.DataFrame
    planned_words: pd.DataFrame
    header_aliases: pd.DataFrame
    header_marks: pd.DataFrame
    person_words: pd.DataFrame
    person_numbers: pd.DataFrame
    text_letters: pd.DataFrame
    problem_texts: pd.DataFrame
    report_words: pd.DataFrame
    names: Names
    own_variables: frozenset[str] = frozenset()  # codes that an evaluation defines for itself


def load_reference(folder: Path) -> Reference:
    """Read and check the tables in `folder`; raise one DataError that lists all that is missing or inconsistent."""
    paths = {name: folder / f"{name}.csv" for name in REQUIRED}
    _refuse([f"{path} is missing." for path in paths.values() if not path.is_file()])
    tables = {name: _table(path) for name, path in paths.items()}
    tables |= {name: _table_if_there(folder / f"{name}.csv", columns) for name, columns in OPTIONAL.items()}
    _refuse([f"{folder / name}.csv has no column {column!r}." for name, column in _absent(tables)])
    _refuse([*_duplicates(tables), *_strangers(tables), *_odd_statuses(tables["treatment_evidence"])])
    municipalities = tables["municipalities"].set_index("code")
    return Reference(
        folder=folder,
        municipalities=municipalities,
        adjacency=tables["adjacency"],
        county_population=tables["county_population"],
        national_facts=tables["national_facts"],
        other_programmes=tables["other_programmes"],
        events=tables["events"],
        evidence=tables["treatment_evidence"],
        indicators=tables["indicators"].set_index("code"),
        variables=tables["variables"].set_index("code"),
        missing_words=tables["missing_words"],
        number_words=tables["number_words"],
        unit_words=tables["unit_words"],
        scale_words=tables["scale_words"],
        total_rows=tables["total_rows"],
        planned_words=tables["planned_words"],
        header_aliases=tables["header_aliases"],
        header_marks=tables["header_marks"],
        person_words=tables["person_words"],
        person_numbers=tables["person_numbers"],
        text_letters=tables["text_letters"],
        problem_texts=tables["problem_texts"],
        report_words=tables["report_words"],
        names=names_index(municipalities, tables),
    )


def with_definitions(reference: Reference, folder: Path) -> Reference:
    """The reference with the indicators and variables that `folder` defines beside those for everybody.

    `folder` may hold indicators.csv, variables.csv, both or none, with the columns of the tables in the reference. Raises
    DataError that lists every missing column and every code that is defined already.
    """
    own = {name: _table(path) for name in DEFINED if (path := folder / f"{name}.csv").is_file()}
    absent = [(name, column) for name in own for column in REQUIRED[name] if column not in own[name]]
    _refuse([f"{folder / name}.csv has no column {column!r}." for name, column in absent])
    tables = {name: pd.concat([getattr(reference, name).reset_index(), table]) for name, table in own.items()}
    _refuse(
        [
            f"{folder / name}.csv: code '{code}' is defined already, there or in {reference.folder / name}.csv. Choose another."
            for name, table in tables.items()
            for code in table["code"][table["code"].duplicated()].unique()
        ]
    )
    return replace(
        reference,
        **{name: table.set_index("code") for name, table in tables.items()},
        own_variables=frozenset(own["variables"]["code"]) if "variables" in own else frozenset(),
    )


def resolve(reference: Reference, written: str, county: str | None = None, numbering: str = "") -> Match:
    """The municipality that `written` names, by code, name or alias; never the nearest. See `names.match`."""
    return match(reference.names, written, county, numbering)


def inside_sentence(label: str) -> str:
    """A label as it stands inside a sentence: without its capital, unless it begins with an abbreviation."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def is_total(reference: Reference, written: str) -> bool:
    """Whether `written` heads a total row: a word such as the country's name, or one that opens with `Total`."""
    return is_total_row(reference.names, written)


def _table(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, sep=column_mark_of(path), dtype=str, keep_default_na=False, encoding="utf-8-sig")
        for column in table.columns:
            if column in INTEGERS or column.startswith("population_"):
                table[column] = table[column].astype("int64")
            elif column in FLOATS:
                table[column] = table[column].astype("float64")
            elif column in BOUNDS:
                table[column] = table[column].replace("", "nan").astype("float64")
    except ValueError as error:  # of the parser, of the encoding, of a number
        raise DataError(f"{path} cannot be read: {error}") from error
    return table


def _table_if_there(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    return _table(path) if path.is_file() else pd.DataFrame(columns=list(columns), dtype="str")


def _absent(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, str]]:
    return (
        (name, column)
        for name, columns in {**REQUIRED, **OPTIONAL}.items()
        for column in columns
        if column not in tables[name]
    )


def _duplicates(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    for name in ("municipalities", "indicators", "variables"):
        codes = tables[name]["code"]
        yield from (f"{name}.csv holds code {code} more than once." for code in codes[codes.duplicated()].unique())


def _strangers(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    known = {*tables["municipalities"]["code"], "ALL", ""}
    for name, columns in CODES.items():
        for column in columns:
            unknown = sorted(set(tables[name][column].str.split(";").explode()) - known)
            if unknown:
                yield f"{name}.csv, column {column}: {', '.join(unknown)} not in municipalities.csv."


def _odd_statuses(evidence: pd.DataFrame) -> list[str]:
    odd = sorted(set(evidence["status"]) - set(STATUSES))
    return [f"treatment_evidence.csv: status {', '.join(odd)} is none of {', '.join(STATUSES)}."] if odd else []


def _refuse(problems: list[str]) -> None:
    if problems:
        raise DataError("\n".join(problems))
