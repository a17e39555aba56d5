"""How sure, when several questions are asked at once: p-values adjusted for the whole family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
import pandas as pd

from lnbeval.errors import DesignError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.effects import Effects
    from lnbeval.panel import Floats, Integers

Correction = Literal["holm", "bonferroni", "bh", "sharpened_q"]
CORRECTIONS: Final = get_args(Correction)
STATSMODELS: Final = {"holm": "holm", "bonferroni": "bonferroni", "bh": "fdr_bh"}
DRAWS: Final = 9_999
NODES: Final = 20_170_601  # without a generator the draws are these fixed nodes, the same each time
RIDGE: Final = 1e-10  # keeps the Cholesky factor of a singular correlation matrix finite


def romano_wolf(
    effects: Sequence[Effects],
    std_error: Floats,
    df: Floats | float = np.inf,
    *,
    draws: int = DRAWS,
    rng: np.random.Generator | None = None,
) -> Floats:
    """Step-down p-values of all rows of all `effects` together, (m,): the chance of any false rejection is controlled.

    The family is the rows of each element of `effects`, one after the other; `std_error` and `df`, (m,), are theirs by
    any method of inference. A row without an error has no p-value; missing or infinite `df` means the normal. Raw
    p-values are those of t = estimate / std_error; their joint distribution is that of `joint_correlation`, and the rest
    is `step_down`.

    Raises ParameterError on lengths that do not match or an error that is not positive; what the two others raise.

    Source: Romano and Wolf (2005), Econometrica 73(4), 1237-1282; (2016), Statistics and Probability Letters 113, 38-40.
    """
    correlation = joint_correlation(effects)
    estimate = np.concatenate([one.estimate for one in effects])
    p_values = _p_values(estimate, np.asarray(std_error, dtype=float), np.asarray(df, dtype=float))
    return step_down(p_values, correlation, draws=draws, rng=rng)


def joint_correlation(effects: Sequence[Effects]) -> Floats:
    """Correlation of all rows of all `effects`, (m, m), from their influence summed by cluster and aligned by label.

    With s_ck the influence on row k summed over cluster c: sum_c s_ck s_cl / sqrt(sum_c s_ck^2 sum_c s_cl^2). Clusters
    (the units, when the panels declare none) that one row does not use add nothing to its products. Rows without
    influence are NaN.

    Raises ParameterError without effects; DesignError when a unit is in different clusters.
    """
    if len(effects) == 0:
        raise ParameterError("The family is empty: give the effects of at least one indicator.")
    position = _joint_clusters(effects)
    G = 1 + max(int(one.max()) for one in position)
    scores = np.column_stack(
        [
            np.bincount(where, weights=column, minlength=G)
            for one, where in zip(effects, position, strict=True)
            for column in one.influence.T
        ]
    )
    length = np.sqrt((scores**2).sum(axis=0))
    scores = np.divide(scores, length, out=np.full_like(scores, np.nan), where=length > 0)
    return np.asarray(scores.T @ scores)


def step_down(
    p_values: Floats, correlation: Floats, *, draws: int = DRAWS, rng: np.random.Generator | None = None
) -> Floats:
    """Romano-Wolf p-values, (m,), of hypotheses with raw `p_values` whose normal scores have this `correlation`.

    With c_k the two-sided normal score of the k-th smallest p-value and z ~ N(0, correlation),

        p_k adjusted = max over j <= k of  P(max over l >= j of |z_l| >= c_j).

    Each hypothesis is thus compared on the scale of its own reference, so degrees of freedom may differ; with equal
    ones it is the step-down of max |t|. The probability is p_j, known, plus that of the others exceeding c_j alone,
    counted among `draws`; Bonferroni's bound, which is sharp in the far tail where draws are not, caps it. So no p-value
    is below the raw nor above Holm's. NaN are no hypotheses and stay NaN.

    Raises ParameterError on p-values outside [0, 1], shapes that do not match, fewer than 99 draws or a matrix that is no
    correlation; DesignError on a p-value whose correlation with the others is not known.

    Source: Romano and Wolf (2016), Statistics and Probability Letters 113, 38-40.
    """
    p_values = _checked(p_values)
    _refuse(p_values, correlation, draws)
    tested = np.flatnonzero(np.isfinite(p_values))
    order = tested[np.argsort(p_values[tested], kind="stable")]  # draws in this order do not depend on the order given
    adjusted = np.full(len(p_values), np.nan)
    raw = p_values[order]
    beyond = _beyond(_scores(raw), correlation[np.ix_(order, order)], draws, rng)
    steps = np.minimum(raw + (1 + beyond) / (1 + draws), raw * np.arange(len(raw), 0, -1))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def adjusted_p_values(p_values: Floats, method: Correction) -> Floats:
    """P-values adjusted for the number of hypotheses, (m,), from the raw ones alone; NaN are no hypotheses and stay NaN.

        bonferroni, holm: the chance of any false rejection is controlled under any dependence.
        bh:               the expected share of false among all rejections, under independence or positive dependence.
        sharpened_q:      the same share, with the number of true hypotheses estimated in a first stage: the smallest q
                          at which the two-stage procedure rejects. Where most hypotheses are rejected it can be below
                          the raw p-value. Exact; Anderson's program gives the next multiple of 0.001.

    Raises ParameterError on an unknown method or a p-value outside [0, 1].

    Sources: Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70; Benjamini and Hochberg (1995), JRSS B 57(1),
    289-300; Benjamini, Krieger and Yekutieli (2006), Biometrika 93(3), 491-507, definition 6; Anderson (2008), JASA
    103(484), 1481-1495.
    """
    if method not in CORRECTIONS:
        raise ParameterError(f"Adjustment '{method}' is unknown; choose one of {', '.join(CORRECTIONS)}.")
    p_values = _checked(p_values)
    tested = np.isfinite(p_values)
    adjusted = np.full(len(p_values), np.nan)
    if tested.any():
        raw = p_values[tested]
        adjusted[tested] = _sharpened(raw) if method == "sharpened_q" else _multipletests(raw, STATSMODELS[method])
    return adjusted


def _p_values(estimate: Floats, std_error: Floats, df: Floats) -> Floats:
    from scipy import special  # noqa: PLC0415

    if std_error.shape != estimate.shape or df.shape not in ((), estimate.shape):
        raise ParameterError(
            f"The family has {len(estimate)} rows, but std_error has shape {std_error.shape} and df {df.shape}."
        )
    if (std_error <= 0).any():
        rows = ", ".join(map(str, np.flatnonzero(std_error <= 0).tolist()))
        raise ParameterError(f"std_error is not positive in rows {rows} of the family; where there is none, give NaN.")
    freedom = np.where(np.isnan(df), np.inf, df)
    return np.asarray(2 * special.stdtr(freedom, -np.abs(estimate / std_error)))


def _joint_clusters(effects: Sequence[Effects]) -> list[Integers]:
    """Positions of the clusters of each element's units, (n,) each, in one list of clusters for all."""
    unit, units = pd.factorize(np.concatenate([one.panel.units for one in effects]))
    cluster, clusters = pd.factorize(np.concatenate([one.cluster for one in effects]))
    _, first = np.unique(unit, return_index=True)
    moved = np.flatnonzero(cluster != cluster[first[unit]])
    if moved.size:
        i = moved[0]
        raise DesignError(
            f"Unit {units[unit[i]]} is in cluster {clusters[cluster[first[unit[i]]]]} for one of the effects and in "
            f"{clusters[cluster[i]]} for another. Declare the same clusters for all."
        )
    ends = np.cumsum([len(one.panel.units) for one in effects])[:-1]
    return np.split(cluster, ends)


