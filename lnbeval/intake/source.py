"""Sources: what the evaluation's parameters say about one table of one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Literal

from lnbeval.errors import ParameterError


class SourceError(ParameterError, ValueError):
    """A source contradicts itself; also a ValueError, so that a schema collects it with the other conflicts."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Values of `variable` count only in rows where the column headed `column` reads `equals`."""

    variable: str
    column: str
    equals: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """One table of one file: where it is, which columns matter, how its numbers are written.

    Raises SourceError when the declaration cannot be followed whatever the file holds.
    """

    file: str  # relative to the evaluation's raw folder
    sheet: str | None = None  # required when a workbook has several
    header: int = 1  # row of the header, counted from 1 as a spreadsheet does
    unit: str  # header of the municipality column
    county: str | None = None
    period: str  # header of the year column
    columns: dict[str, str]  # variable -> header of its column
    delimiter: str | None = None  # csv: found when not given
    encoding: str | None = None  # csv: UTF-8 unless declared
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", ""] = ""
    missing: tuple[str, ...] = ()  # words that mean "not reported", beside the empty cell
    only_where: tuple[Condition, ...] = field(default=())

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise SourceError(f"Source {self.file!r}: {' '.join(faults)}")


def _faults(source: Source) -> list[str]:
    unknown = sorted({condition.variable for condition in source.only_where} - set(source.columns))
    checks = [
        (_leaves_folder(source.file), "file must be a path inside the raw folder, without '..'."),
        (source.header < 1, f"header is {source.header}; rows are counted from 1."),
        (not source.columns, "columns is empty; name at least one variable and its column."),
        (source.decimal == source.thousands, f"decimal and thousands are both {source.decimal!r}."),
        (source.delimiter is not None and len(source.delimiter) != 1, "delimiter must be one character."),
        (source.delimiter in {'"', "\r", "\n"}, "delimiter cannot be a quotation mark or a line end."),
        (bool(unknown), f"only_where names {', '.join(unknown)}, which columns does not have."),
    ]
    return [message for wrong, message in checks if wrong]


def _leaves_folder(file: str) -> bool:
    windows = PureWindowsPath(file)
    rooted = PurePosixPath(file).is_absolute() or bool(windows.drive or windows.root)
    return rooted or ".." in windows.parts or not file.strip()
