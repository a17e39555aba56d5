"""The parameters of one evaluation: their schema, and every conflict in one message before anything runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lnbeval.design import Adjustment, BasePeriod, ControlGroup, Missing
from lnbeval.errors import ParameterError
from lnbeval.inference import DRAWS, Method
from lnbeval.intake.problems import Problem
from lnbeval.intake.source import Source
from lnbeval.workspace.conflicts import conflicts
from lnbeval.workspace.data_conflicts import conflicts_with_data
from lnbeval.workspace.messages import schema_messages
from lnbeval.workspace.plan import plan_faults
from lnbeval.workspace.safe_values import years_as_numbers
from lnbeval.workspace.yaml_file import read_yaml

if TYPE_CHECKING:
    from lnbeval.reference import Reference
    from lnbeval.workspace.places import Workspace

DEFAULT_SEED: Final = 1  # of what is drawn by chance, where the parameters name none
Text = Annotated[str, Field(min_length=1)]
M = TypeVar("M", bound=BaseModel)
Status = Literal["confirmed", "indirect", "mentioned", "illustrative"]
FamilyMethod = Literal["romano_wolf", "holm", "bonferroni", "bh", "sharpened_q"]


class _Part(BaseModel):
    """Unknown names are refused, nothing is coerced, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Expected(_Part):
    """A planned subset: municipalities that the sources need not hold, and why."""

    missing: Annotated[tuple[Text, ...], Field(min_length=1)]  # codes
    reason: Text


class Data(_Part):
    """What data."""

    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    denominator: str | None = None  # the population series under rates: a column of the municipalities or a variable
    first_period: int | None = None
    last_period: int | None = None
    expected: Expected | None = None  # without it every source must name every municipality


class Phase(_Part):
    """A phase of the programme, and the first period in which what it did can show."""

    phase: int
    first_treated: int
    note: str = ""  # on the page about the treatment


class Treatment(_Part):
    """Who was treated, when: rows of a table that carry phase, status and source."""

    table: Text  # below data/
    status: Annotated[tuple[Status, ...], Field(min_length=1)]
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    announced: Annotated[int, Field(ge=1)] | None = None  # targeted municipalities that the programme speaks of
    others: Text = "Not targeted"  # what the other municipalities are called
    truth: str | None = None  # synthetic data only: the true effects, below data/


class Comparison(_Part):
    """Compared with whom, and by which estimator."""

    estimator: Text = "att_gt"
    control_group: ControlGroup = "never_treated"
    base_period: BasePeriod = "universal"
    anticipation: Annotated[int, Field(ge=0)] = 0
    adjustment: Adjustment = "none"
    missing: Missing = "pairwise"
    covariates: tuple[Text, ...] = ()  # columns of the municipalities, measured before treatment
    window: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=0)]] | None = None  # periods before and after
    within: dict[str, Text] = {}  # for triple_difference: indicator -> the same of the comparison group
    weight: str | None = None  # a column of the municipalities
    cluster: str | None = None  # a column of the municipalities


class Certainty(_Part):
    """How sure."""

    method: Method = "rule"
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    draws: Annotated[int, Field(ge=99)] = DRAWS
    strata: str | None = None  # a column of the municipalities, within which randomization permutes
    cutoff_km: Annotated[float, Field(gt=0)] | None = None  # for conley


class Family(_Part):
    """Indicators whose p-values are adjusted together, because a finding in any of them would be reported."""

    name: Text
    indicators: Annotated[tuple[Text, ...], Field(min_length=1)]  # one alone is a conflict, which says so
    method: FamilyMethod = "romano_wolf"


class Placebo(_Part):
    """A comparison whose true effect is zero: treatment pretended to lie between two periods before it began."""

    base: int
    period: int


class Guess(_Part):
    """What `lnbeval new --from` guessed; asked about until it is changed or confirmed, see `guesses`."""

    name: Text
    why: Text
    table: Literal["", "indicators", "variables"] = ""  # of the evaluation's own definitions; blank: the parameters
    row: str = ""  # of that table
    values: Annotated[dict[str, Any], Field(min_length=1)]  # as guessed, by path or by column


