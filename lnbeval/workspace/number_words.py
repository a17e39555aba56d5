"""Words in number cells, from the tables of the reference to what the intake takes."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from lnbeval.errors import DataError
from lnbeval.intake import NumberWords, word_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from lnbeval.intake import Meaning, Scale, Sign
    from lnbeval.reference import Reference

MEANINGS: Final = ("not_reported", "suppressed", "not_applicable", "stop")
SIGNS: Final = ("below", "at_most", "above", "at_least", "approximate", "range")
KINDS: Final = ("planned", "plan", "actual", "beside")
SCALES: Final = ("in", "per", "each", "number", "constant", "current")


def number_words(reference: Reference) -> NumberWords:
    """The words of a reference. Raises DataError when a word has a meaning that is none, or two."""
    kinds = _words(reference.planned_words, "planned_words", "kind", KINDS)
    return NumberWords(
        missing=cast("Mapping[str, Meaning]", _words(reference.missing_words, "missing_words", "meaning", MEANINGS)),
        signs=cast("Mapping[str, Sign]", _words(reference.number_words, "number_words", "sign", SIGNS)),
        units=_words(reference.unit_words, "unit_words", "unit", None),
        scales=_scales(reference.scale_words),
        planned=frozenset(word for word, kind in kinds.items() if kind in {"planned", "plan"}),
        plans=frozenset(word for word, kind in kinds.items() if kind == "plan"),
        actual=frozenset(word for word, kind in kinds.items() if kind == "actual"),
        beside_plans=frozenset(word for word, kind in kinds.items() if kind == "beside"),
    )


def _scales(table: pd.DataFrame) -> Mapping[str, Scale]:
    scales: dict[str, Scale] = {}
    for word, meaning in _words(table, "scale_words", "meaning", None).items():
        if meaning not in SCALES and not meaning.isdecimal():
            raise DataError(
                f"scale_words.csv: meaning of {word!r} is {meaning!r}, no number and none of {', '.join(SCALES)}."
            )
        scales[word] = float(meaning) if meaning.isdecimal() else cast("Scale", meaning)
    return MappingProxyType(scales)


def _words(table: pd.DataFrame, name: str, column: str, allowed: tuple[str, ...] | None) -> Mapping[str, str]:
    words: dict[str, str] = {}
    for word, meaning in zip(table["word"], table[column], strict=True):
        if not meaning or (allowed is not None and meaning not in allowed):
            raise DataError(f"{name}.csv: {column} of {word!r} is {meaning!r}, none of {', '.join(allowed or ())}.")
        if words.setdefault(word_key(word), meaning) != meaning:
            raise DataError(f"{name}.csv: {word!r} means {words[word_key(word)]} and {meaning}. Keep one row.")
    return MappingProxyType(words)
