"""A log as an exhibit: its summary or first lines, and all of it folded below."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Final

from lnbeval.report.exhibit import Exhibit
from lnbeval.report.markup import Format, html_table
from lnbeval.report.numbers import SUPPRESSED

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

FEW: Final = 15  # lines that are shown as they are
MOST: Final = 100  # lines that unfold on the page; the download has all
DOWNLOADED: Final = 5000  # lines of a download: it is a part of the page


@dataclass(frozen=True, kw_only=True)
class _Form:
    """How lines are set: columns that stand above, below and apart, and what lines are called that are sums."""

    grouped: str = ""
    below: str = ""
    translated: str = ""
    language: str = ""
    sums: str = ""
    marked: bool = False
    formats: Mapping[str, Format] = field(default_factory=dict)


def listing(
    lines: pd.DataFrame,
    *,
    title: str,
    caption: str,
    absent: str,
    summary: pd.DataFrame | None = None,
    data: pd.DataFrame | None = None,
    formats: Mapping[str, Format] | None = None,
    grouped: str = "",
    below: str = "",
    translated: tuple[str, str] = ("", ""),
    sums: str = "",
    marked: bool = False,
) -> Exhibit:
    """Lines of a log. Few are shown; many as their `summary`, or the first of them, with all below, folded; none: `absent`.

    `data` is what the download has, where it is more than the lines. `grouped` names a column that heads lines, `below` one
    that stands below each, `translated` one that says the same in a language: (column, code of the language). `sums` is what
    lines are called that are sums. In `marked` texts, what stands between backticks is code.
    """
    if lines.empty and (summary is None or summary.empty):
        return Exhibit(title=absent, caption="", body="")
    form = _Form(
        grouped=grouped, below=below, translated=translated[0], language=translated[1], sums=sums, marked=marked,
        formats=formats or {},
    )  # fmt: skip
    if summary is None and len(lines) > FEW:
        summary = lines.head(FEW)
    of_lines = summary is not None and list(summary.columns) == list(
        lines.columns
    )  # some of the lines, not counts of them
    hidden = len(lines) - len(summary) if summary is not None and of_lines else 0
    shown = lines if summary is None else summary
    body = "" if shown.empty else _table(shown, title, form)
    if summary is not None and len(lines):
        body += _folded(lines, title, form, hidden)
    every = shown if lines.empty else lines if data is None else data
    note = f" {SUPPRESSED}: a count from 1 to 9." if _suppresses(lines) or _suppresses(shown) else ""
    note += f" The download has the first {DOWNLOADED:,} lines." if len(every) > DOWNLOADED else ""
    return Exhibit(title=title, caption=caption + note, body=body, data=every.head(DOWNLOADED))


def account(frame: pd.DataFrame, *, title: str, caption: str, sums: str) -> Exhibit:
    """A table of counts, whose line called `sums` is their sum."""
    return Exhibit(title=title, caption=caption, body=_table(frame, title, _Form(sums=sums)), data=frame)


def _suppresses(lines: pd.DataFrame) -> bool:
    """Whether a count is not shown."""
    return any(lines[name].astype(str).str.contains(SUPPRESSED, regex=False).any() for name in lines)


def _folded(lines: pd.DataFrame, title: str, form: _Form, hidden: int = 0) -> str:
    shown = lines.head(MOST)
    every = "The only line" if len(lines) == 1 else f"All {len(lines):,} lines"
    counted = every if len(shown) == len(lines) else f"The first {MOST} of {len(lines):,} lines"
    named = counted + (f", {hidden:,} of them not shown above" if hidden else "")
    table = _table(shown, f"{title}: {named[:1].lower()}{named[1:]}", form)
    return f'<details class="fold"><summary>{escape(named)}</summary>{table}</details>'


def _table(lines: pd.DataFrame, title: str, form: _Form) -> str:
    apart = [name for name in (form.grouped, form.below, form.translated) if name in lines.columns]
    kept = lines.drop(columns=apart)
    table = html_table(
        kept,
        caption=title,
        formats=form.formats,
        groups=lines[form.grouped].tolist() if form.grouped in apart else [],
        notes=lines[form.below].tolist() if form.below in apart else [],
        shared=[[text] if text else [] for text in lines[form.translated]] if form.translated in apart else [],
        marked=form.marked,
        row_classes=["sum" if name == form.sums else "" for name in kept.iloc[:, 0]] if form.sums else [],
    )
    spoken = table.replace('<tr class="note shared">', f'<tr class="note shared" lang="{escape(form.language)}">')
    return spoken.replace('<tr class="sum">', '<tr class="sum" style="font-weight:600">')
