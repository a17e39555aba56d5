"""Evaluations written for a test: a workspace with its own reference, parameters and a workbook or csv file."""

import csv
import json
import shutil
from pathlib import Path

import openpyxl

from lnbeval.cli.main import exit_code
from lnbeval.cli.register import register
from lnbeval.errors import LnbevalError
from lnbeval.reference import load_reference
from lnbeval.workspace.intake_stage import taken_in, write_intake
from lnbeval.workspace.parameters import read_parameters
from lnbeval.workspace.places import Workspace

ROOT = Path(__file__).parents[2]
REFERENCE = load_reference(ROOT / "data" / "reference")
CODES = list(REFERENCE.municipalities.index)
NAMES = REFERENCE.municipalities["name"].to_dict()
POPULATION = REFERENCE.municipalities["population_2023"].to_dict()
YEARS = range(2014, 2022)
SHEET = "Të dhëna"


def people(code, year):
    """Beneficiaries: 8 of 1,000 inhabitants and a little more each year, and a little else in each municipality."""
    return round(POPULATION[code] * (0.008 + 0.0001 * (year - 2014) + 0.0003 * (CODES.index(code) % 7))) + 20


def rows(years=YEARS, **series):
    """Header and rows of municipality, year and one column per series; a series is a function of code and year."""
    header = ["Bashkia", "Viti", *series]
    return [
        header,
        *([NAMES[code], year, *(of(code, year) for of in series.values())] for code in CODES for year in years),
    ]


def with_cell(table, code, year, column, value):
    """The table with another value in one cell, and the address of the cell in a workbook."""
    place = table[0].index(column)
    number = next(n for n, row in enumerate(table) if row[:2] == [NAMES[code], year])
    changed = [*table[:number], [*table[number][:place], value, *table[number][place + 1 :]], *table[number + 1 :]]
    return changed, f"{chr(ord('A') + place)}{number + 1}"


def write_workbook(path, table):
    book = openpyxl.Workbook()
    book.active.title = SHEET
    for row in table:
        book.active.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def write_csv(path, table):
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(table)


def source(table, file="raport.xlsx", **more):
    """A source that reads every series of a table under its own name."""
    return {"file": file, "unit": "Bashkia", "period": "Viti", "columns": {name: name for name in table[0][2:]}, **more}


def evaluation(folder, tables, indicators, *, sources=None, variables=(), registry=(), data=None, first_treated=2018):
    """A workspace with the evaluation `trial`; `tables` by file name, `variables` and `registry` are rows to add."""
    workspace = Workspace(root=folder)
    shutil.copytree(ROOT / "data" / "reference", workspace.reference)
    (folder / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    added(workspace.reference / "variables.csv", variables)
    added(workspace.reference / "indicators.csv", registry)
    for file, table in tables.items():
        path = workspace.raw("trial") / file
        write_workbook(path, table)
    parameters = {
        "title": "Trial",
        "question": "Did it help?",
        "kind": "check",
        "banner": "A test.",
        "estimand": "The extra effect of targeted support.",
        "data": {
            "sources": sources or [source(table, file) for file, table in tables.items()],
            "denominator": "population_2011",
            **(data or {}),
        },
        "treatment": {
            "table": "reference/treatment_evidence.csv",
            "status": ["confirmed"],
            "phases": [{"phase": 1, "first_treated": first_treated}],
        },
        "indicators": list(indicators),
        "seed": 1,
    }
    workspace.parameters("trial").parent.mkdir(parents=True, exist_ok=True)
    workspace.parameters("trial").write_text(json.dumps(parameters), encoding="utf-8")
    return workspace


def added(path, new):
    """A table of the reference with rows added or, where the code is known, changed; blank where a row says nothing."""
    with path.open(encoding="utf-8", newline="") as stream:
        table = {row["code"]: row for row in csv.DictReader(stream)}
    columns = list(next(iter(table.values())))
    for row in new:
        table[row["code"]] = dict.fromkeys(columns, "") | table.get(row["code"], {}) | row
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table.values())


def variable(code, kind, **more):
    """A row of variables.csv."""
    return {"code": code, "unit": kind, "counting_unit": kind, "kind": kind, "frequency": "yearly", **more}


def indicator(code, numerator, kind, **more):
    """A row of indicators.csv."""
    return {
        "code": code, "label": code, "label_sq": code, "unit": kind, "effect_unit": kind, "direction": "up",
        "outcome_area": "1", "numerator": numerator, "scale": "1", "decimals": "1", "kind": kind, **more,
    }  # fmt: skip


def taken(workspace):
    """The intake of the evaluation, as the pipeline has it."""
    reference = load_reference(workspace.reference)
    return taken_in(workspace, "trial", read_parameters(workspace, "trial", reference), reference)


def written(workspace):
    """The intake stage of the evaluation."""
    reference = load_reference(workspace.reference)
    return write_intake(workspace, "trial", read_parameters(workspace, "trial", reference), reference)


def found(workspace, rule):
    """The problems of one kind."""
    return [problem for problem in taken(workspace).problems if problem.rule == rule]


def decide(workspace, *answers):
    """Write the decisions file: pairs of a question and its answer."""
    lines = [f"{problem},{decision},it was asked,A. Hoxha,2026-11-22" for problem, decision in answers]
    text = "\n".join(["problem,decision,reason,who,when", *lines]) + "\n"
    workspace.decisions("trial").write_text(text, encoding="utf-8")


def command(workspace, monkeypatch, capsys, *arguments):
    """Exit code and everything said by `lnbeval ARGUMENTS`, run in the workspace."""
    monkeypatch.chdir(workspace.root)
    code = exit_code(list(arguments))
    said = capsys.readouterr()
    return code, said.out + said.err


def register_files(workspace, monkeypatch, capsys, *options):
    """Exit code and everything said by `lnbeval register trial OPTIONS`, run in the workspace."""
    monkeypatch.chdir(workspace.root)
    try:
        register.main(["trial", *options], standalone_mode=False)
    except LnbevalError as error:
        return error.exit_code, str(error)
    return 0, capsys.readouterr().out


def reported(intake, code, year, name):
    """The value of one municipality, year and variable."""
    values = intake.values
    return values.loc[
        (values["code"] == code) & (values["period"] == year) & (values["variable"] == name), "value"
    ].item()


def reconciles(intake):
    """Whether the counts add up, file by file."""
    counts = intake.counts
    parts = [name for name in counts.columns if name.startswith("cells_") and name != "cells_read"]
    rows_add_up = (counts["rows_read"] == counts["rows_used"] + counts["rows_set_aside"]).all()
    return bool(rows_add_up and (counts["cells_read"] == counts[parts].sum(axis=1)).all())
