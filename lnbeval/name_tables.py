"""Name tables: from the reference tables to the index of spellings that `names` looks into."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lnbeval.names import How, Names
from lnbeval.spellings import exact, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

    from lnbeval.names import Hits

NUMBERING: Final = "_code"  # columns of the municipalities that end so hold another office's numbers


def names_index(municipalities: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> Names:
    """Every spelling of every name, of municipalities (indexed by code) and of what could be taken for one."""
    spellings = list(_spellings(municipalities))
    hints, words = tables["name_hints"], tables["name_prefixes"]
    totals = tables["total_rows"].assign(key=tables["total_rows"]["word"].map(plain)).groupby("match")["key"].agg(list)
    hits = _hits((plain(text), code, how) for text, code, how in spellings)
    seats = [(str(row["seat"]), code) for code, row in _rows(municipalities)] + _hinted(hints, "seat_town")
    return Names(
        exact=_hits((exact(text), code, how) for text, code, how in spellings),
        plain=hits,
        prefixes=_words(words, "municipality", "{} "),
        suffixes=_words(words, "municipality_suffix", " {}"),
        part_prefixes=_words(words, "part", "{} "),
        county_prefixes=_words(words, "county", "{} "),
        counties=_counties(municipalities, spellings),
        county=MappingProxyType({str(code): county for code, county in municipalities["county"].items()}),
        label=MappingProxyType({str(code): f"{name} ({code})" for code, name in municipalities["name"].items()}),
        listed=frozenset(exact(text) for text, _, how in spellings if how != "alias"),
        total_words=frozenset(totals.get("exact", [])),
        total_starts=tuple(f"{word} " for word in totals.get("start", [])),
        seats=_grouped((plain(seat), code) for seat, code in seats if plain(seat) not in hits),
        translations=_grouped((plain(text), code) for text, code in _hinted(hints, "translation")),
        parts=_grouped((plain(part), code) for part, code in _pairs(tables["administrative_units"], "unit", "code")),
        former=frozenset(tables["former_names"]["written"].map(plain)),
        elsewhere=_grouped((plain(name), country) for name, country in _abroad(tables["out_of_scope"])),
        numberings=_numberings(municipalities),
    )


def _rows(table: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    return ((str(code), row) for code, row in table.iterrows())


def _spellings(municipalities: pd.DataFrame) -> Iterator[tuple[str, str, How]]:
    for code, row in _rows(municipalities):
        yield code, code, "code"
        yield row["name"], code, "name"
        yield row["name_en"], code, "name"
        yield from ((alias, code, "alias") for alias in row["aliases"].split("|") if alias)


def _hits(entries: Iterable[tuple[str, str, How]]) -> Mapping[str, Hits]:
    found: dict[str, dict[str, How]] = {}
    for key, code, how in entries:
        found.setdefault(key, {}).setdefault(code, how)
    return MappingProxyType({key: tuple(codes.items()) for key, codes in found.items()})


def _grouped(entries: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for key, value in entries:
        found.setdefault(key, {})[value] = None
    return MappingProxyType({key: tuple(values) for key, values in found.items()})


def _counties(municipalities: pd.DataFrame, spellings: list[tuple[str, str, How]]) -> Mapping[str, str]:
    # A county that shares its name with a municipality shares its spellings too.
    named = dict(zip(municipalities["name"], municipalities.index, strict=True))
    counties = set(municipalities["county"])
    shared = {plain(text): name for name in counties for text, code, _ in spellings if named.get(name) == code}
    return MappingProxyType(shared | {plain(name): name for name in municipalities["county"]})


def _words(table: pd.DataFrame, kind: str, form: str) -> tuple[str, ...]:
    words = {form.format(plain(word)) for word in table.loc[table["kind"] == kind, "prefix"]}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def _hinted(hints: pd.DataFrame, kind: str) -> list[tuple[str, str]]:
    return _pairs(hints[hints["kind"] == kind], "written", "code")


def _pairs(table: pd.DataFrame, key: str, value: str) -> list[tuple[str, str]]:
    return list(zip(table[key].astype(str), table[value].astype(str), strict=True))


def _abroad(table: pd.DataFrame) -> Iterator[tuple[str, str]]:
    for name, country, aliases in zip(table["name"], table["country"], table["aliases"], strict=True):
        yield from ((text, country) for text in (name, *aliases.split("|")) if text)


def _numberings(municipalities: pd.DataFrame) -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType(
        {
            str(column).removesuffix(NUMBERING): MappingProxyType(
                {number.lstrip("0"): code for code, number in _codes(municipalities, str(column)) if number}
            )
            for column in municipalities.columns
            if str(column).endswith(NUMBERING)
        }
    )


def _codes(municipalities: pd.DataFrame, column: str) -> list[tuple[str, str]]:
    return [(str(code), str(number)) for code, number in municipalities[column].items()]
