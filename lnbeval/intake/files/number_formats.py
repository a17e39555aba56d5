"""Number formats of a workbook: what a sheet shows of a figure beside its digits, which is part of what was delivered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.text import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.intake.layout import Place
    from lnbeval.intake.table import Row

BUILT_IN: Final = {9: "0%", 10: "0.00%"}  # which no workbook spells out
SECTION: Final = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
CURRENCY: Final = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
PADDING: Final = re.compile(
    r"\[[^\]]*\]|_.|\*."
)  # colours, conditions, space as wide as a sign, a sign that fills the cell
LITERAL: Final = re.compile(r'"([^"]*)"|\\(.)')
SYMBOL: Final = re.compile(r"[$€£¥]")
DIVIDED: Final = re.compile(r"[0#?](,+)(?![0#?,])")
PERCENT_SIGN: Final = "%"
DIGITS: Final = 12  # of a figure that is shown: 0.307 times a hundred is 30.7


@dataclass(frozen=True, kw_only=True)
class NumberFormat:
    """What a number format does beside setting digits and signs."""

    percent: bool = False  # shows a hundred times what is stored, with the sign
    divisor: int = 1  # by which it divides what it shows: a thousand for each comma at the end
    word: str = ""  # behind or before the number, such as a currency

    @property
    def tells(self) -> bool:
        """Whether it says anything of the figure."""
        return self.percent or self.divisor > 1 or bool(self.word)


def number_format(code: str) -> NumberFormat:
    """What a format such as 0.0%, #,##0, or [$€-2] #,##0 says; the part for positive numbers counts."""
    code = SECTION.split(code)[0]
    words = [found[1] for found in CURRENCY.finditer(code)]
    plain = PADDING.sub("", CURRENCY.sub("", code))
    words += [found[1] or found[2] or "" for found in LITERAL.finditer(plain)]
    plain = LITERAL.sub("", plain)
    words += SYMBOL.findall(plain)
    divided = DIVIDED.search(plain)
    return NumberFormat(
        percent=PERCENT_SIGN in plain,
        divisor=1000 ** len(divided[1]) if divided else 1,
        word=" ".join(word.strip() for word in words if any(map(_says, word))),
    )


def telling(codes: Mapping[int, str], styles: Sequence[int]) -> dict[int, NumberFormat]:
    """The format of each cell style, of those that say something; `styles` holds the number of the format of each."""
    formats = {style: number_format(codes[number]) for style, number in enumerate(styles) if number in codes}
    return {style: form for style, form in formats.items() if form.tells}


def as_shown(rows: Sequence[Row], formats: Mapping[Place, NumberFormat]) -> list[Row]:
    """The rows, with what the sheet shows of the figures at some places."""
    if not formats:
        return list(rows)
    return [
        (number, tuple(_with_format(cell, formats.get((number, at))) for at, cell in enumerate(cells)))
        for number, cells in rows
    ]


def shown(stored: float, form: NumberFormat) -> Shown:
    """A stored figure as its sheet shows it; percentages without the noise of the multiplication."""
    if form.percent:
        return Shown(float(f"{100 * stored:.{DIGITS}g}"), unit=PERCENT_SIGN)
    return Shown(stored, unit=form.word, divisor=form.divisor)


def _with_format(cell: object, form: NumberFormat | None) -> object:
    if form is None or not isinstance(cell, int | float) or isinstance(cell, bool):
        return cell
    return shown(cell, form)


def _says(sign: str) -> bool:
    return sign.isalpha() or sign in "$€£¥%‰"
