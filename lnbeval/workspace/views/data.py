"""What data came in, what was set aside, and what is observed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.workspace.provenance import data_files

if TYPE_CHECKING:
    from lnbeval.workspace.study import Study

SHOWN: Final = 16  # digits of a fingerprint


def sources(study: Study) -> pd.DataFrame:
    """The files as received, with their fingerprints."""
    files = data_files(study.workspace, study.name)
    return pd.DataFrame(files, columns=["File", "Bytes", "SHA-256"])


def short_digest(digest: str) -> str:
    """The first digits of a fingerprint, as a table shows it; its download has all of them."""
    return f"{digest[:SHOWN]}…"


def flow_rows(study: Study) -> pd.DataFrame:
    """From rows in the files to observations of each indicator."""
    flow = study.flow
    steps: list[tuple[str, int]] = [
        ("Rows read from the files", flow["rows_read"]),
        ("Rows set aside (each with its reason below)", flow["rows_set_aside"]),
        ("Rows used", flow["rows_used"]),
        ("Cells read", flow["cells_read"]),
        ("Cells not reported", flow["cells_missing"]),
        ("Cells that hold a bound or a range, not a figure", flow["cells_bounded"]),
        ("Cells set aside", flow["cells_set_aside"]),
        ("Cells used", flow["cells_used"]),
        ("Cells read after conversion (decimal comma, thousands mark, unit word)", len(study.log("repaired"))),
        ("Municipality-years in the panel", flow["municipality_years"]),
    ]
    steps += [(f"Observed: {study.indicator(code)['label']}", count) for code, count in flow["observed"].items()]
    return pd.DataFrame(steps, columns=["Step", "Count"])


def flow_title(study: Study) -> str:
    """Rows read, used and set aside."""
    flow = study.flow
    rows = f"{flow['rows_read']:,} rows read: {flow['rows_used']:,} used, {flow['rows_set_aside']:,} set aside"
    return f"{rows}; {flow['cells_set_aside']:,} single cells set aside" if flow["cells_set_aside"] else rows


def set_aside(study: Study) -> pd.DataFrame:
    """Why rows and cells were set aside, counted."""
    log = study.log("set_aside")
    if log.empty:
        return pd.DataFrame({"File": ["none"], "Reason": ["nothing was set aside"], "Count": [0]})
    counts = log.fillna("").groupby(["file", "sheet", "reason"], sort=False).size().reset_index(name="Count")
    return counts.rename(columns={"file": "File", "sheet": "Sheet", "reason": "Reason"})


def observed(study: Study) -> pd.DataFrame:
    """Municipalities observed, for each indicator (row) and period (column)."""
    counts = study.rows.groupby("period")[list(study.parameters.indicators)].count().T
    counts.index = pd.Index([study.indicator(code)["label"] for code in counts.index], name="indicator")
    return counts


def coverage(study: Study) -> pd.DataFrame:
    """Share of municipalities observed, for each indicator (row) and period (column)."""
    return observed(study) / len(study.reference.municipalities)


def coverage_title(study: Study) -> str:
    """How much of what could be observed is."""
    share = coverage(study).to_numpy().mean()
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}% of values are observed, over all indicators"


def spellings(study: Study) -> pd.DataFrame:
    """Municipality names that were written otherwise than in the reference, and what they were read as."""
    log = study.log("names")
    names = study.reference.municipalities["name"]
    log = log.assign(name=log["code"].map(names))
    other = log[(log["how"] != "code") & (log["written"] != log["name"])]
    if other.empty:
        return pd.DataFrame({"Written": ["none: every name or code is as in the reference"]})
    counted = other.groupby(["written", "name", "how"], sort=True)["rows"].sum().reset_index()
    return counted.rename(columns={"written": "Written", "name": "Read as", "how": "Known as", "rows": "Rows"})


def notes(study: Study) -> pd.DataFrame:
    """What the import noted without stopping."""
    log = study.log("problems").fillna("")
    columns = {"severity": "Severity", "file": "File", "sheet": "Sheet", "what": "What", "do": "What to do"}
    if log.empty:
        return pd.DataFrame({"Severity": ["none"], "What": ["nothing was noted"]})
    return log[list(columns)].rename(columns=columns).astype(str)
