"""Averages: figures that are averages, rates or shares by their words, which nobody adds up over groups or months."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lnbeval.intake.figures.told_units import told_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.survey.found import Series, SurveyedColumn


def averages(columns: Sequence[SurveyedColumn], series: Sequence[Series], meanings: Meanings) -> tuple[str, ...]:
    """The headers of columns, or the texts of indicators in rows, that are called an average, a rate or a share."""
    return tuple(name for name, column in _named(columns, series) if column.percent or _is_average(name, meanings))


def _named(columns: Sequence[SurveyedColumn], series: Sequence[Series]) -> Iterator[tuple[str, SurveyedColumn]]:
    if not series:
        yield from ((column.header, column) for column in columns)
    for one in series:
        yield f"{one.text} ({one.unit})" if one.unit else one.text, one.columns[0]


def _is_average(name: str, meanings: Meanings) -> bool:
    told = told_unit(name, meanings.words)
    words = re.findall(r"[^\W\d_]+", name)
    return told.percent or told.each or any(meanings.headers.means(word, "average") for word in words)
