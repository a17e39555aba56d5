"""Weighted least squares on a few regressors, under many sets of weights at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from lnbeval.panel import Booleans, Floats

COLLINEAR: Final = 1e-12  # least over largest eigenvalue of the cross products of standardised regressors


def with_constant(covariates: Floats) -> Floats:
    """A column of ones and the covariates (n, p) with mean zero and deviation one; zeros where one does not vary.

    A regression is the same on these, and numbers of people are as well conditioned as rates.
    """
    centred = covariates - covariates.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0))
    varies = spread > np.sqrt(np.finfo(float).eps) * np.abs(covariates).max(axis=0)
    standardised = np.where(varies, centred / np.where(varies, spread, 1.0), 0.0)
    return np.column_stack([np.ones(len(covariates)), standardised])


def shares(weights: Floats) -> Floats:
    """Each row of weights (m, n) scaled to add to one; zeros where all are zero."""
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(weights, total, out=np.zeros_like(weights), where=total > 0))


def total(weights: Floats, members: Booleans) -> Floats:
    """Weight (m,) of the members, (n,) or for each row of weights its own (m, n)."""
    return np.asarray(weights @ members if members.ndim == 1 else (weights * members).sum(axis=1))


def coefficients(outcome: Floats, regressors: Floats, weights: Floats) -> Floats:
    """(sum w x x')^-1 sum w x y for outcomes (n, c), regressors (n, q) and each row of weights (m, n): (m, q, c)."""
    m, (q, c) = len(weights), (regressors.shape[1], outcome.shape[1])
    scaled = shares(weights)
    moments = (regressors[:, :, None] * outcome[:, None, :]).reshape(len(outcome), q * c)
    found, _ = solved(cross_products(regressors, scaled), (scaled @ moments).reshape(m, q, c))
    return found


def collinear(regressors: Floats, weights: Floats) -> Booleans:
    """For which rows of weights (m, n) some regressor is a combination of the others, (m,)."""
    eigenvalues = np.linalg.eigvalsh(cross_products(regressors, shares(weights)))
    return np.asarray(eigenvalues[:, 0] <= COLLINEAR * eigenvalues[:, -1])


def cross_products(regressors: Floats, weights: Floats) -> Floats:
    """Sums of w x x' for each row of weights (m, n): (m, q, q)."""
    n, q = regressors.shape
    squares = (regressors[:, :, None] * regressors[:, None, :]).reshape(n, q * q)
    return np.asarray((weights @ squares).reshape(-1, q, q))


def solved(matrices: Floats, right: Floats) -> tuple[Floats, Floats]:
    """A^-1 b for symmetric A (m, q, q) and b (m, q, c), and the eigenvalues of A (m, q); finite when A is singular."""
    values, vectors = np.linalg.eigh(matrices)
    least = np.maximum(values[:, -1:], np.finfo(float).tiny) * np.finfo(float).eps
    turned = np.swapaxes(vectors, 1, 2) @ right / np.maximum(values, least)[:, :, None]
    return vectors @ turned, values


def moved_by(score: Floats, regressors: Floats, curvature: Floats, slope: Floats) -> Floats:
    """What each unit moves in an estimate through estimated coefficients: score_i' (sum c x x')^-1 slope, (n, c).

    `score` (n, q) is each unit's part in the equation that the coefficients solve, `curvature` (n,) its
    weight in the derivative of that equation, `slope` (q, c) the derivative of the estimate in the coefficients.
    """
    turned, _ = solved(cross_products(regressors, curvature[None]), slope[None])
    return np.asarray(score @ turned[0])
