"""Columns of an unseen table: which tell the year, the county and the level, and which hold figures or sort municipalities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lnbeval.intake.number_words import word_key
from lnbeval.intake.rows.person_numbers import WITHHELD
from lnbeval.intake.rows.running_numbers import is_running_number
from lnbeval.intake.survey.averages import averages
from lnbeval.intake.survey.beside import actual_rows, holds_ages, one_unit, planned_columns, says_units
from lnbeval.intake.survey.codes import code_columns
from lnbeval.intake.survey.found import Series, SurveyedColumn, SurveyedTable
from lnbeval.intake.survey.left_out import FigureColumn, left_out_columns
from lnbeval.intake.survey.places import is_figure
from lnbeval.intake.survey.quantities import quantities, rows_by_text, unit_columns
from lnbeval.intake.survey.rows import (
    FIGURES_SHARE,
    common_word,
    has_decimals,
    holds_figures,
    is_steady,
    rows_are_cut,
    rows_of,
    steadiness,
    texts_of,
)
from lnbeval.intake.survey.years import holds_days, period_or_years, row_keys, year_of_table, years_told
from lnbeval.intake.table import RawTable, column_letter, content
from lnbeval.intake.text import cell_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.survey.found import YearFrom
    from lnbeval.intake.survey.places import UnitPlace
    from lnbeval.intake.survey.quantities import Quantities
    from lnbeval.intake.survey.rows import Rows

MOST_PARTS: Final = 500  # different words in a column by which rows are cut, such as months or groups
FEW_REPEATED: Final = 0.02  # of the rows, that may be there twice by mistake
MOST_GROUPS: Final = 6  # different words in a column that sorts municipalities, such as target or not


def surveyed_table(
    table: RawTable, place: UnitPlace, header: tuple[int, ...], meanings: Meanings, persons: Collection[int] = ()
) -> SurveyedTable:
    """What each column of a table could be; those that look like `persons` are proposed for nothing."""
    rows = rows_of(table, place, meanings.headers)
    others = [at for at, name in enumerate(table.header) if name and at != place.position and at not in persons]
    county = next((at for at in others if rows.headed(at, "county")), None)
    level = next((at for at in others if rows.headed(at, "level")), None)
    free = [at for at in others if at not in (county, level)]
    planned = planned_columns(rows, free, meanings)
    rows, actual = actual_rows(rows, planned)
    period, wide = period_or_years(rows, free)
    rest = [at for at in free if at != period and at not in planned and not _names_units(rows, at, meanings)]
    keys = row_keys(rows, period)
    codes = code_columns(rows, [at for at in rest if at not in wide and not is_steady(rows, at, period)])
    figures = [at for at in rest if at not in codes and holds_figures(rows, at) and not holds_ages(rows, at, meanings)]
    cutting = [at for at in rest if not codes.get(at) and (at not in figures or rows_are_cut(rows, at))]
    units = unit_columns(rows, [at for at in cutting if at not in figures], meanings)
    over = _over(rows, keys, [at for at in cutting if at not in units]) or _over(rows, keys, cutting)
    told_units = [at for at in rest if at not in figures and says_units(rows, at, meanings)]
    groups = [at for at in rest if at not in over and at not in wide and at not in told_units]
    likely = [at for at in figures if at not in over and not is_running_number(texts_of(rows, at))]
    columns = [
        FigureColumn(position=at, header=table.header[at], pattern=wide.get(at, ""), steady=is_steady(rows, at, period))
        for at in likely
    ]
    left_out = left_out_columns(columns, rows.words, meanings.words)
    variables = [at for at in likely if at not in left_out]
    # Beside figures a column of years tells when they are of; in a list, when something began.
    sorting = _groups(rows, groups if variables or period is None else [*groups, period])
    named = quantities(rows, over, units, variables, meanings) if variables else None
    years, school = years_told(rows, period, [at for at in variables if at in wide])
    summed = [at for at in over if named is None or at != named.position]
    nothing: tuple[int | None, YearFrom] = (None, "")
    year, told = nothing if years else year_of_table(table)
    found = tuple(_variables(rows, variables, wide))
    series = () if named is None else tuple(_series(rows, named, variables, wide))
    return SurveyedTable(
        file=table.file,
        sheet=table.sheet,
        title=_title(table),
        header_rows=header,
        unit=table.header[place.position],
        unit_letter=column_letter(place.position),
        unit_codes=place.numbering,
        codes=tuple(sorted(set(rows.code))),
        texts=place.texts,
        known=place.known,
        county="" if county is None else table.header[county],
        level=("", "") if level is None else (table.header[level], common_word(rows, level)),
        period="" if period is None else table.header[period],
        dates=holds_days(rows, period, wide),
        year=year,
        year_from=told,
        school_years=school,
        years=years or (() if year is None else (year,)),
        columns=found,
        groups=tuple(sorting),
        left_out=(
            *((table.header[at], why) for at, why in left_out.items()),
            *((table.header[at], "code") for at in codes if at not in over),
        ),
        missing=_missing(rows, variables, meanings),
        over=tuple(table.header[at] for at in summed),
        over_words=tuple(tuple(dict.fromkeys(cell_text(cell) for _, cell in rows.filled(at))) for at in summed),
        by="" if named is None else table.header[named.position],
        apart="" if named is None else named.why,
        actual=actual,
        unit_told=one_unit(rows, told_units),
        series=series,
        averages=averages(found, series, meanings) if summed else (),
    )


def _series(rows: Rows, named: Quantities, columns: Sequence[int], wide: Mapping[int, str]) -> Iterator[Series]:
    """The columns of figures of each text that names what they are of."""
    numbers = rows_by_text(rows, named.position)
    for text, unit in zip(named.texts, named.units, strict=True):
        own = rows.only(numbers[text])
        yield Series(text=text, unit=unit, columns=tuple(_variables(own, columns, wide)))


def _names_units(rows: Rows, at: int, meanings: Meanings) -> bool:
    """Whether a column says once more which municipality a row is about, by name, code or number."""
    texts = {cell_text(cell) for _, cell in rows.filled(at) if isinstance(cell, str)}
    known = sum(meanings.resolve(text, None).code is not None for text in texts)
    coded = rows.headed(at, "municipality_code") or rows.headed(at, "municipality")
    return coded or bool(texts and known >= max(2, FIGURES_SHARE * len(texts)))


def _over(rows: Rows, keys: Sequence[tuple[str, str]], columns: Sequence[int]) -> tuple[int, ...]:
    """The columns by which rows of one municipality and year differ, as few as make nearly every row another one.

    A few rows that are there twice are faults, to be told when the table is read, and cut nothing.
    """
    if _repeated(keys) <= FEW_REPEATED:
        return ()
    chosen: list[int] = []
    told: list[tuple[str, ...]] = list(keys)
    for at in sorted(columns, key=lambda at: (not rows_are_cut(rows, at), at)):
        texts = [cell_text(rows.table.rows[index][at]) for index in rows.index]
        finer = [(*key, text) for key, text in zip(told, texts, strict=True)]
        if 1 < len(set(texts)) <= MOST_PARTS and len(set(finer)) > len(set(told)):
            chosen, told = [*chosen, at], finer
        if chosen and _repeated(told) <= FEW_REPEATED:
            return tuple(chosen)
    return ()


def _repeated(keys: Sequence[tuple[str, ...]]) -> float:
    """The share of rows that say once more what another row is about."""
    return 1 - len(set(keys)) / len(keys) if keys else 0


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
        percent=2 * sum(str(cell).rstrip().endswith("%") for cell in figures) > len(figures),
        whole=not any(has_decimals(cell) for cell in figures),
        groups={} if groups is None else groups,
        steady=steadiness(rows, places[0]) if len(places) == 1 else "",
    )


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


def _title(table: RawTable) -> str:
    titles = (content(cells) for _, cells in table.above)
    return next((title for title in titles if title and WITHHELD not in title), "")
