"""Randomisation inference: who was treated when is permuted, and the t-statistic compared with what it then is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import comb, prod
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from lnbeval.effects import Relabelled
from lnbeval.errors import DesignError
from lnbeval.inversion import reach
from lnbeval.spread import summed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lnbeval.effects import Effects
    from lnbeval.panel import Floats, Integers, Labels, Panel

BLOCK: Final = 4_000_000  # numbers held at once
EXACT: Final = 1e-8  # relative: estimates linear in the outcomes are met by their coefficients to rounding
TIE: Final = 1e-9  # relative: statistics closer than this are the same number
NARROW: Final[Any] = np.int16  # positions of cohorts: ten thousand assignments of many units are large
GRID: Final = 10  # significant digits kept of a bound, so that machines agree


@dataclass(frozen=True, kw_only=True, eq=False)
class Permuted:
    """Two-sided p-values (k,), intervals (k,) (NaN but for an overall effect), and what they were made from."""

    p_value: Floats
    conf_low: Floats
    conf_high: Floats
    assignments: int  # compared with, the observed one included
    exact: bool  # they are all that there are


def randomization(
    effects: Effects, *, level: float, draws: int, rng: np.random.Generator, strata: Labels | None = None
) -> Permuted:
    """Test of no effect on any unit, by permuting cohorts among units, within `strata` (n,) when given.

    Where units of a cluster share their cohort, clusters are permuted as wholes. The statistic is |t| = |estimate| / error
    from the influence by cluster, which stays right when treated and controls vary differently; the coefficient alone
    does not. All assignments are used where there are at most `draws`; otherwise p = (1 + number at least as large) /
    (1 + draws). The interval, of an overall effect, holds the constant effects that the test does not reject at 1 - level
    once they are taken off the outcomes of the treated.

    All assignments are made at once: estimates that are linear in the outcomes (a complete panel without weights or
    covariates) by their coefficients, others by what their estimator says of other assignments (`Effects.relabelled`). Only
    `synthetic_did`, and `etwfe` and `repeated_cross_sections` with covariates, are estimated anew for each.

    Raises DesignError when there is nothing to permute: one cohort in every stratum.

    Sources: Young (2019), Quarterly Journal of Economics 134(2), 557-598; MacKinnon and Webb (2020), Journal of
    Econometrics 218(2), 435-450, on t rather than the coefficient.
    """
    effects, strata = _condensed(effects, strata)
    rounding = effects.panel.rounding
    labels, exact = _assignments(effects, draws, rng, strata)
    form = _linear_form(effects) if _same_sizes(labels) else None
    if form is not None or effects.relabelled is not None:
        moments = _all_at_once(effects, form, labels)
    else:
        moments = _refitted(effects, labels)
    t = _t(moments, 0.0, rounding)  # the first row is the observed assignment
    low = high = np.full(t.shape[1], np.nan)
    if effects.aggregation == "overall" and _moves(effects, moments):
        low, high = _interval(moments, level, rounding, exact=exact)
    return Permuted(
        p_value=_shares(t[1:], t[0], exact=exact),
        conf_low=low,
        conf_high=high,
        assignments=len(labels) + (not exact),
        exact=exact,
    )


def _condensed(effects: Effects, strata: Labels | None) -> tuple[Effects, Labels | None]:
    """The effects from fewer rows where these say the same, since clusters move as wholes; and the strata of their rows."""
    position, G = effects.panel.clusters
    own = effects.panel.cohorts[1]
    if effects.condensed is None or not _constant_within(own, position, G):
        return effects, strata
    if strata is not None:
        _groups(strata, position, _first_of(position, G))  # none may cut a cluster
    fewer = effects.refit(effects.condensed())
    if strata is None:
        return fewer, None
    by_cluster = dict(zip(effects.cluster.tolist(), np.asarray(strata).tolist(), strict=True))
    return fewer, np.array([by_cluster[cluster] for cluster in fewer.cluster.tolist()], dtype=object)


def _first_of(position: Integers, G: int) -> Integers:
    """The first unit of each cluster, (G,)."""
    first = np.zeros(G, dtype=np.int64)
    first[position[::-1]] = np.arange(len(position))[::-1]
    return first


def _same_sizes(labels: Integers) -> bool:
    """Cohorts are as large in every assignment: else, under clusters of several sizes, the coefficients change with it."""
    return all(np.ptp((labels == c).sum(axis=1)) == 0 for c in np.unique(labels[0]))


def _shares(t: Floats, observed: Floats, *, exact: bool) -> Floats:
    """Share of |t| (draws, k) at least as large as the observed (k,); NaN where there is no statistic."""
    sizes = np.nan_to_num(np.abs(t), nan=np.inf)  # what cannot be estimated counts against a finding
    reached = (sizes >= np.abs(observed) * (1 - TIE)).sum(axis=0)
    share = reached / len(t) if exact else (1 + reached) / (1 + len(t))
    return np.where(np.isfinite(observed), share, np.nan)


def _assignments(
    effects: Effects, draws: int, rng: np.random.Generator, strata: Labels | None
) -> tuple[Integers, bool]:
    """Positions of cohorts (b, n) as they may have fallen, and whether these are all."""
    cohorts, own = effects.panel.cohorts
    position, G = effects.panel.clusters
    whole = _constant_within(own, position, G)
    member = position if whole else np.arange(len(own))  # who moves together
    m = int(member.max()) + 1
    first = _first_of(member, m)
    labels, group = own[first], _groups(strata, member, first)
    if all(len(set(labels[group == s].tolist())) == 1 for s in np.unique(group)):
        raise DesignError(
            "Randomization has nothing to permute: all units of each stratum have the same cohort. Leave out the strata, or "
            "choose wider ones."
        )
    counts = [_ways(np.bincount(labels[group == s], minlength=len(cohorts))) for s in np.unique(group)]
    if prod(counts) <= draws:
        return np.array([assigned[member] for assigned in _all(labels, group)]), True
    drawn = np.empty((draws, m), dtype=NARROW)
    for s in np.unique(group):
        at = np.flatnonzero(group == s)
        drawn[:, at] = rng.permuted(np.broadcast_to(labels[at].astype(NARROW), (draws, len(at))), axis=1)
    return drawn[:, member], False


def _constant_within(own: Integers, position: Integers, G: int) -> bool:
    low, high = np.full(G, own.max()), np.zeros(G, dtype=own.dtype)
    np.minimum.at(low, position, own)
    np.maximum.at(high, position, own)
    return bool((low == high).all())


def _groups(strata: Labels | None, member: Integers, first: Integers) -> Integers:
    if strata is None:
        return np.zeros(len(first), dtype=np.int64)
    _, group = np.unique(np.asarray(strata, dtype=str), return_inverse=True)
    if (group != group[first][member]).any():
        raise DesignError(
            "A cluster lies in several strata: clusters are permuted as wholes. Choose strata of clusters."
        )
    return np.asarray(group[first])


def _ways(counts: Integers) -> int:
    """Distinct orders of labels that occur so often."""
    total, ways = 0, 1
    for count in counts.tolist():
        total += count
        ways *= comb(total, count)
    return ways


def _all(labels: Integers, group: Integers) -> Iterator[Integers]:
    """Every distinct assignment of the labels within their groups."""
    assigned = [np.full(len(labels), -1)]
    for s in np.unique(group):
        at = np.flatnonzero(group == s)
        assigned = [filled for start in assigned for filled in _fill(start, at, np.sort(labels[at]))]
    yield from assigned


def _fill(start: Integers, free: Integers, labels: Integers) -> Iterator[Integers]:
    if len(free) == 0:
        yield start
        return
    count = int((labels == labels[0]).sum())
    for chosen in combinations(range(len(free)), count):
        filled = start.copy()
        filled[free[list(chosen)]] = labels[0]
        yield from _fill(filled, np.delete(free, chosen), labels[count:])


class _Moments(NamedTuple):
    """Estimates from the outcomes and from the treatment as it was, and products of their influence, summed by cluster.

    Each (b, k), an assignment a row, the observed one first; influence over n.
    """

    estimate: Floats
    moved: Floats
    square: Floats
    product: Floats
    other: Floats


def _refitted(effects: Effects, labels: Integers) -> _Moments:
    """Both estimated anew under every assignment."""
    cohorts, own = effects.panel.cohorts
    treated = np.where(np.isfinite(effects.panel.outcome), _treated(effects.panel), np.nan)
    other = replace(effects.panel, outcome=treated) if effects.aggregation == "overall" else None
    rows = [_refit(effects, other, cohorts[assigned]) for assigned in (own, *labels)]
    return _Moments(*np.array(rows).swapaxes(0, 1))


def _refit(effects: Effects, other: Panel | None, cohort: Floats) -> Floats:
    k = len(effects.estimate)
    try:
        y = effects.refit(replace(effects.panel, cohort=cohort))
        d = y if other is None else effects.refit(replace(other, cohort=cohort))
    except DesignError:
        return np.full((5, k), np.nan)
    if len(y.estimate) != k or d.influence.shape != y.influence.shape:
        return np.full((5, k), np.nan)
    position, G = y.panel.clusters
    psi, phi = (summed(made.influence, position, G) / len(position) for made in (y, d))
    return np.array([y.estimate, d.estimate, (psi**2).sum(axis=0), (psi * phi).sum(axis=0), (phi**2).sum(axis=0)])


@dataclass(frozen=True, kw_only=True, eq=False)
class _LinearForm:
    """Estimates as sum_i own[c_i]'Y_i and influence as n own[c]'(Y_i - mean_c) + n sum_c' shared[c, c']'mean_c'.

    c is the unit's cohort and mean_c the mean outcomes of cohort c.
    """

    own: Floats  # (c, t, k)
    shared: Floats  # (c, c, t, k)


def _linear_form(effects: Effects) -> _LinearForm | None:
    """The coefficients, found from what the estimator makes of one cohort's outcome in one period; None if not linear."""
    panel = effects.panel
    if not np.isfinite(panel.outcome).all() or np.ptp(panel.weight) > 0 or effects.design.adjustment != "none":
        return None
    cohorts, own = panel.cohorts
    (n, t), c, k = panel.outcome.shape, len(cohorts), len(effects.estimate)
    first = np.array([np.flatnonzero(own == j)[0] for j in range(c)])
    coefficients, shared = np.zeros((c, t, k)), np.zeros((c, c, t, k))
    for j in range(c):
        for s in range(t):
            made = _of_outcome(effects, ((own == j)[:, None] & (np.arange(t) == s)).astype(float))
            if made is None:
                return None
            coefficients[j, s] = np.nan_to_num(made.estimate) / (own == j).sum()
            shared[:, j, s] = made.influence[first] / n
    form = _LinearForm(own=coefficients, shared=shared)
    return form if _meets(effects, form, own) else None


