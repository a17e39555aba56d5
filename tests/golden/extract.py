"""Make the committed reference numbers from the full collection: `python tests/golden/extract.py [FOLDER]`.

FOLDER is the collection of reference numbers, by default `shared/golden` beside this repository. What is taken is what
the estimators here can meet. Each record keeps what is needed to repeat it. The families that are not listed here are
made by the test that reads them, run as a script.
"""

from __future__ import annotations

import sys
from pathlib import Path

import slim_cohorts
import slim_regressions
from reference_records import COLLECTION, HERE, OWN, as_json, foreign, own
from reference_records import records as _records
from slim_cohorts import group_time_record as _group_time

__all__ = ["COLLECTION", "FAMILIES", "HERE", "OWN", "_group_time", "_records", "as_json", "foreign", "own"]

FAMILIES = {
    "group_time": slim_cohorts.group_time,
    "regression": slim_regressions.regressions,
    "regression_variant": slim_regressions.regression_variants,
    "event_study": slim_regressions.event_studies,
    "event_study_variant": slim_regressions.event_study_variants,
    "jackknife": slim_regressions.jackknives,
    "band": slim_cohorts.bands,
    "sun_abraham": slim_cohorts.sun_abraham,
    "etwfe": slim_cohorts.etwfe,
    "stacked": slim_cohorts.stacks,
    "small_sample": slim_regressions.small_samples,
    "wild_bootstrap": slim_regressions.wild_bootstraps,
    "randomization": slim_regressions.randomizations,
}


def main(folder: Path) -> None:
    """Write one file per family beside this script."""
    for family, take in FAMILIES.items():
        (HERE / f"{family}.json").write_text(as_json(own(take(folder))), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else COLLECTION)
