"""Spreadsheet files written byte by byte, for kinds that no installed library writes: .xls (BIFF8), .ods, .px."""

import io
import struct
import zipfile
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from lnbeval.intake.text import Uncalculated

SECTOR = 512
END_OF_CHAIN, FREE, FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
DATE_FORMAT, TIME_FORMAT, PERCENT_FORMAT = 1, 2, 3  # which of the cell formats below
ERROR_CODES = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}
OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)

MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'


class Share(float):
    """A share that a sheet shows as a percentage: 0.304 as 30.4 %."""


def xls_bytes(**tables):
    """A workbook of 97-2003: sheets by name, each a list of rows."""
    return compound_file({"Workbook": biff_stream(tables)})


def biff_stream(tables, *, encrypted=False):
    globals_start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    globals_start += record(0x002F, struct.pack("<HHH", 0, 1, 2)) if encrypted else b""
    globals_start += record(0x0042, struct.pack("<H", 1200))
    globals_start += b"".join(record(0x00E0, struct.pack("<HH", 0, form) + bytes(16)) for form in (0, 14, 20, 10))
    sheets = {name: sheet_records(rows) for name, rows in tables.items()}
    heads = {name: struct.pack("<BB", len(name), 1) + name.encode("utf-16-le") for name in tables}
    offset = len(globals_start) + sum(4 + 6 + len(head) for head in heads.values()) + 4
    bounds = b""
    for name, body in sheets.items():
        bounds += record(0x0085, struct.pack("<IBB", offset, 0, 0) + heads[name])
        offset += len(body)
    return globals_start + bounds + record(0x000A, b"") + b"".join(sheets.values())


def sheet_records(rows):
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    cells = [cell_record(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row)]
    return start + b"".join(cells) + record(0x000A, b"")


def cell_record(row, column, value):
    form = DATE_FORMAT if isinstance(value, date) else PERCENT_FORMAT if isinstance(value, Share) else 0
    place = struct.pack("<HHH", row, column, form)
    if value is None:
        return b""
    if isinstance(value, bool):
        return record(0x0205, place + struct.pack("<BB", value, 0))
    if isinstance(value, date):
        return record(0x0203, place + struct.pack("<d", (value - date(1899, 12, 30)).days))
    if isinstance(value, int | float):
        return record(0x0203, place + struct.pack("<d", value))
    if value in ERROR_CODES:
        return record(0x0205, place + struct.pack("<BB", ERROR_CODES[value], 1))
    text = value.encode("utf-16-le")
    return record(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text)


def record(kind, body):
    return struct.pack("<HH", kind, len(body)) + body


def compound_file(streams):
    """The container of old Office files, with streams of at least 4096 bytes each."""
    parts = [(name, body.ljust(4096, b"\0")) for name, body in streams.items()]
    bodies = [body.ljust(-(-len(body) // SECTOR) * SECTOR, b"\0") for _, body in parts]
    counts = [len(body) // SECTOR for body in bodies]
    content = sum(counts) + 1  # and the directory, one sector
    fats = 1
    while fats * (SECTOR // 4) < content + fats:
        fats += 1
    table, starts, at = [FAT_SECTOR] * fats + [END_OF_CHAIN], [], fats + 1
    for count in counts:
        starts.append(at)
        table += [*range(at + 1, at + count), END_OF_CHAIN]
        at += count
    table += [FREE] * (fats * (SECTOR // 4) - len(table))
    entries = [directory_entry("Root Entry", 5, END_OF_CHAIN, 0, 1)]
    for number, ((name, body), start) in enumerate(zip(parts, starts, strict=True), start=1):
        right = number + 1 if number < len(parts) else FREE
        entries.append(directory_entry(name, 2, start, len(body), FREE, right))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<IIIIIIII", fats, fats, 0, 4096, END_OF_CHAIN, 0, END_OF_CHAIN, 0)
    header += struct.pack("<109I", *range(fats), *[FREE] * (109 - fats))
    directory = b"".join(entries).ljust(SECTOR, b"\0")
    return header + struct.pack(f"<{len(table)}I", *table) + directory + b"".join(bodies)


def directory_entry(name, kind, start, size, child, right=FREE):
    text = (name + "\0").encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    return head + struct.pack("<III", FREE, right, child) + bytes(36) + struct.pack("<IQ", start, size)


def ods_bytes(content=None, **tables):
    """An OpenDocument spreadsheet: sheets by name, each a list of rows; or any content at all."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED
        )
        archive.writestr("content.xml", ods_content(tables) if content is None else content)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    return stream.getvalue()


def ods_content(tables):
    sheets = "".join(
        f"<table:table table:name={quoteattr(name)}>{''.join(ods_row(row) for row in rows)}</table:table>"
        for name, rows in tables.items()
    )
    body = f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body>"
    return f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {OFFICE}>{body}</office:document-content>'


def ods_row(row):
    return f"<table:table-row>{''.join(ods_cell(value) for value in row)}</table:table-row>"


def ods_cell(value):
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, Uncalculated):
        return '<table:table-cell table:formula="of:=1+1"/>'
    if isinstance(value, bool):
        return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(value).lower()}"/>'
    if isinstance(value, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"/>'
    if isinstance(value, int | float):
        shown = f"<text:p>{value:.2f}</text:p>"
        kind = "percentage" if isinstance(value, Share) else "float"
        return f'<table:table-cell office:value-type="{kind}" office:value="{value!r}">{shown}</table:table-cell>'
    if value in ERROR_CODES:
        error = 'table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"'
        return f"<table:table-cell {error}><text:p>{value}</text:p></table:table-cell>"
    lines = "".join(f"<text:p>{ods_text(line)}</text:p>" for line in value.split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def ods_text(line):
    # Spaces that XML would draw together are elements of their own, as every writer of the format does it.
    return escape(line).replace(" ", "<text:s/>").replace("\t", "<text:tab/>")
