"""Compound files: the container of Office files before 2007, and of encrypted ones since; its streams by name.

A little file system: a header, a table that says of each sector which one follows, and a directory. Every chain is
walked at most once around, so that a file that bites its own tail ends.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from lnbeval.intake.files.package import DamagedError

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER: Final = 512
ENTRY: Final = 128  # bytes of a directory entry
IN_HEADER: Final = 109  # sectors of the table that the header itself names
LAST_SECTOR: Final = 0xFFFFFFFA  # larger numbers are marks: end of a chain, free, part of the table
ROOT: Final = 5


@dataclass(frozen=True, kw_only=True)
class _Container:
    data: bytes
    sector: int  # bytes
    follows: tuple[int, ...]


def streams(data: bytes) -> dict[str, bytes]:
    """Content of every stream by its name. Raises DamagedError."""
    try:
        return _streams(data)
    except (struct.error, IndexError, UnicodeDecodeError) as fault:
        raise DamagedError("its directory is cut") from fault


def _streams(data: bytes) -> dict[str, bytes]:
    sector_power, mini_power = struct.unpack_from("<HH", data, 30)
    first, _, cutoff, mini_first = struct.unpack_from("<IIII", data, 48)
    if sector_power not in {9, 12} or mini_power != 6:
        raise DamagedError("its directory cannot be read")
    container = _Container(data=data, sector=1 << sector_power, follows=_follows(data, 1 << sector_power))
    directory = _chain(container, first)
    entries = [directory[at : at + ENTRY] for at in range(0, len(directory) - ENTRY + 1, ENTRY)]
    root = next((entry for entry in entries if entry[66] == ROOT), b"")
    small = _chain(container, struct.unpack_from("<I", root, 116)[0]) if root else b""
    table = _numbers(_chain(container, mini_first))
    inside = _Container(data=bytes(64) + small, sector=64, follows=table)
    found = {}
    for entry in (entry for entry in entries if entry[66] == 2):
        (length,), (start, size) = struct.unpack_from("<H", entry, 64), struct.unpack_from("<II", entry, 116)
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le")
        found[name] = _chain(inside if size < cutoff else container, start)[:size]
    return found


def _follows(data: bytes, sector: int) -> tuple[int, ...]:
    named = list(struct.unpack_from(f"<{IN_HEADER}I", data, 76))
    (more,) = struct.unpack_from("<I", data, 68)
    seen: set[int] = set()
    while more <= LAST_SECTOR and more not in seen and HEADER + more * sector < len(data):
        seen.add(more)
        numbers = _numbers(_sector(data, sector, more))
        named += numbers[:-1]
        more = numbers[-1]
    most = len(data) // sector + 1
    tables = [number for number in named if number <= LAST_SECTOR][:most]
    return _numbers(b"".join(_sector(data, sector, number) for number in tables))


def _chain(container: _Container, first: int) -> bytes:
    pieces: list[bytes] = []
    number, most = first, len(container.follows)
    while number <= LAST_SECTOR:
        if len(pieces) > most or number >= most:
            raise DamagedError("a part of it is cut off, or runs in a circle")
        pieces.append(_sector(container.data, container.sector, number))
        number = container.follows[number]
    return b"".join(pieces)


def _sector(data: bytes, sector: int, number: int) -> bytes:
    # The header fills the place of the first sector, whatever its size.
    start = (number + 1) * sector
    return data[start : start + sector]


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
