"""Regressions whose regressors go by cohort, under many assignments of cohorts to units at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lnbeval.effects import Relabelled
from lnbeval.regression import ESTIMABLE, SINGULAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from lnbeval.panel import Booleans, Floats, Integers

BLOCK: Final = 4_000_000  # numbers held at once per intermediate array


@dataclass(frozen=True, kw_only=True, eq=False)
class Permutable:
    """A weighted regression of s slots of each unit on q regressors, which a unit has by its cohort, one of c."""

    slots: Callable[[Floats], Floats]  # outcomes (n, t) to slots (n, s), NaN where not observed
    regressors: Floats  # (c, s, q)
    included: Booleans  # (c, s) slots that count for a unit of the cohort
    weight: Floats  # (n,)
    absorbed: bool  # every unit has an intercept
    contrast: Floats  # (q, k)
    mass: Booleans | None = None  # (c, s, k) slots of the cohort whose weight an average gives the estimate


def permuted_regression(model: Permutable, outcome: Floats, labels: Integers) -> Relabelled:
    """C'beta and influence over n, as `least_squares` gives them, of outcomes (n, t) under `labels` (b, n) of cohorts.

    What a unit adds to X'WX and X'Wy depends on its cohort alone: made once for each unit and cohort, the sums of all
    assignments are a product of matrices. An estimate that the data do not determine is NaN.
    """
    size = max(1, BLOCK // (labels.shape[1] * max(model.contrast.shape)))
    parts = [_permuted(model, outcome, labels[start : start + size]) for start in range(0, len(labels), size)]
    estimate, influence, mass = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return Relabelled(estimate, influence, mass)


def _permuted(model: Permutable, outcome: Floats, labels: Integers) -> tuple[Floats, Floats, Floats]:
    (c, _, q), (b, n) = model.regressors.shape, labels.shape
    parts = [_products(model, outcome, j) for j in range(c)]
    normal, right = np.zeros((b, q * q)), np.zeros((b, q))
    for j, (squares, products) in enumerate(parts):
        held = (labels == j) * model.weight
        normal += held @ squares.reshape(n, q * q)
        right += held @ products
    inverse, told = _inverse(normal.reshape(b, q, q), model.contrast)
    loading = np.where(told[:, None], inverse @ model.contrast, 0.0)  # (b, q, k)
    beta = (inverse @ right[:, :, None])[:, :, 0]
    estimate = np.where(told, (loading * right[:, :, None]).sum(axis=1), np.nan)
    influence = np.zeros((b, n, model.contrast.shape[1]))
    for j, (squares, products) in enumerate(parts):
        fitted = (squares.reshape(n * q, q) @ beta.T).reshape(n, q, b).transpose(2, 0, 1)  # (b, n, q)
        score = (products - fitted) * ((labels == j) * model.weight)[:, :, None]
        influence += score @ loading
    return estimate, influence, _mass(model, outcome, labels)


def _products(model: Permutable, outcome: Floats, j: int) -> tuple[Floats, Floats]:
    """Sums over the slots of each unit, were it in cohort j: x x' (n, q, q) and x y (n, q), net of its intercept."""
    y, x = model.slots(outcome), model.regressors[j]
    seen = (np.isfinite(y) & model.included[j]).astype(float)
    y = np.where(seen > 0, y, 0.0)
    squares = (seen @ (x[:, :, None] * x[:, None]).reshape(len(x), -1)).reshape(len(y), *x.shape[1:], x.shape[1])
    products = y @ x
    if model.absorbed:
        count = np.maximum(seen.sum(axis=1), 1.0)
        total = seen @ x
        squares -= total[:, :, None] * total[:, None] / count[:, None, None]
        products -= total * (y.sum(axis=1) / count)[:, None]
    return squares, products


def _inverse(normal: Floats, contrast: Floats) -> tuple[Floats, Booleans]:
    """Inverses on what the data tell apart, (b, q, q), and which contrasts (q, k) lie there, (b, k)."""
    scale = np.sqrt(np.diagonal(normal, axis1=1, axis2=2))
    scale = np.where(scale > 0, scale, 1.0)
    product = scale[:, :, None] * scale[:, None]
    values, vectors = np.linalg.eigh(normal / product)
    inverted = np.divide(1.0, values, out=np.zeros_like(values), where=values > SINGULAR)
    inverse = (vectors * inverted[:, None]) @ vectors.transpose(0, 2, 1) / product
    lost = np.abs(inverse @ (normal @ contrast) - contrast).max(axis=1)
    return inverse, lost <= ESTIMABLE * np.maximum(np.abs(contrast).max(axis=0), np.finfo(float).tiny)


def _mass(model: Permutable, outcome: Floats, labels: Integers) -> Floats:
    """Weight of the treated observations of each estimate, (b, k)."""
    if model.mass is None:
        return np.ones((len(labels), model.contrast.shape[1]))
    seen = np.isfinite(model.slots(outcome))
    total = np.zeros((len(labels), model.contrast.shape[1]))
    for j, of_cohort in enumerate(model.mass):
        total += ((labels == j) * model.weight) @ (seen @ of_cohort.astype(float))
    return total
