"""What is wrong with parameters although each has the right type: unknown names, and pairs that cannot both hold."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from lnbeval.estimators import ESTIMATORS
from lnbeval.workspace.choices import ALL_UNITS, IN_FILE, WINDOWED, choice_conflicts, twice
from lnbeval.workspace.data_conflicts import available_indicators
from lnbeval.workspace.empty_names import empty_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
        *_columns(raw, reference),
        *_within(raw),
        *_families(raw),
        *_periods(raw),
        *_tables(_group(raw, "treatment"), workspace),
    ]


def _unknown_indicators(
    raw: dict[str, Any], workspace: Workspace, reference: Reference, evaluation: str
) -> Iterator[str]:
    known = [str(code) for code in reference.indicators.index]
    unknown = [code for code in map(str, _list(raw, "indicators")) if code not in known]
    for code in dict.fromkeys(unknown):
        there = f" It has: {available_indicators(workspace, evaluation, raw, reference)}." if code == unknown[0] else ""
        yield f"indicators: '{code}' is not in data/reference/indicators.csv.{_near(code, known)}{there}"


def _indicators(raw: dict[str, Any], reference: Reference) -> Iterator[str]:
    known = [str(code) for code in reference.indicators.index]
    listed = [str(code) for code in _list(raw, "indicators")]
    for code in twice(listed):
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


def _estimator(raw: dict[str, Any]) -> Iterator[str]:
    design, inference = _group(raw, "design"), _group(raw, "inference")
    name = str(design.get("estimator", "att_gt"))
    if name not in ESTIMATORS:
        yield f"design.estimator is '{name}'; it must be one of {', '.join(ESTIMATORS)}.{_near(name, list(ESTIMATORS))}"
        return
    if name == "repeated_cross_sections":
        yield (
            "design.estimator 'repeated_cross_sections' is for files of persons, which no evaluation lets in: use `lnbeval "
            "estimate` on such a file."
        )
    choices = {**design, **inference, "estimator": name, "method": str(inference.get("method", "rule"))}
    yield from choice_conflicts({**choices, "covariates": [str(one) for one in _list(design, "covariates")]}, IN_FILE)


def _staggered(raw: dict[str, Any]) -> Iterator[str]:
    """What follows from when the phases begin."""
    design, starts = _group(raw, "design"), _starts(raw)
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
    data, design = _group(raw, "data"), _group(raw, "design")
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


def _more_columns(raw: dict[str, Any], reference: Reference, known: list[str]) -> Iterator[str]:
    design, inference = _group(raw, "design"), _group(raw, "inference")
    for name in dict.fromkeys(map(str, _list(design, "covariates"))):
        if name not in known:
            yield (
                f"design.covariates: '{name}' is not a column of data/reference/municipalities.csv.{_near(name, known)} Its "
                f"numbers are: {_numbers(reference)}."
            )
        elif reference.municipalities[name].dtype.kind not in "if":
            yield f"design.covariates: '{name}' is not a number for each municipality."
        else:
            yield from _too_late(name, raw)
    strata = inference.get("strata")
    if strata == reference.municipalities.index.name or (
        isinstance(strata, str) and strata in known and reference.municipalities[strata].is_unique
    ):
        yield f"inference.strata: each stratum of '{strata}' would hold one municipality. Name a column that several share, such as county."
    elif isinstance(strata, str) and strata not in known:
        yield f"inference.strata: '{strata}' is not a column of data/reference/municipalities.csv.{_near(strata, known)}"


def _numbers(reference: Reference) -> str:
    """Columns that hold a number for each municipality, with the year where the name says it."""
    columns = [str(name) for name, kind in reference.municipalities.dtypes.items() if kind.kind in "if"]
    return ", ".join(f"{name} (of {year})" if (year := _year_of(name)) else name for name in columns)


def _year_of(name: str) -> int | None:
    """A column that names its year says when it was measured."""
    year = re.search(r"(?<!\d)(19|20)\d\d$", name)
    return None if year is None else int(year.group())


def _too_late(name: str, raw: dict[str, Any]) -> Iterator[str]:
    starts, year = _starts(raw), _year_of(name)
    if year and starts and year >= min(starts):
        yield (
            f"design.covariates: '{name}' is of {year}, when treatment had begun ({min(starts)}): adjusting for it can "
            "take away part of the effect. Use a value from before."
        )


def _within(raw: dict[str, Any]) -> Iterator[str]:
    """Under triple differences every indicator is estimated, a comparison group, or both."""
    listed = [str(code) for code in _list(raw, "indicators")]
    pairs = {str(code): str(other) for code, other in _group(_group(raw, "design"), "within").items()}
    for code, other in pairs.items():
        for name in (code, other):
            if name not in listed:
                yield f"design.within: '{name}' is not under indicators.{_near(name, listed)}"
        if code == other:
            yield f"design.within: '{code}' stands beside itself; an indicator cannot be its own comparison group."
    for code in dict.fromkeys(listed):
        if _triple(raw) and pairs and code not in {*pairs, *pairs.values()}:
            yield (
                f"indicators: '{code}' is not in design.within, neither as an indicator to estimate nor as a comparison group: "
                "name its comparison group there, or leave it out."
            )


def _families(raw: dict[str, Any]) -> Iterator[str]:
    families = [row for row in _list(raw, "families") if isinstance(row, dict)]
    for name in twice([str(family.get("name")) for family in families]):
        yield f"families: '{name}' is the name of several; give each its own."
    taken: dict[str, str] = {}
    for family in families:
        name, members = str(family.get("name")), list(map(str, _list(family, "indicators")))
        if len(set(members)) == 1:
            yield f"families: '{name}' has one indicator; a family needs two."
        for code in twice(members):
            yield f"families: '{code}' stands twice in {name}."
        for code in dict.fromkeys(members):
            yield from _member(raw, code, name, taken.get(code))
            taken.setdefault(code, name)


def _member(raw: dict[str, Any], code: str, family: str, other: str | None) -> Iterator[str]:
    listed = [str(one) for one in _list(raw, "indicators")]
    if code not in listed:
        yield f"families: '{code}' of {family} is not under indicators.{_near(code, listed)}"
    elif other is not None and other != family:
        yield f"families: '{code}' is in {other} and in {family}; an indicator has one family."
    elif other is not None:
        yield f"families: '{code}' is in two families called {family}; an indicator has one family."
    elif _triple(raw) and code not in _group(_group(raw, "design"), "within"):
        yield f"families: '{code}' of {family} is not estimated: it has no comparison group under design.within."


def _triple(raw: dict[str, Any]) -> bool:
    return bool(_group(raw, "design").get("estimator") == "triple_difference")


def _periods(raw: dict[str, Any]) -> Iterator[str]:
    data = _group(raw, "data")
    first, last = data.get("first_period"), data.get("last_period")
    if isinstance(first, int) and isinstance(last, int) and first >= last:
        yield f"data.first_period {first} is not before data.last_period {last}."
    starts = _starts(raw)
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


def _starts(raw: dict[str, Any]) -> list[int]:
    """The first treated periods of the phases, in order."""
    phases = [row for row in _list(_group(raw, "treatment"), "phases") if isinstance(row, dict)]
    return sorted({start for row in phases if isinstance(start := row.get("first_treated"), int)})


def _near(word: str, words: Sequence[str]) -> str:
    near = get_close_matches(word, words, n=1, cutoff=0.5) or get_close_matches(word.lower(), words, n=1, cutoff=0.5)
    return f" Did you mean '{near[0]}'?" if near else ""
