"""Matching: which registered variable a header means, and what a header tells of a variable that is not registered."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from lnbeval.intake.figures.told_units import beside, contradiction, told_unit, unit_as_written
from lnbeval.intake.header_words import folded
from lnbeval.intake.heading.cumulative import without_cumulative
from lnbeval.intake.rows.unit_contradictions import is_about
from lnbeval.intake.source import YEAR_MARK
from lnbeval.intake.text import cell_text
from lnbeval.reference import is_total
from lnbeval.workspace.number_words import number_words

if TYPE_CHECKING:
    from collections.abc import Collection

    from lnbeval.intake.header_words import HeaderWords
    from lnbeval.intake.number_words import NumberWords
    from lnbeval.intake.survey.found import SurveyedColumn, SurveyedTable
    from lnbeval.reference import Reference

BRACKETS: Final = re.compile(r"[(\[]([^)\]]*)[)\]]")
YEARS: Final = re.compile(r"[,\s]*(?<![0-9])(?:19|20)[0-9]{2}(?:\s*[-–/]\s*[0-9]{2,4})?(?![0-9])")
FEWEST_WORDS: Final = 2  # of a header, all found in the label of a variable, before it is proposed
LONGEST_CODE: Final = 40
PERCENT: Final = "percent"  # what unit_words.csv calls a share of a hundred
MONEY: Final = re.compile(r"[A-Z]{3}")  # what unit_words.csv calls a currency

How = Literal["same", "alike", "own"]
Kind = Literal["count", "measure", "rate", "share", "money"]


@dataclass(frozen=True, kw_only=True)
class Meant:
    """The variable that a column is proposed for: a registered one with the same label or a like one, or one of its own."""

    code: str
    how: How
    label: str  # of the registered variable, or as the header says
    unit: str = ""
    counting_unit: str = ""
    kind: Kind = "count"
    each: bool = False  # for each inhabitant, or so many of them, already
    unlike: str = ""  # registered variables of the same name that are in another unit


def meant(
    column: SurveyedColumn,
    text: str,
    title: str,
    reference: Reference,
    words: HeaderWords,
    taken: Collection[str],
) -> Meant:
    """What a column that is called `text` is proposed for; `taken` are the codes that are given away already.

    The unit stands in the header or in the `title` of the table, where the header is nothing but a year or is called like
    registered money.
    """
    unlike: list[str] = []
    for how, codes in (("same", _same(text, reference, words)), ("alike", _alike(text, reference))):
        free = [code for code in codes if code not in taken]
        unlike += [code for code in free if code not in unlike and _in_another_unit(column, title, code, reference)]
        free = [code for code in free if code not in unlike]
        if len(free) == 1:
            return Meant(
                code=free[0],
                how="same" if how == "same" else "alike",
                label=str(reference.variables.loc[free[0], "label"]),
            )
    units: list[str] = BRACKETS.findall(column.header)
    inside = "".join(f" ({unit})" for unit in units)
    money = any(reference.variables.loc[code, "kind"] == "money" for code in unlike)
    of_header = plain_header(column.header) and not (money and told_unit(title, number_words(reference)).currencies)
    told = without_cumulative(column.header if of_header else f"{title}{inside}", words)
    named = " and ".join(f"{code} ({_unit(code, reference)})" for code in unlike)
    own = replace(_own(column, text, told, reference, taken), unlike=named)
    own = replace(own, kind="money", counting_unit="money") if money and not of_header else own
    return _as_told(own, told, number_words(reference))


def _in_another_unit(column: SurveyedColumn, title: str, code: str, reference: Reference) -> bool:
    """Whether a column, or the title above it, says that its figures are in another unit than a registered variable."""
    words, kind = number_words(reference), str(reference.variables.loc[code, "kind"])
    registered = told_unit(_unit(code, reference), words, whole=True)
    own = told_unit(column.header, words, money=kind == "money")
    around = told_unit(title, words)
    told = beside(own, around) if is_about(around, registered, kind) else own
    return contradiction(replace(told, percent=told.percent or column.percent), registered, kind)


def _unit(code: str, reference: Reference) -> str:
    return str(reference.variables.loc[code, "unit"])


def called(column: SurveyedColumn, table: SurveyedTable, words: HeaderWords) -> str:
    """What a column is called: by its header, or by its table where the header is nothing but a year."""
    own = plain_header(column.header)
    if own:
        return own
    nameless = words.means(table.sheet.rstrip("0123456789 "), "sheet") or table.sheet.isdigit()
    sheet = "" if nameless or table.divided else table.sheet
    return plain_header(YEARS.sub(" ", sheet or table.title or table.file.rpartition(".")[0]))


def plain_header(header: str) -> str:
    """A header without year, brackets and the joints of several rows."""
    text = BRACKETS.sub(" ", header.replace(YEAR_MARK, " "))
    return cell_text(re.sub(r"\s+/\s*$|^\s*/\s+|\s+/\s+", " ", f" {text} ").strip(" /:-–"))


def slug(text: str) -> str:
    """Text as a code: small letters without marks, digits and _."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    words = re.findall(r"[a-z0-9]+", plain.casefold())
    code = ""
    for word in words:
        if code and len(code) + len(word) >= LONGEST_CODE:
            break
        code = f"{code}_{word}" if code else word[:LONGEST_CODE]
    return code if code[:1].isalpha() else f"v_{code}".rstrip("_")


