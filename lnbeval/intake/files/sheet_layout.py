"""Layouts of sheets, from the parts of a workbook: its reader for large files tells values only.

Sheets are looked through in pieces by patterns, which costs little beside reading the values; the small parts are parsed
by a parser that resolves nothing and refuses a document type.
"""

from __future__ import annotations

import codecs
import posixpath
import re
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final
from xml.parsers import expat

from lnbeval.intake.files.fetched_cells import LONGEST_OPENING, fetched_cells
from lnbeval.intake.files.number_formats import BUILT_IN, telling
from lnbeval.intake.files.package import BROKEN, DamagedError, HostileError, opened_package
from lnbeval.intake.layout import Area, Layout, Place, area, place

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterable, Iterator, Mapping

    from lnbeval.intake.files.number_formats import NumberFormat

PIECE: Final = 1 << 20  # bytes looked at at once
BOOK: Final = "xl/workbook.xml"
STYLES: Final = "xl/styles.xml"
OPENING: Final = rb"<(?:\w+:)?"
MERGE: Final = re.compile(OPENING + rb"mergeCell\s[^>]*?\bref=[\"']([A-Za-z0-9:$]+)[\"']")
ROW: Final = re.compile(OPENING + rb"row\s([^>]*?\bhidden=[\"'](?:1|true)[\"'][^>]*)>")
ROW_NUMBER: Final = re.compile(rb"\br=[\"']([0-9]+)[\"']")
COLUMN: Final = re.compile(OPENING + rb"col\s([^>]*?\bhidden=[\"'](?:1|true)[\"'][^>]*)>")
COLUMN_EDGE: Final = re.compile(rb"\b(min|max)=[\"']([0-9]+)[\"']")
CELL_NAME: Final = re.compile(rb"\br=[\"']([A-Z]+[0-9]+)[\"']")
MOST_COLUMNS: Final = 16_384


@dataclass(frozen=True)
class Element:
    """One element of a part, without its name space; elements stand in the order of the file."""

    name: str
    attributes: Mapping[str, str]
    text: list[str] = field(default_factory=list)


def sheet_layout(data: bytes, name: str) -> Layout:
    """The layout of a sheet of an xlsx workbook. Raises DamagedError, or HostileError at a document type."""
    try:
        with opened_package(data) as archive:
            return _layout(archive, name)
    except BROKEN as fault:
        raise DamagedError(f"{type(fault).__name__}: {fault}") from fault


def _layout(archive: zipfile.ZipFile, name: str) -> Layout:
    part = sheet_part(archive, name)
    if part is None:
        return Layout()
    fills = _fills(archive)
    found = _Found()
    with archive.open(part) as stream:
        for piece in pieces(stream):
            _look_through(piece, _cells_of(fills) if fills else None, found)
    return Layout(
        merges=tuple(sorted(found.merges, key=lambda one: (one.top, one.left))),
        hidden_rows=frozenset(found.rows),
        hidden_columns=frozenset(found.columns),
        filtered=found.filtered,
        colours={at: fills[style] for at, style in found.styles.items()},
        comments=tuple(_comments(archive, part)),
        fetched=frozenset(found.fetched),
    )


def cell_formats(data: bytes, name: str) -> dict[Place, NumberFormat]:
    """The cells of an xlsx sheet whose number format says something. Raises DamagedError, or HostileError at a document type."""
    try:
        with opened_package(data) as archive:
            part, styles = sheet_part(archive, name), _telling_styles(archive)
            if part is None or not styles:
                return {}
            with archive.open(part) as stream:
                return {at: styles[one] for piece in pieces(stream) for at, one in _styled(piece, _cells_of(styles))}
    except BROKEN as fault:
        raise DamagedError(f"{type(fault).__name__}: {fault}") from fault


def hidden_sheets(data: bytes) -> frozenset[str]:
    """Names of the sheets of an xlsx workbook that it does not show. Raises DamagedError, or HostileError at a document type."""
    try:
        with opened_package(data) as archive:
            found = [one.attributes for one in _elements(archive, BOOK) if one.name == "sheet"]
    except BROKEN as fault:
        raise DamagedError(f"{type(fault).__name__}: {fault}") from fault
    return frozenset(one.get("name", "") for one in found if one.get("state", "visible") != "visible")


def sheet_part(archive: zipfile.ZipFile, name: str) -> str | None:
    """The part of a workbook that holds a sheet; None when there is none."""
    targets = _targets(archive, BOOK)
    for element in _elements(archive, BOOK):
        if element.name == "sheet" and element.attributes.get("name") == name:
            link = next((text for key, text in element.attributes.items() if key.endswith(":id")), "")
            return targets.get(link, ("", None))[1]
    return None


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """A part in pieces, as UTF-8, none of which ends inside a tag."""
    rest = stream.read(PIECE)
    wide = rest.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8")(errors="replace")
    rest = decoder.decode(rest).encode() if wide else rest
    while block := stream.read(PIECE):
        rest += decoder.decode(block).encode() if wide else block
        end = rest.rfind(b"<")
        yield rest[:end] if end > 0 else b""
        rest = rest[max(end, 0) :]
    yield rest


