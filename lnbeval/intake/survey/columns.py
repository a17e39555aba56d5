"""Columns of an unseen table: which tell the year, the county and the level, and which hold figures or sort municipalities."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.heading.years import PARTS, YearLabel, day_of_year, read_year, year_label, years_in
from lnbeval.intake.number_words import word_key
from lnbeval.intake.source import YEAR_MARK
from lnbeval.intake.survey.found import SurveyedColumn, SurveyedTable
from lnbeval.intake.survey.left_out import FigureColumn, is_running_number, left_out_columns
from lnbeval.intake.survey.parts import year_in
from lnbeval.intake.survey.places import is_figure
from lnbeval.intake.table import RawTable, column_letter, content
from lnbeval.intake.text import cell_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.survey.found import YearFrom
    from lnbeval.intake.survey.places import UnitPlace

YEARS_SHARE: Final = 0.8  # of the filled cells of a year column
FIGURES_SHARE: Final = 0.5  # of the filled cells of a column of figures
MOST_PARTS: Final = 500  # different words in a column by which rows are cut, such as months or groups
FEWEST_STEADY: Final = 5  # municipalities with several years, before a column is said never to change
STEADY_SHARE: Final = 0.95  # of them
MOST_GROUPS: Final = 6  # different words in a column that sorts municipalities, such as target or not


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of municipalities of a table: their indices, and the code of each."""

    table: RawTable
    index: tuple[int, ...]
    code: tuple[str, ...]
    words: HeaderWords

    def filled(self, at: int) -> list[tuple[int, object]]:
        """The filled cells of a column, each with the number of its row among these."""
        rows = self.table.rows
        cells = ((number, rows[index][at]) for number, index in enumerate(self.index))
        return [(number, cell) for number, cell in cells if not is_blank(cell)]

    def headed(self, at: int, meaning: str) -> bool:
        """Whether the header of a column, or its last part, means something."""
        header = self.table.header[at]
        return any(self.words.means(part, meaning) for part in (header, header.split(" / ")[-1]))


def surveyed_table(table: RawTable, place: UnitPlace, header: tuple[int, ...], meanings: Meanings) -> SurveyedTable:
    """What each column of a table could be."""
    rows = _rows(table, place, meanings.headers)
    others = [at for at, name in enumerate(table.header) if name and at != place.position]
    county = next((at for at in others if rows.headed(at, "county")), None)
    level = next((at for at in others if rows.headed(at, "level")), None)
    free = [at for at in others if at not in (county, level)]
    period, wide = _period_or_years(rows, free)
    rest = [at for at in free if at != period and not _names_units(rows, at, meanings)]
    keys = _keys(rows, period)
    figures = [at for at in rest if _holds_figures(rows, at)]
    over = _over(rows, keys, [at for at in rest if at not in figures or rows_are_cut(rows, at)])
    groups = [at for at in rest if at not in over and at not in wide]
    sorting = _groups(rows, groups)
    likely = [at for at in figures if at not in over and not is_running_number(texts_of(rows, at))]
    columns = [
        FigureColumn(
            position=at, header=table.header[at], pattern=wide.get(at, ""), steady=_is_steady(rows, at, period)
        )
        for at in likely
    ]
    left_out = left_out_columns(columns, rows.words, meanings.words)
    variables = [at for at in likely if at not in left_out]
    years, school = _years(rows, period, [at for at in variables if at in wide])
    nothing: tuple[int | None, YearFrom] = (None, "")
    year, told = nothing if years else _year_of_table(table)
    return SurveyedTable(
        file=table.file,
        sheet=table.sheet,
        title=_title(table),
        header_rows=header,
        unit=table.header[place.position],
        unit_letter=column_letter(place.position),
        unit_codes=place.numbering,
        units=len(set(rows.code)),
        texts=place.texts,
        known=place.known,
        county="" if county is None else table.header[county],
        level=("", "") if level is None else (table.header[level], _common(rows, level)),
        period="" if period is None else table.header[period],
        dates=_holds_days(rows, period),
        year=year,
        year_from=told,
        school_years=school,
        years=years or (() if year is None else (year,)),
        columns=tuple(_variables(rows, variables, wide)),
        groups=tuple(sorting),
        left_out=tuple((table.header[at], why) for at, why in left_out.items()),
        missing=_missing(rows, variables, meanings),
        over=tuple(table.header[at] for at in over),
        over_words=tuple(tuple(dict.fromkeys(cell_text(cell) for _, cell in rows.filled(at))) for at in over),
    )


