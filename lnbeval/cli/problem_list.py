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
    from collections.abc import Sequence

    from lnbeval.intake import Problem
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


def _paragraph(text: str, indent: int, columns: int) -> str:
    lines = textwrap.wrap(text, columns - indent, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * indent}".join(lines)
