"""How big: estimates with one influence row per unit, closed under linear combination."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from lnbeval.design import Design
    from lnbeval.panel import Booleans, Floats, Integers, Labels, Panel
    from lnbeval.regression import Fit

Aggregation = Literal["cell", "overall", "event_time", "cohort", "period"]
Shares = Literal["units", "observations"]


class Relabelled(NamedTuple):
    """Estimates (b, k) under b assignments of cohorts, and their influence over n (b, n, k).

    `mass` (b, k) is the weight of the treated observations of each, for estimators that average by it.
    """

    estimate: Floats
    influence: Floats
    mass: Floats | None = None


Relabel: TypeAlias = "Callable[[Floats, Integers], Relabelled]"
Draws: TypeAlias = "Callable[[int, np.random.Generator], Floats]"

KEY_COLUMNS: Final = (
    "cohort", "period", "base_period", "event_time", "n_treated", "n_control", "n_obs", "fewest", "baseline_mean", "status", "reason",
)  # fmt: skip
BASE_PERIOD: Final = "base period: zero by construction"


@dataclass(frozen=True, kw_only=True, eq=False)
class Contrasts:
    """Estimates as contrasts c'beta of one regression's coefficients; the regression is made when it is asked for."""

    fit: Callable[[], Fit]
    matrix: Floats  # (q, k), a column for each estimate


@dataclass(frozen=True, kw_only=True, eq=False)
class Kinds:
    """Kinds of units: those of one kind are on the same sides of all estimates and have the same outcomes observed.

    There are few, so that counts and unions over n units are made over p kinds.
    """

    position: Integers  # (n,) kind of each unit
    treated: Booleans  # (p, k)
    control: Booleans  # (p, k)
    observed: Booleans  # (p, t)

    def total(self, weight: Floats | None = None) -> NDArray[Any]:
        """Weight of the units of each kind, or their number, (p,)."""
        return np.bincount(self.position, weights=weight, minlength=len(self.treated))


@dataclass(frozen=True, kw_only=True, eq=False)
class Effects:
    """k estimates on n units.

    `columns` says what each estimate is: cohort, period, base_period and event_time (NaN where it is over several),
    n_treated and n_control (different units), n_obs (different outcomes), fewest (clusters on either side of any
    comparison in it), baseline_mean (of the treated before treatment), status and reason; `keys` is the same as a table.
    `influence` is scaled so that estimate - estimand is about influence.mean(axis=0): without clusters its variance is
    (influence**2).sum(axis=0) / n**2. An estimate that could not be made is NaN, its influence zero, its reason given.
    `refit` makes the same estimates on another panel: what placebo and permutation do is call it. Where it is set,
    `reweighted` makes them under other unit weights: (m, n) multipliers of the weights to (m, k) estimates, all at once;
    a multiplier of zero leaves the unit out.

    `shares` says how estimates by cohort and period are averaged: by the cohort's share among the units, which is itself
    estimated and adds to the influence (Callaway and Sant'Anna), or by the weight of the treated observations behind
    each, taken as given (regressions and imputation).

    `relabelled`, where it is set, makes the estimates of other outcomes (n, t) under other assignments, all at once:
    positions (b, n) into the sorted cohorts of the panel. `regression`, where it is set, is the regression behind the estimates: what CR2 and the wild bootstrap need. `own_draws`
    holds ways to simulate the estimates that only this estimator has, by name: (draws, rng) to (draws, k).
    """

    columns: Mapping[str, NDArray[Any]]  # KEY_COLUMNS, each (k,)
    estimate: Floats  # (k,)
    influence: Floats  # (n, k)
    panel: Panel  # the units analysed, in the order of the influence rows
    design: Design
    estimator: str
    aggregation: Aggregation
    refit: Callable[[Panel], Effects]
    treated: Booleans  # (n, k) units whose effect an estimate is
    control: Booleans  # (n, k) units they are compared with
    reweighted: Callable[[Floats], Floats] | None = None
    shares: Shares = "units"
    regression: Contrasts | None = None
    relabelled: Relabel | None = None
    condensed: Callable[[], Panel] | None = None  # fewer rows that give the same estimates and scores by cluster
    own_draws: Mapping[str, Draws] | None = None
    n_parameters: int | None = None  # of a regression, unit effects apart; None where there is no regression

    def __post_init__(self) -> None:
        for name, kind in (("estimate", float), ("influence", float), ("treated", bool), ("control", bool)):
            array = np.asarray(getattr(self, name), dtype=kind).view()
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @cached_property
    def keys(self) -> pd.DataFrame:
        """What each estimate is, one row each. Made when asked for: re-estimation does without."""
        return pd.DataFrame(dict(self.columns))

    @property
    def ok(self) -> Booleans:
        """Which estimates could be made, (k,)."""
        return np.asarray(self.columns["status"] == "ok")

    @cached_property
    def kinds(self) -> Kinds:
        """Kinds of units: by cohort and outcomes observed, where the sides of the estimates go by these."""
        position, first = self.panel.kinds
        if not all(np.array_equal(side[first].take(position, axis=0), side) for side in (self.treated, self.control)):
            position = first = np.arange(len(position))
        return Kinds(
            position=position,
            treated=self.treated[first],
            control=self.control[first],
            observed=self.panel.observed[first],
        )

    @cached_property
    def cluster_counts(self) -> tuple[Integers, Integers, Integers]:
        """Different clusters on the treated side of each estimate, on the control side and on either, (k,) each."""
        treated, control, k = self.kinds.treated, self.kinds.control, len(self.estimate)
        counts = clusters_of_kinds(np.hstack([treated, control, treated | control]), self.kinds.position, self.panel)
        return counts[:k], counts[k : 2 * k], counts[2 * k :]

    @property
    def clusters(self) -> tuple[Integers, Integers]:
        """Different clusters on the treated and on the control side of each estimate, (k,) each."""
        return self.cluster_counts[:2]

    @property
    def members(self) -> Booleans:
        """Units that an estimate rests on, (n, k)."""
        return self.treated | self.control

    @property
    def cohort(self) -> Floats:
        """Cohort of each unit, (n,)."""
        return self.panel.cohort

    @property
    def weight(self) -> Floats:
        """Weight of each unit, (n,)."""
        return self.panel.weight

    @property
    def cluster(self) -> Labels:
        """Cluster of each unit, (n,)."""
        return self.panel.cluster


def clusters_among(members: Booleans, panel: Panel) -> Integers:
    """Different clusters among the members (n, k) of each column, (k,)."""
    return np.asarray(members.sum(axis=0)) if panel.single else _groups_among(members, panel.clusters[0])


def _groups_among(members: Booleans, position: Integers) -> Integers:
    """Different groups, at `position` (n,), among the members of each column, (k,)."""
    order = np.argsort(position, kind="stable")
    starts = np.flatnonzero(np.diff(position[order], prepend=-2))
    return np.asarray(np.logical_or.reduceat(members[order], starts, axis=0).sum(axis=0), dtype=np.int64)


def clusters_of_kinds(members: Booleans, position: Integers, panel: Panel) -> Integers:
    """Different clusters among the units whose kind, at `position` (n,), is a member (p, k) of each column, (k,)."""
    if panel.single:
        return np.asarray(np.bincount(position, minlength=len(members)) @ members)
    pairs = np.unique(panel.clusters[0] * len(members) + position)
    return _groups_among(members[pairs % len(members)], pairs // len(members))


def key_columns(columns: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Columns from one array (or one value for all) per name, in the order of KEY_COLUMNS."""
    k = max(np.size(columns[name]) for name in KEY_COLUMNS)
    return {name: np.broadcast_to(_column(columns[name], name), k) for name in KEY_COLUMNS}


def _column(values: Any, name: str) -> NDArray[Any]:  # noqa: ANN401
    if name in ("status", "reason"):
        return np.asarray(values, dtype=object)
    return np.asarray(values, dtype=np.int64 if name.startswith("n_") else np.float64)
