"""Parameters against the data: which years indicators have, and periods asked for that no file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lnbeval.errors import LnbevalError
from lnbeval.workspace.empty_names import empty_names

PLACEHOLDERS: Final = {  # of what the files are read without
    **dict.fromkeys(("title", "question", "banner", "estimand"), "not read"),
    "kind": "check",
}

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace


def absent_periods(parameters: Parameters, periods: Iterable[int]) -> list[str]:
    """Every period of a placebo that the data do not hold, in words."""
    return _absent([placebo.model_dump() for placebo in parameters.placebos], sorted(map(int, periods)))


def conflicts_with_data(workspace: Workspace, evaluation: str, raw: dict[str, Any], reference: Reference) -> list[str]:
    """What parameters that are refused already ask of the data in vain, so that one message holds it all.

    `raw` are the parameters as written. Where the sources cannot be read nothing is said: that is told once they can.
    """
    data = raw.get("data")
    if not isinstance(data, dict) or any(empty_names(raw)):
        return []
    values = _values(workspace, evaluation, raw, reference)
    first, last = (data.get(key) for key in ("first_period", "last_period"))
    held = set() if values is None else {int(period) for period in values["period"]}
    there = sorted(
        period
        for period in held
        if not (isinstance(first, int) and period < first) and not (isinstance(last, int) and period > last)
    )
    if not there:
        return []
    placebos, treatment = raw.get("placebos"), raw.get("treatment")
    phases = treatment.get("phases") if isinstance(treatment, dict) else None
    return [*_absent(_rows(placebos), there), *_before_data(_rows(phases), there, first)]


def _rows(part: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    return [row if isinstance(row, dict) else {} for row in part] if isinstance(part, list) else []


def _absent(placebos: list[dict[str, Any]], there: list[int]) -> list[str]:
    wanted = [
        (f"placebos[{number}].{key}", placebo.get(key))
        for number, placebo in enumerate(placebos, start=1)
        for key in ("base", "period")
    ]
    return [
        f"{name} is {period}, of which there are no data; they are of {spans(there)}."
        for name, period in wanted
        if isinstance(period, int) and period not in there
    ]


def _before_data(phases: list[dict[str, Any]], there: list[int], first: Any) -> list[str]:  # noqa: ANN401
    starts = [start for phase in phases if isinstance(start := phase.get("first_treated"), int)]
    return [
        f"treatment.phases: first_treated {start} leaves no period before it, since the data are of {spans(there)}."
        for start in starts
        if start <= there[0] and not (isinstance(first, int) and start <= first)  # told without the data
    ]


def available_indicators(workspace: Workspace, evaluation: str, raw: dict[str, Any], reference: Reference) -> str:
    """The indicators of the registry with their units, and the years that the sources of the evaluation hold of them.

    `raw` are its parameters with an unknown indicator among them. Where the sources cannot be read there are no years.
    """
    values = _values(workspace, evaluation, raw, reference)
    population = (raw.get("data") or {}).get("denominator")
    named = []
    for code, row in reference.indicators.iterrows():
        parts = [
            population if part == "population" else part for part in (row["numerator"], row["denominator"]) if part
        ]
        years = (
            None if values is None else _years(values, [part for part in parts if part not in reference.municipalities])
        )
        held = "" if years is None else f"; {spans(years)}" if years else "; not in these files"
        named.append(f"{code} ({row['unit']}{held})")
    return ", ".join(named)


def spans(years: Iterable[int]) -> str:
    """Years in increasing order, those that follow one another as a span: 2013, 2015-2017."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _years(values: pd.DataFrame, variables: list[Any]) -> list[int]:
    """Periods in which every one of the variables has a value."""
    held = [set(values.loc[values["variable"] == name, "period"]) for name in variables]
    return sorted(int(year) for year in set.intersection(*held)) if held else []


def _values(workspace: Workspace, evaluation: str, raw: dict[str, Any], reference: Reference) -> pd.DataFrame | None:
    from lnbeval.workspace.intake_stage import taken_in  # noqa: PLC0415
    from lnbeval.workspace.parameters import with_schema  # noqa: PLC0415

    readable = {key: value for key, value in raw.items() if key in ("data", "treatment")}
    parameters, _ = with_schema({**PLACEHOLDERS, **readable, "indicators": [str(reference.indicators.index[0])]})
    try:
        return None if parameters is None else taken_in(workspace, evaluation, parameters, reference).values
    except (LnbevalError, OSError):  # told when the parameters are in order, or a file they name is not there
        return None
