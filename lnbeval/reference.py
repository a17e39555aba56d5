"""The municipalities and what is known of them: tables that hold every national fact, and the names people write.

The code here knows no country. Names, spellings, prefixes, total rows, events and evidence are files of one folder.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd

from lnbeval.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

How = Literal["code", "name", "alias", "unknown", "ambiguous"]
Hits = tuple[tuple[str, How], ...]  # (code, how) of every municipality that a spelling may mean

STATUSES: Final = ("confirmed", "indirect", "mentioned")  # of a document that names a treated municipality; best first
HINTS: Final = ("seat", "instat_code")  # what a municipality is often called by mistake
CANDIDATES: Final = 3  # as many as fit in a message
REQUIRED: Final = {
    "municipalities": ("code", "name", "name_en", "county", "seat", "lat", "lon", "area_km2", "aliases", "instat_code"),
    "adjacency": ("code_a", "code_b"),
    "county_population": ("county", "year", "kind", "population"),
    "national_facts": ("fact", "period", "value", "unit", "source"),
    "other_programmes": ("code", "programme", "start", "end", "what", "source"),
    "events": ("event_id", "event", "date_start", "date_end", "affected", "affected_as_written", "kind", "source", "page_label"),
    "treatment_evidence": ("code", "name", "phase", "status", "date", "evidence", "source"),
    "indicators": (
        "code", "label", "label_sq", "unit", "effect_unit", "direction", "outcome_area", "target_group", "numerator", "denominator",
        "scale", "decimals", "source_system", "registry_code", "note",
    ),
    "total_rows": ("word", "match"),
    "name_prefixes": ("prefix", "kind"),
}  # fmt: skip
INTEGERS: Final = ("phase", "year", "population", "decimals")
FLOATS: Final = ("lat", "lon", "area_km2", "shared_border_km_approx", "value", "scale")
CODES: Final = {  # columns that must hold known codes, `;` between several, `ALL` for everybody
    "adjacency": ("code_a", "code_b"),
    "other_programmes": ("code",),
    "events": ("affected",),
    "treatment_evidence": ("code",),
}


@dataclass(frozen=True, kw_only=True)
class Match:
    """What a written name means: a code, or none and the municipalities it may have meant as `Name (code)`."""

    code: str | None
    how: How
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Names:
    """Every spelling, folded once. `exact` keeps diacritics, `plain` has none; `hints` are never a match by themselves."""

    exact: Mapping[str, Hits]
    plain: Mapping[str, Hits]
    hints: Mapping[str, tuple[str, ...]]
    prefixes: tuple[str, ...]  # words before a municipality: plain, longest first
    county_prefixes: tuple[str, ...]
    counties: Mapping[str, str]  # plain spelling to county
    county: Mapping[str, str]  # code to county
    label: Mapping[str, str]  # code to `Name (code)`
    total_words: frozenset[str]
    total_starts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """The tables of one folder; `municipalities` and `indicators` are indexed by code, in the order of the file."""

    folder: Path
    municipalities: pd.DataFrame
    adjacency: pd.DataFrame
    county_population: pd.DataFrame
    national_facts: pd.DataFrame
    other_programmes: pd.DataFrame
    events: pd.DataFrame
    evidence: pd.DataFrame
    indicators: pd.DataFrame
    names: Names


def load_reference(folder: Path) -> Reference:
    """Read and check the tables in `folder`; raise one DataError that lists all that is missing or inconsistent."""
    paths = {name: folder / f"{name}.csv" for name in REQUIRED}
    _refuse([f"{path} is missing." for path in paths.values() if not path.is_file()])
    tables = {name: _table(path) for name, path in paths.items()}
    _refuse([f"{paths[name]} has no column {column!r}." for name, column in _absent(tables)])
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
        names=_names(municipalities, tables["name_prefixes"], tables["total_rows"]),
    )


def resolve(reference: Reference, written: str, county: str | None = None) -> Match:
    """The municipality that `written` names, by code, name or alias; never the nearest.

    Case, white space, Unicode form and a prefix word do not matter, nor do diacritics when no two municipalities differ by
    them alone. A county that is recognised must agree: a name that is also a place elsewhere is then `ambiguous`.
    """
    names = reference.names
    hits = _hits(names, written)
    if not hits:
        return Match(code=None, how="unknown", candidates=_candidates(names, written))
    where = None if county is None else names.counties.get(_without(names.county_prefixes, _plain(county)))
    agreeing = [hit for hit in hits if where is None or names.county[hit[0]] == where]
    if len(agreeing) == 1:
        return Match(code=agreeing[0][0], how=agreeing[0][1])
    return Match(code=None, how="ambiguous", candidates=tuple(names.label[code] for code, _ in hits))


def inside_sentence(label: str) -> str:
    """A label as it stands inside a sentence: without its capital, unless it begins with an abbreviation."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def is_total(reference: Reference, written: str) -> bool:
    """Whether `written` heads a total row: a word such as the country's name, or one that opens with `Total`."""
    key = _plain(written)
    return key in reference.names.total_words or f"{key} ".startswith(reference.names.total_starts)


