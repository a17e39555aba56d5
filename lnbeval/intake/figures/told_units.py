"""Units told in words: what a header, a title or the registry says figures are counted in, and where two of them contradict."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lnbeval.intake.figures.faults import PERCENT
from lnbeval.intake.number_words import APOSTROPHES, word_key
from lnbeval.intake.source import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.number_words import NumberWords

TOKEN: Final = re.compile(r"'0{3}|[0-9]+(?:[.,  ][0-9]{3})*|[^\W\d_]+|[^\s\w]")
CURRENCY: Final = re.compile(r"[A-Z]{3}(?: \([^()]+\))?")  # what the words for units call a currency, perhaps explained
POWER_OF_TEN: Final = re.compile(r"10{3,8}")
EACH_OF: Final = re.compile(r"10{2,8}")
YEAR_DIGITS: Final = 4
INSIDE: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
ROUND: Final = frozenset("()[]/,;:.-–—")  # what may stand between the words of a unit
UNIT_SIGN: Final = re.compile(r"[^\W\d_]|[%€$]")  # without a letter or such a sign a text is a number
LONGEST_EACH: Final = 2  # words of an expression such as per capita
LONGEST_UNIT: Final = 3  # words of a unit such as old lek


@dataclass(frozen=True, kw_only=True)
class ToldUnit:
    """What a text says of the unit of figures; empty where it says nothing.

    Attributes:
        factors: 1000 for figures in thousands.
        currencies: codes.
        percent: whether they are shares of a hundred.
        each: whether they are for each inhabitant, or for each thousand of them.
    """

    factors: frozenset[float] = frozenset()
    currencies: frozenset[str] = frozenset()
    percent: bool = False
    each: bool = False

    @property
    def is_silent(self) -> bool:
        """Whether nothing is told."""
        return self == ToldUnit()

    @property
    def words(self) -> str:
        """The unit in words, for messages."""
        parts = [f"{factor:,.0f}" for factor in sorted(self.factors)] + sorted(self.currencies)
        parts += ["percent"] if self.percent else []
        parts += ["for each inhabitant or so many of them"] if self.each else []
        return " ".join(parts)


def told_unit(text: str, words: NumberWords, *, whole: bool = False, money: bool = False) -> ToldUnit:
    """What a text says of the unit of the figures below it; `whole` when the text is nothing but a unit.

    A word behind a number (`12 mln lek`), or a currency in the midst of a sentence, is about something else. Of figures
    that are `money` no currency is about something else, and none that opens a bracket is, whatever follows it.
    """
    inside = [told_unit(found, words, whole=_opens_with_unit(found, words)) for found in INSIDE.findall(text)]
    tokens = _tokens(text, words)
    roles = _roles(tokens, words, whole=whole)
    scales = [_scale(token, words) for token, role in zip(tokens, roles, strict=True) if role == "scale"]
    currencies = [
        words.units[token] for at, token in enumerate(tokens) if _names_currency(roles, at, whole=whole or money)
    ]
    return ToldUnit(
        factors=frozenset(scales).union(*(one.factors for one in inside)),
        currencies=frozenset(currencies).union(*(one.currencies for one in inside)),
        percent="percent" in roles or any(one.percent for one in inside),
        each="each" in roles or any(one.each for one in inside),
    )


def other_words(text: str, words: NumberWords) -> tuple[str, ...]:
    """The words of a text that tell no unit, and no year or other number."""
    tokens = _tokens(INSIDE.sub(" ", text), words)
    roles = _roles(tokens, words, whole=False)
    return tuple(token for token, role in zip(tokens, roles, strict=True) if not role and not token[0].isdigit())


def unit_as_written(text: str, words: NumberWords) -> str:
    """The words of a text that tell a unit, as they are written: `për 1000 banorë` of `Norma për 1000 banorë`."""
    written = _written_tokens(INSIDE.sub(" ", text), words)
    roles = _roles([word_key(token) for token in written], words, whole=False)
    inside = [found for found in INSIDE.findall(text) if not told_unit(found, words, whole=True).is_silent]
    own = [
        token for token, role in zip(written, roles, strict=True) if role in {"scale", "currency", "percent", "each"}
    ]
    return " ".join((*inside, *own))


def unit_alone(text: str, words: NumberWords) -> tuple[ToldUnit, frozenset[str]] | None:
    """The unit that a text is, and what it counts, such as persons; None where the text is no unit, or says more."""
    tokens = _tokens(text, words)
    roles = _roles(tokens, words, whole=True)
    counted = frozenset(words.units[token] for token, role in zip(tokens, roles, strict=True) if role == "unit")
    told = told_unit(text, words, whole=True)
    if "" in roles or "number" in roles or not UNIT_SIGN.search(text) or (told.is_silent and not counted):
        return None
    return told, counted


def beside(told: ToldUnit, other: ToldUnit) -> ToldUnit:
    """What a header tells, with what the lines around the table tell where the header says nothing."""
    return ToldUnit(
        factors=told.factors or other.factors,
        currencies=told.currencies or other.currencies,
        percent=told.percent or other.percent,
        each=told.each or other.each,
    )


def together(every: Sequence[ToldUnit]) -> ToldUnit:
    """What several lines tell."""
    return ToldUnit(
        factors=frozenset[float]().union(*(one.factors for one in every)),
        currencies=frozenset[str]().union(*(one.currencies for one in every)),
        percent=any(one.percent for one in every),
        each=any(one.each for one in every),
    )


def contradiction(told: ToldUnit, registered: ToldUnit, kind: str) -> bool:
    """Whether figures in the unit that is told are not in the registered one; `kind` is that of the variable."""
    factors = told.factors or (frozenset({1.0}) if told.currencies else frozenset())
    return (
        bool(factors and factors != (registered.factors or {1.0}))
        or bool(told.currencies and told.currencies != registered.currencies)
        or (told.percent and not registered.percent and kind != "share")
        or (told.each and not registered.each and kind not in {"share", "rate"})
    )


def _tokens(text: str, words: NumberWords) -> list[str]:
    """The words and marks of a text as compared; those that are one unit together, such as `old lek`, as one."""
    return [word_key(token) for token in _written_tokens(text, words)]


def _written_tokens(text: str, words: NumberWords) -> list[str]:
    tokens = TOKEN.findall(text.translate(APOSTROPHES))
    joined: list[str] = []
    while tokens:
        lengths = range(min(LONGEST_UNIT, len(tokens)), 1, -1)
        length = next((many for many in lengths if " ".join(map(word_key, tokens[:many])) in words.units), 1)
        joined.append(" ".join(tokens[:length]))
        tokens = tokens[length:]
    return joined


def _opens_with_unit(text: str, words: NumberWords) -> bool:
    """Whether a text is nothing but a unit, or begins with a currency."""
    roles = _roles(_tokens(text, words), words, whole=True)
    first = next((role for role in roles if role not in {"in", "scale", "round"}), "")
    return first == "currency" or not {"", "number"} & set(roles)


def _scale(token: str, words: NumberWords) -> float:
    return float(words.scales[token]) if token in words.scales else float(_digits(token))


def _roles(tokens: Sequence[str], words: NumberWords, *, whole: bool) -> list[str]:
    """What each token is: number, scale, currency, percent, unit, in, each, round (a mark), or blank for any other word."""
    roles: list[str] = []
    for at, token in enumerate(tokens):
        ten = whole and POWER_OF_TEN.fullmatch(_digits(token))
        roles.append("scale" if ten else _role(token, roles[-1] if at else "", words))
    for at in range(len(tokens)):
        end = _end_of_each(tokens, roles, at, words)
        roles[at:end] = ["each"] * (end - at)
    return roles


def _role(token: str, before: str, words: NumberWords) -> str:
    scale, unit = words.scales.get(token), words.units.get(token, "")
    if token[0].isdigit():
        return "" if len(token) == YEAR_DIGITS and FIRST_YEAR <= int(token) <= LAST_YEAR else "number"
    if scale is not None and (scale in {"in", "number"} or isinstance(scale, float)):
        return str(scale) if isinstance(scale, str) else "number" if before == "number" else "scale"
    if unit and (unit == PERCENT or CURRENCY.fullmatch(unit)):
        return "" if before == "number" else "percent" if unit == PERCENT else "currency"
    return "unit" if unit else "round" if token in ROUND else ""


def _end_of_each(tokens: Sequence[str], roles: Sequence[str], at: int, words: NumberWords) -> int:
    """Where an expression such as `per 1000 inhabitants` or `per capita` that begins at a token ends; there, if none does."""
    for length in range(1, LONGEST_EACH + 1):
        if words.scales.get(" ".join(tokens[at : at + length])) == "each":
            return at + length
    if words.scales.get(tokens[at]) != "per" or at + 2 >= len(tokens):
        return at
    many = roles[at + 1] == "scale" or EACH_OF.fullmatch(_digits(tokens[at + 1]))
    return at + 3 if many and roles[at + 2] in {"unit", ""} else at


def _names_currency(roles: Sequence[str], at: int, *, whole: bool) -> bool:
    if roles[at] != "currency":
        return False
    before = at - 1
    while before >= 0 and roles[before] == "scale":
        before -= 1
    ends = all(role in {"scale", "currency", "percent", "unit", "each", "round"} for role in roles[at:])
    return whole or ends or (before >= 0 and roles[before] == "in")


def _digits(token: str) -> str:
    return re.sub(r"[.,  ]", "", token)
