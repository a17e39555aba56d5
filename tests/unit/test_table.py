"""The tidy table: its columns, its types, and texts that are the same on every machine."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from panels import simulated

from lnbeval import Design, aggregate, att_gt, infer
from lnbeval.table import COLUMNS, FLOATS, INTEGERS, KEYS, from_records, rounded, tidy, to_csv, to_records


@pytest.fixture(scope="module")
def table():
    return infer(aggregate(att_gt(simulated(), Design()), "event_time"))


def test_columns_stand_in_their_order_with_their_types(table):
    assert tuple(table.columns) == COLUMNS
    assert set(table[list(INTEGERS)].dtypes.astype(str)) == {"Int64"}
    assert set(table[list(FLOATS)].dtypes.astype(str)) == {"float64"}
    texts = table.drop(columns=[*INTEGERS, *FLOATS])
    assert all(isinstance(value, str) for value in texts.to_numpy().ravel())


def test_keys_tell_rows_apart(table):
    assert set(KEYS) <= set(COLUMNS)
    assert not table.duplicated(list(KEYS)).any()


def test_columns_not_given_are_empty_and_constants_fill_theirs():
    made = tidy(pd.DataFrame({"estimate": [1, 2], "cohort": [2017, np.nan]}, index=[7, 3]), indicator="jobs")
    assert made["indicator"].tolist() == ["jobs", "jobs"]
    assert made["estimate"].tolist() == [1.0, 2.0]
    assert made["cohort"].isna().tolist() == [False, True]
    assert made["cohort"][0] == 2017
    assert made["std_error"].isna().all()
    assert made["reason"].tolist() == ["", ""]
    assert made.index.tolist() == [0, 1]


def test_unknown_columns_are_refused_by_name():
    with pytest.raises(ValueError, match="no column 'effect', 'wave'"):
        tidy(pd.DataFrame({"effect": [1]}), wave="1")


def test_tidying_twice_changes_nothing(table):
    pd.testing.assert_frame_equal(tidy(table), table)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1 / 3, 0.3333333333),
        (123456.78901234, 123456.789),
        (-2e-13, 0.0),
        (9.9e-13, 0.0),
        (1.5e-12, 1.5e-12),
        (0.1 + 0.2, 0.3),
        (1e15 / 3, 333333333300000.0),
        (np.inf, np.inf),
    ],
)
def test_rounding_keeps_ten_digits_and_drops_noise(value, expected):
    assert rounded(value) == expected
    assert str(rounded(value)) != "-0.0"


def test_differences_in_the_last_bits_do_not_reach_the_text(table):
    other = table.assign(**{name: table[name] * (1 + 2e-16) for name in FLOATS})
    assert not other["estimate"].equals(table["estimate"])
    assert to_csv(other) == to_csv(table)
    assert to_records(other) == to_records(table)


def test_csv_reads_back_to_the_same_numbers(table):
    text = to_csv(table)
    assert "\r" not in text
    assert text.splitlines()[0] == ",".join(COLUMNS)
    read = tidy(pd.read_csv(io.StringIO(text)))
    np.testing.assert_allclose(read["estimate"], table["estimate"], rtol=1e-9, atol=1e-12)
    assert to_csv(read) == text


def test_whole_numbers_are_written_without_a_point(table):
    first = dict(zip(COLUMNS, to_csv(table).splitlines()[1].split(","), strict=True))
    assert (first["event_time"], first["n_units"], first["cohort"]) == ("-5", "16", "")


def test_records_are_plain_json_and_come_back(table):
    records = to_records(table)
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    base = next(record for record in records if record["event_time"] == -1)
    assert (base["estimate"], base["std_error"], base["cohort"]) == (0.0, None, None)
    back = from_records(records)
    assert to_csv(back) == to_csv(table)
    assert back.dtypes.equals(table.dtypes)


def test_no_records_are_an_empty_table():
    empty = from_records([])
    assert (tuple(empty.columns), len(empty)) == (COLUMNS, 0)


def test_records_keep_a_small_p_value(table):
    small = table.assign(p_value=1.23457e-12)
    assert ",1.23457e-12," in to_csv(small)
    assert to_records(small)[0]["p_value"] == 1.23457e-12
