"""diff-diff's fits as dictionaries, and the panels on which they are asked for."""

import numpy as np
from peer_group_time import two
from peer_panels import drawn, home, long

from lnbeval import NEVER

COLUMNS = {"outcome": "y", "unit": "unit", "time": "year", "first_treat": "cohort"}
PANELS = {
    "home": home("sim61a"),
    "home, other draw": home("sim61b"),
    "home, gaps": home("sim61a", "y_miss"),
    "drawn 11": drawn(11, weighted=False),
    "drawn 12, gaps": drawn(12, weighted=False, missing=0.08),
    "drawn 13, three cohorts": drawn(13, weighted=False, cohorts=(3, 5, 7, NEVER)),
}
BALANCED = {name: panel for name, panel in PANELS.items() if "gaps" not in name}
ANTICIPATION = (0, 1)


def fitted(name, panel, *, weighted=False, covariates=None, **options):
    import diff_diff  # the tests that call this skip without it

    given = {"survey_design": diff_diff.SurveyDesign(weights="weight")} if weighted else {}
    given |= {"covariates": covariates} if covariates else {}
    return getattr(diff_diff, name)(**options).fit(long(panel), **COLUMNS, **given)


def event_study(fit):
    """{event time: (estimate, error)} as two dictionaries."""
    rows = fit.event_study_effects
    if rows is None:
        table = fit.aggregate("event_study").to_dataframe()
        return two(
            dict(zip(table["event_time"].astype(float), zip(table["att"], table["se"], strict=True), strict=True))
        )
    shown = {float(e): (row["effect"], row["se"]) for e, row in rows.items()}
    return two({e: (b, s if s > 0 else np.nan) for e, (b, s) in shown.items()})


def cells(fit):
    rows = fit.group_time_effects.items()
    return two({(float(g), int(t)): (row.get("att", row.get("effect")), row["se"]) for (g, t), row in rows})
