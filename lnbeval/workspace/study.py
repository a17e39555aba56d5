"""An evaluation, opened: what the notebooks ask of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.errors import ParameterError, WorkspaceError
from lnbeval.workspace.definitions import evaluation_reference
from lnbeval.workspace.panel_rows import indicator_panel
from lnbeval.workspace.parameters import read_parameters
from lnbeval.workspace.places import Workspace, find_workspace
from lnbeval.workspace.treatment import cohort_label
from lnbeval.workspace.variables import is_nominal

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import numpy as np

    from lnbeval.panel import Panel
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters

NOMINAL: Final = "nominal"


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """One evaluation's parameters, reference data and panel, as the pipeline left them."""

    name: str
    workspace: Workspace
    reference: Reference
    parameters: Parameters

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Code, name, county, period, cohort (NaN: not treated), status, and one column per indicator."""
        return _table(self.workspace.outputs(self.name) / "panel" / "panel.csv")

    @cached_property
    def treated(self) -> pd.DataFrame:
        """One row per municipality, indexed by code: name, county, cohort, phase, status, source."""
        return _table(self.workspace.outputs(self.name) / "panel" / "treatment.csv").set_index("code")

    @cached_property
    def flow(self) -> dict[str, Any]:
        """How many rows went from the files into the panel."""
        flow: dict[str, Any] = json.loads(
            (self.workspace.outputs(self.name) / "panel" / "flow.json").read_text("utf-8")
        )
        return flow

    def log(self, part: str) -> pd.DataFrame:
        """A part of the import log: counts, names, repaired, set_aside or problems."""
        return _table(self.workspace.outputs(self.name) / "intake" / f"{part}.csv")

    @property
    def cohorts(self) -> pd.Series[str]:
        """What each municipality's cohort is called, by code."""
        last = int(self.rows["period"].max())
        return self.treated["cohort"].map(lambda cohort: cohort_label(cohort, last, self.parameters.treatment.others))

    def indicator(self, code: str) -> dict[Hashable, Any]:
        """The registry's row of an indicator: label, unit, direction, decimals and the rest.

        The units of money at the prices of each year end in "nominal", so that every chart and table says so.
        """
        if code not in self.parameters.indicators:
            raise ParameterError(
                f"'{code}' is not an indicator of {self.name}; it has {', '.join(self.parameters.indicators)}."
            )
        row = self.reference.indicators.loc[code].to_dict()
        if not is_nominal(code, self.reference):
            return row
        return row | {name: f"{row[name]}, {NOMINAL}" for name in ("unit", "effect_unit") if NOMINAL not in row[name]}

    def panel(
        self,
        indicator: str,
        *,
        weight: str | None = None,
        cluster: str | None = None,
        covariates: Sequence[str] = (),
        comparison: str | None = None,
    ) -> Panel:
        """The panel of one indicator; weight, cluster and covariates are columns of the municipalities.

        `comparison` is the indicator of the comparison group within each municipality.
        """
        self.indicator(indicator)
        return indicator_panel(
            self.rows,
            self.reference.municipalities,
            indicator,
            weight=weight,
            cluster=cluster,
            covariates=covariates,
            comparison=comparison,
        )

    def of_units(self, column: str, units: Sequence[str]) -> np.ndarray:
        """A column of the municipalities for these codes, in their order."""
        return self.reference.municipalities[column].loc[list(units)].to_numpy()


def open_study(evaluation: str, workspace: Workspace | None = None) -> Study:
    """The evaluation of that name in the workspace around the current folder.

    Raises ParameterError when its parameters do not hold together, WorkspaceError when the pipeline has not prepared
    its panel.
    """
    here = workspace or find_workspace()
    reference = evaluation_reference(here, evaluation)
    return Study(
        name=evaluation,
        workspace=here,
        reference=reference,
        parameters=read_parameters(here, evaluation, reference),
    )


def _table(path: Any) -> pd.DataFrame:  # noqa: ANN401
    if not path.is_file():
        raise WorkspaceError(f"{path.parent.parent.name} has no {path.name} yet. Run `lnbeval evaluate` first.")
    return pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={"phase": "str"})
