"""Years of an unseen table: in a column, in headers, or told once for the whole table."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.faults import Fault
from lnbeval.intake.files.joined_header import JOINED_BY
from lnbeval.intake.heading.years import MIXED, YearLabel, day_of_year, read_year, year_label, years_in
from lnbeval.intake.source import YEAR_MARK
from lnbeval.intake.survey.parts import year_in
from lnbeval.intake.table import content
from lnbeval.intake.text import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.survey.found import YearFrom
    from lnbeval.intake.survey.rows import Rows
    from lnbeval.intake.table import RawTable

YEARS_SHARE: Final = 0.8  # of the filled cells of a year column


def period_or_years(rows: Rows, columns: Sequence[int]) -> tuple[int | None, Mapping[int, str]]:
    """The year column, or the columns of one year each with their pattern.

    Where headers of the same kind name several years, a column of years says something else, such as when a programme began.
    """
    patterns = {at: pattern for at in columns if (pattern := _pattern(rows.table.header[at], rows.words))}
    across = [count for count in Counter(patterns.values()).values() if count > 1]
    period = _period(rows, [at for at in columns if at not in patterns])
    if period is not None and (not across or len(set(row_keys(rows, period))) > len(set(rows.code))):
        return period, {}
    return None, patterns


def _period(rows: Rows, columns: Sequence[int]) -> int | None:
    """The column that tells years, one that is headed so before others."""
    likely = []
    for at in columns:
        filled = rows.filled(at)
        labels = [read_year(cell, rows.words, "start", "year") for _, cell in filled]
        years = {label.year for label in labels if isinstance(label, YearLabel)}
        readable = sum(isinstance(label, YearLabel) for label in labels)
        headed = rows.headed(at, "year") or rows.headed(at, "school_year")
        # Beside years, a part of one is to be told when the column is read.
        parts = sum(headed and isinstance(label, Fault) and label.kind == MIXED for label in labels)
        told = readable + (parts if 2 * readable >= len(filled) else 0)
        if filled and told >= YEARS_SHARE * len(filled) and not year_in(rows.table.header[at]):
            likely.append((not headed, -readable, -len(years), at))
    return min(likely)[-1] if likely else None


def _pattern(header: str, words: HeaderWords) -> str:
    before, joint, last = header.rpartition(JOINED_BY)
    if day_of_year(last):
        return f"{before}{joint}{YEAR_MARK}"
    found = year_in(header)
    if found is None:
        return ""
    behind = header[found.end() :]
    if not isinstance(year_label(found[0], words, "start"), YearLabel):
        return ""  # A span of years, or a change between two of them.
    with_mark = year_label(found[0] + behind, words, "start")
    named = header[: found.start()]
    start = named.rfind(JOINED_BY) + len(JOINED_BY) if JOINED_BY in named else 0
    if words.means(named[start:], "year"):
        named = named[:start]  # 'Viti 2020' is read as 2020 is, and may stand beside it.
    return named + YEAR_MARK + ("" if isinstance(with_mark, YearLabel) else behind)


def years_told(rows: Rows, period: int | None, wide: Sequence[int]) -> tuple[tuple[int, ...], bool]:
    """The years that a table holds, and whether they are school years."""
    if period is None:
        days = [day.year for at in wide if (day := _day_in(rows.table.header[at]))]
        texts = [found[0] for at in wide if (found := year_in(rows.table.header[at]))]
        labels = [*map(YearLabel, days), *(year_label(text, rows.words, "start") for text in ([] if days else texts))]
    else:
        labels = [read_year(cell, rows.words, "start", "year") for _, cell in rows.filled(period)]
    told = [label for label in labels if isinstance(label, YearLabel)]
    return tuple(sorted({label.year for label in told})), any(label.school for label in told)


def year_of_table(table: RawTable) -> tuple[int | None, YearFrom]:
    """The year that the name of the sheet, the lines above the table or the name of the file tell, if it is only one."""
    above = " ".join(content(cells) for _, cells in table.above)
    places: tuple[tuple[str, YearFrom], ...] = (
        (table.sheet, "sheet"),
        (above, "title"),
        (table.file, "file"),
    )
    for text, where in places:
        years = years_in(text)
        if len(years) == 1:
            return years[0], where
    return None, ""


def row_keys(rows: Rows, period: int | None) -> list[tuple[str, str]]:
    """The municipality and the year of each row, as written."""
    table = rows.table
    texts = ("" if period is None else cell_text(table.rows[index][period]) for index in rows.index)
    return list(zip(rows.code, texts, strict=True))


def holds_days(rows: Rows, period: int | None, wide: Iterable[int] = ()) -> bool:
    """Whether the column of years, or headers of years, hold first or last days of years."""
    if period is None:
        return any(_day_in(rows.table.header[at]) for at in wide)
    return any(day_of_year(cell) for _, cell in rows.filled(period))


def _day_in(header: str) -> date | None:
    """The first or last day of a year that a header holds in its last row."""
    return day_of_year(header.rpartition(JOINED_BY)[2])
