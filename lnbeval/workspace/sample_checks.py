"""Whether there are enough municipalities on both sides of the comparison, and whether they weigh alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lnbeval.errors import DesignError
from lnbeval.headline import Headline, headline
from lnbeval.intake import Problem
from lnbeval.intake.text import listed
from lnbeval.workspace.analysis import shown
from lnbeval.workspace.trial import declared_analysis, declared_panel

if TYPE_CHECKING:
    from lnbeval.effects import Effects
    from lnbeval.panel import Booleans
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters

FEW: Final = 5  # clusters on a side up to which it is told that they are few
NAMED: Final = 61  # names in one message


@dataclass(frozen=True, kw_only=True)
class _Side:
    """The clusters on one side of the overall effect: how many, how many equal ones they are worth, and which."""

    number: int
    worth: float
    clusters: tuple[str, ...]  # by weight, the heaviest first
    weights: tuple[float, ...]

    @property
    def unequal(self) -> bool:
        return self.worth < self.number / 2


@dataclass(frozen=True, kw_only=True)
class _Sample:
    treated: _Side
    control: _Side
    headline: Headline


def sample_problems(rows: pd.DataFrame, parameters: Parameters, reference: Reference) -> list[Problem]:
    """All or none treated (STOP), one or few on a side, very unequal weights (WARN).

    `rows` holds code, period, cohort (NaN: not treated) and one column per indicator.
    """
    nobody = _one_sided(rows, parameters)
    return nobody or _few(rows, parameters, reference)


def _one_sided(rows: pd.DataFrame, parameters: Parameters) -> list[Problem]:
    cohort = rows.groupby("code")["cohort"].first()
    years = sorted(rows["period"].unique())
    treated = {year: int((cohort <= year).sum()) for year in years}
    never = int((~(cohort <= years[-1])).sum())
    begun = sorted(cohort[cohort <= years[-1]].unique())
    group = parameters.design.control_group
    if begun and (never or (len(begun) > 1 and group != "never_treated")):
        return []
    counts = "; ".join(f"{year}: {count} treated, {len(cohort) - count} not" for year, count in treated.items())
    return [
        Problem(
            severity="STOP",
            file=_file(parameters),
            what=f"{'Every municipality is' if begun else 'No municipality is'} treated by {years[-1]}, so that there is nobody "
            f"to {'compare with' if begun else 'estimate an effect for'} ({counts})",
            do=_way_out(begun),
            rule="nobody_left" if begun else "nobody_treated",
        )
    ]


def _way_out(begun: list[float]) -> str:
    if not begun:
        return "Check the table, treatment.status and treatment.phases, or add later periods"
    if len(begun) > 1:
        dates = ", ".join(f"{year:g}" for year in begun)
        return f"They begin in different years ({dates}): set design.control_group: not_yet_treated, so that later ones stand in"
    return f"Keep out of the table who was not treated in {begun[0]:g}, or add municipalities that are treated later or never"


def _few(rows: pd.DataFrame, parameters: Parameters, reference: Reference) -> list[Problem]:
    """One problem for each that several indicators share."""
    found: dict[Problem, list[str]] = {}
    for indicator in parameters.estimated:
        sample = _sample(rows, indicator, parameters, reference)
        for problem in () if sample is None else _told(sample, parameters, reference):
            found.setdefault(problem, []).append(indicator)
    return [_of_indicators(problem, indicators, parameters) for problem, indicators in found.items()]


def _of_indicators(problem: Problem, indicators: list[str], parameters: Parameters) -> Problem:
    if len(indicators) == len(parameters.estimated):
        return problem
    return replace(problem, what=f"{', '.join(indicators)}: {problem.what}")


def _sample(rows: pd.DataFrame, indicator: str, parameters: Parameters, reference: Reference) -> _Sample | None:
    """The two sides of the overall effect; None where it cannot be estimated, which is told elsewhere."""
    try:
        panel = declared_panel(rows, indicator, parameters, reference)
        effects = shown(panel, declared_analysis(parameters), "overall")
    except DesignError:
        return None
    if effects.columns["status"][0] != "ok":
        return None
    sides = (_side(effects, side[:, 0]) for side in (effects.treated, effects.control))
    treated, control = sides
    return _Sample(treated=treated, control=control, headline=headline(effects))


def _side(effects: Effects, members: Booleans) -> _Side:
    weights = pd.Series(effects.weight[members]).groupby(np.asarray(effects.cluster[members], dtype=object)).sum()
    weights = weights.sort_values(ascending=False, kind="stable")
    return _Side(
        number=len(weights),
        worth=float(weights.sum() ** 2 / (weights**2).sum()),
        clusters=tuple(map(str, weights.index)),
        weights=tuple(map(float, weights)),
    )


def _file(parameters: Parameters) -> str:
    return parameters.treatment.table.rpartition("/")[2]


def _told(sample: _Sample, parameters: Parameters, reference: Reference) -> list[Problem]:
    what = "municipality" if parameters.design.cluster is None else parameters.design.cluster
    fewer, more = sorted((sample.treated, sample.control), key=lambda side: side.number)
    side = "treated" if fewer is sample.treated else "compared with"
    told = []
    if fewer.number == 1:
        told.append(_single(more, f"{side} ({_names(fewer, reference)})", what))
    elif fewer.number <= FEW:
        told.append(_several(fewer, more, f"{side} ({_names(fewer, reference)})", what))
    if fewer.number > 1 and (sample.treated.unequal or sample.control.unequal):
        told.append(_unequal(sample, what, reference))
    by_rule = _by_rule(sample.headline, parameters)
    return [replace(one, file=_file(parameters), what=f"{one.what}. {by_rule}") for one in told]


def _single(more: _Side, side: str, what: str) -> Problem:
    floor = f"1/{more.number + 1} = {1 / (more.number + 1):.3f}"
    return Problem(
        severity="WARN",
        file="",
        what=f"One {what} is {side}, and {more.number} stand on the other side. From one no standard error can be had, clustered "
        f"or not; a p-value by permutation cannot be below {floor}",
        do="Read it as a case, not as an average effect; where one is treated, design.estimator: synthetic_did builds a "
        "comparison that resembles it",
        rule="one_on_a_side",
    )


def _several(fewer: _Side, more: _Side, side: str, what: str) -> Problem:
    return Problem(
        severity="WARN",
        file="",
        what=f"Only {fewer.number} {_many(what)} are {side}, and {more.number} stand on the other side: usual clustered errors are "
        "too small with so few",
        do="Show a permutation test beside it (inference.method: randomization), and say how many there are with every number",
        rule="few_on_a_side",
    )


def _unequal(sample: _Sample, what: str, reference: Reference) -> Problem:
    uneven = sample.treated if sample.treated.unequal else sample.control
    side = "treated" if uneven is sample.treated else "compared with"
    most, least = (f"{_label(uneven.clusters[i], reference)} with {uneven.weights[i]:,.10g}" for i in (0, -1))
    return Problem(
        severity="WARN",
        file="",
        what=f"The {uneven.number} {_many(what)} {side} weigh so unequally, from {least} to {most}, that they are worth "
        f"{uneven.worth:.1f} equal ones",
        do="Show the estimate without design.weight beside it, and a permutation test (inference.method: randomization)",
        rule="unequal_weights",
    )


def _many(what: str) -> str:
    return "municipalities" if what == "municipality" else f"groups ({what})"


def _by_rule(chosen: Headline, parameters: Parameters) -> str:
    asked = parameters.inference.method
    rule = f"The published rule makes {chosen.method} the headline: {chosen.reason}"
    return rule if asked in ("rule", chosen.method) else f"{rule}; inference.method asks for {asked} instead"


def _names(side: _Side, reference: Reference) -> str:
    return listed((_label(cluster, reference) for cluster in side.clusters), NAMED)


def _label(cluster: str, reference: Reference) -> str:
    return reference.names.label.get(cluster, cluster)
