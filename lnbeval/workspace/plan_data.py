"""What an analysis plan freezes of the data: the municipalities' own figures that are used, and which files there were."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.intake.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters

POPULATION: Final = "population"  # in a definition: the declared denominator series, whichever it is
MOST: Final = 5  # municipalities named in one line
DIGITS: Final = 12  # of a fingerprint


def frozen_data(parameters: Parameters, reference: Reference, raw: Path) -> dict[str, dict[str, Any]]:
    """Figures of the reference by series and municipality, and the SHA-256 of each file of a source that is there already."""
    table = reference.municipalities
    used = [name for name in _used(parameters, reference) if name in table.columns]
    files = dict.fromkeys(source.file for source in parameters.data.sources)
    return {
        "figures": {name: {str(code): _plain(value) for code, value in table[name].items()} for name in used},
        "files": {file: _digest(raw / file) for file in sorted(files) if (raw / file).is_file()},
    }


def data_changes(
    planned: Mapping[str, Any], now: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """What differs in the data, as name, planned, now; only of what was there when the plan was locked and is used still.

    A series that is not used any more is a deviation of the parameters, and so is a source that is left out.
    """
    figures = now.get("figures", {})
    for series, before in planned.get("figures", {}).items():
        after = figures.get(series)
        differ = [] if after is None else [code for code in before if before[code] != after.get(code)]
        if after is not None and differ:
            told = listed(
                (f"{names.get(code, code)} {_said(before[code])} → {_said(after.get(code))}" for code in differ), MOST
            )
            which = f"{len(differ)} of {len(before)} municipalities differ: {told}"
            yield f"figures of {series}", _total(before), f"{_total(after)} ({which})"
    for file, digest in planned.get("files", {}).items():
        other = now.get("files", {}).get(file, "")
        if other != digest:
            yield (
                f"file {file}",
                f"fingerprint {digest[:DIGITS]}",
                f"fingerprint {other[:DIGITS]}" if other else "not read, or not there",
            )


def _used(parameters: Parameters, reference: Reference) -> list[str]:
    """The series that indicators are divided by or made of, and those of the design."""
    parts = reference.indicators.loc[parameters.indicators, ["numerator", "denominator"]].to_numpy().ravel().tolist()
    of_design = (*parameters.design.covariates, parameters.design.weight)
    named = [parameters.data.denominator if name == POPULATION else name for name in (*parts, *of_design)]
    return sorted({str(name) for name in named if name})


def _plain(value: object) -> int | float | str | None:
    if isinstance(value, str):
        return value
    number = float(value) if isinstance(value, int | float) else float("nan")
    if pd.isna(number):
        return None
    return int(number) if number.is_integer() else number


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _total(values: Mapping[str, Any]) -> str:
    numbers = [value for value in values.values() if isinstance(value, int | float)]
    return f"{_said(sum(numbers))} in all" if numbers else f"{len(values)} entries"


def _said(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else "none" if value is None else str(value)
