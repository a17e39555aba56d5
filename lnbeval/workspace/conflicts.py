"""What is wrong with parameters although each has the right type: unknown names, and pairs that cannot both hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lnbeval.estimators import ESTIMATORS
from lnbeval.hints import did_you_mean
from lnbeval.workspace.choices import ALL_UNITS, IN_FILE, WINDOWED, choice_conflicts, twice
from lnbeval.workspace.column_conflicts import column_conflicts
from lnbeval.workspace.data_conflicts import available_indicators
from lnbeval.workspace.empty_names import empty_names
from lnbeval.workspace.family_conflicts import family_conflicts, within_conflicts
from lnbeval.workspace.raw_parts import group, items, sources, starts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lnbeval.reference import Reference
    from lnbeval.workspace.places import Workspace


def conflicts(raw: dict[str, Any], workspace: Workspace, reference: Reference, evaluation: str) -> list[str]:
    """Every conflict in the parameters as written; parts of the wrong type are left to the schema."""
    return [
        *_unknown_indicators(raw, workspace, reference, evaluation),
        *empty_names(raw),
        *_indicators(raw, reference),
        *_estimator(raw),
        *_staggered(raw),
        *column_conflicts(raw, reference),
        *within_conflicts(raw),
        *family_conflicts(raw),
        *_periods(raw),
        *_tables(group(raw, "treatment"), workspace),
    ]


def _unknown_indicators(
    raw: dict[str, Any], workspace: Workspace, reference: Reference, evaluation: str
) -> Iterator[str]:
    known = [str(code) for code in reference.indicators.index]
    unknown = [code for code in map(str, items(raw, "indicators")) if code not in known]
    for code in dict.fromkeys(unknown):
        there = f" It has: {available_indicators(workspace, evaluation, raw, reference)}." if code == unknown[0] else ""
        yield f"indicators: '{code}' is not in data/reference/indicators.csv.{did_you_mean(code, known)}{there}"


def _indicators(raw: dict[str, Any], reference: Reference) -> Iterator[str]:
    known = [str(code) for code in reference.indicators.index]
    listed = [str(code) for code in items(raw, "indicators")]
    for code in twice(listed):
        yield f"indicators: '{code}' stands more than once."
    variables = {str(name) for source in sources(raw) for name in group(source, "columns")}
    denominator = group(raw, "data").get("denominator")
    for code in listed:
        if code not in known or not variables:
            continue
        row = reference.indicators.loc[code]
        for part in (row["numerator"], row["denominator"]):
            if part == "population" and denominator is None:
                yield f"indicators: '{code}' is per inhabitant; say which population series under data.denominator."
            elif part and part not in variables and part != "population":
                yield f"indicators: '{code}' needs the variable '{part}', which no source gives under columns."


def _estimator(raw: dict[str, Any]) -> Iterator[str]:
    design, inference = group(raw, "design"), group(raw, "inference")
    name = str(design.get("estimator", "att_gt"))
    if name not in ESTIMATORS:
        yield f"design.estimator is '{name}'; it must be one of {', '.join(ESTIMATORS)}.{did_you_mean(name, list(ESTIMATORS))}"
        return
    if name == "repeated_cross_sections":
        yield (
            "design.estimator 'repeated_cross_sections' is for files of persons, which no evaluation lets in: use `lnbeval "
            "estimate` on such a file."
        )
    choices = {**design, **inference, "estimator": name, "method": str(inference.get("method", "rule"))}
    yield from choice_conflicts({**choices, "covariates": [str(one) for one in items(design, "covariates")]}, IN_FILE)


def _staggered(raw: dict[str, Any]) -> Iterator[str]:
    """What follows from when the phases begin."""
    design, starts = group(raw, "design"), starts_of(raw)
    name, named = design.get("estimator"), ", ".join(map(str, starts))
    if name in ALL_UNITS and len(starts) > 1:
        yield (
            f"design.estimator '{name}' compares with already treated municipalities when treatment begins in several periods "
            f"({named}), so it cannot be the headline: the method page shows it beside one. Use att_gt, or "
            "imputation."
        )
    if name == "imputation" and len(starts) > 1 and design.get("control_group", "never_treated") == "never_treated":
        yield (
            f"design.control_group 'never_treated' cannot be kept by imputation when treatment begins in several periods "
            f"({named}), because it uses every outcome before treatment: set design.control_group: not_yet_treated."
        )
    yield from _long_window(raw, starts)


def _long_window(raw: dict[str, Any], starts: list[int]) -> Iterator[str]:
    data, design = group(raw, "data"), group(raw, "design")
    first, last, window = data.get("first_period"), data.get("last_period"), design.get("window")
    if not isinstance(first, int) or not isinstance(last, int) or not starts:
        return
    if not isinstance(window, list) or [type(part) for part in window] != [int, int]:
        return
    before, after = window
    if design.get("estimator") == "stacked":
        fits = any(start - before >= first and start + after <= last for start in starts)
    else:
        fits = before <= max(starts) - first and after <= last - min(starts)
    if design.get("estimator") in WINDOWED and not fits:
        yield (
            f"design.window: no phase ({', '.join(map(str, starts))}) has {before} periods before and {after} after its first "
            f"treated one within data.first_period {first} and data.last_period {last}. Narrow the window."
        )


def _periods(raw: dict[str, Any]) -> Iterator[str]:
    data = group(raw, "data")
    first, last = data.get("first_period"), data.get("last_period")
    if isinstance(first, int) and isinstance(last, int) and first >= last:
        yield f"data.first_period {first} is not before data.last_period {last}."
    starts = starts_of(raw)
    for start in starts:
        if isinstance(first, int) and start <= first:
            yield f"treatment.phases: first_treated {start} leaves no period before it, since data.first_period is {first}."
        if isinstance(last, int) and start > last:
            yield f"treatment.phases: first_treated {start} is after data.last_period {last}: nobody would be treated."
    for number, row in enumerate(items(raw, "placebos"), start=1):
        base, period = (row.get("base"), row.get("period")) if isinstance(row, dict) else (None, None)
        if not isinstance(base, int) or not isinstance(period, int):
            continue
        if base >= period:
            yield f"placebos[{number}]: base {base} must be before period {period}."
        if starts and period >= min(starts):
            yield f"placebos[{number}]: period {period} is not before the first treatment in {min(starts)}."


def _tables(treatment: dict[str, Any], workspace: Workspace) -> Iterator[str]:
    for key in ("table", "truth"):
        name = treatment.get(key)
        if not isinstance(name, str) or not name:
            continue
        path = workspace.root / "data" / name
        if not path.resolve().is_relative_to((workspace.root / "data").resolve()):
            yield f"treatment.{key}: '{name}' must lie below data/."
        elif not path.is_file():
            there = sorted(str(file.relative_to(workspace.root / "data")) for file in path.parent.glob("*.csv"))
            yield f"treatment.{key}: there is no data/{name}.{did_you_mean(name, there)}"
