"""Unseen files: what a file that nobody declared holds, and every problem of reading it as it could be declared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.intake import Problem, Source, UnreadableError, describe, intake
from lnbeval.intake.rows.person_numbers import withheld_problem
from lnbeval.intake.source import Aggregate, Condition, Level
from lnbeval.intake.survey.survey import survey
from lnbeval.workspace.header_table import reference_headers
from lnbeval.workspace.jumps import unit_problems, unit_steps
from lnbeval.workspace.meaning import reference_meanings
from lnbeval.workspace.new_evaluation.drafted import drafted
from lnbeval.workspace.parameters import with_schema
from lnbeval.workspace.plausible import value_findings, within_range
from lnbeval.workspace.treatment import is_treatment_table, treatment_rows
from lnbeval.workspace.variables import variables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lnbeval.intake import Description, Intake
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.survey.found import SurveyedColumn, SurveyedTable
    from lnbeval.reference import Reference
    from lnbeval.workspace.new_evaluation.drafted import Drafted

PERSONS: Final = "persons"  # the rule of a question that comes before all others
TOO_LARGE: Final = "file_size"  # the rule of a file that is looked at in pieces, and added up where it is a text


@dataclass(frozen=True, kw_only=True)
class Understood:
    """A table and the variables that its columns of figures are proposed for, by code."""

    table: SurveyedTable
    columns: Mapping[str, SurveyedColumn]  # of an indicator in rows headed as it is called, with its own rows only


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """What a file holds; `problems` are all there are, whoever found them."""

    description: Description
    tables: tuple[Understood, ...] = ()
    guesses: int = 0  # that a draft of an evaluation would ask about
    problems: tuple[Problem, ...] = ()


def unseen(path: Path, reference: Reference) -> Unseen:
    """What a file holds by its own evidence, read once as it would be drafted; nothing is written, and no problem raises."""
    meanings = reference_meanings(reference)
    description = describe(path, meanings.resolve, persons=meanings.persons, letters=meanings.letters)
    told = description.problems
    if any((one.severity == "STOP" and one.rule != TOO_LARGE) or one.rule == PERSONS for one in told):
        return Unseen(description=description, problems=told)
    if any(is_treatment_table(sheet.headers) for sheet in description.sheets) and description.kind == "csv":
        return Unseen(description=description, problems=(*told, *_as_treatment(path, reference)))
    try:
        found = survey(path, meanings, tuple(reference.names.numberings))
    except UnreadableError as fault:
        return Unseen(description=description, problems=_joined(told, [fault.problem]))
    if found.asked:  # Nothing else of the file is told before it is known whether its rows are persons.
        return Unseen(description=description, problems=_joined(told, found.asked))
    if not found.tables:
        return Unseen(description=description, problems=_joined(told, found.problems))
    draft = drafted("new", [found], reference, reference_headers(reference))
    sources = draft.parameters["data"]["sources"]
    taken = _read(path, [_declared(source) for source in sources if _tells_years(source)], meanings)
    read = (*taken.problems, *_impossible(taken.values, draft, reference))
    tables = zip(found.tables, sources, strict=True)
    return Unseen(
        description=description,
        tables=tuple(Understood(table=table, columns=_shown(table, source)) for table, source in tables),
        guesses=len(draft.guesses),
        problems=tuple(
            withheld_problem(one, meanings.persons)
            for one in _joined([one for one in told if one.rule != TOO_LARGE], [*found.problems, *read])
        ),
    )


def _shown(table: SurveyedTable, source: Mapping[str, Any]) -> dict[str, SurveyedColumn]:
    equals = {one["variable"]: one["equals"] for one in source.get("only_where", ()) if one["column"] == table.by}
    every = {("", column.header): column for column in table.columns}
    for one in table.series:
        every |= {(one.text, column.header): replace(column, header=one.text) for column in one.columns}
    return {code: every[equals.get(code, ""), header] for code, header in source["columns"].items()}


def _as_treatment(path: Path, reference: Reference) -> tuple[Problem, ...]:
    """What is wrong with a list of who was treated, and where it belongs."""
    rows, problems = treatment_rows(path, reference)
    named = rows.loc[rows["code"] != "", "code"].nunique()
    what = f"A treatment table by its columns: {len(rows)} rows name {named} municipalities"
    do = "Name it under `treatment.table` of an evaluation; it is no source of figures"
    return (*problems, Problem(severity="NOTE", file=path.name, what=what, do=do, rule="treatment_table"))


def _impossible(values: pd.DataFrame, draft: Drafted, reference: Reference) -> tuple[Problem, ...]:
    """What figures cannot be, whoever declares them: negative counts, shares above the whole, a year in another unit.

    What else an evaluation asks of its figures waits for its definitions.
    """
    parameters, _ = with_schema({**draft.parameters, "guesses": []})
    if parameters is None or values.empty:
        return ()
    own = {"variables": draft.variables, "indicators": draft.indicators}
    tables = {name: pd.concat([getattr(reference, name), _typed(rows)]) for name, rows in own.items() if rows}
    whole = replace(reference, **tables, own_variables=frozenset(row["code"] for row in draft.variables))
    known = variables(whole)
    told = (
        *value_findings(values, known, parameters, whole),
        *unit_problems(values, known, whole, unit_steps(within_range(values, known), known)),
    )
    return tuple(one for one in told if one.severity == "STOP")


def _typed(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows).set_index("code")
    return table.assign(**{bound: pd.to_numeric(table[bound], errors="coerce") for bound in ("low", "high")})


def _read(path: Path, sources: Sequence[Source], meanings: Meanings) -> Intake:
    return intake(
        path.parent,
        sources,
        meanings.resolve,
        meanings.is_total,
        meanings.answered,
        meanings.words,
        meanings.headers,
        meanings.registered,
        persons=meanings.persons,
        letters=meanings.letters,
    )


def _joined(first: Sequence[Problem], more: Sequence[Problem]) -> tuple[Problem, ...]:
    """Two lists in one; what the first says of a sheet is not said again."""
    known = {(one.rule, one.sheet) for one in first}
    return (*first, *(one for one in more if (one.rule, one.sheet) not in known))


def _tells_years(source: Mapping[str, Any]) -> bool:
    return "period" in source or "year" in source or all("{year}" in header for header in source["columns"].values())


def _declared(source: Mapping[str, Any]) -> Source:
    """A drafted source as the intake takes it."""
    parts: dict[str, Any] = {**source}
    if "level" in parts:
        parts["level"] = Level(**parts["level"])
    if "aggregate" in parts:
        parts["aggregate"] = Aggregate(by=parts["aggregate"]["by"], over=tuple(parts["aggregate"]["over"]))
    parts["only_where"] = tuple(Condition(**one) for one in parts.get("only_where", ()))
    for name in ("header", "missing"):
        if isinstance(parts.get(name), list):
            parts[name] = tuple(parts[name])
    return Source(**parts)
