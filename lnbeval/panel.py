"""Units by periods: the data as they are analysed, checked once when they enter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from lnbeval.errors import PanelError
from lnbeval.panel_checks import (
    checked_cohorts,
    checked_columns,
    checked_outcome,
    checked_periods,
    checked_units,
    refuse_duplicates,
    unit_numbers,
    unit_values,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Labels = NDArray[np.object_]

AT_BASELINE: Final = (
    "A covariate is measured before treatment: give its value in a period before, the same in all rows."
)
DIGITS: Final = 31  # periods told apart at once: two positions below 2^31 fit in one 64-bit integer
NOISE: Final = 1e-12  # of the largest outcome: what sums of equal numbers leave behind
NEVER: Final = np.inf  # the cohort of a unit that is not treated in any period


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """One outcome of n units in t periods, with the period in which each unit was first treated.

    `outcome` is NaN where nothing was observed. `cohort` is NEVER for units never treated; a cohort after the last
    period is kept as it is. Covariates are measured at baseline: one value a unit. Arrays are copied and read-only.
    """

    units: Labels  # (n,)
    periods: Integers  # (t,), increasing
    outcome: Floats  # (n, t)
    cohort: Floats  # (n,)
    covariates: Floats  # (n, p)
    weight: Floats  # (n,)
    cluster: Labels  # (n,)
    covariate_names: tuple[str, ...] = ()
    comparison: Floats | None = None  # (n, t) the outcome of a comparison group within each unit, of triple differences

    def __post_init__(self) -> None:
        for name in ("units", "periods", "outcome", "cohort", "covariates", "weight", "cluster"):
            object.__setattr__(self, name, _read_only(getattr(self, name)))
        if self.comparison is not None:
            object.__setattr__(self, "comparison", _read_only(np.asarray(self.comparison, dtype=float)))

    @cached_property
    def observed(self) -> Booleans:
        """Where there is an outcome, (n, t)."""
        return np.isfinite(self.outcome)

    @cached_property
    def kinds(self) -> tuple[Integers, Integers]:
        """Kind of each unit by its cohort and the outcomes observed, (n,), and the first unit of each kind, (p,)."""
        return kinds_of(self.cohorts[1], self.observed)

    @cached_property
    def rounding(self) -> float:
        """What sums of equal numbers leave behind: a smaller standard error is none."""
        return NOISE * float(max(np.nanmax(self.outcome), -np.nanmin(self.outcome)))

    @cached_property
    def cohorts(self) -> tuple[Floats, Integers]:
        """Distinct cohorts in increasing order, never treated last, and the position of each unit's, (n,)."""
        import pandas as pd  # noqa: PLC0415

        position, distinct = pd.factorize(self.cohort, sort=True)
        return distinct, position

    @cached_property
    def clusters(self) -> tuple[Integers, int]:
        """Position of each unit's cluster, (n,), in order of first appearance, and how many there are."""
        import pandas as pd  # noqa: PLC0415

        position, labels = pd.factorize(self.cluster)
        return position, len(labels)

    @property
    def single(self) -> bool:
        """Every unit is a cluster of its own."""
        return self.clusters[1] == len(self.units)

    @classmethod
    def from_long(
        cls,
        frame: pd.DataFrame,
        *,
        unit: str,
        period: str,
        outcome: str,
        cohort: str,
        covariates: Sequence[str] = (),
        weight: str | None = None,
        cluster: str | None = None,
        never: str | float | None = None,
        comparison: str | None = None,
    ) -> Panel:
        """The panel in `frame`, one row per unit and period.

        `cohort` holds the first treated period of the row's unit. How never-treated units are coded there is declared
        by `never`: "empty", "inf", or the number that stands for it (0, 9999). Only infinity needs no declaration.
        Covariates, weight and cluster belong to the unit and must be the same in all its rows. `comparison` is the outcome
        of a comparison group within each unit, for triple differences.

        Raises PanelError, naming rows and units, when a column is missing, a value is not what its column is for, a
        unit-period stands twice, or a value that belongs to the unit varies within it.
        """
        wanted = [unit, period, outcome, cohort, *covariates, *filter(None, (weight, cluster, comparison))]
        checked_columns(frame, wanted)
        periods, column = checked_periods(frame[period], period)
        units, row = checked_units(frame[unit], unit)
        refuse_duplicates(row, column, units, periods)
        outcomes = [checked_outcome(frame, name, unit, period) for name in (outcome, comparison) if name is not None]
        values = np.full((2, len(units), len(periods)), np.nan)
        values[: len(outcomes), row, column] = outcomes
        numbers = [unit_numbers(frame[name], row, units, name, hint=AT_BASELINE) for name in covariates]
        return cls(
            units=units,
            periods=periods,
            outcome=values[0],
            cohort=checked_cohorts(frame[cohort], row, units, periods, name=cohort, never=never),
            covariates=np.column_stack(numbers) if numbers else np.empty((len(units), 0)),
            weight=np.ones(len(units)) if weight is None else _weights(frame[weight], row, units, weight, kind="unit"),
            cluster=units if cluster is None else unit_values(frame[cluster], row, units, cluster),
            covariate_names=tuple(covariates),
            comparison=None if comparison is None else values[1],
        )

    @classmethod
    def from_rows(
        cls,
        frame: pd.DataFrame,
        *,
        period: str,
        outcome: str,
        cohort: str,
        cluster: str,
        covariates: Sequence[str] = (),
        weight: str | None = None,
        never: str | float | None = None,
    ) -> Panel:
        """The panel whose units are the rows of `frame`, such as persons in a survey, each observed in one period.

        Units are numbered from 1, the first row below the header. `cluster` is what is treated, a municipality, and
        `cohort` its first treated period, coded as in `from_long`. Covariates and weight belong to the row.

        Raises PanelError, naming rows and clusters, when a column is missing, a value is not what its column is for, a
        weight is zero or negative, or the cohort varies within a cluster.
        """
        checked_columns(frame, [period, outcome, cohort, cluster, *covariates, *filter(None, (weight,))])
        periods, column = checked_periods(frame[period], period)
        clusters, position = checked_units(frame[cluster], cluster)
        row = np.arange(len(frame))
        units = (row + 1).astype(object)
        values = np.full((len(frame), len(periods)), np.nan)
        values[row, column] = checked_outcome(frame, outcome, cluster, period)
        cohorts = checked_cohorts(frame[cohort], position, clusters, periods, name=cohort, never=never)
        numbers = [unit_numbers(frame[name], row, units, name) for name in covariates]
        return cls(
            units=units,
            periods=periods,
            outcome=values,
            cohort=cohorts[position],
            covariates=np.column_stack(numbers) if numbers else np.empty((len(frame), 0)),
            weight=np.ones(len(frame)) if weight is None else _weights(frame[weight], row, units, weight, kind="row"),
            cluster=clusters[position],
            covariate_names=tuple(covariates),
        )


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    """A copy that cannot be written to, or the array itself where it already is one."""
    if isinstance(values, np.ndarray) and values.base is None and not values.flags.writeable:
        return values
    array = np.array(values)
    array.flags.writeable = False
    return array


