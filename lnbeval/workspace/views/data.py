"""What files came in, and what is observed."""

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
