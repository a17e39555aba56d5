"""Make the committed reference numbers from the full collection: `python tests/golden/extract.py [FOLDER]`.

FOLDER is the collection of reference numbers, by default `shared/golden` beside this repository. What is taken is what
the estimators here can meet: no covariates, panel data, all event times. Each record keeps what is needed to repeat it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
COLLECTION = HERE.parents[2] / "shared" / "golden"
OWN = ("sim61a", "sim61b", "simnn_a")  # this project's own synthetic data: may be committed
BY = {"simple": "overall", "dynamic": "event_time", "group": "cohort", "calendar": "period"}
CONTROL_GROUP = {"nevertreated": "never_treated", "notyettreated": "not_yet_treated"}
MOST_CLUSTERS = 12  # the jackknife of a regression refits without each cluster: more would be slow


def group_time(folder: Path) -> list[dict]:
    """R did: ATT(g, t) and its averages."""
    return [_group_time(record) for record in _records(folder, "callaway_santanna") if _is_plain(record)]


def regressions(folder: Path) -> list[dict]:
    """R fixest: the static regression with errors clustered one way, with and without small-sample factor."""
    kept = [record for record in _records(folder, "twfe") if _is_plain_regression(record)]
    return [_regression(record) | {"variant": record["variant"].split("_cl_")[0]} for record in kept]


def event_studies(folder: Path) -> list[dict]:
    """R fixest: one coefficient for each event time but -1, event times not binned."""
    kept = [
        record
        for record in _records(folder, "event_study")
        if record["options"]["bin_low"] is None and not record["options"]["covariates"]
    ]
    return [
        _regression(record)
        | {"filter": record["options"].get("filter")}
        | {
            "rows": [
                [row["rel"], row["estimate"], row["se"], row["ci_low"], row["ci_high"]] for row in record["values"]
            ]
        }
        for record in kept
    ]


def jackknives(folder: Path) -> list[dict]:
    """R summclust: CV3 of the static regression, and its degrees of freedom, for few clusters."""
    found = []
    for record in _records(folder, "small_sample_cluster"):
        options, value = record["options"], record["values"][0]
        plain = record["method"] == "cr3_jackknife" and "~ D + year dummies" in options["formula"]
        if plain and value["df_t"] < MOST_CLUSTERS:
            found.append(
                {
                    "id": record["id"],
                    "data": record["dataset"],
                    "outcome": options["formula"].split(" ~ ")[0],
                    "cluster": options["cluster"],
                    "estimate": value["estimate"],
                    "se": value["se"],
                    "df": value["df_t"],
                }
            )
    return found


def bands(folder: Path) -> list[dict]:
    """R mvtnorm: the Gaussian critical value of max |t| under the correlation of R did's influence functions."""
    found = []
    for record in _records(folder, "cs_uniform_band"):
        exact = next(row for row in record["values"] if row["kind"].startswith("gaussian"))
        found.append(_choices(record) | {"critical_value": exact["crit_val"]})
    return found


FAMILIES = {
    "group_time": group_time,
    "regression": regressions,
    "event_study": event_studies,
    "jackknife": jackknives,
    "band": bands,
}


def own(records: list[dict]) -> list[dict]:
    """The records on data that are committed here."""
    return [record for record in records if record["data"] in OWN]


def foreign(records: list[dict]) -> list[dict]:
    """The records on data that belong to others, or are large."""
    return [record for record in records if record["data"] not in OWN]


def as_json(records: list[dict]) -> str:
    """One record a line."""
    return "[\n" + ",\n".join(json.dumps(record, separators=(",", ":")) for record in records) + "\n]\n"


def _records(folder: Path, family: str) -> list[dict]:
    return json.loads((folder / f"{family}.json").read_text(encoding="utf-8"))


def _is_plain(record: dict) -> bool:
    options = record["options"]
    windowed = any(options.get(name) is not None for name in ("balance_e", "min_e", "max_e"))
    return options["covariates"] is None and options["panel"] and not options["allow_unbalanced_panel"] and not windowed


def _group_time(record: dict) -> dict:
    by = BY.get(record["options"].get("aggregation"), "cell")
    rows = [[*_key(row), row["estimate"], row["se"]] for row in record["values"]]
    return _choices(record) | {"by": by, "rows": rows}


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


def _is_plain_regression(record: dict) -> bool:
    options, variant = record["options"], record["variant"]
    one_way = variant.startswith("cr0_cl") or "cr1_default_cl" in variant
    two_effects = options["fixed_effects"].count("+") == 1 and options["fixed_effects"].endswith("+ year")
    by_cohort = options["treatment"] == "D" and record["dataset"] != "wage_panel"  # its D is union membership
    return one_way and two_effects and by_cohort and not options["covariates"] and "_year" not in variant


def _regression(record: dict) -> dict:
    options, value = record["options"], record["values"][0]
    return {
        "id": record["id"],
        "data": record["dataset"],
        "outcome": options["outcome"],
        "unit": options["fixed_effects"].split(" + ")[0],
        "weight": options["weights"],
        "cluster": options["cluster"],
        **{name: value[name] for name in ("estimate", "se", "ci_low", "ci_high")},
    }


def main(folder: Path) -> None:
    """Write one file per family beside this script."""
    for family, take in FAMILIES.items():
        (HERE / f"{family}.json").write_text(as_json(own(take(folder))), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else COLLECTION)
