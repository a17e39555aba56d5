"""From many estimates to fewer: overall, by event time, by cohort, by period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from lnbeval.effects import BASE_PERIOD, Contrasts, Effects, Relabelled, key_columns
from lnbeval.errors import DesignError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from lnbeval.effects import Draws, Relabel
    from lnbeval.panel import Booleans, Floats, Integers, Panel

By = Literal["overall", "event_time", "cohort", "period"]
WAYS: Final = get_args(By)


def aggregate(
    effects: Effects, by: By, *, balance: int | None = None, event_times: tuple[int, int] | None = None
) -> Effects:
    """Average the estimates of `effects`, over periods since treatment (event_time >= 0) unless `by` is event_time.

    From ATT(g, t), with p_g the weighted share of cohort g among the units:
        overall:    sum p_g ATT(g, t) / sum p_g over all (g, t) with t >= g      (`simple` in R did)
        event_time: sum p_g ATT(g, g + e) / sum p_g for each e, negative e too   (`dynamic`)
        cohort:     mean of ATT(g, t) over t >= g for each g                     (`group`)
        period:     sum p_g ATT(g, t) / sum p_g over g <= t for each t           (`calendar`)
    From effects by cohort, `overall` weighs by p_g; from effects by event_time or period it is their plain mean over
    event_time >= 0 or all periods. Because the shares are estimated, unit i adds w_i D(G_i) to the influence, with
    D(g) = sum over the cells of g of (ATT - average) / sum p_g, as in R did 2.5.1. Where `effects.shares` is
    `observations`, the weight of each ATT(g, t) is that of the treated observations behind it in every way of averaging
    (also by cohort), taken as given: the convention of regressions and of imputation.

    By event_time, cohorts come and go with e. With `balance` the average is of the same cohorts: those whose period
    g + balance is in the data, at event times up to it and back to balance - (last - first period). `event_times` keeps those
    from the first to the second. Overall from such an average is its mean over what was kept (`balance_e`, `min_e` and `max_e`
    in R did).

    Cells that could not be estimated are left out and counted in the row's reason; a row without any is
    `not_estimable`. Raises ParameterError when `by` is unknown or cannot be made from these effects, and when `balance` or
    `event_times` are none or not by event_time; DesignError when they leave nothing.

    Source: Callaway and Sant'Anna (2021), section 3 for the averages, section 4 for the influence of the shares.
    """
    choice = _Choice(by=by, balance=balance, event_times=event_times)
    _refuse(effects, choice)
    rows = _rows(effects, choice)
    estimate = np.where(rows.used.any(axis=0), rows.weight.T @ np.nan_to_num(effects.estimate), np.nan)
    return replace(
        effects,
        columns=_columns(effects, rows),
        estimate=estimate,
        influence=_influence(effects, rows, estimate),
        aggregation=by,
        refit=_Again(refit=effects.refit, choice=choice),
        treated=_union(effects.kinds.treated, rows).take(effects.kinds.position, axis=0),
        control=_union(effects.kinds.control, rows).take(effects.kinds.position, axis=0),
        reweighted=None if effects.reweighted is None else partial(_reweighted, effects, rows, effects.reweighted),
        regression=_contrasts(effects, rows),
        condensed=effects.condensed,
        relabelled=None if effects.relabelled is None else partial(_relabelled, effects, rows, effects.relabelled),
        own_draws=None if effects.own_draws is None else _averaged_draws(effects.own_draws, rows),
    )


def _contrasts(effects: Effects, rows: _Rows) -> Contrasts | None:
    """The averages as contrasts of the same coefficients, with the weights taken as given."""
    if effects.regression is None:
        return None
    return replace(effects.regression, matrix=effects.regression.matrix @ rows.weight)


def _averaged_draws(draws: Mapping[str, Draws], rows: _Rows) -> dict[str, Draws]:
    return {name: partial(_averaged, made, rows) for name, made in draws.items()}


def _averaged(made: Draws, rows: _Rows, draws: int, rng: np.random.Generator) -> Floats:
    return np.asarray(np.nan_to_num(made(draws, rng)) @ rows.weight)


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """What is averaged, see `aggregate`."""

    by: By
    balance: int | None
    event_times: tuple[int, int] | None


@dataclass(frozen=True, kw_only=True)
class _Again:
    """Refit, then aggregate in the same way."""

    refit: Callable[[Panel], Effects]
    choice: _Choice

    def __call__(self, panel: Panel) -> Effects:
        choice = self.choice
        return aggregate(self.refit(panel), choice.by, balance=choice.balance, event_times=choice.event_times)


def _reweighted(effects: Effects, rows: _Rows, reweighted: Callable[[Floats], Floats], multipliers: Floats) -> Floats:
    """The averages under each row of weight multipliers, (m, rows): estimates and cohort shares both follow them."""
    estimate = reweighted(multipliers)
    weight = np.isfinite(estimate).astype(float)
    if rows.by_share:
        members = effects.cohort[:, None] == effects.columns["cohort"]
        weight *= (multipliers * effects.weight) @ members
    elif rows.by_mass:
        weight *= (multipliers * effects.weight) @ effects.treated
    with np.errstate(invalid="ignore"):
        return np.asarray((weight * np.nan_to_num(estimate)) @ rows.cells / (weight @ rows.cells))


def _relabelled(effects: Effects, rows: _Rows, relabelled: Relabel, outcome: Floats, labels: Integers) -> Relabelled:
    """The averages under other assignments: estimates and, where they are the weights, cohort shares follow them."""
    made = relabelled(outcome, labels)
    known = np.isfinite(made.estimate)
    estimate, mass = np.nan_to_num(made.estimate), known.astype(float)
    if rows.by_share:
        cohorts = effects.panel.cohorts[0]
        held = (labels[:, :, None] == np.arange(len(cohorts))).astype(float)  # (b, n, cohorts)
        share = np.einsum("bnc,n->bc", held, effects.weight) / effects.weight.sum()
        of_cell = np.searchsorted(cohorts, effects.columns["cohort"])
        mass = mass * share[:, of_cell]
    elif rows.by_mass and made.mass is not None:
        mass = mass * made.mass
    total = mass @ rows.cells  # (b, m)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = mass[:, :, None] * rows.cells / total[:, None]
        average = np.asarray((mass * estimate) @ rows.cells / total)
    influence = made.influence @ np.nan_to_num(weight)
    if rows.by_share:
        distance = known[:, :, None] * rows.cells * (estimate[:, :, None] - average[:, None])  # (b, k, m)
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = np.nan_to_num(distance / total[:, None])
        by_cohort = np.einsum("bkm,kc->bcm", slope, of_cell[:, None] == np.arange(len(cohorts)))
        scale = effects.weight / effects.weight.sum()
        influence += scale[:, None] * np.take_along_axis(by_cohort, labels[:, :, None], axis=1)
    return Relabelled(average, influence)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    """The m averages: which of the k estimates enter each, and with what weight."""

    key: dict[str, Floats]  # cohort, period, event_time: (m,), NaN where the average is over several
    cells: Booleans  # (k, m) estimates that belong to the average
    used: Booleans  # (k, m) those of them that could be estimated
    weight: Floats  # (k, m) adding to one over `used`
    total_share: Floats  # (m,) sum of the cohort shares over `used`
    by_share: bool  # the weights are estimated cohort shares
    by_mass: bool  # the weights are those of the treated observations


def _refuse(effects: Effects, choice: _Choice) -> None:
    by = choice.by
    if by not in WAYS:
        raise ParameterError(f"Estimates can be aggregated by {', '.join(WAYS)}; not by '{by}'.")
    _refuse_window(effects, choice)
    if effects.aggregation == by or (effects.aggregation != "cell" and by != "overall"):
        raise ParameterError(
            f"These estimates of {effects.estimator} are by {effects.aggregation}: they can be averaged overall, not by {by}."
        )


def _refuse_window(effects: Effects, choice: _Choice) -> None:
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


def _within(effects: Effects, choice: _Choice) -> Booleans:
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


def _rows(effects: Effects, choice: _Choice) -> _Rows:
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
    return _Rows(
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


def _influence(effects: Effects, rows: _Rows, average: Floats) -> Floats:
    """Influence of each unit on the averages, (n, m), with what it adds where the cohort shares are estimated.

    The latter is n w_i / sum(w) times D of its cohort. Made average by average: all at once would leave the cache.
    """
    influence = rows.weight.T @ effects.influence.T  # (m, n)
    if rows.by_share:
        cohorts, slopes = _share_slopes(effects, rows, average)
        found = np.searchsorted(cohorts, effects.cohort)
        known = cohorts[np.minimum(found, len(cohorts) - 1)] == effects.cohort
        position = np.where(known, found, len(cohorts))
        scale = len(effects.cohort) * effects.weight / effects.weight.sum()
        for m, slope in enumerate(slopes.T):
            influence[m] += scale * slope[position]
    return influence.T


def _share_slopes(effects: Effects, rows: _Rows, average: Floats) -> tuple[Floats, Floats]:
    """Estimated cohorts (c,) and D of each, (c + 1, m); the last row, zero, is for units of no estimated cohort."""
    cohorts, cohort_of_cell = np.unique(effects.columns["cohort"], return_inverse=True)
    distance = np.where(rows.used, effects.estimate[:, None] - average, 0.0)
    slope = np.divide(distance, rows.total_share, out=np.zeros_like(distance), where=rows.total_share > 0)
    by_cohort = np.zeros((len(cohorts) + 1, slope.shape[1]))
    np.add.at(by_cohort, cohort_of_cell, slope)
    return cohorts, by_cohort


def _union(members: Booleans, rows: _Rows) -> Booleans:
    """Which rows of `members` (p, k) are members of any estimate in each average, (p, m)."""
    return np.asarray(members.astype(np.float64) @ rows.used > 0)


def _columns(effects: Effects, rows: _Rows) -> dict[str, NDArray[Any]]:
    some = rows.used.any(axis=0)
    baseline = rows.weight.T @ np.nan_to_num(effects.columns["baseline_mean"])
    number = effects.kinds.total()
    return key_columns(
        {
            **rows.key,
            "base_period": np.nan,
            "n_treated": number @ _union(effects.kinds.treated, rows),
            "n_control": number @ _union(effects.kinds.control, rows),
            "n_obs": _outcomes(effects, rows),
            "baseline_mean": np.where(some, baseline, np.nan),
            "status": np.where(some, "ok", "not_estimable").astype(object),
            "fewest": np.where(some, np.where(rows.used, effects.columns["fewest"][:, None], np.inf).min(axis=0), 0),
            "reason": _reasons(effects, rows),
        }
    )


def _outcomes(effects: Effects, rows: _Rows) -> Integers:
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


def _reasons(effects: Effects, rows: _Rows) -> list[str]:
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
