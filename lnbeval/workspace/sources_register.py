"""The register of sources: whether data/raw/<evaluation>/SOURCES.md says of each file from whom it is and under which terms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lnbeval.intake import Problem
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from pathlib import Path

    from lnbeval.intake import Severity
    from lnbeval.workspace.parameters import Parameters

FILE: Final = "SOURCES.md"
WRITTEN_HERE: Final = (FILE, "DELIVERIES.csv", "decisions.csv", "indicators.csv", "variables.csv")  # not received
DATA: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".px")
OPEN: Final = "?"  # stands in a cell that nobody has filled in
DO: Final = "Say of each file from whom it is, when it came, and under which terms"
RULE: Final = "sources_register"
RULER: Final = re.compile(r"[-: ]+")  # below the titles of a table
POINTS: Final = ("- ", "* ")
BETWEEN_CELLS: Final = re.compile(r"(?<!\\)\|")


def register_warnings(folder: Path, parameters: Parameters) -> list[Problem]:
    """A warning for each file that the register does not name, or names with open cells; a note where there is none."""
    path = folder / FILE
    if not path.is_file():
        return [_problem("", "There is no register of sources", DO, "NOTE")]
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    titles = _cells(next((line for line in lines if line.startswith("| file ")), ""))
    files = dict.fromkeys(source.file for source in parameters.data.sources)
    return [warning for file in files if (warning := _warning(file, lines, titles)) is not None]


def files_beside(folder: Path, parameters: Parameters) -> list[Problem]:
    """A note on data files of the folder that no source declares and the register does not name: a delivery may wait there."""
    register = folder / FILE
    named = register.read_text(encoding="utf-8", errors="replace") if register.is_file() else ""
    known = {*(source.file for source in parameters.data.sources), *WRITTEN_HERE}
    known.add(parameters.treatment.table.rsplit("/", 1)[-1])
    there = sorted(path.name for path in folder.glob("*.*") if path.suffix.casefold() in DATA and path.is_file())
    beside = [name for name in there if name not in known and name not in named and not name.startswith((".", "~$"))]
    what = f"Files lie beside those that are read, and nothing reads them: {listed(map(quoted, beside))}"
    do = f"Declare one that replaces another or adds to it as a source; of one that does not, say in {FILE} what it is"
    return [Problem(severity="NOTE", file="", what=what, do=do, rule="files_beside")] if beside else []


def register_lines(folder: Path) -> list[tuple[str, str, str]]:
    """What the register says: (file, what, its words). What it says of no single file has a blank name here.

    That is a table without titles, and the points and tables below a heading, which is then what they are about.
    """
    path = folder / FILE
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    said: list[tuple[str, str, str]] = []
    titles: list[str] | None = None  # of the table that a line is in
    heading = ""
    for line in lines:
        cells = _cells(line) if line.startswith("|") else None
        if line.startswith("#"):
            heading = line.strip("# ")
        elif line.startswith(POINTS) and line[2:].strip():
            said.append(("", heading, line[2:].strip()))
        elif line.startswith("  ") and said and titles is None:  # a point goes on
            said[-1] = (*said[-1][:2], f"{said[-1][2]} {line.strip()}")
        if cells is None or titles is None:
            titles = cells
        elif RULER.fullmatch("".join(cells)) is None and any(cells):
            said += _said(titles, [cell.replace("\\|", "|") for cell in cells], heading)
    return said


def _said(titles: list[str], cells: list[str], heading: str) -> list[tuple[str, str, str]]:
    if titles[0] == "file":
        return [(cells[0], title, text) for title, text in zip(titles[1:], cells[1:], strict=False) if text]
    if len(cells) == 2 and not any(titles):
        return [("", cells[0], cells[1])]
    told = (f"{title} {text}" for title, text in zip(titles, cells, strict=False) if text)
    return [("", heading, "; ".join(told))]


def in_table(text: str) -> str:
    """Text as a cell of the register holds it: a bar in it does not end the cell."""
    return text.replace("|", "\\|")


def _warning(file: str, lines: list[str], titles: list[str]) -> Problem | None:
    rows = [(number, line) for number, line in enumerate(lines, start=1) if file in line or in_table(file) in line]
    if not rows:
        return _problem("", f"'{file}' is not named", DO)
    for number, line in rows:
        open_ones = [title for title, cell in zip(titles, _cells(line), strict=False) if cell == OPEN]
        if open_ones:
            what = f"Nobody has filled in for '{file}': {', '.join(open_ones)}"
            return _problem(f"line {number}", what, "Write it in place of the question marks")
    return None


def _cells(line: str) -> list[str]:
    return (
        [cell.strip() for cell in BETWEEN_CELLS.split(line.strip().removeprefix("|").removesuffix("|"))] if line else []
    )


def _problem(cell: str, what: str, do: str, severity: Severity = "WARN") -> Problem:
    return Problem(severity=severity, file=FILE, cell=cell, what=what, do=do, rule=RULE)
