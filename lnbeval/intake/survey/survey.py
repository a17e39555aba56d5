"""The survey of a file: every sheet in which municipalities stand, with how it could be declared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.assemble import assembled, filled_size
from lnbeval.intake.files.books import opened_book
from lnbeval.intake.files.container import file_kind
from lnbeval.intake.files.csv_file import csv_rows, declared_delimiter, found_delimiter
from lnbeval.intake.files.encodings import TextError, decoded, likely_encoding, proven_encoding
from lnbeval.intake.files.file_on_disk import file_bytes, stop
from lnbeval.intake.files.mojibake import mended_rows
from lnbeval.intake.files.pc_axis import px_rows, px_text
from lnbeval.intake.files.sheet_layout import hidden_sheets
from lnbeval.intake.large.door import first_bytes, whole_lines
from lnbeval.intake.layout import Layout
from lnbeval.intake.problems import Problem, UnreadableError
from lnbeval.intake.rows.person_like import cases, like_persons
from lnbeval.intake.rows.person_numbers import texts_of_persons, withheld_problem, withheld_rows, withheld_table
from lnbeval.intake.rows.person_sheets import likely_table, persons_in
from lnbeval.intake.source import FIRST_YEAR, Source
from lnbeval.intake.survey.columns import surveyed_table
from lnbeval.intake.survey.found import Survey, SurveyedTable
from lnbeval.intake.survey.passed import divided, no_header, no_units, usable_tables, without_steady
from lnbeval.intake.survey.places import Absent, header_rows, unit_place
from lnbeval.intake.survey.told import told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lnbeval.intake.files.container import Kind
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.table import RawTable, Row

UTF8: Final = frozenset({"utf-8", "utf-8-sig", "utf8", "ascii"})  # read without being declared
LARGE_TEXT: Final = 2_000_000  # bytes; of more only pieces are looked at
FIRST_PIECE: Final = 200_000
PIECES: Final = 60
PIECE: Final = 15_000
NOT_COPIED: Final = (
    "Nothing was copied. Ask for the file without this table, or for counts by municipality and year instead"
)
Sheets = list[tuple[str, list["Row"], Layout]]  # name, filled rows and layout of each


def survey(path: Path, meanings: Meanings, numberings: Sequence[str] = ()) -> Survey:
    """How each table of a file could be declared; `numberings` are those that municipalities may be written in.

    Raises UnreadableError when the file cannot be read, or holds persons.
    """
    data, kind, sampled = _content(path)
    sheets, encoding, delimiter = _sheets(path.name, data, kind, meanings)
    hidden = hidden_sheets(data) if kind == "xlsx" else frozenset()
    looked_at = [
        _surveyed(path.name, name, rows, layout, meanings, numberings) for name, rows, layout in sheets if rows
    ]
    found = [one for one, _ in looked_at]
    tables = [one for one in found if isinstance(one, SurveyedTable)]
    usable, unusable = usable_tables(without_steady(tables), hidden, meanings.headers)
    passed = [one for one in found if isinstance(one, Problem)]
    return Survey(
        file=path.name,
        encoding=encoding,
        delimiter=delimiter,
        tables=tuple(usable),
        lists=tuple(one for one in tables if one.groups and not one.columns and one.sheet not in hidden),
        problems=tuple(
            withheld_problem(one, meanings.persons)
            for one in told(path.name, [*passed, *unusable], usable, sampled=sampled)
        ),
        asked=tuple(asked for _, asked in looked_at if asked),
        sampled=sampled,
    )


def _content(path: Path) -> tuple[bytes, Kind, bool]:
    """The bytes of a file and its kind; of a large text only some rows."""
    head, size = first_bytes(path, path.name)
    if size > LARGE_TEXT and file_kind(head) == "text":
        try:
            first = whole_lines(head[:FIRST_PIECE])
            return first + _pieces(path, len(first), size), "text", True
        except TextError as fault:
            stop(path.name, fault.what, fault.do, rule=fault.rule)
    data, kind = file_bytes(path, path.name)
    return data, kind, False


def _pieces(path: Path, start: int, size: int) -> bytes:
    """Whole lines from places all over a text: one sorted by municipality begins with a single one."""
    lines = []
    with path.open("rb") as stream:
        for place in range(start, size - PIECE, max(PIECE, (size - start) // PIECES)):
            stream.seek(place)
            lines += stream.read(PIECE).split(b"\n")[1:-1]
    # A line that opens a quotation and does not close it is a part of a cell, or has one.
    return b"".join(line + b"\n" for line in lines if line.count(b'"') % 2 == 0 and b"\0" not in line)


def _sheets(file: str, data: bytes, kind: Kind, meanings: Meanings) -> tuple[Sheets, str, str]:
    """The sheets; encoding and delimiter of a text where they have to be declared."""
    try:
        if kind == "px":
            return [("", px_rows(px_text(data, None, meanings.letters))[0], Layout())], "", ""
        if kind == "text":
            return _text(data, meanings)
    except TextError as fault:
        stop(file, fault.what, fault.do, rule=fault.rule)
    book = opened_book(data, kind, file)
    return [(name, book.rows(name), book.layout(name)) for name in book.names], "", ""


def _text(data: bytes, meanings: Meanings) -> tuple[Sheets, str, str]:
    proof = proven_encoding(data, meanings.resolve, meanings.letters)
    encoding = likely_encoding(data, meanings.letters) if proof is None else proof.encoding
    declared, text = declared_delimiter(decoded(data, encoding, meanings.letters))
    delimiter = declared or found_delimiter(text, ()) or ","
    rows, _ = csv_rows(text, delimiter)
    return [("", rows, Layout())], "" if encoding.casefold() in UTF8 else encoding, "" if declared else delimiter


def _surveyed(
    file: str, sheet: str, rows: list[Row], layout: Layout, meanings: Meanings, numberings: Sequence[str]
) -> tuple[SurveyedTable | Problem, Problem | None]:
    """What a sheet holds, or why it is passed over, and the question whether its rows are persons."""
    mended, _ = mended_rows(rows, meanings.resolve, meanings.letters)
    place = unit_place(mended, meanings, numberings)
    header = () if isinstance(place, Absent) else header_rows(mended, layout, place)
    table = None if isinstance(place, Absent) or not header else _table(file, sheet, mended, header, layout)
    looked_at = likely_table(file, sheet, mended, filled_size(mended)[1]) if table is None else table
    persons = persons_in(looked_at, meanings.persons, meanings.resolve)
    if persons and persons.severity == "STOP":
        raise UnreadableError(replace(persons, do=NOT_COPIED))
    if isinstance(place, Absent):
        return no_units(file, sheet, place), persons
    if table is None:
        return no_header(file, sheet, place), persons
    likely = {
        *like_persons(table, meanings.resolve, (place.position,), place.position),
        *cases(table, meanings.persons),
    }
    table = withheld_table(table, meanings.persons)
    shown = withheld_rows(mended, texts_of_persons(mended, meanings.persons))
    surveyed = surveyed_table(table, place, header, meanings, likely)
    return divided(surveyed, table, place, shown, meanings) or surveyed, persons


def _table(file: str, sheet: str, rows: list[Row], header: tuple[int, ...], layout: Layout) -> RawTable:
    probe = Source(file=file, header=header, unit="-", year=FIRST_YEAR, columns={"-": "-"})
    return assembled(rows, rows[-1][0], probe, sheet, (), layout)
