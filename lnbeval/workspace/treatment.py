"""Who was treated, when, and how well that is documented: one row per municipality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lnbeval.delimiters import column_mark_of
from lnbeval.intake import Problem, name_words, stop_if_needed
from lnbeval.reference import resolve
from lnbeval.workspace.meaning import meaning
from lnbeval.workspace.treatment_dates import starts

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from pathlib import Path

    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Treatment

RANK: Final = ("confirmed", "indirect", "mentioned", "illustrative")  # how well documented, best first
COLUMNS: Final = ("phase", "status", "source")  # beside code, name or both


def treated_municipalities(table: Path, treatment: Treatment, reference: Reference) -> pd.DataFrame:
    """All municipalities, indexed by code: name, county, cohort (NaN: not treated), phase, status, source.

    Rows of `table` count when their status and phase are among those the parameters use. A municipality in several
    phases belongs to the one first treated; its status is the best among the rows of that phase. A row that says when its
    municipality was first treated (see `treatment_dates`) goes before the start of the phase; of several starts the earliest.

    Raises DataError with every problem of the table at once; see `treatment_rows`.
    """
    rows, problems = treatment_rows(table, reference)
    stop_if_needed(problems)
    start = {str(phase.phase): phase.first_treated for phase in treatment.phases}
    used = rows[rows["status"].isin(treatment.status) & rows["phase"].isin(start)]
    used = starts(used, start, table.name)
    used = used.assign(rank=used["status"].map(RANK.index))
    first = used.sort_values(["cohort", "rank"], kind="stable").groupby("code").first()
    columns = first.reindex(reference.municipalities.index)[["cohort", "phase", "status", "source"]]
    names = reference.municipalities[["name", "county"]]
    return pd.concat([names, columns.assign(cohort=columns["cohort"].astype(float))], axis=1)


def cohort_label(cohort: float, last_period: int, others: str) -> str:
    """How a cohort is called on the pages."""
    if np.isnan(cohort) or np.isinf(cohort) or cohort > last_period:
        return others
    return f"Treated from {cohort:g}"


def treatment_rows(table: Path, reference: Reference) -> tuple[pd.DataFrame, list[Problem]]:
    """The rows of a treatment table with their `code`, and every problem of it; a row with a problem has a blank code.

    A municipality is told by `code`, by `name` (as written anywhere, with `county` where there is one), or by both, which
    must then agree.
    """
    try:
        # Blank lines count as rows of the file, or the numbers in messages would be off.
        lines = pd.read_csv(
            table,
            sep=column_mark_of(table),
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
            skip_blank_lines=False,
        )
    except ValueError as error:  # of the parser or of the encoding
        return pd.DataFrame(columns=["code", *COLUMNS], dtype=str), [
            _stop(table, 1, f"The table cannot be read: {error}", "", "treatment_unreadable")
        ]
    rows = lines.fillna("")
    rows = rows[(rows != "").any(axis=1)]
    absent = [column for column in COLUMNS if column not in rows.columns]
    if "code" not in rows.columns and "name" not in rows.columns:
        absent.insert(0, "code or name")
    if absent:
        needed = f"The table needs code or name, and {', '.join(COLUMNS)}"
        return rows.reindex(columns=["code", *COLUMNS], fill_value=""), [
            _stop(table, 1, f"Column {', '.join(absent)} is missing", needed, "treatment_columns")
        ]
    told = [_unit(row, reference) for row in rows.to_dict("records")]
    places = [int(at) + 2 for at in rows.index]
    problems = [
        _stop(table, at, what, do, "treatment_unit") for at, (_, what, do) in zip(places, told, strict=True) if what
    ]
    problems += [
        _stop(
            table, at, f"Status '{status}' must be one of {', '.join(RANK)}", "Correct the status", "treatment_status"
        )
        for at, status in zip(places, rows["status"], strict=True)
        if status not in RANK
    ]
    return rows.assign(code=pd.Series([code for code, _, _ in told], index=rows.index, dtype=object)), problems


def is_treatment_table(headers: Iterable[str]) -> bool:
    """Whether the columns of a table are those of a list of who was treated."""
    named = set(headers)
    return named.issuperset(COLUMNS) and not named.isdisjoint({"code", "name"})


def _unit(row: Mapping[Hashable, str], reference: Reference) -> tuple[str, str, str]:
    """The code of a row, or blank and what is wrong and what to do."""
    code, name, county = (row.get(column, "").strip() for column in ("code", "name", "county"))
    if not code and not name:
        return "", "The row names no municipality", "Write its code or its name"
    by_code = resolve(reference, code)
    by_name = resolve(reference, name, county or None)
    if code and by_code.how != "code":
        meant = f"; the name '{name}' is {by_name.label}" if name and by_name.code else ""
        return (
            "",
            f"'{code}' is no code of a municipality{meant}",
            "Correct the code, or leave it blank where a name is given",
        )
    if code and (not name or by_name.code == by_code.code):
        return str(by_code.code), "", ""
    if by_name.code is not None and not code and not by_name.also:
        return by_name.code, "", ""
    if by_name.code is not None and code:
        what = f"Code and name disagree: {code} is {by_code.label}, but '{name}' is {by_name.label}"
        return "", what, "Correct the one that is wrong"
    what, do = name_words(meaning(by_name, reference), name, county)
    return "", f"{what}; the code is that of {by_code.label}" if code else what, do


def _stop(table: Path, row: int, what: str, do: str, rule: str) -> Problem:
    return Problem(severity="STOP", file=table.name, cell=f"row {row}", what=what, do=do, rule=rule)
