"""How the numbers were made and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from lnbeval.estimators import ESTIMATORS
from lnbeval.workspace.provenance import provenance

if TYPE_CHECKING:
    from lnbeval.workspace.analysis import Analysis, Shown
    from lnbeval.workspace.study import Study


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
    groups = study.parameters.model_dump(include={"design", "inference", "treatment", "placebos", "seed", "indicators"})
    rows = [(name, _shown(value)) for group, values in groups.items() for name, value in _flat(group, values)]
    rows.append(("data.denominator", _shown(study.parameters.data.denominator)))
    return pd.DataFrame(rows, columns=["Parameter", "Value"])


def method(analysis: Analysis) -> list[tuple[str, str, str]]:
    """Estimator, comparison and inference: (what, which, note)."""
    anticipated = "none" if analysis.anticipation == 0 else f"{analysis.anticipation} periods"
    return [
        ("Estimator", analysis.estimator, ""),
        ("Comparison", analysis.control_group, ""),
        ("Base period", analysis.base_period, f"anticipation: {anticipated}"),
        ("Covariates", analysis.adjustment, f"missing outcomes: {analysis.missing}"),
        ("Weights", analysis.weight or "none", f"clusters: {analysis.cluster or 'municipality'}"),
        (
            "Errors",
            analysis.inference,
            f"level {analysis.level:g}, {analysis.draws} draws for bands, seed {analysis.seed}",
        ),
    ]


def finest(analysis: Analysis) -> Shown:
    """The finest estimates that the estimator gives."""
    finest: Shown = ESTIMATORS[analysis.estimator].shows[0]
    return finest


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