def rows_are_cut(rows: Rows, at: int) -> bool:
    """Whether the header of a column names a part of a year, such as a month, which may be written in figures."""
    return any(rows.headed(at, part) for part in PARTS)


def _rows(table: RawTable, place: UnitPlace, words: HeaderWords) -> Rows:
    there = set(table.row_numbers)
    codes = {number: code for number, code in place.codes.items() if number in there}
    for area in table.layout.merges:
        if area.left <= place.position <= area.right and area.top in codes:
            codes |= dict.fromkeys(range(area.top, area.bottom + 1), codes[area.top])
    found = [(index, codes[number]) for index, number in enumerate(table.row_numbers) if number in codes]
    return Rows(
        table=table, index=tuple(index for index, _ in found), code=tuple(code for _, code in found), words=words
    )


def _period(rows: Rows, columns: Sequence[int]) -> int | None:
    """The column that tells years, one that is headed so before others."""
    likely = []
    for at in columns:
        filled = rows.filled(at)
        labels = [read_year(cell, rows.words, "start", "year") for _, cell in filled]
        years = {label.year for label in labels if isinstance(label, YearLabel)}
        readable = sum(isinstance(label, YearLabel) for label in labels)
        if filled and readable >= YEARS_SHARE * len(filled) and not year_in(rows.table.header[at]):
            headed = rows.headed(at, "year") or rows.headed(at, "school_year")
            likely.append((not headed, -readable, -len(years), at))
    return min(likely)[-1] if likely else None


def _names_units(rows: Rows, at: int, meanings: Meanings) -> bool:
    """Whether a column says once more which municipality a row is about, by name, code or number."""
    texts = {cell_text(cell) for _, cell in rows.filled(at) if isinstance(cell, str)}
    known = sum(meanings.resolve(text, None).code is not None for text in texts)
    coded = rows.headed(at, "municipality_code") or rows.headed(at, "municipality")
    return coded or bool(texts and known >= max(2, FIGURES_SHARE * len(texts)))


def _period_or_years(rows: Rows, columns: Sequence[int]) -> tuple[int | None, Mapping[int, str]]:
    """The year column, or the columns of one year each with their pattern.

    Where headers of the same kind name several years, a column of years says something else, such as when a programme began.
    """
    patterns = {at: pattern for at in columns if (pattern := _pattern(rows.table.header[at], rows.words))}
    across = [count for count in Counter(patterns.values()).values() if count > 1]
    period = _period(rows, [at for at in columns if at not in patterns])
    if period is not None and (not across or len(set(_keys(rows, period))) > len(set(rows.code))):
        return period, {}
    return None, patterns


def _pattern(header: str, words: HeaderWords) -> str:
    found = year_in(header)
    if found is None:
        return ""
    behind = header[found.end() :]
    if not isinstance(year_label(found[0], words, "start"), YearLabel):
        return ""  # A span of years, or a change between two of them.
    with_mark = year_label(found[0] + behind, words, "start")
    return header[: found.start()] + YEAR_MARK + ("" if isinstance(with_mark, YearLabel) else behind)


def _years(rows: Rows, period: int | None, wide: Sequence[int]) -> tuple[tuple[int, ...], bool]:
    """The years that a table holds, and whether they are school years."""
    if period is None:
        labels = [year_label(found[0], rows.words, "start") for at in wide if (found := year_in(rows.table.header[at]))]
    else:
        labels = [read_year(cell, rows.words, "start", "year") for _, cell in rows.filled(period)]
    told = [label for label in labels if isinstance(label, YearLabel)]
    return tuple(sorted({label.year for label in told})), any(label.school for label in told)


def _year_of_table(table: RawTable) -> tuple[int | None, YearFrom]:
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


def _keys(rows: Rows, period: int | None) -> list[tuple[str, str]]:
    table = rows.table
    texts = ("" if period is None else cell_text(table.rows[index][period]) for index in rows.index)
    return list(zip(rows.code, texts, strict=True))


