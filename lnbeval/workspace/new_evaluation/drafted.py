"""The draft of an evaluation: what surveys of its files propose for each parameter, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lnbeval.workspace.new_evaluation.collected import Collected, add_source
from lnbeval.workspace.new_evaluation.guessed import (
    column_guesses,
    denominator_guess,
    denominators,
    indicators_guess,
    table_guesses,
    variable_guesses,
    words_guess,
)
from lnbeval.workspace.new_evaluation.measures import indicator_rows, variable_row
from lnbeval.workspace.new_evaluation.totals import with_totals
from lnbeval.workspace.new_evaluation.treated import TreatmentDraft, treatment_draft
from lnbeval.workspace.new_evaluation.wholes import with_wholes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.survey.found import Survey
    from lnbeval.reference import Reference

BANNER: Final = "This evaluation has no agreed analysis plan."


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """Everything `lnbeval new --from` writes, as values."""

    parameters: Mapping[str, Any]
    guesses: tuple[Mapping[str, Any], ...]
    variables: tuple[Mapping[str, Any], ...]  # rows of the evaluation's own variables.csv; likewise below
    indicators: tuple[Mapping[str, Any], ...]
    treatment: tuple[Mapping[str, str], ...]


def drafted(name: str, surveys: Sequence[Survey], reference: Reference, words: HeaderWords) -> Drafted:
    """The draft of an evaluation from the surveys of its files."""
    found = [(survey, table) for survey in surveys for table in survey.tables if table.columns]
    tables = list(zip((survey for survey, _ in found), with_wholes([one for _, one in found], reference), strict=True))
    years = sorted({year for _, table in tables for year in table.years})
    lists = [table for survey in surveys for table in survey.lists]
    treatment = treatment_draft(name, [*(table for _, table in tables), *lists], reference, years)
    collected = Collected(unused=treatment.columns)
    for survey, table in tables:
        add_source(collected, survey, table, reference, words)
    own = [(one, header, table) for one, header, table in collected.given.values() if one.how == "own"]
    described = [variable_row(one, header, table, years) for one, header, table in own]
    variables = with_totals(described, collected.given, reference, words)
    registered = _registered(collected.given, reference)
    indicators, indicator_guesses = indicator_rows(collected.given, reference, every=not registered)
    listed = [*registered, *(row["code"] for row in indicators)]
    parameters = _parameters(name, collected, listed, treatment, years, reference)
    guesses = [
        *table_guesses(collected),
        *column_guesses(collected, reference),
        *variable_guesses(own, variables),
        *indicator_guesses,
        *indicators_guess(registered, listed, reference),
        *denominator_guess(parameters, collected.given, reference),
        *treatment.guesses,
        words_guess(parameters),
    ]
    return Drafted(
        parameters=parameters,
        guesses=tuple(guesses),
        variables=tuple(variables),
        indicators=tuple(indicators),
        treatment=treatment.rows,
    )


def _registered(given: Mapping[str, Any], reference: Reference) -> list[str]:
    """Registered indicators whose parts the files hold."""
    table = reference.indicators
    there = {*given, "population", ""}
    parts = zip(table.index, table["numerator"], table["denominator"], strict=True)
    return [str(code) for code, numerator, denominator in parts if numerator in given and denominator in there]


def _parameters(
    name: str,
    collected: Collected,
    indicators: Sequence[str],
    treatment: TreatmentDraft,
    years: Sequence[int],
    reference: Reference,
) -> dict[str, Any]:
    title = next((table.title for _, _, table in collected.given.values() if table.title), name)
    data: dict[str, Any] = {"sources": collected.sources}
    series = denominators(reference, years)
    if series:
        data["denominator"] = series[0]
    before = [year for year in years if year < min(treatment.starts, default=0)]
    placebos = [{"base": before[-2], "period": before[-1]}] if len(before) > 1 else []
    family = {"name": "all indicators", "indicators": list(indicators), "method": "romano_wolf"}
    return {
        "title": title,
        "question": f"Did the outcomes of '{title}' change otherwise in the targeted municipalities than in the others?",
        "kind": "exploratory",
        "banner": BANNER,
        "estimand": "This is the effect of being targeted, beyond what the other municipalities received too.",
        "data": data,
        "treatment": dict(treatment.parameters),
        "indicators": list(indicators),
        "design": {
            "estimator": "att_gt",
            "control_group": "never_treated",
            "base_period": "universal",
            "anticipation": 0,
            "missing": "pairwise",
        },
        "inference": {"method": "rule", "level": 0.95, "draws": 9999},
        "families": [family] if len(indicators) > 1 else [],
        "placebos": placebos,
        "seed": 1,
    }
