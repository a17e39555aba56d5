"""The problems of an input as a workbook, one a row: each opens the file it is about at its cell."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from zipfile import BadZipFile, ZipFile

from lnbeval.intake import asked
from lnbeval.intake.inert import inert
from lnbeval.workspace.languages import sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lnbeval.intake import Problem
    from lnbeval.workspace.languages import Language

COLUMNS: Final = (
    ("severity", 10), ("file", 26), ("sheet", 16), ("cell", 18), ("municipality", 20), ("year", 8), ("what is wrong", 60),
    ("what to do", 50),
)  # fmt: skip
TITLE: Final = "Problems"
QUESTION: Final = (("question", 34), ("answers", 24))
FILLS: Final = {"STOP": "F8D0CC", "ASK": "FCE8B2", "WARN": "FFF6DD", "NOTE": "FFFFFF"}
ADDRESS: Final = re.compile(r"[A-Z]{1,3}[0-9]+(:[A-Z]{1,3}[0-9]+)?(?![A-Za-z0-9])")  # the first of a list of cells
ROW: Final = re.compile(r"rows? ([0-9]+)")  # the first of a list of rows
SHEETS: Final = {".csv", ".ods", ".tsv", ".xls", ".xlsb", ".xlsm", ".xlsx"}  # what opens as a sheet, which has cells


def write_problem_book(
    problems: Sequence[Problem], path: Path, *, files: Mapping[str, Path], languages: Sequence[Language] = ()
) -> None:
    """Write the problems to `path`; `files` says where each file lies, by the name that problems give it.

    Beside the English what is wrong and what to do stands in each of `languages`. The links are relative, so that the folder
    can be moved as a whole.
    """
    from openpyxl import Workbook  # noqa: PLC0415  # costs a fifth of a second, and most checks write none
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415

    book = Workbook()
    sheet: Any = book.active
    sheet.title = TITLE
    columns = [*COLUMNS, *(column for language in languages for column in _columns(language)), *QUESTION]
    sheet.append([as_text(title) for title, _ in columns])
    for number, (_, wide) in enumerate(columns, start=1):
        sheet.cell(1, number).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, number).column_letter].width = wide
    for row, problem in enumerate(problems, start=2):
        target = _target(problem, path, files)
        linked = 4 if problem.cell else 2
        for column, text in enumerate(_texts(problem, languages), start=1):
            cell = sheet.cell(row, column, as_text(text))
            if target and column == linked:
                cell.hyperlink = target
                cell.style = "Hyperlink"
            cell.alignment = Alignment(wrap_text=True, vertical="top")  # after the style, which brings one of its own
        sheet.cell(row, 1).fill = PatternFill("solid", fgColor=FILLS[problem.severity])
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    book.save(path)


def is_problem_book(path: Path) -> bool:
    """Whether a file is a workbook that was written here before, which a new one may replace."""
    try:
        with ZipFile(path) as book:
            return f'name="{TITLE}"'.encode() in book.read("xl/workbook.xml")
    except (OSError, KeyError, BadZipFile):
        return False


def as_text(text: str) -> str:
    """Text that a spreadsheet shows and never calculates, without the control characters it cannot hold."""
    shown = "".join(letter for letter in text if letter >= " " or letter in "\t\n")
    return inert(shown)


def _columns(language: Language) -> tuple[tuple[str, int], tuple[str, int]]:
    return (language.phrases["what"], 60), (language.phrases["do"], 50)


def _texts(problem: Problem, languages: Sequence[Language]) -> tuple[str, ...]:
    question = (problem.name, " or ".join(problem.options)) if asked(problem) else ("", "")
    place = (problem.severity, problem.file, problem.sheet, problem.cell, problem.municipality, problem.year)
    told = (text for language in languages for text in sentences(problem, language))
    return (*place, problem.what, problem.do, *told, *question)


def _target(problem: Problem, book: Path, files: Mapping[str, Path]) -> str:
    """The file of a problem as seen from the workbook, with the cell where the file has such; nothing when unknown."""
    file = files.get(problem.file) or files.get(
        problem.file.partition(", ")[0]
    )  # The first, where it is about several.
    if file is None or not file.is_file():
        return ""
    link = quote(os.path.relpath(file.resolve(), book.resolve().parent).replace(os.sep, "/"))
    address = _address(problem) if file.suffix.lower() in SHEETS else ""
    if not address:
        return link
    sheet = problem.sheet.replace("'", "''")
    return f"{link}#'{sheet}'!{address}" if sheet else f"{link}#{address}"


def _address(problem: Problem) -> str:
    """The first cell of a problem, or of its first row; of a sheet without either its corner; nothing of a file as a whole."""
    cell, row = ADDRESS.match(problem.cell), ROW.match(problem.cell)
    if cell:
        return cell[0]
    return f"A{row[1]}" if row else "A1" if problem.sheet else ""
