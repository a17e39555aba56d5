"""Parts of parameters as written, whatever their types: the schema refuses those that are wrong."""

from __future__ import annotations

from typing import Any


def group(raw: dict[str, Any], key: str) -> dict[str, Any]:
    """What stands below a key; nothing where it is no group."""
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def items(raw: dict[str, Any], key: str) -> list[Any]:
    """The items of a list below a key; none where it is no list."""
    value = raw.get(key)
    return value if isinstance(value, list) else []


def sources(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """What each source says."""
    return [source for source in items(group(raw, "data"), "sources") if isinstance(source, dict)]


def starts_of(raw: dict[str, Any]) -> list[int]:
    """The first treated periods of the phases, in order."""
    phases = [row for row in items(group(raw, "treatment"), "phases") if isinstance(row, dict)]
    return sorted({start for row in phases if isinstance(start := row.get("first_treated"), int)})
