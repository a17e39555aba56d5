"""Pairs of choices that cannot both hold, whatever the data: in a parameter file and on the command line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ADJUSTABLE: Final = {
    "att_gt": ("reg", "ipw", "dr"),
    "triple_difference": ("reg", "ipw", "dr"),
    "repeated_cross_sections": ("reg", "ipw", "dr"),
    "etwfe": ("reg",),
}
WINDOWED: Final = ("stacked", "local_projections")
VARYING: Final = ("att_gt", "triple_difference", "repeated_cross_sections")
ALL_UNITS: Final = ("twfe", "twfe_event_study")
NO_REGRESSION: Final = ("imputation", "synthetic_did", "repeated_cross_sections")
BY_REGRESSION: Final = ("cr2", "wild", "wild_unrestricted")
OWN_DRAWS: Final = ("placebo", "bootstrap")  # of synthetic_did

IN_FILE: Final = {  # how each choice is called in a parameter file
    "control_group": "design.control_group",
    "base_period": "design.base_period",
    "anticipation": "design.anticipation",
    "missing": "design.missing",
    "window": "design.window",
    "weight": "design.weight",
    "adjustment": "design.adjustment",
    "covariates": "design.covariates",
    "within": "design.within",
    "cluster": "design.cluster",
    "method": "inference.method",
    "strata": "inference.strata",
    "cutoff_km": "inference.cutoff_km",
    "columns": "columns of data/reference/municipalities.csv",
    "comparison": "set design.within, the indicator of the comparison group for each indicator",
    "randomization": "set inference.method: randomization",
    "conley": "set inference.method: conley",
}


def choice_conflicts(choices: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[str]:
    """Every pair of choices that cannot both hold, whatever the data, each called as `words` say.

    `choices` holds estimator, method and what else of the design and the inference was chosen; `words` have the keys of
    IN_FILE, and may have `coordinates` where these are chosen too. On the command line they lack `weight`, as units of equal
    weight are told by the file alone.
    """
    yield from _of_design(choices, words)
    yield from _adjustment(choices, words)
    yield from _method(choices, words)
    yield from _strata_and_places(choices, words)


def _of_design(choices: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[str]:
    name, group = choices["estimator"], choices.get("control_group")
    if name not in ALL_UNITS and group == "all":
        yield f"{words['control_group']} 'all' is for twfe; {name} compares with never_treated or not_yet_treated."
    if name == "synthetic_did" and group == "not_yet_treated":
        yield f"{words['control_group']} 'not_yet_treated' has no counterpart in synthetic_did; use never_treated."
    if name not in VARYING and choices.get("base_period") == "varying":
        yield f"{words['base_period']} 'varying' has no counterpart in {name}; use universal."
    if name == "twfe" and choices.get("anticipation") not in (0, None):
        yield f"{words['anticipation']} has no counterpart in twfe; use 0, or twfe_event_study."
    if name == "repeated_cross_sections" and choices.get("missing") == "complete":
        yield f"{words['missing']} 'complete' has no counterpart in {name}, whose rows are each of one period; use pairwise."
    if name not in WINDOWED and choices.get("window") is not None:
        yield f"{words['window']} is for {' and '.join(WINDOWED)}; {name} has no use for it."
    if name == "synthetic_did" and "weight" in words and choices.get("weight") is not None:
        yield f"{words['weight']} has no use in synthetic_did, which chooses the weights of controls itself: leave it out."
    if name == "triple_difference" and not choices.get("within"):
        yield f"triple_difference needs the outcome of a comparison group within each unit: {words['comparison']}."
    if name != "triple_difference" and choices.get("within"):
        yield f"{words['within']} is for triple_difference; {name} has no use for it."


def _adjustment(choices: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[str]:
    name, adjustment, covariates = choices["estimator"], choices.get("adjustment", "none"), choices.get("covariates")
    allowed = ADJUSTABLE.get(name, ())
    for word in twice(covariates or ()):
        yield f"{words['covariates']}: '{word}' stands more than once."
    if adjustment == "none":
        if covariates:
            use = f"use {_or(allowed)}, or leave them out" if allowed else f"{name} takes none, leave them out"
            yield f"{words['covariates']} are given, but {words['adjustment']} is 'none', which would ignore them: {use}."
        return
    if adjustment in ("reg", "ipw", "dr") and adjustment not in allowed:
        yield f"{words['adjustment']} '{adjustment}' is not available in {name}; it has {', '.join(('none', *allowed))}."
    if not covariates:
        yield f"{words['adjustment']} '{adjustment}' needs {words['covariates']}: {words['columns']}."


def _method(choices: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[str]:
    name, method = choices["estimator"], choices["method"]
    adjusted = choices.get("adjustment", "none") != "none"
    if method in OWN_DRAWS and name != "synthetic_did":
        yield f"{words['method']} '{method}' is for synthetic_did; for {name} use rule, jackknife or randomization."
    if method in BY_REGRESSION and (name in NO_REGRESSION or (adjusted and name != "etwfe")):
        why = f"{name} with adjustment" if adjusted and name not in NO_REGRESSION else str(name)
        yield f"{words['method']} '{method}' needs a regression, and {why} is none: use rule, jackknife or randomization."


def _strata_and_places(choices: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[str]:
    method = choices["method"]
    if choices.get("strata") is not None and method != "randomization":
        yield (
            f"{words['strata']} is for randomization, and {words['method']} is '{method}': {words['randomization']}, or leave "
            "the strata out."
        )
    places = [key for key in ("coordinates", "cutoff_km") if key in words]
    given = [words[key] for key in places if choices.get(key) is not None]
    if method == "conley" and len(given) < len(places):
        yield f"{words['method']} 'conley' needs {' and '.join(words[key] for key in places)}."
    if method != "conley" and given:
        verb = "are" if len(given) > 1 else "is"
        out = "them" if len(given) > 1 else "it"
        yield f"{' and '.join(given)} {verb} for conley: {words['conley']}, or leave {out} out."
    if method == "conley" and choices.get("cluster") is not None:
        yield (
            f"{words['cluster']} has no use with conley, where distance says whose errors are related: leave it out, or "
            f"choose another {words['method']}."
        )


def twice(words: Sequence[str]) -> list[str]:
    """The words that stand more than once, each once."""
    return [word for word, count in Counter(words).items() if count > 1]


def _or(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
