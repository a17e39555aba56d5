"""How the numbers were made and where they come from."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from lnbeval.errors import DesignError
from lnbeval.estimators import ESTIMATORS
from lnbeval.second_computation import by_linearmodels, by_statsmodels
from lnbeval.spread import analytic
from lnbeval.workspace.analysis import Shown, effects_of
from lnbeval.workspace.compared import DRAWS_COMPARED, headline_reason, headlines
from lnbeval.workspace.families import adjustment_words
from lnbeval.workspace.provenance import provenance

if TYPE_CHECKING:
    from lnbeval.workspace.analysis import Analysis
    from lnbeval.workspace.study import Study


DIGITS: Final = 8  # to which the programs must agree: one of them iterates
TABLES: Final[dict[Shown, str]] = {
    "overall": "Average effects",
    "cohort": "By cohort",
    "event_time": "By years since treatment",
    "cell": "Single effects",
}


def fingerprints(study: Study) -> list[tuple[str, str, str]]:
    """Run, data, parameters, code and the locked plan where there is one, each with what it is over."""
    facts = provenance(study.workspace, study.name)
    plan = [("Plan", facts["plan"], "values, day and person of the locked analysis plan")] if "plan" in facts else []
    return [
        ("Run", facts["run"], "over those below; the same run gives the same pages byte for byte"),
        ("Data", facts["data"], "files as received, and the reference tables"),
        ("Parameters", facts["parameters"], f"values in params/{study.name}.yaml"),
        ("Code", facts["code"], f"lnbeval {facts['version']} and the notebooks"),
        *plan,
    ]


def parameter_rows(study: Study) -> pd.DataFrame:
    """Every parameter that changes a number, with its value."""
    groups = study.parameters.model_dump(
        include={"design", "inference", "treatment", "placebos", "families", "seed", "indicators"}
    )
    rows = [(name, _shown(value)) for group, values in groups.items() for name, value in _flat(group, values)]
    rows.append(("data.denominator", _shown(study.parameters.data.denominator)))
    return pd.DataFrame(rows, columns=["Parameter", "Value"])


def method(study: Study, analysis: Analysis) -> list[tuple[str, str, str]]:
    """Estimator, comparison and inference, with the reason why these errors: (what, which, note)."""
    anticipated = "none" if analysis.anticipation == 0 else f"{analysis.anticipation} periods"
    chosen: str = analysis.inference
    if chosen == "rule":
        chosen = ", ".join(dict.fromkeys(one.method for one in headlines(study, analysis).values())) or "none"
    return [
        ("Estimator", analysis.estimator, ""),
        ("Comparison", analysis.control_group, ""),
        ("Base period", analysis.base_period, f"anticipation: {anticipated}"),
        ("Covariates", _covariates(analysis), f"missing outcomes: {analysis.missing}"),
        ("Weights", analysis.weight or "none", f"clusters: {analysis.cluster or 'municipality'}"),
        ("Level", f"{analysis.level:g}", f"{analysis.draws:,} draws, seed {analysis.seed}"),
        ("Errors of the average effects", chosen, headline_reason(study, analysis)),
    ]


def inference_used(study: Study, analysis: Analysis) -> pd.DataFrame:
    """Which errors each kind of table has, and for how many indicators: the rule looks at the rows that a table shows."""
    used = []
    for by, what in TABLES.items():
        chosen = Counter(str(one.method) for one in headlines(study, analysis, by=by).values())
        if analysis.inference != "rule":
            chosen = Counter({str(analysis.inference): len(study.parameters.estimated)})
        used += [(what, method, f"{n} of {len(study.parameters.estimated)}") for method, n in chosen.items()]
    return pd.DataFrame(used, columns=["Estimates", "Errors", "Indicators"])


def draws_note(analysis: Analysis) -> str:
    """With how many draws the simulated tests were made, what this leaves open in a p-value, and the smallest there can be."""
    draws, own = min(analysis.draws, DRAWS_COMPARED), analysis.draws
    return (
        f"Behind a simulated p (wild, randomization unless all assignments are used) stands ± its simulation error, the square root of "
        f"p (1 - p) / draws: of 0.05 it is {sqrt(0.05 * 0.95 / draws):.2g} here and {sqrt(0.05 * 0.95 / own):.2g} in the headline "
        f"({own:,} draws). Simulated tests beside the headline have {draws:,} draws: none of their p can be below {1 / (draws + 1):g}."
    )


def p_adjustment(study: Study, rows: pd.DataFrame) -> str:
    """How the adjusted p-values of the tidy `rows` were made; nothing when they have none."""
    return adjustment_words(study.parameters.families, rows)


def second_computation(study: Study, analysis: Analysis) -> pd.DataFrame:
    """The static regression of each indicator here, by linearmodels and by statsmodels, and whether they agree."""
    static = replace(analysis, estimator="twfe", control_group="all", base_period="universal", anticipation=0)
    static = replace(static, adjustment="none", covariates=(), window=None)
    return pd.DataFrame([_computed_again(study, static, code) for code in study.parameters.estimated])


def _computed_again(study: Study, static: Analysis, code: str) -> dict[str, Any]:
    label = study.indicator(code)["label"]
    try:
        effects = effects_of(study, static, code, "overall")
    except DesignError as error:
        return {"Indicator": label, "Agreement": f"not made: {error}"}
    estimate, error_here = float(effects.estimate[0]), float(analytic(effects).std_error[0])
    (estimate_again, error_again), third = by_statsmodels(effects), by_linearmodels(effects)
    close = np.allclose([estimate_again, third, error_again], [estimate, estimate, error_here], rtol=10.0**-DIGITS)
    return {
        "Indicator": label,
        "Here": estimate,
        "linearmodels": third,
        "statsmodels": estimate_again,
        "Error here": error_here,
        "Error by statsmodels": error_again,
        "Agreement": f"agree to {DIGITS} digits" if close else "THEY DIFFER: do not use these numbers",
    }


def finest(analysis: Analysis) -> Shown:
    """The finest estimates that the estimator gives."""
    finest: Shown = ESTIMATORS[analysis.estimator].shows[0]
    return finest


def _covariates(analysis: Analysis) -> str:
    return f"{analysis.adjustment}: {', '.join(analysis.covariates)}" if analysis.covariates else "none"


def _flat(name: str, value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401
    if isinstance(value, dict):
        return [pair for key, inner in value.items() for pair in _flat(f"{name}.{key}", inner)]
    return [(name, value)]


def _shown(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return "none"
    if isinstance(value, (list, tuple)):
        return "; ".join(_shown(inner) for inner in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(inner)}" for key, inner in value.items())
    return str(value)
