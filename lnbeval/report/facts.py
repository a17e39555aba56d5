"""Key numbers as a definition list."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.report.exhibit import Exhibit

if TYPE_CHECKING:
    from collections.abc import Sequence


LONG: Final = 90  # letters of a note that has the width of the page


def facts(entries: Sequence[tuple[str, str, str]], *, title: str, caption: str = "") -> Exhibit:
    """Key numbers: (label, value as text, note) each."""
    items = "".join(_item(*entry) for entry in entries)
    body = f'<dl class="facts">{items}</dl>'
    return Exhibit(
        title=title, caption=caption, body=body, data=pd.DataFrame(entries, columns=["fact", "value", "note"])
    )


def _item(label: str, value: str, note: str) -> str:
    small = f'<dd class="fact-note">{escape(note)}</dd>' if note else ""
    kind = ' class="told"' if len(note) > LONG else ""
    return f'<div{kind}><dt>{escape(label)}</dt><dd class="fact-value">{escape(value)}</dd>{small}</div>'
