"""Text of any size as plain lines: one line for each record, no quotation marks, UTF-8, read a piece at a time."""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.encodings import TextError, codec_name, likely_encoding
from lnbeval.intake.text import Shown, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lnbeval.intake.letters import Letters
    from lnbeval.intake.table import RawTable

PIECE: Final = 1 << 22  # letters held at a time
BLANK_LINE: Final = re.compile(r"(?<=\n)\n")
SEPARATOR: Final = "\x1f"  # between the cells where the file quotes some: the sign made for it, found in no text
LINE_ENDS: Final = str.maketrans(dict.fromkeys("\r\n\x1f", " "))
SEP_LINE: Final = re.compile(r'"?sep=."?\n?', re.IGNORECASE)
EXACT: Final = 2**53  # below it every whole number is one of its own as a float
MARK: Final = "\ue000"  # from an area of Unicode that stands for no letters; marks a cell that holds no text


@dataclass(frozen=True, kw_only=True)
class Plain:
    """A file of plain lines: its delimiter, how many there are, and what the cells hold that are not text."""

    path: Path
    delimiter: str
    records: int
    objects: tuple[object, ...] = ()

    def cell(self, text: str | None) -> object:
        """The cell that a text of the file stands for."""
        if text is None or not text.startswith(MARK):
            return text
        return self.objects[int(text[1:])]


def plain_file(path: Path, target: Path, encoding: str, delimiter: str, letters: Letters) -> Plain:
    """A csv file as plain lines, one for each record, blank ones too. Raises TextError."""
    plain = _unquoted(path, target, encoding, delimiter, letters)
    return plain or _rewritten(path, target, encoding, delimiter, letters)


def plain_table(table: RawTable, target: Path) -> Plain:
    """A table in memory as plain lines, each in the line of its row number."""
    objects: dict[tuple[type, object], int] = {}
    with target.open("w", encoding="utf-8", newline="\n") as lines:
        written = 0
        for number, row in zip(table.row_numbers, table.rows, strict=True):
            lines.write(f"{SEPARATOR}\n" * (number - written - 1))
            lines.write(_line(_text(cell, objects) for cell in row))
            written = number
    return Plain(path=target, delimiter=SEPARATOR, records=written, objects=tuple(cell for _, cell in objects))


def codec(encoding: str | None) -> str:
    """The codec of a declared encoding, UTF-8 with or without a mark when none is. Raises TextError."""
    name = codec_name(encoding or "utf-8")
    return "utf-8-sig" if name == "utf-8" else name


def _unquoted(path: Path, target: Path, encoding: str, delimiter: str, letters: Letters) -> Plain | None:
    """None at a quotation mark, which may hold delimiters and line ends."""
    records, ended = 0, True
    with path.open(encoding=encoding) as source, target.open("w", encoding="utf-8", newline="\n") as lines:
        for piece in _pieces(path, source, encoding, letters):
            if '"' in piece:
                return None
            text = piece if records else SEP_LINE.sub("", piece, count=1) if SEP_LINE.match(piece) else piece
            if "\n\n" in text or (ended and text.startswith("\n")):
                # A reader of tables leaves out blank lines, which would shift the numbers of all rows below.
                text = BLANK_LINE.sub(f"{delimiter}\n", f"\n{text}" if ended else text).removeprefix(
                    "\n" if ended else ""
                )
            lines.write(text)
            records += text.count("\n")
            ended = text.endswith("\n") if text else ended
    return Plain(path=target, delimiter=delimiter, records=records + (not ended))


def _pieces(path: Path, source: Iterable[str], encoding: str, letters: Letters) -> Iterable[str]:
    done = 0
    while True:
        try:
            piece = source.read(PIECE)  # type: ignore[attr-defined]
        except UnicodeError as fault:
            raise _undecodable(path, encoding, done, letters, fault) from fault
        if not piece:
            return
        if "\x00" in piece:
            line = done + piece.count("\n", 0, piece.index("\x00")) + 1
            raise TextError(f"Line {line} holds a sign that is no text (NUL)", "Ask for the file again", "no_text")
        done += piece.count("\n")
        yield piece


def _undecodable(path: Path, encoding: str, done: int, letters: Letters, fault: UnicodeError) -> TextError:
    data = getattr(fault, "object", b"")
    line = done + data.count(b"\n", 0, getattr(fault, "start", 0)) + 1
    named = "UTF-8" if encoding == "utf-8-sig" else encoding
    with path.open("rb") as file:
        likely = likely_encoding(file.read(len(codecs.BOM_UTF8)) + data, letters)
    return TextError(
        f"The file is not {named} (near line {line}); it is likely {likely}",
        f"Save it as CSV UTF-8, or declare encoding: {likely} and check the names",
        "encoding_wrong",
    )


def _rewritten(path: Path, target: Path, encoding: str, delimiter: str, letters: Letters) -> Plain:
    records = 0
    with (
        path.open(encoding=encoding, newline="") as source,
        target.open("w", encoding="utf-8", newline="\n") as lines,
    ):
        try:
            for record in csv.reader(_without_sep_line(source), delimiter=delimiter, strict=True):
                records += 1
                lines.write(_line(record))
        except csv.Error as fault:
            raise TextError(
                f"Row {records + 1} cannot be divided into cells ({fault}); often a quotation mark is open there",
                'Close or double the quotation mark (""), or save the table again as CSV UTF-8',
                "open_quotation",
            ) from fault
        except UnicodeError as fault:
            raise _undecodable(path, encoding, records, letters, fault) from fault
    return Plain(path=target, delimiter=SEPARATOR, records=records)


def _without_sep_line(source: Iterable[str]) -> Iterable[str]:
    for number, line in enumerate(source):
        if number or not SEP_LINE.fullmatch(line.replace("\r", "")):
            yield line


def _line(cells: Iterable[str]) -> str:
    # Line ends inside a cell are white space like any other when cells are compared; a blank line would be left out.
    line = SEPARATOR.join([cell.translate(LINE_ENDS) for cell in cells])
    return f"{line or SEPARATOR}\n"


def _text(cell: object, objects: dict[tuple[type, object], int]) -> str:
    if is_blank(cell):
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool | Shown) and abs(cell) < EXACT and cell == int(cell):
        return str(int(cell))  # A whole number is written in one way only, whatever the marks of its column.
    return f"{MARK}{objects.setdefault((cell.__class__, cell), len(objects))}"
