"""Registered: what the reference knows of variables and counties, in the form that the intake takes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lnbeval.intake import Registered, word_key
from lnbeval.reference import is_total
from lnbeval.spellings import bare, plain

if TYPE_CHECKING:
    from lnbeval.reference import Reference


def registered_facts(reference: Reference) -> Registered:
    """The variables, the county of each municipality, and the words for means among total rows."""
    table = reference.variables
    never_negative = (table["low"] >= 0) | ((table["kind"] == "count") & (table["change"] != "yes"))
    return Registered(
        kinds={str(code): kind for code, kind in table["kind"].items()},
        units={str(code): unit for code, unit in table["unit"].items()},
        registries={str(code): registry(reference, str(code)) for code in table.index},
        from_zero=frozenset(table.index[never_negative]),
        parts_of={str(code): total for code, total in table["part_of"].items() if total},
        counties=reference.names.county,
        municipalities={str(code): name for code, name in reference.municipalities["name"].items()},
        county_named=partial(_county_named, reference),
        is_mean=partial(_is_mean, _mean_words(reference)),
    )


def registry(reference: Reference, code: str) -> str:
    """The table that defines a variable, as messages name it."""
    return "variables.csv beside the files" if code in reference.own_variables else "data/reference/variables.csv"


def _county_named(reference: Reference, level: str, name: str) -> str:
    """The county at the end of the name of a total row, behind a word for counties or totals, or of a level of its own."""
    names, words = reference.names, plain(name).split()
    for start in range(len(words)):
        rest = " ".join(words[start:])
        county = bare(rest, names.county_prefixes)
        told = level or county != rest or is_total(reference, " ".join(words[:start]))
        if county in names.counties and told:
            return names.counties[county]
    return ""


def _mean_words(reference: Reference) -> tuple[str, ...]:
    table = reference.total_rows
    return tuple(word_key(word) for word in table.loc[table["kind"] == "mean", "word"]) if "kind" in table else ()


def _is_mean(words: tuple[str, ...], name: str) -> bool:
    return word_key(name).startswith(words) if words else False
