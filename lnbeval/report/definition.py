"""What an indicator is, as a list of terms."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.report.exhibit import Exhibit

if TYPE_CHECKING:
    from collections.abc import Sequence


def definition(entries: Sequence[tuple[str, str]], *, title: str, caption: str) -> Exhibit:
    """Terms and what they are, (term, text) each; empty texts are left out."""
    told = [(term, text) for term, text in entries if text]
    items = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(text)}</dd></div>" for term, text in told)
    return Exhibit(
        title=title,
        caption=caption,
        body=f'<dl class="definition">{items}</dl>',
        data=pd.DataFrame(told, columns=["term", "text"]),
    )
