"""Effects by cohort and event time, and their averages, are those of `sunab` of R fixest."""

import numpy as np
import pytest
from golden_records import every, panel, rows_of
from long_regression import clustered, long_regression

from lnbeval import Design, aggregate, att_gt, infer
from lnbeval.effects import BASE_PERIOD
from lnbeval.estimators.sun_abraham import sun_abraham
from lnbeval.panel import periods_kept
from lnbeval.spread import cr1

ESTIMATE = 1e-10  # absolute, of outcomes of the order of one to ten: normal equations against iterated demeaning
STD_ERROR = 1e-10  # relative
LAST = "simnn_a"  # its units are all treated in the end


def estimated(effects):
    """Estimate and CR1 error of the rows that are not zero by construction, by cohort and event time."""
    columns = effects.columns
    shown = effects.ok & (columns["reason"] != BASE_PERIOD)
    keys = zip(columns["cohort"][shown], columns["event_time"][shown], strict=True)
    rows = zip(effects.estimate[shown], cr1(effects).std_error[shown], strict=True)
    return {
        tuple(None if np.isnan(part) else int(part) for part in key): row for key, row in zip(keys, rows, strict=True)
    }


def meets(got, record):
    assert set(got) == {(cohort, e) for cohort, e, *_ in record["rows"]}
    for cohort, e, estimate, std_error in record["rows"]:
        assert got[cohort, e][0] == pytest.approx(estimate, abs=ESTIMATE, rel=0), (cohort, e)
        assert got[cohort, e][1] == pytest.approx(std_error, rel=STD_ERROR), (cohort, e)


def averaged(record):
    names = ("data", "outcome", "unit", "weight", "cluster", "filter")
    effects = sun_abraham(panel(*(record[name] for name in names)), Design())
    return effects if record["by"] == "cell" else aggregate(effects, record["by"])


PLAIN = every("sun_abraham", lambda record: not record["covariates"] and record["data"] != LAST)


@pytest.mark.parametrize("record", PLAIN)
def test_effects_and_their_averages_are_those_of_fixest(record):
    meets(estimated(averaged(record)), record)


@pytest.mark.parametrize("record", [param for param in PLAIN if "sun_abraham_event.sim61a" in param.id])
def test_the_table_shows_the_error_of_fixest(record):
    table = infer(averaged(record), method="cr1", draws=99).set_index("event_time")
    for _, e, _, std_error in record["rows"]:
        assert table.loc[e, "std_error"] == pytest.approx(std_error, rel=STD_ERROR)


def by_regression(record, cells):
    """The regression on indicators of the cells, and on covariates by period, which a Panel does not hold."""
    rows = rows_of(record)
    cohort = rows["cohort"].to_numpy()
    event_time = rows["year"].to_numpy() - cohort
    own = np.column_stack([(cohort == g) & (event_time == e) for g, e in cells]).astype(float)
    X = np.column_stack([own, rows[record["covariates"]].to_numpy(float)])
    mass = own.sum(axis=0)  # the records with covariates have no weights
    keys = [(g, e) for g, e, *_ in record["rows"]]
    shares = np.zeros((X.shape[1], len(keys)))
    shares[: len(cells)] = np.array([[mass[i] * belongs(cell, key) for key in keys] for i, cell in enumerate(cells)])
    columns = record | {"absorbed": record["unit"], "dummies": ["year"]}
    made = long_regression(rows, columns, X, shares / shares.sum(axis=0))
    std_error = clustered(made.effects, made.fit.n_obs, made.n_columns + 1)
    return dict(zip(keys, zip(made.effects.estimate, std_error, strict=True), strict=True))


def belongs(cell, key):
    """Whether an effect enters the average: over all event times since treatment where none is named."""
    (g, e), (cohort, event_time) = cell, key
    return (cohort is None or g == cohort) and (e >= 0 if event_time is None else e == event_time)


@pytest.mark.parametrize("record", every("sun_abraham", lambda record: record["covariates"]))
def test_with_a_covariate_by_period_the_regression_is_that_of_fixest(record):
    rows = rows_of(record)
    treated = rows[rows["cohort"] > 0]
    cells = sorted(set(zip(treated["cohort"], treated["year"] - treated["cohort"], strict=True)))
    meets(by_regression(record, [(g, e) for g, e in cells if e != -1]), record)


# Where every unit is treated in the end, fixest keeps all periods, drops what is collinear and goes on: the treated
# observations whose indicators it dropped, of units treated for up to five years, then stand in for untreated ones.
# Here the last cohort stands in, and the periods from its treatment on are left out.
WITHOUT_NEVER = every("sun_abraham", lambda record: record["data"] == LAST and record["by"] == "cell")


@pytest.mark.parametrize("record", WITHOUT_NEVER)
def test_without_never_treated_units_effects_are_those_of_att_gt_before_the_last_cohort_is_treated(record):
    whole = panel(record["data"], record["outcome"], record["unit"], cluster=record["cluster"])
    ours = sun_abraham(whole, Design(control_group="not_yet_treated"))
    before = [int(t) for t in whole.periods if t < whole.cohort.max()]
    expected = att_gt(periods_kept(whole, before), Design())
    keys = ["cohort", "event_time", "estimate"]
    ours, expected = (infer(made, method="analytic", draws=99) for made in (ours, expected))
    ours, expected = (table[table["status"] == "ok"][keys].to_numpy(float) for table in (ours, expected))
    np.testing.assert_allclose(ours, expected, rtol=0, atol=ESTIMATE)


@pytest.mark.parametrize("record", WITHOUT_NEVER)
def test_without_never_treated_units_fixest_takes_some_treated_observations_for_untreated(record):
    kept = [(g, e) for g, e, *_ in record["rows"]]
    meets(by_regression(record, kept), record)
    rows = rows_of(record)
    event_time = rows["year"] - rows["cohort"]
    own = set(zip(rows["cohort"], event_time, strict=True))
    dropped = {(g, e) for g, e in own - set(kept) if e >= 0}
    assert dropped == {(2012, 0), (2012, 2), (2012, 3), (2012, 4), (2012, 5), (2014, 3)}
