"""Unit names: what is settled of each name once the whole table is known, and what is said of those that are not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.layout import Note
from lnbeval.intake.problems import Problem
from lnbeval.intake.table import RawTable, addresses
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.resolver import Resolved
    from lnbeval.intake.rows.units import Spelling

NEARLY_ALL: Final = 0.9  # of the municipalities: a list of them, in which a shared name is the municipality's
SEVERAL: Final = 3  # names of one kind are told at once, for the table
MANY_COUNTIES: Final = 5  # fewer names of counties, and nothing else, may well be a short list of municipalities
HOW_WRITTEN: Final = {  # a name that is not written as in the reference, by how it was told
    "name": "in another form, or with other capitals, accents or spaces",
    "prefix": "with the prefix",
    "suffix": "with the ending",
    "alias": "by a listed spelling",
}
ADD_UP: Final = (
    "Ask for figures by municipality. Counts can be summed over a crosswalk of all the parts; "
    "rates cannot be averaged without their denominators"
)
IN_FILE: Final = "Correct the name, or add the spelling to the reference names"


def settled_names(
    table: RawTable, columns: Columns, spellings: Sequence[Spelling], answered: Mapping[str, str]
) -> tuple[list[Spelling], list[Problem]]:
    """Spellings with what they are taken for in this table, and the problems of the names as a whole."""
    whole = [*_whole_table(table, columns, spellings, "part"), *_whole_table(table, columns, spellings, "numbering")]
    told = {problem.rule for problem in whole}
    counties = _county_level(table, columns, spellings)
    settled = []
    for spelling in spellings:
        if spelling.problem is not None or spelling.kind == "total":
            settled.append(spelling)
        elif counties is not None:
            settled.append(_answered(spelling, counties, answered.get(counties.name, ""), "county or municipality"))
        elif spelling.code is not None:
            settled.append(_one_or_part(table, columns, spelling, spellings))
        elif spelling.resolved.kind == "seat_town":
            question = _problem(table, columns, spelling)
            settled.append(
                replace(_answered(spelling, question, answered.get(question.name, ""), "seat town"), problem=question)
            )
        else:
            individual = RULES.get(spelling.resolved.kind, "") not in told
            settled.append(replace(spelling, problem=_problem(table, columns, spelling) if individual else None))
    asked = [] if counties is None else [counties]
    return settled, [*whole, *asked, *_notes(table, settled)]


def _answered(spelling: Spelling, question: Problem, answer: str, how: str) -> Spelling:
    """The spelling as an answer to a question about it says; not usable while there is none."""
    accepts, leaves_out = question.options
    if answer == leaves_out:
        return replace(spelling, kind="left_out", code=None, how=f"{how}, left out")
    if answer == accepts:
        return replace(spelling, kind="unit", code=spelling.code or spelling.resolved.suggested, how=f"{how}, decided")
    return replace(spelling, kind="unusable", code=None, how=how)


def _one_or_part(table: RawTable, columns: Columns, spelling: Spelling, spellings: Sequence[Spelling]) -> Spelling:
    if not spelling.resolved.also or columns.level is not None or _lists_municipalities(spellings):
        return spelling
    return replace(
        spelling, kind="unusable", code=None, how="needs the county", problem=_problem(table, columns, spelling)
    )


def _lists_municipalities(spellings: Sequence[Spelling]) -> bool:
    """Whether a table names nearly all municipalities and none of their parts, beside names that both may have."""
    known = {one.code: one.resolved for one in spellings if one.code is not None}
    doubtful = sum(1 for resolved in known.values() if resolved.also)
    every = max((resolved.of for resolved in known.values()), default=0)
    parts = any(one.resolved.kind == "part" for one in spellings)
    return bool(every) and not parts and len(known) - doubtful >= NEARLY_ALL * (every - doubtful)


def _whole_table(table: RawTable, columns: Columns, spellings: Sequence[Spelling], kind: str) -> list[Problem]:
    named = [one for one in spellings if one.kind != "total" and one.problem is None]
    found = [one for one in named if one.resolved.kind == kind and one.code is None]
    if len(found) < SEVERAL or 2 * len(found) < len(named):
        return []
    rows = [index for one in found for index in one.rows]
    names = listed(f"{quoted(one.written)} of {' or '.join(one.resolved.candidates)}" for one in found)
    if kind == "part":
        what = f"The table lists parts of municipalities, not municipalities, in {len(found)} of {len(named)} names: {names}"
        do = ADD_UP
    else:
        numbering = found[0].resolved.places[0]
        what = f"{len(found)} names are numbers, which are no codes but belong to the numbering '{numbering}': {names}"
        do = f"If the column holds these numbers, declare unit_codes: {numbering} for the source"
    return [
        Problem(
            severity="STOP",
            file=table.file,
            sheet=table.sheet,
            cell=addresses(table, rows, columns.unit),
            what=what,
            do=do,
            rule=RULES[kind],
            subject=table.sheet,
        )
    ]


def _county_level(table: RawTable, columns: Columns, spellings: Sequence[Spelling]) -> Problem | None:
    """The question whether a table that names exactly what shares its name with a county is one of counties."""
    if columns.level is not None:
        return None  # the rows of other levels stand apart already
    units = [one for one in spellings if one.code is not None]
    counties = min((one.resolved.county_names for one in units), default=0)
    if counties < MANY_COUNTIES or len({one.code for one in units}) != counties:
        return None
    rows = [index for one in units for index in one.rows]
    return Problem(
        severity="ASK",
        file=table.file,
        sheet=table.sheet,
        cell=addresses(table, rows, columns.unit),
        what=f"The table names {counties} municipalities, and these are the names of the {counties} counties",
        do="If the figures are of the counties they cannot be used: leave them out and ask for figures by municipality",
        rule="county_level",
        subject=table.sheet or "table",
        options=("municipalities", "leave_out"),
    )


RULES: Final = {
    "seat_town": "seat_town",
    "part": "administrative_unit",
    "elsewhere": "out_of_scope",
    "numbering": "numbering",
    "translation": "unknown_name",
}


def _problem(table: RawTable, columns: Columns, spelling: Spelling) -> Problem:
    rows, resolved = spelling.rows, spelling.resolved
    what, do = name_words(resolved, spelling.written, spelling.county)
    asks = resolved.kind == "seat_town"
    return Problem(
        severity="ASK" if asks else "STOP",
        file=table.file,
        sheet=table.sheet,
        cell=addresses(table, rows, columns.unit),
        municipality=spelling.written,
        what=what if len(rows) == 1 else f"{what} ({len(rows)} rows)",
        do=do,
        rule="needs_county" if resolved.code is not None else RULES.get(resolved.kind, "unknown_name"),
        subject=spelling.written,
        options=("municipality", "leave_out") if asks else (),
    )


def name_words(resolved: Resolved, written: str, county: str = "") -> tuple[str, str]:
    """What is wrong with a written name that means no municipality for certain, and what to do."""
    name = quoted(written)
    where = f" in county {quoted(county)}" if county else ""
    places = " or ".join(resolved.places)
    near = " or ".join(resolved.candidates)
    if resolved.code is not None:
        what = f"{name} names the municipality {resolved.label}, and also a part of {' and of '.join(resolved.also)}"
        return (
            what,
            "Declare the column of the county under `county`, ask for one, or write the code of the municipality",
        )
    if resolved.kind == "seat_town":
        what = f"{name} is the seat of {resolved.label}, not its name, and figures of a town can be a part only"
        return what, "Ask the source whether the figures are of the whole municipality"
    if resolved.kind == "part":
        return f"{name}{where} is a part of {places}, not a municipality", ADD_UP
    if resolved.kind == "elsewhere":
        return f"{name} lies in {places}", "Take the row out at the source, or ask what it does in this file"
    if resolved.kind == "numbering":
        what = f"{name} is no code, but the number of {near} in the numbering '{places}'"
        return what, f"If the column holds these numbers, declare unit_codes: {resolved.places[0]} for the source"
    if resolved.kind == "translation":
        what = f"{name} is no name of a municipality, but what a translation makes of {near}"
        return what, f"This is a suggestion, nothing was accepted. {IN_FILE}"
    told = f" ({resolved.how})" if resolved.how else ""
    what = f"{name}{where} does not name one municipality{told}"
    return f"{what}; it may mean {near}" if near else what, IN_FILE


def _notes(table: RawTable, spellings: Iterable[Spelling]) -> list[Problem]:
    """What was assumed of names that were read: one note for each kind."""
    units = [one for one in spellings if one.kind == "unit"]
    former = [one for one in units if one.resolved.kind == "former_name"]
    shared = [one for one in units if one.resolved.also]
    marked = [one for one in units if one.resolved.mark]
    otherwise = [
        one
        for one in units
        if not one.resolved.as_listed and one.resolved.kind != "former_name" and not one.resolved.mark
    ]
    unbroken = "Former names, each read as one unit with its present name, without a break"
    as_municipality = "Names that a part of another municipality has too, read as the municipality in this table"
    with_marks = "Marks of footnotes stand at names, which are read without them; the marks are kept as notes"
    return [
        *_note(table, former, unbroken, "former_name"),
        *_note(table, shared, as_municipality, "shared_name"),
        *_otherwise(table, otherwise),
        *_note(table, marked, with_marks, "name_marks"),
    ]


def marked_names(table: RawTable, spellings: Iterable[Spelling]) -> tuple[Note, ...]:
    """The names at which the mark of a footnote stands, as they are written."""
    return tuple(
        Note(table.row_numbers[index], one.written, "flag")
        for one in spellings
        if one.resolved.mark
        for index in one.rows
    )


def _otherwise(table: RawTable, told: Sequence[Spelling]) -> list[Problem]:
    """One note on the names written otherwise than in the reference, by how they were told."""
    ways = {way: [one for one in told if one.how == way] for way in sorted({one.how for one in told})}
    parts = [f"{HOW_WRITTEN.get(way, way)}: {_read_as(ones)}" for way, ones in ways.items()]
    what = f"Names are written otherwise than in the reference; {'; '.join(parts)}"
    note = Problem(severity="NOTE", file=table.file, sheet=table.sheet, what=what, rule="spelling", subject=table.sheet)
    return [note] if parts else []


def _read_as(told: Sequence[Spelling]) -> str:
    return listed(f"{quoted(one.written)} as {one.resolved.label}" for one in told)


def _note(table: RawTable, told: Sequence[Spelling], what: str, rule: str) -> list[Problem]:
    if not told:
        return []
    return [
        Problem(
            severity="NOTE",
            file=table.file,
            sheet=table.sheet,
            what=f"{what}: {_read_as(told)}",
            rule=rule,
            subject=table.sheet,
        )
    ]
