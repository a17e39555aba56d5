"""The door of large files: the first rows, persons turned away by them, and files refused by their size."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lnbeval.intake.files.container import UTF16_MARKS, file_kind
from lnbeval.intake.files.csv_file import declared_delimiter, found_delimiter
from lnbeval.intake.files.encodings import TextError, decoded, proven_encoding
from lnbeval.intake.files.limits import MEGABYTE
from lnbeval.intake.files.read import read_source, wanted_headers
from lnbeval.intake.heading.columns import located
from lnbeval.intake.large.text import codec
from lnbeval.intake.rows.person_level import column_titles, refusal
from lnbeval.intake.rows.person_like import PERSONS, cases, like_persons, no_figures, persons_question
from lnbeval.intake.table import RawTable, column_cells
from lnbeval.intake.text import cell_text, is_blank

if TYPE_CHECKING:
    from lnbeval.intake.large.digest import Judge
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.source import Source

HEAD: Final = MEGABYTE  # bytes looked at before anything else of a file is read
DOOR_ROWS: Final = 2_000  # of them, rows searched for persons
ALWAYS_READ: Final = 5 * MEGABYTE  # text of this size is never too large
PER_BYTE: Final = 12  # bytes of memory of the ordinary reader for each byte of text
PER_CELL: Final = 1_400  # and for each declared cell
MOST_MEMORY: Final = 1_000 * MEGABYTE
LARGEST: Final = 4_000 * MEGABYTE  # bytes of a file that is added up
ENOUGH_ROWS: Final = 200  # before different texts in nearly every row say anything
NEARLY_ALL: Final = 0.9
LONG_NUMBER: Final = re.compile(r"\+?[0-9]{6,}")
LETTERS: Final = re.compile(r"[^\W\d_]{2}")


class TurnedAwayError(Exception):
    """Data on persons were met; the problems say so, and nothing else of the file is told."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__()
        self.problems = problems


def is_large(path: Path, source: Source) -> bool:
    """Whether a text file would take the ordinary reader more than a gigabyte."""
    return memory_needed(path, source, enough=MOST_MEMORY)[1] > MOST_MEMORY


def memory_needed(path: Path, source: Source, *, enough: int) -> tuple[int, int]:
    """Rows of a text file, and bytes of memory that the ordinary reader would take; counted until they are more than enough."""
    head, size = first_bytes(path, source.file)
    if size <= ALWAYS_READ or file_kind(head) != "text":
        return 0, 0
    rows = needed = 0
    with path.open("rb") as file:
        file.seek(len(head))
        piece = head
        while piece and needed <= enough:
            rows += piece.count(b"\n")
            needed = size * PER_BYTE + rows * len(source.columns) * PER_CELL
            piece = file.read(4 * MEGABYTE)
    return rows, needed


def first_bytes(path: Path, file: str) -> tuple[bytes, int]:
    """The first bytes and the size of an ordinary file; nothing of a link or what else is left to the ordinary reader."""
    parts = (path, *path.parents)[: len(Path(file).parts)]
    try:
        if any(part.is_symlink() for part in parts) or not path.is_file():
            return b"", 0
        with path.open("rb") as stream:
            return stream.read(HEAD), path.stat().st_size
    except (OSError, ValueError):
        return b"", 0


def first_rows(path: Path, source: Source, meanings: Meanings, folder: Path) -> tuple[RawTable, str, str]:
    """The table of the first rows as the ordinary reader has it; with encoding and delimiter of a text, blank otherwise."""
    resolve, letters = meanings.resolve, meanings.letters
    data, size = first_bytes(path, source.file)
    if not data or path.name.startswith("~$") or file_kind(data) != "text":
        return read_source(path, source, resolve, letters), "", ""
    if size > LARGEST:
        raise TextError(
            f"The file has {size / MEGABYTE:,.0f} MB; at most {LARGEST // MEGABYTE:,} MB are added up",
            "Divide the file by year, one source for each part",
            "too_large_to_add_up",
        )
    if size > HEAD:
        data = whole_lines(data)
        first = folder / path.name
        first.write_bytes(data)
        head = read_source(first, source, resolve, letters)
        first.unlink()
    else:
        head = read_source(path, source, resolve, letters)
    proof = proven_encoding(data, resolve, letters) if source.encoding is None else None
    encoding = source.encoding if proof is None else proof.encoding
    mark, text = declared_delimiter(decoded(data, encoding, letters))
    delimiter = source.delimiter or mark or found_delimiter(text, wanted_headers(source)) or ","
    return head, codec(encoding), delimiter


def whole_lines(data: bytes) -> bytes:
    """The data up to the end of a line that stands outside quotation marks."""
    end = {UTF16_MARKS[0]: b"\n\x00", UTF16_MARKS[1]: b"\x00\n"}.get(data[:2], b"\n")
    cut = len(data)
    while cut > 0:
        cut = data.rfind(end, 0, cut)
        if cut >= 0 and data.count(b'"', 0, cut) % 2 == 0:
            return data[: cut + len(end)]
    raise TextError(
        f"The first {HEAD // MEGABYTE} MB of the file hold no whole row",
        'Close or double the quotation mark ("") in it, or save the table again as CSV UTF-8',
        "open_quotation",
    )


def question_of_persons(head: RawTable, source: Source, judge: Judge, meanings: Meanings) -> Problem | None:
    """Turn persons away. Returns a question where nearly every row holds another text, as names of persons would."""
    first = replace(head, row_numbers=head.row_numbers[:DOOR_ROWS], rows=head.rows[:DOOR_ROWS])
    judge(first, replace(source, aggregate=None))
    columns, _ = located(first, source, meanings.headers, meanings.answered, whole=False)
    figures = {place for _, place in columns.variables}
    likely = {at for at in range(len(head.header)) if _nearly_all_differ(head, at, is_figure=at in figures)}
    likely |= {
        *like_persons(first, meanings.resolve, columns.declared, columns.unit),
        *no_figures(first, figures),
        *cases(first, meanings.persons),
    }
    positions = sorted(likely)
    asked = persons_question(head, positions, meanings.persons, meanings.resolve)
    if asked is not None and meanings.answered.get(asked.name) == PERSONS:
        raise TurnedAwayError((refusal(head, column_titles(head, positions, meanings.persons, meanings.resolve)),))
    return asked


def _nearly_all_differ(head: RawTable, position: int, *, is_figure: bool) -> bool:
    texts = [cell_text(cell) for cell in column_cells(head, position) if not is_blank(cell)]
    if len(texts) < max(ENOUGH_ROWS, len(head.rows) / 2) or len(set(texts)) < NEARLY_ALL * len(texts):
        return False
    numbers = sum(LONG_NUMBER.fullmatch(text) is not None for text in texts)
    words = sum(LETTERS.search(text) is not None for text in texts)
    return words >= NEARLY_ALL * len(texts) or (numbers >= NEARLY_ALL * len(texts) and not is_figure)


def refused(path: Path, source: Source) -> tuple[str, str]:
    """What is wrong with a file that is too large for one table, and what to do."""
    rows, needed = memory_needed(path, source, enough=100 * MOST_MEMORY)
    what = (
        f"The file has {path.stat().st_size / MEGABYTE:,.0f} MB and at least {rows:,} rows; as one table it would take about "
        f"{needed / 1000 / MEGABYTE:,.1f} GB of memory, and at most {MOST_MEMORY / 1000 / MEGABYTE:.0f} GB is taken"
    )
    do = (
        "If its rows are months, groups or the like, declare `aggregate` for the source: {by: sum, over: [their columns]}. "
        "Otherwise ask for counts by municipality and year"
    )
    return what, do
