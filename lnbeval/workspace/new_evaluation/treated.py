"""The treatment of a drafted evaluation: a column of the files that sorts municipalities, or the documented list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lnbeval.intake.heading.years import years_in
from lnbeval.reference import STATUSES
from lnbeval.workspace.header_table import reference_headers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.survey.found import SurveyedColumn, SurveyedTable
    from lnbeval.reference import Reference

EVIDENCE: Final = "reference/treatment_evidence.csv"
FILE: Final = "treatment.csv"
STATUS: Final = "mentioned"  # of what a delivered file says, without a document


@dataclass(frozen=True, kw_only=True)
class TreatmentDraft:
    """The parameters of the treatment, the rows of a table of the evaluation's own, and the guesses in them."""

    parameters: Mapping[str, Any]
    rows: tuple[Mapping[str, str], ...]
    guesses: tuple[Mapping[str, Any], ...]
    told: tuple[str, ...]
    column: str = ""  # header of the column that says who was treated

    @property
    def starts(self) -> tuple[int, ...]:
        """The first treated period of each phase."""
        return tuple(phase["first_treated"] for phase in self.parameters["phases"])


def treatment_draft(
    name: str, tables: Sequence[SurveyedTable], reference: Reference, years: Sequence[int]
) -> TreatmentDraft:
    """The treatment by the only column that says who is in a programme, or when it came; else by the documents."""
    words = reference_headers(reference)
    candidates: dict[str, tuple[SurveyedTable, SurveyedColumn]] = {}
    for table in tables:
        for column in table.groups:
            if _starts(column, words):
                candidates.setdefault(column.header, (table, column))
    if len(candidates) == 1:
        table, column = next(iter(candidates.values()))
        return _from_column(name, table, column, reference, years, words)
    named = [f"'{header}' ({table.file})" for header, (table, _) in candidates.items()]
    told = (f"Columns that could say who was treated: {', '.join(named)}. None of them is used.",) if named else ()
    return _from_documents(reference, years, told)


def _starts(column: SurveyedColumn, words: HeaderWords) -> dict[str, int | None]:
    """The words of a column that mean treated: years in which it began, or yes without a year; none when others stand there."""
    told: dict[str, int | None] = {}
    for word in column.groups:
        year = years_in(word)
        if len(year) == 1 and re.fullmatch(r"[^0-9]*[0-9]{4}[^0-9]*", word):
            told[word] = year[0]
        elif words.means(word, "yes"):
            told[word] = None
        elif not words.means(word, "no"):
            return {}
    return told if len(set(told.values())) == len(told) and not (None in told.values() and len(told) > 1) else {}


def _from_column(
    name: str,
    table: SurveyedTable,
    column: SurveyedColumn,
    reference: Reference,
    years: Sequence[int],
    words: HeaderWords,
) -> TreatmentDraft:
    begun = _starts(column, words)
    documented = _documented(reference)
    ordered = sorted(begun, key=lambda word: (begun[word] or 0, word))
    phases = [
        {"phase": number, "first_treated": begun[word] or _likely_start(documented, years)}
        for number, word in enumerate(ordered, start=1)
    ]
    rows = [
        {
            "code": code,
            "name": str(reference.municipalities.loc[code, "name"]),
            "phase": str(number),
            "status": STATUS,
            "source": f"{table.file}, column '{column.header}': {word}",
        }
        for number, word in enumerate(ordered, start=1)
        for code in column.groups[word]
    ]
    path = f"raw/{name}/{FILE}"
    parameters = {"table": path, "status": [STATUS], "phases": phases}
    counts = ", ".join(f"'{word}' for {len(column.groups[word])} municipalities" for word in ordered)
    why = f"the column '{column.header}' of {table.file} says {counts}, and no other column sorts them so"
    guesses = [{"name": "treatment", "why": why, "values": {"treatment.table": path, "treatment.status": [STATUS]}}]
    guesses += [
        _phase_guess(at, phase, known=begun[word] is not None)
        for at, (phase, word) in enumerate(zip(phases, ordered, strict=True), start=1)
    ]
    return TreatmentDraft(
        parameters=parameters, rows=tuple(rows), guesses=tuple(guesses), told=(), column=column.header
    )


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


def _from_documents(reference: Reference, years: Sequence[int], told: tuple[str, ...]) -> TreatmentDraft:
    documented = _documented(reference)
    inside = {phase: year for phase, year in documented.items() if years and years[0] < year <= years[-1]}
    phases = [{"phase": phase, "first_treated": year} for phase, year in (inside or documented).items()]
    status = [STATUSES[0]]
    guesses: list[Mapping[str, Any]] = [
        {
            "name": "treatment",
            "why": "no column of the files says who was treated, and this is the list of documents",
            "values": {"treatment.table": EVIDENCE, "treatment.status": status},
        }
    ]
    guesses += [
        {
            "name": f"phase {phase['phase']}",
            "why": "the first document about this phase is of that year, and effects may show later",
            "values": {f"treatment.phases[{at}].first_treated": phase["first_treated"]},
        }
        for at, phase in enumerate(phases, start=1)
    ]
    parameters = {"table": EVIDENCE, "status": status, "phases": phases}
    return TreatmentDraft(parameters=parameters, rows=(), guesses=tuple(guesses), told=told)


def _documented(reference: Reference) -> dict[int, int]:
    """The year of the first document about each phase."""
    dated = reference.evidence.assign(start=reference.evidence["date"].str.extract(r"^(\d{4})", expand=False)).dropna(
        subset=["start"]
    )
    first = dated.groupby("phase")["start"].min()
    return {int(str(phase)): int(year) for phase, year in first.items()}


def _likely_start(documented: Mapping[int, int], years: Sequence[int]) -> int:
    inside = [year for year in documented.values() if years and years[0] < year <= years[-1]]
    return min(inside, default=years[len(years) // 2] if years else 0)
