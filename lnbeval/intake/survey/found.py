"""What a survey finds: the tables of a file, and how each could be declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lnbeval.intake.problems import Problem

YearFrom = Literal["", "sheet", "title", "file"]
Reason = Literal["part", "plan", "no_year", "single", "steady", "code"]
Apart = Literal["", "units", "words", "header", "figures"]  # what shows that rows are of different quantities


@dataclass(frozen=True, kw_only=True)
class SurveyedColumn:
    """A column, or several of which each holds one year, that could be read as a variable or that sorts municipalities."""

    header: str  # as a source declares it: "{year}" stands for the year
    letter: str
    figures: int  # filled cells of municipalities that hold figures
    filled: int
    percent: bool  # most of the figures are followed by %
    whole: bool  # no figure has decimals
    groups: Mapping[str, tuple[str, ...]]  # word -> codes, where each municipality has one word; else empty
    steady: str = (
        ""  # the same in two tables that say the same of every municipality; blank when a table tells it by itself
    )


@dataclass(frozen=True, kw_only=True)
class Series:
    """What a text in a column of indicators stands for: columns of figures of its own, in the rows that have it."""

    text: str
    unit: str  # as a column beside it says; blank where there is none
    columns: tuple[SurveyedColumn, ...]


@dataclass(frozen=True, kw_only=True)
class SurveyedTable:
    """One sheet, or a whole text file: which rows and columns say what, with the evidence for it."""

    file: str
    sheet: str
    title: str
    header_rows: tuple[int, ...]
    unit: str
    unit_letter: str
    unit_codes: str  # the numbering of the municipality column, where it holds numbers
    codes: tuple[str, ...]  # of the municipalities
    texts: int  # different texts in that column
    known: int  # of them, names of municipalities
    county: str
    level: tuple[str, str]  # header, and its word for municipalities; blank when there is no such column
    period: str
    dates: bool  # the year column holds first or last days of years
    year: int | None  # of the whole table
    year_from: YearFrom  # where that was told
    school_years: bool
    years: tuple[int, ...]
    columns: tuple[SurveyedColumn, ...]  # that hold figures
    groups: tuple[SurveyedColumn, ...]  # that sort municipalities
    missing: tuple[str, ...]  # words in them that a table of words reads as "not reported"
    over: tuple[str, ...]  # headers by which rows are cut more finely than municipality and year
    over_words: tuple[tuple[str, ...], ...]  # the words in each of these columns
    left_out: tuple[tuple[str, Reason], ...]  # headers of figures that are not proposed, each with the reason
    by: str = ""  # header of the column whose texts name what the figures are of; blank where there is none
    apart: Apart = ""  # what shows that
    series: tuple[Series, ...] = ()  # of each of these texts
    averages: tuple[str, ...] = ()  # what is called an average, a rate or a share, where rows would be added up
    actual: tuple[str, str] = ("", "")  # header and text of the rows that are not planned
    unit_told: str = ""  # of all figures, as a column beside them says
    divided: bool = (
        False  # other tables of the same headers hold other municipalities: its sheet says which, not of what
    )

    @property
    def units(self) -> int:
        """How many municipalities it names."""
        return len(self.codes)


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What was found in a file; `problems` say which sheets and columns are not proposed, and why."""

    file: str
    encoding: str  # of a text that is not UTF-8; else blank
    delimiter: str
    tables: tuple[SurveyedTable, ...]
    problems: tuple[Problem, ...]
    lists: tuple[
        SurveyedTable, ...
    ] = ()  # without figures, that sort municipalities: as a list of who was treated does
    asked: tuple[
        Problem, ...
    ] = ()  # whether the rows of a table are persons: nothing of it is told until it is answered
    sampled: bool = False  # only some rows were looked at, because the file is large