def _hits(names: Names, written: str) -> Hits:
    exact = _exact(written)
    if exact in names.exact:
        return names.exact[exact]
    plain = _strip(exact)
    return names.plain.get(plain) or names.plain.get(_without(names.prefixes, plain), ())


def _candidates(names: Names, written: str) -> tuple[str, ...]:
    from rapidfuzz import process  # noqa: PLC0415  # most runs meet no unknown name and need not load it
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415

    key = _without(names.prefixes, _plain(written))
    if key in names.hints:
        return tuple(names.label[code] for code in names.hints[key])
    far = max(2, len(key) // 2)
    near = process.extract(key, list(names.plain), scorer=Levenshtein.distance, score_cutoff=far, limit=None)
    close = dict.fromkeys(code for spelling, _, _ in near for code, _ in names.plain[spelling])
    return tuple(names.label[code] for code in close)[:CANDIDATES]


def _names(municipalities: pd.DataFrame, prefixes: pd.DataFrame, totals: pd.DataFrame) -> Names:
    spellings = list(_spellings(municipalities))
    plain = _index((_plain(text), code, how) for text, code, how in spellings)
    named = dict(zip(municipalities["name"], municipalities.index, strict=True))
    # A county that shares its name with a municipality shares its spellings too.
    shared = {_plain(t): n for n in set(municipalities["county"]) for t, code, _ in spellings if named.get(n) == code}
    hints = _index((_plain(str(row[c])), code, "unknown") for code, row in _rows(municipalities) for c in HINTS)
    words = totals.assign(key=totals["word"].map(_plain)).groupby("match")["key"].agg(list)
    return Names(
        exact=_index((_exact(text), code, how) for text, code, how in spellings),
        plain=plain,
        hints=MappingProxyType({key: tuple(code for code, _ in hits) for key, hits in hints.items()}),
        prefixes=_prefixes(prefixes, "municipality"),
        county_prefixes=_prefixes(prefixes, "county"),
        counties=MappingProxyType(shared | {_plain(name): name for name in municipalities["county"]}),
        county=MappingProxyType({str(code): county for code, county in municipalities["county"].items()}),
        label=MappingProxyType({str(code): f"{name} ({code})" for code, name in municipalities["name"].items()}),
        total_words=frozenset(words.get("exact", [])),
        total_starts=tuple(f"{word} " for word in words.get("start", [])),
    )


def _rows(table: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    return ((str(code), row) for code, row in table.iterrows())


def _spellings(municipalities: pd.DataFrame) -> Iterator[tuple[str, str, How]]:
    for code, row in _rows(municipalities):
        yield code, code, "code"
        yield row["name"], code, "name"
        yield row["name_en"], code, "name"
        yield from ((alias, code, "alias") for alias in row["aliases"].split("|") if alias)


def _index(entries: Iterable[tuple[str, str, How]]) -> Mapping[str, Hits]:
    found: dict[str, dict[str, How]] = {}
    for key, code, how in entries:
        found.setdefault(key, {}).setdefault(code, how)
    return MappingProxyType({key: tuple(codes.items()) for key, codes in found.items()})


def _exact(text: str) -> str:
    folded = " ".join(unicodedata.normalize("NFC", text).split()).casefold()
    return unicodedata.normalize("NFC", folded)  # folding case can decompose a letter


def _strip(text: str) -> str:
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _plain(text: str) -> str:
    return _strip(_exact(text))


def _without(prefixes: tuple[str, ...], plain: str) -> str:
    return next((plain.removeprefix(word) for word in prefixes if plain.startswith(word)), plain)


def _prefixes(table: pd.DataFrame, kind: Literal["municipality", "county"]) -> tuple[str, ...]:
    words = {f"{_plain(word)} " for word in table.loc[table["kind"] == kind, "prefix"]}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def _table(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
        for column in table.columns:
            if column in INTEGERS or column.startswith("population_"):
                table[column] = table[column].astype("int64")
            elif column in FLOATS:
                table[column] = table[column].astype("float64")
    except ValueError as error:  # of the parser, of the encoding, of a number
        raise DataError(f"{path} cannot be read: {error}") from error
    return table


def _absent(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, str]]:
    return ((name, column) for name, columns in REQUIRED.items() for column in columns if column not in tables[name])


def _duplicates(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    for name in ("municipalities", "indicators"):
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
