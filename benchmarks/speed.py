"""Times of the package core: `python benchmarks/speed.py`, and against other packages: `python benchmarks/speed.py ratios`.

The first prints seconds, the median of five runs after one that is not counted, each row in a process of its own, so that
peak memory is of that row alone. The second prints how many times longer the fastest other package takes for the same
work, both in this process and in turn. Other packages are optional and are used where they can be imported (PYTHONPATH);
`tests/peers` checks that they give the same numbers.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import math
import os
import resource
import statistics
import subprocess
import sys
import time
import tracemalloc
import warnings
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from lnbeval import (
    NEVER,
    Design,
    Panel,
    aggregate,
    att_gt,
    imputation,
    infer,
    stacked,
    sun_abraham,
    synthetic_did,
    twfe,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Call = Callable[[], object]
    Ours = Callable[[Panel], object]
    Peer = Callable[[pd.DataFrame], object]

PERIODS = np.arange(2013, 2025)
RUNS = 5
DRAWS: Final = 9_999
PLACEBOS: Final = 200
SIZES: Final = (61, 2_000, 20_000, 200_000)
GROWTH: Final = (2_000, 200_000)
PAIRS: Final = 7  # repeats of each call in turn; fewer, but three, where they would take longer than
PATIENCE: Final = 20.0  # seconds for these; of a peer that takes longer alone, the first call at a larger size counts
IN_SIGHT: Final = 5  # a peer this many times slower than the fastest is not run at the next size
NOT_YET: Final = Design(control_group="not_yet_treated")
WINDOW: Final = (4, 3)  # periods before and after treatment that both cohorts have


def panel(n: int) -> Panel:
    """A quarter of the units treated from 2017, a quarter from 2021, the rest never; random walks."""
    quarter = np.arange(n) % 4
    return _panel(np.select([quarter == 0, quarter == 1], [2017.0, 2021.0], NEVER))


def one_cohort(n: int) -> Panel:
    """A third of the units treated from 2017, the rest never."""
    return _panel(np.where(np.arange(n) % 3 == 0, 2017.0, NEVER))


def _panel(cohort: np.ndarray) -> Panel:
    n = len(cohort)
    return Panel(
        units=np.arange(n).astype(object),
        periods=PERIODS,
        outcome=np.random.default_rng(1).normal(size=(n, len(PERIODS))).cumsum(axis=1),
        cohort=cohort,
        covariates=np.empty((n, 0)),
        weight=np.ones(n),
        cluster=np.arange(n).astype(object),
    )


def event_study_with_band(data: Panel) -> object:
    """att_gt, event study, analytic errors and a band of 9,999 draws."""
    return infer(aggregate(att_gt(data, Design()), "event_time"), method="analytic")


def event_study_with_jackknife(data: Panel) -> object:
    """att_gt, event study, jackknife and a band of 9,999 draws."""
    return infer(aggregate(att_gt(data, Design()), "event_time"), method="jackknife")


ROWS = [
    (event_study_with_band, 61),
    (event_study_with_jackknife, 61),
    (event_study_with_band, 2_000),
    (event_study_with_band, 20_000),
    (event_study_with_band, 200_000),
]


def measured(row: int) -> str:
    """One row of the table: what, units, seconds, peak memory."""
    work, n = ROWS[row]
    data = panel(n)
    work(data)
    seconds = [_seconds(lambda: work(replace(data))) for _ in range(RUNS)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"| {work.__doc__.rstrip('.')} | {n:,} | {statistics.median(seconds):.3f} | {peak:,.0f} |"


def _seconds(call: Call) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One kind of work: ours on a panel, that of each peer on its long table, and what is asked for by size."""

    title: str
    ours: Ours
    sizes: tuple[int, ...]
    peers: Mapping[str, Peer] = field(default_factory=dict)
    goal: Mapping[int, str] = field(default_factory=dict)
    data: Callable[[int], Panel] = panel


def rows_of(data: Panel) -> pd.DataFrame:
    """The panel as peers read it: a row for each unit and period, cohort 0 for never treated."""
    n, t = data.outcome.shape
    never = np.isinf(data.cohort)
    frame = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(n), t),
            "year": np.tile(PERIODS, n),
            "y": data.outcome.ravel(),
            "cohort": np.repeat(np.where(never, 0.0, data.cohort).astype(int), t),
            "ever": np.repeat((~never).astype(int), t),
        }
    )
    frame["treated"] = ((frame["cohort"] > 0) & (frame["year"] >= frame["cohort"])).astype(int)
    return frame


