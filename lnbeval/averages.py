"""Averages: which estimates each is of and with what weight, and how many units and outcomes it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from lnbeval.effects import BASE_PERIOD, Effects, key_columns
from lnbeval.errors import DesignError, ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lnbeval.panel import Booleans, Floats, Integers

By = Literal["overall", "event_time", "cohort", "period"]
WAYS: Final = get_args(By)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is averaged, see `aggregate`."""

    by: By
    balance: int | None
    event_times: tuple[int, int] | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """The m averages: which of the k estimates enter each, and with what weight."""

    key: dict[str, Floats]  # cohort, period, event_time: (m,), NaN where the average is over several
    cells: Booleans  # (k, m) estimates that belong to the average
    used: Booleans  # (k, m) those of them that could be estimated
    weight: Floats  # (k, m) adding to one over `used`
    total_share: Floats  # (m,) sum of the cohort shares over `used`
    by_share: bool  # the weights are estimated cohort shares
    by_mass: bool  # the weights are those of the treated observations


def refuse(effects: Effects, choice: Choice) -> None:
    """Raise ParameterError when the choice is none, or cannot be made from these effects."""
    by = choice.by
    if by not in WAYS:
        raise ParameterError(f"Estimates can be aggregated by {', '.join(WAYS)}; not by '{by}'.")
    _refuse_window(effects, choice)
    if effects.aggregation == by or (effects.aggregation != "cell" and by != "overall"):
        raise ParameterError(
            f"These estimates of {effects.estimator} are by {effects.aggregation}: they can be averaged overall, not by {by}."
        )


def _refuse_window(effects: Effects, choice: Choice) -> None:
    for name, given in (("balance", choice.balance), ("event_times", choice.event_times)):
        if given is None:
            continue
        if choice.by != "event_time":
            raise ParameterError(f"{name} is for averages by event_time, not by {choice.by}: leave it out.")
        if effects.aggregation != "cell":
            raise ParameterError(
                f"{name} chooses among estimates by cohort and period; {effects.estimator} has them by {effects.aggregation} "
                "only: leave it out, or use att_gt."
            )
    balance, window = choice.balance, choice.event_times
    if balance is not None and (not isinstance(balance, int) or isinstance(balance, bool) or balance < 0):
        raise ParameterError(
            f"balance is {balance!r}; it must be a whole number of periods after treatment, 0 or more."
        )
    if window is not None and (len(window) != 2 or not all(type(e) is int for e in window) or window[0] > window[1]):
        raise ParameterError(
            f"event_times is {window!r}; it must be two whole numbers, the smaller first, such as -3 and 3."
        )


def _within(effects: Effects, choice: Choice) -> Booleans:
    """Estimates by cohort and period that an average by event time is of, (k,)."""
    event_time, cohort = effects.columns["event_time"], effects.columns["cohort"]
    first, last = effects.panel.periods[0], effects.panel.periods[-1]
    kept = np.ones(len(event_time), dtype=bool)
    if choice.balance is not None:
        kept &= (last - cohort >= choice.balance) & (event_time <= choice.balance)
        kept &= event_time >= choice.balance - (last - first)
    if choice.event_times is not None:
        kept &= (event_time >= choice.event_times[0]) & (event_time <= choice.event_times[1])
    if kept.any():
        return kept
    raise DesignError(
        f"No estimate is left: the cohorts have event times {event_time.min():g} to {event_time.max():g}. Choose a smaller "
        "balance, or other event times."
    )


def averaged_rows(effects: Effects, choice: Choice) -> Rows:
    """Which estimates enter each average, and their weights. Raises DesignError when the choice leaves none."""
    by, event_time = choice.by, effects.columns["event_time"]
    since = (event_time >= 0) | np.isnan(event_time)
    belongs = _within(effects, choice) if by == "event_time" else since
    values = np.zeros(len(since)) if by == "overall" else effects.columns[by]
    distinct = np.unique(values[belongs])
    cells = belongs[:, None] & (values[:, None] == distinct)
    used = cells & effects.ok[:, None]
    by_share = effects.shares == "units" and by != "cohort" and effects.aggregation in ("cell", "cohort")
    by_mass = effects.shares == "observations" and effects.aggregation == "cell"
    mass = _shares(effects) if by_share else _treated_mass(effects) if by_mass else np.ones(len(since))
    weight = used * mass[:, None]
    total = weight.sum(axis=0)
    nothing = np.full(len(distinct), np.nan)
    return Rows(
        key={name: distinct if name == by else nothing for name in ("cohort", "period", "event_time")},
        cells=cells,
        used=used,
        weight=np.divide(weight, total, out=np.zeros_like(weight), where=total > 0),
        total_share=total,
        by_share=by_share,
        by_mass=by_mass,
    )


