"""Intake: files as received to tidy values. Every problem at once, with its address; nothing guessed, nothing lost.

    taken = intake(folder, sources, resolve, is_total)
    stop_if_needed(taken.problems)

The layer knows no municipality: which code a written name means comes from `resolve`.
"""

from lnbeval.intake.coverage import coverage_problems
from lnbeval.intake.decisions import COLUMNS as DECISION_COLUMNS
from lnbeval.intake.decisions import Decision, answers, decided, read_decisions
from lnbeval.intake.description import Description, SheetDescription, describe, sheets
from lnbeval.intake.files.read import read_source
from lnbeval.intake.header_words import HeaderWords, header_words
from lnbeval.intake.number_words import Meaning, NumberWords, Sign, word_key
from lnbeval.intake.problems import Problem, Severity, UnreadableError, asked, problem_text, stop_if_needed
from lnbeval.intake.resolver import Resolved, Resolver, TotalTest
from lnbeval.intake.rows.unit_names import name_words
from lnbeval.intake.source import Condition, Source, SourceError
from lnbeval.intake.table import RawTable
from lnbeval.intake.tidy import Intake, intake, tidy_source

__all__ = [
    "DECISION_COLUMNS",
    "Condition",
    "Decision",
    "Description",
    "HeaderWords",
    "Intake",
    "Meaning",
    "NumberWords",
    "Problem",
    "RawTable",
    "Resolved",
    "Resolver",
    "Severity",
    "SheetDescription",
    "Sign",
    "Source",
    "SourceError",
    "TotalTest",
    "UnreadableError",
    "answers",
    "asked",
    "coverage_problems",
    "decided",
    "describe",
    "header_words",
    "intake",
    "name_words",
    "problem_text",
    "read_decisions",
    "read_source",
    "sheets",
    "stop_if_needed",
    "tidy_source",
    "word_key",
]
