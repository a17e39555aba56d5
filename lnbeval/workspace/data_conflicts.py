"""Parameters against the data: which years indicators have, and periods asked for that no file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lnbeval.errors import LnbevalError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace


def absent_periods(parameters: Parameters, periods: Iterable[int]) -> list[str]:
    """Every period of a placebo that the data do not hold, in words."""
    there = sorted(int(period) for period in periods)
    wanted = [
        (f"placebos[{number}].{key}", getattr(placebo, key))
        for number, placebo in enumerate(parameters.placebos, start=1)
        for key in ("base", "period")
    ]
    return [
        f"{name} is {period}, of which there are no data; they are of {spans(there)}."
        for name, period in wanted
        if period not in there
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

    parameters, _ = with_schema({**raw, "indicators": [str(reference.indicators.index[0])]})
    try:
        return None if parameters is None else taken_in(workspace, evaluation, parameters, reference).values
    except LnbevalError:  # told when the parameters are in order
        return None
