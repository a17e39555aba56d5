"""What is wrong with parameters although each has the right type: unknown names, and pairs that cannot both hold."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from lnbeval.estimators import ESTIMATORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lnbeval.reference import Reference
    from lnbeval.workspace.places import Workspace


def conflicts(raw: dict[str, Any], workspace: Workspace, reference: Reference) -> list[str]:
    """Every conflict in the parameters as written; parts of the wrong type are left to the schema."""
    return [
        *_indicators(raw, reference),
        *_estimator(_group(raw, "design")),
        *_staggered(raw),
        *_columns(raw, reference),
        *_families(raw),
        *_periods(raw),
        *_tables(_group(raw, "treatment"), workspace),
    ]


def _indicators(raw: dict[str, Any], reference: Reference) -> Iterator[str]:
    known = [str(code) for code in reference.indicators.index]
    listed = [str(code) for code in _list(raw, "indicators")]
    for code in listed:
        if code not in known:
            yield f"indicators: '{code}' is not in data/reference/indicators.csv.{_near(code, known)} It has: {_units(reference)}."
    for code in sorted({code for code in listed if listed.count(code) > 1}):
        yield f"indicators: '{code}' stands more than once."
    variables = {str(name) for source in _sources(raw) for name in _group(source, "columns")}
    denominator = _group(raw, "data").get("denominator")
    for code in listed:
        if code not in known or not variables:
            continue
        row = reference.indicators.loc[code]
        for part in (row["numerator"], row["denominator"]):
            if part == "population" and denominator is None:
                yield f"indicators: '{code}' is per inhabitant; say which population series under data.denominator."
            elif part and part not in variables and part != "population":
                yield f"indicators: '{code}' needs the variable '{part}', which no source gives under columns."


ADJUSTABLE: Final = {"att_gt": ("reg", "ipw", "dr"), "triple_difference": ("reg", "ipw", "dr"), "etwfe": ("reg",)}
WINDOWED: Final = ("stacked", "local_projections")
VARYING: Final = ("att_gt", "triple_difference")
ALL_UNITS: Final = ("twfe", "twfe_event_study")
NO_REGRESSION: Final = ("imputation", "synthetic_did", "repeated_cross_sections")
BY_REGRESSION: Final = ("cr2", "wild", "wild_unrestricted")
OWN_DRAWS: Final = ("placebo", "bootstrap")  # of synthetic_did


def _estimator(design: dict[str, Any]) -> Iterator[str]:
    name = design.get("estimator", "att_gt")
    if name not in ESTIMATORS:
        yield f"design.estimator is '{name}'; it must be one of {', '.join(ESTIMATORS)}.{_near(str(name), list(ESTIMATORS))}"
        return
    if name == "repeated_cross_sections":
        yield (
            "design.estimator 'repeated_cross_sections' is for files of persons, which no evaluation lets in: use `lnbeval "
            "estimate` on such a file."
        )
    group = design.get("control_group", "never_treated")
    if name not in ALL_UNITS and group == "all":
        yield f"design.control_group 'all' is for twfe; {name} compares with never_treated or not_yet_treated."
    if name not in VARYING and design.get("base_period", "universal") == "varying":
        yield f"design.base_period 'varying' has no counterpart in {name}; use universal."
    if name == "twfe" and design.get("anticipation", 0) not in (0, None):
        yield "design.anticipation has no counterpart in twfe; use 0, or twfe_event_study."
    if name not in WINDOWED and design.get("window") is not None:
        yield f"design.window is for {' and '.join(WINDOWED)}; {name} has no use for it."
    yield from _adjustment(design, str(name))
    if (name == "triple_difference") != bool(design.get("within")):
        yield "design.within and estimator 'triple_difference' go together: name the indicator of the comparison group, or neither."


def _staggered(raw: dict[str, Any]) -> Iterator[str]:
    """The two-way regressions stand beside the headline; under several cohorts they are none."""
    name = _group(raw, "design").get("estimator")
    phases = [row for row in _list(_group(raw, "treatment"), "phases") if isinstance(row, dict)]
    starts = sorted({start for row in phases if isinstance(start := row.get("first_treated"), int)})
    if name in ALL_UNITS and len(starts) > 1:
        yield (
            f"design.estimator '{name}' compares with already treated municipalities when treatment begins in several periods "
            f"({', '.join(map(str, starts))}), so it cannot be the headline: the method page shows it beside one. Use att_gt, or "
            "imputation."
        )


def _adjustment(design: dict[str, Any], name: str) -> Iterator[str]:
    adjustment, covariates = design.get("adjustment", "none"), design.get("covariates")
    if adjustment == "none":
        if covariates:
            yield "design.covariates are given, but design.adjustment is 'none': use reg, ipw or dr, or leave them out."
        return
    allowed = ADJUSTABLE.get(name, ())
    if adjustment in ("reg", "ipw", "dr") and adjustment not in allowed:
        yield f"design.adjustment '{adjustment}' is not available in {name}; it has {', '.join(('none', *allowed))}."
    if not covariates:
        yield f"design.adjustment '{adjustment}' needs design.covariates: columns of data/reference/municipalities.csv."


def _columns(raw: dict[str, Any], reference: Reference) -> Iterator[str]:
    known = [str(name) for name in reference.municipalities.columns]
    design = _group(raw, "design")
    for key in ("weight", "cluster"):
        name = design.get(key)
        if isinstance(name, str) and name not in known:
            yield f"design.{key}: '{name}' is not a column of data/reference/municipalities.csv.{_near(name, known)}"
    yield from _more_columns(raw, reference, known)
    weight = design.get("weight")
    if isinstance(weight, str) and weight in known and reference.municipalities[weight].dtype.kind not in "if":
        yield f"design.weight: '{weight}' is not a number for each municipality."
    denominator = _group(raw, "data").get("denominator")
    variables = [str(name) for source in _sources(raw) for name in _group(source, "columns")]
    if isinstance(denominator, str) and denominator not in [*known, *variables]:
        yield (
            f"data.denominator: '{denominator}' is neither a column of data/reference/municipalities.csv nor a variable of a "
            f"source.{_near(denominator, [*known, *variables])}"
        )


def _method(design: dict[str, Any], method: str) -> Iterator[str]:
    name, adjusted = design.get("estimator", "att_gt"), design.get("adjustment", "none") != "none"
    if method in OWN_DRAWS and name != "synthetic_did":
        yield f"inference.method '{method}' is for synthetic_did; for {name} use rule, jackknife or randomization."
    if method in BY_REGRESSION and (name in NO_REGRESSION or (adjusted and name != "etwfe")):
        why = f"{name} with adjustment" if adjusted and name not in NO_REGRESSION else str(name)
        yield f"inference.method '{method}' needs a regression, and {why} is none: use rule, jackknife or randomization."


def _more_columns(raw: dict[str, Any], reference: Reference, known: list[str]) -> Iterator[str]:
    design, inference = _group(raw, "design"), _group(raw, "inference")
    for name in map(str, _list(design, "covariates")):
        if name not in known:
            yield f"design.covariates: '{name}' is not a column of data/reference/municipalities.csv.{_near(name, known)}"
        elif reference.municipalities[name].dtype.kind not in "if":
            yield f"design.covariates: '{name}' is not a number for each municipality."
        else:
            yield from _too_late(name, raw)
    strata = inference.get("strata")
    if isinstance(strata, str) and strata not in known:
        yield f"inference.strata: '{strata}' is not a column of data/reference/municipalities.csv.{_near(strata, known)}"
    method = inference.get("method", "rule")
    yield from _method(design, str(method))
    if strata is not None and method != "randomization":
        yield f"inference.strata is for randomization; method '{method}' has no use for it."
    if (method == "conley") != (inference.get("cutoff_km") is not None):
        yield "inference.method 'conley' and inference.cutoff_km go together: give both or neither."


def _too_late(name: str, raw: dict[str, Any]) -> Iterator[str]:
    """A column that names its year says when it was measured."""
    phases = [row for row in _list(_group(raw, "treatment"), "phases") if isinstance(row, dict)]
    starts = [start for row in phases if isinstance(start := row.get("first_treated"), int)]
    year = re.search(r"(?<!\d)(19|20)\d\d$", name)
    if year and starts and int(year.group()) >= min(starts):
        yield (
            f"design.covariates: '{name}' is of {year.group()}, when treatment had begun ({min(starts)}): adjusting for it can "
            "take away part of the effect. Use a value from before."
        )


def _families(raw: dict[str, Any]) -> Iterator[str]:
    listed = [str(code) for code in _list(raw, "indicators")]
    taken: dict[str, str] = {}
    for family in (row for row in _list(raw, "families") if isinstance(row, dict)):
        for code in map(str, _list(family, "indicators")):
            if code not in listed:
                yield f"families: '{code}' of {family.get('name')} is not under indicators.{_near(code, listed)}"
            elif code in taken:
                yield f"families: '{code}' is in {taken[code]} and in {family.get('name')}; an indicator has one family."
            taken.setdefault(code, str(family.get("name")))
    for code, other in _group(_group(raw, "design"), "within").items():
        for name in (code, other):
            if str(name) not in listed:
                yield f"design.within: '{name}' is not under indicators.{_near(str(name), listed)}"


def _periods(raw: dict[str, Any]) -> Iterator[str]:
    data = _group(raw, "data")
    first, last = data.get("first_period"), data.get("last_period")
    if isinstance(first, int) and isinstance(last, int) and first >= last:
        yield f"data.first_period {first} is not before data.last_period {last}."
    phases = [row for row in _list(_group(raw, "treatment"), "phases") if isinstance(row, dict)]
    starts = [start for row in phases if isinstance(start := row.get("first_treated"), int)]
    for start in starts:
        if isinstance(first, int) and start <= first:
            yield f"treatment.phases: first_treated {start} leaves no period before it, since data.first_period is {first}."
        if isinstance(last, int) and start > last:
            yield f"treatment.phases: first_treated {start} is after data.last_period {last}: nobody would be treated."
    for number, row in enumerate(_list(raw, "placebos"), start=1):
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
            yield f"treatment.{key}: there is no data/{name}.{_near(name, there)}"


def _group(raw: dict[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _list(raw: dict[str, Any], key: str) -> list[Any]:
    value = raw.get(key)
    return value if isinstance(value, list) else []


def _sources(raw: dict[str, Any]) -> list[dict[str, Any]]:
    return [source for source in _list(_group(raw, "data"), "sources") if isinstance(source, dict)]


def _near(word: str, words: Sequence[str]) -> str:
    near = get_close_matches(word, words, n=1, cutoff=0.5)
    return f" Did you mean '{near[0]}'?" if near else ""


def _units(reference: Reference) -> str:
    return ", ".join(f"{code} ({unit})" for code, unit in reference.indicators["unit"].items())
