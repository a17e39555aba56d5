"""Sources: what the evaluation's parameters say about one table of one file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Literal
from unicodedata import category

from lnbeval.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST_YEAR, LAST_YEAR = 2010, 2030  # what is taken for a year of data
YEAR_MARK = "{year}"  # stands for the year in the headers of columns that hold one year each
DEVICES = {"CON", "PRN", "AUX", "NUL"} | {f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10)}


class SourceError(ParameterError, ValueError):
    """A source contradicts itself; also a ValueError, so that a schema collects it with the other conflicts."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Values of `variable` count only in rows where the column headed `column` reads `equals`, for a `reason` in words."""

    variable: str
    column: str
    equals: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Level:
    """Only rows whose column headed `column` reads `municipality` are about municipalities; the others are totals."""

    column: str
    municipality: str


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """Rows are cut more finely than municipality and year, as the columns `over` tell: they are added up or averaged first."""

    by: Literal["sum", "mean"]
    over: tuple[str, ...]  # headers such as those of months, groups or sex


@dataclass(frozen=True, kw_only=True)
class NumberMarks:
    """How the numbers of one column are written; what is left out is decided by what its cells show."""

    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", ""] | None = None


@dataclass(frozen=True, kw_only=True)
class Source:
    """One table of one file: where it is, which columns matter, how its numbers are written.

    Raises SourceError when the declaration cannot be followed whatever the file holds.
    """

    file: str  # relative to the evaluation's raw folder
    sheet: str | None = None  # required when a workbook has several
    header: int | tuple[int, ...] = 1  # row of the header, counted from 1 as a spreadsheet does; several: [4, 5]
    unit: str  # header of the municipality column
    unit_codes: str | None = None  # the numbering that the column holds, such as instat; never guessed
    county: str | None = None
    level: Level | None = None
    period: str | None = None  # header of the year column; left out where each year has columns of its own
    year: int | None = None  # of the whole table, where neither a column nor a header tells one
    columns: dict[str, str]  # variable -> header of its column; "{year}" stands for the year in it, if there is one
    school_year: Literal["start", "end"] | None = None  # the year that 2018/19 is counted for
    dates: Literal["year"] | None = None  # the first or last day of a year stands for it in the year column
    hidden: Literal["read", "skip"] | None = None  # rows and columns that the sheet hides
    delimiter: str | None = None  # csv: found when not given
    encoding: str | None = None  # csv: UTF-8 unless declared
    decimal: Literal[".", ","] | None = None  # what its cells show, column by column, when not given
    thousands: Literal[".", ",", " ", ""] | None = None  # likewise; "" for none
    marks: dict[str, NumberMarks] = field(default_factory=dict)  # by variable, where its column is written otherwise
    missing: tuple[str, ...] = ()  # words that mean "not reported", beside the empty cell
    zero: tuple[str, ...] = ()  # words that mean zero, such as '-' where the source says so
    only_where: tuple[Condition, ...] = field(default=())
    aggregate: Aggregate | None = None  # of rows that are months, groups or the like
    priority: int | None = None  # where sources contradict each other the lowest number counts; none comes last

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise SourceError(f"Source {self.file!r}: {' '.join(faults)}")

    @property
    def header_rows(self) -> tuple[int, ...]:
        """The rows of the header, top to bottom."""
        return (self.header,) if isinstance(self.header, int) else self.header

    def of_variables(self, names: Iterable[str]) -> Source:
        """The source as it declares the column of some variables to be written."""
        own = next((self.marks[name] for name in names if name in self.marks), None)
        return self if own is None else replace(self, decimal=own.decimal, thousands=own.thousands, marks={})


