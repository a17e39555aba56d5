"""Languages: problems told in the languages that the reference holds, beside English, which is that of the code.

A table of sentences says of each rule, in each language, what is wrong and what to do; it holds for every problem of the rule. What
differs between them, such as names and figures, is taken from the English message and stands behind the sentence; `{n}` in the
sentence is the first figure of the message. Where only the words of the message say what they are, the English sentence itself stands
there instead, marked as such: nothing is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lnbeval.errors import DataError, ParameterError
from lnbeval.intake import asked, excepted, problem_text
from lnbeval.workspace.particulars import figures_in_words, left_out, particulars, place_in_words, settings
from lnbeval.workspace.worded import GUESSED, only_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from lnbeval.intake import Problem
    from lnbeval.reference import Reference
    from lnbeval.workspace.particulars import Particular

ENGLISH: Final = "en"
SENTENCE: Final = re.compile(r"(?<=[.?!]) (?=[A-Z])")
FIGURE: Final = re.compile(r"(?<!\w)[0-9][0-9,]*(?!\w)")
OF_YEAR: Final = re.compile(r"(?<=[0-9]{4} )\w+(?=:)")  # a series, as in `Krujë 2016 services: 17 became 12`
PHRASES: Final[Mapping[str, str]] = MappingProxyType(  # of the report itself, in English; {…} is filled in
    {
        **{severity: severity for severity in ("STOP", "ASK", "WARN", "NOTE")},
        **{word: word for word in ("row", "rows", "line", "column", "columns", "sheet", "or", "tab", "none")},
        "details": "Details: {details}",
        "more": "and {n} more",
        "one_more": "and 1 more",
        "others": "and others",
        "not_reported": "not reported",
        "registered_on": "registered on",
        "comma": "comma",
        "semicolon": "semicolon",
        "figure": "12,345.6",
        "english": "(in English: {sentence})",
        "guessed": "{values}",
        "likewise": "likewise in {n} more places",
        "reason": "The reason: {reason}",
        "further": "{n} more of the same kind",
        "one_further": "1 more of the same kind",
        "answer": "Answer `{name}` with {options}",
        "exception": "Only a written exception lets it pass: answer `{name}` with {options}",
        "decided": "Decided: {decision}, because {reason} ({who}, {when})",
        "what": "what is wrong",
        "do": "what to do",
        "settle": "{name}: the STOP and ASK problems above must be settled first ({number}).",
        "in_the_way": "{faults}",
        "nothing": "{name}: nothing stands in the way.",
        "others_go_on": "{name}: nothing stands in the way of the other indicators; refused: {refused}.",
        "used": "{used} rows used, {aside} set aside{why}, {figures} figures, {missing} not reported",
        "why_aside": " ({parts})",
        "one_total": "{n} total",
        "totals": "{n} totals",
        "one_note": "{n} note",
        "notes": "{n} notes",
        "told_again": "{n} told again",
        "other_aside": "{n} for other reasons",
        "bounds": ", {n} with a bound and no figure",
        "cells_aside": ", cells of used rows set aside: {n}",
        "cells_stopped": ", cells not usable: {n}",
        "written": "{number} problems written to {report}.",
        "text": "{file}: text, {encoding}, delimiter {mark}",
        "px": "{file}: PC-Axis table",
        "workbook": "{file}: workbook, sheets: {number}",
        "size": "{rows} rows, {columns} columns, header likely in row {header_row}",
        "headers": "columns: {names}",
        "county": "county: {names}",
        "level": "rows are sorted by level: {names}",
        "cut": "several rows a municipality and year, by: {names}",
        "sorts": "sorts municipalities: {header} ({words})",
        "variable": "figures: {header} ({letter}) as {code}, {figures} in {filled} filled cells, {kind}",
        "whole": "whole numbers",
        "decimals": "with decimals",
        "years_across": "in the headers",
        "year_from_sheet": "from the name of the sheet",
        "year_from_title": "from the lines above the table",
        "year_from_file": "from the name of the file",
        "next": "Next: `lnbeval new NAME --from {file}` drafts an evaluation of it, and asks about {number} guesses.",
        "units": "looks like municipalities: {names}",
        "years": "looks like years: {names}",
        "no_column": "no column",
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Language:
    """One language: by rule, what is wrong and what to do; by name, the phrases of the report; names that stay as they are."""

    code: str
    texts: Mapping[str, tuple[str, str]]
    phrases: Mapping[str, str]
    names: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()  # of variables and indicators, some of which are words too


def languages(reference: Reference) -> tuple[Language, ...]:
    """The languages beside English, in the order of the table. Raises DataError when it contradicts itself."""
    codes = dict.fromkeys(reference.problem_texts["language"])
    return tuple(_language(reference, str(code)) for code in codes)


def language(reference: Reference, code: str) -> Language:
    """One language; English is always there. Raises ParameterError, naming those there are."""
    known = {ENGLISH: Language(code=ENGLISH, texts={}, phrases=PHRASES)}
    known |= {other.code: other for other in languages(reference)}
    if code not in known:
        raise ParameterError(f"--lang is '{code}'; problems are told in {', '.join(known)}.")
    return known[code]


def sentences(problem: Problem, told_in: Language) -> tuple[str, str]:
    """What is wrong and what to do, each with the English sentence behind it where only that tells all of it.

    Both are in English where the language has no sentences for the rule.
    """
    what, do, worded, advice = _told(problem, told_in)
    quoted_what, quoted_do = in_english(worded, told_in), in_english(advice, told_in)
    return _joined([what, quoted_what]) if worded else what, _joined([do, quoted_do]) if advice else do


def problem_line(problem: Problem, told_in: Language) -> str:
    """One line, as `problem_text` has it in English; what is told in English stands behind what is told otherwise."""
    if told_in.code == ENGLISH:
        return problem_text(problem)
    phrases = told_in.phrases
    sheet = f"{phrases['sheet']} {problem.sheet}" if problem.sheet else ""
    where = (problem.file, sheet, place_in_words(problem.cell, phrases), problem.municipality, problem.year)
    options = f" {phrases['or']} ".join(problem.options)
    answer = phrases["exception" if excepted(problem) else "answer"]
    answers = answer.format(name=problem.name, options=options) if asked(problem) else ""
    what, do, worded, advice = _told(problem, told_in)
    lacking = _lacking(problem, f"{what} {do} {worded}", told_in) if advice and do else advice
    words = _joined([what, do, in_english(_joined([worded, lacking]), told_in), answers])
    return f"{phrases[problem.severity]} {', '.join(part for part in where if part)}: {words}"


def in_english(sentence: str, told_in: Language) -> str:
    """An English sentence quoted in another language, marked as such; nothing of none."""
    return told_in.phrases["english"].format(sentence=sentence.removesuffix(".")) if sentence else ""


def _told(problem: Problem, told_in: Language) -> tuple[str, str, str, str]:
    """What is wrong, what to do, and of each the English sentence where only its words tell all of it."""
    if problem.rule not in told_in.texts:
        return problem.what, problem.do, "", ""
    details = _details(problem, told_in)
    worded = only_in_words(problem, details)
    what = _opening(problem, told_in) if worded else _what(problem, details, told_in)
    do, english = _do(problem, told_in), problem.what if worded else ""
    missing = not do or _lacking(problem, f"{what} {do} {english}", told_in)
    return what, do, english, problem.do if missing and problem.do and not problem.decision else ""


def _lacking(problem: Problem, said: str, told_in: Language) -> str:
    """The sentences of an English advice that name something which is neither said nor stands before it as its place."""
    places = (problem.file, problem.sheet, problem.cell, problem.municipality, problem.year)
    told, names = " ".join((said, *places)), _names(problem, told_in)
    parts = SENTENCE.split(problem.do)
    return _joined(part for part in parts if left_out(part, told, names, told_in.phrases))


def _what(problem: Problem, details: Sequence[Particular], told_in: Language) -> str:
    phrases = told_in.phrases
    guess = GUESSED.fullmatch(problem.what) if problem.rule == "guess" else None
    if guess:
        likewise = phrases["likewise"].format(n=guess["n"]) if guess["n"] else ""
        values = "; ".join(part for part in (guess["values"], likewise) if part)
        told = [phrases["guessed"].format(values=values), phrases["reason"].format(reason=guess["reason"])]
    else:
        told = [phrases["details"].format(details=one.text) for one in details]
    return _joined([_opening(problem, told_in), *told])


def _opening(problem: Problem, told_in: Language) -> str:
    """The sentence of the rule, with how many problems of the kind it stands for."""
    further = told_in.phrases["one_further" if problem.more == 1 else "further"].format(n=problem.more)
    return _joined([further if problem.more else "", _text(problem, told_in)])


def _text(problem: Problem, told_in: Language) -> str:
    """What the language says of the rule, with the first figure of the message where it has a place for it."""
    what, _ = told_in.texts[problem.rule]
    figure = FIGURE.search(problem.what)
    return what.replace("{n}", figures_in_words(figure[0], told_in.phrases) if figure else "")


def _details(problem: Problem, told_in: Language) -> list[Particular]:
    what = _text(problem, told_in)
    found = particulars(problem.what, _names(problem, told_in), told_in.phrases)
    return [one for one in found if not _said(one.text, what, problem)]


def _names(problem: Problem, told_in: Language) -> frozenset[str]:
    """What stands for itself, with the series that the message itself names: some are in no registry."""
    return told_in.names | told_in.codes | set(OF_YEAR.findall(problem.what))


def _do(problem: Problem, told_in: Language) -> str:
    _, do = told_in.texts[problem.rule]
    if problem.decision:
        decision, reason, who, when = problem.decision
        return told_in.phrases["decided"].format(decision=decision, reason=reason, who=who, when=when)
    if not problem.do:
        return ""  # What is only told needs nothing to be done.
    found = settings(problem.do, told_in.names)
    written = [one for one in found if one not in problem.what and one.strip("'`") not in do]
    return f"{do.rstrip('.')} ({', '.join(written)})" if do and written else do


def _said(particular: str, words: str, problem: Problem) -> bool:
    """Whether a particular stands in the sentence already, or is the quoted name or year that stands before it."""
    bare = particular.strip("'`")
    before = {problem.municipality, problem.year} if bare != particular else {str(problem.more or "")}
    return bare in before or re.search(rf"(?<!\w){re.escape(bare)}(?!\w)", words) is not None


def _joined(parts: Iterable[str]) -> str:
    """Sentences one after the other, without those that are blank."""
    return " ".join(part if part.endswith((".", "?")) else f"{part}." for part in parts if part)


def _language(reference: Reference, code: str) -> Language:
    texts = reference.problem_texts[reference.problem_texts["language"] == code]
    words = reference.report_words[reference.report_words["language"] == code]
    rows = texts[["rule", "what", "do"]].itertuples(index=False, name=None)
    _refuse_faults(texts, words, code)
    municipalities = reference.municipalities["name"]
    registered = {*reference.variables.index, *reference.indicators.index}
    return Language(
        code=code,
        texts={rule: (what, do) for rule, what, do in rows},
        phrases={**PHRASES, **dict(zip(words["phrase"], words["text"], strict=True))},
        names=frozenset(
            {*reference.names.label.values(), *municipalities, *(name for name in registered if "_" in name)}
        ),
        codes=frozenset(registered),
    )


def _refuse_faults(texts: pd.DataFrame, words: pd.DataFrame, code: str) -> None:
    faults = [
        *_each(texts["rule"][texts["rule"].duplicated()], "problem_texts.csv: rule '{}' stands twice"),
        *_each(texts["rule"][texts["what"] == ""], "problem_texts.csv: rule '{}' does not say what is wrong"),
        *_each(words["phrase"][words["phrase"].duplicated()], "report_words.csv: phrase '{}' stands twice"),
        *_each(words["phrase"][~words["phrase"].isin(list(PHRASES))], "report_words.csv: there is no phrase '{}'"),
    ]
    if faults:
        raise DataError("\n".join(f"{fault}, in language {code}." for fault in faults))


def _each(names: Iterable[str], fault: str) -> list[str]:
    return [fault.format(name) for name in names]
