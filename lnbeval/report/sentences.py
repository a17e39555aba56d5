"""A finding in words: how large, in natural units, and how sure."""

from __future__ import annotations

from typing import Final, Literal

import pandas as pd

from lnbeval.report.numbers import PERCENT, SUPPRESSED, interval, number, row_decimals, signed, significant

EXTRA_EFFECT: Final = (
    "This is the extra effect of targeted support; the other municipalities also received national-level support."
)


def sentence(
    row: pd.Series,
    *,
    label: str,
    unit: str,
    years: str,
    desired: Literal["up", "down"] | None = None,
    people_per_unit: float | None = None,
    strength: str = "",
    estimand: str = EXTRA_EFFECT,
    level: float = 0.95,
    targeted: int | None = None,
) -> str:
    """The finding of one tidy row, in Markdown.

    `label` is the indicator as inside a sentence; `years` as after "in"; `people_per_unit`: people a year in the treated
    municipalities that one `unit` of effect stands for; `strength`: label and reasons, as in "limited, because ...".
    `targeted`: municipalities that were, when the estimate may rest on fewer.
    An interval that includes zero makes "we cannot tell", never "no effect"; a harmful effect is said to be one.
    """
    if row["status"] != "ok":
        return f"{_no_estimate(row, label)} {estimand}"
    if pd.isna(row["conf_low"]) or pd.isna(row["conf_high"]):
        return f"{_no_interval(row, label, unit)} {estimand}"
    who = _who(row, targeted)
    unsure = row["conf_low"] <= 0 <= row["conf_high"]
    parts = [
        _unsure(row, label, unit, years, level, who)
        if unsure
        else _sure(row, label, unit, years, people_per_unit, level, who),
        "" if unsure else _harm(row, desired),
        f"Strength of evidence: **{strength}**." if strength else "",
        "" if unsure else _reconcile(row, unit),
        estimand,
    ]
    return " ".join(part for part in parts if part)


def difference(
    row: pd.Series, *, label: str, unit: str, years: str, refusal: str, level: float = 0.95, targeted: int | None = None
) -> str:
    """What is said of a tidy row that must not be called an effect: how differently the groups moved, and the `refusal`."""
    if row["status"] != "ok":
        return f"{_no_estimate(row, label)} {refusal}"
    if pd.isna(row["conf_low"]) or pd.isna(row["conf_high"]):
        return f"{_no_interval(row, label, unit).replace('the effect on', 'the difference in')} {refusal}"
    decimals = row_decimals(row)
    unsure = " The interval includes zero." if row["conf_low"] <= 0 <= row["conf_high"] else ""
    return (
        f"In {years}, {_who(row, targeted)} targeted municipalities and the others differ by "
        f"**{signed(row['estimate'], decimals)} {unit}** in how {label} moved ({_interval(row, decimals, level)}).{unsure} {refusal}"
    )


def _sure(
    row: pd.Series, label: str, unit: str, years: str, people_per_unit: float | None, level: float, who: str
) -> str:
    decimals = row_decimals(row)
    effect = number(abs(row["estimate"]), decimals)
    direction = "higher" if row["estimate"] > 0 else "lower"
    people = ""
    if people_per_unit is not None:
        people = f"; that is about **{number(significant(abs(row['estimate']) * people_per_unit))} people a year**"
    return (
        f"In {who} targeted municipalities, {label} was **{effect} {unit} {direction}** in "
        f"{years} than it would have been had it moved as in the other municipalities "
        f"({_interval(row, decimals, level)}){people}."
    )


def _unsure(row: pd.Series, label: str, unit: str, years: str, level: float, who: str) -> str:
    decimals = row_decimals(row)
    return (
        f"**We cannot tell** whether {label} in {who} targeted municipalities moved differently "
        f"in {years} than in the other municipalities: the data are hard to reconcile with an effect above "
        f"{number(row['conf_high'], decimals)} or below {number(row['conf_low'], decimals)} {unit} "
        f"(best estimate {number(row['estimate'], decimals)}, {_interval(row, decimals, level)})."
    )


def _who(row: pd.Series, targeted: int | None) -> str:
    n = number(row["n_treated"])
    return f"the {n}" if targeted is None or targeted == row["n_treated"] else f"{n} of the {number(targeted)}"


def _no_estimate(row: pd.Series, label: str) -> str:
    if row["status"] == "suppressed":
        return f"The effect on {label} is **withheld** {SUPPRESSED}: {row['reason']}."
    return f"The effect on {label} **could not be estimated**: {row['reason']}."


def _no_interval(row: pd.Series, label: str, unit: str) -> str:
    effect = signed(row["estimate"], row_decimals(row))
    return (
        f"**We cannot tell** how large the effect on {label} is: the best estimate is {effect} {unit}, "
        "but its uncertainty could not be computed."
    )


def _reconcile(row: pd.Series, unit: str) -> str:
    decimals = row_decimals(row)
    return (
        f"The data are hard to reconcile with an effect above {number(row['conf_high'], decimals)} "
        f"or below {number(row['conf_low'], decimals)} {unit}."
    )


def _harm(row: pd.Series, desired: Literal["up", "down"] | None) -> str:
    wanted = {"up": 1, "down": -1}.get(desired or "", 0)
    if wanted * row["estimate"] < 0:
        return "**This is the opposite of what the programme set out to do.**"
    return ""


def _interval(row: pd.Series, decimals: int, level: float) -> str:
    return f"{100 * level:g}{PERCENT} interval {interval(row['conf_low'], row['conf_high'], decimals)}"
