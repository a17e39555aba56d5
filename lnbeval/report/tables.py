"""Exhibits that are tables: any frame, the estimates with their method, the checks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.report.exhibit import Exhibit, tidy_rows
from lnbeval.report.markup import Format, html_table
from lnbeval.report.method_lines import method_line
from lnbeval.report.numbers import decimals_for, number
from lnbeval.report.rows import NONE, RIGHT, heading_of, row_classes, row_name, row_notes, row_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

RESULTS: Final = (
    "Estimate of", "Estimate", "Interval", "Band", "p", "Adjusted p", "Mean before", "Units", "Treated / control", "N",
    "Method", "df",
)  # fmt: skip
OPTIONAL: Final = ("p", "Adjusted p", "Band", "Mean before")  # left out where no row has one


def table(
    frame: pd.DataFrame,
    *,
    title: str,
    caption: str,
    rows: pd.DataFrame | None = None,
    formats: Mapping[str, Format] | None = None,
    absent: str = "",
) -> Exhibit:
    """Any frame as a table; its first column heads the rows. `formats`: column -> decimals or function to text.

    A frame without rows says `absent`, when that is given.
    """
    if frame.empty and absent:
        return Exhibit(title=title, caption=caption, body=f"<p>{escape(absent)}</p>")
    body = html_table(frame, caption=title, formats=formats)
    return Exhibit(title=title, caption=caption, body=body, data=frame, rows=None if rows is None else tidy_rows(rows))


def results_table(
    rows: pd.DataFrame, *, title: str, caption: str, absent: str = "", adjusted: str = "", band: bool = False
) -> Exhibit:
    """The estimates of tidy `rows` (a `label` column names them, else the indicator), and below them the method.

    Rows with a column `heading` stand in groups below it. `adjusted` says below the table how its adjusted p-values were
    made; `band` shows the band over all rows, where rows have one. Without rows it says `absent`; without that either, no
    rows are a fault (see `tidy_rows`).
    """
    if rows.empty and absent:
        return Exhibit(title=title, caption=caption, body=f"<p>{escape(absent)}</p>")
    kept = tidy_rows(rows)
    return Exhibit(title=title, caption=caption, body=_results(rows, title, adjusted, band=band), data=kept, rows=kept)


def results_by_indicator(rows: pd.DataFrame, *, title: str, caption: str) -> Exhibit:
    """Many estimates, folded: tidy `rows`, each indicator's (column `heading`) in a table that opens on request."""
    kept = tidy_rows(rows)
    headings = pd.Series([heading_of(row) for _, row in rows.iterrows()], index=rows.index)
    folded = [_folded(str(name), part) for name, part in rows.groupby(headings, sort=False)]
    return Exhibit(title=title, caption=caption, body="".join(folded), data=kept, rows=kept)


def _folded(name: str, rows: pd.DataFrame) -> str:
    absent = int((rows["status"] != "ok").sum())
    counted = f"{name}: {len(rows)} estimate{'' if len(rows) == 1 else 's'}" + (
        f", {absent} of them not estimable" if absent else ""
    )
    return f'<details class="fold"><summary>{escape(counted)}</summary>{_results(rows, name)}</details>'


def _results(rows: pd.DataFrame, title: str, adjusted: str = "", *, band: bool = False) -> str:
    groups = _groups(rows)
    notes = row_notes(rows, groups or [title] * len(rows))
    methods = [", ".join(str(row[key]) for key in ("estimator", "inference") if row[key]) for _, row in rows.iterrows()]
    methods = [method if ok else "" for method, ok in zip(methods, rows["status"] == "ok", strict=True)]
    names = _names(rows, notes.marks, with_unit=not groups)
    texts = row_texts(rows).assign(**{"Estimate of": names, "Method": methods})
    spare = {name for name in OPTIONAL if texts[name].isin(["", NONE]).all()}
    spare |= set() if band else {"Band"}
    spare |= {"Method"} if len(set(methods) - {""}) <= 1 else set()
    shown = texts[[name for name in RESULTS if name not in spare]]
    body = html_table(
        shown, caption=title, right=RIGHT, groups=groups, row_classes=row_classes(rows), notes=notes.below,
        shared=notes.shared,
    )  # fmt: skip
    explained = f" {adjusted}" if adjusted and "Adjusted p" in shown else ""
    return f'{body}<p class="method">{escape(method_line(rows) + explained)}</p>'


def _groups(rows: pd.DataFrame) -> list[str]:
    """The heading and unit above each row, where rows have headings and there are several of these."""
    if "heading" not in rows.columns or len(set(rows["heading"])) == 1:
        return []
    return [f"{heading}, {unit}" for heading, unit in zip(rows["heading"], rows["unit"], strict=True)]


def _names(rows: pd.DataFrame, marks: list[str], *, with_unit: bool) -> list[str]:
    """What each row is called, with its unit below where rows differ in it and nothing above them says it."""
    names = [row_name(row) + mark for (_, row), mark in zip(rows.iterrows(), marks, strict=True)]
    if not with_unit or len(set(rows["unit"])) == 1:
        return names
    return [f"{name}\n{unit}" for name, unit in zip(names, rows["unit"], strict=True)]


def checks(frame: pd.DataFrame, *, title: str, caption: str) -> Exhibit:
    """Checks (columns check, what, expected, found, passed), the failed first, each with a word and a sign.

    `passed` is None for a check that was not made or cannot tell.
    """
    ordered = frame.assign(rank=frame["passed"].map(_rank)).sort_values("rank", kind="stable").reset_index(drop=True)
    rank = ordered.pop("rank")
    shown = pd.DataFrame(
        {
            "Check": ordered["check"],
            "Result": rank.map(["✗ FAILED", "? cannot tell", "✓ passed"].__getitem__),
            "What": ordered["what"],
            "Expected": ordered["expected"].map(_plain),
            "Found": ordered["found"].map(_plain),
        }
    )
    body = html_table(shown, caption=title, row_classes=rank.map(["failed", "unknown", "passed"].__getitem__).tolist())
    return Exhibit(title=title, caption=caption, body=body, data=ordered)


def _rank(passed: bool | None) -> int:
    return 1 if passed is None or pd.isna(passed) else 2 * int(passed)


def _plain(value: object) -> str:
    """A value of a column that holds numbers and texts."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return str(value)
    if pd.isna(value) or float(value).is_integer():
        return number(value)
    return number(value, decimals_for(value)).rstrip("0").rstrip(".")
