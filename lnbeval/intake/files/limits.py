"""Limits: how much of a file is looked at before it is refused, each with its reason.

A file within them is read whole. One beyond them is refused with the numbers: the limit is there so that a file made to
fill the memory, or one that nobody meant for this door, ends in a sentence and not in a machine that hangs.
"""

from typing import Final

MEGABYTE: Final = 1_000_000

LARGEST_FILE: Final = 100 * MEGABYTE
"""Bytes on disk. Sixty municipalities, fifteen years and a hundred columns are one megabyte as csv."""

MEMORY_PER_BYTE: Final = 15
"""Bytes of memory for each byte of text while it is read: 12 to 15 were measured on tables of short cells."""

LARGEST_CONTENT: Final = 400 * MEGABYTE
"""Bytes of a workbook unpacked, of all its parts together. A full sheet of a million rows with ten columns fills it."""

MOST_PARTS: Final = 5_000
"""Parts of a workbook: sheets, pictures, styles. The directory alone of a million would fill the memory."""

LONGEST_CELL: Final = MEGABYTE
"""Characters of one cell, or bytes of a workbook without any mark-up. Excel itself stores 32,767 letters in a cell."""

MOST_COLUMNS: Final = 16_384
"""Columns of a table, in any kind of file; the most that a spreadsheet of today can hold."""

MOST_CELLS: Final = 20 * MEGABYTE
"""Places of a table from its first to its last filled column, blank ones too: as rows they take a gigabyte or more."""

SHEET_EDGES: Final[dict[str, tuple[int, int]]] = {"xlsx": (1_048_576, 16_384), "xls": (65_536, 256)}
"""Rows and columns of a sheet in each format: a table that ends there was probably longer before it was saved."""

READER_SECONDS: Final = 120
READER_MEMORY: Final = 1_500 * MEGABYTE
"""For the reader of old workbooks, which runs as a process of its own because it is not written in Python."""
