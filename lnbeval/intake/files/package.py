"""Packages: workbooks are zip archives of XML parts; what a hostile one could do is looked for before it is opened.

Nothing is unpacked to disk, no link in it is followed, and no entity is resolved: a part that declares any is refused.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from lnbeval.intake.files.limits import LARGEST_CONTENT, LONGEST_CELL, MEGABYTE, MOST_PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator

DIRECTORY_ENTRY: Final = b"PK\x01\x02"
CHUNK: Final = 1 << 16
ENCRYPTED: Final = 0x1
XML_PARTS: Final = (".xml", ".rels", ".vml")
LONGEST_PROLOG: Final = MEGABYTE  # bytes before the first element of a part
BROKEN: Final = (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error)
"""Everything the archive reader raises at bytes that are no archive, or not one to its end."""


class DamagedError(Exception):
    """The workbook cannot be read to its end."""


class HostileError(Exception):
    """A workbook that nobody's spreadsheet program writes: the message says what is in it."""


def opened_package(data: bytes) -> zipfile.ZipFile:
    """The archive, once its directory is known to be harmless. Raises HostileError, or whatever is in BROKEN."""
    parts = data.count(DIRECTORY_ENTRY)
    if parts > MOST_PARTS:
        raise HostileError(f"The workbook has {parts:,} parts; at most {MOST_PARTS:,} are looked at")
    return zipfile.ZipFile(io.BytesIO(data))


def stop_if_hostile(data: bytes) -> None:
    """Look through every part once, piece by piece. Raises HostileError or DamagedError."""
    try:
        with opened_package(data) as package:
            parts = package.infolist()
            _stop_at_size(sum(part.file_size for part in parts))
            found = 0
            for part in parts:
                _stop_at_name(part.filename)
                found += _looked_through(package, part, found)
    except BROKEN as fault:
        raise DamagedError(f"{type(fault).__name__}: {fault}") from fault


def _stop_at_size(size: int) -> None:
    if size > LARGEST_CONTENT:
        raise HostileError(
            f"The workbook has {size / MEGABYTE:,.0f} MB when it is unpacked; "
            f"at most {LARGEST_CONTENT // MEGABYTE} MB are read"
        )


def _stop_at_name(name: str) -> None:
    windows = PureWindowsPath(name)
    if PurePosixPath(name).is_absolute() or windows.drive or windows.root or ".." in windows.parts:
        raise HostileError("The workbook has a part whose name leads out of the file")


def _looked_through(package: zipfile.ZipFile, part: zipfile.ZipInfo, before: int) -> int:
    """Number of bytes of a part, none of which is kept."""
    if part.flag_bits & ENCRYPTED:
        raise DamagedError("a part is encrypted")
    is_xml = part.filename.lower().endswith(XML_PARTS)
    prolog = _prolog_parser() if is_xml else None
    size = unbroken = 0
    with package.open(part) as stream:
        for chunk in iter(lambda: stream.read(CHUNK), b""):
            size += len(chunk)
            _stop_at_size(before + size)  # The directory may lie about the size of a part.
            prolog = _after(prolog, chunk)
            if prolog is not None and size > LONGEST_PROLOG:
                raise HostileError("The workbook has a part that does not begin like one")
            unbroken = 0 if b"<" in chunk else unbroken + len(chunk)
            if is_xml and unbroken > LONGEST_CELL:
                raise HostileError(f"The workbook has a cell of more than {LONGEST_CELL // MEGABYTE} million letters")
    return size


class _RootReachedError(Exception):
    """Entities can be declared only before the first element; nothing after it is of interest here."""


def _prolog_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = _reach_root
    return parser


def _refuse_doctype(*_: object) -> None:
    raise HostileError("The workbook declares XML entities (DOCTYPE), with which a file can grow or read other files")


def _reach_root(*_: object) -> None:
    raise _RootReachedError


def _after(parser: expat.XMLParserType | None, chunk: bytes) -> expat.XMLParserType | None:
    if parser is None:
        return None
    try:
        parser.Parse(chunk, False)
    except (_RootReachedError, expat.ExpatError):
        return None  # The reader of the workbook says what is wrong with a part that is no XML.
    return parser


def parts_of(package: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """One part, piece by piece."""
    with package.open(name) as stream:
        yield from iter(lambda: stream.read(CHUNK), b"")
