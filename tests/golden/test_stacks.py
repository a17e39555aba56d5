"""Stacked regressions are those of R fixest; `stacked` gives their estimates, with errors of its own."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from golden_records import every, panel, rows_of
from long_regression import clustered, long_regression

from lnbeval import Design, aggregate
from lnbeval.effects import BASE_PERIOD
from lnbeval.estimators.stacked import stacked
from lnbeval.spread import analytic

ESTIMATE = 1e-9  # absolute: fixest demeans by iteration
STD_ERROR = 1e-10  # relative
SHOCK = 5.0  # to every unit in one period


def stack_of(record, rows):
    """One clean experiment per cohort, on top of each other: the periods of the window, its units, clean controls."""
    before, after = record["window"]
    cohort = rows[record["cohort"]].fillna(0).replace(0, np.inf)
    parts = []
    for a in record["sub_experiments"]:
        clean = cohort > a + after if record["control_group"] == "not_yet_treated" else np.isinf(cohort)
        own = (cohort == a) | clean
        kept = rows[own & rows["year"].between(a - before, a + after)]
        parts.append(kept.assign(sub=a, treat=(cohort == a).astype(float), event_time=kept["year"] - a))
    return pd.concat(parts, ignore_index=True)


def with_corrective_weights(stack):
    """Treated observations weigh one; controls the share of their experiment among the treated, over that among them."""
    cell = stack.groupby(["sub", "event_time", "treat"])["treat"].transform("size")
    share = cell / stack.groupby(["event_time", "treat"])["treat"].transform("size")
    treated = share.where(stack["treat"] == 1).groupby([stack["sub"], stack["event_time"]]).transform("max")
    return stack.assign(corrective=np.where(stack["treat"] == 1, 1.0, treated / share))


def event_times(record):
    before, after = record["window"]
    return np.array([e for e in range(-before, after + 1) if e != -1])


def pooled(record, stack):
    """Treatment by event time, with effects of treatment and of event time alone, weighted."""
    times = event_times(record)
    interacted = (stack["event_time"].to_numpy()[:, None] == times) * stack[["treat"]].to_numpy()
    contrast = np.eye(len(times)) if record["by"] == "event_time" else (times >= 0)[:, None] / (times >= 0).sum()
    columns = record | {"absorbed": None, "dummies": ["event_time"], "weight": "corrective"}
    X = np.column_stack([interacted, stack["treat"]])
    contrast = np.vstack([contrast, np.zeros((1, contrast.shape[1]))])
    made = long_regression(with_corrective_weights(stack), columns, X, contrast)
    return made.effects, clustered(made.effects, len(stack), made.n_columns)


def plain(record, stack):
    """Treatment by event time or since treatment, with effects of units and of periods within sub-experiments."""
    treat, e = stack["treat"].to_numpy()[:, None], stack["event_time"].to_numpy()[:, None]
    X = (e >= 0) * treat if record["by"] == "overall" else (e == event_times(record)) * treat
    stack = stack.assign(unit_in_sub=stack[record["unit"]].astype(str) + " " + stack["sub"].astype(str))
    made = long_regression(stack, record | {"absorbed": "unit_in_sub", "dummies": ["sub", "year"]}, X)
    n_effects = len(stack[["sub", "year"]].drop_duplicates())  # those of units are nested in the clusters
    return made.effects, clustered(made.effects, len(stack), X.shape[1] + n_effects)


def ours(record):
    names = ("data", "outcome", "unit", "weight", "cluster", "filter")
    data = panel(*(record[name] for name in names), cohort=record["cohort"])
    effects = stacked(data, Design(control_group=record["control_group"], window=tuple(record["window"])))
    return effects if record["by"] == "event_time" else aggregate(effects, "overall")


def without_base(effects):
    return effects.estimate[effects.columns["reason"] != BASE_PERIOD]


CORRECTED = every("stacked", lambda record: record["kind"] == "wfh")
COMPLETE = every("stacked", lambda record: record["kind"] == "wfh" and record["filter"] is None)
GAPS = every("stacked", lambda record: record["kind"] == "wfh" and record["filter"] and record["by"] == "event_time")


@pytest.mark.parametrize("record", COMPLETE)
def test_estimates_are_those_of_the_weighted_regression_of_fixest(record):
    assert without_base(ours(record)) == pytest.approx([b for _, b, _ in record["rows"]], abs=ESTIMATE, rel=0)


@pytest.mark.parametrize("record", CORRECTED)
def test_the_weighted_regression_through_the_engine_has_the_errors_of_fixest(record):
    effects, std_error = pooled(record, stack_of(record, rows_of(record)))
    assert effects.regression.fit().n_obs == record["n_rows"]
    assert effects.estimate == pytest.approx([b for _, b, _ in record["rows"]], abs=ESTIMATE, rel=0)
    assert std_error == pytest.approx([se for *_, se in record["rows"]], rel=STD_ERROR)


@pytest.mark.parametrize("record", every("stacked", lambda record: record["kind"] == "plain"))
def test_the_regression_with_effects_of_sub_experiments_is_that_of_fixest(record):
    effects, std_error = plain(record, stack_of(record, rows_of(record)))
    assert effects.estimate == pytest.approx([b for _, b, _ in record["rows"]], abs=ESTIMATE, rel=0)
    assert std_error == pytest.approx([se for *_, se in record["rows"]], rel=STD_ERROR)


def shocked(record, rows):
    return rows.assign(**{record["outcome"]: rows[record["outcome"]] + SHOCK * (rows["year"] == 2017)})


@pytest.mark.parametrize("record", [param for param in COMPLETE if param.id.startswith("stacked_wfh_event.sim61a")])
def test_a_shock_common_to_all_units_moves_the_errors_of_the_pooled_regression_but_not_ours(record):
    effects = ours(record)
    data = effects.panel
    moved = effects.refit(replace(data, outcome=data.outcome + SHOCK * (data.periods == 2017)))
    np.testing.assert_allclose(moved.estimate, effects.estimate, rtol=0, atol=ESTIMATE)
    np.testing.assert_allclose(analytic(moved).std_error, analytic(effects).std_error, rtol=STD_ERROR)
    before, after = (
        pooled(record, stack_of(record, rows))[1] for rows in (rows_of(record), shocked(record, rows_of(record)))
    )
    assert (np.abs(after / before - 1) > 0.05).any()


@pytest.mark.parametrize("record", GAPS)
def test_with_gaps_unit_effects_move_the_regression_of_levels_but_not_ours(record):
    rows, effects = rows_of(record), ours(record)
    rng = np.random.default_rng(4)
    own = pd.Series(rng.normal(0, 10, rows[record["unit"]].nunique()), index=rows[record["unit"]].unique())
    lifted = rows.assign(**{record["outcome"]: rows[record["outcome"]] + rows[record["unit"]].map(own)})
    levels, moved = (pooled(record, stack_of(record, r))[0].estimate for r in (rows, lifted))
    assert (np.abs(moved - levels) > 0.01).any()
    shift = own.loc[effects.panel.units.tolist()].to_numpy()[:, None]
    again = effects.refit(replace(effects.panel, outcome=effects.panel.outcome + shift))
    np.testing.assert_allclose(again.estimate, effects.estimate, rtol=0, atol=ESTIMATE)