def read(frame: pd.DataFrame) -> Panel:
    """The panel from the long table, checks included."""
    return Panel.from_long(frame, unit="unit", period="year", outcome="y", cohort="cohort", never=0)


DIFF_DIFF: Final = {"outcome": "y", "unit": "unit", "time": "year", "first_treat": "cohort"}


def _diff_diff(name: str, *, event_study: bool = True, **options: Any) -> Peer:  # noqa: ANN401
    def fit(frame: pd.DataFrame) -> object:
        import diff_diff  # noqa: PLC0415

        shown = {"aggregate": "event_study"} if event_study else {}
        return getattr(diff_diff, name)(**options).fit(frame, **DIFF_DIFF, **shown)

    return fit


def _diff_diff_synthetic(frame: pd.DataFrame) -> object:
    import diff_diff  # noqa: PLC0415

    model = diff_diff.SyntheticDiD(variance_method="placebo", n_bootstrap=PLACEBOS, seed=1)
    after = [int(t) for t in PERIODS if t >= 2017]
    return model.fit(frame, outcome="y", treatment="ever", unit="unit", time="year", post_periods=after)


def _csdid(frame: pd.DataFrame) -> object:
    from csdid.att_gt import ATTgt  # noqa: PLC0415

    model = ATTgt(
        yname="y", tname="year", idname="unit", gname="cohort", data=frame, control_group=["nevertreated"], biters=DRAWS
    )
    fit = model.fit(est_method="reg", base_period="universal", bstrap=False)
    return fit.aggte(typec="dynamic", bstrap=True, biters=DRAWS, cband=True)


def _moderndid(frame: pd.DataFrame) -> object:
    import moderndid  # noqa: PLC0415

    fit = moderndid.att_gt(
        frame, yname="y", tname="year", idname="unit", gname="cohort", est_method="reg", base_period="universal",
        boot=False, cband=False,
    )  # fmt: skip
    return moderndid.aggte(fit, type="dynamic", boot=True, cband=True, biters=DRAWS, random_state=1)


def _differences(frame: pd.DataFrame) -> object:
    from differences import ATTgt  # noqa: PLC0415

    dated = frame.assign(cohort=frame["cohort"].where(frame["cohort"] > 0)).set_index(["unit", "year"])
    fit = ATTgt(dated, cohort_column="cohort", base_period="universal").fit("y", est_method="reg", progress_bar=False)
    return fit.aggregate("event", boot_iterations=DRAWS, random_state=1)


def _pyfixest_saturated(frame: pd.DataFrame) -> object:
    import pyfixest  # noqa: PLC0415

    fit = pyfixest.event_study(frame, "y", "unit", "year", "cohort", estimator="saturated", cluster="unit")
    return fit.aggregate()


def _pyfixest(frame: pd.DataFrame) -> object:
    import pyfixest  # noqa: PLC0415

    return pyfixest.feols("y ~ treated | unit + year", frame, vcov={"CRV1": "unit"}).tidy()


def _wildboottest(frame: pd.DataFrame) -> object:
    import pyfixest  # noqa: PLC0415
    import wildboottest  # noqa: F401, PLC0415

    fit = pyfixest.feols("y ~ treated + C(unit) + C(year)", frame, vcov={"CRV1": "unit"})
    return fit.wildboottest(param="treated", reps=DRAWS, cluster="unit", seed=1)


def _linearmodels(frame: pd.DataFrame) -> object:
    from linearmodels.panel import PanelOLS  # noqa: PLC0415

    indexed = frame.set_index(["unit", "year"])
    model = PanelOLS(indexed["y"], indexed[["treated"]], entity_effects=True, time_effects=True)
    return model.fit(cov_type="clustered", cluster_entity=True).std_errors


GROUP_TIME: Final = {
    "diff-diff": _diff_diff(
        "CallawaySantAnna", control_group="never_treated", estimation_method="reg", base_period="universal",
        n_bootstrap=DRAWS, seed=1,
    ),
    "csdid": _csdid,
    "moderndid": _moderndid,
    "differences": _differences,
}  # fmt: skip
THREE_TIMES: Final = {2_000: "3 x", 20_000: "3 x"}

