"""Names: what a written name means, by every spelling the reference tables hold; never the nearest.

The tables come in as data; which country they are of makes no difference here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from lnbeval.spellings import bare, exact, plain, prefixed

if TYPE_CHECKING:
    from collections.abc import Mapping

How = Literal["code", "name", "alias", "unknown", "ambiguous"]
Kind = Literal["", "former_name", "seat_town", "translation", "part", "elsewhere", "numbering"]
Hits = tuple[tuple[str, How], ...]  # (code, how) of every municipality that a spelling may mean

CANDIDATES: Final = 3  # as many as fit in a message
FOOTNOTE: Final = re.compile(
    r"\s*(?:[*†‡]+\)?|[¹²³⁴-⁹]+⁾?|\(\*+\)|\(?[0-9a-z]\)|\[[0-9a-z*]\])\s*$"
)  # such as Mat*, Vorë 1) or Klos¹


@dataclass(frozen=True, kw_only=True)
class Match:
    """What a written name means: a code, or none and the municipalities it may have meant as `Name (code)`."""

    code: str | None
    how: How
    candidates: tuple[str, ...] = ()
    kind: Kind = ""  # what more is known of the name
    label: str = ""  # of `code`, or of the municipality whose seat was written
    suggested: str | None = None  # code of the municipality whose seat was written: an answer may accept it
    places: tuple[str, ...] = ()  # municipalities it is a part of, countries it lies in, or the numbering it belongs to
    also: tuple[str, ...] = ()  # municipalities with a part of the same name, where nothing says which is meant
    as_listed: bool = False  # written as the code or the name, but for upper case
    county_names: int = 0  # municipalities that share their name with a county, where this one was written so
    mark: str = ""  # of a footnote, which stood behind the name


@dataclass(frozen=True, kw_only=True)
class Names:
    """Every spelling, folded once. `exact` keeps diacritics, `plain` has none; of the rest nothing is a match by itself."""

    exact: Mapping[str, Hits]
    plain: Mapping[str, Hits]
    prefixes: tuple[str, ...]  # words before a municipality: plain, longest first
    suffixes: tuple[str, ...]
    part_prefixes: tuple[str, ...]  # words before a part of a municipality
    county_prefixes: tuple[str, ...]
    counties: Mapping[str, str]  # plain spelling to county
    county: Mapping[str, str]  # code to county
    label: Mapping[str, str]  # code to `Name (code)`
    listed: frozenset[str]  # codes and names, folded like `exact`
    total_words: frozenset[str]
    total_starts: tuple[str, ...]
    seats: Mapping[str, tuple[str, ...]]  # plain spelling to the codes of the municipalities; likewise below
    translations: Mapping[str, tuple[str, ...]]
    parts: Mapping[str, tuple[str, ...]]
    former: frozenset[str]
    elsewhere: Mapping[str, tuple[str, ...]]  # plain spelling to countries
    numberings: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))  # number to code


def match(names: Names, written: str, county: str | None = None, numbering: str = "") -> Match:
    """The municipality that `written` names, by code, name or alias, or by its number where a numbering is given.

    Case, white space, Unicode form, the mark of a footnote and a word that says what it is do not matter, nor do diacritics when no two
    municipalities differ by them alone. A county that is recognised must agree: a name that is also a place elsewhere
    is then `ambiguous`.
    """
    code = names.numberings[numbering].get(_number(written)) if numbering else None
    if code is not None:
        return Match(code=code, how="code", label=names.label[code], as_listed=True)
    folded = plain(written)
    where = None if county is None else county_named(names, county)
    if prefixed(folded, names.part_prefixes):
        return _other(names, bare(folded, names.part_prefixes), where)
    hits = _hits(names, written)
    if not hits and (name := _without_mark(written)) != written and _hits(names, name):
        return replace(match(names, name, county, numbering), mark=written.removeprefix(name).strip(), as_listed=False)
    if not hits:
        return _other(names, bare(folded, names.prefixes, names.suffixes), where)
    agreeing = [hit for hit in hits if where is None or names.county[hit[0]] == where]
    return _found(names, written, agreeing[0], where) if len(agreeing) == 1 else _ambiguous(names, folded, hits, where)


def _without_mark(written: str) -> str:
    """A name without the mark of a footnote behind it; a bare figure is none, since it may be a number of something."""
    found = FOOTNOTE.search(written)
    return written if found is None else written[: found.start()]


def county_named(names: Names, written: str) -> str | None:
    """The county that `written` names, with or without a word that says so."""
    return names.counties.get(bare(plain(written), names.county_prefixes))


def is_total_row(names: Names, written: str) -> bool:
    """Whether `written` heads a total row: a word such as the country's name, or one that opens with such a word."""
    key = plain(written)
    return key in names.total_words or f"{key} ".startswith(names.total_starts)


