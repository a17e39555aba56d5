"""What an analysis plan freezes, as plain values, and how the values of now differ from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from lnbeval.workspace.parameters import Certainty, Comparison
from lnbeval.workspace.plan_data import data_changes, frozen_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from lnbeval.intake.source import Source
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters

SHOWN_ONLY: Final = frozenset({"title", "kind", "banner"})  # parameters that say how the pages present themselves
DEFINED_BY: Final = ("numerator", "denominator", "scale", "direction")
NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})
UNTREATED: Final = "not treated"


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """One thing that is not as planned."""

    part: Literal["parameter", "definition", "treatment", "data"]
    name: str
    planned: str
    now: str


def frozen_values(
    parameters: Parameters, reference: Reference, cohort: pd.Series, raw: Path
) -> dict[str, dict[str, Any]]:
    """Parameters, definitions of the indicators, the first treated period of each treated municipality, and the data there are.

    `cohort` is indexed by code (NaN: not treated), `raw` the folder of the files as received. What the pages are called is left
    out, and how files are read: files may come when the plan is locked already. Lists whose order says nothing are sorted.
    """
    return {
        "parameters": _parameters(parameters),
        "definitions": {code: _definition(reference, code) for code in sorted(parameters.indicators)},
        "treated": {str(code): int(year) for code, year in cohort.dropna().sort_index().items()},
        "data": frozen_data(parameters, reference, raw),
    }


def deviations(
    planned: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]
) -> tuple[Deviation, ...]:
    """Everything that differs between two `frozen_values`; `names` tells what municipalities are called.

    A parameter that came into being after the plan was locked was planned at its default. Definitions are compared of
    the indicators in both: that others were added or left out is a deviation of `indicators`.
    """
    return (
        *_of_parameters(planned["parameters"], now["parameters"]),
        *_of_definitions(planned["definitions"], now["definitions"]),
        *_of_treated(planned["treated"], now["treated"], names),
        *(
            Deviation(part="data", name=name, planned=before, now=after)
            for name, before, after in data_changes(planned.get("data", {}), now.get("data", {}), names)
        ),
    )


def short_names(found: Sequence[Deviation]) -> list[str]:
    """What deviates, by name; municipalities whose treatment does are counted, not named."""
    named = [one.name for one in found if one.part != "treatment"]
    treated = [one.name for one in found if one.part == "treatment"]
    return [
        *named,
        *(treated if len(treated) == 1 else [f"treatment of {len(treated)} municipalities"] * bool(treated)),
    ]


def _parameters(parameters: Parameters) -> dict[str, Any]:
    data, treatment = parameters.data, parameters.treatment
    return {
        "question": _one_line(parameters.question),
        "estimand": _one_line(parameters.estimand),
        "indicators": sorted(parameters.indicators),
        "data": {
            **data.model_dump(mode="json", include={"denominator", "first_period", "last_period"}),
            "expected_missing": sorted(data.expected.missing) if data.expected else [],
            "values": _values_used(data.sources),
        },
        "treatment": {
            "status": sorted(treatment.status),
            "phases": {str(phase.phase): phase.first_treated for phase in treatment.phases},
        },
        "design": parameters.design.model_dump(mode="json") | {"covariates": sorted(parameters.design.covariates)},
        "inference": parameters.inference.model_dump(mode="json"),
        "families": {
            family.name: {"indicators": sorted(family.indicators), "method": family.method}
            for family in parameters.families
        },
        "placebos": sorted(f"{placebo.base} to {placebo.period}" for placebo in parameters.placebos),
        "seed": parameters.seed,
    }


def _values_used(sources: tuple[Source, ...]) -> dict[str, dict[str, Any]]:
    """Of what sources declare, what decides which values count, by variable; how they are written is left out."""
    used: dict[str, dict[str, Any]] = {}
    for source in sources:
        for variable in source.columns:
            only = sorted(f"{one.column} is {one.equals}" for one in source.only_where if one.variable == variable)
            chosen = {
                "only_where": only,
                "aggregate": source.aggregate.by if source.aggregate else None,
                "school_year": source.school_year,
                "dates": source.dates,
            }
            kept = {name: value for name, value in chosen.items() if value not in NOTHING}
            if kept:
                used[variable] = used.get(variable, {}) | kept
    return used


def _definition(reference: Reference, code: str) -> dict[str, Any]:
    row = reference.indicators.loc[code].to_dict()
    scale = float(row["scale"])
    return {
        name: (int(scale) if scale.is_integer() else scale) if name == "scale" else str(row[name])
        for name in DEFINED_BY
    }


def _of_parameters(planned: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Deviation]:
    defaults = {"design": Comparison().model_dump(mode="json"), "inference": Certainty().model_dump(mode="json")}
    before, after = dict(_leaves(defaults)) | dict(_leaves(planned)), dict(_leaves(now))
    for name in dict.fromkeys([*after, *before]):
        if _written(before.get(name)) != _written(after.get(name)):
            planned_value, value = _shown(before.get(name)), _shown(after.get(name))
            yield Deviation(part="parameter", name=name, planned=planned_value, now=value)


def _of_definitions(planned: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Deviation]:
    for code in (code for code in now if code in planned):
        for part, value in now[code].items():
            if _written(planned[code].get(part)) != _written(value):
                name = f"{part} of the indicator {code}"
                before = _shown(planned[code].get(part))
                yield Deviation(part="definition", name=name, planned=before, now=_shown(value))


def _of_treated(planned: Mapping[str, Any], now: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Deviation]:
    for code in sorted({*planned, *now}):
        if planned.get(code) != now.get(code):
            name = f"treatment of {names.get(code, code)}"
            before, after = _start(planned.get(code)), _start(now.get(code))
            yield Deviation(part="treatment", name=name, planned=before, now=after)


def _leaves(value: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _leaves(inner, f"{above}{key}.")
        else:
            yield f"{above}{key}", inner


def _written(value: object) -> str:
    """The value as text, the same for whatever means nothing."""
    return json.dumps(None if value in NOTHING else value, ensure_ascii=False)


def _shown(value: object) -> str:
    if value in NOTHING:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _start(year: int | None) -> str:
    return UNTREATED if year is None else f"from {year}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