def _of_outcome(effects: Effects, outcome: Floats) -> Effects | None:
    made = effects.refit(replace(effects.panel, outcome=outcome))
    return made if made.influence.shape == effects.influence.shape else None


def _meets(effects: Effects, form: _LinearForm, own: Integers) -> bool:
    parts = _parts(effects.panel.outcome, form, own[None, :])
    scale = np.abs(effects.influence).max() / len(own) + np.abs(np.nan_to_num(effects.estimate)).max()
    return bool(
        np.allclose(parts.estimate[0], np.nan_to_num(effects.estimate), rtol=EXACT, atol=EXACT * scale)
        and np.allclose(parts.influence[0], effects.influence / len(own), rtol=EXACT, atol=EXACT * scale)
    )


def _parts(outcome: Floats, form: _LinearForm, labels: Integers) -> Relabelled:
    """What the linear form makes of the outcomes under assignments (b, n) of positions of cohorts."""
    (c, t, k), (b, n) = form.own.shape, labels.shape
    size = np.bincount(labels[0], minlength=c)  # the same in every assignment
    one_hot = (labels[:, :, None] == np.arange(c)).astype(float)  # (b, n, c)
    mean = np.einsum("bnc,nt->bct", one_hot, outcome, optimize=True) / size[:, None]
    level = np.einsum("bct,ctk->bck", mean, form.own, optimize=True)
    shared = mean.reshape(b, -1) @ form.shared.transpose(1, 2, 0, 3).reshape(c * t, c * k)
    constant = shared.reshape(b, c, k) - level  # (b, c, k)
    every = np.einsum("nt,ctk->cnk", outcome, form.own, optimize=True)
    influence = every[labels, np.arange(n)] + np.take_along_axis(constant, labels[:, :, None], axis=1)
    return Relabelled((size[:, None] * level).sum(axis=1), influence)


