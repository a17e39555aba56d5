"""Intake: files as received to tidy values. Every problem at once, with its address; nothing guessed, nothing lost.

    taken = intake(folder, sources, resolve, is_total, persons=persons)
    stop_if_needed(taken.problems)

The layer knows no municipality: which code a written name means comes from `resolve`, what tells persons
from `persons`.
"""

from lnbeval.intake.account_ledger import PUT_BACK_COLUMNS
from lnbeval.intake.coverage import coverage_problems
from lnbeval.intake.decisions import COLUMNS as DECISION_COLUMNS
from lnbeval.intake.decisions import Decision, answers, decided, read_decisions
from lnbeval.intake.description import Description, SheetDescription, describe, sheets
from lnbeval.intake.files.read import read_source
from lnbeval.intake.header_words import HeaderWords, header_words
from lnbeval.intake.letters import NO_LETTERS, Letters
from lnbeval.intake.number_words import Meaning, NumberWords, Scale, Sign, word_key
from lnbeval.intake.person_words import PersonWords, person_key
from lnbeval.intake.problems import (
    Problem,
    Severity,
    UnreadableError,
    asked,
    excepted,
    problem_text,
    stop_if_needed,
    stops,
)
from lnbeval.intake.registered import Registered
from lnbeval.intake.resolver import Resolved, Resolver, TotalTest
from lnbeval.intake.rows.unit_names import HOW_WRITTEN, name_words
from lnbeval.intake.source import Condition, Source, SourceError
from lnbeval.intake.table import RawTable
from lnbeval.intake.tidy import Intake, intake, tidy_source

__all__ = [
    "DECISION_COLUMNS",
    "HOW_WRITTEN",
    "NO_LETTERS",
    "PUT_BACK_COLUMNS",
    "Condition",
    "Decision",
    "Description",
    "HeaderWords",
    "Intake",
    "Letters",
    "Meaning",
    "NumberWords",
    "PersonWords",
    "Problem",
    "RawTable",
    "Registered",
    "Resolved",
    "Resolver",
    "Scale",
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
    "excepted",
    "header_words",
    "intake",
    "name_words",
    "person_key",
    "problem_text",
    "read_decisions",
    "read_source",
    "sheets",
    "stop_if_needed",
    "stops",
    "tidy_source",
    "word_key",
]
