"""ATT(g, t) and its averages are those of R did."""

import numpy as np
import pytest
from golden_records import committed, elsewhere, panel

from lnbeval import Design, aggregate, att_gt, infer

ESTIMATE = 1e-8  # absolute: both are sums of a few thousand numbers near one, R did solves for them by a regression
STD_ERROR = 1e-8  # relative: the same sums squared
OWN, FOREIGN = committed("group_time"), elsewhere("group_time")


def effects_of(record):
    data = panel(record["data"], record["outcome"], record["unit"], record["weight"], record["cluster"])
    choices = {name: record[name] for name in ("control_group", "base_period", "anticipation", "missing")}
    return att_gt(data, Design(**choices))


def estimated(effects, key):
    """Estimate and analytic standard error of each row that could be estimated, by its key."""
    table = infer(effects, method="analytic", draws=99)
    table = table[table["status"] == "ok"]
    names = [key] if isinstance(key, str) else key
    keys = zip(*(table[name].tolist() for name in names), strict=True)
    spread = np.sqrt(_variance(effects))[effects.ok]
    return {k: (b, s) for k, b, s in zip(keys, table["estimate"], spread, strict=True)}


def _variance(effects):
    """Squares of the influence, summed by cluster: written out, since `infer` withholds errors of lone units."""
    total = np.zeros(len(effects.estimate))
    for name in dict.fromkeys(effects.cluster.tolist()):
        total += effects.influence[effects.cluster == name].sum(axis=0) ** 2
    return total / len(effects.cluster) ** 2


def averaged(effects, record):
    """By what the record says, restricted to what it says."""
    return aggregate(
        effects, record["by"], **{name: record[name] for name in ("balance", "event_times") if name in record}
    )


def averages(record):
    effects = effects_of(record)
    if record["by"] == "cell":
        return estimated(effects, ["cohort", "period"])
    average = averaged(effects, record)
    if record["by"] == "overall":
        return {("overall",): (average.estimate[0], np.sqrt(_variance(average))[0])}
    total = aggregate(average, "overall")
    return estimated(average, record["by"]) | {("overall",): (total.estimate[0], np.sqrt(_variance(total))[0])}


def meets(record):
    got = averages(record)
    expected = {tuple(row[:-2]): row[-2:] for row in record["rows"]}
    assert set(got) == set(expected)
    for key, (estimate, std_error) in expected.items():
        assert got[key][0] == pytest.approx(estimate, abs=ESTIMATE, rel=0), key
        # R gives no error for the base period; ours is zero there before `infer` empties it.
        assert got[key][1] == pytest.approx(std_error or 0.0, rel=STD_ERROR, abs=0), key


@pytest.mark.parametrize("record", OWN)
def test_estimates_and_errors_are_those_of_r_did(record):
    meets(record)


@pytest.mark.parametrize("record", FOREIGN)
def test_estimates_and_errors_on_the_data_of_others_are_those_of_r_did(record):
    meets(record)


@pytest.mark.parametrize("record", [param for param in OWN if param.values[0]["by"] == "event_time"])
def test_the_table_shows_the_error_of_r_did_with_its_normal_interval(record):
    table = infer(averaged(effects_of(record), record), method="analytic", draws=99).set_index("event_time")
    for e, estimate, std_error in record["rows"]:
        if e == "overall" or not std_error:
            continue
        assert table.loc[e, "std_error"] == pytest.approx(std_error, rel=STD_ERROR)
        assert table.loc[e, "conf_low"] == pytest.approx(estimate - 1.959963984540054 * std_error, abs=ESTIMATE)
