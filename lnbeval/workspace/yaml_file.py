"""Parameter files as plain values, read as YAML 1.2: `1e-3` is a number, `no` is a word, `0123` is not octal."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from lnbeval.errors import ParameterError
from lnbeval.hints import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in `path`; ParameterError, with the line, when there is none."""
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    if not path.is_file():
        there = sorted(other.stem for other in path.parent.glob("*.yaml") if other.stem != "workspace")
        raise ParameterError(
            f"There is no {path.parent.name}/{path.name}. The evaluations with parameters are: {', '.join(there) or 'none'}."
            f"{did_you_mean(path.stem, there)} `lnbeval new {path.stem}` makes a new one."
        )
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where is not None else ""
        raise ParameterError(f"{path.parent.name}/{path.name}{line} is not valid YAML: {_what(error)}.") from error
    except UnicodeDecodeError as error:
        raise ParameterError(f"{path.parent.name}/{path.name} is not UTF-8 text. Save it as UTF-8.") from error
    if not isinstance(content, dict):
        raise ParameterError(f"{path.parent.name}/{path.name} must hold `name: value` lines; it holds none.")
    return {str(key): value for key, value in content.items()}


def value_fingerprint(path: Path) -> str:
    """SHA-256 of the values in `path`: a comment or the order of lines changes no result."""
    values = json.dumps(read_yaml(path), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(values.encode()).hexdigest()


def _what(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]
