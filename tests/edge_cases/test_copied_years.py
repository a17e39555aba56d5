"""Years that hold the figures of another year in nearly all municipalities."""

import pytest
from written_evaluations import CODES, decide, evaluation, found, people, reported, rows, taken


def copied(of, to, changed=0):
    """Beneficiaries of which a year holds the figures of another one, but for some municipalities."""
    return lambda code, year: people(code, of if year == to and CODES.index(code) >= changed else year)


def asked(folder, series):
    workspace = evaluation(folder, {"raport.xlsx": rows(beneficiaries=series)}, ["care_coverage"])
    return workspace, found(workspace, "copied_year")


@pytest.mark.parametrize(("of", "to", "changed"), [(2018, 2019, 0), (2015, 2020, 0), (2018, 2019, 3)])
def test_s03_a_year_that_was_pasted_twice_is_asked_about(tmp_path, of, to, changed):
    workspace, (question,) = asked(tmp_path, copied(of, to, changed))
    assert (question.severity, question.year, question.name.split("/")[-1]) == (
        "ASK",
        str(to),
        f"beneficiaries {of}-{to}",
    )
    assert f"beneficiaries of {to} is that of {of} in {61 - changed} of 61 municipalities" in question.what
    for answer, gone in (("drop_earlier", {of}), ("drop_later", {to}), ("keep", set())):
        decide(workspace, (question.name, answer))
        values = taken(workspace).values
        assert set(values.loc[values["value"].isna(), "period"]) == gone
        assert reported(taken(workspace), CODES[30], 2016, "beneficiaries") == people(CODES[30], 2016)


@pytest.mark.parametrize(
    "series",
    [
        people,
        lambda code, year: people(code, 2014 if year < 2019 else 2019),  # places in homes: built once, enlarged once
        lambda code, year: people(code, year - year % 2),  # counted every other year, and carried forward
        lambda code, year: people(code, year) if CODES.index(code) < 9 else 0,  # of zeros nothing can be said
        lambda code, year: 2 + (CODES.index(code) + year) % 3,  # so few figures come back by chance
        lambda code, year: people(code, 2014 + year % 3),
        copied(2018, 2019, 30),  # of some municipalities: they may have sent the form of last year
    ],
)
def test_s03_a_series_that_is_steady_or_zero_by_nature_is_not(tmp_path, series):
    assert asked(tmp_path, series)[1] == []
