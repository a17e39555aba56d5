"""Who was treated, when, and how well that is documented."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.workspace.treatment import treatment_rows
from lnbeval.workspace.treatment_checks import best_documented, table_path

if TYPE_CHECKING:
    from lnbeval.workspace.study import Study


def cohort_order(study: Study) -> list[str]:
    """Cohorts as the pages list them: by first treated period, the not targeted last."""
    names, others = set(study.cohorts), study.parameters.treatment.others
    return [*sorted(names - {others}), *(names & {others})]


def municipalities(study: Study) -> pd.DataFrame:
    """The municipalities with cohort, documentation, population and other programmes, targets first.

    Of one that the list names in rows that do not count here, Status and Source are those of the rows.
    """
    reference = study.reference.municipalities
    others = study.reference.other_programmes.groupby("code")["programme"].agg(
        lambda names: "; ".join(dict.fromkeys(names))
    )
    uncounted = _uncounted(study)
    populations = [name for name in reference.columns if name.startswith("population")]
    table = pd.DataFrame(
        {
            "Municipality": study.treated["name"],
            "County": study.treated["county"],
            "Cohort": study.cohorts,
            "Status": study.treated["status"].fillna(uncounted["status"]).fillna(""),
            **{name.replace("_", " ").capitalize(): reference[name] for name in populations},
            "Source": study.treated["source"].fillna(uncounted["source"]).fillna(""),
            "Other programmes": others.reindex(reference.index).fillna(""),
        }
    )
    rank = table["Cohort"].map(cohort_order(study).index)
    return table.assign(rank=rank).sort_values(["rank", "Municipality"], kind="stable").drop(columns="rank")


def _uncounted(study: Study) -> pd.DataFrame:
    """Status and source, by code, of municipalities that the treatment table lists only in rows that the parameters leave out."""
    rows, _ = treatment_rows(table_path(study.workspace, study.parameters), study.reference)
    counted = study.treated.index[study.treated["cohort"].notna()]
    left = best_documented(rows[~rows["code"].isin(counted) & (rows["phase"] != "")])
    told = "phase " + left["phase"] + ": " + left["status"] + ", not counted"
    by_code = left.assign(status=told).groupby("code")[["status", "source"]]
    return by_code.agg(_each_once)


def _each_once(texts: pd.Series[str]) -> str:
    return "; ".join(dict.fromkeys(texts))


def documentation(study: Study) -> pd.DataFrame:
    """How many municipalities of each cohort are documented how well."""
    rows = study.treated.assign(cohort_name=study.cohorts).dropna(subset=["status"])
    counts = pd.crosstab(rows["cohort_name"], rows["status"]).rename_axis(index="Cohort", columns=None)
    return counts.assign(Total=counts.sum(axis=1)).reset_index()


def about(study: Study) -> list[tuple[str, str, str]]:
    """The size of the comparison: (what, how many, note)."""
    rows, treated = study.rows, study.treated
    groups = [(name, str(int((study.cohorts == name).sum())), "municipalities") for name in cohort_order(study)]
    periods = sorted(rows["period"].unique())
    phases = [
        (f"Phase {phase.phase}", f"from {phase.first_treated}", phase.note)
        for phase in study.parameters.treatment.phases
    ]
    return [
        ("Municipalities", str(len(treated)), f"in {treated['county'].nunique()} counties"),
        *phases,
        *groups,
        ("Periods", str(len(periods)), f"{periods[0]} to {periods[-1]}" + _gaps(periods)),
        ("Indicators", str(len(study.parameters.estimated)), "defined on their pages"),
    ]


def map_title(study: Study) -> str:
    """How many municipalities are targeted, and in how many counties none is."""
    targeted = study.treated["cohort"].notna()
    counties = study.treated["county"]
    without = counties.nunique() - counties[targeted].nunique()
    title = f"{int(targeted.sum())} of {len(targeted)} municipalities are targeted"
    return f"{title}; {without} counties have none" if without else f"{title}, some in every county"


def documentation_title(study: Study) -> str:
    """How many of the targeted are confirmed, of those that the programme speaks of where that is known."""
    used = study.treated.dropna(subset=["status"])
    announced = study.parameters.treatment.announced or len(used)
    return f"{int((used['status'] == 'confirmed').sum())} of {announced} targeted municipalities are confirmed by a document"


def targeted(study: Study) -> int:
    """Municipalities on the treatment list."""
    return int(study.treated["cohort"].notna().sum())


def average_title(study: Study, rows: pd.DataFrame) -> str:
    """Over whom the average of the overall `rows` is: all targeted, those documented as targeted, fewer in some rows."""
    known, announced = targeted(study), study.parameters.treatment.announced
    few = announced is not None and known < announced
    who = (
        f"the {known} municipalities documented as targeted, of {announced} announced,"
        if few
        else "all targeted municipalities"
    )
    counts = rows.loc[rows["status"] == "ok", "n_treated"]
    least = int(counts.min()) if len(counts) else known
    some = f" ({least} for some indicators)" if few else f" ({known}; {least} for some indicators)"
    return f"Average over {who}{some if least < known else ''} and periods since treatment"


def first_treated(study: Study) -> dict[str, int]:
    """First treated period of each treated cohort, by its name."""
    pairs = zip(study.cohorts, study.treated["cohort"], strict=True)
    return {name: int(cohort) for name, cohort in pairs if name != study.parameters.treatment.others}


def _gaps(periods: list[int]) -> str:
    return "" if periods[-1] - periods[0] + 1 == len(periods) else f" (only {', '.join(map(str, periods))})"