class Parameters(_Part):
    """One evaluation."""

    title: Text
    question: Text
    kind: Literal["official", "exploratory", "check", "synthetic"]
    banner: Text
    estimand: Text  # printed with every finding
    data: Data
    treatment: Treatment
    indicators: Annotated[tuple[Text, ...], Field(min_length=1)]  # that are built; see `estimated`
    design: Comparison = Comparison()
    inference: Certainty = Certainty()
    placebos: tuple[Placebo, ...] = ()
    families: tuple[Family, ...] = ()
    seed: Annotated[int, Field(ge=0)] = DEFAULT_SEED
    guesses: tuple[Guess, ...] = ()

    @property
    def estimated(self) -> tuple[str, ...]:
        """The indicators that are estimated: of those listed, under triple_difference, the ones with a comparison group."""
        if self.design.estimator != "triple_difference":
            return self.indicators
        return tuple(code for code in self.indicators if code in self.design.within)


class Listed(_Part):
    """What is built of an evaluation."""

    notebooks: Annotated[tuple[Text, ...], Field(min_length=1)]


class WorkspaceList(_Part):
    """params/workspace.yaml."""

    evaluations: Annotated[dict[str, Listed], Field(min_length=1)]


def read_parameters(workspace: Workspace, evaluation: str, reference: Reference) -> Parameters:
    """The parameters of `evaluation`.

    Raises ParameterError with every unknown name (and the nearest valid one), wrong type and conflict at once.
    """
    path = workspace.parameters(evaluation)
    raw, _ = years_as_numbers(read_yaml(path))
    parsed, messages = with_schema(raw)
    messages += conflicts(raw, workspace, reference, evaluation)
    messages += plan_faults(workspace, evaluation)
    if messages or parsed is None:
        messages += conflicts_with_data(workspace, evaluation, raw, reference)
        raise ParameterError(_report(f"params/{path.name}", messages))
    return parsed


def parameter_notes(workspace: Workspace, evaluation: str) -> list[Problem]:
    """What was changed or put in place in the parameters on reading, one note each."""
    path = workspace.parameters(evaluation)
    raw, changed = years_as_numbers(read_yaml(path))
    file, do = f"params/{path.name}", "Write it without quotes"
    notes = [Problem(severity="NOTE", file=file, what=what, do=do, rule="year_in_quotes") for what in changed]
    return notes if "seed" in raw else [*notes, _default_seed(file)]


def _default_seed(file: str) -> Problem:
    what = f"seed is not set: everything drawn by chance starts from {DEFAULT_SEED}, the default"
    do = f"The pages and the manifest record it. To fix it for good, write seed: {DEFAULT_SEED}"
    return Problem(severity="NOTE", file=file, what=what, do=do, rule="default_seed")


def with_schema(raw: dict[str, Any]) -> tuple[Parameters | None, list[str]]:
    """The parameters as written, if each has the right type; else what is wrong with them."""
    return _parsed(Parameters, raw)


def read_list(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """Evaluations that are built, and the notebooks of each."""
    parsed, messages = _parsed(WorkspaceList, read_yaml(workspace.list_of_evaluations))
    if parsed is None:
        raise ParameterError(_report("params/workspace.yaml", messages))
    return {name: listed.notebooks for name, listed in parsed.evaluations.items()}


def notebook_parameters(parameters: Parameters, evaluation: str) -> dict[str, Any]:
    """Every value that a notebook may declare as a parameter, by the name it declares it under."""
    return {
        "evaluation": evaluation,
        **parameters.design.model_dump(mode="json", exclude={"within"}),
        "inference": parameters.inference.method,
        "level": parameters.inference.level,
        "draws": parameters.inference.draws,
        "strata": parameters.inference.strata,
        "cutoff_km": parameters.inference.cutoff_km,
        "seed": parameters.seed,
    }


def _parsed(model: type[M], raw: dict[str, Any]) -> tuple[M | None, list[str]]:
    try:
        return model.model_validate_json(
            json.dumps(raw, default=str)
        ), []  # JSON: lists may become tuples, nothing else
    except ValidationError as error:
        return None, schema_messages(error, model)


def _report(name: str, messages: list[str]) -> str:
    count = "1 problem" if len(messages) == 1 else f"{len(messages)} problems"
    return f"{name}: {count}. Nothing was run.\n" + "\n".join(f"  - {message}" for message in messages)
