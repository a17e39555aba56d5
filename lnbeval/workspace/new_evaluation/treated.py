"""The treatment of a drafted evaluation: a column of the files that sorts municipalities, or the documented list."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from lnbeval.intake import word_key
from lnbeval.intake.heading.years import years_in
from lnbeval.reference import STATUSES
from lnbeval.workspace.header_table import reference_headers
from lnbeval.workspace.number_words import number_words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.survey.found import SurveyedColumn, SurveyedTable
    from lnbeval.reference import Reference

EVIDENCE: Final = "reference/treatment_evidence.csv"
FILE: Final = "treatment.csv"
PHASES: Final = frozenset("123456789")
STATUS: Final = "mentioned"  # of what a delivered file says, without a document


@dataclass(frozen=True, kw_only=True)
class TreatmentDraft:
    """The parameters of the treatment, the rows of a table of the evaluation's own, and the guesses in them."""

    parameters: Mapping[str, Any]
    rows: tuple[Mapping[str, str], ...]
    guesses: tuple[Mapping[str, Any], ...]
    columns: tuple[str, ...] = ()  # headers of the columns that say, or could say, who was treated: no outcomes

    @property
    def starts(self) -> tuple[int, ...]:
        """The first treated period of each phase."""
        return tuple(phase["first_treated"] for phase in self.parameters["phases"])


def treatment_draft(
    name: str, tables: Sequence[SurveyedTable], reference: Reference, years: Sequence[int]
) -> TreatmentDraft:
    """The treatment by the only column that says who is in a programme, or when it came; else by the documents."""
    words, none = reference_headers(reference), number_words(reference).missing
    candidates: dict[str, tuple[SurveyedTable, SurveyedColumn]] = {}
    for table in tables:
        for column in table.groups:
            if _starts(column, words, none):
                candidates.setdefault(column.header, (table, column))
    chosen = _with_years(list(candidates.values()), words, none)
    if chosen is not None:
        table, column = chosen
        draft = _from_column(name, table, column, reference, years, _starts(column, words, none))
        return _beside(draft, column, tables)
    sorting = {column.header: table.file for table in tables for column in table.groups if len(column.groups) > 1}
    return _from_documents(reference, years, {header: table.file for header, (table, _) in candidates.items()}, sorting)


def _with_years(
    candidates: Sequence[tuple[SurveyedTable, SurveyedColumn]], words: HeaderWords, none: Collection[str]
) -> tuple[SurveyedTable, SurveyedColumn] | None:
    """The only column that says who was treated, or of several that name the same municipalities the one with years."""
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    begun = [_starts(column, words, none) for _, column in candidates]
    named = [
        {code for word in told for code in column.groups[word]}
        for told, (_, column) in zip(begun, candidates, strict=True)
    ]
    dated = [
        one for one, told in zip(candidates, begun, strict=True) if all(year is not None for year in told.values())
    ]
    return dated[0] if len(dated) == 1 and all(codes == named[0] for codes in named) else None


def _beside(draft: TreatmentDraft, column: SurveyedColumn, tables: Sequence[SurveyedTable]) -> TreatmentDraft:
    """The draft with a reason that says whether other columns sort the municipalities alike."""
    own = set(column.groups.values())
    others = (one for table in tables for one in table.groups if one.header != column.header)
    alike = dict.fromkeys(f"'{one.header}'" for one in others if len(own) > 1 and set(one.groups.values()) == own)
    more = (
        f"; {' and '.join(alike)} sort{'' if len(alike) > 1 else 's'} them alike"
        if alike
        else ", and no other column sorts them so"
    )
    first, *rest = draft.guesses
    return replace(draft, guesses=({**first, "why": f"{first['why']}{more}"}, *rest))


def _starts(column: SurveyedColumn, words: HeaderWords, none: Collection[str]) -> dict[str, int | None]:
    """The words of a column that mean treated: years in which it began, or yes without a year; none when others stand there.

    `none` are words such as a dash, which in a column of years or of yes stand where nothing began.
    """
    told: dict[str, int | None] = {}
    if words.opens(column.header, "phase") and set(column.groups) <= PHASES:
        return dict.fromkeys(column.groups)
    for word in column.groups:
        year = years_in(word)
        if len(year) == 1 and re.fullmatch(r"[^0-9]*[0-9]{4}[^0-9]*", word):
            told[word] = year[0]
        elif words.means(word, "yes"):
            told[word] = None
        elif not words.means(word, "no") and word_key(word) not in none:
            return {}
    return told if len(set(told.values())) == len(told) and not (None in told.values() and len(told) > 1) else {}


