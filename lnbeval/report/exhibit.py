"""An exhibit: one figure or table with its finding, method, data and the estimates it shows."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from lnbeval.errors import DataError
from lnbeval.report.markup import csv_link, html_table, slug_of
from lnbeval.table import COLUMNS, MIME, tidy, to_records

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class Exhibit:
    """What a cell shows. Jupyter draws it; the pipeline reads `rows` back from the notebook's output.

    `body` is one inline `<svg>` or one `<table>`; `data` is what a figure draws. A figure shows `data` on request as a
    table; a table offers it as a download only.
    """

    title: str
    caption: str
    body: str
    alt: str = ""
    data: pd.DataFrame | None = None
    rows: pd.DataFrame | None = None

    @property
    def slug(self) -> str:
        """The anchor of this exhibit, and the prefix of every id inside it."""
        return slug_of(self.title, self.caption)

    @property
    def html(self) -> str:
        """The exhibit as one `<figure>`."""
        kind = "figure" if self.alt else "table"
        return (
            f'<figure class="exhibit exhibit-{kind}" id="{self.slug}" style="margin:1.5em 0">'
            f'<figcaption><p class="exhibit-title" style="font-weight:600;margin:0">{escape(self.title)}</p>'
            f'<p class="exhibit-caption" style="margin:.2em 0 .8em;opacity:.85">{escape(self.caption)}</p></figcaption>'
            f'<div class="exhibit-body">{self.body}</div>{self._below()}</figure>'
        )

    def _below(self) -> str:
        if self.data is None:
            return ""
        link = csv_link(self.data, self.slug)
        if not self.alt:
            return f'<p class="exhibit-data">Download this table: {link}</p>'
        table = html_table(self.data, caption=f"Data behind the figure: {self.title}")
        return (
            '<details class="exhibit-data"><summary>Data behind this figure</summary>'
            f"{table}<p>Download these data: {link}</p></details>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        del include, exclude
        bundle: dict[str, Any] = {"text/html": self.html, "text/plain": self.title}
        return bundle if self.rows is None else {**bundle, MIME: to_records(self.rows)}


def unavailable(rows: pd.DataFrame, *, title: str, caption: str) -> Exhibit:
    """In the place of a figure that has nothing to draw: why, for each of the tidy `rows`."""
    reasons = "".join(f"<p><strong>Not estimable:</strong> {escape(reason)}</p>" for reason in rows["reason"].unique())
    return Exhibit(title=title, caption=caption, body=reasons, data=tidy_rows(rows), rows=tidy_rows(rows))


def tidy_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The columns of the tidy table out of rows that also carry labels or truths. There must be rows: none is a fault."""
    if rows.empty:
        raise DataError("Nothing to show: the table has no rows. What cannot be estimated is a row with its reason.")
    return tidy(rows[[name for name in rows.columns if name in COLUMNS]])