COMPARISONS: Final = (
    Comparison(
        title="(1) att_gt, event study, band of 9,999 draws",
        ours=event_study_with_band,
        sizes=SIZES,
        peers=GROUP_TIME,
        goal={61: "10 x", 2_000: "15 x", 20_000: "75 x", 200_000: "75 x"},
    ),
    Comparison(
        title="(2) jackknife of the whole event study", ours=event_study_with_jackknife, sizes=(61,), goal={61: "0.05 s"}
    ),
    Comparison(
        title="(3) randomization on t of the whole event study, 9,999 permutations",
        ours=lambda data: infer(aggregate(att_gt(data, Design()), "event_time"), method="randomization"),
        sizes=(61,),
        goal={61: "2 s"},
    ),
    Comparison(
        title="(4) wild bootstrap of twfe, 9,999 draws; ours with the interval",
        ours=lambda data: infer(twfe(data, Design(control_group="all")), method="wild"),
        sizes=(61,),
        peers={"pyfixest with wildboottest": _wildboottest},
        goal={61: "0.3 s"},
    ),
    Comparison(
        title="(5) imputation, event study",
        ours=lambda data: infer(aggregate(imputation(data, NOT_YET, leads=0), "event_time"), method="analytic"),
        sizes=SIZES,
        peers={"diff-diff": _diff_diff("ImputationDiD")},
        goal=THREE_TIMES,
    ),
    Comparison(
        title="(6) sun_abraham, event study, cr1",
        ours=lambda data: infer(aggregate(sun_abraham(data, Design()), "event_time"), method="cr1"),
        sizes=SIZES,
        peers={"diff-diff": _diff_diff("SunAbraham", event_study=False), "pyfixest": _pyfixest_saturated},
        goal=THREE_TIMES,
    ),
    Comparison(
        title="(7) stacked, event study",
        ours=lambda data: infer(
            stacked(data, Design(control_group="not_yet_treated", window=WINDOW)), method="analytic"
        ),
        sizes=SIZES,
        peers={
            "diff-diff": _diff_diff(
                "StackedDiD", kappa_pre=WINDOW[0], kappa_post=WINDOW[1], control_group="not_yet_treated"
            )
        },
        goal=THREE_TIMES,
    ),
    Comparison(
        title="(8) synthetic_did of one cohort, 200 placebos",
        ours=lambda data: infer(
            aggregate(synthetic_did(data, Design()), "overall"), method="placebo", draws=PLACEBOS
        ),
        sizes=(61, 2_000),
        peers={"diff-diff": _diff_diff_synthetic},
        goal={2_000: "10 x"},
        data=one_cohort,
    ),
    Comparison(
        title="(9) twfe, cr1",
        ours=lambda data: infer(twfe(data, Design(control_group="all")), method="cr1"),
        sizes=SIZES,
        peers={"pyfixest": _pyfixest, "linearmodels": _linearmodels},
    ),
)  # fmt: skip
PACKAGES: Final = ("diff-diff", "csdid", "moderndid", "differences", "pyfixest", "wildboottest", "linearmodels")


def _installed(name: str) -> bool:
    """Whether every package in the name of a peer can be imported."""
    modules = name.replace("-", "_").split(" with ")
    return all(importlib.util.find_spec(module) is not None for module in modules)


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """Seconds of ours on a panel, of ours on the long table, and of each peer, in turn."""

    ours: list[float]
    from_rows: list[float]
    peers: dict[str, list[float]]

    @property
    def fastest(self) -> str:
        """The peer with the smallest median, "" without any."""
        return min(self.peers, key=lambda name: statistics.median(self.peers[name]), default="")

    def times(self, ours: list[float]) -> float:
        """How many times longer the fastest peer takes: the median over pairs, where it was run as often."""
        theirs = self.peers[self.fastest]
        if len(theirs) == len(ours):
            return statistics.median(one / other for one, other in zip(theirs, ours, strict=True))
        return statistics.median(theirs) / statistics.median(ours)

    def in_sight(self) -> list[str]:
        """Peers worth running at the next size."""
        middle = {name: statistics.median(seconds) for name, seconds in self.peers.items()}
        return [name for name in middle if middle[name] <= IN_SIGHT * middle[self.fastest]]


