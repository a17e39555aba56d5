"""What the twin is made from: levels, effects, shocks and wordings, read from tables beside the reference tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd

from lnbeval.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Form = Literal["number", "decimal_comma", "thousands_point"]

PHASE: Final = "effect_phase_"  # the columns that hold the full effect on a municipality first treated in that phase


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How one indicator moves, on the indicator's own scale (for a `count`, `level` to `unit_sd` are in logarithms)."""

    process: Literal["rate", "count"]
    level: float  # of a municipality of mean log population that is no county seat
    size: float  # per standard deviation of log population
    county_seat: float
    county_sd: float
    unit_sd: float
    trend: float  # per year, the same everywhere
    covid: float
    earthquake: float
    county_year_sd: float
    noise_sd: float
    noise_ar: float
    small_gain: float  # how much more a small municipality gains than the mean one, per standard deviation
    numerator_decimals: int
    effect: Mapping[int, float]  # phase to the effect when fully built up


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a raw file: the variable it shows, its heading, and how its numbers are written."""

    variable: str
    heading: str
    form: Form


@dataclass(frozen=True, kw_only=True, eq=False)
class Recipe:
    """Every choice of the twin. `series` are paths over calendar years or over years since the start of treatment."""

    settings: Mapping[str, float]
    texts: Mapping[str, str]
    shapes: Mapping[str, Shape]
    series: Mapping[str, pd.Series]
    phases: pd.DataFrame  # phase, cohort, targets
    columns: Mapping[str, tuple[Column, ...]]  # by sheet
    written: pd.DataFrame  # sheet, code, first, last, written
    sources: str  # the text of SOURCES.md, with {seed} to be filled in

    def path(self, name: str, at: list[int]) -> pd.Series:
        """The series `name` at the years `at`: 0 before and between its points, its last value never carried on."""
        return self.series[name].reindex(at, fill_value=0.0)


def load_recipe(folder: Path) -> Recipe:
    """Read the recipe; raise DataError when a table or a column of it is missing."""
    try:
        return _recipe(folder)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"The recipe of the twin in {folder} cannot be used: {error}") from error


def _recipe(folder: Path) -> Recipe:
    series = pd.read_csv(folder / "series.csv")
    columns = _texts(folder / "columns.csv")
    return Recipe(
        settings={str(r["name"]): float(r["value"]) for _, r in pd.read_csv(folder / "settings.csv").iterrows()},
        texts={str(r["key"]): str(r["text"]) for _, r in _texts(folder / "texts.csv").iterrows()},
        shapes={str(row["indicator"]): _shape(row) for _, row in pd.read_csv(folder / "indicators.csv").iterrows()},
        series={str(name): group.set_index("at")["value"] for name, group in series.groupby("series")},
        phases=pd.read_csv(folder / "phases.csv"),
        columns={
            str(sheet): tuple(Column(variable=r["variable"], heading=r["heading"], form=r["form"]) for r in rows)
            for sheet, rows in ((sheet, group.to_dict("records")) for sheet, group in columns.groupby("sheet"))
        },
        written=_texts(folder / "written_names.csv").astype({"first": int, "last": int}),
        sources=(folder / "SOURCES.md").read_text(encoding="utf-8"),
    )


def _texts(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def _shape(row: pd.Series) -> Shape:
    effect = {int(name.removeprefix(PHASE)): float(row[name]) for name in row.index if name.startswith(PHASE)}
    plain = {name: row[name] for name in Shape.__dataclass_fields__ if name != "effect"}
    return Shape(**{**plain, "numerator_decimals": int(row["numerator_decimals"])}, effect=effect)
