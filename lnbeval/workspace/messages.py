"""What the schema has to say about a parameter file, in words an evaluator can act on."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from pydantic import BaseModel

from lnbeval.hints import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text (put it in quotes)",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a group of `name: value` lines",
    "model_type": "a group of `name: value` lines",
    "dataclass_type": "a group of `name: value` lines",
}

LOGARITHMS = {"transform", "transformation", "log", "logs", "logarithm", "log1p", "ln"}  # as people ask for one
NO_LOGARITHM = (
    " No logarithm is taken: a municipality without the service has zero, log(0) does not exist, and with log(x + 1) the answer "
    "depends on the unit of x. Options: estimate the level as it is; estimate a rate per inhabitant; or deliver a variable that is "
    "1 where there is any and 0 where there is none."
)
WINDOW = "design.window must be two whole numbers, as [3, 2]: periods before treatment, 1 or more, and after its first, 0 or more"


def schema_messages(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One sentence per fault, each with the parameter's full name, what stands there and what may."""
    details = error.errors()
    inner = {detail["loc"][:depth] for detail in details for depth in range(1, len(detail["loc"]))}
    told = [
        detail for detail in details if detail["loc"] not in inner
    ]  # a list is not empty when its members are wrong
    return list(dict.fromkeys(_sentence(detail, model) for detail in told))


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    place, value, kind = detail["loc"], detail["input"], detail["type"]
    name = _name(place)
    if kind in {"extra_forbidden", "unexpected_keyword_argument"}:
        asked = LOGARITHMS.intersection((str(place[-1]), str(value)))
        return f"{name} is not a parameter.{NO_LOGARITHM if asked else _nearest(str(place[-1]), _names_at(model, place[:-1]))}"
    if kind in {"missing", "missing_argument"}:
        return f"{name} is missing."
    if own := _own_words(place, name, value):
        return own
    if kind == "literal_error":
        words = detail["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", ")
        return f"{name} is {_shown(value)}; it must be one of {', '.join(words)}.{did_you_mean(str(value), words)}"
    if kind == "too_short":
        return f"{name} is empty; give at least one."
    if kind == "string_too_short":
        return f"{name} is empty; write something."
    if kind == "value_error":
        return f"{name}: {detail['ctx']['error']}"
    if kind in EXPECTED:
        return f"{name} is {_shown(value)}; it must be {EXPECTED[kind]}{_right_form(kind, value)}."
    return f"{name} is {_shown(value)}; {detail['msg'][0].lower()}{detail['msg'][1:]}."


def _own_words(place: tuple[int | str, ...], name: str, value: Any) -> str:  # noqa: ANN401
    """What is said of the few parameters whose type does not say what they are; blank for all others."""
    if place[1:2] == ("sources",) and "header" in place:
        header = _name(place[: place.index("header") + 1])
        return f"{header} must be the row of the header, as 4, or its rows, as [4, 5]."
    return f"{name} is {_shown(value)}; {WINDOW}." if place[:2] == ("design", "window") else ""


def _right_form(kind: str, value: Any) -> str:  # noqa: ANN401
    """What stands there as it would have to be written, where that can be seen from it."""
    words = value.strip() if isinstance(value, str) else ""
    if kind in {"tuple_type", "list_type"} and words:
        return f", as [{words.strip('[]')}]"
    if kind in {"int_type", "float_type"} and words.lstrip("-").replace(".", "", 1).isdigit():
        return f", without quotes: {words}"
    if kind == "string_type" and isinstance(value, (int, float)):
        return f": '{value}'"
    return ""


def _name(place: Sequence[int | str]) -> str:
    """`data.sources[2].sheet`, counting from one as people do."""
    words = ""
    for step in place:
        words += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return words.lstrip(".") or "the file"


def _shown(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return "empty"
    return f"'{value}' (text)" if isinstance(value, str) else f"{value!r}"


def _nearest(word: str, words: Sequence[str]) -> str:
    return did_you_mean(word, words) or (f" The names here are: {', '.join(words)}." if words else "")


def _names_at(model: type, place: Sequence[int | str]) -> list[str]:
    """The names that are allowed below `place`, walking the schema along it."""
    here: Any = model
    for step in place:
        if isinstance(step, str):
            here = _inside(_fields(here).get(step))
    return list(_fields(here))


def _fields(kind: Any) -> dict[str, Any]:  # noqa: ANN401
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: field.annotation for name, field in kind.model_fields.items()}
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
    return {}


def _inside(annotation: Any) -> Any:  # noqa: ANN401
    """The class that a (possibly nested) annotation is about: of tuple[Annotated[Source, ...], ...] it is Source."""
    if isinstance(annotation, type) and _fields(annotation):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inside(part)) is not None), None)
