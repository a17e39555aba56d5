"""Differences between treated and control units, as they are or with the same covariates, for many comparisons of a panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lnbeval.adjustment import Adjusted, Method, adjusted_difference, adjusted_estimates
from lnbeval.errors import DesignError, ParameterError
from lnbeval.propensity import TRIMMED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from lnbeval.design import Design
    from lnbeval.panel import Booleans, Floats, Integers, Panel

BLOCK: Final = 500_000  # numbers held at once per intermediate array, so that they stay close to the processor
TO_BLAME: Final = 0.1  # of the largest blame: covariates with less are not named


@dataclass(frozen=True, kw_only=True, eq=False)
class Differences:
    """Estimates (k,), their influence rows (n, k), and why one could not be made or what it leaves out (k,)."""

    estimate: Floats
    influence: Floats
    reason: NDArray[np.object_]


def refuse_covariates(panel: Panel, design: Design) -> None:
    """Raise when there are no covariates to adjust for, or when there are too few clusters for them.

    ParameterError: an adjustment without covariates. DesignError: as many
    coefficients as clusters, or more.
    """
    names = covariate_names(panel)
    if design.adjustment != "none" and not names:
        raise ParameterError(
            f"adjustment is '{design.adjustment}' but there are no covariates to adjust for. Name them, or use adjustment "
            "'none'."
        )
    clusters = panel.clusters[1]
    if names and clusters <= len(names) + 1:
        raise DesignError(
            f"{clusters} clusters cannot carry {_listed(names)}: there must be fewer coefficients than clusters, the constant "
            f"among them. Leave all but {max(clusters - 2, 0)} out, or cluster at a lower level."
        )


def covariate_names(panel: Panel) -> tuple[str, ...]:
    """The names of the covariates, their position where the panel has no names."""
    p = panel.covariates.shape[1]
    return panel.covariate_names or tuple(f"covariate {j + 1}" for j in range(p))


def differences(
    panel: Panel, design: Design, cohort: Floats, treated: Booleans, control: Booleans, change: Floats
) -> Differences:
    """The k comparisons of `treated` with `control` units (n, k) in their outcome changes (n, k), of cohorts (k,)."""
    if design.adjustment == "none":
        return _plain(panel, treated, control, change)
    return _adjusted(panel, design.adjustment, cohort, treated, control, change)


def reweighted_differences(
    panel: Panel, design: Design, treated: Booleans, control: Booleans, change: Floats, weights: Floats
) -> Floats:
    """The same estimates under each row of unit weights (m, n): (m, k), NaN where one could not be made."""
    if design.adjustment == "none":
        return _plain_reweighted(treated, control, change, weights)
    return _adjusted_reweighted(panel, design.adjustment, treated, control, change, weights)


def weighted_mean(values: Floats, weight: Floats, members: Booleans) -> tuple[Floats, Floats]:
    """Mean over the members of each column, NaN without members, and each member's share in it."""
    weights = weight[:, None] * members
    total = weights.sum(axis=0)
    share = np.divide(weights, total, out=weights, where=total > 0)
    return np.where(total > 0, (share * values).sum(axis=0), np.nan), share


def _plain(panel: Panel, treated: Booleans, control: Booleans, change: Floats) -> Differences:
    mean_treated, share_treated = weighted_mean(change, panel.weight, treated)
    mean_control, share_control = weighted_mean(change, panel.weight, control)
    estimate = mean_treated - mean_control
    rows = share_treated * (change - mean_treated) - share_control * (change - mean_control)
    influence = np.where(np.isfinite(estimate), len(panel.units) * rows, 0.0)
    return Differences(estimate=estimate, influence=influence, reason=np.full(len(estimate), "", dtype=object))


def _plain_reweighted(treated: Booleans, control: Booleans, change: Floats, weights: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):  # without treated or control units there is no estimate
        mean_treated = weights @ (treated * change) / (weights @ treated)
        mean_control = weights @ (control * change) / (weights @ control)
    return np.asarray(mean_treated - mean_control)


