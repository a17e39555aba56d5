"""What enters as a panel, and every reason for which it is refused: what is wrong, where, and what to do."""

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from lnbeval import NEVER, Panel
from lnbeval.errors import DataError, PanelError
from lnbeval.panel import fully_observed, periods_kept, units_kept

NAMES = {"unit": "municipality", "period": "year", "outcome": "rate", "cohort": "first_treated"}


def frame():
    """Durrës treated from 2018, Fier from 2019, Has never; six rows more than one, none missing."""
    return pd.DataFrame(
        {
            "municipality": ["Durrës"] * 3 + ["Fier"] * 3 + ["Has"] * 3,
            "year": [2017, 2018, 2019] * 3,
            "rate": [1.0, 2, 3, 4, 5, 6, 7, 8, 9],
            "first_treated": [2018.0] * 3 + [2019.0] * 3 + [NEVER] * 3,
            "population": [10.0] * 3 + [20.0] * 3 + [30.0] * 3,
            "county": ["Durrës"] * 3 + ["Fier"] * 3 + ["Kukës"] * 3,
        }
    )


def changed(column, row, value):
    """The frame with one cell of the given column changed."""
    rows = frame()
    rows[column] = rows[column].astype(object)
    rows.loc[row, column] = value
    return rows


def panel(rows, **more):
    return Panel.from_long(rows, **(NAMES | more))


def refused(rows, *said, **more):
    """The refusal, after checking that it says each of the words."""
    with pytest.raises(PanelError) as caught:
        panel(rows, **more)
    message = str(caught.value)
    for words in said:
        assert words in message, message
    assert message.endswith(".")
    return message


def test_rows_become_units_by_periods():
    made = panel(frame(), covariates=["population"], weight="population", cluster="county")
    assert made.units.tolist() == ["Durrës", "Fier", "Has"]
    assert made.periods.tolist() == [2017, 2018, 2019]
    assert made.outcome.tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert made.cohort.tolist() == [2018, 2019, NEVER]
    assert made.weight.tolist() == [10, 20, 30]
    assert made.covariates.tolist() == [[10], [20], [30]]
    assert made.covariate_names == ("population",)
    assert made.cluster.tolist() == ["Durrës", "Fier", "Kukës"]


def test_without_weight_and_cluster_units_count_one_and_are_their_own_cluster():
    made = panel(frame())
    assert made.weight.tolist() == [1, 1, 1]
    assert made.cluster.tolist() == made.units.tolist()
    assert made.covariates.shape == (3, 0)


def test_rows_in_any_order_fill_the_same_cells():
    shuffled = frame().iloc[[8, 3, 0, 5, 1, 7, 2, 6, 4]]
    made = panel(shuffled)
    assert made.units.tolist() == ["Has", "Fier", "Durrës"]  # as they first appear
    assert made.outcome.tolist() == [[7, 8, 9], [4, 5, 6], [1, 2, 3]]
    assert made.cohort.tolist() == [NEVER, 2019, 2018]


def test_absent_rows_and_empty_cells_are_not_observed():
    made = panel(changed("rate", 4, None).drop(index=0))
    assert np.isnan(made.outcome).tolist() == [[True, False, False], [False, True, False], [False, False, False]]


def test_the_frame_is_left_as_it_was():
    rows = frame()
    panel(rows, weight="population", cluster="county")
    pd.testing.assert_frame_equal(rows, frame())


@pytest.mark.parametrize("name", ["units", "periods", "outcome", "cohort", "covariates", "weight", "cluster"])
def test_arrays_are_copied_and_read_only(name):
    given = {
        "units": np.array(["a", "b"], dtype=object),
        "periods": np.array([1, 2]),
        "outcome": np.zeros((2, 2)),
        "cohort": np.array([2.0, NEVER]),
        "covariates": np.zeros((2, 1)),
        "weight": np.ones(2),
        "cluster": np.array(["a", "b"], dtype=object),
    }
    made = Panel(**given)
    before = getattr(made, name).copy()
    given[name][0] = given[name][-1] + given[name][-1]
    np.testing.assert_array_equal(getattr(made, name), before)
    with pytest.raises(ValueError, match="read-only"):
        getattr(made, name)[0] = 1
    with pytest.raises(AttributeError):
        setattr(made, name, before)


def test_refusals_are_errors_in_the_data():
    assert issubclass(PanelError, DataError)
    assert PanelError.exit_code == 3


def test_all_missing_columns_are_named_with_the_nearest_there_is():
    message = refused(frame(), outcome="rat", cohort="first_treted", weight="zz")
    assert "There is no column 'rat'. Did you mean 'rate'?" in message
    assert "There is no column 'first_treted'. Did you mean 'first_treated'?" in message
    assert "There is no column 'zz'." in message
    assert "The columns are: municipality, year, rate, first_treated, population, county." in message


