"""One indicator by every estimator, and the headline estimate with every error: what the choice of either changes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.errors import DesignError
from lnbeval.estimators import ESTIMATORS
from lnbeval.headline import headline
from lnbeval.reference import inside_sentence
from lnbeval.workspace.analysis import effects_of, estimates, tabled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.effects import Effects
    from lnbeval.headline import Headline
    from lnbeval.inference import Method
    from lnbeval.workspace.analysis import Analysis, Shown
    from lnbeval.workspace.study import Study

NOT_COMPARED: Final = ("repeated_cross_sections", "triple_difference")  # they estimate something else
COMPARED: Final[tuple[Method, ...]] = (
    "analytic",
    "cr1",
    "cr2",
    "jackknife",
    "wild",
    "wild_unrestricted",
    "randomization",
)
NEED_REGRESSION: Final = ("cr2", "wild", "wild_unrestricted")
NEAR_KM: Final = 50.0  # reaches the next municipalities, and some beyond
DRAWS_COMPARED: Final = 999  # enough to stand beside the headline; the headline itself has the parameters' draws


def estimators_compared(study: Study, analysis: Analysis, indicators: Sequence[str]) -> pd.DataFrame:
    """The overall effect by every estimator, each with its own comparison, the headline's first, indicator by indicator.

    Covariates are left out of the others. The static regression is there to be compared with, not to be believed.
    """
    names = [name for name in ESTIMATORS if "overall" in ESTIMATORS[name].shows]
    others = [name for name in names if name not in (analysis.estimator, *NOT_COMPARED)]
    tables = [
        tabled(study, _by_another(analysis, name), indicator, "overall")[0].assign(scenario=f"estimator {name}")
        for indicator in indicators
        for name in others
    ]
    return _after(estimates(study, analysis, indicators, by="overall"), tables, indicators)


def inference_compared(study: Study, analysis: Analysis, indicators: Sequence[str]) -> pd.DataFrame:
    """The overall effect with every error and test that its estimator has, the headline's first, indicator by indicator."""
    tables = [table for indicator in indicators for table in _inferences(study, analysis, indicator)]
    return _after(estimates(study, analysis, indicators, by="overall"), tables, indicators)


def _after(first: pd.DataFrame, others: list[pd.DataFrame], indicators: Sequence[str]) -> pd.DataFrame:
    """The rows of each indicator together, the headline's first."""
    table = pd.concat([first, *others], ignore_index=True)
    order = table["indicator"].map({code: position for position, code in enumerate(indicators)})
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def headlines(study: Study, analysis: Analysis, *, by: Shown = "overall") -> dict[str, Headline]:
    """What the rule chooses for each indicator shown `by`, and why; indicators that cannot be estimated so are left out."""
    chosen = {}
    for indicator in study.parameters.estimated:
        with suppress(DesignError):
            chosen[indicator] = headline(effects_of(study, analysis, indicator, by))
    return chosen


def headline_reason(study: Study, analysis: Analysis) -> str:
    """Which inference the rule chooses for the average effect of each indicator, and why; "chosen" when the parameters do."""
    if analysis.inference != "rule":
        return "chosen in the parameters"
    chosen = headlines(study, analysis)
    alike: dict[tuple[str, str], list[str]] = {}
    for indicator, one in chosen.items():
        alike.setdefault((one.method, one.reason), []).append(indicator)
    said = [f"{method} for {_named(study, codes)}: {reason}" for (method, reason), codes in alike.items()]
    words = "; ".join(said) or "no average effect can be estimated"
    if analysis.cluster is not None:
        return words
    return words.replace("clusters", "municipalities").replace("a single cluster", "a single municipality")


def _named(study: Study, codes: Sequence[str]) -> str:
    n = len(study.parameters.estimated)
    if n == len(codes) > 1:
        return f"all {n} indicators"
    labels = [inside_sentence(str(study.indicator(code)["label"])) for code in codes]
    return " and ".join(filter(None, (", ".join(labels[:-1]), labels[-1])))


def _by_another(analysis: Analysis, name: str) -> Analysis:
    return replace(
        analysis,
        estimator=name,
        control_group=ESTIMATORS[name].control_group,
        base_period="universal",
        window=None,
        anticipation=0 if name == "twfe" else analysis.anticipation,
        adjustment="none",
        covariates=(),
        inference="rule",
        strata=None,
        cutoff_km=None,
    )


def _inferences(study: Study, analysis: Analysis, indicator: str) -> list[pd.DataFrame]:
    try:
        effects = effects_of(study, analysis, indicator, "overall")
    except DesignError:
        return []
    chosen = headline(effects).method if analysis.inference == "rule" else analysis.inference
    own = replace(analysis, strata=None, cutoff_km=None, draws=min(analysis.draws, DRAWS_COMPARED))
    others = [
        method
        for method in COMPARED
        if method != chosen and (effects.regression is not None or method not in NEED_REGRESSION)
    ]
    made = [tabled(study, replace(own, inference=method), indicator, "overall")[0] for method in others]
    made += [_of_neighbours(study, own, indicator, way) for way in _neighbourly(study, analysis, effects)]
    return [table.assign(scenario="inference " + table["inference"].iloc[0]) for table in made]


def _neighbourly(study: Study, analysis: Analysis, effects: Effects) -> list[str]:
    """Ways to let neighbours share shocks, where the municipalities say which county they are in, and where they lie."""
    known = set(study.reference.municipalities.columns)
    by_county = "county" in known and analysis.cluster is None and effects.regression is not None
    by_distance = {"lat", "lon"} <= known and analysis.inference != "conley"
    return ["county"] * by_county + ["distance"] * by_distance


def _of_neighbours(study: Study, own: Analysis, indicator: str, way: str) -> pd.DataFrame:
    if way == "county":
        changed, words = replace(own, inference="cr2", cluster="county"), "cr2, clusters are counties"
    else:
        changed, words = replace(own, inference="conley", cutoff_km=NEAR_KM), f"conley, within {NEAR_KM:g} km"
    return tabled(study, changed, indicator, "overall")[0].assign(inference=words)
