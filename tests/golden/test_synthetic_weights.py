"""Synthetic difference-in-differences, and its limits DiD and synthetic control, are those of R synthdid.

The committed records are made from the full collection by `python tests/golden/test_synthetic_weights.py`.
"""

import json

import numpy as np
import pytest
from extract import COLLECTION, HERE, as_json, foreign, own
from golden_records import ABSENT, committed, frame

from lnbeval import Design, aggregate, infer
from lnbeval.estimators.synthetic_did import synthetic_did
from lnbeval.panel import Panel, units_kept
from lnbeval.synthetic_blocks import TIME_ZETA, Block, gap_paths, time_weights, unit_weights
from lnbeval.synthetic_weights import best_unit_weights, best_weights, stepped_weights

ESTIMATE = 1e-8  # relative: the same steps, up to 10,000 of them, with sums in another order
STD_ERROR = 1e-8  # relative: the same sums squared
STOPPED_SHORT = 0.01  # of the error: R ends a placebo's steps before the optimum that the draws here reach
STOPPED_SHORT_ERROR = 2e-3  # relative: what that does to the placebo error
MONTE_CARLO = 4  # standard errors of a simulated standard error, 1 / sqrt(2 draws) relative each
DRAWS = 4000


def slim(folder):
    """The records with what the tests need: choices, estimates by block, weights, errors."""
    records = json.loads((folder / "synthetic_did.json").read_text(encoding="utf-8"))
    errors = {record["id"]: record for record in records if record["variant"] == "se"}
    return [
        _slim(record, errors[record["id"].replace(".point", ".se").replace("_block", "_block_se")])
        for record in records
        if record["variant"] == "point"
    ]


def _slim(record, error):
    options = record["options"]
    return {
        "id": record["id"],
        "data": record["dataset"],
        **{name: options[name] for name in ("estimator", "outcome", "unit", "time", "treatment")},
        "cohorts": [2017] if "filter" in options else None,
        **{name: record[name] for name in ("estimate", "units", "omega", "lambda", "effect_curve", "noise_level")},
        "errors": {row["se_type"].split(",")[0]: [row["se"], row["mc_draws"]] for row in error["values"]},
        "placebos": error.get("placebo_estimates"),
    }


def elsewhere():
    if not COLLECTION.is_dir():
        return [pytest.param(None, id="absent", marks=pytest.mark.skip(reason=ABSENT))]
    return [pytest.param(record, id=record["id"]) for record in foreign(slim(COLLECTION))]


def kind(name, params):
    """The records of one estimator; the placeholder for absent ones stays."""
    return [param for param in params if param.values[0] is None or param.values[0]["estimator"] == name]


EVERY = committed("synthetic_did") + elsewhere()
SYNTHETIC = kind("sdid", EVERY)


def panel_of(record):
    rows = frame(record["data"])
    first = rows[rows[record["treatment"]] == 1].groupby(record["unit"])[record["time"]].min()
    rows = rows.assign(first=rows[record["unit"]].map(first).fillna(0))
    panel = Panel.from_long(
        rows, unit=record["unit"], period=record["time"], outcome=record["outcome"], cohort="first", never=0
    )
    kept = (
        panel if record["cohorts"] is None else units_kept(panel, np.isin(panel.cohort, [*record["cohorts"], np.inf]))
    )
    order = {str(unit): position for position, unit in enumerate(kept.units)}
    return units_kept(kept, np.array([order[str(unit)] for unit in record["units"]]))  # controls first, as in R


def block_of(record):
    panel = panel_of(record)
    treated = np.isfinite(panel.cohort)
    g = panel.cohort.min()
    return Block(
        cohort=g,
        treated=np.flatnonzero(treated),
        controls=np.flatnonzero(~treated),
        treated_outcome=panel.outcome[treated],
        control_outcome=panel.outcome[~treated],
        before=panel.periods < g,
        after=panel.periods >= g,
    )


def effect_curve(block, omega, earlier):
    treated = block.treated_outcome.mean(axis=0, keepdims=True)
    return gap_paths(block, treated, (omega @ block.control_outcome)[None], earlier)[0, block.after]


def synthetic_control(block):
    """Without intercept, time weights and all but a trace of the ridge."""
    before = block.before
    gap = block.control_outcome[:, before].T - block.treated_outcome[:, before].mean(axis=0)[:, None]
    omega = stepped_weights(gap, len(gap) * (TIME_ZETA * block.noise) ** 2, len(gap) * (1e-5 * block.noise) ** 2)
    return omega, np.zeros(before.sum())


@pytest.mark.skipif(not COLLECTION.is_dir(), reason=ABSENT)
def test_committed_numbers_are_those_of_the_collection():
    assert (HERE / "synthetic_did.json").read_text(encoding="utf-8") == as_json(own(slim(COLLECTION)))


