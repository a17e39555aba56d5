"""Columns of the reference that parameters name: weights, clusters, covariates, strata, denominators."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lnbeval.hints import did_you_mean
from lnbeval.workspace.raw_parts import group, items, sources, starts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lnbeval.reference import Reference


def column_conflicts(raw: dict[str, Any], reference: Reference) -> Iterator[str]:
    """Columns that the reference does not have, that hold no numbers, or that were measured too late."""
    known = [str(name) for name in reference.municipalities.columns]
    design = group(raw, "design")
    for key in ("weight", "cluster"):
        name = design.get(key)
        if isinstance(name, str) and name not in known:
            yield f"design.{key}: '{name}' is not a column of data/reference/municipalities.csv.{did_you_mean(name, known)}"
    yield from _more_columns(raw, reference, known)
    weight = design.get("weight")
    if isinstance(weight, str) and weight in known and reference.municipalities[weight].dtype.kind not in "if":
        yield f"design.weight: '{weight}' is not a number for each municipality."
    denominator = group(raw, "data").get("denominator")
    variables = [str(name) for source in sources(raw) for name in group(source, "columns")]
    if isinstance(denominator, str) and denominator not in [*known, *variables]:
        yield (
            f"data.denominator: '{denominator}' is neither a column of data/reference/municipalities.csv nor a variable of a "
            f"source.{did_you_mean(denominator, [*known, *variables])}"
        )


def _more_columns(raw: dict[str, Any], reference: Reference, known: list[str]) -> Iterator[str]:
    design, inference = group(raw, "design"), group(raw, "inference")
    for name in dict.fromkeys(map(str, items(design, "covariates"))):
        if name not in known:
            yield (
                f"design.covariates: '{name}' is not a column of data/reference/municipalities.csv.{did_you_mean(name, known)} Its "
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
        yield f"inference.strata: '{strata}' is not a column of data/reference/municipalities.csv.{did_you_mean(strata, known)}"


def _numbers(reference: Reference) -> str:
    """Columns that hold a number for each municipality, with the year where the name says it."""
    columns = [str(name) for name, kind in reference.municipalities.dtypes.items() if kind.kind in "if"]
    return ", ".join(f"{name} (of {year})" if (year := _year_of(name)) else name for name in columns)


def _year_of(name: str) -> int | None:
    """A column that names its year says when it was measured."""
    year = re.search(r"(?<!\d)(19|20)\d\d$", name)
    return None if year is None else int(year.group())


def _too_late(name: str, raw: dict[str, Any]) -> Iterator[str]:
    starts, year = starts_of(raw), _year_of(name)
    if year and starts and year >= min(starts):
        yield (
            f"design.covariates: '{name}' is of {year}, when treatment had begun ({min(starts)}): adjusting for it can "
            "take away part of the effect. Use a value from before."
        )
