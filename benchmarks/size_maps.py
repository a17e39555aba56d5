"""What an estimator makes of outcomes, as coefficients: how `size.py` does twenty thousand analyses in a second.

For given cohorts, clusters and covariates an estimate without a choice of weights, its influence and the scores of every
covariance are linear in the outcomes. The coefficients are what the package makes of outcomes with a single one among
zeros; `assert_same` holds them against `infer` on random outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from lnbeval import NEVER, Design, Effects, Panel, aggregate, infer, spread
from lnbeval.conley import EARTH_RADIUS_KM
from lnbeval.estimators import ESTIMATORS
from lnbeval.inference import Places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnbeval.panel import Floats, Integers

PERIODS: Final = np.arange(2013, 2025)
N, T = 61, len(PERIODS)
COUNTIES: Final = 12
KM_PER_DEGREE: Final = 111.19  # of latitude
SAME: Final = 1e-9  # relative to the size of the number: both ways of computing it round differently
WORDS: Final = {  # methods of this study that the package has, if it has them
    "analytic": "analytic",
    "cr1": "cr1",
    "cr2": "cr2",
    "jackknife, G - 1": "jackknife",
    "jackknife by cohort": "jackknife_by_cohort",
}
BLOCK: Final = 250  # draws at once
TIE: Final = 1 - 1e-9  # of a statistic: what is closer is the same


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Who is treated when, and who is in one cluster with whom."""

    sizes: tuple[int, int, int]  # units first treated in 2017, in 2021, never
    clusters: str = "unit"  # unit, county (treatment by unit), whole (treatment by county)
    weighted: bool = False  # by a number of people as unequal as those of municipalities

    @property
    def cohort(self) -> Floats:
        """Cohort of each unit, (n,)."""
        if self.clusters == "whole":
            return np.select([self.county < self.sizes[0], self.county < sum(self.sizes[:2])], [2017.0, 2021.0], NEVER)
        return np.repeat([2017.0, 2021.0, NEVER], self.sizes)

    @property
    def county(self) -> Integers:
        """County of each unit, (n,): five or six units each, drawn once."""
        return np.random.default_rng(12).permutation(np.arange(N) % COUNTIES)

    @property
    def places(self) -> Places:
        """Where the units are: counties 100 km apart on a grid, their units within 28 km of the middle."""
        east, north = 100.0 * (self.county % 4), 100.0 * (self.county // 4)
        around = np.random.default_rng(6).uniform(-20, 20, (2, N))
        latitude = 41 + (north + around[1]) / KM_PER_DEGREE
        longitude = 20 + (east + around[0]) / (KM_PER_DEGREE * np.cos(np.radians(latitude)))
        return Places(latitude=latitude, longitude=longitude, cutoff_km=60.0)

    @property
    def weight(self) -> Floats:
        """Weight of each unit, (n,): the largest is a tenth of all."""
        return np.exp(np.random.default_rng(4).normal(size=N)) if self.weighted else np.ones(len(self.cohort))

    @property
    def treated(self) -> Floats:
        """1 where a unit is treated, (n, t)."""
        return (self.cohort[:, None] <= PERIODS).astype(float)

    def effects(self, name: str, outcome: Floats) -> Effects:
        """The overall effect on outcomes (n, t) by the estimator of that name; with an adjustment, for one covariate."""
        word, _, adjustment = name.partition(" ")
        panel = Panel(
            units=np.arange(len(outcome)).astype(object),
            periods=PERIODS,
            outcome=outcome,
            cohort=self.cohort,
            covariates=np.random.default_rng(3).normal(size=(len(outcome), 1))[:, : bool(adjustment)],
            weight=self.weight,
            cluster=(np.arange(len(outcome)) if self.clusters == "unit" else self.county).astype(object),
            covariate_names=("x",) if adjustment else (),
        )
        estimator = ESTIMATORS[word]
        made = estimator.estimate(panel, Design(control_group=estimator.control_group, adjustment=adjustment or "none"))
        return made if made.aggregation == "overall" else aggregate(made, "overall")


@dataclass(frozen=True, kw_only=True, eq=False)
class Maps:
    """Coefficients of the n t outcomes, in the last place of each array."""

    estimate: Floats  # (nt,)
    influence: Floats  # (n, nt)
    scores: dict[
        str, Floats
    ]  # by method, (G, nt); of the jackknife the estimates without each cluster less the estimate
    df_cr2: float  # nan where there is no regression
    kappa: Floats | None  # (G, nt) c'M s_g of the wild bootstrap, s_g = X_g'W_g e_g; None where there is no regression
    crossed: Floats | None  # (G G, nt) s_h'M z_g, z_g = X_g'W_g X_g M c
    null: tuple[Floats, Floats] | None  # (G,) and (G, G), see `_null`; does not depend on the outcomes
    cluster: Integers  # (n,) position of each unit's
    cohort: Integers  # (n,) position of each unit's, the last never treated
    weight: Floats  # (n,)


@lru_cache(maxsize=1)
def maps(sample: Sample, name: str) -> Maps:
    """The coefficients of one estimator."""
    any_outcome = sample.effects(name, np.random.default_rng(1).normal(size=(N, T)))
    made = [_numbers(sample.effects(name, one.reshape(N, T))) for one in np.eye(N * T)]
    by_name = {key: np.stack([row[key] for row in made], axis=-1) for key in made[0]}
    return Maps(
        estimate=by_name["estimate"],
        influence=by_name["influence"],
        scores={method: by_name[method] for method in ("analytic", "cr1", "cr2", "jackknife") if method in by_name},
        df_cr2=float(spread.cr2(any_outcome).df[0]) if "cr2" in by_name else np.nan,
        kappa=by_name.get("kappa"),
        crossed=by_name.get("crossed"),
        null=_null(any_outcome) if "crossed" in by_name else None,
        cluster=any_outcome.panel.clusters[0],
        cohort=np.unique(sample.cohort, return_inverse=True)[1],
        weight=sample.weight,
    )


def _numbers(effects: Effects) -> dict[str, Floats]:
    position, G = effects.panel.clusters
    without = effects.reweighted((position != np.arange(G)[:, None]).astype(float))[:, 0]
    found = {
        "estimate": effects.estimate[0],
        "influence": effects.influence[:, 0],
        "jackknife": without - effects.estimate[0],
    }
    found |= {method: spread.METHODS[method](effects).scores[:, 0] for method in ("analytic", "cr1")}
    if effects.regression is not None:
        found["cr2"] = spread.cr2(effects).scores[:, 0]
        fit = effects.regression.fit()
        wanted = np.column_stack([effects.regression.matrix[:, 0], _responses(effects).T])
        products = spread.summed(fit.projected(fit.weights * fit.residual, wanted), position, G)
        found |= {"kappa": products[:, 0], "crossed": products[:, 1:].ravel()}
    return found


def _responses(effects: Effects) -> Floats:
    """z_g of each cluster, (G, q)."""
    fit = effects.regression.fit()
    moved = fit.rows @ (fit.inverse @ effects.regression.matrix[:, 0])
    unit = fit.weight[:, None] * np.einsum("psq,ps->pq", fit.rows, fit.slot_weight * moved)[fit.pattern]
    return spread.summed(unit, *effects.panel.clusters)


def _null(effects: Effects) -> tuple[Floats, Floats]:
    """What a distance of one adds when the null is imposed: to kappa, z_g'M c / c'Mc, and to the products, z_h'M z_g / c'Mc."""
    z, M, c = _responses(effects), effects.regression.fit().inverse, effects.regression.matrix[:, 0]
    return z @ M @ c / (c @ M @ c), z @ M @ z.T / (c @ M @ c)


def references(made: Maps, scores: dict[str, Floats]) -> dict[str, tuple[Floats, Floats]]:
    """Variance and degrees of freedom, (draws,) each, by method from scores (G, draws).

    `jackknife, G - 1`: (G - 1) / G sum of squares, t with G - 1. `jackknife by cohort`: V_s = (n_s - 1) / n_s times the sum over
    the n_s clusters of a cohort (or never treated), (G - 1) / G where there is only one. Its df are Welch's, (sum V_s)^2 /
    sum V_s^2 / (m_s - 1) with m_s the effective number of clusters, but no more than these would be if all clusters varied
    alike; where clusters are of several cohorts it is the plain one. Then combinations that did not do as well.
    """
    square = {method: values**2 for method, values in scores.items() if np.isfinite(values).all()}
    total = {method: values.sum(axis=0) for method, values in square.items()}
    G, like = len(scores["analytic"]), np.ones_like(total["analytic"])
    found = {"analytic": (total["analytic"], np.inf * like), "cr1": (total["cr1"], (G - 1) * like)}
    if "cr2" in square:
        found["cr2"] = total["cr2"], made.df_cr2 * like
    if "jackknife" not in square:
        return found
    plain = total["jackknife"] * (G - 1) / G
    found["jackknife, G - 1"] = plain, (G - 1) * like
    if "cr2" in square:
        found["jackknife, df of cr2"] = plain, made.df_cr2 * like
    sides = _sides(made)
    if sides is None:
        return found | {"jackknife by cohort": found["jackknife, G - 1"]}
    n, m = sides.sum(axis=1, keepdims=True), _effective(sides, made)[:, None]
    part = np.where(n > 1, (n - 1) / n, (G - 1) / G) * (sides @ square["jackknife"])
    welch = _welch(part, m)
    found["jackknife by cohort"] = part.sum(axis=0), np.minimum(welch, effective_df(made))
    found["jackknife by cohort, Welch's df"] = part.sum(axis=0), welch
    found["jackknife, Welch's df"] = plain, _welch(sides @ square["jackknife"], m)
    if "cr2" in square:
        welch = _welch(sides @ square["cr2"], m)
        found["cr2, Welch's df"] = total["cr2"], welch
        found["cr2, the smaller df"] = total["cr2"], np.minimum(welch, made.df_cr2)
    return found


def _welch(part: Floats, m: Floats) -> Floats:
    return np.asarray(part.sum(axis=0) ** 2 / (part**2 / np.where(m > 1, m - 1, 1)).sum(axis=0))


def _effective(sides: Floats, made: Maps) -> Floats:
    """(sum w)^2 / sum w^2 over the clusters of each side: as many equal ones would vary as much."""
    weight = np.bincount(made.cluster, weights=made.weight)
    return np.asarray((sides @ weight) ** 2 / (sides @ weight**2))


def _sides(made: Maps) -> Floats | None:
    """Which clusters are of which cohort, (sides, G); None where a cluster is of several."""
    members = np.zeros((made.cohort.max() + 1, made.cluster.max() + 1))
    members[made.cohort, made.cluster] = 1.0
    return None if (members.sum(axis=0) > 1).any() else members


def effective_df(made: Maps) -> float:
    """Welch's df of two weighted means of clusters that vary alike, the treated and those never treated: V_s = 1 / m_s."""
    sides = np.zeros((2, made.cluster.max() + 1))
    sides[(made.cohort < made.cohort.max()).astype(int), made.cluster] = 1.0
    m = _effective(sides, made)
    return float(_welch(1 / m, m))


def wild_p_values(made: Maps, outcome: Floats, distance: Floats, signs: Iterable[Floats]) -> Floats:
    """p-values of the wild bootstrap of outcomes (nt, draws), null imposed, for estimates `distance` (draws,) away from it.

    As in `lnbeval.wild_bootstrap`, t* = v'k / |score*| with k = kappa + d z'M c / c'Mc and
    score*_g = v_g k_g - sum_h v_h (s_h + d z_h / c'Mc)'M z_g.
    """
    kappa, (slope, response) = made.kappa @ outcome, made.null
    G, p = len(slope), []
    for block in np.array_split(np.arange(len(distance)), -(-len(distance) // BLOCK)):
        products = (made.crossed @ outcome[:, block]).T.reshape(-1, G, G)
        for j, own, v in zip(block, products, signs, strict=False):
            k = kappa[:, j] + distance[j] * slope
            score = v * k - v @ (own + distance[j] * response)
            t = np.abs(v @ k) / np.sqrt((score**2).sum(axis=1))
            observed = abs(distance[j]) / np.sqrt((kappa[:, j] ** 2).sum())
            p.append((1 + (t >= observed * TIE).sum()) / (1 + len(v)))
    return np.array(p)


def permutation_p_values(made: Maps, outcome: Floats, labels: Iterable[Integers]) -> Floats:
    """p-values of the permutation of cohorts among units, from |t| with the analytic error; labels (b, n) for each draw.

    Influence of i = own[c]'Y_i + sum_c' shared[c, c']'mean_c' with c its cohort: two units of a cohort and their outcomes
    tell own from shared.
    """
    own, shared, share = _by_cohort(made)
    counts = np.bincount(made.cohort)
    p = []
    for y, assigned in zip(outcome.T.reshape(-1, N, T), labels, strict=True):
        every = np.vstack([made.cohort, assigned])
        means = np.stack([(every == c) @ y / counts[c] for c in range(len(counts))], axis=1)  # (b, c, t)
        constant = np.einsum("bct,dct->bd", means, shared)
        influence = np.take_along_axis((y @ own.T)[None], every[:, :, None], axis=2)[:, :, 0]
        influence = influence + np.take_along_axis(constant, every, axis=1)
        t = np.abs(np.einsum("bct,ct->b", means, share)) / np.sqrt((_by_cluster(made, influence) ** 2).sum(axis=1))
        p.append((1 + (t[1:] >= t[0] * TIE).sum()) / len(t))
    return np.array(p)


def _by_cohort(made: Maps) -> tuple[Floats, Floats, Floats]:
    """Own (c, t), shared (c, c, t) and the estimate's coefficients of cohort means (c, t)."""
    influence, estimate = made.influence.reshape(N, N, T), made.estimate.reshape(N, T)
    first, second = (np.array([np.flatnonzero(made.cohort == c)[at] for c in np.unique(made.cohort)]) for at in (0, -1))
    counts = np.bincount(made.cohort)[:, None]
    own = influence[first, first] - influence[first, second]
    shared = influence[first][:, first].copy()
    every = np.arange(len(first))
    shared[every, every] = influence[first, second]
    return own, shared * counts, estimate[first] * counts


def _by_cluster(made: Maps, influence: Floats) -> Floats:
    if made.cluster.max() + 1 == N:
        return influence
    order = np.argsort(made.cluster, kind="stable")
    return np.add.reduceat(
        influence[:, order], np.searchsorted(made.cluster[order], np.arange(made.cluster.max() + 1)), axis=1
    )


def assert_same(sample: Sample, name: str, *, panels: int = 3) -> None:
    """The coefficients give the errors, degrees of freedom and p-values of `infer`, on random outcomes."""
    made, rng = maps(sample, name), np.random.default_rng(2)
    for seed in range(panels):
        y = rng.normal(size=(N, T)).cumsum(axis=1)
        effects, flat = sample.effects(name, y), y.reshape(-1, 1)
        found = references(made, {word: scores @ flat for word, scores in made.scores.items()})
        for word in found.keys() & WORDS.keys() & {word for word, method in WORDS.items() if method in spread.METHODS}:
            row = infer(effects, method=WORDS[word]).iloc[0]
            variance, df = found[word]
            _same(row["estimate"], float(made.estimate @ flat[:, 0]))
            _same(row["std_error"], float(np.sqrt(variance[0])))
            _same(np.inf if np.isnan(row["df"]) else row["df"], float(df[0]))
        if made.crossed is not None:
            signs = 1.0 - 2 * np.random.default_rng(seed).integers(0, 2, (99, len(made.kappa)))
            row = infer(effects, method="wild", draws=99, rng=np.random.default_rng(seed)).iloc[0]
            _same(row["p_value"], float(wild_p_values(made, flat, made.estimate @ flat, [signs])[0]))
        if " " not in name and sample.clusters != "whole" and not sample.weighted:
            drawn = np.random.default_rng(seed).permuted(np.tile(made.cohort, (99, 1)), axis=1)
            row = infer(effects, method="randomization", draws=99, rng=np.random.default_rng(seed)).iloc[0]
            _same(row["p_value"], float(permutation_p_values(made, flat, [drawn])[0]))


def _same(expected: float, found: float) -> None:
    assert expected == found or abs(expected - found) <= SAME * max(abs(expected), 1e-3), (expected, found)


def neighbours(places: Places) -> Floats:
    """The Bartlett kernel of the distances between units, (n, n)."""
    north, east = np.radians(places.latitude), np.radians(places.longitude)
    rise, run = (np.sin((x[:, None] - x) / 2) ** 2 for x in (north, east))
    km = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(rise + np.cos(north)[:, None] * np.cos(north) * run))
    return np.maximum(1 - km / places.cutoff_km, 0.0)


def assert_same_conley(sample: Sample, name: str) -> None:
    """Raise where the package and the coefficients differ in the spatial error of an outcome."""
    made, y = maps(sample, name), np.random.default_rng(9).normal(size=(N, T))
    row = infer(sample.effects(name, y), method="conley", places=sample.places).iloc[0]
    score = made.influence @ y.ravel() / len(made.cluster)
    _same(row["std_error"], float(np.sqrt(score @ neighbours(sample.places) @ score)))
