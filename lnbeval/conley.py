"""How sure, when shocks are shared by neighbours: the spatial covariance of any effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np

from lnbeval.errors import DesignError, ParameterError

if TYPE_CHECKING:
    from lnbeval.effects import Effects
    from lnbeval.panel import Booleans, Floats, Labels

Kernel = Literal["uniform", "bartlett"]
KERNELS: Final = get_args(Kernel)
EARTH_RADIUS_KM: Final = 6371.0  # mean radius
BLOCK: Final = 1_000_000  # pairs of units held at once: 8 MB per array, whatever the number of units
NOISE: Final = 1e-12  # of the square of the mean absolute influence: what a sum that is zero leaves behind
SLACK: Final = 1e-9  # of the cutoff: rounding must not skip a pair before its distance is measured
LATITUDE: Final = 90.0  # degrees, either side of zero
LONGITUDE: Final = 180.0
NAMED: Final = 5  # units named in a message
NOT_POSITIVE: Final = (  # the reason of a row whose variance is NaN
    "no error: the spatial variance is not positive with this cutoff and kernel, because near units move against each "
    "other or all are near"
)


def refuse_far(latitude: Floats, longitude: Floats, cutoff_km: float) -> None:
    """Raise ParameterError on a cutoff beyond half of the area: influence adds to zero, so that errors would vanish."""
    south, north, west, east = latitude.min(), latitude.max(), longitude.min(), longitude.max()
    across = np.radians([north - south, (east - west) * np.cos(np.radians((south + north) / 2))])
    extent = EARTH_RADIUS_KM * float(np.hypot(*across))
    if 0 < extent / 2 < cutoff_km:
        raise ParameterError(
            f"cutoff_km is {cutoff_km:g}, but the places lie within {extent:.0f} km: with most of them related to each other errors "
            f"cancel and look far too small. Choose {extent / 2:.0f} or less."
        )


def conley_covariance(
    effects: Effects,
    latitude: Floats,
    longitude: Floats,
    cutoff_km: float,
    kernel: Kernel,
    *,
    radius_km: float = EARTH_RADIUS_KM,
) -> Floats:
    """Covariance of the estimates when units within `cutoff_km` of each other share shocks, (k, k).

        V = sum_ij K(d_ij / cutoff) psi_i psi_j' / n^2,

    with psi_i the influence of unit i, (k,), K(x) = 1 up to x = 1 (uniform) or 1 - x (bartlett), zero beyond, and d_ij
    the great-circle distance in km by the haversine formula on a sphere of `radius_km`. A unit's outcomes of all periods
    are one influence row, so pairs of outcomes count by distance alone, whatever their periods. There is no
    small-sample factor, and the panel's clusters are not used: the reference is the normal.

    `latitude` and `longitude` (n,) are decimal degrees in the order of `effects.panel.units`. Neither kernel makes V
    positive for certain, since distance is on a surface: where the variance of an estimate is not positive its row and
    column are NaN, for the reason NOT_POSITIVE. Estimates without influence keep zero.

    Raises ParameterError on an unknown kernel or a cutoff or radius that is not positive; DesignError, naming units, on
    coordinates that are missing or outside [-90, 90] and [-180, 180].

    Source: Conley (1999), Journal of Econometrics 92(1), 1-45.
    """
    _refuse(effects.panel.units, latitude, longitude)
    _refuse_choices(cutoff_km, kernel, radius_km)
    order = np.argsort(latitude, kind="stable")
    north, east = np.radians(latitude[order]), np.radians(longitude[order])
    total = _kernel_sum(effects.influence[order], north, east, cutoff_km / radius_km, kernel)
    return _without_negative(total / len(order) ** 2, effects.influence)


def _refuse(units: Labels, latitude: Floats, longitude: Floats) -> None:
    for name, values, limit in (("latitude", latitude, LATITUDE), ("longitude", longitude, LONGITUDE)):
        if np.shape(values) != units.shape:
            raise DesignError(
                f"{name} has shape {np.shape(values)} for {len(units)} units. Give one number for each unit analysed, in "
                "the order of effects.panel.units."
            )
        missing = np.isnan(values)
        if missing.any():
            raise DesignError(f"There is no {name} for {_first(units, missing)}. Add it, or leave these units out.")
        outside = np.abs(values) > limit
        if outside.any():
            raise DesignError(
                f"The {name} of {_first(units, outside)} is outside [-{limit:g}, {limit:g}]: "
                f"{_first(np.round(values, 4), outside)}. Give decimal degrees."
            )


def _first(values: Labels | Floats, chosen: Booleans) -> str:
    named = ", ".join(map(str, values[chosen][:NAMED].tolist()))
    more = int(chosen.sum()) - NAMED
    return f"{named} and {more} more" if more > 0 else named


def _refuse_choices(cutoff_km: float, kernel: str, radius_km: float) -> None:
    if kernel not in KERNELS:
        raise ParameterError(f"Kernel '{kernel}' is unknown; choose one of {', '.join(KERNELS)}.")
    for name, value in (("cutoff_km", cutoff_km), ("radius_km", radius_km)):
        if not 0 < value < np.inf:
            raise ParameterError(f"{name} is {value}; it must be a positive number of kilometres.")


def _kernel_sum(scores: Floats, north: Floats, east: Floats, cutoff: float, kernel: Kernel) -> Floats:
    """sum_ij K psi_i psi_j', (k, k), over units sorted by latitude; all angles are radians.

    Each pair of different blocks is visited once, and units whose latitudes alone are too far apart not at all.
    """
    points = np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    n = len(scores)
    total = np.zeros((scores.shape[1], scores.shape[1]))
    for block in np.array_split(np.arange(n), min(n, -(-n * n // BLOCK))):
        first, after = block[0], block[-1] + 1
        end = np.searchsorted(north, north[after - 1] + cutoff * (1 + SLACK), side="right")
        weight = _weight(_angle(points[first:after], points[first:end]) / cutoff, kernel)
        rows = scores[first:after]
        within = rows.T @ weight[:, : len(block)] @ rows
        across = rows.T @ weight[:, len(block) :] @ scores[after:end]
        total += within + across + across.T
    return total


def _angle(points: Floats, others: Floats) -> Floats:
    """Angles between points on the unit sphere, (rows, columns).

    The haversine of the angle is the square of half the chord; differences of coordinates keep short ones exact.
    """
    squared = np.zeros((len(points), len(others)))
    for here, there in zip(points.T, others.T, strict=True):
        squared += np.subtract.outer(here, there) ** 2
    return np.asarray(2 * np.arcsin(np.minimum(np.sqrt(squared) / 2, 1.0)))


def _weight(distance: Floats, kernel: Kernel) -> Floats:
    """K of distances in units of the cutoff."""
    if kernel == "uniform":
        return np.asarray(distance <= 1, dtype=float)
    return np.asarray(np.maximum(1 - distance, 0.0))


def _without_negative(covariance: Floats, influence: Floats) -> Floats:
    """NaN where a variance is not above rounding: with all units near, it is the square of a sum that is zero."""
    noise = NOISE * np.abs(influence).mean(axis=0) ** 2
    lost = (np.diag(covariance) <= noise) & (noise > 0)
    covariance = covariance.copy()
    covariance[lost, :] = covariance[:, lost] = np.nan
    return covariance
