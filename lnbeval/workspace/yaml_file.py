"""Parameter files as plain values, read as YAML 1.2: `1e-3` is a number, `no` is a word, `0123` is not octal."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from lnbeval.errors import ParameterError
from lnbeval.hints import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

MEND: Final = "Put a text that holds ': ' or begins with a sign in quotes, and indent lines of one list alike"


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in `path`; ParameterError, with the line, when there is none."""
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    if not path.is_file():
        there = sorted(other.stem for other in path.parent.glob("*.yaml") if other.stem != "workspace")
        name = re.sub(r"[^a-z0-9]+", "_", path.stem.casefold()).strip("_")
        new = f" `lnbeval new {name}` makes a new one." if re.fullmatch(r"[a-z].*", name) else ""
        listed = (
            f" If it is gone for good, take {path.stem} out of {path.parent.name}/workspace.yaml, too."
            * _is_listed(path)
        )
        raise ParameterError(
            f"There is no {path.parent.name}/{path.name}. The evaluations with parameters are: {', '.join(there) or 'none'}."
            f"{did_you_mean(path.stem, there)}{new}{listed}"
        )
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where is not None else ""
        raise ParameterError(
            f"{path.parent.name}/{path.name}{line} is not valid YAML: {_what(error)}. {MEND}."
        ) from error
    except UnicodeDecodeError as error:
        raise ParameterError(f"{path.parent.name}/{path.name} is not UTF-8 text. Save it as UTF-8.") from error
    if not isinstance(content, dict):
        raise ParameterError(f"{path.parent.name}/{path.name} must hold `name: value` lines; it holds none.")
    return {str(key): value for key, value in content.items()}


def _is_listed(path: Path) -> bool:
    listing = path.with_name("workspace.yaml")
    return (
        listing.is_file()
        and re.search(rf"^\s+{re.escape(path.stem)}:", listing.read_text("utf-8"), re.MULTILINE) is not None
    )


def value_fingerprint(path: Path) -> str:
    """SHA-256 of the values in `path`: a comment or the order of lines changes no result."""
    values = json.dumps(read_yaml(path), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(values.encode()).hexdigest()


def _what(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]
