"""Encodings: bytes to text as declared, or as the file itself proves; never by likelihood alone."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.container import UTF16_MARKS
from lnbeval.intake.problems import Problem
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from lnbeval.intake.letters import Letters
    from lnbeval.intake.resolver import Resolver

# Other codecs of Python do not stand for text in a file, or can be made to take very long.
TEXT_CODECS: Final = re.compile(r"utf-(?:8|16|32)(?:-\w+)?|cp\d+|iso8859-\d+|mac-\w+|koi8-\w|ascii")
BETWEEN_CELLS: Final = re.compile(r"[;,\t|\"\r\n]+")
EVIDENCE_BYTES: Final = 1_000_000  # of the file are searched for names


class TextError(Exception):
    """The text cannot be read as declared: `what` is wrong, what to `do`, and the `rule` of the problem it becomes."""

    def __init__(self, what: str, do: str, rule: str) -> None:
        super().__init__(what)
        self.what = what
        self.do = do
        self.rule = rule


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """An encoding that a file proves to have, and the names that prove it."""

    encoding: str
    names: tuple[str, ...]


def decoded(data: bytes, encoding: str | None, letters: Letters) -> str:
    """Text of a file: UTF-8 with or without byte order mark unless declared otherwise. Raises TextError.

    `letters` are those of the country, by which a message can say what the encoding is likely to be.
    """
    declared = "utf-8" if encoding is None else encoding
    name = codec_name(declared)
    if data.startswith(codecs.BOM_UTF8) and name not in {"utf-8", "utf-8-sig"}:
        raise TextError(
            f"The file is UTF-8 by its own mark, but the parameters declare encoding {declared!r}",
            "Remove `encoding` from the source",
            "encoding_mark",
        )
    try:
        return data.decode("utf-8-sig" if name == "utf-8" else name)
    except UnicodeError as fault:
        raise _undecodable(data, encoding, letters, fault) from fault


def codec_name(declared: str) -> str:
    """The codec of a declared encoding. Raises TextError."""
    try:
        name = codecs.lookup(declared).name
    except (LookupError, ValueError):
        name = ""
    if not TEXT_CODECS.fullmatch(name):
        raise TextError(
            f"There is no text encoding {declared!r}", "Write for example utf-8 or cp1252", "encoding_unknown"
        )
    return name


def likely_encoding(data: bytes, letters: Letters) -> str:
    """The most likely encoding: UTF-8 if it fits, else the one that shows most of the letters."""
    if data.startswith(UTF16_MARKS):
        return "utf-16"
    if _is_utf8(data):
        return "utf-8"
    counts = {name: _counted(data, name, letters) for name in letters.encodings}
    best = max(letters.encodings, key=lambda name: counts[name], default="")
    return best if best and counts[best] else _detected(data)


def proven_encoding(data: bytes, resolve: Resolver | None, letters: Letters) -> Evidence | None:
    """The encoding of a file that is not UTF-8, when names in it are known under one reading and no other.

    None when it is UTF-8, when nobody knows a name, or when readings that differ know equally many.
    """
    if resolve is None or _is_utf8(data):
        return None
    if data.startswith(UTF16_MARKS):
        return Evidence(encoding="utf-16", names=()) if _text(data, "utf-16") is not None else None
    texts = {name: text for name in letters.encodings if (text := _text(data, name)) is not None}
    known = {name: _known_names(text, resolve) for name, text in texts.items()}
    most = max((len(names) for names in known.values()), default=0)
    best = [name for name in texts if len(known[name]) == most]
    if not most or any(texts[name] != texts[best[0]] for name in best[1:]):
        return None
    return Evidence(encoding=best[0], names=known[best[0]])


def proven_problem(file: str, found: Evidence) -> Problem:
    """The warning that a file was read in an encoding that nobody declared."""
    names = f", in which {listed(map(quoted, found.names), 5)} can be read" if found.names else ", by its own mark"
    return Problem(
        severity="WARN",
        file=file,
        what=f"The file is not UTF-8; it was read as {found.encoding}{names}",
        do=f"Check the names, and declare encoding: {found.encoding}",
        rule="encoding",
    )


def _known_names(text: str, resolve: Resolver) -> tuple[str, ...]:
    words = {word.strip() for word in BETWEEN_CELLS.split(text[:EVIDENCE_BYTES]) if not word.isascii()}
    return tuple(word for word in sorted(words) if resolve(word, None).code is not None)


def _is_utf8(data: bytes) -> bool:
    return _text(data, "utf-8") is not None


def _text(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeError:
        return None


def _undecodable(data: bytes, encoding: str | None, letters: Letters, fault: UnicodeError) -> TextError:
    line = data.count(b"\n", 0, getattr(fault, "start", 0)) + 1
    named = "UTF-8" if encoding is None else encoding
    likely = likely_encoding(data, letters)
    return TextError(
        f"The file is not {named} (line {line} cannot be read); it is likely {likely}",
        f"Save it as CSV UTF-8, or declare encoding: {likely} and check the names",
        "encoding_wrong",
    )


def _counted(data: bytes, encoding: str, letters: Letters) -> int:
    text = data.decode(encoding, errors="replace")
    return sum(text.count(letter) for letter in letters.letters)


def _detected(data: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - needed for files in no known encoding only

    best = from_bytes(data[:100_000]).best()
    return "cp1252" if best is None else best.encoding
