"""From the files as received to the panel that is analysed, with every row accounted for."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.intake import Problem, Resolved, answers, decided, intake, read_decisions, stop_if_needed
from lnbeval.reference import is_total, resolve
from lnbeval.table import rounded
from lnbeval.workspace.indicators import indicator_values
from lnbeval.workspace.places import replaced_folder
from lnbeval.workspace.treatment import treated_municipalities
from lnbeval.workspace.trial import stop_if_all_refused

if TYPE_CHECKING:
    from pathlib import Path

    from lnbeval.intake import Intake
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace

PROBLEM_COLUMNS = ("severity", "file", "sheet", "cell", "municipality", "year", "what", "do", "name")


def taken_in(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> Intake:
    """What the sources of an evaluation hold, problems included; nothing is written."""
    decisions, wrong = read_decisions(workspace.decisions(evaluation))
    taken = intake(
        workspace.raw(evaluation),
        parameters.data.sources,
        partial(resolved, reference),
        partial(is_total, reference),
        answers(decisions),
    )
    problems = decided(taken.problems, decisions, workspace.decisions(evaluation).name)
    return replace(taken, problems=(*wrong, *problems))


def write_intake(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> Intake:
    """Read the sources into outputs/<evaluation>/intake.

    Raises DataError with every problem that must be settled first; what was written before then stays.
    """
    taken = taken_in(workspace, evaluation, parameters, reference)
    stop_if_needed(taken.problems)
    with replaced_folder(workspace.outputs(evaluation) / "intake") as folder:
        for part in ("values", "set_aside", "names", "repaired", "counts"):
            _write(getattr(taken, part), folder / f"{part}.csv")
        _write(problem_frame(taken.problems), folder / "problems.csv")
    return taken


def problem_frame(problems: tuple[Problem, ...]) -> pd.DataFrame:
    """Problems as a table."""
    rows = [asdict(problem) | {"name": problem.name} for problem in problems]
    return pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))


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


def resolved(reference: Reference, written: str, county: str | None) -> Resolved:
    """What a written name means, in the words of the intake."""
    match = resolve(reference, written, county)
    return Resolved(code=match.code, how=match.how, candidates=match.candidates)


def _flow(counts: pd.DataFrame, panel: pd.DataFrame, parameters: Parameters) -> dict[str, object]:
    """Counts from file rows to observed municipality-years of each indicator."""
    rows = {name: int(counts[name].sum()) for name in counts.columns if name.startswith(("rows_", "cells_"))}
    observed = {code: int(panel[code].notna().sum()) for code in parameters.indicators}
    return {**rows, "municipality_years": len(panel), "observed": observed}


def _write(frame: pd.DataFrame, path: Path) -> None:
    floats = frame.select_dtypes("float").columns
    stable = frame.assign(**{name: frame[name].map(rounded, na_action="ignore") for name in floats})
    stable.to_csv(path, index=False, lineterminator="\n")
