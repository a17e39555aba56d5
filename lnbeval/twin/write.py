"""Write a twin to a folder of raw data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lnbeval.twin.make import make_twin
from lnbeval.twin.workbook import spending_bytes, workbook_bytes

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from lnbeval.reference import Reference


def write_twin(reference: Reference, folder: Path, seed: int) -> list[Path]:
    """Write the raw files, the treatment list, the truth and SOURCES.md; return their paths. Same seed, same bytes."""
    twin = make_twin(reference, np.random.default_rng(seed))
    texts = twin.recipe.texts
    contents = {
        "treatment.csv": _csv(twin.treatment),
        texts["workbook"]: workbook_bytes(twin, reference),
        texts["spending"]: spending_bytes(twin, reference),
        "truth.csv": _csv(twin.truth),
        "truth_att.csv": _csv(twin.truth_att),
        "SOURCES.md": twin.recipe.sources.replace("{seed}", str(seed)).encode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return [_written(folder / name, content) for name, content in contents.items()]


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n").encode()


def _written(path: Path, content: bytes) -> Path:
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(content)
    return draft.replace(path)
