"""What `lnbeval check` prints: the problems one by one, how many of each severity, and what a file holds."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Final

import click

from lnbeval.workspace.languages import problem_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lnbeval.intake import Description, Problem
    from lnbeval.intake.description import SheetDescription
    from lnbeval.workspace.languages import Language

COLOURS: Final = {"STOP": "red", "ASK": "yellow", "WARN": "yellow", "NOTE": None}
NARROWEST: Final = 60  # columns of a terminal on which lines are still broken into paragraphs


def print_problems(problems: Sequence[Problem], language: Language) -> None:
    """One line for each problem; on a terminal a paragraph, with its severity in a column of its own."""
    words = language.phrases
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    wide = 1 + max(len(words[severity]) for severity in COLOURS) if columns >= NARROWEST else 0
    for problem in problems:
        severity = words[problem.severity]
        text = problem_line(problem, language).removeprefix(severity)
        told = _paragraph(text.strip(), wide, columns) if wide else text
        click.echo(click.style(severity.ljust(wide), fg=COLOURS[problem.severity]) + told)
    if problems:
        counts = Counter(str(problem.severity) for problem in problems)
        click.echo(", ".join(f"{counts[severity]} {words[severity]}" for severity in COLOURS if counts[severity]))


def described(description: Description, language: Language) -> Iterator[str]:
    """What a file holds, a line for each thing."""
    words, file = language.phrases, description.file
    if description.kind == "csv":
        mark = {"\t": words["tab"], "": words["none"]}.get(description.delimiter, description.delimiter)
        yield words["text"].format(file=file, encoding=description.encoding, mark=mark)
    elif description.kind == "px":
        yield words["px"].format(file=file)
    elif description.kind:
        yield words["workbook"].format(file=file, number=len(description.sheets))
    for sheet in description.sheets:
        yield from _sheet_lines(sheet, language)


def _sheet_lines(sheet: SheetDescription, language: Language) -> Iterator[str]:
    words = language.phrases
    name = f"{words['sheet']} '{sheet.name}': " if sheet.name else ""
    size = words["size"].format(rows=sheet.rows, columns=sheet.columns, header_row=sheet.header_row)
    yield f"  {name}{size}"
    yield f"    {words['headers'].format(names=_names(sheet.headers) or words['none'])}"
    yield f"    {words['units'].format(names=_names(sheet.unit_columns) or words['no_column'])}"
    yield f"    {words['years'].format(names=_names(sheet.period_columns) or words['no_column'])}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(name for name in names if name)


def _paragraph(text: str, indent: int, columns: int) -> str:
    lines = textwrap.wrap(text, columns - indent, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * indent}".join(lines)