def test_a_column_that_stands_twice():
    twice = pd.concat([frame(), frame()[["rate"]]], axis=1)
    refused(twice, "Column 'rate' stands 2 times; rename all but one")


def test_a_table_without_rows():
    refused(frame().iloc[:0], "has a header but no rows")


@pytest.mark.parametrize(
    ("value", "shown"), [("2018/19", "'2018/19'"), (2018.5, "2018.5"), (None, "empty"), (np.inf, "inf")]
)
def test_a_period_that_is_no_whole_number(value, shown):
    refused(changed("year", 4, value), "Period 'year' must be a whole number", f"row 5 ({shown})", "Correct these rows")


def test_periods_written_as_text_are_read():
    rows = frame().assign(year=frame()["year"].astype(str))
    assert panel(rows).periods.tolist() == [2017, 2018, 2019]


def test_an_empty_unit():
    refused(changed("municipality", 2, None), "Unit 'municipality' is empty in row 3.", "Fill or drop")


def test_more_than_five_culprits_are_counted():
    rows = frame().assign(municipality=None)
    message = refused(rows, "row 1; row 2", "row 5; and 4 more")
    assert "row 6" not in message


@pytest.mark.parametrize(
    ("more", "said"), [([4], "Fier in 2018 (2 rows)"), ([4, 4, 0], "Durrës in 2017 (2 rows); Fier in 2018 (3 rows)")]
)
def test_a_unit_period_that_stands_more_than_once(more, said):
    rows = pd.concat([frame(), frame().iloc[more]])
    refused(
        rows,
        f"More than one row for the same unit and period: {said}. Keep one each",
        "--estimator repeated_cross_sections",
    )


def test_an_outcome_that_is_text():
    refused(changed("rate", 5, "n/a"), "Outcome 'rate' is not a number: 'n/a' for Fier in 2019")


def test_an_outcome_that_is_infinite():
    refused(changed("rate", 5, np.inf), "Outcome 'rate' is not a number: inf for Fier in 2019")


def test_an_outcome_that_is_empty_everywhere():
    refused(frame().assign(rate=np.nan), "Outcome 'rate' is empty in every row")


def test_a_cohort_that_is_text():
    refused(
        changed("first_treated", 6, "phase 1"),
        "Cohort 'first_treated' must be the first treated period, a number; it is not in row 7 ('phase 1')",
    )


def test_a_cohort_between_periods():
    rows = frame().replace({"first_treated": {2018.0: 2018.5}})
    refused(rows, "Cohort 'first_treated' must be a whole period; found 2018.5")


def test_a_column_that_holds_no_periods_is_not_taken_for_cohorts():
    rows = frame().assign(first_treated=np.arange(9) + 0.123456789)
    said = refused(
        rows, "holds 9 values that are no periods of these data (2017 to 2019)", "and 4 more", "name another"
    )
    assert len(said) < 300


def test_cells_are_shown_as_they_stand_in_the_file():
    said = refused(
        frame().assign(rate=["x", *[1 / 3] * 8], year=[np.nan, 2018.1 + 0.2, *[2018.0] * 7]), "row 1 (empty)"
    )
    assert "row 2 (2018.3)" in said
    assert "np." not in said


def test_many_values_within_a_unit_are_counted():
    rows = pd.concat([frame().assign(year=year) for year in range(2010, 2020)]).drop_duplicates(
        ["municipality", "year"]
    )
    refused(rows.assign(first_treated=rows["year"]), "'first_treated' varies within", " and 5 more)")


def test_a_cohort_that_varies_within_a_unit():
    refused(
        changed("first_treated", 1, 2019),
        "'first_treated' varies within Durrës (2018, 2019)", "It must be the same in all rows of a unit",
    )  # fmt: skip


def test_a_cohort_that_varies_between_never_and_a_period():
    refused(changed("first_treated", 8, 2019), "'first_treated' varies within Has (2019, inf)")


@pytest.mark.parametrize(("code", "said"), [(None, "empty"), (0, "0"), (9999, "9999"), (-1, "-1")])
def test_an_undeclared_code_for_never_is_refused_and_says_how_to_declare_it(code, said):
    rows = frame().replace({"first_treated": {NEVER: code}})
    refused(rows, f"Cohort 'first_treated' is {said} for 1 units", "not declared", f"--never {said}", f"never='{said}'")


@pytest.mark.parametrize(
    ("code", "never"), [(None, "empty"), (0, 0), (0, "0"), (0, 0.0), (9999, 9999), (9999, "9999"), ("none", "none")]
)
def test_a_declared_code_for_never(code, never):
    rows = frame().assign(first_treated=frame()["first_treated"].astype(object).replace({NEVER: code}))
    assert panel(rows, never=never).cohort.tolist() == [2018, 2019, NEVER]


