"""What the tests need of the records of estimators by cohort: R did, Sun and Abraham, Wooldridge, stacked regressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_records import records

if TYPE_CHECKING:
    from pathlib import Path

BY = {"simple": "overall", "dynamic": "event_time", "group": "cohort", "calendar": "period"}
CONTROL_GROUP = {"nevertreated": "never_treated", "notyettreated": "not_yet_treated"}
SUN_ABRAHAM = {"att": "overall", "event": "event_time", "cohort": "cohort", "catt": "cell"}
ETWFE = {"simple": "overall", "event": "event_time", "group": "cohort", "calendar": "period"}


def group_time(folder: Path) -> list[dict]:
    """R did: ATT(g, t) and its averages, without covariates, on panels."""
    return [group_time_record(record) for record in records(folder, "callaway_santanna") if _is_plain(record)]


def bands(folder: Path) -> list[dict]:
    """R mvtnorm: the Gaussian critical value of max |t| under the correlation of R did's influence functions."""
    found = []
    for record in records(folder, "cs_uniform_band"):
        exact = next(row for row in record["values"] if row["kind"].startswith("gaussian"))
        found.append(_choices(record) | {"critical_value": exact["crit_val"]})
    return found


def sun_abraham(folder: Path) -> list[dict]:
    """R fixest, `sunab`: effects by cohort and event time and their averages, with and without a covariate by period."""
    return [
        _where(record)
        | {
            "covariates": record["options"]["covariates"].split(),
            "by": SUN_ABRAHAM[record["method"].removeprefix("sun_abraham_")],
            "rows": [[*_cohort_and_event_time(row), row["estimate"], row["se"]] for row in record["values"]],
        }
        for record in records(folder, "sun_abraham")
    ]


def etwfe(folder: Path) -> list[dict]:
    """R etwfe: its averages, with and without a covariate of the unit."""
    return [
        _where(record)
        | {
            "covariates": [name for name in record["options"]["covariates"].split() if name != "1"],
            "control_group": CONTROL_GROUP[record["options"]["control_group"] + "treated"],
            "by": ETWFE[record["method"].removeprefix("etwfe_")],
            "rows": [
                [int(row["term"].split("=")[1]) if "=" in row["term"] else "overall", row["estimate"], row["se"]]
                for row in record["values"]
            ],
        }
        for record in records(folder, "etwfe")
    ]


def stacks(folder: Path) -> list[dict]:
    """R fixest on stacks of sub-experiments: with corrective weights (wfh) and with their own effects (plain)."""
    return [
        _where(record)
        | {
            "cohort": record["options"]["cohort"],
            "kind": record["method"].split("_")[1],
            "by": "overall" if record["method"].endswith("att") else "event_time",
            "window": [record["options"]["kappa_pre"], record["options"]["kappa_post"]],
            "control_group": "never_treated"
            if record["options"]["clean_controls"] == "never treated only"
            else "not_yet_treated",
            "sub_experiments": record["options"]["sub_experiments"],
            "n_rows": record["options"]["stack_rows"],
            "rows": [[row.get("rel", "overall"), row["estimate"], row["se"]] for row in record["values"]],
        }
        for record in records(folder, "stacked")
    ]


def group_time_record(record: dict) -> dict:
    """The choices of a record of R did and its rows: key, estimate, error."""
    by = BY.get(record["options"].get("aggregation"), "cell")
    rows = [[*_key(row), row["estimate"], row["se"]] for row in record["values"]]
    return _choices(record) | {"by": by, "rows": rows} | window(record["options"])


def window(options: dict) -> dict:
    """What an average by event time was restricted to, nothing where it was not."""
    kept = {} if options.get("balance_e") is None else {"balance": options["balance_e"]}
    if options.get("min_e") is None and options.get("max_e") is None:
        return kept
    return kept | {"event_times": [options["min_e"], options["max_e"]]}


def _is_plain(record: dict) -> bool:
    options = record["options"]
    return options["covariates"] is None and options["panel"] and not options["allow_unbalanced_panel"]


def _key(row: dict) -> list:
    if "term" not in row:
        return [row["group"], row["time"]]
    return [row["term"] if row["term"] == "overall" else int(row["term"].split("=")[1])]


def _choices(record: dict) -> dict:
    options = record["options"]
    return {
        "id": record["id"],
        "data": record["dataset"],
        "outcome": options["outcome"],
        "unit": options["unit"],
        "weight": options.get("weights"),
        "cluster": options["cluster"],
        "control_group": CONTROL_GROUP[options["control_group"]],
        "base_period": options["base_period"],
        "anticipation": options.get("anticipation", 0),
        "missing": "complete" if options.get("filter") else "pairwise",
    }


def _where(record: dict) -> dict:
    options = record["options"]
    weight = options.get("weights")
    return {
        "id": record["id"],
        "data": record["dataset"],
        "outcome": options["outcome"],
        "unit": options["unit"],
        "weight": None if record["method"].startswith("stacked") else weight,  # those of a stack are its own
        "cluster": options["cluster"],
        "filter": options.get("filter"),
    }


def _cohort_and_event_time(row: dict) -> list:
    """[cohort, event time], each None where the estimate is over several."""
    cohort = row.get("group", int(row["term"].split("::")[1]) if row["term"].startswith("cohort::") else None)
    return [cohort, row.get("rel")]
