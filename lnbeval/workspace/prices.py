"""Prices told by headers: whether money is deflated, held against what the registry says of its variable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lnbeval.intake import Problem, word_key
from lnbeval.workspace.number_words import number_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from lnbeval.intake import NumberWords
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.variables import Variable

WORD: Final = re.compile(r"[^\W_]+")
PRICES: Final = ("constant", "current")  # what words for scales may say of prices


def price_problems(
    values: pd.DataFrame, known: Mapping[str, Variable], parameters: Parameters, reference: Reference
) -> Iterator[Problem]:
    """Money whose header says constant prices while the registry says those of each year, or the other way round."""
    words = number_words(reference)
    for source in parameters.data.sources:
        for name, header in source.columns.items():
            variable, told_as = known.get(name), _told_prices(header, words)
            if variable is None or variable.kind != "money" or name not in set(values["variable"]):
                continue
            registered_as = "constant" if variable.constant_prices else "current"
            if told_as in {"", registered_as}:
                continue
            what = (
                f"'{header}' says that {name} is in {told_as} prices, but it is registered in {registered_as} ones: "
                f"figures are called {'deflated' if variable.constant_prices else 'nominal'} and used as they are"
            )
            do = f"Ask the source which of the two is right; then correct `prices` of {name} in {variable.registry}"
            yield Problem(severity="WARN", file=source.file, what=what, do=do, rule="prices_differ", subject=name)


def _told_prices(text: str, words: NumberWords) -> str:
    """Whether a text says that money is in `constant` or in `current` prices; blank where it says neither, or both."""
    spaced = " ".join(WORD.findall(word_key(text)))
    key = f" {spaced} "
    told = {str(meaning) for word, meaning in words.scales.items() if meaning in PRICES and f" {word} " in key}
    return told.pop() if len(told) == 1 else ""
