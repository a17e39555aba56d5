"""The same effects in several ways, one below the other: by every estimator, or with every error and test."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Literal

import pandas as pd

from lnbeval.report.exhibit import Exhibit, tidy_rows
from lnbeval.report.markup import html_table
from lnbeval.report.method_lines import correction_lines
from lnbeval.report.rows import RIGHT, heading_of, row_classes, row_notes, row_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = ["Estimate", "Interval", "p", "df", "Units / clusters", "Treated / control", "N"]


def side_by_side(rows: pd.DataFrame, *, by: Literal["estimator", "inference"], title: str, caption: str) -> Exhibit:
    """Tidy `rows` (a `heading` column names the indicator), each indicator's together, told apart by one column.

    Each row has its counts; rows that could not be made say why; what all rows share, and what each inference does,
    stands below.
    """
    headings = [f"{heading_of(row)}, {row['unit']}" for _, row in rows.iterrows()]
    order = pd.factorize(pd.Index(headings))[0].argsort(kind="stable")
    rows, headings = rows.iloc[order], [headings[place] for place in order]
    kept = tidy_rows(rows)
    notes = row_notes(rows, headings)
    texts = row_texts(rows)
    shown = texts[NUMBERS].copy()
    shown.insert(0, by.capitalize(), [f"{name}{mark}" for name, mark in zip(rows[by], notes.marks, strict=True)])
    if by == "estimator":
        shown = shown.assign(Inference=texts["Inference"], **{"Compared with": rows["control_group"].tolist()})
    body = html_table(
        shown,
        caption=title,
        right=RIGHT,
        groups=headings,
        row_classes=row_classes(rows),
        notes=notes.below,
        shared=notes.shared,
    )
    below = "".join(f"<li>{escape(line)}</li>" for line in _below(rows, by))
    return Exhibit(title=title, caption=caption, body=f'{body}<ul class="method">{below}</ul>', data=kept, rows=kept)


def _below(rows: pd.DataFrame, by: str) -> Iterator[str]:
    if by == "inference":
        pairs = dict.fromkeys(zip(rows["estimator"], rows["control_group"], strict=True))
        yield "Estimator: " + "; ".join(f"{estimator}, compared with {group}" for estimator, group in pairs)
    yield from correction_lines(rows)