def _hits(names: Names, written: str) -> Hits:
    kept = exact(written)
    if kept in names.exact:
        return names.exact[kept]
    folded = plain(written)
    return names.plain.get(folded) or names.plain.get(bare(folded, names.prefixes, names.suffixes), ())


def _found(names: Names, written: str, hit: tuple[str, How], where: str | None) -> Match:
    code, how = hit
    folded = plain(written)
    is_county = how != "code" and names.counties.get(folded) is not None
    settled = where is not None or how == "code" or folded not in names.plain  # a word beside it says what it is
    others = () if settled else tuple(other for other in names.parts.get(folded, ()) if other != code)
    return Match(
        code=code,
        how=how,
        label=names.label[code],
        kind="former_name" if bare(folded, names.prefixes, names.suffixes) in names.former else "",
        also=tuple(names.label[other] for other in others),
        as_listed=exact(written) in names.listed,
        county_names=len(set(names.counties.values())) if is_county else 0,
    )


def _ambiguous(names: Names, folded: str, hits: Hits, where: str | None) -> Match:
    codes = names.parts.get(bare(folded, names.prefixes, names.suffixes), ())
    parts = tuple(names.label[code] for code in codes if names.county[code] == where)
    candidates = tuple(names.label[code] for code, _ in hits)
    return Match(code=None, how="ambiguous", candidates=candidates, kind="part" if parts else "", places=parts)


def _other(names: Names, key: str, where: str | None) -> Match:
    """What is known of a name that is no municipality: what it is instead, or which names are near."""
    agrees = [code for code in names.seats.get(key, ()) if where in (None, names.county[code])]
    if len(agrees) == 1:
        label = names.label[agrees[0]]
        return _unknown((label,), kind="seat_town", label=label, suggested=agrees[0])
    if key in names.parts:
        inside = [code for code in names.parts[key] if where in (None, names.county[code])] or names.parts[key]
        labels = tuple(names.label[code] for code in inside)
        return _unknown(labels[:CANDIDATES], kind="part", places=labels)
    if key in names.elsewhere:
        return _unknown((), kind="elsewhere", places=names.elsewhere[key])
    numbered = {name: codes[_number(key)] for name, codes in names.numberings.items() if _number(key) in codes}
    if numbered:
        labels = tuple(dict.fromkeys(names.label[code] for code in numbered.values()))
        return _unknown(labels[:CANDIDATES], kind="numbering", places=tuple(numbered))
    if key in names.translations:
        return _unknown(tuple(names.label[code] for code in names.translations[key]), kind="translation")
    return _unknown(_nearest(names, key))


def _unknown(
    candidates: tuple[str, ...],
    *,
    kind: Kind = "",
    label: str = "",
    suggested: str | None = None,
    places: tuple[str, ...] = (),
) -> Match:
    return Match(
        code=None, how="unknown", candidates=candidates, kind=kind, label=label, suggested=suggested, places=places
    )


def _nearest(names: Names, key: str) -> tuple[str, ...]:
    from rapidfuzz import process  # noqa: PLC0415  # most runs meet no unknown name and need not load it
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415

    far = max(2, len(key) // 2)
    near = process.extract(key, list(names.plain), scorer=Levenshtein.distance, score_cutoff=far, limit=None)
    close: dict[str, int] = {}
    for spelling, distance, _ in near:
        for code, _ in names.plain[spelling]:
            close.setdefault(code, int(distance))
    edits = {code: f"{edits} edit" if edits == 1 else f"{edits} edits" for code, edits in close.items()}
    return tuple(f"{names.label[code]}, {edits[code]} away" for code in close)[:CANDIDATES]


def _number(text: str) -> str:
    return text.strip().lstrip("0")
