"""File kinds: what a file really is, by its first bytes, and the way out when it is not a table we read."""

from __future__ import annotations

import io
import zipfile
from typing import Literal

Kind = Literal[
    "empty", "text", "xlsx", "xlsb", "ods", "xls", "protected", "damaged", "zip", "pdf", "html", "gzip", "binary"
]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of old Office files and of encrypted new ones
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
EXTENSIONS: dict[Kind, tuple[str, ...]] = {"xlsx": (".xlsx", ".xlsm"), "text": (".csv", ".tsv", ".txt")}

SAVE_AS = "Open it in a spreadsheet program and save it as Excel workbook (.xlsx) or as CSV UTF-8 (.csv)"
REFUSED: dict[Kind, tuple[str, str]] = {
    "empty": ("The file is empty (0 bytes)", "Ask for it again, or copy it again"),
    "xls": ("The file is an old Excel workbook (.xls, 97-2003)", SAVE_AS),
    "xlsb": ("The file is a binary Excel workbook (.xlsb)", SAVE_AS),
    "ods": ("The file is an OpenDocument spreadsheet (.ods)", SAVE_AS),
    "protected": (
        "The file is an Excel workbook protected by a password",
        "Open it in Excel with the password, remove it under File > Info > Protect Workbook, and save",
    ),
    "damaged": ("The file begins like an Excel workbook but is cut or damaged", "Ask for it again, or copy it again"),
    "zip": ("The file is a zip archive, not a table", "Unpack it and put the table itself into the folder"),
    "pdf": ("The file is a PDF document", "Ask for the table behind it as .xlsx or .csv"),
    "html": ("The file is a web page (HTML), whatever its name says", SAVE_AS),
    "gzip": ("The file is compressed (gzip)", "Unpack it and put the table itself into the folder"),
    "binary": ("The file is neither a workbook nor text", SAVE_AS),
}


def file_kind(data: bytes) -> Kind:
    """The real kind of a file, whatever its name says."""
    if data.startswith(b"PK"):
        return _zip_kind(data)
    if data.startswith(OLE):
        return "protected" if "EncryptedPackage".encode("utf-16-le") in data else "xls"
    starts: dict[bytes, Kind] = {b"%PDF": "pdf", b"\x1f\x8b": "gzip"}
    for start, kind in starts.items():
        if data.startswith(start):
            return kind
    return _text_kind(data)


def _zip_kind(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype") if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        # Text may begin with the letters PK; a workbook's third byte never is a letter.
        return "damaged" if data[2:4] in {b"\x03\x04", b"\x05\x06", b"\x07\x08"} else _text_kind(data)
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    if "xl/workbook.bin" in names:
        return "xlsb"
    return "xlsx" if "xl/workbook.xml" in names else "zip"


def _text_kind(data: bytes) -> Kind:
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        return "empty"
    if data.lstrip()[:200].lower().startswith((b"<!doctype html", b"<html", b"<table")):
        return "html"
    if data.startswith(UTF16_MARKS):
        return "text"
    odd = sum(data.count(bytes([code])) for code in range(32) if code not in {9, 10, 12, 13, 26, 27})
    return "binary" if odd * 50 > len(data) else "text"