def _faults(source: Source) -> list[str]:
    unknown = sorted({condition.variable for condition in source.only_where} - set(source.columns))
    both = sorted(set(source.missing) & set(source.zero))
    checks = [
        (_leaves_folder(source.file), "file must be a path inside the raw folder, without '..'."),
        (_names_no_file(source.file), "file holds a control character, or the name of a device such as NUL or COM1."),
        *_header_checks(source.header_rows),
        *_year_checks(source),
        (not source.columns, "columns is empty; name at least one variable and its column."),
        (_same_marks(source), f"decimal and thousands are both {source.decimal!r}."),
        *_marks_checks(source),
        (source.delimiter is not None and len(source.delimiter) != 1, "delimiter must be one character."),
        (source.delimiter in {'"', "\r", "\n"}, "delimiter cannot be a quotation mark or a line end."),
        (bool(both), f"missing and zero both hold {', '.join(both)}."),
        (bool(unknown), f"only_where names {', '.join(unknown)}, which columns does not have."),
        *_aggregate_checks(source),
    ]
    return [message for wrong, message in checks if wrong]


def _aggregate_checks(source: Source) -> list[tuple[bool, str]]:
    if source.aggregate is None:
        return []
    over = source.aggregate.over
    keys = {source.unit, source.period, source.county, *source.columns.values()}
    both = [header for header in over if header in keys]
    return [
        (not over, "aggregate.over is empty; name the columns of the months or groups."),
        (len(set(over)) < len(over), "aggregate.over names a column twice."),
        (bool(both), f"aggregate.over names {', '.join(both)}, which the source uses already."),
    ]


def _header_checks(rows: tuple[int, ...]) -> list[tuple[bool, str]]:
    shown = ", ".join(map(str, rows))
    following = all(after == before + 1 for before, after in pairwise(rows))
    return [
        (not rows, "header is an empty list; name its row or rows."),
        (any(row < 1 for row in rows), f"header is {shown}; rows are counted from 1."),
        (not following, f"header is [{shown}]; its rows must follow each other, as [4, 5]."),
    ]


def _year_checks(source: Source) -> list[tuple[bool, str]]:
    years = [variable for variable, header in source.columns.items() if YEAR_MARK in header]
    plain = sorted(set(source.columns) - set(years))
    twice = [variable for variable in years if source.columns[variable].count(YEAR_MARK) > 1]
    told = source.period is not None or source.year is not None
    return [
        (
            not told and bool(plain),
            _no_year(plain),
        ),
        (source.period is not None and bool(years), f"period names a year column, but columns holds {YEAR_MARK} too."),
        (
            source.period is not None and source.year is not None,
            "period names a year column, but year is declared too.",
        ),
        (source.year is not None and bool(years), f"year is declared, but columns holds {YEAR_MARK} too."),
        (
            source.year is not None and not FIRST_YEAR <= source.year <= LAST_YEAR,
            f"year is {source.year}; it must lie from {FIRST_YEAR} to {LAST_YEAR}.",
        ),
        (bool(twice), f"{YEAR_MARK} stands twice in the column of {', '.join(twice)}."),
    ]


def _no_year(plain: list[str]) -> str:
    return (
        f"period is left out, but the column of {', '.join(plain)} has no {YEAR_MARK}: name the year column, or write it, or "
        "declare the year of the whole table under year."
    )


def _same_marks(source: Source | NumberMarks) -> bool:
    return source.decimal is not None and source.decimal == source.thousands


def _marks_checks(source: Source) -> list[tuple[bool, str]]:
    unknown = sorted(set(source.marks) - set(source.columns))
    same = sorted(name for name, marks in source.marks.items() if _same_marks(marks))
    headers: dict[str, set[NumberMarks | None]] = {}
    for name, header in source.columns.items():
        headers.setdefault(header, set()).add(source.marks.get(name))
    torn = sorted(header for header, marks in headers.items() if len(marks - {None}) > 1)
    return [
        (bool(unknown), f"marks names {', '.join(unknown)}, which columns does not have."),
        (bool(same), f"marks of {', '.join(same)}: decimal and thousands are the same."),
        (bool(torn), f"marks says two things of the column {', '.join(torn)}."),
    ]


def _leaves_folder(file: str) -> bool:
    windows = PureWindowsPath(file)
    rooted = PurePosixPath(file).is_absolute() or bool(windows.drive or windows.root)
    return rooted or ".." in windows.parts or not file.strip()


def _names_no_file(file: str) -> bool:
    # Some systems open a device under such a name in any folder and with any ending.
    stems = {part.split(".")[0].rstrip().upper() for part in PureWindowsPath(file).parts}
    return any(category(letter) == "Cc" for letter in file) or bool(stems & DEVICES)
