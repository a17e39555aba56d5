"""The locked analysis plan of an evaluation: a file that says what was fixed, when, by whom, and that it is unchanged."""

from __future__ import annotations

import hashlib
import io
import json
import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from lnbeval.errors import DataError, ParameterError
from lnbeval.intake.problems import Problem
from lnbeval.workspace.places import write_text
from lnbeval.workspace.yaml_file import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace
    from lnbeval.workspace.plan_values import Deviation

HEAD: Final = """\
# The analysis plan of {name}, written by `lnbeval plan lock {name}`. It is not edited by hand: the fingerprint would no longer fit.
# `lnbeval plan diff {name}` lists what is different now. Former plans stand below, under history.
"""
WORDS: Final = {  # what parameters are called where nobody looks for them in a file
    "data.denominator": "denominator",
    "data.first_period": "first period",
    "data.last_period": "last period",
    "data.expected_missing": "municipalities expected to be missing",
    "treatment.status": "documents that count for the treatment list",
    "design.estimator": "estimator",
    "design.control_group": "comparison group",
    "design.base_period": "base period",
    "design.anticipation": "periods of anticipation",
    "design.adjustment": "adjustment for covariates",
    "design.missing": "treatment of missing values",
    "design.covariates": "covariates",
    "design.window": "periods around treatment",
    "design.weight": "weights",
    "design.cluster": "clusters",
    "inference.method": "method of inference",
    "inference.level": "level of intervals",
    "inference.draws": "number of draws",
    "inference.strata": "strata of the permutation",
    "inference.cutoff_km": "distance within which errors are related",
}
NAMED: Final = (  # of those that have a name of their own
    (re.compile(r"treatment\.phases\.(.+)"), r"start of phase \1"),
    (re.compile(r"families\.(.+)\.indicators"), r"indicators of the family \1"),
    (re.compile(r"families\.(.+)\.method"), r"adjustment in the family \1"),
)


