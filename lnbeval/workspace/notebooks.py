"""Notebooks as the pipeline sees them: which parameters they declare, and how they are kept byte for byte the same."""

from __future__ import annotations

import ast
import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from lnbeval.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

KERNEL: Final = {"display_name": "Python 3", "language": "python", "name": "python3"}
ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{6,}")


def declared_parameters(path: Path, known: Collection[str]) -> tuple[str, ...]:
    """Names assigned in the notebook's one `parameters` cell.

    Without such a cell the notebook's own values would silently win over the evaluation's. Raises ParameterError when
    there is not exactly one, it holds anything but assignments, or a name is not among `known`.
    """
    if not path.is_file():
        there = sorted(other.stem for other in path.parent.glob("*.ipynb"))
        raise ParameterError(f"There is no notebook {path.name} in notebooks/. There are: {', '.join(there)}.")
    cells = json.loads(path.read_text("utf-8"))["cells"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    if len(tagged) != 1:
        raise ParameterError(f"{path.name} has {len(tagged)} cells tagged `parameters`; it needs exactly one.")
    names = tuple(_assigned(statement, path.name) for statement in ast.parse("".join(tagged[0]["source"])).body)
    unknown = [name for name in names if name not in known]
    if unknown:
        near = [f"'{name}'{_near(name, known)}" for name in unknown]
        raise ParameterError(f"{path.name} declares parameters that no evaluation gives: {', '.join(near)}.")
    return names


def cleaned(notebook: dict[str, Any], words: Mapping[str, str]) -> str:
    """The executed notebook without what differs between runs: times, random ids, memory addresses, versions.

    In its texts each of `words` is replaced: a notebook that runs for several indicators says "this indicator".
    """
    cells = [_cleaned_cell(cell, number, words) for number, cell in enumerate(notebook["cells"])]
    fixed = {"cells": cells, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(fixed, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def _assigned(statement: ast.stmt, name: str) -> str:
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    if not isinstance(target, ast.Name):
        raise ParameterError(f"{name}: the parameters cell may hold nothing but `name = value` lines.")
    return target.id


def _near(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" (did you mean '{near[0]}'?)" if near else ""


def _cleaned_cell(cell: dict[str, Any], number: int, words: Mapping[str, str]) -> dict[str, Any]:
    tags = cell["metadata"].get("tags", [])
    if cell["cell_type"] == "markdown":
        cell = {**cell, "source": _replaced(cell["source"], words)}
    kept = {**cell, "id": f"cell-{number:02d}", "metadata": {"tags": tags} if tags else {}}
    if cell["cell_type"] == "code":
        kept["outputs"] = [_cleaned_output(output) for output in cell["outputs"]]
    return kept


def _replaced(text: str, words: Mapping[str, str]) -> str:
    for said, meant in words.items():
        text = text.replace(said, meant)
    return text


def _cleaned_output(output: dict[str, Any]) -> dict[str, Any]:
    masked: dict[str, Any] = json.loads(ADDRESS.sub("0x…", json.dumps(output, ensure_ascii=False)))
    return masked
