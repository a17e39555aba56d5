"""Particulars: what of an English message is the same in every language: quotations, names, codes, figures, cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

QUOTED: Final = r"(?<!\w)'.+?'(?!\w)|`[^`]+`"
FILE: Final = r"(?:[^\s(),;:]+/)*[^\s(),;:/]+\.(?:csv|tsv|txt|xlsx|xlsm|xls|ods|px|yaml)(?!\w)"
KEY: Final = r"(?<![\w/.])[a-z_]+(?:\[[0-9]+\])?(?:\.[a-z_]+(?:\[[0-9]+\])?)+(?!\w)"  # data.sources[1].unit
ENCODING: Final = r"(?<!\w)(?:utf-(?:8|16|32)|cp[0-9]+|mac_roman|iso-?8859-[0-9]+|latin-1)(?!\w)"
PLACE: Final = r"(?P<rows>(?<!\w)rows?) (?P<numbers>[0-9](?:[0-9,-]*[0-9])?(?:, [0-9](?:[0-9,-]*[0-9])?)*)(?:, column (?P<header>[^,;()]+?)(?=[,;()]|\.?$|\. ))?"
LETTERED: Final = r"(?P<columns>(?<!\w)columns?) (?P<letters>[A-Z]{1,3}(?:, [A-Z]{1,3})*)(?![\w'])"
SIGN: Final = r"(?<!\w)#[\w+/!?]+"  # an error of a spreadsheet, or a tag
CELL: Final = r"(?<!\w)[A-Z]{1,3}[0-9]+(?::[A-Z]{1,3}[0-9]+)?(?!\w)"
MORE: Final = r"and (?P<more>[0-9][0-9,]*) more(?!\w)"
OTHERS: Final = r"(?P<others>and others)(?!\w)"
SILENT: Final = r"(?P<silent>(?<=became )not reported|not reported(?= became )|(?<= is )not reported(?= here)|(?<=, but )not reported(?= in )|(?<=\()not reported(?=\)))"
NUMBER: Final = r"(?<![\w.-])[-+<>≤≥]{0,2}[0-9](?:[0-9.,:/-]*[0-9])?%?(?!\w)"
GLUE: Final = re.compile(r"\)?[\s,:=→–]*\(?")
BETWEEN: Final = {
    " to ": "–",
    " of ": "/",
    " became ": " → ",
    " as ": " → ",
    " and ": ", ",
    " ": " ",
}  # words between two figures
EXTENSION: Final = r"(?<!\w)\.(?:csv|xlsx|xls|ods|px)(?!\w)"
SETTING: Final = (
    r"(?<![\w.])(?:header|encoding|decimal|thousands|unit_codes|school_year): (?:\[[^\]]*\]|'[^']*'|[\w-]+)"
)


def particulars(message: str, names: Iterable[str], words: Mapping[str, str]) -> list[str]:
    """The particulars of a message in its order; those that stand side by side are kept together.

    `names` are further texts that stand for themselves, such as municipalities; `words` translate row, column and "and n more".
    """
    runs: list[str] = []
    opened, end = 0, -1
    for found in _tokens(names).finditer(message):
        between = message[end : found.start()] if runs else ""
        glue = _glue(between, found, opened)
        told = _in_words(found, words)
        if glue is None or not runs:
            runs, opened = [*_closed(runs, opened), told], 0
        else:
            runs[-1] += glue + told
            opened += glue.count("(") - glue.count(")")
        end = found.end()
    return list(dict.fromkeys(_closed(runs, opened)))


def _glue(between: str, found: re.Match[str], opened: int) -> str | None:
    """What joins a particular to the one before it; None where they stand apart."""
    if between == " in " and found["rows"]:
        return ", "
    if between.startswith(")") and not opened:  # of a bracket that was closed where the words in it were left out
        return None
    return BETWEEN.get(between, between if GLUE.fullmatch(between) else None)


def _closed(runs: list[str], opened: int) -> list[str]:
    """The runs, the last with the brackets closed that were opened in it."""
    return [*runs[:-1], runs[-1] + ")" * opened] if runs else []


def settings(advice: str, names: Iterable[str]) -> list[str]:
    """The parameters that an advice writes out, such as `header: [4, 5]`, and what it quotes or names."""
    parts = [SETTING, QUOTED, EXTENSION, rf"(?<!\w)(?:{_any(names)})(?!\w)"]
    return list(dict.fromkeys(found[0] for found in re.finditer("|".join(parts), advice)))


def place_in_words(cell: str, words: Mapping[str, str]) -> str:
    """The place of a problem, such as `rows 4-7, column Viti and 3 more`, with row and column in another language."""
    shown = re.sub(r"(?<!\w)(rows?|line)(?= [0-9])", lambda found: words[found[1]], cell)
    shown = re.sub(r"(^|, )column(?= )", lambda found: f"{found[1]}{words['column']}", shown)
    return re.sub(MORE, lambda found: _more(found["more"], words), shown)


def _tokens(names: Iterable[str]) -> re.Pattern[str]:
    named = rf"(?<!\w)(?:{_any(names)})(?!\w)"
    parts = [QUOTED, named, FILE, KEY, ENCODING, PLACE, LETTERED, MORE, OTHERS, SILENT, SIGN, CELL, NUMBER]
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


def _more(number: str, words: Mapping[str, str]) -> str:
    return words["one_more"] if number == "1" else words["more"].format(n=number)