@dataclass
class _Found:
    merges: list[Area] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    styles: dict[Place, int] = field(default_factory=dict)
    filtered: bool = False
    fetched: set[Place] = field(default_factory=set)
    opened: bytes = b""  # the end of the piece before


def _look_through(piece: bytes, filled: re.Pattern[bytes] | None, found: _Found) -> None:
    if b"hidden=" in piece:
        found.rows.update(int(number[1]) for row in ROW.finditer(piece) if (number := ROW_NUMBER.search(row[1])))
        for column in COLUMN.finditer(piece):
            edges = {key: int(number) for key, number in COLUMN_EDGE.findall(column[1])}
            found.columns.update(range(edges.get(b"min", 1) - 1, min(edges.get(b"max", 0), MOST_COLUMNS)))
    if b"mergeCell" in piece:
        areas = (area(merge[1].decode()) for merge in MERGE.finditer(piece))
        found.merges += [one for one in areas if one is not None and one.left < MOST_COLUMNS]
    found.filtered = found.filtered or b"filterColumn" in piece
    if filled is not None:
        found.styles.update(_styled(piece, filled))
    found.fetched.update(fetched_cells(found.opened + piece))
    found.opened = piece[-LONGEST_OPENING:]


def _styled(piece: bytes, wanted: re.Pattern[bytes]) -> Iterator[tuple[Place, int]]:
    """Cells of some styles, each with its style."""
    for cell in wanted.finditer(piece):
        named = CELL_NAME.search(cell[0])
        at = place(named[1].decode()) if named else None
        if at is not None:
            yield at, int(cell[1])


def _cells_of(styles: Iterable[int]) -> re.Pattern[bytes]:
    numbers = "|".join(map(str, styles)).encode()
    return re.compile(OPENING + rb"c\s[^>]*?\bs=[\"'](" + numbers + rb")[\"'][^>]*>")


def _telling_styles(archive: zipfile.ZipFile) -> dict[int, NumberFormat]:
    """The cell styles whose number format says something of the figure."""
    if STYLES not in archive.namelist():
        return {}
    inside, formats, styles = "", dict(BUILT_IN), []
    for element in _elements(archive, STYLES):
        if element.name in {"numFmts", "cellXfs", "cellStyleXfs", "dxfs"}:
            inside = element.name
        elif inside == "numFmts" and element.name == "numFmt":
            formats[int(element.attributes.get("numFmtId", "0"))] = element.attributes.get("formatCode", "")
        elif inside == "cellXfs" and element.name == "xf":
            styles.append(int(element.attributes.get("numFmtId", "0")))
    return telling(formats, styles)


def _fills(archive: zipfile.ZipFile) -> dict[int, int]:
    """The number of the fill of each cell style that has one."""
    if STYLES not in archive.namelist():
        return {}
    inside, painted, styles = "", [], []
    for element in _elements(archive, STYLES):
        if element.name in {"fills", "cellXfs", "cellStyleXfs", "dxfs", "borders", "fonts"}:
            inside = element.name
        elif inside == "fills" and element.name in {"patternFill", "gradientFill"}:
            pattern = element.attributes.get("patternType", "none" if element.name == "patternFill" else "solid")
            painted.append(pattern not in {"none", "gray125"})
        elif inside == "cellXfs" and element.name == "xf":
            styles.append(int(element.attributes.get("fillId", "0")))
    return {style: fill for style, fill in enumerate(styles) if fill < len(painted) and painted[fill]}


def _comments(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[Place, str]]:
    for kind, target in _targets(archive, part).values():
        if not kind.endswith("/comments") or target not in archive.namelist():
            continue
        at: Place | None = None
        words: list[str] = []
        for element in [*_elements(archive, target), Element("comment", {})]:
            if element.name == "comment":
                if at is not None:
                    yield at, "".join(words)
                at, words = place(element.attributes.get("ref", "")), []
            elif element.name == "t":
                words += element.text


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Kind and name of the parts that a part refers to, by the name of the link."""
    folder, name = posixpath.split(part)
    links = f"{folder}/_rels/{name}.rels"
    if links not in archive.namelist():
        return {}
    return {
        link.attributes.get("Id", ""): (
            link.attributes.get("Type", ""),
            posixpath.normpath(posixpath.join("/", folder, link.attributes.get("Target", ""))).lstrip("/"),
        )
        for link in _elements(archive, links)
        if link.name == "Relationship" and link.attributes.get("TargetMode") != "External"
    }


def _elements(archive: zipfile.ZipFile, part: str) -> list[Element]:
    found: list[Element] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append(Element(name.rpartition(":")[2], attributes))
    parser.CharacterDataHandler = lambda text: found[-1].text.append(text) if found else None
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(archive.read(part), True)
    except (expat.ExpatError, KeyError, ValueError) as fault:
        raise DamagedError(f"{part}: {fault}") from fault
    return found


def _refuse(name: str, *_: object) -> None:
    raise HostileError(f"A part of the workbook declares a document type ({name})")
