"""HTML that exhibits are made of: tables, downloads, anchors. Also legible where our stylesheet is not, as in Jupyter."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import Final

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_float_dtype, is_integer_dtype, is_numeric_dtype

from lnbeval.report.numbers import decimals_for, number
from lnbeval.table import rounded

Format = int | Callable[..., str]  # decimals, or a function from a value to its text
CALENDAR: Final = frozenset({"period", "cohort", "year", "first_treated", "event_time"})  # integers without commas
SYMBOLS: Final = frozenset({"p", "df", "n"})  # keep their small letter
SLUG_LENGTH: Final = 48
MANY: Final = 8  # columns: more are set closer
CODE: Final = re.compile(r"(?<![\w`])`([^`\n]+)`(?![\w`])")
HIDDEN: Final = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"  # heard, not seen


def slug_of(title: str, caption: str) -> str:
    """An anchor that is the same for the same title and caption, and different for any other."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].strip("-")
    digest = hashlib.sha256(f"{title}\n{caption}".encode()).hexdigest()[:6]
    return f"x-{words}-{digest}"


def html_table(
    frame: pd.DataFrame,
    *,
    caption: str = "",
    formats: Mapping[str, Format] | None = None,
    headers: int = 1,
    right: Collection[str] = (),
    row_classes: Sequence[str] = (),
    notes: Sequence[str] = (),
    shared: Sequence[Sequence[str]] = (),
    groups: Sequence[str] = (),
    marked: bool = False,
) -> str:
    """One accessible `<table>`: a visually hidden caption, scoped headings, the first `headers` columns head each row.

    Numeric columns and those named in `right` are aligned to the right. `notes`, one per row, stand below their rows;
    `shared`, some per row, below and apart, for those of several rows. `groups`, one per row, head the rows that follow one
    another in the same group. A cell's second line is set smaller. What stands between backticks is code where texts are
    `marked`.
    """
    names = [str(name) for name in frame.columns]
    numeric = [str(name) in right or _is_number(frame[name]) for name in frame.columns]
    texts = [_texts(frame[name], (formats or {}).get(str(name))) for name in frame.columns]
    head = "".join(_cell(heading(name), "th", "col", right) for name, right in zip(names, numeric, strict=True))
    rows = [
        _row([column[i] for column in texts], numeric, headers=headers, row_class=row_classes[i] if row_classes else "")
        + (_note(notes[i], len(names), "note") if notes and notes[i] else "")
        + "".join(_note(note, len(names), "note shared") for note in (shared[i] if shared else ()))
        for i in range(len(frame))
    ]
    body = _grouped(rows, groups, len(names))
    body = CODE.sub(r"<code>\1</code>", body) if marked else body
    kind = "data many" if len(names) > MANY else "data"
    hidden = f'<caption style="{HIDDEN}">{escape(caption)}</caption>' if caption else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption or "Table")}" '
        f'style="overflow-x:auto"><table class="{kind}">{hidden}<thead><tr>{head}</tr></thead>'
        f"{body}</table></div>"
    )


def heading(name: str) -> str:
    """A column's name as a reader sees it."""
    words = name.replace("_", " ")
    return words if words in SYMBOLS else words[:1].upper() + words[1:]


def csv_link(frame: pd.DataFrame, slug: str) -> str:
    """A download that needs no second file: the table as CSV inside the link."""
    floats = frame.select_dtypes("float").columns
    stable = frame.assign(**{str(name): frame[name].map(rounded, na_action="ignore") for name in floats})
    text = stable.to_csv(index=False, lineterminator="\n")
    encoded = base64.b64encode(text.encode()).decode()
    return f'<a class="download" download="{slug}.csv" href="data:text/csv;charset=utf-8;base64,{encoded}">CSV</a>'


def _is_number(column: pd.Series) -> bool:
    return is_numeric_dtype(column) and not is_bool_dtype(column)


def _texts(column: pd.Series, how: Format | None) -> list[str]:
    if callable(how):
        return [how(value) for value in column]
    if is_bool_dtype(column):
        return ["yes" if value else "no" for value in column]
    if is_integer_dtype(column) and str(column.name) in CALENDAR:
        return ["n/a" if pd.isna(value) else str(value).replace("-", "−") for value in column]
    if is_float_dtype(column) or is_integer_dtype(column):
        decimals = how if how is not None else _decimals(column)
        return [number(value, decimals) for value in column]
    return ["" if pd.isna(value) else str(value) for value in column]


def _decimals(column: pd.Series) -> int:
    values = column.dropna().to_numpy(dtype=float)
    values = values[np.isfinite(values)]
    return 0 if np.array_equal(values, np.round(values)) else decimals_for(*values)


def _row(texts: list[str], numeric: list[bool], *, headers: int, row_class: str) -> str:
    cells = [
        _cell(text, "th" if i < headers else "td", "row" if i < headers else "", right)
        for i, (text, right) in enumerate(zip(texts, numeric, strict=True))
    ]
    return (f'<tr class="{row_class}">' if row_class else "<tr>") + "".join(cells) + "</tr>"


def _grouped(rows: list[str], groups: Sequence[str], columns: int) -> str:
    if not groups:
        return f"<tbody>{''.join(rows)}</tbody>"
    bodies = []
    for name, part in groupby(zip(groups, rows, strict=True), key=itemgetter(0)):
        head = f'<th scope="rowgroup" colspan="{columns}" style="text-align:left"><span class="note-text">{escape(name)}</span></th>'
        bodies.append(f'<tbody><tr class="group">{head}</tr>{"".join(row for _, row in part)}</tbody>')
    return "".join(bodies)


def _note(text: str, columns: int, kind: str) -> str:
    style = "text-align:left;padding-top:0"
    return f'<tr class="{kind}"><td colspan="{columns}" style="{style}"><span class="note-text">{escape(text)}</span></td></tr>'


def _cell(text: str, tag: str, scope: str, right: bool) -> str:
    attributes = (f' scope="{scope}"' if scope else "") + (' class="num"' if right else "")
    first, _, second = text.partition("\n")
    shown = escape(first) + (f'<br><small class="cell-note">{escape(second)}</small>' if second else "")
    return f'<{tag}{attributes} style="text-align:{"right" if right else "left"}">{shown}</{tag}>'
