"""Inert text: text from a file, written so that no spreadsheet takes it for a formula."""

from __future__ import annotations

import re
from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
HARMLESS: Final = re.compile(r"[+-]*(?:[0-9][0-9.,\u00a0\u202f ]*%?)?")  # signed numbers, and dashes for "none"


def inert(text: str) -> str:
    """The text, after an apostrophe where a spreadsheet would calculate it; numbers and dashes stay as they are."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not HARMLESS.fullmatch(text) else text


def not_inert(text: str) -> str:
    """The text as it was before, for a page, where nothing is calculated."""
    bare = text.removeprefix("'")
    return bare if bare != text and inert(bare) == text else text