def _from_column(
    name: str,
    table: SurveyedTable,
    column: SurveyedColumn,
    reference: Reference,
    years: Sequence[int],
    begun: Mapping[str, int | None],
) -> TreatmentDraft:
    documented = _documented(reference)
    ordered = sorted(begun, key=lambda word: (begun[word] or 0, word))
    numbers = {
        word: int(word) if word in PHASES and begun[word] is None else at for at, word in enumerate(ordered, start=1)
    }
    phases = [
        {"phase": numbers[word], "first_treated": begun[word] or _likely_start(documented, numbers[word], years)}
        for word in ordered
    ]
    rows = [
        {
            "code": code,
            "name": str(reference.municipalities.loc[code, "name"]),
            "phase": str(numbers[word]),
            "status": STATUS,
            "source": f"{table.file}, column '{column.header}': {word}",
        }
        for word in ordered
        for code in column.groups[word]
    ]
    path = f"raw/{name}/{FILE}"
    parameters = {"table": path, "status": [STATUS], "phases": phases}
    counts = ", ".join(f"'{word}' for {len(column.groups[word])} municipalities" for word in ordered)
    others = ", ".join(f"the {len(codes)} with '{word}'" for word, codes in column.groups.items() if word not in begun)
    why = f"the column '{column.header}' of {table.file} says {counts}"
    why += f"; not treated are {others}" if others else ""
    guesses = [{"name": "treatment", "why": why, "values": {"treatment.table": path, "treatment.status": [STATUS]}}]
    guesses += [
        _phase_guess(at, phase, known=begun[word] is not None)
        for at, (phase, word) in enumerate(zip(phases, ordered, strict=True), start=1)
    ]
    return TreatmentDraft(parameters=parameters, rows=tuple(rows), guesses=tuple(guesses), columns=(column.header,))


def _phase_guess(at: int, phase: Mapping[str, int], *, known: bool) -> dict[str, Any]:
    why = (
        "the column says so"
        if known
        else "the file says who, not when; a documented phase began then, or it is the middle"
    )
    return {
        "name": f"phase {phase['phase']}",
        "why": why,
        "values": {f"treatment.phases[{at}].first_treated": phase["first_treated"]},
    }


def _from_documents(
    reference: Reference, years: Sequence[int], candidates: Mapping[str, str], sorting: Mapping[str, str]
) -> TreatmentDraft:
    """The documented list; a phase that began before the data stays in, so that its municipalities are no controls."""
    documented = _documented(reference)
    inside = {phase: year for phase, year in documented.items() if years and year <= years[-1]}
    phases = [{"phase": phase, "first_treated": year} for phase, year in (inside or documented).items()]
    status = [STATUSES[0]]
    named = " and ".join(f"'{header}' of {file}" for header, file in candidates.items())
    sorted_by = " and ".join(f"'{header}' of {file}" for header, file in sorting.items())
    seen = (
        f"{sorted_by} sorts municipalities, but not by a year, yes and no or a phase"
        if sorting
        else "no column was recognised as one that says who was treated"
    )
    why = (
        f"{named} could each say who was treated, which a file cannot settle; instead this is the list of documents"
        if named
        else f"{seen}, and this is the list of documents"
    )
    guesses: list[Mapping[str, Any]] = [
        {
            "name": "treatment",
            "why": f"{why}, of which only {status[0]} rows count",
            "values": {"treatment.table": EVIDENCE, "treatment.status": status},
        }
    ]
    guesses += [
        {
            "name": f"phase {phase['phase']}",
            "why": _why_then(phase["first_treated"], years),
            "values": {f"treatment.phases[{at}].first_treated": phase["first_treated"]},
        }
        for at, phase in enumerate(phases, start=1)
    ]
    parameters = {"table": EVIDENCE, "status": status, "phases": phases}
    return TreatmentDraft(parameters=parameters, rows=(), guesses=tuple(guesses), columns=tuple(candidates))


def _why_then(year: int, years: Sequence[int]) -> str:
    why = "the first document about this phase is of that year, and effects may show later"
    if years and year <= years[0]:
        why += f"; the data begin in {years[0]}, so that its municipalities are treated throughout and in no comparison"
    return why


def _documented(reference: Reference) -> dict[int, int]:
    """The year of the first document about each phase."""
    dated = reference.evidence.assign(start=reference.evidence["date"].str.extract(r"^(\d{4})", expand=False)).dropna(
        subset=["start"]
    )
    first = dated.groupby("phase")["start"].min()
    return {int(str(phase)): int(year) for phase, year in first.items()}


def _likely_start(documented: Mapping[int, int], phase: int, years: Sequence[int]) -> int:
    if phase in documented:
        return documented[phase]
    return years[len(years) // 2] if years else 0
