"""What must hold of the rows before they become a panel; each check names the culprits and says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lnbeval.errors import PanelError
from lnbeval.hints import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Labels = NDArray[np.object_]

SHOWN: Final = 5  # culprits named in a message; the rest are counted


def checked_columns(frame: pd.DataFrame, wanted: Sequence[str]) -> None:
    """Refuse when a column is missing or the table is empty, naming the nearest column there is."""
    present = [str(name) for name in frame.columns]
    problems = []
    for name in dict.fromkeys(wanted):
        if name not in present:
            problems.append(f"There is no column '{name}'.{did_you_mean(name, present)}")
        elif present.count(name) > 1:
            problems.append(f"Column '{name}' stands {present.count(name)} times; rename all but one.")
    if problems:
        raise PanelError(f"{' '.join(problems)} The columns are: {', '.join(present)}.")
    if frame.empty:
        raise PanelError("The table has a header but no rows.")


def checked_periods(values: pd.Series, name: str) -> tuple[Integers, Integers]:
    """Distinct periods in increasing order, and for each row the position of its period. Whole numbers only."""
    numbers = _numbers(values, name)
    bad = ~np.isfinite(numbers) | (numbers != np.floor(numbers))
    if bad.any():
        raise PanelError(
            f"Period '{name}' must be a whole number such as 2021; it is not in {_rows(values, bad)}. Correct these rows."
        )
    column, periods = pd.factorize(numbers.astype(np.int64), sort=True)
    return periods, column


def checked_units(values: pd.Series, name: str) -> tuple[Labels, Integers]:
    """Distinct units in order of first appearance, and for each row the position of its unit."""
    if values.isna().any():
        raise PanelError(f"Unit '{name}' is empty in {_empty_rows(values)}. Fill or drop these rows.")
    row, units = pd.factorize(values)
    return np.asarray(units, dtype=object), row.astype(np.int64)


def refuse_duplicates(row: Integers, column: Integers, units: Labels, periods: Integers) -> None:
    """Refuse when a unit has more than one row for a period."""
    times = np.bincount(row * len(periods) + column, minlength=1)
    twice = np.flatnonzero(times > 1)
    if twice.size:
        named = [f"{units[i // len(periods)]} in {periods[i % len(periods)]} ({times[i]} rows)" for i in twice[:SHOWN]]
        raise PanelError(
            f"More than one row for the same unit and period: {_listed(named, twice.size)}. Keep one each; if rows are persons "
            "or households asked once, use repeated_cross_sections (--estimator repeated_cross_sections)."
        )


def checked_outcome(frame: pd.DataFrame, outcome: str, unit: str, period: str) -> Floats:
    """The outcome of each row; empty cells are NaN, text and infinities are refused."""
    values = frame[outcome]
    numbers = _numbers(values, outcome)
    bad = (np.isnan(numbers) & values.notna().to_numpy()) | np.isinf(numbers)
    if bad.any():
        named = [
            f"{_cell(values.iloc[i])} for {frame[unit].iloc[i]} in {frame[period].iloc[i]}"
            for i in np.flatnonzero(bad)[:SHOWN]
        ]
        raise PanelError(f"Outcome '{outcome}' is not a number: {_listed(named, int(bad.sum()))}.")
    if np.isnan(numbers).all():
        raise PanelError(f"Outcome '{outcome}' is empty in every row: nothing to estimate.")
    return numbers


def checked_cohorts(
    values: pd.Series, row: Integers, units: Labels, periods: Integers, *, name: str, never: str | float | None
) -> Floats:
    """The cohort of each unit, infinity for never treated, which `never` says how it is coded."""
    numbers = _numbers(values, name)
    text = np.isnan(numbers) & values.notna().to_numpy()
    if text.any():
        text[text] = values[text].astype(str).to_numpy() != str(never)
    if text.any():
        raise PanelError(
            f"Cohort '{name}' must be the first treated period, a number; it is not in {_rows(values, text)}."
        )
    cohorts = np.where(_coded_never(numbers, values, never), np.inf, numbers)
    _refuse_undeclared(cohorts, row, periods, name=name, declared=never is not None)
    return _constant(cohorts, row, units, name)


SAME: Final = "It must be the same in all rows of a unit."


def unit_numbers(values: pd.Series, row: Integers, units: Labels, name: str, *, hint: str = SAME) -> Floats:
    """One number per unit, the same in all its rows; `hint` is what to do where it varies."""
    numbers = _numbers(values, name)
    bad = ~np.isfinite(numbers)
    if bad.any():
        raise PanelError(
            f"'{name}' must be a number; it is not in {_rows(values, bad)}. Complete it or drop these units."
        )
    return _constant(numbers, row, units, name, hint=hint)


def unit_values(values: pd.Series, row: Integers, units: Labels, name: str) -> Labels:
    """One label per unit, the same in all its rows."""
    if values.isna().any():
        raise PanelError(f"'{name}' is empty in {_empty_rows(values)}. Fill it for every unit.")
    codes, labels = pd.factorize(values)
    first = _constant(codes.astype(float), row, units, name, labels=labels)
    return np.asarray(labels, dtype=object)[first.astype(np.int64)]


def _numbers(values: pd.Series, name: str) -> Floats:
    """The column as numbers, NaN where it is none; dates and truth values are no numbers, though pandas counts them."""
    if values.dtype.kind in "mMb" or isinstance(values.dtype, pd.PeriodDtype):
        raise PanelError(
            f"'{name}' holds {values.dtype} values such as {values.iloc[0]}. Give numbers: for a date, its year."
        )
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _coded_never(numbers: Floats, values: pd.Series, never: str | float | None) -> NDArray[np.bool_]:
    coded: NDArray[np.bool_] = np.isposinf(numbers)
    if never is None or never == "inf":
        return coded
    if never == "empty":
        return coded | values.isna().to_numpy(dtype=np.bool_)
    try:
        return np.asarray(coded | (numbers == float(never)))
    except ValueError:
        return coded | (values.astype(str) == never).to_numpy(dtype=np.bool_)


def _refuse_undeclared(cohorts: Floats, row: Integers, periods: Integers, *, name: str, declared: bool) -> None:
    """A unit is treated from a period that could be one; anything else is a code that must be declared."""
    span = max(int(periods[-1] - periods[0]), 1)
    far = np.isfinite(cohorts) & ((cohorts < periods[0] - 10 * span) | (cohorts > periods[-1] + 10 * span))
    if not declared:  # zero is the usual code; before the first period it could also be a period
        far |= np.isfinite(cohorts) & (cohorts <= 0) & (cohorts < periods[0])
    codes = [("empty", "empty", np.isnan(cohorts))]
    codes += [(f"{code:g}", f"{code:g}", cohorts == code) for code in np.unique(cohorts[far])]
    codes = [(said, code, where) for said, code, where in codes if where.any()]
    if len(codes) > SHOWN:
        raise PanelError(
            f"Cohort '{name}' holds {len(codes)} values that are no periods of these data ({periods[0]} to {periods[-1]}): "
            f"{_listed((said for said, _, _ in codes[:SHOWN]), len(codes))}. It does not look like the first treated period: "
            "name another column."
        )
    if codes:
        found = " and ".join(f"{said} for {np.unique(row[where]).size} units" for said, _, where in codes)
        raise PanelError(
            f"Cohort '{name}' is {found}, which is not a period and not declared. If it means never treated, say so "
            f"(--never {codes[0][1]}, or never={codes[0][1]!r}); otherwise give the first treated period of these units."
        )
    whole = ~np.isfinite(cohorts) | (cohorts == np.floor(cohorts))
    if not whole.all():
        wrong = np.unique(cohorts[~whole])
        raise PanelError(
            f"Cohort '{name}' must be a whole period; found {_listed((f'{one:g}' for one in wrong[:SHOWN]), wrong.size)}."
        )


def _constant(
    values: Floats, row: Integers, units: Labels, name: str, *, labels: pd.Index | None = None, hint: str = SAME
) -> Floats:
    first = np.empty(len(units))
    first[row[::-1]] = values[::-1]  # the last assignment wins: each unit keeps the value of its first row
    varies = np.unique(row[values != first[row]])
    if varies.size:
        named = [f"{units[i]} ({_distinct(values[row == i], labels)})" for i in varies[:SHOWN]]
        raise PanelError(f"'{name}' varies within {_listed(named, varies.size)}. {hint}")
    return first


def _distinct(values: Floats, labels: pd.Index | None) -> str:
    distinct = np.unique(values)
    named = [f"{value:.10g}" if labels is None else str(labels[int(value)]) for value in distinct[:SHOWN]]
    return ", ".join(named) + (f" and {distinct.size - SHOWN} more" if distinct.size > SHOWN else "")


def _rows(values: pd.Series, bad: NDArray[np.bool_]) -> str:
    """The first rows that are wrong, counted from 1 below the header, with what stands there."""
    named = [f"row {i + 1} ({_cell(values.iloc[i])})" for i in np.flatnonzero(bad)[:SHOWN]]
    return _listed(named, int(bad.sum()))


def _empty_rows(values: pd.Series) -> str:
    empty = np.flatnonzero(values.isna().to_numpy())
    return _listed((f"row {i + 1}" for i in empty[:SHOWN]), empty.size)


def _cell(value: object) -> str:
    """A cell as it stands in the file: `empty`, text in quotes, numbers without digits that nobody wrote."""
    if value is None or value != value or value is pd.NA:  # noqa: PLR0124  # only what is missing differs from itself
        return "empty"
    return f"{value:.10g}" if isinstance(value, float) else repr(value) if isinstance(value, str) else str(value)


def _listed(named: Iterable[str], total: int) -> str:
    shown = list(named)
    return "; ".join(shown) + (f"; and {total - len(shown)} more" if total > len(shown) else "")
