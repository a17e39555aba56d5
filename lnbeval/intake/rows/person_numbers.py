"""Numbers that lead to one person, in any text: personal numbers, telephones, e-mail addresses; such texts are withheld."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lnbeval.intake.person_words import LETTER, number_forms, person_key
from lnbeval.intake.text import mapped, quoted, tidy_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lnbeval.intake.person_words import PersonWords
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.table import RawTable, Row

WITHHELD: Final = "[withheld]"
ABROAD: Final = re.compile(r"(?<!\w)(?:\+|00)[1-9](?:[ ./()-]?[0-9]){8,13}(?![0-9])")  # telephone of any country
MAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
ADDRESS: Final = re.compile(r"[^\s@<>'\"(:;,]+@[^\s@<>'\"):;,]+")  # the part of a message to be covered
SHORTEST: Final = 9  # characters of a number, so that most cells need no closer look
DAY: Final = r"[0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)[0-9]{2}"
YEAR: Final = r"(?:19|20)[0-9]{2}"
# Between two words of one letter eight digits with signs may be a day, two years or a figure, and nobody's number.
NO_NUMBER: Final = re.compile(
    rf"[a-z]\s(?:{DAY}|{YEAR}[ ./-]{YEAR}|{YEAR}[./-][0-9]{{2}}[./-][0-9]{{2}}|[0-9]{{2}}[ .][0-9]{{3}}[ .][0-9]{{3}})\s[a-z]"
)
BEGINS_WITH_DAY: Final = re.compile(DAY)
DECIMALS: Final = re.compile(r"[0-9][.,]$")
QUOTATION: Final = re.compile(r"'[^']*'")


def identifies(text: str, persons: PersonWords) -> bool:
    """Whether a text holds a number of a form with letters, which nothing else has."""
    return next(_identities(text, persons), None) is not None


def reaches(text: str, persons: PersonWords) -> bool:
    """Whether a text holds a telephone number as people write it, or an e-mail address."""
    return MAIL.search(text) is not None or next(_telephones(text, persons), None) is not None


def leads_to_person(cell: object, persons: PersonWords) -> bool:
    """Whether a cell is a text that identifies or reaches somebody."""
    if not isinstance(cell, str) or (len(cell) < SHORTEST and "@" not in cell):
        return False
    text = tidy_text(cell)
    return identifies(text, persons) or reaches(text, persons)


def speaks_of_person(text: str, persons: PersonWords) -> bool:
    """Whether a word that stands over data on persons, such as telephone or name, is in a text."""
    key = f" {person_key(text)} "
    return any(f" {word} " in key for word in persons.headers | persons.naming)


def withheld_text(text: str, persons: PersonWords) -> str:
    """A message without the quotations, and without the numbers, that lead to a person."""
    if not leads_to_person(text, persons):
        return text
    shown = QUOTATION.sub(lambda one: f"'{WITHHELD}'" if leads_to_person(one[0][1:-1], persons) else one[0], text)
    for found in [*_identities(shown, persons), *_telephones(shown, persons)]:
        shown = shown.replace(found, WITHHELD)
    return ADDRESS.sub(WITHHELD, shown)


def withheld_problem(problem: Problem, persons: PersonWords) -> Problem:
    """A problem that quotes nothing that leads to a person."""
    return replace(
        problem,
        what=withheld_text(problem.what, persons),
        do=withheld_text(problem.do, persons),
        cell=withheld_text(problem.cell, persons),
        municipality=withheld_text(problem.municipality, persons),
        year=withheld_text(problem.year, persons),
        subject=withheld_text(problem.subject, persons),
    )


def withheld_table(table: RawTable, persons: PersonWords) -> RawTable:
    """The table with `WITHHELD` in the place of every text that leads to a person: of its cells, notes, comments and problems."""
    hidden = _texts_to_hide(table, persons)
    if not hidden:
        return table
    comments = tuple((place, _text(text, hidden)) for place, text in table.layout.comments)
    return replace(
        table,
        rows=tuple(tuple(_shown(cell, hidden) for cell in row) for row in table.rows),
        above=withheld_rows(table.above, hidden),
        head=withheld_rows(table.head, hidden),
        apart=tuple((number, tuple(_shown(cell, hidden) for cell in cells), why) for number, cells, why in table.apart),
        notes=tuple(replace(note, text=_text(note.text, hidden)) for note in table.notes),
        mended=tuple(one for one in table.mended if not hidden & {one.as_written, one.text}),
        layout=replace(table.layout, comments=comments),
        problems=tuple(withheld_problem(_covered(one, hidden), persons) for one in table.problems),
    )


def withheld_rows(rows: Iterable[Row], hidden: Iterable[str]) -> tuple[Row, ...]:
    """Rows with `WITHHELD` in the place of some texts."""
    every = frozenset(hidden)
    return tuple((number, tuple(_shown(cell, every) for cell in cells)) for number, cells in rows)


def texts_of_persons(rows: Iterable[Row], persons: PersonWords) -> frozenset[str]:
    """The cells of some rows that lead to a person."""
    cells = [cell for _, row in rows for cell in row if isinstance(cell, str)]
    found = zip(cells, mapped(lambda cell: leads_to_person(cell, persons), cells), strict=True)
    return frozenset(cell for cell, is_of_person in found if is_of_person)


def _texts_to_hide(table: RawTable, persons: PersonWords) -> frozenset[str]:
    beside = [note.text for note in table.notes] + [text for _, text in table.layout.comments]
    beside += [text for one in table.mended for text in (one.as_written, one.text)]
    rows = [*table.above, *table.head, *((number, cells) for number, cells, _ in table.apart)]
    return texts_of_persons([*enumerate(table.rows), *rows, (0, tuple(beside))], persons)


def _shown(cell: object, hidden: frozenset[str]) -> object:
    return WITHHELD if isinstance(cell, str) and cell in hidden else cell


def _text(text: str, hidden: frozenset[str]) -> str:
    return WITHHELD if text in hidden else text


def _covered(problem: Problem, hidden: frozenset[str]) -> Problem:
    """A problem without the quotations of hidden texts, which may be cut in it so that no number is left to tell them by."""
    what = problem.what
    for text in hidden:
        what = what.replace(quoted(text), f"'{WITHHELD}'")
    return problem if what == problem.what else replace(problem, what=what)


def _identities(text: str, persons: PersonWords) -> Iterator[str]:
    forms = number_forms(tuple(form for form in persons.numbers if LETTER in form))
    return (found[0] for found in forms.finditer(text) if NO_NUMBER.fullmatch(found[0]) is None)


def _telephones(text: str, persons: PersonWords) -> Iterator[str]:
    """Telephone numbers but for figures, decimals and days that look like some."""
    for form in (number_forms(persons.phones), ABROAD):
        for found in form.finditer(text):
            is_other = found[0][0] in "123456789" or BEGINS_WITH_DAY.match(found[0])
            if not is_other and DECIMALS.search(text[: found.start()]) is None:
                yield found[0]