def _adjusted(
    panel: Panel, method: Method, cohort: Floats, treated: Booleans, control: Booleans, change: Floats
) -> Differences:
    """Comparisons of the same units share one fit; influence is scaled to all n units of the panel."""
    n, k = treated.shape
    estimate, influence = np.full(k, np.nan), np.zeros((n, k), order="F")
    reason = np.full(k, "", dtype=object)
    for columns, members in _same_units(treated, control):
        own = treated[members, columns[0]]
        changes = change[np.ix_(members, columns)]
        fit = adjusted_difference(changes, own, panel.covariates[members], panel.weight[members], method)
        estimate[columns] = fit.estimate
        influence[np.ix_(members, columns)] = fit.influence * n / len(members)
        reason[columns] = _reason(fit, panel, members, own, cohort[columns[0]])
    return Differences(estimate=estimate, influence=influence, reason=reason)


def _adjusted_reweighted(
    panel: Panel, method: Method, treated: Booleans, control: Booleans, change: Floats, weights: Floats
) -> Floats:
    estimate = np.full((len(weights), treated.shape[1]), np.nan)
    for columns, members in _same_units(treated, control):
        own, covariates = treated[members, columns[0]], panel.covariates[members]
        changes = change[np.ix_(members, columns)]
        for block in np.array_split(np.arange(len(weights)), max(1, len(weights) * len(members) // BLOCK)):
            rows = adjusted_estimates(changes, own, covariates, weights[np.ix_(block, members)], method)
            estimate[np.ix_(block, columns)] = rows
    return estimate


def _same_units(treated: Booleans, control: Booleans) -> Iterator[tuple[Integers, Integers]]:
    """Columns that compare the same units, with the positions of these; columns without one side are left out."""
    sides = np.packbits(np.vstack([treated, control]), axis=0).T
    groups: dict[bytes, list[int]] = {}
    for column in np.flatnonzero(treated.any(axis=0) & control.any(axis=0)).tolist():
        groups.setdefault(sides[column].tobytes(), []).append(column)
    for columns in groups.values():
        yield np.array(columns), np.flatnonzero(treated[:, columns[0]] | control[:, columns[0]])


def _reason(fit: Adjusted, panel: Panel, members: Integers, treated: Booleans, g: float) -> str:
    names = _blamed(fit, panel)
    if fit.problem == "few_controls":
        found = _counted((~treated).sum(), "control")
        return f"{found} of cohort {g:g} cannot carry {_listed(names)}: use fewer covariates or more controls"
    if fit.problem == "few_treated":
        found = _counted(treated.sum(), "treated unit")
        return f"{found} of cohort {g:g} cannot carry a propensity on {_listed(names)}: use fewer, or adjustment reg"
    if fit.problem == "collinear":
        same = f"{names[0]} does not vary" if len(names) == 1 else f"{', '.join(names)} say the same"
        return f"{same} among the units that cohort {g:g} is compared with: leave {_out(names)}"
    if fit.problem == "separated":
        return f"{', '.join(names)} tells cohort {g:g} from its controls: leave {_out(names)}, or use adjustment reg"
    if fit.problem == "no_overlap":
        return (
            f"{panel.units[members[fit.worst]]} is certain to be treated in cohort {g:g} judging by {', '.join(names)}: no "
            f"control is like it. Leave {_out(names)}, or the unit, or use adjustment reg"
        )
    return f"{_counted(fit.trimmed, 'control')} of propensity {TRIMMED:g} or more left out" if fit.trimmed else ""


def _blamed(fit: Adjusted, panel: Panel) -> list[str]:
    pairs = zip(covariate_names(panel), fit.blame, strict=True)
    return [name for name, blame in pairs if blame >= TO_BLAME * fit.blame.max()]


def _out(names: list[str]) -> str:
    return "it out" if len(names) == 1 else "one of them out"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return f"{_counted(len(names), 'covariate')} ({', '.join(names)})"
