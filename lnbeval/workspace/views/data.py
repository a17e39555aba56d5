"""What files came in, and what is observed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.workspace.provenance import data_files, file_facts
from lnbeval.workspace.sources_register import OPEN, WRITTEN_HERE, register_lines
from lnbeval.workspace.treatment_checks import table_path
from lnbeval.workspace.views.who import cohort_order

if TYPE_CHECKING:
    from lnbeval.workspace.study import Study

SHOWN: Final = 16  # digits of a fingerprint
ALL: Final = "All municipalities"
ALL_FILES: Final = "All files"
NOT_FILLED_IN: Final = "? (nobody has filled it in)"
RECEIVED: Final = "Received: figures are read from it"
LIST: Final = "The list of who was treated"
UNREAD: Final = "Beside them: no figure of the estimates is read from it"
WRITTEN: Final = "Written here, about these files"
REFERENCE: Final = "Reference tables"
KINDS: Final = (RECEIVED, LIST, UNREAD, WRITTEN, REFERENCE)
SHOWN_ON_PAGES: Final = ("municipalities.csv", "indicators.csv", "variables.csv", "other_programmes.csv", "events.csv")
SPACE: Final = "\N{NO-BREAK SPACE}"


def sources(study: Study) -> pd.DataFrame:
    """The files behind the evaluation, with fingerprints: those received, those written here, and the reference tables shown."""
    workspace = study.workspace
    raw = workspace.raw(study.name).relative_to(workspace.root).as_posix()
    table = table_path(workspace, study.parameters)
    files = data_files(workspace, study.name)
    own = {name for name, _, _ in files}
    beside = dict.fromkeys([table, *(workspace.reference / name for name in SHOWN_ON_PAGES)])
    files += [one for one in file_facts(workspace, filter(Path.is_file, beside)) if one[0] not in own]
    read = {f"{raw}/{source.file}": RECEIVED for source in study.parameters.data.sources}
    kinds = read | {table.relative_to(workspace.root).as_posix(): LIST}
    rows = [(kinds.get(file) or _kind(file, raw), file, size, digest) for file, size, digest in files]
    frame = pd.DataFrame(rows, columns=["What it is", "File", "Bytes", "SHA-256"])
    order = frame["What it is"].map(KINDS.index)
    return frame.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def sources_title(study: Study) -> str:
    """How many files the figures are read from."""
    read = int((sources(study)["What it is"] == RECEIVED).sum())
    return f"The figures come from {read} file{'' if read == 1 else 's'}"


def _kind(file: str, raw: str) -> str:
    """What a file is from which no figure is read."""
    if not file.startswith(f"{raw}/"):
        return REFERENCE
    return WRITTEN if file.removeprefix(f"{raw}/") in WRITTEN_HERE else UNREAD


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
