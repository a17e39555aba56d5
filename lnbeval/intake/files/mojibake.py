"""Mojibake: letters that were read in another encoding than they were written in, put right where that can be undone.

UTF-8 read as a one-byte encoding shows two signs for each letter ('TiranÃ«'). The signs go back to bytes, and these are
UTF-8 again, or they are left alone: hardly any text that is meant as it stands passes that. Between two one-byte encodings
('Tiran‰') every text passes, so there the proof is that a name which nobody knows becomes one that the resolver knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lnbeval.intake.problems import Problem
from lnbeval.intake.spans import rows_in
from lnbeval.intake.table import Mended
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnbeval.intake.letters import Letters
    from lnbeval.intake.resolver import Resolver
    from lnbeval.intake.table import Row

ROUNDS: Final = 3  # how often a file may have been opened and saved wrongly
MOST_TOLD: Final = 500  # different texts in one message, far more than there are names; the log lists every cell


def mended_rows(rows: list[Row], resolve: Resolver | None, letters: Letters) -> tuple[list[Row], tuple[Mended, ...]]:
    """The rows with every text put right that can be, and a list of these."""
    mended: list[Mended] = []
    result: list[Row] = []
    known: dict[str, str | None] = {}
    for number, cells in rows:
        strange = [at for at, cell in enumerate(cells) if isinstance(cell, str) and not cell.isascii()]
        changed = list(cells) if strange else []
        for at in strange:
            written = str(cells[at])
            if written not in known:
                known[written] = mended_text(written, resolve, letters)
            text = known[written]
            if text is not None:
                changed[at] = text
                mended.append(Mended(row=number, position=at, as_written=written, text=text))
        result.append((number, tuple(changed)) if changed else (number, cells))
    return result, tuple(mended)


def mended_text(written: str, resolve: Resolver | None, letters: Letters) -> str | None:
    """The text as it was meant, or None where it stands as it should, or cannot be told."""
    text, step = written, _undone(written, letters)
    for _ in range(ROUNDS):
        if step is None:
            break
        text, step = step, _undone(step, letters)
    if text != written:
        return text
    return None if resolve is None or resolve(written, None).code else _by_name(written, resolve, letters)


def mended_problem(file: str, sheet: str, mended: Iterable[Mended]) -> list[Problem]:
    """One warning that names every different text that was put right."""
    texts: dict[tuple[str, str], list[Mended]] = {}
    for one in mended:
        texts.setdefault((one.as_written, one.text), []).append(one)
    if not texts:
        return []
    shown = (
        f"{quoted(written)} → {quoted(text)} ({_cells(where)} in row {int(where[0].row)}{' and others' if _cells(where) > 1 else ''})"
        for (written, text), where in texts.items()
    )
    count = sum(map(_cells, texts.values()))
    cells = "1 cell" if count == 1 else f"{count} cells"
    what = f"Letters had been read in a wrong encoding in {cells}, and were put right: {listed(shown, MOST_TOLD)}"
    do = "Compare the names with the original; ask for the file saved anew as .xlsx or CSV UTF-8"
    return [Problem(severity="WARN", file=file, sheet=sheet, what=what, do=do, rule="mended_letters")]


def _cells(mended: Iterable[Mended]) -> int:
    return sum(rows_in(one.row) for one in mended)


def _undone(text: str, letters: Letters) -> str | None:
    if text.isascii():
        return None
    for encoding in letters.read_as:
        told = _reread(text, encoding, "utf-8")
        if told is not None:
            return told
    return None


def _by_name(written: str, resolve: Resolver, letters: Letters) -> str | None:
    for read_as, written_in in letters.between:
        told = _reread(written, read_as, written_in)
        if told is not None and resolve(told, None).code:
            return told
    return None


def _reread(text: str, read_as: str, written_in: str) -> str | None:
    try:
        told = text.encode(read_as).decode(written_in)
        reversible = told.encode(written_in).decode(read_as) == text
    except UnicodeError:
        return None
    return told if reversible and told != text else None