def paired(comparison: Comparison, n: int, peers: list[str]) -> Pairing:
    """Everything in turn, after a first call of each."""
    data = comparison.data(n)
    frame = rows_of(data)
    calls: dict[str, Call] = {
        "panel": lambda: comparison.ours(replace(data)),  # a panel keeps what it has worked out: a new one each time
        "rows": lambda: comparison.ours(read(frame)),
        **{name: _quiet(comparison.peers[name], frame) for name in peers},
    }
    first = {name: _seconds(call) for name, call in calls.items()}
    again = [name for name in calls if first[name] <= PATIENCE or n == comparison.sizes[0]]  # it may have compiled
    rounds = min(PAIRS, max(3, int(PATIENCE / sum(first[name] for name in again))))
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name in again:
            seconds[name].append(_seconds(calls[name]))
    return Pairing(
        ours=seconds["panel"],
        from_rows=seconds["rows"],
        peers={name: seconds[name] or [first[name]] for name in peers},
    )


def _quiet(peer: Peer, frame: pd.DataFrame) -> Call:
    def call() -> object:
        with contextlib.redirect_stdout(io.StringIO()):  # some print their tables
            return peer(frame)

    return call


def ratios(only: str) -> None:
    """The table of ratios, the memory of the first row, and how times grow with the units."""
    warnings.simplefilter("ignore")  # what peers advise is not at issue
    found = [f"{name} {version(name)}" for name in PACKAGES if _installed(name)]
    print(
        f"Other packages: {', '.join(found) or 'none'}. Load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.\n"
    )
    print("| work | units | ours, s | with reading, s | fastest peer | its s | ratio | with reading | goal |")
    print("|---|---:|---:|---:|---|---:|---:|---:|---:|")
    slopes = []
    for comparison in (one for one in COMPARISONS if one.title.startswith(only)):
        peers, middle = [name for name in comparison.peers if _installed(name)], {}
        for n in comparison.sizes:
            made = paired(comparison, n, peers)
            peers, middle[n] = made.in_sight(), statistics.median(made.ours)
            print(_line(comparison, n, made), flush=True)
        if {*GROWTH} <= {*middle}:
            slope = math.log(middle[GROWTH[1]] / middle[GROWTH[0]]) / math.log(GROWTH[1] / GROWTH[0])
            slopes.append(f"{comparison.title.split()[0]} {slope:.2f}")
    print(f"\nlog seconds on log units, {GROWTH[0]:,} to {GROWTH[1]:,}: {', '.join(slopes) or 'not run'}.")
    print(f"Peak memory of (1) at {SIZES[-1]:,} units: {_in_child('memory')} times the data (n t 8 bytes).")
    print(f"Load after: {os.getloadavg()[0]:.1f}.")


def _line(comparison: Comparison, n: int, made: Pairing) -> str:
    columns = [comparison.title, f"{n:,}", *(f"{statistics.median(one):.4f}" for one in (made.ours, made.from_rows))]
    if made.fastest:
        its = statistics.median(made.peers[made.fastest])
        columns += [made.fastest, f"{its:.3f}", *(f"{made.times(one):.1f} x" for one in (made.ours, made.from_rows))]
    else:
        columns += [""] * 4
    return f"| {' | '.join([*columns, comparison.goal.get(n, '')])} |"


def memory() -> float:
    """Peak memory that (1) adds at the largest size, in sizes of the data."""
    data = panel(SIZES[-1])
    event_study_with_band(panel(SIZES[0]))  # modules are loaded
    tracemalloc.start()
    event_study_with_band(data)
    return tracemalloc.get_traced_memory()[1] / data.outcome.nbytes


def _in_child(argument: str) -> str:
    command = [sys.executable, __file__, argument]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main(arguments: list[str]) -> None:
    """Seconds of every row, of one (its number), `ratios` of all work or of one, such as `ratios (5)`, or `memory`."""
    if arguments[:1] == ["ratios"]:
        ratios(arguments[1] if len(arguments) > 1 else "")
    elif arguments == ["memory"]:
        print(f"{memory():.1f}")
    elif arguments:
        print(measured(int(arguments[0])))
    else:
        print("| work | units | median s | peak MB |\n|---|---:|---:|---:|")
        for number in range(len(ROWS)):
            print(_in_child(str(number)))


if __name__ == "__main__":
    main(sys.argv[1:])