def _shares(effects: Effects) -> Floats:
    """Weighted share of each estimate's cohort among the units, (k,)."""
    cohorts, position = effects.panel.cohorts
    share = np.bincount(position, weights=effects.weight) / effects.weight.sum()
    found = np.searchsorted(cohorts, effects.columns["cohort"])
    return np.asarray(share[found])


def _treated_mass(effects: Effects) -> Floats:
    """Weight of the treated units of each estimate, (k,)."""
    return np.asarray(effects.kinds.total(effects.weight) @ effects.kinds.treated)


def union(members: Booleans, rows: Rows) -> Booleans:
    """Which rows of `members` (p, k) are members of any estimate in each average, (p, m)."""
    return np.asarray(members.astype(np.float64) @ rows.used > 0)


def averaged_columns(effects: Effects, rows: Rows) -> dict[str, NDArray[Any]]:
    """What each average is and rests on: the columns of `Effects`."""
    some = rows.used.any(axis=0)
    baseline = rows.weight.T @ np.nan_to_num(effects.columns["baseline_mean"])
    number = effects.kinds.total()
    return key_columns(
        {
            **rows.key,
            "base_period": np.nan,
            "n_treated": number @ union(effects.kinds.treated, rows),
            "n_control": number @ union(effects.kinds.control, rows),
            "n_obs": _outcomes(effects, rows),
            "baseline_mean": np.where(some, baseline, np.nan),
            "status": np.where(some, "ok", "not_estimable").astype(object),
            "fewest": np.where(some, np.where(rows.used, effects.columns["fewest"][:, None], np.inf).min(axis=0), 0),
            "reason": _reasons(effects, rows),
        }
    )


def _outcomes(effects: Effects, rows: Rows) -> Integers:
    """Different outcomes that each average rests on: members of its estimates in their periods and base periods.

    Of an average of averages, the most that any of them rests on; of a regression, all of its outcomes.
    """
    period, base = effects.columns["period"], effects.columns["base_period"]
    if effects.n_parameters is not None or np.isnan(period).any() or np.isnan(base[effects.ok]).any():
        return np.asarray(np.where(rows.used, effects.columns["n_obs"][:, None], 0).max(axis=0))
    kinds = effects.kinds
    members = (kinds.treated | kinds.control).astype(np.float64)
    number = kinds.total()
    counts = np.zeros(rows.used.shape[1], dtype=np.int64)
    for t, observed in zip(effects.panel.periods, kinds.observed.T, strict=True):
        touching = rows.used & ((period == t) | (base == t))[:, None]
        counts += (number * observed) @ (members @ touching > 0)
    return counts


def _reasons(effects: Effects, rows: Rows) -> list[str]:
    reasons = effects.columns["reason"]
    if not reasons.any():
        return [""] * rows.used.shape[1]
    columns = zip(rows.cells.T, rows.used.T, strict=True)
    return [_reason(reasons, cells, used) for cells, used in columns]


def _reason(reasons: NDArray[np.object_], cells: Booleans, used: Booleans) -> str:
    left_out = cells & ~used
    why = "; ".join(dict.fromkeys(reasons[left_out]))
    if not used.any():
        return why
    if (reasons[used] == BASE_PERIOD).all():
        return BASE_PERIOD
    said = [f"{left_out.sum()} of {cells.sum()} estimates left out: {why}"] if left_out.any() else []
    said += [reason for reason in dict.fromkeys(reasons[used]) if reason not in ("", BASE_PERIOD)]
    return "; ".join(said)
