"""What the tests need of the records of regressions: R fixest, clubSandwich, summclust and fwildclusterboot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reference_records import records

if TYPE_CHECKING:
    from pathlib import Path

MOST_CLUSTERS = 12  # the jackknife of a regression refits without each cluster: more would be slow
PERIOD = {"base_did": "period", "organ_donations": "Quarter_Num"}  # of the "year dummies"; elsewhere it is the year
# fixest counts the parameters K of its factor in three ways; a fourth is no factor at all.
COUNTED = {"cr0": "none at all", "cr1_Kfull": "all", "cr1_Knone": "regressors", "cr1_default": "not nested"}
VARYING_WEIGHT = (
    "popt"  # the only weight that varies within units: the engine absorbs intercepts with one weight a unit
)


def regressions(folder: Path) -> list[dict]:
    """R fixest: the static regression with errors clustered one way, with and without small-sample factor."""
    kept = [record for record in records(folder, "twfe") if _is_plain(record)]
    return [_regression(record) | {"variant": record["variant"].split("_cl_")[0]} for record in kept]


def regression_variants(folder: Path) -> list[dict]:
    """R fixest: the other regressions clustered one way, with covariates, other treatments, effects and counts K."""
    return [_variant(r) for r in records(folder, "twfe") if _is_one_way(r) and not _is_plain(r)]


def event_studies(folder: Path) -> list[dict]:
    """R fixest: one coefficient for each event time but -1, event times not binned."""
    kept = [record for record in records(folder, "event_study") if _is_plain_event_study(record)]
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


def event_study_variants(folder: Path) -> list[dict]:
    """R fixest: event studies with binned ends or a covariate, and the covariance of their coefficients."""
    kept = [record for record in records(folder, "event_study") if not _is_plain_event_study(record)]
    return [
        _columns(record)
        | {
            "regressors": record["options"]["covariates"].split(),
            "bins": [record["options"]["bin_low"], record["options"]["bin_high"]],
            "rows": [[row["rel"], row["estimate"], row["se"]] for row in record["values"]],
            "covariance": record["vcov"],
        }
        for record in kept
    ]


def jackknives(folder: Path) -> list[dict]:
    """R summclust: CV3 of the static regression, and its degrees of freedom, for few clusters."""
    found = []
    for record in records(folder, "small_sample_cluster"):
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


def small_samples(folder: Path) -> list[dict]:
    """R clubSandwich (CR0 to CR3, Satterthwaite) and R summclust (CRV3, CRV3J): term, type, estimate, error, df."""
    return [
        _formula(record)
        | {
            "rows": [
                [_term(row["term"]), row["type"], row["estimate"], row["se"], row.get("df_satt", row.get("df_t"))]
                for row in record["values"]
            ]
        }
        for record in records(folder, "small_sample_cluster")
        if record["method"] in ("cr_small_sample", "cr3_jackknife")
    ]


def wild_bootstraps(folder: Path) -> list[dict]:
    """R fwildclusterboot: p-values of all sign vectors, ties counted, and the intervals, null imposed or not."""
    return [
        _formula(record)
        | {
            "n_draws": 2 ** record["n_clusters"],
            "rows": [
                [row["impose_null"], row["estimate"], row["p_value_ties_counted"], row["ci_low"], row["ci_high"]]
                for row in record["values"]
                if row["bootstrap_type"] == "11" and row["p_val_type"] == "two-tailed"
            ],
        }
        for record in records(folder, "wild_bootstrap")
    ]


def randomizations(folder: Path) -> list[dict]:
    """R fixest under all assignments of treatment: share of |t| at least as large as the observed one."""
    found = []
    for record in records(folder, "randomization_inference"):
        of_t = next(row for row in record["values"] if row["term"] == "t")
        found.append(
            {
                "id": record["id"],
                "data": record["dataset"],
                "p_value": of_t["p_two_sided"],
                "assignments": of_t["n_assignments"],
                "statistics": record["statistics"],
            }
        )
    return found


def _is_one_way(record: dict) -> bool:
    cluster, weight = record["options"].get("cluster"), record["options"]["weights"]
    return cluster is not None and "+" not in cluster and weight != VARYING_WEIGHT


def _is_plain(record: dict) -> bool:
    options, variant = record["options"], record["variant"]
    one_way = variant.startswith("cr0_cl") or "cr1_default_cl" in variant
    two_effects = options["fixed_effects"].count("+") == 1 and options["fixed_effects"].endswith("+ year")
    by_cohort = options["treatment"] == "D" and record["dataset"] != "wage_panel"  # its D is union membership
    return one_way and two_effects and by_cohort and not options["covariates"] and "_year" not in variant


def _is_plain_event_study(record: dict) -> bool:
    return record["options"]["bin_low"] is None and not record["options"]["covariates"]


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


def _columns(record: dict) -> dict:
    """The columns of a regression with the effects of units, absorbed, and others, as dummies."""
    options = record["options"]
    absorbed, other = options["fixed_effects"].split(" + ")
    return {
        "id": record["id"],
        "data": record["dataset"],
        "filter": options.get("filter"),
        "outcome": options["outcome"],
        "absorbed": absorbed,
        "dummies": other.split("^"),
        "weight": options["weights"],
        "cluster": options["cluster"],
    }


def _variant(record: dict) -> dict:
    options = record["options"]
    counted = next(k for name, k in COUNTED.items() if name in record["variant"])
    return _columns(record) | {
        "regressors": [options["treatment"], *options["covariates"].replace("+", " ").split()],
        "counted": counted,
        "rows": [[row["term"], row["estimate"], row["se"], row["ci_low"], row["ci_high"]] for row in record["values"]],
    }


def _formula(record: dict) -> dict:
    """The columns of a regression from the formula of R `lm`."""
    options = record["options"]
    outcome, right = options["formula"].split(" ~ ")
    return {
        "id": record["id"],
        "data": record["dataset"],
        "filter": options.get("filter"),
        "outcome": outcome,
        **_right(right, PERIOD.get(record["dataset"], "year")),
        "weight": options["weights"],
        "cluster": options["cluster"],
    }


def _right(right: str, period: str) -> dict:
    """Regressors, absorbed effects, dummies, and whether the effects count among the columns of the model matrix."""
    if right.startswith("event-time dummies (clipped to [-4,3]"):
        return {"regressors": [], "bins": [-4, 3], "absorbed": "unit", "dummies": [period], "within": False}
    if "demeaned by" in right:
        names, _, rest = right.partition(" + year dummies")
        absorbed = re.search(r"demeaned by (\w+)", rest)[1]
        return {"regressors": names.split(" + "), "absorbed": absorbed, "dummies": [period], "within": True}
    terms = right.replace("treat*post", "D + treat + post").split(" + ")
    factors = [term.removeprefix("factor(").removesuffix(")") for term in terms if term.startswith("factor(")]
    return {
        "regressors": [term for term in terms if not term.startswith("factor(")],
        "absorbed": factors[0] if factors else None,
        "dummies": factors[1:],
        "within": False,
    }


def _term(name: str) -> str:
    """The regressor of a coefficient; `em4` and `ep0` are event times."""
    if name == "treat:post":
        return "D"
    if name[:2] in ("em", "ep") and name[2:].isdigit():
        return f"e{int(name[2:]) * (-1 if name[1] == 'm' else 1)}"
    return name.removesuffix("_w")
