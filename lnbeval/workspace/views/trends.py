"""Raw means, checks and truth beside the estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lnbeval.table import tidy

if TYPE_CHECKING:
    from lnbeval.workspace.study import Study


def name(study: Study, indicator: str) -> str:
    """The indicator's name, as the registry writes it."""
    return str(study.indicator(indicator)["label"])


def unit(study: Study, indicator: str) -> str:
    """The indicator's unit."""
    return str(study.indicator(indicator)["unit"])


def effect_unit(study: Study, indicator: str) -> str:
    """The unit of an effect on the indicator: of a percentage, percentage points."""
    return str(study.indicator(indicator)["effect_unit"])


def group_means(study: Study, indicator: str) -> pd.DataFrame:
    """Raw mean of the indicator by cohort and period: group, period, mean, n."""
    rows = study.rows.assign(group=study.rows["code"].map(study.cohorts))
    means = rows.groupby(["group", "period"])[indicator].agg(["mean", "count"]).reset_index()
    return means.rename(columns={"count": "n"})


def mean_rows(study: Study, indicator: str) -> pd.DataFrame:
    """The raw means as rows of the tidy table, so that the results file holds every number shown."""
    means = group_means(study, indicator)
    ok = means["n"] > 0
    return tidy(
        pd.DataFrame(
            {
                "group": means["group"],
                "period": means["period"],
                "estimate": means["mean"],
                "n_units": means["n"],
                "n_obs": means["n"],
                "status": np.where(ok, "ok", "not_estimable"),
                "reason": np.where(ok, "", "no municipality of the group is observed"),
            }
        ),
        evaluation=study.name,
        indicator=indicator,
        estimator="mean",
        aggregation="period",
        unit=str(study.indicator(indicator)["unit"]),
    )


def events(study: Study) -> pd.DataFrame:
    """Events that may be mistaken for an effect, within the periods of the panel: period, label."""
    first, last = study.rows["period"].min(), study.rows["period"].max()
    table = study.reference.events
    shown = table[table["page_label"] != ""]
    years = pd.to_numeric(shown["date_start"].str.slice(0, 4))
    within = years.between(first, last)
    return pd.DataFrame({"period": years, "label": shown["page_label"]})[within].reset_index(drop=True)


def labelled(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """A tidy table with a `label` column: the indicator's name, and what tells its rows apart."""
    rows = table.to_dict("records")
    return table.assign(label=[_joined(name(study, row["indicator"]), row["scenario"], *_within(row)) for row in rows])


def grouped(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """A tidy table with the indicator's name in a column `heading`, and in `label` only what tells its rows apart."""
    rows = table.to_dict("records")
    return table.assign(
        heading=[name(study, row["indicator"]) for row in rows],
        label=[_joined(*_within(row)).capitalize() for row in rows],
    )


def timed(table: pd.DataFrame) -> pd.DataFrame:
    """A tidy table of one indicator with a `label` column that names only the time."""
    return table.assign(label=[_since(int(e)) if pd.notna(e) else "all" for e in table["event_time"]])


def _within(row: dict[Any, Any]) -> list[str]:
    return [
        "" if pd.isna(row["cohort"]) else f"treated from {row['cohort']}",
        "" if pd.isna(row["period"]) else f"in {row['period']}",
        "" if pd.isna(row["event_time"]) or not pd.isna(row["period"]) else _since(int(row["event_time"])),
    ]


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _since(event_time: int) -> str:
    if event_time == 0:
        return "first year of treatment"
    years = "year" if abs(event_time) == 1 else "years"
    return f"{abs(event_time)} {years} {'before' if event_time < 0 else 'after'}"


def with_truth(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """A tidy table of synthetic data with the true effects in a column `truth`."""
    truth = pd.read_csv(study.workspace.root / "data" / str(study.parameters.treatment.truth))
    keys = ["indicator", "aggregation", "cohort", "event_time"]
    wanted = table.assign(cohort=table["cohort"].astype(float), event_time=table["event_time"].astype(float))[keys]
    return table.assign(truth=wanted.merge(truth, on=keys, how="left")["effect"].to_numpy())


def truth_rows(study: Study, by_time: pd.DataFrame) -> pd.DataFrame:
    """Truth against estimate after treatment, one row per indicator and event time."""
    after = by_time[by_time["event_time"] >= 0]
    inside = after["truth"].between(after["conf_low"], after["conf_high"])
    return pd.DataFrame(
        {
            "Indicator": [name(study, code) for code in after["indicator"]],
            "Years since": after["event_time"].to_numpy(),
            "Truth": after["truth"].round(2).to_numpy(),
            "Estimate": after["estimate"].round(2).to_numpy(),
            "Interval from": after["conf_low"].round(2).to_numpy(),
            "to": after["conf_high"].round(2).to_numpy(),
            "Contains truth": np.where(inside, "yes", "NO"),
        }
    )


def truth_title(by_time: pd.DataFrame) -> str:
    """How many intervals after treatment contain the truth."""
    after = by_time[(by_time["event_time"] >= 0) & by_time["conf_low"].notna()]
    inside = int(after["truth"].between(after["conf_low"], after["conf_high"]).sum())
    return f"{inside} of {len(after)} intervals by years since treatment contain the true effect"
