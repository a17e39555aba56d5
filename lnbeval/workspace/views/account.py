"""The account of the data: from rows of the files to the observations behind the estimates, each step with its sum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from lnbeval.errors import DesignError
from lnbeval.intake import PUT_BACK_COLUMNS
from lnbeval.intake.account_ledger import SUM_COLUMNS
from lnbeval.workspace.analysis import Analysis, effects_of
from lnbeval.workspace.parameters import notebook_parameters
from lnbeval.workspace.variables import within_periods
from lnbeval.workspace.views.logs import counts_by_source, log_table, place_of, series_of

if TYPE_CHECKING:
    from lnbeval.workspace.study import Study

ALL: Final = "All tables"
TOGETHER: Final = "Together"
ALL_SERIES: Final = "All series"
ADDED_UP: Final = "Fewer once added up"


def row_account(study: Study) -> pd.DataFrame:
    """Of each table that was read: its rows, and what became of them; the last row is their sum."""
    counts = _counts(study)
    heading = [source.header_rows[-1] for source in study.parameters.data.sources]
    table = pd.DataFrame(
        {
            "Table": counts["table"],
            "Rows in it": counts["rows_read"] + counts["rows_blank"] + heading,
            "Titles and header": heading,
            "Blank": counts["rows_blank"],
            "Read": counts["rows_read"],
            "Set aside": counts["rows_set_aside"],
            "Used": counts["rows_used"],
        }
    )
    return with_sum(table, ALL)


def cell_account(study: Study) -> pd.DataFrame:
    """Of each table: the cells of its used rows in the series that are read, and what became of them."""
    counts = _counts(study)
    table = pd.DataFrame(
        {
            "Table": counts["table"],
            "Cells read": counts["cells_read"],
            "Not reported": counts["cells_missing"],
            "A bound, no figure": counts["cells_bounded"],
            "Set aside": counts["cells_set_aside"],
            "Not usable": counts["cells_stopped"],
            "Numbers": counts["cells_used"],
        }
    )
    return with_sum(table, ALL)


def not_reported(study: Study) -> pd.DataFrame:
    """Of each table, the cells that are not reported, by what stood there; their sum is that of the account of cells."""
    log = log_table(study, "fates")
    log = log[log["fate"] == "missing"].assign(cells=lambda rows: rows["cells"].astype(int))
    words = log["word"].map(lambda word: f"'{word}'" if word else "an empty cell")
    counted = log.assign(table=place_of(log), words=words).groupby(["table", "words"], sort=True)["cells"].sum()
    rows = counted.reset_index().rename(columns={"table": "Table", "words": "What stood there", "cells": "Cells"})
    total = pd.DataFrame([{"Table": ALL, "What stood there": TOGETHER, "Cells": rows["Cells"].sum()}])
    return pd.concat([rows, total], ignore_index=True)[["What stood there", "Cells", "Table"]] if len(rows) else rows


def series_account(study: Study) -> pd.DataFrame:
    """Of each series: its numbers, by how many adding up leaves fewer, those outside the years analysed, and what is left."""
    values = study.log("values")
    reported = values[values["value"].notna()]
    again = reported[_put_back(study, reported)]
    inside = within_periods(values, study.parameters)
    sums = log_table(study, "sums", SUM_COLUMNS)
    numbers = sums["numbers"].astype("int64").groupby(sums["variable"]).sum()
    in_sums = reported[~_put_back(study, reported) & _are_sums(reported, sums)]
    series = pd.Index(values["variable"].unique()).sort_values()

    def per_series(rows: pd.DataFrame) -> Any:  # noqa: ANN401
        return rows["variable"].value_counts().reindex(series, fill_value=0).to_numpy()

    added = numbers.reindex(series, fill_value=0).to_numpy() - per_series(in_sums)
    table = pd.DataFrame(
        {
            "Series": series_of(study, series.to_series()).tolist(),
            "Numbers in the files": per_series(reported) - per_series(again) + added,
            ADDED_UP: added,
            "Put back from the registered delivery": per_series(again),
            "Outside the years analysed": per_series(reported) - per_series(inside),
            "Numbers analysed": per_series(inside),
        }
    )
    spare = [name for name in table.columns[2:5] if not table[name].any()]
    return with_sum(table.drop(columns=spare), ALL_SERIES)


def _are_sums(values: pd.DataFrame, sums: pd.DataFrame) -> pd.Series[bool]:
    """Which values are sums of rows that were added up."""
    key = ["file", "cell", "code", "period", "variable"]
    known = pd.MultiIndex.from_frame(sums[key])
    return pd.Series(pd.MultiIndex.from_frame(values[key].astype("str")).isin(known), values.index, dtype=bool)


def observed_account(study: Study) -> pd.DataFrame:
    """Of each indicator: municipality-years, and why some have no value."""
    wide = within_periods(study.log("values"), study.parameters).pivot(
        index=["code", "period"], columns="variable", values="value"
    )
    return pd.DataFrame([_observed(study, code, wide) for code in study.parameters.indicators])


def indicator_account(study: Study) -> pd.DataFrame:
    """The same, and how many observations the average effect of the headline rests on."""
    table = observed_account(study)
    used = pd.Series([_in_average(study, code) for code in study.parameters.indicators], dtype="Int64")
    left = table["Observed"] - used
    return table.assign(**{"Not compared": left.where(left >= 0), "In the average effect": used})


def account_title(study: Study) -> str:
    """From rows read to observations."""
    counts, observed = study.log("counts"), study.rows[list(study.parameters.indicators)].count()
    most, least = int(observed.max()), int(observed.min())
    span = f"{least:,}" if most == least else f"{least:,} to {most:,}"
    years = f"{span} of {len(study.rows):,} municipality-years"
    return f"{int(counts['rows_read'].sum()):,} rows read; {years} observed{'' if most == least else ', by indicator'}"


def cells_title(study: Study) -> str:
    """How many of the cells gave a number."""
    counts = study.log("counts")[["cells_used", "cells_read"]].sum()
    return f"{counts['cells_used']:,} of {counts['cells_read']:,} cells in these rows gave a number"


def average_rests_on(table: pd.DataFrame) -> str:
    """How many observations are behind the average effects of an account of indicators."""
    used = table["In the average effect"].dropna()
    if used.empty:
        return "No average effect could be estimated"
    span = f"{used.min():,}" if used.min() == used.max() else f"{used.min():,} to {used.max():,}"
    return f"{span} observations stand behind each average effect"


def with_sum(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """A table of counts with their sums below, where it has several rows; its first column names them."""
    if len(table) < 2:
        return table
    label, *counts = table.columns
    last = pd.DataFrame([{label: name, **table[counts].sum().to_dict()}])
    return pd.concat([table, last], ignore_index=True)


def _counts(study: Study) -> pd.DataFrame:
    """The counts of each source, under the name of its table; one that is read twice is numbered."""
    counts = counts_by_source(study)
    place = place_of(counts)
    again = place.groupby(place).cumcount()
    return counts.assign(table=place + again.map(lambda n: f" (reading {n + 1})" if n else ""))


def _put_back(study: Study, values: pd.DataFrame) -> pd.Series[bool]:
    """Which values are those of the registered delivery, because a decision keeps them."""
    key = ["code", "period", "variable"]
    kept = pd.MultiIndex.from_frame(log_table(study, "put_back", PUT_BACK_COLUMNS)[key])
    every = pd.MultiIndex.from_frame(values[key].astype("str"))
    return pd.Series(every.isin(kept), values.index, dtype=bool)


def _observed(study: Study, code: str, wide: pd.DataFrame) -> dict[str, Any]:
    about = study.indicator(code)
    index = pd.MultiIndex.from_frame(study.rows[["code", "period"]])
    numerator = _present(study, about["numerator"], wide, index)
    denominator = _present(study, about["denominator"], wide, index)
    return {
        "Indicator": about["label"],
        "Municipality-years": len(index),
        "No numerator": int((~numerator).sum()),
        "No denominator": int((numerator & ~denominator).sum()),
        "Observed": int(study.rows[code].notna().sum()),
    }


def _present(study: Study, name: str, wide: pd.DataFrame, index: pd.MultiIndex) -> pd.Series[bool]:
    """In which municipality-years a part of an indicator has a number."""
    series = study.parameters.data.denominator if name == "population" else name
    if not name or (series not in wide.columns and series in study.reference.municipalities.columns):
        return pd.Series(data=True, index=index)
    return wide[series].reindex(index).notna()


def _in_average(study: Study, code: str) -> int | None:
    """Observations behind the average effect of the headline; None where it is not estimated."""
    declared = notebook_parameters(study.parameters, study.name).items()
    given = {name: value for name, value in declared if name != "evaluation"}
    if code not in study.parameters.estimated:
        return None
    try:
        return int(effects_of(study, Analysis(**given), code, "overall").columns["n_obs"][0])
    except DesignError:
        return None
