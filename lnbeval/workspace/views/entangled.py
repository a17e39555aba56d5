"""What else reached the municipalities, and what estimates without them come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from lnbeval.workspace.entangled import events, other_programmes, standing
from lnbeval.workspace.treatment import cohort_label
from lnbeval.workspace.views.trends import grouped, name

if TYPE_CHECKING:
    from lnbeval.workspace.entangled import Event, OtherProgramme
    from lnbeval.workspace.study import Study


def contamination(study: Study) -> pd.DataFrame:
    """Other programmes that reached municipalities compared with: which, when, whom, and what they touch here."""
    cohort = standing(study.treated, _years(study))
    compared, treated = int(np.isinf(cohort).sum()), int(np.isfinite(cohort).sum())
    names = study.reference.municipalities["name"]
    rows = [
        {
            "Programme": one.name,
            "Years": one.when,
            "Compared with": f"{len(one.controls)} of {compared}: {', '.join(names[list(one.controls)])}",
            "Targeted": f"{len(one.treated)} of {treated}",
            "Outcome areas": ", ".join(one.areas) or "not known",
            "Touches here": _touched(study, one),
        }
        for one in _programmes(study)
    ]
    return pd.DataFrame(rows)


def contamination_title(study: Study) -> str:
    """How many of the municipalities compared with another programme reached."""
    found = _programmes(study)
    reached = {code for one in found for code in one.controls}
    compared = int(np.isinf(standing(study.treated, _years(study))).sum())
    which = "another programme" if len(found) == 1 else f"{len(found)} other programmes"
    return f"{len(reached)} of {compared} municipalities compared with were reached by {which if found else 'another programme'}"


def hit(study: Study) -> pd.DataFrame:
    """Events by group: how many municipalities of each they hit, and whether they go with treatment."""
    return pd.DataFrame([_hit(study, event) for event in _events(study)])


def hit_title(study: Study) -> str:
    """How many events go with treatment."""
    found = _events(study)
    unequal = sum(event.unequal for event in found)
    if not found:
        return "No event hit some of the municipalities only"
    goes = "goes" if unequal == 1 else "go"
    return f"{unequal or 'None'} of {len(found)} events that hit some of the municipalities {goes} with treatment"


def set_beside(study: Study, headline: pd.DataFrame, beside: pd.DataFrame) -> pd.DataFrame:
    """The headline's tidy rows, each followed by those `beside` it; without any of these, no rows."""
    with_others = headline[headline["indicator"].isin(beside["indicator"])]
    first = with_others.assign(label=[_first(row) for _, row in with_others.iterrows()])
    second = beside.assign(label=[_second(row) for _, row in beside.iterrows()])
    table = pd.concat([first, second], ignore_index=True) if len(first) else first.head(0)
    order = pd.factorize(pd.Index(_keys(table)))[0].argsort(kind="stable")
    return table.iloc[order].assign(heading=[name(study, code) for code in table.iloc[order]["indicator"]])


def by_cohort(study: Study, headline: pd.DataFrame, beside: pd.DataFrame) -> pd.DataFrame:
    """Tidy cohort effects under the name of their indicator, each followed by those `beside` it where there are any."""
    return grouped(study, headline) if beside.empty else set_beside(study, headline, beside)


def beside_title(headline: pd.DataFrame, beside: pd.DataFrame) -> str:
    """How many of the estimates beside the headline have its sign."""
    if beside.empty:
        return "Nobody had to be left out"
    made = beside[beside["status"] == "ok"]
    of = dict(zip(_keys(headline), np.sign(headline["estimate"]), strict=True))
    signs = zip(_keys(made), np.sign(made["estimate"]), strict=True)
    same = sum(sign == of[key] for key, sign in signs)
    absent = f"; {len(beside) - len(made)} could not be made" if len(made) < len(beside) else ""
    return f"{same} of {len(made)} estimates without those reached by something else keep the sign{absent}"


def called(beside: pd.DataFrame) -> Literal["effect", "difference"]:
    """What the headline may be called: an effect, unless an event goes with treatment and nothing can stand beside it."""
    return "difference" if _refused(beside) else "effect"


def estimand(study: Study, beside: pd.DataFrame) -> str:
    """The estimand; where the headline must not be called an effect, that it is not."""
    if not _refused(beside):
        return study.parameters.estimand
    return (
        "Differences between targeted and other municipalities. They are not shown as effects of the programme: an event goes "
        "with treatment, and no estimate without those it hit can stand beside them."
    )


def _programmes(study: Study) -> tuple[OtherProgramme, ...]:
    years = _years(study)
    return other_programmes(standing(study.treated, years), years, study.parameters, study.reference)


def _events(study: Study) -> tuple[Event, ...]:
    years = _years(study)
    return events(standing(study.treated, years), years, study.reference)


def _years(study: Study) -> list[int]:
    return sorted(int(year) for year in study.rows["period"].unique())


def _touched(study: Study, programme: OtherProgramme) -> str:
    if programme.indicators == study.parameters.estimated:
        return "every indicator" if programme.areas else "counted as every indicator"
    return "; ".join(name(study, code) for code in programme.indicators) or "no indicator"


def _hit(study: Study, event: Event) -> dict[str, str]:
    last, others = _years(study)[-1], study.parameters.treatment.others
    groups = {cohort_label(one.group, last, others): f"{one.hit} of {one.all}" for one in event.shares}
    told = "YES" if event.unequal else "no"
    return {"Event": event.name, "Year": event.year, **groups, "Goes with treatment": told}


def _refused(beside: pd.DataFrame) -> bool:
    return bool(((beside["kind"] == "event") & (beside["doubt"] != "")).any())


def _keys(table: pd.DataFrame) -> list[str]:
    """What tells the effects of a table apart: indicator and cohort."""
    return [f"{row['indicator']} {row['cohort']}" for _, row in table.iterrows()]


def _first(row: pd.Series) -> str:
    return "Headline" if pd.isna(row["cohort"]) else f"Treated from {row['cohort']}"


def _second(row: pd.Series) -> str:
    return str(row["label"]) if pd.isna(row["cohort"]) else f"Treated from {row['cohort']}, {_small(str(row['label']))}"


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
