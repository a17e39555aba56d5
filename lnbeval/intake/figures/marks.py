"""Marks in numbers: what point, comma and space mean in one column, by what its cells show.

A cell such as 12,5 can be read in one way only, and 1.234 in two. All cells of a column must be readable with the same marks;
what they leave open is never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lnbeval.intake.source import Source

Marks = tuple[str, str]  # decimal, thousands
SPACES = str.maketrans({**dict.fromkeys("\u00a0\u2007\u2009\u202f", " "), "\u2212": "-"})
"""No-break, figure, thin and narrow no-break space; and the typographic minus sign, as copied from web pages."""
SYSTEMS: Final[tuple[Marks, ...]] = ((".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " "))
NAMES: Final = {".": "point", ",": "comma", " ": "space"}
SHAPES = str.maketrans("123456789", "999999999")  # 0 stays: a group of thousands does not begin with it
MARKED = re.compile("[., ]")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the marks of a column mean.

    Attributes:
        kind: `clear` from what is declared, or `decided` by the cells; or why not: `ambiguous` cells, cells of `mixed` systems,
            or `doubted` evidence of too few.
        marks: to read with; without any when they could not be decided.
        shows: how each shape that can be read in one way only is read, in words.
        follows: shapes that could be read in several ways by themselves.
    """

    kind: Literal["clear", "decided", "ambiguous", "mixed", "doubted"]
    marks: Marks
    shows: Mapping[str, str]
    follows: frozenset[str] = frozenset()

    @property
    def unsettled(self) -> frozenset[str]:
        """Shapes that cannot be read as long as nothing is declared."""
        return frozenset() if self.kind in {"clear", "decided"} else self.follows.union(self.shows)


def shape(text: str) -> str:
    """A text with 9 for every digit but 0: texts of one shape are read alike."""
    return text.translate(SHAPES)


def shapes(texts: Sequence[str]) -> list[str]:
    """The shape of each text."""
    joined = "\0".join(texts).translate(SHAPES).split("\0")  # one long text is worked on much faster than many
    return joined if len(joined) == len(texts) else [shape(text) for text in texts]


def decided_marks(found: Iterable[str], source: Source) -> Decision:
    """What the marks of a column mean: as declared, else as the shapes of its numerals show.

    Those that are no number in any system are no evidence.
    """
    systems = allowed_systems(source)
    if len(systems) == 1:
        return Decision(kind="clear", marks=systems[0], shows={})
    fits = {one: fitting for one in set(found) if MARKED.search(one) and (fitting := _fitting(one, systems))}
    common = [system for system in systems if all(system in fitting for fitting in fits.values())]
    shows = {one: reading_name(one, fitting[0]) for one, fitting in fits.items() if not _open(one, fitting)}
    follows = frozenset(fits).difference(shows)
    if not common:
        return Decision(kind="mixed", marks=("", ""), shows=shows, follows=follows)
    if any(_open(one, tuple(common)) for one in fits):
        return Decision(kind="ambiguous", marks=("", ""), shows=shows, follows=follows)
    used = {mark for one in fits for mark in MARKED.findall(one)}
    marks = _plainest(common, used)
    assumed = (source.decimal is None and marks[0] in used) or (source.thousands is None and marks[1] in used)
    return Decision(kind="decided" if assumed else "clear", marks=marks, shows=shows, follows=follows)


def allowed_systems(source: Source) -> tuple[Marks, ...]:
    """The systems that agree with what a source declares."""
    return tuple(
        (decimal, thousands)
        for decimal, thousands in _all_systems(source)
        if source.decimal in {None, decimal} and source.thousands in {None, thousands}
    )


def reading_name(text: str, marks: Marks) -> str:
    """How the marks in a text are read, in words."""
    decimal, thousands = marks
    named = [f"{NAMES[thousands]} between thousands"] if thousands and thousands in text else []
    named += [f"decimal {NAMES[decimal]}"] if decimal in text else []
    return " and ".join(named)


@cache
def number_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    """Numbers with the given marks: groups of exactly three digits after the first, which does not begin with 0."""
    digits = "[0-9]+"
    if thousands:
        digits = rf"(?:[1-9][0-9]{{0,2}}(?:{re.escape(thousands)}[0-9]{{3}})+|[0-9]+)"
    mark = re.escape(decimal)
    numeral = rf"(?:{digits}(?:{mark}[0-9]+)?|{mark}[0-9]+)" if decimal else digits
    return re.compile(rf"[+-]?{numeral}(?:[eE][+-]?[0-9]+)?")


def as_written(text: str, marks: Marks) -> float:
    """The value of a text that fits the marks."""
    return conversion(marks)(text)


@cache
def conversion(marks: Marks) -> Callable[[str], float]:
    """What turns texts that fit the marks into numbers, without another look at the marks for each."""
    decimal, thousands = marks
    if decimal == ",":
        return lambda text: float(
            text.replace(thousands, "").replace(",", ".") if thousands else text.replace(",", ".")
        )
    return (lambda text: float(text.replace(thousands, ""))) if thousands else float


def _all_systems(source: Source) -> tuple[Marks, ...]:
    # Both declared is a system of its own, whatever it is.
    if source.decimal is not None and source.thousands is not None:
        return ((source.decimal, source.thousands),)
    return SYSTEMS


def _fitting(text: str, systems: tuple[Marks, ...]) -> tuple[Marks, ...]:
    fitting = tuple(system for system in systems if number_pattern(*system).fullmatch(text))
    # Nobody writes an exponent behind a number whose thousands are marked.
    whole = tuple((decimal, thousands) for decimal, thousands in fitting if not thousands or thousands not in text)
    return whole if whole and "e" in text.lower() else fitting


def _open(text: str, systems: tuple[Marks, ...]) -> bool:
    return len({reading_name(text, system) for system in systems}) > 1


def _plainest(common: list[Marks], used: set[str]) -> Marks:
    # Systems left over read all texts alike; a mark that no text has is not among those read.
    return min(common, key=lambda system: (bool(system[1]) and system[1] not in used, system[0] not in used))
