"""Data on persons are turned away at the door: before anything is kept, and without telling a value."""

import pytest
from written_evaluations import command, evaluation, rows, source, written

from lnbeval.errors import DataError

IDS = ["J50101023A", "K65512091B", "I90305117C", "J01224088D", "K12130145E"]


def services(code, year):
    return 2 + (year + int(code[-1])) % 3


def register_of_persons(header, values):
    """Rows of persons: municipality, year, a figure, and what gives them away."""
    top, *body = rows(services=services)
    return [[*top, header], *([*row, values[at % len(values)]] for at, row in enumerate(body))]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("NID", IDS),
        ("Numri personal", IDS),
        ("Kodi", IDS),  # a harmless header over values of that form
        ("Emri Mbiemri", ["Agim Krasniqi", "Drita Leka"]),
        ("Nr. telefoni", ["0691234567"]),
        ("Adresa", ["Rruga e Dibrës 12"]),
        ("Datëlindja", ["12.03.1988"]),
    ],
)
def test_x82_rows_of_persons_are_refused_before_anything_is_cached(tmp_path, monkeypatch, capsys, header, values):
    table = register_of_persons(header, values)
    kept = [*table[0][:-1]]
    sources = [{**source([kept]), "columns": {"services": "services"}}]
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["services"], sources=sources)
    with pytest.raises(DataError, match="data on persons"):
        written(workspace)
    assert not list(workspace.outputs("trial").rglob("*"))
    code, said = command(workspace, monkeypatch, capsys, "check", "trial")
    assert code == DataError.exit_code
    assert header in said
    assert not any(value in said for value in values)


def test_x82_a_count_of_persons_without_a_number_is_an_indicator(tmp_path):
    top, *body = rows(services=services)
    table = [[*top, "Persona pa numër personal"], *([*row, 4] for row in body)]
    sources = [{**source([top]), "columns": {"services": "services"}}]
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["services"], sources=sources)
    assert len(written(workspace).values) == len(body)
