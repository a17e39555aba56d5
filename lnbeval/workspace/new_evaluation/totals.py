"""Totals of a draft: the column that holds everybody, beside a column of women or of men."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from lnbeval.reference import is_total
from lnbeval.workspace.new_evaluation.matching import plain_header, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.survey.found import SurveyedTable
    from lnbeval.reference import Reference
    from lnbeval.workspace.new_evaluation.matching import Kind, Meant

SEXES: Final = ("women", "men", "female", "male")  # as header_aliases.csv and header_marks.csv call them
ADDED_UP: Final = frozenset({"count", "measure", "money"})  # kinds of which a total can be larger than a part
SHORTEST_STEM: Final = 4  # letters that words of the same noun begin with
LONGEST_ENDING: Final = 3  # letters in which they may differ behind it


@dataclass(frozen=True, kw_only=True)
class Named:
    """A column by the words of its header."""

    code: str
    table: tuple[str, str]  # file and sheet
    kind: Kind
    of_a_sex: bool
    total: bool  # it has a word for totals
    nouns: tuple[str, ...]  # its other words, without those of one letter


def with_totals(
    rows: Sequence[Mapping[str, Any]],
    given: Mapping[str, tuple[Meant, str, SurveyedTable]],
    reference: Reference,
    words: HeaderWords,
) -> list[dict[str, Any]]:
    """The rows of variables, those of women and men as a part of the one column beside them that holds everybody.

    That is a column of the same noun without a word for a sex, one that is called a total before others; where a column has no
    noun, or no other has the same, the only column that is called nothing but a total, or the only total at all.
    """
    named = {code: _named(code, *one, reference, words) for code, one in given.items()}
    return [{**row, "part_of": _total(named[row["code"]], named.values()) or row["part_of"]} for row in rows]


def _named(code: str, one: Meant, header: str, table: SurveyedTable, reference: Reference, words: HeaderWords) -> Named:
    written = re.findall(r"[^\W_]+", plain_header(header))
    sexes = [word for word in written if any(words.means(word, sex) for sex in SEXES)]
    totals = [word for word in written if is_total(reference, word)]
    rest = (slug(word) for word in written if word not in sexes and word not in totals and len(word) > 1)
    kind: Kind = one.kind if one.how == "own" else reference.variables["kind"].to_dict()[code]
    return Named(
        code=code,
        table=(table.file, table.sheet),
        kind=kind,
        of_a_sex=bool(sexes),
        total=bool(totals),
        nouns=tuple(rest),
    )


def _total(part: Named, every: Iterable[Named]) -> str:
    """The code of the column that a column of women or men is a part of; blank where there is none, or several could be."""
    if not part.of_a_sex or part.kind not in ADDED_UP:
        return ""
    money = part.kind == "money"
    beside = [one for one in every if one.table == part.table and one.kind in ADDED_UP]
    # Among columns of one sex, such as those of ages, the one that is called a total holds none of the other sex.
    whole = [one for one in beside if not one.of_a_sex and (one.kind == "money") == money]
    totals = [one for one in whole if one.total]
    same = [one for one in whole if part.nouns and _same_nouns(one.nouns, part.nouns)]
    bare = [one for one in totals if not one.nouns]
    likely = ([one for one in same if one.total], same, bare, [] if part.nouns else totals)
    found = next((some for some in likely if some), [])
    return found[0].code if len(found) == 1 else ""


def _same_nouns(one: Sequence[str], other: Sequence[str]) -> bool:
    return len(one) == len(other) and all(map(_same_noun, one, other))


def _same_noun(one: str, other: str) -> bool:
    stem = sum(1 for _ in takewhile(lambda letters: letters[0] == letters[1], zip(one, other, strict=False)))
    return one == other or (stem >= SHORTEST_STEM and max(len(one), len(other)) - stem <= LONGEST_ENDING)
