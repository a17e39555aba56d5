"""File kinds: what a file really is, by its first bytes, and the way out when it is not a table we read."""

from __future__ import annotations

import re
from typing import Final, Literal

from lnbeval.intake.files.compound_file import OLE, streams
from lnbeval.intake.files.package import BROKEN, DamagedError, HostileError, opened_package
from lnbeval.intake.files.xls_records import STREAMS, is_encrypted

Kind = Literal[
    "text",
    "px",
    "xlsx",
    "xls",
    "ods",
    "empty",
    "xlsb",
    "office",
    "protected",
    "damaged",
    "old_damaged",
    "zip",
    "document",
    "tables_packed",
    "crowded",
    "pdf",
    "image",
    "html",
    "xml",
    "gzip",
    "archive",
    "parquet",
    "binary",
]

MANIFEST: Final = "META-INF/manifest.xml"
UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
EXTENSIONS: Final[dict[Kind, tuple[str, ...]]] = {
    "xlsx": (".xlsx", ".xlsm"),
    "text": (".csv", ".tsv", ".txt"),
    "xls": (".xls",),
    "ods": (".ods",),
    "px": (".px",),
}
NAMES: Final[dict[Kind, str]] = {
    "xlsx": "an Excel workbook",
    "xls": "an old Excel workbook (.xls, 97-2003)",
    "ods": "an OpenDocument spreadsheet (.ods)",
    "px": "a PC-Axis table (.px)",
    "text": "text",
}

SAVE_AS: Final = "Open it in a spreadsheet program and save it as Excel workbook (.xlsx) or as CSV UTF-8 (.csv)"
AGAIN: Final = "Ask for it again, or copy it again"
UNPACK: Final = "Unpack it and put the table itself into the folder"
REFUSED: Final[dict[Kind, tuple[str, str]]] = {
    "empty": ("The file is empty", AGAIN),
    "xlsb": ("The file is a binary Excel workbook (.xlsb)", SAVE_AS),
    "office": (
        "The file is an old Office document, but not a workbook",
        "Ask for the table behind it as .xlsx or .csv",
    ),
    "protected": (
        "The file is a workbook protected by a password",
        "Open it in Excel with the password, remove it under File > Info > Protect Workbook, and save",
    ),
    "damaged": ("The file begins like an Excel workbook but is cut or damaged", AGAIN),
    "old_damaged": ("The file begins like an old Excel workbook (.xls, 97-2003) but is cut or damaged", AGAIN),
    "zip": ("The file is a zip archive, not a table", UNPACK),
    "document": (
        "The file is a text document or a presentation (such as .docx, .odt, .pptx), not a table",
        "Ask for the table behind it as .xlsx or .csv; or copy its table into a spreadsheet, and say so in SOURCES.md",
    ),
    "tables_packed": (
        "The file is a zip archive of several files",
        "Unpack it, and give each table that is needed as a file of its own",
    ),
    "image": (
        "The file is a picture, such as a scan or a screen shot",
        "Ask for the table behind it as .xlsx or .csv: figures are not read off pictures",
    ),
    "crowded": ("The file is an archive with too many parts to look at", "Ask for the table itself"),
    "pdf": ("The file is a PDF document", "Ask for the table behind it as .xlsx or .csv"),
    "html": ("The file is a web page (HTML), whatever its name says", SAVE_AS),
    "xml": ("The file is an XML document, perhaps a spreadsheet of 2003, whatever its name says", SAVE_AS),
    "gzip": ("The file is compressed (gzip)", UNPACK),
    "archive": ("The file is a compressed archive", UNPACK),
    "parquet": ("The file is a Parquet table", "Save it as CSV UTF-8 (.csv)"),
    "binary": ("The file is neither a workbook nor text", SAVE_AS),
}
# Of the problem that refuses a file, where another way out is needed than to save it anew.
RULES: Final[dict[Kind, str]] = {
    "empty": "file_empty",
    "protected": "file_protected",
    "damaged": "damaged",
    "old_damaged": "damaged",
    "zip": "file_packed",
    "tables_packed": "file_packed",
    "document": "file_no_table",
    "image": "file_no_table",
    "pdf": "file_no_table",
    "crowded": "file_packed",
    "gzip": "file_packed",
    "archive": "file_packed",
}
STARTS: Final[dict[bytes, Kind]] = {
    b"%PDF": "pdf",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf\x27\x1c": "archive",
    b"Rar!\x1a\x07": "archive",
    b"\xfd7zXZ\x00": "archive",
    b"PAR1": "parquet",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"II*\x00": "image",
    b"MM\x00*": "image",
}
DOCUMENT_PARTS: Final = frozenset({"word/document.xml", "ppt/presentation.xml"})
DOCUMENT_TYPES: Final = (b"opendocument.text", b"opendocument.presentation")
HTML: Final = (b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<body")
PX_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:CHARSET|AXIS-VERSION|CODEPAGE|LANGUAGES?|CREATION-DATE|MATRIX|DECIMALS|SUBJECT-(?:AREA|CODE))"
    rb"(?:\[[^\]]{1,40}\])?\s*=",
)


def file_kind(data: bytes) -> Kind:
    """The real kind of a file, whatever its name says."""
    if data.startswith(b"PK"):
        return _zip_kind(data)
    if data.startswith(OLE):
        return _office_kind(data)
    for start, kind in STARTS.items():
        if data.startswith(start):
            return kind
    return _text_kind(data)


def real_name(kind: Kind) -> str:
    """What a file of a kind is called in a message."""
    return NAMES.get(kind, kind)


def _zip_kind(data: bytes) -> Kind:
    try:
        with opened_package(data) as archive:
            names = set(archive.namelist())
            mimetype = archive.open("mimetype").read(200) if "mimetype" in names else b""
            manifest = archive.open(MANIFEST).read(100_000) if MANIFEST in names else b""
    except HostileError:
        return "crowded"
    except BROKEN:
        # Text may begin with the letters PK; a workbook's third byte never is a letter.
        return "damaged" if data[2:4] in {b"\x03\x04", b"\x05\x06", b"\x07\x08"} else _text_kind(data)
    if b"opendocument.spreadsheet" in mimetype:
        return "protected" if b"encryption-data" in manifest else "ods"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if names & DOCUMENT_PARTS or any(kind in mimetype for kind in DOCUMENT_TYPES):
        return "document"
    return "tables_packed" if sum(not name.endswith("/") for name in names) > 1 else "zip"


def _office_kind(data: bytes) -> Kind:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "protected"
    try:
        found = streams(data)
        workbook = next((found[name] for name in STREAMS if name in found), None)
        if workbook is None:
            return "office" if found else "old_damaged"
        return "protected" if is_encrypted(workbook) else "xls"
    except DamagedError:
        return "old_damaged"


def _text_kind(data: bytes) -> Kind:
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        return "empty"
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower().startswith(HTML):
        return "html"
    if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<?xml"):
        return "xml"
    if data.startswith(UTF16_MARKS):
        return "text"
    odd = sum(data.count(bytes([code])) for code in range(32) if code not in {9, 10, 12, 13, 26, 27})
    if odd * 50 > len(data):
        return "binary"
    return "px" if PX_START.match(data) else "text"
