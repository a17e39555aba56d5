"""PC-Axis tables (.px), as statistical offices publish them: one row for each combination of their dimensions.

Read: keywords in the file's main language, in any order before DATA; STUB and HEADING (which name the dimensions, slowest
first), VALUES and CODES of each, CONTENTS (which heads the column of values), CODEPAGE or CHARSET; data in rows or in one line,
divided by blanks, commas or semicolons, with marks such as ".." in quotation marks or without.
Told in a note and otherwise passed by: titles, units, sources, footnotes, other languages.
Refused: KEYS (tables that leave rows out), dimensions without VALUES, a number of data cells that is not the product of the dimensions.

The columns are the dimensions, then "DIMENSION (code)" for those with CODES, then CONTENTS. Values are the text as
written, marks such as ".." included: what these mean is for the source to declare.

The one Python library, pyaxis 0.4.3, reads the same figures (tests/peers/test_pyaxis.py). It is not used here: it takes an address
for a file and opens it, loads `requests`, splits a quoted mark at its blanks, drops marks for what they are, and has no limits.
"""

from __future__ import annotations

import re
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.encodings import TextError, codec_name, decoded
from lnbeval.intake.files.limits import MOST_CELLS, MOST_COLUMNS
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake.letters import Letters
    from lnbeval.intake.table import Row

Key = tuple[str, str]  # keyword, dimension it is about
SUB_KEY: Final = r"\((?P<about>\s*\"[^\"]*\"(?:\s*,\s*\"[^\"]*\")*\s*)\)"
STATEMENT: Final = re.compile(
    rf"\s*(?P<word>[A-Z][A-Z0-9-]*)(?:\[(?P<language>[^\]\s]*)\])?(?:{SUB_KEY})?\s*=(?P<values>(?:\"[^\"]*\"|[^\";])*+);"
)
START_OF_DATA: Final = re.compile(r"\s*DATA\s*=")
ITEM: Final = re.compile(r"\"(?P<quoted>[^\"]*)\"|(?P<comma>,)|(?P<plain>[^\s,\"]+)")
CELL: Final = re.compile(r"\"([^\"]*)\"|([^\s,;\"]+)")
CODEPAGE: Final = re.compile(rb"CODEPAGE\s*=\s*\"([^\"]{1,40})\"")
CHARSET: Final = re.compile(rb"CHARSET\s*=\s*\"([^\"]{1,40})\"")
CHARSETS: Final = {"ansi": "cp1252"}  # the word means the code page of Windows in Western Europe
UNREAD: Final = "pc_axis_unread"
AGAIN: Final = "Download it again, or ask for the table as .xlsx or .csv"
TOLD: Final = ("TITLE", "UNITS", "SOURCE", "LAST-UPDATED", "NOTE", "NOTEX")


def px_text(data: bytes, encoding: str | None, letters: Letters) -> str:
    """Text in the encoding declared, or else in the one that the file names, or else UTF-8. Raises TextError."""
    if encoding is not None or data.startswith(b"\xef\xbb\xbf"):
        return decoded(data, encoding, letters)
    start = data[:10_000]
    named = CODEPAGE.search(start)
    if named:
        return decoded(data, codec_name(named[1].decode("ascii", errors="replace")), letters)
    charset = CHARSET.search(start)
    try:
        return decoded(data, None, letters)
    except TextError:
        word = charset[1].decode("ascii", errors="replace").lower() if charset else ""
        if word not in CHARSETS:
            raise
        return decoded(data, CHARSETS[word], letters)


