"""Names in parameters that are written as nothing: neither given nor left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lnbeval.workspace.raw_parts import group, items

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES: Final = ("file", "sheet", "unit", "unit_codes", "county", "period", "encoding")  # of a source


def empty_names(raw: dict[str, Any]) -> Iterator[str]:
    """A sentence on each name of a source, or of the file of true effects, that is blank; `raw` are parameters as written."""
    for number, source in enumerate(items(group(raw, "data"), "sources"), start=1):
        for place, value in _named(source):
            if isinstance(value, str) and not value.strip():
                yield f"data.sources[{number}].{place} is empty; name it, or leave the line out."
    treatment = raw.get("treatment")
    if isinstance(treatment, dict) and treatment.get("truth") == "":
        yield "treatment.truth is empty; name the file, or leave the line out."


def _named(source: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """What a source says, its columns one by one."""
    if not isinstance(source, dict):
        return
    yield from ((key, value) for key, value in source.items() if key in NAMES)
    columns = source.get("columns")
    if isinstance(columns, dict):
        yield from ((f"columns.{name}", header) for name, header in columns.items())
