"""Figures that formulas fetch from another workbook, with the values of the last update."""

import re
import zipfile

import pytest
from written_evaluations import CODES, evaluation, found, people, reported, rows, taken

SHEET_PART = "xl/worksheets/sheet1.xml"


def fetched(path, formulas):
    """Make cells of a workbook formulas whose stored value is the figure that stands there."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts[SHEET_PART].decode()
    for cell, formula in formulas.items():
        text, number = re.subn(rf'<c r="{cell}"[^>]*><v>', f'<c r="{cell}">{formula}<v>', text)
        assert number == 1
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | {SHEET_PART: text.encode()}).items():
            archive.writestr(name, content)


def warned(folder, formulas):
    workspace = evaluation(folder, {"raport.xlsx": rows(beneficiaries=people)}, ["care_coverage"])
    fetched(workspace.raw("trial") / "raport.xlsx", formulas)
    assert reported(taken(workspace), CODES[0], 2014, "beneficiaries") == people(CODES[0], 2014)
    return found(workspace, "fetched_values")


def test_s13_cells_that_fetch_from_another_workbook_are_warned_about(tmp_path):
    formulas = {f"C{row}": f"<f>'[1]Sheet 1'!C{row}</f>" for row in (2, 3, 4)}
    formulas["C9"] = "<f>VLOOKUP(A9,[2]T1!A:B,2,0)</f>"
    (one,) = warned(tmp_path, formulas)
    assert (one.severity, one.cell) == ("WARN", "C2:C4, C9")
    assert one.what.startswith("4 cells fetch their values from another workbook")


def test_s13_a_formula_filled_down_is_all_of_its_cells(tmp_path):
    shared = {"C2": '<f t="shared" ref="C2:C4" si="0">[1]T1!C2</f>', "C3": '<f t="shared" si="0"/>'}
    (one,) = warned(tmp_path, shared | {"C4": '<f t="shared" si="0"/>'})
    assert one.cell == "C2:C4"


@pytest.mark.parametrize("formula", ["SUM(D2:D4)", "SUM(Tabela[2019])", "Fleta2!C2", "INDEX(Tabela[2019],Fleta2!C2)"])
def test_s13_formulas_of_the_workbook_itself_are_quiet(tmp_path, formula):
    assert warned(tmp_path, {"C2": f"<f>{formula}</f>"}) == []
