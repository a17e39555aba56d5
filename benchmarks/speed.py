"""Times of the package core, in this process: `python benchmarks/speed.py`.

Each row is the median of five runs after one that is not counted; peak memory is of a process that does only that row.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from lnbeval import NEVER, Design, Panel, aggregate, att_gt, infer

if TYPE_CHECKING:
    from collections.abc import Callable

PERIODS = np.arange(2013, 2025)
RUNS = 5


def panel(n: int) -> Panel:
    """A quarter of the units treated from 2017, a quarter from 2021, the rest never; random walks."""
    quarter = np.arange(n) % 4
    return Panel(
        units=np.arange(n).astype(object),
        periods=PERIODS,
        outcome=np.random.default_rng(1).normal(size=(n, len(PERIODS))).cumsum(axis=1),
        cohort=np.select([quarter == 0, quarter == 1], [2017.0, 2021.0], NEVER),
        covariates=np.empty((n, 0)),
        weight=np.ones(n),
        cluster=np.arange(n).astype(object),
    )


def event_study_with_band(n: int) -> Callable[[], object]:
    """att_gt, event study, analytic errors and a band of 9,999 draws."""
    data = panel(n)
    return lambda: infer(aggregate(att_gt(data, Design()), "event_time"), method="analytic")


def event_study_with_jackknife(n: int) -> Callable[[], object]:
    """att_gt, event study, jackknife and a band of 9,999 draws."""
    data = panel(n)
    return lambda: infer(aggregate(att_gt(data, Design()), "event_time"), method="jackknife")


ROWS = [
    (event_study_with_band, 61),
    (event_study_with_jackknife, 61),
    (event_study_with_band, 2_000),
    (event_study_with_band, 20_000),
    (event_study_with_band, 200_000),
]


def measured(row: int) -> str:
    """One row of the table: what, units, seconds, peak memory."""
    make, n = ROWS[row]
    work = make(n)
    work()
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"| {make.__doc__.rstrip('.')} | {n:,} | {statistics.median(seconds):.3f} | {peak:,.0f} |"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(measured(int(sys.argv[1])))
    else:
        print("| work | units | median s | peak MB |\n|---|---:|---:|---:|")
        for number in range(len(ROWS)):
            print(
                subprocess.run(
                    [sys.executable, __file__, str(number)], check=True, capture_output=True, text=True
                ).stdout,
                end="",
            )
