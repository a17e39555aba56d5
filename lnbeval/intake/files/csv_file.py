"""CSV files: text to rows, with the delimiter found when it is not declared, in bounded memory."""

from __future__ import annotations

import csv
import re
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.encodings import TextError
from lnbeval.intake.files.limits import LONGEST_CELL, MEGABYTE, MOST_CELLS, MOST_COLUMNS
from lnbeval.intake.text import is_blank, quoted, tidy_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lnbeval.intake.table import Row

DELIMITERS = (";", ",", "\t")
DELIMITER_NAMES = {";": "semicolon", ",": "comma", "\t": "tab"}
SAMPLE = 200  # records looked at to find the delimiter
NEARLY_ALL: Final = 0.9  # of them have as many cells as the others, where the headers do not say what divides them
LINE: Final = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
SHORT: Final = 24  # letters of a cell that is likely to come again, and is stored once

LONGEST_LINE: Final = MOST_COLUMNS * SHORT + LONGEST_CELL  # letters


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


def stop_at_other_delimiter(text: str, declared: str, wanted: Sequence[str]) -> None:
    """Raise TextError where the declared delimiter gives no wanted header, or no cells at all, and another one does.

    Every header would be told as absent otherwise, with the advice to correct it.
    """
    likely = found_delimiter(text, wanted)
    if likely is None or likely == declared:
        return
    (headers, agreement), (others, agreed) = _score(text, declared, wanted), _score(text, likely, wanted)
    if headers or not (others or (agreement == 0 and agreed >= NEARLY_ALL)):
        return
    raise TextError(
        f"Cells seem to be divided by the {delimiter_name(likely)}, but the parameters declare the {delimiter_name(declared)}",
        "Change `delimiter`, or leave it out",
        "delimiter_differs",
    )


def delimiter_name(delimiter: str) -> str:
    """What a message calls a delimiter."""
    return DELIMITER_NAMES.get(delimiter, quoted(delimiter))


def _score(text: str, delimiter: str, wanted: Sequence[str]) -> tuple[int, float]:
    widths: list[int] = []
    cells: set[str] = set()
    with suppress(csv.Error, TextError):  # Reading itself says what is wrong with the file.
        for record in islice(csv.reader(_Lines(text, delimiter), delimiter=delimiter), SAMPLE):
            widths.append(len(record))
            cells.update(tidy_text(cell) for cell in record if len(record) > 1)
    common = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    agreement = widths.count(common) / len(widths) if common > 1 else 0.0
    return sum(header in cells for header in wanted), agreement


def csv_rows(text: str, delimiter: str) -> tuple[list[Row], int]:
    """Filled records with their row numbers as a spreadsheet counts them, and how many records there are.

    Raises TextError at a quotation mark that is never closed, which would swallow the rest of the file, and beyond the
    limits of a table.
    """
    rows: list[Row] = []
    short: dict[str, str] = {}
    number = places = 0
    lines = _Lines(text, delimiter)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for number, record in enumerate(reader, start=1):
            lines.delimiters = 0
            if is_blank("".join(record)):
                continue
            places += len(record)
            if places > MOST_CELLS:
                raise TextError(
                    f"The file has more than {MOST_CELLS:,} cells", "Divide the file by year", "too_many_cells"
                )
            rows.append((number, tuple([short.setdefault(c, c) if len(c) < SHORT else c for c in record])))
    except csv.Error as fault:
        raise TextError(
            f"Row {number + 1} cannot be divided into cells ({fault}); often a quotation mark is open there",
            'Close or double the quotation mark (""), or save the table again as CSV UTF-8',
            "open_quotation",
        ) from fault
    return rows, number


class _Lines:
    """The lines of a text one by one, as long as none, and no record over several of them, goes beyond a table's size."""

    def __init__(self, text: str, delimiter: str) -> None:
        self.delimiter = delimiter
        self.delimiters = 0  # of the record that is being read; whoever reads sets it back
        self._found = LINE.finditer(text)
        self._number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        found = next(self._found)
        self._number += 1
        self.delimiters += found.string.count(self.delimiter, found.start(), found.end())
        if self.delimiters > MOST_COLUMNS:
            what = f"Line {self._number} has more than {MOST_COLUMNS:,} cells"
            raise TextError(what, "Ask for the file again, with one row for each municipality and year", "long_line")
        if found.end() - found.start() > LONGEST_LINE:
            size = (found.end() - found.start()) / MEGABYTE
            what = f"Line {self._number} has {size:,.1f} million letters"
            raise TextError(what, "Ask for the file again", "long_line")
        return found[0]
