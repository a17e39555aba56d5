"""When treatment began, where the treatment table says so itself: a start of its own, or a flag for every period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

START: Final = "first_treated"  # optional: a year, or a date that begins with one
FLAG: Final = "treated"  # optional: 0 or 1 in each period
PERIODS: Final = ("period", "year")  # how the column beside a flag may be called
DATE: Final = r"\d{4}(?:-\d{2}){0,2}"
SHOWN: Final = 5  # rows named in a message


def dated(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows with `first_treated` as a year (NaN: when the phase begins) and `start` as written.

    Of a table of flags, one row for each municipality and phase, of the first period in which the flag is 1; what is 0
    throughout has none. Raises DataError, naming the rows, where a start is no date or a flag neither 0 nor 1.
    """
    written = _switched_on(rows, name) if FLAG in rows.columns else rows
    start = written[START] if START in written.columns else pd.Series("", index=written.index, dtype=object)
    start = start.str.strip()
    _refuse(
        start[(start != "") & ~start.str.fullmatch(DATE)], name, START, "a year such as 2021, or a date such as 2021-03"
    )
    return written.assign(start=start, **{START: pd.to_numeric(start.str[:4], errors="coerce").astype(float)})


def starts(rows: pd.DataFrame, of_phase: Mapping[str, int], name: str) -> pd.DataFrame:
    """The rows, dated, with their `cohort`: the start in the table, else that of their phase."""
    with_dates = dated(rows, name)
    return with_dates.assign(cohort=with_dates[START].fillna(with_dates["phase"].map(of_phase)))


def switched_off(rows: pd.DataFrame, name: str) -> pd.Series:
    """The first period in which a flag is back at 0, by code, of the municipalities and phases where one is."""
    if FLAG not in rows.columns:
        return pd.Series(dtype="int64")
    table = _flags(rows, name).groupby(["code", "phase", "at"], as_index=False)["on"].max()
    begun = table.groupby(["code", "phase"])["on"].cummax()
    back: pd.Series = table[begun & ~table["on"]].groupby("code")["at"].min()
    return back


def _switched_on(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    table = _flags(rows, name)
    first = table[table["on"]].sort_values("at", kind="stable").drop_duplicates(["code", "phase"])
    return first.assign(**{START: first["at"].astype(str)}).sort_index()


def _flags(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    column = next((word for word in PERIODS if word in rows.columns), None)
    if column is None:
        raise DataError(
            f"{name}: column '{FLAG}' needs a column '{PERIODS[0]}' beside it, which says in which year. A table that lists "
            f"only treated municipalities needs no '{FLAG}'."
        )
    flag, period = rows[FLAG].str.strip(), rows[column].str.strip()
    _refuse(flag[~flag.isin(["0", "1"])], name, FLAG, "0 or 1")
    _refuse(period[~period.str.fullmatch(r"\d{4}")], name, column, "a year such as 2021")
    return rows.assign(on=flag == "1", at=period.astype("int64"))


def _refuse(wrong: pd.Series, name: str, column: str, form: str) -> None:
    if wrong.empty:
        return
    named = "; ".join(
        f"row {place + 2}: '{value}'" for place, value in zip(wrong.index.to_list(), wrong.head(SHOWN), strict=False)
    )
    more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    raise DataError(f"{name}: column '{column}' must be {form}. It is not in {named}{more}.")
