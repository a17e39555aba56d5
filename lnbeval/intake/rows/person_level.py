"""Person-level data at the door: columns that hold persons, told by header and by the form of the values."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from lnbeval.intake.files.joined_header import JOINED_BY
from lnbeval.intake.problems import Problem
from lnbeval.intake.table import RawTable, column_cells, column_letter
from lnbeval.intake.text import cell_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.resolver import Resolver

# Whole headers, folded: without diacritics, punctuation and upper case. A header that merely contains such a word may
# be an indicator ("persons without an ID number").
PERSONAL_HEADERS = frozenset(
    {
        *("nid", "nr id", "id number", "id card number", "national id", "national id number", "personal number"),
        *("personal id", "personal id number", "passport number", "numri personal", "nr personal", "numer personal"),
        *(
            "numri i identitetit",
            "nr i identitetit",
            "numri i identifikimit",
            "numri i leternjoftimit",
            "leternjoftimi",
        ),
        *("phone", "phone number", "telephone", "mobile", "mobile number", "telefon", "telefoni", "nr telefoni"),
        *("numri i telefonit", "nr i telefonit", "nr tel", "celular", "celulari", "nr celulari", "email", "e mail"),
        *("date of birth", "birth date", "birthdate", "birthday", "dob", "datelindja", "datelindje", "data e lindjes"),
        *("first name", "given name", "last name", "surname", "family name", "full name", "name and surname"),
        *("name surname", "first name and surname", "first and last name", "name of beneficiary", "beneficiary name"),
        *("mbiemri", "mbiemer", "emri mbiemri", "emer mbiemer", "emri dhe mbiemri", "emer dhe mbiemer", "emri i plote"),
        *("emri i perfituesit", "atesia", "home address", "adresa", "adresa e baneses", "adresa e shtepise"),
    }
)
NAMING_HEADERS = frozenset(  # of persons, where words and not figures stand below; of "emri", unless they are of places
    {
        *("emri", "emer", "name", "perfituesi", "perfituesja", "beneficiary", "kryefamiljari", "kryefamiljarja"),
        *("kryetari i familjes", "head of household", "personi", "kontakt", "kontakti", "contact"),
    }
)
LONG_NUMBER = re.compile(r"\+?[0-9][0-9 /-]{7,}")  # of a telephone, as a text or a figure
PERSONAL_ID = re.compile(r"\b[A-Za-z][0-9]{8}[A-Za-z]\b", re.ASCII)  # Albanian numbers of persons, and of firms
ROWS_SEARCHED = 20
FEW_ROWS = 3  # a column with more such numbers than this is a register


def personal_columns(table: RawTable, resolve: Resolver | None = None) -> list[str]:
    """Columns that look like data on persons, by header and letter; their values are never told.

    `resolve` tells whether the words of a column are names of places.
    """
    below = _headers_below(table)
    return [
        f"{column_letter(position)} ('{name}')" if name else column_letter(position)
        for position, name in enumerate(table.header)
        if _is_personal(name)
        or position in below
        or _holds_personal_ids(column_cells(table, position))
        or (_is_naming(name) and _names_persons(column_cells(table, position), resolve))
    ]


def _is_naming(header: str) -> bool:
    return any(_folded(part) in NAMING_HEADERS for part in (header, *header.split(JOINED_BY)))


def _names_persons(cells: list[object], resolve: Resolver | None) -> bool:
    """Whether most cells are words that name no place, or numbers as long as those of telephones."""
    texts = [cell_text(cell) for cell in cells if not is_blank(cell)]
    told = [text for text in texts if LONG_NUMBER.fullmatch(text) or text[0].isalpha()]
    if 2 * len(told) <= len(texts):
        return False
    distinct = sorted(set(told))
    places = sum(resolve(text, None).code is not None for text in distinct) if resolve else 0
    return 2 * places < len(distinct)


def _is_personal(header: str) -> bool:
    # A header of several rows is joined: its last part is the word that stands over the column.
    return any(_folded(part) in PERSONAL_HEADERS for part in (header, *header.split(JOINED_BY)))


def _headers_below(table: RawTable) -> set[int]:
    # The declared header may be a title: one row with two such words is the real one, a single word may be data.
    for row in table.rows[:ROWS_SEARCHED]:
        found = {at for at, cell in enumerate(row) if isinstance(cell, str) and _folded(cell) in PERSONAL_HEADERS}
        if len(found) > 1:
            return found
    return set()


def refusal(table: RawTable, columns: Sequence[str]) -> Problem:
    """The problem that turns a whole file away."""
    return Problem(
        severity="STOP",
        file=table.file,
        sheet=table.sheet,
        what=f"The table looks like data on persons: column {', '.join(columns)}. Nothing of it was taken in",
        do="Delete the file here, and ask for counts by municipality and year instead",
        rule="person_level",
    )


def _folded(header: str) -> str:
    plain = "".join(letter for letter in unicodedata.normalize("NFD", header) if not unicodedata.combining(letter))
    words = re.sub(r"\([^)]*\)", " ", plain.casefold())
    return " ".join(re.findall(r"[^\W_]+", words))


def _holds_personal_ids(cells: list[object]) -> bool:
    text = "\n".join(cell for cell in cells if isinstance(cell, str) and len(cell) >= 10)
    return sum(1 for _ in PERSONAL_ID.finditer(text)) > FEW_ROWS