def _all_at_once(effects: Effects, form: _LinearForm | None, labels: Integers) -> _Moments:
    """All assignments, in blocks of bounded size."""
    own = effects.panel.cohorts[1]
    treated = np.where(np.isfinite(effects.panel.outcome), _treated(effects.panel), np.nan)
    position, G = effects.panel.clusters

    def made(outcome: Floats, block: Integers) -> Relabelled:
        if form is not None:
            return _parts(outcome, form, block)
        return effects.relabelled(outcome, block)  # type: ignore[misc]  # one of the two is there

    n, k = effects.influence.shape
    cells = k if form is not None else max(k, 3 * len(effects.panel.periods))
    blocks = np.array_split(np.vstack([own.astype(labels.dtype), labels]), max(1, len(labels) * n * cells // BLOCK))
    parts = [_moments(made, effects, treated, block, position, G) for block in blocks]
    return _Moments(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _treated(panel: Panel) -> Floats:
    return np.asarray((panel.periods >= panel.cohort[:, None]).astype(float))


def _moments(
    made: Callable[[Floats, Integers], Relabelled],
    effects: Effects,
    treated: Floats,
    block: Integers,
    position: Integers,
    G: int,
) -> list[Floats]:
    """Estimates of the outcomes and of the treatment, and sums of squares and products of their influence, each (b, k)."""
    y = made(effects.panel.outcome, block)
    psi = _by_cluster(y.influence, position, G)
    if effects.aggregation != "overall":
        zero = np.zeros_like(y.estimate)
        return [y.estimate, zero, (psi**2).sum(axis=1), zero, zero]
    d = made(treated, block)
    phi = _by_cluster(d.influence, position, G)
    return [y.estimate, d.estimate, (psi**2).sum(axis=1), (psi * phi).sum(axis=1), (phi**2).sum(axis=1)]


def _by_cluster(influence: Floats, position: Integers, G: int) -> Floats:
    if len(position) == G:
        return influence
    order = np.argsort(position, kind="stable")
    starts = np.searchsorted(position[order], np.arange(G))
    return np.add.reduceat(influence[:, order], starts, axis=1)


def _moves(effects: Effects, moments: _Moments) -> bool:
    """Taking a constant effect off the outcomes of the treated moves the estimate by its coefficient on the treatment."""
    panel = effects.panel
    made = effects.refit(replace(panel, outcome=panel.outcome - _treated(panel)))
    expected = moments.estimate[0] - moments.moved[0]
    return bool(np.allclose(made.estimate, expected, rtol=EXACT, atol=EXACT * np.abs(moments.estimate[0]).max()))


def _t(moments: _Moments, tau: float, rounding: float) -> Floats:
    """|t| of the outcomes less tau times the treatment as it was, (b, k); NaN where it does not vary."""
    variance = moments.square - 2 * tau * moments.product + tau * tau * moments.other
    noise = EXACT**2 * (moments.square + tau * tau * moments.other) + rounding**2
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(moments.estimate - tau * moments.moved) / np.sqrt(variance)
    return np.asarray(np.where(variance > noise, t, np.nan))


def _interval(moments: _Moments, level: float, rounding: float, *, exact: bool) -> tuple[Floats, Floats]:
    centre, error = float(moments.estimate[0, 0]), float(np.sqrt(moments.square[0, 0]))
    if not error > rounding:
        return np.full(1, np.nan), np.full(1, np.nan)

    def bound(side: int) -> float:
        def p_value(far: float) -> float:
            t = _t(moments, centre + side * error * far, rounding)
            return float(_shares(t[1:], t[0], exact=exact)[0])

        return float(f"{centre + side * error * reach(p_value, level):.{GRID}g}")

    return np.full(1, bound(-1)), np.full(1, bound(1))
