"""What `lnbeval check` prints first: the problems one by one, and how many of each severity."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Final

import click

from lnbeval.workspace.languages import problem_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lnbeval.intake import Problem
    from lnbeval.workspace.languages import Language

COLOURS: Final = {"STOP": "red", "ASK": "yellow", "WARN": "yellow", "NOTE": None}
NARROWEST: Final = 60  # columns of a terminal on which lines are still broken into paragraphs
FURTHER: Final = 2  # columns by which a line of an outline that goes on is set in further


def print_problems(problems: Sequence[Problem], language: Language) -> None:
    """One line for each problem; on a terminal a paragraph, with its severity in a column of its own."""
    words, columns = language.phrases, _columns()
    wide = 1 + max(len(words[severity]) for severity in COLOURS) if columns >= NARROWEST else 0
    for problem in problems:
        severity = words[problem.severity]
        text = problem_line(problem, language).removeprefix(severity)
        told = _paragraph(text.strip(), wide, columns) if wide else text
        click.echo(click.style(severity.ljust(wide), fg=COLOURS[problem.severity]) + told)
    if problems:
        counts = Counter(str(problem.severity) for problem in problems)
        click.echo(", ".join(f"{counts[severity]} {words[severity]}" for severity in COLOURS if counts[severity]))


def print_line(line: str) -> None:
    """One line; on a terminal a paragraph."""
    columns = _columns()
    click.echo(_paragraph(line, 0, columns) if columns >= NARROWEST else line)


def print_outline(lines: Iterable[str]) -> None:
    """Lines as they are; on a terminal those that are set in go on below their own text.

    The others, such as one that ends with a command, stay whole, to be copied from there.
    """
    columns = _columns()
    for line in lines:
        text = line.lstrip()
        indent = len(line) - len(text)
        whole = columns < NARROWEST or not indent
        click.echo(line if whole else " " * indent + _paragraph(text, indent + FURTHER, columns))


def _columns() -> int:
    """How wide the terminal is; 0 when the output goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def _paragraph(text: str, indent: int, columns: int) -> str:
    lines = textwrap.wrap(text, columns - indent, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * indent}".join(lines)
