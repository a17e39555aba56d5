"""The full collection of reference numbers, and which of its records may be committed here."""

from __future__ import annotations

import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
COLLECTION = HERE.parents[2] / "shared" / "golden"
# This project's own synthetic data: may be committed.
OWN = ("sim61a", "sim61b", "simnn_a", "fewcl6", "fewcl8", "fewcl12_one_treated")


def records(folder: Path, family: str) -> list[dict]:
    """The records of one file of the collection."""
    return json.loads((folder / f"{family}.json").read_text(encoding="utf-8"))


def own(found: list[dict]) -> list[dict]:
    """The records on data that are committed here."""
    return [record for record in found if record["data"] in OWN]


def foreign(found: list[dict]) -> list[dict]:
    """The records on data that belong to others, or are large."""
    return [record for record in found if record["data"] not in OWN]


def as_json(found: list[dict]) -> str:
    """One record a line."""
    return "[\n" + ",\n".join(json.dumps(record, separators=(",", ":")) for record in found) + "\n]\n"
