"""Weights that are not negative and add to one, chosen so that a weighted sum meets a target: synthetic controls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from lnbeval.panel import Booleans, Floats

FIRST_STEPS: Final = 100  # before small weights are set to zero
MOST_STEPS: Final = 10_000  # after it
SMALL: Final = 1 / 4  # of the largest weight: what is not larger is set to zero between the two passes
TINY: Final = 1e-100  # a scale below this is multiplied into the weights before it underflows
MOST_NEWTON: Final = 100  # Newton steps and halvings end after a handful: the dual is quadratic in pieces
CLOSE: Final = 1e-11  # relative to the size of the problem: the conditions of the optimum hold
RIDGE: Final = 1e-10  # of the mean square: makes the best time weights unique where there are fewer units than periods


def stepped_weights(gap: Floats, ridge: float, least_decrease: float) -> Floats:
    """Weights x >= 0, sum x = 1, on the way to the least |gap x|^2 + ridge |x|^2: the steps of R synthdid 0.0.9.

    `gap` (q, p) holds in column j what candidate j lacks of the target. From equal weights, each step moves towards
    the single candidate with the steepest descent, as far as is best. At most 100 steps; weights of a quarter of the
    largest or less become zero; then at most 10,000 steps. A pass ends with the first step, from its second on, that lowers the
    objective by no more than `least_decrease`. Where that many steps do not reach the optimum, the weights are still
    those of the reference: they are defined by the steps.

    Source: Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), American Economic Review 111(12), 4088-4118,
    Algorithm 1; the steps are those of Frank and Wolfe (1956), the passes those of the authors' R package.
    """
    if gap.shape[0] > gap.shape[1]:
        gap = np.asarray(np.linalg.qr(gap, mode="r"))  # the same inner products in fewer rows
    equal = np.full(gap.shape[1], 1 / gap.shape[1])
    first = _steps(gap, ridge, equal, least_decrease, FIRST_STEPS)
    large = np.where(first > first.max() * SMALL, first, 0.0)
    return _steps(gap, ridge, large / large.sum(), least_decrease, MOST_STEPS)


def _steps(gap: Floats, ridge: float, start: Floats, least_decrease: float, most: int) -> Floats:
    """Frank-Wolfe steps: with r = gap x, half the gradient is gap'r + ridge x, and its product with x is the objective.

    x is kept as `scale` times the last of `rows`, so that a step costs one product of (r, ridge scale) with `rows`.
    """
    rows, columns, scale = np.vstack([gap, start]), np.ascontiguousarray(gap.T), 1.0
    factors = np.append(gap @ start, ridge)
    residual, square = factors[:-1], float(start @ start)
    value = float(residual @ residual) + ridge * square
    for number in range(most):
        gradient = factors @ rows
        i = int(gradient.argmin())
        own, towards = scale * float(rows[-1, i]), columns[i] - residual
        curvature = float(towards @ towards) + ridge * (square - 2 * own + 1)
        step = min(1.0, max(0.0, (value - float(gradient[i])) / curvature)) if curvature > 0 else 0.0
        scale = _moved(rows[-1], scale, i, step)
        residual += step * towards
        factors[-1] = ridge * scale
        square = (1 - step) ** 2 * square + 2 * step * (1 - step) * own + step**2
        before, value = value, float(residual @ residual) + ridge * square
        if number > 0 and before - value <= least_decrease:
            break
    return np.asarray(scale * rows[-1])


def _moved(weights: Floats, scale: float, i: int, step: float) -> float:
    """Move scale * weights by `step` towards candidate i, in place; shrinking all of them only changes the scale."""
    scale *= 1 - step
    if scale < TINY:
        weights *= scale
        scale = 1.0
    weights[i] += step / scale
    return scale


def best_unit_weights(candidates: Floats, target: Floats, ridge: float, copies: Floats) -> Floats:
    """Least |A x - b|^2 + ridge sum_i x_i^2 / c_i over x >= 0, sum x = 1, for many b and c at once: (m, p).

    `candidates` A (q, p), `target` b (m, q), `copies` c (m, p): how often each candidate may be used; the c_i copies of
    candidate i share x_i evenly, and with c_i = 0 it is left out. With A and b in units of the root of `ridge`, the optimum
    is x_i = c_i max(0, u - a_i'r) with r = A x - b, and (r, u) minimises the dual

        |r|^2 / 2 + b'r - u + sum_i c_i max(0, u - a_i'r)^2 / 2,

    convex and quadratic in pieces of q + 1 dimensions, however many candidates there are: Newton steps, halved until
    the dual falls, end at the exact optimum. `ridge` must be positive.
    """
    scaled, wanted = candidates / np.sqrt(ridge), target / np.sqrt(ridge)
    slopes = np.vstack([-scaled, np.ones(scaled.shape[1])])
    upper, lower = np.triu_indices(len(slopes))
    linear = np.column_stack([wanted, np.full(len(wanted), -1.0)])
    dual = _Dual(slopes=slopes, pairs=slopes[upper] * slopes[lower], linear=linear, copies=copies)
    return dual.weights(_newton(dual, dual.minimum_over(copies > 0)))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Dual:
    """The duals of m problems: values, gradients and the minimum over a given set of active candidates."""

    slopes: Floats  # (q + 1, p) what a candidate's excess gains with each of (r, u)
    pairs: Floats  # ((q + 1) (q + 2) / 2, p) products of its rows, upper triangle
    linear: Floats  # (m, q + 1)
    copies: Floats  # (m, p)

    @property
    def curved(self) -> Floats:
        """Curvature of the part without candidates: |r|^2 / 2 has no part in u."""
        return np.append(np.ones(len(self.slopes) - 1), 0.0)

    def only(self, chosen: Booleans) -> _Dual:
        """The chosen problems alone."""
        return self if chosen.all() else replace(self, linear=self.linear[chosen], copies=self.copies[chosen])

    def excess(self, point: Floats) -> Floats:
        """What makes a candidate active, (m, p): max(0, u - a_i'r)."""
        return np.asarray(np.maximum(point @ self.slopes, 0.0))

    def value(self, point: Floats) -> Floats:
        """The dual, (m,)."""
        smooth = (point * (self.curved * point / 2 + self.linear)).sum(axis=1)
        return np.asarray(smooth + (self.copies * self.excess(point) ** 2).sum(axis=1) / 2)

    def gradient(self, point: Floats) -> Floats:
        """Its gradient, (m, q + 1): A x, less b, less what r is; and by how much the weights miss one."""
        return np.asarray(self.curved * point + self.linear + (self.copies * self.excess(point)) @ self.slopes.T)

    def minimum_over(self, active: Booleans) -> Floats:
        """The minimum if exactly these candidates were active, (m, q + 1)."""
        hessian = np.zeros((len(self.linear), len(self.slopes), len(self.slopes)))
        upper, lower = np.triu_indices(len(self.slopes))
        hessian[:, upper, lower] = hessian[:, lower, upper] = (self.copies * active) @ self.pairs.T
        hessian += np.diag(self.curved)
        hessian[:, -1, -1] += ~(active & (self.copies > 0)).any(axis=1)  # nobody is active: any step up in u will do
        return np.asarray(np.linalg.solve(hessian, -self.linear[..., None])[..., 0])

    def weights(self, point: Floats) -> Floats:
        """The weights at a minimum, (m, p)."""
        weights = self.copies * self.excess(point)
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _newton(dual: _Dual, point: Floats) -> Floats:
    point = point.copy()
    for _ in range(MOST_NEWTON):
        size = 1 + np.abs(dual.linear).max(axis=1)
        unfinished = np.abs(dual.gradient(point)).max(axis=1) > CLOSE * size
        if not unfinished.any():
            break
        rest, here = dual.only(unfinished), point[unfinished]
        point[unfinished] = _lower(rest, here, rest.minimum_over(rest.excess(here) > 0) - here)
    return point


def _lower(dual: _Dual, point: Floats, direction: Floats) -> Floats:
    """Each point moved along its direction, half as far each time until its dual falls enough."""
    length = np.ones((len(point), 1))
    value, slope = dual.value(point), (dual.gradient(point) * direction).sum(axis=1)
    for _ in range(MOST_NEWTON):
        enough = dual.value(point + length * direction) <= value + 1e-4 * length[:, 0] * slope + CLOSE * np.abs(value)
        if enough.all():
            break
        length[~enough] /= 2
    return np.asarray(point + length * direction)


def best_weights(products: Floats) -> Floats:
    """Least x'G x over x >= 0, sum x = 1, for many G at once: (m, p) from the inner products G (m, p, p).

    An active-set search: minimise over the candidates in use; one that would become negative leaves, else the one that
    lowers the objective fastest enters, until none does. A ridge of 1e-10 of the mean square makes the optimum unique.
    """
    p = products.shape[1]
    size = np.trace(products, axis1=1, axis2=2) / p
    G = products / np.where(size > 0, size, 1.0)[:, None, None] + RIDGE * np.eye(p)
    x = (np.arange(p) == np.einsum("mpp->mp", G).argmin(axis=1)[:, None]).astype(float)
    used, open_ = x > 0, np.arange(len(x))
    for _ in range(10 * p):
        x[open_], used[open_], go_on = _exchange(G[open_], x[open_], used[open_])
        open_ = open_[go_on]
        if not len(open_):
            break
    return np.asarray(x / x.sum(axis=1, keepdims=True))


def _exchange(G: Floats, x: Floats, used: Booleans) -> tuple[Floats, Booleans, Booleans]:
    """One step of the search: weights, candidates in use, and which problems are not at their optimum yet."""
    best = _over(G, used)
    falling = used & (best < 0)
    reach = np.divide(x, x - best, out=np.full_like(x, np.inf), where=falling)
    length = np.minimum(reach.min(axis=1, keepdims=True), 1.0)
    leaving = falling & (reach <= length)
    x = np.where(leaving, 0.0, x + length * (best - x))
    gradient = (G @ x[..., None])[..., 0]
    outside = np.where(used, np.inf, gradient)
    lowest = outside.argmin(axis=1)
    improves = outside.min(axis=1) < (x * gradient).sum(axis=1) - CLOSE
    entering = improves & ~leaving.any(axis=1)
    used = used & ~leaving
    used[entering, lowest[entering]] = True
    return x, used, np.asarray(entering | leaving.any(axis=1))


def _over(G: Floats, used: Booleans) -> Floats:
    """Least x'G x with sum x = 1 over the candidates in use, whatever the signs, (m, p)."""
    both = used[:, :, None] & used[:, None, :]
    rows = np.linalg.solve(np.where(both, G, np.eye(G.shape[1])), used.astype(float)[..., None])[..., 0]
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))
