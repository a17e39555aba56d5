"""CSV files: bytes to text to rows, with the encoding as declared and the delimiter found when not declared."""

from __future__ import annotations

import codecs
import csv
import io
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from lnbeval.intake.container import UTF16_MARKS
from lnbeval.intake.text import is_blank, tidy_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.table import Row

DELIMITERS = (";", ",", "\t")
DELIMITER_NAMES = {";": "semicolon", ",": "comma", "\t": "tab"}
SAMPLE = 200  # records looked at to find the delimiter
ALBANIAN = "ëËçÇ"
LEGACY = ("cp1252", "cp1250", "cp852", "mac_roman")  # what Windows, DOS and old Macs write in Albania


class TextError(Exception):
    """The text cannot be read as declared: `what` is wrong, and what to `do`."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(what)
        self.what = what
        self.do = do


def decoded(data: bytes, encoding: str | None) -> str:
    """Text of a file: UTF-8 with or without byte order mark unless declared otherwise. Raises TextError."""
    declared = "utf-8" if encoding is None else encoding
    try:
        name = codecs.lookup(declared).name
        marked = data.startswith(codecs.BOM_UTF8)
        if marked and name not in {"utf-8", "utf-8-sig"}:
            raise TextError(
                f"The file is UTF-8 by its own mark, but the parameters declare encoding {declared!r}",
                "Remove `encoding` from the source",
            )
        return data.decode("utf-8-sig" if name == "utf-8" else name)
    except UnicodeError as fault:
        raise _undecodable(data, encoding, fault) from fault
    except LookupError as fault:
        raise TextError(f"There is no text encoding {declared!r}", "Write for example utf-8 or cp1252") from fault


def _undecodable(data: bytes, encoding: str | None, fault: UnicodeError) -> TextError:
    start = getattr(fault, "start", 0)
    line = data.count(b"\n", 0, start) + 1
    named = "UTF-8" if encoding is None else encoding
    return TextError(
        f"The file is not {named} (line {line} cannot be read); it is likely {likely_encoding(data)}",
        f"Save it as CSV UTF-8, or declare encoding: {likely_encoding(data)} and check the names",
    )


def likely_encoding(data: bytes) -> str:
    """The most likely encoding: UTF-8 if it fits, else the one that shows most Albanian letters."""
    if data.startswith(UTF16_MARKS):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        letters = {name: _albanian_letters(data, name) for name in LEGACY}
        best = max(LEGACY, key=lambda name: letters[name])
        return best if letters[best] else _detected(data)
    return "utf-8"


def _albanian_letters(data: bytes, encoding: str) -> int:
    text = data.decode(encoding, errors="replace")
    return sum(text.count(letter) for letter in ALBANIAN)


def _detected(data: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - needed for files in no known encoding only

    best = from_bytes(data[:100_000]).best()
    return "cp1252" if best is None else best.encoding


def declared_delimiter(text: str) -> tuple[str | None, str]:
    """The delimiter of a first line 'sep=;', as spreadsheets write it, and the text without that line."""
    first, _, rest = text.partition("\n")
    line = first.rstrip("\r").strip('"')
    if line.lower().startswith("sep=") and len(line) == len("sep=;"):
        return line[-1], rest
    return None, text


def found_delimiter(text: str, wanted: Sequence[str]) -> str | None:
    """The delimiter under which most wanted headers appear and most lines agree; None when nothing is divided."""
    scores = {delimiter: _score(text, delimiter, wanted) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > (0, 0.0) else None


def _score(text: str, delimiter: str, wanted: Sequence[str]) -> tuple[int, float]:
    lines = io.StringIO(text, newline="")
    widths: list[int] = []
    cells: set[str] = set()
    with suppress(csv.Error):  # Reading itself says what is wrong with the file.
        for record in islice(csv.reader(lines, delimiter=delimiter), SAMPLE):
            widths.append(len(record))
            cells.update(tidy_text(cell) for cell in record if len(record) > 1)
    common = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    agreement = widths.count(common) / len(widths) if common > 1 else 0.0
    return sum(header in cells for header in wanted), agreement


def csv_rows(text: str, delimiter: str) -> tuple[list[Row], int]:
    """Filled records with their row numbers as a spreadsheet counts them, and how many records there are.

    Raises TextError at a quotation mark that is never closed, which would swallow the rest of the file.
    """
    rows: list[Row] = []
    number = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, record in enumerate(reader, start=1):
            if not is_blank("".join(record)):
                rows.append((number, tuple(record)))
    except csv.Error as fault:
        raise TextError(
            f"Row {number + 1} cannot be divided into cells ({fault}); often a quotation mark is open there",
            'Close or double the quotation mark (""), or save the table again as CSV UTF-8',
        ) from fault
    return rows, number
