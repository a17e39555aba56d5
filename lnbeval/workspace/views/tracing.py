"""How the numbers were made and where they come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from lnbeval.errors import DesignError
from lnbeval.estimators import ESTIMATORS
from lnbeval.second_computation import by_linearmodels, by_statsmodels
from lnbeval.spread import analytic
from lnbeval.workspace.analysis import effects_of
from lnbeval.workspace.provenance import provenance

if TYPE_CHECKING:
    from lnbeval.workspace.analysis import Analysis, Shown
    from lnbeval.workspace.study import Study


SAME: Final = 1e-8  # relative: one of them iterates


def fingerprints(study: Study) -> list[tuple[str, str, str]]:
    """Run, data, parameters and code, each with what it is over."""
    facts = provenance(study.workspace, study.name)
    return [
        ("Run", facts["run"], "over the three below; the same run gives the same pages byte for byte"),
        ("Data", facts["data"], "files as received, and the reference tables"),
        ("Parameters", facts["parameters"], f"values in params/{study.name}.yaml"),
        ("Code", facts["code"], f"lnbeval {facts['version']} and the notebooks"),
    ]


def parameter_rows(study: Study) -> pd.DataFrame:
    """Every parameter that changes a number, with its value."""
    groups = study.parameters.model_dump(
        include={"design", "inference", "treatment", "placebos", "families", "seed", "indicators"}
    )
    rows = [(name, _shown(value)) for group, values in groups.items() for name, value in _flat(group, values)]
    rows.append(("data.denominator", _shown(study.parameters.data.denominator)))
    return pd.DataFrame(rows, columns=["Parameter", "Value"])


def method(analysis: Analysis, why: str = "") -> list[tuple[str, str, str]]:
    """Estimator, comparison and inference, with the reason `why` this one: (what, which, note)."""
    anticipated = "none" if analysis.anticipation == 0 else f"{analysis.anticipation} periods"
    return [
        ("Estimator", analysis.estimator, ""),
        ("Comparison", analysis.control_group, ""),
        ("Base period", analysis.base_period, f"anticipation: {anticipated}"),
        ("Covariates", _covariates(analysis), f"missing outcomes: {analysis.missing}"),
        ("Weights", analysis.weight or "none", f"clusters: {analysis.cluster or 'municipality'}"),
        (
            "Errors",
            analysis.inference,
            "; ".join(filter(None, (why, f"level {analysis.level:g}, {analysis.draws} draws, seed {analysis.seed}"))),
        ),
    ]


def second_computation(study: Study, analysis: Analysis) -> pd.DataFrame:
    """The static regression of each indicator here, by linearmodels and by statsmodels, and whether they agree."""
    static = replace(analysis, estimator="twfe", control_group="all", base_period="universal", anticipation=0)
    static = replace(static, adjustment="none", covariates=(), window=None)
    return pd.DataFrame([_computed_again(study, static, code) for code in study.parameters.indicators])


def _computed_again(study: Study, static: Analysis, code: str) -> dict[str, Any]:
    label = study.indicator(code)["label"]
    try:
        effects = effects_of(study, static, code, "overall")
    except DesignError as error:
        return {"Indicator": label, "Agreement": f"not made: {error}"}
    estimate, error_here = float(effects.estimate[0]), float(analytic(effects).std_error[0])
    (estimate_again, error_again), third = by_statsmodels(effects), by_linearmodels(effects)
    close = np.allclose([estimate_again, third, error_again], [estimate, estimate, error_here], rtol=SAME)
    return {
        "Indicator": label,
        "Here": estimate,
        "linearmodels": third,
        "statsmodels": estimate_again,
        "Error here": error_here,
        "Error by statsmodels": error_again,
        "Agreement": f"all to {SAME:g} of their size" if close else "THEY DIFFER: do not use these numbers",
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