@pytest.mark.parametrize("record", SYNTHETIC)
def test_effects_by_period_and_overall_are_those_of_r_synthdid(record):
    effects = synthetic_did(panel_of(record), Design())
    assert aggregate(effects, "overall").estimate == pytest.approx([record["estimate"]], rel=ESTIMATE)
    after = effects.columns["event_time"] >= 0
    assert effects.estimate[after] == pytest.approx(record["effect_curve"], rel=ESTIMATE)


@pytest.mark.parametrize("record", SYNTHETIC)
def test_weights_and_noise_are_those_of_r_synthdid(record):
    block = block_of(record)
    assert block.noise == pytest.approx(record["noise_level"], rel=ESTIMATE)
    assert unit_weights(block) == pytest.approx(record["omega"], abs=ESTIMATE)
    assert time_weights(block) == pytest.approx(record["lambda"], abs=ESTIMATE)


@pytest.mark.parametrize("record", kind("did", EVERY))
def test_with_equal_weights_it_is_the_block_difference_in_differences_of_r_synthdid(record):
    block = block_of(record)
    N0, T0 = len(block.controls), block.before.sum()
    curve = effect_curve(block, np.full(N0, 1 / N0), np.full(T0, 1 / T0))
    assert curve.mean() == pytest.approx(record["estimate"], rel=ESTIMATE)


@pytest.mark.parametrize("record", kind("sc", EVERY))
def test_without_intercept_and_time_weights_it_is_the_synthetic_control_of_r_synthdid(record):
    block = block_of(record)
    omega, earlier = synthetic_control(block)
    assert omega == pytest.approx(record["omega"], abs=ESTIMATE)
    assert effect_curve(block, omega, earlier).mean() == pytest.approx(record["estimate"], rel=ESTIMATE)


@pytest.mark.parametrize("record", SYNTHETIC)
def test_the_jackknife_is_that_of_r_synthdid_but_for_its_centre(record):
    overall = aggregate(synthetic_did(panel_of(record), Design()), "overall")
    n = len(overall.panel.units)
    without = overall.reweighted(1 - np.eye(n))[:, 0]
    table = infer(overall, method="jackknife")
    if "jackknife (fixed weights)" not in record["errors"]:  # one treated unit: neither gives an error
        assert np.isnan(table["std_error"][0])
        return
    expected = record["errors"]["jackknife (fixed weights)"][0]
    squares = (n - 1) / n * ((without - without.mean()) ** 2).sum()
    assert np.sqrt(squares) == pytest.approx(expected, rel=STD_ERROR)
    # R centres at the mean of the estimates without each unit, `infer` at the estimate.
    off_centre = (n - 1) * (without.mean() - overall.estimate[0]) ** 2
    assert table["std_error"][0] == pytest.approx(np.sqrt(expected**2 + off_centre), rel=STD_ERROR)


SIMULATED = [
    pytest.param(*param.values, name, id=f"{param.id}.{name}", marks=param.marks)
    for param in SYNTHETIC
    for name in ("placebo", "bootstrap")
    if param.values[0] is None or f"{name} (random)" in param.values[0]["errors"]
]


@pytest.mark.parametrize(("record", "name"), SIMULATED)
def test_simulated_errors_are_those_of_r_synthdid_within_their_simulation_error(record, name):
    expected, draws = record["errors"][f"{name} (random)"]
    overall = aggregate(synthetic_did(panel_of(record), Design()), "overall")
    std_error = overall.own_draws[name](DRAWS, np.random.default_rng(1)).std()
    assert std_error == pytest.approx(expected, rel=MONTE_CARLO * np.sqrt(1 / (2 * draws) + 1 / (2 * DRAWS)))


@pytest.mark.parametrize("record", [param for param in SYNTHETIC if param.values[0] and param.values[0]["placebos"]])
def test_placebos_of_each_control_are_those_of_r_synthdid_but_for_its_early_stops(record):
    block = block_of(record)
    got = np.array([_placebo(block, j) for j in range(len(block.controls))])
    expected = np.array(record["placebos"])
    assert np.abs(got - expected).max() < STOPPED_SHORT * expected.std()
    assert got.std() == pytest.approx(expected.std(), rel=STOPPED_SHORT_ERROR)


def _placebo(block, j):
    """Control j as the cohort, the others as its controls, with the ridge of the data."""
    copies = np.ones((1, len(block.controls)))
    copies[0, j] = 0
    omega = best_unit_weights(block.unit_paths.T, block.unit_paths[[j]], block.unit_ridge, copies)
    others = np.delete(block.time_gaps, j, axis=0)
    others = others - others.mean(axis=0)
    earlier = best_weights((others.T @ others)[None])
    control = omega @ block.control_outcome
    return gap_paths(block, block.control_outcome[[j]], control, earlier)[0, block.after].mean()


if __name__ == "__main__":
    (HERE / "synthetic_did.json").write_text(as_json(own(slim(COLLECTION))), encoding="utf-8", newline="\n")