class Locked(BaseModel):
    """One plan: what was fixed, when, by whom, and why it took the place of the one before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    locked: str  # the day, as 2026-11-22
    who: str
    reason: str = ""  # why the former plan was replaced
    fingerprint: str
    parameters: dict[str, Any]
    definitions: dict[str, dict[str, Any]]
    treated: dict[str, int]
    data: dict[str, dict[str, Any]] = {}  # figures of the reference and files; plans of before did not hold them

    @property
    def values(self) -> dict[str, dict[str, Any]]:
        """What the plan freezes, as `frozen_values` has it."""
        return {
            "parameters": self.parameters,
            "definitions": self.definitions,
            "treated": self.treated,
            "data": self.data,
        }


class Plan(Locked):
    """The plan that holds, and those it replaced, the latest first."""

    evaluation: str
    history: tuple[Locked, ...] = ()


def plan_path(workspace: Workspace, evaluation: str) -> Path:
    """Where the plan of an evaluation lies when it has one."""
    return workspace.root / "params" / "plans" / f"{evaluation}.yaml"


def read_plan(workspace: Workspace, evaluation: str) -> Plan | None:
    """The locked plan of the evaluation; None when it has none.

    Raises ParameterError when the file is not as it was written: a plan that can be edited in silence is none.
    """
    path = plan_path(workspace, evaluation)
    if not path.is_file():
        return None
    remedy = (
        f"A plan is not edited by hand: take the file from version control (git restore params/plans/{path.name}). To change "
        f'the plan, change params/{path.name} and run `lnbeval plan lock {evaluation} --again --reason "..." --who "..."`.'
    )
    try:
        plan = Plan.model_validate(_plain(read_yaml(path)))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ParameterError(
            f"params/plans/{path.name} is not a plan as `lnbeval plan lock` writes it ({place}: {first['msg']}). {remedy}"
        ) from error
    if plan.evaluation != evaluation:
        raise ParameterError(
            f"params/plans/{path.name} is the plan of {plan.evaluation}, not of {evaluation}. {remedy}"
        )
    for one, former in zip((plan, *plan.history), [*(old.fingerprint for old in plan.history), ""], strict=True):
        if one.fingerprint != _fingerprint(evaluation, one, former):
            raise ParameterError(
                f"params/plans/{path.name}: the plan locked on {one.locked} does not fit its fingerprint, so the file was "
                f"changed afterwards. {remedy}"
            )
    return plan


def plan_faults(workspace: Workspace, evaluation: str) -> list[str]:
    """What is wrong with the plan of an evaluation, as a message beside those on its parameters."""
    try:
        read_plan(workspace, evaluation)
    except ParameterError as error:
        return [str(error)]
    return []


def write_plan(
    workspace: Workspace, evaluation: str, values: dict[str, dict[str, Any]], *, who: str, on: str, reason: str = ""
) -> Plan:
    """Lock these values as the plan of the evaluation; a former plan goes into the history."""
    former = read_plan(workspace, evaluation)
    draft = Locked.model_validate({"locked": on, "who": who, "reason": reason, "fingerprint": "", **values})
    digest = _fingerprint(evaluation, draft, "" if former is None else former.fingerprint)
    history = () if former is None else (_alone(former), *former.history)
    plan = Plan.model_validate(
        {**draft.model_dump(), "fingerprint": digest, "evaluation": evaluation, "history": history}
    )
    write_text(plan_path(workspace, evaluation), HEAD.format(name=evaluation) + _yaml(plan))
    return plan


def plan_deviations(
    workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference, cohort: pd.Series
) -> tuple[Deviation, ...]:
    """How the evaluation differs from its plan; nothing when it has none. `cohort` is indexed by code (NaN: not treated)."""
    from lnbeval.workspace.plan_values import deviations, frozen_values  # noqa: PLC0415

    plan = read_plan(workspace, evaluation)
    if plan is None:
        return ()
    now = frozen_values(parameters, reference, cohort, workspace.raw(evaluation))
    return deviations(plan.values, now, reference.names.label)


def plan_warnings(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> list[Problem]:
    """One warning for each deviation from the plan, one for the treatment list; one when an official evaluation has no plan.

    Of a treatment table that cannot be used nothing is said here: what is wrong with it is told where it is used.
    """
    from lnbeval.workspace.treatment import treated_municipalities  # noqa: PLC0415

    plan = read_plan(workspace, evaluation)
    if plan is None:
        return [_official_without(evaluation)] if parameters.kind == "official" else []
    table = workspace.root / "data" / parameters.treatment.table
    try:
        treated = treated_municipalities(table, parameters.treatment, reference)
    except DataError:
        return []
    found = plan_deviations(workspace, evaluation, parameters, reference, treated["cohort"])
    of_list = [one for one in found if one.part == "treatment"]
    return [
        *(_warning(_told(one), one.name, plan) for one in found if one.part != "treatment"),
        *([_warning("; ".join(map(_told, of_list)), "treatment list", plan)] if of_list else []),
    ]


def in_words(name: str) -> str:
    """What a deviation is called on a page: words where there are some for its parameter, else its place in the file."""
    for pattern, words in NAMED:
        found = pattern.fullmatch(name)
        if found:
            return found.expand(words)
    return WORDS.get(name, name)


def _told(deviation: Deviation) -> str:
    return f"{deviation.name}: planned '{deviation.planned}', now '{deviation.now}'"


def _warning(what: str, subject: str, plan: Plan) -> Problem:
    return Problem(
        severity="WARN",
        file=f"params/{plan.evaluation}.yaml",
        what=f"Not as in the analysis plan of {plan.locked}: {what}",
        do="Every page says EXPLORATORY until it is as planned. Where the plan itself is to change: `lnbeval plan lock "
        f"{plan.evaluation} --again`, with the reason",
        rule="plan_deviation",
        subject=subject,
    )


def _official_without(evaluation: str) -> Problem:
    return Problem(
        severity="WARN",
        file=f"params/{evaluation}.yaml",
        what="The evaluation calls itself official (kind), and no analysis plan of it is locked: nobody can see what was "
        "fixed, on which day and by whom",
        do=f"Lock one with `lnbeval plan lock {evaluation}`, or set kind: exploratory",
        rule="official_without_plan",
    )


def _alone(plan: Plan) -> Locked:
    return Locked.model_validate(plan.model_dump(exclude={"evaluation", "history"}))


def _fingerprint(evaluation: str, plan: Locked, former: str) -> str:
    """SHA-256 over values, day, person and reason, and over the fingerprint of the plan before."""
    left_out = {"fingerprint", "evaluation", "history"} | (set() if plan.data else {"data"})
    content = {**plan.model_dump(exclude=left_out), "of": evaluation, "former": former}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _yaml(plan: Plan) -> str:
    from ruamel.yaml import YAML  # noqa: PLC0415

    writer = YAML()
    writer.width = 110
    writer.indent(mapping=2, sequence=4, offset=2)
    values = plan.model_dump(mode="json")
    first = ("evaluation", "locked", "who", "reason", "fingerprint")
    stream = io.StringIO()
    writer.dump(
        {name: values[name] for name in (*first, "parameters", "definitions", "treated", "data", "history")}, stream
    )
    return stream.getvalue()


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Names as words, whatever a reader of YAML takes them for, and days as they are written."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