def _over(rows: Rows, keys: Sequence[tuple[str, str]], columns: Sequence[int]) -> tuple[int, ...]:
    """The columns by which rows of one municipality and year differ, as few as make every row another one."""
    if max(Counter(keys).values(), default=0) < 2:
        return ()
    chosen: list[int] = []
    told: list[tuple[str, ...]] = list(keys)
    for at in sorted(columns, key=lambda at: (not rows_are_cut(rows, at), at)):
        texts = [cell_text(rows.table.rows[index][at]) for index in rows.index]
        finer = [(*key, text) for key, text in zip(told, texts, strict=True)]
        if 1 < len(set(texts)) <= MOST_PARTS and len(set(finer)) > len(set(told)):
            chosen, told = [*chosen, at], finer
        if len(set(told)) == len(told):
            return tuple(chosen)
    return ()


def _holds_figures(rows: Rows, at: int) -> bool:
    filled = rows.filled(at)
    return bool(filled) and sum(is_figure(cell) for _, cell in filled) >= FIGURES_SHARE * len(filled)


def _variables(rows: Rows, columns: Sequence[int], wide: Mapping[int, str]) -> list[SurveyedColumn]:
    by_header: dict[str, list[int]] = {}
    for at in columns:
        by_header.setdefault(wide.get(at, rows.table.header[at]), []).append(at)
    return [_column(rows, header, places) for header, places in by_header.items()]


def _column(
    rows: Rows, header: str, places: Sequence[int], groups: Mapping[str, tuple[str, ...]] | None = None
) -> SurveyedColumn:
    cells = [cell for at in places for _, cell in rows.filled(at)]
    figures = [cell for cell in cells if is_figure(cell)]
    return SurveyedColumn(
        header=header,
        letter=column_letter(places[0]),
        figures=len(figures),
        filled=len(cells),
        whole=not any(_has_decimals(cell) for cell in figures),
        groups={} if groups is None else groups,
        steady=_steadiness(rows, places[0]) if len(places) == 1 else "",
    )


def _holds_days(rows: Rows, period: int | None) -> bool:
    return period is not None and any(day_of_year(cell) for _, cell in rows.filled(period))


def _is_steady(rows: Rows, at: int, period: int | None) -> bool:
    """Whether a column says the same of nearly every municipality in all of its years."""
    told: dict[str, list[str]] = {}
    for number, cell in rows.filled(at):
        told.setdefault(rows.code[number], []).append(cell_text(cell))
    several = [texts for texts in told.values() if len(texts) > 1]
    same = sum(len(set(texts)) == 1 for texts in several)
    return period is not None and len(several) >= FEWEST_STEADY and same >= STEADY_SHARE * len(several)


def _steadiness(rows: Rows, at: int) -> str:
    """What a column says of each municipality, as a text that is compared."""
    return repr(sorted((rows.code[number], cell_text(cell)) for number, cell in rows.filled(at)))


def texts_of(rows: Rows, at: int) -> list[str]:
    """The filled cells of a column as texts."""
    return [cell_text(cell) for _, cell in rows.filled(at)]


def _has_decimals(value: object) -> bool:
    if isinstance(value, float):
        return not value.is_integer()
    return isinstance(value, str) and re.search(r"[.,][0-9]{1,2}(?![0-9])|[.,][0-9]{4,}", value) is not None


def _missing(rows: Rows, columns: Sequence[int], meanings: Meanings) -> tuple[str, ...]:
    texts = {cell_text(cell) for at in columns for _, cell in rows.filled(at) if not is_figure(cell)}
    return tuple(sorted(text for text in texts if meanings.words.missing.get(word_key(text)) == "not_reported"))


def _groups(rows: Rows, columns: Sequence[int]) -> list[SurveyedColumn]:
    """The columns in which every municipality has one word, and which have few words."""
    found = []
    for at in columns:
        words: dict[str, set[str]] = {}
        for number, cell in rows.filled(at):
            words.setdefault(cell_text(cell), set()).add(rows.code[number])
        told = [code for codes in words.values() for code in codes]
        if 1 <= len(words) <= MOST_GROUPS and len(told) == len(set(told)) and len(told) > MOST_GROUPS:
            groups = {word: tuple(sorted(codes)) for word, codes in words.items()}
            found.append(_column(rows, rows.table.header[at], [at], groups))
    return found


def _common(rows: Rows, at: int) -> str:
    """The word that stands beside most municipalities."""
    counts = Counter(cell_text(cell) for _, cell in rows.filled(at))
    return counts.most_common(1)[0][0] if counts else ""


def _title(table: RawTable) -> str:
    return next((content(cells) for _, cells in table.above if content(cells)), "")
