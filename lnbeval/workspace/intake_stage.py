"""From the files as received to the panel that is analysed, with every row accounted for."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.intake import Problem, answers, decided, intake, read_decisions, stop_if_needed
from lnbeval.intake.decisions import named_questions
from lnbeval.intake.inert import inert
from lnbeval.reference import is_total
from lnbeval.workspace.decision_log import decision_frame
from lnbeval.workspace.deliveries import compared, register
from lnbeval.workspace.delivery_changes import KEY
from lnbeval.workspace.findings import findings, in_order
from lnbeval.workspace.guesses import guess_questions, in_own_words
from lnbeval.workspace.header_table import reference_headers
from lnbeval.workspace.indicators import indicator_values
from lnbeval.workspace.languages import languages, sentences
from lnbeval.workspace.meaning import resolved
from lnbeval.workspace.name_checks import name_problems, stop_if_numbering_unknown
from lnbeval.workspace.number_words import number_words
from lnbeval.workspace.person_words import person_words, text_letters
from lnbeval.workspace.places import replaced_folder, write_text
from lnbeval.workspace.registered import registered_facts
from lnbeval.workspace.sources_register import files_beside, register_warnings
from lnbeval.workspace.treatment import treated_municipalities
from lnbeval.workspace.treatment_checks import questions, table_path
from lnbeval.workspace.trial import stop_if_all_refused
from lnbeval.workspace.value_checks import checked_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lnbeval.intake import Intake
    from lnbeval.reference import Reference
    from lnbeval.workspace.delivery_register import Delivery
    from lnbeval.workspace.languages import Language
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace

CHANGED_CELLS = "changed_cells.csv"  # beside the intake's own tables, where a registered file was revised
PROBLEM_COLUMNS = ("severity", "file", "sheet", "cell", "municipality", "year", "what", "do", "name")


def taken_in(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> Intake:
    """What the sources of an evaluation hold, problems included; nothing is written."""
    return _checked(workspace, evaluation, parameters, reference)[0]


def registered(
    workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference, today: str, note: str
) -> list[Delivery]:
    """Register the files of an evaluation with the values read from them; raises DataError while they cannot be read."""
    decisions, wrong = read_decisions(workspace.decisions(evaluation))
    decisions = in_own_words(decisions, reference_headers(reference))
    taken = _received(workspace, evaluation, parameters, reference, answers(decisions))
    stop_if_needed((*wrong, *decided(taken.problems, decisions, workspace.decisions(evaluation).name)))
    return register(workspace.raw(evaluation), taken, today, note, decisions)


def _checked(
    workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference
) -> tuple[Intake, pd.DataFrame]:
    """What the sources hold after the answers, with every problem, and the cells that differ from registered files."""
    decisions, wrong = read_decisions(workspace.decisions(evaluation))
    decisions = in_own_words(decisions, reference_headers(reference))
    answered = answers(decisions)
    received = _received(workspace, evaluation, parameters, reference, answered)
    raw = workspace.raw(evaluation)
    taken, revised, changes = compared(received, raw, reference, answered)
    named = name_problems(workspace, taken, parameters, reference)
    taken, found = checked_values(taken, parameters, reference, answered)
    asked = questions(table_path(workspace, parameters), reference)
    guessed = guess_questions(evaluation, parameters, reference, named_questions(workspace.decisions(evaluation)))
    unregistered = (*register_warnings(raw, parameters), *files_beside(raw, parameters))
    told = _told(workspace, evaluation, parameters, reference, answered, taken)
    every = (*guessed, *unregistered, *told, *named, *asked, *revised, *found)
    problems = decided(every, decisions, workspace.decisions(evaluation).name)
    return replace(taken, problems=in_order((*wrong, *problems))), changes


def _told(
    workspace: Workspace,
    evaluation: str,
    parameters: Parameters,
    reference: Reference,
    answered: Mapping[str, str],
    taken: Intake,
) -> tuple[Problem, ...]:
    """What is to be said of the files: of values that are those of a delivery before not that parts of them are absent."""
    back = taken.put_back[taken.put_back["value"].notna()]
    if back.empty or not any(source.aggregate for source in parameters.data.sources):
        return taken.problems
    kept = frozenset(back[KEY].itertuples(index=False, name=None))
    # Which values these are is known only once the files were read: what is absent is looked for a second time.
    return _received(workspace, evaluation, parameters, reference, answered, kept).problems


def _received(
    workspace: Workspace,
    evaluation: str,
    parameters: Parameters,
    reference: Reference,
    answered: Mapping[str, str],
    kept: frozenset[tuple[str, int, str]] = frozenset(),
) -> Intake:
    stop_if_numbering_unknown(parameters, reference)
    return intake(
        workspace.raw(evaluation),
        parameters.data.sources,
        partial(resolved, reference),
        partial(is_total, reference),
        answered,
        number_words(reference),
        reference_headers(reference),
        registered_facts(reference),
        persons=person_words(reference),
        letters=text_letters(reference),
        kept=kept,
    )


def write_intake(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> Intake:
    """Read the sources into outputs/<evaluation>/intake.

    Raises DataError with every problem that must be settled first; what was written before then stays.
    """
    taken, changes = _checked(workspace, evaluation, parameters, reference)
    target = workspace.outputs(evaluation) / "intake"
    if not changes.empty:  # Whoever is asked about a revision needs all of it before anything else is written.
        write_text(target / CHANGED_CELLS, _csv(_inert(changes)))
    stop_if_needed(taken.problems)
    told, _ = findings(
        workspace, evaluation, parameters, reference, taken
    )  # A comparison that cannot be made stops the panel.
    decisions, _ = read_decisions(workspace.decisions(evaluation))
    decisions = in_own_words(decisions, reference_headers(reference))
    with replaced_folder(target) as folder:
        if not changes.empty:
            _write(_inert(changes), folder / CHANGED_CELLS)
        for part in ("values", "counts", *(name for name in ("sums", "put_back") if len(getattr(taken, name)))):
            _write(getattr(taken, part), folder / f"{part}.csv")
        for part in ("set_aside", "names", "repaired", "mended", "notes", "fates"):
            _write(_inert(getattr(taken, part)), folder / f"{part}.csv")
        _write(_inert(problem_frame(told, languages(reference))), folder / "problems.csv")
        _write(_inert(decision_frame(decisions, taken.problems)), folder / "decisions.csv")
    return taken


def problem_frame(problems: tuple[Problem, ...], told_in: Sequence[Language] = ()) -> pd.DataFrame:
    """Problems as a table; what is wrong and what to do in each language too, as what_sq and do_sq for sq."""
    columns = [f"{part}_{language.code}" for language in told_in for part in ("what", "do")]
    rows = [
        asdict(problem)
        | {"name": problem.name}
        | dict(zip(columns, [text for one in told_in for text in sentences(problem, one)], strict=True))
        for problem in problems
    ]
    return pd.DataFrame(rows, columns=[*PROBLEM_COLUMNS, *columns])


def write_panel(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> pd.DataFrame:
    """Join the values read with the treatment into outputs/<evaluation>/panel: panel.csv, treatment.csv, flow.json.

    Raises DesignError when no indicator at all can be estimated under the parameters.
    """
    intake_folder = workspace.outputs(evaluation) / "intake"
    values = pd.read_csv(intake_folder / "values.csv")
    indicators = indicator_values(values, parameters, reference)
    treated = treated_municipalities(
        workspace.root / "data" / parameters.treatment.table, parameters.treatment, reference
    )
    about = treated[["name", "county", "cohort", "status"]]
    panel = indicators.join(about, on="code")
    panel = panel[["code", "name", "county", "period", "cohort", "status", *parameters.indicators]]
    stop_if_all_refused(panel, parameters, reference)
    with replaced_folder(workspace.outputs(evaluation) / "panel") as folder:
        _write(panel, folder / "panel.csv")
        _write(treated.reset_index(), folder / "treatment.csv")
        flow = _flow(pd.read_csv(intake_folder / "counts.csv"), panel, parameters)
        (folder / "flow.json").write_text(json.dumps(flow, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return panel


def _flow(counts: pd.DataFrame, panel: pd.DataFrame, parameters: Parameters) -> dict[str, object]:
    """Counts from file rows to observed municipality-years of each indicator."""
    rows = {name: int(counts[name].sum()) for name in counts.columns if name.startswith(("rows_", "cells_"))}
    observed = {code: int(panel[code].notna().sum()) for code in parameters.indicators}
    return {**rows, "municipality_years": len(panel), "observed": observed}


def _inert(frame: pd.DataFrame) -> pd.DataFrame:
    """A table that people open in a spreadsheet program, where no text of a file may be calculated."""
    texts = frame.select_dtypes(["object", "string"]).columns
    return frame.assign(**{name: frame[name].map(inert, na_action="ignore") for name in texts})


def _write(frame: pd.DataFrame, path: Path) -> None:
    path.write_text(_csv(frame), encoding="utf-8", newline="\n")


def _csv(frame: pd.DataFrame) -> str:
    # Figures as they were delivered, to the last digit: only estimates are rounded, to what every machine agrees on.
    return frame.to_csv(index=False, lineterminator="\n")
