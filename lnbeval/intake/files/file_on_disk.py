"""Files on disk: the bytes of one ordinary file, or the problem that says what stands under its name instead."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NoReturn

from lnbeval.intake.files.container import EXTENSIONS, REFUSED, RULES, Kind, file_kind, real_name
from lnbeval.intake.files.limits import LARGEST_FILE, MEGABYTE, MEMORY_PER_BYTE
from lnbeval.intake.problems import Problem, Severity, UnreadableError
from lnbeval.intake.table import some
from lnbeval.intake.text import nearest, quoted

LOCK = "~$"  # how Excel names the file that marks a workbook as open
# A link is not followed, and a pipe is not waited for, even when it takes the file's place at the last moment.
WITHOUT_WAITING = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
NOT_FILES = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a link to another place"),
    (stat.S_ISFIFO, "a pipe between programs"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def file_bytes(path: Path, file: str) -> tuple[bytes, Kind]:
    """The bytes of a file that really is a table of a kind we read, under a name that says so.

    `file` is the path as declared, from the raw folder down: no part of it may be a link. Raises UnreadableError.
    """
    if path.name.startswith(LOCK):
        what = f"{path.name} is the mark Excel leaves while a file is open, not a table"
        stop(file, what, "Name the file itself", rule="lock_file")
    _stop_unless_ordinary(path, file)
    data = _content(path, file)
    kind = file_kind(data)
    if kind in REFUSED:
        stop(file, *REFUSED[kind], rule=RULES.get(kind, "file_kind"))
    extension = path.suffix.lower()
    if extension not in EXTENSIONS[kind]:
        stop(
            file,
            f"The file is {real_name(kind)}, but its name ends in {quoted(extension)}",
            f"Rename it to end in {EXTENSIONS[kind][0]}, or save it again as what its name says",
            rule="file_name",
        )
    return data, kind


def stop(
    file: str, what: str, do: str, *, rule: str, sheet: str = "", cell: str = "", severity: Severity = "STOP"
) -> NoReturn:
    """Refuse a file or a sheet. Raises UnreadableError, a DataError that carries its Problem."""
    problem = Problem(severity=severity, file=file, sheet=sheet, cell=cell, what=what, do=do, rule=rule)
    raise UnreadableError(problem)


def shown_path(path: Path) -> str:
    """A path as the reader knows it: from the workspace down, or its last parts when it lies elsewhere."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix() if not path.is_absolute() else "/".join(("…", *path.parts[-3:]))


def _stop_unless_ordinary(path: Path, file: str) -> None:
    depth = len(Path(file).parts)
    for part in (path, *path.parents)[:depth]:
        mode = _mode(part)
        if mode is not None and (stat.S_ISLNK(mode) or part == path):
            _stop_at_no_file(mode, part, file)
    if _mode(path) is None:
        what = f"There is no file {shown_path(path)}. {_neighbours(path)}"
        stop(file, what, "Correct `file`, or copy the file there", rule="no_file")


def _mode(path: Path) -> int | None:
    try:
        return path.lstat().st_mode
    except (OSError, ValueError):  # ValueError: a name that no file can have
        return None


def _stop_at_no_file(mode: int, path: Path, file: str) -> None:
    for is_one, named in NOT_FILES:
        if is_one(mode):
            what = f"{shown_path(path)} is {named}, not a file. {_neighbours(path)}"
            stop(file, what, "Copy the file itself there, and name it", rule="not_a_file")


def _content(path: Path, file: str) -> bytes:
    try:
        with os.fdopen(os.open(path, WITHOUT_WAITING), "rb") as stream:
            status = os.fstat(stream.fileno())
            _stop_at_no_file(status.st_mode, path, file)
            size = status.st_size
            data = b"" if size > LARGEST_FILE else stream.read(size + 1)
    except OSError as fault:
        what = f"The file cannot be opened ({fault.strerror})"
        stop(file, what, "Close it in other programs and try again", rule="not_opened")
    if size > LARGEST_FILE:
        stop(file, *_too_large(size), rule="file_size")
    if len(data) != size:
        stop(file, "The file changes while it is read", "Wait until it is complete, and try again", rule="file_changes")
    return data


def _too_large(size: int) -> tuple[str, str]:
    memory = size * MEMORY_PER_BYTE / (1000 * MEGABYTE)
    what = (
        f"The file has {size / MEGABYTE:,.0f} MB; at most {LARGEST_FILE // MEGABYTE} MB are read as one table. "
        f"It would take about {memory:,.1f} GB of memory"
    )
    return (
        what,
        "Ask for counts by municipality and year; or declare `aggregate`, by which a csv file of any size is added up",
    )


def _neighbours(path: Path) -> str:
    if not path.parent.is_dir():
        return f"The folder {shown_path(path.parent)} does not exist either."
    known = {extension for extensions in EXTENSIONS.values() for extension in extensions} | {".xlsb"}
    files = sorted(
        entry.name
        for entry in path.parent.iterdir()
        if entry.suffix.lower() in known and not entry.name.startswith(LOCK) and entry.is_file()
    )
    return f"Data files in that folder: {some(files)}.{nearest(path.name, files)}"
