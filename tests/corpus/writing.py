"""Files of every kind that is received, from the rows of a table."""

import csv
import io

import openpyxl
from hand_made_files import ods_bytes, xls_bytes
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

YELLOW = PatternFill("solid", fgColor="FFFF00")


def xlsx(rows, sheet="Tabela", *, more=None, **shown_so):
    """A workbook; `more` are other sheets by name, and what else is given is how the first one looks."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            if value is not None:
                page.cell(number, column, value)
    lay_out(page, **shown_so)
    for name, other in (more or {}).items():
        extra = book.create_sheet(name)
        for row in other:
            extra.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def lay_out(page, *, merges=(), hidden=(), hidden_columns=(), fills=(), comments=()):
    """Merge, hide, colour and comment cells of a sheet."""
    for area in merges:
        page.merge_cells(area)
    for number in hidden:
        page.row_dimensions[number].hidden = True
    for letter in hidden_columns:
        page.column_dimensions[letter].hidden = True
    for cell in fills:
        page[cell].fill = YELLOW
    for cell, words in comments:
        page[cell].comment = Comment(words, "Specialist")


def text(rows, *, delimiter=";", encoding="utf-8", decimal=None, thousands="", first="", end="\r\n"):
    """A text file; whole and decimal numbers written with the given marks."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end)
    writer.writerows([[shown(value, decimal, thousands) for value in row] for row in rows])
    return (first + stream.getvalue()).encode(encoding)


def shown(value, decimal, thousands):
    """A number as an office writes it."""
    if value is None:
        return ""
    if isinstance(value, str) or decimal is None or (isinstance(value, int) and 2000 < value < 2100 and not thousands):
        return value
    if isinstance(value, int):
        return f"{value:,}".replace(",", thousands) if abs(value) >= 10_000 else str(value)
    return f"{value:,.1f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)


def ods(rows, sheet="Tabela"):
    """An OpenDocument spreadsheet."""
    return ods_bytes(**{sheet: [list(row) for row in rows]})


def xls(rows, sheet="Tabela"):
    """A workbook of 97-2003."""
    return xls_bytes(**{sheet: [list(row) for row in rows]})


def px(contents, names, years, figures, *, codepage="windows-1252"):
    """A PC-Axis table of municipalities by years; `figures` row by row."""
    quoted = lambda words: ",".join(f'"{word}"' for word in words)  # noqa: E731
    lines = [
        'CHARSET="ANSI";',
        f'CODEPAGE="{codepage}";',
        f'CONTENTS="{contents}";',
        'TITLE="Treguesit sipas bashkive dhe viteve";',
        'UNITS="numër";',
        'STUB="Bashkia";',
        'HEADING="Viti";',
        f'VALUES("Bashkia")={quoted(names)};',
        f'VALUES("Viti")={quoted(years)};',
        'SOURCE="INSTAT";',
        "DATA=",
        *(" ".join(str(value) for value in row) for row in figures),
        ";",
    ]
    return "\r\n".join(lines).encode(codepage.replace("windows-", "cp"))
