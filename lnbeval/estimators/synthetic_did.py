"""Synthetic difference-in-differences of Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), cohort by cohort."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lnbeval.design import analysed
from lnbeval.effects import BASE_PERIOD, Effects, clusters_among, key_columns
from lnbeval.errors import DesignError
from lnbeval.synthetic_blocks import Block, bootstrap_paths, gap_paths, placebo_paths, time_weights, unit_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lnbeval.design import Design
    from lnbeval.panel import Floats, Integers, Labels, Panel

FEWEST: Final = 2  # periods before treatment, and controls
NAMED: Final = 5  # units or periods in a message
FITTED_PERIOD: Final = "fitted period: the weights were chosen to make this gap small, so it does not test the trends"


def synthetic_did(panel: Panel, design: Design) -> Effects:
    """The outcome path of each cohort g less that of its synthetic control, less the same before treatment.

    With omega weights of the units never treated, lambda weights of the periods before treatment, both >= 0 and adding
    to one, and d_t = mean_g Y_t - sum_i omega_i Y_it,

        effect(g, t) = d_t - sum_{s < g - anticipation} lambda_s d_s.

    omega makes the controls move like the cohort before treatment, lambda makes the earlier periods like the later ones,
    both up to a constant. The mean over t >= g is the estimate of R `synthdid` 0.0.9 for that cohort and the never
    treated; `overall` weighs cohorts by their treated observations, like `sdid` of Clarke et al. Rows before treatment
    are the gaps that are left there: they are fitted, which their reason says, and lambda weighs them to zero.

    `influence` and `reweighted` hold omega (renormalised) and lambda fixed, as the paper's jackknife (Algorithm 3): the
    influence of i in g is n (D_it - mean_g D_t) / N_g, of a control - n omega_i (D_it - sum_j omega_j D_jt), with D_it =
    Y_it - sum_s lambda_s Y_is. `own_draws` solve for the weights anew: `placebo` (Algorithm 4) scatters around zero,
    `bootstrap` (Algorithm 2) around the estimates. Draws go to the optimum, where R may stop short of it: on the
    reference data no placebo moves by more than a hundredth of the error.

    The ridge of omega grows with the noise, the standard deviation of the controls' changes between periods before
    treatment; as in R, shocks common to all units count in it.

    A cohort with fewer than two periods before treatment is rows with status `not_estimable`. Raises DesignError when no
    cohort is left, there are fewer than two controls, an outcome is missing, unit weights differ, or the design asks
    for another control group, a varying base period, or covariate adjustment.

    Sources: Arkhangelsky et al. (2021), American Economic Review 111(12), 4088-4118; Clarke, Pailanir, Athey and Imbens
    (2023), Synthetic difference-in-differences estimation, arXiv:2301.11859, for several cohorts.
    """
    _refuse(panel, design)
    kept = analysed(panel, design)
    cohorts = np.unique(kept.cohort[kept.cohort <= kept.periods[-1]])
    enough = np.array([(kept.periods < g - design.anticipation).sum() >= FEWEST for g in cohorts])
    if not enough.any():
        raise DesignError(
            f"synthetic_did needs {FEWEST} periods before treatment, and before it may be anticipated, to fit its weights: "
            f"no cohort ({', '.join(f'{g:g}' for g in cohorts)}) has them. Add earlier periods, or use att_gt."
        )
    controls = _controls(kept, design, cohorts[enough])
    fits = [_fit(_block(kept, design, g, controls)) for g in cohorts[enough]]
    return _effects(kept, design, fits, cohorts[~enough])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Fit:
    """A cohort with its weights of controls (N0,) and of earlier periods (T0,)."""

    block: Block
    units: Floats
    earlier: Floats


def _refuse(panel: Panel, design: Design) -> None:
    problems = []
    if design.control_group != "never_treated":
        problems.append(
            f"control_group '{design.control_group}' cannot be kept, because controls are weighed by their whole path and must "
            "be untreated in all of it: use 'never_treated'"
        )
    if design.base_period == "varying":
        problems.append(
            "base_period 'varying' has no counterpart, because all earlier periods are weighed: use 'universal'"
        )
    if design.adjustment != "none":
        problems.append(f"covariate adjustment '{design.adjustment}' is not available: use 'none'")
    if design.window is not None:
        problems.append("window is for stacked and local_projections: leave it out")
    if len(np.unique(panel.weight)) > 1:
        problems.append("unit weights differ, but it chooses the weights of controls itself: leave the weight out")
    if problems:
        raise DesignError(f"synthetic_did: {'; '.join(problems)}.")


def _controls(panel: Panel, design: Design, cohorts: Floats) -> Integers:
    """Positions of the units that are not treated up to the last period, anticipation included."""
    untreated = panel.cohort > panel.periods[-1] + design.anticipation
    if untreated.sum() < FEWEST:
        named = ", ".join(map(str, panel.units[untreated])) or "none"
        raise DesignError(
            f"synthetic_did weighs controls and needs at least {FEWEST} never treated units; found: {named}."
        )
    used = untreated | np.isin(panel.cohort, cohorts)
    seen = np.isfinite(panel.outcome)
    if not seen[used].all():
        whole = used & seen.all(axis=1)
        enough = (whole & ~untreated).any() and (whole & untreated).sum() >= FEWEST
        units, periods = _some(panel.units[used & ~whole]), _some(panel.periods[~seen[used].all(axis=0)])
        remedy = (
            f"leave these units out (design.missing: complete, or --missing complete), which keeps {whole.sum()} of {used.sum()}"
            if enough
            else "leave out the units or the periods with the most gaps: too few units are complete to leave out all others"
        )
        raise DesignError(
            f"synthetic_did needs every outcome; some are missing for {units}, in {periods}. Complete the data, or {remedy}."
        )
    return np.flatnonzero(untreated)


def _some(names: Labels | Integers) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(map(str, names[:NAMED]))}{more}"


def _block(panel: Panel, design: Design, g: float, controls: Integers) -> Block:
    treated = np.flatnonzero(panel.cohort == g)
    return Block(
        cohort=g,
        treated=treated,
        controls=controls,
        treated_outcome=panel.outcome[treated],
        control_outcome=panel.outcome[controls],
        before=panel.periods < g - design.anticipation,
        after=panel.periods >= g,
    )


def _fit(block: Block) -> _Fit:
    return _Fit(block=block, units=unit_weights(block), earlier=time_weights(block))


def _effects(panel: Panel, design: Design, fits: list[_Fit], unfitted: Floats) -> Effects:
    """A row for every fitted cohort and period, after rows without estimate for the cohorts treated too early."""
    blocks = [fit.block for fit in fits]
    parts = [_not_estimable(panel, g) for g in unfitted] + [_columns(panel, fit) for fit in fits]
    columns = key_columns({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    k, n = len(columns["period"]), len(panel.units)
    reweighted = partial(_reweighted, fits, k)
    estimate = reweighted(np.ones((1, n)))[0]
    return Effects(
        columns=columns,
        estimate=estimate,
        influence=_influence(panel, fits, k),
        panel=panel,
        design=design,
        estimator="synthetic_did",
        aggregation="cell",
        refit=partial(synthetic_did, design=design),
        treated=panel.cohort[:, None] == columns["cohort"],
        control=np.isin(np.arange(n), blocks[0].controls)[:, None] & np.isfinite(estimate),
        reweighted=reweighted,
        shares="observations",
        own_draws={"placebo": partial(_placebos, panel, blocks, k), "bootstrap": partial(_resamples, panel, blocks, k)},
    )


def _reweighted(fits: list[_Fit], k: int, multipliers: Floats) -> Floats:
    """Effects under each row of unit multipliers, (m, k): means and sums follow them, the weights keep their shape."""
    paths = []
    with np.errstate(invalid="ignore", divide="ignore"):  # without treated or control units there is no estimate
        for fit in fits:
            block, units = fit.block, multipliers[:, fit.block.treated]
            weights = multipliers[:, block.controls] * fit.units
            treated = units @ block.treated_outcome / units.sum(axis=1, keepdims=True)
            control = weights @ block.control_outcome / weights.sum(axis=1, keepdims=True)
            paths.append(gap_paths(block, treated, control, fit.earlier))
    return _rows(np.stack(paths, axis=1), k)


def _rows(paths: Floats, k: int) -> Floats:
    """Estimates (m, k) from gap paths (m, cohorts, t): NaN in the rows of cohorts that have no path."""
    flat = paths.reshape(len(paths), -1)
    return np.hstack([np.full((len(flat), k - flat.shape[1]), np.nan), flat])


def _placebos(panel: Panel, blocks: list[Block], k: int, draws: int, rng: np.random.Generator) -> Floats:
    if not panel.single:
        raise DesignError(
            "A placebo treats controls one by one, but treatment comes in clusters here. Use the jackknife or the bootstrap."
        )
    return _rows(placebo_paths(blocks, draws, rng), k)


def _resamples(panel: Panel, blocks: list[Block], k: int, draws: int, rng: np.random.Generator) -> Floats:
    return _rows(bootstrap_paths(blocks, panel.cluster, draws, rng), k)


def _influence(panel: Panel, fits: list[_Fit], k: int) -> Floats:
    n, t = len(panel.units), len(panel.periods)
    influence = np.zeros((n, k))
    for j, fit in enumerate(fits):
        block, start = fit.block, k - (len(fits) - j) * t
        treated, control = _net(block.treated_outcome, fit), _net(block.control_outcome, fit)
        influence[block.treated, start : start + t] = n / len(treated) * (treated - treated.mean(axis=0))
        influence[block.controls, start : start + t] = -n * fit.units[:, None] * (control - fit.units @ control)
    return influence


def _net(outcome: Floats, fit: _Fit) -> Floats:
    """Outcomes less those weighed over the earlier periods."""
    return np.asarray(outcome - (outcome[:, fit.block.before] @ fit.earlier)[:, None])


def _columns(panel: Panel, fit: _Fit) -> dict[str, NDArray[Any]]:
    block, t = fit.block, len(panel.periods)
    sides = np.zeros((len(panel.units), 2), dtype=bool)
    sides[block.treated, 0] = sides[block.controls, 1] = True
    reason = np.where(block.before, FITTED_PERIOD, "").astype(object)
    reason[np.flatnonzero(block.before)[fit.earlier == 1]] = BASE_PERIOD
    in_weights = block.before | block.after
    same = {
        "cohort": block.cohort,
        "base_period": np.nan,  # all earlier periods together
        "n_treated": len(block.treated),
        "n_control": len(block.controls),
        "fewest": clusters_among(sides, panel).min(),
        "baseline_mean": block.treated_outcome.mean(axis=0)[block.before] @ fit.earlier,
        "status": "ok",
    }
    return {name: np.full(t, value) for name, value in same.items()} | {
        "period": panel.periods,
        "event_time": panel.periods - block.cohort,
        "n_obs": (len(block.treated) + len(block.controls)) * (in_weights.sum() + ~in_weights),
        "reason": reason,
    }


def _not_estimable(panel: Panel, g: float) -> dict[str, NDArray[Any]]:
    period = panel.periods[panel.periods >= g]
    same = {
        "cohort": g,
        "base_period": np.nan,
        "n_treated": (panel.cohort == g).sum(),
        "n_control": 0,
        "n_obs": 0,
        "fewest": 0,
        "baseline_mean": np.nan,
        "status": "not_estimable",
        "reason": f"fewer than {FEWEST} periods before treatment, or before it may be anticipated, to fit weights to",
    }
    columns = {name: np.full(len(period), value) for name, value in same.items()}
    return columns | {"period": period, "event_time": period - g}
