"""Numbers of persons anywhere in a file that is added up: below the rows that its door looks at, and in columns that nothing reads."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.limits import MEGABYTE
from lnbeval.intake.person_words import LETTER, number_forms
from lnbeval.intake.problems import Problem
from lnbeval.intake.rows.person_numbers import SHORTEST, identifies

if TYPE_CHECKING:
    from pathlib import Path

    from lnbeval.intake.person_words import PersonWords
    from lnbeval.intake.table import RawTable

PIECE: Final = 8 * MEGABYTE
WIDE: Final = "utf-16"  # in which letters are other bytes


def number_below(path: Path, head: RawTable, encoding: str, persons: PersonWords) -> Problem | None:
    """The refusal of a file with the number of a person in any of its cells; `encoding` is blank where `head` is all of it."""
    row = _in_table(head, persons) or (_in_text(path, encoding, persons) if encoding else 0)
    if not row:
        return None
    return Problem(
        severity="STOP",
        file=head.file,
        sheet=head.sheet,
        cell=f"row {row}",
        what="A row holds what looks like the number of a person. Nothing of the file was taken in",
        do="Delete the file here, and ask for counts by municipality and year instead",
        rule="person_level",
    )


def _in_table(head: RawTable, persons: PersonWords) -> int:
    for number, cells in zip(head.row_numbers, head.rows, strict=True):
        if any(isinstance(cell, str) and len(cell) >= SHORTEST and identifies(cell, persons) for cell in cells):
            return int(number)
    return 0


def _in_text(path: Path, encoding: str, persons: PersonWords) -> int:
    """The number of the first line with such a number; letters and digits are the same bytes in all encodings but wide ones."""
    likely = _as_bytes(number_forms(tuple(form for form in persons.numbers if LETTER in form)))
    decoder = codecs.getincrementaldecoder(WIDE)(errors="replace") if encoding.startswith(WIDE) else None
    lines, rest = 0, b""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            text = rest + (decoder.decode(piece).encode() if decoder else piece)
            end = text.rfind(b"\n") + 1 or len(text)
            for found in likely.finditer(text, 0, end):
                if identifies(found[0].decode("ascii"), persons):
                    return lines + text.count(b"\n", 0, found.start()) + 1
            lines += text.count(b"\n", 0, end)
            rest = text[end:]
    return lines + 1 if any(identifies(found[0].decode(), persons) for found in likely.finditer(rest)) else 0


def _as_bytes(forms: re.Pattern[str]) -> re.Pattern[bytes]:
    return re.compile(forms.pattern.replace(r"\u00a0", "").encode("ascii"))
