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
    """The headline's tidy rows, each followed by those `beside` it; without any of these, no rows.

    A row that belongs to none of them, because nothing could be estimated, stands below the others of its indicator.
    """
    with_others = headline[headline["indicator"].isin(beside["indicator"])]
    first = with_others.assign(label=[_first(row) for _, row in with_others.iterrows()])
    second = beside.assign(label=[_second(row) for _, row in beside.iterrows()])
    table = pd.concat([first, second], ignore_index=True) if len(first) else first.head(0)
    indicators, effects = (pd.factorize(pd.Index(of))[0] for of in (table["indicator"], _keys(table)))
    order = np.lexsort((effects, indicators))
    return table.iloc[order].assign(heading=[name(study, code) for code in table.iloc[order]["indicator"]])


def by_cohort(study: Study, headline: pd.DataFrame, beside: pd.DataFrame) -> pd.DataFrame:
    """Tidy cohort effects under the name of their indicator, each followed by those `beside` it where there are any."""
    return grouped(study, headline) if beside.empty else set_beside(study, headline, beside)


def beside_title(headline: pd.DataFrame, beside: pd.DataFrame) -> str:
    """How many estimates beside the headline could be made, keep its sign, and change whether zero is included."""
    if beside.empty:
        return "Nobody had to be left out"
    made = beside[beside["status"] == "ok"]
    what = "estimates without those reached by something else could be made"
    if made.empty:
        return f"None of {len(beside)} {what}"
    of = dict(zip(_keys(headline), (row for _, row in headline.iterrows()), strict=True))
    pairs = [(of[key], row) for key, (_, row) in zip(_keys(made), made.iterrows(), strict=True)]
    same = sum(np.sign(first["estimate"]) == np.sign(second["estimate"]) for first, second in pairs)
    zero = [(_includes_zero(first), _includes_zero(second)) for first, second in pairs]
    begins, ceases = zero.count((False, True)), zero.count((True, False))
    keep = "keeps" if same == 1 else "keep"
    return (
        f"{len(made)} of {len(beside)} {what}: {same} {keep} the sign; "
        f"the interval begins to include zero for {begins or 'none'} and ceases to for {ceases or 'none'}"
    )


def called(beside: pd.DataFrame) -> Literal["effect", "difference"]:
    """What the headline may be called: an effect, unless an event goes with treatment and nothing can stand beside it."""
    return "difference" if _refused(beside) else "effect"


def withheld(beside: pd.DataFrame) -> str:
    """Why headlines are not shown as effects, and how many are not where some may be; "" when all may be."""
    refused = beside[_refusing(beside)]
    if refused.empty:
        return ""
    some, every = refused["indicator"].nunique(), beside["indicator"].nunique()
    which = "" if some == every else f"for {some} of {every} indicators "
    return f"{which}not shown as an effect: {'; '.join(dict.fromkeys(refused['hit']))}"


def reserved(title: str, beside: pd.DataFrame) -> str:
    """The title of an exhibit of effects; where some must not be called so, of differences, and why."""
    why = withheld(beside)
    return f"{title.replace('effect', 'difference')}, {why}" if why else title


def cautioned(caption: str, beside: pd.DataFrame) -> str:
    """The caption, and a sentence more where the headline must not be called an effect."""
    why = withheld(beside)
    return f"{caption} Differences, {why}." if why else caption


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
    return bool(_refusing(beside).any())


def _refusing(beside: pd.DataFrame) -> pd.Series:
    return (beside["kind"] == "event") & (beside["doubt"] != "")


def _includes_zero(row: pd.Series) -> bool | None:
    """Whether the interval does; None without one."""
    return None if pd.isna(row["conf_low"]) else bool(row["conf_low"] <= 0 <= row["conf_high"])


def _keys(table: pd.DataFrame) -> list[str]:
    """What tells the effects of a table apart: indicator and cohort."""
    pairs = zip(table["indicator"], table["cohort"], strict=True)
    return [f"{code} {'' if pd.isna(cohort) else int(cohort)}".strip() for code, cohort in pairs]


def _first(row: pd.Series) -> str:
    return "Headline" if pd.isna(row["cohort"]) else f"Treated from {row['cohort']}"


def _second(row: pd.Series) -> str:
    return str(row["label"]) if pd.isna(row["cohort"]) else f"Treated from {row['cohort']}, {_small(str(row['label']))}"


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
