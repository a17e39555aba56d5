"""What was fixed in advance, and what is not as planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.workspace.plan import plan_deviations, read_plan
from lnbeval.workspace.plan_values import deviations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnbeval.workspace.plan_values import Deviation
    from lnbeval.workspace.study import Study

NO_PLAN: Final = "No analysis plan of this evaluation is locked: these pages cannot show what was fixed in advance."
AS_PLANNED: Final = (
    "Parameters, definitions of the indicators, the treatment list and the data that were there are those of the plan."
)


def plan_title(study: Study) -> str:
    """When the plan was locked, and how many deviations from it there are."""
    plan = read_plan(study.workspace, study.name)
    if plan is None:
        return "No analysis plan is locked"
    number = len(_now(study))
    counted = "No deviations" if number == 0 else "1 deviation" if number == 1 else f"{number} deviations"
    return f"{counted} from the plan locked on {plan.locked} by {plan.who}"


def plan_rows(study: Study) -> pd.DataFrame:
    """Everything that is not as planned (what, planned, now); below it what each replacement of the plan changed."""
    plan = read_plan(study.workspace, study.name)
    rows = _frame(_now(study))
    if plan is None or not plan.history:
        return rows
    names = study.reference.names.label
    changes = [
        _frame(deviations(old.values, new.values, names)).assign(
            Deviation=f"of the plan itself: replaced on {new.locked} by {new.who}, because: {new.reason}"
        )
        for new, old in zip((plan, *plan.history), plan.history, strict=False)
    ]
    return pd.concat([rows.assign(Deviation="from the plan that holds"), *changes], ignore_index=True)


def plan_absent(study: Study) -> str:
    """What stands in the place of the deviations when there are none."""
    return NO_PLAN if read_plan(study.workspace, study.name) is None else AS_PLANNED


def _now(study: Study) -> tuple[Deviation, ...]:
    return plan_deviations(study.workspace, study.name, study.parameters, study.reference, study.treated["cohort"])


def _frame(found: Iterable[Deviation]) -> pd.DataFrame:
    return pd.DataFrame([(one.name, one.planned, one.now) for one in found], columns=["What", "Planned", "Now"])
