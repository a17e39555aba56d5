"""Measures: rows for the variables and indicators that an evaluation defines for itself."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake.survey.found import SurveyedTable
    from lnbeval.reference import Reference
    from lnbeval.workspace.new_evaluation.matching import Kind, Meant

PERSONS_SCALE = 1000
POPULATION = "population"


def variable_row(one: Meant, header: str, table: SurveyedTable, years: Sequence[int]) -> dict[str, Any]:
    """A row of variables.csv for a column that no registered variable describes."""
    yearly = all(after == before + 1 for before, after in pairwise(years))
    return {
        "code": one.code,
        "label": one.label,
        "label_sq": one.label,
        "unit": one.unit,
        "counting_unit": one.counting_unit,
        "kind": one.kind,
        "part_of": "",
        "change": "",
        "low": 0,
        "high": 100 if one.kind == "share" else "",
        "zeros": "",
        "frequency": "yearly" if yearly else "irregular",
        "prices": "nominal" if one.kind == "money" else "",
        "breaks": "",
        "source": table.file,
        "note": f"Read from rows of the column '{table.by}': '{header}'"
        if table.by
        else f"Read from the column '{header}'",
    }


def indicator_rows(
    given: Mapping[str, tuple[Meant, str, SurveyedTable]], reference: Reference, *, every: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A row of indicators.csv for each variable of the evaluation's own, and the guess in it.

    `every` makes one for registered variables too, where no registered indicator can be made of them. Inhabitants, beside
    anything else, are what rates are of and no outcome.
    """
    outcomes = [item for item in given.values() if item[0].code != POPULATION] or list(given.values())
    rows = [
        _indicator_row(one if one.how == "own" else _from_registry(one, reference), table.file, reference)
        for one, _, table in outcomes
        if every or one.how == "own"
    ]
    guesses = [
        {
            "name": f"indicator {row['code']}",
            "why": "it could be measured so; a file does not tell in which direction it should move, and its words are the header's",
            "table": "indicators",
            "row": row["code"],
            "values": {key: row[key] for key in ("label", "numerator", "denominator", "scale", "unit", "direction")},
        }
        for row in rows
    ]
    return rows, guesses


def _from_registry(one: Meant, reference: Reference) -> Meant:
    """A registered variable with what the registry says of it."""
    row: dict[str, Any] = {str(key): value for key, value in reference.variables.loc[one.code].to_dict().items()}
    kind: Kind = row["kind"] if row["kind"] in {"count", "rate", "share", "money"} else "measure"
    return replace(one, unit=row["unit"], counting_unit=row["counting_unit"], kind=kind)


def _indicator_row(one: Meant, file: str, reference: Reference) -> dict[str, Any]:
    how = _measured(one)
    code = one.code if one.code not in reference.indicators.index else f"{one.code}_own"
    return {
        "code": code,
        "label": one.label,
        "label_sq": one.label,
        **{key: how[key] for key in ("unit", "effect_unit")},
        "direction": "context",
        "outcome_area": "",
        "target_group": "all",
        "numerator": one.code,
        "denominator": how["denominator"],
        "scale": how["scale"],
        "decimals": 2,
        "source_system": file,
        "registry_code": "",
        "counting_unit": one.counting_unit,
        "kind": how["kind"],
        "low": 0,
        "high": 100 if how["kind"] == "share" else "",
        "breaks": "",
        "sex": "all",
        "note": "Defined by this evaluation only",
    }


def _measured(one: Meant) -> dict[str, Any]:
    """Shares as they are, money for each inhabitant, counts for each thousand; what is so already, and measures, as they are."""
    if one.kind == "share":
        return {"unit": "percent", "effect_unit": "percentage points", "denominator": "", "scale": 1, "kind": "share"}
    if one.each or one.kind == "rate":
        kind = "money" if one.kind == "money" else "rate"
        return {"unit": one.unit, "effect_unit": one.unit, "denominator": "", "scale": 1, "kind": kind}
    if one.kind == "money":
        unit = f"{one.unit} per inhabitant"
        return {"unit": unit, "effect_unit": unit, "denominator": POPULATION, "scale": 1, "kind": "money"}
    if one.kind == "count":
        unit = f"{one.counting_unit} per {PERSONS_SCALE:,} inhabitants"
        return {"unit": unit, "effect_unit": unit, "denominator": POPULATION, "scale": PERSONS_SCALE, "kind": "rate"}
    return {"unit": one.unit, "effect_unit": one.unit, "denominator": "", "scale": 1, "kind": "count"}