def px_rows(text: str) -> tuple[list[Row], tuple[str, ...]]:
    """Header and rows, numbered as if saved as csv, and what the file says about itself. Raises TextError."""
    keywords, about, at = _keywords(text)
    dimensions = [*keywords.get(("STUB", ""), ()), *keywords.get(("HEADING", ""), ())]
    if not dimensions or len(dimensions) != len(set(dimensions)):
        raise TextError("The PC-Axis table does not name its dimensions (STUB, HEADING), or one twice", AGAIN, UNREAD)
    if any(word == "KEYS" for word, _ in keywords):
        raise TextError("The PC-Axis table leaves rows out (KEYS), which is not read", "Save it without KEYS", UNREAD)
    values = [_values(keywords, name) for name in dimensions]
    codes = {
        at: _codes(keywords, name, values[at]) for at, name in enumerate(dimensions) if ("CODES", name) in keywords
    }
    cells = _cells(text, at, values, len(dimensions) + len(codes) + 1)
    contents = " ".join(keywords.get(("CONTENTS", ""), ())) or "CONTENTS"
    header = (*dimensions, *(f"{dimensions[at]} (code)" for at in codes), contents)
    rows: list[Row] = [(1, header)]
    for number, (places, cell) in enumerate(
        zip(product(*(range(len(own)) for own in values)), cells, strict=True), start=2
    ):
        texts = (own[place] for own, place in zip(values, places, strict=True))
        rows.append((number, (*texts, *(codes[at][places[at]] for at in codes), cell)))
    return rows, about


def _keywords(text: str) -> tuple[Mapping[Key, tuple[str, ...]], tuple[str, ...], int]:
    """Keywords of the main language with their values, what the file says about itself, and where its data begin."""
    keywords: dict[Key, tuple[str, ...]] = {}
    about: list[str] = []
    languages: set[str] = set()
    at = 0
    while not (data := START_OF_DATA.match(text, at)):
        found = STATEMENT.match(text, at)
        if found is None:
            line = text.count("\n", 0, len(text) - len(text[at:].lstrip())) + 1
            raise TextError(
                f"The PC-Axis table cannot be understood from line {line} on, or holds no DATA", AGAIN, UNREAD
            )
        at = found.end()
        if found["language"]:
            languages.add(found["language"])
            continue
        names = _items(found["about"] or "")
        keywords.setdefault((found["word"], names[0] if len(names) == 1 else "|".join(names)), _items(found["values"]))
        if found["word"] in TOLD:
            about.append(f"{found['word']}: {quoted(' '.join(_items(found['values'])))}")
    if languages:
        about.append(f"also in {listed(sorted(languages))}, which is not read")
    return keywords, tuple(about), data.end()


def _items(text: str) -> tuple[str, ...]:
    """The values of a keyword: texts that follow one another without a comma are one, broken over several lines."""
    items: list[str] = []
    joined = False
    for found in ITEM.finditer(text):
        if found["comma"]:
            joined = False
            continue
        part = found["quoted"] if found["quoted"] is not None else found["plain"]
        if joined:
            items[-1] += part
        else:
            items.append(part)
        joined = True
    return tuple(items)


def _values(keywords: Mapping[Key, tuple[str, ...]], name: str) -> tuple[str, ...]:
    if not keywords.get(("VALUES", name)):
        raise TextError(f"The PC-Axis table has no VALUES for its dimension {quoted(name)}", AGAIN, UNREAD)
    return keywords["VALUES", name]


def _codes(keywords: Mapping[Key, tuple[str, ...]], name: str, values: Sequence[str]) -> tuple[str, ...]:
    codes = keywords["CODES", name]
    if len(codes) != len(values):
        what = f"The PC-Axis table has {len(codes)} CODES and {len(values)} VALUES for its dimension {quoted(name)}"
        raise TextError(what, AGAIN, UNREAD)
    return codes


def _cells(text: str, at: int, values: Sequence[Sequence[str]], columns: int) -> list[str]:
    rows = prod(map(len, values))
    if rows * columns > MOST_CELLS or columns > MOST_COLUMNS:
        what = f"The PC-Axis table has {rows:,} rows of {columns} columns"
        raise TextError(what, "Select fewer years or categories", "too_many_cells")
    cells = [found[1] if found[1] is not None else found[2] for found in CELL.finditer(text, at)]
    if len(cells) != rows:
        sizes = " x ".join(str(len(own)) for own in values)
        what = f"The PC-Axis table has {len(cells)} data cells, but its dimensions make {rows} ({sizes}): it may be cut"
        raise TextError(what, AGAIN, UNREAD)
    return cells