def _checked(p_values: Floats) -> Floats:
    p_values = np.asarray(p_values, dtype=float)
    wrong = (p_values < 0) | (p_values > 1)
    if wrong.any():
        raise ParameterError(f"{p_values[wrong][0]} is not a p-value: it must lie between 0 and 1.")
    return p_values


def _refuse(p_values: Floats, correlation: Floats, draws: int) -> None:
    m = len(p_values)
    if correlation.shape != (m, m):
        raise ParameterError(f"There are {m} p-values, but their correlation has shape {correlation.shape}.")
    if draws < 99:
        raise ParameterError(f"draws is {draws}; step-down p-values need at least 99, better {DRAWS}.")
    unknown = np.flatnonzero(np.isfinite(p_values) & np.isnan(np.diag(correlation)))
    if unknown.size:
        rows = ", ".join(map(str, unknown.tolist()))
        raise DesignError(
            f"Rows {rows} of the family have a p-value but no influence: how they vary with the others is not known. Leave "
            "them out, or adjust by 'holm'."
        )


def _scores(p_values: Floats) -> Floats:
    """The normal deviate that has each two-sided p-value."""
    from scipy import special  # noqa: PLC0415

    return np.asarray(-special.ndtri(p_values / 2))


def _beyond(scores: Floats, correlation: Floats, draws: int, rng: np.random.Generator | None) -> Integers:
    """Draws in which a later hypothesis exceeds each score while its own does not, (m,); scores are decreasing."""
    rng = np.random.default_rng(NODES) if rng is None else rng
    size = np.abs(rng.standard_normal((draws, len(scores))) @ _factor(correlation).T)
    highest = np.maximum.accumulate(size[:, ::-1], axis=1)[:, ::-1]  # of each hypothesis and those after it
    return np.asarray(((highest >= scores) & (size < scores)).sum(axis=0))


def _factor(correlation: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.cholesky(correlation + RIDGE * np.eye(len(correlation))))
    except np.linalg.LinAlgError as error:
        raise ParameterError(
            "The correlation matrix has negative eigenvalues: no normal distribution has it. Take that of joint_correlation."
        ) from error


def _multipletests(p_values: Floats, method: str) -> Floats:
    from statsmodels.stats.multitest import multipletests  # noqa: PLC0415

    return np.asarray(multipletests(p_values, method=method)[1])


def _sharpened(p_values: Floats) -> Floats:
    """The smallest q at which the two-stage procedure rejects each hypothesis.

    At a = q / (1 + q), with b the Benjamini-Hochberg p-values: the first stage rejects the r hypotheses with b <= a, the
    second those with b (m - r) / m <= a. The second holds from a = max(b_(r), b (m - r) / m) on for each r, with b_(0)
    zero; the smallest over r is the answer. The adjusted values of `fdr_tsbky` hold for one q alone, so are not used.
    """
    m = len(p_values)
    b = _multipletests(p_values, STATSMODELS["bh"])
    rejected = np.arange(m + 1)
    reached = np.concatenate([[0.0], np.sort(b)])
    a = np.maximum(reached, np.outer(b, (m - rejected) / m)).min(axis=1)
    return np.asarray(np.where(a < 0.5, a / (1 - np.minimum(a, 0.5)), 1.0))
