"""Guesses: what `lnbeval new --from` read out of a file, asked about until a person confirms or changes it.

A guess stands in the parameters under `guesses`, with the values as they were guessed. A value that has been changed since is
nobody's guess any more; the others are asked for until data/raw/<evaluation>/decisions.csv confirms them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lnbeval.intake import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnbeval.intake import Decision, HeaderWords
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Guess, Parameters

RULE: Final = "guess"
CONFIRMED: Final = "yes"
PLACES_SHOWN: Final = 3
STEP: Final = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


def guess_questions(
    evaluation: str, parameters: Parameters, reference: Reference, named: Iterable[str] = ()
) -> tuple[Problem, ...]:
    """A question for each guess of which some value still stands as it was guessed, and for each that was taken out.

    `named` are the questions that the decisions file names: a guess that is only there was taken out of the parameters, which
    settles nothing.
    """
    written = parameters.model_dump(mode="json")
    asked = (
        (guess, list(_standing(guess, written, reference)))
        for guess in parameters.guesses
        if _is_used(guess, parameters)
    )
    opening = question_name(evaluation, "")
    kept = {guess.name for guess in parameters.guesses}
    gone = [name.removeprefix(f"{opening}/") for name in named if name.startswith(f"{opening}/")]
    return (
        *(_question(evaluation, guess, standing) for guess, standing in asked if standing),
        *(_lost(evaluation, guess) for guess in gone if guess not in kept),
    )


def in_own_words(decisions: Iterable[Decision], words: HeaderWords) -> tuple[Decision, ...]:
    """The decisions, those on guesses that say yes in another language, such as `po`, as `yes`."""
    return tuple(
        replace(one, decision=CONFIRMED)
        if one.problem.startswith(f"{RULE}/") and words.means(one.decision, CONFIRMED)
        else one
        for one in decisions
    )


def question_name(evaluation: str, guess: str) -> str:
    """What a decisions file calls the question about a guess."""
    return _problem(evaluation, guess, what="", do="").name


def value_at(written: Any, path: str) -> Any:  # noqa: ANN401
    """The value at a path such as data.sources[1].unit, entries counted from 1; None where there is nothing."""
    for key, number in STEP.findall(path):
        if number:
            inside = isinstance(written, list) and 0 < int(number) <= len(written)
            written = written[int(number) - 1] if inside else None
        else:
            written = written.get(key) if isinstance(written, dict) else None
    return written


def _is_used(guess: Guess, parameters: Parameters) -> bool:
    """Whether the parameters still rest on it: a definition that nothing uses any more settles nothing."""
    if guess.table == "indicators":
        return guess.row in parameters.indicators
    return not guess.table or any(guess.row in source.columns for source in parameters.data.sources)


def _standing(guess: Guess, written: dict[str, Any], reference: Reference) -> Iterable[str]:
    """The values that are as guessed, in words, those of one place together."""
    by_place: dict[str, list[str]] = {}
    for path, value in guess.values.items():
        place, _, name = path.rpartition(".")
        now = _defined(guess, path, reference) if guess.table else value_at(written, path)
        if now == value:
            by_place.setdefault(place, []).append(f"{name} {_shown(value)}")
    return (f"{place}: {', '.join(told)}" if place else ", ".join(told) for place, told in by_place.items())


def _defined(guess: Guess, column: str, reference: Reference) -> Any:  # noqa: ANN401
    """What a table of definitions says now; None where the row is gone."""
    table = reference.indicators if guess.table == "indicators" else reference.variables
    if guess.row not in table.index or column not in table.columns:
        return None
    value: Any = table.loc[guess.row, column]
    return value.item() if hasattr(value, "item") else value


def _question(evaluation: str, guess: Guess, standing: list[str]) -> Problem:
    more = f"; likewise in {len(standing) - PLACES_SHOWN} more places" if len(standing) > PLACES_SHOWN else ""
    place = f"data/raw/{evaluation}/{guess.table}.csv, row {guess.row}" if guess.table else "the parameters"
    what = f"Guessed: {'; '.join(standing[:PLACES_SHOWN])}{more}. The reason: {guess.why}"
    return _problem(evaluation, guess.name, what=what, do=f"Correct what is wrong in {place}, or confirm")


def _lost(evaluation: str, guess: str) -> Problem:
    what = f"'{guess}' was guessed when the parameters were drafted, and was taken out of `guesses` without an answer"
    do = "Taking it out settles nothing: look whether the parameters say what holds, and confirm"
    return _problem(evaluation, guess, what=what, do=do)


def _problem(evaluation: str, guess: str, *, what: str, do: str) -> Problem:
    return Problem(
        severity="ASK",
        file=f"{evaluation}.yaml",
        cell="guesses",
        what=what,
        do=do,
        rule=RULE,
        subject=guess,
        options=(CONFIRMED,),
    )


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    return f"'{value}'" if isinstance(value, str) else str(value)