def _same(text: str, reference: Reference, words: HeaderWords) -> list[str]:
    """Variables whose code or label is the header, or that an alias of the header names."""
    table = reference.variables
    key = folded(text)
    labels = zip(table.index, table["label"], table["label_sq"], strict=True)
    named = [str(code) for code, *texts in labels if key in {folded(code), *map(folded, texts)}]
    aliased = [str(code) for code in table.index if words.means(text, str(code))]
    return list(dict.fromkeys([*named, *aliased]))


def _alike(text: str, reference: Reference) -> list[str]:
    """Variables whose label holds every word of the header but words for a total."""
    table = reference.variables
    found = []
    own = _words(text, reference)
    for code, *labels in zip(table.index, table["label"], table["label_sq"], strict=True):
        for label in labels:
            theirs = _words(label, reference)
            if own == theirs or (len(own) >= FEWEST_WORDS and own < theirs):
                found.append(str(code))
                break
    return found


def _words(text: str, reference: Reference) -> frozenset[str]:
    parts = [slug(part) for part in text.split()]
    return frozenset(
        part for part, word in zip(parts, text.split(), strict=True) if not is_total(reference, word) and part
    )


def _own(column: SurveyedColumn, text: str, told: str, reference: Reference, taken: Collection[str]) -> Meant:
    code, number = slug(text), 1
    while code in taken or code in reference.variables.index:
        number += 1
        code = f"{slug(text)}_{number}"
    bracketed = " ".join(BRACKETS.findall(told)).strip()
    counted = _unit_word(f"{bracketed} {text}", reference)
    label = text
    if column.percent or _is_share(told, reference):
        return Meant(code=code, how="own", label=label, unit=PERCENT, counting_unit="cases", kind="share")
    if MONEY.fullmatch(counted):
        return Meant(code=code, how="own", label=label, unit=bracketed or counted, counting_unit="money", kind="money")
    unit = counted or "cases"
    return Meant(
        code=code,
        how="own",
        label=label,
        unit=bracketed or unit,
        counting_unit=unit,
        kind="count" if column.whole else "measure",
    )


def _as_told(one: Meant, told: str, words: NumberWords) -> Meant:
    """The variable in the unit that its header tells: one that is for each inhabitant is no count."""
    unit = told_unit(told, words, money=one.kind == "money")
    kind: Kind = "rate" if unit.each and one.kind not in {"share", "money"} else one.kind
    if not contradiction(unit, told_unit(one.unit, words, whole=True), kind) and not unit.each:
        return one
    return replace(one, unit=unit_as_written(told, words) or one.unit, kind=kind, each=unit.each)


def _is_share(header: str, reference: Reference) -> bool:
    words = reference.unit_words.loc[reference.unit_words["unit"] == PERCENT, "word"]
    return any(str(word).casefold() in header.casefold() for word in words)


def _unit_word(text: str, reference: Reference) -> str:
    """What the first word of a text that is a unit counts."""
    units = {
        folded(word): unit
        for word, unit in zip(reference.unit_words["word"], reference.unit_words["unit"], strict=True)
    }
    return next((str(units[key]) for word in text.split() if (key := folded(word.strip(",.;:"))) in units), "")
