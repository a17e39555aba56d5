"""Drafts of files: a source read the ordinary way, or added up where its rows are finer than municipality and year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake.draft import Draft, table_draft
from lnbeval.intake.files.read import read_source
from lnbeval.intake.large.door import is_large
from lnbeval.intake.large.draft import large_draft
from lnbeval.intake.problems import UnreadableError
from lnbeval.intake.table import RawTable

if TYPE_CHECKING:
    from pathlib import Path

    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.source import Source


def file_draft(folder: Path, source: Source, meanings: Meanings) -> Draft:
    """Draft of a source; one that cannot be read gives an empty draft with the problem."""
    path = folder / source.file
    if source.aggregate is not None or is_large(path, source):
        return large_draft(path, source, meanings)
    try:
        table = read_source(path, source, meanings.resolve, meanings.letters)
    except UnreadableError as fault:
        return Draft(table=RawTable(file=source.file, sheet=source.sheet or ""), problems=(fault.problem,))
    return table_draft(table, source, meanings)
