"""Intake: files as received to tidy values. Every problem at once, with its address; nothing guessed, nothing lost.

    taken = intake(folder, sources, resolve, is_total)
    stop_if_needed(taken.problems)

The layer knows no municipality: which code a written name means comes from `resolve`.
"""

from lnbeval.intake.description import Description, SheetDescription, describe, sheets
from lnbeval.intake.problems import Problem, Severity, UnreadableError, problem_text, stop_if_needed
from lnbeval.intake.read import read_source
from lnbeval.intake.source import Condition, Source, SourceError
from lnbeval.intake.table import RawTable
from lnbeval.intake.tidy import Intake, intake, tidy_source
from lnbeval.intake.units import Resolved, Resolver, TotalTest

__all__ = [
    "Condition",
    "Description",
    "Intake",
    "Problem",
    "RawTable",
    "Resolved",
    "Resolver",
    "Severity",
    "SheetDescription",
    "Source",
    "SourceError",
    "TotalTest",
    "UnreadableError",
    "describe",
    "intake",
    "problem_text",
    "read_source",
    "sheets",
    "stop_if_needed",
    "tidy_source",
]
