"""The results of `size.py` as tables to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SHOWN: Final = {
    "analytic": "analytic",
    "cr1": "cr1",
    "cr2": "cr2",
    "jackknife, G - 1": "jackknife",
    "jackknife by cohort": "by cohort",
    "wild": "wild",
    "randomization": "randomi-zation",
    "conley": "conley",
    "placebo": "placebo",
}
CONSIDERED: Final = {
    "cr2": "cr2",
    "cr2, Welch's df": "cr2, Welch",
    "cr2, the smaller df": "cr2, smaller",
    "jackknife, G - 1": "jackknife, G - 1",
    "jackknife, df of cr2": "jackknife, df of cr2",
    "jackknife, Welch's df": "jackknife, Welch",
    "jackknife by cohort, Welch's df": "by cohort, Welch",
    "jackknife by cohort": "by cohort",
}
HEAD: Final = """# Size and coverage

How often each method rejects a true null at 5 percent, and how often its 95 percent interval holds the effect: overall effects of
61 units in 2013 to 2024, cohorts 2017 and 2021 and units never treated (15/17/29 is 15, 17 and 29 of them; 2/59 is two treated in
2017). Made by `nice python benchmarks/size.py` in the project's environment (about an hour; it goes on where it was stopped;
`python benchmarks/size.py table` makes this page from `size.csv`, which has every number).

Errors are independent and normal with standard deviation 1 unless said: *treated noisier* doubles, *calmer* halves those of the
treated in all years, t4 has four degrees of freedom, AR(1) a coefficient of 0.6; *county shocks* are 12 counties with a yearly shock
of their own, three tenths of the variance, treatment falling on units or (3/3/6) on whole counties; *weighted* is by numbers
of people of which the largest of 61 municipalities has a tenth. Unit and period effects fall out of all estimates. Numbers are
percentages. Draws with a t reference: 20,000 for att_gt and twfe, 8,000 for others; 4,000 for wild (399 sign vectors), randomization
(199 permutations) and synthetic_did (199 placebos), 8,000 for conley. The Monte Carlo standard error of a share of 5 is 0.15, 0.24 and 0.34.

*conley* relates units nearer than 60 km, by distance, where counties lie 100 km apart and their units within 28 km of the middle.

triple_difference without covariates is att_gt on the difference of its two outcomes; repeated_cross_sections, with as many persons
in every unit and year, is att_gt on the means: what is said of att_gt is said of them.

*by cohort* is the jackknife by cohort: each cohort's squared deviations count (n - 1) / n, and the df are Welch's, from the variances of
the cohorts, but no more than if all clusters varied alike.
"""


def write_table(results: Path) -> None:
    """`size.md` beside the csv."""
    rows = pd.read_csv(results)
    parts = [HEAD]
    order = list(dict.fromkeys(rows["situation"]))
    for name in dict.fromkeys(rows["estimator"]):
        own = rows[rows["estimator"] == name]
        parts.append(f"## {name}: rejected\n\n{_table(own, SHOWN, order, 'rejected')}")
    for name in ("att_gt", "twfe"):
        own = rows[rows["estimator"] == name]
        parts.append(
            f"## {name}: covered\n\nThe effect grows by 0.2 in each treated year; covered is what the estimator makes of it.\n\n"
            f"{_table(own, SHOWN, order, 'covered')}"
        )
    own = rows[rows["estimator"] == "att_gt"]
    parts.append(
        "## Degrees of freedom for att_gt: rejected\n\n"
        "Welch: from the variance of each cohort. Smaller: the smaller of Welch's and those of cr2 under equal variances.\n\n"
        + _table(own, CONSIDERED, order, "rejected")
    )
    parts.append(
        "## att_gt: median length of the interval\n\nIn standard deviations of the estimate; 3.92 with a known error.\n\n"
        + _table(own, SHOWN, order, "length", scale=1, digits=2)
    )
    results.with_suffix(".md").write_text("\n".join(parts))


def _table(
    rows: pd.DataFrame, shown: dict[str, str], order: Sequence[str], value: str, *, scale: float = 100, digits: int = 1
) -> str:
    wide = rows.pivot_table(index="situation", columns="method", values=value)
    columns = [method for method in shown if method in wide]
    lines = ["| | " + " | ".join(shown[c] for c in columns) + " |", "|---|" + "---:|" * len(columns)]
    for situation in (name for name in order if name in wide.index):
        cells = (wide.loc[situation, c] for c in columns)
        lines.append(
            f"| {situation} | " + " | ".join("" if pd.isna(x) else f"{scale * x:.{digits}f}" for x in cells) + " |"
        )
    return "\n".join(lines) + "\n"