def kinds_of(label: Floats | Integers, observed: Booleans) -> tuple[Integers, Integers]:
    """Kind of each unit by its label (its cohort, say) and its row of `observed`, (n,), and the first unit of each kind, (p,)."""
    import pandas as pd  # noqa: PLC0415

    code = pd.factorize(label)[0]
    if not observed.all():
        for start in range(0, observed.shape[1], DIGITS):
            digits = observed[:, start : start + DIGITS]
            code = pd.factorize((code << DIGITS) + digits @ (1 << np.arange(digits.shape[1])))[0]
    first = np.empty(code.max() + 1, dtype=np.int64)
    first[code[::-1]] = np.arange(len(code))[::-1]
    return code, first


def units_kept(panel: Panel, keep: Booleans | Integers) -> Panel:
    """The panel of the units chosen by `keep` (a mask or positions), in that order."""
    return replace(
        panel,
        units=panel.units[keep],
        outcome=panel.outcome[keep],
        cohort=panel.cohort[keep],
        covariates=panel.covariates[keep],
        weight=panel.weight[keep],
        cluster=panel.cluster[keep],
        comparison=None if panel.comparison is None else panel.comparison[keep],
    )


def periods_kept(panel: Panel, periods: Sequence[int]) -> Panel:
    """The panel of the given periods alone."""
    absent = sorted(set(periods) - set(panel.periods.tolist()))
    if absent:
        raise PanelError(f"The panel has no period {_words(absent)}; it has {_words(panel.periods.tolist())}.")
    keep = np.isin(panel.periods, list(periods))
    comparison = None if panel.comparison is None else panel.comparison[:, keep]
    return replace(panel, periods=panel.periods[keep], outcome=panel.outcome[:, keep], comparison=comparison)


def fully_observed(panel: Panel) -> Panel:
    """The panel of the units whose outcome is observed in every period."""
    return units_kept(panel, np.asarray(np.isfinite(panel.outcome).all(axis=1)))


def ever_observed(panel: Panel) -> Panel:
    """The panel without units that are observed in no period: they would only count in the shares of cohorts."""
    observed = np.asarray(np.isfinite(panel.outcome).any(axis=1))
    return panel if observed.all() else units_kept(panel, observed)


def _weights(values: pd.Series, row: Integers, units: Labels, name: str, *, kind: Literal["unit", "row"]) -> Floats:
    weights = unit_numbers(values, row, units, name)
    if (weights <= 0).any():
        culprits = _words(units[weights <= 0][:5].tolist())
        named = culprits if kind == "unit" else f"rows {culprits}"
        raise PanelError(f"Weight '{name}' is zero or negative for {named}. Drop these {kind}s or correct the weight.")
    return weights


def _words(values: Sequence[object]) -> str:
    return ", ".join(map(str, values))