def test_infinity_needs_no_declaration_beside_another_code():
    rows = frame().replace({"first_treated": {2019.0: 0.0}})
    assert panel(rows, never=0).cohort.tolist() == [2018, NEVER, NEVER]
    assert panel(frame(), never="inf").cohort.tolist() == [2018, 2019, NEVER]


def test_declaring_one_code_does_not_let_another_pass():
    rows = frame().replace({"first_treated": {NEVER: np.nan, 2019.0: 0.0}})
    refused(rows, "Cohort 'first_treated' is empty for 1 units", never=0)
    refused(rows, "Cohort 'first_treated' is 0 for 1 units", never="empty")


def test_an_undeclared_zero_is_refused_when_periods_are_counted_from_one():
    rows = frame().replace(
        {"first_treated": {2018.0: 2.0, 2019.0: 3.0, NEVER: 0.0}, "year": {2017: 1, 2018: 2, 2019: 3}}
    )
    refused(rows, "Cohort 'first_treated' is 0 for 1 units", "--never 0")


def test_a_cohort_after_the_last_period_is_kept():
    rows = frame().replace({"first_treated": {2019.0: 2023.0}})
    assert panel(rows).cohort.tolist() == [2018, 2023, NEVER]


def test_a_covariate_that_is_no_number():
    refused(
        changed("population", 3, None),
        "'population' must be a number; it is not in row 4", "Complete it or drop these units",
        covariates=["population"],
    )  # fmt: skip


def test_a_covariate_that_varies_within_a_unit():
    refused(changed("population", 3, 21), "'population' varies within Fier (20, 21)", covariates=["population"])


@pytest.mark.parametrize("weight", [0.0, -1.0])
def test_a_weight_that_is_not_positive(weight):
    rows = frame().replace({"population": {20.0: weight}})
    refused(rows, "Weight 'population' is zero or negative for Fier", "Drop these units", weight="population")


def test_a_weight_that_varies_within_a_unit():
    refused(changed("population", 0, 11), "'population' varies within Durrës (10, 11)", weight="population")


def test_an_empty_cluster():
    refused(changed("county", 7, None), "'county' is empty in row 8.", "Fill it for every unit", cluster="county")


def test_a_cluster_that_varies_within_a_unit():
    refused(changed("county", 7, "Fier"), "'county' varies within Has", cluster="county")


def test_a_cluster_that_varies_is_shown_by_its_names():
    refused(changed("county", 7, "Fier"), "'county' varies within Has (Fier, Kukës)", cluster="county")


def test_units_kept_takes_every_array_along():
    made = panel(frame(), covariates=["population"], weight="population", cluster="county")
    kept = units_kept(made, np.array([2, 0]))
    assert kept.units.tolist() == ["Has", "Durrës"]
    assert kept.outcome.tolist() == [[7, 8, 9], [1, 2, 3]]
    assert kept.cohort.tolist() == [NEVER, 2018]
    assert kept.covariates.tolist() == [[30], [10]]
    assert kept.weight.tolist() == [30, 10]
    assert kept.cluster.tolist() == ["Kukës", "Durrës"]
    assert kept.periods.tolist() == [2017, 2018, 2019]


def test_periods_kept():
    kept = periods_kept(panel(frame()), [2019, 2017])
    assert kept.periods.tolist() == [2017, 2019]
    assert kept.outcome.tolist() == [[1, 3], [4, 6], [7, 9]]


def test_periods_that_are_not_there():
    with pytest.raises(PanelError, match=re.escape("no period 2012, 2030; it has 2017, 2018, 2019")):
        periods_kept(panel(frame()), [2030, 2018, 2012])


def test_fully_observed_keeps_units_without_gaps():
    assert fully_observed(panel(changed("rate", 4, None))).units.tolist() == ["Durrës", "Has"]


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_importing_the_package_does_not_import_pandas():
    code = "import sys, lnbeval; print('pandas' in sys.modules, 'numpy' in sys.modules)"
    assert run(code) == ["False", "False"]


@pytest.mark.parametrize(
    "first",
    [
        "import lnbeval.aggregation",
        "import lnbeval.estimators.att_gt",
        "import lnbeval.inference, lnbeval.robustness, lnbeval.cli.main",
        "from lnbeval import infer, twfe",
    ],
)
def test_public_names_are_functions_whatever_was_imported_before(first):
    names = "aggregate, att_gt, infer, twfe, twfe_event_study"
    code = f"{first}\nimport lnbeval\nfrom lnbeval import {names}\nprint(*(type(f).__name__ for f in ({names})))"
    assert set(run(code)) == {"function"}


def test_all_public_names_load():
    import lnbeval

    assert all(getattr(lnbeval, name) is not None for name in lnbeval.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = lnbeval.nothing
