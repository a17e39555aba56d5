"""Intake: all sources of an evaluation to one table of values, with everything set aside, repaired or wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.intake.account_ledger import (
    no_put_back,
    no_sums,
    rows_of_sums,
    sums_table,
    with_account_aside,
    with_account_counts,
    with_account_repaired,
)
from lnbeval.intake.apart import notes_table, with_counts_apart, with_rows_apart
from lnbeval.intake.blank_cells import silent_cells
from lnbeval.intake.conditions import condition_notes, with_conditions
from lnbeval.intake.draft import Draft, table_draft
from lnbeval.intake.fates import fates_table
from lnbeval.intake.file_draft import file_draft
from lnbeval.intake.files.mended_log import mended_table
from lnbeval.intake.header_words import NO_HEADER_WORDS, HeaderWords
from lnbeval.intake.heading.table_year import asked_once
from lnbeval.intake.large.part_cells import no_parts
from lnbeval.intake.ledger import (
    counts_table,
    names_table,
    repaired_table,
    row_reasons,
    rows_table,
    set_aside_table,
    values_table,
    with_addresses,
)
from lnbeval.intake.letters import NO_LETTERS, Letters
from lnbeval.intake.meanings import Meanings
from lnbeval.intake.number_words import NO_WORDS, NumberWords
from lnbeval.intake.registered import NOTHING_REGISTERED, Registered
from lnbeval.intake.repeats import repeat_findings, settled_repeats
from lnbeval.intake.rows.cells import no_cells
from lnbeval.intake.rows.findings import found_problems
from lnbeval.intake.rows.person_sheets import persons_beside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lnbeval.intake.ledger import Reasons
    from lnbeval.intake.person_words import PersonWords
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.resolver import Resolver, TotalTest
    from lnbeval.intake.source import Source
    from lnbeval.intake.table import RawTable


@dataclass(frozen=True, kw_only=True, eq=False)
class Intake:
    """What the files say, and what became of every row of them.

    Attributes:
        rows: file, sheet, index, code, period; every row about a municipality and year, its values usable or not, with a blank
            code where its name is not settled and NO_PERIOD where its year could not be read.
        values: code, period, variable, value, low, high, file, sheet, cell; value NaN where the source says "not reported"
            or tells only bounds, which are then `low` and `high`.
        set_aside: file, sheet, row, cell, reason, content, count; `cell` is blank where the whole row was set aside, `count` is
            how many a line stands for.
        names: file, sheet, written, county, code, how, rows; every spelling of a municipality.
        repaired: file, sheet, cell, variable, as_written, value, fate, cells; every text that became a number, used or set
            aside; `cells` is how many a line stands for.
        mended: file, sheet, cell, as_written, text; every text whose letters were put right.
        counts: rows and cells of each source; rows_read = rows_used + rows_set_aside.
        fates: cells of the used rows by series and fate; `word` is what stood in those that are not reported.
        notes: file, sheet, row, text, kind; titles, footnotes, sources and marks at years, which are no values.
        problems: in the order of the sources; see `stop_if_needed`.
        parts: file, sheet, cell, code, period, variable, part, part_key, value, low, high; every cell that is added up.
        summed: files with too many rows that are added up for `parts`.
        sums: file, sheet, cell, code, period, variable, numbers; every sum, with how many numbers are behind it.
        put_back: file, sheet, cell, code, period, variable, value, registered_on; values of a registered delivery that stand in
            the place of those of a later one, with their places in it.
    """

    rows: pd.DataFrame
    values: pd.DataFrame
    set_aside: pd.DataFrame
    names: pd.DataFrame
    repaired: pd.DataFrame
    mended: pd.DataFrame
    counts: pd.DataFrame
    fates: pd.DataFrame
    notes: pd.DataFrame
    problems: tuple[Problem, ...]
    parts: pd.DataFrame = field(default_factory=no_parts)
    summed: tuple[str, ...] = ()
    sums: pd.DataFrame = field(default_factory=no_sums)
    put_back: pd.DataFrame = field(default_factory=no_put_back)


def intake(
    folder: Path,
    sources: Sequence[Source],
    resolve: Resolver,
    is_total: TotalTest,
    answered: Mapping[str, str] = MappingProxyType({}),
    words: NumberWords = NO_WORDS,
    headers: HeaderWords = NO_HEADER_WORDS,
    registered: Registered = NOTHING_REGISTERED,
    *,
    persons: PersonWords,
    letters: Letters = NO_LETTERS,
    kept: frozenset[tuple[str, int, str]] = frozenset(),
) -> Intake:
    """Take in every source from a folder, with all problems of all of them; raises nothing about the data.

    `answered` holds decisions by the name of the question; where none was made, the question is among the problems.
    `words` are those that stand in number cells, `headers` those of headers and of years; `registered` is what
    figures are held against. `persons` tells who is turned away at the door, `letters` how texts were written. `kept` are values
    (municipality, year, variable) of a delivery before, of which nothing is said that parts are absent.
    """
    meanings = Meanings(
        resolve=resolve,
        is_total=is_total,
        answered=answered,
        words=words,
        headers=headers,
        registered=registered,
        persons=persons,
        letters=letters,
        kept=kept,
    )
    drafts = [file_draft(folder, source, meanings) for source in sources]
    drafts = _with_persons_beside(drafts, folder, sources, meanings)
    return _settled(drafts, is_total, sources)


def tidy_source(
    table: RawTable,
    source: Source,
    resolve: Resolver,
    is_total: TotalTest,
    words: NumberWords = NO_WORDS,
    *,
    persons: PersonWords,
) -> Intake:
    """Take in one table that was read."""
    meanings = Meanings(resolve=resolve, is_total=is_total, words=words, persons=persons)
    return _settled([table_draft(table, source, meanings)], is_total, [source])


def _with_persons_beside(
    drafts: list[Draft], folder: Path, sources: Sequence[Source], meanings: Meanings
) -> list[Draft]:
    """The drafts, the first of each file with what is to be said of persons on sheets that no source reads."""
    told: dict[str, list[Problem]] = {}
    for source in sources:
        if source.file not in told:
            read = {
                draft.table.sheet for draft, other in zip(drafts, sources, strict=True) if other.file == source.file
            }
            told[source.file] = persons_beside(folder / source.file, source.file, read, meanings)
    return [
        replace(draft, problems=(*told.pop(source.file, ()), *draft.problems))
        for draft, source in zip(drafts, sources, strict=True)
    ]


def _settled(drafts: list[Draft], is_total: TotalTest, sources: Sequence[Source]) -> Intake:
    ranks = [_rank(source) for source in sources]
    cells = with_addresses(drafts, settled_repeats(_all_cells(drafts, ranks)))
    reasons = [_row_reasons(draft, cells.loc[cells["source"] == number]) for number, draft in enumerate(drafts)]
    problems: list[Problem] = []
    for number, draft in enumerate(drafts):
        problems += draft.problems
        problems += found_problems(draft.table, repeat_findings(cells, number, drafts, is_total))
        own = cells.loc[cells["source"] == number]
        problems += silent_cells(draft, own, reasons[number], sources[number].missing)
    aside = with_rows_apart(with_account_aside(set_aside_table(drafts, cells, reasons), drafts), drafts)
    aside = with_conditions(aside, sources)
    return Intake(
        rows=rows_table(cells),
        values=values_table(cells),
        set_aside=aside,
        names=names_table(drafts),
        repaired=with_account_repaired(repaired_table(drafts, cells), drafts),
        mended=mended_table(draft.table for draft in drafts if not draft.withheld),
        counts=with_counts_apart(
            with_account_counts(counts_table(drafts, cells, reasons), drafts, cells, reasons), drafts
        ),
        fates=fates_table(drafts, cells, reasons),
        notes=notes_table(drafts),
        problems=(*asked_once(problems), *condition_notes(aside)),
        parts=_parts(drafts),
        summed=tuple(draft.table.file for draft in drafts if draft.summed),
        sums=sums_table(drafts, cells),
    )


def _parts(drafts: Sequence[Draft]) -> pd.DataFrame:
    told = [draft.parts for draft in drafts if draft.parts is not None and not draft.parts.empty]
    return pd.concat(told, ignore_index=True) if told else no_parts()


def _row_reasons(draft: Draft, own: pd.DataFrame) -> Reasons:
    found = rows_of_sums(draft, row_reasons(draft, own))
    return found | {index: reason for index, reason in draft.aside.items() if index in found}


def _all_cells(drafts: list[Draft], ranks: Sequence[float]) -> pd.DataFrame:
    parts = [
        draft.cells.assign(source=number, rank=rank)
        for number, (draft, rank) in enumerate(zip(drafts, ranks, strict=True))
    ]
    return pd.concat(parts, ignore_index=True) if parts else no_cells().assign(source=0, rank=math.inf)


def _rank(source: Source) -> float:
    return math.inf if source.priority is None else source.priority
