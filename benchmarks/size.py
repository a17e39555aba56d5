"""How often each method rejects a true null, and covers an effect: `python benchmarks/size.py`.

One row of `size.csv` for each situation, estimator and method; rows that are there are kept, so a run that was cut short
goes on where it stopped. `size.md` is made of the rows in the end, or alone by `python benchmarks/size.py table`.

Rejected is the share of draws without any effect in which the null is rejected at 5 percent; covered the share of draws with an
effect that grows over the treated periods in which the 95 percent interval holds what the estimator makes of that effect.
"""

from __future__ import annotations

import csv
import importlib
import sys
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import special
from size_maps import (
    COUNTIES,
    PERIODS,
    N,
    Sample,
    T,
    assert_same,
    assert_same_conley,
    maps,
    neighbours,
    permutation_p_values,
    references,
    wild_p_values,
)
from size_table import write_table

from lnbeval import spread
from lnbeval.synthetic_weights import best_unit_weights, best_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lnbeval.effects import Effects
    from lnbeval.panel import Floats
    from lnbeval.synthetic_blocks import Block

DRAWS: Final = 20_000  # of the methods with a t reference
FEWER: Final = 8_000  # for estimators other than the two looked at most closely
RESAMPLED: Final = 4_000  # of those that compare with draws of their own, and of synthetic_did
PERMUTED: Final = 199  # with the observed assignment 200: 5 percent of them is a whole number, so the test can be exact
SIGNS: Final = 399
PLACEBOS: Final = 199
CHUNK: Final = 2_000
LEVEL: Final = 0.95
EFFECT: Final = 0.2  # of an error's standard deviation, in the first treated period; as much more in each later one
RESULTS: Final = Path(__file__).with_name("size.csv")
COLUMNS: Final = (
    "situation", "estimator", "method", "draws", "rejected", "rejected_se", "covered", "covered_se", "ratio", "df", "length",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Units by cohort, and the errors that they have."""

    name: str
    sample: Sample
    noisier: float = 1.0  # standard deviation of the treated units' errors, relative to the others'
    errors: str = "normal"  # normal, t4, ar1, county

    def outcomes(self, draws: int, *, stream: int) -> Floats:
        """Outcomes without effect, (draws, n, t). Unit and period effects would fall out of every estimate."""
        rng = np.random.default_rng([zlib.crc32(self.name.encode()), stream])
        e = rng.standard_t(4, (draws, N, T)) / np.sqrt(2) if self.errors == "t4" else rng.normal(size=(draws, N, T))
        if self.errors == "ar1":
            for t in range(1, T):
                e[:, :, t] = 0.6 * e[:, :, t - 1] + 0.8 * e[:, :, t]
        if self.errors == "county":
            e = np.sqrt(0.7) * e + np.sqrt(0.3) * rng.normal(size=(draws, COUNTIES, T))[:, self.sample.county]
        return np.asarray(e * np.where(np.isfinite(self.sample.cohort), self.noisier, 1.0)[:, None])

    @property
    def effect(self) -> Floats:
        """An effect that grows with every treated period, (n, t)."""
        since = np.where(np.isfinite(self.sample.cohort), self.sample.cohort, PERIODS[-1] + 1)[:, None]
        return np.asarray(EFFECT * np.maximum(PERIODS - since + 1, 0.0))


MANY, FEW, TWO = Sample(sizes=(15, 17, 29)), Sample(sizes=(5, 10, 46)), Sample(sizes=(2, 0, 59))
SITUATIONS: Final = [
    Situation(name="15/17/29", sample=MANY),
    Situation(name="15/17/29, treated noisier", sample=MANY, noisier=2),
    Situation(name="15/17/29, t4", sample=MANY, errors="t4"),
    Situation(name="15/17/29, AR(1)", sample=MANY, errors="ar1"),
    Situation(name="15/17/29, county shocks, not clustered", sample=MANY, errors="county"),
    Situation(
        name="15/17/29, county shocks, clustered", sample=Sample(sizes=(15, 17, 29), clusters="county"), errors="county"
    ),
    Situation(
        name="3/3/6 counties treated as wholes, clustered",
        sample=Sample(sizes=(3, 3, 6), clusters="whole"),
        errors="county",
    ),
    Situation(name="5/10/46", sample=FEW),
    Situation(name="5/10/46, treated noisier", sample=FEW, noisier=2),
    Situation(name="5/10/46, treated calmer", sample=FEW, noisier=0.5),
    Situation(name="5/10/46, t4", sample=FEW, errors="t4"),
    Situation(name="5/10/46, AR(1)", sample=FEW, errors="ar1"),
    Situation(name="5/10/46, treated noisier, AR(1)", sample=FEW, noisier=2, errors="ar1"),
    Situation(name="15/17/29, weighted", sample=Sample(sizes=(15, 17, 29), weighted=True)),
    Situation(name="5/10/46, weighted", sample=Sample(sizes=(5, 10, 46), weighted=True)),
    Situation(name="2/59", sample=TWO),
    Situation(name="2/59, treated noisier", sample=TWO, noisier=2),
]
SMALL: Final = [
    Situation(name=f"{'/'.join(str(m) for m in sizes if m)}{words}", sample=Sample(sizes=sizes), noisier=noisier)
    for sizes in ((3, 0, 58), (4, 0, 57), (5, 0, 56), (6, 0, 55), (8, 0, 53), (1, 14, 46), (2, 13, 46))
    for words, noisier in (("", 1.0), (", treated noisier", 2.0))
]
LARGE: Final = Situation(name="100/100/200", sample=Sample(sizes=(100, 100, 200)))
FOCUS: Final = ("att_gt", "twfe")
OTHERS: Final = ("att_gt dr", "imputation", "sun_abraham", "etwfe", "stacked", "local_projections")
WHOLE: Final = "3/3/6 counties treated as wholes, clustered"  # for FOCUS only
SYNTHETIC_IN: Final = (
    "15/17/29", "15/17/29, treated noisier", "15/17/29, t4", "15/17/29, AR(1)", "5/10/46", "5/10/46, treated noisier",
    "5/10/46, t4", "5/10/46, AR(1)", "5/10/46, treated noisier, AR(1)", "2/59", "2/59, treated noisier",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Tally:
    """For each draw: is the null of no effect rejected, is the effect covered; and errors in standard deviations of the estimate."""

    rejected: Floats
    covered: Floats
    ratio: float = np.nan  # root of the mean variance
    df: float = np.nan  # median
    length: float = np.nan  # median length of the interval


def by_t(situation: Situation, name: str) -> dict[str, Tally]:
    """Methods with a t reference: the package's own, and others that it might have."""
    made, effect = maps(situation.sample, name), situation.effect.ravel()
    shift = {method: (scores @ effect)[:, None] for method, scores in made.scores.items()}
    parts: dict[str, list[Floats]] = {}
    for stream in range((DRAWS if name in FOCUS else FEWER) // CHUNK):
        y = situation.outcomes(CHUNK, stream=stream).reshape(CHUNK, -1).T
        error = made.estimate @ y  # of the estimate, with effect and without
        scores = {method: coefficients @ y for method, coefficients in made.scores.items()}
        without = references(made, scores)
        with_it = references(made, {method: scores[method] + shift[method] for method in scores})
        for method, (variance, df) in without.items():
            half, other = _quantile(df) * np.sqrt(variance), _quantile(with_it[method][1]) * np.sqrt(with_it[method][0])
            row = np.array([np.abs(error) > half, np.abs(error) <= other, error, variance, df, 2 * half])
            parts.setdefault(method, []).append(row)
    return {method: _tally(np.hstack(rows)) for method, rows in parts.items()}


def _quantile(df: Floats) -> Floats:
    different = df[:1] if (df == df[0]).all() else df
    return np.broadcast_to(special.stdtrit(different, 0.5 + LEVEL / 2), df.shape)


def _tally(rows: Floats) -> Tally:
    rejected, covered, error, variance, df, length = rows
    sd = error.std()
    return Tally(
        rejected=rejected,
        covered=covered,
        ratio=float(np.sqrt(variance.mean()) / sd),
        df=float(np.median(df)),
        length=float(np.median(length) / sd),
    )


def wild(situation: Situation, name: str) -> dict[str, Tally]:
    """The wild bootstrap with the null imposed, of zero without effect and of the truth with it."""
    made = maps(situation.sample, name)
    y, effect = situation.outcomes(RESAMPLED, stream=0).reshape(RESAMPLED, -1).T, situation.effect.ravel()[:, None]
    error = made.estimate @ y
    rng = np.random.default_rng(5)

    def signs() -> Iterator[Floats]:
        while True:
            yield 1.0 - 2.0 * rng.integers(0, 2, (SIGNS, len(made.kappa)))

    p, of_truth = (wild_p_values(made, outcome, error, signs()) for outcome in (y, y + effect))
    return {"wild": Tally(rejected=p <= 1 - LEVEL, covered=of_truth > 1 - LEVEL)}


def randomization(situation: Situation, name: str) -> dict[str, Tally]:
    """Permuted cohorts, of zero without effect and of a constant effect with it, taken off the outcomes of the treated."""
    made = maps(situation.sample, name)
    y, effect = situation.outcomes(RESAMPLED, stream=0).reshape(RESAMPLED, -1).T, situation.effect.ravel()[:, None]
    treated = situation.sample.treated.ravel()[:, None]
    rest = effect - treated * (made.estimate @ effect) / (made.estimate @ treated)
    rng = np.random.default_rng(5)

    def labels() -> Iterator[Floats]:
        for _ in range(RESAMPLED):
            yield rng.permuted(np.tile(made.cohort, (PERMUTED, 1)), axis=1)

    p, of_truth = (permutation_p_values(made, outcome, labels()) for outcome in (y, y + rest))
    return {"randomization": Tally(rejected=p <= 1 - LEVEL, covered=of_truth > 1 - LEVEL)}


def conley(situation: Situation, name: str) -> dict[str, Tally]:
    """Spatial errors with a normal reference; a variance that is not positive rejects nothing and covers nothing."""
    sample = situation.sample
    assert_same_conley(sample, name)
    made, kernel = maps(sample, name), neighbours(sample.places)
    y, effect = situation.outcomes(FEWER, stream=0).reshape(FEWER, -1).T, situation.effect.ravel()[:, None]
    error, score, moved = made.estimate @ y, made.influence @ y / N, made.influence @ effect / N
    half, other = (
        special.ndtri(0.5 + LEVEL / 2) * np.sqrt(np.maximum((s * (kernel @ s)).sum(axis=0), 0.0))
        for s in (score, score + moved)
    )
    return {"conley": Tally(rejected=(np.abs(error) > half) & (half > 0), covered=np.abs(error) <= other)}


RESAMPLING: Final = {"conley": conley, "wild": wild, "randomization": randomization}


def synthetic(situation: Situation) -> dict[str, Tally]:
    """synthetic_did, one draw after the other. An effect that is the same for a cohort moves it by that much and no error."""
    module = importlib.import_module("lnbeval.estimators.synthetic_did")
    # On pure noise the steps of R take a second to where the optimum is at once, within a hundredth of the error.
    module.unit_weights, module.time_weights = _best_units, _best_times
    made, rng, found = (
        maps(situation.sample, "att_gt"),
        np.random.default_rng(7),
        [],
    )  # whose clusters and cohorts these are
    for y in situation.outcomes(RESAMPLED, stream=0):
        effects = situation.sample.effects("synthetic_did", y)
        rows = {word: (float(V[0]), float(df[0])) for word, (V, df) in references(made, _scores(effects)).items()}
        if sum(situation.sample.sizes[:2]) < situation.sample.sizes[2]:
            rows["placebo"] = float(effects.own_draws["placebo"](PLACEBOS, rng).var()), np.inf
        found.append({method: [effects.estimate[0], *row] for method, row in rows.items()})
    tallies = {}
    for method in found[0]:
        error, variance, df = np.array([row[method] for row in found]).T
        half = _quantile(df) * np.sqrt(variance)
        rejected = np.abs(error) > half
        tallies[method] = _tally(np.array([rejected, ~rejected, error, variance, df, 2 * half]))
    return tallies


def _scores(effects: Effects) -> dict[str, Floats]:
    scores = {method: spread.METHODS[method](effects).scores for method in ("analytic", "cr1")}
    return scores | {"jackknife": (effects.reweighted(1.0 - np.eye(N))[:, 0] - effects.estimate[0])[:, None]}


def _best_units(block: Block) -> Floats:
    target = block.treated_outcome[:, block.before].mean(axis=0)
    ones = np.ones((1, len(block.controls)))
    return np.asarray(best_unit_weights(block.unit_paths.T, (target - target.mean())[None], block.unit_ridge, ones)[0])


def _best_times(block: Block) -> Floats:
    return np.asarray(best_weights((block.time_gaps.T @ block.time_gaps)[None])[0])


def large(situation: Situation, name: str) -> dict[str, Tally]:
    """Many units, one draw after the other. No leaving out: that is what many units make slow."""
    rows, units = [], sum(situation.sample.sizes)
    rng = np.random.default_rng(8)
    for _ in range(RESAMPLED):
        e = rng.normal(size=(units, T))
        error, truth = situation.sample.effects(name, e), situation.sample.effects(name, e + situation.effect)
        (se, wide), df = (float(spread.analytic(made).std_error[0]) for made in (error, truth)), np.inf
        half, other = (special.ndtri(0.5 + LEVEL / 2) * width for width in (se, wide))
        far = abs(error.estimate[0])
        rows.append([far > half, far <= other, error.estimate[0], se**2, df, 2 * half])
    return {"analytic": _tally(np.array(rows).T)}


def work() -> Iterator[tuple[Situation, str, str, Callable[[], dict[str, Tally]]]]:
    """What there is to do: situation, estimator, the method by which its presence is known, and what does it."""
    for name in (*FOCUS, *OTHERS):
        for situation in _situations(name):
            yield situation, name, "analytic", partial(by_t, situation, name)
    for name in ("att_gt", "imputation"):
        yield LARGE, name, "analytic", partial(large, LARGE, name)
    for situation in SITUATIONS:
        if situation.name in SYNTHETIC_IN:
            yield situation, "synthetic_did", "analytic", partial(synthetic, situation)
    for name in (*FOCUS, *OTHERS):
        for situation in _situations(name):
            for method in _resampled(situation, name):
                yield situation, name, method, partial(RESAMPLING[method], situation, name)


def _resampled(situation: Situation, name: str) -> list[str]:
    """Methods that compare with draws of their own."""
    if situation.sample.weighted or (name not in FOCUS and situation.name == WHOLE):
        return []
    wild_too = name not in (
        "att_gt dr",
        "imputation",
        "stacked",
    )  # there is no regression, or one of less than full rank
    permuted = (
        name != "att_gt dr" and situation.sample.clusters != "whole"
    )  # else coefficients change with the permutation
    spatial = situation.sample.clusters == "unit" and situation in SITUATIONS
    return ["wild"] * wild_too + ["randomization"] * permuted + ["conley"] * spatial


def _situations(name: str) -> list[Situation]:
    return [*SITUATIONS, *(SMALL if name in ("att_gt", "imputation") else ())]


def run() -> None:
    """Do what is not in the results yet, and add it."""
    done = set()
    if RESULTS.exists():
        with RESULTS.open(newline="") as file:
            done = {(row["situation"], row["estimator"], row["method"]) for row in csv.DictReader(file)}
    else:
        RESULTS.write_text(",".join(COLUMNS) + "\n")
    checked = None
    for situation, name, method, make in work():
        if (situation.name, name, method) in done:
            continue
        if name != "synthetic_did" and situation is not LARGE and checked != (situation.sample, name):
            assert_same(situation.sample, name)
            checked = situation.sample, name
        with RESULTS.open("a", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(
                _row(situation.name, name, word, tally) for word, tally in make().items()
            )
        print(situation.name, name, method, flush=True)


def _row(situation: str, name: str, method: str, tally: Tally) -> list[str]:
    numbers = []
    for share in (float(tally.rejected.mean()), float(tally.covered.mean())):
        numbers += [f"{share:.4f}", f"{np.sqrt(share * (1 - share) / len(tally.rejected)):.4f}"]
    rest = ["" if np.isnan(value) else f"{value:.3f}" for value in (tally.ratio, tally.df, tally.length)]
    return [situation, name, method, str(len(tally.rejected)), *numbers, *rest]


if __name__ == "__main__":
    if sys.argv[1:] != ["table"]:
        run()
    write_table(RESULTS)
