"""Wholes: tables that hold other municipalities each, such as one sheet a county, are of the same variables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from lnbeval.intake.rows.unit_names import NEARLY_ALL
from lnbeval.intake.wholes import Held, wholes
from lnbeval.names import county_named
from lnbeval.spellings import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.survey.found import SurveyedTable
    from lnbeval.reference import Reference

AT_THE_ENDS: Final = " ,;:.()-–/_"  # of words, when a name is taken out between them


def with_wholes(tables: Sequence[SurveyedTable], reference: Reference) -> list[SurveyedTable]:
    """The tables, those of a whole marked as divided and all under the words that their titles, or their files, share."""
    found = list(tables)
    for whole in wholes({at: _held(table) for at, table in enumerate(tables)}):
        own = [tables[at] for at in whole]
        if _is_whole(own, reference):
            title = _shared([one.title for one in own], reference) or _of_files(own, reference)
            for at in whole:
                found[at] = replace(tables[at], divided=True, title=title)
    return found


def _held(table: SurveyedTable) -> Held:
    headers = (table.unit, table.period, table.by, *table.over, *(column.header for column in table.columns))
    return Held(variables=frozenset(headers), codes=frozenset(table.codes), years=frozenset(table.years))


def _is_whole(tables: Sequence[SurveyedTable], reference: Reference) -> bool:
    """Whether several tables name nearly all municipalities together, or each is called by the county of its own."""
    codes = {code for table in tables for code in table.codes}
    every = len(tables) > 1 and len(codes) >= NEARLY_ALL * len(reference.names.label)
    return every or all(_is_of_county(table, reference) for table in tables)


def _is_of_county(table: SurveyedTable, reference: Reference) -> bool:
    county = county_named(reference.names, table.sheet)
    return county is not None and {reference.names.county[code] for code in table.codes} == {county}


def _of_files(tables: Sequence[SurveyedTable], reference: Reference) -> str:
    """What the names of several files share; of a single one the name is at hand."""
    stems = list(dict.fromkeys(PurePath(one.file).stem.replace("_", " ") for one in tables))
    return (_shared(stems, reference) or stems[0]) if len(stems) > 1 else ""


def _shared(texts: Sequence[str], reference: Reference) -> str:
    """The words that all texts have, without counties and the words for them."""
    names = reference.names
    others = [{_key(word) for word in text.split()} for text in texts[1:]]
    county_words = {prefix.split()[0] for prefix in names.county_prefixes}
    kept = [
        word
        for word in texts[0].split()
        if all(_key(word) in words for words in others)
        and _key(word) not in county_words
        and county_named(names, word.strip(AT_THE_ENDS)) is None
    ]
    return " ".join(kept).strip(AT_THE_ENDS)


def _key(word: str) -> str:
    return plain(word.strip(AT_THE_ENDS))
