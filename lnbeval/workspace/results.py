"""One tidy results file and one file of metrics per evaluation, from what its pages show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from lnbeval.errors import DataError
from lnbeval.table import COLUMNS, KEYS, MIME, from_records, rounded, to_csv
from lnbeval.workspace.places import write_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from lnbeval.workspace.pages import Page
    from lnbeval.workspace.places import Workspace

HEADLINE = ("estimate", "std_error", "conf_low", "conf_high", "p_value")


def write_results(workspace: Workspace, evaluation: str, pages: Sequence[Page]) -> pd.DataFrame:
    """Collect every row that an exhibit of the pages carries into results.csv, and the main ones into metrics.json.

    Raises DataError when two pages show different numbers for the same estimate.
    """
    folder = workspace.outputs(evaluation)
    results = collected([folder / "pages" / f"{page.name}.ipynb" for page in pages])
    flow = json.loads((folder / "panel" / "flow.json").read_text("utf-8"))
    write_text(folder / "results.csv", to_csv(results))
    write_text(folder / "metrics.json", json.dumps(_metrics(results, flow), indent=1, sort_keys=True) + "\n")
    return results


def collected(notebooks: Sequence[Path]) -> pd.DataFrame:
    """The rows of all exhibits, each estimate once, in the order in which the pages show them."""
    records = [record for path in notebooks for record in _records(path)]
    table = from_records(records).drop_duplicates(ignore_index=True)
    twice = table.duplicated(subset=list(KEYS), keep=False)
    if twice.any():
        row = table[twice].iloc[0]
        named = ", ".join(f"{key} {row[key]}" for key in KEYS if not pd.isna(row[key]) and row[key] != "")
        raise DataError(
            f"Two pages show different numbers for the same estimate ({named}). They must use the same parameters."
        )
    return table


def _records(path: Path) -> Iterator[dict[str, Any]]:
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            for record in output.get("data", {}).get(MIME, []):
                yield {name: record.get(name) for name in COLUMNS}


def _metrics(results: pd.DataFrame, flow: dict[str, Any]) -> dict[str, Any]:
    """What `dvc metrics diff` compares: the overall effect of each indicator, its placebos, and the flow of rows."""
    overall = results[results["aggregation"] == "overall"]
    effects: dict[str, dict[str, Any]] = {}
    for row in overall.to_dict("records"):
        values = {key: None if pd.isna(row[key]) else rounded(float(row[key])) for key in HEADLINE}
        about = {key: row[key] for key in ("estimator", "unit", "status")}
        effects.setdefault(row["indicator"], {})[row["scenario"] or "overall"] = {
            **values,
            **about,
            "n_treated": int(row["n_treated"]) if pd.notna(row["n_treated"]) else 0,
        }
    return {"effects": effects, "flow": flow, "rows_of_results": len(results)}
