"""What files came in, and what is observed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.workspace.provenance import data_files
from lnbeval.workspace.sources_register import OPEN, register_lines
from lnbeval.workspace.views.who import cohort_order

if TYPE_CHECKING:
    from lnbeval.workspace.study import Study

SHOWN: Final = 16  # digits of a fingerprint
ALL: Final = "All municipalities"
ALL_FILES: Final = "All files"
NOT_FILLED_IN: Final = "? (nobody has filled it in)"
SPACE: Final = "\N{NO-BREAK SPACE}"


def sources(study: Study) -> pd.DataFrame:
    """The files as received, with their fingerprints."""
    files = data_files(study.workspace, study.name)
    return pd.DataFrame(files, columns=["File", "Bytes", "SHA-256"])


def short_digest(digest: str) -> str:
    """The first digits of a fingerprint, as a table shows it; its download has all of them."""
    return f"{digest[:SHOWN]}…"


def source_register(study: Study) -> pd.DataFrame:
    """What the register of sources says: File (or all of them), What, As the register says."""
    said = register_lines(study.workspace.raw(study.name))
    rows = [(file or ALL_FILES, what, NOT_FILLED_IN if text == OPEN else text) for file, what, text in said]
    return pd.DataFrame(rows, columns=["File", "What", "As the register says"], dtype="str")


def observed(study: Study) -> pd.DataFrame:
    """Municipalities observed, for each indicator and group of municipalities (rows) and period (column)."""
    groups = _groups(study)
    parts = {
        (study.indicator(code)["label"], name): study.rows[study.rows["code"].isin(members)]
        .groupby("period")[code]
        .count()
        .reindex(sorted(study.rows["period"].unique()), fill_value=0)
        for code in study.parameters.indicators
        for name, members in groups.items()
    }
    counts = pd.DataFrame(parts).T.rename_axis(columns="period")
    return counts.rename_axis(index=["indicator", "group"])


def coverage(study: Study) -> pd.DataFrame:
    """Share of the municipalities of each group observed, for each indicator and group (rows) and period (column)."""
    counts, groups = observed(study), _groups(study)
    sizes = [len(groups[str(name)]) for name in counts.index.get_level_values("group")]
    return counts.div(sizes, axis=0)


def coverage_title(study: Study) -> str:
    """How much of what could be observed is; all of it only where nothing is missing."""
    there = int(study.rows[list(study.parameters.indicators)].count().sum())
    possible = len(study.rows) * len(study.parameters.indicators)
    if there == possible:
        return f"All {possible:,} values are observed, over all indicators"
    missing = possible - there
    verb = "value is" if missing == 1 else "values are"
    share = min(max(round(100 * there / possible), 1), 99)
    about = "more than " if 100 * there / possible > share else "less than " if 100 * there / possible < share else ""
    return f"{missing:,} of {possible:,} {verb} missing, over all indicators: {about}{share}{SPACE}% are observed"


def _groups(study: Study) -> dict[str, pd.Index]:
    """The codes of each group, all first, then the cohorts as the pages list them; the name says how many they are."""
    every = {ALL: study.cohorts.index} | {
        name: study.cohorts.index[study.cohorts == name] for name in cohort_order(study)
    }
    return {f"{name} ({len(members)})": members for name, members in every.items()}
