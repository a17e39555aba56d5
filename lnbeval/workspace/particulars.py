"""Particulars: what of an English message is the same in every language: quotations, names, codes, figures, cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

QUOTED: Final = r"(?<!\w)'.*?'(?!\w)|`[^`]+`"
FILE: Final = r"(?:[^\s(),;:]+/)*[^\s(),;:/]+\.(?:csv|tsv|txt|xlsx|xlsm|xls|ods|px|yaml)(?!\w)"
KEY: Final = r"(?<![\w/.])[a-z_]+(?:\[[0-9]+\])?(?:\.[a-z_]+(?:\[[0-9]+\])?)+(?!\w)"  # data.sources[1].unit
ENCODING: Final = r"(?<!\w)(?:utf-(?:8|16|32)|cp[0-9]+|mac_roman|iso-?8859-[0-9]+|latin-1)(?!\w)"
PLACE: Final = r"(?P<rows>(?<!\w)rows?) (?P<numbers>[0-9](?:[0-9,-]*[0-9])?(?:, [0-9](?:[0-9,-]*[0-9])?)*)(?:, column (?P<header>[^,;()]+?)(?=[,;()]|\.?$|\. ))?"
LETTERED: Final = r"(?P<columns>(?<!\w)columns?) (?P<letters>[A-Z]{1,3}(?:, [A-Z]{1,3})*)(?![\w'])"
SIGN: Final = r"(?<!\w)#[\w+/!?]+"  # an error of a spreadsheet, or a tag
CELL: Final = r"(?<!\w)[A-Z]{1,3}[0-9]+(?::[A-Z]{1,3}[0-9]+)?(?!\w)"
OF_MANY: Final = r"(?<=[0-9]) of ([0-9][0-9,]*)(?=,|$)"  # rows 2-13 of 2,928
MORE: Final = r"and (?P<more>[0-9][0-9,]*) more(?!\w)"
OTHERS: Final = r"(?P<others>and others)(?!\w)"
SILENT: Final = r"(?P<silent>(?<=became )not reported|not reported(?= became )|(?<=\()not reported(?=\)))"
NUMBER: Final = r"(?P<figure>(?<![\w.-])[-+<>≤≥]{0,2}[0-9](?:[0-9.,:/-]*[0-9])?%?(?!\w))"
MARK: Final = r"(?:(?<=divided by the )|(?<=declare the ))(?P<mark>comma|semicolon|tab)(?=,|$)"
ENGLISH_FIGURE: Final = re.compile(
    r"(?<![0-9.,:/])[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9.,:/])|(?<![0-9.,:/])[0-9]+\.[0-9]+(?![0-9.,:/])"
)
GLUE: Final = re.compile(r"\)?[\s,:=→–]*\(?")
BETWEEN: Final = {
    " to ": "–",
    " of ": "/",
    " became ": " → ",
    " as ": " → ",
    ", but the parameters declare the ": " ≠ ",
    " and ": ", ",
    " ": " ",
}  # words between two figures
EXTENSION: Final = r"(?<!\w)\.(?:csv|xlsx|xls|ods|px)(?!\w)"
SETTING: Final = (
    r"(?<![\w.])(?:header|encoding|decimal|thousands|unit_codes|school_year): (?:\[[^\]]*\]|'[^']*'|[\w-]+)"
)


@dataclass(frozen=True, kw_only=True)
class Particular:
    """What of a message is the same in every language; `loose` when it is bare figures, of which only words say what they are."""

    text: str
    loose: bool = False
    opened: int = 0  # brackets that are not closed yet


def particulars(message: str, names: Iterable[str], words: Mapping[str, str]) -> list[Particular]:
    """The particulars of a message in its order; those that stand side by side are kept together.

    `names` are further texts that stand for themselves, such as municipalities; `words` translate row, column and "and n more",
    and say how a figure is written.
    """
    runs: list[Particular] = []
    end = 0
    for found in _tokens(names).finditer(message):
        told, loose = _in_words(found, words), _is_loose(found)
        glue = _glue(message[end : found.start()], found, runs[-1].opened) if runs else None
        if glue is None:
            runs.append(Particular(text=told, loose=loose))
        else:
            runs[-1] = _joined(runs[-1], glue, told, loose=loose)
        end = found.end()
    return [replace(run, text=run.text + ")" * run.opened, opened=0) for run in runs]


def _is_loose(found: re.Match[str]) -> bool:
    told = found.groupdict()
    return any(told[kind] for kind in ("figure", "more", "others", "silent"))


def _joined(run: Particular, glue: str, told: str, *, loose: bool) -> Particular:
    opened = run.opened + glue.count("(") - glue.count(")")
    return Particular(text=run.text + glue + told, loose=run.loose and loose, opened=opened)


def _glue(between: str, found: re.Match[str], opened: int) -> str | None:
    """What joins a particular to the one before it; None where they stand apart."""
    if between == " in " and found["rows"]:
        return ", "
    if between.startswith(")") and not opened:  # of a bracket that was closed where the words in it were left out
        return None
    return BETWEEN.get(between, between if GLUE.fullmatch(between) else None)


def settings(advice: str, names: Iterable[str]) -> list[str]:
    """The parameters that an advice writes out, such as `header: [4, 5]`, and what it quotes or names."""
    parts = [SETTING, QUOTED, FILE, EXTENSION, rf"(?<!\w)(?:{_any(names)})(?!\w)"]
    return list(dict.fromkeys(found[0] for found in re.finditer("|".join(parts), advice)))


def left_out(advice: str, told: str, names: Iterable[str], words: Mapping[str, str]) -> bool:
    """Whether something of an advice that is the same in every language does not stand in what is told."""
    found = (figures_in_words(one[0], words).strip("'`") for one in _tokens(names).finditer(advice))
    return any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", told) is None for one in found)


def place_in_words(cell: str, words: Mapping[str, str]) -> str:
    """The place of a problem, such as `rows 4-7, column Viti and 3 more`, with row and column in another language.

    So is the day beside the place of a value that was registered before.
    """
    shown = re.sub(r"(?<!\w)(rows?|line)(?= [0-9])", lambda found: words[found[1]], cell)
    shown = re.sub(r"(?<!\w)registered on(?= [0-9])", words["registered_on"], shown)
    shown = re.sub(OF_MANY, lambda found: f"/{figures_in_words(found[1], words)}", shown)
    shown = re.sub(r"(^|, )column(?= )", lambda found: f"{found[1]}{words['column']}", shown)
    return re.sub(MORE, lambda found: _more(found["more"], words), shown)


def _tokens(names: Iterable[str]) -> re.Pattern[str]:
    named = rf"(?<!\w)(?:{_any(names)})(?!\w)"
    parts = [
        QUOTED,
        named,
        FILE,
        KEY,
        ENCODING,
        MARK,
        PLACE,
        LETTERED,
        MORE,
        OTHERS,
        SILENT,
        SIGN,
        CELL,
        NUMBER,
    ]
    return re.compile("|".join(parts), re.MULTILINE)


def _any(texts: Iterable[str]) -> str:
    """One of several texts, the longest that fits; nothing at all where there is none."""
    return "|".join(sorted(map(re.escape, texts), key=len, reverse=True)) or "(?!)"


def _in_words(found: re.Match[str], words: Mapping[str, str]) -> str:
    return "".join(_parts(found, words)) or found[0]


def _parts(found: re.Match[str], words: Mapping[str, str]) -> Iterator[str]:
    told = found.groupdict()
    if told["rows"]:
        yield f"{words[told['rows']]} {told['numbers']}"
        yield f", {words['column']} {told['header'].strip()}" if told["header"] else ""
    elif told["columns"]:
        yield f"{words[told['columns']]} {told['letters']}"
    elif told["more"]:
        yield _more(told["more"], words)
    elif told["others"]:
        yield words["others"]
    elif told["silent"]:
        yield words["not_reported"]
    elif told["mark"]:
        yield words[told["mark"]]
    elif told["figure"]:
        yield figures_in_words(told["figure"], words)


def figures_in_words(text: str, words: Mapping[str, str]) -> str:
    """Figures with the marks of a language, those in its way of writing 12,345.6."""
    marks = str.maketrans(",.", words["figure"][2] + words["figure"][6])
    return ENGLISH_FIGURE.sub(lambda found: found[0].translate(marks), text)


def _more(number: str, words: Mapping[str, str]) -> str:
    return words["one_more"] if number == "1" else words["more"].format(n=figures_in_words(number, words))
