"""The published rule that chooses the headline inference from clusters and their weights, and says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from lnbeval.effects import BASE_PERIOD, clusters_among

if TYPE_CHECKING:
    from lnbeval.effects import Effects
    from lnbeval.panel import Booleans, Floats

FEWEST: Final = 3  # effective clusters on a side below which no method holds its level
TESTABLE: Final = 6  # below which permutation, all there is without a regression, fails when the treated vary more
SEVERAL: Final = 15  # from which the jackknife with G - 1 degrees of freedom holds
MANY: Final = 100  # from which nothing is gained over the analytic error
SLACK: Final = 1e-9  # of an effective number of clusters, which equal weights make a whole number but for rounding


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The chosen method, the sentence that says why, and whether any method can be relied on here."""

    method: Literal["analytic", "cr2", "jackknife", "randomization", "placebo"]
    reason: str
    reliable: bool = True


def headline(effects: Effects) -> Headline:
    """The headline method of these effects, the same for all their rows; no outcome has a say in it.

    It goes by m, the effective number of clusters on the smaller side of the row with the fewest (of those with at least 3, if
    there are some: the others are flagged one by one): (sum w)^2 / sum w^2 over their weights w, the number of clusters when
    they weigh the same. Percentages are rejections of a true null at 5 percent from `benchmarks/size.md`, the second under
    errors of the treated that are twice as large:
        m < 3: randomization, not reliable. With 2 treated it rejects 4.2 to 5.5 and 10.0 to 10.4, cr2 0.4 and 2.5, the
            jackknife with G - 1 df 19 and 21, the wild bootstrap 0.0 and 0.2.
        regression: cr2. With 3 treated 3.5 and 5.1, 4 treated 4.1 and 5.5, 5 treated 4.4 and 5.5, cohorts of 5 and 10 treated
            4.8 to 5.3 and 4.8 to 5.9 (6.1 with AR(1) errors too; 3.4 to 4.3 where the treated vary half as much), 15 and 17
            treated 4.7 to 5.0 and 5.0 to 5.5; 12 clusters with shocks 4.4 to 5.2. With weights of very unequal
            municipalities it is too cautious: 0.2 to 3.5.
        regression, a comparison that rests on one cluster: jackknife. cr2 gives that cluster no residual and rejects 7.1 and
            7.9 with cohorts of 1 and 14, the jackknife 5.5 and 5.7.
        no regression, m >= 100: analytic. With 100, 100 and 200 units 5.3.
        no regression, m >= 15: jackknife. imputation with cohorts of 5 and 10 5.8 and 5.6 (6.3 with AR(1) errors too), of 15 and
            17 4.6 and 5.4; with 8 treated 6.4 and 7.2.
        no regression, fewer: placebo where the estimator has it; it rejects 4.4 to 5.4, but 26 to 34 where the treated vary
            twice as much, and every row says so. Otherwise randomization: imputation with 8 treated 4.5 and 6.2, where the jackknife rejects
            6.4 and 7.2; with 6 treated 6.1 and 5.9, with 5 4.6 and 5.9 (att_gt 5.0 and 7.2), with 4 5.5 and 6.8, which is why
            below 6 it is not reliable either.
    A control that is treated itself later in the same row counts as treated, unless all controls are of that kind. Where
    shocks are common to clusters that are not declared, every method rejects 6 to 9.

    Sources: MacKinnon, Nielsen and Webb (2023), Journal of Econometrics 232(2), 272-299; Carter, Schnepel and Steigerwald
    (2017), Review of Economics and Statistics 99(4), 698-709 (effective clusters); Kish (1965), Survey Sampling, 11.7 (m).
    """
    shown = _testable(effects, effects.ok & (effects.columns["reason"] != BASE_PERIOD))
    treated, control = (_fewest(effects, side[:, shown]) for side in (effects.treated, _controls(effects)))
    m = min(treated.effective, control.effective) + SLACK
    several = " in the row with the fewest" if shown.sum() > 1 else ""
    found = f"{treated} treated and {control} control clusters{several}"
    if m < FEWEST:
        reason = f"{found}: with fewer than {FEWEST} no method holds its level unless treated and controls vary alike"
        return Headline(method="randomization", reason=reason, reliable=False)
    if effects.regression is not None:
        return _of_regression(effects, shown, found)
    if m >= MANY:
        return Headline(
            method="analytic", reason=f"{found}: at least {MANY}, so that small-sample corrections change nothing"
        )
    if m >= SEVERAL:
        return Headline(
            method="jackknife", reason=f"{found}: at least {SEVERAL}, and no regression behind the estimates"
        )
    if _has_placebos(effects):
        return Headline(method="placebo", reason=f"{found}: fewer than {SEVERAL}, and placebos among the controls")
    reason = f"{found}: fewer than {SEVERAL}, and no regression behind the estimates, whose degrees of freedom would be known"
    return Headline(method="randomization", reason=reason, reliable=m >= TESTABLE)


def _testable(effects: Effects, shown: Booleans) -> Booleans:
    """Rows with enough clusters for any method, if there are some: the others are flagged one by one."""
    enough = shown & (np.minimum(*effects.clusters) >= FEWEST)
    return enough if enough.any() else shown


def _has_placebos(effects: Effects) -> bool:
    """Placebos exist: of units one by one, and as many controls as all cohorts together have units, and more."""
    never = int((effects.cohort > effects.panel.periods[-1]).sum())
    one_by_one = effects.panel.single
    return bool(effects.own_draws and "placebo" in effects.own_draws) and one_by_one and 2 * never > len(effects.cohort)


def _controls(effects: Effects) -> Booleans:
    """Controls that are not treated themselves in the same row, unless all are."""
    pure = effects.control & ~effects.treated
    return np.where(pure.any(axis=0), pure, effects.control)


def _of_regression(effects: Effects, shown: Booleans, found: str) -> Headline:
    if (effects.columns["fewest"][shown] == 1).any():
        reason = f"{found}, but some comparison in it rests on a single cluster, which cr2 would count as without error"
        return Headline(method="jackknife", reason=reason)
    return Headline(
        method="cr2", reason=f"{found}, and a regression behind the estimates, so that the error can allow for how few"
    )


@dataclass(frozen=True, kw_only=True)
class _Fewest:
    """The fewest clusters of any row on one side, and as many equal ones as the fewest are worth by their weights."""

    number: int
    effective: float

    def __str__(self) -> str:
        if self.number - self.effective < 0.05:
            return f"{self.number}"
        return f"{self.number} (worth {self.effective:.1f} by weight)"


def _fewest(effects: Effects, side: Booleans) -> _Fewest:
    if not side.shape[1]:
        return _Fewest(number=0, effective=0.0)
    return _Fewest(
        number=int(clusters_among(side, effects.panel).min()),
        effective=float(_effective(side * effects.weight[:, None], effects).min()),
    )


def _effective(weight: Floats, effects: Effects) -> Floats:
    """(sum w)^2 / sum w^2 over clusters, of weights of units (n, k); 0 where there are none."""
    if not effects.panel.single:
        position, G = effects.panel.clusters
        weight = np.column_stack([np.bincount(position, weights=column, minlength=G) for column in weight.T])
    square = (weight**2).sum(axis=0)
    return np.asarray(np.divide(weight.sum(axis=0) ** 2, square, out=np.zeros_like(square), where=square > 0))
